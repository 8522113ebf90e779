"""From what happened in a run to answers as drift knows them."""

from __future__ import annotations

from pathlib import Path

from paceline.drift.facts import Observation
from paceline.drift.learning import host_of, subject
from paceline.engine.events import Event, ItemFinished
from paceline.model.outcome import ItemResult
from paceline.report.masking import Mask


def observation_of(result: ItemResult, mask: Mask | None = None) -> Observation | None:
    """The answer to an item's own request: not to those of its scripts, and not further pages of a list.

    Args:
        mask: hides the secrets it knows, in the way of an event log, so that nothing is learnt of them. None: there is
            nothing to hide, since they come from a log, or nothing is kept.

    Returns:
        None when there was no answer. The time counts only where it was measured: a replay measures none.
    """
    if result.trip is None:
        return None
    hops = result.trip.hops
    request, response = result.trip.request, result.trip.response
    measured = hops[-1].timings is not None
    host = host_of(request.url)
    cookies = [value for hop in hops for name, value in hop.response.headers if name.lower() == "set-cookie"]
    if mask is not None:
        request, response = mask.request(request), mask.response(response)
        cookies = [mask.header("Set-Cookie", value) for value in cookies]
    return Observation(
        key=f"{result.collection.stem}/{result.item.name}",
        status=response.status,
        headers=response.headers,
        body=response.body,
        elapsed_ms=response.elapsed_ms if measured else None,
        subject=subject(request.method, request.url, request.body),
        set_cookies=tuple(cookies),
        host=host,
    )


class Witness:
    """Listens to a run, as a report does, and keeps its answers, in memory and as they came.

    They are handed out masked, with all secrets that the whole run brought to light: one that came in the last answer
    is hidden in the first as well.
    """

    def __init__(self) -> None:
        self.written: Path | None = None  # nothing is
        self._mask = Mask()
        self._results: list[ItemResult] = []

    def handle(self, event: Event) -> None:
        """Take the next event."""
        self._mask.observe(event)
        if isinstance(event, ItemFinished):
            self._results.append(event.result)

    def observations(self) -> list[Observation]:
        """The answers so far, in order."""
        found = (observation_of(result, self._mask) for result in self._results)
        return [each for each in found if each is not None]
