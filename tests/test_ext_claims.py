"""The reader of claims sees every kind of claim, and every way of not verifying one."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from _ext import claims

PROPOSITION = """\
Some text.

````{prf:proposition} Quadratic form
:label: prop-form
Let

$$
f'(x)[dx] = x^T (A + A^T) dx.
$$ (eq-form)
````

$$ y = f(x) $$ (def-value)
"""
CHECK = "assert np.isclose(left, right)"


def page(tmp_path, *cells):
    path = tmp_path / "chapter.ipynb"
    nbformat.write(new_notebook(cells=list(cells)), path)
    return claims.read(path)


def text(source, name="statement"):
    return new_markdown_cell(source, id=name)


def check(source, *labels, name="check", **metadata):
    return new_code_cell(source, id=name, metadata={"mcalc": {"verifies": [*labels]}, **metadata})


def test_statements_and_equations_are_claims_and_definitions_are_not(tmp_path):
    read = page(tmp_path, text(PROPOSITION))
    assert [(claim.label, claim.kind) for claim in read.claims] == [
        ("prop-form", "proposition"),
        ("eq-form", "equation"),
    ]


def test_a_verified_page_has_no_problems(tmp_path):
    read = page(tmp_path, text(PROPOSITION), check(CHECK, "prop-form", "eq-form"))
    assert claims.problems(read) == []
    assert read.check_of("eq-form").anchor == "cell-check"


def problems(tmp_path, *cells):
    return "\n".join(claims.problems(page(tmp_path, *cells)))


def test_a_claim_without_a_verifying_cell_is_named(tmp_path):
    found = problems(tmp_path, text(PROPOSITION), check(CHECK, "prop-form"))
    assert "'eq-form' has no verifying cell" in found
    assert "cell statement" in found
    assert "prop-form" not in found


def test_an_unknown_label_is_named(tmp_path):
    found = problems(tmp_path, text("Nothing is claimed."), check(CHECK, "prop-lost"))
    assert "cell check verifies 'prop-lost'" in found


@pytest.mark.parametrize(
    "source",
    [
        "print(left == right)",
        "np.allclose(left, right)",
        "assert True",
        "assert (left == right, 'a tuple is always true')",
        "assert mc.verify_derivative(f, df, X)",
        "def later():\n    assert left == right",
        "# assert left == right",
        "text = 'assert left == right'",
        "assert left ==",
    ],
)
def test_a_cell_that_cannot_fail_asserts_nothing(tmp_path, source):
    statement = text("$$ a = b $$ (eq-a)")
    assert "asserts nothing" in problems(tmp_path, statement, check(source, "eq-a"))


@pytest.mark.parametrize(
    "source",
    [
        "assert left == right",
        "np.testing.assert_allclose(left, right)",
        "assert_equal(left, right)",
        "for n in range(3):\n    assert left[n] == right[n]",
        "assert mc.verify_derivative(f, df, X).ok",
    ],
)
def test_a_cell_that_can_fail_verifies(tmp_path, source):
    statement = text("$$ a = b $$ (eq-a)")
    assert problems(tmp_path, statement, check(source, "eq-a")) == ""


def test_a_statement_without_a_label_is_a_problem(tmp_path):
    found = problems(tmp_path, text("```{prf:theorem} Nameless\nIt holds.\n```"))
    assert "theorem has no label" in found


@pytest.mark.parametrize("kind", ["proposition", "theorem", "lemma", "corollary"])
def test_every_kind_of_statement_is_held_to_its_prefix(tmp_path, kind):
    source = f"```{{prf:{kind}}}\n:label: x-form\nIt holds.\n```"
    found = problems(tmp_path, text(source), check(CHECK, "x-form"))
    assert f"expected the prefix {claims.PREFIX[kind]!r}" in found


def test_other_labels_than_eq_and_def_are_problems_on_equations(tmp_path):
    found = problems(tmp_path, text("$$ a = b $$ (trace-rule)"), check(CHECK, "trace-rule"))
    assert "expected the prefix 'eq-'" in found


def test_a_label_used_twice_is_a_problem(tmp_path):
    twice = text("$$ a = b $$ (eq-a)\n\n$$ a = c $$ (eq-a)")
    assert "'eq-a' is used twice" in problems(tmp_path, twice, check(CHECK, "eq-a"))


def test_a_check_that_the_page_does_not_show_is_a_problem(tmp_path):
    hidden = check(CHECK, "eq-a", tags=["remove-cell"])
    assert "removed from the page" in problems(tmp_path, text("$$ a $$ (eq-a)"), hidden)


def test_a_list_without_labels_is_a_problem(tmp_path):
    assert "empty list" in problems(tmp_path, check(CHECK))


def test_math_directives_and_colon_fences_are_read_too(tmp_path):
    source = (
        ":::{prf:lemma}\n:label: lem-a\n\n```{math}\n:label: eq-b\na = b\n```\n:::\n\n"
        "```{math}\n:label: def-c\nc\n```\n"
    )
    labels = [claim.label for claim in page(tmp_path, text(source)).claims]
    assert labels == ["lem-a", "eq-b"]


def test_what_stands_in_a_listing_is_no_claim(tmp_path):
    listing = "````md\n```{prf:lemma}\n:label: lem-a\n```\n$$ a $$ (eq-a)\n````\n\n$$ b $$ (eq-b)"
    assert [claim.label for claim in page(tmp_path, text(listing)).claims] == ["eq-b"]


def test_a_markdown_page_has_nowhere_to_verify_a_claim(tmp_path):
    path = tmp_path / "notation.md"
    path.write_text("$$ a = b $$ (eq-a)\n\n$$ c $$ (def-c)\n", encoding="utf-8")
    assert len(claims.problems(claims.read(path))) == 1
