"""Which values a shape may tell: those of enums, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from paceline.drift.forms import mark
from paceline.drift.judging import is_enum
from paceline.drift.shape import Field, Shape, Strings


def told(shape: Shape) -> Shape:
    """The shape without the values of texts that are no enum, or not one yet."""
    return _each(shape, None, lambda strings, _: strings if is_enum(strings) else replace(strings, values=frozenset()))


def recalled(shape: Shape, seen: Shape) -> Shape:
    """The shape with the values of enums that stand in `seen`, which is the shape of some of the same evidence."""

    def add(strings: Strings, others: Strings | None) -> Strings:
        if others is None or strings.marks is None:
            return strings
        known = {value for value in others.values if mark(value) in strings.marks}
        return replace(strings, values=strings.values | known)

    return _each(shape, seen, add)


def _each(shape: Shape, beside: Shape | None, change: Callable[[Strings, Strings | None], Strings]) -> Shape:
    """The shape with every `Strings` in it changed, each seen beside the one of the other shape at its place."""
    strings, arrays, objects = shape.strings, shape.arrays, shape.objects
    if strings is not None:
        strings = change(strings, beside.strings if beside else None)
    if arrays is not None:
        arrays = replace(
            arrays, items=_each(arrays.items, beside.arrays.items if beside and beside.arrays else None, change)
        )
    if objects is not None:
        others = beside.objects if beside else None
        fields = {}
        for name, member in objects.fields.items():
            other = others.fields.get(name) if others else None
            fields[name] = Field(_each(member.shape, other.shape if other else None, change), member.of)
        entries = _each(objects.entries, others.entries if others else None, change)
        objects = replace(objects, fields=fields, entries=entries)
    return replace(shape, strings=strings, arrays=arrays, objects=objects)
