"""Playing recordings: a request is answered by what its step recorded, and nothing is asked of the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from paceline.errors import Location
from paceline.model.exchange import Exchange, HttpRequest, SendOptions, StepKey, Trip
from paceline.transport.cassette import Cassette, Recording
from paceline.transport.cassette_errors import CassetteError, Difference, Unplayed, mismatch
from paceline.transport.cassette_match import differences, origin_of
from paceline.transport.cassette_placeholders import has_placeholder
from paceline.transport.cookies import CookieJar, not_asked_for
from paceline.transport.redirects import location_of, too_many
from paceline.transport.set_cookie import parse_set_cookie


@dataclass(slots=True)
class Tape:
    """A cassette that is being played.

    Attributes:
        played: places in `cassette.recordings` that have been played.
        told: places of those that a failure has named, so that they are not told again as left over.
    """

    file: Path
    cassette: Cassette
    played: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)

    def at(self, recording: Recording) -> Location:
        """The place of a recording in its file."""
        return Location(str(self.file)).child("interactions", recording.index)

    def take(self, request: HttpRequest, step: StepKey, headers: Collection[str], command: str) -> Recording | None:
        """The recording to play for a request, which counts as played then; None when there is none for the step.

        The step decides first. Only the requests of a script, which may be sent in another order than recorded since
        they run at the same time, are told apart by what they ask for.

        Args:
            request: with its secrets hidden.

        Raises:
            RecordingMismatchError: there is one, for another request.
        """
        left = [at for at, one in enumerate(self.cassette.recordings) if at not in self.played]
        own = [at for at in left if self._is_of(at, step.occurrence) and self.cassette.recordings[at].call == step.call]
        calls = [at for at in left if self._is_of(at, step.occurrence) and self.cassette.recordings[at].call]
        found: dict[int, list[Difference]] = {}
        for at in dict.fromkeys((*own, *calls) if step.call else own):
            recorded = self.cassette.recordings[at]
            found[at] = list(differences(recorded.request, request, self.cassette.base_url, headers))
            if not found[at]:
                self.played.add(at)
                return recorded
        if not own:
            return None
        nearest = min(found, key=lambda at: len(found[at]))  # the first of equals: the one of the step itself
        recorded = self.cassette.recordings[nearest]
        self.told |= {nearest, own[0]}
        raise mismatch(step, self.cassette, recorded, found[nearest], self.at(recorded), command)

    def unplayed(self, *, is_stray: bool = False) -> list[Unplayed]:
        """What is left over; `is_stray` when the step has another file."""
        cassette = self.cassette
        return [
            Unplayed(
                self.at(one),
                cassette.collection,
                cassette.path,
                one.occurrence,
                one.call,
                one.request.method,
                one.request.url,
                is_stray,
            )
            for at, one in enumerate(cassette.recordings)
            if at not in self.played | self.told
        ]

    def _is_of(self, at: int, occurrence: int) -> bool:
        return self.cassette.recordings[at].occurrence == occurrence


def hides_an_answer(recording: Recording) -> bool:
    """Whether the service's answer held a secret: then a recording can stand in for it only where all is replayed."""
    return any(
        has_placeholder(hop.response.body.decode("utf-8", "replace"))
        or any(has_placeholder(value) for _, value in hop.response.headers)
        for hop in recording.hops
    )


def play(
    recording: Recording,
    cassette: Cassette,
    request: HttpRequest,
    options: SendOptions,
    jar: CookieJar,
    clock: Callable[[], float] = time.time,
    repaired_by: str = "",
) -> Trip:
    """Answer a request by its recording; cookies go into the jar as if they came now.

    The hops are those recorded, save for their addresses: what went to the recorded host goes to the one asked now.

    Args:
        repaired_by: the command that records it again.

    Raises:
        CassetteError: a redirect is to be followed that was not when it was recorded.
        RequestError: more redirects than are allowed.
    """
    origin, now_origin = origin_of(recording.request.url), origin_of(request.url)

    def moved(url: str) -> str:
        return now_origin + url.removeprefix(origin) if origin and origin_of(url) == origin else url

    made = datetime.fromisoformat(recording.recorded_at or cassette.recorded_at).timestamp()
    hops: list[Exchange] = []
    for number, hop in enumerate(recording.hops if options.follow_redirects else recording.hops[:1]):
        url = request.url if number == 0 else moved(hop.request.url)
        if number > options.max_redirects:
            raise too_many(request, [*(past.request.url for past in hops), url], options.max_redirects)
        received = [value for name, value in hop.response.headers if name.lower() == "set-cookie"]
        stored = not_asked_for(received)
        if options.use_cookies:
            now = clock()
            stored = jar.store(url, [_made_now(value, made) for value in received], now)
        sent, answer = replace(hop.request, url=url), replace(hop.response, url=url)
        hops.append(Exchange(sent, answer, None, stored.refused, stored.dropped))
    location = location_of(hops[-1].response)
    if location is not None and options.follow_redirects:
        raise CassetteError(
            f"{recording.request.method} {recording.request.url} is redirected to {location}, "
            "which was not followed when it was recorded",
            fix=repaired_by,
        )
    return Trip(tuple(hops), jar.for_url(hops[-1].request.url, clock()))


def _made_now(header: str, made: float) -> str:
    """A Set-Cookie whose cookie lives as long from now as it lived from when it was recorded."""
    cookie = parse_set_cookie(header)
    if cookie is None or cookie.expires is None or cookie.max_age is not None:
        return header
    return f"{header}; Max-Age={int(cookie.expires - made)}"  # counts before Expires (RFC 6265, section 5.3)
