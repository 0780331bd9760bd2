// What the names of a question are and what shape every piece of it has, from declarations and
// from use: as mcalclib/symbolic/meaning.py and inference.py say it.
(() => {
  "use strict";

  const { GREEK_NAMES } = window.mcalc.tokens;
  const { ParseError, ENTRYWISE, parse, quoted, splitDeclarations } = window.mcalc.grammar;
  const n = window.mcalc.nodes;
  const LETTERS = "mnpqrhgl";
  const SQUARE = new Set(["tr", "trace", "Tr", "det", "logdet", "inv", "expm", "logm", "sqrtm"]);
  const TO_SCALAR = new Set(["tr", "trace", "Tr", "det", "logdet"]);
  const GREEK_SCALARS = new Set(["alpha", "beta", "gamma", "lambda", "theta", "kappa", "tau", "eta", "rho"]);
  const isInteger = (name) => name.length === 1 && "ijkmnpqrN".includes(name);
  const isScalarName = (name) => (name.length === 1 && "cst".includes(name)) || GREEK_SCALARS.has(name) || name === "pi";
  const SYMBOL = /^(?:d?[A-Za-z]_?\d*|[A-Za-z]_\w+)$/;

  // Sizes known by name, and unknown ones that become equal. An unknown size is never 1.
  class Sizes {
    constructor(text) {
      this.text = text;
      this.parent = [];
      this.fixed = new Map();
      this.byName = new Map();
      this.pairs = []; // [root, root, product]
      this.one = this.named("1");
    }

    fresh() {
      this.parent.push(this.parent.length);
      return this.parent.length - 1;
    }

    named(name) {
      if (!this.byName.has(name)) {
        const d = this.fresh();
        this.fixed.set(d, name);
        this.byName.set(name, d);
      }
      return this.byName.get(name);
    }

    root(d) {
      while (this.parent[d] !== d) d = this.parent[d];
      return d;
    }

    isOne(d) {
      return this.root(d) === this.root(this.one);
    }

    product(a, b) {
      if (this.isOne(a)) return b;
      if (this.isOne(b)) return a;
      const [x, y] = [this.root(a), this.root(b)];
      const known = this.pairs.find(([p, q]) => p === x && q === y);
      if (known) return known[2];
      const d = this.fresh();
      this.pairs.push([x, y, d]);
      return d;
    }

    factors(d) {
      const root = this.root(d);
      const pair = this.pairs.find(([, , product]) => this.root(product) === root);
      return pair ? pair.slice(0, 2).flatMap((p) => this.factors(p)) : [root];
    }

    unify(first, second, place, why) {
      const [a, b] = [this.root(first), this.root(second)];
      if (a === b) return;
      const [mine, theirs] = [this.factors(a), this.factors(b)];
      if (mine.length > 1 && theirs.length > 1) {
        for (const d of [...mine]) {
          if (theirs.includes(d)) {
            mine.splice(mine.indexOf(d), 1);
            theirs.splice(theirs.indexOf(d), 1);
          }
        }
        if (mine.length === theirs.length) {
          mine.forEach((d, i) => this.unify(d, theirs[i], place, why));
          return;
        }
      }
      const [left, right] = [this.fixed.get(a), this.fixed.get(b)];
      const lonely = [left, right].includes("1") && [left, right].includes(undefined);
      if ((left !== undefined && right !== undefined) || lonely) {
        throw new ParseError(this.text, place, `${why}: ${this.show(a)} is not ${this.show(b)}.`);
      }
      if (left === undefined && right === undefined) this.parent[Math.max(a, b)] = Math.min(a, b);
      else if (left === undefined) this.parent[a] = b;
      else this.parent[b] = a;
    }

    show(d) {
      return this.fixed.get(this.root(d)) ?? "its length";
    }

    describe(shape) {
      const name = this.names(new Set());
      return shape.length ? shape.map(name).join(" by ") : "a scalar";
    }

    // A function from sizes to their names, unknown ones named in order.
    names(taken) {
      const used = new Set([...this.fixed.values(), ...taken]);
      const free = [...LETTERS].filter((c) => !used.has(c));
      const found = new Map();
      const products = new Set(this.pairs.map(([, , d]) => this.root(d)));
      for (let d = 0; d < this.parent.length; d += 1) {
        if (this.root(d) !== d || this.fixed.has(d) || products.has(d)) continue;
        found.set(d, free.shift() ?? `n${d}`);
      }
      const nameOf = (d) => {
        const root = this.root(d);
        if (this.fixed.has(root)) return this.fixed.get(root);
        if (found.has(root)) return found.get(root);
        const [p, q] = this.pairs.find(([, , product]) => this.root(product) === root);
        return n.times(nameOf(p), nameOf(q));
      };
      return nameOf;
    }
  }

  class Kinds {
    constructor(text, declared) {
      this.text = text;
      this.sizes = new Sizes(text);
      this.shapes = new Map();
      this.symmetric = new Set();
      this.whole = new Set();
      for (const [name, what] of declared) this.declare(name, what);
    }

    declare(name, what) {
      const { sizes } = this;
      const words = what.toLowerCase();
      const found = /([A-Za-z0-9]+)\s*(?:\bby\b|×|\bx\b|\*)\s*([A-Za-z0-9]+)/.exec(what);
      if (words.includes("function")) {
        throw new Refusal(`${name} is an unknown function, which this page does not differentiate`);
      }
      if (found) this.shapes.set(name, found.slice(1).map((d) => sizes.named(d)));
      else if (/scalar|integer|number/.test(words)) {
        this.shapes.set(name, []);
        if (words.includes("integer")) this.whole.add(name);
      }
      else if (words.includes("row")) this.shapes.set(name, [sizes.one, sizes.fresh()]);
      else if (words.includes("vector")) this.shapes.set(name, [sizes.fresh(), sizes.one]);
      else if (/symmetric|matrix|square|orthogonal/.test(words)) this.shapes.set(name, [sizes.fresh(), sizes.fresh()]);
      else {
        throw new ParseError(`${name}: ${what}`, name.length + 2, "expected `m by n`, symmetric, vector, scalar, integer or function.");
      }
      if (/symmetric|square/.test(words)) {
        if (words.includes("symmetric")) this.symmetric.add(name);
        sizes.unify(...this.shapes.get(name), 0, `${name} is square`);
      }
    }

    wrong(place, problem) {
      throw new ParseError(this.text, place, `${problem}.`);
    }

    ofName(name, place) {
      if (this.shapes.has(name)) return this.shapes.get(name);
      const { sizes } = this;
      if (name === "I") {
        const d = sizes.fresh();
        return [d, d];
      }
      let shape;
      if (isInteger(name)) this.whole.add(name);
      if (isInteger(name) || isScalarName(name)) shape = [];
      else if (name[0] === "d" && this.shapes.has(name.slice(1))) shape = this.shapes.get(name.slice(1));
      else if (name.length === 1 || GREEK_NAMES.has(name) || SYMBOL.test(name)) {
        const tangent = /^d[A-Za-z]/.test(name) && !GREEK_NAMES.has(name);
        const letter = name[tangent ? 1 : 0];
        const rows = sizes.fresh();
        shape = [rows, letter === letter.toUpperCase() ? sizes.fresh() : sizes.one];
      } else {
        const known = [...this.shapes.keys()].sort();
        this.wrong(
          place,
          `the name ${quoted(name)} is unknown; letters are symbols, other names need a declaration ` +
            `such as ${name}: vector, or a product sign between their letters` +
            (known.length ? `; known: ${known.join(", ")}` : ""),
        );
      }
      this.shapes.set(name, shape);
      return shape;
    }

    isScalar(shape) {
      return shape.every((d) => this.sizes.isOne(d));
    }

    shape(tree) {
      tree.shape = this.found(tree);
      return tree.shape;
    }

    alike(a, b, place, what) {
      if (this.isScalar(a) && this.isScalar(b)) return a.length && b.length ? b : [];
      if (this.isScalar(a) || this.isScalar(b)) {
        const other = this.isScalar(a) ? b : a;
        this.wrong(place, `${what} of a scalar and a ${this.sizes.describe(other)} matrix; a multiple of I or of ones(m, n) may be meant`);
      }
      const shown = `${this.sizes.describe(a)} and ${this.sizes.describe(b)}`;
      a.forEach((d, i) => this.sizes.unify(d, b[i], place, `the ${what} has operands of shapes ${shown}`));
      return a;
    }

    found(tree) {
      const { op, args, place } = tree;
      const { sizes } = this;
      switch (op) {
        case "number": return [];
        case "name": return this.ofName(tree.data, place);
        case "neg": return this.shape(args[0]);
        case "'": return [...this.shape(args[0])].reverse();
        case "call": return this.called(tree);
      }
      const [a, b] = args.map((x) => this.shape(x));
      switch (op) {
        case "+": case "-": return this.alike(a, b, place, op === "+" ? "sum" : "difference");
        case ".*": case "./":
          if (this.isScalar(a) || this.isScalar(b)) return this.isScalar(a) ? b : a;
          return this.alike(a, b, place, "entrywise product");
        case "*": {
          if (!a.length || !b.length) return a.length ? a : b;
          if (this.isScalar(a) && !sizes.isOne(b[0])) return b;
          if (this.isScalar(b) && !sizes.isOne(a[1])) return a;
          const shown = `${sizes.describe(a)} times ${sizes.describe(b)}`;
          sizes.unify(a[1], b[0], place, `the product ${shown} does not fit`);
          return [a[0], b[1]];
        }
        case "/":
          if (!this.isScalar(b)) {
            this.wrong(place, `the divisor is ${sizes.describe(b)}, not a scalar; write inv(...) on the side where it belongs`);
          }
          return a;
        case "⊗": return this.kron(a, b);
        case "^":
          if (!this.isScalar(b)) this.wrong(place, "the exponent is not a scalar");
          if (a.length && !this.isScalar(a)) {
            sizes.unify(...a, place, "a power needs a square matrix; for powers of the entries write .^");
          }
          return a;
        case ".^": return a;
      }
      throw new Error(`no shape for ${op}`);
    }

    kron(a, b) {
      if (!a.length || !b.length) return a.length ? a : b;
      return a.map((d, i) => this.sizes.product(d, b[i]));
    }

    called(tree) {
      const { data: name, args, place } = tree;
      const { sizes } = this;
      if (["eye", "identity", "ones", "zeros", "I", "K"].includes(name)) {
        const dims = args.map((a) => this.sizeOf(a));
        if (name === "K") {
          if (dims.length !== 2) this.wrong(place, `K takes 2 argument(s), got ${dims.length}`);
          return [sizes.product(...dims), sizes.product(...dims)];
        }
        return dims.length === 1 && name !== "ones" ? [dims[0], dims[0]] : [dims[0], dims[1] ?? sizes.one];
      }
      if (name === "norm" && args.length === 2) {
        const kind = { 2: "spectral", F: "norm", fro: "norm", nuc: "nuclear" }[args[1].data];
        if (kind === undefined) this.wrong(args[1].place, "the second argument of norm is 2, F, fro or nuc");
        tree.data = kind;
        args.pop();
        return this.called(tree);
      }
      const count = { kron: 2, dot: 2, inner: 2, hadamard: 2, lambda: 2, sigma: 2, eigenvalue: 2, unvec: 3 }[name] ?? 1;
      if (args.length !== count) this.wrong(place, `${name} takes ${count} argument(s), got ${args.length}`);
      if (name === "unvec") {
        this.shape(args[0]);
        return args.slice(1).map((a) => this.sizeOf(a));
      }
      const shapes = args.map((a) => this.shape(a));
      const [first] = shapes;
      if (ENTRYWISE.has(name)) return first;
      if (SQUARE.has(name)) {
        if (!this.isScalar(first)) {
          sizes.unify(...first, place, `${name} needs a square matrix, got ${sizes.describe(first)}`);
        }
        return TO_SCALAR.has(name) ? [] : first;
      }
      switch (name) {
        case "norm": case "nuclear": case "spectral": case "sum": return [];
        case "sigma":
          if (!first.length) this.wrong(place, "singular values need a matrix, got a scalar");
          return [];
        case "lambda": case "eigenvalue":
          if (!first.length) this.wrong(place, "eigenvalues need a square matrix, got a scalar");
          sizes.unify(...first, place, "eigenvalues need a square matrix");
          return [];
        case "kron": return this.kron(...shapes);
        case "hadamard": return this.alike(...shapes, place, "entrywise product");
        case "dot": case "inner":
          this.alike(...shapes, place, "inner product");
          return [];
        case "vec": return first.length ? [sizes.product(first[1], first[0]), sizes.one] : [];
        case "pinv": case "transpose": return [...first].reverse();
        case "diag":
          if (!first.length) return first;
          if (sizes.isOne(first[1])) return [first[0], first[0]];
          sizes.unify(...first, place, "diag needs a vector or a square matrix");
          return [first[0], sizes.one];
      }
      throw new Error(`no shape for ${name}`);
    }

    sizeOf(tree) {
      if (tree.op === "number" || tree.op === "name") return this.sizes.named(String(tree.data));
      if (tree.op === "*") return this.sizes.product(...tree.args.map((a) => this.sizeOf(a)));
      return this.wrong(tree.place, "a size is a number or a letter");
    }
  }

  // What the page cannot do although it is right: the terminal's engine may, unless nobody can.
  class Refusal extends Error {
    constructor(problem, place = null, everywhere = false) {
      super(problem);
      this.name = "Refusal";
      Object.assign(this, { place, everywhere });
    }
  }

  // {node, symbols: name -> node} of a text; throws a ParseError that knows its place.
  function read(text) {
    const [expression, declared] = splitDeclarations(text);
    const tree = parse(expression);
    const kinds = new Kinds(expression, declared);
    kinds.shape(tree);
    const name = kinds.sizes.names(new Set(kinds.shapes.keys()));
    const symbols = new Map();
    for (const [symbol, shape] of kinds.shapes) {
      symbols.set(symbol, shape.length
        ? n.matrix(symbol, ...shape.map(name), kinds.symmetric.has(symbol))
        : n.scalar(symbol, kinds.whole.has(symbol)));
    }
    const builder = new Builder(expression, symbols, name);
    const node = builder.build(tree);
    // What only counts eigenvalues is no variable.
    for (const i of builder.counting) if (!n.depends(node, symbols.get(i))) symbols.delete(i);
    return { node, symbols, expression };
  }

  class Builder {
    constructor(text, symbols, name) {
      Object.assign(this, { text, symbols, name, counting: new Set() });
    }

    build(tree) {
      try {
        return this.built(tree);
      } catch (problem) {
        if (problem instanceof n.ShapeError) throw new ParseError(this.text, tree.place, `${problem.message}.`);
        if (problem instanceof Refusal) problem.place ??= tree.place;
        throw problem;
      }
    }

    built(tree) {
      if (tree.op === "number") return n.num(tree.data);
      if (tree.op === "name") {
        return tree.data === "I" && !this.symbols.has("I") ? n.identity(this.name(tree.shape[0])) : this.symbols.get(tree.data);
      }
      if (tree.op === "call") return this.called(tree);
      const [a, b] = tree.args.map((x) => this.build(x));
      switch (tree.op) {
        case "neg": return n.mul(n.num(-1), a);
        case "'": return n.transpose(a);
        case "+": return n.add(a, b);
        case "-": return n.add(a, n.mul(n.num(-1), b));
        case "*":
          return a.shape.length && b.shape.length && a.shape[1] === b.shape[0] ? n.matmul(a, b) : n.mul(a, b);
        case ".*": return n.mul(a, b);
        case "/": case "./": return n.mul(a, n.pow(b, n.num(-1)));
        case "⊗": return n.kron(a, b);
        case "^":
          if (!n.isScalar(a)) this.countable(b, tree);
          return n.mpow(a, b);
        case ".^":
          if (!n.isScalar(b)) {
            throw new ParseError(this.text, tree.place, "the exponent is not a scalar; c .^ x is exp(log(c) x).");
          }
          return n.pow(a, b);
      }
      throw new Error(`no operation ${tree.op}`);
    }

    // A matrix is multiplied by itself a whole number of times.
    countable(exponent, tree) {
      const visit = (x) => {
        if (x.op === "sym" && !x.whole) {
          throw new ParseError(
            this.text, tree.place,
            `the exponent of a matrix is a whole number; say so with \`; ${x.data}: integer\`, or write .^ for powers of the entries.`,
          );
        }
        x.args.forEach(visit);
      };
      visit(exponent);
    }

    // What counts eigenvalues and singular values: a number from 1, or a letter for one.
    index(tree) {
      const x = this.build(tree);
      if (x.op === "sym" && x.whole) {
        this.counting.add(x.data);
        return x.data;
      }
      if (n.isNumber(x) && Number.isInteger(x.data) && x.data >= 1) return String(x.data);
      throw new ParseError(this.text, tree.place, "expected a whole number from 1, or a letter for one, such as i.");
    }

    size(tree) {
      return tree.op === "*" ? n.times(...tree.args.map((a) => this.size(a))) : String(tree.data);
    }

    called(tree) {
      const { data: name } = tree;
      const shape = () => tree.shape.map((d) => this.name(d));
      switch (name) {
        case "eye": case "identity": case "I": return n.identity(shape()[0]);
        case "ones": return n.ones(...shape());
        case "zeros": return n.zeros(shape());
        case "K": return n.commutation(...tree.args.map((a) => this.size(a)));
        case "unvec": return n.unvec(this.build(tree.args[0]), ...tree.args.slice(1).map((a) => this.size(a)));
      }
      if (["lambda", "eigenvalue", "sigma"].includes(name)) {
        const op = name === "sigma" ? "singular_value" : "eigenvalue";
        return n.indexed(op, this.build(tree.args[0]), this.index(tree.args[1]));
      }
      const [x, y] = tree.args.map((a) => this.build(a));
      if (ENTRYWISE.has(name)) return n.fn(name === "ln" ? "log" : name, x);
      switch (name) {
        case "tr": case "trace": case "Tr": return n.trace(x);
        case "det": return n.det(x);
        case "logdet": return n.fn("log", n.det(x));
        case "inv": return n.inverse(x);
        case "expm": case "logm": case "sqrtm": return n.mfun(name, x);
        case "norm": return n.norm(x);
        case "nuclear": case "spectral": return n.norm(x, name);
        case "sum": return n.total(x);
        case "kron": return n.kron(x, y);
        case "hadamard": return n.mul(x, y);
        case "dot": case "inner": return n.trace(n.matmul(n.transpose(x), y));
        case "vec": return n.vec(x);
        case "pinv": return n.pinv(x);
        case "transpose": return n.transpose(x);
        case "diag": return tree.args[0].shape.length && x.shape[1] === "1" ? n.diag(x) : n.diagonal(x);
      }
      throw new Refusal(`${name} is not differentiated on this page`);
    }
  }

  window.mcalc.shapes = { read, Refusal };
})();
