"""The lives of cookies over a run: who set them, who sent them, and why one was not sent or is gone.

A jar of the report's own is filled from the responses in the order of the run and asked about each request, so that the
rules are those by which the run's own jar worked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from paceline.model.exchange import Cookie, Exchange, RefusedCookie, Trip
from paceline.model.outcome import ItemResult
from paceline.report.masking import Mask
from paceline.transport.cookies import CookieJar, domain_matches, path_matches
from paceline.transport.set_cookie import parse_set_cookie

#: What befalls a cookie. `found`: it was there without a response that set it: from a cookie file, a script, a header.
Fate = Literal["set", "changed", "deleted", "expired", "refused", "found"]

_MOST_KEPT_BACK: Final = 20

_Key = tuple[str, str, str]  # domain, path, name


@dataclass(slots=True)
class _Line:
    """One cookie: what befell it, as (what, number of the item, why), and the numbers of the items that sent it."""

    number: int
    key: _Key
    attributes: str
    fates: list[tuple[Fate, int, str]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)


class CookieLines:
    """Follows the cookies through the results, which have to come in the order of the run."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._jar = CookieJar()
        self._lines: dict[_Key, _Line] = {}

    def add(self, number: int, result: ItemResult) -> dict[str, list[dict[str, Any]]]:
        """Take in the next result.

        Returns:
            What this item has to do with cookies: those `sent`, `received` and `kept` back, each with the number of its
            line; an empty list is left out.
        """
        told: dict[str, list[dict[str, Any]]] = {"sent": [], "received": [], "kept": []}
        for trip in trips_of(result):
            for hop in trip.hops:
                self._sent(number, hop, result.started, told)
                self._received(number, hop, result.started, told["received"])
            self._unexplained(number, trip)
        del told["kept"][_MOST_KEPT_BACK:]
        return {name: entries for name, entries in told.items() if entries}

    def json(self) -> list[dict[str, Any]]:
        """All lines, as data for the page; in `fates` and `sent` items go by their numbers."""
        text = self._mask.text
        return [
            {
                "name": text(line.key[2]),
                "domain": text(line.key[0]),
                "path": text(line.key[1]),
                "attributes": text(line.attributes),
                "fates": line.fates,
                "sent": line.sent,
            }
            for line in self._lines.values()
        ]

    # --- What goes out ---

    def _sent(self, number: int, hop: Exchange, now: float, told: dict[str, list[dict[str, Any]]]) -> None:
        url = hop.request.url
        self._expire(number, now)
        names = [name for value in _values(hop.request.headers, "cookie") for name in _names(value)]
        going = list(self._jar.for_url(url, now))
        for name in names:
            cookie = next((one for one in going if one.name == name), None)
            if cookie is not None:
                going.remove(cookie)
                line = self._line(cookie)
            else:
                line = self._found(number, (urlsplit(url).hostname or "", "/", name))
            if line.sent[-1:] != [number]:
                line.sent.append(number)
            _tell(told["sent"], {"line": line.number})
        for cookie in self._jar:
            if cookie.name not in names:
                why = self._mask.text(_why_kept(cookie, url))
                _tell(told["kept"], {"line": self._line(cookie).number, "why": why})

    def _expire(self, number: int, now: float) -> None:
        for cookie in self._jar:
            if cookie.expires is not None and cookie.expires <= now:
                self._jar.remove(cookie.domain, cookie.path, cookie.name)
                self._line(cookie).fates.append(("expired", number, ""))

    # --- What comes in ---

    def _received(self, number: int, hop: Exchange, now: float, told: list[dict[str, Any]]) -> None:
        refused = list(hop.refused_cookies)
        for header in _values(hop.response.headers, "set-cookie"):
            parsed = parse_set_cookie(header)
            name, attributes = parsed.name if parsed else "", header.partition(";")[2].strip()
            known = next((one for one in refused if one.name == name), None)
            if known is not None:  # the run's jar knows better: the request may have been one that keeps no cookies
                refused.remove(known)
                told.append(self._refused(number, hop, known, attributes))
                continue
            before = {_key(cookie): cookie for cookie in self._jar}
            stored = self._jar.store(hop.request.url, [header], now)
            if stored.refused:
                told.append(self._refused(number, hop, stored.refused[0], attributes))
            elif stored.dropped:
                key = stored.dropped[0].domain, stored.dropped[0].path, stored.dropped[0].name
                told.append(self._changed(number, before[key], "deleted", attributes))
            else:
                changed = next(cookie for cookie in self._jar if before.get(_key(cookie)) is not cookie)
                what: Fate = "changed" if _key(changed) in before else "set"
                told.append(self._changed(number, changed, what, attributes))

    def _changed(self, number: int, cookie: Cookie, what: Fate, attributes: str) -> dict[str, Any]:
        line = self._line(cookie)
        if what != "deleted":
            line.attributes = attributes
        line.fates.append((what, number, ""))
        return {"line": line.number, "what": what, "attributes": self._mask.text(attributes)}

    def _refused(self, number: int, hop: Exchange, refused: RefusedCookie, attributes: str) -> dict[str, Any]:
        key = ((urlsplit(hop.request.url).hostname or ""), "", refused.name)
        line = self._lines.setdefault(key, _Line(len(self._lines), key, attributes))
        why = self._mask.text(refused.reason)
        line.fates.append(("refused", number, why))
        return {"line": line.number, "what": "refused", "why": why, "attributes": self._mask.text(attributes)}

    def _unexplained(self, number: int, trip: Trip) -> None:
        """Cookies of the run's jar that no response explains."""
        known = {_key(cookie) for cookie in self._jar}
        for cookie in trip.cookies:
            if _key(cookie) not in known:
                self._jar.put(cookie)
                self._found(number, _key(cookie))

    def _found(self, number: int, key: _Key) -> _Line:
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(len(self._lines), key, "")
            line.fates.append(("found", number, ""))
        return line

    def _line(self, cookie: Cookie) -> _Line:
        key = _key(cookie)
        return self._lines.setdefault(key, _Line(len(self._lines), key, ""))


def trips_of(result: ItemResult) -> Iterator[Trip]:
    """The trips of an item that were answered: its scripts' requests, its own, and the further pages of a list."""
    yield from (call.trip for call in result.calls if call.trip is not None)
    if result.trip is not None:
        yield result.trip
    yield from result.pages


def _tell(told: list[dict[str, Any]], entry: dict[str, Any]) -> None:
    if entry not in told:
        told.append(entry)


def _key(cookie: Cookie) -> _Key:
    return cookie.domain, cookie.path, cookie.name


def _values(headers: tuple[tuple[str, str], ...], name: str) -> Iterator[str]:
    return (value for key, value in headers if key.lower() == name)


def _names(header: str) -> Iterator[str]:
    for pair in header.split(";"):
        name, equals, _ = pair.strip().partition("=")
        if name or equals:
            yield name if equals else ""


def _why_kept(cookie: Cookie, url: str) -> str:
    """Why a cookie that is in the jar does not go to an address (RFC 6265, section 5.4)."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), parts.path or "/"
    if cookie.domain != host and (cookie.host_only or not domain_matches(host, cookie.domain)):
        only = "only " if cookie.host_only else ""
        return f"it goes to {only}{cookie.domain}, and this is {host}"
    if not path_matches(path, cookie.path):
        return f"it goes to {cookie.path}, and this is {path}"
    if cookie.secure and parts.scheme != "https":
        return "it goes by https only"
    return "the request said not to send cookies, or had a Cookie header of its own"
