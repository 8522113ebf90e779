"""Events as JSON data, masked, and back: what a line of the event log holds; docs/event-log.md describes it.

The collections are written once, with `RunStarted`. After that an item is a pair of numbers, its collection and its
place in it; a script is its number among all scripts; and what failed is told by the `ref` of its execution.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, get_args

from paceline.drift.finding import LEVELS, Finding, Level
from paceline.drift.outcome import Change, Drift
from paceline.engine.events import (
    AssertionChecked,
    CallFinished,
    ConsoleLogged,
    Event,
    ItemFinished,
    ItemStarted,
    RunFinished,
    RunStarted,
)
from paceline.errors import Location, PacelineError, RequestError
from paceline.model.collection import Auth, Collection, Folder, FormPart, Item, Param, Script, Url
from paceline.model.exchange import Cookie, HttpRequest, HttpResponse
from paceline.model.outcome import Cursor, Failure, ItemResult, ScriptRun, VariableRead, VariableWrite
from paceline.model.variables import Variable
from paceline.report.drift_masking import masked_names
from paceline.report.masking import Mask, hidden
from paceline.report.record_json import Field, Json, RecordReader, RecordWriter
from paceline.report.secret_names import is_declared, is_secret_name, is_secret_parameter

_EVENTS: Final[Mapping[str, type]] = {kind.__name__: kind for kind in get_args(Event)}

#: Events and results know their collection and folders by their item.
_OF_ITEM: Final = (ItemStarted, ItemResult)
_WITH_ITEM: Final = (ItemStarted, ConsoleLogged, AssertionChecked, CallFinished, ItemResult)


class _Places:
    """Items and scripts by number."""

    def __init__(self, collections: Sequence[Collection]) -> None:
        self.collections = collections
        self.items = [list(collection.items()) for collection in collections]
        self.scripts = [script for collection in collections for script in _scripts(collection)]
        self._of_item = {
            id(item): [number, at] for number, items in enumerate(self.items) for at, (_, item) in enumerate(items)
        }
        self._of_script = {id(script): number for number, script in enumerate(self.scripts)}

    def of_item(self, item: Item) -> list[int]:
        return self._of_item[id(item)]

    def of_script(self, script: Script) -> int | None:
        return self._of_script.get(id(script))


# --- Writing ---


class EventWriter:
    """Makes JSON data of the events of one run, `RunStarted` first. Secrets that the mask knows are hidden."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._places = _Places(())
        self._declared: frozenset[str] = frozenset()
        self._told: set[str] = set()
        by_type: dict[Any, Callable[[Any], Any]] = {
            str: mask.text,
            bytes: self._bytes,
            Any: mask.data,
            Mapping[str, Any]: mask.data,
            Location: self._location,
            PacelineError: self._error,
            Collection: self._collection,
        }
        left_out = {(kind, name) for kind in _OF_ITEM for name in ("collection", "folders")}
        self._records = RecordWriter(by_type, self._by_field(), frozenset(left_out))

    def _by_field(self) -> dict[Field, Callable[[Any], Any]]:
        mask = self._mask
        return {
            # What holds a secret by its place or its name, not by its value.
            (Auth, "params"): self._parameters,
            (Cookie, "value"): lambda cookie: mask.cookie(cookie).value,
            (FormPart, "value"): lambda part: self._labelled(part.key, part.value),
            (HttpRequest, "headers"): lambda request: mask.headers(request.headers),
            (HttpResponse, "headers"): lambda response: mask.headers(response.headers),
            (Param, "value"): lambda param: self._labelled(param.key, param.value),
            (Url, "auth"): lambda url: hidden(url.auth),
            (Variable, "value"): lambda one: self._variable(one.key, one.value, is_declared(one.type)),
            (VariableRead, "value"): lambda one: self._variable(one.name, one.value, one.name in self._declared),
            (VariableWrite, "value"): lambda one: self._variable(one.name, one.value, one.name in self._declared),
            # What is no prose.
            (Change, "accepted_by"): lambda change: masked_names(change.accepted_by, mask),
            (Change, "old_lines"): lambda change: [masked_names(line, mask) for line in change.old_lines],
            (Change, "new_lines"): lambda change: [masked_names(line, mask) for line in change.new_lines],
            (Finding, "pointer"): lambda finding: masked_names(finding.pointer, mask),
            (Cursor, "ref"): lambda cursor: cursor.ref,
            (Script, "source"): lambda script: mask.source(script.source),
            (VariableRead, "set_by"): lambda one: one.set_by,
            # What a mask would change, or a type hint does not tell.
            (HttpRequest, "full_size"): lambda request: request.size,
            (HttpResponse, "full_size"): lambda response: response.size,
            (ScriptRun, "next_request"): lambda run: mask.data(run.next_request),
            # What was written before.
            **{(kind, "item"): lambda owner: self._places.of_item(owner.item) for kind in _WITH_ITEM},
            (ScriptRun, "script"): self._script,
            (RunFinished, "failures"): lambda event: list(self._failures(event.failures)),
        }

    def data(self, event: Event) -> Json:
        """The event as JSON data: its name under `event`, then its fields."""
        if isinstance(event, RunStarted):
            self._places = _Places(event.collections)
            sets = (event.environment.variables, event.globals.variables, *(one.variables for one in event.collections))
            self._declared = frozenset(one.key for variables in sets for one in variables if is_declared(one.type))
        data = {"event": type(event).__name__, **self._records.record(event)}
        if isinstance(event, ItemFinished) and any(event.result.failures()):
            self._told.add(event.result.cursor.ref)
        return data

    def _bytes(self, content: bytes) -> str | Json:
        masked = self._mask.body(content)
        try:
            return masked.decode("utf-8")
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(masked).decode("ascii")}

    def _location(self, at: Location) -> list[str]:
        return [self._mask.text(at.file), self._mask.text(at.pointer)]

    def _error(self, error: PacelineError) -> Json:
        data: Json = {"class": type(error).__name__, "what": self._mask.text(error.what)}
        if error.where is not None:
            data["at"] = self._location(error.where)
        if error.fix:
            data["fix"] = self._mask.text(error.fix)
        if isinstance(error, RequestError):
            data["code"] = error.code
        return data

    def _labelled(self, label: str, value: Any) -> Any:
        return self._mask.data({"key": label, "value": value})["value"]

    def _variable(self, name: str, value: Any, declared: bool) -> Any:
        return hidden(value) if declared or is_secret_name(name) else self._mask.data(value)

    def _parameters(self, auth: Auth) -> list[tuple[str, Any]]:
        return [
            (self._mask.text(name), hidden(value) if is_secret_parameter(auth.type, name) else self._mask.data(value))
            for name, value in auth.params
        ]

    def _script(self, run: ScriptRun) -> int | Json:
        number = self._places.of_script(run.script)
        return self._records.record(run.script) if number is None else number

    def _collection(self, collection: Collection) -> Json:
        """A collection without nesting, for folders may lie a thousand deep: each entry is told with its depth."""
        data = self._records.record(replace(collection, children=(), source={}))
        if collection.source:
            data["source"] = self._mask.data(_own(collection.source))
        data["children"] = [
            [depth, self._records.record(child)]
            if isinstance(child, Item)
            else [depth, self._records.record(replace(child, children=())), self._mask.data(entry)]
            for depth, child, entry in _entries(collection)
        ]
        return data

    def _failures(self, failures: Sequence[tuple[ItemResult, Failure]]) -> Iterator[list[Any]]:
        """Each as the execution and its place among what failed there; an execution that was not told yet is."""
        for result, failure in failures:
            ref = result.cursor.ref
            told = ref in self._told
            self._told.add(ref)
            index = _index(result, failure)
            yield [
                ref if told else self._records.record(result),
                self._records.record(failure) if index is None else index,
            ]


