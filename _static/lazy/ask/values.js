// Values of expressions at random points, by math.js: the check on every line.
(() => {
  "use strict";

  const n = window.mcalc.nodes;
  const SIZES = [3, 2, 4, 5, 3, 2];
  const KINDS = ["normal", "positive", "small", "separated"];
  const POWERS = [3, 1, 4, 2]; // 1 shows where a formula for A^(k - 2) needs k to be larger
  const ATTEMPTS = 6 * KINDS.length; // all sizes with all kinds

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

  // The letters that are exponents of matrices, and those that count eigenvalues.
  function lettersOf(x, found = { powers: new Set(), indices: new Set() }) {
    if (x.op === "mpow") for (const leaf of leavesOf(x.args[1]).values()) found.powers.add(leaf.data);
    if (n.INDEXED.has(x.op)) found.indices.add(x.data);
    for (const a of x.args) lettersOf(a, found);
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
      const round = Math.floor(attempt / KINDS.length);
      this.sizes = new Map(names.map((name, i) => [name, SIZES[(i + round) % SIZES.length]]));
      this.values = new Map();
      const letters = expressions.reduce((found, x) => lettersOf(x, found), undefined);
      const counting = [...letters.indices].filter((name) => !/^\d+$/.test(name)).map((name) => n.scalar(name, true));
      const leaves = new Map([...counting.map((x) => [x.key, x]), ...expressions.flatMap((x) => [...leavesOf(x)])]);
      const whole = (name) => {
        if (letters.powers.has(name)) return POWERS[round % POWERS.length];
        return letters.indices.has(name) ? 1 + (round % 2) : 3;
      };
      for (const [key, leaf] of [...leaves].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const positive = () => 0.5 + random();
        const entry = { normal, positive, small: () => 0.2 * normal(), separated: positive }[kind];
        if (leaf.op === "sym") {
          // An exponent or a size is a whole number; as such it can be one anywhere.
          this.values.set(key, this.sizes.get(leaf.data) ?? (leaf.whole ? whole(leaf.data) : entry()));
          continue;
        }
        const [rows, columns] = leaf.shape.map((d) => this.size(d));
        const tangent = /^d[A-Za-z]/.test(leaf.data);
        let value = filled(rows, columns, tangent ? normal : entry);
        if (rows === columns && rows > 1 && !tangent) {
          // Separated: near diag(1, 2, ...), so that eigenvalues are real and apart.
          const onDiagonal = { normal: () => 0, positive: () => 4, small: () => 1, separated: (i) => 1 + i }[kind];
          if (kind === "separated") value = filled(rows, columns, () => 0.15 * normal());
          value = value.map((row, i) => row.map((v, j) => v + (i === j ? onDiagonal(i) : 0)));
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
          if (!Number.isInteger(k)) throw new RangeError("a power that is not whole");
          if (k === 0) return filled(base.length, base.length, (i, j) => Number(i === j));
          return Array(Math.abs(k)).fill(base).reduce((a, b) => math.multiply(a, b));
        }
        case "isum": {
          const [body, index, low, high] = x.args;
          let sum = n.isScalar(body) ? 0 : filled(...body.shape.map((d) => this.size(d)), () => 0);
          for (let i = at(low); i <= at(high); i += 1) sum = math.add(sum, this.with(index, i).of(body, moving));
          return sum;
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
        case "norm": {
          if (x.data === "frobenius") return Math.hypot(...full(x.args[0]).flat());
          const { s } = svd(full(x.args[0]));
          return x.data === "nuclear" ? s.reduce((a, b) => a + b, 0) : s[0];
        }
        case "polar": {
          // Without the vectors of zeros, which are arbitrary.
          const { U, s, V } = svd(full(x.args[0]));
          const isZero = (value) => value < 1e-12 * s[0];
          if (s.some((value) => value < CLOSE * s[0] && !isZero(value))) throw new RangeError("a singular value near 0");
          const kept = (A) => A.map((row) => row.filter((_, i) => !isZero(s[i])));
          return math.multiply(kept(U), math.transpose(kept(V)));
        }
        case "singular_value": case "left_singular_vector": case "right_singular_vector": {
          const { U, s, V } = svd(full(x.args[0]));
          const i = this.index(x) - 1;
          if (!(i < s.length)) throw new RangeError("a singular value that is not there");
          if (x.op === "singular_value") return s[i];
          apart(s, i);
          if (s[i] < CLOSE * s[0]) throw new RangeError("a singular value that is 0");
          return column(x.op === "left_singular_vector" ? U : V, i);
        }
        case "eigenvalue": case "left_eigenvector": case "right_eigenvector": {
          const { value, u, v } = eigenpair(full(x.args[0]), this.index(x) - 1);
          return { eigenvalue: value, left_eigenvector: u, right_eigenvector: v }[x.op];
        }
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

    // The number that counts an eigenvalue, from 1.
    index(x) {
      return /^\d+$/.test(x.data) ? Number(x.data) : this.of(n.scalar(x.data));
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

  // NaN where there is no real value.
  const matrixFunction = (name, A) => window.mcalc.matrices[name](A);

  // ---- Singular values and eigenvalues -----------------------------------------------------

  // Nearer than this, relatively, two values count as one: where they meet is a kink, and the
  // differences that a derivative is compared with would reach it.
  const CLOSE = 0.05;
  const column = (A, i) => A.map((row) => [row[i]]);
  const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

  // Refuse a value that is repeated: it has a kink, and its vectors are arbitrary.
  function apart(values, i) {
    const largest = Math.max(...values.map(Math.abs));
    if (values.some((x, j) => j !== i && Math.abs(x - values[i]) < CLOSE * largest)) {
      throw new RangeError("a value that is repeated");
    }
  }

  // {U, s, V} with A = U diag(s) V', s falling, by turning pairs of columns until all are
  // orthogonal: Golub and Van Loan (2013), section 8.6.3.
  function svd(A) {
    if (A.length < A[0].length) {
      const { U, s, V } = svd(window.math.transpose(A));
      return { U: V, s, V: U };
    }
    const left = window.math.transpose(A);
    const right = left.map((_, i) => left.map((__, j) => Number(i === j)));
    for (let sweep = 0; sweep < 60; sweep += 1) {
      let turned = false;
      for (let p = 0; p < left.length; p += 1) {
        for (let q = p + 1; q < left.length; q += 1) {
          const [a, b, c] = [dot(left[p], left[p]), dot(left[q], left[q]), dot(left[p], left[q])];
          if (Math.abs(c) <= 1e-15 * Math.sqrt(a * b)) continue;
          turned = true;
          const z = (b - a) / (2 * c);
          const t = (z < 0 ? -1 : 1) / (Math.abs(z) + Math.hypot(1, z));
          const cosine = 1 / Math.hypot(1, t);
          for (const M of [left, right]) {
            const [x, y] = [M[p], M[q]];
            M[p] = x.map((v, i) => cosine * (v - t * y[i]));
            M[q] = y.map((v, i) => cosine * (v + t * x[i]));
          }
        }
      }
      if (!turned) break;
    }
    const found = left.map((x, i) => ({ s: Math.hypot(...x), x, v: right[i] })).sort((a, b) => b.s - a.s);
    return {
      U: window.math.transpose(found.map(({ s, x }) => x.map((v) => (s > 0 ? v / s : 0)))),
      s: found.map(({ s }) => s),
      V: window.math.transpose(found.map(({ v }) => v)),
    };
  }

  // {value, u, v} of eigenvalue i, the least first: A v = value v, u' A = value u', u' v = 1, and v
  // of length 1.
  function eigenpair(A, i) {
    const { math } = window;
    const symmetric = A.every((row, j) => row.every((x, k) => x === A[k][j]));
    const { values } = math.eigs(A, symmetric ? {} : { eigenvectors: false });
    const size = Math.max(...values.map((x) => Number(math.abs(x))));
    if (values.some((x) => Math.abs(math.im(x)) > 1e-9 * size)) throw new RangeError("eigenvalues that are not real");
    const sorted = values.map((x) => math.re(x)).sort((a, b) => a - b);
    if (!(i < sorted.length)) throw new RangeError("an eigenvalue that is not there");
    apart(sorted, i);
    // math.js stops early; inverse iteration next to the value finds the rest of its digits.
    let value = sorted[i];
    let [v, u] = [A, A].map((B) => B.map((_, j) => [1 + 0.1 * j]));
    for (let step = 0; step < 4; step += 1) {
      const near = value + 1e-9 * size;
      const shifted = A.map((row, j) => row.map((x, k) => x - (j === k ? near : 0)));
      [v, u] = [[shifted, v], [math.transpose(shifted), u]].map(([B, x]) => {
        const found = math.lusolve(B, x);
        return math.divide(found, Math.hypot(...found.flat()));
      });
      value = dot(u.flat(), math.multiply(A, v).flat()) / dot(u.flat(), v.flat());
    }
    return { value, u: math.divide(u, dot(u.flat(), v.flat())), v };
  }

  const flat = (value) => (Array.isArray(value) ? value.flat() : [value]);

  function agree(a, b, tolerance = 1e-6) {
    const [x, y] = [a, b].map(flat);
    if (x.length !== y.length || ![...x, ...y].every(Number.isFinite)) return false;
    const scale = 1e-3 + Math.max(...x.map(Math.abs)) + Math.max(...y.map(Math.abs));
    return x.every((v, i) => Math.abs(v - y[i]) <= tolerance * scale);
  }

  window.mcalc.values = { ATTEMPTS, Point, agree, eigenpair, flat, svd };
})();
