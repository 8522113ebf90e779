"""Runs put together by hand: what the engine would tell the reports, without engine and network."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from paceline.drift.outcome import Drift
from paceline.engine.events import (
    Event,
    ItemFinished,
    ItemStarted,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from paceline.engine.summary import Tally
from paceline.engine.verdict import ExitCode, exit_code, worst
from paceline.formats.collection import parse_collection
from paceline.model.collection import Collection, Folder, Item, Script
from paceline.model.exchange import Cookie, Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import Assertion, Cursor, ItemResult, Problem, ScriptRun
from paceline.model.variables import VariableSet
from paceline.report.masking import Mask
from paceline.report.reporter import Reporter
from paceline.report.terminal import TerminalReport

STARTED = 1_700_000_000.25
HEADERS = (("Content-Type", "application/json"),)
NO_ENVIRONMENT = VariableSet("local", (), "environment", "e-1")
NO_GLOBALS = VariableSet("globals", (), "globals", "g-1")
BROKEN = Problem("AssertionError", "expected 1 to equal 2", "at eval (line 2:10)")


def shop(*items: Mapping[str, Any], name: str = "Shop", **members: Any) -> Collection:
    """A collection of these items, read from its JSON."""
    return parse_collection({"info": {"name": name, "_postman_id": "c-1"}, "item": list(items), **members})


def entry(name: str = "List orders", url: str = "http://shop.test/orders", **members: Any) -> dict[str, Any]:
    return {"name": name, "id": name.lower().replace(" ", "-"), "request": {"url": url, **members}}


def folder(name: str, *items: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "item": list(items)}


def trip(
    body: bytes = b'{"id": 17}',
    status: int = 200,
    reason: str = "OK",
    *,
    request: HttpRequest | None = None,
    headers: tuple[tuple[str, str], ...] = HEADERS,
    cookies: tuple[Cookie, ...] = (),
) -> Trip:
    request = request or HttpRequest("GET", "http://shop.test/orders", (("Accept", "*/*"),))
    response = HttpResponse(status, reason, headers, body, request.url, elapsed_ms=12.3, wire_bytes=len(body))
    return Trip((Exchange(request, response),), cookies)


def checks(*assertions: Assertion, problem: Problem | None = None, source: str = "// one\ncheck()") -> ScriptRun:
    return ScriptRun(Script("test", source), assertions, problem)


@dataclass
class Run:
    """A run to be told to reports; results are added in order."""

    collections: Sequence[Collection]
    iterations: int = 1
    environment: VariableSet = NO_ENVIRONMENT
    globals: VariableSet = NO_GLOBALS
    results: list[ItemResult] = field(default_factory=list)

    def add(self, item: str = "", iteration: int = 0, **outcome: Any) -> ItemResult:
        """One execution of the item of this name, or of the first; a `trip` brings what was handed to the transport."""
        for collection in self.collections:
            for position, (folders, each) in enumerate(collection.items()):
                if item in ("", each.name):
                    length = sum(1 for _ in collection.items())
                    cursor = Cursor(iteration, self.iterations, position, length, f"ref-{len(self.results)}")
                    result = _result(cursor, collection, folders, each, outcome)
                    self.results.append(result)
                    return result
        raise AssertionError(item)

    def events(
        self,
        *,
        problem: Problem | None = None,
        interrupted: bool = False,
        drift: Drift | None = None,
        **left: Any,
    ) -> list[Event]:
        """All events; `environment` and `globals` are what scripts left of them."""
        tally = Tally()
        items = sum(1 for collection in self.collections for _ in collection.items())
        events: list[Event] = [
            RunStarted(tuple(self.collections), self.environment, self.globals, self.iterations, items, STARTED)
        ]
        for iteration in range(self.iterations):
            events.append(IterationStarted(iteration))
            for result in self.results:
                if result.cursor.iteration == iteration:
                    events.append(ItemStarted(result.cursor, result.collection, result.folders, result.item))
                    events.append(ItemFinished(result))
                    tally.add(result)
            tally.add_iteration()
            events.append(IterationFinished(iteration))
        failures = tuple(tally.failures)
        code = exit_code((one for _, one in failures), executed=tally.executed, interrupted=interrupted)
        if drift is not None and any(drift.failing()):
            code = worst({code, ExitCode.CONTRACT})
        summary = replace(tally.summary(), started=STARTED, completed=STARTED + 1.5)
        environment, globals_ = left.get("environment", self.environment), left.get("globals", self.globals)
        return [*events, RunFinished(summary, failures, int(code), environment, globals_, problem, drift=drift)]


def _result(
    cursor: Cursor, collection: Collection, folders: tuple[Folder, ...], item: Item, outcome: dict[str, Any]
) -> ItemResult:
    answered = outcome.get("trip")
    if answered is not None:
        outcome = {"outgoing": answered.request, "request": item.request, **outcome}
    return ItemResult(cursor, collection, folders, item, started=STARTED, elapsed_ms=20.0, **outcome)


def tell(events: Iterable[Event], *reporters: Reporter) -> None:
    for event in events:
        for reporter in reporters:
            reporter.handle(event)


def terminal(
    events: Iterable[Event],
    *,
    color: bool = False,
    progress: bool = False,
    verbose: bool = False,
    brief: bool = False,
    stream: Any = None,
) -> str:
    """What the terminal report writes."""
    stream = stream or io.StringIO()
    tell(events, TerminalReport(stream, color=color, progress=progress, verbose=verbose, mask=Mask(), brief=brief))
    return str(stream.getvalue())
