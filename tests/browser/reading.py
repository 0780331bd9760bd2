"""What a test asks of an open page. Each function returns what is wrong, an empty list if nothing.

They are functions of the page alone, so that the tests of these tests can show them faults.
"""

RAW_MATH = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const {parentElement: parent, data} = walker.currentNode;
    if (parent.closest("script, style, pre, code, annotation, noscript, textarea")) continue;
    if (/\\\(|\\\[|\$\$|\\begin\{|\\(frac|operatorname|mathbb|left|right)\b/.test(data))
      found.push(data.trim().slice(0, 80));
  }
  return found;
}"""

FORMULAS_WITHOUT_MATHML = """() =>
  [...document.querySelectorAll(".katex")]
    .filter(formula => !formula.querySelector("math annotation, math mrow, math mi, math mn"))
    .map(formula => formula.outerHTML.slice(0, 120))
    .concat([...document.querySelectorAll("span.math, div.math")]
      .filter(box => !box.querySelector(".katex math"))
      .map(box => box.outerHTML.slice(0, 120)))"""

# Images further down load when they come near; asked for, they come at once.
BROKEN_IMAGES = """async () => {
  for (const image of document.images) image.loading = "eager";
  const loads = [...document.images].map(image => image.decode().then(() => null, () => image));
  return (await Promise.all(loads)).filter(Boolean).map(image => image.outerHTML.slice(0, 160));
}"""

# Outside what scrolls by itself nothing may reach beyond the screen. KaTeX keeps MathML for
# screen readers in a clipped box of one pixel, which reaches nowhere.
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > width)
    found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || box.right <= width + 1) continue;
    if (element.closest(".katex-mathml, dialog, .bd-sidebar-primary, .bd-sidebar-secondary, svg"))
      continue;
    let holder = element.parentElement;
    while (holder && !["auto", "scroll"].includes(getComputedStyle(holder).overflowX))
      holder = holder.parentElement;
    if (holder && holder !== document.body && holder !== document.documentElement) continue;
    found.push(`${element.tagName.toLowerCase()}.${element.className} ends at ${box.right | 0} px: `
      + element.textContent.trim().slice(0, 60));
  }
  return found;
}"""

# A box that hides overflow shows half a formula and no way to the rest.
CUT_OFF = """() => [...document.querySelectorAll(
    ".bd-article .katex-display, .bd-article span.math, .bd-article pre, .bd-article table, "
    + ".bd-article div.proof, .bd-article .cell_output .output")]
  .filter(box => ["hidden", "clip"].includes(getComputedStyle(box).overflowX)
    && box.scrollWidth > box.clientWidth + 1)
  .map(box => box.outerHTML.slice(0, 120))"""

SCROLLING_WITHOUT_CUE = """() => [...document.querySelectorAll("body *")]
  .filter(box => ["auto", "scroll"].includes(getComputedStyle(box).overflowX)
    && box.closest(".bd-article")
    && box.scrollWidth > box.clientWidth + 1
    && !getComputedStyle(box).backgroundImage.includes("gradient"))
  .map(box => box.outerHTML.slice(0, 120))"""

DEAD_MARKS = """() => {
  const marks = [...document.querySelectorAll("a.verified-mark")];
  return marks.filter(mark => {
    const cell = document.getElementById(decodeURIComponent(mark.getAttribute("href").slice(1)));
    return !(cell && cell.matches("div.cell") && cell.querySelector("p.verifies a[href*='#']")
      && /assert/.test(cell.textContent) && mark.getAttribute("aria-label"));
  }).map(mark => mark.outerHTML);
}"""

LIGHT_BOXES = """() => [...document.querySelectorAll(".bd-article *")]
  .filter(element => {
    const [r, g, b, a = 1] = getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).map(Number);
    return a > 0.5 && (0.2126 * r + 0.7152 * g + 0.0722 * b) > 110;
  })
  .map(element => element.outerHTML.slice(0, 120))"""

# What an element is and says -> its colours; buttons, boxes and marks come from scripts.
COLOURS = """() => {
  const found = {};
  for (const element of document.querySelectorAll("body *:not(.katex *)")) {
    if (element.closest("svg, button, dialog, .practice-form") || !element.checkVisibility()) continue;
    const {color, backgroundColor, borderTopColor, borderLeftColor, filter} = getComputedStyle(element);
    const name = `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 40)}`;
    found[name] ??= [color, backgroundColor, borderTopColor, borderLeftColor, filter].join(" ");
  }
  return found;
}"""

UNTURNED_FIGURES = """() => [...document.querySelectorAll(".bd-article img")]
  .filter(image => !image.matches(".only-dark, .dark-light"))
  .filter(image => !getComputedStyle(image).filter.includes("invert(1)")
    || !/rgba\\(.*, 0\\)|transparent/.test(getComputedStyle(image).backgroundColor))
  .map(image => image.outerHTML.slice(0, 120))"""


DRAWN = """() => new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"""

UNREACHABLE = """() => [...document.querySelectorAll(".bd-article *")]
  .filter(box => getComputedStyle(box).overflowX === "auto"
    && box.scrollWidth > box.clientWidth && box.tabIndex < 0)
  .map(box => box.outerHTML.slice(0, 120))"""

MOVING = """() => [...document.querySelectorAll("*:not(.katex *)")].filter(element => {
  const style = getComputedStyle(element);
  return style.scrollBehavior === "smooth" || [style.transitionDuration, style.animationDuration]
    .some(times => times.split(", ").some(time => parseFloat(time) > 0.01));
}).map(element => element.outerHTML.slice(0, 100))"""


def first_formula(page):
    """Return the first formula's visible box, as (width, height), or None where there is none."""
    return page.evaluate(
        """() => {
          const formula = document.querySelector(".bd-article .katex-html");
          if (!formula) return null;
          const box = formula.getBoundingClientRect();
          return [box.width, box.height];
        }"""
    )


# Speech gets a formula's MathML. The spans that draw it are hidden from speech, have the colour of
# the text around them, and are nine in ten of a chapter's elements: without them axe is done in
# seconds. They go back to where they were, as last child of their formula.
# Dark and light differ in their colours alone, so one of them is enough for all other rules.
AXE = """async rules => {
  const drawn = [...document.querySelectorAll(".katex-html")].map(one => [one.parentNode, one]);
  for (const [, one] of drawn) one.remove();
  try { return await axe.run(document, {resultTypes: ["violations"], ...(rules && {runOnly: rules})}); }
  finally { for (const [formula, one] of drawn) formula.append(one); }
}"""


def axe(page, source, rules=None):
    """Return the serious and critical violations that axe-core finds, one line per element.

    ``rules`` names the only rules to try; None tries all.
    """
    page.evaluate(DRAWN)  # a resized page is marked anew with its next frame
    page.evaluate(source)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} {node['failureSummary']}"
        for violation in page.evaluate(AXE, rules)["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
