"""The HTML report: one file with everything in it, made when the run has finished."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.model.outcome import ItemResult
from paceline.report.files import report_path, require_writable, writing
from paceline.report.html.blocks import blocks, packed
from paceline.report.html.cookie_lines import CookieLines
from paceline.report.html.details import detail_json
from paceline.report.html.drift import RequestNumbers, drift_view
from paceline.report.html.page import page_pieces
from paceline.report.html.rows import Rows
from paceline.report.html.spool import Spool
from paceline.report.html.summary import summary_of
from paceline.report.html.variable_lines import VariableLines
from paceline.report.masking import Mask
from paceline.report.sdk_json import encoded


class HtmlReport:
    """Writes the report when the run has finished; until then the results are put aside, see `Spool`.

    Args:
        path: file or folder; None for `paceline/paceline-run-<time>.html`.
        mask: shared by all reports of the run.

    Raises:
        FileError: nothing can be written there.
    """

    def __init__(self, path: str | Path | None, mask: Mask) -> None:
        require_writable(path)
        self.written: Path | None = None
        self._path = path
        self._mask = mask
        self._started: RunStarted | None = None
        self._spool = Spool()
        self._numbers: dict[str, int] = {}
        self._requests = RequestNumbers()

    def handle(self, event: Event) -> None:
        """Take the next event.

        Raises:
            FileError: the report cannot be written.
        """
        self._mask.observe(event)
        if isinstance(event, ItemFinished):
            self._requests.add(event.result, len(self._numbers))
            self._numbers[event.result.cursor.ref] = len(self._numbers)
            self._spool.add(event.result)
        elif isinstance(event, RunStarted):
            self._started = event
        elif isinstance(event, RunFinished) and self._started is not None:
            path = report_path(self._path, "html", self._started.started)
            with writing(path) as file:
                file.writelines(self._pieces(self._started, event))
            self.written = path
            self._spool.close()

    def _pieces(self, started: RunStarted, finished: RunFinished) -> Iterator[str]:
        nonce = secrets.token_urlsafe(12)
        data = _Data(started, self._numbers, self._mask, nonce)
        drift = None if finished.drift is None else drift_view(finished.drift, self._requests, self._mask)
        summary = summary_of(started, finished, self._numbers, self._mask, drift)
        return page_pieces(summary, nonce, data.blocks(self._spool), data.index)


class _Data:
    """The data blocks of the page, made in one pass over the results."""

    def __init__(self, started: RunStarted, numbers: dict[str, int], mask: Mask, nonce: str) -> None:
        self._mask = mask
        self._nonce = nonce
        self._rows = Rows(started.started, mask)
        self._cookies = CookieLines(mask)
        self._variables = VariableLines(started, numbers, mask)
        self._firsts: list[int] = []

    def blocks(self, results: Spool) -> Iterator[str]:
        """The details of all items."""
        details = (self._detail(number, result) for number, result in enumerate(results))
        return blocks(details, self._firsts)

    def _detail(self, number: int, result: ItemResult) -> dict[str, Any]:
        detail = detail_json(result, self._mask, self._nonce)
        self._rows.add(result, detail.get("failures", ()))
        cookies = self._cookies.add(number, result)
        return detail | self._variables.add(number, result) | ({"cookies": cookies} if cookies else {})

    def index(self) -> str:
        """The list of items and what runs through several of them; complete once `blocks` is at its end."""
        index = {
            **self._rows.json(),
            "blocks": self._firsts,
            "cookies": self._cookies.json(),
            "variables": self._variables.json(),
        }
        return packed(encoded(index))
