"""Who loads sympy: only who derives with symbols."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "statement",
    [
        "import mcalclib",
        "import mcalclib.rules",
        "from mcalclib import vec, derivative, gradient, hessian",
        "import mcalclib.cli",
    ],
)
def test_sympy_is_not_loaded(statement):
    code = f"import sys; {statement}; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_public_names_are_offered():
    import mcalclib as mc

    for name in (
        "differential", "derivation", "symbolic_gradient", "symbolic_jacobian",
        "symbolic_hessian", "to_numpy", "to_latex", "parse",
    ):  # fmt: skip
        assert getattr(mc, name) is getattr(mc.symbolic, name)
