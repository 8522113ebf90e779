"""Listens to a run and keeps what happened to each item, and what the run began with."""

from __future__ import annotations

from pathlib import Path

from paceline.engine.events import Event, ItemFinished, RunStarted
from paceline.model.outcome import ItemResult
from paceline.model.variables import VariableSet


class Gathering:
    """A listener that writes nothing.

    Attributes:
        results: in the order in which the items ran.
        environment, globals: as the run began with them; None before it began.
    """

    written: Path | None = None

    def __init__(self) -> None:
        self.results: list[ItemResult] = []
        self.environment: VariableSet | None = None
        self.globals: VariableSet | None = None

    def handle(self, event: Event) -> None:
        """Take in the next event."""
        if isinstance(event, RunStarted):
            self.environment, self.globals = event.environment, event.globals
        elif isinstance(event, ItemFinished):
            self.results.append(event.result)
