// Experiments on an answer's values: what is right, and if it is not, why. The same ones in the
// same order as mcalclib/practice/experiments.py, on the points that were computed while building.
(() => {
  "use strict";

  const M = window.mcalc.matrices;

  const CLOSE = 1e-7; // for experiments: far above rounding, far below a coincidence
  const EXACT = 1e-6; // of a value that was typed
  const ROUNDED = 1e-2;
  const NUMERIC = 3e-4; // a difference quotient is at least this good

  const found = (ok, code, data = {}) => ({ ok, code, data, example: null });
  const sameShape = (A, B) => A.length === B.length && A[0].length === B[0].length;
  const most = (A) => M.entries(A).reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const length = (A) => Math.hypot(...M.entries(A));
  const digitsOf = (g) => Math.trunc(-Math.log10(g));
  const scaled = (c, A) => M.map((x) => c * x, A);
  const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

  // The largest difference relative to the larger of both, NaN where one is not finite.
  function gap(A, B) {
    if (!sameShape(A, B)) return Infinity;
    if (!M.finite(A) || !M.finite(B)) return NaN;
    return most(M.each((x, y) => x - y, A, B)) / Math.max(most(A), most(B), 1e-3);
  }

  const alike = (A, B, tolerance = CLOSE) => gap(A, B) <= tolerance;

  // One answer's values beside the right ones, by family. Values are computed when asked for.
  class Trial {
    constructor(exercise, valueAt) {
      this.exercise = exercise;
      this.points = exercise.points;
      const came = new Map();
      this.came = (i) => {
        if (!came.has(i)) came.set(i, valueAt(this.points[i]));
        return came.get(i);
      };
      this.generic = this.family("generic");
    }

    family(name, which = null) {
      const wanted = (p) => p.family === name && (which === null || String(p.which) === which);
      return this.points.flatMap((p, i) => (wanted(p) ? [i] : []));
    }

    groups(name) {
      return [...new Set(this.points.filter((p) => p.family === name).map((p) => String(p.which)))];
    }

    // Whether the answer is what is expected at each of these points, and there are some.
    holds(indices, expected) {
      return indices.length > 0 && indices.every((i) => {
        const wanted = expected(this.points[i]);
        return wanted !== null && alike(this.came(i), wanted);
      });
    }

    rightOn(indices) {
      return this.holds(indices, (p) => p.right);
    }

    error(i) {
      const { right } = this.points[i];
      return length(M.each((x, y) => x - y, this.came(i), right)) / Math.max(length(right), 1e-300);
    }

    gaps() {
      return this.generic.map((i) => gap(this.came(i), this.points[i].right));
    }

    finding() {
      const gaps = this.gaps();
      if (gaps.every((g) => g <= 10 ** -this.exercise.digits)) return this.right(gaps);
      for (const experiment of EXPERIMENTS) {
        const told = experiment(this);
        if (told !== null) return found(false, ...told);
      }
      return found(false, "different");
    }

    // Right at generic points; a size or a special point may still tell another story.
    right(gaps) {
      for (const [i, point] of this.points.entries()) {
        if (point.family === "tiny") continue; // there rounding shows that is harmless elsewhere
        if (M.finite(this.came(i)) && !alike(this.came(i), point.right)) {
          const otherSizes = ["small", "text", "fixed"].includes(point.family);
          return found(false, otherSizes ? "sizes" : "different");
        }
      }
      const worst = Math.max(...gaps);
      return found(true, "correct", { digits: worst < 1e-12 ? 12 : digitsOf(worst) });
    }

    // The first small point at which the answer differs.
    example() {
      const differs = (i) => M.finite(this.came(i)) && !alike(this.came(i), this.points[i].right);
      return [...this.family("small"), ...this.generic].find(differs) ?? this.generic[0];
    }
  }

  // Another shape: transposed, the derivative without its tangent, or something else.
  function shape(trial) {
    const right = trial.points[trial.generic[0]].right;
    const came = trial.came(trial.generic[0]);
    if (sameShape(came, right)) return null;
    if (trial.holds(trial.generic, (p) => M.transpose(p.right))) return ["layout"];
    if (trial.holds(trial.generic, rowsTransposed)) return ["rowwise-layout"];
    if (lacksTangent(trial)) return ["missing-tangent", { tangent: trial.exercise.tangent }];
    return ["shape", { came: M.shape(came), expected: M.shape(right) }];
  }

  // Whether the answer, applied to the tangent, is right: a gradient or a Jacobian matrix.
  function lacksTangent(trial) {
    const name = trial.exercise.tangent;
    if (name === null) return false;
    return trial.generic.every((i) => {
      const { values, right } = trial.points[i];
      const J = trial.came(i);
      const d = values[name];
      const size = right.length * right[0].length;
      const [m, n] = M.shape(d);
      if (size === 1 && J.length * J[0].length === m * n) {
        // a square one may be the gradient or its transpose
        const shaped = [J, M.transpose(J)].filter((G) => sameShape(G, d));
        return shaped.some((G) => alike(M.inner(G, d), right));
      }
      if (J.length !== size || J[0].length !== m * n) return false;
      return alike(M.unvec(M.multiply(J, M.vec(d)), ...M.shape(right)), right);
    });
  }

  // Whether the answer, times the tangent entry by entry, is right.
  function lacksFactor(trial) {
    return trial.generic.every((i) => {
      const { values, right } = trial.points[i];
      const d = values[trial.exercise.tangent];
      return sameShape(d, trial.came(i)) && alike(M.each((x, y) => x * y, trial.came(i), d), right);
    });
  }

  const undefinedThere = (trial) => (trial.generic.every((i) => M.finite(trial.came(i))) ? null : ["nan"]);

  function numeric(trial) {
    const worst = Math.max(...trial.gaps());
    return worst < NUMERIC ? ["numeric", { digits: digitsOf(worst) }] : null;
  }

  // Right at the numbers of the text, and at other numbers still what is right there.
  function hardCoded(trial) {
    const fixed = trial.family("fixed");
    const still = (p) => trial.points[p.of[0]].right;
    if (!trial.rightOn(trial.family("text")) || !trial.holds(fixed, still)) return null;
    return trial.rightOn(fixed) ? null : ["hard-coded"];
  }

  const zero = (trial) => (trial.holds(trial.generic, (p) => scaled(0, p.right)) ? ["zero"] : null);
  const difference = (trial) => (trial.holds(trial.generic, (p) => p.difference) ? ["difference"] : null);

  function value(trial) {
    if (trial.exercise.asks === "value") return null;
    return trial.holds(trial.generic, (p) => p.value) ? ["value"] : null;
  }

  // L(2 dX) = 2 L(dX) and L(dX + dY) = L(dX) + L(dY).
  function linear(trial) {
    const doubled = trial.family("doubled");
    if (!doubled.length) return null;
    const summed = trial.family("sum");
    const other = trial.family("other");
    const tangent = { tangent: trial.exercise.tangent };
    const base = doubled.map((i) => trial.came(trial.points[i].of[0]));
    if (doubled.every((i, k) => alike(trial.came(i), base[k]))) {
      return [lacksFactor(trial) ? "missing-tangent" : "constant", tangent];
    }
    const sum = (k) => M.each((x, y) => x + y, base[k], trial.came(other[k]));
    const additive = summed.every((i, k) => alike(trial.came(i), sum(k)));
    if (additive && doubled.every((i, k) => alike(trial.came(i), scaled(2, base[k])))) return null;
    // with the tangent the relative error must vanish: that of rounding stays what it is
    const firstOrder = trial.family("tiny").every((i) => {
      const [b] = trial.points[i].of;
      return trial.error(i) <= 1e-2 * Math.min(1, trial.error(b));
    });
    return [firstOrder ? "higher-order" : "not-linear", tangent];
  }

  // The same constant times the right value, at every point and size.
  function factor(trial) {
    const right = M.entries(trial.points[trial.generic[0]].right);
    const square = dot(right, right);
    const c = square ? dot(right, M.entries(trial.came(trial.generic[0]))) / square : 0;
    if (c === 0 || !trial.holds(trial.generic, (p) => scaled(c, p.right))) return null;
    const small = trial.family("small").filter((i) => M.finite(trial.came(i)));
    if (small.length && !trial.holds(small, (p) => scaled(c, p.right))) return null;
    return Math.abs(c + 1) < CLOSE ? ["sign"] : ["factor", { factor: c }];
  }

  function layout(trial) {
    if (!trial.holds(trial.generic, (p) => M.transpose(p.right))) return null;
    return [trial.holds(trial.generic, (p) => p.permuted) ? "layout-or-rowwise" : "layout"];
  }

  const rowsTransposed = (p) => (p.permuted === null ? null : M.transpose(p.permuted));

  function rowwise(trial) {
    if (trial.holds(trial.generic, (p) => p.permuted)) return ["rowwise"];
    return trial.holds(trial.generic, rowsTransposed) ? ["rowwise-layout"] : null;
  }

  // The constants c with answer = sum of c times part, null if there are none; parts are matrices
  // for every generic point.
  function coefficients(trial, parts) {
    const { right } = trial.points[trial.generic[0]];
    if (parts[0].length < 2 || parts[0].some((s) => !sameShape(s, right))) return null;
    const columns = parts[0].map((_, k) => parts.flatMap((p) => M.entries(p[k])));
    const came = trial.generic.flatMap((i) => M.entries(trial.came(i)));
    if (came.length <= columns.length) return null; // as many equations as unknowns fit anything
    const c = leastSquares(columns, came);
    if (c === null) return null;
    const sum = came.map((_, i) => c.reduce((total, x, k) => total + x * columns[k][i], 0));
    return alike([sum], [came]) ? c : null;
  }

  // Least squares by Gram-Schmidt, done twice against rounding; null if the columns depend.
  function leastSquares(columns, b) {
    const Q = [];
    const R = [];
    const scale = Math.max(...columns.map((a) => Math.sqrt(dot(a, a))));
    for (const column of columns) {
      let a = column;
      const r = Q.map(() => 0);
      for (const again of [0, 1]) {
        Q.forEach((q, k) => {
          const c = dot(q, a);
          r[k] += c;
          a = a.map((x, i) => x - c * q[i]);
        });
        if (again) break;
      }
      const size = Math.sqrt(dot(a, a));
      if (!(size > 1e-9 * scale)) return null;
      Q.push(a.map((x) => x / size));
      R.push([...r, size]);
    }
    const c = Q.map((q) => dot(q, b));
    for (let k = c.length - 1; k >= 0; k -= 1) {
      for (let j = k + 1; j < c.length; j += 1) c[k] -= R[j][k] * c[j];
      c[k] /= R[k][k];
    }
    return c;
  }

  const ofSummands = (trial) => coefficients(trial, trial.generic.map((i) => trial.points[i].summands));
  const near = (c, values) => c.every((x) => values.some((v) => Math.abs(x - v) < 1e-6));

  // The constants for the summands of each right form that the answer is made of.
  function ofAnyForm(trial) {
    const points = trial.generic.map((i) => trial.points[i]);
    const others = (points[0].other_summands ?? []).map((_, k) => points.map((p) => p.other_summands[k]));
    const forms = [points.map((p) => p.summands), ...others];
    return forms.map((parts) => coefficients(trial, parts)).filter((c) => c !== null);
  }

  // Some summands only, or some with the wrong sign.
  function term(trial) {
    for (const c of ofAnyForm(trial)) {
      if (near(c, [0, 1])) return ["term", { terms: c.filter((x) => Math.abs(x) < 0.5).length }];
      if (near(c, [-1, 1])) return ["sign-of-term"];
    }
    return null;
  }

  // One summand has a wrong constant.
  function factorOfTerm(trial) {
    for (const c of ofAnyForm(trial)) {
      const off = c.filter((x) => Math.abs(x - 1) > 1e-6);
      if (off.length === 1) return ["factor-of-term", { factor: off[0] }];
    }
    return null;
  }

  // One summand several times in the place of others.
  function repeated(trial) {
    const c = ofSummands(trial);
    if (c === null || !near(c, [...c.keys(), c.length])) return null;
    const sum = c.reduce((total, x) => total + x, 0);
    return Math.abs(sum - c.length) > 1e-6 ? null : ["repeated"];
  }

  // Some summands as they are where vec goes row by row, the others right.
  function rowwiseTerm(trial) {
    const points = trial.generic.map((i) => trial.points[i]);
    const count = points[0].summands.length;
    if (!points[0].permuted_summands.length) return null;
    const c = coefficients(trial, points.map((p) => [...p.summands, ...p.permuted_summands]));
    if (c === null || !near(c, [0, 1])) return null;
    const each = c.slice(0, count).map((x, k) => x + c[count + k]);
    return near(each, [1]) ? ["rowwise-term"] : null;
  }

  const rightWhen = (family, code) => (trial) => {
    for (const which of trial.groups(family)) {
      const indices = trial.family(family, which);
      if (trial.rightOn(indices)) return [code, { which: trial.points[indices[0]].which }];
    }
    return null;
  };

  const EXPERIMENTS = [
    hardCoded, shape, undefinedThere, numeric, zero, difference, value, linear, factor, layout,
    rowwise, rowwiseTerm, term, rightWhen("symmetric", "symmetric"), rightWhen("equal", "swapped"),
    rightWhen("commuting", "commuting"), repeated, factorOfTerm,
  ];

  // The finding on an answer, given as a function of a point's values.
  function judge(exercise, valueAt) {
    const trial = new Trial(exercise, (point) => valueAt(point.values));
    const finding = trial.finding();
    if (!finding.ok) {
      const i = trial.example();
      const { values, right } = trial.points[i];
      finding.example = { index: i, values, came: trial.came(i), right };
    }
    return finding;
  }

  // The finding on one value: at one point, what luck allows is not diagnosed.
  function judgeValue(exercise, point, came) {
    const { right } = point;
    if (!sameShape(came, right)) {
      if (alike(came, M.transpose(right))) return found(false, "layout");
      return found(false, "shape", { came: M.shape(came), expected: M.shape(right) });
    }
    const g = gap(came, right);
    if (g <= EXACT) return found(true, "exact");
    if (g < ROUNDED) return found(false, "rounded", { digits: digitsOf(g) });
    const stories = [
      ["sign", {}, scaled(-1, right)],
      ["factor", { factor: 2 }, scaled(2, right)],
      ["factor", { factor: 0.5 }, scaled(0.5, right)],
      ["layout", {}, M.transpose(right)],
      ["value", {}, exercise.asks === "value" ? null : point.value],
      ["difference", {}, point.difference],
    ].filter(([, , x]) => x !== null && alike(came, x));
    return stories.length === 1 ? found(false, stories[0][0], stories[0][1]) : found(false, "different");
  }

  window.mcalc.experiments = { judge, judgeValue, found, alike };
})();
