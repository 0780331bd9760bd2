// Expressions as trees of the answer grammar, and from there as text and TeX.
(() => {
  "use strict";

  const n = window.mcalc.nodes;
  const [SUM, PRODUCT, ATOM] = [0, 1, 4]; // how strongly TeX binds, as in the grammar
  const node = (op, args, data = null) => ({ op, args, data, place: 0 });
  const call = (name, ...args) => node("call", args, name);
  const number = (value) => node("number", [], value);
  const chain = (op, trees) => trees.reduce((a, b) => node(op, [a, b]));
  const size = (d) => chain("*", d.split("*").map((f) => (/^\d+$/.test(f) ? number(Number(f)) : node("name", [], f))));

  // A number as a whole number or a fraction.
  function rational(value) {
    if (value < 0) return node("neg", [rational(-value)]);
    if (Number.isInteger(value)) return number(value);
    for (let q = 2; q <= 1000; q += 1) {
      if (Math.abs(value * q - Math.round(value * q)) < 1e-9) {
        return node("/", [number(Math.round(value * q)), number(q)]);
      }
    }
    return number(Number(value.toPrecision(6)));
  }

  // What is added comes before what is taken away.
  function sum(x) {
    // A sum over a letter in front would seem to reach to the end.
    const trees = x.args.map(tree).map((t) => (t.op === "tex" && t.data.level === SUM ? node("()", [t]) : t));
    const first = trees.findIndex((t) => t.op !== "neg");
    if (first > 0) trees.unshift(...trees.splice(first, 1));
    return trees.reduce((a, b) => {
      if (b.op === "neg") return node("-", [a, b.args[0]]);
      return node("+", [a, b]);
    });
  }

  // Factors as trees. A product that is a number, x' A x, stands in brackets before other factors.
  function spread(factors, more = false) {
    return factors.flatMap((f, i) => {
      if (f.op !== "matmul") return [tree(f)];
      return more || i < factors.length - 1 ? [node("()", [tree(f)])] : f.args.map(tree);
    });
  }

  // Numbers and scalars in front, what has a negative exponent below.
  function product(x) {
    const [first] = x.args;
    const own = n.isNumber(first) ? first.data : 1;
    const rest = n.isNumber(first) ? x.args.slice(1) : x.args;
    const [above, below] = [[], []];
    for (const f of rest) {
      const falls = f.op === "pow" && n.isScalar(f) && n.isNumber(f.args[1]) && f.args[1].data < 0;
      if (falls) below.push(tree(n.pow(f.args[0], n.num(-f.args[1].data))));
      else above.push(f);
    }
    const fraction = rational(Math.abs(own));
    const [p, q] = fraction.op === "/" ? fraction.args : [fraction, null];
    if (q) below.unshift(q);
    const scalars = above.filter(n.isScalar);
    const matrices = above.filter((f) => !n.isScalar(f));
    const front = [...(p.data === 1 ? [] : [p]), ...spread(below.length || !matrices.length ? scalars : [])];
    let whole;
    if (below.length === 0) {
      whole = chain("*", matrices.length ? [...front, ...spread(scalars, true), ...spread(matrices)] : front);
    } else {
      const quotient = node("/", [front.length ? chain("*", front) : number(1), chain("*", below)]);
      whole = matrices.length ? chain("*", [quotient, ...spread(matrices)]) : quotient;
    }
    return own < 0 ? node("neg", [whole]) : whole;
  }

  // What the grammar has no text for: how it reads, and its TeX.
  const named = (name, letter, args) => node("tex", args, {
    text: name, level: ATOM,
    tex: (shown, ...of) => `${letter}\\left(${of.map((a) => shown(a)).join(";\\, ")}\\right)`,
  });
  const VECTORS = { left: "u", right: "v" };
  const FUNCTIONS = { expm: "\\exp", logm: "\\log", sqrtm: "\\mathrm{sqrt}" };

  function tree(x) {
    const [a, b] = x.args;
    switch (x.op) {
      case "num": return rational(x.data);
      case "sym": case "msym": case "ssym": return node("name", [], x.data);
      case "add": return sum(x);
      case "mul": return product(x);
      case "matmul": return chain("*", x.args.map(tree));
      case "had": return chain(".*", x.args.map(tree));
      case "kron": return node("⊗", [tree(a), tree(b)]);
      case "transpose":
        if (a.op === "inverse" && n.isLeaf(a.args[0])) return node("'", [tree(a)]);
        return node("'", [tree(a)]);
      case "inverse":
        if (a.op === "transpose") return node("'", [node("^", [tree(a.args[0]), number(-1)])]);
        return node("^", [tree(a), number(-1)]);
      case "mpow": return node("^", [tree(a), tree(b)]);
      case "pow":
        if (x.shape.length) return node(".^", [tree(a), tree(b)]);
        if (n.isNumber(b, 0.5)) return call("sqrt", tree(a));
        if (n.isNumber(b) && b.data < 0) return node("/", [number(1), tree(n.pow(a, n.num(-b.data)))]);
        return node("^", [tree(a), tree(b)]);
      case "fn": return call(x.data, tree(a));
      case "trace": return call("tr", tree(a));
      case "total": return call("sum", tree(a));
      case "det": case "vec": case "diag": case "pinv": return call(x.op, tree(a));
      case "norm": return call(x.data === "frobenius" ? "norm" : x.data, tree(a));
      case "eigenvalue": return call("lambda", tree(a), size(x.data));
      case "singular_value": return call("sigma", tree(a), size(x.data));
      case "left_eigenvector": case "right_eigenvector":
      case "left_singular_vector": case "right_singular_vector": {
        const letter = VECTORS[x.op.split("_")[0]];
        return named(`${letter}_${x.data}`, `${letter}_{${x.data}}`, [tree(a)]);
      }
      case "polar": return named("polar", "\\operatorname{polar}", [tree(a)]);
      case "isum": return node("tex", x.args.map(tree), {
        text: "sum_over", level: SUM,
        tex: (shown, body, index, low, high) =>
          `\\sum_{${shown(index)}=${shown(low)}}^{${shown(high)}} ${shown(body, PRODUCT)}`,
      });
      case "diagonal": return call("diag", tree(a));
      case "unvec": return call("unvec", tree(a), ...x.shape.map(size));
      case "identity": return call("eye", size(x.shape[0]));
      case "ones": return call("ones", ...(x.shape[1] === "1" ? [size(x.shape[0])] : x.shape.map(size)));
      case "zeros": return number(0);
      case "commutation": return call("K", ...x.data.map(size));
      case "mfun": return call(x.data, tree(a));
      case "frechet": return named(`L_${x.data}`, `L_{${FUNCTIONS[x.data]}}`, [tree(a), tree(b)]);
      case "d": return n.isLeaf(a) ? node("name", [], `d${a.data}`) : call("d", tree(a));
    }
    throw new Error(`${x.op} cannot be written`);
  }

  // The text that the grammar reads again as the same.
  const LEVEL = { "+": 0, "-": 0, neg: 1, "*": 2, "/": 2, ".*": 2, "⊗": 2, "./": 2, "^": 4, ".^": 4, "'": 4 };
  function written(t, level = 0) {
    const own = LEVEL[t.op] ?? 5;
    const string = spelled(t, own);
    return own < level || (t.op === "number" && t.data < 0 && level > 3) ? `(${string})` : string;
  }

  function spelled(t, own) {
    const [a, b] = t.args;
    switch (t.op) {
      case "number": case "name": return String(t.data);
      case "call": return `${t.data}(${t.args.map((x) => written(x)).join(", ")})`;
      case "tex": return `${t.data.text}(${t.args.map((x) => written(x)).join(", ")})`;
      case "neg": return `-${written(a, 2)}`;
      case "()": return `(${written(a)})`;
      case "'": return `${written(a, 5)}'`;
      case "+": case "-": return `${written(a, 0)} ${t.op} ${written(b, t.op === "-" ? 1.5 : 1)}`;
      case "^": case ".^": return `${written(a, 5)}${t.op}${b.op === "number" ? b.data : written(b, 5)}`;
      case "*": return `${written(a, a.op === "*" || a.op === "/" ? 2 : 3)} ${written(b, 3)}`;
    }
    return `${written(a, a.op === t.op ? own : 3)} ${t.op} ${written(b, 3)}`;
  }

  const tex = (x) =>
    window.mcalc.grammar.tex(tree(x))
      .replaceAll("\\operatorname{d}\\left(", "d\\left(")
      .replaceAll("\\odot", "\\circ"); // as the engine in Python prints it

  // Whether the grammar reads the text again.
  const readable = (x) => {
    const said = (t) => t.op !== "tex" && t.args.every(said);
    return said(tree(x));
  };

  window.mcalc.writing = { text: (x) => written(tree(x)), tex, tree, readable };
})();
