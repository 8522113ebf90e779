"""The shape of JSON values: what of each type was seen at each place, and how often.

A shape holds facts and no judgements, so that shapes add up: `merge` is commutative and associative, and the shape of
all values together is the shapes of its parts merged. What the facts mean is for `judging` to say. No value can be read
off a shape, save those that look like values of an enum, and bounds of numbers on a coarse scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Final, Literal, TypeVar

from paceline.drift.forms import ANY_KEY

Kind = Literal["boolean", "number", "string", "array", "object"]
KINDS: Final[tuple[Kind, ...]] = ("boolean", "number", "string", "array", "object")

MAX_FIELDS: Final = 250  # an object with more of them is a map, whatever they are called
MAX_VALUES: Final = 12  # of an enum
MAX_VARIANTS: Final = 16
MAX_TOLD: Final = 9  # how often a value came is counted up to here


@dataclass(frozen=True, slots=True)
class Strings:
    """Texts.

    Attributes:
        empty: how many of them were empty; hidden: how many hold what stands for a secret (`hidden.is_hidden`). All
            else is about the others.
        forms: how many had which form of `forms.TEXT_FORMS`.
        marks: of the different values (`forms.mark`), with how often each came, counted up to `MAX_TOLD`; None when
            they are no enum: too many, or not like values of one.
        values: those of them that may be told; perhaps not all.
    """

    count: int
    empty: int = 0
    forms: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[int, int] | None = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    hidden: int = 0

    @property
    def filled(self) -> int:
        """How many there is something to be said about."""
        return self.count - self.empty - self.hidden


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers.

    Attributes:
        zeros: how many of them were zero, which often stands for "not set".
        low, high: bounds, rounded outwards to 1, 2 or 5 times a power of ten.
        decimals: whether any had decimals; a hint, since the next answer may have some.
        forms: how many had which form of `forms.NUMBER_FORMS`.
    """

    count: int
    zeros: int
    low: float
    high: float
    decimals: bool = False
    forms: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrays:
    """Lists.

    Attributes:
        items: the shape of all their items together.
        empty: how many had none.
    """

    count: int
    items: Shape
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """A field of records.

    Attributes:
        of: how many records could have had it; `shape.total` is how many had.
    """

    shape: Shape
    of: int

    @property
    def absent(self) -> int:
        """How many records did not have it."""
        return self.of - self.shape.total


