"""Text files as spreadsheets and editors of any system write them."""

import codecs

from .limits import GraderError


def decode(data: bytes, path) -> tuple[str, str]:
    """Return a file's text and its encoding: UTF-8, UTF-16 with its mark, or Windows' western one.

    Raises
    ------
    GraderError
        If it is in none of them.

    Examples
    --------
    >>> decode("Gödel".encode("cp1252"), "names.txt")
    ('Gödel', 'cp1252')
    """
    if data.startswith(codecs.BOM_UTF8):
        choices = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        choices = ["utf-16"]
    else:
        choices = ["utf-8", "cp1252"]
    for encoding in choices:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            problem = error
    line = data[: problem.start].count(b"\n") + 1
    raise GraderError(
        f"{path}, line {line}: bytes that are neither UTF-8 nor Windows' western encoding; "
        "save the file as UTF-8."
    )
