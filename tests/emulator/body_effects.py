"""Planted changes in JSON: what is done to the members at a place, page counters and GraphQL included."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from tests.emulator.clock import iso
from tests.emulator.effect import Answer, Change, Effect, dumped, if_success

Edit = Callable[[Any, Any], None]
"""Changes a member or item: is given the object or list that has it, and its key or index."""


def _keys(holder: Any) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder))) if isinstance(holder, list) else []


def _places(value: Any, steps: list[str]) -> Iterator[tuple[Any, Any]]:
    """The holders and keys a pattern leads to. The last key may be missing in its holder, if that is an object."""
    step, *rest = steps
    keys = _keys(value) if step == "*" else [int(step)] if isinstance(value, list) else [step]
    for key in keys:
        if not rest:
            if isinstance(value, dict) or key in _keys(value):
                yield value, key
        elif key in _keys(value):
            yield from _places(value[key], rest)


def _edit_body(answer: Answer, where: str, edit: Edit, every: int = 1) -> None:
    body = json.loads(answer.body)
    for holder, key in list(_places(body, where.split("/")[1:]))[::every]:
        edit(holder, key)
    answer.body = dumped(body)


def _in_body(edit: Edit, every: int = 1) -> Change:
    """An edit of a success in JSON, at every place or at the first and every n-th after it."""

    def change(answer: Answer, where: str) -> None:
        if answer.is_json:
            _edit_body(answer, where, edit, every)

    return if_success(change)


def _at_value(value_of: Callable[[Any], Any]) -> Change:
    """Another value for each that is there and not null."""

    def edit(holder: Any, key: Any) -> None:
        if key in _keys(holder) and holder[key] is not None:
            holder[key] = value_of(holder[key])

    return _in_body(edit)


def _remove(holder: Any, key: Any) -> None:
    if key in _keys(holder):
        del holder[key]


REMOVED = Effect("removed", "breaking", _in_body(_remove))


def _rename(new: str) -> Edit:
    """The member keeps its position."""

    def edit(holder: Any, key: Any) -> None:
        members = [(new if each == key else each, value) for each, value in holder.items()]
        holder.clear()
        holder.update(members)

    return edit


def renamed(new: str) -> Effect:
    return Effect("removed", "breaking", _in_body(_rename(new)))


def added(value: Any) -> Effect:
    def edit(holder: Any, key: Any) -> None:
        holder[key] = value

    return Effect("new field", "additive", _in_body(edit))


def missing_in_every(nth: int) -> Effect:
    """Of the places, the first and every n-th after it lose the member."""
    return Effect("rare", "risky", _in_body(_remove, every=nth))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _uuid(value: Any) -> Any:
    return str(UUID(value))


NULL = Effect("null", "breaking", _at_value(lambda _: None))
AS_TEXT = Effect("type", "breaking", _at_value(_text))
AS_NUMBER = Effect("type", "breaking", _at_value(json.loads))
AS_OBJECT = Effect("type", "breaking", _at_value(lambda value: {"value": value}))
IN_A_LIST = Effect("type", "breaking", _at_value(lambda value: [value]))
AS_UUID = Effect("form", "breaking", _at_value(_uuid))
AS_DATE = Effect("type", "breaking", _at_value(iso))
IN_MILLISECONDS = Effect("form", "breaking", _at_value(lambda value: value * 1000))
UPPER_CASE = Effect("enum", "breaking", _at_value(str.upper))
EMPTY = Effect("empty", "risky", _at_value(lambda value: type(value)()))


def times(factor: float) -> Effect:
    return Effect("range", "risky", _at_value(lambda value: value * factor))


def replaced(old: str, new: str) -> Effect:
    """A value of a list of values under another name."""
    return Effect("enum", "breaking", _at_value(lambda value: new if value == old else value))


def new_value(value: str) -> Effect:
    """A value that the list of values did not have."""
    return Effect("enum", "risky", _at_value(lambda _: value))


def unknown_type(name: str) -> Effect:
    return Effect("enum", "breaking", _at_value(lambda _: name))


def refusal_renamed(new: str) -> Effect:
    def change(answer: Answer, where: str) -> None:
        if answer.status >= 400 and answer.is_json:
            _edit_body(answer, where, _rename(new))

    return Effect("removed", "breaking", change)


# --- Lists in pages ---------------------------------------------------------------------------------------------------


def _repeat_first(holder: Any, key: Any) -> None:
    holder[key] = holder[0]


REPEATS_A_ROW = Effect("paging", "breaking", _in_body(_repeat_first))
ALWAYS_TRUE = Effect("paging", "breaking", _at_value(lambda _: True))
NO_CURSOR = Effect("paging", "breaking", _at_value(lambda _: None))


def off_by(difference: int) -> Effect:
    return Effect("paging", "risky", _at_value(lambda value: value + difference))


def _cursor_back(answer: Answer, where: str) -> None:
    """From the second page on, the cursor is the one that led there."""
    after = (json.loads(answer.sent).get("variables") or {}).get("after")

    def edit(info: Any, key: Any) -> None:
        info[key] = after
        info["hasNextPage"] = True

    if after is not None:
        _edit_body(answer, where, edit)


CURSOR_LOOPS = Effect("paging", "breaking", _cursor_back)


# --- GraphQL ----------------------------------------------------------------------------------------------------------


def errors_beside(message: str) -> Effect:
    """An entry under errors though there is data."""

    def edit(envelope: Any, key: Any) -> None:
        envelope[key] = [{"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]

    return Effect("graphql", "breaking", _in_body(edit))
