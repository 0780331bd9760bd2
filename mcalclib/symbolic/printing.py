"""Trees as LaTeX and as plain text, the way a reader would write them."""

import re

import sympy

from . import nodes as n

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega",
}  # fmt: skip
_LETTERS = dict(
    zip(
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "pi",
            "rho",
            "sigma",
            "tau",
            "phi",
            "chi",
            "psi",
            "omega",
            "Gamma",
            "Delta",
            "Theta",
            "Lambda",
            "Xi",
            "Pi",
            "Sigma",
            "Phi",
            "Psi",
            "Omega",
        ],
        "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
_SUPERSCRIPT = str.maketrans("0123456789-+()nkmpijT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ⁿᵏᵐᵖⁱʲᵀ")


def latex(node):
    """Return the LaTeX form of a tree."""
    return _Latex().show(node)


def text(node):
    """Return the plain form of a tree, in Unicode."""
    return _Text().show(node)


def blocks_of(node):
    """Return the rows of blocks of a sum Σ Eᵢ Bᵢⱼ Eⱼᵀ, None if it is not one."""
    found = {}
    for term in node.args:
        scalars = term.args[:-1] if term.op == "mul" else ()
        factors = term.args[-1] if term.op == "mul" else term
        factors = factors.args if factors.op == "matmul" else ()
        if len(factors) < 2:
            return None
        first, *middle, last = factors
        if first.op != "block_selector" or last.op != "transpose":
            return None
        (last,) = last.args
        if last.op != "block_selector":
            return None
        (i, *heights), (j, *widths) = first.data, last.data
        block = n.matmul(*middle) if middle else n.identity(heights[i])
        found.setdefault((tuple(heights), tuple(widths)), {}).setdefault((i, j), []).append(
            n.mul(*scalars, block)
        )
    if len(found) != 1:
        return None
    (((heights, widths), blocks),) = found.items()
    return [
        [n.add(*blocks[i, j]) if (i, j) in blocks else n.zeros((heights[i], widths[j]))
         for j in range(len(widths))]
        for i in range(len(heights))
    ]  # fmt: skip


class _Printer:
    """What both forms share: where brackets stand, and the order of factors."""

    def show(self, node, level=_SUM):
        string, own = self.parts(node)
        return string if own >= level else self.brackets(string)

    def parts(self, node):
        """Return the printed node and how strongly its outermost operation binds."""
        handler = getattr(self, f"_{node.op}", None)
        return handler(node) if handler else (self.call(node), _ATOM)

    def _num(self, node):
        v = node.data
        if v.denominator == 1:
            return str(v), _ATOM if v >= 0 else _SUM
        size = self.fraction(str(abs(v.numerator)), str(v.denominator))
        return (size, _PRODUCT) if v >= 0 else (f"-{size}", _SUM)

    def _sym(self, node):
        return self.name(node.data), _ATOM

    def _msym(self, node):
        return self.name(node.data[0]), _ATOM

    def _add(self, node):
        blocks = blocks_of(node)
        if blocks is not None:
            return self.rows([[self.show(b) for b in row] for row in blocks]), _ATOM
        first, *rest = (self.show(term, _SUM) for term in _number_first(node.args))
        out = first
        for string in rest:
            out += f" - {string[1:].lstrip()}" if string.startswith("-") else f" + {string}"
        return out, _SUM

    def _mul(self, node):
        number, *rest = node.args
        if not n.is_number(number):
            number, rest = n.ONE, node.args
        sign, number = ("-", n.num(-number.data)) if number.data < 0 else ("", number)
        above = [] if number.data.numerator == 1 else [n.num(number.data.numerator)]
        below = [] if number.data.denominator == 1 else [n.num(number.data.denominator)]
        for factor in rest:
            if factor.op == "pow" and not factor.shape and _is_negative(factor.args[1]):
                below.append(n.power(factor.args[0], n.mul(n.MINUS_ONE, factor.args[1])))
            else:
                above.append(factor)
        matrices = [f for f in above if f.shape]
        scalars = [f for f in above if not f.shape]
        if not below:
            out = self.join([*scalars, *matrices])
        elif matrices:
            front = self.quotient(scalars, below)
            out = f"{front}{self.space}{self.show(matrices[0], _PRODUCT)}"
        else:
            out = self.quotient(scalars, below)
        return sign + out, _SUM if sign else _PRODUCT

    def join(self, factors):
        return self.space.join(self.show(f, _PRODUCT) for f in factors)

    def _matmul(self, node):
        return self.space.join(self.show(f, _POWER) for f in node.args), _PRODUCT

    def _had(self, node):
        return f" {self.hadamard} ".join(self.show(f, _POWER) for f in node.args), _PRODUCT

    def _kron(self, node):
        out = []
        for f in node.args:
            out.append(self.show(f, _POWER if f.op != "kron" else _PRODUCT))
        return f" {self.tensor} ".join(out), _PRODUCT

    def _transpose(self, node):
        (x,) = node.args
        if x.op == "inverse" and x.args[0].op not in ("transpose",):
            return self.superscript(self.show(x.args[0], _ATOM), self.minus_transposed), _POWER
        return self.superscript(self.show(x, _ATOM), self.transposed), _POWER

    def _inverse(self, node):
        (x,) = node.args
        if x.op == "transpose":
            return self.superscript(self.show(x.args[0], _ATOM), self.minus_transposed), _POWER
        return self.superscript(self.show(x, _ATOM), "-1"), _POWER

    def _pinv(self, node):
        return self.superscript(self.show(node.args[0], _ATOM), "+"), _POWER

    def _mpow(self, node):
        x, k = node.args
        if x.op == "transpose":
            x, k = self.show(x, _POWER), self.show(k)
            return self.superscript(self.brackets(x), k), _POWER
        return self.superscript(self.show(x, _ATOM), self.show(k)), _POWER

    def _pow(self, node):
        x, p = node.args
        if n.is_number(p) and not node.shape:
            if p.data.denominator == 2 and p.data.numerator == 1:
                return self.root(self.show(x)), _ATOM
            if p.data < 0:
                below = n.power(x, n.num(-p.data))
                return self.quotient([], [below]), _PRODUCT
        exponent = self.show(p, _PRODUCT if node.shape else _SUM)
        if node.shape:
            exponent = f"{self.entrywise}{exponent}"
        if x.op == "fn" and not node.shape:
            return self.superscript(self.brackets(self.show(x)), exponent), _POWER
        return self.superscript(self.show(x, _ATOM), exponent), _POWER

    def _fn(self, node):
        name = node.data
        if name == "exp" and not node.shape:
            return self.exponential(node.args[0]), _POWER
        if name == "abs" and not node.shape:
            return self.bars(self.show(node.args[0]), 1), _ATOM
        argument = self.show(node.args[0])
        return f"{self.function(name)}{self.brackets(argument)}", _ATOM

    def _entry(self, node):
        string, level = self.parts(node.args[0])
        return string, min(level, _PRODUCT) if node.args[0].op != "add" else level

    def _trace(self, node):
        return self.named("tr", node), _ATOM

    def _det(self, node):
        return self.named("det", node), _ATOM

    def _diag(self, node):
        return self.named("diag", node), _ATOM

    _diagonal = _diag

    def _vec(self, node):
        return self.named("vec", node), _ATOM

    def _unvec(self, node):
        return self.subscripted("unvec", node.shape, node.args), _ATOM

    def _d(self, node):
        (x,) = node.args
        if x.op in n.LEAVES:
            return f"d{self.show(x)}", _ATOM
        return f"d{self.brackets(self.show(x))}", _ATOM

    def _norm(self, node):
        bars = self.bars(self.show(node.args[0]), 2)
        vector = 1 in node.args[0].shape
        kind = {"frobenius": "" if vector else "F", "nuclear": "*", "spectral": "2"}[node.data]
        return bars + (self.subscript(kind) if kind else ""), _ATOM

    def _identity(self, node):
        return self.subscripted_name("I", node.shape[:1]), _ATOM

    def _zeros(self, node):
        return "0", _ATOM

    def _ones(self, node):
        if node.shape[1] == 1:
            return self.subscripted_name(self.one, node.shape[:1]), _ATOM
        if node.shape[0] == 1:
            column = self.subscripted_name(self.one, node.shape[1:])
            return self.superscript(column, self.transposed), _POWER
        return self.subscripted_name(self.all_ones, node.shape), _ATOM

    def _dense(self, node):
        return self.rows([[self.size(x) for x in row] for row in node.data.tolist()]), _ATOM

    def _unit(self, node):
        index = node.data + 1
        return self.subscripted_name("e", [index]), _ATOM

    def _commutation(self, node):
        return self.subscripted_name("K", node.data), _ATOM

    def _duplication(self, node):
        return self.subscripted_name("D", node.data), _ATOM

    def _diagonal_selector(self, node):
        return self.subscripted_name("S", node.data), _ATOM

    def _block_selector(self, node):
        return self.subscripted_name("E", [node.data[0] + 1]), _ATOM

    def _mfun(self, node):
        if node.data == "expm":
            return self.exponential(node.args[0]), _POWER
        if node.data == "sqrtm":
            return self.superscript(self.show(node.args[0], _ATOM), "1/2"), _POWER
        return self.named("log", node), _ATOM

    def _frechet(self, node):
        A, E = map(self.show, node.args)
        name = self.subscripted_name("L", [self.function(FRECHET[node.data])])
        return f"{name}({A}; {E})", _ATOM

    def _frechet2(self, node):
        A, E, F = map(self.show, node.args)
        name = self.subscripted_name("L", [self.function(FRECHET[node.data])])
        return f"{name}({A}; {E}, {F})", _ATOM

    def _frechet2_matrix(self, node):
        A, E = map(self.show, node.args)
        name = self.subscripted_name("M", [self.function(FRECHET[node.data])])
        return f"{name}({A}; {E})", _ATOM

    def _frechet_matrix(self, node):
        name = self.subscripted_name("M", [self.function(FRECHET[node.data])])
        return f"{name}({self.show(node.args[0])})", _ATOM

    def _indexed(letter):
        def handler(self, node):
            index = node.data + 1
            return f"{self.subscripted_name(letter, [index])}({self.show(node.args[0])})", _ATOM

        return handler

    _eigenvalue = _indexed("lambda")
    _singular_value = _indexed("sigma")
    _right_eigenvector = _indexed("v")
    _left_eigenvector = _indexed("u")
    _left_singular_vector = _indexed("u")
    _right_singular_vector = _indexed("v")
    del _indexed

    def _map(self, node):
        return f"{self.name(node.data)}{self.brackets(self.show(node.args[0]))}", _ATOM

    def _dmap(self, node):
        return f"{self.name(node.data)}'{self.brackets(self.show(node.args[0]))}", _ATOM

    def _hmap(self, node):
        return f"{self.name(node.data)}''{self.brackets(self.show(node.args[0]))}", _ATOM

    def _polar(self, node):
        return self.named("polar", node), _ATOM

    def _total(self, node):
        return self.named("sum", node), _ATOM

    def _isum(self, node):
        body, index, low, high = node.args
        return self.sum_over(*map(self.show, (index, low, high))) + self.show(body, _PRODUCT), _SUM

    def call(self, node):
        return self.subscripted(node.op, (), node.args)

    def named(self, name, node):
        return f"{self.function(name)}{self.brackets(self.show(node.args[0]))}"

    def quotient(self, above, below):
        return self.fraction(self.join(above) or "1", self.join(below), len(below) + len(above) > 1)

    def subscripted(self, name, indices, args):
        head = self.subscripted_name(self.function(name), indices)
        return f"{head}{self.brackets(', '.join(map(self.show, args)))}"

    def subscripted_name(self, name, indices):
        name = self.name(name) if name in _GREEK else name
        joined = ",".join(self.size(i) for i in indices)
        return name + (self.subscript(joined) if joined else "")


FRECHET = {"expm": "exp", "logm": "log", "sqrtm": "sqrt"}


def _number_first(terms):
    """Put a positive number first where a sum would open with a minus: 1 - xᵀx, not -xᵀx + 1."""
    first, *_, last = terms
    opens = first.args[0] if first.op == "mul" else first
    turned = n.is_number(opens) and opens.data < 0 and n.is_number(last) and last.data > 0
    return (last, *terms[:-1]) if turned else terms


def _is_negative(p):
    return n.is_number(p) and p.data < 0


class _Latex(_Printer):
    space = r"\, "
    transposed = r"\mathsf{T}"
    minus_transposed = r"-\mathsf{T}"
    hadamard, tensor = r"\circ", r"\otimes"
    entrywise = r"\circ "
    one, all_ones = r"\mathbf{1}", "J"

    def brackets(self, s):
        return rf"\left({s}\right)"

    def superscript(self, base, exponent):
        return rf"{base}^{{{exponent}}}" if "^" not in base[-30:] or base.endswith(
            (")", "|")) else rf"{{{base}}}^{{{exponent}}}"  # fmt: skip

    def subscript(self, s):
        return f"_{{{s}}}"

    def fraction(self, above, below, _=False):
        return rf"\frac{{{above}}}{{{below}}}"

    def root(self, s):
        return rf"\sqrt{{{s}}}"

    def bars(self, s, count):
        return rf"\left{'|' if count == 1 else chr(92) + '|'} {s} \right{'|' if count == 1 else chr(92) + '|'}"

    def exponential(self, x):
        return rf"e^{{{self.show(x)}}}"

    def function(self, name):
        name = name.lstrip("?")
        base = name.rstrip("'")
        if base in _GREEK:
            return f"\\{name}"
        if base == "sqrt":
            return r"\mathrm{sqrt}"
        if base in ("log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsin",
                    "arccos", "det", "exp"):  # fmt: skip
            return f"\\{name}"
        return name if len(base) == 1 else rf"\operatorname{{{base}}}{name[len(base) :]}"

    def rows(self, rows):
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"

    def sum_over(self, index, low, high):
        return rf"\sum_{{{index}={low}}}^{{{high}}} "

    def size(self, s):
        return s if isinstance(s, str) else sympy.latex(s)

    def name(self, symbol):
        if not isinstance(symbol, str):
            return sympy.latex(symbol)
        match = re.fullmatch(r"(d*)([A-Za-z]+?)_?(\d*)('*)", symbol)
        if not match:
            return sympy.latex(sympy.Symbol(symbol))
        d, base, index, primes = match.groups()
        if base in _GREEK:
            base = f"\\{base}"
        elif len(base) > 1:
            base = rf"\mathrm{{{base}}}"
        gap = " " if d and base[0] == chr(92) else ""
        return f"{d}{gap}{base}{f'_{{{index}}}' if index else ''}{primes}"


def _is_bracketed(s):
    """Whether one pair of brackets holds all of s."""
    if not (s.startswith("(") and s.endswith(")")):
        return False
    depth = 0
    for i, c in enumerate(s):
        depth += (c == "(") - (c == ")")
        if depth == 0 and i < len(s) - 1:
            return False
    return True


class _Text(_Printer):
    space = " "
    transposed = "T"
    minus_transposed = "-T"
    hadamard, tensor = "∘", "⊗"
    entrywise = "∘"
    one, all_ones = "1", "J"

    def brackets(self, s):
        return f"({s})"

    def superscript(self, base, exponent):
        raised = exponent.translate(_SUPERSCRIPT)
        if all(c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ⁿᵏᵐᵖⁱʲᵀ" for c in raised):
            return base + raised
        return f"{base}^{exponent}" if exponent.isalnum() else f"{base}^({exponent})"

    def subscript(self, s):
        return f"_{s}" if re.fullmatch(r"\w+|\*", s) else f"_({s})"

    def fraction(self, above, below, several=False):
        plain = re.fullmatch(r"[\w‖⁰¹²³⁴⁵⁶⁷⁸⁹]+|‖[^‖]*‖\S*|\w+\([^()]*\)", below)
        simple = re.fullmatch(r"[\w.]+|\w+\([^()]*\)", above)
        below = below if plain or _is_bracketed(below) else f"({below})"
        bare = simple or _is_bracketed(above) or " " in above and "+" not in above
        return f"{above if bare else f'({above})'}/{below}"

    def root(self, s):
        return f"sqrt({s})"

    def bars(self, s, count):
        bar = "|" if count == 1 else "‖"
        return f"{bar}{s}{bar}"

    def exponential(self, x):
        return f"exp({self.show(x)})"

    def function(self, name):
        return self.name(name.lstrip("?"))

    def rows(self, rows):
        return f"[{'; '.join(', '.join(row) for row in rows)}]"

    def sum_over(self, index, low, high):
        return f"Σ({index}={low}..{high}) "

    def size(self, s):
        return str(s)

    def name(self, symbol):
        name = str(symbol)
        match = re.fullmatch(r"(d?)([A-Za-z]+)([_\d']*)", name)
        letter = _LETTERS.get(match[2]) if match else None
        return f"{match[1]}{letter}{match[3]}" if letter else name
