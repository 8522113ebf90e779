"""JSON that is nested too deep for Python's `json`, which recurses.

A collection a thousand folders deep is two thousand levels of JSON, twice what `json` can do with the usual recursion
limit. What is here is slower, so it only takes over where the other gives up.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Never

MAX_DEPTH = 10_000  # levels; beyond it a file is an attack or a mistake

_BLANK = re.compile(r"[ \t\n\r]*")  # RFC 8259, section 2


class TooDeepError(ValueError):
    """The text is nested deeper than `MAX_DEPTH`."""


def reject_constant(name: str) -> Never:
    """Refuse `NaN` and `Infinity`, which Python's `json` would take and no other parser does."""
    raise ValueError(name)


_LEAF = json.JSONDecoder(parse_constant=reject_constant)


def parse_deep(text: str) -> Any:
    """Parse JSON of up to `MAX_DEPTH` levels; of equal names in an object the last wins, as in JavaScript.

    Raises:
        json.JSONDecodeError: the text is not JSON; worded and placed as by the `json` module.
        TooDeepError: it is nested too deep.
    """
    open_: list[tuple[Any, str]] = []  # the containers around the place, outermost first, each with its pending name
    position = _skip(text, 0)
    while True:
        container: Any = {} if text.startswith("{", position) else [] if text.startswith("[", position) else None
        if container is None:
            value, position = _leaf(text, position)
        else:
            if len(open_) == MAX_DEPTH:
                raise TooDeepError
            position = _skip(text, position + 1)
            if not text.startswith(_closing(container), position):
                name, position = _name(text, position) if isinstance(container, dict) else ("", position)
                open_.append((container, name))
                continue
            value, position = container, position + 1
        value, position = _store(value, text, position, open_)
        if not open_:
            if position < len(text):
                raise json.JSONDecodeError("Extra data", text, position)
            return value


def write_deep(value: Any, indent: int | None = None) -> str:
    """Write a JSON value of any depth in the layout of `json.dumps`; NaN and infinity as null, as JavaScript does."""
    pieces: list[str] = []
    open_: list[tuple[Iterator[tuple[str, Any]], str]] = []  # what is still to be written of the containers around
    comma, first = "," if indent is not None else ", ", False
    while True:
        if isinstance(value, dict) and value:
            pieces.append("{")
            open_.append(
                (((f"{json.dumps(str(name), ensure_ascii=False)}: ", each) for name, each in value.items()), "}")
            )
            first = True
        elif isinstance(value, (list, tuple)) and value:
            pieces.append("[")
            open_.append(((("", each) for each in value), "]"))
            first = True
        else:
            finite = not isinstance(value, float) or math.isfinite(value)
            pieces.append(json.dumps(value, ensure_ascii=False) if finite else "null")
        while open_:
            members, closing = open_[-1]
            member = next(members, None)
            if member is not None:
                name, value = member
                pieces.append(("" if first else comma) + _line(indent, len(open_)) + name)
                first = False
                break
            open_.pop()
            pieces.append(_line(indent, len(open_)) + closing)
        else:
            return "".join(pieces)


def _line(indent: int | None, depth: int) -> str:
    return "" if indent is None else "\n" + " " * (indent * depth)


def _store(value: Any, text: str, position: int, open_: list[tuple[Any, str]]) -> tuple[Any, int]:
    """Put a value into its container, and if that ends here, that into its own, and so on.

    Returns:
        The outermost value that is complete, and the place where the next one starts.
    """
    position = _skip(text, position)
    while open_:
        container, name = open_[-1]
        if isinstance(container, dict):
            container[name] = value
        else:
            container.append(value)
        if text.startswith(",", position):
            position = _skip(text, position + 1)
            if isinstance(container, dict):
                name, position = _name(text, position)
                open_[-1] = (container, name)
            break
        if not text.startswith(_closing(container), position):
            raise json.JSONDecodeError("Expecting ',' delimiter", text, position)
        value = container
        open_.pop()
        position = _skip(text, position + 1)
    return value, position


def _closing(container: Any) -> str:
    return "}" if isinstance(container, dict) else "]"


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _name(text: str, position: int) -> tuple[str, int]:
    """The name of a member and the place where its value starts."""
    if not text.startswith('"', position):
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, position)
    name, position = _LEAF.raw_decode(text, position)
    position = _skip(text, position)
    if not text.startswith(":", position):
        raise json.JSONDecodeError("Expecting ':' delimiter", text, position)
    return name, _skip(text, position + 1)


def _leaf(text: str, position: int) -> tuple[Any, int]:
    try:
        return _LEAF.raw_decode(text, position)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # from reject_constant, or from int() for thousands of digits
        message = "Number too long" if text[position : position + 2].strip("-").isdigit() else "Expecting value"
        raise json.JSONDecodeError(message, text, position) from error
