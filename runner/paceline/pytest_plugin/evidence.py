"""What a request sent and received: in words for the terminal, as HTML for pytest-html. Masked both ways."""

from __future__ import annotations

from html import escape

from paceline.model.outcome import ItemResult
from paceline.report.excerpt import console_text
from paceline.report.exchange_lines import ExchangeLines
from paceline.report.failure_lines import failure_lines
from paceline.report.masking import Mask
from paceline.report.screen import line
from paceline.report.style import Signs, Style

_PLAIN = Style(color=False, signs=Signs())


def in_words(result: ItemResult, mask: Mask, style: Style) -> str:
    """Every failure of a result, with request, response and the command that repeats it."""
    failures = [(result, failure) for failure in result.failures()]
    return "\n".join(failure_lines(failures, ExchangeLines(style, mask))).rstrip()


def evidence(result: ItemResult, mask: Mask) -> list[str]:
    """Pieces of HTML: the exchange, the contract, the cookies, the console. All text in them is escaped."""
    lines = ExchangeLines(_PLAIN, mask)
    sections: list[tuple[str, list[str]]] = []
    if result.trip is not None:
        sections.append(("Request and response", list(lines.in_full(result.trip, ""))))
    elif result.outgoing is not None:
        sections.append(("Request", list(lines.request_in_full(result.outgoing, ""))))
    verdict = result.contract
    if verdict is not None and verdict.checked:
        rows = [f"checked: {', '.join(verdict.checked)}"]
        rows += [mask.text(str(breach)) for breach in verdict.breaches]
        rows += [f"unknown to the schema: {mask.text(field.pointer)}" for field in verdict.unknown]
        sections.append(("Contract", rows))
    if result.trip is not None and result.trip.cookies:
        cookies = [line(mask.text(f"{one.name}; Domain={one.domain}; Path={one.path}")) for one in result.trip.cookies]
        sections.append(("Cookies", cookies))
    if result.console:
        told = [mask.text(f"{one.level}: {console_text(mask.data(one.values))}") for one in result.console]
        sections.append(("Console", told))
    return [_section(title, rows) for title, rows in sections]


def _section(title: str, rows: list[str]) -> str:
    return f"<details><summary>{escape(title)}</summary><pre>{escape(chr(10).join(rows))}</pre></details>"
