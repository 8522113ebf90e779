"""What jsonschema found, in words: the place, what was expected there and what came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from paceline.contract.excerpt import alternatives, kinds, names_shown, pointer, quoted, shown
from paceline.errors import Location, nearest

ValidationError: TypeAlias = (
    Any  # jsonschema's; its stubs let every attribute be unset, which those given out never are
)

_FORMS = ("anyOf", "oneOf")
_ABOUT_KIND = ("type", "const", "enum")
_DEMAND_MEMBERS = ("required", "dependentRequired")

_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "a text of at least {} characters",
    "maxLength": "a text of at most {} characters",
    "pattern": "a text of the form {}",
    "minItems": "a list of at least {}",
    "maxItems": "a list of at most {}",
    "minContains": "a list with at least {} fitting items",
    "maxContains": "a list with at most {} fitting items",
    "minProperties": "an object of at least {} members",
    "maxProperties": "an object of at most {} members",
}
_FIXED = {
    "uniqueItems": "a list without repetitions",
    "contains": "a list with an item that fits",
    "not": "something else",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that does not fit; the attributes are those of a `Breach`."""

    pointer: str
    expected: str
    got: str
    at: Location


def findings(errors: Iterable[ValidationError], place: Callable[[Any], Location]) -> Iterator[Finding]:
    """Each place that does not fit, once, in the order of the errors.

    Args:
        place: where a schema stands.
    """
    told: set[tuple[int, str]] = set()
    for error in errors:
        for leaf in _leaves(error):
            path = pointer(leaf.absolute_path)
            at = place(leaf.schema).child(*([leaf.validator] if leaf.validator else []))
            if leaf.validator not in _DEMAND_MEMBERS:
                yield Finding(path, _expected(leaf), _got(leaf), at)
            elif (id(leaf.schema), path) not in told:  # jsonschema tells the same for every missing member
                told.add((id(leaf.schema), path))
                yield from _missing(leaf, at)


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors to tell: for several forms those of the form that fits best, unless none is even of the right kind."""
    if error.validator not in _FORMS or not error.context:
        yield error
        return
    forms: dict[Any, list[ValidationError]] = defaultdict(list)
    for each in error.context:
        forms[each.relative_schema_path[0]].append(each)
    fitting = [errors for errors in forms.values() if not any(_is_about_kind(each) for each in errors)]
    if not fitting:
        yield error
        return
    # A form whose first trouble lies deep inside is meant rather than one that lacks a member at its top.
    best = max(fitting, key=lambda errors: (min(len(each.relative_path) for each in errors), -len(errors)))
    for each in best:
        yield from _leaves(each)


def _is_about_kind(error: ValidationError) -> bool:
    if error.validator in _FORMS and error.context:
        return all(_is_about_kind(each) for each in error.context)
    return not error.relative_path and (error.validator in _ABOUT_KIND or error.schema is False)


def _missing(error: ValidationError, at: Location) -> Iterator[Finding]:
    described = error.schema.get("properties", {})
    missing = _demanded(error)
    undescribed = [name for name in error.instance if name not in described and name not in error.validator_value]
    for name, beside in missing.items():
        near = nearest(name, undescribed)
        got = f"no such member, but one named {quoted(near)}" if near else f"no such member in {shown(error.instance)}"
        what = described.get(name)
        about = f" ({what['description']})" if isinstance(what, dict) and "description" in what else ""
        expected = f"a member {quoted(name)}{f' beside {quoted(beside)}' if beside else ''}{about}"
        yield Finding(pointer([*error.absolute_path, name]), expected, got, at)


def _demanded(error: ValidationError) -> dict[str, str]:
    """The missing members, each with the member that it has to stand beside; empty where it has to be there anyway.

    What a missing member brings along is missed as well: members that come together may ask for each other in a ring.
    """
    wanted = error.validator_value
    if error.validator == "required":
        return {name: "" for name in wanted if name not in error.instance}
    missing: dict[str, str] = {}
    pending = [name for name in wanted if name in error.instance]
    for name in pending:
        for each in wanted.get(name, ()):
            if each not in error.instance and each not in missing:
                missing[each] = name if name in error.instance else missing[name]
                pending.append(each)
    return missing


def _expected(error: ValidationError) -> str:
    words = _demand(error)
    if "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str):
        words = f"names of members to be {words}"
    description = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f"{words} ({description})" if description else words


def _demand(error: ValidationError) -> str:
    keyword, wanted = error.validator, error.validator_value
    if keyword in _BOUNDS:
        return _BOUNDS[keyword].format(wanted)
    if keyword == "not" and wanted == {}:
        return "no such member"
    if keyword in _FIXED:
        return _FIXED[keyword]
    match keyword:
        case "type":
            words = kinds(wanted)
        case "const":
            words = shown(wanted)
        case "enum":
            words = alternatives([shown(each) for each in wanted])
        case "anyOf" | "oneOf" if error.context:
            words = alternatives([_demand(each) for each in error.context if _is_about_kind(each)])
        case "oneOf":
            words = "a value that fits just one of the forms"
        case "additionalProperties" | "unevaluatedProperties" if wanted is False:
            described = error.schema.get("properties", {})
            words = f"no members but {names_shown(described)}" if described else "no further members"
        case None:  # `items: false` and the like
            words = "no value here"
        case _:
            words = str(error.message)[:200]
    return words


def _got(error: ValidationError) -> str:
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        described = error.schema.get("properties", {})
        return f"also {names_shown(name for name in error.instance if name not in described)}"
    if error.validator in {"minLength", "maxLength"}:
        return f"{len(error.instance)} characters: {quoted(error.instance)}"
    return shown(error.instance)
