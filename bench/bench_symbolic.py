"""The symbolic engine: how long an answer takes, and the Jacobian of A^3 beside sympy's."""

import statistics

import sympy

from mcalclib.symbolic import derivation, symbolic_gradient, symbolic_hessian, symbolic_jacobian
from mcalclib.symbolic.nodes import forget
from mcalclib.symbolic.parsing import parse_node
from mcalclib.symbolic.writing import write
from tests.symbolic.textbook import TABLE

from .tables import medians, seconds, show

BOUND_MS = 25
BOUND_RATIO = 100
ANSWERS = {"G": symbolic_gradient, "J": symbolic_jacobian, "H": symbolic_hessian}
TITLES = {"G": "gradients", "J": "Jacobians", "H": "Hessians"}


def answer_times() -> dict[str, list[float]]:
    """Return the time of every answer in the textbook table, with nothing remembered."""
    found = {kind: [] for kind in ANSWERS}
    for kind, _, expression, variable, _ in TABLE:
        node, symbols = parse_node(expression)
        expr, X = write(node), write(symbols[variable])
        del node, symbols
        forget()
        found[kind].append(seconds(lambda: ANSWERS[kind](expr, X)))  # noqa: B023
    return found


def derivation_times() -> list[float]:
    """Return the time of every derivation of a gradient in the table."""
    found = []
    for kind, _, expression, variable, _ in TABLE:
        if kind == "G":
            node, symbols = parse_node(expression)
            expr, X = write(node), write(symbols[variable])
            forget()
            found.append(seconds(lambda: derivation(expr, X)))  # noqa: B023
    return found


def our_jacobian(n: int):
    """Return a measure of the Jacobian of A^3 in Kronecker form."""
    A = sympy.MatrixSymbol("A", n, n)

    def measure():
        forget()
        return seconds(lambda: symbolic_jacobian(A**3, A))

    return measure


def sympy_jacobian(n: int) -> float:
    """Return the time of the component-wise Jacobian of A^3."""
    A = sympy.Matrix(sympy.MatrixSymbol("A", n, n))
    return seconds(lambda: (A**3).vec().jacobian(A.vec()))


def main() -> None:
    """Print the medians beside their bounds."""
    times = answer_times()
    every = [t for ts in times.values() for t in ts]
    rows = [
        [TITLES[kind], len(ts), 1000 * statistics.median(ts), 1000 * max(ts)]
        for kind, ts in times.items()
    ]
    rows.append(["all", len(every), 1000 * statistics.median(every), 1000 * max(every)])
    lines = derivation_times()
    rows.append(["derivations", len(lines), 1000 * statistics.median(lines), 1000 * max(lines)])
    show(f"Answers, checked (bound on the median: {BOUND_MS} ms)",
         ["kind", "count", "median ms", "largest ms"], rows)  # fmt: skip
    sizes = (2, 4, 16, 100)
    ours = medians({f"n = {n}": our_jacobian(n) for n in sizes}, 15)
    theirs = {n: sympy_jacobian(n) for n in (2, 4)}
    rows = [
        [
            f"n = {n}",
            1000 * ours[f"n = {n}"],
            1000 * theirs[n] if n in theirs else "",
            theirs[n] / ours[f"n = {n}"] if n in theirs else "",
        ]
        for n in sizes
    ]
    show(f"Jacobian of A^3 (bound on the ratio at n = 4: {BOUND_RATIO})",
         ["size", "Kronecker form, ms", "sympy by components, ms", "ratio"], rows)  # fmt: skip


if __name__ == "__main__":
    main()
