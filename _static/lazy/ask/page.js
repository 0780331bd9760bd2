// The page that answers: a question typed in the answer grammar becomes a derivation.
(() => {
  "use strict";

  const PARTS = [
    "vendor/mathjs/math.js", "vendor/katex/katex.min.js", "lazy/tokens.js", "lazy/grammar.js",
    "lazy/matrices.js", "lazy/ask/nodes.js", "lazy/ask/normal.js", "lazy/ask/shapes.js",
    "lazy/ask/values.js", "lazy/ask/writing.js", "lazy/ask/engine.js",
  ];
  const CARDS = "rules_reference.html";
  const form = document.getElementById("ask");
  const [input, wrt] = ["ask-text", "ask-wrt"].map((id) => document.getElementById(id));
  const problem = document.getElementById("ask-problem");
  const preview = document.getElementById("ask-preview");
  const answer = document.getElementById("ask-answer");
  let ready = null;
  let asked = ""; // the question in the address, so that setting it asks nothing again

  function load() {
    ready ??= window.mcalc.load(...PARTS).then(() => {
      window.mcalc.engine.useRules(JSON.parse(document.getElementById("ask-rules").textContent));
    });
    return ready;
  }

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  function formula(tex, displayMode = true) {
    const box = element(displayMode ? "div" : "span", { class: "math notranslate nohighlight" });
    box.innerHTML = window.katex.renderToString(tex, { displayMode, throwOnError: false, strict: "ignore" });
    return box;
  }

  const command = () => {
    const shown = input.value.trim().replaceAll('"', "'");
    return `mcalc derive "${shown}"${wrt.value ? ` --wrt ${wrt.value}` : ""}`;
  };

  // ---- What is typed --------------------------------------------------------------------

  // Names that may vary; the one chosen stays chosen while it is there.
  function offer(symbols, wanted) {
    const names = [...symbols.keys()];
    if ([...wrt.options].map((o) => o.value).join() !== names.join()) {
      wrt.replaceChildren(...names.map((name) => element("option", { value: name }, name)));
    }
    const first = names.find((name) => /^[XxWw]$/.test(name)) ?? names[0] ?? "";
    wrt.value = names.includes(wanted) ? wanted : first;
  }

  function read(wanted) {
    const found = window.mcalc.shapes.read(input.value);
    offer(found.symbols, wanted);
    return found;
  }

  function clear() {
    problem.replaceChildren();
    input.removeAttribute("aria-invalid");
  }

  // A complaint with the place marked under the text, where the cursor then stands.
  function complain(error) {
    input.setAttribute("aria-invalid", "true");
    const { text = "", place } = error;
    problem.replaceChildren(element("span", {}, error.problem ?? `${error.message}.`));
    if (place === undefined || place === null || !text) return;
    const marked = element("mark", {}, text.slice(place, place + 1) || " ");
    problem.append(element("code", {}, text.slice(0, place), marked, text.slice(place + 1)));
    const at = input.value.indexOf(text);
    if (document.activeElement === input && at >= 0) input.setSelectionRange(at + place, at + place + 1);
  }

  function picture(node) {
    preview.replaceChildren(formula(window.mcalc.writing.tex(node), false));
  }

  async function look() {
    await load();
    clear();
    preview.replaceChildren();
    if (!input.value.trim()) return;
    try {
      picture(read(wrt.value).node);
    } catch {
      // not finished yet: complaints wait until the question is asked
    }
  }

  // ---- The answer -------------------------------------------------------------------------

  async function ask(wanted = wrt.value) {
    await load();
    clear();
    answer.hidden = true;
    preview.replaceChildren();
    let found;
    try {
      found = read(wanted);
    } catch (error) {
      if (!["ParseError", "Refusal"].includes(error.name)) throw error;
      complain(error);
      if (error.name === "Refusal") refuse(error);
      return;
    }
    remember();
    picture(found.node);
    if (!wrt.value) {
      complain(new Error("nothing in this expression can vary"));
      return;
    }
    try {
      show(found, window.mcalc.engine.derive(found.node, found.symbols.get(wrt.value)));
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) throw error;
      refuse(error);
    }
  }

  // What cannot be shown right is not shown; the engine in Python knows more.
  function refuse(error) {
    answer.replaceChildren(
      element("h2", { id: "ask-refused" }, error.everywhere ? "There is no derivative" : "Not on this page"),
      element("p", {}, `${error.message[0].toUpperCase()}${error.message.slice(1)}.`),
    );
    if (!error.everywhere) {
      answer.append(
        element("p", {}, "The engine of the package has more rules. In a terminal:"),
        element("pre", {}, command()),
      );
    }
    answer.hidden = false;
    scrolls();
  }

  function show({ node }, { lines, result, points }) {
    const { tex, text } = window.mcalc.writing;
    const rows = element("div", { class: "derivation-lines derivation-wide" });
    let before = null;
    for (const line of lines) {
      const row = element("div", { class: "derivation-line" });
      if (line.start.key !== before) row.append(element("div", { class: "derivation-left" }, formula(tex(line.start))));
      row.append(element("div", { class: "derivation-right" }, formula(`= ${tex(line.end)}`)));
      const names = element("p", { class: "derivation-rules" });
      line.rules.forEach(({ name, anchor }, i) => {
        names.append(i ? ", " : "", anchor ? element("a", { href: `${CARDS}#${anchor}` }, name) : name);
      });
      row.append(names);
      rows.append(row);
      before = line.end.key;
    }
    rows.classList.add("derivation-stacked");
    const parts = [
      element("h2", { id: "ask-derivation" }, "Derivation"),
      element("div", { class: "derivation" }, rows),
      element("p", { class: "ask-checked" }, `Every line was compared with the one before it, and the first with differences, at ${points} random points.`),
    ];
    parts.push(
      ...ruleConditions(lines),
      ...resultOf(result),
      ...meaningsOf(lines),
      element("p", { class: "ask-more" }, "With the second derivative and a NumPy function, in a terminal:"),
      element("pre", {}, `${command()} --second --numpy`),
    );
    answer.replaceChildren(...parts);
    answer.hidden = false;
    scrolls();
    answer.setAttribute("aria-label", `derivation of ${text(node)}`);
  }

  // What the rules ask of their point.
  function ruleConditions(lines) {
    const asked = new Map(lines.flatMap(({ rules }) => rules).filter((r) => r.condition).map((r) => [r.name, r.condition]));
    if (asked.size === 0) return [];
    const items = [...asked].map(([name, condition]) => element("li", {}, `${name}: ${condition}`));
    return [element("p", { class: "ask-more" }, "It holds where the rules do:"), element("ul", { class: "ask-notes" }, ...items)];
  }

  // What the letters of a factorisation stand for.
  const MEANINGS = {
    eigenvector: ["u_i(A),\\ v_i(A)", "left and right eigenvector of the i-th eigenvalue, counted from the least, with uᵀv = 1 and v of length 1; of a symmetric matrix both are v"],
    singular_vector: ["u_i(X),\\ v_i(X)", "left and right singular vector of the i-th singular value, counted from the largest"],
    polar: ["\\operatorname{polar}(X)", "U Vᵀ from the singular value decomposition X = U S Vᵀ"],
    frechet: ["L_f(A; E)", "the derivative of the matrix function f at A along E"],
  };

  function meaningsOf(lines) {
    const used = new Set();
    const visit = (x) => {
      used.add(x.op.replace(/^(left|right)_/, ""));
      x.args.forEach(visit);
    };
    lines.forEach(({ end }) => visit(end));
    const items = Object.entries(MEANINGS).filter(([op]) => used.has(op))
      .map(([, [tex, meaning]]) => element("li", {}, formula(tex, false), `: ${meaning}`));
    return items.length ? [element("ul", { class: "ask-notes" }, ...items)] : [];
  }

  function resultOf({ kind, value }) {
    const X = wrt.value;
    const title = { gradient: "Gradient", jacobian: "Jacobian", differential: "Differential" }[kind];
    const says = {
      gradient: `Shaped like ${X} (denominator layout):`,
      jacobian: `d vec(F) = J d vec(${X}) (numerator layout):`,
      differential: "Linear in the differential of the variable:",
    }[kind];
    const { readable, tex, text } = window.mcalc.writing;
    return [
      element("h2", { id: "ask-result" }, title),
      element("p", {}, says),
      formula(tex(value)),
      ...(readable(value) ? [element("p", { class: "ask-text" }, "As text: ", element("code", {}, text(value)))] : []),
    ];
  }

  const scrolls = () => dispatchEvent(new Event("resize")); // book.js gives what scrolls a keyboard stop

  // ---- The address keeps the question --------------------------------------------------------

  function remember() {
    asked = `#${new URLSearchParams({ q: input.value.trim(), wrt: wrt.value })}`;
    history.replaceState(null, "", asked);
  }

  function recall() {
    if (location.hash === asked || !location.hash.startsWith("#q=")) return;
    const given = new URLSearchParams(location.hash.slice(1));
    input.value = given.get("q") ?? "";
    ask(given.get("wrt") ?? "");
  }

  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 150);
  });
  input.addEventListener("focus", load, { once: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    ask();
  });
  wrt.addEventListener("change", () => ask());
  for (const button of document.querySelectorAll("button.ask-example")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      input.value = button.dataset.q;
      ask(button.dataset.wrt).then(() => {
        form.scrollIntoView({ block: "start" });
        input.focus({ preventScroll: true });
      });
    });
  }
  addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
})();
