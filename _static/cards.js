// The box above the rule cards: shows the cards that hold every word typed. Without this script
// all cards are there and the box is not.
(() => {
  "use strict";

  function start() {
    const form = document.querySelector("form.rule-filter");
    if (!form) return;
    const input = form.querySelector("input");
    const output = form.querySelector("output");
    const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
    const cards = [...document.querySelectorAll("section.rule-card")].map((card) => {
      const copy = card.cloneNode(true);
      for (const formula of copy.querySelectorAll(".katex, details, .verified-mark, .headerlink"))
        formula.remove();
      return [card, plain(copy.textContent)];
    });
    const groups = [...new Set(cards.map(([card]) => card.parentElement))];

    const show = () => {
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      let count = 0;
      for (const [card, text] of cards) {
        card.hidden = !words.every((word) => text.includes(word));
        count += !card.hidden;
      }
      for (const group of groups)
        group.hidden = ![...group.querySelectorAll("section.rule-card")].some((card) => !card.hidden);
      output.textContent = words.length ? `${count} of ${cards.length} rules` : "";
    };

    input.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    // A link to a card that the filter hides shows all of them again.
    addEventListener("hashchange", () => {
      const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!card?.closest("[hidden]")) return;
      input.value = "";
      show();
      card.scrollIntoView();
    });
    form.hidden = false;
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
