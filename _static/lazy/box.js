// One answer box at work: reads back what is typed, judges it on Enter, keeps what was answered.
(() => {
  "use strict";

  const { ParseError } = window.mcalc.grammar;
  const { check } = window.mcalc.answers;
  const { reading, matrixTex, valueTex, element, typeset, pointed, placeEnd, sentence } = window.mcalc.reading;
  const { practice, progress } = window.mcalc;

  const RIGHT = { name: "practice-right", sign: "✓ " };
  const WRONG = { name: "practice-wrong", sign: "✗ " };
  const OPEN = { name: "practice-open", sign: "" };

  class Box {
    constructor(form, exercise) {
      Object.assign(this, { form, exercise });
      this.verdict = form.querySelector(".practice-verdict");
      this.variant = 1;
      this.lines = form.querySelector(".practice-lines");
      this.help = form.querySelector(".practice-help");
      form.addEventListener("input", ({ target }) => {
        if (target.classList.contains("practice-input")) this.preview(target);
      });
      if (this.lines) this.refillLines();
      form.querySelector(".practice-other")?.addEventListener("click", () => this.otherNumbers());
      const earlier = progress.get(exercise.id);
      if (earlier?.variant > 1 && exercise.variants) this.setNumbers(earlier.variant);
      this.inputs.forEach((input) => this.preview(input));
    }

    get inputs() {
      return [...this.form.querySelectorAll(".practice-input")];
    }

    // ---- Reading back -----------------------------------------------------------------------

    preview(input) {
      const place = input.closest(".practice-field").querySelector(".practice-preview");
      place.classList.remove("practice-unread");
      input.removeAttribute("aria-invalid");
      if (!input.value.trim()) return place.replaceChildren(this.help.cloneNode(true));
      try {
        const { tex, shape, notes = [] } = reading(this.exercise, input.value);
        place.replaceChildren(typeset(tex));
        if (shape) place.append(" ", element("span", "practice-shape", shape));
        place.append(...notes.map((note) => element("span", "practice-note", sentence(note))));
        document.dispatchEvent(new CustomEvent("mcalc-written"));
      } catch (problem) {
        if (!(problem instanceof ParseError)) throw problem;
        place.classList.add("practice-unread");
        // What ends too early is still being typed.
        const unfinished = problem.place >= problem.text.length;
        place.replaceChildren(...(unfinished ? [] : [pointed(problem), " "]), problem.problem);
      }
      return undefined;
    }

    // ---- Judging ----------------------------------------------------------------------------

    get answer() {
      const chosen = this.form.querySelector("input[type=radio]:checked")?.value;
      if (this.lines) return this.inputs.map((input) => input.value);
      const typed = this.inputs[0]?.value ?? "";
      if (chosen === undefined || chosen === "false") return typed.trim() || (chosen ?? "");
      return chosen;
    }

    check() {
      const start = performance.now();
      const { answer } = this;
      const result = check(this.exercise, answer, { variant: this.variant });
      this.show(result);
      this.form.dataset.took = performance.now() - start;
      if (result.code !== "unanswered" && result.code !== "unreadable") {
        progress.set(this.exercise.id, { answer, ok: result.ok, code: result.code, variant: this.variant });
      }
      return result;
    }

    show(result) {
      const unread = result.code === "unreadable";
      const state = result.ok ? RIGHT : unread || result.code === "unanswered" ? OPEN : WRONG;
      this.verdict.className = `practice-verdict ${state.name}`;
      const sign = element("span", "practice-sign", state.sign);
      sign.setAttribute("aria-hidden", "true");
      this.verdict.replaceChildren(
        element("p", "", sign, unread ? result.message : sentence(result.message)),
      );
      if (unread) {
        const at = element("span", "visually-hidden", `At position ${result.data.place + 1}: `);
        this.verdict.append(element("p", "", at, pointed(result.data)));
      } else if (result.example) this.verdict.append(this.example(result.example));
      document.dispatchEvent(new CustomEvent("mcalc-written"));
      if (this.lines) this.markLines(result);
      else if (unread && this.inputs[0]) this.pointAt(this.inputs[0], result.data);
    }

    // Put the cursor where the answer cannot be read; the verdict has said why.
    pointAt(input, { text, place }) {
      input.setAttribute("aria-invalid", "true");
      input.closest(".practice-field").querySelector(".practice-preview").replaceChildren();
      if (document.activeElement === input) input.setSelectionRange(place, placeEnd(text, place));
    }

    // The smallest example on which the answer differs; never the formula.
    example({ values, came, right }) {
      const table = element("dl", "practice-example simple");
      const row = (name, ...latex) => {
        const cell = element("dd", "", ...latex.map((tex) => typeset(tex)));
        table.append(element("div", "", element("dt", "", name), cell));
      };
      row("For example, at", ...Object.entries(values).map(valueTex));
      row("your answer is", matrixTex(came));
      row("and right is", matrixTex(right));
      return element("div", "scrolls", table);
    }

    // ---- Numbers that vary ------------------------------------------------------------------

    otherNumbers() {
      this.setNumbers((this.variant % this.exercise.variants.length) + 1);
      this.inputs.forEach((input) => {
        input.value = "";
        this.preview(input);
      });
      this.verdict.replaceChildren(element("p", "", "The question has other numbers now."));
      this.verdict.className = `practice-verdict ${OPEN.name}`;
      this.inputs[0].focus();
    }

    setNumbers(variant) {
      this.variant = Math.min(variant, this.exercise.variants.length);
      const { values } = this.exercise.variants[this.variant - 1];
      for (const place of this.form.closest(".practice").querySelectorAll(".practice-numbers")) {
        const latex = place.dataset.tex.replace(/\[\[(\w+)\]\]/g, (_, name) => matrixTex(values[name]));
        place.querySelector(".math").replaceChildren(typeset(latex, place.querySelector(".katex-display") !== null));
      }
    }

    // ---- Line by line -----------------------------------------------------------------------

    refillLines() {
      const [, ...more] = progress.get(this.exercise.id)?.answer ?? [];
      more.filter((text) => text.trim()).forEach((text) => (this.addLine().value = text));
      this.lines.addEventListener("keydown", (event) => this.moveBetweenLines(event));
    }

    addLine() {
      const row = this.lines.firstElementChild.cloneNode(true);
      const input = row.querySelector("input");
      input.removeAttribute("id");
      input.removeAttribute("aria-invalid");
      input.value = "";
      input.setAttribute("aria-label", `Line ${this.lines.children.length + 1}`);
      const preview = row.querySelector(".practice-preview");
      preview.id = `${preview.id}-${this.lines.children.length + 1}`;
      input.setAttribute("aria-describedby", preview.id);
      row.querySelector(".practice-line-mark")?.remove();
      this.lines.append(row);
      this.preview(input);
      return input;
    }

    moveBetweenLines(event) {
      const { inputs } = this;
      const k = inputs.indexOf(event.target);
      if (event.key === "ArrowUp" && k > 0) inputs[k - 1].focus();
      else if (event.key === "ArrowDown" && k + 1 < inputs.length) inputs[k + 1].focus();
      else if (event.key === "Backspace" && k > 0 && !event.target.value) {
        event.target.closest("li").remove();
        inputs[k - 1].focus();
      } else return;
      event.preventDefault();
    }

    // A sign at each line: follows, does not, was not looked at.
    markLines(result) {
      const rows = [...this.lines.children].filter((row) => row.querySelector("input").value.trim());
      rows.forEach((row, k) => {
        row.querySelector(".practice-line-mark")?.remove();
        const [state, spoken] =
          result.line === null || k + 1 < result.line ? [RIGHT, "follows"]
            : k + 1 === result.line ? [WRONG, "does not follow"] : [OPEN, "not looked at"];
        const mark = element("span", `practice-line-mark ${state.name}`, state.sign || "·");
        mark.setAttribute("role", "img");
        mark.setAttribute("aria-label", spoken);
        row.append(mark);
      });
      if (result.line !== null) {
        const input = rows[result.line - 1].querySelector("input");
        input.focus();
        if (result.code === "unreadable") this.pointAt(input, result.data);
      } else if (rows.length) {
        const last = this.inputs.at(-1);
        (last.value.trim() ? this.addLine() : last).focus();
      }
    }
  }

  practice.start = (form, exercise) => {
    const box = new Box(form, exercise);
    // The first judgement is slow until the browser has translated the scripts.
    setTimeout(() => check(exercise, exercise.kind === "choice" ? "1" : "1 + 1"), 0);
    return box;
  };
})();
