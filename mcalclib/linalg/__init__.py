"""Linear algebra of matrix spaces, and SciPy's functions in a form that can be differentiated.

Everything here accepts plain arrays and the traced arrays of a differentiated function.
"""

from .banded import solveh_banded
from .inner import InnerProduct, inner
from .matrix_functions import expm, logm, solve_sylvester, sqrtm
from .probabilities import expit, log_softmax, logsumexp, softmax
from .sparse import SparseMatrix, sparse_matrix, splu, spsolve
from .symmetric import duplication_matrix, elimination_matrix, unvech, vech
from .triangular import cho_factor, cho_solve, lu_factor, lu_solve, solve_triangular
from .vectorise import commutation_matrix, kronecker_product, unvec, vec

__all__ = [
    "DIFFERENTIABLE",
    "InnerProduct",
    "SparseMatrix",
    "cho_factor",
    "cho_solve",
    "commutation_matrix",
    "duplication_matrix",
    "elimination_matrix",
    "expit",
    "expm",
    "inner",
    "kronecker_product",
    "log_softmax",
    "logm",
    "logsumexp",
    "lu_factor",
    "lu_solve",
    "softmax",
    "solve_sylvester",
    "solve_triangular",
    "solveh_banded",
    "sparse_matrix",
    "splu",
    "spsolve",
    "sqrtm",
    "unvec",
    "unvech",
    "vec",
    "vech",
]

_OURS = {
    "DIFFERENTIABLE", "InnerProduct", "SparseMatrix", "commutation_matrix", "duplication_matrix",
    "elimination_matrix", "inner", "kronecker_product", "sparse_matrix", "unvec", "unvech", "vec",
    "vech",
}  # fmt: skip

# SciPy's functions, to be taken from here inside a differentiated function
DIFFERENTIABLE = tuple(name for name in __all__ if name not in _OURS)
