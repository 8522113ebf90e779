"""Fields of a message by their names, wherever they stand: in JSON, forms, query strings, multipart bodies and XML.

Text is searched, not parsed: all around a field stays byte for byte what it was, and a body that is cut off or not
quite JSON holds the same fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import unquote_plus


@dataclass(frozen=True, slots=True)
class Field:
    """A named value in a text.

    Attributes:
        start, end: place of the value, without quotes around it.
        value: with the escapes of its notation undone.
    """

    name: str
    start: int
    end: int
    value: str


# "name": "value", also within a text within JSON, where the quotes are escaped themselves; the end of the text closes
# a string that was cut off
_JSON: Final = re.compile(
    r'(?P<esc>\\*)"(?P<name>[^"\\]{1,100})(?P=esc)"\s*:\s*'
    r'(?:(?P=esc)"(?P<value>(?:\\.|[^"\\])*?)(?:(?P=esc)"|\Z)|(?P<number>-?\d[\d.eE+-]*))',
    re.DOTALL,
)
# a=1&token=…
_FORM: Final = re.compile(r"(?:^|(?<=[?&;\s\"']))(?P<name>[^=&?#;\s\"'<>{}:/,]{1,100})=(?P<value>[^&\s\"'<>#;\\]*)")
# A part of a multipart form that is no file (RFC 7578).
_PART: Final = re.compile(
    r"\bname=\"(?P<name>[^\"\r\n]{1,100})\"(?![^\r\n]{0,300}filename)[^\r\n]{0,300}\r\n(?:[^\r\n]+\r\n)*\r\n(?P<value>.*?)\r\n--",
    re.DOTALL,
)
# <password>…</password>
_ELEMENT: Final = re.compile(r"<(?:[\w.-]+:)?(?P<name>[\w.-]{1,100})(?:\s[^<>]*)?>(?P<value>[^<]+)</")
# <input type="hidden" name="csrf_token" value="…">
_INPUT: Final = re.compile(
    r"\bname=[\"'](?P<name>[^\"'<>]{1,100})[\"'][^<>]{0,300}?\bvalue=[\"'](?P<value>[^\"']*)[\"']"
)


def fields_of(text: str) -> Iterator[Field]:
    """Every named value of a text; the same may come twice."""
    if '"' in text:
        yield from _json_fields(text)
    if "=" in text:
        for match in _FORM.finditer(text):
            yield _field(match, unquote_plus(match["name"]), unquote_plus(match["value"]))
        patterns = (_PART, _INPUT) if "form-data" in text else (_INPUT,)
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            yield _field(match, match["name"], unescape(match["value"]))
    if "</" in text:
        for match in _ELEMENT.finditer(text):
            yield _field(match, match["name"], unescape(match["value"]))


def nested_values(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text and number of a JSON document with the names above it, texts that are JSON themselves included.

    An entry such as `{"key": "password", "value": "..."}` counts as one named `password`.
    """
    data = _json(text)
    if data is not None:
        yield from _values((), data)


def _json_fields(text: str) -> Iterator[Field]:
    for match in _JSON.finditer(text):
        if match["number"] is not None:
            yield Field(match["name"], *match.span("number"), match["number"])
            continue
        value = match["value"]
        for _ in range(1 + len(match["esc"]).bit_length()):  # one level of JSON doubles the signs of the one before
            if "\\" in value:
                value = _unescaped(value)
        yield _field(match, match["name"], value)


def _field(match: re.Match[str], name: str, value: str) -> Field:
    return Field(name, *match.span("value"), value)


def _unescaped(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


def _json(text: str) -> Any:
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _values(names: tuple[str, ...], data: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, dict):
        label = data.get("key", data.get("name"))
        for name, value in data.items():
            extra = (label,) if name == "value" and isinstance(label, str) else ()
            yield from _values((*names, *extra, name), value)
    elif isinstance(data, list):
        for value in data:
            yield from _values(names, value)
    elif isinstance(data, str):
        yield names, data
        inner = _json(data)
        if inner is not None:
            yield from _values(names, inner)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield names, str(data)
