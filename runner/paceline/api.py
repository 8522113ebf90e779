"""What `import paceline` offers: load files, run them, look at what happened."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from paceline.engine.events import Event, ItemFinished, RunFinished, Summary
from paceline.engine.options import RunOptions
from paceline.engine.run import run as run_events
from paceline.engine.verdict import ExitCode
from paceline.formats.collection import load_collection
from paceline.formats.suite import is_suite_file, load_suite
from paceline.formats.variables import load_environment, load_globals
from paceline.model.collection import Collection
from paceline.model.outcome import Failure, ItemResult, Problem
from paceline.model.suite import NO_SUITE, Suite
from paceline.model.variables import VariableSet
from paceline.preparing import Wishes, prepared
from paceline.recording import Cassettes
from paceline.resolve.scopes import overridden
from paceline.transport.cookies import CookieJar

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
    wishes = Wishes(
        environment=None if environment is None else variables(environment, "environment"),
        globals=variables(globals, "globals"),
        options=options,
        jar=jar,
        contracts=contracts,
        cassettes=cassettes,
        ca_bundle=ca_bundle,
    )
    with prepared(suite, loaded, wishes) as ready:
        events = run_events(
            ready.collections, ready.environment, ready.globals, ready.options, ready.means, ready.suite
        )
        yield from events if ready.tape is None else ready.tape.settling(events)


def _loaded(given: Runnable | Sequence[CollectionLike]) -> tuple[Suite, list[Collection]]:
    """What is to be run, from the files where it is not loaded yet."""
    if isinstance(given, str | Path) and is_suite_file(given):
        given = load_suite(given)
    if isinstance(given, Suite):
        return given, [load_collection(path) for path in given.collections]
    several = [given] if isinstance(given, Collection | str | Path) else list(given)
    return NO_SUITE, [one if isinstance(one, Collection) else load_collection(one) for one in several]


def variables(given: VariablesLike, kind: Literal["environment", "globals"]) -> VariableSet:
    """Whatever stands for an environment or for globals, as a set."""
    if isinstance(given, VariableSet):
        return given
    if isinstance(given, str | Path):
        return load_environment(given) if kind == "environment" else load_globals(given)
    return overridden(VariableSet("", kind=kind), given or {})
