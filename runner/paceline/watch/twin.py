"""A second run beside the first one, request by request: the same collections against another host."""

from __future__ import annotations

from collections.abc import Generator

from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.evidence.results import Witness


class Twin:
    """The second run. It goes on each time the first one has finished an item, so that both ask at about one time.

    Attributes:
        witness: has its answers.
        finished: its end; None while it goes on.
    """

    def __init__(self, events: Generator[Event, None, None]) -> None:
        self.witness = Witness()
        self.finished: RunFinished | None = None
        self._events = events
        self._begun = False

    def hear(self, event: Event) -> None:
        """Take in what the first run tells. What is wrong with the second is known before the first sends anything."""
        if isinstance(event, RunStarted):
            self._take(next(self._events))
        elif isinstance(event, ItemFinished) and self.finished is None:
            for own in self._events:
                self._take(own)
                if isinstance(own, ItemFinished):
                    return

    def end(self) -> RunFinished:
        """Run what is left."""
        if self.finished is None:
            for event in self._events:
                self._take(event)
        assert self.finished is not None, "a run always tells its end"
        return self.finished

    def interrupt(self) -> None:
        """End it before its end, teardown included; where it has not begun, there is nothing to end."""
        if not self._begun:
            self._events.close()
        elif self.finished is None:
            self._take(self._events.throw(KeyboardInterrupt))
            self.end()

    def _take(self, event: Event) -> None:
        self._begun = True
        self.witness.handle(event)
        if isinstance(event, RunFinished):
            self.finished = event
