// One request in full: why it failed, what was sent and received, checks, variables, cookies, console.

function detailView(run, row, detail) {
  const trip = detail.trip;
  const last = trip?.hops[trip.hops.length - 1];
  const view = el("div", { class: "detail-inside" }, detailHead(run, row, detail));
  const breaches = (detail.contract?.breaches ?? []).map((breach) => ({ ...breach, pointer: breach.pointer ?? "" }));
  const own = breaches.filter((breach) => (breach.page ?? 1) === 1);
  const entries = [];
  if (last?.response) entries.push({ key: "response", title: "Response", make: () => responsePanel(trip, own) });
  entries.push({ key: "request", title: "Request", make: () => requestPanel(detail) });
  const checks = (detail.checks ?? []).length + (detail.contract ? 1 : 0);
  const bad = (detail.checks ?? []).some((check) => check.state === "failed") || breaches.length > 0;
  if (checks) entries.push({ key: "checks", title: "Checks", number: checks, bad, make: () => checksPanel(detail) });
  const variables = (detail.reads ?? []).length + (detail.writes ?? []).length;
  if (variables) entries.push({ key: "variables", title: "Variables", number: variables, make: () => variablesPanel(run, row, detail) });
  if (detail.cookies) {
    const told = (detail.cookies.sent ?? []).length + (detail.cookies.received ?? []).length;
    entries.push({ key: "cookies", title: "Cookies", number: told, make: () => cookiesPanel(run, row, detail.cookies) });
  }
  if (detail.console) entries.push({ key: "console", title: "Console", number: detail.console.length, make: () => consolePanel(detail.console) });
  if (detail.calls) entries.push({ key: "calls", title: "Script requests", number: detail.calls.length, make: () => detail.calls.map((call) => tripFold(call, [])) });
  if (detail.pages) entries.push({ key: "pages", title: "Pages", number: detail.pages.length, make: () => pagesPanel(detail.pages, breaches) });
  if (detail.visualizer) entries.push({ key: "visualizer", title: "Visualizer", make: () => visualizerPanel(detail.visualizer) });
  const chosen = tabs("Parts of the request", entries, "response");
  if (detail.failures) view.append(failuresView(detail, (breach) => showInBody(chosen, view, breach)));
  view.append(chosen.element);
  return view;
}

function detailHead(run, row, detail) {
  const trip = detail.trip;
  const response = trip?.hops[trip.hops.length - 1].response;
  const request = trip?.hops[0].request ?? detail.template;
  const facts = [
    el("span", { class: `pill ${statusClass(response?.status)}`, text: response ? `${response.status} ${response.reason}`.trim() : row.outcome === SKIPPED ? "skipped" : "no response" }),
    response ? el("span", { text: duration(trip.ms) }) : null,
    response ? el("span", { text: size(response.size) }) : null,
    run.iterations > 1 ? el("span", { text: `iteration ${row.iteration + 1} of ${run.iterations}` }) : null,
    row.phase !== "main" ? el("span", { class: "phase", text: row.phase }) : null,
  ];
  const head = el("header", { class: "detail-head" },
    el("div", { class: "detail-nav" },
      el("button", { type: "button", id: "close", class: "quiet narrow-only", text: "‹ Back to the list" }),
      el("p", { class: "faint detail-path", text: row.folder })),
    el("h3", { id: "detail-title", text: row.name }),
    el("p", { class: "request-line" }, el("span", { class: "method", text: request.method }), " ", el("span", { class: "url", text: request.url })),
    el("p", { class: "detail-facts" }, facts),
    el("div", { class: "detail-actions" }, trip?.curl ? copyButton("Copy as curl", () => trip.curl, "copy-curl") : null));
  if (detail.skipped) head.append(el("p", { class: "note", text: `Skipped: ${detail.skipped}` }));
  return head;
}

const FAILURES_AT_ONCE = 3;

function failuresView(detail, toBody) {
  const items = detail.failures.map((failure) => failureItem(failure, toBody));
  const list = el("ol", { class: "failures" }, items.slice(0, FAILURES_AT_ONCE));
  const why = el("section", { class: "why", "aria-label": "What failed" }, list);
  const rest = items.slice(FAILURES_AT_ONCE);
  if (rest.length) {
    const more = el("button", { type: "button", class: "quiet", text: `Show ${count(rest.length, "more failure")}` });
    more.addEventListener("click", () => { more.remove(); list.append(...rest); });
    why.append(more);
  }
  return why;
}

