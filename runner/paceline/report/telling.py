"""Handing the events of a run to its reports, up to the end, also when the run is interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Sequence
from typing import Any, Self

from paceline.engine.events import Event, RunFinished
from paceline.errors import PacelineError
from paceline.report.reporter import Reporter


def tell(events: Generator[Event, None, None], reporters: Sequence[Reporter]) -> tuple[RunFinished, list[Exception]]:
    """Hand every event to every report.

    Returns:
        The last event, and why reports could not be written: one that fails must not cost the others.
    """
    listening = list(reporters)
    errors: list[Exception] = []
    with _Interruption() as interruption:
        while True:
            event = interruption.next(events)
            for reporter in tuple(listening):
                try:
                    reporter.handle(event)
                except (PacelineError, OSError) as error:
                    listening.remove(reporter)
                    errors.append(error)
                    interruption.count = max(1, interruption.count)  # to go on would be for nobody
            if isinstance(event, RunFinished):
                return event, errors


class _Interruption:
    """Ctrl-C, or SIGTERM, so that a cancelled job still gets its reports.

    The run is interrupted at once and ends itself; a report first takes in the event it is busy with. The second time
    is the end wherever it strikes.
    """

    def __init__(self) -> None:
        self.count = 0
        self.in_run = False
        self.told = False  # the run knows of it
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # no other one may ask for signals
            self._before = {each: signal.signal(each, self._strike) for each in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _strike(self, *_: object) -> None:
        self.count += 1
        if self.in_run or self.count > 1:
            raise KeyboardInterrupt

    def next(self, events: Generator[Event, None, None]) -> Event:
        """The next event; once interrupted, those with which the run ends."""
        told, self.told = self.told, self.count > 0
        self.in_run = True
        try:
            event = events.throw(KeyboardInterrupt) if self.told and not told else next(events)
        except KeyboardInterrupt:
            if self.told or self.count > 1:
                raise
            event = events.throw(KeyboardInterrupt)  # it struck on the way into the run or out of it
        finally:
            self.in_run = False
            self.told = self.count > 0
        return event
