"""What `import paceline` offers: load files, run them, look at what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from paceline.engine.events import Event, ItemFinished, RunFinished, Summary
from paceline.engine.options import RunOptions
from paceline.engine.run import run as run_events
from paceline.formats.collection import load_collection
from paceline.formats.variables import load_environment, load_globals
from paceline.model.collection import Collection
from paceline.model.outcome import Failure, ItemResult
from paceline.model.variables import VariableSet
from paceline.resolve.scopes import overridden
from paceline.transport.cookies import CookieJar

CollectionLike = Collection | str | Path
VariablesLike = VariableSet | str | Path | Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes:
        items: what happened, one entry for each execution of an item, in order.
        failures: why it is not green, each with the item it belongs to.
        exit_code: what the command line would answer; see `ExitCode`.
        environment, globals: as the scripts left them.
    """

    items: tuple[ItemResult, ...]
    failures: tuple[tuple[ItemResult, Failure], ...]
    exit_code: int
    summary: Summary
    environment: VariableSet
    globals: VariableSet

    @property
    def ok(self) -> bool:
        """Whether something ran and nothing failed."""
        return self.exit_code == 0


def run(
    collections: CollectionLike | Sequence[CollectionLike],
    *,
    environment: VariablesLike = None,
    globals: VariablesLike = None,
    options: RunOptions = RunOptions(),
    jar: CookieJar | None = None,
) -> RunResult:
    """Run collections and wait for the end.

    Args:
        collections: one or more, loaded or as paths; several are one run with one cookie jar.
        environment, globals: loaded, as a path, or simply as a mapping from names to values.
        jar: cookies to start with; it holds those of the run afterwards.

    Raises:
        PacelineError: a file, an option or a variable is wrong; nothing was sent.
    """
    items: list[ItemResult] = []
    for event in stream(collections, environment=environment, globals=globals, options=options, jar=jar):
        if isinstance(event, ItemFinished):
            items.append(event.result)
        elif isinstance(event, RunFinished):
            end = event
    return RunResult(tuple(items), end.failures, end.exit_code, end.summary, end.environment, end.globals)


def stream(
    collections: CollectionLike | Sequence[CollectionLike],
    *,
    environment: VariablesLike = None,
    globals: VariablesLike = None,
    options: RunOptions = RunOptions(),
    jar: CookieJar | None = None,
    ca_bundle: str | None = None,
) -> Iterator[Event]:
    """Run collections and tell every event as it happens; the last one is `RunFinished`.

    Args:
        ca_bundle: path of a PEM file with certificates to trust besides the usual ones; for the rest see `run`.

    Raises:
        PacelineError: a file, an option or a variable is wrong; nothing was sent.
    """
    from paceline.transport.live import LiveTransport

    several = [collections] if isinstance(collections, Collection | str | Path) else list(collections)
    loaded = [one if isinstance(one, Collection) else load_collection(one) for one in several]
    jar = CookieJar() if jar is None else jar
    transport = LiveTransport(jar, ca_bundle=ca_bundle)
    try:
        environment = _variables(environment, "environment")
        yield from run_events(loaded, environment, _variables(globals, "globals"), options, transport, jar)
    finally:
        transport.close()


def _variables(given: VariablesLike, kind: str) -> VariableSet:
    if isinstance(given, VariableSet):
        return given
    if isinstance(given, str | Path):
        return load_environment(given) if kind == "environment" else load_globals(given)
    empty = VariableSet("", kind="environment" if kind == "environment" else "globals")
    return overridden(empty, given or {})
