"""Tables of Canvas and Moodle: one column filled, everything else as it was."""

import csv
from pathlib import Path

import pytest

from mcalclib.classroom.matching import match
from mcalclib.classroom.platforms import fill_canvas
from mcalclib.classroom.tables import Table, TableError, read_table, to_text, write_table
from mcalclib.cli import main

# The columns that Canvas documents for its gradebook CSV, and its row of points possible.
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,operators (4711),Other (4712),Final Score\r\n"
    "    Points Possible,,,,,20,10,(read only)\r\n"
    '"Lovelace, Ada",101,S1,ada@x.org,Main,,7,80\r\n'
    '"Gödel, Kurt",102,S2,kurt@x.org,Main,1,8,90\r\n'
    '"Noether, Emmy",103,S3,emmy@x.org,"Main, evening",,9,70\r\n'
    '"Student, Test",104,,,Main,,,\r\n'
)
# The columns of Moodle's offline grading worksheet.
MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Feedback comments"\r\n'
    'Participant 7,"Ada Lovelace",ada@x.org,Submitted,,20.00,Yes,"Friday, 20 November 2026, 1:42 PM",\r\n'
    'Participant 8,"Kurt Gödel",kurt@x.org,Submitted,3,20.00,No,-,"keep, this"\r\n'
    'Participant 9,"Emmy Noether",emmy@x.org,Submitted,,20.00,Yes,-,\r\n'
)


def rows(path, encoding="utf-8"):
    with open(path, newline="", encoding=encoding) as file:
        return list(csv.reader(file))


def export(kind, graded, tmp_path, text, *more, encoding="utf-8"):
    (tmp_path / "export.csv").write_bytes(text.encode(encoding))
    out = tmp_path / "filled.csv"
    arguments = [kind, graded / "out", tmp_path / "export.csv", "--to", out, *more]
    return main(["export", *map(str, arguments)]), out


def test_canvas_gets_its_column_and_keeps_the_others(graded, tmp_path, capsys):
    code, out = export("canvas", graded, tmp_path, CANVAS)
    after, before = rows(out), list(csv.reader(CANVAS.splitlines()))
    assert [row[5] for row in after] == ["operators (4711)", "20", "16", "16", "13.5", ""]
    assert [row[:5] + row[6:] for row in after] == [row[:5] + row[6:] for row in before]
    captured = capsys.readouterr()
    assert code == 1  # three students are not in the list, and are named
    assert "not in the list: Évariste Galois" in captured.err
    assert "3 scores written" in captured.out


def test_canvas_names_as_its_downloads_write_them_are_found():
    keys = [["lovelaceada_101", "101", "Lovelace, Ada", "Ada Lovelace"]]
    for name in ("lovelaceada", "lovelaceada_101", "Ada Lovelace"):
        assert set(match([{"student": name}], keys).rows) == {0}


def test_two_students_of_one_name_are_told_apart_or_left_alone():
    keys = [["kimmin_1", "Kim, Min"], ["kimmin_2", "Kim, Min"]]
    sure = match([{"student": "kimmin_2"}], keys)
    assert set(sure.rows) == {1}
    unsure = match([{"student": "kimmin"}], keys)
    assert unsure.rows == {} and unsure.ambiguous == {"kimmin": [0, 1]}


def test_two_submissions_that_fit_one_row_fill_neither():
    found = match([{"student": "kimmin"}, {"student": "Kim, Min"}], [["kimmin_1", "Kim, Min"]])
    assert found.rows == {} and found.shared == {0: ["kimmin", "Kim, Min"]}


def test_moodle_gets_its_grades_and_keeps_what_is_locked(graded, tmp_path, capsys):
    code, out = export("moodle", graded, tmp_path, MOODLE)
    after, before = rows(out), list(csv.reader(MOODLE.splitlines()))
    assert [row[4] for row in after] == ["Grade", "16", "3", "13.5"]
    assert [row[:4] + row[5:] for row in after] == [row[:4] + row[5:] for row in before]
    assert "lets nobody change this grade" in capsys.readouterr().out
    assert code == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_goes_back_in_the_encoding_it_came_in(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(MOODLE.encode(encoding))
    table = read_table(path)
    assert table.rows[1][1] == "Kurt Gödel"
    write_table(table, tmp_path / "again.csv")
    assert rows(tmp_path / "again.csv", encoding) == rows(path, encoding)
    assert (tmp_path / "again.csv").read_bytes()[:2] == path.read_bytes()[:2]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_recognised_and_kept(tmp_path, delimiter):
    (tmp_path / "t.csv").write_text(f'a{delimiter}b\n1{delimiter}"x, y"\n')
    table = read_table(tmp_path / "t.csv")
    assert table.rows == [["1", "x, y"]]
    assert to_text(table).splitlines()[1] == f"1{delimiter}x, y"


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-A1", "@SUM(A1)"])
def test_cells_that_look_like_formulas_are_guarded(tmp_path, cell):
    (tmp_path / "t.csv").write_text(f"name,score\n{cell},-5\n")
    assert to_text(read_table(tmp_path / "t.csv")).splitlines()[1] == f"'{cell},-5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3,4,5\n", r"line 3: 3 cells where the header has 2"),
        ('a,b\n1,"2\n', r"line 2: .*quotation mark"),
        ("", "the file is empty"),
    ],
)
def test_damaged_tables_are_refused_with_the_line(tmp_path, text, message):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(TableError, match=message):
        read_table(tmp_path / "t.csv")


