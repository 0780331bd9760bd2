"""LinearOperator and SecondDerivative against their definitions on entries."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mcalclib import LinearOperator
from mcalclib.errors import DomainError, DtypeError, ShapeError
from mcalclib.operators import SecondDerivative

SHAPES = [((2, 2), (2, 2)), ((3, 2), (2, 4)), ((1, 1), (2, 3)), ((3,), ()), ((), (2,))]
every_shape = pytest.mark.parametrize(("in_shape", "out_shape"), SHAPES)


def drawn(rng, in_shape, out_shape, **kwargs):
    """Return an operator and the matrix that defines it."""
    J = rng.standard_normal((int(np.prod(out_shape)), int(np.prod(in_shape))))
    return LinearOperator.from_matrix(J, in_shape, out_shape, **kwargs), J


def spd(rng, n):
    B = rng.standard_normal((n, n))
    return B @ B.T + n * np.eye(n)


@every_shape
def test_matrix_gives_back_the_matrix_it_came_from(rng, in_shape, out_shape):
    L, J = drawn(rng, in_shape, out_shape)
    assert_allclose(L.matrix(), J, rtol=1e-15)
    only_forward = LinearOperator(L._apply, in_shape, out_shape)
    assert_allclose(only_forward.matrix(), J, rtol=1e-15)


@every_shape
def test_operator_acts_on_vec_by_its_matrix(rng, in_shape, out_shape):
    L, J = drawn(rng, in_shape, out_shape)
    dX = rng.standard_normal(in_shape)
    assert_allclose(np.ravel(L(dX), order="F"), J @ np.ravel(dX, order="F"), rtol=1e-13)


@every_shape
def test_adjoint_moves_the_operator_across_the_inner_product(rng, in_shape, out_shape):
    L, J = drawn(rng, in_shape, out_shape)
    dX, Y = rng.standard_normal(in_shape), rng.standard_normal(out_shape)
    assert_allclose(np.sum(L(dX) * Y), np.sum(dX * L.adjoint(Y)), rtol=1e-12)
    assert_allclose(L.adjoint.matrix(), J.T, rtol=1e-14)
    without = LinearOperator(L._apply, in_shape, out_shape)
    assert_allclose(without.adjoint.matrix(), J.T, rtol=1e-14)


def test_adjoint_respects_both_inner_products(rng):
    L, J = drawn(rng, (2, 3), (2, 2))
    W, V = spd(rng, 6), spd(rng, 4)
    weighted = L.with_inner(domain=W, codomain=V)
    dX, Y = rng.standard_normal((2, 3)), rng.standard_normal((2, 2))
    flat = lambda A: np.ravel(A, order="F")
    left = flat(weighted(dX)) @ V @ flat(Y)
    right = flat(dX) @ W @ flat(weighted.adjoint(Y))
    assert_allclose(left, right, rtol=1e-12)
    assert_allclose(weighted.adjoint.matrix(), np.linalg.inv(W) @ J.T @ V, rtol=1e-11)


def test_adjoint_of_the_adjoint_is_the_operator_itself(rng):
    L, J = drawn(rng, (2, 3), (2, 2))
    weighted = L.with_inner(domain=spd(rng, 6))
    assert weighted.adjoint.adjoint is weighted
    assert_allclose(weighted.adjoint._apply_transpose(np.eye(2, 3)), weighted.with_inner(
        domain=weighted.domain.product.weight)._apply(weighted.domain.riesz(np.eye(2, 3))), rtol=1e-12)  # fmt: skip
    assert_allclose(weighted.matrix(), J, rtol=1e-15)


def test_inner_product_may_be_a_function(rng):
    P = spd(rng, 2)
    L, J = drawn(rng, (2, 2), (2, 2))
    weighted = L.with_inner(domain=lambda A, B: np.trace(A.T @ P @ B))
    assert_allclose(
        weighted.adjoint.matrix(), np.kron(np.eye(2), np.linalg.inv(P)) @ J.T, rtol=1e-11
    )


def test_composition_sum_and_multiple_follow_the_matrices(rng):
    L, J = drawn(rng, (2, 3), (4,))
    M, K = drawn(rng, (5,), (2, 3))
    N, I = drawn(rng, (2, 3), (4,))
    assert_allclose((L @ M).matrix(), J @ K, rtol=1e-13)
    assert_allclose((L @ M).adjoint.matrix(), (J @ K).T, rtol=1e-13)
    assert_allclose((L + N).matrix(), J + I, rtol=1e-14)
    assert_allclose((L - N).matrix(), J - I, rtol=1e-14)
    assert_allclose((2.5 * L).matrix(), 2.5 * J, rtol=1e-15)
    assert_allclose((np.float64(2.5) * L).adjoint.matrix(), 2.5 * J.T, rtol=1e-15)
    assert_allclose((-L).matrix(), -J, rtol=1e-15)


def test_sums_and_multiples_keep_the_space_of_symmetric_matrices(rng):
    from mcalclib import derivative

    S, Y = np.diag([1.0, 2.0, 4.0]), rng.standard_normal((3, 3))
    L = derivative(lambda A: A @ A, S, symmetric=True)
    both = (2 * L + L).adjoint(Y)
    G = S @ Y + Y @ S  # the adjoint of dA -> dA S + S dA, before the projection
    assert_allclose(both, 3 * (G + G.T) / 2, rtol=1e-12)


def test_norm_is_the_largest_singular_value_in_the_norms_of_both_spaces(rng):
    L, J = drawn(rng, (2, 2), (3,))
    assert_allclose(L.norm(), np.linalg.svd(J)[1][0], rtol=1e-13)
    assert_allclose(L.norm("frobenius"), np.sqrt(np.sum(J**2)), rtol=1e-13)
    W, V = spd(rng, 4), spd(rng, 3)
    weighted = L.with_inner(domain=W, codomain=V)
    # the largest generalised eigenvalue of J^T V J against W is the squared norm
    largest = np.max(np.linalg.eigvals(np.linalg.solve(W, J.T @ V @ J)).real)
    assert_allclose(weighted.norm() ** 2, largest, rtol=1e-11)


def test_identity_and_display():
    L = LinearOperator.identity((2, 3))
    assert_allclose(L.matrix(), np.eye(6))
    assert repr(L) == "LinearOperator I: (2, 3) -> (2, 3)"
    assert L._repr_latex_() == r"$I \colon \mathbb{R}^{2 \times 3} \to \mathbb{R}^{2 \times 3}$"


def test_operator_on_several_arrays_takes_them_one_after_another(rng):
    from mcalclib import derivative

    A, x = rng.standard_normal((3, 2)), rng.standard_normal(2)
    L = derivative(lambda A, x: A @ x, (A, x))
    dA, dx = rng.standard_normal((3, 2)), rng.standard_normal(2)
    assert_allclose(L(dA, dx), dA @ x + A @ dx, rtol=1e-13)
    assert_allclose(L((dA, dx)), L(dA, dx))
    assert L.in_shape == ((3, 2), (2,))


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (np.ones((2, 3)), ShapeError, r"expected shape \(2, 2\), got \(2, 3\)"),
        (np.ones((2, 2), dtype=int), DtypeError, "int64"),
        (np.array([["a", "b"], ["c", "d"]]), DtypeError, "<U1"),
        (np.array([[1.0, np.nan], [0.0, 0.0]]), DomainError, r"entry \(0, 1\) is nan"),
        (np.full((2, 2), np.inf), DomainError, "inf"),
        (np.ones((2, 2), dtype=complex), DtypeError, "complex128"),
        (np.ones((2, 2), dtype=object), DtypeError, "object"),
    ],
)
def test_bad_tangents_are_refused_by_name(bad, error, words):
    L = LinearOperator.identity((2, 2))
    with pytest.raises(error, match=words):
        L(bad)


def test_operators_that_do_not_fit_are_refused():
    L, M = LinearOperator.identity((2, 2)), LinearOperator.identity((3,))
    with pytest.raises(ShapeError, match="I acts on"):
        L @ M
    with pytest.raises(ShapeError, match="same spaces"):
        L + M
    with pytest.raises(ShapeError, match="another inner product"):
        L @ L.with_inner(domain=2 * np.eye(4), codomain=2 * np.eye(4))
    with pytest.raises(ShapeError, match=r"\(4, 4\), got \(3, 4\)"):
        LinearOperator.from_matrix(np.ones((3, 4)), (2, 2), (2, 2))
    with pytest.raises(TypeError):
        L @ np.eye(2)
    with pytest.raises(DomainError, match="kind"):
        L.norm("nuclear")


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (np.array([[1.0, 2.0], [0.0, 1.0]]), "symmetric"),
        (-np.eye(2), "positive definite"),
        (np.eye(3), r"\(2, 2\), got \(3, 3\)"),
    ],
)
def test_bad_inner_products_are_refused(weight, words):
    with pytest.raises((DomainError, ShapeError), match=words):
        LinearOperator.identity((2,)).with_inner(domain=weight)


def test_second_derivative_without_operator_says_what_it_is_for():
    D2 = SecondDerivative(lambda dX, dY: dX * dY)
    assert_allclose(D2(2.0, 3.0), 6.0)
    with pytest.raises(ShapeError, match="scalar function only"):
        D2.apply(1.0)
