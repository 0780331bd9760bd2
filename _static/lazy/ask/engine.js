// The differential line by line. The rules are data, written from mcalclib/rules while the book is
// built; here they are filled in, and every line is compared with the one before it at random points.
(() => {
  "use strict";

  const n = window.mcalc.nodes;
  const { canonical, terms, one } = window.mcalc.normal;
  const { Refusal } = window.mcalc.shapes;
  const { ATTEMPTS, Point, agree, flat } = window.mcalc.values;

  const ENOUGH = 2; // points at which lines are compared
  const some = (x, args) => (args.length === 1 ? args[0] : n.rebuilt(x, args));
  const QUIET = new Set(["transpose", "add"]); // these need no line of their own
  const STEPS = {
    square: ["the square of a norm is an inner product", "rule-the-square-of-a-norm-is-an-inner-product"],
    constant: ["a constant does not change", "rule-a-constant-does-not-change"],
    cyclic: ["trace is cyclic, and a scalar is its own transpose", "rule-trace-is-cyclic--and-a-scalar-is-its-own-transpose"],
    collect: ["collect terms", "rule-collect-terms"],
    simplify: ["simplify", "rule-simplify"],
    kronecker: ["vec of a product", "rule-vec-of-a-product"],
  };
  const step = (name) => ({ name: STEPS[name][0], anchor: STEPS[name][1] });

  let table = new Map();
  const keyOf = (op, data, scalar) => `${op} ${data ?? ""} ${scalar}`;

  function useRules(templates) {
    table = new Map(templates.map((t) => [keyOf(t.op, t.data, t.scalar), t]));
  }

  // The template of an operation.
  function ruleOf(x) {
    const served = x.op === "unvec" || n.INDEXED.has(x.op); // one template for all sizes or indices
    const data = x.op === "mpow" && n.isNumber(x.args[1]) ? x.args[1].data : served ? null : x.data;
    const scalar = ["mul", "pow", "fn"].includes(x.op) && n.isScalar(x);
    const found = table.get(keyOf(x.op, data, scalar));
    if (!found) throw new Refusal(`there is no rule on this page for ${describe(x)}`);
    return found;
  }

  const describe = (x) =>
    ({ mpow: "a matrix power with this exponent", frechet: "a second derivative of a matrix function" })[x.op] ??
    `${x.data ?? x.op}`;

  // A tree of a template, with its placeholders filled in.
  function filled(tree, env, sizes) {
    const [op, data, args, shape] = tree;
    if (op === "msym" || op === "sym") return env[data] ?? env.counter(data);
    const size = (factors) => factors.map((f) => (/^\d+$/.test(f) ? f : sizes[f])).reduce(n.times, "1");
    const built = args.map((a) => filled(a, env, sizes));
    const dims = shape.map(size);
    // The engine in Python counts from 0, a reader from 1.
    if (n.INDEXED.has(op)) return n.indexed(op, ...built, data === null ? env.index : String(data + 1));
    switch (op) {
      case "num": return n.num(data[0] / data[1]);
      case "identity": return n.identity(dims[0]);
      case "ones": return n.ones(...dims);
      case "zeros": return n.zeros(dims);
      case "commutation": return n.commutation(...data.map(size));
      case "unvec": return n.unvec(...built, ...dims);
      case "entry": return built[0];
      case "matmul":
        return built.reduce((a, b) => (n.isScalar(a) || n.isScalar(b) ? product(a, b) : n.matmul(a, b)));
    }
    return n.rebuilt({ op, data, args: built, shape: dims }, built);
  }

  // A product of which one side may be 1 by 1, and then scales the other.
  const product = (a, b) =>
    (a.shape.length && b.shape.length && a.shape[1] === b.shape[0] ? n.matmul(a, b) : n.mul(a, b));

  function fill(kind, rule, i, U, V, rest) {
    const tree = rule[kind][i];
    if (tree === null || tree === undefined) throw new Refusal(`${rule.name} is not turned around on this page`);
    const [u, v] = U?.shape?.length ? U.shape : ["1", "1"];
    const [y, w] = V?.shape?.length ? V.shape : ["1", "1"];
    return filled(tree, { U, V, ...rest }, { u, v, y, w });
  }

  // d(x) for given differentials of its operands; null is the differential of a constant.
  function push(x, tangents) {
    const rule = ruleOf(x);
    if (x.op === "add") return n.add(...tangents.filter(Boolean));
    if (["mul", "had", "matmul", "kron"].includes(x.op)) {
      // The rules take two operands; the product rule of many is theirs, used from both sides.
      const parts = [];
      tangents.forEach((t, i) => {
        if (t === null) return;
        let [whole, moved] = [x.args[i], t];
        if (i > 0) {
          const before = some(x, x.args.slice(0, i));
          moved = pair(x, before, whole, 1, { dV: moved });
          whole = some(x, x.args.slice(0, i + 1));
        }
        if (i < x.args.length - 1) {
          moved = pair(x, whole, some(x, x.args.slice(i + 1)), 0, { dU: moved });
        }
        parts.push(moved);
      });
      return n.add(...parts);
    }
    if (x.op === "mpow" && tangents[1]) {
      throw new Refusal("the exponent of a matrix is a whole number, so there is no derivative by it; for powers of the entries write .^", null, true);
    }
    if (x.op === "frechet" && tangents[0]) throw new Refusal(`there is no rule on this page for ${describe(x)}`);
    const P = ["pow", "mpow"].includes(x.op) ? x.args[1] : null;
    const parts = tangents.flatMap((t, i) => (t === null ? [] : [
      fill("push", rule, i, x.args[0], x.args[1], { dU: t, dV: t, dP: t, P, index: x.data, counter: () => counterOf(x) }),
    ]));
    return n.add(...parts);
  }

  // The letter that counts the terms of d(A^k): free in the whole question, the same for one power.
  let counters = null;
  function counterOf(x) {
    if (!counters.found.has(x.key)) {
      const name = [..."ijlpqr", ...[1, 2, 3, 4, 5, 6].map((k) => `i_${k}`)].find((s) => !counters.taken.has(s));
      counters.taken.add(name);
      counters.found.set(x.key, n.scalar(name, true));
    }
    return counters.found.get(x.key);
  }

  // A product of two with one of them moving. A matrix times a scalar is a scalar times a matrix.
  function pair(x, U, V, i, rest) {
    if (x.op === "mul" && !n.isScalar(U) && n.isScalar(V)) return pair(x, V, U, 1 - i, { dU: rest.dV, dV: rest.dU });
    const scalar = x.op === "mul" && n.isScalar(U) && n.isScalar(V);
    const op = x.op === "mul" && !n.isScalar(U) ? "had" : x.op;
    return fill("push", table.get(keyOf(op, null, scalar)), i, U, V, rest);
  }

  // ---- Lines ------------------------------------------------------------------------------

  function workedOut(F, leaf, dX) {
    const lines = [];
    let state = n.differential(F);
    let shown = state;
    if (!n.depends(F, leaf)) return [{ start: state, end: n.zeros(F.shape), rules: [step("constant")] }];
    for (;;) {
      const used = [];
      const after = applied(state, leaf, dX, used);
      if (after.key === state.key) break;
      if (used.length) {
        lines.push({ start: shown, end: after, rules: unique(used) });
        shown = after;
      }
      state = after;
    }
    return lines.length ? lines : [{ start: state, end: state, rules: [] }];
  }

  const unique = (rules) => [...new Map(rules.map((r) => [r.name, r])).values()];

  function applied(x, leaf, dX, used) {
    if (x.op === "d") {
      const [inner] = x.args;
      if (inner.key === leaf.key) return dX;
      const rule = asRead(inner);
      used.push(rule);
      return push(inner, inner.args.map((a) => tangent(a, leaf, dX, used)));
    }
    if (!x.args.length) return x;
    const args = x.args.map((a) => applied(a, leaf, dX, used));
    return args.every((a, i) => a === x.args[i]) ? x : n.rebuilt(x, args);
  }

  function tangent(a, leaf, dX, used) {
    if (a.key === leaf.key) return dX;
    if (!n.depends(a, leaf)) return null;
    if (!QUIET.has(a.op)) return n.differential(a);
    if (a.op === "transpose") used.push(ruleOf(a));
    return push(a, a.args.map((b) => tangent(b, leaf, dX, used)));
  }

  // The rule under the name that a reader gives it here: of a scalar, not of entries.
  function asRead(x) {
    const { name, anchor, condition } = ruleOf(x);
    if (x.op === "mul") return { name: "product rule", anchor, condition };
    return { name: x.shape.length ? name : name.replace(" of entries", ""), anchor, condition };
  }

  // ---- Reading the derivative off ----------------------------------------------------------

  // The cotangent of dX in x, where C is that of x, by the rules' own pullbacks.
  function pulled(x, C, dX) {
    if (x.key === dX.key) return C;
    const at = x.args.findIndex((a) => n.depends(a, dX));
    if (at < 0 || (x.op !== "add" && x.args.some((a, i) => i !== at && n.depends(a, dX)))) {
      throw new Refusal("a line is not linear in the differential");
    }
    if (x.op === "add") return n.add(...x.args.filter((a) => n.depends(a, dX)).map((a) => pulled(a, C, dX)));
    const moving = x.args[at];
    if (x.op === "isum") return n.isum(pulled(moving, C, dX), ...x.args.slice(1));
    if (["mul", "had", "matmul", "kron"].includes(x.op)) {
      const before = at > 0 ? some(x, x.args.slice(0, at)) : null;
      const after = at < x.args.length - 1 ? some(x, x.args.slice(at + 1)) : null;
      let back = C;
      if (before) {
        const rest = after ? some(x, x.args.slice(at)) : moving;
        back = pullPair(x, before, rest, 1, back);
      }
      if (after) back = pullPair(x, moving, after, 0, back);
      return pulled(moving, back, dX);
    }
    const i = x.op === "frechet" ? 1 : 0;
    return pulled(moving, fill("pull", ruleOf(x), i, x.args[0], x.args[1], { C }), dX);
  }

  function pullPair(x, U, V, i, C) {
    if (x.op === "mul" && !n.isScalar(U) && n.isScalar(V)) return pullPair(x, V, U, 1 - i, C);
    const scalar = x.op === "mul" && n.isScalar(U) && n.isScalar(V);
    const op = x.op === "mul" && !n.isScalar(U) ? "had" : x.op;
    return fill("pull", table.get(keyOf(op, null, scalar)), i, U, V, { C });
  }

  // The matrix of a linear expression: vec(x) = J vec(dX).
  function jacobian(x, dX) {
    if (x.key === dX.key) return n.identity(dX.shape.reduce(n.times, "1"));
    if (x.op === "add") return n.add(...x.args.filter((a) => n.depends(a, dX)).map((a) => jacobian(a, dX)));
    if (n.isScalar(x)) return n.transpose(n.vec(canonical(pulled(x, n.num(1), dX))));
    const at = x.args.findIndex((a) => n.depends(a, dX));
    const moving = x.args[at];
    if (x.op === "isum") return n.isum(jacobian(moving, dX), ...x.args.slice(1));
    if (n.isScalar(moving)) {
      const rest = some(x, x.args.filter((_, i) => i !== at));
      return product(n.vec(rest), jacobian(moving, dX));
    }
    if (["mul", "had", "matmul", "kron"].includes(x.op)) {
      const before = at > 0 ? some(x, x.args.slice(0, at)) : null;
      const after = at < x.args.length - 1 ? some(x, x.args.slice(at + 1)) : null;
      let J = jacobian(moving, dX);
      let whole = moving;
      if (after) {
        J = product(jacobianPair(x, whole, after, 0), J);
        whole = n.rebuilt(x, [whole, after]);
      }
      return before ? product(jacobianPair(x, before, whole, 1), J) : J;
    }
    return product(fill("jacobian", ruleOf(x), 0, x.args[0], x.args[1], {}), jacobian(moving, dX));
  }

  function jacobianPair(x, U, V, i) {
    if (x.op === "mul" && n.isScalar(U)) return n.mul(U, n.identity(V.shape.reduce(n.times, "1")));
    return fill("jacobian", table.get(keyOf(x.op, null, false)), i, U, V, {});
  }

  const gradientLine = (G, dX) => {
    if (!dX.shape.length) return n.mul(G, dX);
    return n.trace(product(turned(G), dX));
  };

  // Gᵀ as a reader writes it: (X w - y)' X, not (w' X' - y') X.
  function turned(G) {
    if (G.op === "mul") return n.mul(...G.args.slice(0, -1), turned(G.args.at(-1)));
    if (G.op !== "matmul") return canonical(n.transpose(G));
    return [...G.args].reverse().map((f) => (f.shape[1] === "1" ? n.transpose(f) : canonical(n.transpose(f)))).reduce(product);
  }

  function symmetrised(G, dX) {
    return dX.op === "ssym" ? canonical(n.mul(n.num(0.5), n.add(G, n.transpose(G)))) : G;
  }

  function withGradient(lines, F, dX) {
    const state = lines.at(-1).end;
    const parts = terms(state).map((t) => canonical(pulled(one(t, []), n.num(1), dX)));
    const G = symmetrised(canonical(n.add(...parts)), dX);
    const last = gradientLine(G, dX);
    if (parts.length > 1 && dX.op !== "ssym" && dX.shape.length) {
      const middle = n.make("add", parts.map((g) => gradientLine(g, dX)), null, []);
      lines.push({ start: state, end: middle, rules: [step("cyclic")] });
      lines.push({ start: middle, end: last, rules: [step("collect")] });
    } else if (dX.shape.length) {
      const same = text(canonical(state)) === text(canonical(last)) && text(state).slice(-5) === text(last).slice(-5);
      lines.push({ start: state, end: last, rules: [step(same ? "simplify" : "cyclic")] });
    } else lines.push({ start: state, end: last, rules: [step("simplify")] });
    return { kind: "gradient", value: G };
  }

  function withJacobian(lines, F, leaf, dX) {
    const state = lines.at(-1).end;
    const simple = canonical(state, dX);
    lines.push({ start: state, end: simple, rules: [step("simplify")] });
    let J;
    try {
      J = canonical(jacobian(simple, dX));
    } catch (problem) {
      if (problem instanceof Refusal) return { kind: "differential", value: simple };
      throw problem;
    }
    if (leaf.op === "ssym") return { kind: "differential", value: simple };
    if (leaf.shape.length && leaf.shape[1] !== "1") {
      lines.push({
        start: n.vec(simple), end: product(J, n.vec(dX)), rules: [step("kronecker")],
      });
    }
    return { kind: "jacobian", value: J };
  }

  // ---- The whole answer ---------------------------------------------------------------------

  // {lines, result, points} for an expression and the symbol that varies.
  function derive(given, leaf) {
    const dX = tangentOf(leaf, given);
    counters = { found: new Map(), taken: names(given) };
    const F = normsAsProducts(given);
    const lines = workedOut(F, leaf, dX);
    if (F.key !== given.key) {
      lines.unshift({ start: n.differential(given), end: n.differential(F), rules: [step("square")] });
    }
    let result;
    // A constant, or what does not move where it has a derivative, such as a sign.
    if (!n.depends(lines.at(-1).end, dX)) result = { kind: "differential", value: n.zeros(F.shape) };
    else if (n.isScalar(F)) result = withGradient(lines, F, dX);
    else if (leaf.shape.length) result = withJacobian(lines, F, leaf, dX);
    else {
      const state = lines.at(-1).end;
      const simple = canonical(state, dX);
      lines.push({ start: state, end: simple, rules: [step("simplify")] });
      result = { kind: "differential", value: simple };
    }
    const kept = withoutIdle(lines);
    const points = check(kept, F, leaf, dX);
    return { lines: kept, result, points, dX };
  }

  function normsAsProducts(x) {
    const args = x.args.map(normsAsProducts);
    if (x.op === "pow" && args[0].op === "norm" && args[0].data === "frobenius" && n.isNumber(args[1], 2)) {
      const [v] = args[0].args;
      return n.trace(n.matmul(n.transpose(v), v));
    }
    return args.every((a, i) => a === x.args[i]) ? x : n.rebuilt(x, args);
  }

  // All letters of an expression, those of sizes and indices too.
  function names(x, found = new Set()) {
    if (typeof x.data === "string") found.add(x.data);
    x.shape.flatMap((d) => d.split("*")).forEach((d) => found.add(d));
    x.args.forEach((a) => names(a, found));
    return found;
  }

  function tangentOf(leaf, F) {
    const taken = names(F);
    let name = `d${leaf.data}`;
    for (let i = 2; taken.has(name); i += 1) name = `d${leaf.data}${i}`;
    return leaf.shape.length ? n.matrix(name, ...leaf.shape, leaf.op === "ssym") : n.scalar(name);
  }

  // Lines that change nothing a reader sees are left out.
  function withoutIdle(lines) {
    const kept = [];
    let [start, end] = [null, null];
    for (const line of lines) {
      const from = end?.key === line.start.key ? start : line.start;
      if (unordered(from) === unordered(line.end)) {
        [start, end] = [from, line.end];
        continue;
      }
      kept.push({ ...line, start: from });
      [start, end] = [null, null];
    }
    return kept.length ? kept : [{ ...lines[0], rules: [step("simplify")] }];
  }

  // The same text for all orders of terms and of what may be exchanged.
  function unordered(x) {
    const args = x.args.map(unordered);
    if (["add", "had", "mul"].includes(x.op)) args.sort();
    return args.length ? `${x.op}:${x.data ?? ""}(${args.join()})` : x.key;
  }

  // Compare every line with the one before it, where it starts and where it ends.
  function check(lines, F, leaf, dX) {
    const all = lines.flatMap((line) => [line.start, line.end]);
    let checked = 0;
    for (let attempt = 0; attempt < ATTEMPTS && checked < ENOUGH; attempt += 1) {
      const point = new Point([F, leaf, dX, ...all], attempt);
      let values;
      try {
        values = lines.map((line) => [line.start, line.end].map((x) => point.of(x, { leaf, direction: dX })));
      } catch (problem) {
        if (problem instanceof Refusal) throw problem;
        continue; // no value at this point: an inverse that does not exist
      }
      if (!values.flat().every((v) => flat(v).every(Number.isFinite))) continue;
      checked += 1;
      values.forEach(([a, b], i) => {
        if (!agree(a, b)) throw new Refusal(`the line ${i + 1} (${lines[i].rules.map((r) => r.name).join(", ")}) did not hold at a random point`);
      });
    }
    if (checked < ENOUGH) throw new Refusal("the expression has no real value at the points that were tried, so nothing could be checked");
    return checked;
  }

  const text = (x) => window.mcalc.writing.text(x);

  window.mcalc.engine = { derive, useRules };
})();
