"""Text as JavaScript writes it, where Python would write it differently."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from paceline.resolve.template import text_of

_SURROGATE = re.compile("[\ud800-\udfff]")


def utf8(text: str) -> bytes:
    """The text in UTF-8; half of a surrogate pair, which JSON can hold, becomes U+FFFD, as in Node."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def json_text(value: Any) -> str:
    """A JSON value as `JSON.stringify` writes it (ECMA-262), save that no integer is too long to keep its digits.

    >>> json_text({"page": 2.0, "names": ["Zoë", None]})
    '{"page":2,"names":["Zoë",null]}'
    """
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(str(key))}:{json_text(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, float):
        return text_of(value) if math.isfinite(value) else "null"
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
