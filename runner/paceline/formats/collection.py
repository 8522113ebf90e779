"""Collection files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paceline.errors import FormatError, Location
from paceline.formats.auth import auth_from_json
from paceline.formats.recognize import not_a
from paceline.formats.request import request_from_json
from paceline.formats.scripts import scripts_from_json
from paceline.formats.shape import as_json, as_object, mismatch, text_member
from paceline.formats.text import load_json
from paceline.formats.v3_folder import is_collection, is_part, request_name
from paceline.formats.v20 import upgrade
from paceline.formats.variables import parse_variables
from paceline.model.collection import Auth, Collection, Folder, Item, Script

_VERSION = re.compile(r"/v(\d+)(?:\.(\d+))?")
_EXPORT = "export it from Postman as Collection v2.1"
_FIX = f'a collection has "info" and "item": {_EXPORT}'


def load_collection(path: str | Path) -> Collection:
    """Read a collection file, or the folder of a collection of schema v3.

    Raises:
        FileError: it cannot be read.
        FormatError: it is no collection of schema v2.0, v2.1 or v3; the location tells the place in it.

    >>> load_collection("orders.postman_collection.json").name
    'Orders'
    """
    if os.path.isdir(path):  # noqa: PTH112  Path raises where a path holds a NUL character
        from paceline.formats.v3 import load_v3

        return load_v3(path)
    if is_part(Path(path).name) and Path(path).exists():
        raise FormatError("this is a part of a collection, not a collection", Location(str(path)), _part_of(path))
    return parse_collection(load_json(path), Location(str(path)))


def _part_of(path: str | Path) -> str:
    """What to do with a file of a collection of schema v3."""
    name, folder = request_name(Path(path).name), Path(path).parent
    if name is not None:
        while is_collection(folder.parent):
            folder = folder.parent
        return f"give the folder of the collection, {str(folder)!r}; to run only this one add --folder {name!r}"
    return "give an environment by -e/--environment, globals by -g/--globals, and of a collection its folder"


def parse_collection(data: Any, at: Location = Location()) -> Collection:
    """Read a collection from its JSON, or from `{"collection": ...}`, as Postman's API answers.

    Files that Newman runs are read, nulls and blanks and all; what would be sent wrongly or silently not run is an
    error. The data is kept as `source` and must not be changed afterwards.

    Raises:
        FormatError: it is no collection of schema v2.0 or v2.1; the location tells the place in it.
    """
    if isinstance(data, dict) and "item" not in data and isinstance(data.get("collection"), dict):
        data, at = data["collection"], at.child("collection")
    if not isinstance(data, dict) or not ("item" in data or _is_info(data.get("info"))):
        raise not_a("a Postman collection", data, at, _FIX)
    info = as_object(data.get("info"), "info", at.child("info"), 'write it as {"name": "...", "schema": "..."}')
    source = data if _version(info.get("schema"), at.child("info", "schema")) == (2, 1) else upgrade(data)
    name = text_member(info, "name", "the name of the collection", at.child("info")) or _name(data, at)
    id_ = _id(info, at.child("info")) or _id(data, at)
    reading = _Reading(id_ or name)
    return Collection(
        id=id_ or reading.made_id(at.pointer),
        name=name,
        children=reading.children(data, source, at),
        variables=parse_variables(data.get("variable"), at.child("variable")),
        scripts=scripts_from_json(data.get("event"), at.child("event")),
        auth=auth_from_json(data.get("auth"), at.child("auth")),
        at=at,
        source=source,
    )


@dataclass(slots=True)
class _Level:
    """The collection or a folder while its items are read.

    Attributes:
        entry: its JSON.
        items, sources: its items as written and in the form of v2.1; the same but for an old file.
        done: how many items have been read.
    """

    entry: dict[str, Any]
    items: list[Any]
    sources: list[Any]
    behavior: Mapping[str, Any]
    at: Location
    children: list[Folder | Item] = field(default_factory=list)
    done: int = 0


@dataclass(slots=True)
class _Reading:
    """One reading of one collection.

    Attributes:
        seed: id or name of the collection; ids made from it differ between collections.
    """

    seed: str

    def children(self, data: dict[str, Any], source: Mapping[str, Any], at: Location) -> tuple[Folder | Item, ...]:
        """All items and folders; without recursion, for folders may lie a thousand deep."""
        stack = [_opened(data, source, at, {})]
        while True:
            level = stack[-1]
            if level.done == len(level.items):
                stack.pop()
                if not stack:
                    return tuple(level.children)
                stack[-1].children.append(self._folder(level))
                continue
            index = level.done
            level.done += 1
            entry = level.items[index]
            if entry is None:  # passed over, as in the SDK
                continue
            place = Location(at.file, f"{level.at.pointer}/item/{index}")
            if not isinstance(entry, dict):
                raise mismatch("an item", "an object", entry, place, 'write it as {"name": "...", "request": {...}}')
            if entry.get("item") is not None:
                stack.append(_opened(entry, level.sources[index], place, level.behavior))
            else:
                level.children.append(self._item(entry, level.sources[index], place, level.behavior))

    def _folder(self, level: _Level) -> Folder:
        entry, at = level.entry, level.at
        return Folder(
            id=self._id(entry, at),
            name=_name(entry, at),
            children=tuple(level.children),
            scripts=_scripts(entry, at),
            auth=_auth(entry, at),
            at=at,
        )

    def _item(
        self, entry: dict[str, Any], source: Mapping[str, Any], at: Location, inherited: Mapping[str, Any]
    ) -> Item:
        # Something with neither request nor item is a request without URL, as in the SDK.
        return Item(
            id=self._id(entry, at),
            name=_name(entry, at),
            request=request_from_json(entry.get("request"), Location(at.file, f"{at.pointer}/request")),
            scripts=_scripts(entry, at),
            behavior=_behavior(entry, at, inherited),
            at=at,
            source=source,
        )

    def _id(self, entry: dict[str, Any], at: Location) -> str:
        return _id(entry, at) or self.made_id(at.pointer)

    def made_id(self, pointer: str) -> str:
        """An id for what has none: the same at every load, so that reports of several runs can be compared."""
        import uuid

        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"postman-collection:{self.seed!a}#{pointer}"))


def _opened(entry: dict[str, Any], source: Mapping[str, Any], at: Location, inherited: Mapping[str, Any]) -> _Level:
    items = entry.get("item")
    if items is None:
        return _Level(entry, [], [], inherited, at)
    if not isinstance(items, list):
        raise mismatch("item", "a list", items, at.child("item"), 'write it as [{"name": "...", "request": {...}}]')
    return _Level(entry, items, source["item"], _behavior(entry, at, inherited), at)


def _is_info(info: Any) -> bool:
    """Whether this is the `info` of a collection, rather than, say, of an OpenAPI description."""
    return isinstance(info, dict) and ("schema" in info or "name" in info or "_postman_id" in info)


def _version(schema: Any, at: Location) -> tuple[int, int] | None:
    """Major and minor version; None where the file does not say, which Newman does not mind."""
    if schema is None or schema == "":
        return None
    match = _VERSION.search(schema) if isinstance(schema, str) else None
    if match is None:
        fix = f'write ".../v2.1.0/collection.json", or {_EXPORT}'
        raise FormatError("this schema is not one of a Postman collection", at, fix)
    version = int(match[1]), int(match[2] or 0)
    if version not in {(2, 0), (2, 1)}:
        what = f"collections of schema v{version[0]}.{version[1]} cannot be read, only v2.0 and v2.1"
        raise FormatError(what, at, _EXPORT)
    return version


def _id(entry: dict[str, Any], at: Location) -> str:
    """`id` before `_postman_id` (postman-collection, lib/collection/property.js); empty when there is neither."""
    return text_member(entry, "id", "the id", at) or text_member(entry, "_postman_id", "the id", at) or ""


def _name(entry: dict[str, Any], at: Location) -> str:
    return text_member(entry, "name", "the name", at) or ""


def _scripts(entry: dict[str, Any], at: Location) -> tuple[Script, ...]:
    events = entry.get("event")
    return scripts_from_json(events, at.child("event")) if events else ()


def _auth(entry: dict[str, Any], at: Location) -> Auth | None:
    auth = entry.get("auth")
    return None if auth is None else auth_from_json(auth, at.child("auth"))


def _behavior(entry: dict[str, Any], at: Location, inherited: Mapping[str, Any]) -> Mapping[str, Any]:
    """`protocolProfileBehavior` with what surrounds it: the nearest key wins."""
    own = entry.get("protocolProfileBehavior")
    if own is None:
        return inherited
    place = at.child("protocolProfileBehavior")
    own = as_object(own, "protocolProfileBehavior", place, 'write it as {"followRedirects": true}')
    return {**inherited, **as_json(own, "protocolProfileBehavior", place)} if own else inherited
