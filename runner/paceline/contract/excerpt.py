"""Values, places and lists of names in the words of an error message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

_LENGTH = 60  # characters of a value; bodies hold whole novels
_NAMES = 6

_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


def kinds(types: str | Iterable[str]) -> str:
    """JSON Schema's names of types in words.

    >>> kinds(["string", "null"])
    'a text or null'
    """
    names = [types] if isinstance(types, str) else list(types)
    return alternatives([_KINDS.get(name, name) for name in names])


def alternatives(words: Sequence[str]) -> str:
    """Words with commas and an `or` before the last one."""
    unique = list(dict.fromkeys(words))
    return " or ".join(filter(None, (", ".join(unique[:-1]), *unique[-1:])))


def shown(value: Any) -> str:
    """A JSON value in one short line: what it is, and as much of its content as fits.

    >>> shown("12"), shown(12), shown({"id": 1, "name": "x"}), shown([1, 2])
    ('"12" (a text)', '12 (a number)', 'an object with id, name', 'a list of 2')
    """
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return f"{quoted(value)} (a text)"
    if isinstance(value, (int, float)):
        return f"{shortened(str(value))} (a number)"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return f"an object with {names_shown(value)}" if value else "an empty object"


def quoted(text: str, length: int = _LENGTH) -> str:
    """A text in JSON's quotes, shortened; half a surrogate pair, which nothing can print, as a question mark."""
    start = json.dumps(printable(text[:length]), ensure_ascii=False)
    return start if len(text) <= length else f'{start[:-1]}…" of {len(text)} characters'


def shortened(text: str) -> str:
    """At most the first sixty characters, and how many there are."""
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}… of {len(text)} characters"


def names_shown(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    listed = [printable(shortened(name)) for name in names]
    rest = len(listed) - _NAMES
    return ", ".join(listed[:_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def pointer(tokens: Iterable[str | int]) -> str:
    """A JSON Pointer (RFC 6901) of its steps.

    >>> pointer(["data", 0, "a/b"])
    '/data/0/a~1b'
    """
    return "".join(f"/{escaped(token)}" for token in tokens)


def escaped(token: str | int) -> str:
    """One step of a JSON Pointer."""
    return printable(str(token)).replace("~", "~0").replace("/", "~1")


def printable(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def at_pointer(value: Any, path: str) -> Any:
    """The member a JSON Pointer names.

    Raises:
        LookupError: there is none.
    """
    for step in path.split("/")[1:]:
        token = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value[token]
        elif isinstance(value, list) and token.isascii() and token.isdigit():
            value = value[int(token)]
        else:
            raise LookupError(path)
    return value
