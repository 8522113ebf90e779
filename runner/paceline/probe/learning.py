"""What a run of the suite shows: its requests as they really go out, its variables, and what proves its session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.model.exchange import Trip
from paceline.model.outcome import ItemResult
from paceline.probe.session import Session
from paceline.resolve.scopes import Scope, Scopes


@dataclass(frozen=True, slots=True)
class Learnt:
    """A finished run of the suite.

    Attributes:
        shown: by identity of the item, its execution that tells most: answered, sent, or neither.
        session: how its requests proved whom they came from.
        scopes: by identity of the collection, the variables as the run left them.
    """

    started: RunStarted
    finished: RunFinished
    shown: Mapping[int, ItemResult]
    session: Session
    scopes: Mapping[int, Scopes]

    @property
    def answered(self) -> bool:
        """Whether any answer came at all."""
        return any(result.trip is not None for result in self.shown.values())


def learn(events: Iterable[Event], session: Session) -> Learnt:
    """Let the suite run to its end, whatever comes of it.

    Args:
        session: takes in what proves a session.

    Raises:
        PacelineError: nothing was sent.
    """
    results: list[ItemResult] = []
    for event in events:
        if isinstance(event, RunStarted):
            started = event
        elif isinstance(event, ItemFinished):
            results.append(event.result)
        elif isinstance(event, RunFinished):
            finished = event
    shown: dict[int, ItemResult] = {}
    for result in results:
        for trip in _trips(result):
            session.learn(trip)
        before = shown.get(id(result.item))
        if before is None or _worth(result) >= _worth(before):
            shown[id(result.item)] = result
    return Learnt(started, finished, shown, session, _scopes(started, finished, results))


def _trips(result: ItemResult) -> Iterable[Trip]:
    return (trip for trip in (result.trip, *result.pages, *(call.trip for call in result.calls)) if trip is not None)


def _worth(result: ItemResult) -> int:
    return 2 if result.trip is not None else 1 if result.outgoing is not None else 0


def _scopes(started: RunStarted, finished: RunFinished, results: Sequence[ItemResult]) -> dict[int, Scopes]:
    """Environment and globals come with the end of the run; the others are known by what scripts wrote."""
    environment = Scope("environment", finished.environment.variables)
    globals_ = Scope("globals", finished.globals.variables)
    local = Scope("local variables")
    own = {id(one): Scope("collection", one.variables) for one in started.collections}
    for result in results:
        written = {"local variables": local, "collection": own[id(result.collection)]}
        for write in result.writes:
            scope = written.get(write.scope)
            if scope is not None and write.unset:
                scope.unset(write.name)
            elif scope is not None:
                scope.set(write.name, write.value)
    return {each: Scopes(local, environment, scope, globals_) for each, scope in own.items()}
