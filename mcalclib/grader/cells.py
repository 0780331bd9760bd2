"""Running one cell the way a notebook does, on either side of the fence."""

# ruff: noqa: S102 - executing cells is what this module is for

import ast


class Shell:
    """What `get_ipython()` gives in a graded cell: enough for the usual magics, nothing more."""

    def run_line_magic(self, name, line, *_):
        """Ignore a line magic; `%time` and `%timeit` run their statement once."""
        if name in ("time", "timeit"):
            exec(compile(line, "<magic>", "exec"), self.user_ns)

    def run_cell_magic(self, name, line, body):
        """Run the body of a cell magic that only decorates Python code."""
        if name not in ("time", "timeit", "capture", "prun"):
            raise NameError(f"the cell magic %%{name} does not run in a graded notebook")
        exec(compile(body, "<magic>", "exec"), self.user_ns)

    def system(self, line):
        """Say that shell commands are not run."""
        print(f"[not run: !{line}]")

    getoutput = system

    def set_next_input(self, *_):
        """Ignore `name?`."""


def prepare(namespace):
    """Fill a namespace with the names that every notebook starts with."""
    shell = Shell()
    shell.user_ns = namespace
    namespace.update(
        __name__="__main__",
        __builtins__=__builtins__,
        get_ipython=lambda: shell,
        display=lambda *values, **_: print(*values, sep="\n"),
    )
    return namespace


def run(source, name, namespace, flags=0):
    """Run ``source`` and return the value of its last expression, None without one."""
    return run_compiled(compile_cell(source, name), namespace)


def compile_cell(source, name):
    """Return a cell's code in two parts: what is executed, and the expression that ends it."""
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    # A semicolon after the last expression hides its value, as in a notebook.
    if isinstance(last, ast.Expr) and not source.rstrip().endswith(";"):
        tree.body.pop()
        expression = compile(ast.Expression(last.value), name, "eval")
    else:
        expression = None
    return compile(tree, name, "exec"), expression


def run_compiled(code, namespace):
    """Run what `compile_cell` returned."""
    body, expression = code
    exec(body, namespace)
    return None if expression is None else eval(expression, namespace)
