"""At which places of an answer a test script looks.

The script is run once more, with the answer that it had, and what it is given of that answer takes notes. Its verdict
counts for nothing, it sends nothing, and what it sets is forgotten.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Final

from paceline.drift.forms import key_form
from paceline.drift.pointers import ITEM, escaped_name
from paceline.engine.context import cursor_json, legacy_json, script_context, sent_request_json
from paceline.engine.preflight import names_set
from paceline.engine.selection import step_of
from paceline.model.collection import Script
from paceline.model.exchange import HttpRequest
from paceline.model.outcome import Assertion, ConsoleMessage, ItemResult, Problem, ScriptCall
from paceline.resolve.scopes import Scopes
from paceline.script.execution import Answer, Environment, ScriptResult, execute, is_blank
from paceline.script.problems import on_one_line, put_before
from paceline.script.process import Turns

#: Seconds for one script; what it has looked at by then is known all the same.
_SECONDS: Final = 10.0
_REFUSAL: Final = "nothing is sent while a script is only looked at"


@dataclass(frozen=True, slots=True)
class Touched:
    """What one test script looked at in one answer.

    Attributes:
        places: JSON Pointers into the body, with `*` for every item of a list and every entry of a map, the empty one
            for the whole body; also members that the answer did not have. What is not of the body goes by the words of
            a finding: `status`, `content-type`, `header:link`, `cookie:sid`, `latency`.
        empty: those of the pointers at which there was nothing, null or an empty text.
        origins: where variables that the script set are from: by name, the pointers at which the value was read. Of
            one that it took away or set to nothing, or did not come to set since a check failed before, the empty ones.
    """

    script: Script
    places: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    origins: Mapping[str, frozenset[str]] = field(default_factory=dict)


def touched_by(result: ItemResult, scopes: Scopes, sandbox: Turns) -> tuple[Touched, ...]:
    """What the test scripts of an item looked at, in their order; nothing where there was no answer.

    Args:
        scopes: the variables as the first of them found them; what a script sets, the next one sees.

    Raises:
        SandboxError: the sandbox does not start.
    """
    if result.trip is None:
        return ()
    request = sent_request_json(result.request or result.item.request, result.trip)
    step = step_of(result.collection, result.folders, result.item)
    found = []
    for run in result.tests:
        if is_blank(run.script.source):
            continue
        context = script_context(scopes, request, result.trip)
        notes = _Notes(uuid.uuid4().hex)
        legacy, cursor = legacy_json(step, run.script), cursor_json(result.cursor)
        world = Environment(_refuse_call, _refuse_cookies, _SECONDS)
        talk = execute(sandbox, _watched(run.script, notes.mark), context, legacy, cursor, world)
        ended = notes.listen(talk)
        for name, scope in zip(("local", "environment", "collection", "globals"), scopes.in_order(), strict=True):
            scope.apply(ended.mutations.get(name))
        found.append(notes.touched(run.script, broke=ended.problem is not None))
    return tuple(found)


def covers(touched: str, pointer: str) -> bool:
    """Whether whoever looks at one place loses something when another one goes: itself, or what it lies in.

    >>> covers("/data/*/id", "/data"), covers("/data", "/data/*/id"), covers("status", "status")
    (True, False, True)
    """
    if not _is_pointer(touched) or not _is_pointer(pointer):
        return touched == pointer
    own, other = touched.split("/"), pointer.split("/")
    return len(own) >= len(other) and all(
        one == two or ITEM in {one, two} for one, two in zip(own, other, strict=False)
    )


def _is_pointer(place: str) -> bool:
    return place[:1] in {"", "/"}


class _Notes:
    """What a script under watch tells: console messages behind a mark that only this run knows."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self._valued: dict[str, bool] = {}
        self._words: set[str] = set()
        self._origins: dict[str, frozenset[str]] = {}
        self._failed = False

    def listen(self, talk: Any) -> ScriptResult:
        while True:
            try:
                said = next(talk)
            except StopIteration as stop:
                ended: ScriptResult = stop.value
                return ended
            if isinstance(said, ConsoleMessage) and said.values[:1] == (self.mark,):
                self._take(*said.values[1:])
            elif isinstance(said, Assertion):
                self._failed = self._failed or said.failed

    def _take(self, kind: str, subject: str, detail: Any = None) -> None:
        if kind == "word":
            self._words.add(subject)
        elif kind == "touch":
            pointer = _pointer(json.loads(subject))
            self._valued[pointer] = self._valued.get(pointer, False) or bool(detail)
        else:
            places = frozenset(map(_pointer, json.loads(detail)))
            self._origins[subject] = self._origins.get(subject, frozenset()) | places

    def touched(self, script: Script, *, broke: bool) -> Touched:
        empty = frozenset(pointer for pointer, valued in self._valued.items() if not valued)
        origins = dict(self._origins)
        if broke or self._failed:
            missed = {name for name in names_set(script.source) if name} - origins.keys()
            origins |= dict.fromkeys(sorted(missed), empty)
        return Touched(script, frozenset(self._valued) | self._words, empty, origins)


def _pointer(path: Sequence[str | int]) -> str:
    """A pointer with `*` for indexes, which come as numbers, and for names that are ids."""
    return "".join(f"/{ITEM if isinstance(step, int) or key_form(step) else escaped_name(step)}" for step in path)


def _watched(script: Script, mark: str) -> Script:
    return replace(script, source=put_before(script.source, _line().replace("'MARK'", json.dumps(mark))))


@cache
def _line() -> str:
    return on_one_line(resources.files(__package__).joinpath("touching.js").read_text("utf-8"))


def _refuse_call(data: Mapping[str, Any], number: int) -> Answer:  # noqa: ARG001 - the signature of `Environment.send`
    request = HttpRequest(str(data.get("method") or "GET"), str(data.get("url") or ""))
    thrown = {"type": "Error", "name": "Error", "message": _REFUSAL, "code": "EREFUSED"}
    return Answer(ScriptCall(request, problem=Problem("RequestError", _REFUSAL)), error=thrown)


def _refuse_cookies(method: str, args: list[Any]) -> Any:  # noqa: ARG001 - the signature of `Environment.cookies`
    raise ValueError(_REFUSAL)
