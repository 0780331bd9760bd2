"""Rule cards and the page that answers: links that lead, boxes that filter, answers that are right."""

import re
from pathlib import Path

import pytest
import reading
from conftest import ROOT, Visit, chapters, context_for

from mcalclib.symbolic import derivation, rule_cards, step_cards
from mcalclib.symbolic.checking import agree
from mcalclib.symbolic.derivatives import symbolic_gradient, symbolic_jacobian
from mcalclib.symbolic.evaluation import evaluate
from mcalclib.symbolic.parsing import parse_node
from mcalclib.symbolic.points import points
from mcalclib.symbolic.reading import read
from mcalclib.symbolic.writing import write
from tests.symbolic.textbook import TABLE

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES, ASK = "chapters/rules_reference.html", "chapters/ask.html"


@pytest.fixture
def asking(visit, origins):
    """Open the page that answers, with a question in its address or none."""

    def new(question="", origin="file", **options):
        opened = visit(**options).open(origins[origin] + ASK + question)
        opened.page.wait_for_selector("form#ask", state="visible")
        return opened

    return new


def ask(page, text, wrt=None):
    page.fill("#ask-text", text)
    page.press("#ask-text", "Enter")
    if wrt is not None:
        page.wait_for_function(
            f"[...document.querySelector('#ask-wrt').options].some(o => o.value === '{wrt}')"
        )
        page.select_option("#ask-wrt", wrt)


def answered(page):
    page.wait_for_selector("#ask-answer:not([hidden]) h2")
    return page.locator("#ask-answer")


# Rule cards


def test_every_rule_and_every_step_has_a_card_with_a_mark(opened):
    page = opened(RULES, javascript=False).page
    cards = [*rule_cards(), *step_cards()]
    found = page.evaluate(
        """() => [...document.querySelectorAll("section.rule-card")].map(card =>
          [card.id, !!card.querySelector(".verified-mark"), !!card.querySelector(".katex")])"""
    )
    assert sorted(found) == sorted([card.anchor, True, True] for card in cards)


@pytest.mark.parametrize("name", chapters())
def test_every_line_of_every_derivation_links_to_a_card(site, name):
    html = (site / name).read_text(encoding="utf-8")
    standing = set(
        re.findall(r'<section class="rule-card" id="([^"]+)"', (site / RULES).read_text())
    )
    lines = re.findall(r'<p class="derivation-rules">(.*?)</p>', html, re.DOTALL)
    for line in lines:
        links = re.findall(r'href="([^"]*)"', line)
        assert links
        for link in links:
            page, _, anchor = link.partition("#")
            assert page == "rules_reference.html"
            assert anchor in standing
        plain = re.sub(r"<a .*?</a>", "", line, flags=re.DOTALL)
        assert set(plain) <= set(", \n")  # every name is a link
    # what a notebook shows as one aligned formula with names is laid out in lines, and the
    # worked solutions of the exercises have derivations too
    raw = (ROOT / name).with_suffix(".ipynb").read_text(encoding="utf-8")
    assert len(lines) >= len(re.findall(r"&& \\\\text\{", raw))
    assert "&amp;&amp; \\text{" not in html


def test_a_link_of_a_derivation_brings_its_card_into_view(visit, origins):
    page = visit().open(origins["file"] + ASK).page
    link = page.locator(".derivation-rules a").first
    target = link.get_attribute("href").partition("#")[2]
    link.click()
    page.wait_for_url(f"**/rules_reference.html#{target}")
    assert 0 <= page.locator(f"#{target}").bounding_box()["y"] < 900


