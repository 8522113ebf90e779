"""What every report is to the run: somebody who is told what happens."""

from __future__ import annotations

from typing import Protocol

from paceline.engine.events import Event


class Reporter(Protocol):
    """A listener of the run.

    A report in a file is written when `RunFinished` comes, which it always does, and whole or not at all.
    """

    def handle(self, event: Event) -> None:
        """Take the next event.

        Raises:
            FileError: the report cannot be written.
        """
        ...
