"""What a request sent and received: in words for the terminal, as HTML for pytest-html. Masked both ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from paceline.model.outcome import ItemResult
from paceline.report.excerpt import console_text
from paceline.report.exchange_lines import ExchangeLines
from paceline.report.failure_lines import failure_lines
from paceline.report.masking import Mask
from paceline.report.screen import cut, line
from paceline.report.style import Signs, Style

_LONGEST_REASON: Final = 300

#: pytest-html's own style sheet has nothing for blocks in a row: long lines would push its columns off the screen.
_BLOCK: Final = (
    "white-space:pre-wrap;word-break:break-all;max-height:24em;overflow:auto;margin:.3em 0 .8em;padding:.6em;"
    "background:#f6f6f6;color:#222"
)
_WRAP: Final = "<style>.logwrapper .log{white-space:pre-wrap;word-break:break-all}</style>"
_COLOURS: Final = {"  expected:": "#146c3a", "  got:": "#b3261e"}
_PLAIN = Style(color=False, signs=Signs())


def in_words(result: ItemResult, mask: Mask, style: Style) -> str:
    """Every failure of a result, with request, response and the command that repeats it."""
    failures = [(result, failure) for failure in result.failures()]
    return "\n".join(failure_lines(failures, ExchangeLines(style, mask))).rstrip()


def with_reason(result: ItemResult, mask: Mask, style: Style) -> str:
    """The same below a line that says why: of a failed test, pytest's summary and JUnit show the first line."""
    failure, *others = result.failures()
    title = failure.at if failure.assertion is None else failure.assertion
    message = mask.text(failure.problem.message or failure.problem.name)
    rows = (row.split() for row in f"{mask.text(title)}: {message}".splitlines())
    reason = " ".join(word for row in rows if row[:1] != ["-->"] for word in row)
    more = f" (and {len(others)} more)" if others else ""
    return f"{line(cut(reason, _LONGEST_REASON))}{more}\n\n{in_words(result, mask, style)}"


def setup_line(result: ItemResult, mask: Mask) -> str:
    """A request that was run for another one, as in `auth/Login  POST 200`."""
    name = mask.text(f"{result.collection.stem}/{result.item.name}")
    if result.trip is not None:
        return line(f"{name}  {result.trip.request.method} {result.trip.response.status}")
    return line(f"{name}  {mask.text(result.skipped) if result.skipped is not None else 'no response'}")


def console_lines(result: ItemResult, mask: Mask) -> list[str]:
    """What scripts wrote to their console, one entry for each call."""
    return [mask.text(f"{one.level}: {console_text(mask.data(one.values))}") for one in result.console]


def evidence(result: ItemResult, brought: Sequence[ItemResult], mask: Mask) -> list[str]:
    """Pieces of HTML: the contract, the exchange, cookies, console, setup. All text in them is escaped.

    Args:
        brought: what was run before it, since it needs that.
    """
    lines = ExchangeLines(_PLAIN, mask)
    pieces = [_WRAP]
    verdict = result.contract
    if verdict is not None and verdict.checked:
        rows = [f"checked: {', '.join(verdict.checked)}"]
        rows += [mask.text(str(breach)) for breach in verdict.breaches]
        rows += [f"unknown to the schema: {mask.text(field.pointer)}" for field in verdict.unknown]
        pieces.append(_section("Contract", rows, is_open=bool(verdict.breaches)))
    if result.trip is not None:
        pieces.append(_section("Request and response", lines.in_full(result.trip, "")))
    elif result.outgoing is not None:
        pieces.append(_section("Request", lines.request_in_full(result.outgoing, "")))
    if result.trip is not None and result.trip.cookies:
        cookies = [line(mask.text(f"{one.name}; Domain={one.domain}; Path={one.path}")) for one in result.trip.cookies]
        pieces.append(_section("Cookies", cookies))
    if result.console:
        pieces.append(_section("Console", console_lines(result, mask)))
    if brought:
        pieces.append(_section("Setup", [setup_line(one, mask) for one in brought]))
    return pieces


def _section(title: str, rows: Iterable[str], *, is_open: bool = False) -> str:
    told = "\n".join(map(_row, rows))
    return (
        f'<details{" open" if is_open else ""}><summary>{title}</summary><pre style="{_BLOCK}">{told}</pre></details>'
    )


def _row(row: str) -> str:
    """Lines of a report, escaped; what a contract expects and what came instead are told apart by colour as well."""
    told = []
    for text in row.split("\n"):
        colour = next((colour for lead, colour in _COLOURS.items() if text.startswith(lead)), None)
        told.append(escape(text) if colour is None else f'<span style="color:{colour}">{escape(text)}</span>')
    return "\n".join(told)
