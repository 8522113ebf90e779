"""The events of a run, whose end tells how its answers have drifted."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from paceline.contract.checker import ContractChecker
from paceline.drift.compare import compare_locks, with_samples
from paceline.drift.facts import Answers, Lock, Observation
from paceline.drift.finding import Finding, Level, in_order
from paceline.drift.learning import asked_again, learn_noise, observed
from paceline.drift.outcome import Change, Drift, Reader
from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.engine.relay import relayed
from paceline.engine.verdict import ExitCode
from paceline.errors import PacelineError
from paceline.evidence.results import Witness
from paceline.model.outcome import ItemResult, Problem
from paceline.readers.variables import key_of
from paceline.watch.breaches import broken_rules
from paceline.watch.doors import open_doors, refusable
from paceline.watch.lines import lines_at
from paceline.watch.twin import Twin

_FINAL_CODES: Final = (ExitCode.INTERRUPTED, ExitCode.BAD_INPUT)


class Past(Protocol):
    """What earlier runs tell."""

    def fields(self) -> Mapping[str, frozenset[str]]:
        """Fields that came at some time, by key of the request."""
        ...

    def since(self, finding: Finding) -> tuple[float | None, int]:
        """When the unbroken row of runs began that had a finding, in unix seconds, and how long it is with this run."""
        ...

    def times(self, before: Lock, now: Lock) -> tuple[Lock, Lock]:
        """Both with the times of earlier runs, where those of one run alone would be too few."""
        ...


@dataclass(slots=True)
class Watch:
    """What a run is compared with, and who is asked about what is found.

    Attributes:
        lock: what answers have looked like so far; None where a twin tells.
        against: the same in a word, for the reader.
        checker: the contracts of the run; None where it has none.
        past: from the results to what earlier runs tell of them; None where nobody keeps any.
        doors: from the events of the run to what came of the probe after it; None where that is not wanted.
        readers: from what happened to who relies on a place of it.
        accepted_by: the command that accepts a finding of the lock; what breaks a contract only an edit accepts.
        store: takes in the facts of what came, and the finished comparison.
    """

    lock: Lock | None
    against: str
    fail_on: Level = "breaking"
    checker: ContractChecker | None = None
    past: Callable[[Sequence[ItemResult]], Past] | None = None
    twin: Twin | None = None
    doors: Callable[[Sequence[Event]], Sequence[ItemResult]] | None = None
    readers: Callable[[RunStarted, Sequence[ItemResult]], Callable[[Finding], tuple[Reader, ...]]] | None = None
    accepted_by: Callable[[Finding], str] = lambda _: ""
    store: Callable[[Seen], Iterable[str]] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a watched run, for whoever keeps it.

    Attributes:
        before, now: what was known, and the facts of what came.
    """

    started: RunStarted
    results: Sequence[ItemResult]
    before: Lock
    now: Lock
    drift: Drift
    exit_code: int


