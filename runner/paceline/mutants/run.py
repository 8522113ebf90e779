"""The suite, replayed step by step; and each step once more for each mutant of its answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from paceline.engine.events import Event
from paceline.engine.options import RunOptions
from paceline.engine.preflight import check
from paceline.engine.selection import Route, Step, select
from paceline.engine.session import Means, Session, next_position
from paceline.errors import UsageError, nearest
from paceline.formats.collection import load_collection
from paceline.formats.suite import load_suite
from paceline.model.collection import Collection
from paceline.model.outcome import ItemResult, Phase
from paceline.model.suite import Errand, Suite
from paceline.model.variables import VariableSet
from paceline.mutants.operators import OPERATORS, Mutant, answer_of, mutants_of
from paceline.mutants.outcome import Judged, Mutated, Told, Unmutated
from paceline.mutants.stage import RememberingChecker, Stage
from paceline.mutants.suggesting import suggestion_for
from paceline.mutants.trial import Trial
from paceline.preparing import Prepared, Wishes, prepared
from paceline.recording import Cassettes

#: A change may send a script round in a circle; five seconds are enough to know.
SCRIPT_MS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which mutants are made.

    Attributes:
        operators: some of `OPERATORS`.
        requests: keys of requests; empty means all.
        every: only every so manieth mutant of the suite is tried, which gives nearly the same score.
    """

    operators: tuple[str, ...] = OPERATORS
    requests: tuple[str, ...] = ()
    every: int = 1


_EVERYTHING: Final = Choice()


def mutate(
    suite: Suite | str | Path,
    choice: Choice = _EVERYTHING,
    *,
    cassettes: str | Path | None = None,
    environment: VariableSet | None = None,
    globals: VariableSet | None = None,
    contracts: str | Path | None = None,
    timeout_script_ms: float = SCRIPT_MS,
    working_dir: str = ".",
) -> Generator[Told, None, None]:
    """Replay a suite, and tell for each of its requests what became of the mutants of its answer.

    Nothing is sent. Each request counts once, the first time it runs. Mutants leave nothing behind: every step starts
    from the variables and cookies that the recorded answers made.

    Args:
        suite: loaded, or the path of its file.
        cassettes: the folder they are in, in place of the suite's.
        environment: in place of the one that the cassettes were recorded with.
        contracts: those that count instead of the suite's own.

    Raises:
        UsageError: an unknown operator or request, or no cassettes.
        PacelineError: a file or a variable is wrong.
    """
    suite = suite if isinstance(suite, Suite) else load_suite(suite)
    _require_operators(choice)
    folder = cassettes or suite.cassettes
    if folder is None:
        raise UsageError(
            "it is not said where the cassettes are", suite.at, "write `cassettes:`, or add --cassettes DIR"
        )
    wishes = Wishes(
        environment=environment,
        globals=globals or VariableSet("", kind="globals"),
        options=RunOptions(timeout_script_ms=timeout_script_ms, working_dir=working_dir),
        contracts=contracts,
        cassettes=Cassettes(Path(folder), "none", "paceline run"),
    )
    collections = [load_collection(path) for path in suite.collections]
    _require_requests(choice, collections)
    with prepared(suite, collections, wishes) as ready:
        run = _Run(ready, choice)
        try:
            yield from run.told()
        finally:
            run.close()


def _require_operators(choice: Choice) -> None:
    for operator in choice.operators:
        if operator not in OPERATORS:
            near = nearest(operator, OPERATORS)
            advice = f"did you mean `{near}`? " if near else ""
            raise UsageError(f"there is no operator `{operator}`", fix=f"{advice}There are {', '.join(OPERATORS)}")


def _require_requests(choice: Choice, collections: Sequence[Collection]) -> None:
    keys = [step.key for collection in collections for step in select(collection)]
    for key in choice.requests:
        if key not in keys:
            near = nearest(key, keys)
            fix = f"did you mean {near!r}?" if near else 'name it by collection and name, as in "users/User Overview"'
            raise UsageError(f"there is no request {key!r} in this suite", fix=fix)


