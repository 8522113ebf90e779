"""Mutants: an answer with one thing changed, as a service might change it. Always the same ones for the same answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from paceline.contract.body import JsonBody, UnreadableError, read_json
from paceline.contract.excerpt import kinds
from paceline.contract.response import media_type
from paceline.model.exchange import Exchange, HttpResponse, Trip
from paceline.mutants.csv_table import changes_of_table
from paceline.mutants.places import Kind, Place, dropped, kind_of, places, replaced
from paceline.probe.session import made_up
from paceline.transport.set_cookie import parse_set_cookie

#: What can be done to an answer, in the order in which it is reported.
OPERATORS: Final = ("drop", "type", "null", "off-by-one", "empty-list", "500", "stale-cookie")

#: The change of a cookie that no request would carry any more.
OVER: Final = "a cookie that is over"

#: What the numbers beside a page of a list are called, in REST and in GraphQL.
_OF_PAGES: Final = re.compile(r"count|total|page|page_count|total_count|pageCount|totalCount")

#: Numbers that may tell how long a list beside them is. Other numbers may be anything: nothing tells one from the next.
_COUNTS: Final = re.compile(r"(?:^|_)(?:count|total)(?:$|_)|(?:Count|Total)$")

_OTHERS: Final[dict[Kind, tuple[Kind, ...]]] = {  # the likeliest first
    "boolean": ("number", "string", "object", "array"),
    "number": ("string", "boolean", "object", "array"),
    "string": ("number", "object", "array", "boolean"),
    "array": ("object", "string", "number", "boolean"),
    "object": ("array", "string", "number", "boolean"),
    "null": ("object", "array", "string", "number", "boolean"),
}


@dataclass(frozen=True, slots=True)
class StaleCookie:
    """A Set-Cookie header in place of the recorded one, and the address that sends it."""

    url: str
    header: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was recorded.

    Attributes:
        body: its JSON; None where it has none that could be written again.
    """

    trip: Trip
    body: JsonBody | None


@dataclass(frozen=True, slots=True)
class Mutant:
    """An answer with one thing changed.

    Attributes:
        operator: one of `OPERATORS`.
        pointer: of the place in the body, as `Place.pointer`; empty for the whole answer; `Set-Cookie/NAME`.
        change: what is different, for the reader; never a value of the answer.
        trip: the request, and the changed answer.
        body: the JSON of the changed answer, which shares with the recorded one what is not changed; None for no JSON.
        place: in a JSON body; None outside of one.
        cookie: None where the cookies are as recorded.
        met: how the recorded answer shows that the service does this; empty when it does not.
    """

    operator: str
    pointer: str
    change: str
    trip: Trip
    body: JsonBody | None = None
    place: Place | None = None
    cookie: StaleCookie | None = None
    met: str = ""


def answer_of(trip: Trip) -> Answer:
    """The answer of a request, read once for all its mutants."""
    try:
        body = read_json(trip.response.body)
        _json(body.value)
    except (UnreadableError, ValueError):  # ValueError: a number like 1e999, which cannot be written as it was
        return Answer(trip, None)
    return Answer(trip, body)


def mutants_of(answer: Answer, operators: Collection[str] = OPERATORS) -> Iterator[Mutant]:
    """The mutants of an answer: those of its status, its cookies, then of its body place by place.

    A body that is neither JSON nor CSV has none of its own.
    """
    trip, wanted = answer.trip, frozenset(operators)
    if "500" in wanted:
        response = replace(trip.response, status=500, reason="Internal Server Error")
        change = f"500 in place of {trip.response.status}, the body as it was"
        yield Mutant("500", "", change, _answered(trip, response), answer.body)
    if "stale-cookie" in wanted:
        yield from _stale_cookies(answer)
    if media_type(trip.response.header("Content-Type") or "") == "text/csv":
        for cut in changes_of_table(trip.response.body):
            if cut.operator in wanted:
                yield Mutant(cut.operator, cut.pointer, cut.change, _with_body(trip, cut.body), met=cut.met)
    elif answer.body is not None:
        for place in places(answer.body.value):
            for operator, make in _CHANGES.items():
                changed = make(answer.body.value, place) if operator in wanted else None
                if changed is not None:
                    trip_, body = _with_json(trip, changed.body)
                    yield Mutant(operator, place.pointer, changed.change, trip_, body, place, met=changed.met)


def otherwise(answer: Answer, place: Place) -> Iterator[tuple[Trip, JsonBody]]:
    """The answer with a value of every other type at a place, null left out: does anybody say what belongs there?"""
    assert answer.body is not None, "there are places in JSON only"
    for kind in _OTHERS[kind_of(place.value)]:
        yield _with_json(answer.trip, replaced(answer.body.value, place.path, _another(place.value, kind)))


