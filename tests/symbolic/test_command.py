"""`mcalc derive` in the terminal."""

import os
import subprocess
import sys

import pytest

from mcalclib.cli import main


def test_derivation_and_gradient_are_printed(capsys):
    assert main(["derive", "tr(X' A X B)", "--wrt", "X"]) == 0
    out = capsys.readouterr().out
    assert "[trace]" in out
    assert out.rstrip().endswith("A X B + Aᵀ X Bᵀ")


def test_declarations_shorten_the_answer(capsys):
    command = ["derive", "tr(X' A X B)", "--wrt", "X", "--where", "A, B symmetric"]
    assert main(command) == 0
    assert capsys.readouterr().out.rstrip().endswith("2 A X B")


def test_latex_is_one_align_block(capsys):
    assert main(["derive", "x' A x", "--wrt", "x", "--latex"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("\\begin{align*}")
    assert out.count("\\end{align*}") == 1


def test_numpy_function_is_printed(capsys):
    assert main(["derive", "x' A x", "--wrt", "x", "--numpy"]) == 0
    assert "def gradient(*, A, x):\n    return (A + A.T) @ x" in capsys.readouterr().out


@pytest.mark.parametrize("flag", ["--second", "--jacobian", "--full"])
def test_other_forms(capsys, flag):
    assert main(["derive", "A^3" if flag != "--second" else "det(A)", flag]) == 0
    assert "=" in capsys.readouterr().out


def test_complaint_goes_to_stderr_and_status_is_2(capsys):
    assert main(["derive", "tr(X", "--wrt", "X"]) == 2
    err = capsys.readouterr().err
    assert err.splitlines()[-1].strip() == "^"


@pytest.mark.parametrize(("text", "jacobian"), [("x' x", "2 xᵀ"), ("t A; t: scalar", "vec(A)")])
def test_jacobian_of_a_scalar_and_by_a_scalar(capsys, text, jacobian):
    assert main(["derive", text, "--wrt", text[0], "--jacobian"]) == 0
    assert capsys.readouterr().out.rstrip().endswith(f"(numerator layout): {jacobian}")


def test_second_derivative_in_latex(capsys):
    assert main(["derive", "x' A x", "--wrt", "x", "--second", "--latex"]) == 0
    assert capsys.readouterr().out.rstrip().endswith(r"dx_{2}^{\mathsf{T}}\, A\, dx")


def test_the_package_is_the_command_and_writes_formulas_whatever_the_encoding():
    run = subprocess.run(
        [sys.executable, "-m", "mcalclib", "derive", "x' A x", "--wrt", "x"],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0
    assert run.stdout.rstrip().endswith("(A + Aᵀ) x")


def test_unknown_variable_is_named(capsys):
    assert main(["derive", "x' A x", "--wrt", "z"]) == 2
    assert "A, x" in capsys.readouterr().err


def test_grader_is_not_loaded_to_derive():
    code = (
        "import sys; from mcalclib.cli import main; main(['derive', 'A^2']);"
        "sys.exit(any(m.startswith('mcalclib.grader') for m in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert run.returncode == 0
