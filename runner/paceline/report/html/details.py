"""All that the page shows of one execution of an item, as data without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from paceline.errors import Location
from paceline.model.collection import Script
from paceline.model.contract import Breach, ContractVerdict
from paceline.model.outcome import Failure, ItemResult, Problem, ScriptCall
from paceline.report.excerpt import console_text
from paceline.report.exchange_lines import url_of
from paceline.report.html.exchanges import trip_json, unanswered_json
from paceline.report.html.visualizer import visualizer_json
from paceline.report.masking import Mask
from paceline.report.names import path_of

_LONGEST_MESSAGE: Final = 20_000
_MOST_MESSAGES: Final = 1_000
_MOST_FRAMES: Final = 3
_LINE: Final = re.compile(r"\bline (\d+)")


def detail_json(result: ItemResult, mask: Mask, nonce: str) -> dict[str, Any]:
    """What the page shows of an item when it is opened; members that would be empty are left out.

    Args:
        nonce: what the page's security policy asks of the style sheets of visualizers.
    """
    data: dict[str, Any] = {
        "path": [mask.text(name) for name in path_of(result)],
        **_sent(result, mask),
        "skipped": None if result.skipped is None else mask.text(result.skipped),
        "failures": failures_json(result, mask),
        "checks": [
            {
                "name": mask.text(check.name),
                "state": "skipped" if check.skipped else "failed" if check.failed else "passed",
            }
            | ({} if check.problem is None else {"message": _message(check.problem, mask)})
            for check in result.assertions()
        ],
        "contract": _contract(result.contract, mask),
        "calls": [_call(call, mask) for call in result.calls],
        "pages": [trip_json(page, mask) for page in result.pages],
        "console": _console(result, mask),
        "scripts": [
            {"listen": run.script.listen, "ms": round(run.elapsed_ms, 1)}
            for run in (*result.prerequests, *result.tests)
        ],
        "visualizer": visualizer_json(result.visualizer, mask, nonce),
    }
    return {name: value for name, value in data.items() if value not in (None, [], {})}


def failures_json(result: ItemResult, mask: Mask) -> list[dict[str, Any]]:
    """Why an item is not green, in the order of `ItemResult.failures`.

    A breach of the contract has `rule`, `pointer`, `expected` and `got`; every other failure has a `message`.
    """
    breaches = iter(result.contract.breaches if result.contract is not None else ())
    return [_failure(result, failure, breaches, mask) for failure in result.failures()]


def _failure(result: ItemResult, failure: Failure, breaches: Iterator[Breach], mask: Mask) -> dict[str, Any]:
    problem = failure.problem
    breach = next(breaches, None) if problem.name == "ContractBreach" else None
    if breach is not None:
        return {"kind": failure.kind, "title": f"Contract: {breach.rule}", **_breach(breach, mask)}
    title = failure.assertion if failure.assertion is not None else _TITLES.get(failure.at, failure.at)
    script = _script_of(result, problem)
    data: dict[str, Any] = {
        "kind": failure.kind,
        "title": mask.text(title),
        "message": _message(problem, mask),
        "fix": mask.text(problem.fix),
        "at": mask.text(_place(result, script)),
        "frames": list(_frames(script, problem, mask)),
    }
    return {name: value for name, value in data.items() if value}


_TITLES: Final = {
    "request": "The request failed",
    "contract": "Contract",
    "prerequest-script": "The pre-request script broke",
    "test-script": "The test script broke",
    "setNextRequest": "There is no such next request",
}


def _message(problem: Problem, mask: Mask) -> str:
    text = f"{problem.name}: {problem.message}" if problem.message else problem.name
    return mask.text(text)[:_LONGEST_MESSAGE]


def _script_of(result: ItemResult, problem: Problem) -> Script | None:
    """The script in which it happened."""
    for run in (*result.prerequests, *result.tests):
        if run.problem is problem or any(check.problem is problem for check in run.assertions):
            return run.script
    return None


def _place(result: ItemResult, script: Script | None) -> str:
    place = script.at if script is not None else None if result.error is None else result.error.where
    return "" if place is None or place == Location() else str(place)


def _frames(script: Script | None, problem: Problem, mask: Mask) -> Iterator[tuple[int, str]]:
    """The lines of the script that led there, innermost first, by number."""
    rows = script.source.splitlines() if script is not None else []
    numbers = dict.fromkeys(int(number) for number in _LINE.findall(problem.stack))
    for number in [number for number in numbers if 0 < number <= len(rows)][:_MOST_FRAMES]:
        yield number, mask.source(rows[number - 1].strip())[:_LONGEST_MESSAGE]


def _sent(result: ItemResult, mask: Mask) -> dict[str, Any]:
    """`trip`, or where nothing was sent what would have been."""
    if result.trip is not None:
        return {"trip": trip_json(result.trip, mask)}
    if result.outgoing is not None:
        return {"trip": unanswered_json(result.outgoing, mask)}
    template = result.request or result.item.request
    return {"template": {"method": mask.text(template.method), "url": mask.url(url_of(template))}}


def _breach(breach: Breach, mask: Mask) -> dict[str, Any]:
    data: dict[str, Any] = {
        "rule": breach.rule,
        "pointer": mask.text(breach.pointer),
        "expected": mask.text(breach.expected)[:_LONGEST_MESSAGE],
        "got": mask.text(breach.got)[:_LONGEST_MESSAGE],
        "at": mask.text(str(breach.at)),
    }
    return data if breach.page is None else {**data, "page": breach.page}


def _contract(verdict: ContractVerdict | None, mask: Mask) -> dict[str, Any] | None:
    if verdict is None or not verdict.checked:
        return None
    return {
        "key": mask.text(verdict.key),
        "checked": verdict.checked,
        "breaches": [_breach(breach, mask) for breach in verdict.breaches],
        "omitted": verdict.omitted,
        "unknown": [mask.text(field.pointer) for field in verdict.unknown],
    }


def _call(call: ScriptCall, mask: Mask) -> dict[str, Any]:
    data = unanswered_json(call.request, mask) if call.trip is None else trip_json(call.trip, mask)
    return data if call.problem is None else {**data, "problem": _message(call.problem, mask)}


def _console(result: ItemResult, mask: Mask) -> list[dict[str, str]]:
    told = [
        {"level": one.level, "text": mask.text(console_text(mask.data(one.values)))[:_LONGEST_MESSAGE]}
        for one in result.console[:_MOST_MESSAGES]
    ]
    left = len(result.console) - _MOST_MESSAGES
    return [*told, {"level": "info", "text": f"… and {left:,} messages more"}] if left > 0 else told
