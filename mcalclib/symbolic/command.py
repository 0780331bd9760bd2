"""``mcalc derive "tr(X' A X B)" --wrt X``: a derivation in the terminal."""

import argparse
import sys

from ..errors import McalcError
from . import nodes as n
from .derivations import derivation
from .derivatives import is_scalar, symbolic_gradient, symbolic_hessian, symbolic_jacobian
from .generating import to_numpy
from .grammar import ParseError
from .parsing import parse_node
from .results import to_latex
from .writing import write


def derive_main(argv=None) -> int:
    """Run ``mcalc derive`` and return its exit status.

    Parameters
    ----------
    argv : list of str, optional
        What follows ``mcalc derive``.
    """
    options = _arguments().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        _let_write_formulas(stream)
    try:
        print("\n".join(_answer(options)))
    except ParseError as problem:
        print(f"mcalc derive: {problem}", file=sys.stderr)
        return 2
    except McalcError as problem:
        print(f"mcalc derive: {problem}", file=sys.stderr)
        return 1
    return 0


def _let_write_formulas(stream):
    """Switch a stream to UTF-8 if its encoding has no ᵀ, as a pipe on Windows may have."""
    try:
        "ᵀ⁻⊗∘".encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        stream.reconfigure(encoding="utf-8")


def _arguments():
    parser = argparse.ArgumentParser(
        prog="mcalc derive", description="Derive an expression line by line, every line checked."
    )
    parser.add_argument("expression", help='such as "tr(X\' A X B)" or "A^-1; A: n by n"')
    parser.add_argument("--wrt", metavar="NAME", help="what varies; the only symbol by default")
    parser.add_argument(
        "--where", metavar="DECLARATION", action="append", default=[],
        help='such as "A symmetric" or "X: m by n"; may be repeated',
    )  # fmt: skip
    parser.add_argument("--full", action="store_true", help="one rule a line")
    parser.add_argument("--second", action="store_true", help="the second derivative")
    parser.add_argument("--jacobian", action="store_true", help="go on to the Kronecker form")
    parser.add_argument("--layout", choices=("numerator", "denominator"))
    parser.add_argument("--latex", action="store_true", help="print the align block")
    parser.add_argument("--numpy", action="store_true", help="print the result as a NumPy function")
    return parser


def _answer(options):
    source = "; ".join([options.expression, *options.where])
    node, symbols = parse_node(source)
    wrt = _variable(options, symbols)
    expr, X = write(node), write(wrt)
    lines = derivation(
        expr,
        X,
        detail="full" if options.full else "brief",
        # the lines to vec are for matrices; a scalar or a number has its Jacobian without them
        form="jacobian"
        if options.jacobian and wrt.shape and not is_scalar(node)
        else "differential",
        order=2 if options.second else 1,
    )
    yield to_latex(lines) if options.latex else str(lines)
    yield ""
    if options.second:
        result = symbolic_hessian(expr, X)
        form = "matrix" if is_scalar(node) else "bilinear"
        yield to_latex(result) if options.latex else repr(result)
        if options.numpy:
            yield "\n" + to_numpy(result, form).source
        return
    make = symbolic_gradient if is_scalar(node) and not options.jacobian else symbolic_jacobian
    result = make(expr, X, **({"layout": options.layout} if options.layout else {}))
    yield to_latex(result) if options.latex else repr(result)
    if options.numpy:
        yield "\n" + to_numpy(result).source


def _variable(options, symbols):
    named = {k: v for k, v in symbols.items() if v.op in n.LEAVES}
    if options.wrt is None:
        if len(named) == 1:
            return next(iter(named.values()))
        raise ParseError(
            options.expression, 0, f"say with --wrt what varies: {', '.join(sorted(named))}."
        )
    if options.wrt not in named:
        raise ParseError(
            options.expression,
            0,
            f"--wrt {options.wrt}: the expression has {', '.join(sorted(named))} only.",
        )
    return named[options.wrt]
