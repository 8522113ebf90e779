"""What the requests of a run share, and the execution of one of them: for a run, and for whoever asks one by one."""

from __future__ import annotations

import math
import time
import uuid
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from paceline.contract.checker import ContractChecker
from paceline.engine.events import Event, ItemStarted
from paceline.engine.item import Equipment, ItemExecution
from paceline.engine.mutations import Mutations
from paceline.engine.options import RunOptions
from paceline.engine.selection import Route, Step, named_by
from paceline.errors import nearest
from paceline.model.collection import Collection
from paceline.model.exchange import Cookie, StepKey
from paceline.model.outcome import Cursor, ItemResult, Phase, Problem
from paceline.model.suite import NO_SUITE, Errand, Suite
from paceline.model.variables import VariableSet
from paceline.resolve.scopes import MISSING, NO_DATA, Scope, Scopes, ScopeState, data_scope
from paceline.resolve.template import text_of
from paceline.resolve.uploads import LocalFiles
from paceline.script.process import Turns
from paceline.script.v8 import Sandbox
from paceline.transport.base import Transport
from paceline.transport.cookies import CookieJar


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a session knew at one moment; only `Session.restore` looks inside."""

    scopes: tuple[tuple[Scope, ScopeState], ...]
    cookies: tuple[Cookie, ...]
    executions: Mapping[tuple[str, tuple[str, ...]], int]
    changes: tuple[str, ...]


class Session:
    """One cookie jar, one environment, one set of globals and of local variables, and what goes on with them.

    A collection's own variables are its own, as in Postman.

    Attributes:
        named: the requests that the suite may name, by key.
        mutations: what has changed state so far.

    Raises:
        FormatError: the suite names a request that is not there, or is there twice.
    """

    def __init__(
        self,
        collections: Sequence[Collection],
        environment: VariableSet,
        globals: VariableSet,
        options: RunOptions,
        means: Means,
        suite: Suite = NO_SUITE,
    ) -> None:
        self.named = named_by(suite, collections)
        self.mutations = Mutations(suite.mutations, allowed=options.allow_mutations)
        self.sandbox = means.sandbox or Sandbox()
        self._owns_sandbox = means.sandbox is None
        self._initial = (environment, globals)
        self._environment = Scope("environment", environment.variables, environment.name)
        self._globals = Scope("globals", globals.variables)
        self._local = Scope("local variables")
        self._own = {id(one): Scope("collection", one.variables, one.name) for one in collections}
        self._options = options
        self._data = NO_DATA
        self.begin(0)
        self._executions: Counter[tuple[str, tuple[str, ...]]] = Counter()
        deadline = time.monotonic() + options.timeout_ms / 1000 if options.timeout_ms else math.inf
        self._equipment = Equipment(
            means.transport,
            means.jar,
            self.sandbox,
            options,
            lambda step: LocalFiles([*step.file_roots, Path(options.working_dir)]),
            self.mutations,
            deadline,
            means.contracts,
        )

    def scopes_of(self, step: Step) -> Scopes:
        """The variables as a step sees them now."""
        return Scopes(self._local, self._environment, self._own[id(step.collection)], self._globals, self._data)

    def begin(self, iteration: int) -> None:
        """Take the row of data of an iteration."""
        rows = self._options.iteration_data
        if rows:
            self._data = data_scope(rows[min(iteration, len(rows) - 1)])

    def variables(self) -> tuple[VariableSet, VariableSet]:
        """Environment and globals as they are now."""
        environment, globals = self._initial
        return (
            replace(environment, variables=self._environment.variables()),
            replace(globals, variables=self._globals.variables()),
        )

    def skip_to(self, steps: Iterable[Step], iteration: int) -> None:
        """Count as if these had run once in each iteration before this one, since recordings are found by that."""
        for step in steps:
            key = (step.collection.stem, step.path)
            self._executions[key] = max(self._executions[key], iteration)

    def seconds_left(self) -> float:
        """Time until the run must end; may be infinite, never negative."""
        return self._equipment.seconds_left()

    def grant(self, seconds: float) -> None:
        """See to it that there are so many seconds left."""
        self._equipment.deadline = max(self._equipment.deadline, time.monotonic() + seconds)

    def needless(self, errand: Errand) -> str | None:
        """Why an errand is not run; None when it is."""
        step = self.named[errand.key]
        if errand.unless is None or self.scopes_of(step).find(errand.unless) in (MISSING, "", None):
            return None
        return f"not needed: {errand.unless} has a value"

    def cursor(self, iteration: int = 0, phase: Phase = "main", position: int = 0, length: int = 1) -> Cursor:
        """Where the next execution stands."""
        ref = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{iteration}/{self._executions.total() + 1}"))
        return Cursor(iteration, self._options.cycles, position, length, ref, phase)

    def execute(
        self, step: Step, cursor: Cursor, skipped: str | None = None, route: Route | None = None
    ) -> Generator[Event, None, ItemResult]:
        """Execute one item; telling `ItemFinished` is left to the caller.

        Args:
            skipped: why it is not to be run.
            route: of the pass over the collection, whose requests scripts may name as the next one.
        """
        key = StepKey(step.collection.stem, step.path, self._executions[step.collection.stem, step.path])
        self._executions[key.collection, key.path] += 1
        yield ItemStarted(cursor, step.collection, step.folders, step.item)
        skipped = skipped or step.item.unsupported or None
        if skipped is not None:
            result = ItemResult(cursor, step.collection, step.folders, step.item, skipped=skipped, started=time.time())
        else:
            if self._options.delay_ms:
                time.sleep(min(self._options.delay_ms / 1000, self.seconds_left()))
            result = yield from ItemExecution(step, key, cursor, self.scopes_of(step), self._equipment).run()
            if route is not None:
                result = replace(result, flow_problem=_astray(route, result))
        return result

    def snapshot(self) -> Snapshot:
        """Variables, cookies and counters as they are now, so that a step can be executed and then never have been."""
        scopes = (self._environment, self._globals, self._local, *self._own.values())
        return Snapshot(
            tuple((scope, scope.state()) for scope in scopes),
            tuple(self._equipment.jar),
            dict(self._executions),
            self.mutations.done(),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Forget all that happened since a snapshot of this session. What was sent stays sent."""
        for scope, state in snapshot.scopes:
            scope.reset(state)
        self._equipment.jar.reset(snapshot.cookies)
        self._executions = Counter(snapshot.executions)
        self.mutations.reset(snapshot.changes)

    def close(self) -> None:
        """Give back the sandbox, where it is the session's own."""
        if self._owns_sandbox:
            self.sandbox.close()


def next_position(route: Route, position: int, result: ItemResult) -> int | None:
    """Where to go on: the last `setNextRequest` of the item decides; None ends this pass over the collection."""
    if result.flow_problem is not None:
        return None
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
