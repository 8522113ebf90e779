"""Substituting `{{name}}`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from paceline.resolve.scopes import MISSING

#: A name is anything without braces, blanks included (postman-collection, lib/superstring/index.js).
TOKEN = re.compile(r"\{\{([^{}]*)\}\}")

#: How often values may bring in new templates; a cycle simply leaves its last token (the same file).
MAX_PASSES = 19

#: From a name to its value, or `MISSING`.
Lookup = Callable[[str], Any]


def resolve(template: str, find: Lookup) -> str:
    """Replace every `{{name}}` that `find` knows; values may hold templates themselves, and names may be nested.

    >>> values = {"env": "test", "url_test": "http://{{host}}/", "host": "localhost"}
    >>> resolve("{{url_{{env}}}}a?b={{c}}", lambda name: values.get(name, MISSING))
    'http://localhost/a?b={{c}}'
    """
    if "{{" not in template:
        return template

    def value_of(match: re.Match[str]) -> str:
        value = find(match[1])
        return match[0] if value is MISSING else text_of(value)

    for _ in range(MAX_PASSES):
        resolved = TOKEN.sub(value_of, template)
        if resolved == template:
            break
        template = resolved
    return template


def unresolved(template: str, find: Lookup) -> list[str]:
    """Names still standing after `resolve`, in order, without repetition; a cycle counts too."""
    return list(dict.fromkeys(TOKEN.findall(resolve(template, find)))) if "{{" in template else []


def text_of(value: Any) -> str:
    """A variable's value as text, the way JavaScript's `String()` makes it, since that is what Postman sends.

    >>> [text_of(value) for value in (None, True, 1.0, 2.5, [1, None, "a"], {"k": 1})]
    ['null', 'true', '1', '2.5', '1,,a', '[object Object]']
    """
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple):
        return ",".join("" if entry is None else text_of(entry) for entry in value)
    if isinstance(value, dict):
        return "[object Object]"
    return str(value)


def _number(value: float) -> str:
    """ECMA-262, Number::toString: the shortest digits that tell the number, without exponent from 1e-6 up to 1e21."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    mantissa, _, power = repr(value).partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(power):+d}"
