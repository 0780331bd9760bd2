"""The steps of a derivation that are no derivative rules: algebra, each with a name and a check."""

from dataclasses import dataclass, field

STEPS = {}


@dataclass(frozen=True)
class Step:
    """A step that is not a derivative rule.

    Attributes
    ----------
    name, statement, source : str
        What a reader calls it, what it says in LaTeX, where it is published.
    card : str
        The name of the rule that it is an instance of, if it is one.
    equal : tuple of (str, str)
        Pairs of texts in the answer grammar that the step says are equal.
    example : dict
        The arguments of a derivation in which the step is taken: ``text``, ``wrt`` and those of
        `derivation`.
    """

    name: str
    statement: str = ""
    source: str = ""
    card: str = ""
    equal: tuple = ()
    example: dict = field(default_factory=dict, hash=False, compare=False)


def _step(name, statement, source="elementary algebra", equal=(), **example):
    STEPS[name] = Step(name, statement, source, "", equal, example)
    return STEPS[name]


CYCLIC = _step(
    "trace is cyclic, and a scalar is its own transpose",
    r"\operatorname{tr}(ABC) = \operatorname{tr}(CAB), \quad"
    r" \operatorname{tr}A = \operatorname{tr}A^{\mathsf T}",
    "Magnus and Neudecker (2019), section 1.10",
    equal=(
        ("tr(A B C); A: m by n; B: n by p; C: p by m", "tr(C A B); A: m by n; B: n by p; C: p by m"),
        ("tr(A); A: n by n", "tr(A'); A: n by n"),
    ),
    text="tr(X' A X); X: m by n",
    wrt="X",
)  # fmt: skip
COLLECT = _step(
    "collect terms",
    r"AC + BC = (A + B)\,C",
    equal=(("A C + B C; A: m by n; C: n by p", "(A + B) C; A: m by n; C: n by p"),),
    text="x' A x",
    wrt="x",
)
REPEATED = _step(
    "a power is a repeated product",
    "A^2 = AA",
    equal=(("A^2", "A A"), ("A^3", "A A A")),
    text="A^2",
    wrt="A",
    detail="full",
)
SIMPLIFY = _step(
    "simplify",
    r"(AB)^{\mathsf T} = B^{\mathsf T} A^{\mathsf T}, \quad A^{-1}A = I",
    equal=(
        ("(A B)'; A: m by n; B: n by p", "B' A'; A: m by n; B: n by p"),
        ("A^-1 A B; A: n by n; B: n by p", "B; B: n by p"),
    ),
    text="log(det(A))",
    wrt="A",
)
SQUARE = _step(
    "the square of a norm is an inner product",
    r"\|x\|^2 = x^{\mathsf T} x, \quad"
    r" \|A\|_F^2 = \operatorname{tr}(A^{\mathsf T} A)",
    "the definition of the norm",
    equal=(("norm(x)^2; x: n by 1", "x' x; x: n by 1"), ("norm(A)^2; A: m by n", "tr(A' A); A: m by n")),
    text="norm(A x - b)^2",
    wrt="x",
)  # fmt: skip
VEC_LINEAR = _step(
    "vec is linear",
    r"\operatorname{vec}(A + B) = \operatorname{vec}A + \operatorname{vec}B",
    "Magnus and Neudecker (2019), section 2.4",
    equal=(("vec(A + B); A: m by n", "vec(A) + vec(B); A: m by n"),),
    text="A^2",
    wrt="A",
    form="jacobian",
)
VEC_KRON = _step(
    "vec of a product",
    r"\operatorname{vec}(ABC) = (C^{\mathsf T} \otimes A) \operatorname{vec}B",
    "Magnus and Neudecker (2019), section 2.4",
    equal=(
        (
            "vec(A B C); A: m by n; B: n by p; C: p by q",
            "kron(C', A) vec(B); A: m by n; B: n by p; C: p by q",
        ),
    ),
    text="A X B; X: m by n",
    wrt="X",
    form="jacobian",
)
CONSTANT = _step(
    "a constant does not change",
    "dA = 0",
    "the definition of the differential",
    text="tr(A); X: n by n",
    wrt="X",
)
DEFINITION = _step(
    "definition of the differential, up to o(dX)",
    r"f(X + dX) - f(X) = df + o(\|dX\|)",
    "Magnus and Neudecker (2019), chapter 5",
    text="x' A x",
    wrt="x",
    method="definition",
)
EXPAND = _step(
    "multiply out",
    "(A + B)(C + D) = AC + AD + BC + BD",
    equal=(
        (
            "(A + B) (C + D); A: m by n; C: n by p",
            "A C + A D + B C + B D; A: m by n; C: n by p; D: n by p",
        ),
    ),
    text="x' A x",
    wrt="x",
    method="definition",
)
DROP = _step(
    "cancel, and drop terms of higher order",
    r"dX^{\mathsf T} A\, dX = o(\|dX\|)",
    "the definition of the differential",
    text="x' A x",
    wrt="x",
    method="definition",
)
SOLVE = _step(
    "solve for the differential",
    r"dA\, A^{-1} + A\, d(A^{-1}) = 0 \;\Rightarrow\; d(A^{-1}) = -A^{-1}\, dA\, A^{-1}",
    text="A^-1",
    wrt="A",
    method="definition",
)
