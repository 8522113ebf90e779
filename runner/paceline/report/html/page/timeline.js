// The run from left to right: one bar for each request, as wide as it took, as high as its response was slow.

const STRIP_HEIGHT = 112, BAND = 20;

class Timeline {
  constructor(run, open) {
    this.run = run;
    this.open = open;
    this.at = 0;
    this.strip = document.getElementById("timeline-strip");
    this.canvas = document.getElementById("timeline-canvas");
    this.tip = document.getElementById("timeline-tip");
    this.total = Math.max(1, ...run.rows.slice(-200).map((row) => row.start + row.elapsed));
    this.slowest = run.rows.reduce((most, row) => Math.max(most, row.ms), 1);
    const strip = this.strip;
    strip.setAttribute("aria-valuemax", String(run.rows.length));
    strip.addEventListener("pointermove", (event) => this.point(this.nearest(event.clientX)));
    strip.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    strip.addEventListener("click", (event) => { this.point(this.nearest(event.clientX)); this.open(this.at); });
    strip.addEventListener("keydown", (event) => this.key(event));
    strip.addEventListener("blur", () => { this.tip.hidden = true; });
    new ResizeObserver(() => this.draw()).observe(strip);
    document.getElementById("timeline-note").textContent =
      `${count(run.rows.length, "request")} in ${duration(this.total)}. Width: how long it took with its scripts; height: response time, up to ${duration(this.slowest)}.`;
    this.describe();
  }

  x(ms) {
    return (ms / this.total) * this.strip.clientWidth;
  }

  nearest(clientX) {
    const rows = this.run.rows;
    const time = ((clientX - this.strip.getBoundingClientRect().left) / this.strip.clientWidth) * this.total;
    let low = 0, high = rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (rows[middle].start <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  point(number) {
    this.at = Math.min(Math.max(number, 0), this.run.rows.length - 1);
    const row = this.run.rows[this.at];
    this.describe();
    this.tip.replaceChildren(el("b", { text: row.name }), el("br"), this.words(row));
    this.tip.hidden = false;
    const left = Math.min(this.x(row.start), this.strip.clientWidth - this.tip.offsetWidth);
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.draw();
  }

  words(row) {
    return `${row.status || "no response"}, ${duration(row.ms)}, ${OUTCOMES[row.outcome]}, at ${duration(row.start)}`;
  }

  describe() {
    const row = this.run.rows[this.at];
    this.strip.setAttribute("aria-valuenow", String(this.at + 1));
    this.strip.setAttribute("aria-valuetext", `${row.name}: ${this.words(row)}`);
  }

  key(event) {
    const page = Math.max(1, Math.round(this.run.rows.length / 10));
    const to = {
      ArrowRight: this.at + 1, ArrowUp: this.at + 1, ArrowLeft: this.at - 1, ArrowDown: this.at - 1,
      PageUp: this.at + page, PageDown: this.at - page, Home: 0, End: this.run.rows.length - 1,
    }[event.key];
    if (event.key === "Enter") this.open(this.at);
    else if (to === undefined) return;
    else this.point(to);
    event.preventDefault();
  }

  draw() {
    const { canvas, strip, run } = this;
    const width = strip.clientWidth, scale = devicePixelRatio || 1;
    if (!width) return;
    canvas.width = width * scale;
    canvas.height = STRIP_HEIGHT * scale;
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    pen.scale(scale, scale);
    this.bands(pen, width, color);
    const floor = STRIP_HEIGHT - BAND;
    const colors = [color("good-mark"), color("bad-mark"), color("faint-mark")];
    for (const outcome of [SKIPPED, PASSED, FAILED]) { // what failed is drawn last, over all else
      pen.fillStyle = colors[outcome];
      for (const row of run.rows) {
        if (row.outcome !== outcome) continue;
        const height = Math.max(4, Math.sqrt(row.ms / this.slowest) * (floor - 8));
        const wide = this.x(row.elapsed);
        pen.fillRect(this.x(row.start), floor - height, Math.max(outcome === FAILED ? 3 : 1, wide - (wide > 4 ? 1 : 0)), height);
      }
    }
    if (!this.tip.hidden) {
      const row = run.rows[this.at];
      pen.strokeStyle = color("text");
      pen.lineWidth = 1.5;
      pen.strokeRect(this.x(row.start) - 1, 1, Math.max(4, this.x(row.elapsed)), floor - 1);
    }
    this.scale(width);
  }

  /** Which collection ran when: stretches below the bars, with their names where there is room. */
  bands(pen, width, color) {
    const rows = this.run.rows, floor = STRIP_HEIGHT - BAND;
    const nameOf = (row) => this.run.groups[row.group][0];
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    for (let from = 0, turn = 0; from < rows.length; turn += 1) {
      let to = from;
      while (to + 1 < rows.length && nameOf(rows[to + 1]) === nameOf(rows[from])) to += 1;
      const left = this.x(rows[from].start);
      const right = to + 1 < rows.length ? this.x(rows[to + 1].start) : width;
      pen.fillStyle = color(turn % 2 ? "band" : "band-other");
      pen.fillRect(left, floor + 2, right - left, BAND - 2);
      pen.fillStyle = color("faint");
      const name = nameOf(rows[from]);
      if (pen.measureText(name).width + 10 < right - left) pen.fillText(name, left + 5, floor + 2 + (BAND - 2) / 2);
      from = to + 1;
    }
  }

  scale(width) {
    const steps = width < 500 ? 2 : 5;
    document.getElementById("timeline-scale").replaceChildren(
      ...Array.from({ length: steps + 1 }, (_, step) => el("span", { text: duration((this.total * step) / steps) })));
  }
}
