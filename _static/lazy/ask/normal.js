// One form for all ways to write an expression: a sum of terms, each a number times scalars times
// a word of matrices; equal terms together, and what terms share outside of brackets.
(() => {
  "use strict";

  const n = window.mcalc.nodes;
  const EXPANDED = 6; // the longest power that is written out

  // A term: {c: number, s: [[atom, exponent]], w: [factors]}.
  const term = (c, s = [], w = []) => ({ c, s, w });
  const wordKey = (w) => w.map((f) => f.key).join(" ");
  const scalarKey = (s) => s.map(([a, e]) => `${a.key}^${typeof e === "number" ? e : e.key}`).sort().join(" ");
  const keyOf = (t) => `${scalarKey(t.s)} | ${wordKey(t.w)}`;

  function together(terms) {
    const found = new Map();
    for (const t of terms) {
      const key = keyOf(t);
      if (found.has(key)) found.get(key).c += t.c;
      else found.set(key, { ...t });
    }
    return [...found.values()].filter((t) => Math.abs(t.c) > 1e-12);
  }

  function timesScalars(a, b) {
    const found = new Map();
    for (const [atom, e] of [...a, ...b]) {
      const key = atom.key;
      const old = found.get(key);
      if (old === undefined) found.set(key, [atom, e]);
      else if (typeof old[1] === "number" && typeof e === "number") old[1] += e;
      else {
        const sum = canonical(n.add(...[old[1], e].map((x) => (typeof x === "number" ? n.num(x) : x))));
        found.set(key, [atom, sum.op === "num" ? sum.data : sum]);
      }
      if (found.get(key) !== old && old !== undefined) found.get(key)[0] = atom;
    }
    return [...found.values()].map(([x, e]) => [x, e]).filter(([, e]) => e !== 0);
  }

  // Cancel A with its inverse, and (A B)^-1 with A B; write (B' ⊗ A) vec(X) as vec(A X B).
  function reduced(w) {
    const out = [];
    for (const [at, f] of w.entries()) {
      const last = out.at(-1);
      const joined = last && n.isSquare(last) && n.isSquare(f) ? asOnePower(last, f) : null;
      if (joined !== null) return reduced([...out.slice(0, -1), ...joined, ...w.slice(at + 1)]);
      if (last && n.isSquare(last) && n.isSquare(f) && n.inverse(last).key === f.key) out.pop();
      else if (last?.op === "kron" && f.op === "vec") out.splice(-1, 1, ...spread(last, f));
      else out.push(f);
    }
    return withoutInverses(out);
  }

  // A^i A^(k - i) as A^k, where an exponent is a letter; null for factors that stay two.
  function asOnePower(a, b) {
    const split = (f) => ({ mpow: f.args, inverse: [f.args[0], n.num(-1)] })[f.op] ?? [f, n.num(1)];
    const [[base, p], [other, q]] = [split(a), split(b)];
    if (base.key !== other.key || (n.isNumber(p) && n.isNumber(q))) return null;
    const e = canonical(n.add(p, q));
    if (!n.isNumber(e)) return [n.mpow(base, e)];
    const k = Math.abs(e.data);
    return Number.isInteger(k) && k <= EXPANDED ? Array(k).fill(e.data < 0 ? n.inverse(base) : base) : null;
  }

  function withoutInverses(w) {
    for (const [i, f] of w.entries()) {
      if (f.op !== "inverse" || f.args[0].op !== "matmul") continue;
      const inside = plainWord(f.args[0]);
      if (inside === null) continue;
      for (const [from, to] of [[i + 1, i + 1 + inside.length], [i - inside.length, i]]) {
        if (from < 0 || wordKey(w.slice(from, to)) !== wordKey(inside)) continue;
        return reduced([...w.slice(0, Math.min(i, from)), ...w.slice(Math.max(i + 1, to))]);
      }
    }
    return w;
  }

  // The factors of an expression that is one word and no more.
  function plainWord(x) {
    const found = terms(x);
    return found.length === 1 && found[0].c === 1 && found[0].s.length === 0 ? found[0].w : null;
  }

  function spread(kron, vec) {
    const [[B, A], [X]] = [kron.args, vec.args];
    if (B.shape[1] !== X.shape[1] || A.shape[1] !== X.shape[0]) return [kron, vec];
    return plainWord(n.vec(n.matmul(A, X, n.transpose(B)))) ?? [kron, vec];
  }

  const product = (a, b) => {
    const w = reduced([...a.w, ...b.w]);
    return term(a.c * b.c, timesScalars(a.s, b.s), w);
  };
  const products = (left, right) => together(left.flatMap((a) => right.map((b) => product(a, b))));

  // The word of a scalar: cut where the size is one, else turned to its least form.
  function asScalar(t, shape) {
    if (t.w.length === 0) {
      if (!shape.length || shape[0] === "1") return term(t.c, t.s);
      const sizes = shape[0].split("*").map((d) => term(...(/^\d+$/.test(d) ? [Number(d)] : [1, [[n.scalar(d), 1]]])));
      return sizes.reduce(product, term(t.c, t.s));
    }
    const cut = t.w.findIndex((f) => f.shape[0] === "1");
    if (cut >= 0) {
      const pieces = [];
      for (const f of [...t.w.slice(cut), ...t.w.slice(0, cut)]) {
        if (f.shape[0] === "1") pieces.push([]);
        pieces.at(-1).push(f);
      }
      return pieces.map((p) => term(1, [[least([p, turned(p)]), 1]])).reduce(product, term(t.c, t.s));
    }
    const joined = t.w.length > 1 && n.isSquare(t.w[0]) ? asOnePower(t.w.at(-1), t.w[0]) : null;
    if (joined) return asScalar(product(term(t.c, t.s), term(1, [], [...joined, ...t.w.slice(1, -1)])), shape);
    const rotations = t.w.map((_, i) => [...t.w.slice(i), ...t.w.slice(0, i)]);
    const all = [...rotations, ...rotations.map(turned)];
    const kron = t.w.length === 1 && t.w[0].op === "kron" && t.w[0].args.every(n.isSquare);
    if (kron) {
      return t.w[0].args.map((a) => terms(n.trace(a))).reduce(products).map((x) => product(term(t.c, t.s), x))[0];
    }
    return product(term(t.c, t.s), term(1, [[n.trace(least(all)), 1]]));
  }

  const turned = (w) => [...w].reverse().map((f) => transposed(f));
  const least = (words) => word(words.map((w) => [wordKey(w), w]).sort(([a], [b]) => (a < b ? -1 : a > b))[0][1]);

  // The transpose of a factor, pushed to where a reader writes it.
  function transposed(x) {
    switch (x.op) {
      case "inverse": return n.inverse(canonical(n.transpose(x.args[0])));
      case "fn": case "pow": case "mfun": case "pinv": case "mpow": {
        const args = [canonical(n.transpose(x.args[0])), ...x.args.slice(1)];
        return n.rebuilt(x, args);
      }
      case "had": case "kron": return n.rebuilt(x, x.args.map((a) => canonical(n.transpose(a))));
      case "frechet": return n.frechet(x.data, ...x.args.map((a) => canonical(n.transpose(a))));
      case "add": return n.add(...x.args.map((a) => canonical(n.transpose(a))));
      case "commutation": return n.commutation(x.data[1], x.data[0]);
      case "isum": return n.isum(canonical(n.transpose(x.args[0])), ...x.args.slice(1));
      case "polar":
        if (canonical(n.transpose(x.args[0])).key === canonical(x.args[0]).key) return x;
    }
    return n.transpose(x);
  }

  const atom = (x) => (x.shape.length ? [term(1, [], [x])] : [term(1, [[x, 1]])]);

  // The terms of an expression, all brackets multiplied out.
  function terms(x) {
    switch (x.op) {
      case "num": return x.data === 0 ? [] : [term(x.data)];
      case "zeros": return [];
      case "identity": return [term(1)];
      case "add": return together(x.args.flatMap((a) => entries(a)));
      case "mul": return x.args.map(entries).reduce(products);
      case "matmul": {
        const found = x.args.map(terms).reduce(products);
        return x.shape.join() === "1,1" ? together(found.map((t) => asScalar(t, x.shape))) : found;
      }
      case "transpose": return terms(x.args[0]).map((t) => term(t.c, t.s, turned(t.w)));
      case "trace": return together(terms(x.args[0]).map((t) => asScalar(t, x.args[0].shape)));
      case "total": {
        const [rows, columns] = x.args[0].shape;
        const found = terms(n.matmul(n.ones("1", rows), x.args[0], n.ones(columns, "1")));
        return found.length > 1 || x.args[0].op === "matmul" ? found : opaque(x);
      }
      case "ones":
        return x.shape.includes("1") ? atom(x) : [term(1, [], [n.ones(x.shape[0], "1"), n.ones("1", x.shape[1])])];
      case "had": return hadamard(x);
      case "pow": return x.shape.length ? entrywise(x) : scalarPower(entries(x.args[0]), x.args[1]);
      case "inverse": return power(x.args[0], -1);
      case "mpow": return n.isNumber(x.args[1]) ? power(x.args[0], x.args[1].data) : opaque(x);
      case "diag": case "diagonal": case "vec": case "unvec":
        return together(terms(x.args[0]).map((t) => product(term(t.c, t.s), linear(x, word(t.w, x.args[0].shape)))));
      case "kron": {
        const [a, b] = x.args.map((f) => [f, terms(f)]);
        return together(a[1].flatMap((s) => b[1].map((t) => {
          const factor = n.kron(word(s.w, a[0].shape), word(t.w, b[0].shape));
          return product(product(term(s.c, s.s), term(t.c, t.s)), term(1, [], factor.op === "identity" ? [] : [factor]));
        })));
      }
      case "frechet": {
        const A = canonical(x.args[0]);
        return together(terms(x.args[1]).map((t) => product(term(t.c, t.s), term(1, [], [n.frechet(x.data, A, word(t.w, x.shape))]))));
      }
      case "isum": return sum(x);
      case "sym": case "msym": case "ssym": case "commutation": return atom(x);
    }
    return opaque(x);
  }

  // As `terms`, with a 1 by 1 matrix read as the scalar that it is.
  const entries = (x) => (x.shape.join() === "1,1" ? together(terms(x).map((t) => (t.w.length ? asScalar(t, x.shape) : t))) : terms(x));

  // A sum over a letter, term by term; what the letter is not in is counted, or stands outside.
  function sum(x) {
    const [body, index, low, high] = x.args;
    const bounds = [low, high].map((b) => canonical(b));
    const count = entries(n.add(bounds[1], n.mul(n.num(-1), bounds[0]), n.num(1)));
    const apart = (t) => {
      const inside = t.s.filter(([a, e]) => [a, e].some((f) => typeof f !== "number" && n.depends(f, index)));
      const outside = term(t.c, t.s.filter((pair) => !inside.includes(pair)));
      if (inside.length === 0 && !t.w.some((f) => n.depends(f, index))) {
        return products(count, [term(t.c, t.s, t.w)]);
      }
      return products([outside], atom(n.isum(one(term(1, inside, t.w), body.shape), index, ...bounds)));
    };
    return together(entries(body).flatMap(apart));
  }

  function linear(x, inside) {
    if (x.op === "diagonal" && inside.op === "diag") return linear(x.args[0], inside.args[0]);
    if (x.op === "diagonal" && inside.op === "identity") return term(1, [], [n.ones(inside.shape[0], "1")]);
    if (x.op === "diag" && inside.op === "ones") return term(1);
    if (x.op === "vec" && inside.op === "unvec") return term(1, [], [inside.args[0]]);
    if (x.op === "unvec" && inside.op === "vec" && inside.args[0].shape.join() === x.shape.join()) {
      return terms(inside.args[0])[0];
    }
    return term(1, [], [n.rebuilt(x, [inside])]);
  }

  function opaque(x) {
    const same = n.rebuilt(x, x.args.map(canonical));
    return same.op === x.op ? atom(same) : terms(same);
  }

  function hadamard(x) {
    let scalars = [term(1)];
    const bases = new Map();
    for (const a of x.args) {
      const found = terms(a);
      if (found.length === 0) return [];
      const single = found.length === 1;
      const inside = single ? word(found[0].w, x.shape) : canonical(a);
      if (single) scalars = products(scalars, [term(found[0].c, found[0].s)]);
      for (const f of inside.op === "had" ? inside.args : [inside]) {
        const [base, e] = f.op === "pow" && n.isNumber(f.args[1]) ? [f.args[0], f.args[1].data] : [f, 1];
        bases.set(base.key, [base, (bases.get(base.key)?.[1] ?? 0) + e]);
      }
    }
    const factors = [...bases.values()].filter(([, e]) => e !== 0)
      .map(([base, e]) => n.pow(base, n.num(e))).sort((a, b) => (a.key < b.key ? -1 : 1));
    const whole = factors.length ? n.had(...factors) : n.ones(...x.shape);
    return products(scalars, whole.op === "ones" ? terms(whole) : [term(1, [], [whole])]);
  }

  function entrywise(x) {
    const [base, p] = x.args;
    const found = terms(base);
    if (n.isNumber(p, 1)) return found;
    if (found.length === 1 && n.isNumber(p) && Number.isInteger(p.data) && !found[0].s.length) {
      const inside = word(found[0].w, x.shape);
      if (inside.op === "had") return terms(n.mul(n.num(found[0].c ** p.data), n.had(...inside.args.map((a) => n.pow(a, p)))));
      const atomic = inside.op === "pow" ? n.pow(inside, p) : n.make("pow", [inside, p], null, x.shape);
      return [term(found[0].c ** p.data, [], [atomic])];
    }
    return [term(1, [], [n.pow(canonical(base), canonical(p))])];
  }

  function scalarPower(found, exponent) {
    const p = canonical(exponent);
    const e = p.op === "num" ? p.data : null;
    if (e === 1) return found;
    if (found.length === 0 && e > 0) return [];
    if (found.length === 1 && e !== null) {
      const [{ c, s }] = found;
      const plain = Number.isInteger(e) || (c > 0 && s.length <= 1 && s.every(([, own]) => own === 1));
      if (plain && s.every(([, own]) => typeof own === "number")) {
        return [term(c ** e, s.map(([a, own]) => [a, own * e]))];
      }
    }
    const base = rebuild(found, []);
    return [term(1, [[base, e ?? p]])];
  }

  function power(x, e) {
    if (e === 0) return [term(1)];
    const found = terms(x);
    if (Number.isInteger(e) && e > 0 && e <= EXPANDED) {
      if (found.length ** e <= 16) return Array(e).fill(found).reduce(products);
    }
    if (found.length === 1 && e === -1) {
      const [{ c, s, w }] = found;
      if (w.every(n.isSquare) && s.every(([, own]) => typeof own === "number")) {
        return [term(1 / c, s.map(([a, own]) => [a, -own]), [...w].reverse().map(n.inverse))];
      }
    }
    const base = canonical(x);
    if (e === -1) return [term(1, [], [n.inverse(base)])];
    if (Number.isInteger(e) && e < 0 && e >= -EXPANDED) return Array(-e).fill(power(x, -1)).reduce(products);
    return [term(1, [], [n.mpow(base, n.num(e))])];
  }

  // A word as a product, runs of one factor as a power.
  function word(w, shape) {
    if (w.length === 0) return shape?.length ? n.make("identity", [], null, shape) : n.num(1);
    const runs = [];
    for (const f of w) {
      if (runs.length && runs.at(-1)[0].key === f.key && n.isSquare(f)) runs.at(-1)[1] += 1;
      else runs.push([f, 1]);
    }
    return n.matmul(...runs.map(([f, k]) => {
      if (k === 1) return f;
      return f.op === "inverse" ? n.mpow(f.args[0], n.num(-k)) : n.mpow(f, n.num(k));
    }));
  }

  const scalars = (t) => [n.num(t.c), ...t.s.map(([a, e]) => n.pow(a, typeof e === "number" ? n.num(e) : e))];
  const one = (t, shape) => (t.w.length || shape.length ? n.mul(...scalars(t), word(t.w, shape)) : n.mul(...scalars(t)));

  // The sum of terms, with what they share outside of brackets; `keep` stays where it stands.
  function rebuild(list, shape, keep = null) {
    if (list.length === 0) return n.zeros(shape);
    if (list.length === 1) return one(list[0], shape);
    const shared = list.reduce((s, t) => s.filter(([a, e]) => t.s.some(([b, o]) => b.key === a.key && o === e)), list[0].s);
    const size = Math.abs(list[0].c);
    const sign = list.every((t) => t.c < 0) ? -1 : 1;
    const c = sign * (list.every((t) => Math.abs(Math.abs(t.c) - size) < 1e-12) ? size : 1);
    if (shared.length || c !== 1) {
      const rest = list.map((t) => term(t.c / c, t.s.filter(([a]) => !shared.some(([b]) => a.key === b.key)), t.w));
      const outer = n.mul(...scalars(term(c, shared)));
      if (!keep || !n.depends(outer, keep)) return n.mul(outer, rebuild(rest, shape, keep));
    }
    const alike = list.filter((t) => t.w.length && wordKey(t.w) === wordKey(list[0].w));
    if (alike.length > 1) {
      const scalar = rebuild(alike.map((t) => term(t.c, t.s)), []);
      const rest = list.filter((t) => !alike.includes(t));
      return n.add(n.mul(scalar, word(list[0].w, shape)), ...(rest.length ? [rebuild(rest, shape, keep)] : []));
    }
    const group = largestGroup(list, keep);
    if (group === null) return n.add(...list.map((t) => one(t, shape)));
    const { members, side, factor } = group;
    const inner = members.map((t) => term(t.c, t.s, side === "last" ? t.w.slice(0, -1) : t.w.slice(1)));
    const inside = rebuild(inner, side === "last" ? [shape[0], factor.shape[0]] : [factor.shape[1], shape[1]], keep);
    const grouped = side === "last" ? n.matmul(inside, factor) : n.matmul(factor, inside);
    const others = list.filter((t) => !members.includes(t));
    if (others.length === 0) return grouped;
    const rest = rebuild(others, shape, keep);
    return list.indexOf(others[0]) < list.indexOf(members[0]) ? n.add(rest, grouped) : n.add(grouped, rest);
  }

  function largestGroup(list, keep) {
    const groups = new Map();
    for (const t of list) {
      if (t.w.length === 0) continue;
      for (const side of ["last", "first"]) {
        const factor = side === "last" ? t.w.at(-1) : t.w[0];
        if (keep && t.w.some((f) => n.depends(f, keep))) continue;
        const key = `${side} ${factor.key}`;
        if (!groups.has(key)) groups.set(key, { side, factor, members: [] });
        groups.get(key).members.push(t);
      }
    }
    const large = [...groups.values()].filter((g) => g.members.length > 1 && g.members.every((t) => t.w.length > 1));
    return large.sort((a, b) => b.members.length - a.members.length)[0] ?? null;
  }

  function canonical(x, keep = null) {
    const shape = n.isScalar(x) && x.shape.length === 0 ? [] : x.shape;
    const found = entries(x);
    const scalar = n.isScalar(x) && found.every((t) => t.w.length === 0);
    return rebuild(found, scalar ? [] : shape, keep);
  }

  window.mcalc.normal = { canonical, terms: entries, rebuild, one };
})();
