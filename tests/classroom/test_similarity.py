"""Similar submissions: copies are found however they are dressed, honest ones left alone."""

import json
import random

import pytest
from small_class import hand_in

from mcalclib.classroom.similarity import (
    GUARANTEE,
    fingerprints,
    grams,
    prints_of,
    similar_pairs,
    tokens,
)
from mcalclib.cli import main

ORIGINAL = '''
def gradient(x, A, b):
    """Return the gradient."""
    residual = A @ x - b
    total = np.zeros_like(x)
    for row, value in zip(A, residual):
        if abs(value) > 1e-12:
            total = total + 2 * value * row
    scale = np.linalg.norm(total) + 1.0
    return total if scale > 0 else total / scale
'''
# The same with other names, numbers, comments, quotes and layout.
DRESSED = """
def gradient( point, matrix , target ):
    # my own work
    r = matrix @ point - target
    out = np.zeros_like( point )
    for line, entry in zip( matrix, r ):

        if abs( entry ) > 1e-9:   # skip zeros
            out = out + 2 * entry * line
    norm = np.linalg.norm( out ) + 3.5
    return out if norm > 7 else out / norm
"""


def honest(seed):
    """Return an answer of its own: statements with random expressions in them."""
    rng = random.Random(seed)

    def expression(depth):
        if depth == 0 or rng.random() < 0.2:
            return rng.choice(["x", "1", "x.T", "x[0]", "-x", "'s'", "f(x)"])
        left, right = expression(depth - 1), expression(depth - 1)
        form = rng.choice(["({} + {})", "{} @ {}", "{} * {}", "f({}, {})", "[{}, {}]", "({} - {})",
                           "{} ** {}", "{{{}: {}}}", "({} or {})", "{} / {}"])  # fmt: skip
        return form.format(left, right)

    statements = ["x = {}", "if {}: pass", "x += {}", "assert {}", "while {}: break", "del x[{}]"]
    return "\n".join(rng.choice(statements).format(expression(4)) for _ in range(20))


def prints(**codes):
    return {name: prints_of({"q": code}, set()) for name, code in codes.items()}


def test_dress_does_not_hide_a_copy():
    assert set(fingerprints(ORIGINAL)) - set(fingerprints(DRESSED)) == set() or (
        len(set(fingerprints(ORIGINAL)) & set(fingerprints(DRESSED)))
        > 0.8 * len(fingerprints(ORIGINAL))
    )
    others = {f"s{n}": honest(n) for n in range(20)}
    pairs = similar_pairs(prints(ada=ORIGINAL, ben=DRESSED, **others))
    assert [(p.first, p.second) for p in pairs] == [("ada", "ben")]
    assert pairs[0].weight > 0.8


def test_shared_runs_of_the_guaranteed_length_share_a_fingerprint():
    for seed in range(200):
        rng = random.Random(seed)
        common = [
            rng.choice(["if", "+", "(", ")", "for", "x", "1", "*", "not"]) for _ in range(GUARANTEE)
        ]
        texts = []
        for _ in range(2):
            before = [rng.choice(["-", "/", "while", "[", "]"]) for _ in range(rng.randrange(15))]
            after = [rng.choice(["-", "/", "while", "[", "]"]) for _ in range(rng.randrange(15))]
            texts.append([*before, *common, *after])
        first, second = (set(_fingerprints_of(text)) for text in texts)
        assert first & second


def _fingerprints_of(symbols):
    from unittest import mock

    with mock.patch("mcalclib.classroom.similarity.tokens", return_value=[(s, 1) for s in symbols]):
        return fingerprints("")


def test_honest_answers_make_no_pairs():
    codes = {f"s{n}": honest(n) for n in range(60)}
    assert similar_pairs(prints(**codes)) == []


def test_what_was_given_does_not_count():
    given = grams(ORIGINAL)
    codes = {name: prints_of({"q": ORIGINAL + honest(name)}, given) for name in ("ada", "ben")}
    codes |= {f"s{n}": prints_of({"q": honest(n)}, given) for n in range(10)}
    assert similar_pairs(codes) == []


def test_a_solution_that_half_the_class_copied_is_still_found():
    codes = {f"c{n:02}": ORIGINAL for n in range(40)} | {f"s{n}": honest(n) for n in range(40)}
    pairs = similar_pairs(prints(**codes), least=0.5)
    found = {name for pair in pairs for name in (pair.first, pair.second)}
    assert found == {f"c{n:02}" for n in range(40)}


def altered(seed):
    """Return the original with one statement of the copier's own, at a place of its own."""
    rng = random.Random(seed)
    lines = ORIGINAL.split("\n")
    terms = [rng.choice(["x", "1", "-x", "x[0]", "f(x)", "(x)"]) for _ in range(4)]
    lines.insert(rng.randrange(4, len(lines) - 1), f"    mine = {' + '.join(terms)}")
    return "\n".join(lines)


def test_a_large_group_that_altered_its_copies_is_found():
    codes = {f"c{n:02}": altered(n) for n in range(60)} | {f"s{n}": honest(n) for n in range(200)}
    pairs = similar_pairs(prints(**codes))
    found = {name for pair in pairs for name in (pair.first, pair.second)}
    assert not [name for name in found if name.startswith("s")]
    assert len(found) >= 0.9 * 60


def test_given_code_does_not_count_wherever_it_stands():
    # What winnowing keeps near an end of the given code depends on what the student put there.
    given = grams(ORIGINAL)
    for seed in range(30):
        mine = honest(seed)
        alone = fingerprints(mine)
        left = prints_of({"q": f"{mine}\n{ORIGINAL}\n{mine}"}, given).lines
        # Beyond the student's own only what crosses the two borders is left.
        assert len(left.keys() - alone.keys()) <= 2 * GUARANTEE


def test_code_that_is_no_python_is_compared_as_far_as_it_goes():
    assert [symbol for symbol, _ in tokens("x = (1 + \n")][:4] == ["N", "=", "(", "0"]
    assert tokens("\x00") is not None
    assert fingerprints("") == {}


def test_the_command_writes_a_page_with_both_sides(class_folder, capsys):
    hand_in(class_folder / "in", "copy", slope=ORIGINAL.replace("gradient", "slope"))
    hand_in(class_folder / "in", "original", slope=DRESSED.replace("gradient", "slope"))
    source, out = class_folder / "source" / "operators", class_folder / "out"
    grade = [
        "grade",
        class_folder / "in",
        "--source",
        source,
        "--out",
        out,
        "--quiet",
        "--jobs",
        "1",
    ]
    assert main(list(map(str, grade))) == 0
    assert main(["similar", str(out), "--source", str(source)]) == 1
    page = (out / "similarity.html").read_text()
    content = json.loads((out / "similarity.json").read_text())
    assert ["copy", "original"] in [one["students"] for one in content]
    assert "<mark>    residual = A @ x - b</mark>" in page
    assert "feedback/original.html" in page
    (pair,) = [one for one in content if one["students"] == ["copy", "original"]]
    assert f">{round(100 * pair['share'])} %<" in page.replace("&nbsp;", " ")


@pytest.mark.parametrize("least", ["2", "-1", "much"])
def test_a_share_that_is_none_is_refused(class_folder, least):
    with pytest.raises(SystemExit):
        main(["similar", str(class_folder / "out"), "--source", "x", "--least", least])
