"""A request and its response in lines for the terminal: in short, or with headers and bodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from paceline.model.collection import RequestTemplate
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import ItemResult
from paceline.report.excerpt import excerpt
from paceline.report.masking import Mask
from paceline.report.screen import cut, cut_middle, duration, line, lines, size, width
from paceline.report.style import Style

#: Characters of a body that `--verbose` shows, and lines of anything.
LONGEST_BODY: Final = 10_000
MOST_LINES: Final = 200

_NARROWEST_URL: Final = 10
_NARROWEST_ROW: Final = 20


@dataclass(frozen=True, slots=True)
class ExchangeLines:
    """Writes exchanges.

    Attributes:
        columns: width of the terminal; None when what is written goes elsewhere, where nothing is cut.
    """

    style: Style
    mask: Mask
    columns: int | None = None

    def sent(self, method: str, url: str, outcome: str, indent: int) -> str:
        """`GET http://... 200 OK`, the address shortened where the line would not fit."""
        method, url = line(method), line(self.mask.url(url))
        if self.columns is not None:
            room = self.columns - indent - width(method) - width(outcome) - 4
            url = cut_middle(url, max(room, _NARROWEST_URL), self.style.signs.ellipsis)
        return f"{self.style.bold(method)} {url}"

    def trip(self, trip: Trip, indent: str) -> Iterator[str]:
        """One line for the request with its final response, one for each redirect."""
        response = trip.response
        status = line(self.mask.text(f"{response.status} {response.reason}".rstrip()))
        rest = f"{duration(response.elapsed_ms)}  {size(response.size)}"
        sent = self.sent(trip.request.method, trip.request.url, f"{status}  {rest}", len(indent))
        style = self.style
        yield f"{indent}{sent}  {style.status(response.status, status)}  {style.faint(rest)}"
        for before, hop in zip(trip.hops, trip.hops[1:], strict=False):
            sent = self.sent(hop.request.method, hop.request.url, "", len(indent) + 6)
            code = style.status(before.response.status, str(before.response.status))
            yield f"{indent}{code} {style.signs.redirect} {sent}"

    def unsent(self, request: HttpRequest | RequestTemplate, outcome: str, indent: str) -> str:
        """One line for a request without a response."""
        sent = self.sent(request.method, url_of(request), outcome, len(indent))
        return f"{indent}{sent}  {self.style.red(outcome)}"

    def unanswered(self, result: ItemResult, indent: str) -> str:
        """One line for the request of an item that has no response."""
        request = result.outgoing or result.request or result.item.request
        return self.unsent(request, "no response" if result.outgoing is not None else "not sent", indent)

    def in_full(self, trip: Trip, indent: str) -> Iterator[str]:
        """Headers and bodies of every hop."""
        for hop in trip.hops:
            yield from self._hop(hop, indent)

    def request_in_full(self, request: HttpRequest, indent: str) -> Iterator[str]:
        """Headers and body of a request."""
        masked = self.mask.request(request)
        mark = f"{indent}{self.style.faint('>')} "
        yield f"{mark}{line(masked.method)} {line(masked.url)}"
        yield from self._headers(masked.headers, mark)
        if masked.body:
            yield mark.rstrip()
            yield from self.body(masked.body, _content_type(masked), LONGEST_BODY, mark)

    def _hop(self, hop: Exchange, indent: str) -> Iterator[str]:
        yield from self.request_in_full(hop.request, indent)
        response = self.mask.response(hop.response)
        mark = f"{indent}{self.style.faint('<')} "
        status = f"{response.status} {line(response.reason)}".rstrip()
        yield f"{mark}HTTP/{response.http_version} {self.style.status(response.status, status)}"
        yield from self._headers(response.headers, mark)
        if response.body:
            yield mark.rstrip()
            yield from self.body(response.body, _content_type(response), LONGEST_BODY, mark)

    def _headers(self, headers: tuple[tuple[str, str], ...], mark: str) -> Iterator[str]:
        for name, value in headers:
            yield f"{mark}{self.style.cyan(line(name))}: {line(value)}"

    def body(self, body: bytes, content_type: str | None, limit: int, mark: str) -> Iterator[str]:
        """A body that is masked, its lines behind a mark; what is left out is counted."""
        shown = excerpt(body, content_type, limit)
        if shown.binary:
            remark = f"{size(shown.left)} of binary data"
            yield f"{mark}{self.style.faint(remark)}"
            return
        rows = lines(shown.text.rstrip("\n"))
        for row in rows[:MOST_LINES]:
            yield from self._row(row, mark)
        left = []
        if len(rows) > MOST_LINES:
            left.append(f"{len(rows) - MOST_LINES:,} more lines")
        if shown.left:
            left.append(f"{shown.left:,} more bytes")
        if left:
            remark = f"{self.style.signs.ellipsis} {' and '.join(left)}"
            yield f"{mark}{self.style.faint(remark)}"

    def _row(self, row: str, mark: str) -> Iterator[str]:
        """A line of text; on a terminal in several lines where it is too wide, so that the marks stay in line."""
        room = None if self.columns is None else self.columns - width(mark)
        if room is None or width(row) <= room or room < _NARROWEST_ROW:
            yield f"{mark}{row}"
            return
        while row:
            piece = cut(row, room, "")
            yield f"{mark}{piece}"
            row = row[len(piece) :]


def url_of(request: HttpRequest | RequestTemplate) -> str:
    """The address as text."""
    if isinstance(request, HttpRequest):
        return request.url
    from paceline.resolve.url import unparse

    return unparse(request.url)


def _content_type(message: HttpRequest | HttpResponse) -> str | None:
    return next((value for name, value in message.headers if name.lower() == "content-type"), None)
