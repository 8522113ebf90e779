"""In what more evidence has widened a shape: what may come now that was not expected before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paceline.drift.judging import expected_forms, is_enum, is_required
from paceline.drift.pointers import ENTRY, ITEM, escaped_name
from paceline.drift.shape import Field, Numbers, Shape, Strings
from paceline.drift.wording import range_of


@dataclass(frozen=True, slots=True)
class Widening:
    """What changed at a place.

    Attributes:
        pointer: as a lock has it.
        what: for the reader, such as `may be null` or `new field`; of a new field what lies in it is not told.
    """

    pointer: str
    what: str


def widenings(before: Shape, after: Shape, pointer: str = "") -> Iterator[Widening]:
    """What a shape allows that an earlier one of the same place did not; from the outside inwards.

    >>> from paceline.drift.shaping import shape_of
    >>> before, more = shape_of([{"id": 1}] * 5), shape_of([{"id": None, "tags": []}, {}])
    >>> from paceline.drift.shape import merge
    >>> [(each.pointer, each.what) for each in widenings(before, merge(before, more))]
    [('/id', 'may be null, may be absent'), ('/tags', 'new field')]
    """
    if not before.total:
        return
    if words := list(_words(before, after)):
        yield Widening(pointer, ", ".join(words))
    yield from _inside(before, after, pointer)


def _words(before: Shape, after: Shape) -> Iterator[str]:
    known = before.counts()
    if after.nulls and not before.nulls:
        yield "may be null"
    if known:
        yield from (f"may be {kind}" for kind in after.counts() if kind not in known)
    if before.numbers and after.numbers:
        yield from _numbers(before.numbers, after.numbers)
    if before.strings and after.strings:
        yield from _strings(before.strings, after.strings)


def _numbers(before: Numbers, after: Numbers) -> Iterator[str]:
    yield from (f"not always {form}" for form in expected_forms(before) if form not in expected_forms(after))
    if after.low < before.low or after.high > before.high:
        yield f"range {range_of(after.low, after.high)}"


def _strings(before: Strings, after: Strings) -> Iterator[str]:
    yield from (f"not always {form}" for form in expected_forms(before) if form not in expected_forms(after))
    if not is_enum(before):
        return
    if after.marks is None:
        yield "more values than an enum has"
    elif after.marks.keys() - (before.marks or {}).keys():
        new = sorted(after.values - before.values)
        yield f"new value {', '.join(new)}" if new else "new values"


def _inside(before: Shape, after: Shape, pointer: str) -> Iterator[Widening]:
    if before.arrays and after.arrays:
        yield from widenings(before.arrays.items, after.arrays.items, f"{pointer}/{ITEM}")
    if not before.objects or not after.objects:
        return
    yield from widenings(before.objects.entries, after.objects.entries, f"{pointer}/{ENTRY}")
    for name, new in sorted(after.objects.fields.items()):
        place, old = f"{pointer}/{escaped_name(name)}", before.objects.fields.get(name)
        if old is None:
            yield Widening(place, "new field")
        else:
            yield from _field(old, new, place)


def _field(old: Field, new: Field, pointer: str) -> Iterator[Widening]:
    absent = is_required(old) and new.absent > 0
    found = list(widenings(old.shape, new.shape, pointer))
    if not absent:
        yield from found
        return
    own = [each.what for each in found if each.pointer == pointer]
    yield Widening(pointer, ", ".join([*own, "may be absent"]))
    yield from (each for each in found if each.pointer != pointer)
