"""The drift page of the report: each change with both shapes side by side, plain HTML that needs no script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from paceline.drift.finding import LEVELS, Level
from paceline.drift.outcome import Change, Drift, Reader, fails
from paceline.model.outcome import ItemResult
from paceline.report.drift_masking import masked_drift
from paceline.report.drift_sides import Row, side_by_side
from paceline.report.drift_words import (
    kind_of,
    place_of,
    reader_of,
    request_of,
    sample_of,
    since_of,
    summary_of_drift,
    unlearnt_of,
    where,
)
from paceline.report.masking import Mask
from paceline.report.screen import line

#: Changes that are shown, and lines of a shape; what is more is counted.
MOST_CHANGES: Final = 500
MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class ReaderView:
    """Who reads a field; `number` is that of the request in the list, None where it is not there."""

    told: str
    place: str
    number: int | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change in the words of the page.

    Attributes:
        number: of the request in the list; None where it is not there.
        rows: both shapes; `rows_left`: how many more rows there are.
    """

    level: Level
    fails: bool
    request: str
    place: str
    kind: str
    old: str
    new: str
    sample: str
    message: str
    since: str
    readers: tuple[ReaderView, ...]
    accepted_by: str
    rows: tuple[Row, ...]
    rows_left: int
    number: int | None


@dataclass(frozen=True, slots=True)
class DriftView:
    """What the page says of drift; all of it masked."""

    told: str
    unlearnt: str
    levels: tuple[tuple[Level, int], ...]
    changes: tuple[ChangeView, ...]
    changes_left: int
    failed: bool


class RequestNumbers:
    """Where a request is in the list, by the key that findings have."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], int] = {}

    def add(self, result: ItemResult, number: int) -> None:
        """Take in the next execution; the first one of each status is remembered."""
        key = f"{result.collection.stem}/{result.item.name}"
        statuses = (0,) if result.trip is None else (0, result.trip.response.status)
        for status in statuses:
            self._numbers.setdefault((key, status), number)

    def of(self, key: str, status: int = 0) -> int | None:
        """The number of an execution that was answered so, or else of any; None where the request did not run."""
        return self._numbers.get((key, status), self._numbers.get((key, 0)))


def drift_view(drift: Drift, numbers: RequestNumbers, mask: Mask) -> DriftView:
    """The drift as the page shows it."""
    masked = masked_drift(drift, mask)
    pairs = zip(drift.changes[:MOST_CHANGES], masked.changes, strict=False)
    return DriftView(
        told=summary_of_drift(masked),
        unlearnt=unlearnt_of(masked),
        levels=tuple((level, drift.count(level)) for level in LEVELS if drift.count(level)),
        changes=tuple(_change(own, shown, drift.fail_on, numbers) for own, shown in pairs),
        changes_left=max(0, len(drift.changes) - MOST_CHANGES),
        failed=any(drift.failing()),
    )


def _change(own: Change, shown: Change, fail_on: Level, numbers: RequestNumbers) -> ChangeView:
    """`own` has the names by which the list knows its requests, `shown` is masked."""
    finding = shown.finding
    rows = tuple(side_by_side(shown.old_lines, shown.new_lines))
    return ChangeView(
        level=finding.level,
        fails=fails(finding.level, fail_on),
        request=request_of(finding),
        place=place_of(finding),
        kind=kind_of(finding),
        old=finding.old,
        new=finding.new,
        sample=sample_of(finding),
        message=finding.message,
        since=since_of(shown),
        readers=tuple(_readers(own.readers, shown.readers, numbers)),
        accepted_by=line(shown.accepted_by),
        rows=rows[:MOST_ROWS],
        rows_left=max(0, len(rows) - MOST_ROWS),
        number=numbers.of(own.finding.key, own.finding.status),
    )


def _readers(own: Iterable[Reader], shown: Iterable[Reader], numbers: RequestNumbers) -> Iterable[ReaderView]:
    for reader, masked in zip(own, shown, strict=True):
        number = None if reader.kind == "contract" else numbers.of(reader.name)
        yield ReaderView(reader_of(masked), where(masked.at), number)
