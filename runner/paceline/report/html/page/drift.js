// Drift: which levels are shown, and copying the commands. The changes themselves are there without a script.

const OPEN_AT_FIRST = 3;

function dressDrift(section) {
  const changes = [...section.querySelectorAll(".change")];
  changes.filter((change, at) => at >= OPEN_AT_FIRST || change.dataset.fails === undefined).forEach((change) => { change.open = false; });
  if (changes.length && changes.every((change) => !change.open)) changes[0].open = true;
  const levels = document.getElementById("drift-levels");
  if (levels) {
    levels.hidden = false;
    levels.addEventListener("click", (event) => {
      const level = event.target.closest("button")?.dataset.level;
      if (level === undefined) return;
      for (const chip of levels.children) chip.setAttribute("aria-pressed", String(chip.dataset.level === level));
      for (const change of changes) change.hidden = level !== "" && change.dataset.level !== level;
    });
  }
  for (const old of section.querySelectorAll("[data-copy]")) {
    const button = copyButton("Copy", () => old.dataset.copy);
    button.classList.add("no-print");
    button.setAttribute("aria-label", old.getAttribute("aria-label"));
    old.replaceWith(button);
  }
  let closed = [];
  addEventListener("beforeprint", () => { closed = changes.filter((change) => !change.open); closed.forEach((change) => { change.open = true; }); });
  addEventListener("afterprint", () => closed.forEach((change) => { change.open = false; }));
}

if (document.getElementById("drift")) dressDrift(document.getElementById("drift"));
