"""Places in bodies: JSON Pointers (RFC 6901), with `*` for every item of a list and `{key}` for every entry of a map.

Fields that are themselves called so are told apart by `~2`, which RFC 6901 does not use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from paceline.contract.excerpt import escaped
from paceline.drift.forms import key_form
from paceline.drift.shape import Shape

ITEM: Final = "*"
ENTRY: Final = "{key}"


def escaped_name(name: str) -> str:
    """The step to a field.

    >>> escaped_name("a/b"), escaped_name("*")
    ('a~1b', '~2*')
    """
    return f"~2{name}" if name in {ITEM, ENTRY} else escaped(name)


def field_name(step: str) -> str:
    """The field that a step leads to: the reverse of `escaped_name`."""
    return step.removeprefix("~2").replace("~1", "/").replace("~0", "~")


def plain(pointer: str) -> str:
    """A pointer as findings and users write it: `*` for entries of maps as well as for items of lists.

    >>> plain("/rides/{key}/tags/*")
    '/rides/*/tags/*'
    """
    return "/".join(ITEM if step == ENTRY else step for step in pointer.split("/"))


def is_within(pointer: str, outer: str) -> bool:
    """Whether a place is another one or lies in it; the empty pointer is the whole body.

    >>> is_within("/data/*/id", "/data"), is_within("/database", "/data"), is_within("header:link", "")
    (True, False, False)
    """
    return pointer == outer or pointer.startswith(f"{outer}/")


def shape_at(shape: Shape, pointer: str) -> Shape | None:
    """The part of a shape at a place; None when nothing was seen there."""
    for step in pointer.split("/")[1:]:
        inside = _inside(shape, step)
        if inside is None:
            return None
        shape = inside
    return shape


def values_at(body: Any, pointer: str) -> Iterator[Any]:
    """All values of a body at a place."""
    found: Iterable[Any] = [body]
    for step in pointer.split("/")[1:]:
        found = [member for value in found for member in _members(value, step)]
    return iter(found)


def _inside(shape: Shape, step: str) -> Shape | None:
    if step == ITEM:
        return shape.arrays.items if shape.arrays else None
    if shape.objects is None:
        return None
    if step == ENTRY:
        return shape.objects.entries
    member = shape.objects.fields.get(field_name(step))
    return member.shape if member else None


def _members(value: Any, step: str) -> Iterator[Any]:
    if isinstance(value, list) and step == ITEM:
        yield from value
    elif isinstance(value, dict) and step in {ENTRY, ITEM}:
        yield from (member for name, member in value.items() if key_form(name))
    elif isinstance(value, dict) and (name := field_name(step)) in value:
        yield value[name]
