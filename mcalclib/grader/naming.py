"""What the results call a student: the same in every run, whoever else hands in."""

import unicodedata
from collections.abc import Callable

from .gradebook import names_in
from .names import plain
from .submissions import Submission


def keep_names(found: list[Submission], folder, digest: Callable | None = None) -> None:
    """Call students as the results in an output folder call them already.

    Results that were made before ids were part of every name keep their names: marks given by hand
    and pages that were sent out go by them. If several could be meant, the one whose file was graded
    then keeps the name.

    Parameters
    ----------
    found : list of Submission
        Changed in place.
    folder : path
        An output folder of `mcalc grade`, or one that does not exist yet.
    digest : callable, optional
        Returns the hash of what a submission holds, as the gradebook keeps it.
    """
    names, files = names_in(folder)
    known = {who: student for student, who in names.items()}
    claims: dict[str, list[Submission]] = {}
    # Names as a Mac writes them look like ours and are other text.
    older = {unicodedata.normalize("NFC", s): s for s in files.keys() - names.keys()}
    for one in found:
        if one.who in known:
            continue
        former = next((older[n] for n in (one.student, *one.before) if n in older), None)
        if former is not None:
            claims.setdefault(former, []).append(one)
    given = {one.who: known[one.who] for one in found if one.who in known}
    for student, several in claims.items():
        if len(several) > 1 and digest is not None:
            several = [one for one in several if digest(one) == files[student]]
        if len(several) == 1:
            given[several[0].who] = student
    taken = set(given.values())
    for one in found:
        if one.who in given:
            one.student = given[one.who]
            continue
        while one.student in taken:
            one.student += "+"
        taken.add(one.student)
    found.sort(key=lambda one: one.student)


def called(found: list[Submission], wanted: str) -> list[Submission]:
    """Return the submissions that a name may mean: as the results write it, else as a person does.

    Examples
    --------
    >>> ada = Submission("Ada Lovelace_7", "", name="Ada Lovelace", number="7")
    >>> called([ada], "ada lovelace") == called([ada], "Ada Lovelace_7") == [ada]
    True
    """
    for form in (str, plain):
        for names in ((lambda one: one.student), (lambda one: one.name)):
            several = [one for one in found if form(names(one)) == form(wanted) != ""]
            if several:
                return several
    return []
