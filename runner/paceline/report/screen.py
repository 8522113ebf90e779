"""Text made fit for a terminal: harmless, encodable, not too wide; and numbers in words."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# What a terminal would act upon instead of showing it: control characters of both sets (ECMA-48), and those that turn
# the direction of the writing around, by which a name can pretend to be another (Unicode TR 36). Half of a surrogate
# pair cannot be written at all.
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_LINE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_COLOR: Final = re.compile(r"\x1b\[\d+m")
_PAINTED: Final = re.compile(r"\x1b\[\d+m|[^\x1b]+")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def line(text: str) -> str:
    r"""The text on one line, whatever is in it.

    >>> print(line("red \x1b[31m\n"))
    red \x1b[31m\n
    """
    return text if text.isprintable() else _UNSAFE_IN_LINE.sub(_spelt, text)


def lines(text: str) -> list[str]:
    """The lines of a text, each harmless; a tab is as wide as four blanks."""
    return [_UNSAFE.sub(_spelt, each).replace("\t", "    ") for each in text.replace("\r\n", "\n").split("\n")]


def _spelt(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT.get(character) or character.encode("unicode_escape").decode()


def width(text: str) -> int:
    """How many columns a text takes: two for a character of East Asian width, none for one that is put on another.

    Our own colours take none.
    """
    if "\x1b" in text:
        text = _COLOR.sub("", text)
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def cut(text: str, columns: int, ellipsis: str = "…") -> str:
    """The text, without its end if it is wider than that.

    >>> cut("a long line", 6)
    'a lon…'
    """
    if width(text) <= columns:
        return text
    room = columns - len(ellipsis)
    kept = []
    for character in text:
        room -= width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + ellipsis


def cut_painted(row: str, columns: int, ellipsis: str = "…") -> str:
    """The same for a row with our own colours in it, which take no columns and are all kept."""
    if width(row) <= columns:
        return row
    room = columns - len(ellipsis)
    kept: list[str] = []
    for piece in _PAINTED.findall(row):
        if piece.startswith("\x1b"):
            kept.append(piece)
        elif room >= 0:
            shown = cut(piece, room, "")
            kept.append(shown if shown == piece else shown + ellipsis)
            room = room - width(piece) if shown == piece else -1
    return "".join(kept)


def cut_middle(text: str, columns: int, ellipsis: str = "…") -> str:
    """The text, without its middle if it is wider than that: of an address both ends tell more.

    >>> cut_middle("http://localhost/orders/17/items", 20)
    'http://loc…/17/items'
    """
    if width(text) <= columns:
        return text
    head = (columns - len(ellipsis) + 1) // 2
    tail = columns - len(ellipsis) - head
    return cut(text, head + len(ellipsis), ellipsis) + (_end(text, tail) if tail > 0 else "")


def _end(text: str, columns: int) -> str:
    return cut(text[::-1], columns, "")[::-1]


def size(count: int) -> str:
    """A number of bytes.

    >>> size(17), size(1_234), size(5_600_000)
    ('17 B', '1.2 kB', '5.6 MB')
    """
    if count < 1000:
        return f"{count} B"
    amount, unit = count / 1000, "kB"
    for bigger in ("MB", "GB", "TB"):
        if amount < 999.95:
            break
        amount, unit = amount / 1000, bigger
    return f"{amount:.1f} {unit}"


def duration(milliseconds: float) -> str:
    """A time.

    >>> duration(4.2), duration(1_234), duration(75_000), duration(3_661_000)
    ('5 ms', '1.2 s', '1 min 15 s', '1 h 1 min')
    """
    if milliseconds < 1000:
        return f"{-int(-milliseconds // 1)} ms"  # rounded up, as in postman-runtime, lib/requester/requester.js
    seconds = milliseconds / 1000
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "failure"), count(2, "failure")
    ('1 failure', '2 failures')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