def watched(events: Generator[Event, None, None], watch: Watch) -> Generator[Event, None, None]:
    """The events of a run; the last one tells of drift as well, and answers for it."""
    heard: list[Event] = []
    witness = Witness()

    def hear(event: Event) -> None:
        witness.handle(event)
        if isinstance(event, RunStarted | ItemFinished):
            heard.append(event)
        if watch.twin is not None:
            watch.twin.hear(event)

    finished = yield from relayed(events, hear)
    try:
        interrupted = finished.exit_code == ExitCode.INTERRUPTED  # then nobody is asked any more
        if interrupted and watch.twin is not None:
            watch.twin.interrupt()
        doors = watch.doors([*heard, finished]) if watch.doors is not None and not interrupted else ()
        for each in refusable(doors, watch.checker):
            witness.handle(ItemFinished(each))
        witness.handle(finished)
        ended = _Comparison(watch, heard, finished, witness.observations(), doors).ended()
    except KeyboardInterrupt:
        problem = Problem("Interrupted", "the run was interrupted while its answers were compared")
        ended = replace(finished, problem=problem, exit_code=int(ExitCode.INTERRUPTED))
    except PacelineError as error:  # a file turned out to be damaged; the run itself is told all the same
        problem = Problem(type(error).__name__, f"nothing was compared: {error.what} ({error.where})", fix=error.fix)
        ended = replace(finished, problem=problem, exit_code=int(ExitCode.BAD_INPUT))
    yield ended


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is compared with what.

    Attributes:
        came: the answers that `now` has the facts of.
    """

    before: Lock
    now: Lock
    came: Sequence[Observation]


@dataclass(slots=True)
class _Comparison:
    """A run that is over, and what is compared of it."""

    watch: Watch
    heard: list[Event]
    finished: RunFinished
    came: list[Observation]
    doors: Sequence[ItemResult]
    notes: list[str] = field(default_factory=list)

    def ended(self) -> RunFinished:
        """The end of the run, with its drift."""
        started = next(event for event in self.heard if isinstance(event, RunStarted))
        results = [event.result for event in self.heard if isinstance(event, ItemFinished)]
        answered = dict.fromkeys(key_of(result) for result in results if result.trip is not None)
        sides = self._sides()
        past = self.watch.past(results) if self.watch.past is not None else None
        compared = [self._documented(each, results) for each in _compared(sides, past)]
        findings = self._with_others(compared, results, sides.before)
        readers = self._readers(started, results) if findings else None
        drift = Drift(
            against=self.watch.against,
            compared=sum(key in sides.before.requests for key in answered),
            unlearnt=tuple(key for key in answered if key not in sides.before.requests),
            fail_on=self.watch.fail_on,
            changes=tuple(
                replace(
                    _change(each, sides, past),
                    readers=readers(each) if readers is not None else (),
                    accepted_by=self.watch.accepted_by(each) if each in compared else "",
                )
                for each in findings
            ),
        )
        code = self._exit_code(drift)
        if self.watch.store is not None:
            self.notes += self.watch.store(Seen(started, results, sides.before, sides.now, drift, code))
        return replace(self.finished, drift=drift, exit_code=code, notes=(*self.finished.notes, *self.notes))

    def _sides(self) -> _Sides:
        """The lock and the run, or the run and its twin."""
        if self.watch.twin is None:
            assert self.watch.lock is not None, "there is a lock where there is no twin"
            return _Sides(_with_noise(self.watch.lock, self.came), observed(self.came), self.came)
        end = self.watch.twin.end()
        if end.failures or end.problem is not None:
            why = f": {end.problem.message}" if end.problem is not None else ""
            count = f"{len(end.failures)} failure{'' if len(end.failures) == 1 else 's'}"
            self.notes.append(f"the run beside this one ended with {count} and exit code {end.exit_code}{why}")
        came = self.watch.twin.witness.observations()
        return _Sides(observed(self.came), observed(came), came)

    def _readers(
        self, started: RunStarted, results: Sequence[ItemResult]
    ) -> Callable[[Finding], tuple[Reader, ...]] | None:
        return self.watch.readers(started, results) if self.watch.readers is not None else None

    def _with_others(self, compared: Sequence[Finding], results: Sequence[ItemResult], before: Lock) -> list[Finding]:
        """With what only contracts tell, where the lock does not tell the same."""
        unlearnt = [result for result in self.doors if key_of(result) not in before.requests]
        others = (*open_doors(unlearnt, self.watch.checker), *broken_rules(results, self.watch.checker))
        found = {(each.key, each.pointer): each for each in others}
        told = {(each.key, each.pointer) for each in compared}
        return in_order([*compared, *(each for place, each in found.items() if place not in told)])

    def _documented(self, finding: Finding, results: Sequence[ItemResult]) -> Finding:
        """A new field that a schema describes is told as such."""
        if finding.kind != "new field":
            return finding
        verdicts = [each.contract for each in results if each.contract is not None and each.contract.key == finding.key]
        checked = any({"schema", "graphql", "csv"} & set(verdict.checked) for verdict in verdicts)
        unknown = {field.pointer for verdict in verdicts for field in verdict.unknown}
        described = checked and not any(_is_within(finding.pointer, each) for each in unknown)
        return replace(finding, known="documented") if described else finding

    def _exit_code(self, drift: Drift) -> int:
        """That of drift comes before that of failures, which mostly follow from it; not before that of a broken run."""
        code = ExitCode(self.finished.exit_code)
        if code in _FINAL_CODES:
            return int(code)
        if any(drift.failing()):
            return int(ExitCode.CONTRACT)
        if code == ExitCode.OK and not drift.compared:
            self.notes.append(f"nothing was compared: {drift.against} tells of none of these requests")
            return int(ExitCode.NOTHING_RAN)
        return int(code)


def _compared(sides: _Sides, past: Past | None) -> list[Finding]:
    """What differs from the lock."""
    before, now, history = sides.before, sides.now, None
    if past is not None:
        before, now = past.times(before, now)
        history = past.fields()
    return with_samples(compare_locks(before, now, history=history, complete=False), sides.came)


def _with_noise(lock: Lock, came: Sequence[Observation]) -> Lock:
    """The lock, and what differed between answers to the same request in this very run."""
    noisy = learn_noise(lock, asked_again(came))
    # A status that only this run had must not look like one that was known.
    return Lock(
        {key: {status: noisy.requests[key][status] for status in known} for key, known in lock.requests.items()}
    )


def _change(finding: Finding, sides: _Sides, past: Past | None) -> Change:
    since, runs = past.since(finding) if past is not None else (None, 1)
    return Change(
        finding,
        since=since,
        runs=runs,
        old_lines=lines_at(_answers(sides.before, finding), finding.pointer),
        new_lines=lines_at(_answers(sides.now, finding), finding.pointer),
    )


def _is_within(pointer: str, outer: str) -> bool:
    return pointer == outer or pointer.startswith(f"{outer}/")


def _answers(lock: Lock, finding: Finding) -> Answers | None:
    return lock.requests.get(finding.key, {}).get(finding.status)
