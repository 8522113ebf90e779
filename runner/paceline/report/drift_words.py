"""Drift in the words that all reports use for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from paceline.drift.finding import LEVELS, Finding, FindingKind, Level, counted
from paceline.drift.outcome import Change, Drift, Reader
from paceline.engine.events import RunFinished
from paceline.engine.verdict import ExitCode
from paceline.errors import Location
from paceline.report.screen import count

_KINDS: Final[Mapping[FindingKind, str]] = {
    "status": "other status",
    "privilege": "other access",
    "graphql": "GraphQL errors",
    "content type": "other content type",
    "header": "header gone",
    "cookie": "cookie changed",
    "body": "another kind of body",
    "rare": "became rare",
    "type": "type changed",
    "null": "became null",
    "form": "other form",
    "enum": "other values",
    "range": "far outside its range",
    "empty": "became empty",
    "paging": "other page size",
    "latency": "slower",
}
_SAYS_NOTHING: Final = frozenset({"an object", "a list"})  # as a sample, beside a type
_KNOWN: Final = {
    "documented": "documented, but not seen before",
    "history": "known from history",
    "never seen": "never seen before",
}
_MOST_NAMED: Final = 3


def summary_of_drift(drift: Drift) -> str:
    """How many findings of which level, against what, and how many requests were looked at.

    >>> summary_of_drift(Drift("contract.lock", 64, (), "breaking", ()))
    'no findings against contract.lock, 64 requests compared'
    """
    found = counted(change.finding for change in drift.changes) or "no findings"
    return f"{found} against {drift.against}, {count(drift.compared, 'request')} compared"


def unlearnt_of(drift: Drift) -> str:
    """Which requests cannot be compared yet; empty where all can."""
    if not drift.unlearnt:
        return ""
    names = ", ".join(drift.unlearnt[:_MOST_NAMED])
    more = len(drift.unlearnt) - _MOST_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return f"nothing is learnt yet of {count(len(drift.unlearnt), 'request')}: {names}{rest}"


def meaning_of(finished: RunFinished) -> str:
    """What exit code 5 means for a run whose drift fails; empty for every other run."""
    if finished.exit_code != ExitCode.CONTRACT or finished.drift is None or not any(finished.drift.failing()):
        return ""
    broken = any(failure.kind == "contract" for _, failure in finished.failures)
    return "a response broke its contract, and answers drifted" if broken else "answers drifted"


def failing_of(finished: RunFinished) -> str:
    """The findings that fail, in numbers; empty where none does."""
    return counted(change.finding for change in finished.drift.failing()) if finished.drift is not None else ""


def by_level(drift: Drift) -> Iterator[tuple[Level, list[tuple[str, list[Change]]]]]:
    """The changes of each level that has some, by request."""
    for level in LEVELS:
        changes = [change for change in drift.changes if change.finding.level == level]
        if changes:
            yield (
                level,
                [(name, list(group)) for name, group in groupby(changes, lambda each: request_of(each.finding))],
            )


def request_of(finding: Finding) -> str:
    """The request, with the status of its answers.

    >>> request_of(Finding("risky", "enum", "rides/Rides", 200, "/data/*/kind", "bike, run", "row"))
    'rides/Rides (200)'
    """
    return f"{finding.key} ({finding.status})" if finding.status else finding.key


def place_of(finding: Finding) -> str:
    """Where in the answer."""
    return finding.pointer or "the whole body"


def kind_of(finding: Finding) -> str:
    """What kind of change it is; of a new field also where else it is known from."""
    kind = _KINDS.get(finding.kind, finding.kind)
    return ", ".join(filter(None, (kind, _KNOWN.get(finding.known, finding.known))))


def now_of(finding: Finding) -> str:
    """What came, with a sample where there is one."""
    sample = sample_of(finding)
    return f"{finding.new}, such as {sample}" if sample else finding.new


def sample_of(finding: Finding) -> str:
    """The sample, where it tells more than the type does."""
    return "" if finding.sample in _SAYS_NOTHING else finding.sample


def since_of(change: Change) -> str:
    """Since when it is so; the day is that of UTC.

    >>> finding = Finding("risky", "enum", "rides/Rides", 200, "/data/*/kind", "bike, run", "row")
    >>> since_of(Change(finding)), since_of(Change(finding, since=1_795_132_800.0, runs=4))
    ('for the first time', 'since 2026-11-20, 4 runs')
    """
    if change.since is None:
        return "for the first time"
    return f"since {datetime.fromtimestamp(change.since, UTC):%Y-%m-%d}, {count(change.runs, 'run')}"


def reader_of(reader: Reader) -> str:
    """Who reads a field, without the place.

    >>> reader_of(Reader("request", "rides/Ride", Location("rides.json"), "ride_id"))
    'request rides/Ride via {{ride_id}}'
    """
    if reader.kind == "script":
        return f"script of {reader.name}"
    via = f" via {{{{{reader.variable}}}}}" if reader.variable else ""
    return f"{reader.kind} {reader.name}{via}"


def where(at: Location) -> str:
    """The place as text; empty for what never was a file."""
    return "" if at == Location() else str(at)
