"""The `mcalc` command: each room of the package answers for its own subcommands."""

import sys
from importlib import import_module

# Rooms are imported when they are asked for: grading needs no sympy, deriving no grader.
_ROOMS = {
    "derive": (".symbolic.command", "derive_main", "derive an expression line by line"),
    "exercise": (".practice.command", "exercise_main", "write and try exercises of the bank"),
    "grade": (".grader.cli", "main", "grade a folder or zip archive of submissions"),
    "validate": (".grader.cli", "main", "try a notebook against the visible tests"),
    "release": (".grader.cli", "main", "make the students' version of an assignment"),
    "report": (".classroom.cli", "main", "show how a class did, as one page and as JSON"),
    "review": (".classroom.cli", "main", "mark by hand, on a page on this machine"),
    "regrade": (".classroom.cli", "main", "grade again, and see what changes first"),
    "similar": (".classroom.cli", "main", "find submissions that share too much"),
    "course": (".classroom.cli", "main", "grade what is new in a course and add it up"),
    "export": (".classroom.cli", "main", "fill Canvas's, Moodle's or nbgrader's gradebook"),
    "gradescope": (".classroom.cli", "main", "make Gradescope's autograder zip"),
}
_KEEPS_ITS_NAME = {".grader.cli", ".classroom.cli"}  # these have several subcommands


def main(argv=None) -> int:
    """Run `mcalc` with these arguments and return its exit status."""
    argv = sys.argv[1:] if argv is None else list(argv)
    name = argv[0] if argv else "--help"
    if name in ("-h", "--help"):
        print("usage: mcalc COMMAND ...\n\ncommands:")
        for command, (_, _, what) in _ROOMS.items():
            print(f"  {command:<12}{what}")
        print("\n`mcalc COMMAND --help` says more.")
        return 0 if argv else 2
    if name not in _ROOMS:
        print(f"mcalc: no command {name!r}; there are {', '.join(_ROOMS)}.", file=sys.stderr)
        return 2
    home, function, _ = _ROOMS[name]
    run = getattr(import_module(home, __package__), function)
    return run(argv if home in _KEEPS_ITS_NAME else argv[1:])


if __name__ == "__main__":
    sys.exit(main())
