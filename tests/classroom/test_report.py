"""The class report: its numbers are the class's, its page shows them and runs nothing."""

import itertools
import json
import statistics

import pytest

from mcalclib.classroom.report import page, write_report
from mcalclib.classroom.results import Results
from mcalclib.classroom.statistics import class_statistics, distribution, durations
from mcalclib.cli import main
from mcalclib.grader.gradebook import GradebookError
from mcalclib.grader.reviews import Reviews

# The sample assignment: 6 + 5 + 5 points by machine and 4 by hand. The wrong commutation matrix
# keeps its shape (1), its orthogonality (1) and 1.5 of the partial credit.
SCORES = {
    "Ada Lovelace": 16.0,
    "Kurt Gödel": 16.0,
    "=cmd()": 13.5,
    "Emmy Noether": 13.5,
    "Sofja Kowalewskaja": 11.0,
    "Évariste Galois": 0.0,
}


@pytest.fixture(scope="module")
def numbers(graded):
    return class_statistics(Results(graded / "out").records())


def test_the_summary_is_that_of_the_scores(numbers):
    values = list(SCORES.values())
    assert {one["student"]: one["score"] for one in numbers["scores"]} == SCORES
    assert numbers["summary"]["mean"] == pytest.approx(sum(values) / 6)
    assert numbers["summary"]["median"] == statistics.median(values)
    assert (numbers["summary"]["least"], numbers["summary"]["most"]) == (0.0, 16.0)


def test_the_distribution_counts_everybody_once(numbers):
    assert sum(part["count"] for part in numbers["distribution"]) == 6
    (part,) = [p for p in numbers["distribution"] if p["from"] <= 13.5 < p["to"]]
    assert part["count"] == 2


@pytest.mark.parametrize(
    ("scores", "maximum"), [([], 10), ([0.0], 0), ([12.0, -1.0], 10), ([3], 0.5)]
)
def test_a_distribution_takes_odd_classes(scores, maximum):
    assert sum(part["count"] for part in distribution(scores, maximum)) == len(scores)


def test_success_is_the_share_of_points(numbers):
    problems = {problem["name"]: problem for problem in numbers["problems"]}
    assert problems["commutation"]["success"] == pytest.approx((3 * 6 + 2 * 3.5 + 0) / 36)
    assert problems["inverse"]["full"] == pytest.approx(4 / 6)
    assert problems["proof"]["success"] is None  # nobody has marked it
    checks = {check["name"]: check for check in problems["commutation"]["checks"]}
    assert checks["commutation-transposes"]["success"] == pytest.approx(3 / 6)


def test_a_diagnosis_counts_students_not_checks(numbers):
    (one,) = [d for d in numbers["diagnoses"] if "'nothing'" in d["message"]]
    assert one["count"] == 1
    assert len(one["checks"]) > 1
    assert one["example"]["student"] == "Sofja Kowalewskaja"
    assert "dX.nothing" in one["example"]["answer"]


def test_who_left_answers_out_is_in_trouble(numbers):
    trouble = {one["student"]: one["why"] for one in numbers["trouble"]}
    assert set(trouble) == {"Évariste Galois"}
    assert "half of the answers or more are missing" in trouble["Évariste Galois"]


def test_marks_given_by_hand_count_in_the_report(class_folder):
    with Reviews(class_folder / "out", write=True) as reviews:
        reviews.mark("Ada Lovelace", "proof", points=4)
    numbers = class_statistics(Results(class_folder / "out").records())
    assert numbers["summary"]["most"] == 20
    (proof,) = [p for p in numbers["problems"] if p["name"] == "proof"]
    assert (proof["success"], numbers["waiting"]) == (1.0, 5)


def test_the_command_writes_page_and_numbers(class_folder, capsys):
    assert main(["report", str(class_folder / "out")]) == 0
    path = class_folder / "out" / "report.html"
    assert capsys.readouterr().out.strip() == str(path)
    page = path.read_text()
    assert "src=" not in page and "http://" not in page and "https://" not in page
    assert "default-src 'none'" in page
    content = json.loads((class_folder / "out" / "report.json").read_text())
    assert content["students"] == 6
    for one in content["scores"]:
        (link,) = [a for a in page.split('<a href="')[1:] if f">{one['student']}</a>" in a][:1]
        assert link.startswith("feedback/")


def test_what_students_wrote_is_escaped(class_folder):
    from small_class import hand_in

    evil = "def commutation(m, n):\n    raise ValueError('<script>alert(1)</script>')"
    hand_in(class_folder / "in", "<img src=x onerror=alert(1)>".replace("/", ""), commutation=evil)
    command = ["grade", class_folder / "in", "--source", class_folder / "source" / "operators"]
    command += ["--out", class_folder / "out", "--quiet", "--jobs", "1"]
    assert main(list(map(str, command))) == 0
    page = write_report(class_folder / "out").read_text()
    assert page.count("<script") == 1 and "<img" not in page
    assert "&lt;script&gt;" in page


def test_a_report_changes_nothing_in_the_gradebook(class_folder):
    before = (class_folder / "out" / "gradebook.db").read_bytes()
    write_report(class_folder / "out")
    assert (class_folder / "out" / "gradebook.db").read_bytes() == before


def test_a_folder_without_a_gradebook_is_named(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 4
    assert "no gradebook.db in it" in capsys.readouterr().err
    (tmp_path / "gradebook.db").write_bytes(b"no database at all, but long enough to look like one")
    with pytest.raises(GradebookError, match="no usable gradebook"):
        Results(tmp_path)


def test_the_time_of_every_submission_is_shown_and_in_no_record(graded):
    results = Results(graded / "out")
    seconds = results.seconds()
    assert set(seconds) == set(SCORES) and all(0 < value < 60 for value in seconds.values())
    assert "seconds" not in json.dumps(results.raw())
    numbers = class_statistics(results.records(), seconds)
    assert numbers["seconds"]["most"] == max(seconds.values())


def test_a_times_file_that_was_cut_off_is_read_as_far_as_it_goes(class_folder):
    path = class_folder / "out" / "times.csv"
    path.write_text("student,seconds\nada,1.5\nben,2\nada,3\nkim,")
    assert Results(class_folder / "out").seconds() == {"ada": 3.0, "ben": 2.0}


def test_a_thousand_students_in_trouble_fit_into_half_a_megabyte(graded):
    records = [r for r in Results(graded / "out").records() if r["student"] == "Évariste Galois"]
    records = [records[0] | {"student": f"Évariste Galois the {n}th"} for n in range(1000)]
    seconds = {record["student"]: 0.5 for record in records}
    text = page(class_statistics(records, seconds))
    assert "1000 students</summary>" in text and text.count("Galois the 999th</a>") == 2
    assert len(text.encode()) < 500_000


def test_everybodys_time_is_counted_once():
    used = [0.0, 0.004, 0.01, 0.0199, 0.02, 3.0, 1e9]
    parts = durations(used)
    counts = {(p["from"], p["to"]): p["count"] for p in parts if p["count"]}
    assert counts == {(0, 0.01): 2, (0.01, 0.02): 2, (0.02, 0.05): 1, (2, 5): 1, (2000, 5000): 1}
    assert all(a["to"] == b["from"] for a, b in itertools.pairwise(parts))
    assert durations([]) == []
