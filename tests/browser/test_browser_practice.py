"""Answer boxes as a reader uses them: right, wrong and broken answers, by keyboard, offline."""

import json
import re
import statistics
from collections import Counter

import pytest
import reading
from conftest import ROOT, Visit, context_for, serve

from mcalclib.practice.bank import BANK
from mcalclib.practice.checking import check
from mcalclib.practice.exercise import ROOMS
from mcalclib.practice.points import seed_of
from mcalclib.practice.variants import variants_of

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


class Box:
    """One answer box on an open page."""

    def __init__(self, visit, id):
        self.visit, self.page, self.id = visit, visit.page, id
        self.whole = self.page.locator(f"[id='practice-{id.replace('/', '-')}']")
        self.input = self.whole.locator(".practice-input").first
        self.verdict = self.whole.locator(".practice-verdict")
        self.preview = self.whole.locator(".practice-preview").first
        self.mark = self.whole.locator(".practice-mark")

    def wake(self):
        """Touch the box and wait until it reads back what is typed."""
        self.whole.locator("input").first.focus()
        self.page.wait_for_function("() => window.mcalc.practice.start !== undefined")
        return self

    def type(self, text):
        self.input.fill(text)
        return self

    def answer(self, text):
        """Type an answer, press Enter, return what the page says."""
        self.type(text).input.press("Enter")
        self.verdict.locator("p").first.wait_for()
        return self.said()

    def said(self):
        return self.verdict.locator("p").first.inner_text().removeprefix("✓ ").removeprefix("✗ ")


def sentence_of(id, answer, **options):
    return check(id, answer, seed=seed_of(BANK[id]), **options).message.replace("$", "")


def boxes_of(html):
    """Return the answer boxes of a page, id of the element -> HTML."""
    found = {}
    for start in re.finditer(r'<div class="practice [^"]*" id="(practice-[^"]*)">', html):
        depth = 0
        for tag in re.compile(r"<div\b|</div>").finditer(html, start.start()):
            depth += 1 if tag[0] == "<div" else -1
            if depth == 0:
                found[start[1]] = html[start.start() : tag.end()]
                break
    return found


@pytest.fixture(scope="session")
def homes(site):
    """The page of each exercise that stands in the book, by id."""
    ids = {f"practice-{id.replace('/', '-')}": id for id in BANK}
    found = {}
    for path in sorted(site.rglob("chapters/*.html")):
        for name in boxes_of(path.read_text(encoding="utf-8")):
            assert ids[name] not in found, f"{ids[name]} stands in the book twice"
            found[ids[name]] = path.relative_to(site).as_posix()
    return found


@pytest.fixture(scope="session")
def extract(site, homes, tmp_path_factory):
    """The chapters with their answer boxes alone: a whole chapter takes seconds to open."""
    folder = tmp_path_factory.mktemp("boxes")
    (folder / "_static").symlink_to(site / "_static")
    for name in {*homes.values(), "chapters/intro.html"}:
        html = (site / name).read_text(encoding="utf-8")
        before, tag, rest = html.partition('<article class="bd-article">')
        after = rest.partition("</article>")[2]
        # The contents of the page would lead to sections that are not here.
        after = re.sub(r'<nav id="pst-page-toc-nav".*?</nav>', "", after, flags=re.DOTALL)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(
            f"{before}{tag}{''.join(boxes_of(html).values())}</article>{after}", encoding="utf-8"
        )
    return folder


@pytest.fixture(scope="session")
def origins(extract):
    server, address = serve(extract)
    yield {"file": extract.as_uri() + "/", "localhost": address}
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def shared(browser, origins, homes):
    """A box on a page that is opened once for all tests which leave no trace."""
    visits, contexts = {}, []

    def get(id):
        if homes[id] not in visits:
            contexts.append(context_for(browser))
            visits[homes[id]] = Visit(contexts[-1]).open(origins["file"] + homes[id])
        return Box(visits[homes[id]], id).wake()

    yield get
    for context in contexts:
        context.close()


@pytest.fixture
def fresh(visit, origins, homes):
    def get(id, origin="file", **options):
        return Box(visit(**options).open(origins[origin] + homes[id]), id)

    return get


NAMED = """operators/quadratic-form operators/matrix-times-vector operators/gram rules/hadamard
    rules/chain-cost matrix-functions/square matrix-functions/cube matrix-functions/inverse
    matrix-functions/determinant matrix-functions/product-jacobian matrix-functions/eigenvalue
    adjoint/solve-gradient hessian/trace-quadratic hessian/determinant least-squares/gradient
    least-squares/minimiser perceptron/weight-derivative perceptron/first-layer-gradient"""


