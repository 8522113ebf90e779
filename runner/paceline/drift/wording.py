"""Shapes in few words, and values that came without what they tell."""

from __future__ import annotations

import re
from typing import Any, Final

from paceline.drift.forms import above, below
from paceline.drift.judging import expected_forms
from paceline.drift.shape import Shape, Strings

_LONGEST: Final = 40
_LETTER: Final = re.compile(r"[^\W\d_]")
_DIGIT: Final = re.compile(r"\d")


def described(shape: Shape) -> str:
    """The types of a shape, with the forms that all values have.

    >>> from paceline.drift.shaping import shape_of
    >>> described(shape_of(["2024-02-29", None])), described(shape_of([[1, 2.5]])), described(shape_of([]))
    ('string or null', 'array of number', 'nothing')
    """
    words = []
    for kind in shape.counts():
        word: str = kind
        if kind == "string" and shape.strings:
            word = " ".join([kind, *_brackets(expected_forms(shape.strings))])
        elif kind == "number" and shape.numbers:
            word = " ".join([kind, *_brackets(expected_forms(shape.numbers))])
        elif kind == "array" and shape.arrays and shape.arrays.items.total:
            word = f"array of {described(shape.arrays.items)}"
        words.append(word)
    if shape.nulls:
        words.append("null")
    if not words and shape.hidden:
        return "a hidden value"
    return " or ".join(words) or "nothing"


def values_of(strings: Strings) -> str:
    """The values of an enum, as far as they may be told.

    >>> values_of(Strings(40, marks={1: 9, 2: 9, 3: 2}, values=frozenset({"on", "off"})))
    'off, on and 1 more'
    """
    listed = sorted(strings.values)
    hidden = len(strings.marks or ()) - len(listed)
    if not listed:
        return f"one of {hidden} values"
    return ", ".join(listed) + (f" and {hidden} more" if hidden > 0 else "")


def range_of(low: float, high: float) -> str:
    """A range for the reader.

    >>> range_of(0, 1000.0)
    '0..1000'
    """
    return f"{number(low)}..{number(high)}"


def number(value: float) -> str:
    """A bound of `forms.below` or `above`, which have one digit that counts.

    >>> number(500), number(2e9), number(0.05)
    ('500', '2e9', '0.05')
    """
    return f"{value:g}".replace("e+0", "e").replace("e+", "e")


def masked(value: Any) -> str:
    """What a value looks like: letters as `a`, digits as `0`, numbers by their size; of lists and objects the kind.

    >>> masked("Ann-1984"), masked(73.2), masked({"id": 1}), masked(None)
    ('"aaa-0000"', '50..100', 'an object', 'null')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        low, high = below(value), above(value)
        return number(low) if low == high else range_of(low, high)
    if isinstance(value, str):
        text = _DIGIT.sub("0", _LETTER.sub("a", value[:_LONGEST])).encode("utf-8", "replace").decode()
        return f'"{text}{"…" if len(value) > _LONGEST else ""}"'
    return "an object" if isinstance(value, dict) else "a list"


def _brackets(forms: list[str]) -> list[str]:
    return [f"({', '.join(forms)})"] if forms else []
