"""The errors of mcalclib: each says where, what was expected, what came and what to do."""


class McalcError(Exception):
    """Base of every error that mcalclib raises on purpose."""


class ShapeError(McalcError, ValueError):
    """Shapes that do not fit each other, or do not fit the operation."""


class DtypeError(McalcError, TypeError):
    """Entries of the wrong kind: integers, objects, strings where real numbers are needed."""


class DomainError(McalcError, ValueError):
    """A point outside the domain of a function: a singular matrix, NaN, a negative logarithm."""


class NotDifferentiableError(DomainError):
    """A point where the function has a value but no derivative: a kink, a repeated eigenvalue."""


class NoRuleError(McalcError, TypeError):
    """An operation without a derivative rule."""
