"""The signs and words of the answer grammar: what keyboards, NumPy and LaTeX write, as tokens.

The pages cut texts in the same way in _static/lazy/tokens.js.
"""

import re
import unicodedata
from dataclasses import dataclass

from ..errors import McalcError


class ParseError(McalcError, ValueError):
    """Text that is not in the grammar, with the place and what is wrong there."""

    def __init__(self, text, place, problem):
        self.text, self.place, self.problem = text, place, problem
        super().__init__(f"{problem}\n  {text}\n  {' ' * place}^")


@dataclass
class Token:
    kind: str
    text: str
    place: int
    end: int = 0


# One character for one, so that places stay what they are.
_PLAIN = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full width
    | dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe63", "-")
    | dict.fromkeys("\u2018\u2019\u201b\u2032\u00b4\u0060\u02b9\u02bc", "'")
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", " ")  # nothing to see
    | dict.fromkeys("\u22c5\u2219\u2022\u2217", "·")
    | dict.fromkeys("\u00f7\u2215\u2044", "/")
    | dict.fromkeys("\u25e6\u25cb", "∘")
    | {"\u2a00": "⊙", "\u2a02": "⊗", "\u22ba": "⊤", "\u1d57": "ᵀ", "\u2225": "‖", "\u2223": "|"}
    | {"\u27e8": "<", "\u2329": "<", "\u27e9": ">", "\u232a": ">", "\u00b5": "μ", "\u03d5": "φ"}
    | {"\u03f5": "ε", "\u03d1": "θ", "\u03f1": "ρ", "\u3002": "."}
)
GREEK = dict(zip("αβγδεζηθικλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ", ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"], strict=True))  # fmt: skip
_FRACTIONS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8)}
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₘₙₚ", "0123456789mnp")
_SAME = {
    "**": "^", "@": "*", "·": "*", "×": "*", "⊙": ".*", "∘": ".*", r"\cdot": "*", r"\times": "*",
    r"\odot": ".*", r"\circ": ".*", r"\otimes": "⊗", r"\langle": "<", r"\rangle": ">",
}  # fmt: skip
_T = (
    r"(?:T(?![0-9_])|⊤|\\top(?![A-Za-z])|\\intercal(?![A-Za-z])"
    r"|\\(?:mathsf|mathrm|text)\s*(?:\{\s*T\s*\}|T))"
)
_LETTERS = rf"(?:{'|'.join(sorted(GREEK.values(), key=len, reverse=True))}|varphi|varepsilon)"
_TOKENS = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+|\.(?=\s))?|\.[0-9]+)"
    r"|(?P<fraction>[½¼¾⅓⅔⅛])"
    rf"|(?P<transpose>['ᵀ⊤]|\.'|\.T(?![A-Za-z0-9_])|(?:\^|\*\*)\s*(?:{_T}|\{{\s*{_T}\s*\}}|\(\s*T\s*\)))"
    rf"|(?P<inverse_transpose>(?:\^|\*\*)\s*(?:-\s*{_T}|\(\s*-\s*{_T}\s*\)|\{{\s*-\s*{_T}\s*\}})|⁻ᵀ)"
    r"|(?P<raised>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<pseudoinverse>[†⁺]|\^\s*(?:†|\\dagger(?![A-Za-z])|\{\s*(?:\+|†|\\dagger)\s*\}))"
    r"|(?P<bar>[A-Za-z]\u0304|\\(?:bar|overline)\s*(?:\{\s*[A-Za-z]\s*\}|[A-Za-z]))"
    r"|(?P<module>(?:np|numpy|jnp|scipy)\s*\.\s*(?:linalg\s*\.\s*)?(?=[A-Za-z]))"
    r"|(?P<letter>[\U0001d400-\U0001d7cb])"
    r"|(?P<subscript>_\s*\{\s*[A-Za-z0-9]+\s*\})"
    r"|(?P<sign>[α-ωΑ-Ω](?:_[A-Za-z0-9_]+|[0-9]+|[₀-₉ₘₙₚ]+)?)"
    r"|(?P<name>[A-Za-z_](?:[A-Za-z0-9]|_(?!\s*\{))*[₀-₉ₘₙₚ]*)"
    r"|(?P<font>\\(?:mathrm|mathbf|mathsf|mathit|boldsymbol|bm|text|operatorname\*?)"
    r"\s*\{\s*[A-Za-z]+\s*\})"
    r"|(?P<half>\\[td]?frac\s*[0-9]\s*[0-9])"
    r"|(?P<over>\\[td]?frac(?![A-Za-z]))"
    rf"|(?P<greek>\\{_LETTERS}(?![A-Za-z])(?:_[A-Za-z0-9]+)?)"
    r"|(?P<function>\\(?:tr|Tr|det|log|ln|exp|sinh|cosh|tanh|sin|cos|tan|arctan|sqrt|diag)"
    r"(?![A-Za-z]))"
    r"|(?P<bars>\|\||‖|\\\||\\[lr]?Vert(?![A-Za-z]))"
    r"|(?P<symbol>\.\*|\.\^|\./|\*\*|[-+*/^(){}<>,@∘⊗⊙·×]"
    r"|\\(?:cdot|times|odot|circ|otimes|langle|rangle)(?![A-Za-z]))"
    r"|(?P<space>\s+|\.\s*\Z|\\[,;:!]|~|\\(?:left|right|quad|qquad)(?![A-Za-z]))"
)
_DROPPED = {"space", "module"}
_SAYS = {
    ".": "a point stands in numbers, in .* ./ .^ and in A.T; "
         "the inner product is x' y, the product of entries x .* y",
    "|": "a single bar may be a determinant, a norm or an absolute value; "
         "write det(A), norm(x) or abs(c)",
    "=": "write one side only, the one that is asked for",
    "[": "formulas have round brackets",
    "]": "formulas have round brackets",
    "$": "leave out the dollar signs",
    '"': "for a transpose write A'",
    "“": "for a transpose write A'",
    "”": "for a transpose write A'",
    "\\": "for A\\b write inv(A) b; of LaTeX only the commonest commands are read",
    "∑": "a sum over an index is written with matrices, or with sum(...)",
    "∂": "a partial derivative is no symbol here; increments are typed dx, dX",
    "∇": "write out what the gradient is",
    "√": "write sqrt(...)",
}  # fmt: skip


