"""Changes of a CSV body: columns stand for fields, empty cells for null, rows for the items of a list."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from paceline.drift.pointers import ITEM, escaped_name

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class ChangedTable:
    """A body with one thing changed; the other members are those of a `Mutant`."""

    operator: str
    pointer: str
    change: str
    body: bytes
    met: str = ""


def changes_of_table(body: bytes) -> Iterator[ChangedTable]:
    """The changes of a table whose first row names its columns; none of what is no table with at least one more row.

    A cell is changed in the last row that has something in it.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        return
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return
    short = [*rows[:-1], rows[-1][:-1]]
    yield ChangedTable("off-by-one", f"/{ITEM}", "a row that is a cell short", _csv(short))
    yield ChangedTable("empty-list", "", "no rows but the names of the columns", _csv(rows[:1]))
    for at, name in enumerate(rows[0]):
        yield from _of_column(rows, at, f"/{ITEM}/{escaped_name(name)}")


def _of_column(rows: list[list[str]], at: int, pointer: str) -> Iterator[ChangedTable]:
    yield ChangedTable("drop", pointer, "left out", _csv([row[:at] + row[at + 1 :] for row in rows]))
    cells = [row[at] for row in rows[1:]]
    filled = [number for number, cell in enumerate(cells, 1) if cell]
    if not filled:
        return
    if all(_NUMBER.fullmatch(cells[number - 1]) for number in filled):
        word = _csv(_with_cell(rows, filled[-1], at, "changed"))
        yield ChangedTable("type", pointer, "a word in place of a number", word)
    met = "" if len(filled) == len(cells) else "another one is empty too"
    yield ChangedTable("null", pointer, "an empty cell", _csv(_with_cell(rows, filled[-1], at, "")), met)


def _with_cell(rows: list[list[str]], number: int, at: int, cell: str) -> list[list[str]]:
    row = [*rows[number][:at], cell, *rows[number][at + 1 :]]
    return [*rows[:number], row, *rows[number + 1 :]]


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
