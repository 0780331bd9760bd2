"""A small assignment in nbgrader's format, and submissions to it, for the grader's tests.

Three questions with twelve checks: functions that return arrays, that take a function, that
return a function; partial credit, hidden tests, and a proof graded by hand.
"""

import json

IMPORTS = "import numpy as np\nrng = np.random.default_rng(3)"

COMMUTATION = """def commutation(m, n):
    \"\"\"Return K with K @ vec(A) == vec(A.T) for every A of shape (m, n).\"\"\"
    ### BEGIN SOLUTION
    order = np.arange(m * n).reshape((m, n), order="F").ravel()
    return np.eye(m * n)[order]
    ### END SOLUTION"""

SLOPE = """def slope(f, x, dx, h=1e-5):
    \"\"\"Return the central difference of f at x along dx.\"\"\"
    ### BEGIN SOLUTION
    return (f(x + h * dx) - f(x - h * dx)) / (2 * h)
    ### END SOLUTION"""

INVERSE = """def derivative_of_inverse(X):
    \"\"\"Return the function dX -> d(inv X).\"\"\"
    ### BEGIN SOLUTION
    Y = np.linalg.inv(X)
    return lambda dX: -Y @ dX @ Y
    ### END SOLUTION"""

TESTS = {
    "commutation-shape": (1, "assert commutation(2, 3).shape == (6, 6)"),
    "commutation-transposes": (
        2,
        """A = np.arange(6.0).reshape(2, 3)
np.testing.assert_allclose(commutation(2, 3) @ A.ravel(order="F"), A.T.ravel(order="F"))
### BEGIN HIDDEN TESTS
B = np.random.standard_normal((4, 3))
np.testing.assert_allclose(commutation(4, 3) @ B.ravel(order="F"), B.T.ravel(order="F"))
### END HIDDEN TESTS""",
    ),
    "commutation-inverse": (
        1,
        "K = commutation(3, 2)\nnp.testing.assert_allclose(K.T @ K, np.eye(6), atol=1e-12)",
    ),
    "commutation-partial": (
        2,
        """points = 0.0
for m, n in [(1, 1), (1, 4), (4, 1), (3, 3)]:
    A = np.arange(m * n, dtype=float).reshape(m, n)
    if np.allclose(commutation(m, n) @ A.ravel(order="F"), A.T.ravel(order="F")):
        points += 0.5
points""",
    ),
    "slope-line": (1, "assert abs(slope(lambda x: 3 * x, 2.0, 1.0) - 3) < 1e-8"),
    "slope-matrix": (
        2,
        """X, dX = np.eye(2), np.array([[0.0, 1.0], [2.0, 0.0]])
np.testing.assert_allclose(slope(lambda X: X @ X, X, dX), X @ dX + dX @ X, rtol=1e-8)""",
    ),
    "slope-second-order": (
        1,
        """errors = [abs(slope(np.exp, 0.0, 1.0, h) - 1) for h in (1e-2, 1e-3)]
assert errors[1] < errors[0] / 50""",
    ),
    "slope-hidden": (
        1,
        """assert callable(slope)
### BEGIN HIDDEN TESTS
a = np.random.standard_normal(3)
assert abs(slope(lambda x: a @ x, np.ones(3), np.ones(3)) - a.sum()) < 1e-8
### END HIDDEN TESTS""",
    ),
    "inverse-scalar": (
        1,
        "np.testing.assert_allclose(derivative_of_inverse(np.array([[2.0]]))(np.array([[1.0]])), [[-0.25]])",
    ),
    "inverse-linear": (
        1,
        """L = derivative_of_inverse(np.array([[2.0, 1.0], [1.0, 3.0]]))
U, V = np.eye(2), np.array([[0.0, 1.0], [5.0, 0.0]])
np.testing.assert_allclose(L(U + 2 * V), L(U) + 2 * L(V), rtol=1e-12)""",
    ),
    "inverse-difference": (
        2,
        """X = np.array([[3.0, 1.0], [0.0, 2.0]])
dX = np.array([[1.0, -1.0], [0.5, 2.0]])
h = 1e-6
expected = (np.linalg.inv(X + h * dX) - np.linalg.inv(X - h * dX)) / (2 * h)
np.testing.assert_allclose(derivative_of_inverse(X)(dX), expected, rtol=1e-6)""",
    ),
    "inverse-hidden": (
        1,
        """dX = np.eye(2)
assert derivative_of_inverse(np.eye(2))(dX).shape == (2, 2)
### BEGIN HIDDEN TESTS
X = np.random.standard_normal((3, 3)) + 5 * np.eye(3)
Y = np.linalg.inv(X)
np.testing.assert_allclose(derivative_of_inverse(X)(np.ones((3, 3))), -Y @ np.ones((3, 3)) @ Y)
### END HIDDEN TESTS""",
    ),
}
MAX_AUTO = sum(points for points, _ in TESTS.values())
PROOF_POINTS = 4


def cell(kind, source, cell_id, **nbgrader):
    """Return one notebook cell; with keywords it carries nbgrader's metadata."""
    result = {"cell_type": kind, "id": cell_id, "metadata": {}, "source": source}
    if kind == "code":
        result |= {"outputs": [], "execution_count": None}
    if nbgrader:
        about = {"grade": False, "solution": False, "locked": False, "task": False}
        result["metadata"]["nbgrader"] = {
            **about,
            "schema_version": 3,
            "grade_id": cell_id,
            **nbgrader,
        }
    return result


def notebook(cells):
    """Return a notebook as a dict."""
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def source_notebook():
    """Return the instructor's notebook as a dict."""
    cells = [
        cell("markdown", "# Operators\n\nThree functions and a proof.", "title"),
        cell("code", IMPORTS, "imports"),
    ]
    for prefix, answer in (("commutation", COMMUTATION), ("slope", SLOPE), ("inverse", INVERSE)):
        cells.append(cell("markdown", f"## {prefix.title()}", f"{prefix}-title"))
        cells.append(cell("code", answer, prefix, solution=True))
        for name, (points, test) in TESTS.items():
            if name.startswith(prefix):
                cells.append(cell("code", test, name, grade=True, locked=True, points=points))
    proof = "Since $K^T$ undoes the transposition, $K^T K = I$."
    cells.append(cell("markdown", "Prove that $K$ is orthogonal.", "proof-title"))
    cells.append(cell("markdown", proof, "proof", grade=True, solution=True, points=PROOF_POINTS))
    return notebook(cells)


def to_bytes(content):
    """Return a notebook's file."""
    return json.dumps(content, indent=1).encode()


RIGHT = {
    "commutation": COMMUTATION.replace("    ### BEGIN SOLUTION\n", "").replace(
        "\n    ### END SOLUTION", ""
    ),
    "slope": SLOPE.replace("    ### BEGIN SOLUTION\n", "").replace("\n    ### END SOLUTION", ""),
    "inverse": INVERSE.replace("    ### BEGIN SOLUTION\n", "").replace(
        "\n    ### END SOLUTION", ""
    ),
    "proof": "The transpose of a permutation is its inverse.",
}
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def submission(**answers):
    """Return a submission as a dict: right answers except for those given by name.

    A name with the value None leaves that answer as it was handed out.
    """
    from mcalclib.grader.assignment import parse
    from mcalclib.grader.release import student_version

    data = to_bytes(source_notebook())
    content = json.loads(student_version(data, parse(data, "operators")))
    for item in content["cells"]:
        about = item["metadata"].get("nbgrader", {})
        name = about.get("grade_id")
        text = {**RIGHT, **answers}.get(name)
        item["source"] = "".join(item["source"]) if text is None else text
    return content
