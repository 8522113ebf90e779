"""Who set what a request used, as seen in recorded runs: variables that scripts name at run time, and cookies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from paceline.engine.events import Event, ItemFinished
from paceline.model.exchange import Exchange
from paceline.transport.set_cookie import SetCookie, parse_set_cookie

#: A request, whatever run it was seen in: stem of its collection, and names of its folders and of itself.
Place = tuple[str, tuple[str, ...]]

Kind = Literal["variable", "cookie"]


@dataclass(frozen=True, slots=True)
class Use:
    """A variable or cookie that a request used, and the other request that had set it."""

    kind: Kind
    name: str
    setter: Place


#: What each request was seen to use, in the order of first use.
Seen = Mapping[Place, tuple[Use, ...]]

NOTHING_SEEN: Final[Seen] = MappingProxyType({})


def seen_in_run(events: Iterable[Event]) -> Seen:
    """What the events of a run tell. Of a request that ran several times the first one counts."""
    seen: dict[Place, tuple[Use, ...]] = {}
    places: dict[str, Place] = {}
    cookies = _Cookies()
    for event in events:
        if not isinstance(event, ItemFinished):
            continue
        result = event.result
        place = (result.collection.stem, (*(folder.name for folder in result.folders), result.item.name))
        places[result.cursor.ref] = place
        setters = ((read.name, places.get(read.set_by)) for read in result.reads)
        uses = [Use("variable", name, setter) for name, setter in setters if setter not in (None, place)]
        trips = [call.trip for call in result.calls] + [result.trip]
        for hop in (hop for trip in trips if trip is not None for hop in trip.hops):
            uses += cookies.follow(place, hop)
        seen.setdefault(place, tuple(dict.fromkeys(uses)))
    return seen


def seen_in_recordings(recordings: Iterable[tuple[Place, Iterable[Exchange]]]) -> Seen:
    """What single recordings tell, which have to come in the order in which requests run."""
    seen: dict[Place, tuple[Use, ...]] = {}
    cookies = _Cookies()
    for place, hops in recordings:
        uses = [use for hop in hops for use in cookies.follow(place, hop)]
        seen.setdefault(place, tuple(dict.fromkeys(uses)))
    return seen


def joined(sights: Iterable[Seen]) -> Seen:
    """All together; where they differ in who set something, the first one counts."""
    uses: dict[Place, dict[tuple[Kind, str], Use]] = {}
    for seen in sights:
        for place, used in seen.items():
            known = uses.setdefault(place, {})
            for use in used:
                known.setdefault((use.kind, use.name), use)
    return {place: tuple(known.values()) for place, known in uses.items()}


class _Cookies:
    """Follows who set the cookies that are there, each by its name, with its value."""

    def __init__(self) -> None:
        self._set: dict[str, tuple[Place, str]] = {}

    def follow(self, place: Place, hop: Exchange) -> Iterator[Use]:
        """What a request with its response uses of what others set; then what it sets itself."""
        for header in _values(hop.request.headers, "cookie"):
            for pair in header.split(";"):
                name = pair.strip().partition("=")[0]
                if name in self._set and self._set[name][0] != place:
                    yield Use("cookie", name, self._set[name][0])
        for header in _values(hop.response.headers, "set-cookie"):
            cookie = parse_set_cookie(header)
            if cookie is not None:
                self._take(place, cookie)

    def _take(self, place: Place, cookie: SetCookie) -> None:
        if cookie.max_age is not None and cookie.max_age <= 0:
            self._set.pop(cookie.name, None)
            return
        before = self._set.get(cookie.name)
        masked = not cookie.value.strip("*")  # in a log every secret looks the same
        if before is None or masked or before[1] != cookie.value:  # else it only lives longer
            self._set[cookie.name] = (place, cookie.value)


def _values(headers: tuple[tuple[str, str], ...], name: str) -> Iterator[str]:
    return (value for key, value in headers if key.lower() == name)
