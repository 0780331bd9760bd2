// Makes the one page of the book ready for paper; returns what is still wider than it.
async () => {
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));

  // Solutions stand at the end, chapter by chapter, and lead back.
  const end = document.createElement("div");
  end.className = "print-page";
  end.id = "solutions";
  end.innerHTML = "<h1>Solutions</h1>";
  for (const chapter of document.querySelectorAll(".print-page")) {
    const found = chapter.querySelectorAll("details.practice-solution, div.admonition.solution");
    if (!found.length) continue;
    const heading = document.createElement("h2");
    heading.textContent = chapter.querySelector("h1").textContent.replace(/#$/, "");
    end.append(heading);
    [...found].forEach((solution, k) => {
      const box = solution.closest(".practice") ?? solution;
      const exercise = box.id || (box.id = `${chapter.id}--exercise-${k}`);
      const name = box.querySelector(".practice-name, .admonition-title")?.textContent ?? "Exercise";
      const place = document.createElement("section");
      place.id = `${exercise}--solution`;
      place.innerHTML = `<h3><a href="#${exercise}"></a></h3>`;
      place.querySelector("a").textContent = name;
      const link = document.createElement("p");
      link.innerHTML = `<a href="#${place.id}">Solution</a>`;
      solution.before(link);
      if (solution.matches("details")) {
        solution.querySelector("summary")?.remove();
        place.append(...solution.childNodes);
        solution.remove();
      } else place.append(solution);
      end.append(place);
    });
  }
  if (end.childElementCount > 1) {
    document.querySelector("main").append(end);
    const entry = document.createElement("li");
    entry.innerHTML = `<a href="#solutions">Solutions</a><span></span>`;
    document.querySelector(".print-contents ol").append(entry);
  }
  for (const details of document.querySelectorAll("details")) details.open = true;

  // What is too wide is set smaller, by as much as it needs: the outermost first, because what it
  // holds shrinks with it. All are measured before any is changed: each change after which another is
  // measured would lay the whole book out anew.
  const boxes = [
    ...document.querySelectorAll(".katex-display, table, pre, .cell_output .output, .mcalc-frame"),
  ];
  for (let round = 0; round < 4; round++) {
    const wide = new Map();
    for (const box of boxes) {
      if (box.style.zoom) continue;
      const room = box.parentElement.clientWidth;
      const needed = Math.max(box.scrollWidth, box.getBoundingClientRect().width);
      if (room > 0 && needed > room + 1) wide.set(box, (room / needed) * 0.99);
    }
    if (!wide.size) break;
    for (const [box, share] of wide) {
      let outer = box.parentElement;
      while (outer && !wide.has(outer)) outer = outer.parentElement;
      if (!outer) box.style.zoom = String(share);
    }
  }
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll("main *:not(.katex-mathml, .katex-mathml *, svg *)")]
    .filter((one) => {
      const {right, width: own, height} = one.getBoundingClientRect();
      return own > 0 && height > 0 && right > width + 2;
    })
    .map((one) => `${one.closest(".print-page")?.id}: ${one.outerHTML.slice(0, 120)}`)
    .slice(0, 20);
}
