// Puts the page together: filters, what is open, keys, theme, print.

const narrow = matchMedia("(max-width: 899px)");
const byId = (id) => document.getElementById(id);

const filter = { text: "", outcome: null, group: "", order: "run" };

const ORDERS = {
  run: null,
  failed: (a, b) => (b.outcome === FAILED) - (a.outcome === FAILED) || a.number - b.number,
  slow: (a, b) => b.ms - a.ms || a.number - b.number,
  large: (a, b) => b.size - a.size || a.number - b.number,
};

function filtered(run) {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = run.rows.filter((row) =>
    (filter.outcome === null || row.outcome === filter.outcome)
    && (filter.group === "" || row.folder === filter.group || row.folder.startsWith(`${filter.group} › `))
    && words.every((word) => run.searched(row).includes(word)));
  return ORDERS[filter.order] ? rows.sort(ORDERS[filter.order]) : rows;
}

function start(run) {
  const detail = byId("detail");
  let opening = 0;

  async function show(number) {
    const turn = ++opening;
    list.select(number);
    let view;
    try {
      view = detailView(run, run.rows[number], await run.detail(number));
    } catch (error) {
      view = el("p", { class: "note", text: `This request cannot be shown: ${error.message}` });
    }
    if (turn !== opening) return; // another one was opened meanwhile
    detail.replaceChildren(view);
    detail.setAttribute("aria-label", `Request: ${run.rows[number].name}`);
    detail.hidden = false;
    detail.scrollTop = 0;
    detail.dataset.number = number;
    byId("close")?.addEventListener("click", close);
    if (document.body.classList.contains("detail-open")) detail.focus({ preventScroll: true });
  }

  /** Open by the address, so that Back, links and bookmarks work. */
  function open(number) {
    if (location.hash === `#item-${number}`) fromAddress();
    else location.hash = `item-${number}`;
  }

  function fromAddress() {
    const number = /^#item-(\d+)$/.exec(location.hash)?.[1];
    document.body.classList.toggle("detail-open", number !== undefined && narrow.matches);
    if (number === undefined || !run.rows[number]) return;
    if (!list.shown.some((row) => row.number === Number(number))) reset();
    list.selected = Number(number);
    if (!narrow.matches) list.reveal();
    show(Number(number));
  }

  function close() {
    document.body.classList.remove("detail-open");
    history.replaceState(null, "", location.pathname + location.search);
    byId("list").focus({ preventScroll: true });
    list.reveal();
  }

  function step(number) {
    if (number === undefined) return;
    history.replaceState(null, "", `#item-${number}`);
    list.selected = number;
    list.reveal();
    show(number);
  }

  function refresh() {
    const rows = filtered(run);
    list.show(rows);
    byId("count").textContent = rows.length === run.rows.length ? count(rows.length, "request")
      : `${rows.length.toLocaleString("en")} of ${count(run.rows.length, "request")}`;
    for (const chip of byId("outcomes").children) chip.setAttribute("aria-pressed", String(chip.dataset.outcome === String(filter.outcome)));
  }

  function reset() {
    Object.assign(filter, { text: "", outcome: null, group: "" });
    byId("search").value = "";
    byId("group").value = "";
    refresh();
  }

  function keys(event) {
    const typing = event.target.closest("input, select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
    if (event.key === "Escape") {
      if (document.body.classList.contains("detail-open") || detail.contains(event.target)) close();
      else if (typing === byId("search")) { filter.text = typing.value = ""; refresh(); byId("list").focus(); }
      return;
    }
    if (typing === byId("search") && (event.key === "Enter" || event.key === "ArrowDown")) {
      event.preventDefault();
      byId("list").focus();
      step(list.shown[0]?.number);
      return;
    }
    if (typing) return;
    const inList = event.target === byId("list");
    const act = {
      "/": () => byId("search").focus(),
      j: () => step(list.neighbour(1)), k: () => step(list.neighbour(-1)),
      n: () => step(list.neighbourThatFailed(1)), p: () => step(list.neighbourThatFailed(-1)),
      c: () => byId("copy-curl")?.click(), t: nextTheme, "?": () => byId("keys").showModal(),
      ...(inList ? {
        ArrowDown: () => step(list.neighbour(1)), ArrowUp: () => step(list.neighbour(-1)),
        PageDown: () => step(list.neighbour(10)), PageUp: () => step(list.neighbour(-10)),
        Home: () => step(list.shown[0]?.number), End: () => step(list.shown.at(-1)?.number),
      } : {}),
      ...(inList || event.target === document.body ? { Enter: enter } : {}),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  function enter() {
    if (list.selected < 0) return;
    if (narrow.matches) open(list.selected);
    else detail.focus({ preventScroll: true });
  }

  const list = new List(run, open);
  fillFilters(run, refresh);
  byId("requests").hidden = false;
  byId("timeline").hidden = false;
  const timeline = new Timeline(run, open);
  addEventListener("themed", () => timeline.draw());
  if (run.cookies.length) {
    byId("cookie-lines").append(...lifelines(run));
    byId("cookies").hidden = byId("cookies-link").hidden = false;
  }
  refresh();
  document.addEventListener("keydown", keys);
  addEventListener("hashchange", fromAddress);
  if (/^#item-\d+$/.test(location.hash)) fromAddress();
  else if (!narrow.matches) show((run.rows.find((row) => row.outcome === FAILED) ?? run.rows[0]).number);
}

function fillFilters(run, refresh) {
  const outcomes = [["All", null], ["Failed", FAILED], ["Passed", PASSED], ["Skipped", SKIPPED]];
  for (const [title, outcome] of outcomes) {
    const number = outcome === null ? run.rows.length : run.rows.filter((row) => row.outcome === outcome).length;
    if (outcome !== null && number === 0) continue;
    const chip = el("button", { type: "button", class: "chip", "data-outcome": String(outcome), "aria-pressed": "false" },
      title, " ", el("span", { class: "number", text: number.toLocaleString("en") }));
    chip.addEventListener("click", () => { filter.outcome = outcome; refresh(); });
    byId("outcomes").append(chip);
  }
  const folders = new Set(run.groups.flatMap((group) => group.map((_, at) => group.slice(0, at + 1).join(" › "))));
  byId("group").append(el("option", { value: "", text: "all" }), ...[...folders].map((folder) => el("option", { value: folder, text: folder })));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("search").addEventListener("input", () => { filter.text = byId("search").value; refresh(); });
  byId("group").addEventListener("change", () => { filter.group = byId("group").value; refresh(); });
  byId("order").addEventListener("change", () => { filter.order = byId("order").value; refresh(); });
}

// --- Theme and print, which need no data ---

const THEMES = ["auto", "light", "dark"];

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
  try { localStorage.setItem("paceline-theme", theme); } catch { /* pages from files may have no storage */ }
  dispatchEvent(new Event("themed"));
}

function nextTheme() {
  setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length]);
}

function dress() {
  let theme = null;
  try { theme = localStorage.getItem("paceline-theme"); } catch { /* as above */ }
  setTheme(THEMES.includes(theme) ? theme : "auto");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dispatchEvent(new Event("themed")));
  byId("no-script").hidden = true;
  byId("theme").hidden = byId("help").hidden = false;
  byId("theme").addEventListener("click", nextTheme);
  byId("help").addEventListener("click", () => byId("keys").showModal());
  byId("started").textContent = new Date(byId("started").dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const cards = [...document.querySelectorAll("details.card")];
  cards.slice(3).forEach((card) => { card.open = false; });
  let closed = [];
  addEventListener("beforeprint", () => { closed = cards.filter((card) => !card.open); closed.forEach((card) => { card.open = true; }); });
  addEventListener("afterprint", () => closed.forEach((card) => { card.open = false; }));
}

dress();
Run.open().then((run) => { if (run.rows.length) start(run); }).catch((error) => {
  byId("top").append(el("p", { class: "note", text: `The requests cannot be shown (${error.message}). A browser of 2023 or later can.` }));
});
