"""How long grading each submission took: for reports, and never part of a result."""

import csv
from pathlib import Path

from .publishing import guard


class Times:
    """The file ``times.csv`` of an output folder, which is only added to.

    Parameters
    ----------
    folder : path
        An output folder of `mcalc grade`.
    """

    def __init__(self, folder):
        self.path = Path(folder) / "times.csv"
        try:
            self.file = open(self.path, "a", newline="", encoding="utf-8", errors="replace")  # noqa: SIM115
            if self.file.tell() == 0:
                self.file.write("student,seconds\n")
        except OSError:
            self.file = None  # a report without times is better than no grading

    def add(self, student: str, seconds: float):
        """Note one submission's time."""
        if self.file is None:
            return
        try:
            csv.writer(self.file, lineterminator="\n").writerow([guard(student), f"{seconds:.4f}"])
        except OSError:
            self.file = None

    def close(self):
        """Close the file."""
        if self.file is not None:
            try:
                self.file.close()
            except OSError:
                self.file = None


def read_times(folder) -> dict[str, float]:
    """Return the seconds that each student's submission took last, as far as they were noted."""
    found = {}
    try:
        with open(Path(folder) / "times.csv", newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                try:
                    found[row[0]] = float(row[1])
                except (IndexError, ValueError):
                    continue  # the heading, or a line that was cut off
    except (OSError, csv.Error):
        return {}
    return {unguarded(student): seconds for student, seconds in found.items()}


def unguarded(text: str) -> str:
    """Undo `guard`."""
    return text[1:] if text[:1] == "'" and guard(text[1:]) == text else text
