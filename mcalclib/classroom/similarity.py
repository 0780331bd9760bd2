"""Which submissions share more than the task explains: fingerprints of their tokens.

Winnowing keeps, of every window of hashes of token sequences, the smallest; two texts that share
GUARANTEE tokens in a row are sure to share a fingerprint. Names and numbers do not count, so that
renaming hides nothing. What the instructor gave is taken out first, and a fingerprint counts the
less the more students have it: there are only so many ways to write a line of algebra.

References
----------
Schleimer, Wilkerson and Aiken (2003), Winnowing: local algorithms for document fingerprinting.
"""

import hashlib
import heapq
import io
import itertools
import keyword
import math
import token
import tokenize
from collections import Counter, defaultdict
from dataclasses import dataclass, field

GRAM = 9  # tokens that are hashed together
WINDOW = 5  # hashes of which the smallest is kept
GUARANTEE = GRAM + WINDOW - 1
WIDESPREAD = (
    25  # of a fingerprint of more students than this not all pairs are made: they grow as n^2
)
NEIGHBOURS = 4  # with how many students of such a fingerprint each of them is paired
SKETCH = 8  # smallest fingerprints by which students are ordered, the alike side by side
MEETINGS = 0.1  # share of its fingerprints in which a pair must meet to be looked at
LEAST = 8  # fingerprints that a submission must have of its own to be compared

_SKIPPED = {token.COMMENT, token.NL, token.NEWLINE, token.ENCODING, token.ENDMARKER,
            token.INDENT, token.DEDENT}  # fmt: skip


@dataclass
class Prints:
    """The fingerprints of one submission: each with the lines of its answers where it stands."""

    lines: dict[int, set[tuple[str, int]]] = field(default_factory=dict)
    whole: str = ""  # hash of all tokens


@dataclass
class Pair:
    """Two submissions, how much they share (0 to 1), and the lines where."""

    first: str
    second: str
    share: float
    weight: float  # the same, rare fingerprints counting more
    first_lines: dict[str, set[int]]
    second_lines: dict[str, set[int]]


def tokens(source: str) -> list[tuple[str, int]]:
    """Return the tokens of code as symbols with their lines: names and literals by kind alone.

    Code that is no Python gives the tokens before the fault.

    Examples
    --------
    >>> [symbol for symbol, _ in tokens("y = x + 1  # one more")]
    ['N', '=', 'N', '+', '0']
    """
    found = []
    try:
        for item in tokenize.generate_tokens(io.StringIO(source).readline):
            if item.type in _SKIPPED:
                continue
            if item.type == token.NAME and not keyword.iskeyword(item.string):
                symbol = "N"
            elif item.type == token.NUMBER:
                symbol = "0"
            elif item.type == token.STRING:
                symbol = "S"
            else:
                symbol = item.string
            found.append((symbol, item.start[0]))
    except (tokenize.TokenError, SyntaxError):
        pass  # IndentationError is a SyntaxError
    return found


def fingerprints(source: str) -> dict[int, set[int]]:
    """Return the fingerprints of code, each with the lines that it covers.

    Examples
    --------
    >>> a = "def f(x, A):\\n    y = A @ x\\n    return y.T @ A @ x + x.T @ A.T @ y"
    >>> b = a.replace("x", "vector").replace("y", "z")
    >>> set(fingerprints(a)) == set(fingerprints(b))
    True
    """
    symbols = tokens(source)
    hashes = _hashes(symbols)
    chosen: dict[int, set[int]] = {}
    for start in range(max(len(hashes) - WINDOW + 1, bool(hashes))):
        # Of equal hashes the last one: it stays the smallest for longest.
        value, at = min(hashes[start : start + WINDOW], key=lambda pair: (pair[0], -pair[1]))
        covered = chosen.setdefault(value, set())
        covered.update(line for _, line in symbols[at : at + GRAM])
    return chosen


def _hash(symbols):
    return int.from_bytes(hashlib.blake2b(" ".join(symbols).encode(), digest_size=8).digest())


