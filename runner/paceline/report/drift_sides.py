"""Two shapes side by side: the lines of a lock before and now, those of the same place in one row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

Side = Literal["same", "changed", "removed", "added"]

_COUNTS: Final = re.compile(r"(?: \d+(?:/\d+)?)(?=[,;]|$)")
_WORDS: Final = {"always": "required", "rare": "optional"}  # which of both it is follows from the counts
_PRESENCE: Final = re.compile("|".join(rf"\b{word}\b" for word in _WORDS))


@dataclass(frozen=True, slots=True)
class Row:
    """What stands at a place before and now.

    Attributes:
        kind: `same`: it differs in nothing but how often it was seen; `changed`: both sides have the place.
        old, new: None where there is no such place.
    """

    kind: Side
    old: str | None
    new: str | None


def side_by_side(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """The lines in rows, in the order of both.

    >>> for row in side_by_side(["/id: required 9/9; number 9", "/x: null 9"], ["/id: always 2/2; number 2"]):
    ...     print(row.kind, row.old, row.new)
    same /id: required 9/9; number 9 /id: always 2/2; number 2
    removed /x: null 9 None
    """
    places, new_places = list(map(_place, old)), list(map(_place, new))
    matcher = SequenceMatcher(None, places, new_places, autojunk=False)
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        if kind == "equal":
            for before, now in zip(old[first:last], new[new_first:new_last], strict=True):
                yield Row("same" if _told(before) == _told(now) else "changed", before, now)
        else:
            yield from (Row("removed", line, None) for line in old[first:last])
            yield from (Row("added", None, line) for line in new[new_first:new_last])


def _place(line: str) -> str:
    return line.partition(": ")[0]


def _told(line: str) -> str:
    """What a line says of the values, whatever their number."""
    text = _COUNTS.sub("", line.partition(": ")[2])
    return _PRESENCE.sub(lambda word: _WORDS[word[0]], text)
