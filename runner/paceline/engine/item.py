"""One item from its first pre-request script to its last test script."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from paceline.contract.checker import ContractChecker
from paceline.engine.context import (
    cookie_json,
    cursor_json,
    legacy_json,
    response_json,
    script_context,
    sent_request_json,
)
from paceline.engine.events import AssertionChecked, CallFinished, ConsoleLogged
from paceline.engine.mutations import Mutations
from paceline.engine.options import RunOptions
from paceline.engine.preflight import missing, unresolved_error
from paceline.engine.selection import Step
from paceline.errors import ContractError, FormatError, PacelineError, RequestError
from paceline.formats.request import request_from_json
from paceline.model.collection import Listen, RequestTemplate, Script
from paceline.model.contract import ContractVerdict
from paceline.model.exchange import HttpRequest, SendOptions, StepKey, Trip
from paceline.model.outcome import (
    Assertion,
    ConsoleMessage,
    Cursor,
    ItemResult,
    Problem,
    ScriptCall,
    ScriptRun,
    VariableRead,
    VariableWrite,
)
from paceline.resolve.auth import effective_auth
from paceline.resolve.compose import compose, send_options
from paceline.resolve.dynamic import dynamic_value
from paceline.resolve.randomness import SYSTEM
from paceline.resolve.scopes import MISSING, Scopes
from paceline.resolve.substitute import substitute, substitute_auth, substitute_url
from paceline.resolve.uploads import FileReader
from paceline.resolve.url_encoding import encode
from paceline.script.dynamic import ask_faker
from paceline.script.execution import Answer, Environment, ScriptResult, execute, is_blank
from paceline.script.process import Turns
from paceline.transport.base import Transport
from paceline.transport.cookies import CookieJar

Told = ConsoleLogged | AssertionChecked | CallFinished

#: What a request has when the run is out of time: 0 would be no limit.
_LEAST_SECONDS = 0.001
_SKIPPED_BY_SCRIPT = "a pre-request script called pm.execution.skipRequest"


@dataclass(slots=True)
class Equipment:
    """What every item of a run shares.

    Attributes:
        files_of: from a step to what reads the files it uploads.
        mutations: which requests change state, and whether they may.
        contracts: what answers are held against, if anything.
        deadline: of the whole run, on the monotonic clock; infinity when there is none.
    """

    transport: Transport
    jar: CookieJar
    sandbox: Turns
    options: RunOptions
    files_of: Callable[[Step], FileReader]
    mutations: Mutations
    deadline: float = math.inf
    contracts: ContractChecker | None = None

    def seconds_left(self) -> float:
        """Time until the run must end; may be infinite, never negative."""
        return max(0.0, self.deadline - time.monotonic())


@dataclass(slots=True)
class _Progress:
    """What is known of an item so far; becomes an `ItemResult` at its end."""

    runs: dict[Listen, list[ScriptRun]] = field(default_factory=lambda: {"prerequest": [], "test": []})
    calls: list[ScriptCall] = field(default_factory=list)
    pages: list[Trip] = field(default_factory=list)
    reads: dict[str, VariableRead] = field(default_factory=dict)
    writes: list[VariableWrite] = field(default_factory=list)
    console: list[ConsoleMessage] = field(default_factory=list)
    visualizer: Mapping[str, Any] | None = None


class ItemExecution:
    """The execution of one item; `run` may be called once.

    Args:
        key: of the item's own request; those of its scripts, and of further pages, are numbered from 1.
    """

    def __init__(self, step: Step, key: StepKey, cursor: Cursor, scopes: Scopes, equipment: Equipment) -> None:
        self._step = step
        self._key = key
        self._chance = SYSTEM
        self._next_call = 1
        self._cursor = cursor
        self._scopes = scopes
        self._equipment = equipment
        self._progress = _Progress()
        self._template = step.item.request
        self._changes: list[tuple[Script, Mapping[str, Any]]] = []

    def run(self) -> Generator[Told, None, ItemResult]:
        """Yield what scripts say, and return what happened. A failure is a result, never an exception."""
        started, clock = time.time(), time.perf_counter()
        request: RequestTemplate | None = None
        outgoing: HttpRequest | None = None
        trip: Trip | None = None
        error: PacelineError | None = None
        contract: ContractVerdict | None = None
        skipped = self._refusal()
        if skipped is None:
            try:
                self._chance = self._equipment.transport.randomness(self._key)
            except PacelineError as raised:  # its cassette cannot be read
                error = raised
            else:
                skipped = yield from self._run_prerequests()
        if skipped is None and error is None:
            try:
                self._take_over_changes()
                request, outgoing = self._resolve()
                skipped = self._equipment.mutations.refusal(self._step.key, outgoing.url)
                if skipped is None:
                    self._require_kept(outgoing)
                    trip = self._equipment.transport.send(outgoing, self._send_options(), self._key)
                    self._equipment.mutations.note(self._step.key, trip)
                    contract = self._verdict(trip)
                    contract = self._walk(contract, outgoing, trip)
            except PacelineError as raised:
                error = raised
        if skipped is None:
            yield from self._run_tests(request or self._template, trip, error if trip is None else None)
        return ItemResult(
            cursor=self._cursor,
            collection=self._step.collection,
            folders=self._step.folders,
            item=self._step.item,
            request=request,
            outgoing=outgoing,
            trip=trip,
            error=error,
            prerequests=tuple(self._progress.runs["prerequest"]),
            tests=tuple(self._progress.runs["test"]),
            calls=tuple(self._progress.calls),
            console=tuple(self._progress.console),
            skipped=skipped,
            contract=contract,
            pages=tuple(self._progress.pages),
            reads=tuple(self._progress.reads.values()),
            writes=tuple(self._progress.writes),
            visualizer=self._progress.visualizer,
            started=started,
            elapsed_ms=(time.perf_counter() - clock) * 1000,
        )

    def _refusal(self) -> str | None:
        """Why not even the pre-request scripts are run, which might change state themselves; None when they are."""
        key, mutations = self._step.key, self._equipment.mutations
        if not mutations.guards(key):
            return None
        try:
            address = encode(substitute_url(self._template.url, self._scopes.find))
        except PacelineError:
            address = ""  # nobody knows yet where it goes
        return mutations.refusal(key, address)

    def _failed(self) -> bool:
        runs = self._progress.runs["prerequest"]
        return any(run.problem or any(assertion.failed for assertion in run.assertions) for run in runs)

    # --- The request ---

    def _find(self, name: str) -> Any:
        read = self._scopes.read(name)
        if read is not None:
            self._progress.reads.setdefault(name, read)
            return read.value
        if name.startswith("$"):
            return dynamic_value(name, self._ask_faker, self._chance)
        return MISSING

    def _ask_faker(self, name: str) -> str:
        return ask_faker(self._equipment.sandbox, name, self._chance)

    def _resolve(self) -> tuple[RequestTemplate, HttpRequest]:
        """Put the values in, after the pre-request scripts and just before sending."""
        step, template = self._step, self._template
        auth = effective_auth(template.auth, *step.inherited_auth)
        if not self._equipment.options.allow_unresolved:
            unknown = missing(template, auth, step.item.behavior, self._scopes)
            if unknown:
                raise unresolved_error(unknown, self._scopes)
        request = substitute(template, self._find)
        outgoing = compose(
            request,
            auth=auth and substitute_auth(auth, self._find),
            behavior=step.item.behavior,
            files=self._equipment.files_of(step),
            postman_token=str(self._chance.uuid4()),
        )
        return request, outgoing

    def _send_options(self) -> SendOptions:
        options = self._equipment.options
        seconds = min(options.timeout_request_ms / 1000 or math.inf, self._equipment.seconds_left())
        seconds = max(seconds, _LEAST_SECONDS)
        return send_options(
            self._step.item.behavior,
            timeout=None if seconds == math.inf else seconds,
            insecure=options.insecure,
            ignore_redirects=options.ignore_redirects,
        )

    # --- The contract ---

    def _require_kept(self, outgoing: HttpRequest) -> None:
        """Refuse to send a GraphQL query that the schema does not allow.

        Raises:
            ContractError: for the first thing that is wrong with it.
        """
        contracts = self._equipment.contracts
        breaches = contracts.before(*self._of_contract(), outgoing) if contracts is not None else ()
        if breaches:
            first = breaches[0]
            more = f" (and {len(breaches) - 1} more)" if len(breaches) > 1 else ""
            what = f"the query breaks its contract: expected {first.expected}, got {first.got}{more}"
            raise ContractError(what, first.at, "correct the query, or the schema if the service has changed")

    def _verdict(self, trip: Trip) -> ContractVerdict | None:
        contracts = self._equipment.contracts
        return None if contracts is None else contracts.after(*self._of_contract(), trip)

    def _of_contract(self) -> tuple[str, str]:
        return self._step.collection.stem, self._step.item.name

    def _walk(self, verdict: ContractVerdict | None, outgoing: HttpRequest, trip: Trip) -> ContractVerdict | None:
        """Look at further pages of a list, where the contract wants it and the first one is as it should be.

        Raises:
            RequestError: a page did not come.
        """
        contracts = self._equipment.contracts
        if contracts is None or verdict is None or not verdict.kept:
            return verdict

        def send(request: HttpRequest) -> Trip:
            key = replace(self._key, call=self._next_call)
            self._next_call += 1
            page = self._equipment.transport.send(request, self._send_options(), key)
            self._progress.pages.append(page)
            return page

        walk = contracts.follow(*self._of_contract(), outgoing, trip, send)
        return replace(
            verdict,
            breaches=walk.breaches,
            unknown=tuple(dict.fromkeys((*verdict.unknown, *walk.unknown))),
            checked=(*verdict.checked, *walk.checked),
            omitted=walk.omitted,
        )

    # --- The scripts ---

    def _run_prerequests(self) -> Generator[Told, None, str | None]:
        """Run them in order, each on the request as the one before left it; return why the request is not sent."""
        if not self._step.prerequests:
            return None
        request: Mapping[str, Any] = self._step.item.source.get("request") or {}
        for script in self._step.prerequests:
            result = yield from self._run_script(script, script_context(self._scopes, request))
            if result.skips_request:
                return _SKIPPED_BY_SCRIPT
            if result.request is not None:
                request = result.request
                self._changes.append((script, request))
        if self._equipment.options.bail and self._failed():
            return "a pre-request script failed and --bail is on"  # as Newman, which then does not send either
        return None

    def _take_over_changes(self) -> None:
        """Send what the scripts made of the request, for this one execution.

        Raises:
            RequestError: it is no request any more. What was there before is not sent in its place: it could lack,
                for example, the authorization that the script wanted to set.
        """
        if not self._changes:
            return
        place = self._template.at
        broken: tuple[Script, FormatError] | None = None
        for script, request in reversed(self._changes):  # what the last one left is sent; the first bad one is blamed
            try:
                template = request_from_json(request, place)
            except FormatError as error:
                broken = (script, error)
                continue
            if broken is None:
                self._template = template
            break
        if broken is not None:
            script, cause = broken
            what = f"a pre-request script broke the request: {cause.what}"
            raise RequestError(what, script.at, cause.fix, "EINVALID") from cause

    def _run_tests(
        self, request: RequestTemplate, trip: Trip | None, error: PacelineError | None
    ) -> Generator[Told, None, None]:
        if not self._step.tests:
            return
        source = self._step.item.source.get("request") or {}
        sent = source if trip is None else sent_request_json(request, trip)
        for script in self._step.tests:
            yield from self._run_script(script, script_context(self._scopes, sent, trip), error)

    def _run_script(
        self, script: Script, context: Mapping[str, Any], error: PacelineError | None = None
    ) -> Generator[Told, None, ScriptResult]:
        """Run one script and apply its changes of variables, so that the next one sees them.

        Args:
            error: why there is no response; a check that passes all the same says nothing and counts as failed.
        """
        if is_blank(script.source):
            self._progress.runs[script.listen].append(ScriptRun(script))
            return ScriptResult()
        clock = time.perf_counter()
        assertions: list[Assertion] = []
        seconds = min(self._equipment.options.timeout_script_ms / 1000 or math.inf, self._equipment.seconds_left())
        world = Environment(self._answer_call, self._equipment.jar.store_call, seconds, self._chance, self._next_call)
        legacy = legacy_json(self._step, script)
        talk = execute(self._equipment.sandbox, script, context, legacy, cursor_json(self._cursor), world)
        while True:
            try:
                said = next(talk)
            except StopIteration as stop:
                result: ScriptResult = stop.value
                break
            if isinstance(said, Assertion):
                assertion = _unanswered(said, error) if error is not None else said
                assertions.append(assertion)
                yield AssertionChecked(self._cursor, self._step.item, script.listen, assertion)
            elif isinstance(said, ConsoleMessage):
                self._progress.console.append(said)
                yield ConsoleLogged(self._cursor, self._step.item, said)
            else:
                self._progress.calls.append(said)
                yield CallFinished(self._cursor, self._step.item, said)
        self._next_call += result.calls
        self._apply(result)
        self._progress.runs[script.listen].append(
            ScriptRun(
                script=script,
                assertions=tuple(assertions),
                problem=result.problem,
                elapsed_ms=(time.perf_counter() - clock) * 1000,
                sets_next_request="nextRequest" in result.flow,
                next_request=result.flow.get("nextRequest"),
                skips_request=result.skips_request,
            )
        )
        return result

    def _apply(self, result: ScriptResult) -> None:
        scopes = self._scopes
        for name, scope in (
            ("local", scopes.local),
            ("environment", scopes.environment),
            ("collection", scopes.collection),
            ("globals", scopes.globals),
        ):
            self._progress.writes += scope.apply(result.mutations.get(name), self._cursor.ref)
        self._progress.visualizer = result.flow.get("visualizer") or self._progress.visualizer

    def _answer_call(self, data: Mapping[str, Any], number: int) -> Answer:
        """Send what a script asks `pm.sendRequest` for: as it stands, without variables, inherited auth or pruning.

        Called in another thread (postman-runtime, lib/runner/extensions/event.command.js).
        """
        outgoing = HttpRequest(str(data.get("method") or "GET"), str(data.get("url") or ""))
        try:
            request = request_from_json(data)
            behavior = {"disableBodyPruning": True}
            token = str(self._chance.uuid4())
            outgoing = compose(request, auth=request.auth, behavior=behavior, files=_no_files, postman_token=token)
            trip = self._equipment.transport.send(outgoing, self._send_options(), replace(self._key, call=number))
        except PacelineError as error:
            problem = Problem(type(error).__name__, error.what, fix=error.fix)
            code = error.code if isinstance(error, RequestError) else "EINVALID"
            thrown = {"type": "Error", "name": "Error", "message": error.what, "code": code}
            return Answer(ScriptCall(outgoing, problem=problem), error=thrown)
        call = ScriptCall(trip.request, trip)
        return Answer(call, response_json(trip.response), cookies=tuple(map(cookie_json, trip.cookies)))


def _unanswered(assertion: Assertion, error: PacelineError) -> Assertion:
    if assertion.failed or assertion.skipped:
        return assertion
    message = f"not checked, since there was no response: {error.what.splitlines()[0]}"
    return replace(assertion, problem=Problem("RequestError", message))


def _no_files(source: str) -> tuple[str, bytes]:
    raise RequestError(
        f"a script may not upload the file {source!r}",
        fix="send the file by a request of the collection",
        code="EFILE",
    )
