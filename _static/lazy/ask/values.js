// Values of expressions at random points, by math.js: the check on every line.
(() => {
  "use strict";

  const n = window.mcalc.nodes;
  const SIZES = [3, 2, 4, 5, 3, 2];
  const KINDS = ["normal", "positive", "small"];

  // A generator of random numbers with a seed, so that a question has one answer.
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  const filled = (rows, columns, value) =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (__, j) => value(i, j)));

  function sizesOf(x, found = new Set()) {
    for (const d of [...x.shape, ...(Array.isArray(x.data) ? x.data : [])]) {
      for (const name of d.split("*")) if (!/^\d+$/.test(name)) found.add(name);
    }
    for (const a of x.args) sizesOf(a, found);
    return found;
  }

  function leavesOf(x, found = new Map()) {
    if (n.isLeaf(x)) found.set(x.key, x);
    for (const a of x.args) leavesOf(a, found);
    return found;
  }

  class Point {
    constructor(expressions, attempt) {
      const random = generator(attempt * 7919 + 1);
      const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const kind = KINDS[attempt % KINDS.length];
      const names = [...new Set(expressions.flatMap((x) => [...sizesOf(x)]))].sort();
      this.sizes = new Map(names.map((name, i) => [name, SIZES[(i + Math.floor(attempt / 3)) % SIZES.length]]));
      this.values = new Map();
      const leaves = new Map(expressions.flatMap((x) => [...leavesOf(x)]));
      for (const [key, leaf] of [...leaves].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const entry = { normal, positive: () => 0.5 + random(), small: () => 0.2 * normal() }[kind];
        if (leaf.op === "sym") {
          // An exponent or a size is a whole number; as such it can be one anywhere.
          this.values.set(key, this.sizes.get(leaf.data) ?? ("ijkmnpqrN".includes(leaf.data) ? 3 : entry()));
          continue;
        }
        const [rows, columns] = leaf.shape.map((d) => this.size(d));
        const tangent = /^d[A-Za-z]/.test(leaf.data);
        let value = filled(rows, columns, tangent ? normal : entry);
        if (rows === columns && rows > 1 && !tangent) {
          value = value.map((row, i) => row.map((v, j) => v + (i === j ? { normal: 0, positive: 4, small: 1 }[kind] : 0)));
        }
        if (leaf.op === "ssym") value = value.map((row, i) => row.map((v, j) => (v + value[j][i]) / 2));
        this.values.set(key, value);
      }
    }

    size(d) {
      return d.split("*").reduce((p, f) => p * (/^\d+$/.test(f) ? Number(f) : this.sizes.get(f)), 1);
    }

    with(leaf, value) {
      const moved = Object.create(Point.prototype);
      moved.sizes = this.sizes;
      moved.values = new Map(this.values).set(leaf.key, value);
      return moved;
    }

    // The value: a number, or an array of rows.
    of(x, moving = null) {
      const { math } = window;
      const at = (a) => this.of(a, moving);
      const full = (a) => {
        const value = at(a);
        return Array.isArray(value) ? value : [[value]];
      };
      const plain = (value) => (n.isScalar(x) && Array.isArray(value) ? value[0][0] : value);
      const each = (value, f) => (Array.isArray(value) ? value.map((row) => row.map(f)) : f(value));
      switch (x.op) {
        case "num": return x.data;
        case "sym": case "msym": case "ssym": return plain(this.values.get(x.key));
        case "zeros": return filled(...x.shape.map((d) => this.size(d)), () => 0);
        case "ones": return filled(...x.shape.map((d) => this.size(d)), () => 1);
        case "identity": return filled(...x.shape.map((d) => this.size(d)), (i, j) => Number(i === j));
        case "commutation": {
          const [rows, columns] = x.data.map((d) => this.size(d));
          return filled(rows * columns, rows * columns, (i, j) =>
            Number(j === (i % columns) * rows + Math.floor(i / columns)));
        }
        case "add": return x.args.map(at).reduce((a, b) => math.add(a, b));
        case "mul": case "had": return x.args.map(at).reduce((a, b) => math.dotMultiply(a, b));
        case "matmul": return plain(x.args.map(full).reduce((a, b) => math.multiply(a, b)));
        case "transpose": return math.transpose(full(x.args[0]));
        case "inverse": return math.inv(full(x.args[0]));
        case "mpow": {
          const k = at(x.args[1]);
          const base = k < 0 ? math.inv(full(x.args[0])) : full(x.args[0]);
          if (!Number.isInteger(k) || k === 0) throw new RangeError("a power that is not whole");
          return Array(Math.abs(k)).fill(base).reduce((a, b) => math.multiply(a, b));
        }
        case "pow": {
          const p = at(x.args[1]);
          return each(at(x.args[0]), (v) => v ** p);
        }
        case "fn": {
          const f = { arctan: Math.atan }[x.data] ?? Math[x.data];
          return each(at(x.args[0]), (v) => f(v));
        }
        case "trace": return math.trace(full(x.args[0]));
        case "total": return math.sum(full(x.args[0]));
        case "det": return math.det(full(x.args[0]));
        case "norm": return Math.hypot(...full(x.args[0]).flat());
        case "diag": return math.diag(full(x.args[0]).map((row) => row[0]));
        case "diagonal": return full(x.args[0]).map((row, i) => [row[i]]);
        case "kron": return math.kron(...x.args.map(full));
        case "vec": return math.transpose(full(x.args[0])).flat().map((v) => [v]);
        case "unvec": {
          const flat = full(x.args[0]).flat();
          const [rows, columns] = x.shape.map((d) => this.size(d));
          return filled(rows, columns, (i, j) => flat[i + j * rows]);
        }
        case "mfun": return matrixFunction(x.data, full(x.args[0]));
        case "frechet": {
          // f of [[A, E], [0, A]] has the derivative of f at A along E above its diagonal.
          const [A, E] = x.args.map(full);
          const k = A.length;
          const block = filled(2 * k, 2 * k, (i, j) =>
            (i < k ? (j < k ? A[i][j] : E[i][j - k]) : j < k ? 0 : A[i - k][j - k]));
          return matrixFunction(x.data, block).slice(0, k).map((row) => row.slice(k));
        }
        case "pinv": return math.pinv(full(x.args[0]));
        case "d": {
          if (moving === null) throw new Error("a differential without a direction");
          return this.slope(x.args[0], moving);
        }
      }
      throw new Error(`no value for ${x.op}`);
    }

    // The derivative along a direction, by extrapolated central differences.
    slope(x, { leaf, direction }) {
      const { math } = window;
      const X = this.of(leaf);
      const dX = this.of(direction);
      const largest = Math.max(...[dX].flat(2).map(Math.abs));
      const h = 2e-3 / (1 + largest);
      const along = (step) => {
        const [up, down] = [step, -step].map((s) => this.with(leaf, math.add(X, math.multiply(s, dX))).of(x));
        return math.divide(math.subtract(up, down), 2 * step);
      };
      const [wide, middle, narrow] = [h, h / 2, h / 4].map(along);
      const parts = [math.multiply(64, narrow), math.multiply(-20, middle), wide];
      return math.divide(parts.reduce((a, b) => math.add(a, b)), 45);
    }
  }

  function matrixFunction(name, A) {
    const value = window.math[name](window.math.matrix(A)).toArray();
    if (value.flat().some((v) => typeof v !== "number")) throw new RangeError("no real value");
    return value;
  }

  const flat = (value) => (Array.isArray(value) ? value.flat() : [value]);

  function agree(a, b, tolerance = 1e-6) {
    const [x, y] = [a, b].map(flat);
    if (x.length !== y.length || ![...x, ...y].every(Number.isFinite)) return false;
    const scale = 1e-3 + Math.max(...x.map(Math.abs)) + Math.max(...y.map(Math.abs));
    return x.every((v, i) => Math.abs(v - y[i]) <= tolerance * scale);
  }

  window.mcalc.values = { Point, agree, flat };
})();
