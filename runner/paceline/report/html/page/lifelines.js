// Cookies: where each was set, where it was sent, and what became of it.

const FATES = { set: "set by", changed: "set again by", deleted: "deleted by", expired: "expired before", refused: "refused from", found: "already there at" };
const GONE = new Set(["deleted", "expired", "refused"]);

function cookieTitle(line) {
  return [el("code", { text: line.name || "(no name)" }), el("span", { class: "faint", text: ` ${line.domain}${line.path}` })];
}

function lifelines(run) {
  const last = Math.max(1, run.rows.length - 1);
  const x = (number) => (2 + (number / last) * 996).toFixed(1);
  return run.cookies.map((line) => {
    const first = Math.min(...line.fates.map(([, number]) => number), ...line.sent.slice(0, 1));
    const end = Math.max(...line.fates.map(([, number]) => number), ...line.sent.slice(-1));
    const drawing = svg("svg", { viewBox: "0 0 1000 24", preserveAspectRatio: "none", class: "lifeline", "aria-hidden": "true" },
      svg("path", { class: "life", d: `M${x(first)} 12H${x(end)}` }),
      svg("path", { class: "life-sent", d: line.sent.map((number) => `M${x(number)} 7v10`).join("") }),
      svg("path", { class: "life-set", d: line.fates.filter(([fate]) => !GONE.has(fate)).map(([, number]) => `M${x(number)} 2v20`).join("") }),
      svg("path", { class: "life-gone", d: line.fates.filter(([fate]) => GONE.has(fate)).map(([, number]) => `M${x(number)} 2v20`).join("") }));
    return el("div", { class: "cookie-line" },
      el("p", { class: "cookie-name" }, cookieTitle(line)), drawing, el("p", { class: "cookie-story" }, cookieStory(run, line)));
  });
}

/** What befell a cookie, in words. */
function cookieStory(run, line) {
  const told = [];
  for (const [fate, number, why] of line.fates.slice(0, 6)) {
    told.push(told.length ? " · " : "", `${FATES[fate]} `, itemLink(run, number), why ? ` (${why})` : "");
  }
  if (line.fates.length > 6) told.push(` · and ${line.fates.length - 6} more changes`);
  if (line.sent.length) told.push(` · sent with ${count(line.sent.length, "request")}, first `, itemLink(run, line.sent[0]));
  else told.push(" · never sent");
  return told;
}

function cookiesPanel(run, row, cookies) {
  const panel = [];
  const origin = (line) => {
    const before = line.fates.filter(([fate, number]) => number <= row.number && !GONE.has(fate)).pop();
    return before ? el("span", {}, `${FATES[before[0]]} `, itemLink(run, before[1])) : "unknown";
  };
  if (cookies.sent) {
    panel.push(el("h4", { text: "Sent" }), table("Cookies sent", ["Cookie", "Origin"],
      cookies.sent.map((entry) => [el("span", {}, cookieTitle(run.cookies[entry.line])), origin(run.cookies[entry.line])])));
  }
  if (cookies.received) {
    panel.push(el("h4", { text: "Received" }), table("Cookies received", ["Cookie", "What became of it"], cookies.received.map((entry) => {
      const line = run.cookies[entry.line];
      const later = line.sent.filter((number) => number > row.number);
      const then = later.length ? [" · sent next with ", itemLink(run, later[0])] : entry.what === "set" ? [" · not sent afterwards"] : [];
      return [
        el("span", {}, cookieTitle(line)),
        el("span", {}, entry.why ? `${entry.what}: ${entry.why}` : entry.what, then,
          entry.attributes ? el("span", { class: "faint", text: ` · ${entry.attributes}` }) : ""),
      ];
    })));
  }
  if (cookies.kept) {
    panel.push(el("h4", { text: "Kept back" }), table("Cookies not sent", ["Cookie", "Why"],
      cookies.kept.map((entry) => [el("span", {}, cookieTitle(run.cookies[entry.line])), entry.why])));
  }
  return panel;
}
