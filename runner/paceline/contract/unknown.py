"""Members of a body that no schema describes: what is new in an API shows there first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from paceline.contract.excerpt import escaped
from paceline.model.contract import UnknownField

_DESCRIBE_MEMBERS = ("properties", "patternProperties", "additionalProperties", "unevaluatedProperties")


def unknown_fields(
    schema: Any, value: Any, target: Callable[[Mapping[str, Any]], Any], fits: Callable[[Any, Any], bool]
) -> list[UnknownField]:
    """The members that the schemas in force at their place describe nowhere, each place told once.

    In force is what `$ref` and `allOf` bring, the forms of `anyOf` and `oneOf` that the value fits (all of them when it
    fits none), and the side of `if` that applies. An object of which no schema names any member is opaque: nothing in
    it is unknown.

    Args:
        target: what the `$ref` of a schema leads to.
        fits: whether a value fits a schema.
    """
    found: dict[str, None] = {}
    pending: list[tuple[list[Any], Any, str]] = [([schema], value, "")]
    while pending:
        schemas, each, place = pending.pop()
        if not isinstance(each, (dict, list)):
            continue
        in_force = [part for schema in schemas for part in _in_force(schema, each, target, fits)]
        if isinstance(each, dict):
            for step, member, inner in _members(each, in_force):
                if inner is None:
                    found[f"{place}/{step}"] = None
                else:
                    pending.append((inner, member, f"{place}/{step}"))
        else:
            pending.extend((inner, item, f"{place}/*") for item, inner in _items(each, in_force))
    return [UnknownField(each) for each in sorted(found)]


def _in_force(
    schema: Any,
    value: Any,
    target: Callable[[Mapping[str, Any]], Any],
    fits: Callable[[Any, Any], bool],
) -> Iterator[Mapping[str, Any]]:
    if not isinstance(schema, dict):
        return
    yield schema
    parts: list[Any] = [target(schema)] if isinstance(schema.get("$ref"), str) else []
    parts += schema.get("allOf", ())
    for keyword in ("anyOf", "oneOf"):
        forms = schema.get(keyword, [])
        parts += [form for form in forms if fits(form, value)] or forms
    if "if" in schema:
        parts += [schema["if"], schema.get("then")] if fits(schema["if"], value) else [schema.get("else")]
    if isinstance(value, dict):
        parts += [part for name, part in schema.get("dependentSchemas", {}).items() if name in value]
    for part in parts:
        yield from _in_force(part, value, target, fits)


def _members(
    value: dict[str, Any], schemas: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, Any, list[Any] | None]]:
    """Each member as (step of the pointer, value, its schemas), the schemas None where it is unknown."""
    describing = [schema for schema in schemas if any(keyword in schema for keyword in _DESCRIBE_MEMBERS)]
    if not describing:
        return
    for name, member in value.items():
        inner: list[Any] = []
        named = False
        for schema in describing:
            properties = schema.get("properties", {})
            matching = [properties[name]] if name in properties else []
            named = named or name in properties
            matching += [
                part for pattern, part in schema.get("patternProperties", {}).items() if re.search(pattern, name)
            ]
            inner += matching or _others(schema, "additionalProperties")
        if not inner:
            inner = [part for schema in describing for part in _others(schema, "unevaluatedProperties")]
        yield (escaped(name) if named or not inner else "*"), member, (inner or None)


def _others(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    part = schema.get(keyword, False)
    return [] if part is False else [part]


def _items(value: list[Any], schemas: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, list[Any]]]:
    listed = list(schemas)
    for index, item in enumerate(value):
        inner: list[Any] = []
        for schema in listed:
            first = schema.get("prefixItems", ())
            keyword = "items" if "items" in schema else "unevaluatedItems"
            inner += [first[index]] if index < len(first) else _others(schema, keyword)
        yield item, inner