def test_every_chapter_has_its_exercises(homes):
    assert [id for id in NAMED.split() if id not in homes] == []
    rooms = Counter(id.partition("/")[0] for id in homes)
    assert set(rooms) == set(ROOMS)
    assert min(rooms.values()) >= 7


# ---- Right, wrong and broken answers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "wrong", "right"),
    [
        ("operators/quadratic-form", "2 x' A dx", "x'(A + A')dx"),
        ("operators/matrix-times-vector", "dA", "dA x"),
        ("matrix-functions/inverse", "-dA inv(A)^2", "-A^-1 dA A^-1"),
        ("matrix-functions/product-jacobian", "kron(I_m, Y')", "Y' ⊗ I_m"),
        ("adjoint/solve-gradient", "c b'", None),
        ("hessian/trace-quadratic", "2 A dX B", None),
        ("review/jacobian-shape", "n by m", "m × n"),
        ("rules/chain-order", "A (B C)", "(A B) C"),
        ("rules/chain-cost", "m k j", "m k j + m j n"),
    ],
)
def test_the_reader_is_told_what_python_would_say(shared, id, wrong, right):
    box = shared(id)
    assert box.answer(wrong) == sentence_of(id, wrong)
    right = right or BANK[id].answer
    assert box.answer(right) == sentence_of(id, right)
    assert "✓" in box.verdict.inner_text()
    assert box.visit.trouble == []


def test_the_verdict_comes_within_50_ms(shared):
    box = shared("operators/quadratic-form")
    took = []
    for _ in range(5):
        box.answer("2 x' A dx")
        took.append(float(box.whole.locator("form").get_attribute("data-took")))
    assert statistics.median(took) < 50


def test_a_wrong_answer_shows_the_smallest_example_but_not_the_formula(shared):
    box = shared("operators/quadratic-form")
    box.answer("2 x' A dx")
    result = check(box.id, "2 x' A dx", seed=seed_of(BANK[box.id]))
    values, came, right = result.example
    shown = box.verdict.locator("dd annotation").all_text_contents()
    assert [s.split(" = ")[0].replace("{d x}", "dx") for s in shown[:3]] == list(values)
    assert [float(s) for s in shown[3:]] == [came.item(), right.item()]
    assert "A^" not in box.verdict.inner_text()


@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        ("x' (A dx", "expected ')' for the '(' at position 4; the text ends.", None),
        ("x' B dx", "the name 'B' is unknown; this exercise has x, A, dx.", "B"),
        ("x' A x + dx", "the sum has operands of shapes a number and n by 1", "+"),
        ("A x dx", "the product n by 1 times n by 1 does not fit; of vectors", "d"),
        ("trase(A)", "no function is called 'trase'; near: trace", "trase"),
        ("x' A ? dx", "the character '?' has no meaning here.", "?"),
        ("x' A / dx", "the divisor is n by 1, not a number", "/"),
        ("alert(1)", "no function is called 'alert'", "alert"),
        ("x'; fetch('x')", "the character ';' has no meaning here.", ";"),
    ],
)
def test_what_cannot_be_read_is_explained_at_its_place(shared, text, problem, place):
    box = shared("operators/quadratic-form")
    assert problem in box.answer(text)
    assert "✗" not in box.verdict.inner_text()
    if place is not None:
        assert box.verdict.locator("mark").inner_text().startswith(place)
        start = box.input.evaluate("input => input.selectionStart")
        assert text[start:].startswith(place)
    assert box.input.get_attribute("aria-invalid") == "true"
    box.type("x' A dx")
    assert box.input.get_attribute("aria-invalid") is None


@pytest.mark.parametrize(
    ("text", "tex", "shape"),
    [
        ("x'(A + A')dx", "x^{\\mathsf{T}}", "a number"),
        ("A dx", "A", "n by 1"),
        ("x x'", "x", "n by n"),
    ],
)
def test_what_is_typed_is_read_back_before_it_is_judged(shared, text, tex, shape):
    box = shared("operators/quadratic-form")
    box.type("")
    box.input.press_sequentially(text, delay=1)
    assert tex in box.preview.locator("annotation").text_content()
    assert box.preview.locator(".practice-shape").inner_text() == shape


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("x’(A+A’)dx", "x' (A + A') dx"), ("xᵀAdx.", "x' A dx"), ("x^{\\top}A\\,dx", "x' A dx"),
     ("x.T @ A @ dx", "x' A dx"), ("Ａ　ｄｘ", "A dx")],
)  # fmt: skip
def test_what_phones_and_other_programs_write_is_read_back_as_meant(shared, typed, meant):
    box = shared("operators/quadratic-form")
    shown = []
    for text in (typed, meant):
        box.type("")
        box.type(text)
        shown.append(box.preview.inner_text())
    assert shown[0] == shown[1]
    assert box.preview.locator(".practice-note").count() == 0


