"""Keeping what a watched run found, and asking what earlier ones did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from paceline.drift.facts import Lock
from paceline.drift.lock_lines import lines_of
from paceline.drift.pointers import plain
from paceline.errors import FileError, PacelineError
from paceline.evidence.observed import Meta, save_observed
from paceline.history.past import KeptPast
from paceline.history.records import RunRecord, Timing
from paceline.history.store import History
from paceline.model.outcome import ItemResult
from paceline.watch.watching import Past, Seen


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are kept.

    Attributes:
        folder: of what was seen last.
        history: file of the history; None keeps none.
        suite: name by which the runs of the suite are kept.
        command: how the run was started, without secrets.
    """

    folder: Path
    history: Path | None
    suite: str
    command: str = "paceline drift"


class Keeper:
    """Keeps runs. A history that cannot be opened or written costs a note, and not the run.

    Use it as a context.

    Raises:
        FormatError: the file is no history, or a newer paceline's.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._history: History | None = None
        self._notes: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._places.history is not None:
            try:
                self._history = self._stack.enter_context(History(self._places.history))
            except FileError as error:
                self._notes.append(f"without a history: {error.what} ({error.where})")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def past(self) -> Callable[[Sequence[ItemResult]], Past] | None:
        """Asks the runs before, of the same suite and host; None where there is no history."""
        history = self._history
        if history is None:
            return None
        return lambda results: KeptPast(history, self._places.suite, origin_of(results))

    def keep(self, seen: Seen) -> Iterator[str]:
        """Keep a run: its facts to accept from, and its record. What could not be kept is told, a line each."""
        yield from self._notes
        meta = Meta(time.time(), seen.drift.against, self._places.command)
        try:
            save_observed(self._places.folder, seen.now, meta)
        except FileError as error:
            yield f"what was seen is not kept to be accepted: {error.what} ({error.where})"
        if self._history is not None:
            try:
                self._history.add(record_of(seen, self._places.suite))
            except PacelineError as error:  # a file may be found damaged only now
                yield f"the run is not in the history: {error.what} ({error.where})"


def record_of(seen: Seen, suite: str) -> RunRecord:
    """A run as the history keeps it."""
    ran = [result for result in seen.results if result.skipped is None]
    timed = [
        (f"{result.collection.stem}/{result.item.name}", result.trip)
        for result in ran
        if result.trip is not None and result.trip.hops[-1].timings is not None
    ]
    return RunRecord(
        id=None,
        started=seen.started.started,
        suite=suite,
        environment=seen.started.environment.name,
        host=origin_of(seen.results),
        exit_code=seen.exit_code,
        requests=len(ran),
        failed=sum(any(True for _ in result.failures()) for result in ran),
        findings=tuple(change.finding for change in seen.drift.changes),
        timings=tuple(Timing(key, trip.response.status, trip.response.elapsed_ms) for key, trip in timed),
        compared={
            key: frozenset({0, *by_status})
            for key, by_status in seen.now.requests.items()
            if key in seen.before.requests
        },
        fields={key: fields_of(seen.now, key) for key in seen.now.requests},
    )


def fields_of(lock: Lock, key: str) -> frozenset[str]:
    """The pointers of all fields that the answers to a request had."""
    answers = lock.requests[key].values()
    return frozenset(plain(line.pointer) for each in answers for line in lines_of(each.shape) if line.pointer)


def origin_of(results: Sequence[ItemResult]) -> str:
    """Where the first request that was answered went: scheme, host and port; empty when none was."""
    trip = next((result.trip for result in results if result.trip is not None), None)
    if trip is None:
        return ""
    parts = urlsplit(trip.request.url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