def plain(text):
    """Return a text with the signs that keyboards and programs put in the place of others.

    Examples
    --------
    >>> plain("（A − B）’")
    "(A - B)'"
    """
    return text.translate(_PLAIN)


def tokens_of(text, functions=frozenset(), names=()):
    """Return the tokens of a text.

    Parameters
    ----------
    text : str
    functions : set of str
        What may stand before a bracket; a capital first letter makes no difference.
    names : collection of str
        Symbols, where they are known: then xdx is x dx.

    Raises
    ------
    ParseError
        At a character that has no meaning.
    """
    words = _Words(functions, names)
    out, place, typed = [], 0, plain(text)
    while place < len(text):
        match = _TOKENS.match(typed, place)
        if match is None:
            advice = _SAYS.get(typed[place])
            problem = f"the character {text[place]!r} has no meaning here"
            raise ParseError(text, place, problem + (f"; {advice}." if advice else "."))
        kind, shown, end = match.lastgroup, match.group(), match.end()
        if kind not in _DROPPED:
            out += words.tokens(kind, shown, place, end, out)
        place = end
    out.append(Token("end", "", len(text), len(text)))
    return out


class _Words:
    """What names in a text are."""

    def __init__(self, functions, names):
        self.functions, self.names = functions, names
        self.folded = {_fold(name): name for name in names}
        self.lowered = {name.lower() for name in names}

    def tokens(self, kind, shown, place, end, before):
        """Return the tokens of a match; a name may join the token before it, which it takes away."""
        last = before[-1] if before else None
        match kind:
            case "letter":
                return self.named(unicodedata.normalize("NFKC", shown), place, end, before)
            case "name":
                return self.named(_subscripted(shown), place, end, before)
            case "sign":
                name = GREEK.get(shown[0], shown[0]) + _subscripted(shown[1:])
                return self.named(name, place, end, before, whole=True)
            case "bar":
                letter = re.findall("[A-Za-z]", shown.split("\\bar")[-1].split("\\overline")[-1])[0]
                return [Token("name", f"{letter}_bar", place, end)]
            case "subscript":
                index = shown[shown.index("{") + 1 : -1].strip()
                if last is not None and last.kind == "name" and last.end == place:
                    before.pop()
                    return self.named(f"{last.text}_{index}", last.place, end, before)
                return [Token("symbol", "_", place, end)]
            case "font":
                inside = shown[shown.index("{") + 1 : -1].strip()
                return self.named(inside, place, end, before)
            case "greek":
                name = shown.removeprefix("\\").removeprefix("var")
                return self.named(name, place, end, before, whole=True)
            case "function":
                return [Token("name", shown[1:], place, end)]
            case "half":
                return [Token("fraction", "/".join(re.findall("[0-9]", shown)), place, end)]
            case "fraction":
                return [Token("fraction", "{}/{}".format(*_FRACTIONS[shown]), place, end)]
        return [Token(kind, _SAME.get(shown, shown), place, end)]

    def named(self, name, place, end, before, whole=False):
        last = before[-1] if before else None
        if (
            last is not None and last.kind == "name" and last.text == "d"
            and "d" not in self.names and "d" + name in self.names
        ):  # fmt: skip
            before.pop()
            return [Token("name", "d" + name, last.place, end)]
        parts = [(name, self.folded.get(_fold(name), name))] if whole else self.parts(name)
        if len(parts) == 1:
            return [Token("name", parts[0][1], place, end)]
        out = []
        for typed, part in parts:
            out.append(Token("name", part, place, place + len(typed)))
            place += len(typed)
        return out

    def known(self, name):
        """Return the symbol that a name is, also if an underscore is lost or too much."""
        if name in self.names:
            return name
        return None if name in ("pi", "I") or name[-1] == "_" else self.folded.get(_fold(name))

    def parts(self, name):
        """Return (typed, name) of what a name is: Xw is X w, but dA and Tr are names."""
        if known := self.known(name):
            return [(name, known)]
        if _is_function(name, self.functions):
            return [(name, name if name in self.functions else name.lower())]
        split = self.split(name) if name != "pi" else None
        if split is not None:
            return split
        if (
            not 2 <= len(name) <= 4
            or not name.isalpha()
            or not any(c.isupper() for c in name)
            or name.lower() in self.lowered
            or re.match("(?:tr|det|log|exp|inv|vec|diag)[A-Z]", name)
        ):
            return [(name, name)]
        return [(part, part) for part in re.findall("d[A-Za-z]|.", name)]

    def split(self, name):
        """Return (typed, name) of the symbols that a name is made of, None if there are none."""
        if not name:
            return []
        if len(name) > 40:
            return None
        for end in range(len(name), 0, -1):
            first = name[:end]
            known = "I" if self.names and first == "I" else self.known(first)
            rest = self.split(name[end:]) if known else None
            if rest is not None:
                return [(first, known), *rest]
        return None


def _is_function(name, functions):
    """Whether a name is a function's, also with the capital letter of a phone's keyboard."""
    return name in functions or (
        len(name) > 2
        and name == name.capitalize()
        and name.lower() in functions
        and name not in GREEK.values()
    )


def _subscripted(tail):
    """Return W₁ as W_1."""
    return re.sub("([₀-₉ₘₙₚ]+)", lambda index: "_" + index[1].translate(_DIGITS), tail)


def _fold(name):
    """Return what W_1 and W1, lambda and lam have in common."""
    return "lam" if name == "lambda" else name.replace("_", "")
