"""Submissions are found the way each system leaves them, one per student, none dropped."""

import io
import os
import zipfile

import pytest
from sample_course import submission, to_bytes

from mcalclib.grader.submissions import Source, SubmissionsError, find

DATA = to_bytes(submission())

# Names as the systems write them, and the students they belong to.
CONVENTIONS = {
    "nbgrader": {
        "submitted/ada/operators/operators.ipynb": "ada",
        "submitted/ben/operators/operators.ipynb": "ben",
        "submitted/ben/other/other.ipynb": "ben",
    },
    "nbgrader, inside": {"ada/operators/operators.ipynb": "ada", "ben/operators/a.ipynb": "ben"},
    "Canvas": {
        "lovelaceada_1042_55501_operators.ipynb": "lovelaceada_1042",
        "noetheremmy_LATE_1043_55502_operators-2.ipynb": "noetheremmy_1043",
        "hypatia_1044_55503_my_work_1_2_x.ipynb": "hypatia_1044",
    },
    "Moodle": {
        "Ada Lovelace_2097_assignsubmission_file_/operators.ipynb": "Ada Lovelace_2097",
        "Emmy Noether_2098_assignsubmission_file_/sub/my work.ipynb": "Emmy Noether_2098",
        "Karl Gauss_2099_assignsubmission_file_operators.ipynb": "Karl Gauss_2099",
    },
    "Gradescope": {
        "assignment_77_export/submission_901/operators.ipynb": "Ada Lovelace_1",
        "assignment_77_export/submission_902/operators.ipynb": "Emmy Noether and Karl Gauss_902",
        "assignment_77_export/submission_903/operators.ipynb": "submission_903",
    },
    "plain": {"ada.ipynb": "ada", "ben.ipynb": "ben"},
    "plain folders": {"ada/homework.ipynb": "ada", "ben/final/homework.ipynb": "ben"},
}
METADATA = """
submission_901:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1'
  :created_at: 2026-03-01 10:00:00
submission_902:
  :submitters:
  - :name: Emmy Noether
  - :name: Karl Gauss
"""


def lay_out(root, files, extra=()):
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(DATA)
    for name, text in extra:
        (root / name).write_text(text)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_students_are_named_as_the_system_names_them(tmp_path, convention, form):
    files = CONVENTIONS[convention]
    root = tmp_path / "download"
    root.mkdir()
    lay_out(root, files)
    if convention == "Gradescope":
        (root / "assignment_77_export" / "submission_metadata.yml").write_text(METADATA)
    (root / ".DS_Store").write_text("x")
    if form == "zip":
        with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
            for path in sorted(root.rglob("*")):
                archive.write(path, path.relative_to(root).as_posix())
        root = tmp_path / "download.zip"
    source = Source(root)
    found = find(source, "operators")
    assert [s.student for s in found] == sorted(set(files.values()))
    for item in found:
        assert not item.problem
        assert source.read(item.path) == DATA


def test_the_assignment_s_own_notebook_is_chosen_and_the_others_are_noted(tmp_path):
    lay_out(tmp_path, ["ada/draft.ipynb", "ada/operators.ipynb", "ada/zz.ipynb"])
    (item,) = find(Source(tmp_path), "operators")
    assert item.path == "ada/operators.ipynb"
    assert item.notes == ["3 notebooks were handed in; operators.ipynb was graded"]


def test_the_last_of_several_uploads_to_canvas_counts(tmp_path):
    lay_out(
        tmp_path, [f"ada_1_{n}_operators{s}.ipynb" for n, s in ((5, ""), (6, "-1"), (7, "-10"))]
    )
    (item,) = find(Source(tmp_path), "operators")
    assert item.path == "ada_1_7_operators-10.ipynb"


def test_lateness_is_noted_where_canvas_tells_it(tmp_path):
    lay_out(tmp_path, ["ada_LATE_1_5_operators.ipynb", "ben_2_6_operators.ipynb"])
    assert [(s.student, s.late) for s in find(Source(tmp_path), "x")] == [
        ("ada_1", True),
        ("ben_2", False),
    ]