def grams(source: str) -> set[int]:
    r"""Return the hashes of all runs of tokens, of which `fingerprints` keeps some.

    Examples
    --------
    >>> code = "def f(x, A):\n    return x.T @ A @ x + x.T @ A.T @ x"
    >>> set(fingerprints(code)) <= grams(code)
    True
    """
    return {value for value, _ in _hashes(tokens(source))}


def _hashes(symbols):
    return [
        (_hash([symbol for symbol, _ in symbols[at : at + GRAM]]), at)
        for at in range(len(symbols) - GRAM + 1)
    ]


def prints_of(answers: dict[str, str], given: set[int]) -> Prints:
    """Return the fingerprints of a submission's answers, what was given taken out.

    Parameters
    ----------
    answers : dict of str
        Code by the answer's name.
    given : set of int
        `grams` of the instructor's own code: which of them are kept depends on what stands around.
    """
    result, everything = Prints(), hashlib.blake2b(digest_size=16)
    for name, source in sorted(answers.items()):
        for symbol, _ in tokens(source):
            everything.update(symbol.encode() + b" ")
        for value, lines in fingerprints(source).items():
            if value not in given:
                result.lines.setdefault(value, set()).update((name, line) for line in lines)
    result.whole = everything.hexdigest()
    return result


def similar_pairs(prints: dict[str, Prints], least: float = 0.5, most: int = 200) -> list[Pair]:
    """Return the pairs that share most, the most suspicious first.

    Time and memory grow with the number of students, not with its square: of a fingerprint that
    more than 25 submissions have, each is paired with its neighbours alone, in an order in which
    submissions that share much stand side by side. So everybody in a large group of copies is
    found, though not each pair of them.

    Parameters
    ----------
    prints : dict of Prints
        By student.
    least : float
        Weighted share below which a pair is left out.
    most : int
        How many pairs are returned.
    """
    compared = {s: p for s, p in prints.items() if len(p.lines) >= LEAST}
    holders: dict[int, list[str]] = defaultdict(list)
    for student in sorted(compared):
        for value in compared[student].lines:
            holders[value].append(student)
    rarity = {v: math.log((1 + len(compared)) / len(who)) for v, who in holders.items()}
    total = {s: math.fsum(rarity[v] for v in p.lines) for s, p in compared.items()}

    # The smallest hashes are a random sample of what a submission holds, and those that share
    # much have nearly the same sample.
    sketches = {s: heapq.nsmallest(SKETCH, p.lines) for s, p in compared.items()}
    place = {s: at for at, s in enumerate(sorted(sorted(compared), key=sketches.get))}
    meetings: Counter[tuple[str, str]] = Counter()
    for who in holders.values():
        reach = len(who)
        if reach > WIDESPREAD:
            reach, who = NEIGHBOURS, sorted(who, key=place.get)
        for at, one in enumerate(who):
            meetings.update(
                (one, other) if one < other else (other, one)
                for other in who[at + 1 : at + 1 + reach]
            )
    # A pair that shares much meets in many places; those that meet by chance are not looked at.
    candidates = {
        (a, b)
        for (a, b), count in meetings.items()
        if count >= MEETINGS * min(len(compared[a].lines), len(compared[b].lines))
    }
    same = defaultdict(list)
    for student in sorted(compared):
        same[compared[student].whole].append(student)
    for who in same.values():
        candidates.update(itertools.pairwise(who))

    pairs = []
    for a, b in candidates:
        first, second = compared[a].lines, compared[b].lines
        shared = first.keys() & second.keys()
        smaller = min(total[a], total[b])
        weight = math.fsum(rarity[v] for v in shared) / smaller if smaller else 1.0
        share = len(shared) / min(len(first), len(second))
        if weight >= least:
            pairs.append((weight, share, a, b, shared))
    pairs.sort(key=lambda pair: (-pair[0], -len(pair[4]), pair[2], pair[3]))
    return [
        Pair(a, b, share, weight, _lines(compared[a], shared), _lines(compared[b], shared))
        for weight, share, a, b, shared in pairs[:most]
    ]


def _lines(prints, shared):
    found: dict[str, set[int]] = defaultdict(set)
    for value in shared:
        for name, line in prints.lines[value]:
            found[name].add(line)
    return dict(found)
