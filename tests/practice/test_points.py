"""Points are what their family says, and what is right there is right."""

import numpy as np
import pytest

from mcalclib.practice.page import page_data
from mcalclib.practice.points import drawn_values, points_of, seed_of, small_points
from tests.practice import samples, witness

QUADRATIC = samples.quadratic(at={"x": [1.0, 2.0], "A": [[1.0, 2.0], [3.0, 4.0]]})
EVERY = [
    QUADRATIC, samples.square(), samples.gram(), samples.solve_gradient(),
    samples.product_jacobian(), samples.pullback(), samples.trace_hessian("operator"),
    samples.trace_hessian("bilinear"), samples.trace_hessian("matrix"),
]  # fmt: skip


def of_family(exercise, family, seed=0):
    points = points_of(exercise, np.random.default_rng(seed))
    return points, [p for p in points if p.family == family]


@pytest.mark.parametrize("exercise", EVERY, ids=[e.id + e.form for e in EVERY])
def test_right_values_are_those_of_a_witness(exercise):
    points, _ = of_family(exercise, "generic")
    for p in points:
        if p.family in ("generic", "symmetric", "commuting", "equal", "fixed", "sum"):
            expected = witness.right(exercise, p.values)
            np.testing.assert_allclose(p.right, expected, rtol=1e-6, atol=1e-6)
            if p.permuted is not None and exercise.asks == "jacobian":
                expected = witness.row_by_row(exercise, p.values)
                np.testing.assert_allclose(p.permuted, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("exercise", EVERY, ids=[e.id + e.form for e in EVERY])
def test_summands_sum_to_what_is_right(exercise):
    for p in of_family(exercise, "generic")[1]:
        for summands in (p.summands, *p.other_summands):
            np.testing.assert_allclose(sum(summands), p.right, rtol=1e-9, atol=1e-9)


def test_sizes_are_distinct_so_that_a_transposed_answer_has_another_shape():
    _, generic = of_family(samples.product_jacobian(), "generic")
    assert [generic[0].values[k].shape for k in "XY"] == [(3, 2), (2, 4)]


def test_symmetric_matrices_are_symmetric_and_the_others_are_not():
    exercise = samples.trace_hessian("operator")
    groups = {p.which for p in of_family(exercise, "symmetric")[1]}
    assert groups == {("A",), ("B",), ("A", "B")}
    for p in of_family(exercise, "symmetric")[1]:
        for name in "AB":
            symmetric = np.allclose(p.values[name], p.values[name].T)
            assert symmetric == (name in p.which)


def test_commuting_matrices_commute_and_are_not_symmetric():
    for p in of_family(samples.square(), "commuting")[1]:
        A, dA = p.values["A"], p.values["dA"]
        np.testing.assert_allclose(A @ dA, dA @ A, atol=1e-12)
        assert not np.allclose(A, A.T) and not np.allclose(dA, dA.T)


def test_commuting_symmetric_matrices_stay_symmetric():
    exercise = samples.entry(
        function=lambda A: A @ A, wrt="A", shapes={"A": "n, n symmetric"}, answer="A dA + dA A",
        expression="A^2",
    )  # fmt: skip
    for p in of_family(exercise, "commuting")[1]:
        A, dA = p.values["A"], p.values["dA"]
        np.testing.assert_allclose([A @ dA, A], [dA @ A, A.T], atol=1e-12)


def test_equal_symbols_are_equal_and_leave_out_what_varies():
    found = of_family(samples.solve_gradient(), "equal")[1]
    assert {p.which for p in found} == {("b", "c")}
    assert all(np.array_equal(p.values["b"], p.values["c"]) for p in found)
    assert not of_family(samples.pullback(), "equal")[1]


def test_doubled_and_summed_tangents_belong_to_their_base_point():
    points, doubled = of_family(QUADRATIC, "doubled")
    summed, other = ([p for p in points if p.family == f] for f in ("sum", "other"))
    for d, s, o in zip(doubled, summed, other, strict=True):
        base = points[d.of[0]]
        assert np.array_equal(d.values["A"], base.values["A"])
        assert np.array_equal(d.values["dx"], 2 * base.values["dx"])
        assert np.array_equal(s.values["dx"], base.values["dx"] + o.values["dx"])


def test_difference_is_the_change_of_the_function():
    for p in of_family(QUADRATIC, "generic")[1]:
        x, A, dx = p.values["x"], p.values["A"], p.values["dx"]
        change = (x + dx).T @ A @ (x + dx) - x.T @ A @ x
        np.testing.assert_allclose(p.difference, change, rtol=1e-12)


def test_point_of_the_text_has_its_numbers_and_fixed_ones_only_its_sizes():
    points, text = of_family(QUADRATIC, "text")
    _, fixed = of_family(QUADRATIC, "fixed")
    for p, q in zip(text, fixed, strict=True):
        assert p.values["A"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
        assert q.values["A"].shape == (2, 2) and not np.array_equal(q.values["A"], p.values["A"])
        base = points[q.of[0]]
        assert base.family == "text"
        assert np.array_equal(base.values["dx"], q.values["dx"])


def test_small_points_are_whole_numbers_smallest_first_and_the_same_each_time():
    points = small_points(samples.solve_gradient())
    sizes = [p.values["A"].size for p in points]
    assert sizes == sorted(sizes) and sizes[0] == 1
    for p, q in zip(points, small_points(samples.solve_gradient()), strict=True):
        for name, x in p.values.items():
            assert np.array_equal(x, np.round(x)) and np.array_equal(x, q.values[name])


PROPERTIES = {
    "n, n symmetric": lambda A: np.allclose(A, A.T),
    "n, n positive definite": lambda A: (np.linalg.eigvalsh(A) > 0.1).all(),
    "n, n invertible": lambda A: np.linalg.cond(A) < 10,
    "n, n orthogonal": lambda A: np.allclose(A.T @ A, np.eye(len(A))),
    "n, n positive": lambda A: (A > 0.1).all(),
}


@pytest.mark.parametrize("declared", PROPERTIES)
def test_drawn_matrices_have_their_property(declared, rng):
    exercise = samples.entry(shapes={"x": "n", "A": declared})
    points = points_of(exercise, rng)
    drawn = [drawn_values(exercise, rng) for _ in range(5)]
    for values in [*drawn, *(p.values for p in points if p.family in ("generic", "small"))]:
        if declared == "n, n invertible" and len(values["A"]) < 3:
            assert np.linalg.matrix_rank(values["A"]) == len(values["A"])
        else:
            assert PROPERTIES[declared](values["A"])


def test_tangent_of_a_symmetric_matrix_is_symmetric(rng):
    exercise = samples.entry(
        function=lambda A: np.trace(A @ A), wrt="A", shapes={"A": "n, n symmetric"},
        answer="2 tr(A dA)", expression="tr(A^2)",
    )  # fmt: skip
    for p in points_of(exercise, rng):
        assert np.allclose(p.values["dA"], p.values["dA"].T)


def test_derived_symbols_are_computed_at_every_point(rng):
    exercise = samples.entry(
        function=lambda A: np.linalg.eigvalsh(A)[-1], wrt="A",
        shapes={"A": "n, n symmetric", "v": "n"},
        derived={"v": lambda A: np.linalg.eigh(A)[1][:, -1]}, answer="v' dA v", expression=None,
        solution="See the text.",
    )  # fmt: skip
    for p in points_of(exercise, rng):
        A, v = p.values["A"], p.values["v"]
        top = np.linalg.eigvalsh(A)[-1]
        np.testing.assert_allclose(A @ v, top * v, atol=1e-9)


def test_page_has_the_points_of_its_seed():
    data = page_data(QUADRATIC)
    points = points_of(QUADRATIC, np.random.default_rng(seed_of(QUADRATIC)))
    assert [p["family"] for p in data["points"]] == [p.family for p in points]
    for there, here in zip(data["points"], points, strict=True):
        assert there["right"] == here.right.tolist()
        assert there["values"] == {k: x.tolist() for k, x in here.values.items()}
    assert data["shapes"] == {"x": ["n", "1"], "A": ["n", "n"], "dx": ["n", "1"]}
    assert data["result"] == ["1", "1"]
