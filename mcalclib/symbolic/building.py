"""The same operation with other operands."""

from . import nodes as n

_BUILDERS = {
    "add": n.add,
    "mul": n.mul,
    "had": n.had,
    "matmul": n.matmul,
    "transpose": n.transpose,
    "inverse": n.inverse,
    "mpow": n.mpow,
    "pow": n.power,
    "trace": n.trace,
    "det": n.det,
    "total": n.total,
    "entry": n.entry,
    "diag": n.diag,
    "diagonal": n.diagonal,
    "kron": n.kron,
    "vec": n.vec,
    "d": n.differential_of,
}


def rebuilt(x, args):
    """Return the node like x with these operands."""
    build = _BUILDERS.get(x.op)
    if build is not None:
        return build(*args)
    if x.op == "fn":
        return n.fn(x.data, *args)
    if x.op == "norm":
        return n.norm(*args, x.data)
    if x.op == "unvec":
        return n.unvec(*args, *x.shape)
    if x.op == "mfun":
        return n.mfun(x.data, *args)
    return n.make(x.op, tuple(args), x.data, x.shape)