def without(answer: Answer, place: Place) -> Iterator[tuple[Trip, JsonBody]]:
    """The answer with nothing at a place: null, and no field at all where it is one."""
    assert answer.body is not None, "there are places in JSON only"
    yield _with_json(answer.trip, replaced(answer.body.value, place.path, None))
    if place.siblings is not None:
        yield _with_json(answer.trip, dropped(answer.body.value, place.path))


def _with_json(trip: Trip, value: Any) -> tuple[Trip, JsonBody]:
    return _with_body(trip, _json(value)), JsonBody(value)


def _with_body(trip: Trip, body: bytes) -> Trip:
    return _answered(trip, replace(trip.response, body=body, wire_bytes=len(body)))


def _answered(trip: Trip, response: HttpResponse) -> Trip:
    return replace(trip, hops=(*trip.hops[:-1], replace(trip.hops[-1], response=response)))


# --- Cookies ---


def _stale_cookies(answer: Answer) -> Iterator[Mutant]:
    """Each cookie as that of another session, and as one whose time is over."""
    trip = answer.trip
    for at, hop in enumerate(trip.hops):
        for index, (name, header) in enumerate(hop.response.headers):
            cookie = parse_set_cookie(header) if name.lower() == "set-cookie" else None
            if cookie is None or not cookie.value:  # one that is taken back cannot be stale
                continue
            attributes = header.partition(";")[2]
            pair = f"{cookie.name}={made_up(cookie.value)}"
            another = "; ".join(filter(None, (pair, attributes.strip())))
            over = f"{header}; Max-Age=0"  # the last one of a name counts (RFC 6265, section 5.3)
            for change, new in (("the value of another session", another), (OVER, over)):
                yield Mutant(
                    "stale-cookie",
                    f"Set-Cookie/{cookie.name}",
                    change,
                    _with_header(trip, at, index, new),
                    answer.body,
                    cookie=StaleCookie(hop.request.url, new),
                )


def _with_header(trip: Trip, at: int, index: int, value: str) -> Trip:
    def changed(hop: Exchange) -> Exchange:
        headers = list(hop.response.headers)
        headers[index] = (headers[index][0], value)
        return replace(hop, response=replace(hop.response, headers=tuple(headers)))

    return replace(trip, hops=tuple(changed(hop) if each == at else hop for each, hop in enumerate(trip.hops)))


# --- Bodies ---


@dataclass(frozen=True, slots=True)
class _Changed:
    """A body with one thing changed; `change` and `met` as of `Mutant`."""

    body: Any
    change: str
    met: str = ""


def _drop(body: Any, place: Place) -> _Changed | None:
    if place.siblings is None:
        return None
    return _Changed(dropped(body, place.path), "left out", "" if place.always else "another object lacks it too")


def _type(body: Any, place: Place) -> _Changed | None:
    was = kind_of(place.value)
    new = next((kind for kind in _OTHERS[was] if kind not in place.kinds), None)
    if was == "null" or new is None:
        return None
    change = f"{kinds(new)} in place of {kinds(was)}"
    return _Changed(replaced(body, place.path, _another(place.value, new)), change)


def _null(body: Any, place: Place) -> _Changed | None:
    if place.value is None:
        return None
    met = "another one is null too" if "null" in place.kinds else ""
    return _Changed(replaced(body, place.path, None), f"null in place of {kinds(kind_of(place.value))}", met)


def _off_by_one(body: Any, place: Place) -> _Changed | None:
    if type(place.value) is not int or not _counts(place):
        return None
    return _Changed(replaced(body, place.path, place.value + 1), "one more")


def _counts(place: Place) -> bool:
    """Whether a number tells of a list beside it: how long it is, or which part of the whole it is."""
    of_pages = _OF_PAGES.fullmatch(place.name) is not None
    return counted_list(place) is not None or (of_pages and any(map(_is_list, (place.siblings or {}).values())))


def counted_list(place: Place) -> str | None:
    """The list whose length a number beside it is, by their names: `count` of any, `total_rides` of `rides`."""
    if not _COUNTS.search(place.name):
        return None
    lists = {name: value for name, value in (place.siblings or {}).items() if _is_list(value)}
    return next(
        (
            name
            for name, value in lists.items()
            if len(value) == place.value and (place.name == "count" or name.removesuffix("s") in place.name)
        ),
        None,
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _empty_list(body: Any, place: Place) -> _Changed | None:
    if not place.value or not isinstance(place.value, list):
        return None
    met = "another one is empty too" if place.empty else ""
    return _Changed(replaced(body, place.path, []), "an empty list", met)


_CHANGES: Final[dict[str, Callable[[Any, Place], _Changed | None]]] = {
    "drop": _drop,
    "type": _type,
    "null": _null,
    "off-by-one": _off_by_one,
    "empty-list": _empty_list,
}


def _another(value: Any, kind: Kind) -> Any:
    """A value of another type, as near to what was there as that type allows."""
    match kind:
        case "string":
            return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else "changed"
        case "number":
            return int(value) if isinstance(value, bool) else 1
        case "boolean":
            return bool(value)
        case "array":
            return []
        case "object":
            return {}
    return None


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
