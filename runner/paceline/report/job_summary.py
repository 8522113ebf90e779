"""A run in Markdown: for the summary of a job on GitHub, and for a comment."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from paceline.engine.events import RunFinished, RunStarted
from paceline.model.outcome import Failure, ItemResult
from paceline.report.drift_markdown import drift_markdown
from paceline.report.drift_masking import masked_drift
from paceline.report.exchange_lines import ExchangeLines
from paceline.report.failure_lines import failure_lines
from paceline.report.markdown import escaped, fenced, fitting, folded, size_of
from paceline.report.masking import Mask
from paceline.report.names import path_of
from paceline.report.screen import count, cut, duration, line
from paceline.report.style import Signs, Style
from paceline.report.summary_lines import count_rows, facts, verdict

_PLAIN: Final = Style(color=False, signs=Signs())
_LONGEST_NAME: Final = 200
_MOST_SLOW: Final = 10
_MOST_SKIPPED: Final = 100
_RESERVE: Final = 200  # bytes for the sentence that tells what was left out


@dataclass(frozen=True, slots=True, order=True)
class _Slow:
    """A request that was answered, by how long that took."""

    elapsed_ms: float
    place: int
    path: tuple[str, ...]
    sent: str
    status: int


class JobSummary:
    """Gathers what a summary tells; of what ran well only the slowest requests are kept, and no bodies."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._exchanges = ExchangeLines(_PLAIN, mask)
        self._slow: list[_Slow] = []
        self._skipped: list[tuple[tuple[str, ...], str]] = []
        self._skipped_count = 0
        self._count = 0

    def add(self, result: ItemResult) -> None:
        """Take in what happened to an item."""
        self._count += 1
        if result.skipped is not None:
            self._skipped_count += 1
            if len(self._skipped) < _MOST_SKIPPED:
                self._skipped.append((path_of(result), result.skipped))
        elif result.trip is not None:
            sent, answer = result.trip.request, result.trip.response
            slow = _Slow(answer.elapsed_ms, -self._count, path_of(result), f"{sent.method} {sent.url}", answer.status)
            heapq.heappush(self._slow, slow)
            if len(self._slow) > _MOST_SLOW:
                heapq.heappop(self._slow)

    def markdown(self, started: RunStarted, finished: RunFinished, limit: int) -> str:
        """The summary.

        Args:
            limit: in bytes of UTF-8; changes and failures that do not fit are counted, then the rest is left out.
        """
        head = "".join(self._head(started, finished))
        tail = "".join(fitting((*self._slowest(), *self._left_out()), limit // 4)[0])
        room = limit - size_of(head) - size_of(tail) - _RESERVE
        if room < 0:
            return head if size_of(head) <= limit else ""
        drift = self._drift(finished, room)
        room -= size_of(drift)
        pieces = [head, drift]
        groups = [list(group) for _, group in groupby(finished.failures, key=lambda pair: id(pair[0]))]
        for number, group in enumerate(groups):
            piece = self._failures(group)
            room -= size_of(piece)
            if room < 0:
                left = count(len(groups) - number, "more request")
                pieces.append(f"\nThere is no room for {left} that failed.\n")
                break
            pieces.append(piece)
        return "".join((*pieces, tail))

    def _head(self, started: RunStarted, finished: RunFinished) -> Iterator[str]:
        """How it ended, and the counts."""
        names = ", ".join(collection.name for collection in started.collections)
        yield f"## {'❌' if finished.exit_code else '✅'} {self._text(names)}\n\n"
        yield f"{escaped(verdict(finished, _PLAIN))}\n\n"
        if finished.problem is not None:
            yield f"{self._text(finished.problem.message, 1000)}\n\n"
        titles, *rows = count_rows(finished.summary)
        yield f"| {' | '.join(titles)} |\n|---|{'--:|' * (len(titles) - 1)}\n"
        yield from (f"| {' | '.join(row)} |\n" for row in rows)
        yield f"\n{escaped(' · '.join(facts(finished.summary)))}\n"
        yield from (f"\n{self._text(note, 1000)}\n" for note in finished.notes)

    def _drift(self, finished: RunFinished, room: int) -> str:
        """What changed; where something failed as well, it may take two thirds of the room."""
        if finished.drift is None:
            return ""
        return drift_markdown(masked_drift(finished.drift, self._mask), room * 2 // 3 if finished.failures else room)

    def _failures(self, group: Sequence[tuple[ItemResult, Failure]]) -> str:
        """What failed of one execution: its first failure to be seen, all of them to be opened."""
        result, first = group[0]
        more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
        title = first.at if first.assertion is None else first.assertion
        rows = "\n".join(failure_lines(group, self._exchanges)).strip("\n")
        return folded(f"❌ <b>{self._path(path_of(result))}</b>: {self._text(title)}{more}", fenced(rows))

    def _slowest(self) -> Iterator[str]:
        if not self._slow:
            return
        rows = ["| request | sent | status | time |\n|---|---|--:|--:|\n"]
        for one in sorted(self._slow, reverse=True):
            cells = (self._path(one.path), self._text(one.sent), str(one.status), escaped(duration(one.elapsed_ms)))
            rows.append(f"| {' | '.join(cells)} |\n")
        yield folded("Slowest requests", "".join(rows))

    def _left_out(self) -> Iterator[str]:
        if not self._skipped:
            return
        rows = [f"- {self._path(path)}: {self._text(reason)}\n" for path, reason in self._skipped]
        if self._skipped_count > len(rows):
            rows.append(f"- and {self._skipped_count - len(rows):,} more\n")
        yield folded(f"Skipped: {count(self._skipped_count, 'request')}", "".join(rows))

    def _path(self, names: Sequence[str]) -> str:
        return " › ".join(map(self._text, names))

    def _text(self, text: str, longest: int = _LONGEST_NAME) -> str:
        return escaped(cut(line(self._mask.text(text)), longest))