def test_what_some_read_otherwise_is_said_where_it_is_read_back(shared):
    box = shared("matrix-functions/trace-exponential")
    box.type("exp(A)'")
    note = box.preview.locator(".practice-note")
    assert note.inner_text() == "exp is taken of every entry; of the matrix it is expm."
    box.type("expm(A)'")
    assert note.count() == 0
    assert "expm" in box.preview.locator("annotation").text_content()


# ---- Kinds ------------------------------------------------------------------------------------------


def test_a_choice_is_made_by_keyboard(shared):
    box = shared("review/little-o")
    exercise = BANK[box.id]
    radios = box.whole.locator("input[type=radio]")
    radios.first.focus()
    box.page.keyboard.press("Space")
    for _ in range(exercise.answer - 1):
        box.page.keyboard.press("ArrowDown")
    box.page.keyboard.press("Enter")
    box.verdict.locator("p").first.wait_for()
    assert box.said().startswith("Correct.")
    assert radios.nth(exercise.answer - 1).is_checked()


def test_a_claim_asks_for_a_counterexample_and_judges_it(shared):
    box = shared("rules/united")
    box.whole.get_by_label("Always true").check()
    box.whole.get_by_role("button", name="Check").click()
    assert box.said() == sentence_of(box.id, "true")
    box.whole.get_by_label("Not always").check()
    box.whole.get_by_role("button", name="Check").click()
    assert box.said() == sentence_of(box.id, "false")
    for text in ("X = [1 0; 0 1]; H = [0 1; 0 0]", "X = [0 1; 0 0]; H = [1 0; 0 0]"):
        assert box.answer(text) == sentence_of(box.id, text)
    assert "✓" in box.verdict.inner_text()


def test_numbers_change_when_asked_for_and_each_time_their_value_is_right(fresh):
    box = fresh("least-squares/minimiser").wake()
    points = variants_of(BANK[box.id])
    questions = set()
    for k, point in enumerate(points, 1):
        questions.add(box.whole.locator(".practice-question").inner_text())
        right, wrong = (
            f"[{'; '.join(f'{x:.12f}' for x in values.ravel())}]"
            for values in (point.right, 2 * point.right)
        )
        assert box.answer(right) == "Correct."
        assert box.answer(wrong) == sentence_of(box.id, wrong, variant=k)
        box.whole.get_by_role("button", name="Try other numbers").click()
        assert box.input.input_value() == ""
    assert len(questions) == len(points)


def test_a_derivation_is_confirmed_up_to_the_line_that_does_not_follow(fresh):
    box = fresh("operators/residual-lines").wake()
    lines = ["dx' A' (A x - b) + (A x - b)' A dx", "(A x - b)' A dx"]
    box.answer(lines[0])
    rows = box.whole.locator(".practice-lines > li")
    assert rows.count() == 2  # the next line is ready, and has the focus
    assert box.said().startswith("Every line follows so far.")
    assert box.mark.inner_text() == "tried"
    box.page.keyboard.type(lines[1])
    box.page.keyboard.press("Enter")
    marks = [m.get_attribute("aria-label") for m in rows.locator(".practice-line-mark").all()]
    assert marks == ["follows", "does not follow"]
    assert box.said().startswith("Line 2 does not follow from the line before.")
    box.page.keyboard.press("Home")
    box.page.keyboard.type("2 ")
    box.page.keyboard.press("Enter")
    assert box.said() == "Correct: every line follows, and the last one is the derivative."
    assert box.visit.trouble == []


# ---- Hints, solution, no scripts ---------------------------------------------------------------------


def test_hints_come_one_after_the_other_by_keyboard(fresh):
    box = fresh("operators/quadratic-form")
    hints = box.whole.locator("details.practice-hint")
    assert [h.is_visible() for h in hints.all()] == [True, False, False]
    hints.first.locator("summary").focus()
    box.page.keyboard.press("Enter")
    assert hints.nth(1).is_visible()
    solution = box.whole.locator("details.practice-solution")
    assert solution.is_visible()
    solution.locator("summary").press("Enter")
    assert solution.locator(".katex").first.is_visible()


