"""Questions asked of every JSON value: of which type it is, what it is as text, whether its entry is switched on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from paceline.errors import FormatError, Location

MAX_VALUE_DEPTH = 200  # of a value that is sent or handed to a script: json.dumps, which does that, recurses

_KINDS = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


def kind(value: Any) -> str:
    """JSON's word for the type of a value, with its article."""
    return "null" if value is None else _KINDS.get(type(value), type(value).__name__)


def mismatch(name: str, wanted: str, value: Any, at: Location, fix: str) -> FormatError:
    """The error for a value of the wrong type; raising it is left to the caller."""
    return FormatError(f"{name} must be {wanted}, not {kind(value)}", at, fix)


def as_object(value: Any, name: str, at: Location, fix: str) -> dict[str, Any]:
    """The object, or an empty one for null, which real exports write where nothing is set."""
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    raise mismatch(name, "an object", value, at, fix)


def as_text(value: Any, name: str, at: Location, fix: str = "write it in double quotes") -> str:
    """A text, or what JavaScript makes of a number or a boolean; null is empty.

    Raises:
        FormatError: a list or an object, which Postman would send as `[object Object]`.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    raise mismatch(name, "a text", value, at, fix)


def text_member(data: dict[str, Any], member: str, what: str, at: Location) -> str | None:
    """The text of a member of an object at `at`; None when it is missing or null. Raises as `as_text`."""
    value = data.get(member)
    return value if value is None or type(value) is str else as_text(value, what, at.child(member))


def number_text(value: float) -> str:
    """A number as JavaScript writes it (ECMA-262, Number::toString).

    >>> number_text(1.0), number_text(0.00001), number_text(1e-7)
    ('1', '0.00001', '1e-7')
    """
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    if "e-" in text and abs(value) >= 1e-6:  # Python turns to exponents sooner
        digits, _, exponent = text.partition("e-")
        return f"{value:.{len(digits.lstrip('-').replace('.', '')) - 1 + int(exponent)}f}"
    return text.replace("e-0", "e-")


def compact_json(value: Any) -> str:
    """A JSON value as one line without blanks, like `JSON.stringify`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_json(value: Any, name: str, at: Location) -> Any:
    """A value that is kept as JSON; checked, since it will be written again.

    Raises:
        FormatError: it is nested deeper than `MAX_VALUE_DEPTH`, or holds a number beyond every double (`1e999`).
    """
    if type(value) is str or value is None:
        return value
    level: list[Any] = [value]
    for _ in range(MAX_VALUE_DEPTH):
        if any(isinstance(each, float) and not math.isfinite(each) for each in level):
            raise FormatError(f"{name} holds a number that is too large", at, "write it as a text, in double quotes")
        level = [inner for each in level for inner in _members(each)]
        if not level:
            return value
    raise FormatError(f"{name} is nested more than {MAX_VALUE_DEPTH} levels deep", at, "make it flatter")


def is_enabled(entry: dict[str, Any]) -> bool:
    """Whether an entry of a list counts.

    Postman's SDK knows only `disabled`; the app also writes `enabled`, which Newman overlooks. Both are honoured.
    """
    return not entry.get("disabled") and entry.get("enabled") is not False


def _members(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