def test_two_students_of_one_name_stay_two(tmp_path):
    lay_out(tmp_path, ["ada_1_5_operators.ipynb", "ada_2_6_operators.ipynb"])
    assert [s.student for s in find(Source(tmp_path), "operators")] == ["ada_1", "ada_2"]


def test_no_two_submissions_share_a_name(tmp_path):
    lay_out(tmp_path, ["ada.ipynb", "ada/work.ipynb", "ada+.ipynb"])
    names = [s.student for s in find(Source(tmp_path), "operators")]
    assert len(set(names)) == 3


def test_a_name_that_looks_like_canvas_among_others_is_a_plain_name(tmp_path):
    lay_out(tmp_path, ["ada_1_2_final.ipynb", "ben.ipynb"])
    assert [s.student for s in find(Source(tmp_path), "x")] == ["ada_1_2_final", "ben"]


def test_a_file_name_that_is_no_text_is_shown_and_read(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff.ipynb", "wb") as file:
        file.write(DATA)
    source = Source(tmp_path)
    (item,) = find(source, "operators")
    assert item.student == "\\xff"
    assert source.read(item.path) == DATA


def test_a_student_without_a_notebook_is_listed_with_the_reason(tmp_path):
    lay_out(tmp_path, ["ada/essay.pdf", "ben.docx", "cleo.ipynb"])
    found = {s.student: s.problem for s in find(Source(tmp_path), "operators")}
    assert "no notebook among the files handed in (essay.pdf)" in found["ada"]
    assert "ben.docx" in found["ben"]
    assert found["cleo"] == ""


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_folder_that_holds_nothing_is_listed_with_the_reason(tmp_path, form):
    root = tmp_path / "download"
    lay_out(root, ["cleo/operators.ipynb"])
    for name in ("ada", "ben/inner", "dora.ipynb"):
        (root / name).mkdir(parents=True)
    expected = {**dict.fromkeys(("ada", "ben", "dora"), "the folder is empty"), "cleo": ""}
    if form == "zip":
        with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
            for path in sorted(root.rglob("*")):
                archive.write(path, path.relative_to(root).as_posix())
        root = tmp_path / "download.zip"
    else:
        (root / "emmy").symlink_to("/etc")
        expected["emmy"] = "the folder is a link"
    found = {s.student: s.problem for s in find(Source(root), "operators")}
    assert found.keys() == expected.keys()
    for name, reason in expected.items():
        assert found[name].endswith(reason)


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_who_handed_in_hidden_files_alone_is_listed_with_the_reason(tmp_path, form):
    root = tmp_path / "download"
    hidden = [
        "Ada_1_assignsubmission_file_/.operators.ipynb",
        "Ben_2_assignsubmission_file_/.DS_Store",
        "Cleo_3_assignsubmission_file_/__MACOSX/._operators.ipynb",
        "Dora_4_assignsubmission_file_/Thumbs.db",
    ]
    lay_out(root, [*hidden, "Emmy_5_assignsubmission_file_/operators.ipynb"])
    lay_out(root, ["__MACOSX/Ada_1/._x.ipynb", ".DS_Store", ".vscode/settings.json"])
    if form == "zip":
        with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
            for path in sorted(root.rglob("*")):
                archive.write(path, path.relative_to(root).as_posix())
        root = tmp_path / "download.zip"
    found = {s.student: s.problem for s in find(Source(root), "operators")}
    assert list(found) == ["Ada_1", "Ben_2", "Cleo_3", "Dora_4", "Emmy_5"]
    assert found["Emmy_5"] == "" and "only hidden files are in it (.operators" in found["Ada_1"]
    if form == "folder":  # a walk does not even enter Mac's own folders
        assert "nothing can be read" in found.pop("Cleo_3")
    assert all("only hidden files" in why for name, why in found.items() if name != "Emmy_5")


def packed(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, DATA)
    return content.getvalue()


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_notebook_in_a_student_s_own_archive_is_read(tmp_path, form):
    root = tmp_path / "download"
    root.mkdir()
    lay_out(root, ["both_3_43_operators.ipynb"])
    mac = packed("work/operators.ipynb", "__MACOSX/work/._operators.ipynb", "work/.DS_Store")
    (root / "ada_1_41_work.zip").write_bytes(mac)
    (root / "ben_2_42_essay.ZIP").write_bytes(packed("essay.pdf"))
    (root / "both_3_44_more.zip").write_bytes(packed("operators/operators.ipynb"))
    (root / "cleo_4_45_broken.zip").write_bytes(b"PK\3\4 no archive")
    (root / "dora_5_46_many.zip").write_bytes(packed(*(f"{n}.ipynb" for n in range(2001))))
    if form == "zip":
        with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
            for path in sorted(root.iterdir()):
                archive.write(path, path.name)
        root = tmp_path / "download.zip"
    source = Source(root)
    found = {s.student: s for s in find(source, "operators")}
    assert list(found) == ["ada_1", "ben_2", "both_3", "cleo_4", "dora_5"]
    assert source.read(found["ada_1"].path) == DATA
    assert found["ada_1"].notes == ["the notebook was packed in ada_1_41_work.zip"]
    assert found["both_3"].path == "both_3_43_operators.ipynb"
    for name, file in (("ben_2", "essay.pdf"), ("cleo_4", "broken.zip"), ("dora_5", "many.zip")):
        assert "no notebook among the files" in found[name].problem
        assert file in found[name].problem


@pytest.mark.parametrize(
    "inner",
    [
        "Ben_2_assignsubmission_file_/operators.ipynb",
        "submitted/ben/operators/operators.ipynb",
        "submission_902/operators.ipynb",
        "ben_2_42_operators.ipynb",
    ],
)
def test_nobody_hands_in_for_another_by_names_in_an_archive(tmp_path, inner):
    (tmp_path / "ada.zip").write_bytes(packed(inner))
    lay_out(tmp_path, ["ben.ipynb", "submitted.ipynb"])
    names = [s.student for s in find(Source(tmp_path), "operators")]
    assert names == ["ada", "ben", "submitted"]


def test_a_list_of_gradescope_s_that_a_student_handed_in_names_nobody(tmp_path):
    lay_out(tmp_path, [f"export/submission_{n}/operators.ipynb" for n in (901, 902, 903)])
    theirs = METADATA.replace("submission_901", "submission_903")
    for folder, text in (("export", METADATA), ("export/submission_902", theirs)):
        (tmp_path / folder / "submission_metadata.yml").write_text(text)
    names = [s.student for s in find(Source(tmp_path), "operators")]
    assert names == ["Ada Lovelace_1", "Emmy Noether and Karl Gauss_902", "submission_903"]


def test_a_folder_called_like_an_archive_is_a_folder(tmp_path):
    lay_out(tmp_path, ["ada.zip/operators.ipynb"])
    source = Source(tmp_path)
    (item,) = find(source, "operators")
    assert item.student == "ada" and source.read(item.path) == DATA


def test_a_notebook_added_by_hand_does_not_rename_a_download_of_canvas(tmp_path):
    lay_out(tmp_path, ["ada_1_5_operators.ipynb", "ben_2_6_operators.ipynb", "late.ipynb"])
    assert [s.student for s in find(Source(tmp_path), "x")] == ["ada_1", "ben_2", "late"]


def test_canvas_is_recognised_where_nobody_handed_in_a_notebook(tmp_path):
    lay_out(tmp_path, ["ada_1_5_essay.pdf", "ben_2_6_work.py"])
    assert [s.student for s in find(Source(tmp_path), "x")] == ["ada_1", "ben_2"]


def test_what_editors_and_instructors_leave_beside_notebooks_is_nobody_s(tmp_path):
    lay_out(tmp_path, ["ada.ipynb", "ada.ipynb~", "Thumbs.db", "desktop.ini", "grades.xlsx"])
    assert [s.student for s in find(Source(tmp_path), "x")] == ["ada"]


def test_a_notebook_saved_as_json_is_read_and_noted(tmp_path):
    lay_out(tmp_path, ["ada/operators.json"])
    (item,) = find(Source(tmp_path), "operators")
    assert item.path == "ada/operators.json"
    assert item.notes == ["operators.json was taken for a notebook"]


def test_names_in_archives_are_those_that_were_meant(tmp_path):
    # As the Finder packs: UTF-8 without the mark for it. As some programs of Windows pack:
    # backslashes, which Python would write as slashes, so they are put in afterwards.
    for file, name, shown in (
        ("mac.zip", "Jürgen_1_assignsubmission_file_/a.ipynb", "Jürgen_1"),
        ("windows.zip", "all|Ada_2_assignsubmission_file_|a.ipynb", "Ada_2"),
    ):
        with zipfile.ZipFile(tmp_path / file, "w") as archive:
            archive.writestr(name, DATA)
        data = bytearray((tmp_path / file).read_bytes().replace(b"|", b"\\"))
        for mark, at in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
            data[data.index(mark) + at] &= ~8
        (tmp_path / file).write_bytes(data)
        source = Source(tmp_path / file)
        (item,) = find(source, "x")
        assert item.student == shown and source.read(item.path) == DATA


def test_a_locked_folder_is_listed_with_the_reason(tmp_path, monkeypatch):
    lay_out(tmp_path, ["ada/operators.ipynb", "ben/operators.ipynb"])
    scan = os.scandir

    def locked(path):  # as for anyone but root, who may open every folder
        if str(path).endswith("ada"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", locked)
    found = {s.student: s.problem for s in find(Source(tmp_path), "operators")}
    assert found["ada"].endswith("the folder cannot be opened (Permission denied)")
    assert found["ben"] == ""


def test_the_folder_for_results_is_nobody_s_submission(tmp_path):
    lay_out(tmp_path, ["ada.ipynb", "results/feedback/ada.html"])
    found = find(Source(tmp_path, but=tmp_path / "results"), "operators")
    assert [s.student for s in found] == ["ada"]


def test_of_an_nbgrader_course_only_what_was_handed_in_for_this_assignment_is_taken(tmp_path):
    own = ["submitted/ada/operators/operators.ipynb", "submitted/ben/operators/mine.ipynb"]
    other = ["submitted/cleo/other/other.ipynb", "submitted/ada/other/operators.ipynb"]
    instructor = [f"{name}/operators/operators.ipynb" for name in ("source", "release")]
    lay_out(tmp_path, [*own, *other, *instructor, "autograded/ada/operators/operators.ipynb"])
    found = find(Source(tmp_path), "operators")
    assert [(s.student, s.path) for s in found] == [("ada", own[0]), ("ben", own[1])]


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_file_in_an_archive_is_an_error_of_that_file(tmp_path, rng, method):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("ada.ipynb", DATA)
        archive.writestr("ben.ipynb", DATA)
    data = bytearray(path.read_bytes())
    data[60:200] = rng.bytes(140)  # in the first file, behind its header
    path.write_bytes(data)
    source = Source(path)
    assert [s.student for s in find(source, "operators")] == ["ada", "ben"]
    with pytest.raises(OSError, match="damaged|Invalid data stream"):
        source.read("ada.ipynb")
    assert source.read("ben.ipynb") == DATA


@pytest.mark.parametrize("name", ["nowhere", "file", "empty"])
def test_nothing_to_grade_is_an_error_that_says_so(tmp_path, name):
    (tmp_path / "file").write_text("no archive")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SubmissionsError, match="no such folder|neither a folder|no files"):
        find(Source(tmp_path / name), "operators")


def test_links_pipes_and_giants_are_not_read(tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe.ipynb")
    with open(tmp_path / "big.ipynb", "wb") as file:
        file.truncate(1 << 40)
    source = Source(tmp_path)
    for name, reason in (("link", "symbolic"), ("pipe", "ordinary"), ("big", "larger")):
        with pytest.raises(OSError, match=reason):
            source.read(f"{name}.ipynb")


def test_a_bomb_in_an_archive_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada.ipynb", bytes(100 << 20))
    with pytest.raises(OSError, match="larger than"):
        Source(tmp_path / "a.zip").read("ada.ipynb")
