"""`paceline drift`: what is run, what it is compared with, and who keeps what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from paceline.api import stream
from paceline.contract.checker import ContractChecker, load_checker
from paceline.drift.facts import Lock
from paceline.drift.finding import Finding, Level
from paceline.drift.lock import read_lock
from paceline.drift.outcome import Reader
from paceline.engine.events import Event, RunStarted
from paceline.engine.options import RunOptions
from paceline.errors import UsageError
from paceline.evidence.accepting import accept_command
from paceline.model.outcome import ItemResult
from paceline.model.suite import Suite
from paceline.model.variables import VariableSet
from paceline.probe.layout import asked_key
from paceline.readers.readers import Readers
from paceline.recording import Cassettes
from paceline.report.event_log import read_events
from paceline.script.v8 import Sandbox
from paceline.transport.cookie_file import read_cookie_jar
from paceline.watch.doors import probed
from paceline.watch.keeping import Keeper, Places
from paceline.watch.twin import Twin
from paceline.watch.watching import Watch, watched


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared, and how.

    Attributes:
        environment, globals: as of `paceline.stream`; `twin`: the environment of the other host, or None.
        lock: path of the lock.
        places: where what comes of it is kept.
        source: an event log or a folder of cassettes to take the answers from; None asks the service.
        probe: whether to go through the privileges as well; only of a service that is asked.
        stale_session: as of `paceline.probe.run.probe`.
        cookie_jar: path of the cookies to start with.
        named: path of the suite's file, for commands that are told; empty where they find it by themselves.
    """

    environment: VariableSet
    globals: VariableSet
    options: RunOptions
    lock: Path
    places: Places
    contracts: str | Path | None = None
    fail_on: Level = "breaking"
    source: Path | None = None
    twin: VariableSet | None = None
    probe: bool = True
    stale_session: str = ""
    named: str = ""
    ca_bundle: str | None = None
    cookie_jar: str | None = None


def drift(suite: Suite, wanted: Wanted) -> Generator[Event, None, None]:
    """Run a suite, or take a run that was recorded, and compare its answers with the lock.

    Returns:
        The events of the run; `RunFinished` has the drift, and exit code 5 where a finding fails.

    Raises:
        PacelineError: a file, an option or a variable is wrong; nothing was sent.
    """
    contracts = wanted.contracts or suite.contracts
    checker = load_checker(contracts) if contracts is not None else None
    lock = None if wanted.twin is not None else _lock(wanted.lock)
    with ExitStack() as stack:
        twin = None
        if wanted.twin is not None:
            twin = Twin(_run(suite, replace(wanted, environment=wanted.twin)))
            stack.callback(twin.interrupt)
        keeper = stack.enter_context(Keeper(wanted.places))
        watch = Watch(
            lock=lock,
            against=str(wanted.lock) if lock is not None else wanted.environment.name or "the other host",
            fail_on=wanted.fail_on,
            checker=checker,
            past=keeper.past if twin is None else None,
            twin=twin,
            doors=_doors(suite, wanted, checker),
            readers=lambda started, results: _readers(started, results, checker, stack),
            accepted_by=lambda finding: accept_command(finding, wanted.named) if twin is None else "",
            store=keeper.keep if twin is None else None,
        )
        yield from watched(_events(suite, wanted), watch)


def _lock(path: Path) -> Lock:
    """What is compared with.

    Raises:
        UsageError: there is none yet.
    """
    if not path.exists():
        what = f"nothing is known yet of what answers look like: there is no {path}"
        raise UsageError(what, fix="learn it: `paceline contract learn --live`, or from cassettes or an event log")
    return read_lock(path)


def _events(suite: Suite, wanted: Wanted) -> Generator[Event, None, None]:
    """The run whose answers count."""
    if wanted.source is None:
        return _run(suite, wanted)
    if wanted.source.is_dir():
        return _run(suite, wanted, Cassettes(wanted.source, "none"))
    return read_events(wanted.source)


def _run(suite: Suite, wanted: Wanted, cassettes: Cassettes | None = None) -> Generator[Event, None, None]:
    return stream(
        suite,
        environment=wanted.environment,
        globals=wanted.globals,
        options=wanted.options,
        jar=read_cookie_jar(wanted.cookie_jar) if wanted.cookie_jar else None,
        contracts=wanted.contracts,
        cassettes=cassettes,
        ca_bundle=wanted.ca_bundle,
    )


def _doors(
    suite: Suite, wanted: Wanted, checker: ContractChecker | None
) -> Callable[[Sequence[Event]], Sequence[ItemResult]] | None:
    """The probe of a service that is asked; None where nobody is asked, or no contract says who may ask.

    Nor where only a part is run: the probe is of the whole suite, and learns from its run what to ask.
    """
    if not wanted.probe or wanted.source is not None or wanted.twin is not None or checker is None:
        return None
    if wanted.options.folders:
        return None
    return lambda heard: probed(
        heard, suite, checker, wanted.options, stale_session=wanted.stale_session, ca_bundle=wanted.ca_bundle
    )


def _readers(
    started: RunStarted, results: Sequence[ItemResult], checker: ContractChecker | None, stack: ExitStack
) -> Callable[[Finding], tuple[Reader, ...]]:
    sandbox = Sandbox()
    stack.callback(sandbox.close)
    readers = Readers(results, checker, sandbox, environment=started.environment, globals=started.globals)
    return lambda finding: readers.of(asked_key(finding.key), finding.status, finding.pointer)
