"""Whether two answers are of the same data, told by a short sketch of each.

The same request may be answered by the same data, as for a profile, or by others every time, as for a feed, or since
somebody else asks. Only of the first kind does one answer tell what the next will have. A sketch holds, for some
places of a body, four bits of the place and four of the values there: of the lowest of their digests (MinHash, Broder
1997), so that lists that mostly agree have the same. That is enough to compare two answers, and too little to tell a
value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from paceline.drift.forms import key_form
from paceline.drift.hidden import is_hidden, is_wholly_hidden

BINS: Final = 64
_NONE: Final = ".."  # a bin that no place fell into
_SPARED: Final = 1  # a change mostly is of one place, which may be half of a small body
_UNTOLD: Final = 2  # small bodies may have hardly more places than a change has made
_DEEPEST: Final = 60
_LARGEST: Final = 1e300


def sketch_of(body: Any) -> str:
    """A sketch of the values of a JSON body: 64 pairs of digits or dots; empty when no value tells anything.

    >>> sketch_of({"count": 0, "ok": True, "next": None, "name": ""})
    ''
    """
    lowest: dict[str, int] = {}
    for place, value in _telling(body, "", 0):
        digest = _digest(repr(value))
        lowest[place] = min(digest, lowest.get(place, digest))
    bins: dict[int, tuple[int, str]] = {}
    for place in lowest:
        digest = _digest(place)
        bins[digest % BINS] = min((digest, place), bins.get(digest % BINS, (digest, place)))
    if not bins:
        return ""
    told = {each: f"{digest // BINS % 16:x}{lowest[place] % 16:x}" for each, (digest, place) in bins.items()}
    return "".join(told.get(each, _NONE) for each in range(BINS))


def alikeness(known: str, now: str) -> float:
    """The share of the places that two answers have in common at which values agree, but for one that is spared.

    It is 1 where nothing can be said, and 0 where the known one has not about half of the places of the new one: an
    answer with an empty list is not the same data as one with rows.

    >>> ann, ann_changed, bob = ({"id": n, "name": name, "at": f"{n} h"} for n, name in ((7, "A"), (7, "B"), (9, "C")))
    >>> alikeness(sketch_of(ann), sketch_of(ann_changed)), alikeness(sketch_of(ann), sketch_of(bob)) < 0.5
    (1.0, True)
    """
    pairs = [(known[each : each + 2], now[each : each + 2]) for each in range(0, min(len(known), len(now)), 2)]
    common = [(mine[1], its[1]) for mine, its in pairs if mine[0] == its[0] != _NONE[0]]
    if len(common) * 2 < sum(its != _NONE for _, its in pairs) - _UNTOLD:
        return 0.0
    differing = sum(mine != its for mine, its in common)
    return 1.0 if differing <= _SPARED else 1 - differing / len(common)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _telling(value: Any, place: str, depth: int) -> Iterator[tuple[str, str | float]]:
    """Texts and numbers with their places; not what every other answer has too, as null, true, zero and one."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, member in value.items():
            yield from _telling(member, f"{place}/{'*' if key_form(name) else name}", depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value:
            yield from _telling(item, f"{place}/*", depth + 1)
    elif isinstance(value, str):
        if value and not is_hidden(value):
            yield place, value
    elif isinstance(value, (int, float)) and value not in {0, 1} and not is_wholly_hidden(value):
        yield place, float(value) if abs(value) < _LARGEST else "large"
