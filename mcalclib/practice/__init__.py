"""Practice: exercises that answer with a diagnosis."""

from .bank import exercises
from .checking import check
from .hints import hint
from .lines import check_lines
from .solutions import solution

__all__ = ["check", "check_lines", "exercises", "hint", "solution"]
