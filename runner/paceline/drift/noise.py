"""Noise: what differs between answers to one and the same request, made at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from paceline.drift.forms import key_form
from paceline.drift.pointers import escaped_name
from paceline.drift.shaping import MAX_DEPTH


def noise_of(bodies: Sequence[Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Where JSON bodies differ that should not.

    Returns:
        pointers whose values differ, and pointers that not all have or not with the same type. Of lists the items are
        compared that have the same id; those without ids one by one if the lists are of one length, and else not at
        all.

    >>> noise_of([{"now": 1, "id": "a"}, {"now": 2, "id": "a", "ad": {}}])
    (frozenset({'/now'}), frozenset({'/ad'}))
    """
    noise: set[str] = set()
    fickle: set[str] = set()
    for other in bodies[1:]:
        _compare(bodies[0], other, "", noise, fickle, 0)
    return frozenset(noise), frozenset(fickle)


def _compare(one: Any, other: Any, pointer: str, noise: set[str], fickle: set[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        return
    if _type(one) is not _type(other):
        fickle.add(pointer)
    elif isinstance(one, dict):
        for name in {*one, *other}:
            form = key_form(name)
            place = f"{pointer}/{escaped_name(name) if form is None else '{key}'}"
            if name in one and name in other:
                _compare(one[name], other[name], place, noise, fickle, depth + 1)
            elif form is None:
                fickle.add(place)
    elif isinstance(one, list):
        for mine, its in _pairs(one, other):
            _compare(mine, its, f"{pointer}/*", noise, fickle, depth + 1)
    elif one != other:
        noise.add(pointer)


def _pairs(one: list[Any], other: list[Any]) -> Iterable[tuple[Any, Any]]:
    """The items that are the same in both lists: a row that came or went moves all behind it."""
    mine, its = _by_id(one), _by_id(other)
    if mine is not None and its is not None:
        return ((item, its[name]) for name, item in mine.items() if name in its)
    return zip(one, other, strict=True) if len(one) == len(other) else ()


def _by_id(items: list[Any]) -> dict[str | int, Any] | None:
    """The items by their ids; None where not all have one of their own."""
    found: dict[str | int, Any] = {}
    for item in items:
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, (str, int)) or name in found:
            return None
        found[name] = item
    return found


def _type(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)