def test_changed_columns_are_named_and_nothing_is_written(graded, tmp_path, capsys):
    code, out = export(
        "canvas", graded, tmp_path, CANVAS.replace("operators (4711)", "Week 2 (4711)")
    )
    assert code == 2 and not out.exists()
    assert "no column for the assignment 'operators'" in (said := capsys.readouterr().err)
    assert "Week 2 (4711)" in said and "--column" in said
    code, out = export("moodle", graded, tmp_path, MOODLE.replace("Identifier", "Kennung"))
    assert code == 2 and not out.exists()
    assert "no column 'Identifier'" in capsys.readouterr().err


def test_a_column_twice_is_refused(graded, tmp_path, capsys):
    code, _ = export("canvas", graded, tmp_path, CANVAS.replace("Other (4712)", "operators (4712)"))
    assert code == 2
    assert "2 columns are named 'operators'" in capsys.readouterr().err


def test_points_that_do_not_fit_are_noted(graded, tmp_path, capsys):
    export("canvas", graded, tmp_path, CANVAS.replace(",20,10,", ",25,10,"))
    assert "Canvas says 25 points are possible, the assignment has 20" in capsys.readouterr().out


def test_students_who_stand_there_twice_are_named_with_their_lines(graded, tmp_path, capsys):
    double = CANVAS.replace("Noether, Emmy", "Lovelace, Ada")
    code, out = export("canvas", graded, tmp_path, double)
    assert code == 1 and [row[5] for row in rows(out)][2:5] == ["", "16", ""]
    assert "several rows fit: Ada Lovelace (lines 3, 5)" in capsys.readouterr().err


@pytest.mark.parametrize("most", ["good/bad", "", "20,00"])
def test_a_maximum_that_is_a_scale_or_has_a_comma_is_taken(graded, tmp_path, capsys, most):
    text = MOODLE.replace(",20.00,", f',"{most}",')
    code, out = export("moodle", graded, tmp_path, text)
    assert code == 1 and rows(out)[1][4] == "16"
    assert "Moodle says" not in capsys.readouterr().out


def test_formulas_in_students_names_are_guarded_in_every_table(graded, tmp_path):
    with open(graded / "out" / "scores.csv", newline="", encoding="utf-8") as file:
        assert "'=cmd()" in [row[0] for row in csv.reader(file)]
    with open(graded / "out" / "times.csv", newline="", encoding="utf-8") as file:
        assert "'=cmd()" in [row[0] for row in csv.reader(file)]
    evil = CANVAS.replace("Noether, Emmy", "=cmd()")
    _, out = export("canvas", graded, tmp_path, evil)
    (row,) = [row for row in rows(out) if row[1] == "103"]
    assert row[0] == "'=cmd()" and row[5] == "13.5"


def test_decimals_are_written_as_the_table_writes_them(graded, tmp_path):
    german = MOODLE.replace("20.00", '"20,00"').replace("=cmd()", "x")
    _, out = export("moodle", graded, tmp_path, german)
    assert [row[4] for row in rows(out)] == ["Grade", "16", "3", "13,5"]


def test_canvas_s_maximum_with_a_comma_is_a_number(graded, tmp_path, capsys):
    export("canvas", graded, tmp_path, CANVAS.replace(",20,10,", ',"25,0",10,'))
    assert "Canvas says 25 points are possible" in capsys.readouterr().out


def test_canvas_finds_names_of_any_script_by_its_id():
    table = 'Student,ID,operators (1)\n"Müller, Jörg",101,\n"王, 小明",102,\n"Müller, Jörg",103,\n'
    names = ["müllerjörg_101", "王小明_102", "mullerjorg_103"]
    records = [{"student": name, "score": 1.0, "max_score": 1.0} for name in names]
    path = Path("export.csv")
    lines = list(csv.reader(table.splitlines()))
    filled = fill_canvas(Table(path, lines[0], lines[1:], [2, 3, 4]), records, "operators")
    assert sorted(filled.match.rows) == [0, 1, 2] and not filled.match.unknown
