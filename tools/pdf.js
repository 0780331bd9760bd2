// Makes the one page of the book ready for paper; returns what is still wider than it.
async (solutionsOn) => {
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
    entry.innerHTML = `<a href="#solutions">Solutions</a><span>${solutionsOn}</span>`;
    document.querySelector(".print-contents ol").append(entry);
  }
  for (const details of document.querySelectorAll("details")) details.open = true;

  // What is too wide is set smaller, by as much as it needs.
  const boxes = ".katex-display, table, pre, .cell_output .output, .mcalc-frame";
  for (const box of document.querySelectorAll(boxes)) {
    box.style.overflow = "visible";
    const room = box.parentElement.clientWidth;
    const needed = Math.max(box.scrollWidth, box.getBoundingClientRect().width);
    if (room > 0 && needed > room + 1) box.style.zoom = String((room / needed) * 0.99);
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
