"""What a late submission loses."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..grader.names import plain

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """What being late costs.

    Parameters
    ----------
    grace : timedelta
        Lateness up to this costs nothing.
    per_day : float
        Share of the score lost for each day begun, 0 to 1.
    cap : float
        Share that is lost at most.
    extra : dict
        More time, by student as `plain` writes the name.

    Examples
    --------
    >>> due = datetime(2026, 11, 20, 18)
    >>> policy = Policy(grace=timedelta(minutes=30), per_day=0.1, cap=0.5)
    >>> policy.share_lost("ada", due, due + timedelta(minutes=20))
    0.0
    >>> policy.share_lost("ada", due, due + timedelta(hours=25))
    0.2
    """

    grace: timedelta = timedelta()
    per_day: float = 0.0
    cap: float = 1.0
    extra: dict[str, timedelta] = field(default_factory=dict)

    def share_lost(self, student: str, due: datetime, handed_in: datetime) -> float:
        """Return the share of the score that a submission loses."""
        due += self.extra.get(plain(student), timedelta())
        late = handed_in - due
        if late <= self.grace:
            return 0.0
        # Days are counted from the deadline: the grace forgives, it does not move the deadline.
        return min(self.per_day * math.ceil(late / DAY), self.cap)