function failureItem(failure, toBody) {
  const item = el("li", { class: "failure" },
    el("p", { class: "failure-title" }, failure.title, failure.pointer ? " " : "", failure.pointer ? el("code", { text: failure.pointer }) : ""));
  if (failure.rule) item.append(difference(failure));
  if (failure.message) item.append(el("pre", { class: "message", text: failure.message }));
  for (const [number, source] of failure.frames ?? []) {
    item.append(el("p", { class: "frame" }, el("span", { class: "faint", text: `line ${number} ` }), el("code", { text: source })));
  }
  if (failure.fix) item.append(el("p", { class: "fix" }, el("b", { text: "Fix: " }), failure.fix));
  if (failure.at) item.append(el("p", { class: "place faint", text: failure.at }));
  if (failure.pointer && (failure.page ?? 1) === 1) {
    item.append(el("button", { type: "button", class: "quiet", text: "Show it in the body", on: { click: () => toBody(failure) } }));
  }
  return item;
}

function showInBody(chosen, view, breach) {
  chosen.show("response");
  const marks = [...view.querySelectorAll(".breach-note")];
  const note = marks.find((mark) => mark.querySelector("code").textContent === breach.pointer) ?? marks[0];
  note?.scrollIntoView({ block: "center" });
}

// --- Requests and responses ---

/** Where there are redirects, a choice between the hops; `make` gives the view of one. */
function hopChoice(trip, make) {
  const hops = trip.hops;
  if (hops.length === 1) return make(hops[0], true);
  const place = el("div", {});
  const buttons = hops.map((hop, at) => el("button", {
    type: "button", class: "chip", text: `${at + 1}. ${hop.request.method} → ${hop.response?.status ?? "no response"}`,
    on: { click: () => show(at) },
  }));
  function show(at) {
    buttons.forEach((button, other) => button.setAttribute("aria-pressed", String(other === at)));
    place.replaceChildren(...[make(hops[at], at === hops.length - 1)].flat());
  }
  show(hops.length - 1);
  return [el("div", { class: "hops", role: "group", "aria-label": "Redirects" }, buttons), place];
}

function responsePanel(trip, breaches) {
  return hopChoice(trip, (hop, isLast) => [
    timingsView(hop),
    fold(`${count(hop.response.headers.length, "header")} · HTTP/${hop.response.version} ${hop.response.status} ${hop.response.reason}`,
      headersView("Response headers", hop.response.headers), false),
    bodyView(hop.response.body, isLast ? breaches : [], "response body", onTheWire(hop.response)),
  ].filter(Boolean));
}

function onTheWire(response) {
  return response.wire && response.wire !== response.size ? `, ${size(response.wire)} on the wire` : "";
}

function requestPanel(detail) {
  if (!detail.trip) return el("p", { class: "note", text: "Nothing was sent." });
  return [hopChoice(detail.trip, (hop) => [
    el("p", { class: "request-line" }, el("span", { class: "method", text: hop.request.method }), " ", el("span", { class: "url", text: hop.request.url })),
    headersView("Request headers", hop.request.headers),
    bodyView(hop.request.body, [], "request body"),
  ]), fold("curl", el("pre", { class: "curl", text: detail.trip.curl }), false)].flat();
}

function headersView(caption, headers) {
  return headers.length ? table(caption, ["Header", "Value"], headers) : el("p", { class: "faint", text: "No headers." });
}

function fold(title, content, open) {
  return el("details", { class: "fold", open }, el("summary", { text: title }), content);
}

const PHASES = [["dns", "name look-up"], ["connect", "connect"], ["tls", "TLS"], ["send", "send"], ["wait", "wait"], ["download", "download"]];

function timingsView(hop) {
  const timings = hop.timings;
  if (!timings) return null;
  const known = PHASES.filter(([name]) => typeof timings[name] === "number");
  const total = known.reduce((sum, [name]) => sum + timings[name], 0);
  if (!total) return null;
  const bar = el("div", { class: "phases", "aria-hidden": "true" }, known.map(([name]) => {
    const piece = el("span", { class: `phase-${name}` });
    piece.style.flexGrow = String(timings[name] / total);
    return piece;
  }));
  return el("div", { class: "timings" }, bar, el("dl", { class: "phase-list" }, known.map(([name, title]) =>
    el("div", {}, el("dt", { class: `phase-name phase-${name}`, text: title }), el("dd", { text: duration(timings[name]) }))),
    timings.reused ? el("div", {}, el("dt", { text: "connection" }), el("dd", { text: "kept from before" })) : ""));
}

function tripFold(trip, breaches, title) {
  const first = trip.hops[0], last = trip.hops[trip.hops.length - 1];
  const told = last.response ? `${last.response.status} ${last.response.reason}` : "no response";
  const inside = el("div", { class: "fold-inside" });
  const whole = el("details", { class: "fold", open: breaches.length > 0 },
    el("summary", {}, title ? `${title} ` : "", el("b", { text: first.request.method }), ` ${first.request.url} `,
      el("span", { class: `pill ${statusClass(last.response?.status)}`, text: told })), inside);
  const fill = () => {
    if (inside.childElementCount) return;
    if (trip.problem) inside.append(el("pre", { class: "message", text: trip.problem }));
    inside.append(el("h4", { text: "Request" }), ...requestPanel({ trip }));
    if (last.response) inside.append(el("h4", { text: "Response" }), ...[responsePanel(trip, breaches)].flat());
  };
  whole.addEventListener("toggle", fill);
  if (whole.open) fill();
  return whole;
}

