"""What `make test` counts and says."""

import pytest

from tools import check


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Run the given test module as a stage, away from this run's own settings."""
    monkeypatch.setattr(check, "REPORTS", tmp_path / "reports")
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)

    def run(text):
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        path = tmp_path / "test_given.py"
        path.write_text(text)
        return check.pytest("unit", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(path))

    return run


def test_a_stage_counts_what_pytest_ran(suite):
    result = suite(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): pass\n"
        "def test_c(): assert False\n"
        "def test_d(): pytest.skip('no')\n"
    )
    assert (result.passed, result.failed, result.skipped) == (2, 1, 1)


@pytest.mark.parametrize("text", ["", "def test_a(:", "import nowhere_at_all"])
def test_a_stage_without_a_test_run_has_failed(suite, text):
    result = suite(text)
    assert result.passed == 0
    assert result.failed >= 1


def test_the_last_line_totals_every_stage():
    results = [check.Result("unit", 12, 1, 0, 3.0), check.Result("book", 1, 0, 0, 60.0, "slow")]
    table = check.summary(results).splitlines()
    assert table[-1] == "13 passed, 1 failed"
    (unit,) = (line for line in table if "unit tests" in line)
    assert "12 passed, 1 failed, 0 skipped in 3.0 s" in unit
    (book,) = (line for line in table if "the build" in line)
    assert book.endswith("(slow)")


@pytest.fixture
def stages(monkeypatch):
    """Replace the stages by ones that only note that they ran."""
    ran = []

    def stage(name, failed):
        def note():
            ran.append(name)
            return check.Result(name, 1 - failed, failed, 0, 0.0)

        return check.STAGES[name][0], note

    def replace(*failing):
        monkeypatch.setattr(
            check, "STAGES", {name: stage(name, int(name in failing)) for name in check.STAGES}
        )
        monkeypatch.setattr(check, "environment", dict)
        return ran

    return replace


def test_all_stages_run_and_the_run_passes_when_all_pass(stages, capsys):
    ran = stages()
    assert check.main([]) == 0
    assert ran == ["unit", "grader", "doctests", "notebooks", "book", "pages"]
    assert capsys.readouterr().out.endswith("6 passed, 0 failed\n")


def test_later_stages_run_after_a_failed_one_and_the_run_fails(stages, capsys):
    ran = stages("unit")
    assert check.main([]) == 1
    assert ran == ["unit", "grader", "doctests", "notebooks", "book", "pages"]
    assert capsys.readouterr().out.endswith("5 passed, 1 failed\n")


def test_pages_that_were_not_built_count_as_failed_and_are_not_opened(stages, capsys):
    ran = stages("book")
    assert check.main([]) == 1
    assert "pages" not in ran
    assert capsys.readouterr().out.endswith("4 passed, 2 failed\n")


def test_only_the_stages_that_are_named_run(stages):
    ran = stages()
    assert check.main(["book"]) == 0
    assert ran == ["book"]


def test_an_unknown_stage_is_named_with_those_that_exist(stages, capsys):
    ran = stages()
    assert check.main(["browser"]) == 2
    assert ran == []
    said = capsys.readouterr().err
    assert "browser" in said
    assert "pages" in said