@dataclass(frozen=True, slots=True)
class Variant:
    """Records of one kind among several, by the value of a tag: how many, and how many of them had which field."""

    count: int
    fields: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects. Each member counts as a field of a record or as an entry of a map, by its name alone.

    Attributes:
        entries: the shape of the values of all entries together.
        keys: forms of the names of entries, of `forms.KEY_FORMS`.
        variants: by `<tag>=<value>`; None when there were too many for the tag to be one.
    """

    count: int
    fields: Mapping[str, Field] = field(default_factory=dict)
    entries: Shape = field(default_factory=lambda: Shape())  # noqa: PLW0108 - it is defined below
    keys: frozenset[str] = frozenset()
    variants: Mapping[str, Variant] | None = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """All values of one place.

    Attributes:
        hidden: how many were hidden altogether, so that not even their type is known.
    """

    nulls: int = 0
    booleans: int = 0
    numbers: Numbers | None = None
    strings: Strings | None = None
    arrays: Arrays | None = None
    objects: Objects | None = None
    hidden: int = 0

    @property
    def total(self) -> int:
        """How many values."""
        return self.nulls + self.hidden + sum(self.counts().values())

    def counts(self) -> dict[Kind, int]:
        """How many of which type; types that were not seen are left out, and so are null and what is hidden."""
        parts = (self.numbers, self.strings, self.arrays, self.objects)
        counted = (self.booleans, *(part.count if part else 0 for part in parts))
        return {kind: count for kind, count in zip(KINDS, counted, strict=True) if count}


EMPTY: Final = Shape()

_Name = TypeVar("_Name", str, int)


def merge(one: Shape, other: Shape) -> Shape:
    """The shape of the values of both."""
    return Shape(
        one.nulls + other.nulls,
        one.booleans + other.booleans,
        _both(one.numbers, other.numbers, merge_numbers),
        _both(one.strings, other.strings, merge_strings),
        _both(one.arrays, other.arrays, merge_arrays),
        _both(one.objects, other.objects, _merge_objects),
        one.hidden + other.hidden,
    )


def merge_all(shapes: Iterable[Shape]) -> Shape:
    """The shape of the values of all."""
    return reduce(merge, shapes, EMPTY)


def merge_strings(one: Strings, other: Strings) -> Strings:
    """The texts of both."""
    marks: dict[int, int] | None = None
    if one.marks is not None and other.marks is not None:
        marks = {each: min(MAX_TOLD, count) for each, count in _sum(one.marks, other.marks).items()}
    return limited_strings(
        Strings(
            one.count + other.count,
            one.empty + other.empty,
            _sum(one.forms, other.forms),
            marks,
            one.values | other.values,
            one.hidden + other.hidden,
        )
    )


def merge_arrays(one: Arrays, other: Arrays) -> Arrays:
    """The lists of both."""
    return Arrays(one.count + other.count, merge(one.items, other.items), one.empty + other.empty)


def merge_numbers(one: Numbers, other: Numbers) -> Numbers:
    """The numbers of both."""
    return Numbers(
        one.count + other.count,
        one.zeros + other.zeros,
        min(one.low, other.low),
        max(one.high, other.high),
        one.decimals or other.decimals,
        _sum(one.forms, other.forms),
    )


def limited_strings(strings: Strings) -> Strings:
    """Texts, without what there is too much of; the same in whatever order it came together."""
    if strings.marks is None or len(strings.marks) > MAX_VALUES:
        return replace(strings, marks=None, values=frozenset())
    return strings


def limited_objects(
    count: int,
    fields: Mapping[str, Field],
    entries: Shape,
    keys: frozenset[str],
    variants: Mapping[str, Variant] | None,
) -> Objects:
    """Objects; those with too many fields for a record become maps, in whatever order they came together."""
    if ANY_KEY in keys or len(fields) > MAX_FIELDS:
        entries = merge(entries, merge_all(each.shape for each in fields.values()))
        return Objects(count, {}, entries, keys | {ANY_KEY}, None)
    return Objects(
        count, fields, entries, keys, variants if variants is None or len(variants) <= MAX_VARIANTS else None
    )


def _both(one: Any, other: Any, merged: Any) -> Any:
    return other if one is None else one if other is None else merged(one, other)


def _sum(one: Mapping[_Name, int], other: Mapping[_Name, int]) -> dict[_Name, int]:
    found = dict(one)
    for name, count in other.items():
        found[name] = found.get(name, 0) + count
    return found


def _merge_objects(one: Objects, other: Objects) -> Objects:
    fields = {
        name: _merge_fields(one.fields.get(name), other.fields.get(name), one.count, other.count)
        for name in {*one.fields, *other.fields}
    }
    variants: dict[str, Variant] | None = None
    if one.variants is not None and other.variants is not None:
        variants = {
            name: _merge_variants(one.variants.get(name, Variant(0)), other.variants.get(name, Variant(0)))
            for name in {*one.variants, *other.variants}
        }
    entries = merge(one.entries, other.entries)
    return limited_objects(one.count + other.count, fields, entries, one.keys | other.keys, variants)


def _merge_fields(one: Field | None, other: Field | None, count: int, other_count: int) -> Field:
    one, other = one or Field(EMPTY, count), other or Field(EMPTY, other_count)
    return Field(merge(one.shape, other.shape), one.of + other.of)


def _merge_variants(one: Variant, other: Variant) -> Variant:
    return Variant(one.count + other.count, _sum(one.fields, other.fields))
