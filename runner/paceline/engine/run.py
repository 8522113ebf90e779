"""The run: iterations over collections over items, told as events."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final

from paceline.engine.events import (
    Event,
    ItemFinished,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from paceline.engine.options import RunOptions
from paceline.engine.preflight import check
from paceline.engine.selection import Route, Step, require_folders, select
from paceline.engine.session import Means, Session, next_position
from paceline.engine.summary import Tally
from paceline.engine.verdict import exit_code
from paceline.errors import UsageError
from paceline.model.collection import Collection
from paceline.model.outcome import Cursor, ItemResult, Phase, Problem
from paceline.model.suite import NO_SUITE, Errand, Suite
from paceline.model.variables import VariableSet
from paceline.script.execution import is_blank

#: What undoing and the teardown get, at least, when the run itself is out of time.
_WIND_UP_SECONDS: Final = 10.0


class _Ended(Exception):
    """The run is over before its end: bailed, or out of time."""

    def __init__(self, problem: Problem | None = None, *, timed_out: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.timed_out = timed_out


def run(
    collections: Sequence[Collection],
    environment: VariableSet,
    globals: VariableSet,
    options: RunOptions,
    means: Means,
    suite: Suite = NO_SUITE,
) -> Generator[Event, None, None]:
    """Run collections one after the other, with one jar, one environment, one set of globals and of local variables.

    A collection's own variables are its own, as in Postman. An interruption (KeyboardInterrupt, raised here or thrown
    in) ends the run with `RunFinished`, so that the reports of what ran are written; what is to be undone and the
    teardown still run, unless a second one comes.

    Args:
        suite: whose setup, teardown and mutations count.

    Raises:
        UsageError: an unknown folder, no collection at all, or an iteration count below one.
        FormatError: the suite names a request that is not there, or is there twice.
        UnresolvedVariableError: a variable has no value; nothing was sent.
    """
    return _Run(collections, environment, globals, options, means, suite).events()


class _Run:
    """The state of one run."""

    def __init__(
        self,
        collections: Sequence[Collection],
        environment: VariableSet,
        globals: VariableSet,
        options: RunOptions,
        means: Means,
        suite: Suite,
    ) -> None:
        if options.cycles < 1:
            raise UsageError(f"{options.cycles} iterations cannot be run", fix="give -n a number from 1 up")
        if not collections:
            raise UsageError("there is no collection to run", fix="name one or more")
        require_folders(collections, options.folders)
        self._collections = tuple(collections)
        self._suite = suite
        self._options = options
        self._session = Session(collections, environment, globals, options, means, suite)
        errands = {id(self._session.named[errand.key].item) for errand in (*suite.setup, *suite.teardown)}
        self._steps = [
            [step for step in select(collection, options.folders) if id(step.item) not in errands]
            for collection in collections
        ]
        self._iteration: int | None = None
        self._is_open = False  # whether the iteration still is
        self._stands = not suite.setup
        self._tally = Tally()
        if not options.allow_unresolved:
            check(self._all_steps(needed=True), self._session.scopes_of)

    def _all_steps(self, *, needed: bool = False) -> list[Step]:
        """Everything that may run, in order.

        Args:
            needed: leave out the errands that are needless.
        """
        before, after = (
            [self._session.named[one.key] for one in errands if not needed or self._session.needless(one) is None]
            for errands in (self._suite.setup, self._suite.teardown)
        )
        return [*before, *(step for steps in self._steps for step in steps), *after]

    def _has_scripts(self) -> bool:
        scripts = (script for step in self._all_steps() for script in (*step.prerequests, *step.tests))
        return any(not is_blank(script.source) for script in scripts)

    def events(self) -> Generator[Event, None, None]:
        """The whole run."""
        problem = None
        interrupted = timed_out = False
        environment, globals = self._session.variables()
        items = len(self._all_steps())
        try:
            yield RunStarted(
                self._collections,
                environment,
                globals,
                self._options.cycles,
                items,
                self._tally.summary().started,
                self._options.iteration_data,
            )
            yield from self._iterations()
        except _Ended as ended:
            problem, timed_out = ended.problem, ended.timed_out
        except KeyboardInterrupt:
            interrupted = True
        try:
            yield from self._wind_up()
            yield from self._end_iteration()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            self._session.close()
        if interrupted:
            problem = Problem("Interrupted", "the run was interrupted")
        yield from self._end_iteration()  # where the interruption kept it open
        failures = tuple(self._tally.failures)
        code = exit_code(
            (failure for _, failure in failures),
            executed=self._tally.executed,
            timed_out=timed_out,
            interrupted=interrupted,
        )
        yield RunFinished(
            self._tally.summary(),
            failures,
            int(code),
            *self._session.variables(),
            problem,
        )

    def _iterations(self) -> Generator[Event, None, None]:
        """All of them; the last one is left open, since what winds up the run belongs to it."""
        if self._has_scripts():
            self._session.sandbox.start()  # it boots while the first request is under way
        for number in range(self._options.cycles):
            yield from self._end_iteration()
            self._iteration, self._is_open = number, True
            self._session.begin(number)
            yield IterationStarted(number)
            if number == 0:
                yield from self._set_up()
            for steps in self._steps:
                yield from self._pass(steps)

    def _end_iteration(self) -> Generator[Event, None, None]:
        if self._iteration is not None and self._is_open:
            self._is_open = False
            self._tally.add_iteration()
            yield IterationFinished(self._iteration)

    # --- Before and after everything else ---

    def _set_up(self) -> Generator[Event, None, None]:
        """What the rest needs; when it fails, nothing else is run."""
        for errand in self._suite.setup:
            try:
                result = yield from self._run_errand(errand, "setup")
            except KeyboardInterrupt:
                self._stands = True  # nobody knows how far it came
                raise
            failed = next(result.failures(), None) is not None
            # A login whose checks fail is a login all the same.
            self._stands |= not failed or (result.trip is not None and result.trip.response.status < 400)
            if failed:
                message = f"{errand.key}, of the setup, failed: nothing else was run"
                raise _Ended(Problem("SetupFailed", message))

    def _wind_up(self) -> Generator[Event, None, None]:
        """Take back what changed, then tear down what was set up, whatever happened before."""
        if self._iteration is None:
            return
        self._session.grant(_WIND_UP_SECONDS)
        for key in self._session.mutations.to_undo():
            yield from self._execute(self._session.named[key], self._session.cursor(self._iteration, "undo"))
        for errand in self._suite.teardown if self._stands else ():
            yield from self._run_errand(errand, "teardown")

    def _run_errand(self, errand: Errand, phase: Phase) -> Generator[Event, None, ItemResult]:
        cursor = self._session.cursor(self._iteration or 0, phase)
        return (yield from self._execute(self._session.named[errand.key], cursor, self._session.needless(errand)))

    # --- The items ---

    def _pass(self, steps: Sequence[Step]) -> Generator[Event, None, None]:
        """One pass over the items of a collection."""
        route = Route(steps)
        position: int | None = 0
        while position is not None and position < len(steps):
            if self._session.seconds_left() <= 0:
                raise self._too_long()
            step = steps[position]
            cursor = self._session.cursor(self._iteration or 0, "main", position, len(steps))
            result = yield from self._execute(step, cursor, route=route)
            position = next_position(route, position, result)
            if result.error is not None and self._session.seconds_left() <= 0:
                raise self._too_long()
            if self._options.bail and next(result.failures(), None) is not None:
                raise _Ended

    def _execute(
        self, step: Step, cursor: Cursor, skipped: str | None = None, route: Route | None = None
    ) -> Generator[Event, None, ItemResult]:
        """Execute one item, as `Session.execute` does, and count it before anybody hears of its end."""
        result = yield from self._session.execute(step, cursor, skipped, route)
        self._tally.add(result)
        yield ItemFinished(result)
        return result

    def _too_long(self) -> _Ended:
        limit = f"{self._options.timeout_ms:g} ms"
        return _Ended(Problem("Timeout", f"the run took longer than {limit}", fix="raise --timeout"), timed_out=True)