def _index(result: ItemResult, failure: Failure) -> int | None:
    """Which failure of the execution it is; None when it is none of its own."""
    own = list(result.failures())
    same = (at for at, each in enumerate(own) if each.problem is failure.problem and each == failure)
    return next(same, own.index(failure) if failure in own else None)  # two may read alike


# --- Reading ---


class EventReader:
    """Makes events of JSON data; what does not fit is a ValueError, TypeError, KeyError or IndexError.

    Attributes:
        failed: executions that `RunFinished` may name, by their `ref`; whoever reads on to the end fills it.
    """

    def __init__(self) -> None:
        self.failed: dict[str, ItemResult] = {}
        self._places = _Places(())
        self._records = RecordReader(
            {bytes: _bytes, Location: _location, PacelineError: _error, Collection: self._collection},
            {
                **{(kind, "item"): lambda data: self._item(data)[1] for kind in _WITH_ITEM},
                **{(kind, "folders"): lambda data: self._item(data)[0] for kind in _OF_ITEM},
                **{(kind, "collection"): lambda data: self._places.collections[data["item"][0]] for kind in _OF_ITEM},
                (Drift, "fail_on"): lambda data: _level(data["fail_on"]),
                (Finding, "level"): lambda data: _level(data["level"]),
                (ScriptRun, "next_request"): lambda data: data.get("next_request"),
                (ScriptRun, "script"): self._script,
                (RunFinished, "failures"): lambda data: tuple(self._failures(data["failures"])),
            },
        )

    def event(self, data: Json) -> Event | None:
        """The event; None for one of a kind that only a newer version knows."""
        kind = _EVENTS.get(data["event"])
        if kind is None:
            return None
        event: Event = self._records.record(data, kind)
        if isinstance(event, RunStarted):
            self._places = _Places(event.collections)
        return event

    def _item(self, data: Json) -> tuple[tuple[Folder, ...], Item]:
        number, at = data["item"]
        found: tuple[tuple[Folder, ...], Item] = self._places.items[number][at]
        return found

    def _script(self, data: Json) -> Script:
        script = data["script"]
        found: Script = (
            self._places.scripts[script] if isinstance(script, int) else self._records.record(script, Script)
        )
        return found

    def _collection(self, data: Json) -> Collection:
        levels = [_Level(data)]
        for depth, entry, *source in data["children"]:
            while len(levels) > depth + 1:
                self._close(levels)
            if source:
                levels.append(_Level(entry, source[0]))
            else:
                item = self._records.record(entry, Item)
                levels[-1].add(item, item.source)
        while len(levels) > 1:
            self._close(levels)
        source = {**data["source"], "item": levels[0].sources} if "source" in data else {}
        collection: Collection = self._records.record(
            data, Collection, children=tuple(levels[0].children), source=source
        )
        return collection

    def _close(self, levels: list[_Level]) -> None:
        """The innermost folder is complete."""
        level = levels.pop()
        folder = self._records.record(level.data, Folder, children=tuple(level.children))
        levels[-1].add(folder, {**level.source, "item": level.sources})

    def _failures(self, failures: list[Any]) -> Iterator[tuple[ItemResult, Failure]]:
        for told, failure in failures:
            if isinstance(told, str):
                result = self.failed[told]
            else:
                result = self._records.record(told, ItemResult)
                self.failed[result.cursor.ref] = result
            is_own = isinstance(failure, int)
            yield result, list(result.failures())[failure] if is_own else self._records.record(failure, Failure)


