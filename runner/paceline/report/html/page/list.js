// The list of requests. Only the rows near the window are in the document, however long the run was.

const ROWS_AROUND = 8;

class List {
  constructor(run, open) {
    this.run = run;
    this.open = open;
    this.shown = run.rows;
    this.selected = -1;
    this.list = document.getElementById("list");
    this.space = document.getElementById("list-space");
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.open(Number(row.dataset.number));
    });
    let waiting = false;
    const later = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; this.draw(); });
    };
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
  }

  show(rows) {
    this.shown = rows;
    this.draw();
  }

  get rowHeight() {
    return parseFloat(getComputedStyle(this.list).getPropertyValue("--row"));
  }

  /** Number of the item that is `by` places after the selected one; the first where none is selected. */
  neighbour(by) {
    const at = this.shown.findIndex((row) => row.number === this.selected);
    return this.shown[at < 0 ? 0 : Math.min(Math.max(at + by, 0), this.shown.length - 1)]?.number;
  }

  neighbourThatFailed(by) {
    const at = this.shown.findIndex((row) => row.number === this.selected);
    for (let to = at + by; to >= 0 && to < this.shown.length; to += by) {
      if (this.shown[to].outcome === FAILED) return this.shown[to].number;
    }
    return undefined;
  }

  select(number) {
    this.selected = number;
    this.draw();
  }

  /** Bring the selected row into the window, below what stands fixed at its top. */
  reveal() {
    const at = this.shown.findIndex((row) => row.number === this.selected);
    if (at < 0) return;
    const height = this.rowHeight;
    const y = this.list.getBoundingClientRect().top + at * height;
    const bottoms = [".bar", ".filters"].map((fixed) => document.querySelector(fixed).getBoundingClientRect().bottom);
    const top = Math.max(...bottoms);
    if (y < top) scrollBy(0, y - top - height);
    else if (y + height > innerHeight) scrollBy(0, y + 2 * height - innerHeight);
    this.draw();
  }

  draw() {
    const height = this.rowHeight, rows = this.shown;
    this.space.style.height = `${rows.length * height}px`;
    const top = this.list.getBoundingClientRect().top;
    const first = Math.min(Math.max(0, Math.floor(-top / height) - ROWS_AROUND), Math.max(0, rows.length - 1));
    const last = Math.min(rows.length - 1, Math.max(first + ROWS_AROUND, Math.ceil((innerHeight - top) / height) + ROWS_AROUND));
    const wanted = new Set();
    for (let at = first; at <= last; at += 1) wanted.add(at);
    const selected = rows.findIndex((row) => row.number === this.selected);
    if (selected >= 0) wanted.add(selected); // what the list names as active has to be there
    this.put([...wanted].sort((a, b) => a - b).map((at) => this.placed(rows[at], at, height)));
    if (selected >= 0) this.list.setAttribute("aria-activedescendant", `row-${this.selected}`);
    else this.list.removeAttribute("aria-activedescendant");
  }

  /** Show these rows. Those that are there already stay where they are: a row that is taken out while it is clicked misses its click. */
  put(elements) {
    const kept = new Set(elements);
    for (const element of [...this.space.children]) if (!kept.has(element)) element.remove();
    let next = this.space.firstChild;
    for (const element of elements) {
      if (element === next) next = next.nextSibling;
      else this.space.insertBefore(element, next);
    }
  }

  placed(row, at, height) {
    const element = document.getElementById(`row-${row.number}`) ?? this.row(row);
    element.setAttribute("aria-selected", String(row.number === this.selected));
    element.setAttribute("aria-posinset", at + 1);
    element.setAttribute("aria-setsize", this.shown.length);
    element.style.transform = `translateY(${at * height}px)`;
    return element;
  }

  row(row) {
    return el("div", {
      role: "option", id: `row-${row.number}`, "data-number": row.number, class: `row ${OUTCOMES[row.outcome]}`,
    },
      el("span", { class: "sign", "aria-hidden": "true", text: SIGNS[OUTCOMES[row.outcome]] }),
      el("span", { class: "row-main" },
        el("span", { class: "row-name" }, el("span", { class: "visually-hidden", text: `${OUTCOMES[row.outcome]}: ` }), row.name),
        el("span", { class: "row-sub", text: row.told || this.under(row) })),
      el("span", { class: "row-side" },
        el("span", { class: `row-status ${statusClass(row.status)}` }, el("span", { class: "row-method", text: `${row.method} ` }), row.status || "—"),
        el("span", { class: "faint", text: row.status ? duration(row.ms) : "" })));
  }

  under(row) {
    const round = this.run.iterations > 1 ? ` · iteration ${row.iteration + 1}` : "";
    return `${row.folder}${row.phase === "main" ? "" : ` · ${row.phase}`}${round}`;
  }
}
