"""Inferring sizes: which rows and columns must be equal for an expression to have a shape."""

import sympy

from . import nodes as n

_LETTERS = "mnpqrhgl"


class SizesDoNotFit(Exception):
    """Two sizes that should be equal and cannot be."""

    def __init__(self, problem, place):
        super().__init__(problem)
        self.place = place


class Sizes:
    """Sizes known by name or number, and unknown ones that become equal by `unify`.

    An unknown size is never 1: x + y' is an error for vectors, not a proof that they are numbers.
    """

    def __init__(self):
        self.parent = {}
        self.fixed = {}
        self.count = 0
        self.order = []
        self.one = self._fixed(1)
        self.by_name = {"1": self.one}
        self.products = {}

    def _fixed(self, value):
        d = self.fresh()
        self.fixed[d] = value
        return d

    def fresh(self):
        self.count += 1
        self.parent[self.count] = self.count
        self.order.append(self.count)
        return self.count

    def named(self, name):
        if name not in self.by_name:
            value = int(name) if name.isdigit() else sympy.Symbol(name, integer=True, positive=True)
            self.by_name[name] = self._fixed(value)
        return self.by_name[name]

    def root(self, d):
        while self.parent[d] != d:
            d = self.parent[d]
        return d

    def value(self, d):
        return self.fixed.get(self.root(d))

    def is_one(self, d):
        return self.root(d) == self.root(self.one)

    def product(self, a, b):
        if self.is_one(a):
            return b
        if self.is_one(b):
            return a
        key = (self.root(a), self.root(b))
        if key not in self.products:
            d = self.fresh()
            self.products[key] = d
        return self.products[key]

    def factors(self, d):
        """Return the sizes that a size is the product of; itself if it is none."""
        d = self.root(d)
        for pair, product in self.products.items():
            if self.root(product) == d:
                return [f for p in pair for f in self.factors(p)]
        return [d]

    def unify(self, a, b, place, why):
        a, b = self.root(a), self.root(b)
        if a == b:
            return
        if self.factors(a) != [a] and self.factors(b) != [b]:
            mine, theirs = self.factors(a), self.factors(b)
            for d in list(mine):
                if d in theirs:
                    mine.remove(d)
                    theirs.remove(d)
            if len(mine) == len(theirs):
                for p, q in zip(mine, theirs, strict=True):
                    self.unify(p, q, place, why)
                return
        left, right = self.fixed.get(a), self.fixed.get(b)
        free_with_one = 1 in (left, right) and None in (left, right)
        if left is not None and right is not None or free_with_one:
            raise SizesDoNotFit(f"{why}: {self.show(a)} is not {self.show(b)}.", place)
        if left is None and right is None:
            a, b = min(a, b), max(a, b)
            self.parent[b] = a
        elif left is None:
            self.parent[a] = b
        else:
            self.parent[b] = a

    def show(self, d):
        value = self.value(d)
        return "its length" if value is None else str(value)

    def describe(self, shape):
        if not shape:
            return "a scalar"
        letters = self.names(set())
        return " by ".join(str(letters(d)) for d in shape)

    def names(self, taken):
        """Return a function from sizes to ints and symbols, unknown ones named in order."""
        used = {str(v) for v in self.fixed.values()} | taken
        made = dict(self.products)
        roots = [d for d in self.order if self.root(d) == d and d not in self.fixed]
        roots = [d for d in roots if all(self.root(p) != d for p in made.values())]
        letters = [c for c in _LETTERS if c not in used]
        if len(roots) == 1 and "n" in letters:
            letters.remove("n")
            letters.insert(0, "n")
        letters += [f"n{i}" for i in range(1, len(roots) + 1)]
        table = {
            d: sympy.Symbol(letter, integer=True, positive=True)
            for d, letter in zip(roots, letters, strict=False)
        }

        def name(d):
            root = self.root(d)
            if root in self.fixed:
                return n.size(self.fixed[root])
            if root in table:
                return table[root]
            for (p, q), product in made.items():
                if self.root(product) == root:
                    return n.size(name(p) * name(q))
            return sympy.Symbol("n", integer=True, positive=True)

        name.named = lambda text: n.size(self.value(self.named(text)))
        return name
