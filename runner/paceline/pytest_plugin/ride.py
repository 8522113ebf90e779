"""Requests one by one, each with what it needs before it: a run that pytest drives."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.engine.graph import Graph, Need
from paceline.engine.selection import Route, Step, select
from paceline.engine.session import Session, next_position
from paceline.engine.summary import Tally
from paceline.engine.verdict import ExitCode, exit_code
from paceline.formats.collection import load_collection
from paceline.formats.v3_folder import shown
from paceline.model.collection import Collection, Item
from paceline.model.exchange import StepKey
from paceline.model.outcome import Failure, ItemResult, Phase, Problem
from paceline.preparing import Prepared, prepared
from paceline.pytest_plugin.options import Settings
from paceline.report.masking import Mask
from paceline.resolve.scopes import MISSING, Scopes
from paceline.sightings import sightings


class NeedFailedError(Exception):
    """A request that another one needs did not succeed.

    Attributes:
        why: one sentence, masked.
        result: what happened; None where that was another file's login, which is not tried again.
        told: whether that has been reported before.
    """

    def __init__(self, why: str, result: ItemResult | None, *, told: bool) -> None:
        super().__init__(why)
        self.why = why
        self.result = result
        self.told = told


@dataclass(slots=True)
class _Course:
    """Where the requests of one collection are, as far as `setNextRequest` is concerned.

    Attributes:
        passed_over: why a request is not run, by the identity of its item.
    """

    steps: list[Step]
    route: Route
    passed_over: dict[int, str] = field(default_factory=dict)


class Ride:
    """One session over the collections of a suite. Use it as a context.

    Args:
        collected: the collection whose requests are tests; None when requests are asked for by name.
        broken: why setup requests failed, by their suite and key, in whichever ride; a failed login is not tried again.

    Attributes:
        mask: knows the secrets of all that happened.
        brought: what the last `make_ready` ran.

    Raises:
        PacelineError: a file, an option or a variable is wrong.
    """

    def __init__(
        self, settings: Settings, collected: Collection | None = None, broken: dict[object, str] | None = None
    ) -> None:
        self.mask = Mask()
        self.brought: list[ItemResult] = []
        self._broken = {} if broken is None else broken
        self._settings = settings
        suite = settings.suite
        self._collections = [
            collected if collected is not None and shown(path) == collected.at.file else load_collection(path)
            for path in suite.collections
        ]
        self._steps = [step for collection in self._collections for step in select(collection)]
        cassettes = self._settings.wishes.cassettes
        folder = suite.cassettes if cassettes is None else cassettes.folder
        self._graph = Graph(self._steps, sightings(suite, self._steps, folder, settings.logs))
        self._by_item = {id(step.item): step for step in self._steps}
        self._stack = ExitStack()
        self._results: dict[int, ItemResult] = {}
        self._courses: dict[int, _Course] = {}
        self._told: set[int] = set()
        self._iteration = 0
        self._ran: dict[tuple[str, tuple[str, ...]], set[int]] = {}
        self._tally = Tally()

    def __enter__(self) -> Self:
        ready = self._stack.enter_context(prepared(self._settings.suite, self._collections, self._settings.wishes))
        self._ready: Prepared = ready
        self._session = Session(
            ready.collections, ready.environment, ready.globals, ready.options, ready.means, ready.suite
        )
        started = RunStarted(
            tuple(ready.collections),
            ready.environment,
            ready.globals,
            ready.options.cycles,
            len(self._steps),
            time.time(),
            ready.options.iteration_data,
        )
        self._hear(started)
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._stack.close()

    # --- What there is ---

    def step_of(self, item: Item) -> Step:
        """The step of an item."""
        return self._by_item[id(item)]

    def named(self, key: str) -> Step | None:
        """The step of this key; None when there is none."""
        return next((step for step in self._steps if step.key == key), None)

    def first(self) -> Step:
        """The first step of all."""
        return self._steps[0]

    def keys(self) -> list[str]:
        """All keys, in order."""
        return [step.key for step in self._steps]

    def scopes_of(self, step: Step) -> Scopes:
        """The variables as a step sees them now."""
        return self._session.scopes_of(step)

    # --- Running ---

    def turn_to(self, iteration: int) -> None:
        """Go on with a row of the data: what ran with another one has to run again, save for setup and teardown."""
        if iteration == self._iteration:
            return
        self._iteration = iteration
        self._session.begin(iteration)
        suite = self._ready.suite
        once = {id(self._session.named[errand.key].item) for errand in (*suite.setup, *suite.teardown)}
        self._session.skip_to((step for step in self._steps if id(step.item) not in once), iteration)
        self._results = {key: result for key, result in self._results.items() if key in once}
        self._courses.clear()

    def make_ready(self, step: Step) -> None:
        """Run what a step needs: the setup of the suite, and whoever sets the variables and cookies it uses and lacks.

        Raises:
            NeedFailedError: one of them failed.
        """
        self.brought = []
        for errand in self._ready.suite.setup:
            needed = self._session.named[errand.key]
            if needed.item is step.item:
                return
            if id(needed.item) not in self._results:
                if (why := self._broken.get(self._name(needed))) is not None:
                    raise NeedFailedError(why, None, told=True)
                self._execute(needed, "setup", self._session.needless(errand))
            self._require(needed)
        self._provide(step)

    def _name(self, step: Step) -> object:
        """What a setup request is called among those of all rides."""
        return (self._ready.suite.collections, step.key)

    def _provide(self, step: Step) -> None:
        """Run whoever sets what the step uses and lacks, each after those that it needs itself."""
        way: list[tuple[Step, Iterator[Need], Need | None]] = [(step, iter(self._graph.needs(step)), None)]
        while way:
            step, rest, wanted = way[-1]
            need = next(rest, None)
            if need is None:
                way.pop()
                if wanted is not None:
                    self._execute(step, "setup")
                    self._require_for(wanted, way[-1][0])
            elif need.producer is None or any(need.producer.item is one.item for one, _, _ in way):
                continue
            elif id(need.producer.item) in self._results:
                self._require_for(need, step)
            elif not self._is_there(need, step):
                way.append((need.producer, iter(self._graph.needs(need.producer)), need))

    def _require_for(self, need: Need, step: Step) -> None:
        if need.producer is not None and not self._is_there(need, step):
            self._require(need.producer)

    def _is_there(self, need: Need, step: Step) -> bool:
        if need.kind == "cookie":
            return any(cookie.name == need.name for cookie in self._ready.means.jar)
        return self.scopes_of(step).find(need.name) not in (MISSING, "", None)

    def _require(self, step: Step) -> None:
        result = self._results[id(step.item)]
        if next(result.failures(), None) is not None:
            told = id(step.item) in self._told
            self._told.add(id(step.item))
            raise NeedFailedError(self._why(step, result), result, told=told)

    def _why(self, step: Step, result: ItemResult) -> str:
        reason = next((failure.problem.message.partition("\n")[0] for failure in result.failures()), "")
        return self.mask.text(f"{step.key} failed, which this request needs: {reason}")

    def run(self, step: Step) -> ItemResult:
        """The result of a step in its place; one that ran before, since another needed it, is not run again.

        A script that names an earlier request as the next one has it run again at once, and all after it up to this
        one: tests cannot be run twice.
        """
        course = self._course(step)
        reason = course.passed_over.get(id(step.item))
        if id(step.item) not in self._results:
            self._execute(step, "main", reason or self._needless(step), course)
        result = self._results[id(step.item)]
        self._told.add(id(step.item))
        return result

    def again(self, step: Step) -> ItemResult:
        """The result of running a step now, whether it ran before or not."""
        self._execute(step, "main")
        return self._results[id(step.item)]

    def _needless(self, step: Step) -> str | None:
        suite = self._ready.suite
        errand = next((one for one in (*suite.setup, *suite.teardown) if one.key == step.key), None)
        return None if errand is None else self._session.needless(errand)

    def _course(self, step: Step) -> _Course:
        key = id(step.collection)
        if key not in self._courses:
            steps = [one for one in self._steps if one.collection is step.collection]
            self._courses[key] = _Course(steps, Route(steps))
        return self._courses[key]

    def _execute(self, step: Step, phase: Phase, skipped: str | None = None, course: _Course | None = None) -> None:
        position = 0 if course is None else next(at for at, one in enumerate(course.steps) if one.item is step.item)
        end = position
        while True:
            length = 1 if course is None else len(course.steps)
            cursor = self._session.cursor(self._iteration, phase, position, length)
            route = None if course is None else course.route
            result = self._drain(self._session.execute(step, cursor, skipped, route))
            if position == end or next(result.failures(), None) is not None or id(step.item) not in self._results:
                self._results[id(step.item)] = result
            if course is None:
                return
            following = next_position(course.route, position, result)
            if following is None or following > end:
                self._pass_over(course, step, end, following)
                return
            position, step = following, course.steps[following]

    def _pass_over(self, course: _Course, step: Step, position: int, following: int | None) -> None:
        stop = len(course.steps) if following is None else following
        target = "null" if following is None else course.steps[following].item.name if stop < len(course.steps) else ""
        for one in course.steps[position + 1 : stop]:
            course.passed_over[id(one.item)] = f"{step.item.name} called setNextRequest({target})"

    def _drain(self, events: Generator[Event, None, ItemResult]) -> ItemResult:
        while True:
            try:
                self._hear(next(events))
            except StopIteration as stop:
                result: ItemResult = stop.value
                break
        self._tally.add(result)
        self._hear(ItemFinished(result))
        step = self.step_of(result.item)
        self._ran.setdefault((step.collection.stem, step.path), set()).add(self._iteration)
        if failed(result) and step.key in {errand.key for errand in self._ready.suite.setup}:
            self._broken[self._name(step)] = self._why(step, result)
        if result.cursor.phase == "setup":
            self.brought.append(result)
        return result

    def _hear(self, event: Event) -> None:
        self.mask.observe(event)
        if self._ready.tape is not None:
            self._ready.tape.observe(event)

    # --- The end ---

    def wind_up(self) -> tuple[list[tuple[ItemResult, Failure]], Problem | None]:
        """Take back what changed, tear down, and settle the recordings.

        Returns:
            What failed of that, and what is wrong with the recordings.
        """
        suite = self._ready.suite
        failures: list[tuple[ItemResult, Failure]] = []
        steps = [(self._session.named[key], None) for key in self._session.mutations.to_undo()]
        undone = len(steps)
        if self._stands():
            steps += [
                (self._session.named[errand.key], self._session.needless(errand))  # type: ignore[misc]
                for errand in suite.teardown
                if id(self._session.named[errand.key].item) not in self._results
            ]
        for at, (step, skipped) in enumerate(steps):
            self._execute(step, "undo" if at < undone else "teardown", skipped)
            result = self._results[id(step.item)]
            failures += [(result, failure) for failure in result.failures()]
        return failures, self._settled()

    def _stands(self) -> bool:
        """Whether there is anything to tear down."""
        named = self._session.named
        results = [self._results.get(id(named[errand.key].item)) for errand in self._ready.suite.setup]
        if not results:
            return bool(self._results)
        return any(result is not None and next(result.failures(), None) is None for result in results)

    def _settled(self) -> Problem | None:
        tape = self._ready.tape
        if tape is None:
            return None
        cycles = self._ready.options.cycles
        tape.expect([StepKey(*name) for name, iterations in self._ran.items() if len(iterations) == cycles])
        failures = tuple(self._tally.failures)
        code = exit_code((failure for _, failure in failures), executed=self._tally.executed)
        end = RunFinished(self._tally.summary(), failures, int(code), *self._session.variables())
        settled = tape.settled(end)
        return settled.problem if settled.exit_code != ExitCode.OK else None


def failed(result: ItemResult) -> bool:
    """Whether anything of a result failed."""
    return next(result.failures(), None) is not None


def labels(steps: Sequence[Step]) -> list[str]:
    """What tests are called: the name of the request, with its folders where that is no name for one alone."""
    names = [step.item.name for step in steps]
    told: list[str] = []
    for step, name in zip(steps, names, strict=True):
        label = name if names.count(name) == 1 else " / ".join(step.path)
        again = sum(1 for one in told if one == label or one.startswith(f"{label} ("))
        told.append(f"{label} ({again + 1})" if again else label)
    return told