function pagesPanel(pages, breaches) {
  return pages.map((page, at) => tripFold(page, breaches.filter((breach) => breach.page === at + 2), `Page ${at + 2}:`));
}

// --- What was checked ---

const SIGNS = { passed: "✓", failed: "✗", skipped: "–" };

function checksPanel(detail) {
  const panel = [];
  if (detail.contract) panel.push(contractView(detail.contract));
  if (detail.checks) {
    panel.push(el("ul", { class: "checks" }, detail.checks.map((check) => el("li", { class: `check check-${check.state}` },
      el("span", { class: "sign", "aria-hidden": "true", text: SIGNS[check.state] }),
      el("span", { class: "visually-hidden", text: `${check.state}: ` }), el("span", { text: check.name }),
      check.message ? el("pre", { class: "message", text: check.message }) : ""))));
  }
  return panel;
}

function contractView(contract) {
  const kept = contract.breaches.length === 0;
  const view = el("section", { class: `contract ${kept ? "kept" : "broken"}`, "aria-label": "Contract" },
    el("p", {}, el("b", { text: kept ? "Contract kept" : `Contract broken: ${count(contract.breaches.length + contract.omitted, "breach").replace("breachs", "breaches")}` }), " ", el("code", { text: contract.key })),
    el("p", { class: "faint", text: `Checked: ${contract.checked.join(", ")}` }));
  for (const breach of contract.breaches) {
    view.append(el("div", { class: "breach" }, breachNote(breach), el("p", { class: "place faint", text: breach.at })));
  }
  if (contract.unknown.length) {
    view.append(fold(`${count(contract.unknown.length, "field")} that no schema describes`,
      el("ul", { class: "pointers" }, contract.unknown.map((pointer) => el("li", {}, el("code", { text: pointer })))), false));
  }
  return view;
}

// --- Variables, console, visualizer ---

function valueView(value) {
  return el("code", { class: "value", text: typeof value === "string" ? value : JSON.stringify(value) });
}

function variablesPanel(run, row, detail) {
  const panel = [];
  if (detail.reads) {
    panel.push(el("h4", { text: "Used by this request" }), table("Variables used", ["Name", "Value", "Origin"], detail.reads.map((read) => [
      el("code", { text: read.name }), valueView(read.value),
      read.by === undefined ? `${read.scope}, from the start`
        : el("span", {}, `${read.scope}, set by `, read.by === row.number ? "its own script" : itemLink(run, read.by)),
    ])));
  }
  if (detail.writes) {
    panel.push(el("h4", { text: "Set by its scripts" }), table("Variables set", ["Name", "Value", "Then"], detail.writes.map((write) => [
      el("code", { text: write.name }), write.unset ? el("i", { text: "taken away" }) : valueView(write.value),
      el("span", {}, write.scope, ...usesOf(run, write.name, row.number)),
    ])));
  }
  return panel;
}

function usesOf(run, name, number) {
  const users = (run.variables.find(([one, by]) => one === name && by === number)?.[2] ?? []).filter((user) => user !== number);
  if (users.length === 0) return [", not used by another request"];
  return [", used by ", ...linked(run, users)];
}

/** Links to the first few items, and how many more there are. */
function linked(run, numbers, most = 3) {
  const links = numbers.slice(0, most).flatMap((number, at) => [at ? ", " : "", itemLink(run, number)]);
  return numbers.length > most ? [...links, ` and ${(numbers.length - most).toLocaleString("en")} more`] : links;
}

function consolePanel(messages) {
  return el("ol", { class: "console" }, messages.map((message) => el("li", { class: `console-${message.level}` },
    el("span", { class: "console-level", text: message.level }), el("pre", { text: message.text }))));
}

function visualizerPanel(visualizer) {
  const parts = [];
  if (visualizer.note) parts.push(el("p", { class: "note", text: visualizer.note }));
  if (visualizer.html !== undefined) {
    const frame = el("iframe", { sandbox: "", title: "Visualizer", class: "visualizer", referrerpolicy: "no-referrer" });
    frame.srcdoc = visualizer.html;
    parts.push(frame);
  }
  parts.push(fold("Template", el("pre", { class: "curl", text: visualizer.template }), visualizer.html === undefined));
  parts.push(fold("Data", bodyView({ text: visualizer.data, type: "application/json", size: visualizer.data.length }, [], "data"), false));
  return parts;
}
