"""Runs to keep, for the tests of the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from paceline.drift.finding import Finding
from paceline.history.records import RunRecord, Timing

KEY = "users/List"
SUITE = "paceline.yaml"
HOST = "https://api.example.org"
NEWS = Finding("additive", "new field", KEY, 200, "/rows/*/badge", "no such field", "string (uuid)", known="never seen")
GONE = Finding("breaking", "removed", KEY, 200, "/total", "number", "no such field")


def run(started: float, *findings: Finding, **more: Any) -> RunRecord:
    """A run that compared answers of status 200 to one request, unless `compared` says otherwise."""
    given: dict[str, Any] = {"suite": SUITE, "environment": "staging", "host": HOST, "exit_code": 0, "requests": 1}
    return RunRecord(
        id=None, started=started, findings=findings, **{**given, "compared": {KEY: frozenset({200})}, **more}
    )


def timed(started: float, *times: float, key: str = KEY, status: int = 200, **more: Any) -> RunRecord:
    """A run in which a request took so long, in milliseconds."""
    return run(started, timings=tuple(Timing(key, status, each) for each in times), **more)


def with_fields(started: float, fields: Mapping[str, Iterable[str]]) -> RunRecord:
    return run(started, fields={key: frozenset(pointers) for key, pointers in fields.items()})
