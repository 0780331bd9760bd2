"""Rule cards: generated from the rules, true of them, and found by the derivations' links."""

import pytest
import sympy

from mcalclib.rules import RULES
from mcalclib.symbolic import anchors, derivation, rule_card, rule_cards, step_cards
from mcalclib.symbolic.cards import is_equal
from mcalclib.symbolic.parsing import parse_node
from mcalclib.symbolic.writing import write
from tests.symbolic.textbook import TABLE


@pytest.fixture(scope="module")
def cards():
    return {card.name: card for card in rule_cards()}


def test_every_rule_has_a_card(cards):
    assert set(cards) == set(RULES)
    assert len({card.anchor for card in cards.values()}) == len(cards)


def test_every_rule_is_verified(cards):
    assert [card.name for card in cards.values() if not card.verified] == []


def test_wrong_rule_gets_no_mark(monkeypatch):
    rule = RULES["matrix inverse"]
    monkeypatch.setitem(rule.__dict__, "pullback", lambda F, primals, F_bar: (F_bar,))
    assert not rule_card(rule).verified
    monkeypatch.setitem(rule.__dict__, "pushforward", lambda F, primals, dX: -F @ dX[0])
    assert not rule_card(rule).verified


@pytest.mark.parametrize(
    ("name", "pushforward", "pullback"),
    [
        ("matrix product", r"dX\, B", r"\bar F\, B^{\mathsf{T}}"),
        (
            "matrix inverse",
            r"-X^{-1}\, dX\, X^{-1}",
            r"-X^{-\mathsf{T}}\, \bar F\, X^{-\mathsf{T}}",
        ),
        ("transpose", r"dX^{\mathsf{T}}", r"\bar F^{\mathsf{T}}"),
    ],
)
def test_formulas_are_those_of_giles(cards, name, pushforward, pullback):
    assert cards[name].pushforward == pushforward
    assert cards[name].pullback == pullback


def test_card_shows_the_lines_of_the_rule_and_an_example(cards):
    card = cards["matrix inverse"]
    assert "return -F @ dX @ F" in card.code
    assert "np.linalg.inv" in card.functions
    assert "Giles" in card.source
    assert str(card.example).startswith("d((A X)⁻¹) = -(A X)⁻¹ d(A X) (A X)⁻¹")
    assert "Inverse" in card.words()


def test_evidence_is_one_number_computed_in_three_ways(cards):
    for card in cards.values():
        assert card.evidence
        for one in card.evidence:
            # as near as differences of a value with rounding come
            assert one.forward == pytest.approx(one.differences, rel=1e-4, abs=1e-4)
            assert one.forward == pytest.approx(one.backward, rel=1e-7, abs=1e-9)


def test_every_step_of_algebra_is_verified_and_shown_at_work():
    steps = step_cards()
    assert [card.name for card in steps if not card.verified] == []
    for card in steps:
        assert any(card.name in line.name for line in card.example)


def test_an_equation_that_does_not_hold_is_found_out():
    assert is_equal("(A B)'; A: m by n; B: n by p", "B' A'; A: m by n; B: n by p")
    assert not is_equal("(A B)'; A: n by n; B: n by n", "A' B'; A: n by n; B: n by n")
    assert not is_equal("tr(A B C); A: n by n; C: n by n", "tr(B A C); A: n by n; C: n by n")


def test_every_name_in_the_derivations_of_the_textbooks_table_has_a_card(cards):
    known = anchors()
    standing = {card.anchor for card in (*cards.values(), *step_cards())}
    assert set(known.values()) <= standing
    for _, _, expression, variable, _ in TABLE[::5]:
        node, symbols = parse_node(expression)
        for line in derivation(write(node), write(symbols[variable])):
            for rule, link in zip(line.rules, line.link, strict=True):
                assert link == f"rules_reference.html#{known[rule.name]}"


def test_the_list_of_rules_of_a_derivation_links_to_their_cards(e):
    found = derivation(e.t**2 * sympy.Trace(e.A), e.t).html()
    assert '<a href="rules_reference.html#rule-hadamard-product">product rule</a>' in found
