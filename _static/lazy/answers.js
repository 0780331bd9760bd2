// An answer in, a result out: right, or what is wrong with it. What mc.check and mc.check_lines do
// in a notebook (mcalclib/practice), for answers as text, on the data that was written while
// building. The sentences come from there too.
//
//   mcalc.answers.check(exercise, "2 x' A dx") -> {ok, code, message, shape, example, ...}
//   mcalc.answers.check(exercise, ["first line", "second line"]) of a derivation
(() => {
  "use strict";

  const { ParseError, plain } = window.mcalc.tokens;
  const { read, factors, count, isScalar, show, NUMBER } = window.mcalc.formulas;
  const { isMatrix, readMatrix, readAssignments, readShape } = window.mcalc.literals;
  const { judge, judgeValue, found, alike } = window.mcalc.experiments;
  const M = window.mcalc.matrices;

  const COMPUTED = new Set(["action", "gradient", "jacobian", "hessian", "adjoint", "value", "lines"]);
  const LAID_OUT = new Set(["gradient", "jacobian", "hessian"]); // what books lay out in two ways
  const TRUE = new Set(["true", "yes", "always"]);
  const FALSE = new Set(["false", "no", "not always"]);

  function check(exercise, answer, { variant = 1 } = {}) {
    if (Array.isArray(answer)) return checkLines(exercise, answer);
    if (!answer.trim()) return told(exercise, found(false, "unanswered"));
    try {
      if (COMPUTED.has(exercise.kind)) return computed(exercise, answer, variant);
      return told(exercise, JUDGES[exercise.kind](exercise, answer));
    } catch (problem) {
      return told(exercise, unreadable(problem));
    }
  }

  const readAnswer = (exercise, text) => read(text, exercise.shapes, exercise.result);

  function unreadable(problem) {
    if (!(problem instanceof ParseError)) throw problem;
    return found(false, "unreadable", {
      problem: problem.problem, text: problem.text, place: problem.place,
    });
  }

  function computed(exercise, answer, variant) {
    const numbers = exercise.variants ? exercise.variants[variant - 1] : null;
    if (numbers && isMatrix(answer)) {
      const came = readMatrix(answer);
      return told(exercise, judgeValue(exercise, numbers, came), { shape: M.shape(came) });
    }
    const formula = readAnswer(exercise, answer);
    if (numbers && !formula.names.length) {
      return told(exercise, judgeValue(exercise, numbers, formula.at(numbers.values)), formula);
    }
    return told(exercise, judged(exercise, formula), formula);
  }

  // A wrong shape is told in the letters of the exercise.
  function judged(exercise, formula) {
    const finding = judge(exercise, (values) => formula.at(values));
    if (finding.code !== "shape") return finding;
    const data = { came: show(formula.shape), expected: show(exercise.result) };
    return { ...finding, data };
  }

  // Each line is checked; the first that is wrong is pointed at.
  function checkLines(exercise, typed) {
    const lines = typed.filter((text) => text.trim());
    if (!lines.length) return { ...told(exercise, found(false, "unanswered")), line: null };
    let last;
    for (const [k, text] of lines.entries()) {
      let finding;
      try {
        last = readAnswer(exercise, text);
        finding = judged(exercise, last);
      } catch (problem) {
        finding = unreadable(problem);
      }
      if (!finding.ok) {
        const line = k + 1;
        const wrong = told(exercise, finding);
        if (finding.code === "unreadable") return { ...wrong, line };
        const about = { line, problem: wrong.message };
        const message = sentence(exercise, line === 1 ? "first-line" : "line", about);
        return { ...wrong, line, message };
      }
    }
    return { ...told(exercise, end(exercise, last)), line: null };
  }

  // Whether a right line is the last one: no summand is left to be joined to another.
  function end({ ends, tangent }, last) {
    const came = last.names.filter((name) => name === tangent).length;
    if (came <= (ends ?? Infinity)) return found(true, "lines");
    return found(false, "unfinished", { tangent, came: times(came), expected: times(ends) });
  }

  const times = (count) => (count === 1 ? "once" : `${count} times`);

  // ---- Kinds that are not compared at points ----------------------------------------------------

  function judgeShape(exercise, answer) {
    const [came, right] = [readShape(answer), readShape(exercise.answer)];
    if (String(came[0]) === String(right[0]) && String(came[1]) === String(right[1])) return found(true, "exact");
    if (String(came[0]) === String(right[1]) && String(came[1]) === String(right[0])) return found(false, "layout");
    const together = (sizes) => String(sizes.flat().sort());
    if (together(came) === together(right)) return found(false, "unstacked");
    if (String(came[0]) === String(right[0])) return found(false, "rows");
    return found(false, String(came[1]) === String(right[1]) ? "columns" : "neither");
  }

  const factorsOf = (tree) => (tree.op === "*" ? tree.args.flatMap(factorsOf) : [tree]);

  function spelled(tree) {
    if (tree.op === "'") return `${spelled(tree.args[0])}'`;
    return tree.op === "name" ? tree.data : "?";
  }

  // [rows, columns, multiplications] of a product as its brackets say.
  function costOf(tree, shapes) {
    if (tree.op === "name") return [...shapes[tree.data].map((size) => count(size, {})), 0];
    if (tree.op === "'") {
      const [m, n, cost] = costOf(tree.args[0], shapes);
      return [n, m, cost];
    }
    const [[m, k, left], [, n, right]] = tree.args.map((arg) => costOf(arg, shapes));
    return [m, n, left + right + m * k * n];
  }

  // The least number of multiplications over all brackets.
  function leastCost(shapes) {
    const sizes = [shapes[0][0], ...shapes.map(([, n]) => n)];
    const best = shapes.map((_, i) => ({ [i + 1]: 0 }));
    for (let length = 2; length <= shapes.length; length += 1) {
      for (let i = 0; i + length <= shapes.length; i += 1) {
        const j = i + length;
        best[i][j] = Infinity;
        for (let k = i + 1; k < j; k += 1) {
          best[i][j] = Math.min(best[i][j], best[i][k] + best[k][j] + sizes[i] * sizes[k] * sizes[j]);
        }
      }
    }
    return best[0][shapes.length];
  }

  function judgeOrder(exercise, answer) {
    const { tree } = read(answer, exercise.shapes);
    const asked = factorsOf(read(exercise.answer, exercise.shapes).tree);
    if (String(factorsOf(tree).map(spelled)) !== String(asked.map(spelled))) return found(false, "factors");
    const least = leastCost(asked.map((factor) => costOf(factor, exercise.shapes)));
    const cost = costOf(tree, exercise.shapes)[2];
    return found(cost === least, cost === least ? "cheapest" : "costly", { cost, least });
  }

  function judgeCost(exercise, answer) {
    const letters = Object.values(exercise.shapes).flat().flatMap(factors).sort();
    const shapes = Object.fromEntries(letters.map((s) => [s, NUMBER]));
    const [formula, right] = [read(answer, shapes), read(exercise.answer, shapes)];
    if (!isScalar(formula.shape)) return found(false, "different");
    const ratios = exercise.cost_values.map((numbers) => {
      const values = Object.fromEntries(Object.entries(numbers).map(([s, x]) => [s, M.number(x)]));
      return formula.at(values)[0][0] / right.at(values)[0][0];
    });
    const spread = Math.max(...ratios) - Math.min(...ratios);
    if (!(spread <= 1e-9 * Math.abs(ratios[0])) || !ratios[0]) return found(false, "different");
    if (Math.abs(ratios[0] - 1) < 1e-9) return found(true, "exact");
    return found(false, "factor", { factor: ratios[0] });
  }

  function judgeClaim(exercise, answer) {
    const word = plain(answer).trim().replace(/\.+$/, "").toLowerCase();
    if (TRUE.has(word)) return found(exercise.answer, exercise.answer ? "claim-holds" : "claim-false");
    if (FALSE.has(word)) return found(false, exercise.answer ? "claim-true" : "needs-counterexample");
    const values = readAssignments(answer);
    const problem = misfit(exercise, values);
    if (problem !== null) return problem;
    const [left, right] = exercise.claim.split("=").map((side) => read(side, exercise.shapes).at(values));
    if (!M.finite(left) || !M.finite(right)) return found(false, "undefined-there");
    // Of what is true the sides differ by rounding only.
    if (exercise.answer || alike(left, right)) return found(false, "no-counterexample", { left, right });
    return found(true, "refuted", { left, right });
  }

  // A finding if the matrices are not what the claim speaks of, else null.
  function misfit(exercise, values) {
    const [expected, came] = [Object.keys(exercise.shapes), Object.keys(values)];
    if (String([...expected].sort()) !== String([...came].sort())) {
      return found(false, "names", { expected, came });
    }
    const sizes = { 1: 1 };
    for (const name of came) {
      for (const [k, size] of exercise.shapes[name].entries()) {
        const n = M.shape(values[name])[k];
        sizes[size] ??= /^[0-9]+$/.test(size) ? Number(size) : n;
        if (n !== sizes[size]) {
          const about = { name, came: M.shape(values[name]), expected: show(exercise.shapes[name]) };
          return found(false, "shape-of", about);
        }
      }
      const property = exercise.properties[name];
      if (!has(property, values[name])) return found(false, "property", { name, property });
    }
    return null;
  }

  function has(property, A) {
    const symmetric = () => alike(A, M.transpose(A));
    switch (property) {
      case "positive":
        return M.entries(A).every((x) => x > 0);
      case "symmetric":
        return symmetric();
      case "positive definite":
        return symmetric() && M.eigenvalue(A, 1)[0][0] > 0;
      case "invertible":
        return Math.abs(M.det(A)[0][0]) > 1e-12 * M.norm(A)[0][0] ** A.length;
      case "orthogonal":
        return alike(M.multiply(M.transpose(A), A), M.eye(A.length));
    }
    return true;
  }

  function judgeChoice(exercise, answer) {
    const number = Number(answer);
    const ok = number === exercise.answer;
    return found(ok, ok ? "chosen" : "choice", { problem: exercise.choices[number - 1].remark });
  }

  const JUDGES = {
    shape: judgeShape, order: judgeOrder, cost: judgeCost, verdict: judgeClaim, choice: judgeChoice,
  };

  // ---- Sentences --------------------------------------------------------------------------------

  function told(exercise, finding, { tree = null, shape = null } = {}) {
    const laysOut = LAID_OUT.has(exercise.asks) && exercise.tangent === null;
    const code = finding.code === "layout" && !laysOut ? "transposed" : finding.code;
    return { ...finding, message: sentence(exercise, code, finding.data), tree, shape, line: null };
  }

  const sentence = (exercise, code, data) =>
    exercise.messages[code].replace(/\{(\w+)\}/g, (_, key) => shown(key, data[key]));

  function shown(key, x) {
    if (key === "factor") return number(Math.round(x * 1e6) / 1e6);
    if (!Array.isArray(x)) return String(x);
    if (typeof x[0] === "number") return x.every((n) => n === 1) ? "a number" : x.join(" by ");
    return x.length > 1 ? `${x.slice(0, -1).join(", ")} and ${x.at(-1)}` : x.join("");
  }

  // Six digits, no zeros at the end, as Python's %g has it.
  function number(x) {
    if (Number.isNaN(x)) return "nan";
    if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
    if (Math.abs(x) < 1e-12) return "0";
    const [digits, exponent] = x.toExponential(5).split("e").map(Number);
    if (exponent >= -4 && exponent < 6) return String(Number(x.toPrecision(6)));
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
  }

  window.mcalc.answers = { check, readAnswer, unreadable, sentence, number };
})();
