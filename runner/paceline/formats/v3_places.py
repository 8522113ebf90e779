"""From places in the form of schema v2.1 to those in the YAML files that people wrote."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paceline.errors import Location


@dataclass(frozen=True, slots=True)
class Part:
    """Where a request, a folder or the collection itself was written.

    Attributes:
        file: path of its YAML file; of a folder without a definition that of the folder.
        data: content of that file.
        events: place of each of its scripts.
        own_query: how many query parameters stand in the address.
        is_graphql: query and variables are members of the request itself.
    """

    file: str
    data: Any = None
    events: tuple[Location, ...] = ()
    own_query: int = 0
    is_graphql: bool = False


Parts = Mapping[tuple[str, ...], Part]
"""By the indices of the items on the way: `("0", "2")` is what stands at `/item/0/item/2`."""


#: The names of v2.1, and those of v3 in their place; the first that fits counts.
_NAMES: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("request", "url", "variable"): ("pathVariables",),
    ("request", "header"): ("headers",),
    ("request",): (),
    ("info",): (),
    ("variable",): ("variables",),
    ("protocolProfileBehavior",): ("settings",),
}


def written_at(at: Location, parts: Parts) -> Location:
    """The place in a YAML file."""
    way: list[str] = []
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in at.pointer.split("/")[1:]]
    while tokens[:1] == ["item"] and (*way, *tokens[1:2]) in parts:
        way.append(tokens[1])
        tokens = tokens[2:]
    part = parts[tuple(way)]
    if tokens[:1] == ["event"] and len(tokens) > 1:
        script = part.events[int(tokens[1])]
        return script.child("code") if tokens[2:4] == ["script", "exec"] else script
    return Location(part.file).child(*_existing(_renamed(tokens, part), part.data))


def relocated(value: Any, parts: Parts) -> Any:
    """A record with every place in it, and in the records within it, in a YAML file."""
    if isinstance(value, Location):
        return written_at(value, parts)
    if isinstance(value, tuple):
        return tuple(relocated(each, parts) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = ((each.name, getattr(value, each.name)) for each in dataclasses.fields(value))
        changes = {
            name: relocated(old, parts)
            for name, old in members
            if isinstance(old, tuple) or dataclasses.is_dataclass(old)
        }
        return dataclasses.replace(value, **changes)
    return value


def _renamed(tokens: Sequence[str], part: Part) -> list[str]:
    """Tokens of a pointer into an item of v2.1 under the names of v3."""
    match tokens:
        case ["request", "url", "query", index, *rest]:
            listed = int(index) - part.own_query
            return ["queryParams", str(listed), *rest] if listed >= 0 else ["url"]
        case ["request", "body", *rest]:
            return _renamed_body(rest, is_graphql=part.is_graphql)
        case ["request", "auth", *_]:
            return _renamed(tokens[1:], part)
        case ["auth"] | ["auth", "type"]:
            return ["auth", *_only(part), *tokens[1:]]
        case ["auth", _, *rest]:
            return ["auth", *_only(part), "credentials", *rest]
    for old, new in _NAMES.items():
        if tuple(tokens[: len(old)]) == old:
            return [*new, *tokens[len(old) :]]
    return list(tokens)


def _renamed_body(tokens: Sequence[str], *, is_graphql: bool) -> list[str]:
    match tokens:
        case [] if is_graphql:
            return []
        case []:
            return ["body"]
        case ["mode" | "options", *_]:
            return ["body", "type"]
        case [_, *rest] if is_graphql:
            return rest
        case [_, *rest]:
            return ["body", "content", *rest]
    return []


def _only(part: Part) -> list[str]:
    """The index of authorization that is written as a list of one."""
    return ["0"] if isinstance(part.data, dict) and isinstance(part.data.get("auth"), list) else []


def _existing(tokens: Sequence[str], data: Any) -> list[str]:
    """The tokens as far as there is something; in an object that stands for a list, an index is its key."""
    found: list[str] = []
    for token in tokens:
        if isinstance(data, dict) and token not in data and token.isdigit() and int(token) < len(data):
            token = list(data)[int(token)]  # noqa: PLW2901
        if isinstance(data, dict) and token in data:
            data = data[token]
        elif isinstance(data, list) and token.isdigit() and int(token) < len(data):
            data = data[int(token)]
        else:
            break
        found.append(token)
    return found
