"""The grader: notebooks in nbgrader's format, graded on two sides of a fence.

The ``mcalc`` command is in `cli`. A frame (`frames`) is all that crosses from a student's
code, which runs behind the `fence`, to the tests, which run on our side (`trial`).
"""
