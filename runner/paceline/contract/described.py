"""Which places of a body a JSON Schema describes, whatever body comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from paceline.contract.excerpt import escaped
from paceline.errors import Location

ITEM: Final = "*"

#: `met: COMPLETE, IN_PROGRESS; often null`: values of an open list, as schemas/README.md has them told.
_MET: Final = re.compile(r"(?:^|[;.] ?)met: ([^;]+)")

_FORMS: Final = ("allOf", "anyOf", "oneOf")
_SIDES: Final = ("then", "else")


@dataclass(frozen=True, slots=True)
class Described:
    """A place that a contract describes.

    Attributes:
        pointer: JSON Pointer with `*` for every item of a list and every free member of an object.
        at: where that stands: file and JSON Pointer, or for GraphQL a coordinate such as `Tag.name`.
        values: what is told of the values it may have, be the list open or closed; empty where nothing is.
    """

    pointer: str
    at: tuple[Location, ...] = ()
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A schema within another one.

    Attributes:
        owner: the schema it is written in, which has a place even where the part itself is only `true`.
        steps: the way from there.
    """

    schema: Any
    owner: Mapping[str, Any] = field(repr=False)
    steps: tuple[str | int, ...] = ()


class Descriptions:
    """Looks places up in schemas. Every form counts that a body may take: both sides of an `if`, each of an `anyOf`.

    Args:
        target: what the `$ref` of a schema leads to.
        place: where a schema stands.
    """

    def __init__(self, target: Callable[[Mapping[str, Any]], Any], place: Callable[[Any], Location]) -> None:
        self._target = target
        self._place = place

    def at(self, root: Mapping[str, Any], pointer: str) -> tuple[Location, ...]:
        """Where a place of the body is described; nothing where no schema does.

        Args:
            pointer: with `*` for items of lists and entries of maps; as RFC 6901 else.
        """
        parts = [Part(root, root)]
        for step in pointer.split("/")[1:]:
            parts = self._inside(parts, step)
        return self._places(parts)

    def fields(self, root: Mapping[str, Any]) -> Iterator[Described]:
        """Every place below the root that is described, in the order of the schema.

        A type that holds itself again is not followed into a second time.
        """
        pending: list[tuple[str, list[Part], frozenset[int]]] = [("", [Part(root, root)], frozenset())]
        while pending:
            pointer, parts, above = pending.pop()
            schemas = [schema for part in parts for schema in self._in_force(part.schema)]
            if pointer:
                yield Described(pointer, self._places(parts), tuple(_values(schemas)))
            own = frozenset(id(schema) for schema in schemas if _has_members(schema))
            if own & above:
                continue
            steps = dict.fromkeys(step for schema in schemas for step in _steps(schema))
            pending += [(f"{pointer}/{step}", self._inside(parts, step), above | own) for step in reversed(list(steps))]

    def _places(self, parts: Iterable[Part]) -> tuple[Location, ...]:
        return tuple(dict.fromkeys(self._place(part.owner).child(*part.steps) for part in parts))

    def _inside(self, parts: Iterable[Part], step: str) -> list[Part]:
        found: dict[Location, Part] = {}
        for part in parts:
            for schema in self._in_force(part.schema):
                for inner in _inner(schema, step):
                    found.setdefault(self._place(schema).child(*inner.steps), inner)
        return list(found.values())

    def _in_force(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        """A schema and those that it brings in, at the same place of the body."""
        pending, seen = [schema], set()
        while pending:
            each = pending.pop(0)
            if not isinstance(each, dict) or id(each) in seen:
                continue
            seen.add(id(each))
            yield each
            if isinstance(each.get("$ref"), str):
                pending.append(self._target(each))
            pending += [form for keyword in _FORMS for form in each.get(keyword, ())]
            pending += [each[side] for side in _SIDES if side in each]
            pending += each.get("dependentSchemas", {}).values()


def _inner(schema: Mapping[str, Any], step: str) -> Iterator[Part]:
    """What a single schema says of a member, or with `*` of the items and the free members."""
    if step == ITEM:
        yield from (Part(part, schema, steps) for part, steps in _free(schema) if part is not False)
        return
    name = step.replace("~1", "/").replace("~0", "~")
    properties = schema.get("properties", {})
    if name in properties:
        yield Part(properties[name], schema, ("properties", name))
        return
    for pattern, part in schema.get("patternProperties", {}).items():
        if re.search(pattern, name):
            yield Part(part, schema, ("patternProperties", pattern))
    if isinstance(schema.get("additionalProperties"), dict):
        yield Part(schema["additionalProperties"], schema, ("additionalProperties",))


def _free(schema: Mapping[str, Any]) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    for index, part in enumerate(schema.get("prefixItems", ())):
        yield part, ("prefixItems", index)
    for keyword in ("items", "unevaluatedItems"):
        if keyword in schema:
            yield schema[keyword], (keyword,)
    for pattern, part in schema.get("patternProperties", {}).items():
        yield part, ("patternProperties", pattern)
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if isinstance(schema.get(keyword), dict):
            yield schema[keyword], (keyword,)


def _steps(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        if part != {"not": {}}:  # what must not be there is no field
            yield escaped(name)
    if any(part is not False for part, _ in _free(schema)):
        yield ITEM


def _has_members(schema: Mapping[str, Any]) -> bool:
    return next(_steps(schema), None) is not None


def _values(schemas: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    """Values that are told: of an `enum`, of several `const`, or those met so far."""
    found: list[Any] = [each for schema in schemas for each in schema.get("enum", ())]
    constants = [schema["const"] for schema in schemas if "const" in schema]
    found += constants if len(constants) > 1 else []
    for schema in schemas:
        told = _MET.search(str(schema.get("description", "")))
        found += [word.strip() for word in told[1].split(",")] if told else []
    yield from (each for at, each in enumerate(found) if each is not None and each not in found[:at])
