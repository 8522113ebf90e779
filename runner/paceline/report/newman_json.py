"""The JSON report, in the shape of Newman's (newman, lib/reporters/json/index.js and lib/run/summary.js).

Tools that read Newman's report read this one. On purpose different:

- An execution always shows its own request. In Newman one that called `pm.sendRequest` is listed twice and shows the
  request of the script; here that is in `subRequests`.
- Items that were skipped are listed too, with the reason under `skipped`.
- An execution also has the `path` of its folders and what scripts wrote to the `console`.
- The item of an execution or failure comes without its saved responses, and the `parent` of a failure is just its id
  and name; both are in `collection`. Otherwise the report would grow with the square of the collection.
- `run.timings` has no dns and firstByte numbers, since nothing measures them; Newman shows zeros.
- Ids are made from the position in the run, so that two reports of equal runs differ in nothing but times.
- Several collections become one `collection` whose folders they are.
- A run that was compared with a lock has a member `drift` beside `run`.
- One execution or failure is one line, which makes the file a third of Newman's, and fit for `grep`.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from paceline.engine.events import Count, Event, ItemFinished, RunFinished, RunStarted, Summary
from paceline.formats.variables import environment_to_json
from paceline.model.collection import Item
from paceline.model.contract import ContractVerdict
from paceline.model.outcome import Assertion, Cursor, Failure, ItemResult, Problem, ScriptCall, ScriptRun
from paceline.report.drift_json import drift_json
from paceline.report.files import report_path, require_writable, writing
from paceline.report.masking import Mask
from paceline.report.names import path_of
from paceline.report.sdk_json import (
    collection_pieces,
    encoded,
    item_json,
    made_id,
    sent_json,
    template_json,
    trip_text,
)

_STATS: Final = "iterations items scripts prerequests requests tests assertions testScripts prerequestScripts".split()
_FRAME: Final = re.compile(r"at (\S+) \(line (\d+):(\d+)\)")


class JsonReport:
    """Writes the report when the run has finished.

    Until then the results are kept, bodies and all: the shape demands that everything is in one file.

    Args:
        path: file or folder; None for `paceline/paceline-run-<time>.json`.
        mask: shared by all reports of the run.

    Raises:
        FileError: nothing can be written there.
    """

    def __init__(self, path: str | Path | None, mask: Mask) -> None:
        require_writable(path)
        self.written: Path | None = None
        self._path = path
        self._mask = mask
        self._started: RunStarted | None = None
        self._results: list[ItemResult] = []

    def handle(self, event: Event) -> None:
        """Take the next event.

        Raises:
            FileError: the report cannot be written.
        """
        self._mask.observe(event)
        if isinstance(event, ItemFinished):
            self._results.append(event.result)
        elif isinstance(event, RunStarted):
            self._started = event
        elif isinstance(event, RunFinished) and self._started is not None:
            path = report_path(self._path, "json", self._started.started)
            with writing(path) as file:
                file.writelines(_Document(self._mask).pieces(self._started, self._results, event))
            self.written = path


class _Document:
    """The report as text; items are encoded once, however often they ran."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._items: dict[int, str] = {}

    def pieces(self, started: RunStarted, results: Sequence[ItemResult], finished: RunFinished) -> Iterator[str]:
        """The whole file in pieces."""
        mask, summary = self._mask, finished.summary
        yield '{"collection":'
        yield from collection_pieces(started.collections, mask)
        for name, variables in (("environment", finished.environment), ("globals", finished.globals)):
            yield f',\n"{name}":{encoded(environment_to_json(mask.variables(variables)))}'
        yield f',\n"run":{{"stats":{encoded(_stats(summary))}'
        yield f',\n"timings":{encoded(_timings(summary))}'
        yield ',\n"executions":['
        yield from _listed(map(self._execution, results))
        yield f'],\n"transfers":{encoded({"responseTotal": summary.received_bytes})}'
        yield ',\n"failures":['
        yield from _listed(self._failures(finished.failures))
        problem = finished.problem
        error = None if problem is None else self._error(problem)
        yield f'],\n"error":{encoded(error)}}}'
        if finished.drift is not None:
            yield f',\n"drift":{encoded(drift_json(finished.drift, mask))}'
        yield "}\n"

    # --- Executions ---

    def _execution(self, result: ItemResult) -> str:
        mask, ref = self._mask, result.cursor.ref
        request = result.trip.request if result.trip is not None else result.outgoing
        template = result.request or result.item.request
        members: dict[str, str | None] = {
            "cursor": encoded(_cursor(result.cursor)),
            "item": self._item(result.item),
            "request": encoded(
                sent_json(request, template, mask) if request is not None else template_json(template, mask)
            ),
            "response": trip_text(result.trip, made_id(ref, "response"), mask),
        }
        if result.calls:
            calls = (self._call(call, made_id(ref, "call", at)) for at, call in enumerate(result.calls))
            members["subRequests"] = f"[{','.join(calls)}]"
        told = {
            "requestError": self._request_error(result),
            "assertions": [self._assertion(one) for one in result.assertions()],
            "contract": self._contract(result.contract, len(result.pages)),
            "prerequestScript": self._script_errors(result, "prerequest", result.prerequests),
            "testScript": self._script_errors(result, "test", result.tests),
            "console": [{"level": one.level, "values": mask.data(one.values)} for one in result.console],
            "skipped": None if result.skipped is None else mask.text(result.skipped),
        }
        rest: dict[str, Any] = {"id": result.item.id, "path": [mask.text(name) for name in path_of(result)]}
        rest.update((name, value) for name, value in told.items() if value)
        return f"{_object(members)[:-1]},{encoded(rest)[1:]}"

    def _contract(self, verdict: ContractVerdict | None, pages: int) -> dict[str, Any] | None:
        """What the contract says, and of how many further pages of a list; Newman has no such thing."""
        if verdict is None or not verdict.checked:
            return None
        text = self._mask.text
        breaches = [
            {
                "rule": breach.rule,
                "pointer": text(breach.pointer),
                "expected": text(breach.expected),
                "got": text(breach.got),
                "schema": str(breach.at),
            }
            for breach in verdict.breaches
        ]
        unknown = [text(field.pointer) for field in verdict.unknown]
        told = {"checked": list(verdict.checked), "breaches": breaches, "unknownFields": unknown}
        return told | ({"furtherPages": pages} if pages else {})

    def _item(self, item: Item) -> str:
        text = self._items.get(id(item))
        if text is None:
            text = self._items[id(item)] = encoded(item_json(item, self._mask))
        return text

    def _call(self, call: ScriptCall, id: str) -> str:
        request = call.request if call.trip is None else call.trip.request
        error = None if call.problem is None else encoded(self._error(call.problem))
        return _object(
            {
                "request": encoded(sent_json(request, None, self._mask)),
                "response": trip_text(call.trip, id, self._mask),
                "requestError": error,
            }
        )

    def _assertion(self, assertion: Assertion) -> dict[str, Any]:
        name = self._mask.text(assertion.name)
        data: dict[str, Any] = {"assertion": name, "skipped": assertion.skipped}
        if assertion.problem is not None:
            data["error"] = self._checked(assertion.problem, name, assertion.index)
        return data

    def _request_error(self, result: ItemResult) -> dict[str, Any] | None:
        error = result.error
        if error is None:
            return None
        problem = Problem(type(error).__name__, error.what, fix=error.fix)
        code = getattr(error, "code", None)
        return self._error(problem) | ({"code": code} if code else {})

    def _script_errors(self, result: ItemResult, kind: str, runs: Sequence[ScriptRun]) -> list[dict[str, Any]]:
        """Errors outside assertions, scripts without one being left out as in Newman."""
        problems = [run.problem for run in runs if run.problem is not None]
        if kind == "test" and result.flow_problem is not None:
            problems.append(result.flow_problem)
        return [
            {"error": self._error(problem) | self._trace(problem, result, kind, at)}
            for at, problem in enumerate(problems)
        ]

    # --- Errors ---

    def _error(self, problem: Problem) -> dict[str, Any]:
        data = {"name": problem.name, "message": self._mask.text(problem.message)}
        if problem.stack:
            data["stack"] = f"{data['name']}: {data['message']}\n{self._mask.text(problem.stack)}"
        if problem.fix:
            data["fix"] = self._mask.text(problem.fix)
        return data

    def _checked(self, problem: Problem, name: str, index: int) -> dict[str, Any]:
        error = self._error(problem)
        return {"name": error.pop("name"), "index": index, "test": name, **error}

    def _trace(self, problem: Problem, result: ItemResult, *place: object) -> dict[str, Any]:
        """What Newman adds to every error: a checksum to tell equal ones, an id to tell all of them, time and stack."""
        told = self._mask.text(f"{result.item.id}\n{problem.name}\n{problem.message}\n{problem.stack}")
        return {
            "checksum": hashlib.md5(told.encode("utf-8", "replace"), usedforsecurity=False).hexdigest(),
            "id": made_id(result.cursor.ref, "error", *place),
            "timestamp": int(result.started * 1000 + result.elapsed_ms),
            "stacktrace": [
                {"functionName": name, "lineNumber": int(line), "columnNumber": int(column)}
                for name, line, column in _FRAME.findall(problem.stack)
            ],
        }

    def _failures(self, failures: Sequence[tuple[ItemResult, Failure]]) -> Iterator[str]:
        for at, (result, failure) in enumerate(failures):
            problem = failure.problem
            if failure.assertion is None:
                error = self._error(problem)
            else:
                error = self._checked(problem, self._mask.text(failure.assertion), failure.index or 0)
            if failure.kind == "request" and (code := getattr(result.error, "code", None)):
                error["code"] = code
            parent = result.folders[-1] if result.folders else result.collection
            yield _object(
                {
                    "error": encoded(error | self._trace(problem, result, failure.at, at)),
                    "at": encoded(failure.at),
                    "source": self._item(result.item),
                    "parent": encoded({"id": parent.id, "name": self._mask.text(parent.name)}),
                    "cursor": encoded(_cursor(result.cursor)),
                }
            )


