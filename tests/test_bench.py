"""The runner of the measurements and the tables they print. The measurements are no tests."""

import ast
from pathlib import Path

import pytest

from bench import __main__ as runner
from bench import tables

BENCH = Path(runner.__file__).parent
FILES = sorted(BENCH.glob("bench_*.py"))


def test_medians_drop_the_first_round_and_take_turns():
    calls = []

    def measure(name, values):
        values = iter(values)

        def next_value():
            calls.append(name)
            return next(values)

        return next_value

    slow = measure("slow", [100.0, 3.0, 9.0, 4.0])
    fast = measure("fast", [100.0, 1.0, 2.0, 1.5])
    assert tables.medians({"slow": slow, "fast": fast}, 3) == {"slow": 4.0, "fast": 1.5}
    assert calls == ["slow", "fast"] * 4


def test_a_table_aligns_names_left_and_numbers_right(capsys):
    tables.show("Title", ["what", "s"], [["long name", 1.23456], ["x", 12]])
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Title",
        "",
        "  what          s",
        "  ---------  ----",
        "  long name  1.23",
        "  x            12",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_measurement_says_what_it_compares_and_runs_by_itself(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert "main" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert 'if __name__ == "__main__":' in ast.unparse(tree).replace("'", '"')


def test_every_measurement_runs_and_one_that_fails_fails_the_run(monkeypatch, tmp_path, capsys):
    for name, code in [("good", "print('good ran')"), ("bad", "raise SystemExit(3)")]:
        (tmp_path / f"bench_{name}.py").write_text(code)
    ran = []

    def run(command, **options):
        ran.append((command[-1], options["env"]["OPENBLAS_NUM_THREADS"]))
        return type("Run", (), {"returncode": int("bad" in command[-1])})

    monkeypatch.setattr(runner, "__file__", str(tmp_path / "__main__.py"))
    monkeypatch.setattr(runner.subprocess, "run", run)
    assert runner.main([]) == 1
    assert ran == [("bench.bench_bad", "1"), ("bench.bench_good", "1")]
    assert "failed: bench_bad" in capsys.readouterr().err
    assert runner.main(["good"]) == 0


def test_an_unknown_measurement_is_named_with_those_that_exist(capsys):
    assert runner.main(["nothing"]) == 2
    said = capsys.readouterr().err
    assert "nothing" in said
    assert "import" in said
