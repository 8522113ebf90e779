"""What the history tells a comparison that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from paceline.drift.facts import Lock
from paceline.drift.finding import Finding
from paceline.drift.judging import DEFAULT, Thresholds
from paceline.drift.learning import MOST_TIMES, host_of
from paceline.history.store import History


@dataclass(frozen=True, slots=True)
class KeptPast:
    """The earlier runs of a suite against a host; the run under way is not among them yet."""

    history: History
    suite: str
    host: str
    thresholds: Thresholds = DEFAULT

    def fields(self) -> Mapping[str, frozenset[str]]:
        """Fields that came at some time, by key of the request."""
        return self.history.fields()

    def since(self, finding: Finding) -> tuple[float | None, int]:
        """When the unbroken row of runs began that had a finding, in unix seconds, and how long it is with this run."""
        past = self.history.series(finding, suite=self.suite, host=self.host)
        return past.since, past.runs + 1

    def times(self, before: Lock, now: Lock) -> tuple[Lock, Lock]:
        """Both with the times of earlier runs, where those of one run alone are too few to tell anything.

        To the times of this run come those of the newest runs before it, as many as are needed; to what was learnt, if
        that is too little as well, those of the runs before these. So what is slow once makes no finding, and what is
        slow in most of the last runs does.
        """
        needed, host = self.thresholds.latency_samples, host_of(self.host)
        for key, by_status in now.requests.items():
            for status, answers in by_status.items():
                known = before.requests.get(key, {}).get(status)
                came = answers.latency.get(host, frozenset())
                if known is None or not came:
                    continue
                learnt = known.latency.get(host, frozenset())
                missing = max(needed - len(came), 0)
                if not missing and len(learnt) >= needed:
                    continue
                earlier = self.history.recent_times(self.host, key, status, MOST_TIMES)
                now = _timed(now, key, status, host, earlier[:missing])
                if len(learnt) < needed:
                    before = _timed(before, key, status, host, earlier[missing:])
        return before, now


def _timed(lock: Lock, key: str, status: int, host: str, times: list[float]) -> Lock:
    answers = lock.requests[key][status]
    latency = {**answers.latency, host: answers.latency.get(host, frozenset()) | frozenset(times)}
    return Lock({**lock.requests, key: {**lock.requests[key], status: replace(answers, latency=latency)}})
