"""A shape as a JSON Schema that a person can edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from paceline.drift.forms import ANY_KEY, KEY_FORMS, TEXT_FORMS, mark
from paceline.drift.judging import DEFAULT, Thresholds, expected_forms, is_enum, is_map, is_required
from paceline.drift.shape import Field, Numbers, Objects, Shape, Strings, merge_all
from paceline.drift.wording import range_of, values_of

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

#: What JSON Schema calls a form, where it knows it; told to the reader, since validators check it or do not.
_FORMATS: Final = {"uuid": "uuid", "date": "date", "url": "uri", "e-mail": "email"}


def schema_text(shape: Shape, title: str, thresholds: Thresholds = DEFAULT) -> str:
    """The text of a schema file, in JSON Schema 2020-12; the same for the same shape."""
    return json.dumps(schema_of(shape, title, thresholds), indent=2, ensure_ascii=False) + "\n"


def schema_of(shape: Shape, title: str = "", thresholds: Thresholds = DEFAULT) -> dict[str, Any]:
    """A schema that every value fits that was learnt from.

    It is open: fields that are not named may come. Required is what was always there, often enough. Numbers keep no
    bounds, since those of the sightings are none of the API's; the description tells them.
    """
    head = {"$schema": _DIALECT, **({"title": title} if title else {})}
    return head | _Emitter(thresholds).schema(shape)


class _Emitter:
    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    def schema(self, shape: Shape, seen: str = "") -> dict[str, Any]:
        kinds = list(shape.counts())
        if not kinds:
            what = (
                "what was seen is hidden"
                if shape.hidden
                else "only null was seen"
                if shape.nulls
                else "nothing was seen"
            )
            return {"description": _sentence([seen, what])}
        types: list[str] = [self._type(kind, shape) for kind in kinds]
        if shape.hidden:  # a mask is a text, a placeholder may be a number, and a replay has to fit as well
            types = [*dict.fromkeys([*kinds, "number", "string"])]
        types += ["null"] if shape.nulls else []
        found: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
        told = [seen]
        if shape.numbers:
            told.append(self._number(shape.numbers))
        if shape.strings and not shape.hidden and not shape.strings.hidden:
            found |= self._string(shape.strings, nullable=bool(shape.nulls), alone=len(kinds) == 1)
        if shape.strings:
            told += self._strings_told(shape.strings)
        if shape.arrays and shape.arrays.items.total:
            found["items"] = self.schema(shape.arrays.items)
        if shape.objects:
            found |= self._object(shape.objects)
        if description := _sentence(told):
            found = {"description": description, **found}
        return found

    def _type(self, kind: str, shape: Shape) -> str:
        """`integer` only for points in time: what is whole in a few answers may have decimals in the next."""
        if kind != "number" or shape.numbers is None or shape.numbers.decimals:
            return kind
        return "integer" if expected_forms(shape.numbers, self._thresholds) else kind

    def _number(self, numbers: Numbers) -> str:
        forms = expected_forms(numbers, self._thresholds)
        return forms[0].replace("-", " ") if forms else f"seen within {range_of(numbers.low, numbers.high)}"

    def _string(self, strings: Strings, *, nullable: bool, alone: bool) -> dict[str, Any]:
        if (
            alone
            and is_enum(strings, self._thresholds)
            and {mark(each) for each in strings.values} == {*(strings.marks or ())}
        ):
            return {"enum": [*([""] if strings.empty else []), *sorted(strings.values), *([None] if nullable else [])]}
        forms = expected_forms(strings, self._thresholds)
        if not forms:
            return {}
        pattern = TEXT_FORMS[forms[0]]
        known = {"format": _FORMATS[forms[0]]} if forms[0] in _FORMATS and not strings.empty else {}
        return {**known, "pattern": f"^$|{pattern}" if strings.empty else pattern}

    def _strings_told(self, strings: Strings) -> Iterator[str]:
        if is_enum(strings, self._thresholds) and strings.values:
            yield f"values seen: {values_of(strings)}"
        yield from expected_forms(strings, self._thresholds)

    def _object(self, objects: Objects) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if objects.fields and is_map(objects, self._thresholds):
            inner = merge_all(each.shape for each in objects.fields.values())
            return {"additionalProperties": self.schema(merge_all([inner, objects.entries]))}
        if required := [name for name, each in sorted(objects.fields.items()) if is_required(each, self._thresholds)]:
            found["required"] = required
        if objects.fields:
            found["properties"] = {name: self._field(each) for name, each in sorted(objects.fields.items())}
        if objects.entries.total:
            entries = self.schema(objects.entries)
            if ANY_KEY in objects.keys:
                found["additionalProperties"] = entries
            else:
                found["patternProperties"] = {KEY_FORMS[form]: entries for form in sorted(objects.keys)}
        return found

    def _field(self, member: Field) -> dict[str, Any]:
        required = is_required(member, self._thresholds)
        return self.schema(member.shape, "" if required else f"in {member.shape.total} of {member.of}")


def _sentence(parts: list[str]) -> str:
    return "; ".join(filter(None, parts))
