// Numbers, matrices and sizes as readers type them: 3/4, [1, 2; 3, 4], A = [1 0; 0 2], "m n by p".
// The same texts and complaints as mcalclib/practice/literals.py and sizes.py.
(() => {
  "use strict";

  const { ParseError, quoted } = window.mcalc.grammar;
  const ENTRY = /^[+-]?[0-9]+(\.[0-9]+)?(\/[0-9]+)?$/;
  const ASSIGNED = /\s*([A-Za-z]\w*)\s*=\s*(\[[^\]]*\]|[^;,[\]]+?)\s*(?:[;,]|$)/y;
  const SIZE = /[0-9]+|[a-z](?:\s*(?:\^|\*\*)\s*[0-9]+|[²³])?/g;

  const isMatrix = (text) => text.trimStart().startsWith("[");

  // A semicolon ends a row; entries stand apart by commas or spaces.
  function readMatrix(text, place = 0, whole = text) {
    let inside = text.trim();
    let at = place + text.length - text.trimStart().length;
    if (inside.startsWith("[")) {
      if (!inside.endsWith("]")) {
        throw new ParseError(whole, place + text.length, "the matrix does not close: ']' is missing.");
      }
      at = place + text.indexOf("[") + 1;
      inside = inside.slice(1, -1);
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
    let at = 0;
    while (at < text.length && text.slice(at).trim()) {
      ASSIGNED.lastIndex = at;
      const match = ASSIGNED.exec(text);
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
    const parts = text.split(/\s*(?:\bby\b|×|,|\bx\b)\s*/);
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