def test_without_scripts_question_hints_and_solution_can_be_read(fresh):
    box = fresh("operators/quadratic-form", javascript=False)
    assert box.whole.locator(".practice-question .katex").first.is_visible()
    assert not box.input.is_visible()
    assert not box.whole.get_by_role("button").first.is_visible()
    box.whole.locator("details.practice-solution summary").click()
    assert box.whole.locator("details.practice-solution .katex").first.is_visible()
    choice = fresh("review/little-o", javascript=False)
    assert choice.whole.locator(".practice-choice .katex").first.is_visible()
    assert not choice.whole.locator("input").first.is_visible()


# ---- What loads, and when -----------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["file", "localhost"])
def test_what_judges_loads_at_the_first_touch_and_from_the_book_alone(fresh, origin):
    box = fresh("operators/quadratic-form", origin)
    heavy = ("math.js", "katex.min.js", "/lazy/", "/exercises/")
    assert not [url for url in box.visit.requests if any(name in url for name in heavy)]
    box.wake()
    assert [n for n in heavy if not any(n in url for url in box.visit.requests)] == []
    brought = [url for url in box.visit.requests if "/exercises/" in url]
    assert sorted(url.partition("/exercises/")[2] for url in brought) == [
        "common.js", "operators/quadratic-form.js"]  # fmt: skip
    assert box.answer("x' (A + A') dx") == "Correct, to 12 digits."
    assert box.visit.trouble == []


def test_a_box_whose_scripts_do_not_come_says_so_and_tries_again(fresh):
    box = fresh("operators/quadratic-form", "localhost")
    box.page.route("**/lazy/box.js*", lambda route: route.abort())
    box.whole.locator("input").first.focus()
    box.verdict.get_by_text("did not load").wait_for()
    box.page.unroute("**/lazy/box.js*")
    assert box.answer("x' (A + A') dx") == "Correct, to 12 digits."


def test_the_data_that_the_build_wrote_judges_right_answers_right(shared, homes):
    page = shared("operators/quadratic-form").page
    accepted = [
        [id, text, e.kind]
        for id, e in BANK.items()
        if id in homes and isinstance(e.answer, str)
        for text in (e.answer, *(t for t in e.also if "\n" not in t))
    ]
    wrong = page.evaluate(
        """async answers => {
          const {load, practice} = mcalc, found = {}, bring = practice.bring;
          practice.bring = exercise => (found[exercise.id] = exercise);
          await load(...new Set(answers.map(([id]) => `exercises/${id}.js`)));
          practice.bring = bring;
          return answers.filter(([id, text]) => id in found &&
            !mcalc.answers.check({...found[id], messages: practice.messages}, text).ok);
        }""",
        accepted,
    )
    assert len(accepted) > 60
    assert wrong == []


# ---- Progress ------------------------------------------------------------------------------------------


def test_answers_marks_and_bars_are_there_again_on_every_page(fresh, homes):
    box = fresh("operators/quadratic-form", "localhost").wake()
    box.answer("2 x' A dx")
    assert box.mark.inner_text() == "tried"
    box.answer("x' (A + A') dx")
    assert box.mark.inner_text() == "✓ solved"
    box.page.reload()
    assert box.mark.inner_text() == "✓ solved"
    assert box.input.input_value() == "x' (A + A') dx"
    total = sum(page == homes[box.id] for page in homes.values())
    name = homes[box.id].rpartition("/")[2]
    box.page.goto(box.page.url.replace(name, "intro.html"))
    link = box.page.locator(f".bd-sidebar-primary a[href$='{name}']")
    assert f"1 of {total} exercises solved" in link.inner_text()
    bar = link.locator(".practice-bar")
    assert float(bar.evaluate("bar => bar.style.getPropertyValue('--done')")) == 1 / total
    assert box.visit.trouble == []


def test_a_wrong_try_after_the_solution_leaves_the_exercise_solved(fresh):
    box = fresh("operators/matrix-times-vector").wake()
    box.answer("dA x")
    box.answer("A x")
    assert box.mark.inner_text() == "✓ solved"


