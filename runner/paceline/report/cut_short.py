"""The end of a run that did not come to it: what a report is told in place of what the run would have said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from paceline.engine.events import (
    Event,
    ItemFinished,
    ItemStarted,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from paceline.engine.summary import Tally
from paceline.engine.verdict import exit_code
from paceline.model.outcome import Problem


@dataclass(slots=True)
class SoFar:
    """What a log has told until now, in case that it ends there.

    Attributes:
        iteration: the one that is open.
        under_way: path of the item that is, or nothing.
        time: unix seconds of the last thing that is known to have ended.
        line: number of the last line.
    """

    started: RunStarted | None = None
    tally: Tally = field(default_factory=Tally)
    iteration: int | None = None
    under_way: str = ""
    time: float = 0.0
    line: int = 0

    def add(self, event: Event, line: int) -> None:
        """Take in the event that a line tells."""
        self.line = line
        if isinstance(event, RunStarted):
            self.started, self.time = event, event.started
        elif isinstance(event, IterationStarted):
            self.iteration = event.iteration
        elif isinstance(event, ItemStarted):
            folders = (folder.name for folder in event.folders)
            self.under_way = " / ".join((event.collection.name, *folders, event.item.name))
        elif isinstance(event, ItemFinished):
            self.tally.add(event.result)
            self.under_way = ""
            self.time = event.result.started + event.result.elapsed_ms / 1000
        elif isinstance(event, IterationFinished):
            self.tally.add_iteration()
            self.iteration = None

    def ending(self, started: RunStarted) -> Iterator[Event]:
        """The events that are missing: the run is ended as an interrupted one, with the variables of its start."""
        if self.iteration is not None:
            self.tally.add_iteration()
            yield IterationFinished(self.iteration)
        failures = tuple(self.tally.failures)
        code = exit_code((failure for _, failure in failures), executed=self.tally.executed, interrupted=True)
        during = f", during {self.under_way}" if self.under_way else ""
        yield RunFinished(
            replace(self.tally.summary(), started=started.started, completed=self.time),
            failures,
            int(code),
            started.environment,
            started.globals,
            Problem("Interrupted", f"the run was killed: its log ends after line {self.line}{during}"),
        )