@dataclass(slots=True)
class _Level:
    """The collection or a folder while its entries are read.

    Attributes:
        data: its record; source: its own part of the file.
    """

    data: Json
    source: Json = field(default_factory=dict)
    children: list[Folder | Item] = field(default_factory=list)
    sources: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, child: Folder | Item, source: Mapping[str, Any]) -> None:
        self.children.append(child)
        self.sources.append(source)


def _bytes(data: Any) -> bytes:
    if isinstance(data, str):
        return data.encode("utf-8")
    return base64.b64decode(data["base64"], validate=True)


def _level(data: Any) -> Level:
    """A level, by which findings are put in order: no newer version has others."""
    return LEVELS[LEVELS.index(data)]


def _location(data: Any) -> Location:
    file, pointer = data
    return Location(file, pointer)


def _error(data: Json) -> PacelineError:
    from paceline.transport import cassette_errors  # noqa: F401  so that its classes are known

    name = data["class"]
    kind = next((each for each in _subclasses(PacelineError) if each.__name__ == name), None)
    if kind is None:  # of a newer version; reports show its name
        kind = type(name, (RequestError if "code" in data else PacelineError,), {})
    args = (data["what"], _location(data["at"]) if "at" in data else None, data.get("fix", ""))
    return kind(*args, data["code"]) if issubclass(kind, RequestError) else kind(*args)


def _subclasses(kind: type[PacelineError]) -> Iterator[type[PacelineError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _subclasses(each)


# --- The entries of a collection ---


def _entries(collection: Collection) -> Iterator[tuple[int, Folder | Item, Mapping[str, Any]]]:
    """Every folder and item in collection order, each with its depth and its own part of the file."""
    stack = [_paired(collection.children, collection.source)]
    while stack:
        pair = next(stack[-1], None)
        if pair is None:
            stack.pop()
            continue
        child, entry = pair
        yield len(stack) - 1, child, _own(entry)
        if isinstance(child, Folder):
            stack.append(_paired(child.children, entry))


def _paired(
    children: Sequence[Folder | Item], source: Mapping[str, Any]
) -> Iterator[tuple[Folder | Item, Mapping[str, Any]]]:
    """Folders and items with their JSON; null entries of a file are none, and what never was a file has no JSON."""
    entries = [entry for entry in source.get("item") or () if entry is not None]
    return zip(children, entries if source else [{}] * len(children), strict=True)


def _own(entry: Mapping[str, Any]) -> Json:
    """An entry of a file without those within it."""
    return {name: value for name, value in entry.items() if name != "item"}


def _scripts(collection: Collection) -> Iterator[Script]:
    yield from collection.scripts
    for _, child, _ in _entries(collection):
        yield from child.scripts
