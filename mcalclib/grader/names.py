"""One student under the names that different systems give."""

import re
import unicodedata


def plain(name: str) -> str:
    """Return a name without accents, case, spaces and punctuation, as file names carry it.

    Examples
    --------
    >>> plain("Gödel, Kurt")
    'godelkurt'
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"[\W_]", "", letters)
