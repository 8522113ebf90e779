// Bodies: JSON set out line by line, each line knowing the JSON Pointer (RFC 6901) of what begins on it.

const TOKEN = /\s*(?:("[^"\\]*(?:\\[^][^"\\]*)*")|([{}[\],:])|([^\s{}[\],:"]+))/y;
const EMPTY = /\s*[}\]]/y;
const LITERAL = /^(?:true|false|null|NaN|\*+|-?\d[\d.eE+-]*)$/;
const LINES_AT_ONCE = 2000;

/** Tokens are set out as they are, not parsed and printed again: numbers keep their digits, keys that repeat stay. */
function jsonLines(text, mayBeCut) {
  const lines = [], stack = [];
  let parts = [], pointer = null, depth = 0, place = 0;
  const top = () => stack[stack.length - 1];
  const here = () => (stack.length === 0 ? "" : top().array ? `${top().pointer}/${top().index}` : top().member);
  const add = (kind, token) => { pointer ??= here(); parts.push([kind, token]); };
  const endLine = () => {
    if (parts.length) lines.push({ pointer, depth, parts });
    parts = [];
    pointer = null;
    depth = stack.length;
  };
  TOKEN.lastIndex = 0;
  for (let match; (match = TOKEN.exec(text)); place = TOKEN.lastIndex) {
    const [, string, mark, literal] = match;
    if (mark === "{" || mark === "[") {
      add("mark", mark);
      EMPTY.lastIndex = TOKEN.lastIndex;
      stack.push({ array: mark === "[", pointer: here(), index: 0, member: "", key: mark === "{", empty: EMPTY.test(text) });
      if (!top().empty) endLine();
    } else if (mark === "}" || mark === "]") {
      if (stack.length === 0) return null;
      const closed = stack.pop();
      if (!closed.empty) {
        endLine();
        pointer = closed.pointer;
      }
      add("mark", mark);
    } else if (mark === ",") {
      if (stack.length === 0) return null;
      add("mark", ",");
      if (top().array) top().index += 1;
      else top().key = true;
      endLine();
    } else if (mark === ":") {
      if (stack.length === 0) return null;
      add("mark", ": ");
      top().key = false;
    } else if (string !== undefined && stack.length && top().key) {
      top().member = `${top().pointer}/${pointerToken(string)}`;
      add("key", string);
    } else if (string !== undefined) {
      add("string", string);
    } else {
      if (!LITERAL.test(literal)) return null;
      add(/^[-\d]/.test(literal) ? "number" : "literal", literal);
    }
  }
  const rest = text.slice(place).trim();
  if ((rest || stack.length) && !mayBeCut) return null;
  if (rest) add("string", rest);
  endLine();
  return lines.length ? lines : null;
}

function pointerToken(string) {
  let name = string.slice(1, -1);
  try { name = JSON.parse(string); } catch { /* a broken escape: the name as it is written */ }
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Rows of CSV, which may run over several lines inside quotes; each is one line here. */
function csvLines(text) {
  const lines = [];
  let from = 0, quoted = false;
  for (let at = 0; at <= text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    else if (at === text.length || (text[at] === "\n" && !quoted)) {
      if (at > from) lines.push({ pointer: `/${lines.length}`, depth: 0, parts: [["text", text.slice(from, at).replace(/\r$/, "")]] });
      from = at + 1;
    }
  }
  return lines;
}

function plainLines(text) {
  return text.split(/\r?\n/).map((line) => ({ pointer: null, depth: 0, parts: [["text", line]] }));
}

function prettyLines(body) {
  if (body.type.includes("csv")) return csvLines(body.text);
  const looksLikeJson = body.type.includes("json") || /^\s*[[{]/.test(body.text);
  return looksLikeJson ? jsonLines(body.text, body.cut) : null;
}

/** The lines a pointer stands for; of what is not there, the line of what should hold it. */
function linesOf(lines, pointer) {
  if (pointer === "") return { first: 0, last: 0, missing: false };
  for (let wanted = pointer; ; wanted = wanted.slice(0, wanted.lastIndexOf("/"))) {
    const missing = wanted !== pointer;
    const first = wanted === "" ? 0 : lines.findIndex((line) => line.pointer === wanted);
    if (first >= 0) {
      let last = first;
      const within = (line) => line.pointer === wanted || (line.pointer ?? "").startsWith(`${wanted}/`);
      while (!missing && last + 1 < lines.length && within(lines[last + 1])) last += 1;
      return { first, last, missing };
    }
  }
}

function breachNote(breach) {
  return el("div", { class: "breach-note" },
    el("p", { class: "breach-head" }, el("b", { text: breach.rule }), " ", el("code", { text: breach.pointer || "whole body" })),
    difference(breach));
}

function difference(breach) {
  return el("dl", { class: "difference" },
    el("div", { class: "expected" }, el("dt", { text: "expected" }), el("dd", { text: breach.expected })),
    el("div", { class: "got" }, el("dt", { text: "got" }), el("dd", { text: breach.got })));
}

function lineElement(line, number, marked) {
  const code = el("span", { class: "line-text" });
  code.style.paddingInlineStart = `${Math.min(line.depth, 40) * 2}ch`;
  code.append(...line.parts.map(([kind, text]) => (kind === "text" ? text : el("span", { class: `json-${kind}`, text }))));
  return el("div", { class: marked ? "line marked" : "line", "data-line": number + 1 }, code);
}

/** A body with its tools; `breaches` are shown where they are. */
function bodyView(body, breaches = [], what = "body", extra = "") {
  if (!body) return el("p", { class: "faint", text: `No ${what}.` });
  const remark = `${size(body.size)}${body.type ? ` of ${body.type}` : ""}${extra}`;
  if (body.image) {
    return el("figure", { class: "picture" },
      el("img", { src: body.image, alt: `the ${what}, a picture` }), el("figcaption", { class: "faint", text: remark }));
  }
  if (body.binary) return el("p", { class: "faint", text: `${remark}: binary, not shown.` });
  const pretty = prettyLines(body);
  const code = el("div", { class: "code", role: "group", "aria-label": what, tabindex: "0" });
  const buttons = el("div", { class: "body-tools" }, el("span", { class: "faint", text: remark }));
  const view = el("div", { class: "body" }, buttons);
  if (body.cut) view.append(el("p", { class: "note", text: `Only the first ${body.text.length.toLocaleString("en")} characters are in this report.` }));
  function show(lines) {
    const marks = lines === pretty ? breaches.map((breach) => [breach, linesOf(lines, breach.pointer)]) : [];
    const notes = new Map(), marked = new Set();
    for (const [breach, place] of marks) {
      if (breach.pointer !== "") for (let at = place.first; at <= Math.min(place.last, place.first + 200); at += 1) marked.add(at);
      notes.set(place.first, [...(notes.get(place.first) ?? []), breach]);
    }
    const most = Math.max(LINES_AT_ONCE, ...marks.map(([, place]) => place.first + 200));
    const fill = (from, to) => {
      const pieces = document.createDocumentFragment();
      for (let at = from; at < Math.min(to, lines.length); at += 1) {
        pieces.append(lineElement(lines[at], at, marked.has(at)));
        if (notes.has(at)) pieces.append(...notes.get(at).map(breachNote));
      }
      code.append(pieces);
    };
    code.replaceChildren();
    fill(0, most);
    if (lines.length > most) {
      const more = el("button", { type: "button", class: "quiet", text: `Show ${count(lines.length - most, "more line")}` });
      more.addEventListener("click", () => { more.remove(); fill(most, lines.length); });
      code.append(more);
    }
  }
  if (pretty) {
    const raw = el("button", { type: "button", class: "quiet", "aria-pressed": "false", text: "Raw" });
    raw.addEventListener("click", () => {
      const on = raw.getAttribute("aria-pressed") !== "true";
      raw.setAttribute("aria-pressed", String(on));
      show(on ? plainLines(body.text) : pretty);
    });
    buttons.append(raw);
  }
  buttons.append(copyButton("Copy", () => body.text));
  show(pretty ?? plainLines(body.text));
  view.append(code);
  return view;
}
