"""The run: iterations over collections over items, told as events."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

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
from paceline.engine.options import RunOptions
from paceline.engine.preflight import check
from paceline.engine.selection import Route, Step, require_folders, select
from paceline.engine.summary import Tally
from paceline.engine.verdict import exit_code
from paceline.errors import UsageError, nearest
from paceline.model.collection import Collection
from paceline.model.outcome import Cursor, ItemResult, Problem
from paceline.model.variables import VariableSet
from paceline.resolve.scopes import Scope, Scopes
from paceline.resolve.template import text_of
from paceline.resolve.uploads import FileReader, LocalFiles
from paceline.script.execution import is_blank
from paceline.script.process import Turns
from paceline.script.v8 import Sandbox
from paceline.transport.base import Transport
from paceline.transport.cookies import CookieJar


class _Ended(Exception):
    """The run is over before its end: bailed, or out of time."""

    def __init__(self, problem: Problem | None = None) -> None:
        super().__init__(problem)
        self.problem = problem


def run(
    collections: Sequence[Collection],
    environment: VariableSet,
    globals: VariableSet,
    options: RunOptions,
    transport: Transport,
    jar: CookieJar,
    sandbox: Turns | None = None,
    contracts: ContractChecker | None = None,
) -> Generator[Event, None, None]:
    """Run collections one after the other, with one jar, one environment, one set of globals and of local variables.

    A collection's own variables are its own, as in Postman. An interruption (KeyboardInterrupt, raised here or thrown
    in) ends the run with `RunFinished`, so that the reports of what ran are written.

    Args:
        sandbox: where scripts run; it is left open. None boots one for this run, if there are scripts, and closes it.
        contracts: what every answer is held against; None checks nothing but what scripts check.

    Raises:
        UsageError: an unknown folder, no collection at all, or an iteration count below one.
        UnresolvedVariableError: a variable has no value; nothing was sent.
    """
    return _Run(collections, environment, globals, options, transport, jar, sandbox, contracts).events()


class _Run:
    """The state of one run."""

    def __init__(
        self,
        collections: Sequence[Collection],
        environment: VariableSet,
        globals: VariableSet,
        options: RunOptions,
        transport: Transport,
        jar: CookieJar,
        sandbox: Turns | None,
        contracts: ContractChecker | None,
    ) -> None:
        if options.iterations < 1:
            raise UsageError(f"{options.iterations} iterations cannot be run", fix="give -n a number from 1 up")
        if not collections:
            raise UsageError("there is no collection to run", fix="name one or more")
        require_folders(collections, options.folders)
        self._collections = tuple(collections)
        self._steps = [select(collection, options.folders) for collection in collections]
        self._initial = (environment, globals)
        self._environment = Scope("environment", environment.variables, environment.name)
        self._globals = Scope("globals", globals.variables)
        self._local = Scope("local variables")
        self._own = {id(one): Scope("collection", one.variables, one.name) for one in collections}
        self._options = options
        self._sandbox = sandbox or Sandbox()
        self._owns_sandbox = sandbox is None
        deadline = time.monotonic() + options.timeout_ms / 1000 if options.timeout_ms else math.inf
        self._equipment = Equipment(
            transport, jar, self._sandbox, options, self._files_of, lambda: str(uuid.uuid4()), deadline, contracts
        )
        self._tally = Tally()
        self._executions = 0
        if not options.allow_unresolved:
            check([step for steps in self._steps for step in steps], self._scopes_of)

    def _scopes_of(self, step: Step) -> Scopes:
        return Scopes(self._local, self._environment, self._own[id(step.collection)], self._globals)

    def _files_of(self, collection: Collection) -> FileReader:
        return LocalFiles([Path(collection.at.file).parent, Path(self._options.working_dir)])

    def _has_scripts(self) -> bool:
        scripts = (script for steps in self._steps for step in steps for script in (*step.prerequests, *step.tests))
        return any(not is_blank(script.source) for script in scripts)

    def events(self) -> Generator[Event, None, None]:
        """The whole run."""
        problem = None
        interrupted = timed_out = False
        iteration = None
        environment, globals = self._initial
        items = sum(map(len, self._steps))
        try:
            yield RunStarted(
                self._collections, environment, globals, self._options.iterations, items, self._tally.summary().started
            )
            if self._has_scripts():
                self._sandbox.start()  # it boots while the first request is under way
            for number in range(self._options.iterations):
                iteration = number
                yield IterationStarted(iteration)
                for steps in self._steps:
                    yield from self._pass(steps, iteration)
                self._tally.add_iteration()
                yield IterationFinished(iteration)
                iteration = None
        except _Ended as ended:
            problem = ended.problem
            timed_out = problem is not None
        except KeyboardInterrupt:
            interrupted = True
            problem = Problem("Interrupted", "the run was interrupted")
        finally:
            if self._owns_sandbox:
                self._sandbox.close()
        if iteration is not None:
            self._tally.add_iteration()
            yield IterationFinished(iteration)
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

    def _pass(self, steps: Sequence[Step], iteration: int) -> Generator[Event, None, None]:
        """One pass over the items of a collection."""
        route = Route(steps)
        position: int | None = 0
        while position is not None and position < len(steps):
            if self._equipment.seconds_left() <= 0:
                raise _Ended(self._too_long())
            step = steps[position]
            self._executions += 1
            ref = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{iteration}/{self._executions}"))
            cursor = Cursor(iteration, self._options.iterations, position, len(steps), ref)
            yield ItemStarted(cursor, step.collection, step.folders, step.item)
            if self._options.delay_ms:
                time.sleep(min(self._options.delay_ms / 1000, self._equipment.seconds_left()))
            result = yield from ItemExecution(step, cursor, self._scopes_of(step), self._equipment).run()
            position, problem = _next(route, position, result)
            result = replace(result, flow_problem=problem) if problem else result
            failed = self._tally.add(result)
            yield ItemFinished(result)
            if result.error is not None and self._equipment.seconds_left() <= 0:
                raise _Ended(self._too_long())
            if failed and self._options.bail:
                raise _Ended

    def _too_long(self) -> Problem:
        limit = f"{self._options.timeout_ms:g} ms"
        return Problem("Timeout", f"the run took longer than {limit}", fix="raise --timeout")


def _next(route: Route, position: int, result: ItemResult) -> tuple[int | None, Problem | None]:
    """Where to go on: the last `setNextRequest` of the item decides; None ends this pass over the collection.

    Postman ends the pass, and calls it good, when the name is unknown (postman-runtime, lib/runner/util.js); here it
    ends too, but it is a failure.
    """
    calls = [run.next_request for run in (*result.prerequests, *result.tests) if run.sets_next_request]
    if not calls:
        return position + 1, None
    target = calls[-1]
    if target is None:
        return None, None
    name = text_of(target)  # scripts may give anything; a number is taken by its digits, as in JavaScript
    found = route.position_of(name)
    if found is not None:
        return found, None
    near = nearest(name, route.names())
    advice = f"did you mean `{near}`?" if near else "it names a request among those selected to run, or its id"
    message = f"setNextRequest named `{name}`, and no such request is in this run"
    return None, Problem("UnknownRequestError", message, fix=advice)
