"""Console values as the sandbox sends them.

The format is that of the npm package teleport-javascript: a JSON list whose first entry is the value; objects, lists
and texts inside it stand as decimal indexes into the list (as Flatted does, so that cycles can be told), and values
JSON has no word for stand as `_N`, an index into a list of tagged texts at the end.
"""

from __future__ import annotations

from typing import Any

from paceline.script import whole_json

#: Tags of values that are shown the way a JavaScript console names them.
_NAMED = {"s": "Symbol({})", "R": "{}", "D": "{}", "b": "{}n"}
_TYPED_ARRAYS = frozenset("BHIJPQFGKL")

#: What a value is replaced by where it contains itself.
CIRCULAR = "[Circular]"

#: What is deeper than this is left out, for the sake of whoever walks through the value after us.
_MAX_DEPTH = 200
_TOO_DEEP = "[Too deep]"

#: A value that occurs in many places is told once, and shown in each of them: ten lines of script make a billion
#: places. This many more than the text has characters are shown.
_SHARED_PLACES = 100_000
_TOO_LARGE = "[Too large]"


def parse(text: str) -> Any:
    """The value as plain Python data: undefined is None, a Map a dict, a Set a list, a Date its ISO text."""
    return _Reader(text, len(text) + _SHARED_PLACES).value()


class _Reader:
    """Puts the value together; counts the places it fills."""

    def __init__(self, text: str, places: int) -> None:
        self._table = whole_json.loads(text)
        self._tagged: list[str] = self._table.pop() if self._is_tagged() else []
        self._places = places

    def _is_tagged(self) -> bool:
        """Whether the last entry is the list of tagged texts: some object or list must point into it."""
        *values, last = self._table
        if not values or not isinstance(last, list):
            return False
        for value in values:
            entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            if any(isinstance(entry, str) and entry.startswith("_") for entry in entries):
                return True
        return False

    def value(self) -> Any:
        return self._revive(self._table[0], (0,))

    def _revive(self, value: Any, above: tuple[int, ...]) -> Any:
        if isinstance(value, list):
            return [self._follow(entry, above) for entry in value]
        if isinstance(value, dict):
            return {key: self._follow(entry, above) for key, entry in value.items()}
        return value

    def _follow(self, reference: Any, above: tuple[int, ...]) -> Any:
        """The value behind an entry of an object or a list: a reference if it is a text, else itself."""
        self._places -= 1
        if not isinstance(reference, str):
            return reference
        if reference.startswith("_"):
            return self._untag(self._tagged[int(reference[1:])])
        index = int(reference)
        if index in above:
            return CIRCULAR
        value = self._table[index]
        if isinstance(value, dict | list):
            if len(above) > _MAX_DEPTH:
                return _TOO_DEEP
            if self._places < 0:
                return _TOO_LARGE
        return self._revive(value, (*above, index))

    def _untag(self, tagged: str) -> Any:
        tag, text = tagged[0], tagged[1:]
        if tag == "u":
            return None
        if tag == "n":
            return float(text)
        if tag == "M":
            return {str(key): value for key, value in parse(text)}
        if tag == "S" or tag in _TYPED_ARRAYS:
            return parse(text) if tag == "S" else whole_json.loads(text)
        return _NAMED.get(tag, "{}").format(text)
