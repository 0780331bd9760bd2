"""vec, Kronecker products, inner products and vech against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import mcalclib as mc
from mcalclib import linalg, samples
from mcalclib.errors import DomainError, ShapeError

SHAPES = [(3, 3), (4, 2), (2, 4), (1, 1), (1, 3), (3, 1)]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda s: f"{s[0]}x{s[1]}")
sizes = st.integers(1, 4)

# -- vec -----------------------------------------------------------------------------------


@every_shape
def test_vec_stacks_columns(shape, rng):
    A = rng.standard_normal(shape)
    columns = [A[:, j] for j in range(shape[1])]
    assert_array_equal(linalg.vec(A), np.concatenate(columns))


@every_shape
def test_unvec_undoes_vec(shape, rng):
    A = rng.standard_normal(shape)
    assert_array_equal(linalg.unvec(linalg.vec(A), *shape), A)
    v = rng.standard_normal(shape[0] * shape[1])
    assert_array_equal(linalg.vec(linalg.unvec(v, *shape)), v)


def test_vec_of_a_vector_is_the_vector_and_of_a_number_has_one_entry():
    assert_array_equal(linalg.vec(np.array([1.0, 2.0])), [1.0, 2.0])
    assert_array_equal(linalg.vec(3.0), [3.0])


def test_vec_refuses_stacks():
    with pytest.raises(ShapeError, match=r"vec: expected a matrix, got shape \(2, 3, 4\)"):
        linalg.vec(np.zeros((2, 3, 4)))


@pytest.mark.parametrize("v", [np.zeros(5), np.zeros((2, 3)), np.zeros(())])
def test_unvec_refuses_other_sizes(v):
    with pytest.raises(ShapeError, match=r"unvec: a 2 by 3 matrix needs .* \(6,\)"):
        linalg.unvec(v, 2, 3)


# -- Kronecker product ---------------------------------------------------------------------


@given(sizes, sizes, sizes, sizes, st.integers(0, 100))
def test_kronecker_product_replaces_entries_by_blocks(m, n, p, q, seed):
    rng = np.random.default_rng(seed)
    A, B = rng.standard_normal((m, n)), rng.standard_normal((p, q))
    K = linalg.kronecker_product(A, B)
    assert K.shape == (m * p, n * q)
    for i, j in np.ndindex(m, n):
        assert_array_equal(K[i * p : (i + 1) * p, j * q : (j + 1) * q], A[i, j] * B)


@given(sizes, sizes, sizes, sizes, st.integers(0, 100))
def test_vec_of_a_product_of_three_is_a_kronecker_product_times_vec(m, n, p, q, seed):
    rng = np.random.default_rng(seed)
    A, C, B = (rng.standard_normal(s) for s in ((m, n), (n, p), (p, q)))
    left = linalg.kronecker_product(B.T, A) @ linalg.vec(C)
    assert_allclose(left, linalg.vec(A @ C @ B), atol=1e-13)


def test_kronecker_product_is_differentiable_in_both_factors(rng):
    A, B, dA, dB = rng.standard_normal((4, 2, 3))
    moved = mc.pushforward(linalg.kronecker_product, (A, B), (dA, dB))
    assert_allclose(moved, np.kron(dA, B) + np.kron(A, dB), atol=1e-14)


@pytest.mark.parametrize(("A", "B"), [(np.ones(2), np.ones((2, 2))), (np.ones((2, 2)), 1.0)])
def test_kronecker_product_refuses_vectors(A, B):
    with pytest.raises(ShapeError, match=r"must be a matrix, .* v\[:, None\]"):
        linalg.kronecker_product(A, B)


# -- commutation matrix --------------------------------------------------------------------


@every_shape
def test_commutation_matrix_transposes_vec(shape, rng):
    A = rng.standard_normal(shape)
    K = linalg.commutation_matrix(*shape)
    assert_array_equal(K @ linalg.vec(A), linalg.vec(A.T))


@every_shape
def test_commutation_matrix_is_a_permutation_with_its_transpose_as_inverse(shape):
    K = linalg.commutation_matrix(*shape)
    assert_array_equal(K @ K.T, np.eye(shape[0] * shape[1]))
    assert_array_equal(K.T, linalg.commutation_matrix(*shape[::-1]))
    assert set(np.unique(K)) <= {0.0, 1.0}


@given(sizes, sizes, sizes, sizes, st.integers(0, 100))
def test_commutation_matrices_exchange_kronecker_factors(m, n, p, q, seed):
    rng = np.random.default_rng(seed)
    A, B = rng.standard_normal((m, n)), rng.standard_normal((p, q))
    K = linalg.commutation_matrix
    exchanged = K(p, m) @ np.kron(A, B) @ K(n, q)
    assert_allclose(exchanged, np.kron(B, A), atol=1e-14)


def test_commutation_matrix_refuses_empty_shapes():
    with pytest.raises(ShapeError, match="at least 1, got 0 and 2"):
        linalg.commutation_matrix(0, 2)


def test_transpose_has_the_commutation_matrix_as_jacobian(rng):
    A = rng.standard_normal((3, 2))
    assert_array_equal(mc.jacobian(lambda A: A.T, A), linalg.commutation_matrix(3, 2))


# -- inner products ------------------------------------------------------------------------


@every_shape
def test_inner_is_the_trace_of_a_product(shape, rng):
    A, B = rng.standard_normal((2, *shape))
    assert_allclose(linalg.inner(A, B), np.trace(A.T @ B), atol=1e-14)


def test_inner_refuses_two_shapes():
    with pytest.raises(ShapeError, match=r"got \(2, 3\) and \(3, 2\)"):
        linalg.inner(np.zeros((2, 3)), np.zeros((3, 2)))


@pytest.mark.parametrize("shape", [(4,), (2, 3), (1, 1)])
def test_weighted_inner_product_is_the_quadratic_form_of_vec(shape, rng):
    d = int(np.prod(shape))
    W = samples.positive_definite(rng, d)
    A, B = rng.standard_normal((2, *shape))
    product = linalg.InnerProduct(shape, W)
    assert_allclose(product(A, B), linalg.vec(A) @ W @ linalg.vec(B), rtol=1e-13)
    # riesz(A) represents A: its product with B is the Frobenius product of A with B
    assert_allclose(product(product.riesz(A), B), np.sum(A * B), rtol=1e-12)
    assert_allclose(product.riesz(product.lower(A)), A, rtol=1e-12)


def test_inner_product_given_by_a_function_equals_that_function(rng):
    M = samples.positive_definite(rng, 2)

    def weighted(A, B):
        return np.trace(A.T @ M @ B)

    product = linalg.InnerProduct((2, 3), weighted)
    A, B = rng.standard_normal((2, 2, 3))
    assert_allclose(product(A, B), weighted(A, B), rtol=1e-13)
    assert_allclose(product.weight, np.kron(np.eye(3), M), atol=1e-15)


def test_inner_product_without_weight_is_frobenius(rng):
    A, B = rng.standard_normal((2, 2, 3))
    product = linalg.InnerProduct((2, 3))
    assert_allclose(product(A, B), np.sum(A * B))
    assert_array_equal(product.riesz(A), A)


@pytest.mark.parametrize(
    ("W", "error", "message"),
    [
        (np.eye(3), ShapeError, r"must be \(2, 2\), got \(3, 3\)"),
        (np.array([[1.0, 1.0], [0.0, 1.0]]), DomainError, "must be symmetric"),
        (np.diag([1.0, -1.0]), DomainError, "positive definite; its smallest eigenvalue is -1"),
    ],
)
def test_inner_product_refuses_weights_that_are_none(W, error, message):
    with pytest.raises(error, match=message):
        linalg.InnerProduct((2,), W)


def test_gradient_in_a_weighted_inner_product_is_the_solution_with_the_weight(rng):
    W, x = samples.positive_definite(rng, 3), rng.standard_normal(3)
    G = mc.gradient(lambda x: x @ x, x, inner=W)
    assert_allclose(W @ G, 2 * x, rtol=1e-12)


# -- vech ----------------------------------------------------------------------------------

every_size = pytest.mark.parametrize("n", [1, 2, 3, 5])


@every_size
def test_vech_stacks_the_columns_of_the_lower_triangle(n, rng):
    A = rng.standard_normal((n, n))
    expected = [A[i, j] for j in range(n) for i in range(j, n)]
    assert_array_equal(linalg.vech(A), expected)


@every_size
def test_unvech_undoes_vech_on_symmetric_matrices(n, rng):
    A = samples.symmetric(rng, n)
    assert_array_equal(linalg.unvech(linalg.vech(A)), A)


@every_size
def test_duplication_and_elimination_matrices_go_between_vech_and_vec(n, rng):
    D, L, A = linalg.duplication_matrix(n), linalg.elimination_matrix(n), samples.symmetric(rng, n)
    assert_array_equal(D @ linalg.vech(A), linalg.vec(A))
    B = rng.standard_normal((n, n))
    assert_array_equal(L @ linalg.vec(B), linalg.vech(B))
    assert_array_equal(L @ D, np.eye(n * (n + 1) // 2))
    # D D⁺ projects on the symmetric matrices: (I + K)/2
    projection = (np.eye(n * n) + linalg.commutation_matrix(n, n)) / 2
    assert_allclose(D @ np.linalg.pinv(D), projection, atol=1e-14)


@every_size
def test_vech_and_unvech_have_these_matrices_as_jacobians(n, rng):
    A = samples.symmetric(rng, n)
    assert_array_equal(mc.jacobian(linalg.vech, A), linalg.elimination_matrix(n))
    assert_array_equal(mc.jacobian(linalg.unvech, linalg.vech(A)), linalg.duplication_matrix(n))


def test_log_determinant_in_vech_coordinates_counts_off_diagonal_entries_twice(rng):
    A = samples.positive_definite(rng, 3)
    G = mc.gradient(lambda v: np.linalg.slogdet(linalg.unvech(v))[1], linalg.vech(A))
    inverse = np.linalg.inv(A)
    assert_allclose(G, linalg.vech(2 * inverse - np.diag(np.diag(inverse))), atol=1e-13)


@pytest.mark.parametrize("v", [np.zeros(2), np.zeros(0), np.zeros((3, 1)), np.zeros(())])
def test_unvech_refuses_lengths_that_no_symmetric_matrix_has(v):
    with pytest.raises(ShapeError, match=r"unvech: .* n\(n\+1\)/2"):
        linalg.unvech(v)


@pytest.mark.parametrize("A", [np.zeros((2, 3)), np.zeros(3)])
def test_vech_refuses_matrices_that_are_not_square(A):
    with pytest.raises(ShapeError, match="vech: expected a square matrix"):
        linalg.vech(A)


@pytest.mark.parametrize("make", [linalg.duplication_matrix, linalg.elimination_matrix])
def test_matrices_of_vech_refuse_size_zero(make):
    with pytest.raises(ShapeError, match="n must be at least 1, got 0"):
        make(0)
