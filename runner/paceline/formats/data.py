"""Iteration data: a JSON list of objects or a CSV table, a row for each iteration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from paceline.errors import FormatError, Location
from paceline.formats.files import read_bytes
from paceline.formats.shape import kind
from paceline.formats.text import decode, parse_json

#: One cell and what ends it. Quoted, a quote within is doubled (RFC 4180); blanks around a cell are not part of it.
_CELL: Final = re.compile(r'[ \t]*+(?:"((?:[^"]|"")*+)"[ \t]*|((?!")[^,\r\n]*))(,|\r\n|\n|\r|\Z)')

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

#: Beyond it JavaScript cannot tell whole numbers apart (ECMA-262, Number.MAX_SAFE_INTEGER).
_LARGEST: Final = 2**53 - 1

_FIX: Final = 'write a list of objects, as in [{"user": "ann"}], or a CSV table with the names in its first line'


def load_data(path: str | Path) -> tuple[Mapping[str, Any], ...]:
    """The rows of a file: JSON where it begins as a list, else CSV, whatever the file is called.

    In CSV what is not quoted and looks like a number is one, as in Newman (lib/run/options.js): `007` is 7. Other than
    there, what JavaScript would read as another number than is written stays a text: `0x10`, and whole numbers beyond
    2^53.

    Raises:
        FileError: the file cannot be read.
        FormatError: it holds neither, or no row.
    """
    at = Location(str(path))
    text = decode(read_bytes(path), at)
    rows = _json(text, at) if text.lstrip()[:1] in {"[", "{"} else _csv(text, at)
    if not rows:
        raise FormatError("there is no row of data", at, _FIX)
    return rows


def _json(text: str, at: Location) -> tuple[Mapping[str, Any], ...]:
    data = parse_json(text, at)
    if not isinstance(data, list):  # Newman passes over it silently
        raise FormatError(f"this is {kind(data)}, not a list of rows", at, _FIX)
    for number, row in enumerate(data):
        if not isinstance(row, dict):
            raise FormatError(f"this row is {kind(row)}, not an object", at.child(number), _FIX)
    return tuple(data)


def _csv(text: str, at: Location) -> tuple[Mapping[str, Any], ...]:
    lines = _lines(text, at)
    names = [str(cell).strip() for cell in next(lines, [])]
    again = next((name for at_, name in enumerate(names) if name in names[:at_]), None)
    if again is not None:
        raise FormatError(f'two columns are called "{again}"', at, "give each its own name")
    # A line that is shorter or longer than the header is taken as far as it goes (newman, lib/run/options.js).
    return tuple(dict(zip(names, cells, strict=False)) for cells in lines)


def _lines(text: str, at: Location) -> Iterator[list[Any]]:
    """The lines that are not empty, each with its cells."""
    position, cells = 0, list[Any]()
    while position < len(text):
        cell = _CELL.match(text, position)
        if cell is None:
            line = text.count("\n", 0, position) + 1
            raise FormatError(f"this is not CSV: line {line} has an open quote, or text after one", at, _FIX)
        position = cell.end()
        cells.append(_value(cell[2].strip()) if cell[1] is None else cell[1].replace('""', '"'))
        ends = cell[3] != ","
        if not ends and position == len(text):
            cells.append("")
            ends = True
        if ends:
            if cells != [""]:
                yield cells
            cells = []


def _value(text: str) -> Any:
    """A cell without quotes."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    if not number.is_integer():
        return number if abs(number) != float("inf") else text
    return int(number) if abs(number) <= _LARGEST else text
