// Formulas in the answer grammar, as numbers: shapes by name, values by matrix arithmetic.
// The same shapes and complaints as mcalclib/practice/formulas.py. A size is a text such as "m n"
// for m times n; "1" is one. Evaluation walks the tree: what a reader types is never run.
//
//   const formula = mcalc.formulas.read("x' A dx", {x: ["n", "1"], A: ["n", "n"], dx: ["n", "1"]});
//   formula.shape -> ["1", "1"];  mcalc.formulas.show(formula.shape) -> "a number"
//   formula.at({x: [[1], [2]], ...}) -> [[3]]
(() => {
  "use strict";

  const { parse, ParseError, ENTRYWISE, KNOWN, TOO_DEEP, quoted } = window.mcalc.grammar;
  const M = window.mcalc.matrices;

  const ARGUMENTS = {
    kron: 2, hadamard: 2, dot: 2, inner: 2, eye: 1, identity: 1, I: 1, ones: 2, zeros: 2, K: 2,
    unvec: 3, lambda: 2, eigenvalue: 2, sigma: 2,
  };
  const TO_SCALAR = new Set(["tr", "trace", "Tr", "det", "logdet"]);
  const SQUARE_TO_SQUARE = new Set(["inv", "expm", "logm", "sqrtm"]);
  const SIZED = new Set(["eye", "identity", "I", "ones", "zeros", "K"]);
  const INDEXED = new Set(["lambda", "eigenvalue", "sigma"]);
  const NORMS = { 2: "spectral", F: "norm", fro: "norm", nuc: "nuclear" };
  const NUMBER = ["1", "1"];
  const LONGEST = 1000; // signs in a formula
  const LARGEST = 4; // sizes multiplied in one side of a matrix
  const OF_MATRICES = { exp: "expm", log: "logm", ln: "logm", sqrt: "sqrtm" };
  const SYMBOLS_TOO = new Set(["lambda", "sigma", "K", "I"]); // names of functions, and of symbols
  const DEEPEST = 150; // pieces inside each other
  const GUESSES = 1000; // ways to give sizes to bare I

  const isScalar = ([m, n]) => m === "1" && n === "1";
  const same = ([m, n], [p, q]) => m === p && n === q;
  const factors = (size) => size.split(" ").filter((s) => s !== "1");
  const times = (...sizes) => sizes.flatMap(factors).sort().join(" ") || "1";
  const kronShape = (a, b) => [times(a[0], b[0]), times(a[1], b[1])];
  const show = (shape) => (isScalar(shape) ? "a number" : shape.join(" by "));

  function* walk(tree) {
    yield tree;
    for (const arg of tree.args) yield* walk(arg);
  }

  function depth(tree) {
    let deepest = 0;
    const left = [[tree, 1]];
    while (left.length) {
      const [piece, d] = left.pop();
      deepest = Math.max(deepest, d);
      for (const arg of piece.args) left.push([arg, d + 1]);
    }
    return deepest;
  }

  // The whole number that a tree of syntax is, null if it is none.
  function wholeNumber(tree) {
    if (tree.op === "neg") {
      const inside = wholeNumber(tree.args[0]);
      return inside === null ? null : -inside;
    }
    return tree.op === "number" && Number.isInteger(tree.data) ? tree.data : null;
  }

  class Formula {
    constructor(text, shapes, result = null) {
      this.text = text;
      this.shapes = shapes;
      if (text.length > LONGEST) {
        const shown = `${text.slice(0, 40)}...`;
        throw new ParseError(shown, 0, `the formula is longer than ${LONGEST} signs.`);
      }
      this.tree = parse(text, Object.keys(shapes));
      if (depth(this.tree) > DEEPEST) {
        throw new ParseError(text, 0, TOO_DEEP);
      }
      this.shape = this.sized(result);
    }

    // The symbols that the formula uses.
    get names() {
      return [...walk(this.tree)].filter((t) => t.op === "name" && this.knows(t.data)).map((t) => t.data);
    }

    knows(name) {
      return Object.hasOwn(this.shapes, name);
    }

    wrong(tree, problem) {
      throw new ParseError(this.text, tree.place, `${problem}.`);
    }

    // The shape, with every bare I given the size that fits.
    sized(result) {
      const units = [...walk(this.tree)].filter((t) => t.op === "name" && t.data === "I");
      if (!units.length || this.knows("I")) return this.measure(this.tree);
      const labels = [...new Set(Object.values(this.shapes).flat())];
      if (labels.length ** units.length > GUESSES) {
        this.wrong(units.at(-1), "too many I have no size of their own; write I_n or eye(n)");
      }
      let first = null;
      let fitting = null;
      for (const sizes of combinations(labels, units.length)) {
        units.forEach((unit, k) => (unit.size = sizes[k]));
        try {
          const shape = this.measure(this.tree);
          if (result === null || same(shape, result)) return shape;
          fitting ??= sizes;
        } catch (problem) {
          if (!(problem instanceof ParseError)) throw problem;
          first ??= problem;
        }
      }
      if (fitting === null) throw first;
      units.forEach((unit, k) => (unit.size = fitting[k]));
      return this.measure(this.tree);
    }

    measure(tree) {
      tree.shape = this.shapeOf(tree);
      if (tree.shape.some((size) => factors(size).length > LARGEST)) {
        this.wrong(tree, "this Kronecker product is too large to be computed here");
      }
      return tree.shape;
    }

    shapeOf(tree) {
      if (tree.op === "number") return NUMBER;
      if (tree.op === "name") return this.nameShape(tree);
      if (tree.op === "call") return this.callShape(tree);
      const [first, second] = tree.args.map((arg) => this.measure(arg));
      switch (tree.op) {
        case "neg":
          return first;
        case "'":
          return [first[1], first[0]];
        case "+":
        case "-":
          return this.alike(tree, first, second, tree.op === "+" ? "sum" : "difference");
        case ".*":
        case "./":
          if (isScalar(first)) return second;
          return isScalar(second) ? first : this.alike(tree, first, second, "entrywise product");
        case "*":
          if (isScalar(first)) return second;
          if (isScalar(second)) return first;
          if (first[1] !== second[0]) {
            const advice = same(first, second) && first.includes("1")
              ? "; of vectors there are x' y (a number), x y' (a matrix) and x .* y" : "";
            this.wrong(tree, `the product ${show(first)} times ${show(second)} does not fit${advice}`);
          }
          return [first[0], second[1]];
        case "/":
          if (!isScalar(second)) {
            this.wrong(tree, `the divisor is ${show(second)}, not a number; write inv(...) on the ` +
              "side where it belongs");
          }
          return first;
        case "⊗":
          return kronShape(first, second);
        case "^":
          this.exponent(tree, second);
          this.square(tree, first, "a power needs a square matrix, got", "; for powers of the entries write .^");
          if (!isScalar(first) && wholeNumber(tree.args[1]) === null) {
            this.wrong(tree, "a matrix has whole powers only; its square root is sqrtm(A)");
          }
          return first;
        case ".^":
          this.exponent(tree, second);
          return first;
      }
      throw new Error(`no shape of ${tree.op}`);
    }

    nameShape(tree) {
      const name = tree.data;
      if (this.knows(name)) return this.shapes[name];
      if (name === "pi") return NUMBER;
      if (name === "I") return [tree.size, tree.size];
      if (name.startsWith("I_") && this.label(name.slice(2)) !== null) {
        tree.size = name.slice(2);
        return [tree.size, tree.size];
      }
      const known = Object.keys(this.shapes);
      const told = adviceOn(name, known) || `this exercise has ${known.join(", ")}`;
      return this.wrong(tree, `the name ${quoted(name)} is unknown; ${told}`);
    }

    // The size that a text names, null if it names none.
    label(text) {
      const known = new Set(Object.values(this.shapes).flat().flatMap(factors));
      return text === "1" || known.has(text) ? text : null;
    }

    // The size that an argument such as n or m*n names.
    sizeOf(tree) {
      if (tree.op === "name" || tree.op === "number") {
        const size = this.label(String(tree.data));
        if (size !== null) return size;
      } else if (tree.op === "*") return times(...tree.args.map((arg) => this.sizeOf(arg)));
      return this.wrong(tree, "a size is one of the letters of the shapes in this exercise");
    }

    alike(tree, a, b, what) {
      if (same(a, b)) return a;
      const other = isScalar(a) ? b : a;
      let advice = "";
      if ((isScalar(a) || isScalar(b)) && what !== "inner product") {
        const sizes = other.map((size) => size.replaceAll(" ", "*")).join(", ");
        advice = other[0] === other[1] ? "; a multiple of I may be meant"
          : `; a number in every entry is a multiple of ones(${sizes})`;
      }
      return this.wrong(tree, `the ${what} has operands of shapes ${show(a)} and ${show(b)}${advice}`);
    }

    exponent(tree, shape) {
      if (!isScalar(shape)) this.wrong(tree, "the exponent is not a number");
    }

    square(tree, shape, problem, advice = "") {
      if (shape[0] !== shape[1]) this.wrong(tree, `${problem} ${show(shape)}${advice}`);
    }

    callShape(tree) {
      if (tree.data === "norm" && tree.args.length === 2) this.whichNorm(tree);
      const { data: name, args } = tree;
      const wanted = ARGUMENTS[name] ?? 1;
      if (args.length !== wanted && !((name === "ones" || name === "zeros") && args.length === 1)) {
        this.wrong(tree, `${name} takes ${wanted} argument(s), got ${args.length}`);
      }
      if (SIZED.has(name)) {
        tree.size = args.map((arg) => this.sizeOf(arg));
        if (name === "K") return [times(...tree.size), times(...tree.size)];
        if (name === "ones" || name === "zeros") return [tree.size[0], tree.size[1] ?? "1"];
        return [tree.size[0], tree.size[0]];
      }
      const first = this.measure(args[0]);
      if (name === "unvec") {
        tree.size = args.slice(1).map((arg) => this.sizeOf(arg));
        if (!same(first, [times(...tree.size), "1"])) {
          this.wrong(tree, `unvec(${tree.size.join(", ")}) of a ${show(first)} matrix does not fit`);
        }
        return tree.size;
      }
      if (ENTRYWISE.has(name)) return first;
      if (TO_SCALAR.has(name) || SQUARE_TO_SQUARE.has(name) || name === "lambda" || name === "eigenvalue") {
        this.square(tree, first, `${name} needs a square matrix, got`);
      }
      if (TO_SCALAR.has(name) || ["norm", "nuclear", "spectral", "sum"].includes(name)) return NUMBER;
      if (INDEXED.has(name)) {
        const index = wholeNumber(args[1]);
        if (index === null || index < 1) this.wrong(args[1], "the index is a whole number from 1 on");
        args[1].shape = NUMBER;
        return NUMBER;
      }
      if (SQUARE_TO_SQUARE.has(name)) return first;
      if (["kron", "hadamard", "dot", "inner"].includes(name)) {
        const second = this.measure(args[1]);
        if (name === "kron") return kronShape(first, second);
        const what = name === "hadamard" ? "entrywise product" : "inner product";
        const alike = this.alike(tree, first, second, what);
        return name === "hadamard" ? alike : NUMBER;
      }
      if (name === "vec") return [times(...first), "1"];
      if (name === "pinv" || name === "transpose") return [first[1], first[0]];
      if (name === "diag") {
        if (first[1] === "1") return [first[0], first[0]];
        this.square(tree, first, "diag needs a vector or a square matrix, got");
        return [first[0], "1"];
      }
      return this.wrong(tree, `${name} is not for answers here`);
    }

    whichNorm(tree) {
      const second = tree.args[1];
      const found = Object.hasOwn(NORMS, String(second.data)) ? NORMS[second.data] : null;
      if (found === null) this.wrong(second, "the second argument of norm is 2, F, fro or nuc");
      tree.data = found;
      tree.args = tree.args.slice(0, 1);
    }

    // How a piece was read that some would read otherwise.
    get notes() {
      return [...new Set([...walk(this.tree)].map((tree) => noteOn(tree, this.text)).filter(Boolean))];
    }

    // The value where the names have these values.
    at(values) {
      const sizes = { 1: 1 };
      for (const [name, shape] of Object.entries(this.shapes)) {
        M.shape(values[name]).forEach((count, k) => {
          if (factors(shape[k]).length === 1) sizes[shape[k]] = count;
        });
      }
      return evaluate(this.tree, values, sizes);
    }
  }

  // What to write in the place of an unknown name, nothing if that is not clear.
  function adviceOn(name, known) {
    if (name === "e") {
      return "write exp(x) for the exponential of every entry, expm(A) for that of a matrix";
    }
    if (["T", "t", "H"].includes(name)) return "write A' or A^T for a transpose";
    const [starts = null] = /^(?:tr|trace|det|log|exp|inv|vec|diag)(?=[A-Z])/.exec(name) ?? [];
    if (starts || (KNOWN.has(name) && !SYMBOLS_TOO.has(name))) {
      return `the argument of a function stands in brackets, as in ${starts ?? name}(...)`;
    }
    if (name[0] === "d" && known.includes(name.slice(1))) return withoutIncrement(known);
    const near = known.filter((other) => other.toLowerCase() === name.toLowerCase());
    return near.length ? `capital letters count, so write ${near.join(" or ")}` : "";
  }

  // What to say of an increment that is no symbol of an exercise.
  function withoutIncrement(known) {
    const tangents = known.filter((d) => d[0] === "d" && known.includes(d.slice(1).replace(/[0-9]+$/, "")));
    if (tangents.length) {
      return `the increment here is ${tangents.join(" or ")}, and what is constant has none`;
    }
    if (known.includes("F_bar")) return "the answer is made with F_bar, and no increment stands in it";
    return "no increment stands in the answer: asked for is what it is multiplied by";
  }

  function noteOn(tree, text) {
    const [first, second] = tree.args;
    if (tree.op === "call" && first.shape && !first.shape.includes("1")) {
      const [m, n] = first.shape;
      const { data: name } = tree;
      if (Object.hasOwn(OF_MATRICES, name) && m === n) {
        return `${name} is taken of every entry; of the matrix it is ${OF_MATRICES[name]}.`;
      }
      if (name === "norm") {
        return "The norm of a matrix is that of Frobenius; the spectral norm is norm(A, 2).";
      }
    }
    if (tree.op === "*" && first.op === "/" && isScalar(second.shape)) {
      const whole = text.slice(first.args[1].place, tree.place + 1);
      if (/^[A-Za-z0-9]{2,}$/.test(whole)) {
        const [divisor, after] = [whole.slice(0, -1), whole.at(-1)];
        return `/${whole} is read as /${divisor} times ${after}; for the other write /(${whole}).`;
      }
    }
    return null;
  }

  function* combinations(labels, length) {
    if (length === 0) yield [];
    else for (const first of labels) for (const rest of combinations(labels, length - 1)) yield [first, ...rest];
  }

  function count(size, sizes) {
    return factors(size).reduce((n, s) => n * (/^\d+$/.test(s) ? Number(s) : sizes[s]), 1);
  }

  function evaluate(tree, values, sizes) {
    if (tree.op === "number") return M.number(tree.data);
    if (tree.op === "name") {
      if (Object.hasOwn(values, tree.data)) return values[tree.data];
      return tree.data === "pi" ? M.number(Math.PI) : M.eye(count(tree.size, sizes));
    }
    if (tree.op === "call") return called(tree, values, sizes);
    const [a, b] = tree.args.map((arg) => evaluate(arg, values, sizes));
    switch (tree.op) {
      case "neg":
        return M.map((x) => -x, a);
      case "'":
        return M.transpose(a);
      case "+":
        return M.each((x, y) => x + y, a, b);
      case "-":
        return M.each((x, y) => x - y, a, b);
      case "*":
        if (!tree.args.some((arg) => isScalar(arg.shape))) return M.multiply(a, b);
        return M.each((x, y) => x * y, a, b);
      case ".*":
        return M.each((x, y) => x * y, a, b);
      case "/":
      case "./":
        return M.each((x, y) => x / y, a, b);
      case "⊗":
        return M.kron(a, b);
      case "^":
        if (!isScalar(tree.args[0].shape)) return M.power(a, wholeNumber(tree.args[1]));
        return M.each((x, y) => x ** y, a, b);
      case ".^":
        return M.each((x, y) => x ** y, a, b);
    }
    throw new Error(`no value of ${tree.op}`);
  }

  const SPELLED = { ln: Math.log, arctan: Math.atan };
  const SAME = {
    tr: M.trace, trace: M.trace, Tr: M.trace, det: M.det, logdet: M.logdet, inv: M.inv,
    expm: M.expm, logm: M.logm, sqrtm: M.sqrtm, norm: M.norm, nuclear: M.nuclear,
    spectral: M.spectral, sum: M.sum, kron: M.kron, dot: M.inner, inner: M.inner, vec: M.vec,
    pinv: M.pinv, transpose: M.transpose, diag: M.diag,
    hadamard: (A, B) => M.each((x, y) => x * y, A, B),
  };

  function called(tree, values, sizes) {
    const { data: name, args } = tree;
    if (SIZED.has(name)) {
      const [m, n] = tree.size.map((size) => count(size, sizes));
      if (name === "K") return M.commutation(m, n);
      if (name === "ones" || name === "zeros") return M.full(m, n ?? 1, name === "ones" ? 1 : 0);
      return M.eye(m);
    }
    const x = evaluate(args[0], values, sizes);
    if (ENTRYWISE.has(name)) return M.map(SPELLED[name] ?? Math[name], x);
    if (name === "unvec") return M.unvec(x, ...tree.size.map((size) => count(size, sizes)));
    if (name === "sigma") return M.singularValue(x, wholeNumber(args[1]));
    if (INDEXED.has(name)) return M.eigenvalue(x, wholeNumber(args[1]));
    return SAME[name](x, ...args.slice(1).map((arg) => evaluate(arg, values, sizes)));
  }

  window.mcalc.formulas = {
    read: (text, shapes, result) => new Formula(text, shapes, result),
    show, isScalar, times, factors, count, wholeNumber, NUMBER,
  };
})();
