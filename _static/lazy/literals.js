// Numbers, matrices and sizes as readers type them: 3/4, [1, 2; 3, 4], A = [1 0; 0 2], "m n by p".
// The same texts and complaints as mcalclib/practice/literals.py and sizes.py.
(() => {
  "use strict";

  const { ParseError, plain, quoted } = window.mcalc.tokens;
  const ENTRY = /^[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:\/[0-9]+)?$/;
  const TURNED = "(?:\\s*(?:'|ᵀ|\\.T|\\^\\s*T|\\^\\s*\\{\\s*T\\s*\\}))?";
  const BRACKETS = `\\[(?:[^\\[\\]]|\\[[^\\[\\]]*\\])*\\]${TURNED}`;
  const ASSIGNED = new RegExp(
    `\\s*([A-Za-z]\\w*)\\s*=\\s*(${BRACKETS}|[^;,[\\]]+?)\\s*(?:[;,]|\\.?\\s*$)`, "y",
  );
  const AT_END = new RegExp(`(?<=\\])${TURNED}\\s*\\.?\\s*$`);
  const SIZE = /[0-9]+|[a-z](?:\s*(?:\^|\*\*)\s*[0-9]+|[²³])?/g;

  const isMatrix = (text) => plain(text).trimStart().startsWith("[");

  // A semicolon ends a row, or rows are lists as in NumPy; entries stand apart by commas or spaces.
  function readMatrix(typed, place = 0, whole = typed) {
    const text = plain(typed);
    const turned = AT_END.exec(text);
    if (turned && /['ᵀT]/.test(turned[0])) {
      const A = readMatrix(text.slice(0, turned.index), place, whole);
      return A[0].map((_, j) => A.map((row) => row[j]));
    }
    let inside = text.trim().replace(/(?<=[\]0-9])\s*\.$/, ""); // a keyboard's full stop
    let at = place + text.length - text.trimStart().length;
    if (inside.startsWith("[")) {
      const opened = inside.split("[").length - inside.split("]").length;
      if (!inside.endsWith("]") || opened > 0) {
        throw new ParseError(whole, place + text.length, "the matrix does not close: ']' is missing.");
      }
      at = place + text.indexOf("[") + 1;
      inside = rowsOf(inside.slice(1, -1));
    }
    const rows = [];
    for (const row of inside.split(";")) {
      const entries = [...row.matchAll(/[^\s,]+/g)];
      if (!entries.length) throw new ParseError(whole, at, "a row of the matrix is empty.");
      rows.push(entries.map((entry) => readNumber(entry[0], at + entry.index, whole)));
      const [count, first] = [entries.length, rows[0].length];
      if (count !== first) {
        throw new ParseError(whole, at, `this row has ${count} entries, the first has ${first}.`);
      }
      at += row.length + 1;
    }
    return rows;
  }

  // 1, 2; 3, 4 of [1, 2], [3, 4], with every number in its place.
  function rowsOf(inside) {
    if (!/^\s*\[/.test(inside) || !/\]\s*$/.test(inside)) return inside;
    return inside.replace(/\]\s*[,;]?\s*\[/g, (between) => ";".padEnd(between.length))
      .replace(/^(\s*)\[([^]*)\](\s*)$/, "$1 $2 $3");
  }

  function readNumber(text, place, whole) {
    if (!ENTRY.test(text)) {
      throw new ParseError(whole, place, `${quoted(text)} is not a number; write 2, -0.5 or 3/4.`);
    }
    const [above, below = "1"] = text.split("/");
    if (Number(below) === 0) throw new ParseError(whole, place, `${quoted(text)} divides by zero.`);
    return Number(above) / Number(below);
  }

  // Matrices by name from a text such as A = [1 2; 0 1]; x = [1; 0].
  function readAssignments(text) {
    const found = {};
    const typed = plain(text);
    let at = 0;
    while (at < text.length && typed.slice(at).trim()) {
      ASSIGNED.lastIndex = at;
      const match = ASSIGNED.exec(typed);
      if (match === null) {
        throw new ParseError(text, at, "a counterexample reads like `A = [1, 2; 3, 4]; x = [1; 0]`.");
      }
      const place = match.index + match[0].indexOf(match[2], match[0].indexOf("=") + 1);
      found[match[1]] = readMatrix(match[2], place, text);
      at = ASSIGNED.lastIndex;
    }
    return found;
  }

  // The pair of sizes that an answer means, each a sorted list of letters and numbers.
  function readShape(text) {
    // As phones and LaTeX write it: a capital first, a full stop last, \times between.
    const typed = plain(text).toLowerCase().replace(/[{}]|\.\s*$/g, "").replace(/\\times|-by-/g, " by ");
    const parts = typed.split(/\s*(?:\bby\b|×|,|\bx\b)\s*/);
    if (parts.length !== 2) throw new ParseError(text, 0, `a shape reads like \`m by n\`, got ${quoted(text)}.`);
    return parts.map((part) => readSize(part, text));
  }

  function readSize(part, whole) {
    const text = part.replace(/^[() ]+|[() ]+$/g, "");
    const rest = text.replace(SIZE, "").replace(/[\s*·]+/g, "");
    if (rest || !text) {
      const place = Math.max(whole.indexOf(part), 0);
      throw new ParseError(
        whole, place, `the size ${quoted(text)} is not a product of letters and numbers such as m n.`,
      );
    }
    const factors = [];
    let number = 1;
    for (const piece of text.match(SIZE)) {
      if (/^[0-9]+$/.test(piece)) number *= Number(piece);
      else {
        const power = /[0-9]+/.exec(piece.replace("²", "2").replace("³", "3"));
        for (let k = 0; k < (power ? Number(power[0]) : 1); k += 1) factors.push(piece[0]);
      }
    }
    if (number !== 1) factors.push(String(number));
    return factors.sort();
  }

  window.mcalc.literals = { isMatrix, readMatrix, readAssignments, readShape };
})();
