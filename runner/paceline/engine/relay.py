"""Standing between a run and whoever listens to it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing

from paceline.engine.events import Event, RunFinished


def relayed(events: Generator[Event, None, None], hear: Callable[[Event], None]) -> Generator[Event, None, RunFinished]:
    """Pass on all events of a run but the last one, which is returned; what is thrown in goes on to the run.

    Args:
        hear: is told each event before it is passed on.
    """
    with closing(events):
        event = next(events)
        while not isinstance(event, RunFinished):
            hear(event)
            try:
                yield event
            except KeyboardInterrupt as interruption:
                event = events.throw(interruption)
            else:
                event = next(events)
    return event
