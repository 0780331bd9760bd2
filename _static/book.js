// What is too wide scrolls inside itself. A mouse or a finger finds that out; the keyboard needs a
// stop there, and only there, so that a page of short formulas is not a page of stops.
(() => {
  const boxes = ".katex-display, pre, .cell_output .output, .pst-scrollable-table-container, .scrolls";

  function mark() {
    for (const box of document.querySelectorAll(boxes)) {
      const scrolls = getComputedStyle(box).overflowX === "auto" && box.scrollWidth > box.clientWidth;
      if (scrolls) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
  }

  addEventListener("load", mark);
  addEventListener("resize", mark);
  document.addEventListener("toggle", mark, true); // what was folded has its width only now
  document.addEventListener("mcalc-written", mark); // a script has put something there
})();

// A menu above the page closes when the reader turns to something else, or says so.
(() => {
  const open = () => document.querySelectorAll("details.dropdown[open]");
  addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
