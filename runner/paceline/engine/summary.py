"""The run in numbers, counted while it goes on."""

from __future__ import annotations

import time

from paceline.engine.events import Count, Summary
from paceline.model.outcome import Failure, ItemResult, ScriptRun

_NAMES = (
    "iterations items scripts prerequests requests tests assertions testScripts prerequestScripts".split()
)  # Newman's order


class Tally:
    """Adds up item results; the counts are Newman's (newman, lib/run/summary.js)."""

    def __init__(self) -> None:
        self._started = time.time()
        self._total = dict.fromkeys(_NAMES, 0)
        self._failed = dict.fromkeys(_NAMES, 0)
        self._response_ms: list[float] = []
        self._received = 0
        self._contracts = [0, 0]
        self._skipped_items = 0
        self._skipped_assertions = 0
        self.failures: list[tuple[ItemResult, Failure]] = []

    @property
    def executed(self) -> int:
        """Items that ran and were not skipped."""
        return self._total["items"] - self._skipped_items

    def add_iteration(self) -> None:
        """An iteration came to its end."""
        self._total["iterations"] += 1

    def add(self, result: ItemResult) -> bool:
        """Count one item; return whether anything of it failed."""
        self._total["items"] += 1
        self._total["prerequests"] += 1
        self._scripts("prerequestScripts", result.prerequests)
        if result.skipped is not None:
            self._skipped_items += 1
        else:
            self._total["tests"] += 1
            self._total["requests"] += 1
            self._failed["requests"] += result.error is not None
        self._scripts("testScripts", result.tests)
        trips = [*(call.trip for call in result.calls), *result.pages]
        self._total["requests"] += len(trips)
        self._failed["requests"] += sum(trip is None for trip in trips)
        for trip in (*trips, result.trip):
            if trip is not None:
                self._response_ms.append(trip.response.elapsed_ms)
                self._received += trip.response.wire_bytes
        if result.contract is not None and result.contract.checked:
            self._contracts[0] += 1
            self._contracts[1] += not result.contract.kept
        failures = [(result, failure) for failure in result.failures()]
        self.failures += failures
        return bool(failures)

    def _scripts(self, name: str, runs: tuple[ScriptRun, ...]) -> None:
        for run in runs:
            for key in (name, "scripts"):
                self._total[key] += 1
                self._failed[key] += run.problem is not None
            self._total["assertions"] += len(run.assertions)
            for assertion in run.assertions:
                self._failed["assertions"] += assertion.failed
                self._skipped_assertions += assertion.skipped

    def summary(self) -> Summary:
        """The numbers so far."""
        return Summary(
            counts={name: Count(self._total[name], self._failed[name]) for name in _NAMES},
            contracts=Count(*self._contracts),
            skipped_items=self._skipped_items,
            skipped_assertions=self._skipped_assertions,
            response_ms=tuple(self._response_ms),
            received_bytes=self._received,
            started=self._started,
            completed=time.time(),
        )