def _object(members: dict[str, str | None]) -> str:
    """An object of members that are encoded already; those that are None are left out."""
    pairs = (f'"{name}":{value}' for name, value in members.items() if value is not None)
    return f"{{{','.join(pairs)}}}"


def _listed(lines: Iterable[str]) -> Iterator[str]:
    for at, line in enumerate(lines):
        yield f"{',' if at else ''}\n{line}"


def _cursor(cursor: Cursor) -> dict[str, Any]:
    return {
        "ref": cursor.ref,
        "length": cursor.length,
        "cycles": cursor.cycles,
        "position": cursor.position,
        "iteration": cursor.iteration,
    }


def _stats(summary: Summary) -> dict[str, Any]:
    counts = {name: summary.counts.get(name, Count()) for name in _STATS}
    return {name: {"total": one.total, "pending": 0, "failed": one.failed} for name, one in counts.items()}


def _timings(summary: Summary) -> dict[str, Any]:
    times = summary.response_ms or (0.0,)
    average = sum(times) / len(times)
    return {
        "responseAverage": average,
        "responseMin": math.ceil(min(times)),
        "responseMax": math.ceil(max(times)),
        "responseSd": math.sqrt(sum((time - average) ** 2 for time in times) / len(times)),
        "started": int(summary.started * 1000),
        "completed": int(summary.completed * 1000),
    }
