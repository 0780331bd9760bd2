// Answer boxes: what was answered before stands in them again. All that judges an answer loads
// when a box is first touched, and the numbers of its exercise with it.
(() => {
  "use strict";

  const JUDGING = [
    "vendor/mathjs/math.js", "vendor/katex/katex.min.js", "lazy/tokens.js", "lazy/grammar.js",
    "lazy/matrices.js", "lazy/formulas.js", "lazy/literals.js", "lazy/experiments.js",
    "lazy/answers.js", "lazy/reading.js", "lazy/box.js", "exercises/common.js",
  ];
  const brought = {};
  const practice = {
    bring: (exercise) => (brought[exercise.id] = exercise),
    common: (found) => Object.assign(practice, found),
  };
  window.mcalc ??= {};
  window.mcalc.practice = practice;
  let progress = null;

  function begin(form) {
    const id = form.dataset.exercise;
    const verdict = form.querySelector(".practice-verdict");
    const earlier = progress.get(id);
    if (earlier) refill(form, earlier.answer);

    let box = null;
    const wake = () => {
      box ??= window.mcalc.load(...JUDGING, `exercises/${id}.js`)
        .then(() => practice.start(form, { ...brought[id], messages: practice.messages }))
        .catch((problem) => {
          box = null; // the next touch tries again
          verdict.textContent = `The answer box did not load: ${problem.message}. Is the connection gone?`;
          throw problem;
        });
      return box.catch(() => null);
    };
    form.addEventListener("focusin", wake, { once: true });
    form.addEventListener("pointerenter", wake, { once: true });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      (await wake())?.check();
    });
  }

  function refill(form, answer) {
    const inputs = form.querySelectorAll(".practice-input");
    const radio = [...form.querySelectorAll("input[type=radio]")];
    if (Array.isArray(answer)) inputs[0].value = answer[0] ?? "";
    else {
      const chosen = radio.find((r) => r.value === answer);
      if (chosen) chosen.checked = true;
      else if (inputs.length) {
        inputs[0].value = answer;
        if (radio.length) radio.at(-1).checked = true; // a counterexample: not always
      }
    }
  }

  function mark() {
    for (const form of document.querySelectorAll(".practice-form")) {
      const title = form.closest(".practice").querySelector(".practice-title");
      const earlier = progress.get(form.dataset.exercise);
      let sign = title.querySelector(".practice-mark");
      if (!sign) title.append(" ", (sign = Object.assign(document.createElement("span"), { className: "practice-mark" })));
      sign.textContent = earlier === null ? "" : earlier.ok ? "✓ solved" : "tried";
      sign.classList.toggle("practice-solved", earlier?.ok === true);
    }
  }

  // Scripts of the page run in no certain order; this comes after all of them.
  document.addEventListener("DOMContentLoaded", () => {
    ({ progress } = window.mcalc);
    document.querySelectorAll(".practice-form").forEach(begin);
    document.addEventListener("mcalc-progress", mark);
    mark();
  });
})();
