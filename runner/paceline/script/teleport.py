"""Console values as the sandbox sends them.

The format is that of the npm package teleport-javascript: a JSON list whose first entry is the value; objects, lists
and texts inside it stand as decimal indexes into the list (as Flatted does, so that cycles can be told), and values
JSON has no word for stand as `_N`, an index into a list of tagged texts at the end.
"""

from __future__ import annotations

import json
from typing import Any

#: Tags of values that are shown the way a JavaScript console names them.
_NAMED = {"s": "Symbol({})", "R": "{}", "D": "{}", "b": "{}n"}
_TYPED_ARRAYS = frozenset("BHIJPQFGKL")

#: What a value is replaced by where it contains itself.
CIRCULAR = "[Circular]"


def parse(text: str) -> Any:
    """The value as plain Python data: undefined is None, a Map a dict, a Set a list, a Date its ISO text."""
    table = json.loads(text)
    tagged = table.pop() if len(table) > 1 and _is_tagged(table) else []
    return _revive(table[0], table, tagged, ())


def _is_tagged(table: list[Any]) -> bool:
    """Whether the last entry is the list of tagged texts: some value must point into it."""

    def points(value: Any) -> bool:
        entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
        return any(isinstance(entry, str) and entry.startswith("_") for entry in entries)

    return any(points(entry) for entry in table[:-1]) and isinstance(table[-1], list)


def _revive(value: Any, table: list[Any], tagged: list[str], above: tuple[int, ...]) -> Any:
    if isinstance(value, list):
        return [_follow(entry, table, tagged, above) for entry in value]
    if isinstance(value, dict):
        return {key: _follow(entry, table, tagged, above) for key, entry in value.items()}
    return value


def _follow(reference: Any, table: list[Any], tagged: list[str], above: tuple[int, ...]) -> Any:
    """The value behind an entry of an object or a list: a reference if it is a text, else itself."""
    if not isinstance(reference, str):
        return reference
    if reference.startswith("_"):
        return _untag(tagged[int(reference[1:])])
    index = int(reference)
    if index in above:
        return CIRCULAR
    return _revive(table[index], table, tagged, (*above, index))


def _untag(tagged: str) -> Any:
    tag, text = tagged[0], tagged[1:]
    if tag == "u":
        return None
    if tag == "n":
        return float(text)
    if tag == "M":
        return {str(key): value for key, value in parse(text)}
    if tag == "S" or tag in _TYPED_ARRAYS:
        return parse(text) if tag == "S" else json.loads(text)
    return _NAMED.get(tag, "{}").format(text)
