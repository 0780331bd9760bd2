"""Pack the built book for reading offline: `python -m tools.archive`, or `make zip`."""

import sys
import zipfile
from pathlib import Path

from .paths import HTML, ROOT

ZIP = HTML / "matrix-calculus.zip"
TOP = "matrix-calculus"
# The earliest that the format knows: the same pages make the same file.
DATE = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {".pdf", ".zip"}  # downloads of their own


def pack(site: Path, target: Path) -> int:
    """Write the files of ``site`` into one folder of a zip file; return how many they are."""
    files = sorted(f for f in site.rglob("*") if f.is_file() and f.suffix not in LEFT_OUT)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{TOP}/{file.relative_to(site).as_posix()}", DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
    return len(files)


def main() -> int:
    if not (HTML / "index.html").is_file():
        print("zip: there is no built book; run `make book` first", file=sys.stderr)
        return 1
    count = pack(HTML, ZIP)
    size = ZIP.stat().st_size / 1e6
    print(f"{count} files, {size:.1f} MB: {ZIP.relative_to(ROOT)}; open {TOP}/index.html in it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
