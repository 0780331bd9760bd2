"""The subcommands of ``mcalc`` for what comes after grading.

Exit codes as for ``mcalc grade``: 0 all is well; 1 done, but something deserves a look; 2 a mistake
in what was asked for, with nothing changed; 4 the results could not be written.
"""

import argparse
import sys
from pathlib import Path

from ..grader.cli import INTERRUPTED, LOOK, OK, Bar, conclude, print_looks
from ..grader.fence import probe
from ..grader.grading import Settings
from ..grader.limits import Limits
from ..grader.publishing import write_whole
from ..grader.variants import read_secret
from .course import course_numbers, grade_course, marks_in, read_course, to_json
from .course_page import course_csv, course_page
from .gradescope import write_autograder
from .nbgrader_book import fill_nbgrader
from .platforms import fill_canvas, fill_moodle
from .regrade import regrade
from .report import write_report
from .results import Results
from .similarity_page import write_similarity
from .tables import read_table, write_table


def main(arguments=None) -> int:
    """Run one of these subcommands and return its exit code."""
    return conclude(_parser().parse_args(arguments))


def _parser():
    parser = argparse.ArgumentParser(prog="mcalc", description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    report = commands.add_parser("report", help="show how a class did, as one page and as JSON")
    report.add_argument(
        "results", type=Path, metavar="RESULTS", help="output folder of mcalc grade"
    )
    report.set_defaults(run=_report)

    course = commands.add_parser("course", help="grade what is new in a course and add it up")
    course.add_argument("file", type=Path, metavar="COURSE.toml")
    course.add_argument("--no-grading", action="store_true", help="add up what is graded already")
    course.add_argument("--trusted", action="store_true", help="run without a fence")
    course.add_argument("--dask", default="", metavar="ADDRESS", help="lanes on a Dask cluster")
    course.set_defaults(run=_course)

    export = commands.add_parser("export", help="fill Canvas's, Moodle's or nbgrader's gradebook")
    kinds = export.add_subparsers(required=True, metavar="PLATFORM")
    for name, column in (("canvas", None), ("moodle", "Grade")):
        kind = kinds.add_parser(
            name, help=f"fill one column of the CSV that {name.title()} exports"
        )
        kind.add_argument("results", type=Path, metavar="RESULTS")
        kind.add_argument(
            "table", type=Path, metavar="EXPORT.csv", help="what the platform exports"
        )
        kind.add_argument("--to", type=Path, required=True, metavar="FILE", help="the filled table")
        kind.add_argument(
            "--column", default=column, help="which column (default: the assignment's)"
        )
        kind.add_argument("--course", type=Path, metavar="COURSE.toml", help="with its late policy")
        kind.set_defaults(run=_export, fill=fill_canvas if name == "canvas" else fill_moodle)
    nbgrader = kinds.add_parser("nbgrader", help="write our marks into nbgrader's database")
    nbgrader.add_argument("results", type=Path, metavar="RESULTS")
    nbgrader.add_argument("--source", type=Path, required=True, help="the source notebook")
    nbgrader.add_argument("--db", default="sqlite:///gradebook.db", help="default: %(default)s")
    nbgrader.add_argument("--course", type=Path, metavar="COURSE.toml", help="with its late policy")
    nbgrader.set_defaults(run=_nbgrader)

    review = commands.add_parser("review", help="mark by hand, on a page on this machine")
    review.add_argument("results", type=Path, metavar="RESULTS")
    review.add_argument("--port", type=int, default=0, help="default: any that is free")
    review.add_argument("--no-browser", action="store_true", help="only print the address")
    review.set_defaults(run=_review)

    again = commands.add_parser("regrade", help="grade again, and see what changes first")
    again.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    again.add_argument("--source", type=Path, required=True)
    again.add_argument("--out", type=Path, required=True, help="the folder graded before")
    again.add_argument("--only", action="append", default=[], metavar="STUDENT", help="may repeat")
    again.add_argument("--problem", default="", metavar="NAME", help="only this problem")
    again.add_argument("--dry-run", action="store_true", help="show, and write nothing")
    again.add_argument("--jobs", type=int, default=0)
    again.add_argument("--seed", type=int, default=0)
    again.add_argument("--secret", type=Path, help="for numbers drawn per student")
    again.add_argument("--dask", default="", metavar="ADDRESS", help="lanes on a Dask cluster")
    again.add_argument("--limits", default="", metavar="NAME=NUMBER,...")
    again.add_argument("--trusted", action="store_true", help="run without a fence")
    again.set_defaults(run=_regrade)

    similar = commands.add_parser("similar", help="find submissions that share too much")
    similar.add_argument("results", type=Path, metavar="RESULTS")
    similar.add_argument("--source", type=Path, required=True, help="the source notebook")
    similar.add_argument("--least", type=_share, default=0.5, help="from 0 to 1; default 0.5")
    similar.set_defaults(run=_similar)

    gradescope = commands.add_parser("gradescope", help="make Gradescope's autograder zip")
    gradescope.add_argument("source", type=Path, metavar="SOURCE")
    gradescope.add_argument("--out", type=Path, default=Path("autograder.zip"))
    gradescope.add_argument("--secret", type=Path, help="for numbers drawn per student")
    gradescope.set_defaults(run=_gradescope)
    return parser


def _report(options):
    print(write_report(options.results))
    return OK


def _course(options):
    course = read_course(options.file)
    code = OK
    if not options.no_grading:
        bar = Bar(sys.stderr) if sys.stderr.isatty() else None
        summaries = grade_course(course, options.trusted, options.dask, bar)
        if bar:
            bar.end()
        for name, summary in summaries.items():
            print(f"{name}: {summary.graded} graded, {summary.known} known before")
            print_looks(summary)
            if summary.interrupted:
                print("mcalc: interrupted; the same command goes on from here.", file=sys.stderr)
                return INTERRUPTED
            code = LOOK if summary.deserves_a_look else code
    for entry in course.assignments:
        if (course.folder(entry) / "gradebook.db").exists():
            write_report(course.folder(entry))
    numbers = course_numbers(course)
    for note in numbers["notes"]:
        print(f"note: {note}")
    course.results.mkdir(parents=True, exist_ok=True)
    write_whole(course.results / "course.json", to_json(numbers))
    write_whole(course.results / "course.csv", course_csv(numbers))
    write_whole(course.results / "course.html", course_page(numbers))
    print(course.results / "course.html")
    return code


def _export(options):
    results = Results(options.results)
    records = results.records()
    scores = None
    if options.course:
        marks = marks_in(read_course(options.course), options.results)
        scores = {student: mark["score"] for student, mark in marks.items()}
    column = options.column or results.assignment
    table = read_table(options.table)
    filled = options.fill(table, records, column, scores)
    write_table(filled.table, options.to)
    print(f"{len(filled.match.rows)} scores written to {options.to}")
    for note in filled.notes:
        print(f"note: {note}")
    trouble = [f"not in the list: {name}" for name in filled.match.unknown]
    for name, rows in filled.match.ambiguous.items():
        lines = ", ".join(str(table.lines[row]) for row in rows)
        trouble.append(f"several rows fit: {name} (lines {lines})")
    for row, names in filled.match.shared.items():
        trouble.append(f"one row fits several: {', '.join(names)} (line {table.lines[row]})")
    for line in trouble:
        print(line, file=sys.stderr)
    return LOOK if trouble else OK


def _nbgrader(options):
    results = Results(options.results)
    assignment, records = results.source(options.source), results.records()
    lost = {}
    if options.course:
        marks = marks_in(read_course(options.course), options.results)
        lost = {student: mark["raw"] - mark["score"] for student, mark in marks.items()}
    count = fill_nbgrader(options.db, assignment, records, lost)
    print(f"{count} submissions in {options.db}")
    return OK


def _gradescope(options):
    secret = read_secret(options.secret) if options.secret else b""
    print(write_autograder(options.source, options.out, secret))
    return OK


def _review(options):
    from .review import review

    review(options.results, options.port, not options.no_browser)
    return OK


def _similar(options):
    path, pairs = write_similarity(options.results, options.source, options.least)
    print(f"{pairs} pairs; {path}")
    return LOOK if pairs else OK


def _share(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("from 0 to 1")
    return value


def _regrade(options):
    limits = Limits.parse(options.limits)
    settings = Settings(
        options.submissions,
        options.source,
        options.out,
        options.jobs,
        tuple(options.only),
        seed=options.seed,
        limits=limits,
        dask=options.dask,
        secret=read_secret(options.secret) if options.secret else b"",
    )
    if options.trusted:
        settings.kind = "trusted"
    elif not options.dask:  # on a cluster each worker looks for itself
        settings.kind = probe(limits)
    changes = regrade(settings, options.problem, options.dry_run)
    for one in changes:
        print(
            f"{one.student}: {one.grade_id} {one.before:g} -> {one.after:g} "
            f"({one.status_before} -> {one.status_after})"
        )
    students = len({one.student for one in changes})
    ending = "; nothing was written (--dry-run)" if options.dry_run else ""
    print(f"{len(changes)} checks of {students} students change{ending}")
    return OK
