"""The list of a run: one short row for each execution of an item, which is all the page holds unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from paceline.model.outcome import ItemResult
from paceline.report.exchange_lines import url_of
from paceline.report.masking import Mask
from paceline.report.names import path_of

_LONGEST: Final = 300  # characters of an address or of what failed

PASSED, FAILED, SKIPPED = range(3)


class Rows:
    """Makes the rows; what repeats is put into lists of its own.

    Args:
        started: of the run, in unix seconds.
    """

    def __init__(self, started: float, mask: Mask) -> None:
        self._started = started
        self._mask = mask
        self._groups: dict[tuple[str, ...], int] = {}
        self._rows: list[list[Any]] = []

    def add(self, result: ItemResult, failures: Sequence[dict[str, Any]]) -> None:
        """Take in the next result, with its failures as data."""
        mask = self._mask
        *path, name = (mask.text(name) for name in path_of(result))
        group = self._groups.setdefault(tuple(path), len(self._groups))
        trip = result.trip
        request = trip.request if trip is not None else result.outgoing or result.request or result.item.request
        self._rows.append(
            [
                name,
                group,
                mask.text(request.method),
                mask.url(url_of(request))[:_LONGEST],
                0 if trip is None else trip.response.status,
                SKIPPED if result.skipped is not None and not failures else FAILED if failures else PASSED,
                0 if trip is None else round(trip.response.elapsed_ms, 1),
                round(max(0.0, result.started - self._started) * 1000),
                round(result.elapsed_ms, 1),
                0 if trip is None else trip.response.size,
                result.cursor.iteration,
                result.cursor.phase,
                len(failures),
                _in_short(failures),
            ]
        )

    def json(self) -> dict[str, Any]:
        """All rows; the page's script names the columns (`report_data.js`)."""
        return {"groups": [list(group) for group in self._groups], "rows": self._rows}


def _in_short(failures: Sequence[dict[str, Any]]) -> str:
    """What failed first, on one line."""
    if not failures:
        return ""
    first = failures[0]
    said = first.get("message") or f"expected {first.get('expected')}, got {first.get('got')}"
    place = f" {first['pointer']}" if first.get("pointer") else ""
    return " ".join(f"{first['title']}{place}: {said}".split())[:_LONGEST]
