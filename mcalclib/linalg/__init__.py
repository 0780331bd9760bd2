"""Linear algebra of matrix spaces: vec, Kronecker products, inner products.

Everything here accepts plain arrays and the traced arrays of a differentiated function.
"""

from .inner import InnerProduct, inner
from .vectorise import commutation_matrix, kronecker_product, unvec, vec

__all__ = [
    "InnerProduct",
    "commutation_matrix",
    "inner",
    "kronecker_product",
    "unvec",
    "vec",
]
