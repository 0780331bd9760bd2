// Matrices as lists of rows, on math.js. Vectors have one column, numbers are 1 by 1. What is
// undefined (the inverse of a singular matrix) is NaN throughout, as in mcalclib/practice.
(() => {
  "use strict";

  const map = (f, A) => A.map((row) => row.map((x) => f(x)));
  const full = (m, n, x) => Array.from({ length: m }, () => Array(n).fill(x));
  const shape = (A) => [A.length, A[0].length];
  const number = (x) => [[x]];
  const entries = (A) => A.flat();
  const finite = (A) => entries(A).every(Number.isFinite);
  const eye = (n) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j)));
  const transpose = (A) => A[0].map((_, j) => A.map((row) => row[j]));

  // Entry by entry; a 1 by 1 matrix goes with every entry.
  function each(f, A, B) {
    const [m, n] = A.length * A[0].length >= B.length * B[0].length ? shape(A) : shape(B);
    const at = (C, i, j) => C[C.length === 1 ? 0 : i][C[0].length === 1 ? 0 : j];
    return Array.from({ length: m }, (_, i) =>
      Array.from({ length: n }, (_, j) => f(at(A, i, j), at(B, i, j))));
  }

  // Written out, because math.js takes fifty times as long for matrices of this size, and answers
  // are multiplied at forty points while the reader waits.
  function multiply(A, B) {
    const columns = transpose(B);
    return A.map((row) => columns.map((column) => row.reduce((sum, x, k) => sum + x * column[k], 0)));
  }

  const kron = (A, B) =>
    A.flatMap((a) => B.map((b) => a.flatMap((x) => b.map((y) => x * y))));

  // What math.js refuses has no value here.
  function orUndefined(f, m, n) {
    try {
      const found = f();
      return finite(found) ? found : full(m, n, NaN);
    } catch {
      return full(m, n, NaN);
    }
  }

  const inv = (A) => orUndefined(() => math.inv(A), ...shape(A));

  function power(A, exponent) {
    const base = exponent < 0 ? inv(A) : A;
    let found = eye(A.length);
    for (let k = 0; k < Math.abs(exponent); k += 1) found = multiply(found, base);
    return found;
  }

  // Columns on top of each other, and back.
  const vec = (A) => entries(transpose(A)).map((x) => [x]);
  const unvec = (x, m, n) =>
    Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => x[i + j * m][0]));

  function commutation(m, n) {
    const K = full(m * n, m * n, 0);
    // vec(A') = K vec(A): entry (i, j) of A stands at i + j m in vec(A), at j + i n in vec(A').
    for (let i = 0; i < m; i += 1) for (let j = 0; j < n; j += 1) K[j + i * n][i + j * m] = 1;
    return K;
  }

  const diag = (A) =>
    A[0].length === 1
      ? A.map(([x], i) => A.map((_, j) => (i === j ? x : 0)))
      : A.map((row, i) => [row[i]]);

  const trace = (A) => A.reduce((sum, row, i) => sum + row[i], 0);
  const total = (A) => entries(A).reduce((sum, x) => sum + x, 0);

  // One more step of Newton's, because math.js stops at six digits.
  const sqrtm = (A) => orUndefined(() => {
    const R = math.sqrtm(A);
    return map((x) => x / 2, math.add(R, multiply(math.inv(R), A)));
  }, ...shape(A));

  // log A = 2^k log A^(1/2^k), and near I the series of 2 artanh((A - I) inv(A + I)).
  const logm = (A) => orUndefined(() => {
    const I = eye(A.length);
    let root = A;
    let doublings = 0;
    while (math.norm(math.subtract(root, I), "fro") > 0.2) {
      root = sqrtm(root);
      doublings += 1;
      if (doublings > 60 || !finite(root)) return full(...shape(A), NaN);
    }
    const Z = multiply(math.subtract(root, I), math.inv(math.add(root, I)));
    const square = multiply(Z, Z);
    let term = Z;
    let sum = Z;
    for (let k = 3; k < 40; k += 2) {
      term = multiply(term, square);
      sum = math.add(sum, map((x) => x / k, term));
    }
    return map((x) => 2 ** (doublings + 1) * x, sum);
  }, ...shape(A));

  // Real parts, least first, as NumPy has them.
  function eigenvalues(A) {
    const symmetric = entries(math.subtract(A, transpose(A))).every((x) => x === 0);
    const { values } = math.eigs(A, symmetric ? {} : { eigenvectors: false });
    return values.map((x) => math.re(x)).sort((a, b) => a - b);
  }

  function singularValues(A) {
    const B = A.length < A[0].length ? multiply(A, transpose(A)) : multiply(transpose(A), A);
    // Rounding may leave the two triangles a digit apart, which would hide that it is symmetric.
    const squares = eigenvalues(math.divide(math.add(B, transpose(B)), 2)).reverse();
    return squares.map((x) => Math.sqrt(Math.max(x, 0)));
  }

  const scalar = (f) => (A) => {
    try {
      return number(f(A));
    } catch {
      return number(NaN);
    }
  };

  window.mcalc ??= {};
  window.mcalc.matrices = {
    map, each, full, shape, number, entries, finite, eye, transpose, inv, power, vec, unvec,
    commutation, diag, sqrtm, logm,
    multiply, kron,
    expm: (A) => orUndefined(() => math.expm(math.matrix(A)).toArray(), ...shape(A)),
    pinv: (A) => orUndefined(() => math.pinv(A), A[0].length, A.length),
    det: scalar((A) => math.det(A)),
    logdet: scalar((A) => Math.log(math.det(A))),
    trace: scalar(trace),
    sum: scalar(total),
    norm: scalar((A) => Math.sqrt(entries(A).reduce((sum, x) => sum + x * x, 0))),
    nuclear: scalar((A) => singularValues(A).reduce((sum, x) => sum + x, 0)),
    spectral: scalar((A) => singularValues(A)[0]),
    inner: (A, B) => number(total(each((a, b) => a * b, A, B))),
    eigenvalue: (A, k) => scalar((B) => eigenvalues(B)[k - 1] ?? NaN)(A),
    singularValue: (A, k) => scalar((B) => singularValues(B)[k - 1] ?? NaN)(A),
  };
})();
