"""Variables between requests: as a script found them, and which later requests take what one item set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paceline.drift.outcome import Reader
from paceline.engine.graph import reads
from paceline.engine.preflight import names_set
from paceline.engine.selection import step_of
from paceline.model.outcome import ItemResult, VariableWrite
from paceline.model.variables import VariableSet
from paceline.resolve.scopes import Scope, Scopes


def key_of(result: ItemResult) -> str:
    """What suites and contracts call the request of an item: stem of the collection, a slash, its name."""
    return f"{result.collection.stem}/{result.item.name}"


def scopes_before_tests(
    earlier: Iterable[ItemResult], result: ItemResult, environment: VariableSet, globals: VariableSet
) -> Scopes:
    """The variables as the test scripts of an item found them, put together from what is known of the run.

    Args:
        earlier: what ran before it, in order.
        environment, globals: as the run began with them.
    """
    scopes = Scopes(
        Scope("local variables"),
        Scope("environment", environment.variables, environment.name),
        Scope("collection", result.collection.variables, result.collection.name),
        Scope("globals", globals.variables),
    )
    by_kind = {scope.kind: scope for scope in scopes.in_order()}
    for one in earlier:
        for write in one.writes:
            if write.scope != "collection" or one.collection.stem == result.collection.stem:
                _do(by_kind[write.scope], write)
    by_prerequests = {name for run in result.prerequests for name in names_set(run.script.source)}
    for write in result.writes:  # those of the test scripts are still to come
        if write.name in by_prerequests:
            _do(by_kind[write.scope], write)
    for read in result.reads:
        by_kind[read.scope].set(read.name, read.value)
    return scopes


def _do(scope: Scope, write: VariableWrite) -> None:
    if write.unset:
        scope.unset(write.name)
    else:
        scope.set(write.name, write.value)


def takers(results: Sequence[ItemResult], at: int, name: str) -> Iterator[Reader]:
    """The requests that take a variable which the item at this place set: those after it, until another one sets it.

    A request that was not sent, for the variable has no value, counts by what is written in it.
    """
    setter = results[at]
    for result in results[at + 1 :]:
        taken = any(read.name == name and read.set_by == setter.cursor.ref for read in result.reads)
        step = step_of(result.collection, result.folders, result.item)
        if taken or name in reads(step):
            yield Reader("request", step.key, result.item.request.at, name)
        if any(write.name == name for write in result.writes):
            return
