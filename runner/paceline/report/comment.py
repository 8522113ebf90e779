"""The Markdown report: a run in the length of a comment, for a pull request."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.report.files import report_path, require_writable, writing
from paceline.report.job_summary import JobSummary
from paceline.report.masking import Mask

#: Characters that GitHub takes for a comment; ours are bytes, of which there are never fewer.
COMMENT_LIMIT: Final = 65_536


class MarkdownReport:
    """Writes the report when the run has finished.

    Args:
        path: file or folder; None for `paceline/paceline-run-<time>.md`.
        mask: shared by all reports of the run.

    Raises:
        FileError: nothing can be written there.
    """

    def __init__(self, path: str | Path | None, mask: Mask) -> None:
        require_writable(path)
        self.written: Path | None = None
        self._path = path
        self._mask = mask
        self._summary = JobSummary(mask)
        self._started: RunStarted | None = None

    def handle(self, event: Event) -> None:
        """Take the next event.

        Raises:
            FileError: the report cannot be written.
        """
        self._mask.observe(event)
        if isinstance(event, RunStarted):
            self._started = event
        elif isinstance(event, ItemFinished):
            self._summary.add(event.result)
        elif isinstance(event, RunFinished) and self._started is not None:
            path = report_path(self._path, "md", self._started.started)
            with writing(path) as file:
                file.write(self._summary.markdown(self._started, event, COMMENT_LIMIT))
            self.written = path
