"""What `import paceline` offers: load files, run them, look at what happened."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from paceline.engine.events import Event, ItemFinished, RunFinished, Summary
from paceline.engine.options import RunOptions
from paceline.engine.run import Means
from paceline.engine.run import run as run_events
from paceline.engine.selection import has_scripts
from paceline.engine.verdict import ExitCode
from paceline.formats.collection import load_collection
from paceline.formats.suite import is_suite_file, load_suite
from paceline.formats.variables import load_environment, load_globals
from paceline.model.collection import Collection
from paceline.model.outcome import Failure, ItemResult, Problem
from paceline.model.suite import NO_SUITE, Suite
from paceline.model.variables import VariableSet
from paceline.recording import Cassettes, Tape
from paceline.resolve.scopes import overridden
from paceline.script.process import SandboxProcess, Turns
from paceline.script.v8 import Sandbox
from paceline.suite import environment_of, require_fresh_tokens, with_tokens
from paceline.transport.cookies import CookieJar

if TYPE_CHECKING:
    from paceline.contract.checker import ContractChecker
    from paceline.transport.base import Transport

#: How a run goes when nothing else is said.
DEFAULTS: Final = RunOptions()

CollectionLike = Collection | str | Path
Runnable = CollectionLike | Suite
VariablesLike = VariableSet | str | Path | Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes:
        items: what happened, one entry for each execution of an item, in order.
        failures: why it is not green, each with the item it belongs to.
        exit_code: what the command line would answer; see `ExitCode`.
        environment, globals: as the scripts left them.
        problem: why the run ended before its end (out of time); None when it did not, or bailed.

    >>> result = run("health.postman_collection.json", environment="local.postman_environment.json")
    >>> result.ok, len(result.items), result.summary.counts["requests"].total
    (True, 1, 1)
    """

    items: tuple[ItemResult, ...]
    failures: tuple[tuple[ItemResult, Failure], ...]
    exit_code: int
    summary: Summary
    environment: VariableSet
    globals: VariableSet
    problem: Problem | None = None

    @property
    def ok(self) -> bool:
        """Whether something ran and nothing failed."""
        return self.exit_code == 0


def run(
    collections: Runnable | Sequence[CollectionLike],
    *,
    environment: VariablesLike = None,
    globals: VariablesLike = None,
    options: RunOptions = DEFAULTS,
    jar: CookieJar | None = None,
    contracts: str | Path | None = None,
    cassettes: Cassettes | None = None,
) -> RunResult:
    """Run collections, or a suite, and wait for the end.

    Args:
        collections: one or more, loaded or as paths; several are one run with one cookie jar. Or a suite, loaded or as
            the path of its YAML file: what is not given then comes from there.
        environment, globals: loaded, as a path, or simply as a mapping from names to values.
        jar: cookies to start with; it holds those of the run afterwards.
        contracts: path of a file of contracts that every answer is held against; the schemas lie beside it.
        cassettes: where to record the run, or to replay it from; None sends everything and records nothing.

    Raises:
        PacelineError: a file, an option or a variable is wrong; nothing was sent.
        KeyboardInterrupt: the run was interrupted; use `stream` to learn what happened until then.

    >>> run("orders.postman_collection.json", environment="local.postman_environment.json").ok
    True
    """
    return gathered(
        stream(
            collections,
            environment=environment,
            globals=globals,
            options=options,
            jar=jar,
            contracts=contracts,
            cassettes=cassettes,
        )
    )


def gathered(events: Iterable[Event]) -> RunResult:
    """The result of a run from its events; raises KeyboardInterrupt when it was interrupted."""
    items: list[ItemResult] = []
    for event in events:
        if isinstance(event, ItemFinished):
            items.append(event.result)
        elif isinstance(event, RunFinished):
            end = event
    if end.exit_code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return RunResult(tuple(items), end.failures, end.exit_code, end.summary, end.environment, end.globals, end.problem)


def stream(
    collections: Runnable | Sequence[CollectionLike],
    *,
    environment: VariablesLike = None,
    globals: VariablesLike = None,
    options: RunOptions = DEFAULTS,
    jar: CookieJar | None = None,
    contracts: str | Path | None = None,
    cassettes: Cassettes | None = None,
    ca_bundle: str | None = None,
) -> Generator[Event, None, None]:
    """Run collections, or a suite, and tell every event as it happens; the last one is `RunFinished`.

    Args:
        ca_bundle: path of a PEM file with certificates to trust besides the usual ones; for the rest see `run`.

    Raises:
        PacelineError: a file, an option or a variable is wrong; nothing was sent.

    >>> for event in stream("health.postman_collection.json", environment={"base_url": "http://localhost:1"}):
    ...     if isinstance(event, ItemFinished):
    ...         print(event.result.item.name, *(failure.kind for failure in event.result.failures()))
    ping request
    """
    suite, loaded = _loaded(collections)
    jar = CookieJar() if jar is None else jar
    replaying = cassettes is not None and cassettes.replaying
    with ExitStack() as stack:
        sandbox: Turns = SandboxProcess() if options.isolate_scripts else Sandbox()
        stack.callback(sandbox.close)
        if not options.folders and any(map(has_scripts, loaded)):
            sandbox.start()  # before all else that takes time, since it boots in the background
        environment = (
            environment_of(suite, replaying=replaying) if environment is None else variables(environment, "environment")
        )
        globals = variables(globals, "globals")
        if not replaying:  # what was recorded needs no token
            environment = with_tokens(environment, suite, os.environ)
            require_fresh_tokens(suite, environment, time.time())

        def live() -> Transport:
            from paceline.transport.live import LiveTransport

            return LiveTransport(jar, ca_bundle=ca_bundle)

        tape = None if cassettes is None else Tape(cassettes, live, jar, (environment, globals))
        transport = live() if tape is None else tape.transport
        stack.callback(transport.close)
        if replaying:
            options = replace(options, allow_mutations=True)  # nothing is sent to anybody
        checker = _checker(contracts or suite.contracts)
        if checker is not None and suite.contracts is not None and contracts is None:
            for collection in loaded:
                checker.book.agree(collection.stem, (item.name for _, item in collection.items()))
        events = run_events(loaded, environment, globals, options, Means(transport, jar, sandbox, checker), suite)
        if tape is not None:
            whole = suite.cassettes is not None and not options.folders
            events = tape.settling(events, loaded, options.folders, whole=whole)
        yield from events


def _loaded(given: Runnable | Sequence[CollectionLike]) -> tuple[Suite, list[Collection]]:
    """What is to be run, from the files where it is not loaded yet."""
    if isinstance(given, str | Path) and is_suite_file(given):
        given = load_suite(given)
    if isinstance(given, Suite):
        return given, [load_collection(path) for path in given.collections]
    several = [given] if isinstance(given, Collection | str | Path) else list(given)
    return NO_SUITE, [one if isinstance(one, Collection) else load_collection(one) for one in several]


def _checker(path: str | Path | None) -> ContractChecker | None:
    """What answers are held against; imported where it is needed, since it takes time."""
    if path is None:
        return None
    from paceline.contract.checker import load_checker

    return load_checker(path)


def variables(given: VariablesLike, kind: Literal["environment", "globals"]) -> VariableSet:
    """Whatever stands for an environment or for globals, as a set."""
    if isinstance(given, VariableSet):
        return given
    if isinstance(given, str | Path):
        return load_environment(given) if kind == "environment" else load_globals(given)
    return overridden(VariableSet("", kind=kind), given or {})