def test_answers_go_into_a_file_and_come_back_from_it(fresh, tmp_path):
    box = fresh("operators/quadratic-form").wake()
    box.answer("x' (A + A') dx")
    panel = box.page.locator(".practice-progress")
    panel.locator("summary").click()
    with box.page.expect_download() as download:
        panel.get_by_role("button", name="Save to a file").click()
    saved = tmp_path / "answers.json"
    download.value.save_as(saved)
    assert json.loads(saved.read_text())["exercises"][box.id]["ok"] is True

    panel.get_by_role("button", name="Forget all answers").click()
    panel.get_by_role("button", name="Really forget all answers").click()
    assert box.mark.inner_text() == ""
    assert box.page.evaluate("localStorage.getItem('mcalc-practice')") is None

    for name, text in (("broken.json", "{"), ("other.json", "[1, 2]")):
        (tmp_path / name).write_text(text)
        panel.locator("input[type=file]").set_input_files(tmp_path / name)
        panel.get_by_text(f"{name} holds no answers").wait_for()
    panel.locator("input[type=file]").set_input_files(saved)
    panel.get_by_text("1 answer loaded").wait_for()
    assert box.mark.inner_text() == "✓ solved"
    assert box.visit.trouble == []


STORAGES = {
    "blocked": """Object.defineProperty(window, 'localStorage',
        {configurable: true, get() { throw new Error('no'); }})""",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }",
    "filling": """{ const set = Storage.prototype.setItem;
        Storage.prototype.setItem = function (name, text) {
          if (text.length > 20) throw new DOMException('', 'QuotaExceededError');
          set.call(this, name, text); }; }""",
    "broken": "localStorage.setItem('mcalc-practice', '{\"exercises\": 3')",
    "strange": """localStorage.setItem('mcalc-practice', JSON.stringify({exercises: {
        "operators/quadratic-form": null, "../x": {ok: true, answer: "1"},
        "operators/gram": {ok: "yes", answer: {}}, "__proto__": {ok: true, answer: "x"}}}))""",
    "no object": "localStorage.setItem('mcalc-practice', 'null')",
}


@pytest.mark.parametrize("storage", STORAGES)
def test_storage_that_fails_never_breaks_the_page(visit, origins, homes, storage):
    id = "operators/quadratic-form"
    opened = visit()
    opened.page.add_init_script(STORAGES[storage])
    box = Box(opened.open(origins["localhost"] + homes[id]), id).wake()
    assert box.mark.inner_text() == ""
    assert box.answer("x' (A + A') dx") == "Correct, to 12 digits."
    assert box.mark.inner_text() == "✓ solved"
    said = box.page.locator(".practice-where").inner_text
    box.page.locator(".practice-progress summary").click()
    kept_nothing = "keeps no answers" in said()
    assert kept_nothing == (storage in ("blocked", "full", "filling"))
    assert opened.trouble == []


# ---- Reading with other means -----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_boxes_at_work(fresh, scheme):
    box = fresh("operators/quadratic-form", scheme=scheme).wake()
    box.answer("2 x' A dx")
    for id, text in (("operators/gram", "dA' A +"), ("operators/matrix-times-vector", "dA x")):
        Box(box.visit, id).wake().answer(text)
    Box(box.visit, "operators/residual-lines").wake().answer("(A x - b)' A dx")
    box.page.locator(".practice-progress summary").click()
    for details in box.whole.locator("details").all():
        details.evaluate("details => details.open = true")
    assert reading.axe(box.page, AXE.read_text(encoding="utf-8"), None) == []


def test_a_box_at_work_fits_a_phone_and_what_is_wide_scrolls(fresh):
    box = fresh("matrix-functions/product-jacobian", width=390, scheme="dark").wake()
    box.type("kron(Y' Y Y' Y Y' Y Y' Y Y' Y Y' Y Y' Y Y' Y, I_m) + kron(Y', I_m)")
    box.answer("kron(I_m, Y')")
    box.page.wait_for_timeout(50)
    for check_page in (reading.OVERFLOWING, reading.CUT_OFF, reading.SCROLLING_WITHOUT_CUE,
                       reading.UNREACHABLE, reading.LIGHT_BOXES):  # fmt: skip
        assert box.page.evaluate(check_page) == []


def test_the_verdict_is_announced_and_the_input_is_named(shared):
    box = shared("operators/quadratic-form")
    assert box.verdict.get_attribute("role") == "status"
    assert (
        box.page.get_by_role("textbox", name="Your answer, a formula in x, A and dx").count() >= 1
    )
    described = box.input.get_attribute("aria-describedby")
    assert box.page.locator(f"[id='{described}']").count() == 1
