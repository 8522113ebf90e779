"""What happened to one item: its scripts, assertions, console lines and requests, and what of it failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from paceline.errors import ContractError, PacelineError, UnresolvedVariableError
from paceline.model.collection import Collection, Folder, Item, RequestTemplate, Script
from paceline.model.contract import ContractVerdict
from paceline.model.exchange import HttpRequest, Trip

Phase = Literal["main", "setup", "undo", "teardown"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where in the run an item was executed.

    Attributes:
        iteration: 0 for the first of `cycles`.
        position: of the item among the selected ones of its collection, from 0; `length` is their number.
        ref: unique for this execution of the item, within the run.
        phase: why it runs: `main` in its place in the collection, `setup` before and `teardown` after everything else
            as the suite says, `undo` since it takes back what another item changed.
    """

    iteration: int = 0
    cycles: int = 1
    position: int = 0
    length: int = 1
    ref: str = ""
    phase: Phase = "main"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as a report shows it, whether JavaScript threw it or Python.

    Attributes:
        name: class of the error: `AssertionError`, `TypeError`, `RequestError`, ...
        stack: JavaScript stack with the lines of the user's script; empty for ours.
        fix: advice; empty when there is none.
    """

    name: str
    message: str
    stack: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """One `pm.test`, or one entry of the legacy `tests` object.

    Attributes:
        index: counts from 0 in each script.
        problem: why it failed; None when it passed or was skipped.

    >>> import paceline
    >>> result = paceline.run("orders.postman_collection.json", environment="local.postman_environment.json")
    >>> [(check.name, check.failed) for item in result.items for check in item.assertions()]
    [('there are orders', False), ('it is paid', False)]
    """

    name: str
    index: int = 0
    skipped: bool = False
    problem: Problem | None = None

    @property
    def failed(self) -> bool:
        """Whether the check was made and did not hold."""
        return self.problem is not None


@dataclass(frozen=True, slots=True)
class ConsoleMessage:
    """One call of `console.log`, `.info`, `.warn`, `.error` or `.debug`; values keep their structure."""

    level: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class VariableRead:
    """A variable that was put into a request.

    Attributes:
        scope: kind of the scope it was found in: `local variables`, `iteration data`, `environment`, `collection` or
            `globals`.
        set_by: `ref` of the execution whose script set it; empty when it came with the files or the options.
    """

    name: str
    scope: str
    value: Any
    set_by: str = ""


@dataclass(frozen=True, slots=True)
class VariableWrite:
    """A variable that a script set, or took away.

    Attributes:
        value: None when it was taken away; then `unset` is true.
    """

    name: str
    scope: str
    value: Any = None
    unset: bool = False


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """A request that a script made by `pm.sendRequest`.

    Attributes:
        request: what was to be sent.
        trip: None when it could not be sent; then `problem` tells why.
    """

    request: HttpRequest
    trip: Trip | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """One execution of one script.

    Attributes:
        problem: an error outside every assertion: a throw, a syntax error, a time-out, memory used up.
        next_request: argument of the last `setNextRequest`: a name or an id, or None for "end here"; meaningful
            only where `sets_next_request`.
        skips_request: whether `pm.execution.skipRequest` was called.
    """

    script: Script
    assertions: tuple[Assertion, ...] = ()
    problem: Problem | None = None
    elapsed_ms: float = 0.0
    sets_next_request: bool = False
    next_request: str | None = None
    skips_request: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason why the run is not green.

    Attributes:
        kind: `assertion`: a check did not hold; `script`: a script broke or named an unknown next request;
            `request`: it was not sent or not answered; `unresolved`: it was not sent since a variable has no value;
            `contract`: the request or its answer breaks the contract.
        at: Newman's wording of the place, such as `assertion:0 in test-script`.
        assertion: name of the check, for `assertion` only.

    >>> import paceline
    >>> result = paceline.run("orders.postman_collection.json", environment={"base_url": "http://localhost:1"})
    >>> [failure.kind for _, failure in result.failures]
    ['request', 'assertion', 'request', 'assertion']
    """

    kind: Literal["assertion", "script", "request", "unresolved", "contract"]
    problem: Problem
    at: str
    assertion: str | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """All that happened in one execution of one item.

    Attributes:
        folders: those the item lies in, outermost first.
        request: the request with its variables substituted and the changes of pre-request scripts; None when the
            item was skipped before that.
        outgoing: what was handed to the transport; None when it did not come to that.
        trip: None when nothing was sent or nothing came back; then `error` or `skipped` tells why.
        prerequests, tests: script executions in order.
        calls: requests of scripts, in the order in which they were answered.
        contract: what the contract says of the answer; None when there is none, or no answer.
        pages: further pages of the list it gives, which the contract had walked.
        reads: variables of the request, in the order of their first use; writes: what its scripts set.
        flow_problem: `setNextRequest` named a request that is not there.
        visualizer: `{"template", "data", "options"}` of `pm.visualizer.set`, or None.
        started: unix seconds; elapsed_ms: the whole item with its scripts.

    >>> import paceline
    >>> result = paceline.run("health.postman_collection.json", environment="local.postman_environment.json")
    >>> item = result.items[0]
    >>> item.item.name, item.trip.request.method, item.trip.response.body, list(item.failures())
    ('ping', 'GET', b'pong', [])
    """

    cursor: Cursor
    collection: Collection
    folders: tuple[Folder, ...]
    item: Item
    request: RequestTemplate | None = None
    outgoing: HttpRequest | None = None
    trip: Trip | None = None
    error: PacelineError | None = None
    prerequests: tuple[ScriptRun, ...] = ()
    tests: tuple[ScriptRun, ...] = ()
    calls: tuple[ScriptCall, ...] = ()
    console: tuple[ConsoleMessage, ...] = ()
    skipped: str | None = None
    contract: ContractVerdict | None = None
    pages: tuple[Trip, ...] = ()
    reads: tuple[VariableRead, ...] = ()
    writes: tuple[VariableWrite, ...] = ()
    flow_problem: Problem | None = None
    visualizer: Mapping[str, Any] | None = field(default=None, repr=False)
    started: float = 0.0
    elapsed_ms: float = 0.0

    def assertions(self) -> Iterator[Assertion]:
        """Every assertion of pre-request and test scripts, in the order in which they were made."""
        for run in (*self.prerequests, *self.tests):
            yield from run.assertions

    def failures(self) -> Iterator[Failure]:
        """Why this item is not green; nothing when it is."""
        for where, runs in (("prerequest-script", self.prerequests), ("test-script", self.tests)):
            for run in runs:
                for assertion in run.assertions:
                    if assertion.problem is not None:
                        at = f"assertion:{assertion.index} in {where}"
                        yield Failure("assertion", assertion.problem, at, assertion.name, assertion.index)
                if run.problem is not None:
                    yield Failure("script", run.problem, where)
            if where == "prerequest-script":
                if self.error is not None:
                    yield self._request_failure(self.error)
                yield from self._contract_failures()
        if self.flow_problem is not None:
            yield Failure("script", self.flow_problem, "setNextRequest")

    def _request_failure(self, error: PacelineError) -> Failure:
        problem = Problem(type(error).__name__, error.what, fix=error.fix)
        if isinstance(error, UnresolvedVariableError):
            return Failure("unresolved", problem, "request")
        if isinstance(error, ContractError):
            return Failure("contract", problem, "contract")
        return Failure("request", problem, "request")

    def _contract_failures(self) -> Iterator[Failure]:
        verdict = self.contract
        for breach in verdict.breaches if verdict is not None else ():
            yield Failure("contract", Problem("ContractBreach", str(breach)), "contract")
        if verdict is not None and verdict.omitted:
            yield Failure("contract", Problem("ContractBreach", f"{verdict.omitted} more"), "contract")
