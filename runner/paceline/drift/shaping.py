"""From JSON values to their shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from paceline.contract.excerpt import printable
from paceline.drift.forms import above, below, is_personal, is_token, key_form, mark, number_forms, text_forms
from paceline.drift.hidden import is_hidden, is_wholly_hidden
from paceline.drift.shape import (
    MAX_TOLD,
    Arrays,
    Field,
    Numbers,
    Objects,
    Shape,
    Strings,
    Variant,
    limited_objects,
    limited_strings,
)

MAX_DEPTH: Final = 60  # levels; what is deeper is counted and not looked into

#: Members that tell which of several kinds of object one is, in this order; `slug` only where no person is told of.
TAGS: Final = ("__typename", "type", "kind", "object", "slug")


def shape_of(values: Sequence[Any], *, private: bool = False) -> Shape:
    """The shape of JSON values of one place.

    Args:
        private: none of the texts may be told.

    >>> shape_of([{"id": 7}, {"id": None}]).objects.fields["id"].shape.nulls
    1
    """
    return _shape(values, private, 0)


def _shape(values: Sequence[Any], private: bool, depth: int) -> Shape:
    booleans = sum(value is True or value is False for value in values)
    hidden = sum(map(is_wholly_hidden, values))
    if hidden:
        values = [value for value in values if not is_wholly_hidden(value)]
    return Shape(
        sum(value is None for value in values),
        booleans,
        _numbers([value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]),
        _texts([value for value in values if isinstance(value, str)], private),
        _lists([value for value in values if isinstance(value, list)], private, depth),
        _records([value for value in values if isinstance(value, dict)], depth),
        hidden,
    )


def _numbers(values: list[float]) -> Numbers | None:
    if not values:
        return None
    decimals = any(value % 1 for value in values)
    forms = Counter(form for value in values for form in number_forms(value))
    return Numbers(len(values), values.count(0), below(min(values)), above(max(values)), decimals, dict(forms))


def _texts(values: list[str], private: bool) -> Strings | None:
    if not values:
        return None
    filled = [value for value in values if value and not is_hidden(value)]
    forms = Counter(form for value in filled for form in text_forms(value))
    marks: dict[int, int] | None = None
    known: frozenset[str] = frozenset()
    if not private and all(map(is_token, filled)):
        counted = Counter(filled)
        marks = {}
        for value, count in counted.items():
            marks[mark(value)] = min(MAX_TOLD, marks.get(mark(value), 0) + count)
        known = frozenset(counted)
    empty = values.count("")
    hidden = len(values) - empty - len(filled)
    return limited_strings(Strings(len(values), empty, dict(forms), marks, known, hidden))


def _lists(values: list[list[Any]], private: bool, depth: int) -> Arrays | None:
    if not values:
        return None
    items = [item for value in values for item in value] if depth < MAX_DEPTH else []
    return Arrays(len(values), _shape(items, private, depth + 1), sum(not value for value in values))


def _records(values: list[dict[str, Any]], depth: int) -> Objects | None:
    if not values:
        return None
    if depth >= MAX_DEPTH:
        return Objects(len(values))
    members: dict[str, list[Any]] = {}
    entries: list[Any] = []
    forms: dict[str, str | None] = {}
    for value in values:
        for name, member in value.items():
            if name not in forms:
                forms[name] = key_form(name)
            if forms[name] is None and not is_hidden(name):
                members.setdefault(name, []).append(member)
            else:
                entries.append(member)
    fields = {
        printable(name): Field(_shape(found, is_personal(name), depth + 1), len(values))
        for name, found in members.items()
    }
    keys = frozenset(form for form in forms.values() if form)
    return limited_objects(
        len(values), fields, _shape(entries, False, depth + 1), keys, _variants(values, members.keys())
    )


def _variants(values: list[dict[str, Any]], names: Container[str]) -> dict[str, Variant] | None:
    counts: Counter[str] = Counter()
    fields: dict[str, Counter[str]] = {}
    for value in values:
        tag = _tag(value)
        if tag is None or is_hidden(value[tag]):
            continue
        if not is_token(value[tag]):
            return None
        name = f"{tag}={value[tag]}"
        counts[name] += 1
        fields.setdefault(name, Counter()).update(printable(each) for each in value if each in names)
    return {name: Variant(count, dict(fields[name])) for name, count in counts.items()}


def _tag(value: Mapping[str, Any]) -> str | None:
    tag = next((each for each in TAGS if isinstance(value.get(each), str)), None)
    if tag == "slug" and any(is_personal(name) for name in value if name not in {"slug", "display_name"}):
        return None
    return tag
