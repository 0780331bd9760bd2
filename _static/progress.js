// What a reader has answered stays in the reader's browser. Every page draws it: a bar at each
// chapter in the sidebar, and below them a way to keep the answers in a file, or to forget them.
// Storage that is full, blocked or holds something else leaves the pages as they are.
(() => {
  "use strict";

  const KEY = "mcalc-practice";
  const LONGEST = 2000;
  let kept = {};
  let storing = document.documentElement.dataset.storage !== "none"; // see _ext/mends.py

  const isText = (x) => typeof x === "string" && x.length <= LONGEST;
  const isEntry = (x) =>
    x !== null && typeof x === "object" && typeof x.ok === "boolean" &&
    (isText(x.answer) || (Array.isArray(x.answer) && x.answer.length < 50 && x.answer.every(isText)));
  const isId = (id) => /^[a-z-]+\/[a-z0-9-]+$/.test(id);

  // The answers in a text, null if it holds none.
  function read(text) {
    try {
      const { exercises } = JSON.parse(text);
      return Object.fromEntries(Object.entries(exercises).filter(([id, x]) => isId(id) && isEntry(x)));
    } catch {
      return null;
    }
  }

  const written = () => JSON.stringify({ book: "matrix calculus", version: 1, exercises: kept });

  const recall = () => (kept = read(localStorage.getItem(KEY)) ?? {});

  function store() {
    try {
      if (Object.keys(kept).length) localStorage.setItem(KEY, written());
      else localStorage.removeItem(KEY);
    } catch {
      storing = false; // the room has run out; answers last as long as the page
    }
    draw();
  }

  const solved = (id) => kept[id]?.ok === true;

  const progress = {
    get: (id) => kept[id] ?? null,
    // A solved exercise stays solved while its reader tries other answers.
    set(id, entry) {
      kept[id] = { ...entry, ok: entry.ok || solved(id) };
      store();
    },
    solved,
  };

  // ---- The sidebar ------------------------------------------------------------------------------

  const links = [...document.querySelectorAll("a[data-practice]")].map((link) => [link, link.dataset.practice.split(" ")]);
  const all = [...new Set(links.flatMap(([, ids]) => ids))];
  const count = (ids) => `${ids.filter(solved).length} of ${ids.length} exercises solved`;
  let panel = null;

  function element(name, attributes = {}, ...children) {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children);
    return made;
  }

  function draw() {
    for (const [link, ids] of links) {
      let bar = link.querySelector(".practice-bar");
      if (!bar) {
        bar = element("span", { className: "practice-bar" }, element("span", { className: "visually-hidden" }));
        link.append(" ", bar);
      }
      bar.style.setProperty("--done", ids.filter(solved).length / ids.length);
      bar.classList.toggle("practice-begun", ids.some((id) => kept[id]));
      bar.firstChild.textContent = count(ids);
    }
    if (panel) {
      panel.querySelector("summary").textContent = count(all);
      panel.querySelector(".practice-where").textContent = storing
        ? "Your answers stay in this browser. Nothing is sent anywhere."
        : "This browser keeps no answers; they last until you leave the page.";
    }
    document.dispatchEvent(new CustomEvent("mcalc-progress"));
  }

  function save() {
    const url = URL.createObjectURL(new Blob([written()], { type: "application/json" }));
    element("a", { href: url, download: "matrix-calculus-answers.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return "Saved.";
  }

  async function load(file) {
    const found = read(await file.text());
    if (found === null) return `${file.name} holds no answers; expected a file saved here.`;
    for (const [id, entry] of Object.entries(found)) {
      if (!solved(id) || entry.ok) kept[id] = entry;
    }
    store();
    const loaded = Object.keys(found).length;
    return loaded === 1 ? "1 answer loaded." : `${loaded} answers loaded.`;
  }

  function addPanel() {
    const below = document.querySelector(".sidebar-primary-items__start");
    if (!below || !all.length) return;
    const said = element("p", { className: "practice-said" });
    said.setAttribute("role", "status");
    const button = (text, act) => element("button", { type: "button", textContent: text, onclick: act });
    const picker = element("input", { type: "file", accept: ".json,application/json", hidden: true });
    picker.onchange = async () => {
      if (picker.files.length) said.textContent = await load(picker.files[0]);
      picker.value = "";
    };
    const forget = button("Forget all answers", () => {
      if (forget.dataset.sure) {
        kept = {};
        store();
        said.textContent = "All answers are forgotten.";
      }
      const sure = !forget.dataset.sure;
      forget.textContent = sure ? "Really forget all answers" : "Forget all answers";
      if (sure) forget.dataset.sure = "1";
      else delete forget.dataset.sure;
    });
    panel = element("details", { className: "practice-progress" }, element("summary"),
      element("p", { className: "practice-where" }),
      button("Save to a file", () => (said.textContent = save())),
      button("Load from a file", () => picker.click()), picker, forget, said);
    below.append(element("div", { className: "sidebar-primary-item" }, panel));
  }

  window.mcalc ??= {};
  window.mcalc.progress = progress;
  recall();
  addPanel();
  draw();
  addEventListener("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    recall(); // another tab has answered
    draw();
  });
})();
