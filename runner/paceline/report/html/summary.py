"""The top of the page: how the run ended, in numbers, and what failed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, Literal

from paceline.engine.events import Count, RunFinished, RunStarted, Summary
from paceline.engine.verdict import ExitCode
from paceline.model.outcome import ItemResult
from paceline.report.drift_words import failing_of, meaning_of
from paceline.report.exchange_lines import url_of
from paceline.report.html.details import failures_json
from paceline.report.html.drift import DriftView
from paceline.report.html.exchanges import command
from paceline.report.masking import Mask
from paceline.report.names import path_of
from paceline.report.screen import count, duration, size

#: Failing items that are told in full above the list; the list has all of them.
MOST_CARDS: Final = 50

Tone = Literal["good", "bad", "poor"]

_ADVICE: Final = {
    ExitCode.NOT_SENT: "a request could not be sent or was not answered",
    ExitCode.SCRIPT_ERROR: "a script broke",
    ExitCode.CONTRACT: "a response broke its contract",
    ExitCode.FAILED: "a check did not hold",
    ExitCode.NOTHING_RAN: "no request was executed",
    ExitCode.INTERRUPTED: "the run was interrupted",
    ExitCode.OK: "all good",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A number and what it counts; `notes` are what is to be said about it, the first in its tone."""

    label: str
    value: str
    notes: tuple[str, ...] = ()
    tone: Tone | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A failing item.

    Attributes:
        number: of the item in the run, from 0; None when it is not in the list.
        status: of the response, with its reason; empty when there is none.
        failures: as `failures_json` gives them.
    """

    number: int | None
    path: tuple[str, ...]
    name: str
    iteration: str
    method: str
    url: str
    status: str
    took: str
    failures: Sequence[Mapping[str, Any]]
    curl: str


@dataclass(frozen=True, slots=True)
class PageSummary:
    """What the top of the page says; all of it masked."""

    title: str
    verdict: str
    headline: str
    tone: Tone
    meaning: str
    problem: str
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    started: str
    tiles: tuple[Tile, ...]
    cards: tuple[Card, ...]
    cards_left: int
    drift: DriftView | None = None


def summary_of(
    started: RunStarted, finished: RunFinished, numbers: Mapping[str, int], mask: Mask, drift: DriftView | None = None
) -> PageSummary:
    """The top of the page.

    Args:
        numbers: number of each execution by its `ref`.
        drift: as the page shows it; None where nobody compared.
    """
    code = ExitCode(finished.exit_code)
    summary = finished.summary
    groups = [list(group) for _, group in groupby(finished.failures, key=lambda pair: pair[0].cursor.ref)]
    cards = tuple(_card(group[0][0], numbers, mask) for group in groups[:MOST_CARDS])
    names = ", ".join(mask.text(collection.name) for collection in started.collections)
    problem = finished.problem
    moment = datetime.fromtimestamp(started.started, UTC)
    facts = [
        ("Collection" if len(started.collections) == 1 else "Collections", names),
        ("Environment", mask.text(started.environment.name)),
        ("Iterations", f"{started.iterations:,}" if started.iterations > 1 else ""),
        ("Took", duration((summary.completed - summary.started) * 1000)),
    ]
    return PageSummary(
        title=names,
        verdict={ExitCode.OK: "Passed", ExitCode.INTERRUPTED: "Interrupted", ExitCode.NOTHING_RAN: "Nothing ran"}.get(
            code, "Failed"
        ),
        headline=_headline(finished, len(groups)),
        tone="good" if code is ExitCode.OK else "poor" if code is ExitCode.NOTHING_RAN else "bad",
        meaning=f"exit code {int(code)}: {meaning_of(finished) or _ADVICE.get(code, '')}".rstrip(": "),
        problem="" if problem is None else mask.text(f"{problem.message}\n{problem.fix}".strip()),
        notes=tuple(map(mask.text, finished.notes)),
        facts=tuple((name, value) for name, value in facts if value),
        started=moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        tiles=(*_tiles(summary, len(groups)), *([] if drift is None else [_drift_tile(drift)])),
        cards=cards,
        cards_left=len(groups) - len(cards),
        drift=drift,
    )


def _headline(finished: RunFinished, items: int) -> str:
    """How it ended in a sentence; `items` is the number of failing ones."""
    summary, failures, interrupted = finished.summary, finished.failures, finished.exit_code == ExitCode.INTERRUPTED
    executed = summary.counts.get("items", Count()).total - summary.skipped_items
    if finished.exit_code == ExitCode.NOTHING_RAN:
        return "Nothing ran"
    ran = count(executed, "request")
    drifted = failing_of(finished)
    if not failures:
        if interrupted:
            return f"Interrupted after {ran}"
        return f"Answers drifted: {drifted} in {ran}" if drifted else f"{ran} ran, and nothing failed"
    failed = f"{count(len(failures), 'failure')} in {items:,} of {ran}" + (
        f", and {drifted} in the answers" if drifted else ""
    )
    return f"{failed}, then interrupted" if interrupted else failed


def _drift_tile(drift: DriftView) -> Tile:
    """How many changes there are, of which level."""
    notes = tuple(f"{number:,} {level}" for level, number in drift.levels) or ("nothing changed",)
    tone: Tone = "bad" if drift.failed else "good"
    return Tile("Drift", count(sum(number for _, number in drift.levels), "change"), notes, tone)


def _tiles(summary: Summary, failed: int) -> tuple[Tile, ...]:
    """The numbers; `failed` is that of failing items."""
    counts, times = summary.counts, sorted(summary.response_ms)
    executed = counts.get("items", Count()).total - summary.skipped_items
    sent = counts.get("requests", Count()).total
    checks = counts.get("assertions", Count())
    made = Count(checks.total - summary.skipped_assertions, checks.failed)  # Newman counts skipped ones among them
    others = f"{sent - executed:,} more by scripts and walks" if sent > executed else ""
    tiles = [_counted("Requests", Count(executed, failed), summary.skipped_items, others)]
    if checks.total:
        tiles.append(_counted("Checks", made, summary.skipped_assertions))
    if summary.contracts.total:
        tiles.append(_counted("Contracts", summary.contracts))
    if times:
        late = times[max(0, math.ceil(0.95 * len(times)) - 1)]
        middle = times[(len(times) - 1) // 2]
        tiles.append(Tile("Response time", duration(middle), (f"median; 95 % within {duration(late)}",)))
        tiles.append(Tile("Received", size(summary.received_bytes), (f"in {count(len(times), 'response')}",)))
    return tuple(tiles)


def _counted(label: str, counted: Count, skipped: int = 0, others: str = "") -> Tile:
    notes = [f"{counted.failed:,} failed" if counted.failed else "none failed"]
    notes += [f"{skipped:,} skipped"] * bool(skipped) + [others] * bool(others)
    return Tile(label, f"{counted.total:,}", tuple(notes), "bad" if counted.failed else "good")


def _card(result: ItemResult, numbers: Mapping[str, int], mask: Mask) -> Card:
    trip, cursor = result.trip, result.cursor
    request = trip.request if trip is not None else result.outgoing or result.request or result.item.request
    *path, name = (mask.text(name) for name in path_of(result))
    return Card(
        number=numbers.get(cursor.ref),
        path=tuple(path),
        name=name,
        iteration=f"iteration {cursor.iteration + 1} of {cursor.cycles}" if cursor.cycles > 1 else "",
        method=mask.text(request.method),
        url=mask.url(url_of(request)),
        status="" if trip is None else mask.text(f"{trip.response.status} {trip.response.reason}".rstrip()),
        took="" if trip is None else duration(trip.response.elapsed_ms),
        failures=failures_json(result, mask),
        curl=command(result, mask),
    )
