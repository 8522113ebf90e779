"""Drift in Markdown: a table to see what changed, and each change in full to be opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from paceline.drift.outcome import Change, Drift, fails
from paceline.report.drift_lines import DriftLines
from paceline.report.drift_sides import side_by_side
from paceline.report.drift_words import (
    kind_of,
    now_of,
    place_of,
    request_of,
    since_of,
    summary_of_drift,
    unlearnt_of,
)
from paceline.report.markdown import code, escaped, fenced, fitting, folded, size_of
from paceline.report.screen import count, cut, line
from paceline.report.style import Signs, Style

_SIGNS: Final = {"breaking": "🔴", "risky": "🟡", "additive": "🟢"}
_LONGEST: Final = 120  # characters of a cell
_LONGEST_NAMES: Final = 500
_MOST_LINES: Final = 60
_RESERVE: Final = 300  # bytes for the sentences that tell what was left out
_LINES: Final = DriftLines(Style(color=False, signs=Signs()))


def drift_markdown(drift: Drift, limit: int) -> str:
    """The drift, which has to be masked before.

    Args:
        limit: in bytes of UTF-8. The table takes half of it at most; what does not fit is counted.
    """
    head = "".join(_head(drift))
    room = limit - size_of(head) - _RESERVE
    if room < 0:
        return ""
    rows, left = fitting((_row(change, drift) for change in drift.changes), room // 2)
    room -= sum(map(size_of, rows))
    more = f"\n{count(left, 'more change')} did not fit into the table.\n" if left else ""
    details, left = fitting(map(_details, drift.changes), room)
    unopened = f"\nThere is no room here for the details of {count(left, 'change')}.\n" if left else ""
    return "".join((head, *rows, more, *details, unopened))


def _head(drift: Drift) -> Iterator[str]:
    sign = "❌" if any(drift.failing()) else "⚠️" if drift.changes else "✅"
    yield f"\n### {sign} Drift: {escaped(cut(line(summary_of_drift(drift)), _LONGEST_NAMES))}\n\n"
    if drift.unlearnt:
        yield f"{escaped(cut(line(unlearnt_of(drift)), _LONGEST_NAMES))}\n\n"
    if drift.changes:
        yield "| level | request | place | what | was | now | since | read by |\n|---|---|---|---|---|---|---|---|\n"


def _row(change: Change, drift: Drift) -> str:
    finding = change.finding
    level = f"**{finding.level}**" if fails(finding.level, drift.fail_on) else finding.level
    cells = [
        f"{_SIGNS[finding.level]} {level}",
        _text(request_of(finding)),
        _code(place_of(finding)),
        _text(kind_of(finding)),
        _text(finding.old),
        _text(now_of(finding)),
        _text(since_of(change).removeprefix("since ")),
        _readers(change),
    ]
    return f"| {' | '.join(cells)} |\n"


def _readers(change: Change) -> str:
    kinds = [reader.kind for reader in change.readers]
    told = [count(kinds.count(kind), kind) for kind in ("script", "contract", "request") if kind in kinds]
    return ", ".join(told) or "nobody known"


def _details(change: Change) -> str:
    finding = change.finding
    title = (
        f"{_SIGNS[finding.level]} {_text(request_of(finding))} {_code(place_of(finding))}: {_text(kind_of(finding))}"
    )
    content = fenced("\n".join(_LINES.alone(change)))
    if change.old_lines or change.new_lines:
        content += f"\n{fenced(chr(10).join(_difference(change)), 'diff')}"
    return folded(title, content)


def _difference(change: Change) -> Iterator[str]:
    """The shapes as a patch."""
    rows = list(side_by_side(change.old_lines, change.new_lines))
    for row in rows[:_MOST_LINES]:
        if row.kind == "same":
            yield f"  {line(row.new or '')}"
        else:
            yield from (f"- {line(row.old)}" for _ in [0] if row.old is not None)
            yield from (f"+ {line(row.new)}" for _ in [0] if row.new is not None)
    if len(rows) > _MOST_LINES:
        yield f"  … {len(rows) - _MOST_LINES:,} more lines"


def _text(text: str) -> str:
    return escaped(cut(line(text), _LONGEST))


def _code(text: str) -> str:
    return code(cut(line(text), _LONGEST))
