// What a reader typed, read back: typeset, with its shape, or with the place that cannot be read.
(() => {
  "use strict";

  const { tex, nameTex } = window.mcalc.grammar;
  const { read, factors, show, NUMBER } = window.mcalc.formulas;
  const { isMatrix, readMatrix, readAssignments, readShape } = window.mcalc.literals;
  const { readAnswer, number } = window.mcalc.answers;

  function matrixTex(A) {
    if (A.length === 1 && A[0].length === 1) return number(A[0][0]);
    const rows = A.map((row) => row.map(number).join(" & "));
    return `\\begin{pmatrix} ${rows.join(" \\\\ ")} \\end{pmatrix}`;
  }

  const valueTex = ([name, A]) => `${nameTex(name)} = ${matrixTex(A)}`;
  const valuesTex = (values) => Object.entries(values).map(valueTex).join(",\\enspace ");

  const formula = ({ tree, shape, notes }) => ({ tex: tex(tree), shape: show(shape), notes });
  const size = (letters) => (letters.length ? letters.join("\\,") : "1");

  const READERS = {
    shape: (exercise, text) => ({ tex: readShape(text).map(size).join("\\times "), shape: "" }),
    order: (exercise, text) => formula(read(text, exercise.shapes)),
    cost(exercise, text) {
      const letters = Object.values(exercise.shapes).flat().flatMap(factors);
      return formula(read(text, Object.fromEntries(letters.map((s) => [s, NUMBER]))));
    },
    verdict: (exercise, text) => ({ tex: valuesTex(readAssignments(text)), shape: "" }),
  };

  // {tex, shape, notes} of a text, the notes only of a formula; throws a ParseError.
  function reading(exercise, text) {
    if (Object.hasOwn(READERS, exercise.kind)) return READERS[exercise.kind](exercise, text);
    if (exercise.variants && isMatrix(text)) {
      const A = readMatrix(text);
      return { tex: matrixTex(A), shape: `${A.length} by ${A[0].length}` };
    }
    return formula(readAnswer(exercise, text));
  }

  // ---- As elements ------------------------------------------------------------------------------

  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  function typeset(latex, displayMode = false) {
    const made = element("span", "practice-math");
    const { macros } = window.mcalc.practice;
    window.katex.render(latex, made, { displayMode, throwOnError: false, strict: "ignore", macros: { ...macros } });
    return made;
  }

  // Where the name, number or sign ends that begins at a place.
  function placeEnd(text, place) {
    const word = /^(?:[A-Za-z]{3,}(?=\()|d?[A-Za-z](?:_\w+|[0-9]+)?|[0-9.]+|\|\||.)/su.exec(text.slice(place));
    return place + (word ? word[0].length : 0);
  }

  // The text with the place marked at which it cannot be read.
  function pointed({ text, place }) {
    const end = placeEnd(text, place);
    const at = element("mark", "", text.slice(place, end) || "\u00a0");
    return element("code", "practice-pointed", text.slice(0, place), at, text.slice(end));
  }

  // A sentence in Markdown's simplest form, from the bank: $math$, `code`, *emphasis*.
  function sentence(text) {
    const line = document.createDocumentFragment();
    for (const part of text.split(/(\$[^$]+\$|`[^`]+`|\*[^*\s][^*]*\*)/)) {
      if (/^\$.+\$$/s.test(part)) line.append(typeset(part.slice(1, -1)));
      else if (/^`.+`$/s.test(part)) line.append(element("code", "", part.slice(1, -1)));
      else if (/^\*.+\*$/s.test(part)) line.append(element("em", "", part.slice(1, -1)));
      else line.append(part);
    }
    return line;
  }

  window.mcalc.reading = { reading, matrixTex, valueTex, element, typeset, pointed, placeEnd, sentence };
})();
