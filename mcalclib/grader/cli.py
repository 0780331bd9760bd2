"""The ``mcalc`` command: grade a class, validate a notebook, release an assignment.

Exit codes: 0 all is well; 1 done, but something deserves a look (a submission that could not
be read, a notebook that does not pass); 2 a mistake in what was asked for, with nothing
changed; 3 no fence on this machine; 4 the results could not be written; 130 interrupted.
"""

import argparse
import os
import sys
from pathlib import Path

from .fence import FenceError, probe
from .gradebook import GradebookError
from .grading import Run, Settings
from .limits import GraderError, Limits
from .release import read_students, release, release_to
from .validation import validate
from .variants import read_secret

OK, LOOK, USAGE, NO_FENCE, NOT_WRITTEN, INTERRUPTED = 0, 1, 2, 3, 4, 130


def main(arguments=None) -> int:
    """Run ``mcalc`` and return its exit code."""
    return conclude(_parser().parse_args(arguments))


def conclude(options) -> int:
    """Run what was asked for and return the exit code; errors become one message."""
    try:
        return options.run(options)
    except FenceError as error:
        return _fail(error, NO_FENCE)
    except GradebookError as error:
        return _fail(error, NOT_WRITTEN)
    except (GraderError, OSError) as error:
        return _fail(error, USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED


def _fail(error, code):
    print(f"mcalc: {error}", file=sys.stderr)
    return code


def _parser():
    parser = argparse.ArgumentParser(prog="mcalc", description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("grade", help="grade a folder or zip archive of submissions")
    one.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    one.add_argument("--source", type=Path, required=True, help="the assignment's source notebook")
    one.add_argument("--out", type=Path, required=True, help="folder for all results")
    one.add_argument("--jobs", type=_positive, default=0, help="lanes (default: one per core)")
    one.add_argument("--only", action="append", default=[], metavar="STUDENT", help="may repeat")
    one.add_argument(
        *("--resume",),
        action=argparse.BooleanOptionalAction,
        default=True,
        help="skip submissions whose result is known (default)",
    )
    one.add_argument("--seed", type=int, default=0, help="for inputs drawn per student")
    one.add_argument("--secret", type=Path, help="for numbers drawn per student")
    one.add_argument("--dask", default="", metavar="ADDRESS", help="lanes on a Dask cluster")
    one.add_argument("--quiet", action="store_true", help="no progress bar")
    _common(one)
    one.set_defaults(run=_grade)

    two = commands.add_parser("validate", help="try a notebook against the visible tests")
    two.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    two.add_argument("--source", type=Path, help="take the tests from this source notebook")
    _common(two)
    two.set_defaults(run=_validate)

    three = commands.add_parser("release", help="make the students' version of an assignment")
    three.add_argument("source", type=Path, metavar="SOURCE")
    three.add_argument("--out", type=Path, help="folder (default: release/ beside source/)")
    three.add_argument(
        "--students", type=Path, metavar="FILE", help="a notebook for each: one name per line"
    )
    three.add_argument("--secret", type=Path, help="for numbers drawn per student")
    three.add_argument("--seed", type=int, default=0)
    three.add_argument("--limits", default="", metavar="NAME=NUMBER,...")
    three.set_defaults(run=_release)
    return parser


def _common(parser):
    parser.add_argument(
        "--limits",
        default="",
        metavar="NAME=NUMBER,...",
        help="such as memory=512,cell=5: " + ", ".join(Limits().as_dict()),
    )
    parser.add_argument(
        "--trusted", action="store_true", help="run without a fence; only for code you trust"
    )


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _grade(options):
    limits = Limits.parse(options.limits)
    settings = Settings(
        submissions=options.submissions,
        source=options.source,
        out=options.out,
        jobs=options.jobs,
        only=tuple(options.only),
        resume=options.resume,
        seed=options.seed,
        limits=limits,
        dask=options.dask,
        secret=read_secret(options.secret) if options.secret else b"",
    )
    bar = Bar(sys.stderr) if not options.quiet and sys.stderr.isatty() else None
    run = Run(settings, bar)
    if options.trusted:
        settings.kind = "trusted"
    elif not options.dask:  # on a cluster each worker looks for itself
        settings.kind = probe(limits)
    summary = run()
    if bar:
        bar.end()
    words = ", ".join(f"{count} {status}" for status, count in sorted(summary.statuses.items()))
    print(
        f"{summary.graded} graded" + (f" ({words})" if words else "") + f", {summary.known} known "
        f"before; results in {options.out}"
    )
    print_looks(summary)
    if summary.interrupted:
        print("mcalc: interrupted; the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    return LOOK if summary.deserves_a_look else OK


SHOWN = 20


def print_looks(summary):
    """Print what a person should look at after a run, as much as fits on a screen."""
    for student, note in summary.looks[:SHOWN]:
        print(f"not graded: {student}: {note}")
    if len(summary.looks) > SHOWN:
        print(f"not graded: {len(summary.looks) - SHOWN} more, see scores.csv")
    if summary.gone:
        some = ", ".join(summary.gone[:SHOWN]) + ", ..." * (len(summary.gone) > SHOWN)
        print(f"note: {len(summary.gone)} with results are not among these submissions: {some}")


def _validate(options):
    limits = Limits.parse(options.limits)
    record = validate(options.notebook, options.source, limits, options.trusted)
    for note in record["notes"]:
        print(f"note: {note}")
    for name, answer in record["answers"].items():
        if answer["error"]:
            print(f"{name}: stopped with {answer['error']}")
    passed = True
    for check in record["checks"]:
        print(f"{check['status'].replace('_', ' '):>10}  {check['grade_id']}")
        if check["message"]:
            print("            " + check["message"].replace("\n", "\n            "))
        passed &= check["status"] in ("passed", "manual")
    if record["status"] == "unreadable":
        print(record["note"])
    return OK if passed else LOOK


def _release(options):
    limits = Limits.parse(options.limits)
    secret = read_secret(options.secret) if options.secret else b""
    if options.students is None:
        print(release(options.source, options.out, limits, options.seed, secret))
        return OK
    if options.out is None:
        raise GraderError("--students: say with --out which folder takes the notebooks.")
    students = read_students(options.students)
    count = release_to(options.source, options.out, students, secret, limits, options.seed)
    print(f"{count} notebooks in {options.out}")
    return OK


class Bar:
    """A progress bar with rate and remaining time, on one line of a terminal."""

    def __init__(self, stream):
        self.stream, self.shown = stream, -1.0

    def __call__(self, done, total, graded, seconds):
        # One bar may show several runs, each with a clock of its own.
        if 0 <= seconds - self.shown < 0.1 and done < total:
            return
        self.shown = seconds
        rate = graded / seconds if seconds > 0 else 0.0
        left = f"{(total - done) / rate:.0f} s left" if rate else ""
        width = 30
        filled = width * done // max(total, 1)
        bar = "#" * filled + "." * (width - filled)
        self.stream.write(f"\r[{bar}] {done}/{total}  {rate:.0f}/s  {left:<14}")
        self.stream.flush()

    def end(self):
        """Leave the line."""
        self.stream.write(os.linesep)
