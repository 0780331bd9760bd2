"""The `mcalc` command: `mcalc derive ...` derives, everything else belongs to the grader."""

import sys


def main(argv=None) -> int:
    """Run `mcalc` with these arguments and return its exit status.

    The rooms are imported when they are asked for: grading needs no sympy, deriving no grader.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    if argv[:1] == ["derive"]:
        from .symbolic.command import derive_main

        return derive_main(argv[1:])
    from .grader.cli import main as grade

    return grade(argv)


if __name__ == "__main__":
    sys.exit(main())
