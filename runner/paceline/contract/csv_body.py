"""A CSV body against the columns it is promised (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from paceline.contract.excerpt import alternatives, names_shown, pointer, quoted
from paceline.errors import Location
from paceline.model.contract import Breach, UnknownField


def check_csv(
    body: bytes, columns: Sequence[tuple[str, ...]], key: str, at: Location
) -> tuple[list[Breach], list[UnknownField]]:
    """Where a CSV body is not what it should be, and the columns nobody described.

    The promised columns must be there in their order, since a reader by position would otherwise take wrong numbers
    without noticing; new columns may stand between them. Every row is as long as the header.

    Args:
        columns: each with the names it may have.
        at: the contract's list of columns.
    """
    rows, faults = _rows(body, key, at)
    if faults:
        return faults, []
    header = rows[0]
    found = list(_breaches(header, rows, columns, key, at))
    known = {name for names in columns for name in names}
    new = dict.fromkeys(name for name in header if name not in known)
    return found, [UnknownField(pointer(["*", name])) for name in new]


def _rows(body: bytes, key: str, at: Location) -> tuple[list[list[str]], list[Breach]]:
    def breach(expected: str, got: str) -> Breach:
        return Breach("csv", key, "", expected, got, at)

    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [breach("text in UTF-8", f"the byte 0x{body[error.start]:02X} at {error.start}")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        return [], [breach("CSV", f"{error} in line {reader.line_num}")]
    return rows, [] if rows else [breach("a row with the names of the columns", "an empty body")]


def _breaches(
    header: list[str], rows: list[list[str]], columns: Sequence[tuple[str, ...]], key: str, at: Location
) -> Iterator[Breach]:
    places: list[int] = []
    for index, names in enumerate(columns):
        place = next((header.index(name) for name in names if name in header), None)
        wanted = alternatives([quoted(name) for name in names])
        if place is None:
            got = f"no such column among {names_shown(header)}"
            yield Breach("csv", key, pointer([0, names[0]]), f"a column {wanted}", got, at.child(index))
        elif places and place < places[-1]:
            expected, got = f"{wanted} after {quoted(header[places[-1]])}", "it comes before"
            yield Breach("csv", key, pointer([0, header[place]]), expected, got, at.child(index))
        else:
            places.append(place)
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        got = f"{quoted(name)} {header.count(name)} times"
        yield Breach("csv", key, pointer([0, name]), "each column once", got, at)
    for number, row in enumerate(rows):
        if len(row) != len(header):
            expected, got = f"a row of {len(header)} cells, as the header", f"{len(row)} cells"
            yield Breach("csv", key, pointer([number]), expected, got, at)