def test_the_filter_shows_the_cards_with_every_word(visit, origins):
    page = visit().open(origins["file"] + RULES).page
    page.fill("#rule-filter", "np.linalg inverse")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("section.rule-card")]
          .filter(card => card.checkVisibility()).map(card => card.id)"""
    )
    assert "rule-matrix-inverse" in shown
    assert len(shown) < 10
    said = page.locator(".rule-filter output").inner_text()
    assert said == f"{len(shown)} of {page.locator('section.rule-card').count()} rules"
    page.fill("#rule-filter", "")
    assert page.evaluate("() => document.querySelectorAll('section.rule-card[hidden]').length") == 0


def test_without_scripts_all_cards_are_there_and_the_filter_is_not(opened):
    page = opened(RULES, javascript=False).page
    assert page.locator("form.rule-filter").is_hidden()
    assert page.evaluate("() => document.querySelectorAll('section.rule-card[hidden]').length") == 0


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        ("matrix inverse", "rule-matrix-inverse"),
        ("cholesky", "rule-cholesky-factorisation"),
        ("np.linalg.inv", "rule-matrix-inverse"),
    ],
)
def test_the_books_search_finds_cards(visit, origins, words, anchor):
    page = visit().open(origins["file"] + "search.html?q=" + words.replace(" ", "+")).page
    page.wait_for_selector(f"#search-results a[href*='rules_reference.html#{anchor}']")


# Ask the book: right


RUN = """async rows => {
  await mcalc.load("vendor/mathjs/math.js", "vendor/katex/katex.min.js", "lazy/tokens.js", "lazy/grammar.js",
    ...["nodes", "normal", "shapes", "values", "writing", "engine"].map(f => `lazy/ask/${f}.js`));
  mcalc.engine.useRules(JSON.parse(document.getElementById("ask-rules").textContent));
  const {text, tex} = mcalc.writing;
  return rows.map(([expression, variable]) => {
    try {
      const {node, symbols} = mcalc.shapes.read(expression);
      const {lines, result} = mcalc.engine.derive(node, symbols.get(variable));
      katex.renderToString(tex(lines.at(-1).end), {strict: "error"});
      return {
        names: lines.map(line => line.rules.map(rule => rule.name)),
        anchors: lines.flatMap(line => line.rules.map(rule => rule.anchor)),
        kind: result.kind,
        value: text(result.value),
        shapes: [...symbols].map(([name, s]) =>
          [name, s.op === "ssym" ? "symmetric" : s.shape.join(" by "), s.shape]),
      };
    } catch (error) {
      if (error.name !== "Refusal") throw new Error(`${expression}: ${error.stack}`);
      return {refused: error.message};
    }
  });
}"""
ROWS = [row for row in TABLE if row[0] in "GJ"]


@pytest.fixture(scope="module")
def answers(opened_once):
    return opened_once.page.evaluate(RUN, [list(row[2:4]) for row in ROWS])


@pytest.fixture(scope="module")
def opened_once(browser, site):
    context = context_for(browser)
    yield Visit(context).open(site.resolve().as_uri() + "/" + ASK)
    context.close()


def declarations(found):
    """Return what the page inferred of every symbol, for Python to start from."""
    return {
        name: " by ".join(shape) + (" symmetric" if says == "symmetric" else "")
        if shape
        else ("integer" if name in "ijkmnpqrN" else "scalar")
        for name, says, shape in found["shapes"]
    }


def engine_of_python(kind, expression, variable, declared):
    node, symbols = parse_node(expression.partition(";")[0], **declared)
    expr, X = write(node), write(symbols[variable])
    make = symbolic_gradient if kind == "G" else symbolic_jacobian
    return read(make(expr, X).expr), derivation(expr, X)


def test_the_page_answers_the_textbooks_table_and_refuses_the_rest_by_name(answers):
    refused = [
        (row[2], a["refused"]) for row, a in zip(ROWS, answers, strict=True) if "refused" in a
    ]
    assert len(refused) <= 0.03 * len(ROWS), refused
    assert all(re.search("exponent|logm", said) for _, said in refused)


def test_the_pages_answers_are_those_of_the_engine_in_python(answers):
    compared = 0
    for (kind, _, expression, variable, _), found in zip(ROWS, answers, strict=True):
        if "refused" in found or found["kind"] == "differential" or "L_" in found["value"]:
            continue  # the last is a Fréchet derivative, which the grammar cannot say
        declared = declarations(found)
        wanted, steps = engine_of_python(kind, expression, variable, declared)
        mine, _ = parse_node(found["value"], **declared)
        at = list(points([wanted, mine], [], 2))
        assert len(at) == 2, expression
        for point in at:
            values = evaluate(mine, point.env), evaluate(wanted, point.env)
            # rounding only: both are formulas at a well-conditioned point
            assert agree(*values, 1e-9), (expression, found["value"])
        compared += 1
        # the lines need not be the same ones, but they tell the same story
        assert abs(len(found["names"]) - len(steps)) <= 4, (expression, found["names"], str(steps))
        rules = {name for line in steps for name in line.name.split(", ")}
        assert rules & {name for names in found["names"] for name in names} or len(steps) == 1
    assert compared >= 0.9 * len(ROWS)


@pytest.mark.parametrize(
    ("text", "variable", "value"),
    [
        ("vec(X)' kron(A, B) vec(X); X: m by n", "X", "B X A' + B' X A"),
        ("norm(vec(X) - vec(A))^2; X: m by n", "X", "2 (X - A)"),
        ("kron(eye(n), X) vec(B); X: m by n; B: n by n", "X", "B' ⊗ eye(m)"),
        (
            "norm(b - X inv(X' X) X' b)^2; X: m by n",
            "X",
            "2 (X (X' X)^-1 X' b - b) b' X (X' X)^-1",
        ),
    ],
)
def test_the_pages_answers_are_no_longer_than_the_engines(opened_once, text, variable, value):
    (found,) = opened_once.page.evaluate(RUN, [[text, variable]])
    assert found["value"] == value


def test_the_rules_that_the_page_names_have_cards(answers):
    standing = {card.anchor for card in (*rule_cards(), *step_cards())}
    for found in answers:
        assert {anchor for anchor in found.get("anchors", []) if anchor} <= standing


def test_a_wrong_rule_is_refused(opened_once):
    said = opened_once.page.evaluate(
        """async () => {
          const rules = JSON.parse(document.getElementById("ask-rules").textContent);
          const wrong = structuredClone(rules);
          const inverse = wrong.find(rule => rule.op === "inverse");
          inverse.push[0] = inverse.push[0][2][1]; // without its sign
          mcalc.engine.useRules(wrong);
          const {node, symbols} = mcalc.shapes.read("tr(A^-1)");
          try { mcalc.engine.derive(node, symbols.get("A")); return "answered"; }
          catch (error) { return `${error.name}: ${error.message}`; }
          finally { mcalc.engine.useRules(rules); }
        }"""
    )
    assert re.fullmatch(r"Refusal: the line \d \(.*\) did not hold at a random point", said)


# Ask the book: easy


@pytest.mark.parametrize("origin", ["file", "localhost"])
def test_a_question_is_answered_line_by_line_without_a_network(asking, origin):
    visit = asking(origin=origin)
    ask(visit.page, "tr(X' A X B); A symmetric", "X")
    answer = answered(visit.page)
    assert answer.locator(".derivation-line").count() == 4
    assert answer.locator(".derivation-rules a").first.inner_text() == "trace"
    assert answer.locator("code").first.inner_text() == "A X (B + B')"
    assert answer.locator(".katex math").count() >= 4
    assert visit.trouble == []


def test_the_address_keeps_the_question(asking):
    page = asking().page
    ask(page, "x' A x", "A")
    answered(page)
    page.reload()
    page.wait_for_function("document.querySelector('#ask-text').value === \"x' A x\"")
    assert answered(page).locator("code").first.inner_text() == "x x'"
    page.evaluate("() => { location.hash = '#q=det(A)&wrt=A'; }")
    page.wait_for_function("document.querySelector('#ask-text').value === 'det(A)'")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("x' A + y", "+", "1 is not its length"),
        ("tr(A", None, "the text ends"),
        ("A *", None, "an operand is expected"),
        ("inverse(A)", "i", "no function is called 'inverse'"),
        ("A B; A: m by n; B: m by n", "B", "does not fit"),
    ],
)
def test_a_complaint_points_at_its_place(asking, text, place, said):
    page = asking().page
    ask(page, text)
    problem = page.locator("#ask-problem")
    problem.locator("span").wait_for()
    assert said in problem.inner_text()
    assert page.locator("#ask-text").get_attribute("aria-invalid") == "true"
    if place is not None:
        assert problem.locator("mark").inner_text() == place
    assert page.locator("#ask-answer").is_hidden()


@pytest.mark.parametrize("text", ["tr(A^k)", "lambda(A, 1)", "f(x); f: function", "tr(logm(A))"])
def test_what_the_page_cannot_do_names_the_command_that_can(asking, text):
    page = asking().page
    ask(page, text)
    answer = answered(page)
    assert answer.locator("h2").inner_text() == "Not on this page"
    assert answer.locator("pre").inner_text().startswith(f'mcalc derive "{text}"')


def test_examples_can_be_asked(asking):
    page = asking().page
    buttons = page.locator("button.ask-example")
    for i in range(buttons.count()):
        buttons.nth(i).click()
        text = buttons.nth(i).get_attribute("data-q")
        page.wait_for_function(
            "text => document.querySelector('#ask-text').value === text", arg=text
        )
        assert "Derivation" in answered(page).inner_text()


def test_the_page_is_used_by_keyboard_alone(asking):
    page = asking().page
    page.focus("#ask-text")
    page.keyboard.type("x' A x")
    page.keyboard.press("Enter")
    answered(page)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "ask-wrt"
    page.keyboard.press("A")
    page.wait_for_function("document.querySelector('#ask-answer code').textContent === \"x x'\"")


def test_without_scripts_there_are_examples_and_no_form(opened):
    page = opened(ASK, javascript=False).page
    assert page.locator("form#ask").is_hidden()
    assert page.locator("button.ask-example").first.is_hidden()
    assert page.locator(".ask-shown .derivation-line").count() >= 15


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_fits_a_phone_and_axe_finds_nothing(asking, scheme):
    page = asking(width=390, scheme=scheme).page
    ask(page, "(x - a)' inv(A) (x - a) / norm(x - a)", "x")
    answered(page)
    assert page.evaluate(reading.OVERFLOWING) == []
    assert page.evaluate(reading.CUT_OFF) == []
    assert page.evaluate(reading.SCROLLING_WITHOUT_CUE) == []
    page.evaluate(reading.DRAWN)
    assert page.evaluate(reading.UNREACHABLE) == []
    assert reading.axe(page, AXE.read_text(encoding="utf-8")) == []


def test_the_pages_weigh_little(site):
    import gzip

    weights = {name: len(gzip.compress(Path(site, name).read_bytes())) for name in (RULES, ASK)}
    assert weights[RULES] < 120_000
    assert weights[ASK] < 40_000
