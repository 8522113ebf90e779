"""The probe: a run of the suite to learn its requests, then the same requests from somebody who may not."""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from paceline.api import VariablesLike, stream
from paceline.contract.checker import ContractChecker, load_checker
from paceline.engine.events import (
    Event,
    ItemFinished,
    ItemStarted,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from paceline.engine.options import RunOptions
from paceline.engine.summary import Tally
from paceline.engine.verdict import ExitCode, exit_code, worst
from paceline.errors import PacelineError, UsageError
from paceline.formats.suite import load_suite
from paceline.formats.url_text import parse
from paceline.model.collection import Collection, Param, RequestTemplate
from paceline.model.contract import ContractVerdict
from paceline.model.exchange import HttpRequest, Trip
from paceline.model.outcome import Cursor, ItemResult, Problem
from paceline.model.suite import Suite
from paceline.probe.asking import Asking, Skipped
from paceline.probe.judging import judge_refusal, judge_success
from paceline.probe.layout import Probe, laid_out
from paceline.probe.learning import Learnt, learn
from paceline.probe.session import Session
from paceline.resolve.compose import send_options
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

_DEFAULTS: Final = RunOptions()


def probe(
    suite: Suite | str | Path,
    *,
    environment: VariablesLike = None,
    globals: VariablesLike = None,
    options: RunOptions = _DEFAULTS,
    contracts: str | Path | None = None,
    stale_session: str = "",
    ca_bundle: str | None = None,
) -> Generator[Event, None, None]:
    """Run a suite without telling of it, then ask its requests without a session, and with a stale one.

    What comes are the events of a run, whose items are named after the way in which they are asked. Only what is asked
    then makes the exit code; how the suite fared is among the notes of `RunFinished`.

    Args:
        suite: loaded, or the path of its file.
        environment, globals, ca_bundle: as of `paceline.stream`.
        options: of which delay, time-outs, certificates and the working directory count.
        contracts: those that count instead of the suite's own.
        stale_session: value of a session cookie or token whose time is over, to be sent instead of one made up.

    Raises:
        PacelineError: a file, an option or a variable is wrong; nothing was sent.
    """
    suite = suite if isinstance(suite, Suite) else load_suite(suite)
    path = contracts or suite.contracts
    if path is None:
        what = "nobody says which requests need a session: the suite names no contracts"
        raise UsageError(what, suite.at, "write `contracts:` into the suite, or add --contracts FILE")
    if not (stale_session.isascii() and stale_session.isprintable()):
        what = "a stale session with other characters than those of ASCII cannot be sent"
        raise UsageError(what, fix="take the value just as it stands in the header")
    checker = load_checker(path)
    events = stream(
        suite,
        environment=environment,
        globals=globals,
        options=replace(options, iterations=1, folders=(), bail=False, allow_mutations=False),
        contracts=contracts,
        ca_bundle=ca_bundle,
    )
    yield from probe_after(events, suite, checker, options, stale_session=stale_session, ca_bundle=ca_bundle)


def probe_after(
    events: Iterable[Event],
    suite: Suite,
    checker: ContractChecker,
    options: RunOptions,
    *,
    stale_session: str = "",
    ca_bundle: str | None = None,
) -> Generator[Event, None, None]:
    """The probe alone; what it has to know of the requests it learns from a run of the suite.

    Args:
        events: all of that run, or still to come; at least its start, its finished items and its end.
    """
    names = frozenset(name for contract in checker.book.contracts.values() for name, _ in contract.cookies)
    learnt = learn(events, Session(names, stale=stale_session))
    transport = LiveTransport(CookieJar(), ca_bundle=ca_bundle)
    try:
        yield from _Run(suite, learnt, checker, options, transport).events()
    finally:
        transport.close()


class _Run:
    """The probe, once the suite has run."""

    def __init__(
        self, suite: Suite, learnt: Learnt, checker: ContractChecker, options: RunOptions, transport: LiveTransport
    ) -> None:
        self._learnt = learnt
        self._checker = checker
        self._options = options
        self._transport = transport
        self._tally = Tally()
        self._asking = Asking(suite, learnt, checker.book, options.working_dir)
        self._probes: dict[int, Probe] = {}
        self._collections = tuple(map(self._laid_out, learnt.started.collections))

    def _laid_out(self, collection: Collection) -> Collection:
        shown, probes = laid_out(collection, self._asking.ways)
        self._probes |= probes
        return shown

    def events(self) -> Generator[Event, None, None]:
        """All that is told of it."""
        before, problem = self._learnt.finished, self._silence()
        interrupted = before.exit_code == ExitCode.INTERRUPTED
        yield RunStarted(
            self._collections, before.environment, before.globals, 1, len(self._probes), self._tally.summary().started
        )
        try:
            yield IterationStarted(0)
            if problem is None and not interrupted:
                yield from self._all()
        except KeyboardInterrupt:
            interrupted = True
        self._tally.add_iteration()
        yield IterationFinished(0)
        failures = tuple(self._tally.failures)
        code = exit_code((each for _, each in failures), executed=self._tally.executed, interrupted=interrupted)
        notes = tuple(self._notes()) if self._tally.executed else ()
        if interrupted:
            problem = Problem("Interrupted", "the probe was interrupted")
        elif problem is not None:
            code = worst({code, ExitCode.NOT_SENT})
        summary = self._tally.summary()
        yield RunFinished(summary, failures, int(code), before.environment, before.globals, problem, notes)

    def _silence(self) -> Problem | None:
        """Why there is no sense in asking anything: the suite ran, and nobody answered."""
        errors = [result.error for result in self._learnt.shown.values() if result.error is not None]
        if self._learnt.answered or not errors:
            return None
        return Problem(type(errors[0]).__name__, f"nothing was probed: {errors[0].what}", fix=errors[0].fix)

    def _notes(self) -> Iterator[str]:
        before, session = self._learnt.finished, self._learnt.session
        if before.exit_code == ExitCode.OK:
            yield "the suite ran first, and all was good"
        else:
            why = f": {before.problem.message}" if before.problem is not None else ""
            failures = f"{len(before.failures)} failure{'' if len(before.failures) == 1 else 's'}"
            yield f"the suite ran first, with {failures} and exit code {before.exit_code}{why}; see `paceline run`"
        if session.stale:
            yield "stale session: the one that was given"
        elif session.ended:
            yield f"stale session: the one that the suite ended (cookie {', '.join(sorted(session.ended))})"
        else:
            yield "stale session: made up"

    # --- One request after the other ---

    def _all(self) -> Iterator[Event]:
        for collection in self._collections:
            items = list(collection.items())
            for position, (folders, item) in enumerate(items):
                ref = str(uuid.uuid5(uuid.NAMESPACE_OID, f"probe/{collection.stem}/{position}"))
                cursor = Cursor(position=position, length=len(items), ref=ref)
                yield ItemStarted(cursor, collection, folders, item)
                result = self._executed(self._probes[id(item)], ItemResult(cursor, collection, folders, item))
                self._tally.add(result)
                yield ItemFinished(result)

    def _executed(self, one: Probe, result: ItemResult) -> ItemResult:
        """What became of it; a failure is a result, never an exception."""
        started, clock = time.time(), time.perf_counter()
        asked: HttpRequest | Trip | Skipped | None = None
        trip: Trip | None = None
        verdict: ContractVerdict | None = None
        error: PacelineError | None = None
        try:
            asked = self._asking.request(one)
            if isinstance(asked, Trip):
                trip = asked
            elif isinstance(asked, HttpRequest):
                trip = self._sent(one, asked)
            if trip is not None:
                verdict = self._judged(one, trip)
        except PacelineError as raised:
            error = raised
        outgoing = asked.request if isinstance(asked, Trip) else asked if isinstance(asked, HttpRequest) else None
        return replace(
            result,
            request=None if outgoing is None else _as_template(outgoing),
            outgoing=outgoing,
            trip=trip,
            error=error,
            contract=verdict,
            skipped=asked.reason if isinstance(asked, Skipped) else None,
            started=started,
            elapsed_ms=(time.perf_counter() - clock) * 1000,
        )

    def _sent(self, one: Probe, request: HttpRequest) -> Trip:
        if self._options.delay_ms:
            time.sleep(self._options.delay_ms / 1000)
        self._transport.jar.clear()  # what an answer sets is no session of the next request
        options = send_options(
            one.step.item.behavior,
            timeout=self._options.timeout_request_ms / 1000 or None,
            insecure=self._options.insecure,
        )
        if self._asking.must_be_refused(one.step):  # where a redirect would lead does not matter: it is no refusal
            options = replace(options, follow_redirects=False)
        return self._transport.send(request, options)

    def _judged(self, one: Probe, trip: Trip) -> ContractVerdict:
        judge = judge_refusal if self._asking.must_be_refused(one.step) else judge_success
        return judge(self._checker, one.step.collection.stem, one.step.item.name, trip)


def _as_template(request: HttpRequest) -> RequestTemplate:
    """The request in the form in which reports show what became of an item."""
    headers = tuple(Param(name, value) for name, value in request.headers)
    return RequestTemplate(parse(request.url), request.method, headers)
