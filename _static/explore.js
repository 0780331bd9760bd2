// Sliders of explorations: a native range input picks one of the frames stored in the page.
// Frames are put together when a slider is first touched, and each when it is first shown.
(() => {
  "use strict";

  // In the book the frames stand in a file of their own: <figure data-frames="folder/x.js">, a script
  // that calls mcalcFrames("x.js", {...}). A script loads from file:// too, where fetch does not.
  const waiting = new Map();
  window.mcalcFrames = (name, data) => waiting.get(name)?.(data);

  const load = (figure) =>
    new Promise((resolve, reject) => {
      const inline = figure.querySelector("script.mcalc-frames");
      if (inline) return resolve(JSON.parse(inline.textContent));
      const script = document.createElement("script");
      script.src = figure.dataset.frames;
      waiting.set(script.src.split("/").pop(), resolve);
      script.onerror = reject;
      document.head.append(script);
    });

  const start = (figure) => {
    const inputs = [...figure.querySelectorAll('input[type="range"]')];
    const place = figure.querySelector(".mcalc-frame");
    const texts = inputs.map((input) => JSON.parse(input.dataset.texts));
    let data = null;
    let shown = 0;

    const show = async () => {
      data ??= load(figure);
      const { kind, lines, frames, alts } = await data;
      const index = inputs.reduce((sum, input, k) => sum * texts[k].length + input.valueAsNumber, 0);
      if (index === shown) return;
      shown = index;
      const body = frames[index].map((k) => lines[k]).join("\n");
      if (kind === "html") {
        place.innerHTML = body;
        return;
      }
      const old = place.querySelector("img");
      const picture = old.cloneNode();
      picture.loading = "eager";
      picture.alt = alts[index];
      picture.src = "data:image/svg+xml," + encodeURIComponent(body);
      await picture.decode().catch(() => {}); // replace it ready, or the page would flicker
      if (shown === index) place.querySelector("img").replaceWith(picture);
    };

    inputs.forEach((input, k) => {
      const output = input.closest(".mcalc-control").querySelector("output");
      input.addEventListener("input", () => {
        const text = texts[k][input.valueAsNumber];
        input.setAttribute("aria-valuetext", text);
        output.textContent = `${input.dataset.label} = ${text}`;
        show();
      });
      input.addEventListener("pointerenter", () => (data ??= load(figure)), { once: true });
      input.addEventListener("focus", () => (data ??= load(figure)), { once: true });
    });
    figure.querySelector(".mcalc-controls").hidden = false;
  };

  const startAll = () => document.querySelectorAll("figure.mcalc-explore").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
