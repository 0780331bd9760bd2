"""Orders of multiplication, and what they cost."""

import numpy as np

from .experiments import Finding
from .formulas import ONE, Formula, is_scalar


def cost_of(tree, symbols):
    """Return (rows, columns, multiplications) of a product as its brackets say."""
    if tree.op == "name":
        return (*(_count(size) for size in symbols[tree.data]), 0)
    if tree.op == "'":
        rows, columns, cost = cost_of(tree.args[0], symbols)
        return columns, rows, cost
    (m, k, left), (_, n, right) = (cost_of(a, symbols) for a in tree.args)
    return m, n, left + right + m * k * n


def _count(size):
    return int(np.prod([int(s) for s in size], dtype=int))


def least_cost(shapes):
    """Return the least number of multiplications, over all brackets, of factors of these shapes."""
    sizes = [shapes[0][0], *(columns for _, columns in shapes)]
    count = len(shapes)
    best = {(i, i + 1): 0 for i in range(count)}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length
            best[i, j] = min(
                best[i, k] + best[k, j] + sizes[i] * sizes[k] * sizes[j] for k in range(i + 1, j)
            )
    return best[0, count]


def factors(tree):
    """Return the factors of a product from left to right, brackets forgotten."""
    if tree.op == "*":
        return factors(tree.args[0]) + factors(tree.args[1])
    return [tree]


def _spelled(tree):
    if tree.op == "'":
        return f"{_spelled(tree.args[0])}'"
    return tree.data if tree.op == "name" else "?"


def judge_order(exercise, text):
    """Return the finding on a product with brackets."""
    formula = Formula(text, exercise.symbols)
    mine = [_spelled(t) for t in factors(formula.tree)]
    asked = [_spelled(t) for t in factors(exercise.formula.tree)]
    if mine != asked:
        return Finding(False, "factors")
    shapes = [cost_of(t, exercise.symbols)[:2] for t in factors(exercise.formula.tree)]
    cost, least = cost_of(formula.tree, exercise.symbols)[2], least_cost(shapes)
    data = {"cost": cost, "least": least}
    return Finding(cost == least, "cheapest" if cost == least else "costly", data)


def letters(exercise):
    """Return the sizes of an exercise as numbers that a formula may use."""
    found = {s for shape in exercise.symbols.values() for size in shape for s in size}
    return {s: (ONE, ONE) for s in sorted(found)}


def judge_cost(exercise, text):
    """Return the finding on a formula in the sizes: compared at whole numbers."""
    names = letters(exercise)
    formula, right = Formula(text, names), Formula(exercise.answer, names)
    if not is_scalar(formula.shape):
        return Finding(False, "different")
    ratios = []
    for values in cost_values(exercise):
        came, expected = formula(values), right(values)
        ratios.append(float((came / expected).item()))
    if not np.isfinite(ratios).all() or np.ptp(ratios) > 1e-9 * abs(ratios[0]) or not ratios[0]:
        return Finding(False, "different")
    if abs(ratios[0] - 1) < 1e-9:
        return Finding(True, "exact")
    return Finding(False, "factor", {"factor": ratios[0]})


def cost_values(exercise):
    """Return the whole numbers at which costs are compared: the same in the page."""
    names = list(letters(exercise))
    rng = np.random.default_rng(1)
    return [{s: np.array([[float(rng.integers(2, 40))]]) for s in names} for _ in range(6)]