class _Run:
    """One replay of a suite, and the mutants of its answers."""

    def __init__(self, ready: Prepared, choice: Choice) -> None:
        self._suite = ready.suite
        self._choice = choice
        means = ready.means
        self._stage = Stage(means.transport, means.jar)
        self._checker = None if means.contracts is None else RememberingChecker(means.contracts)
        self._session = Session(
            ready.collections,
            ready.environment,
            ready.globals,
            ready.options,
            Means(self._stage, means.jar, means.sandbox, self._checker),
            ready.suite,
        )
        named = self._session.named
        self._errands = {id(named[errand.key].item) for errand in (*self._suite.setup, *self._suite.teardown)}
        self._steps = [select(collection) for collection in ready.collections]
        self._begun: set[int] = set()
        self._made = 0
        check([step for steps in self._steps for step in steps], self._session.scopes_of)

    def close(self) -> None:
        self._session.close()

    def told(self) -> Iterator[Told]:
        """The requests in the order of a run."""
        for errand in self._suite.setup:
            yield from self._errand(errand, "setup")
        for steps in self._steps:
            yield from self._pass([step for step in steps if id(step.item) not in self._errands])
        for key in self._session.mutations.to_undo():
            yield from self._step(self._session.named[key], "undo")
        for errand in self._suite.teardown:
            yield from self._errand(errand, "teardown")

    def _errand(self, errand: Errand, phase: Phase) -> Iterator[Told]:
        yield from self._step(self._session.named[errand.key], phase, self._session.needless(errand))

    def _pass(self, steps: Sequence[Step]) -> Iterator[Told]:
        """One pass over a collection, by the way that the recorded answers take."""
        route = Route(steps)
        position: int | None = 0
        while position is not None and position < len(steps):
            result = yield from self._step(steps[position], "main", None, route, position, len(steps))
            position = next_position(route, position, result)

    def _step(
        self,
        step: Step,
        phase: Phase,
        skipped: str | None = None,
        route: Route | None = None,
        position: int = 0,
        length: int = 1,
    ) -> Generator[Told, None, ItemResult]:
        """Play a step as recorded, then with each mutant; go on from where the recorded answer leads."""
        session = self._session
        cursor = session.cursor(0, phase, position, length)
        self._stage.rehearse()
        start = session.snapshot()
        result = _drained(session.execute(step, cursor, skipped, route))
        first = id(step.item) not in self._begun
        self._begun.add(id(step.item))
        if first and (not self._choice.requests or step.key in self._choice.requests):
            end = session.snapshot()

            def play(mutant: Mutant) -> ItemResult:
                session.restore(start)
                self._stage.play(mutant)
                return _drained(session.execute(step, cursor, None, route))

            yield self._mutated(step, result, play)
            session.restore(end)
        return result

    def _mutated(self, step: Step, result: ItemResult, play: Callable[[Mutant], ItemResult]) -> Told:
        failure = next(result.failures(), None)
        if failure is not None:
            return Unmutated(step.key, failure.problem.message.partition("\n")[0], failed=True)
        if result.skipped is not None or result.trip is None:
            return Unmutated(step.key, result.skipped or "it has no answer")
        answer = answer_of(result.trip)
        mutants = list(mutants_of(answer, self._choice.operators))
        chosen = mutants[-self._made % self._choice.every :: self._choice.every]
        self._made += len(mutants)
        if self._checker is not None:
            self._checker.learn(step.collection.stem, step.item.name, answer.body)
        trial = Trial(step, answer, play, self._checker)
        judged = []
        for mutant in chosen:
            fate, by = trial.judge(mutant)
            suggestion = suggestion_for(mutant, step, self._checker) if fate == "survived" else None
            judged.append(Judged(step.key, mutant.operator, mutant.pointer, mutant.change, fate, by, suggestion))
            if self._checker is not None:
                self._checker.forget(mutant.trip)
        if self._checker is not None:
            self._checker.forget()
        return Mutated(step.key, tuple(judged), len(mutants))


def _drained(events: Generator[Event, None, ItemResult]) -> ItemResult:
    while True:
        try:
            next(events)
        except StopIteration as stop:
            result: ItemResult = stop.value
            return result
