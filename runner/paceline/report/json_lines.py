"""The line of a JSON file on which something stands, for whoever wants to show the place."""

from __future__ import annotations

import json
import re
from typing import Final

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


def line_of(text: str, pointer: str) -> int:
    r"""The line, counted from 1, on which the value that a JSON Pointer (RFC 6901) names begins.

    Where there is no such value, as in a file that was changed, it is the line of the innermost one around it.

    >>> line_of('{"item": [\n {"name": "a"},\n {"name": "b"}]}', "/item/1/name")
    3
    """
    position = _skip(text, 0)
    for token in pointer.split("/")[1:]:
        try:
            found = _member(text, position, token.replace("~1", "/").replace("~0", "~"))
        except (ValueError, RecursionError):  # it is no JSON, or nested deeper than `json` can follow
            break
        if found is None:
            break
        position = found
    return text.count("\n", 0, position) + 1


def _member(text: str, position: int, token: str) -> int | None:
    """Where the member of this name, or the entry of this number, begins in the object or list at `position`."""
    opening = text[position : position + 1]
    if opening not in ("{", "["):
        return None
    position = _skip(text, position + 1)
    number = 0
    while text[position : position + 1] not in ("}", "]", ""):
        name = str(number)
        if opening == "{":
            name, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)  # behind the colon
        if name == token:
            return position
        _, position = _DECODER.raw_decode(text, position)
        position = _skip(text, position)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        number += 1
    return None


def _skip(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return blank.end() if blank else position
