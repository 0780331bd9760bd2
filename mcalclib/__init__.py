"""mcalclib: matrix calculus with the derivative as a linear operator.

Public names are loaded when first used, so importing the package costs next to nothing.
"""

from importlib import import_module

_HOME = {
    "errors": ".errors",
    "linalg": ".linalg",
    "plots": ".plots",
    "samples": ".samples",
    "vec": ".linalg",
    "unvec": ".linalg",
    "kronecker_product": ".linalg",
    "commutation_matrix": ".linalg",
    "inner": ".linalg",
    "InnerProduct": ".linalg",
    "LinearOperator": ".operators",
    "derivative": ".numeric",
    "pushforward": ".numeric",
    "pullback": ".numeric",
    "gradient": ".numeric",
    "value_and_gradient": ".numeric",
    "jacobian": ".numeric",
    "hessian": ".numeric",
    "hessian_vector_product": ".numeric",
    "implicit_derivative": ".implicit",
    "solve_derivative": ".linear_solve",
    "adjoint_gap": ".verify",
    "central_difference": ".verify",
    "complex_step": ".verify",
    "linearity_gap": ".verify",
    "taylor_slope": ".verify",
    "frechet_slope": ".verify",
    "verify": ".verify",
    "verify_derivative": ".verify",
    "explore": ".exploration",
    "symbolic": ".symbolic",
    "derivation": ".symbolic",
    "differential": ".symbolic",
    "symbolic_gradient": ".symbolic",
    "symbolic_hessian": ".symbolic",
    "symbolic_jacobian": ".symbolic",
    "to_latex": ".symbolic",
    "to_numpy": ".symbolic",
    "parse": ".symbolic",
    "check": ".practice",
    "check_lines": ".practice",
    "exercises": ".practice",
    "hint": ".practice",
    "solution": ".practice",
}

__all__ = list(_HOME)
__version__ = "0.1.0"


def __getattr__(name):
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    module = import_module(home, __name__)
    value = module if home == f".{name}" and not hasattr(module, name) else getattr(module, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *__all__])
