"""What every report is to the run: somebody who is told what happens."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from paceline.engine.events import Event


class Reporter(Protocol):
    """A listener of the run.

    A report in a file is written when `RunFinished` comes, which it always does, and whole or not at all.

    Attributes:
        written: the file that holds the report; None as long as there is none.
    """

    written: Path | None

    def handle(self, event: Event) -> None:
        """Take the next event.

        Raises:
            FileError: the report cannot be written.
        """
        ...
