"""From the bytes of an answer to its JSON, more strictly than Python reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from paceline.contract.excerpt import pointer, printable, shortened
from paceline.formats.deep import TooDeepError, parse_deep, reject_constant

_TOO_DEEP = "a body nested too deep to be checked"


class UnreadableError(Exception):
    """A body that is not JSON; the text tells what it is instead, with line and column."""


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A JSON body.

    Attributes:
        value: as `json` gives it; integers of any size keep all their digits, and of equal names the last wins.
        repeated: JSON Pointers of the members whose names stand more than once in their object (RFC 8259, section 4,
            leaves open which of them counts, so parsers differ).
    """

    value: Any
    repeated: tuple[str, ...] = ()


def read_json(body: bytes) -> JsonBody:
    """Parse a body; `NaN` and `Infinity` are refused, as by every parser but Python's.

    Raises:
        UnreadableError: it is empty, not JSON, or nested too deep.
    """
    if not body.strip():
        raise UnreadableError("an empty body")
    encoding = json.detect_encoding(body)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"bytes that are not {encoding.upper()}, from byte {error.start} on") from None
    doubles: dict[int, tuple[dict[str, Any], list[str]]] = {}  # by identity: a dict has no hash

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            doubles[id(found)] = (found, [name for name in found if names.count(name) > 1])
        return found

    try:
        value = json.loads(text, parse_constant=reject_constant, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        raise UnreadableError(_place(error)) from None
    except RecursionError:
        raise UnreadableError(_TOO_DEEP) from None
    except ValueError:  # NaN, or a number of thousands of digits: this parser knows the place
        raise UnreadableError(_why(text)) from None
    return JsonBody(value, tuple(_places(value, doubles)) if doubles else ())


def _why(text: str) -> str:
    try:
        parse_deep(text)
    except json.JSONDecodeError as error:
        return _place(error)
    except TooDeepError:
        pass
    return _TOO_DEEP


def _place(error: json.JSONDecodeError) -> str:
    excerpt = printable(" ".join(error.doc[error.pos : error.pos + 200].split()))
    there = f"at {shortened(excerpt)}" if excerpt else "at its end"
    return f"{error.msg} in line {error.lineno}, column {error.colno}, {there}"


def _places(value: Any, doubles: dict[int, tuple[dict[str, Any], list[str]]]) -> Iterator[str]:
    pending: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while pending:
        each, path = pending.pop()
        if isinstance(each, dict):
            for name in doubles.get(id(each), (each, []))[1]:
                yield pointer((*path, name))
            pending.extend((member, (*path, name)) for name, member in each.items())
        elif isinstance(each, list):
            pending.extend((member, (*path, index)) for index, member in enumerate(each))
