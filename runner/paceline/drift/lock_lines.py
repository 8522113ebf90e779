"""One line of text for each place of a shape, and back: `required 25/25; string 25, hex32 25, open`.

A line is what a pull request shows of a change, so each says all about its place and nothing about others:

    required 25/25; null 2; number 23, 10..500
    optional 3/25; string 3, of 2x0c1 1x1a2
    required 25/25; string 25, of DONE OPEN 9x0c1 9x1a2
    array 25
    object 25, keys hex
    required 25/25; hidden 20; string 5, hidden 2, open

The word before the counts tells what follows from them, and is not read back. After `of` stand the values of an enum
that may be told, and for each value there is how often it came, up to nine times, and its mark; where there is `open`
instead, texts are no enum. Hidden are secrets: values of unknown type, and texts with a secret in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from paceline.drift.forms import ANY_KEY, KEY_FORMS, NUMBER_FORMS, TEXT_FORMS
from paceline.drift.judging import is_required
from paceline.drift.pointers import ENTRY, ITEM, escaped_name, field_name
from paceline.drift.shape import EMPTY, Arrays, Field, Numbers, Objects, Shape, Strings, Variant
from paceline.drift.wording import number

Variants = Mapping[str, Variant] | None

_PRESENCE: Final = re.compile(r"(?:required|optional|always|rare) (\d+)/(\d+)")
_RANGE: Final = re.compile(r"(-?[0-9.einf-]+)\.\.(-?[0-9.einf-]+)")
_MARK: Final = re.compile(r"([1-9])x([0-9a-f]{3})")
_FORM: Final = re.compile(r"([a-z0-9-]+) (\d+)")


@dataclass(frozen=True, slots=True)
class Line:
    """What stands at one place.

    Attributes:
        variants: of the objects there.
    """

    pointer: str
    text: str
    variants: Variants = field(default_factory=dict)


class UnreadableLineError(Exception):
    """A line that no shape was written as.

    Attributes:
        pointer: of the place.
    """

    def __init__(self, pointer: str, what: str) -> None:
        super().__init__(pointer, what)
        self.pointer = pointer
        self.what = what


def lines_of(shape: Shape) -> list[Line]:
    """The lines of a shape, sorted by place; none for a shape of nothing."""
    return sorted(_lines(shape, "", None), key=lambda line: line.pointer.split("/"))


def shape_of_lines(lines: Iterable[Line]) -> Shape:
    """The shape that these are the lines of.

    Raises:
        UnreadableLineError: they are not what `lines_of` writes.
    """
    texts = {line.pointer: line for line in lines}
    if not texts:
        return EMPTY
    below: dict[str, list[str]] = {}
    for pointer in texts:
        parent, slash, step = pointer.rpartition("/")
        if not slash and pointer:
            raise UnreadableLineError(pointer, "this is no JSON Pointer: it does not start with a slash")
        if pointer and parent not in texts:
            raise UnreadableLineError(pointer, "there is no line for what this is in")
        if pointer:
            below.setdefault(parent, []).append(step)
    if "" not in texts:
        raise UnreadableLineError(min(texts), "there is no line for what this is in")
    return _Reader(texts, below).shape("")[0]


# --- Writing ---


def _lines(shape: Shape, pointer: str, of: int | None) -> Iterator[Line]:
    if not shape.total and of is None:
        return
    variants: Variants = shape.objects.variants if shape.objects else {}
    yield Line(pointer, "; ".join(_parts(shape, of)), variants)
    if shape.arrays:
        yield from _lines(shape.arrays.items, f"{pointer}/{ITEM}", None)
    if shape.objects:
        yield from _lines(shape.objects.entries, f"{pointer}/{ENTRY}", None)
        for name, member in shape.objects.fields.items():
            yield from _lines(member.shape, f"{pointer}/{escaped_name(name)}", member.of)


def _parts(shape: Shape, of: int | None) -> Iterator[str]:
    if of is not None:
        yield f"{_word(Field(shape, of))} {shape.total}/{of}"
    if shape.nulls:
        yield f"null {shape.nulls}"
    if shape.hidden:
        yield f"hidden {shape.hidden}"
    if shape.booleans:
        yield f"boolean {shape.booleans}"
    if numbers := shape.numbers:
        flags = [f"zero {numbers.zeros}"] if numbers.zeros else []
        flags += ["decimal"] if numbers.decimals else []
        bounds = f"{number(numbers.low)}..{number(numbers.high)}"
        yield ", ".join([f"number {numbers.count}", bounds, *flags, *_forms(numbers.forms)])
    if strings := shape.strings:
        flags = [f"empty {strings.empty}"] if strings.empty else []
        flags += [f"hidden {strings.hidden}"] if strings.hidden else []
        yield ", ".join([f"string {strings.count}", *flags, *_forms(strings.forms), *_values(strings)])
    if shape.arrays:
        yield f"array {shape.arrays.count}" + (f", empty {shape.arrays.empty}" if shape.arrays.empty else "")
    if objects := shape.objects:
        keys = [f"keys {' '.join(sorted(objects.keys))}"] if objects.keys else []
        yield ", ".join([f"object {objects.count}", *keys])


def _word(member: Field) -> str:
    if member.absent:
        return "optional" if member.shape.total * 10 > member.of else "rare"
    return "required" if is_required(member) else "always"


def _forms(forms: Mapping[str, int]) -> list[str]:
    return [f"{form} {count}" for form, count in sorted(forms.items()) if count]


def _values(strings: Strings) -> list[str]:
    if strings.marks is None:
        return ["open"]
    if not strings.marks:
        return []
    marks = [f"{count}x{each:03x}" for each, count in sorted(strings.marks.items())]
    return [" ".join(["of", *sorted(strings.values), *marks])]


# --- Reading ---


class _Reader:
    def __init__(self, texts: Mapping[str, Line], below: Mapping[str, list[str]]) -> None:
        self._texts = texts
        self._below = below

    def shape(self, pointer: str) -> tuple[Shape, int | None]:
        """The shape at a place, and of how many it is when it is a field."""
        line = self._texts[pointer]
        of: int | None = None
        parts = line.text.split("; ")
        if presence := _PRESENCE.fullmatch(parts[0]):
            of = int(presence[2])
            parts = parts[1:]
        found: dict[str, list[str]] = {}
        for part in parts:
            head, *details = part.split(", ")
            kind, _, count = head.partition(" ")
            if kind in found or not count.isdecimal():
                raise UnreadableLineError(pointer, f"{part!r} is not what is written here")
            found[kind] = [count, *details]
        try:
            return self._shape(pointer, found, line.variants), of
        except (ValueError, LookupError) as error:
            raise UnreadableLineError(pointer, f"{line.text!r} is not what is written here") from error

    def _shape(self, pointer: str, found: dict[str, list[str]], variants: Variants) -> Shape:
        counts = {kind: int(details[0]) for kind, details in found.items()}
        if counts.keys() - {"null", "hidden", "boolean", "number", "string", "array", "object"}:
            raise ValueError
        steps = self._below.get(pointer, [])
        arrays = objects = None
        if "array" in found:
            items = self.shape(f"{pointer}/{ITEM}")[0] if ITEM in steps else EMPTY
            arrays = Arrays(counts["array"], items, _read_forms(found["array"][1:], {"empty"}).get("empty", 0))
        if "object" in found:
            objects = self._objects(pointer, counts["object"], found["object"][1:], steps, variants)
        elif [step for step in steps if step != ITEM or arrays is None]:
            raise UnreadableLineError(f"{pointer}/{steps[0]}", "what this is in has no members")
        return Shape(
            counts.get("null", 0),
            counts.get("boolean", 0),
            _numbers(counts["number"], found["number"][1:]) if "number" in found else None,
            _strings(counts["string"], found["string"][1:]) if "string" in found else None,
            arrays,
            objects,
            counts.get("hidden", 0),
        )

    def _objects(self, pointer: str, count: int, details: list[str], steps: list[str], variants: Variants) -> Objects:
        fields: dict[str, Field] = {}
        for step in steps:
            if step in {ITEM, ENTRY}:
                continue
            shape, of = self.shape(f"{pointer}/{step}")
            if of is None:
                raise UnreadableLineError(f"{pointer}/{step}", "the line of a field starts with its counts")
            fields[field_name(step)] = Field(shape, of)
        keys = frozenset(" ".join(details).removeprefix("keys ").split())
        if not keys <= {*KEY_FORMS, ANY_KEY}:
            raise ValueError
        entries = self.shape(f"{pointer}/{ENTRY}")[0] if ENTRY in steps else EMPTY
        return Objects(count, fields, entries, keys, variants)


def _numbers(count: int, details: list[str]) -> Numbers:
    bounds = _RANGE.fullmatch(details[0])
    if bounds is None:
        raise ValueError
    forms = _read_forms([each for each in details[1:] if each != "decimal"], {*NUMBER_FORMS, "zero"})
    zeros = forms.pop("zero", 0)
    return Numbers(count, zeros, float(bounds[1]), float(bounds[2]), "decimal" in details, forms)


def _strings(count: int, details: list[str]) -> Strings:
    marks: dict[int, int] | None = {}
    values: set[str] = set()
    last = details[-1] if details else ""
    if last == "open":
        marks = None
    elif last.startswith("of "):
        marks = {}
        for word in last.split()[1:]:  # values start with a letter
            if match := _MARK.fullmatch(word):
                marks[int(match[2], 16)] = int(match[1])
            else:
                values.add(word)
    forms = _read_forms(details[:-1] if marks != {} else details, {*TEXT_FORMS, "empty", "hidden"})
    empty, hidden = forms.pop("empty", 0), forms.pop("hidden", 0)
    return Strings(count, empty, forms, marks, frozenset(values), hidden)


def _read_forms(details: Iterable[str], known: set[str]) -> dict[str, int]:
    forms = {}
    for each in details:
        match = _FORM.fullmatch(each)
        if match is None or match[1] not in known:
            raise ValueError(each)
        forms[match[1]] = int(match[2])
    return forms
