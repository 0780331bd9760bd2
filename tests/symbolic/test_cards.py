"""Rule cards: generated from the rules, true of them, and found by the derivations' links."""

import pytest

from mcalclib.rules import RULES
from mcalclib.symbolic import derivation, rule_card, rule_cards
from mcalclib.symbolic.lines import slug


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
    assert str(card.example).startswith("d(X⁻¹) = -X⁻¹ dX X⁻¹")
    assert "Inverse" in card.words()


def test_links_of_derivations_lead_to_cards(e, cards):
    anchors = {card.anchor for card in cards.values()} | {slug("chain rule")}
    import sympy

    f = sympy.log(sympy.Determinant(e.X.T * e.X)) * sympy.exp(sympy.Trace(e.M * e.X * e.X.T))
    for line in derivation(f, e.X, detail="full"):
        for rule, link in zip(line.rules, line.link, strict=True):
            if rule.name in RULES or getattr(rule, "card", ""):
                assert link.split("#")[1] in anchors
