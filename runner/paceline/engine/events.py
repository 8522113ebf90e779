"""What a run tells while it goes on, in this order:

    RunStarted
      (IterationStarted
         (ItemStarted  (ConsoleLogged | AssertionChecked | CallFinished)*  ItemFinished)*
       IterationFinished)*
    RunFinished

Reports listen to these and to nothing else. `ItemFinished` holds all that the finer events told, so a report that
does not show progress can do with it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from paceline.drift.outcome import Drift
from paceline.model.collection import Collection, Folder, Item, Listen
from paceline.model.outcome import Assertion, ConsoleMessage, Cursor, Failure, ItemResult, Problem, ScriptCall
from paceline.model.variables import VariableSet


@dataclass(frozen=True, slots=True)
class RunStarted:
    """Before the first item.

    Attributes:
        data: the rows of variables, one for each iteration; the last one for all that come after it.
        item_count: selected items of one iteration over all collections, and those of setup and teardown.
        started: unix seconds.

    >>> import paceline
    >>> event = next(paceline.stream("health.postman_collection.json", environment="local.postman_environment.json"))
    >>> isinstance(event, RunStarted), event.item_count
    (True, 1)
    """

    collections: tuple[Collection, ...]
    environment: VariableSet
    globals: VariableSet
    iterations: int
    item_count: int
    started: float
    data: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class IterationStarted:
    """Before the first item of an iteration (counted from 0)."""

    iteration: int


@dataclass(frozen=True, slots=True)
class ItemStarted:
    """Before the pre-request scripts of an item.

    >>> import paceline
    >>> events = paceline.stream("health.postman_collection.json", environment="local.postman_environment.json")
    >>> [event.item.name for event in events if isinstance(event, ItemStarted)]
    ['ping']
    """

    cursor: Cursor
    collection: Collection
    folders: tuple[Folder, ...]
    item: Item


@dataclass(frozen=True, slots=True)
class ConsoleLogged:
    """A script wrote to its console."""

    cursor: Cursor
    item: Item
    message: ConsoleMessage


@dataclass(frozen=True, slots=True)
class AssertionChecked:
    """A script made a check."""

    cursor: Cursor
    item: Item
    listen: Listen
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class CallFinished:
    """A request that a script made by `pm.sendRequest` was answered or failed."""

    cursor: Cursor
    item: Item
    call: ScriptCall


@dataclass(frozen=True, slots=True)
class ItemFinished:
    """After the test scripts of an item.

    >>> import paceline
    >>> events = paceline.stream("health.postman_collection.json", environment="local.postman_environment.json")
    >>> [event.result.trip.response.status for event in events if isinstance(event, ItemFinished)]
    [200]
    """

    result: ItemResult


@dataclass(frozen=True, slots=True)
class IterationFinished:
    """After the last item of an iteration."""

    iteration: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were of a thing, and how many of them failed."""

    total: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The run in numbers.

    Attributes:
        counts: by Newman's names (`iterations`, `items`, `scripts`, `prerequests`, `requests`, `tests`,
            `assertions`, `testScripts`, `prerequestScripts`). `prerequests` and `tests` count *events*, one per
            item, whether it has scripts or not; `assertions` counts checks, skipped ones too (newman,
            lib/run/summary.js).
        contracts: answers that were held against a contract, and those that broke it.
        skipped_items, skipped_assertions: neither good nor bad.
        response_ms: time of every response in the order of arrival, of scripts' requests too.
        received_bytes: bodies as transferred.
    """

    counts: Mapping[str, Count] = field(default_factory=dict)
    contracts: Count = Count()
    skipped_items: int = 0
    skipped_assertions: int = 0
    response_ms: tuple[float, ...] = ()
    received_bytes: int = 0
    started: float = 0.0
    completed: float = 0.0


@dataclass(frozen=True, slots=True)
class RunFinished:
    """After the last item; always comes, also after an interruption or a bail.

    Attributes:
        failures: each with the item it belongs to.
        problem: why the run ended early (interrupted, timed out, no setup), or what is wrong with its recordings; None
            when it ran to its end, or bailed.
        notes: what else there is to say, such as which cassettes were written; a line each.
        exit_code: what the command line answers, see `paceline.engine.verdict`.
        environment, globals: as the scripts left them.
        drift: how the answers differ from what was learnt; None where nobody compared.

    >>> import paceline
    >>> *_, last = paceline.stream("health.postman_collection.json", environment="local.postman_environment.json")
    >>> isinstance(last, RunFinished), last.exit_code
    (True, 0)
    """

    summary: Summary
    failures: tuple[tuple[ItemResult, Failure], ...]
    exit_code: int
    environment: VariableSet
    globals: VariableSet
    problem: Problem | None = None
    notes: tuple[str, ...] = ()
    drift: Drift | None = None


Event = (
    RunStarted
    | IterationStarted
    | ItemStarted
    | ConsoleLogged
    | AssertionChecked
    | CallFinished
    | ItemFinished
    | IterationFinished
    | RunFinished
)
