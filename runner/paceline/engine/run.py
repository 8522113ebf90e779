"""The run: iterations over collections over items, told as events."""

from __future__ import annotations

import math
import time
import uuid
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from paceline.contract.checker import ContractChecker
from paceline.engine.events import (
    Event,
    ItemFinished,
    ItemStarted,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from paceline.engine.item import Equipment, ItemExecution
from paceline.engine.mutations import Mutations
from paceline.engine.options import RunOptions
from paceline.engine.preflight import check
from paceline.engine.selection import Route, Step, named_by, require_folders, select
from paceline.engine.summary import Tally
from paceline.engine.verdict import exit_code
from paceline.errors import UsageError, nearest
from paceline.model.collection import Collection
from paceline.model.exchange import StepKey
from paceline.model.outcome import Cursor, ItemResult, Phase, Problem
from paceline.model.suite import NO_SUITE, Errand, Suite
from paceline.model.variables import VariableSet
from paceline.resolve.scopes import MISSING, Scope, Scopes
from paceline.resolve.template import text_of
from paceline.resolve.uploads import FileReader, LocalFiles
from paceline.script.execution import is_blank
from paceline.script.process import Turns
from paceline.script.v8 import Sandbox
from paceline.transport.base import Transport
from paceline.transport.cookies import CookieJar

#: What undoing and the teardown get, at least, when the run itself is out of time.
_WIND_UP_SECONDS: Final = 10.0


class _Ended(Exception):
    """The run is over before its end: bailed, or out of time."""

    def __init__(self, problem: Problem | None = None, *, timed_out: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with.

    Attributes:
        sandbox: where scripts run; it is left open. None boots one for this run, if there are scripts, and closes it.
        contracts: what every answer is held against; None checks nothing but what scripts check.
    """

    transport: Transport
    jar: CookieJar
    sandbox: Turns | None = None
    contracts: ContractChecker | None = None


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
        if options.iterations < 1:
            raise UsageError(f"{options.iterations} iterations cannot be run", fix="give -n a number from 1 up")
        if not collections:
            raise UsageError("there is no collection to run", fix="name one or more")
        require_folders(collections, options.folders)
        self._collections = tuple(collections)
        self._suite = suite
        self._named = named_by(suite, collections)
        errands = {id(self._named[errand.key].item) for errand in (*suite.setup, *suite.teardown)}
        self._steps = [
            [step for step in select(collection, options.folders) if id(step.item) not in errands]
            for collection in collections
        ]
        self._initial = (environment, globals)
        self._environment = Scope("environment", environment.variables, environment.name)
        self._globals = Scope("globals", globals.variables)
        self._local = Scope("local variables")
        self._own = {id(one): Scope("collection", one.variables, one.name) for one in collections}
        self._options = options
        self._sandbox = means.sandbox or Sandbox()
        self._owns_sandbox = means.sandbox is None
        deadline = time.monotonic() + options.timeout_ms / 1000 if options.timeout_ms else math.inf
        self._mutations = Mutations(suite.mutations, allowed=options.allow_mutations)
        self._equipment = Equipment(
            means.transport,
            means.jar,
            self._sandbox,
            options,
            self._files_of,
            self._mutations,
            deadline,
            means.contracts,
        )
        self._iteration: int | None = None
        self._stands = not suite.setup
        self._tally = Tally()
        self._executions: Counter[tuple[str, tuple[str, ...]]] = Counter()
        if not options.allow_unresolved:
            check(self._all_steps(), self._scopes_of)

    def _all_steps(self) -> list[Step]:
        """Everything that may run, in order."""
        before = [self._named[errand.key] for errand in self._suite.setup]
        after = [self._named[errand.key] for errand in self._suite.teardown]
        return [*before, *(step for steps in self._steps for step in steps), *after]

    def _scopes_of(self, step: Step) -> Scopes:
        return Scopes(self._local, self._environment, self._own[id(step.collection)], self._globals)

    def _files_of(self, collection: Collection) -> FileReader:
        return LocalFiles([Path(collection.at.file).parent, Path(self._options.working_dir)])

    def _has_scripts(self) -> bool:
        scripts = (script for step in self._all_steps() for script in (*step.prerequests, *step.tests))
        return any(not is_blank(script.source) for script in scripts)

    def events(self) -> Generator[Event, None, None]:
        """The whole run."""
        problem = None
        interrupted = timed_out = False
        environment, globals = self._initial
        items = len(self._all_steps())
        try:
            yield RunStarted(
                self._collections, environment, globals, self._options.iterations, items, self._tally.summary().started
            )
            yield from self._iterations()
        except _Ended as ended:
            problem, timed_out = ended.problem, ended.timed_out
        except KeyboardInterrupt:
            interrupted = True
        try:
            yield from self._wind_up()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            if self._owns_sandbox:
                self._sandbox.close()
        if interrupted:
            problem = Problem("Interrupted", "the run was interrupted")
        yield from self._end_iteration()
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
            replace(environment, variables=self._environment.variables()),
            replace(globals, variables=self._globals.variables()),
            problem,
        )

    def _iterations(self) -> Generator[Event, None, None]:
        """All of them; the last one is left open, since what winds up the run belongs to it."""
        if self._has_scripts():
            self._sandbox.start()  # it boots while the first request is under way
        for number in range(self._options.iterations):
            yield from self._end_iteration()
            self._iteration = number
            yield IterationStarted(number)
            if number == 0:
                yield from self._set_up()
            for steps in self._steps:
                yield from self._pass(steps)

    def _end_iteration(self) -> Generator[Event, None, None]:
        number, self._iteration = self._iteration, None
        if number is not None:
            self._tally.add_iteration()
            yield IterationFinished(number)

    # --- Before and after everything else ---

    def _set_up(self) -> Generator[Event, None, None]:
        """What the rest needs; when it fails, nothing else is run."""
        for errand in self._suite.setup:
            step = self._named[errand.key]
            result = yield from self._execute(step, self._cursor("setup"), self._needless(errand, step))
            reason = next(result.failures(), None)
            if reason is not None:
                message = f"{errand.key}, of the setup, failed: nothing else was run"
                raise _Ended(Problem("SetupFailed", message))
            self._stands = True

    def _wind_up(self) -> Generator[Event, None, None]:
        """Take back what changed, then tear down what was set up, whatever happened before."""
        if self._iteration is None:
            return
        self._equipment.deadline = max(self._equipment.deadline, time.monotonic() + _WIND_UP_SECONDS)
        for key in self._mutations.to_undo():
            yield from self._execute(self._named[key], self._cursor("undo"))
        for errand in self._suite.teardown if self._stands else ():
            step = self._named[errand.key]
            yield from self._execute(step, self._cursor("teardown"), self._needless(errand, step))

    def _needless(self, errand: Errand, step: Step) -> str | None:
        """Why an errand is not run; None when it is."""
        if errand.unless is None or self._scopes_of(step).find(errand.unless) in (MISSING, "", None):
            return None
        return f"not needed: {errand.unless} has a value"

    # --- The items ---

    def _pass(self, steps: Sequence[Step]) -> Generator[Event, None, None]:
        """One pass over the items of a collection."""
        route = Route(steps)
        position: int | None = 0
        while position is not None and position < len(steps):
            if self._equipment.seconds_left() <= 0:
                raise self._too_long()
            step = steps[position]
            cursor = self._cursor("main", position, len(steps))
            result = yield from self._execute(step, cursor, route=route)
            position = None if result.flow_problem else _next(route, position, result)
            self._mutations.note(step.key, result)
            if result.error is not None and self._equipment.seconds_left() <= 0:
                raise self._too_long()
            if self._options.bail and next(result.failures(), None) is not None:
                raise _Ended

    def _cursor(self, phase: Phase, position: int = 0, length: int = 1) -> Cursor:
        iteration = self._iteration or 0
        ref = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{iteration}/{self._executions.total() + 1}"))
        return Cursor(iteration, self._options.iterations, position, length, ref, phase)

    def _execute(
        self, step: Step, cursor: Cursor, skipped: str | None = None, route: Route | None = None
    ) -> Generator[Event, None, ItemResult]:
        """Execute one item.

        Args:
            skipped: why it is not to be run.
            route: of the pass over the collection, whose requests scripts may name as the next one.
        """
        key = StepKey(step.collection.stem, step.path, self._executions[step.collection.stem, step.path])
        self._executions[key.collection, key.path] += 1
        yield ItemStarted(cursor, step.collection, step.folders, step.item)
        if skipped is not None:
            result = ItemResult(cursor, step.collection, step.folders, step.item, skipped=skipped, started=time.time())
        else:
            if self._options.delay_ms:
                time.sleep(min(self._options.delay_ms / 1000, self._equipment.seconds_left()))
            result = yield from ItemExecution(step, key, cursor, self._scopes_of(step), self._equipment).run()
            if route is not None:
                result = replace(result, flow_problem=_astray(route, result))
        self._tally.add(result)
        yield ItemFinished(result)
        return result

    def _too_long(self) -> _Ended:
        limit = f"{self._options.timeout_ms:g} ms"
        return _Ended(Problem("Timeout", f"the run took longer than {limit}", fix="raise --timeout"), timed_out=True)


def _next(route: Route, position: int, result: ItemResult) -> int | None:
    """Where to go on: the last `setNextRequest` of the item decides; None ends this pass over the collection."""
    calls = _named_next(result)
    if not calls:
        return position + 1
    return None if calls[-1] is None else route.position_of(text_of(calls[-1]))


def _astray(route: Route, result: ItemResult) -> Problem | None:
    """The problem of an item that names a next request that is not there.

    Postman ends the pass, and calls it good (postman-runtime, lib/runner/util.js); here it ends too, but it is a
    failure.
    """
    calls = _named_next(result)
    if not calls or calls[-1] is None:
        return None
    name = text_of(calls[-1])  # scripts may give anything; a number is taken by its digits, as in JavaScript
    if route.position_of(name) is not None:
        return None
    near = nearest(name, route.names())
    advice = f"did you mean `{near}`?" if near else "it names a request among those selected to run, or its id"
    message = f"setNextRequest named `{name}`, and no such request is in this run"
    return Problem("UnknownRequestError", message, fix=advice)


def _named_next(result: ItemResult) -> list[str | None]:
    """What scripts gave to `setNextRequest`, in order."""
    return [run.next_request for run in (*result.prerequests, *result.tests) if run.sets_next_request]
