"""Drift for people at a terminal: by level and request, each change with what is needed to decide about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from paceline.drift.finding import Level
from paceline.drift.outcome import Change, Drift, Reader
from paceline.report.drift_words import (
    by_level,
    kind_of,
    now_of,
    place_of,
    reader_of,
    request_of,
    since_of,
    summary_of_drift,
    unlearnt_of,
    where,
)
from paceline.report.screen import line, width
from paceline.report.style import Style

_LABEL: Final = 9  # columns of the words on the left
_MOST_READERS: Final = 8
_NARROWEST: Final = 20


@dataclass(frozen=True, slots=True)
class DriftLines:
    """Writes a drift, which has to be masked before.

    Attributes:
        columns: width of the terminal, where text is broken; None where nothing is. Places and commands, which are
            copied, are never broken.
    """

    style: Style
    columns: int | None = None

    def all(self, drift: Drift) -> Iterator[str]:
        """Everything but the sum; nothing where there are no changes."""
        for at, (level, requests) in enumerate(by_level(drift)):
            number = drift.count(level)
            yield from [""] * bool(at)
            yield self._paint(level, f"{self._sign(level)} {number:,} {level}")
            for name, changes in requests:
                yield f"  {self.style.bold(line(name))}"
                for change in changes:
                    yield from self.change(change, "    ")

    def sum(self, drift: Drift) -> Iterator[str]:
        """The sum in a line, and what was not compared in another one."""
        failing = any(drift.failing())
        paint = self.style.red if failing else self.style.yellow if drift.changes else self.style.green
        yield from self._broken(f"drift: {line(summary_of_drift(drift))}", "", "       ", paint)
        if drift.unlearnt:
            yield from self._broken(line(unlearnt_of(drift)), "       ", "       ", self.style.faint)

    def alone(self, change: Change) -> list[str]:
        """A change for a report in which it stands alone."""
        finding = change.finding
        return [f"{finding.level}: {line(request_of(finding))}", *self.change(change, "")]

    def change(self, change: Change, indent: str) -> Iterator[str]:
        """What changed, since when, who reads it, and how to accept it."""
        finding = change.finding
        place = self._paint(finding.level, line(place_of(finding)))
        yield from self._broken(line(kind_of(finding)), f"{indent}{place}  ", f"{indent}  ")
        indent += "  "
        if not finding.kind.startswith("new "):
            yield from self._row("was", finding.old, indent)
        yield from self._row("now", now_of(finding), indent)
        if finding.message:
            yield from self._row("", finding.message, indent)
        yield from self._row("seen", since_of(change), indent)
        yield from self._readers(change.readers, indent)
        if change.accepted_by:
            yield f"{indent}{self._label('accept')}{self.style.cyan(line(change.accepted_by))}"

    def _readers(self, readers: tuple[Reader, ...], indent: str) -> Iterator[str]:
        margin = f"{indent}{' ' * _LABEL}"
        lead = f"{indent}{self._label('read by')}"
        for reader in readers[:_MOST_READERS]:
            name, place = line(reader_of(reader)), line(where(reader.at))
            row = f"{lead}{name}"
            if place and self._fits(f"{row}  --> {place}"):
                row += self.style.faint(f"  --> {place}")
                place = ""
            yield row
            if place:
                yield f"{margin}{self.style.faint(f'--> {place}')}"
            lead = margin
        if len(readers) > _MOST_READERS:
            yield f"{margin}{self.style.faint(f'and {len(readers) - _MOST_READERS:,} more')}"

    def _row(self, label: str, text: str, indent: str) -> Iterator[str]:
        return self._broken(line(text), f"{indent}{self._label(label)}", f"{indent}{' ' * _LABEL}")

    def _broken(self, text: str, lead: str, margin: str, paint: Callable[[str], str] = str) -> Iterator[str]:
        """A text in as many rows as it needs, the first one behind `lead` and the others behind `margin`."""
        for at, row in enumerate(self._rows(text, width(lead), width(margin))):
            yield f"{margin if at else lead}{paint(row)}".rstrip()

    def _rows(self, text: str, first: int, others: int) -> Iterator[str]:
        columns = self.columns
        if columns is None or first + width(text) <= columns:
            yield text
            return
        row, room = "", max(columns - first, _NARROWEST)
        for word in text.split(" "):
            if row and width(row) + 1 + width(word) > room:
                yield row
                row, room = word, max(columns - others, _NARROWEST)
            else:
                row = f"{row} {word}" if row else word
        yield row

    def _fits(self, row: str) -> bool:
        return self.columns is None or width(row) <= self.columns

    def _label(self, label: str) -> str:
        return self.style.faint(label) + " " * (_LABEL - len(label))

    def _sign(self, level: Level) -> str:
        return {"breaking": self.style.signs.failed, "risky": "!", "additive": "+"}[level]

    def _paint(self, level: Level, text: str) -> str:
        style = self.style
        return {"breaking": style.red, "risky": style.yellow, "additive": style.green}[level](text)
