// What few readers need loads when a reader first needs it: scripts in _static/lazy/ (grammar,
// experiments) and _static/vendor/ (math.js, KaTeX) stand on no page.
//
//   await mcalc.load("lazy/grammar.js", "vendor/katex/katex.min.js")
//
// By script tags, because a page opened from a folder (file://) may fetch nothing.
(() => {
  "use strict";

  const root = new URL(".", document.currentScript.src);
  const begun = new Map();

  function one(path) {
    if (!begun.has(path)) {
      begun.set(path, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(path, root);
        script.async = false; // run in the order asked for
        script.onload = resolve;
        script.onerror = () => {
          begun.delete(path); // the next touch tries again
          reject(new Error(`${path} did not load`));
        };
        document.head.append(script);
      }));
    }
    return begun.get(path);
  }

  window.mcalc ??= {};
  window.mcalc.load = (...paths) => Promise.all(paths.map(one));
})();
