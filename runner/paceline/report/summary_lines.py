"""The sum of a run: a table, the times, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from paceline.engine.events import Count, RunFinished, Summary
from paceline.engine.verdict import ExitCode
from paceline.report.drift_words import failing_of, meaning_of
from paceline.report.screen import count, duration, size
from paceline.report.style import Style

_MEANING: Final = {
    ExitCode.OK: "all good",
    ExitCode.FAILED: "a check did not hold",
    ExitCode.BAD_INPUT: "options, configuration or files are wrong",
    ExitCode.NOT_SENT: "a request was not sent, not answered, or not as it was recorded",
    ExitCode.SCRIPT_ERROR: "a script broke",
    ExitCode.CONTRACT: "a response broke its contract",
    ExitCode.NOTHING_RAN: "no request was executed",
    ExitCode.INTERRUPTED: "interrupted",
}
_ROWS: Final = ("iterations", "requests", "prerequestScripts", "testScripts", "assertions")
_NAMES: Final = {"prerequestScripts": "pre-request scripts", "testScripts": "test scripts"}


def summary_lines(summary: Summary, style: Style) -> Iterator[str]:
    """The table and what follows it."""
    yield from _table(count_rows(summary), style)
    yield f" {style.signs.dot} ".join(facts(summary))


def count_rows(summary: Summary) -> list[tuple[str, ...]]:
    """What was executed, failed and, if anything was, skipped: a row for each kind, the first one with the titles."""
    skipped = {"requests": summary.skipped_items, "assertions": summary.skipped_assertions}
    rows = [("", "executed", "failed", "skipped")]
    for key in _ROWS:
        counted = summary.counts.get(key, Count())
        if key == "iterations" and counted.total == 1:
            continue
        # A skipped check is none that was made, though Newman counts it among them.
        executed = counted.total - (summary.skipped_assertions if key == "assertions" else 0)
        left_out = skipped.get(key)
        rows.append((_NAMES.get(key, key), f"{executed:,}", f"{counted.failed:,}", f"{left_out:,}" if left_out else ""))
    if summary.contracts.total:
        rows.append(("contracts", f"{summary.contracts.total:,}", f"{summary.contracts.failed:,}", ""))
    return [row[: 4 if any(skipped.values()) else 3] for row in rows]


def facts(summary: Summary) -> list[str]:
    """How long it took and how much came back, in words."""
    told = [
        f"{duration((summary.completed - summary.started) * 1000)} in all",
        f"{size(summary.received_bytes)} received",
    ]
    times = summary.response_ms
    if len(times) == 1:
        told.append(f"response time {duration(times[0])}")
    elif times:
        average = duration(sum(times) / len(times))
        told.append(f"response times {average} on average ({duration(min(times))} to {duration(max(times))})")
    return told


def _table(rows: list[tuple[str, ...]], style: Style) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    signs, faint = style.signs, style.faint

    def border(left: str, middle: str, right: str) -> str:
        return faint(left + middle.join(signs.rule * (width + 2) for width in widths) + right)

    bar = faint(signs.bar)
    for at, row in enumerate(rows):
        if at < 2:
            yield border(*signs.table[3 * at : 3 * at + 3])
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        if at and row[2].strip() not in {"0", ""}:
            cells[2] = style.red(cells[2])
        if at and len(cells) > 3:
            cells[3] = style.yellow(cells[3])
        yield f"{bar} {f' {bar} '.join(cells)} {bar}"
    yield border(*signs.table[6:])


def verdict(event: RunFinished, style: Style) -> str:
    """The last line: how it ended, and what the exit code says."""
    code = ExitCode(event.exit_code)
    meaning = f"exit code {int(code)}: {meaning_of(event) or _MEANING[code]}"
    assertions = event.summary.counts.get("assertions", Count())
    if code is ExitCode.OK:
        made = assertions.total - event.summary.skipped_assertions
        kept = event.summary.contracts.total
        told = [count(made, "assertion")] * bool(made) + [count(kept, "contract")] * bool(kept)
        held = f"{' and '.join(told)} held, " if told else "no assertions, "
        return f"{style.bold(style.green(f'{style.signs.passed} PASSED'))}  {held}{meaning}"
    word = {ExitCode.NOTHING_RAN: "NOTHING RAN", ExitCode.INTERRUPTED: "INTERRUPTED"}.get(code, "FAILED")
    failed = [count(len(event.failures), "failure")] * bool(event.failures)
    what = ", ".join(filter(None, (*failed, failing_of(event), meaning)))
    return f"{style.bold(style.red(f'{style.signs.failed} {word}'))}  {what}"
