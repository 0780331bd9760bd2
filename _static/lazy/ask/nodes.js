// Expressions as trees of operations that know their shapes. The constructors do what a reader
// does without noticing: drop zeros and identities, undo a double transpose, multiply numbers.
// A scalar has shape []; a size is the text of its factors, "n" or "m*n", and "1" is one.
(() => {
  "use strict";

  class ShapeError extends Error {
    constructor(problem) {
      super(problem);
      this.name = "ShapeError";
    }
  }

  function make(op, args = [], data = null, shape = []) {
    const inside = args.map((a) => a.key).join(",");
    const said = data === null ? "" : `:${Array.isArray(data) ? data.join(".") : data}`;
    return { op, args, data, shape, key: `${op}${said}[${shape.join("x")}](${inside})` };
  }

  const isScalar = (x) => x.shape.every((d) => d === "1");
  const isSquare = (x) => x.shape.length === 2 && x.shape[0] === x.shape[1];
  const isNumber = (x, value) => x.op === "num" && (value === undefined || x.data === value);
  const isZero = (x) => isNumber(x, 0) || x.op === "zeros";
  const sameShape = (a, b) => a.shape.join() === b.shape.join();
  const depends = (x, leaf) => x.key === leaf.key || x.args.some((a) => depends(a, leaf));

  function times(a, b) {
    const factors = [...a.split("*"), ...b.split("*")].filter((d) => d !== "1");
    const counts = factors.filter((d) => /^\d+$/.test(d));
    const names = factors.filter((d) => !/^\d+$/.test(d)).sort();
    const count = counts.reduce((p, d) => p * Number(d), 1);
    return [...(count === 1 ? [] : [String(count)]), ...names].join("*") || "1";
  }

  const num = (value) => make("num", [], Math.abs(value) < 1e-14 ? 0 : value);
  const scalar = (name, whole = false) => Object.assign(make("sym", [], name), { whole });
  const matrix = (name, rows, columns, symmetric = false) =>
    make(symmetric ? "ssym" : "msym", [], name, [rows, columns]);
  const isLeaf = (x) => ["sym", "msym", "ssym"].includes(x.op);
  const identity = (n) => (n === "1" ? num(1) : make("identity", [], null, [n, n]));
  const zeros = (shape) => (shape.length && shape.join() !== "1,1" ? make("zeros", [], null, shape) : num(0));
  const ones = (rows, columns) => (rows === "1" && columns === "1" ? num(1) : make("ones", [], null, [rows, columns]));

  function add(...given) {
    let constant = 0;
    const terms = [];
    let shape = null;
    for (const x of given) {
      for (const t of x.op === "add" ? x.args : [x]) {
        if (!isScalar(t)) {
          if (shape !== null && shape.join() !== t.shape.join()) {
            throw new ShapeError(`a sum of ${shape.join(" by ")} and ${t.shape.join(" by ")}`);
          }
          shape = t.shape;
        }
        if (isNumber(t)) constant += t.data;
        else if (!isZero(t)) terms.push(t);
      }
    }
    if (constant !== 0) terms.push(num(constant));
    if (shape !== null && terms.some(isScalar)) throw new ShapeError("a sum of a scalar and a matrix");
    if (terms.length === 0) return zeros(shape ?? []);
    return terms.length === 1 ? terms[0] : make("add", terms, null, shape ?? []);
  }

  // Scalars beside each other, or a scalar times a matrix; entry by entry for matrices.
  function mul(...given) {
    let number = 1;
    const scalars = [];
    const matrices = [];
    for (const x of given.flatMap((g) => (g.op === "mul" ? g.args : [g]))) {
      if (isNumber(x)) number *= x.data;
      else (isScalar(x) ? scalars : matrices).push(x);
    }
    const whole = matrices.length > 1 ? had(...matrices) : matrices[0];
    const shape = whole?.shape ?? [];
    if (number === 0 || (whole && isZero(whole))) return zeros(shape);
    if (whole?.op === "mul") return mul(num(number), ...scalars, ...whole.args);
    const factors = [...(number === 1 ? [] : [num(number)]), ...scalars, ...(whole ? [whole] : [])];
    if (factors.length === 0) return num(1);
    return factors.length === 1 ? factors[0] : make("mul", factors, null, shape);
  }

  function had(...given) {
    const factors = given.flatMap((x) => (x.op === "had" ? x.args : [x]));
    const scalars = factors.flatMap((x) => (x.op === "mul" ? x.args.slice(0, -1) : []));
    const bare = factors.map((x) => (x.op === "mul" ? x.args.at(-1) : x));
    for (const x of bare) {
      if (!sameShape(x, bare[0])) throw new ShapeError("an entrywise product of unlike shapes");
    }
    if (bare.some(isZero)) return zeros(bare[0].shape);
    const kept = bare.filter((x) => x.op !== "ones");
    if (kept.length === 0) kept.push(bare[0]);
    const product = kept.length === 1 ? kept[0] : make("had", kept, null, kept[0].shape);
    return scalars.length ? mul(...scalars, product) : product;
  }

  function matmul(...given) {
    const scalars = [];
    let factors = [];
    for (const x of given) {
      for (const p of x.op === "mul" ? x.args : [x]) {
        if (p.shape.length === 0 || (x.op === "mul" && isScalar(p))) scalars.push(p);
        else factors.push(...(p.op === "matmul" ? p.args : [p]));
      }
    }
    if (factors.length === 0) return mul(...scalars);
    const kept = [factors[0]];
    for (const f of factors.slice(1)) {
      const last = kept.at(-1);
      if (last.shape[1] !== f.shape[0]) {
        throw new ShapeError(`a product of ${last.shape.join(" by ")} and ${f.shape.join(" by ")}`);
      }
      if (f.op === "identity") continue;
      if (last.op === "identity") kept[kept.length - 1] = f;
      else if (last.op === "kron" && f.op === "kron" && last.args[0].shape[1] === f.args[0].shape[0]) {
        const [[a, b], [c, d]] = [last.args, f.args];
        kept[kept.length - 1] = kron(matmul(a, c), matmul(b, d));
      } else kept.push(f);
    }
    const shape = [kept[0].shape[0], kept.at(-1).shape[1]];
    if (kept.some(isZero)) return zeros(shape);
    const product = kept.length === 1 ? kept[0] : make("matmul", kept, null, shape);
    return scalars.length ? mul(...scalars, product) : product;
  }

  function transpose(x) {
    if (isScalar(x) || ["ssym", "identity", "diag"].includes(x.op)) return x;
    if (x.op === "transpose") return x.args[0];
    if (x.op === "mul") return mul(...x.args.slice(0, -1), transpose(x.args.at(-1)));
    const shape = [x.shape[1], x.shape[0]];
    if (x.op === "zeros" || x.op === "ones") return make(x.op, [], null, shape);
    if (isSymmetricByLook(x)) return x;
    return make("transpose", [x], null, shape);
  }

  function isSymmetricByLook(x) {
    return ["ssym", "identity", "diag"].includes(x.op) ||
      (["inverse", "mpow", "mfun", "pinv"].includes(x.op) && isSymmetricByLook(x.args[0]));
  }

  function inverse(x) {
    if (isScalar(x)) return pow(x, num(-1));
    if (!isSquare(x)) throw new ShapeError("an inverse of a matrix that is not square");
    if (x.op === "inverse") return x.args[0];
    return x.op === "identity" ? x : make("inverse", [x], null, x.shape);
  }

  // A power of a number, or of every entry of a matrix.
  function pow(x, p) {
    if (isNumber(p, 1) || isNumber(x, 1)) return x;
    if (isNumber(p, 0)) return isScalar(x) ? num(1) : ones(...x.shape);
    if (isNumber(x) && isNumber(p) && (x.data > 0 || Number.isInteger(p.data))) return num(x.data ** p.data);
    if (x.op === "pow" && isNumber(p) && Number.isInteger(p.data) && isNumber(x.args[1])) {
      return pow(x.args[0], num(x.args[1].data * p.data));
    }
    return make("pow", [x, p], null, isScalar(x) ? [] : x.shape);
  }

  function mpow(x, k) {
    if (isScalar(x)) return pow(x, k);
    if (isNumber(k, 1) || x.op === "identity") return x;
    if (isNumber(k, 0)) return identity(x.shape[0]);
    if (isNumber(k, -1)) return inverse(x);
    if (isNumber(k, 0.5)) return make("mfun", [x], "sqrtm", x.shape);
    if (isNumber(k) && !Number.isInteger(k.data)) {
      throw new ShapeError(`a matrix power with exponent ${k.data}: it must be an integer or 1/2`);
    }
    const falls = (t) => (t.op === "mul" ? isNumber(t.args[0]) && t.args[0].data < 0 : isNumber(t) && t.data < 0);
    if (!isNumber(k) && (k.op === "add" ? k.args : [k]).every(falls)) {
      return mpow(inverse(x), add(...(k.op === "add" ? k.args : [k]).map((t) => mul(num(-1), t))));
    }
    return make("mpow", [x, k], null, x.shape);
  }

  const fn = (name, x) =>
    name === "sqrt" ? pow(x, num(0.5)) : make("fn", [x], name, isScalar(x) ? [] : x.shape);

  function trace(x) {
    if (isScalar(x)) return x;
    if (x.op === "mul") return mul(...x.args.slice(0, -1), trace(x.args.at(-1)));
    if (x.op === "kron" && x.args.every(isSquare)) return mul(...x.args.map(trace));
    return isZero(x) ? num(0) : make("trace", [x]);
  }

  function total(x) {
    if (isScalar(x)) return x;
    if (x.op === "mul") return mul(...x.args.slice(0, -1), total(x.args.at(-1)));
    if (x.op !== "had") return isZero(x) ? num(0) : make("total", [x]);
    return trace(matmul(transpose(had(...x.args.slice(0, -1))), x.args.at(-1)));
  }

  const det = (x) => (isScalar(x) ? x : make("det", [x]));
  // A vector has one singular value: all its norms are its length.
  const norm = (x, kind = "frobenius") =>
    (isScalar(x) ? fn("abs", x) : make("norm", [x], x.shape.includes("1") ? "frobenius" : kind));
  const diag = (x) => (isScalar(x) ? x : make("diag", [x], null, [x.shape[0], x.shape[0]]));
  const diagonal = (x) => (isScalar(x) ? x : make("diagonal", [x], null, [x.shape[0], "1"]));
  const vec = (x) => (x.shape.length === 0 || x.shape[1] === "1" ? x : make("vec", [x], null, [times(...x.shape), "1"]));
  const unvec = (x, rows, columns) => (columns === "1" ? x : make("unvec", [x], null, [rows, columns]));
  const mfun = (name, x) => make("mfun", [x], name, x.shape);
  const half = (x) => mul(num(0.5), x);

  // The derivative of a matrix function along a direction; along I it is the ordinary one.
  function frechet(name, A, E) {
    if (isZero(E)) return zeros(A.shape);
    if (E.op === "identity") {
      return { expm: () => mfun(name, A), logm: () => inverse(A), sqrtm: () => half(inverse(mfun(name, A))) }[name]();
    }
    return make("frechet", [A, E], name, A.shape);
  }

  // Counted by a number or a letter, from 1: eigenvalues from the least, singular values from the
  // largest. The eigenvectors of a symmetric matrix are the same on both sides.
  const ROWS = { left_singular_vector: 0, right_singular_vector: 1, left_eigenvector: 0, right_eigenvector: 0 };
  function indexed(op, A, index) {
    if (op === "left_eigenvector" && isSymmetricByLook(A)) return indexed("right_eigenvector", A, index);
    return make(op, [A], index, op in ROWS ? [A.shape[ROWS[op]], "1"] : []);
  }
  const INDEXED = new Set([...Object.keys(ROWS), "eigenvalue", "singular_value"]);

  const polar = (x) => make("polar", [x], null, x.shape);

  // The sum of `body` for a letter from `low` to `high`, both included.
  function isum(body, index, low, high) {
    return isZero(body) ? zeros(body.shape) : make("isum", [body, index, low, high], null, body.shape);
  }

  const pinv = (x) => make("pinv", [x], null, [x.shape[1], x.shape[0]]);
  const differential = (x) => make("d", [x], null, isScalar(x) ? [] : x.shape);

  function kron(a, b) {
    const [x, y] = [a, b].map((f) => (f.shape.length ? f : mul(f, make("identity", [], null, ["1", "1"]))));
    if (x.shape.join() === "1,1" && x.op === "identity") return y;
    if (y.shape.join() === "1,1" && y.op === "identity") return x;
    if (x.op === "identity" && y.op === "identity") return identity(times(x.shape[0], y.shape[0]));
    if (!a.shape.length || !b.shape.length) return mul(a, b);
    const scalars = [x, y].flatMap((f) => (f.op === "mul" ? f.args.slice(0, -1) : []));
    const [left, right] = [x, y].map((f) => (f.op === "mul" ? f.args.at(-1) : f));
    const shape = [times(left.shape[0], right.shape[0]), times(left.shape[1], right.shape[1])];
    const product = make("kron", [left, right], null, shape);
    return scalars.length ? mul(...scalars, product) : product;
  }

  function commutation(m, n) {
    const size = times(m, n);
    return m === "1" || n === "1" ? identity(size) : make("commutation", [], [m, n], [size, size]);
  }

  // The same operation on other operands.
  function rebuilt(x, args) {
    if (INDEXED.has(x.op)) return indexed(x.op, ...args, x.data);
    switch (x.op) {
      case "add": return add(...args);
      case "mul": return mul(...args);
      case "had": return had(...args);
      case "matmul": return matmul(...args);
      case "transpose": return transpose(...args);
      case "inverse": return inverse(...args);
      case "pow": return pow(...args);
      case "mpow": return mpow(...args);
      case "fn": return fn(x.data, ...args);
      case "trace": return trace(...args);
      case "total": return total(...args);
      case "det": return det(...args);
      case "norm": return norm(...args, x.data);
      case "diag": return diag(...args);
      case "diagonal": return diagonal(...args);
      case "vec": return vec(...args);
      case "unvec": return unvec(...args, ...x.shape);
      case "kron": return kron(...args);
      case "mfun": return mfun(x.data, ...args);
      case "frechet": return frechet(x.data, ...args);
      case "pinv": return pinv(...args);
      case "polar": return polar(...args);
      case "isum": return isum(...args);
      case "d": return differential(...args);
    }
    return x.args.length ? make(x.op, args, x.data, x.shape) : x;
  }

  window.mcalc ??= {};
  window.mcalc.nodes = {
    INDEXED, ShapeError, add, commutation, depends, det, diag, diagonal, differential, fn, frechet,
    had, identity, indexed, inverse, isLeaf, isNumber, isScalar, isSquare, isSymmetricByLook, isZero,
    isum, kron, make, matmul, matrix, mfun, mpow, mul, norm, num, ones, pinv, pow, rebuilt, scalar,
    times, total, trace, transpose, unvec, vec, zeros,
  };
})();
