// The answer grammar of the book as syntax: x' A x, A .* B, inv(A), ‖Xw - y‖^2.
// The same tokens, trees, places and complaints as mcalclib/symbolic/grammar.py; both are held to
// tests/grammar_texts.json. Nothing here runs what a reader types: it becomes a tree, no more.
//
//   mcalc.grammar.parse("x' A dx") -> {op, args, data, place}; throws a ParseError
//   mcalc.grammar.parse("x'Adx", ["x", "A", "dx"]), where the symbols are known
//   mcalc.grammar.tex(tree)        -> the tree as a reader would write it, for KaTeX
(() => {
  "use strict";

  const { tokensOf, ParseError, quoted, SPACE, GREEK_NAMES } = window.mcalc.tokens;
  const ENTRYWISE = new Set([
    "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "abs", "arctan", "sign", "ln",
  ]);
  const SQUARE = {
    tr: "trace", trace: "trace", Tr: "trace", det: "det", inv: "inverse", expm: "expm",
    logm: "logm", sqrtm: "sqrtm", logdet: "logdet",
  };
  const OTHER = new Set([
    "norm", "kron", "vec", "diag", "sum", "pinv", "transpose", "dot", "inner", "nuclear",
    "spectral", "hadamard", "eye", "identity", "ones", "zeros", "lambda", "eigenvalue", "sigma",
    "K", "unvec", "I",
  ]);
  const KNOWN = new Set([...ENTRYWISE, ...OTHER, ...Object.keys(SQUARE)]);

  const INSTEAD = {
    inverse: "inv(A)", solve: "inv(A) b", outer: "x y'", determinant: "det(A)", matmul: "A B",
    multiply: "A .* B", array: "[1, 2; 3, 4]",
  };
  const NESTED = 80; // brackets inside each other
  const TOO_DEEP = "the formula has too many brackets inside each other.";
  const CLOSING = { "(": ")", "{": "}" };
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const NO_WORD = "(?![\\p{L}\\p{N}_])"; // JavaScript's \b knows ASCII only

  const node = (op, args, data, place) => ({ op, args, data, place });

  // Recursive descent: sums, products (also by standing side by side), signs, powers.
  class Parser {
    constructor(text, names = []) {
      this.text = text;
      this.names = names;
      this.tokens = tokensOf(text, KNOWN, names);
      this.at = 0;
      this.bars = 0;
      this.inside = 0;
    }

    get now() {
      return this.tokens[this.at];
    }

    fail(problem, place = this.now.place) {
      throw new ParseError(this.text, place, problem);
    }

    is(...symbols) {
      return this.now.kind === "symbol" && symbols.includes(this.now.text);
    }

    take(text) {
      if (!this.is(text)) return false;
      this.at += 1;
      return true;
    }

    expect(text, opened) {
      if (this.take(text)) return;
      this.noDecimalComma();
      const came = this.now.text ? `found ${quoted(this.now.text)}` : "the text ends";
      this.fail(
        `expected ${quoted(text)} for the ${quoted(opened.text)} at position ${opened.place + 1}; ${came}.`,
      );
    }

    noDecimalComma() {
      const [before, after] = [this.tokens[this.at - 1], this.tokens[this.at + 1]];
      if (this.now.text === "," && before?.kind === "number" && after?.kind === "number") {
        this.fail(
          `a decimal number has a point, as in ${before.text}.${after.text}; a column of numbers is ` +
            `[${before.text}; ${after.text}].`,
        );
      }
    }

    whole() {
      if (this.now.kind === "end") this.fail("there is no expression.");
      const tree = this.sum();
      if (this.now.kind !== "end") this.noDecimalComma();
      if (this.now.kind !== "end") this.fail(`${quoted(this.now.text)} does not belong here.`);
      return tree;
    }

    tooDeep() {
      throw new ParseError(this.text, 0, TOO_DEEP);
    }

    sum() {
      this.inside += 1;
      if (this.inside > NESTED) this.tooDeep();
      let tree = this.product();
      while (this.is("+", "-")) {
        const sign = this.now;
        this.at += 1;
        tree = node(sign.text, [tree, this.product()], null, sign.place);
      }
      this.inside -= 1;
      return tree;
    }

    product() {
      let tree = this.signed();
      for (;;) {
        const token = this.now;
        if (this.is("*", "/", ".*", "./", "⊗")) {
          this.at += 1;
          tree = node(token.text, [tree, this.signed()], null, token.place);
        } else if (this.startsOperand()) {
          if (token.kind === "fraction" && this.tokens[this.at - 1].kind === "number") {
            this.fail("a number and a fraction may be a sum or a product; write 2.5 or 5/2.");
          }
          tree = node("*", [tree, this.power()], null, token.place);
        } else return tree;
      }
    }

    startsOperand() {
      if (this.now.kind === "bars") return this.bars === 0;
      return ["number", "fraction", "over", "name"].includes(this.now.kind) || this.is("(", "{", "<");
    }

    signed() {
      const minuses = [];
      const first = this.at;
      while (this.is("+", "-")) {
        if (this.is("-")) minuses.unshift(this.now.place);
        this.at += 1;
      }
      if (this.at - first > NESTED) this.tooDeep();
      return minuses.reduce((tree, place) => node("neg", [tree], null, place), this.power());
    }

    power() {
      let tree = this.primary();
      for (;;) {
        const token = this.now;
        if (token.kind === "transpose") {
          this.at += 1;
          tree = node("'", [tree], null, token.place);
        } else if (token.kind === "inverse_transpose") {
          this.at += 1;
          const exponent = node("number", [], -1, token.place);
          tree = node("'", [node("^", [tree, exponent], null, token.place)], null, token.place);
        } else if (token.kind === "raised") {
          this.at += 1;
          const digits = [...token.text].map((c) => (c === "⁻" ? "-" : RAISED.indexOf(c))).join("");
          if (!/^-?[0-9]+$/.test(digits)) {
            this.fail(`${quoted(token.text)} is not an exponent.`, token.place);
          }
          const exponent = node("number", [], Number(digits), token.place);
          tree = node("^", [tree, exponent], null, token.place);
        } else if (token.kind === "pseudoinverse") {
          this.at += 1;
          tree = node("call", [tree], "pinv", token.place);
        } else if (this.is("^", ".^")) {
          this.at += 1;
          tree = node(token.text, [tree, this.exponent()], null, token.place);
        } else return tree;
      }
    }

    exponent() {
      const minuses = [];
      while (this.is("-")) {
        minuses.unshift(this.now.place);
        this.at += 1;
      }
      if (minuses.length > NESTED) this.tooDeep();
      if (this.is("+")) this.fail("a plus is no exponent; the pseudoinverse is pinv(A).");
      return minuses.reduce((tree, place) => node("neg", [tree], null, place), this.primary());
    }

    primary() {
      const token = this.now;
      if (token.kind === "number") {
        this.at += 1;
        return node("number", [], Number(token.text), token.place);
      }
      if (token.kind === "fraction") {
        this.at += 1;
        const [above, below] = token.text.split("/").map(Number);
        return node("number", [], above / below, token.place);
      }
      if (token.kind === "over") {
        this.at += 1;
        return node("/", [this.primary(), this.primary()], null, token.place);
      }
      if (token.kind === "name") {
        this.at += 1;
        if (this.is("(", "{") && this.isCall(token)) return this.call(token);
        return node("name", [], token.text, token.place);
      }
      if (token.kind === "bars") {
        this.at += 1;
        this.bars += 1;
        const inside = this.sum();
        this.bars -= 1;
        if (this.now.kind !== "bars") {
          this.fail(`the norm that opens at position ${token.place + 1} does not close.`);
        }
        this.at += 1;
        return node("call", [inside], "norm", token.place);
      }
      if (this.take("(") || this.take("{")) {
        const bars = this.bars;
        this.bars = 0;
        const tree = this.sum();
        this.bars = bars;
        this.expect(CLOSING[token.text], token);
        return tree;
      }
      if (this.take("<")) {
        const bars = this.bars;
        this.bars = 0;
        const left = this.sum();
        this.expect(",", token);
        const right = this.sum();
        this.bars = bars;
        this.expect(">", token);
        return node("call", [left, right], "inner", token.place);
      }
      if (token.kind === "end") this.fail("the text ends where an operand is expected.");
      return this.fail(`${quoted(token.text)} does not start an operand.`);
    }

    // A name that touches its bracket is a function if one of that name is known.
    isCall(token) {
      if (this.names.includes(token.text)) return false;
      const touches = this.now.place === token.end;
      if (KNOWN.has(token.text) && (touches || token.text.length > 1)) return true;
      if (touches && token.text.length > 2 && /^\p{L}+$/u.test(token.text)) {
        this.fail(`no function is called ${quoted(token.text)}; ${instead(token.text)}.`, token.place);
      }
      return false;
    }

    call(name) {
      const opened = this.now;
      this.at += 1;
      const bars = this.bars;
      this.bars = 0;
      const args = [this.sum()];
      while (this.take(",")) args.push(this.sum());
      this.bars = bars;
      this.expect(CLOSING[opened.text], opened);
      return node("call", args, name.text, name.place);
    }
  }

  // What to write for a function that is not known.
  function instead(name) {
    if (Object.hasOwn(INSTEAD, name)) return `write ${INSTEAD[name]}`;
    const near = [...KNOWN]
      .map((known) => [distance(known, name), known])
      .sort(([d, a], [e, b]) => d - e || (a < b ? -1 : 1))
      .slice(0, 3);
    return `near: ${near.map(([, known]) => known).join(", ")}`;
  }

  // The edit distance of two names.
  function distance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i += 1) {
      const last = row;
      row = [i];
      for (let j = 1; j <= b.length; j += 1) {
        row.push(Math.min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
      }
    }
    return row[b.length];
  }

  const parse = (text, names) => new Parser(text, names).whole();

  // ---- The tree as TeX, with the brackets that its shape needs and no others. ----------------

  const [SUM, PRODUCT, SIGNED, POWER, ATOM] = [0, 1, 2, 3, 4];
  const OPERATORS = {
    tr: "tr", trace: "tr", Tr: "tr", logdet: "log\\,det", expm: "expm", logm: "logm", vec: "vec",
    unvec: "unvec", diag: "diag", sum: "sum", sign: "sign", ln: "ln",
  };
  const KATEX_KNOWS = new Set(["exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "det", "arctan"]);
  const NORMS = { norm: "", spectral: "_2", nuclear: "_*" };
  const brackets = (tex) => `\\left(${tex}\\right)`;

  function nameTex(name) {
    const tangent = /^d([A-Za-z]\w*)$/.exec(name);
    if (tangent && !GREEK_NAMES.has(name)) return `{d ${nameTex(tangent[1])}}`;
    const bar = /^(.+)_bar$/.exec(name);
    if (bar) return `\\bar{${nameTex(bar[1])}}`;
    const [, stem, index] = /^(.*?)_?(\d*|(?<=_)\w+)$/.exec(name) ?? [null, name, ""];
    if (stem && index) return `${nameTex(stem)}_{${index.replaceAll("_", "\\_")}}`;
    if (GREEK_NAMES.has(name)) return `\\${name}`;
    return name.length === 1 ? name : `\\mathit{${name.replaceAll("_", "\\_")}}`;
  }

  function shown(tree, level) {
    const [tex, own] = parts(tree);
    return own >= level ? tex : brackets(tex);
  }

  const PRODUCTS = { ".*": " \\odot ", "⊗": " \\otimes ", "./": " \\oslash " };

  // (A ⊙ B) C needs its brackets, as a reader may take A ⊙ B C for A ⊙ (B C).
  const mixed = (op, a) => Object.hasOwn(PRODUCTS, a.op) && a.op !== op;

  // A sign in front belongs to the first factor, and needs no brackets there.
  const startsWithMinus = ({ op, args: [a] }) =>
    op === "neg" ||
    ((op === "*" || Object.hasOwn(PRODUCTS, op)) && !mixed(op, a) && startsWithMinus(a));

  function productTex(tree) {
    const { op, args: [a, b] } = tree;
    const signed = startsWithMinus(tree);
    const left = mixed(op, a) ? brackets(shown(a, SUM)) : shown(a, signed ? SUM : PRODUCT);
    const right = shown(b, SIGNED);
    // Two numbers side by side would read as one.
    const between = /[0-9]$/.test(left) && /^[0-9]/.test(right) ? " \\cdot " : "\\, ";
    return [left + (PRODUCTS[op] ?? between) + right, signed ? SUM : PRODUCT];
  }

  function parts(tree) {
    const [a, b] = tree.args;
    switch (tree.op) {
      case "number":
        return [String(tree.data), tree.data < 0 ? SIGNED : ATOM];
      case "name":
        return [nameTex(tree.data), ATOM];
      case "call":
        return callTex(tree);
      case "tex": // what no text of the grammar says, from its operands
        return [tree.data.tex((arg, level = SUM) => shown(arg, level), ...tree.args), tree.data.level];
      case "()": // brackets that the shape of a tree does not ask for
        return [brackets(shown(a, SUM)), ATOM];
      case "*":
      case ".*":
      case "⊗":
      case "./":
        return productTex(tree);
      case "neg":
        return [`-${shown(a, PRODUCT)}`, SUM];
      case "'":
        return [`${shown(a, ATOM)}^{\\mathsf{T}}`, POWER];
      case "+":
        return [`${shown(a, SUM)} + ${shown(b, PRODUCT)}`, SUM];
      case "-":
        return [`${shown(a, SUM)} - ${shown(b, PRODUCT)}`, SUM];
      case "/":
        return [`\\frac{${shown(a, SUM)}}{${shown(b, SUM)}}`, PRODUCT];
      case "^":
        return [`${shown(a, ATOM)}^{${shown(b, SUM)}}`, POWER];
      case ".^":
        return [`${shown(a, ATOM)}^{\\odot ${shown(b, SIGNED)}}`, POWER];
    }
    throw new Error(`no TeX for ${tree.op}`);
  }

  function callTex({ data: name, args }) {
    const list = args.map((arg) => shown(arg, SUM)).join(",\\, ");
    const index = args.length === 2 ? shown(args[1], SUM) : "";
    switch (name) {
      case "inv":
        return [`${shown(args[0], ATOM)}^{-1}`, POWER];
      case "pinv":
        return [`${shown(args[0], ATOM)}^{+}`, POWER];
      case "transpose":
        return [`${shown(args[0], ATOM)}^{\\mathsf{T}}`, POWER];
      case "sqrt":
        return [`\\sqrt{${list}}`, ATOM];
      case "sqrtm":
        return [`${shown(args[0], ATOM)}^{1/2}`, POWER];
      case "abs":
        return [`\\left\\lvert ${list} \\right\\rvert`, ATOM];
      case "norm":
      case "spectral":
      case "nuclear": {
        const which = args.length > 1 ? `_{${index}}` : NORMS[name];
        return [`\\left\\lVert ${shown(args[0], SUM)} \\right\\rVert${which}`, ATOM];
      }
      case "dot":
      case "inner":
        return [`\\left\\langle ${list} \\right\\rangle`, ATOM];
      case "kron":
      case "hadamard":
        if (args.length !== 2) break;
        return parts(node(name === "kron" ? "⊗" : ".*", args, null, 0));
      case "I":
      case "eye":
      case "identity":
        return [`I_{${list}}`, ATOM];
      case "K":
        return [`K_{${list}}`, ATOM];
      case "ones":
        return [`\\mathbf{1}_{${list.replaceAll(",\\, ", "\\times ")}}`, ATOM];
      case "zeros":
        return [`\\mathbf{0}_{${list.replaceAll(",\\, ", "\\times ")}}`, ATOM];
      case "lambda":
      case "eigenvalue":
      case "sigma":
        if (args.length !== 2) break;
        return [`\\${name === "sigma" ? name : "lambda"}_{${index}}${brackets(shown(args[0], SUM))}`, ATOM];
    }
    const operator = KATEX_KNOWS.has(name) ? `\\${name}` : `\\operatorname{${OPERATORS[name] ?? name}}`;
    return [`${operator}${brackets(list)}`, ATOM];
  }

  const tex = (tree) => shown(tree, SUM);

  // The expression and its declarations: what stands after ";" or "where".
  function splitDeclarations(text) {
    const [expression, ...parts] = text.split(new RegExp(`${SPACE}*;${SPACE}*|${SPACE}+where${SPACE}+`, "u"));
    return [expression, parts.filter(Boolean).flatMap(declared)];
  }

  const WORD = "[\\p{L}\\p{N}_]+";
  const DECLARATION = new RegExp(
    `^${SPACE}*((?:${WORD}${SPACE}*,${SPACE}*)*${WORD})${SPACE}*` +
      `(?::|(?<![\\p{L}\\p{N}_])(?:is|are|in)${NO_WORD}|${SPACE})${SPACE}*(.+?)${SPACE}*$`,
    "u",
  );

  // [name, what] of one declaration such as "A, B symmetric" or "X: m by n".
  function declared(part) {
    const match = DECLARATION.exec(part);
    if (match === null) {
      throw new ParseError(part, 0, "a declaration reads like `A symmetric` or `X: m by n`.");
    }
    return match[1].match(new RegExp(WORD, "gu")).map((name) => [name, match[2]]);
  }

  window.mcalc ??= {};
  window.mcalc.grammar = { parse, tex, nameTex, splitDeclarations, ParseError, ENTRYWISE, KNOWN, TOO_DEEP, quoted };
})();
