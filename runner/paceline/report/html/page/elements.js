// Small things to build the page from. Text goes in as text nodes only, never as markup.

function el(name, options = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (key === "text") element.textContent = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function duration(ms) {
  if (ms < 1000) return `${ms < 10 && ms > 0 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  for (const unit of ["kB", "MB", "GB"]) {
    bytes /= 1000;
    if (bytes < 999.95 || unit === "GB") return `${bytes.toFixed(1)} ${unit}`;
  }
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function statusClass(status) {
  return status ? `status-${Math.floor(status / 100)}` : "status-none";
}

function itemLink(run, number) {
  return el("a", { href: `#item-${number}`, text: run.rows[number].name, class: "item-link" });
}

function copyButton(label, text, id) {
  const button = el("button", { type: "button", class: "quiet", text: label, id });
  button.addEventListener("click", async () => {
    const done = await copied(text());
    button.textContent = done ? "Copied" : "Copying is not allowed here";
    setTimeout(() => { button.textContent = label; }, 1600);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages opened from a file have no clipboard in some browsers; the old way still works.
    const area = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** A table that becomes a list on a narrow screen; cells are texts or elements. */
function table(caption, heads, rows) {
  return el("table", { class: "table" },
    el("caption", { class: "visually-hidden", text: caption }),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col", text: head })))),
    el("tbody", {}, rows.map((cells) => el("tr", {},
      cells.map((cell, at) => el(at ? "td" : "th", { "data-head": heads[at], scope: at ? undefined : "row" }, cell))))));
}

/** Tabs as the ARIA practices describe them: arrow keys move, panels are made when first shown. */
function tabs(label, entries, chosen) {
  const list = el("div", { role: "tablist", "aria-label": label, class: "tabs" });
  const panel = el("div", { role: "tabpanel", id: "tab-panel", class: "tab-panel", tabindex: "0" });
  const buttons = new Map();
  function show(key, focus = false) {
    for (const [other, button] of buttons) {
      button.setAttribute("aria-selected", String(other === key));
      button.tabIndex = other === key ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `tab-${key}`);
    panel.replaceChildren(...[entries.find((entry) => entry.key === key).make()].flat());
    if (focus) buttons.get(key).focus();
  }
  for (const { key, title, number, bad } of entries) {
    const button = el("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": "tab-panel" }, title,
      number === undefined ? "" : el("span", { class: bad ? "number bad" : "number", text: ` ${number}` }));
    button.addEventListener("click", () => show(key));
    buttons.set(key, button);
    list.append(button);
  }
  list.addEventListener("keydown", (event) => {
    const keys = [...buttons.keys()];
    const at = keys.findIndex((key) => buttons.get(key).tabIndex === 0);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(keys[(to + keys.length) % keys.length], true);
  });
  show(entries.some((entry) => entry.key === chosen) ? chosen : entries[0].key);
  return { element: el("div", { class: "tabbed" }, list, panel), show };
}
