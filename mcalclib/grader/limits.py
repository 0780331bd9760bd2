"""What one submission may use, and how an instructor changes it."""

from dataclasses import asdict, dataclass, fields

from ..errors import McalcError


class GraderError(McalcError):
    """A mistake in what the grader was asked to do: its message says what to change."""


@dataclass(frozen=True)
class Limits:
    """Limits on one submission; ``--limits memory=512,cell=5`` sets them by name."""

    cell: float = 10.0  # seconds of wall time for one cell or one call
    total: float = 60.0  # seconds of wall time for the whole submission
    cpu: int = 30  # seconds of processor time for one session
    memory: int = 1024  # MB of address space beyond what is preloaded
    files: int = 64  # MB in the submission's own /tmp
    output: int = 64  # kB of printed text kept per cell
    processes: int = 16  # threads; other processes are not allowed at all
    sessions: int = 8  # how often the submission is started again after dying

    @classmethod
    def parse(cls, text: str) -> "Limits":
        """Return the limits that ``text`` names, defaults for the rest.

        Parameters
        ----------
        text : str
            ``name=number`` pairs with commas between them; may be empty.

        Raises
        ------
        GraderError
            If a name is unknown or a value is not a positive number.

        Examples
        --------
        >>> Limits.parse("memory=512, cell=2.5").cell
        2.5
        """
        known = {field.name: field.type for field in fields(cls)}
        chosen = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            name, _, number = (part.strip() for part in pair.partition("="))
            if name not in known:
                raise GraderError(
                    f"--limits: there is no limit {name!r}; known: {', '.join(known)}."
                )
            try:
                value = float(number)
            except ValueError:
                value = 0.0
            if not 0 < value < 1e6:
                raise GraderError(
                    f"--limits: {name} needs a number above 0 and below a million, got {number!r}."
                )
            chosen[name] = value if known[name] is float else int(value) or 1
        return cls(**chosen)

    def as_dict(self) -> dict:
        """Return the limits as plain data."""
        return asdict(self)
