"""What the type of a variable makes of its value."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from paceline.errors import FormatError, Location
from paceline.formats.shape import as_json, number_text

ANY = "any"

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def typed(value: Any, label: Any) -> tuple[Any, str]:
    """The value in its type, and the type to keep: `"5"` of type `number` is 5 (postman-collection, variable.js).

    A value that does not fit stays as written, and its type becomes `any`, so that templates and scripts agree on it;
    Postman makes NaN, undefined or `[object Object]` of it, and calls the text `"false"` true.
    """
    label = label if isinstance(label, str) else ANY
    cast = _CASTS.get(label.lower())
    if cast is None:
        return value, label
    try:
        return cast(value), label
    except (ValueError, TypeError, RecursionError, FormatError):
        return value, ANY


def _string(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise TypeError
    if isinstance(value, str):
        return value
    return number_text(value) if isinstance(value, float) else json.dumps(value)


def _number(value: Any) -> float:
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if not _NUMBER.fullmatch(value.strip() if isinstance(value, str) else ""):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return int(number) if number.is_integer() and abs(number) <= 2**53 else number  # 5, not 5.0: it may become text


def _boolean(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return True
    return bool(value) and value != "false"


def _container(value: Any, type_: type) -> Any:
    value = as_json(json.loads(value), "a value", Location()) if isinstance(value, str) else value
    if not isinstance(value, type_):
        raise TypeError
    return value


_CASTS: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "number": _number,
    "boolean": _boolean,
    "array": lambda value: _container(value, list),
    "object": lambda value: _container(value, dict),
}
