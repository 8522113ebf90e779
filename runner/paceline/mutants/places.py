"""Where an answer can be changed: the places of a JSON body, and bodies with one place changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from paceline.drift.forms import key_form
from paceline.drift.pointers import ITEM, escaped_name

Kind = Literal["null", "boolean", "number", "string", "array", "object"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """All values of a body that have the same place, whatever row or entry of a map they belong to.

    Attributes:
        pointer: JSON Pointer with `*` for every item of a list and every entry of a map whose keys are ids.
        path: steps to the value that stands for them: the last one that is not null. A check that looks at the first
            row only is not a check of a list.
        value: that value.
        siblings: the object that has it as a field; None for the body itself, items of lists and entries of maps.
        kinds: of all values at the place.
        always: whether no object at the place lacks the field.
        empty: whether one of them is an empty list.
    """

    pointer: str
    path: Path
    value: Any
    siblings: dict[str, Any] | None
    kinds: frozenset[Kind]
    always: bool = True
    empty: bool = False

    @property
    def name(self) -> str:
        """The field's name; empty where there is none."""
        return str(self.path[-1]) if self.siblings is not None else ""


@dataclass(slots=True)
class _Gathered:
    """What is known of a place while the body is walked through; `count` is the number of values."""

    path: Path
    value: Any
    parent: str
    siblings: dict[str, Any] | None
    kinds: set[Kind] = field(default_factory=set)
    count: int = 0
    empty: bool = False


def places(body: Any) -> list[Place]:
    """The places of a JSON body, each once, in the order in which they first come; the body itself is the first.

    >>> [place.pointer for place in places({"data": [{"id": 1}, {"id": 2, "at": None}]})]
    ['', '/data', '/data/*', '/data/*/id', '/data/*/at']
    """
    found: dict[str, _Gathered] = {}
    records: dict[str, int] = {}  # how many objects there are at a place
    for pointer, parent, path, value, siblings in _walk(body):
        known = found.setdefault(pointer, _Gathered(path, value, parent, siblings))
        if value is not None:
            known.path, known.value, known.siblings = path, value, siblings
        known.count += 1
        known.kinds.add(kind_of(value))
        known.empty |= value == []
        if isinstance(value, dict):
            records[pointer] = records.get(pointer, 0) + 1
    return [
        Place(
            pointer,
            one.path,
            one.value,
            one.siblings,
            frozenset(one.kinds),
            one.siblings is None or one.count == records[one.parent],
            one.empty,
        )
        for pointer, one in found.items()
    ]


_Visit = tuple[str, str, Path, Any, dict[str, Any] | None]


def _walk(body: Any) -> Iterator[_Visit]:
    pending: list[_Visit] = [("", "", (), body, None)]
    while pending:
        visit = pending.pop()
        yield visit
        pointer, _, path, value, _ = visit
        inner: list[_Visit] = []
        if isinstance(value, dict):
            for name, member in value.items():
                step, siblings = (escaped_name(name), value) if key_form(name) is None else (ITEM, None)
                inner.append((f"{pointer}/{step}", pointer, (*path, name), member, siblings))
        elif isinstance(value, list):
            inner = [(f"{pointer}/{ITEM}", pointer, (*path, at), item, None) for at, item in enumerate(value)]
        pending.extend(reversed(inner))


def kind_of(value: Any) -> Kind:
    """JSON's own word for what a value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def replaced(body: Any, path: Path, value: Any) -> Any:
    """The body with another value at the end of a path. What is not on the path is shared, not copied.

    >>> replaced({"a": [1, 2]}, ("a", 1), None)
    {'a': [1, None]}
    """
    if not path:
        return value
    copy = body.copy()
    copy[path[0]] = replaced(body[path[0]], path[1:], value)
    return copy


def dropped(body: Any, path: Path) -> Any:
    """The body without the member at the end of a path.

    >>> dropped({"a": {"b": 1, "c": 2}}, ("a", "b"))
    {'a': {'c': 2}}
    """
    copy = body.copy()
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = dropped(body[path[0]], path[1:])
    return copy
