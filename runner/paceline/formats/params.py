"""Lists of keys and values: headers, query, path variables, urlencoded fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from paceline.errors import Location
from paceline.formats.shape import as_text, is_enabled, mismatch
from paceline.model.collection import Param

_FOLD = re.compile(r"\r\n[ \t]+")  # RFC 9112, section 5.2

ParseText = Callable[[str, Location], list[Param]]


def params_from_json(
    owner: dict[str, Any],
    member: str,
    at: Location,
    name: str,
    parse: ParseText,
    *,
    keys: tuple[str, ...] = ("key",),
    nullable: bool = False,
) -> tuple[Param, ...]:
    """Read such a list, or what Postman's SDK takes for one: one text, an object of names and values, null.

    Args:
        owner: the object that has the list.
        member: name of the list in it; null entries are passed over, texts are read by `parse`.
        at: place of the owner.
        name: of one entry, for errors, such as `a header`.
        parse: reads the list when it is one text.
        keys: members that may hold the key, best first.
        nullable: whether a value that is missing stays None; otherwise it is empty.

    Raises:
        FormatError: something is of the wrong type.
    """
    data = owner.get(member)
    if not data:
        return ()
    at = at.child(member)
    if isinstance(data, str):
        return tuple(parse(data, at))
    if isinstance(data, dict):
        data = [{keys[0]: key, "value": value} for key, value in data.items()]
    if not isinstance(data, list):
        raise mismatch(f"the {name}s", "a list", data, at, 'write it as [{"key": "...", "value": "..."}]')
    params: list[Param] = []
    for index, entry in enumerate(data):
        if isinstance(entry, dict):
            place = Location(at.file, f"{at.pointer}/{index}")
            params.append(_param(entry, place, name, keys, nullable=nullable))
        elif isinstance(entry, str):
            params.extend(parse(entry, Location(at.file, f"{at.pointer}/{index}")))
        elif entry is not None:
            fix = 'write it as {"key": "...", "value": "..."}'
            raise mismatch(f"a {name}", "an object", entry, at.child(index), fix)
    return tuple(params)


def _param(entry: dict[str, Any], at: Location, name: str, keys: tuple[str, ...], *, nullable: bool) -> Param:
    key = next((entry[each] for each in keys if entry.get(each) is not None), None)
    value = entry.get("value")
    if type(key) is not str:
        key = as_text(key, f"the key of a {name}", at)
    if type(value) is not str and not (nullable and value is None):
        value = as_text(value, f"the value of {name} {key!r}", at)
    return Param(key, value, is_enabled(entry), at)


def params_to_json(params: Sequence[Param]) -> list[dict[str, Any]]:
    """The list in the form of schema v2.1."""
    return [
        {"key": param.key, "value": param.value}
        if param.enabled
        else {"key": param.key, "value": param.value, "disabled": True}
        for param in params
    ]


def parse_query(text: str, at: Location) -> list[Param]:
    """`a=1&b` in its parts, nothing decoded; the value is None where there is no `=`."""
    pairs = (piece.partition("=") for piece in text.split("&"))
    return [Param(key, value if equals else None, at=at) for key, equals, value in pairs]


def parse_fields(text: str, at: Location) -> list[Param]:
    """`a=1&b` as fields of a form, where a missing value is an empty one."""
    return [Param(param.key, param.value or "", at=at) for param in parse_query(text, at)]


def parse_headers(text: str, at: Location) -> list[Param]:
    """Header lines; one that starts with `//` is disabled, as in Postman's oldest files; one without a colon is none.

    The name ends at the first colon; the SDK takes the last colon before a blank, which spoils `Host:localhost:80`.
    """
    headers = []
    for line in _FOLD.sub(" ", text).split("\n"):
        name, colon, value = line.strip().partition(":")
        if colon:
            enabled = not name.startswith("//")
            headers.append(Param(name.removeprefix("//").strip(), value.strip(), enabled, at))
    return headers
