r"""Notations in which a character may be written otherwise: `%2F`, `\u002f`, `&#47;`.

Here and in `secret_values` data is text of which every character is one octet (Latin-1). Looking for something in text
is several times quicker in Python than looking for it in bytes.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final


def octets(text: str) -> str:
    """The octets of a text in UTF-8; for ASCII the text itself."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def from_octets(data: str) -> str:
    """The reverse."""
    return data if data.isascii() else data.encode("latin-1").decode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class View:
    """Data with one kind of escapes undone, and for each stretch of it where it comes from.

    Attributes:
        starts: where a stretch begins in `data`.
        origins: for each stretch its start and end in what it comes from, and whether it was an escape there.
    """

    data: str
    starts: list[int]
    origins: list[tuple[int, int, bool]]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where a place in the data comes from; an escape belongs to it whole or not at all."""
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        from_, to = self.origins[first], self.origins[last]
        return (
            from_[0] if from_[2] else from_[0] + start - self.starts[first],
            to[1] if to[2] else to[0] + end - self.starts[last],
        )


def views(data: str) -> Iterator[View]:
    """The data as it looks to a reader of URLs, of JSON and of XML; without those to whom it looks the same."""
    for sign, pattern, decode in _NOTATIONS:
        if sign in data:
            view = _view(data, pattern, decode)
            if len(view.starts) > 1 or view.data != data:
                yield view


def _view(data: str, pattern: re.Pattern[str], decode: Callable[[re.Match[str]], str]) -> View:
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[tuple[int, int, bool]] = []
    position = length = 0
    for match in pattern.finditer(data):
        start, end = match.span()
        if start > position:
            pieces.append(data[position:start])
            starts.append(length)
            origins.append((position, start, False))
            length += start - position
        plain = decode(match)
        pieces.append(plain)
        starts.append(length)
        origins.append((start, end, True))
        length += len(plain)
        position = end
    if position < len(data):
        pieces.append(data[position:])
        starts.append(length)
        origins.append((position, len(data), False))
    return View("".join(pieces), starts, origins)


_JSON_CHARACTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


_XML_CHARACTERS: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\u00c2\u00a0"}


def _from_percent(match: re.Match[str]) -> str:
    return chr(int(match[0][1:], 16))


def _from_json(match: re.Match[str]) -> str:
    letter = match[0][1]
    if letter != "u":
        return _JSON_CHARACTERS.get(letter, letter)
    units = bytes.fromhex(match[0].replace("\\u", ""))
    return octets(units.decode("utf-16-be", "surrogatepass"))


def _from_xml(match: re.Match[str]) -> str:
    name = match[0][1:-1]
    if name[0] != "#":
        return _XML_CHARACTERS[name]
    number = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
    return octets(chr(number)) if number <= sys.maxunicode else "?"


_NOTATIONS: Final = (
    ("%", re.compile(r"%[0-9A-Fa-f]{2}"), _from_percent),
    (
        "\\",
        re.compile(
            r"\\(?:[\"'\\/bfnrt]"
            r"|u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"  # a surrogate pair
            r"|u[0-9A-Fa-f]{4})"
        ),
        _from_json,
    ),
    ("&", re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos|nbsp);"), _from_xml),
)
