"""The history in lines, for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from statistics import median
from typing import Final, TextIO

from paceline.drift.finding import LEVELS
from paceline.history.records import OpenFinding, Pace, RunRecord
from paceline.report.screen import count, duration, line, width

Row = tuple[str, ...]

BLOCKS: Final = "▁▂▃▄▅▆▇█"
_ASCII_BLOCKS: Final = "_.-=+*%#"


def run_lines(runs: Sequence[RunRecord]) -> Iterator[str]:
    """A table of runs, the newest first; with suites only where there are several."""
    several = len({run.suite for run in runs}) > 1
    titles = (
        "when (UTC)",
        *(("suite",) * several),
        "environment",
        "host",
        "requests",
        "failed",
        "findings",
        "exit code",
    )
    rows = [
        (
            moment(run.started),
            *((run.suite,) * several),
            run.environment,
            run.host,
            f"{run.requests:,}",
            f"{run.failed:,}",
            findings_of(run),
            str(run.exit_code),
        )
        for run in runs
    ]
    return table(titles, rows, right=("requests", "failed", "exit code"))


def findings_of(run: RunRecord) -> str:
    """How many findings of each level a run had; `-` where nothing was compared."""
    counts = {level: sum(each.level == level for each in run.findings) for level in LEVELS}
    told = ", ".join(f"{number} {level}" for level, number in counts.items() if number)
    return told or ("none" if run.compared else "-")


def finding_lines(findings: Sequence[OpenFinding]) -> Iterator[str]:
    """A table of the findings that are open; suite and host only where there are several."""
    several = len({(each.suite, each.host) for each in findings}) > 1
    titles = ("level", "finding", "request", "pointer", "since (UTC)", "runs", *(("suite", "host") * several))
    rows = [
        (
            each.finding.level,
            each.finding.kind,
            f"{each.finding.key} ({each.finding.status})" if each.finding.status else each.finding.key,
            each.finding.pointer,
            moment(each.since),
            str(each.runs),
            *((each.suite, each.host) * several),
        )
        for each in findings
    ]
    return table(titles, rows, right=("runs",))


def trend_lines(trend: Sequence[Pace], blocks: str = BLOCKS) -> Iterator[str]:
    """For each host and status a table of the runs, the oldest first, and the medians as a picture."""
    for number, ((host, status), group) in enumerate(groupby(sorted(trend, key=_place), _place)):
        paces = list(group)
        titles = ("when (UTC)", "environment", "answers", "min", "median", "max")
        rows = [
            (moment(each.started), each.environment, f"{len(each.times):,}", *map(duration, _summed_up(each)))
            for each in paces
        ]
        middles = [median(each.times) for each in paces]
        if number:
            yield ""
        yield f"{status} from {line(host)}" if host else f"{status}"
        yield from table(titles, rows, right=titles[2:])
        told = f"medians of {count(len(paces), 'run')}, {duration(min(middles))} to {duration(max(middles))}"
        yield f"{sparkline(middles, blocks)}  {told}"


def _place(pace: Pace) -> tuple[str, int]:
    return pace.host, pace.status


def _summed_up(pace: Pace) -> tuple[float, float, float]:
    return min(pace.times), median(pace.times), max(pace.times)


def sparkline(values: Sequence[float], blocks: str = BLOCKS) -> str:
    """Numbers as bars that stand on zero, so that one of half the height is half as much.

    >>> sparkline([1, 2, 4, 8])
    '▁▂▄█'
    """
    most = max(values, default=0)
    if most <= 0:
        return blocks[0] * len(values)
    return "".join(blocks[min(len(blocks) - 1, max(0, round(value / most * len(blocks)) - 1))] for value in values)


def blocks_for(stream: TextIO) -> str:
    """The bars that a stream can show."""
    try:
        BLOCKS.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return _ASCII_BLOCKS
    return BLOCKS


def moment(seconds: float) -> str:
    """A time in UTC, to the minute.

    >>> moment(1_700_000_000)
    '2023-11-14 22:13'
    """
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # a damaged file may have any number
        return "?"


def table(titles: Row, rows: Sequence[Row], right: Collection[str] = ()) -> Iterator[str]:
    """Columns two blanks apart; those with titles in `right` end at one line, as numbers do."""
    cells = [titles, *(tuple(map(line, row)) for row in rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [
            " " * (wide - width(cell)) + cell if title in right else cell + " " * (wide - width(cell))
            for title, cell, wide in zip(titles, row, widths, strict=True)
        ]
        yield "  ".join(padded).rstrip()
