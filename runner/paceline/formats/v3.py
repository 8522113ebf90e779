"""Collections of schema v3: a folder with a YAML file for each request.

Each file is brought to schema v2.1 and read as any other collection, so that both forms mean the same; places are those
in the YAML files all the same. Facts about the format are from Postman's page on collection schemas and its
postman-plugin (collection-schema-v3); what these leave open docs/postman-and-newman.md tells.
"""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from paceline.errors import FormatError, Location
from paceline.formats.collection import parse_collection
from paceline.formats.shape import mismatch
from paceline.formats.v3_folder import content_of, examples_of, is_collection, no_collection, shown
from paceline.formats.v3_members import auth_to_v2, entries, require_known, scripts_to_v2, settings_to_v2, text_of
from paceline.formats.v3_places import Part, relocated, written_at
from paceline.formats.v3_request import RequestFile, example_to_v2, request_to_v2
from paceline.formats.v3_yaml import Plain, load_texts, typed
from paceline.formats.v20 import SCHEMA
from paceline.model.collection import Collection, Folder, Item

_DEFINITION: Final = "$kind id name description order variables auth scripts settings schemaVersion".split()
_GROUP: Final = ("collection", "folder")
_SHOWN: Final = 3

_Event = tuple[frozenset[str], dict[str, Any], Location]
"""A script: the protocols at whose requests it runs, its event, and where it stands."""


@dataclass(slots=True)
class _Request:
    """A request file that was read."""

    file: str
    data: dict[str, Any]
    read: RequestFile
    order: float | None

    @property
    def name(self) -> str:
        name: str = self.read.item["name"]
        return name


@dataclass(slots=True)
class _Group:
    """The collection or a folder with all that lies in it."""

    folder: str
    name: str
    data: dict[str, Any]
    file: str
    order: float | None
    events: list[_Event | None]
    children: list[_Request | _Group] = field(default_factory=list)


def load_v3(path: str | Path) -> Collection:
    """Read the collection in a folder.

    Raises:
        FileError: a file or folder in it cannot be read.
        FormatError: it holds no collection, or something in it is wrong; the location names the YAML file.
    """
    folder = str(Path(shown(path)))
    root = _group(folder, 0)
    if not root.children and not is_collection(folder):
        raise no_collection(folder)
    _require_one_collection(root)
    protocols = {read.read.protocol for read in _requests(root) if not read.read.unsupported}
    making = _Making(folder, protocols)
    data = making.collection(root)
    try:
        collection = parse_collection(data, Location(folder))
    except FormatError as error:
        where = None if error.where is None else written_at(error.where, making.parts)
        raise FormatError(error.what, where, error.fix) from None
    moved: Collection = relocated(collection, making.parts)
    return dataclasses.replace(moved, at=Location(folder), children=_marked(moved, making.unsupported))


# --- Reading files ---


def _group(folder: str, depth: int) -> _Group:
    content = content_of(folder, depth)
    file = content.definition or folder
    data, at = _definition(content.definition), Location(file)
    require_known(data, _DEFINITION, "a definition", at)
    kind = text_of(data, "$kind", at)
    if kind not in (None, *_GROUP):
        raise FormatError(f"`{kind}` is no kind of definition", at.child("$kind"), "write `$kind: collection`")
    place = at.child("scripts")
    scripts = scripts_to_v2(data.get("scripts"), place, None)
    events = [each and (*each, place.child(index)) for index, each in enumerate(scripts)]
    group = _Group(folder, text_of(data, "name", at) or Path(folder).name, data, file, _order(data, at), events)
    group.children += [_request(folder, name, path) for name, path in content.requests.items()]
    group.children += [_group(inner, depth + 1) for inner in content.folders]
    group.children.sort(key=_rank)
    return group


def _definition(path: str | None) -> dict[str, Any]:
    """The content of a definition; empty where there is none: all it can say is optional."""
    data = None if path is None else load_texts(path)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise mismatch("a definition", "an object", data, Location(path or ""), "begin with `$kind: collection`")
    return data


def _request(folder: str, name: str, path: str) -> _Request:
    at = Location(path)
    data = load_texts(path)
    read = request_to_v2(data, name, at)
    examples: list[tuple[float | None, dict[str, Any]]] = []
    for title, file in examples_of(folder, name, text_of(data, "examples", at)):
        content = load_texts(file)
        example = example_to_v2(content, title, Location(file))
        if example is not None:
            examples.append((_order(content, Location(file)), example))
    if examples:
        examples.sort(key=lambda each: (each[0] is None, each[0] or 0))  # those of one order stay as they are
        read.item["response"] = [example for _, example in examples]
    return _Request(path, data, read, _order(data, at))


def _order(data: dict[str, Any], at: Location) -> float | None:
    value = data.get("order")
    if value is None:
        return None
    order = typed(Plain(value)) if isinstance(value, str) else value  # also one in quotes
    if isinstance(order, (int, float)) and not isinstance(order, bool):
        return order
    raise FormatError(f"`order` must be a number, not {value!r:.40}", at.child("order"), "write `order: 1000`")


def _rank(child: _Request | _Group) -> tuple[bool, float, str, str]:
    """Folders and requests share one order; what has none comes last; names decide between equals."""
    return child.order is None, child.order or 0, child.name.casefold(), child.name


def _requests(group: _Group) -> list[_Request]:
    return [each for child in group.children for each in (_requests(child) if isinstance(child, _Group) else [child])]


def _require_one_collection(root: _Group) -> None:
    """Refuse a folder of several collections, as Postman keeps them: each of them has variables of its own.

    Raises:
        FormatError: naming some of them.
    """
    inner = [child for child in root.children if isinstance(child, _Group) and child.data.get("variables")]
    if inner and not is_collection(root.folder):
        names = ", ".join(child.folder for child in inner[:_SHOWN])
        raise FormatError("this folder holds collections, and is none", Location(root.folder), f"name them: {names}")


# --- Making one collection of v2.1 of it ---


class _Making:
    """One collection on its way to schema v2.1.

    Args:
        protocols: of the requests that are sent. Where there is more than one, folders and collection have no scripts
            of their own, since in v2.1 such run at every request: each request has those of its protocol, in the same
            order.

    Attributes:
        parts: where everything was written.
        unsupported: why requests are not sent, by their place.
    """

    def __init__(self, folder: str, protocols: set[str]) -> None:
        self.parts: dict[tuple[str, ...], Part] = {}
        self.unsupported: dict[str, str] = {}
        self._folder = Path(folder)
        self._protocols = protocols

    def collection(self, root: _Group) -> dict[str, Any]:
        data = self._of_group(root, (), [])
        info = {"name": data.pop("name"), "schema": SCHEMA}
        info |= {"description": data.pop("description")} if "description" in data else {}
        return {"info": info, **data}

    def _of_group(self, group: _Group, way: tuple[str, ...], inherited: list[_Event]) -> dict[str, Any]:
        at, data = Location(group.file), group.data
        mixed = len(self._protocols) > 1
        own = [] if mixed else group.events
        made: dict[str, Any] = {"name": group.name}
        if (description := text_of(data, "description", at)) is not None:
            made["description"] = description
        if id_ := text_of(data, "id", at) or (way and self._made_id(group.folder)):
            made["id"] = id_
        auth = auth_to_v2(data.get("auth"), at.child("auth"))
        settings = settings_to_v2(data.get("settings"), at.child("settings"))
        made |= {"auth": auth} if auth is not None else {}
        made |= {"protocolProfileBehavior": settings} if settings is not None else {}
        variables = entries(data.get("variables"), at.child("variables"), "variable")
        made["variable"] = [each and {**each, "value": each.get("value") or ""} for each in variables]
        made["event"] = [self._event(each) for each in own]
        self.parts[way] = Part(group.file, data, tuple(each[2] if each else at for each in own))
        passed = [*inherited, *filter(None, group.events)] if mixed else []
        made["item"] = [
            self._of_group(child, (*way, str(index)), passed)
            if isinstance(child, _Group)
            else self._of_request(child, (*way, str(index)), passed)
            for index, child in enumerate(group.children)
        ]
        return made

    def _event(self, event: _Event | None) -> dict[str, Any] | None:
        """The event of a folder or collection; None where it does not run at the requests there are."""
        return event[1] if event is not None and (not self._protocols or self._protocols & event[0]) else None

    def _of_request(self, request: _Request, way: tuple[str, ...], inherited: list[_Event]) -> dict[str, Any]:
        read, place = request.read, Location(request.file, "/scripts")
        above = [each for each in inherited if read.protocol in each[0]]
        if read.unsupported:
            self.unsupported["".join(f"/item/{index}" for index in way)] = read.unsupported
            above = []
        self.parts[way] = Part(
            request.file,
            request.data,
            (*(each[2] for each in above), *(place.child(index) for index in range(len(read.events)))),
            read.own_query,
            is_graphql=read.protocol == "graphql",
        )
        item = {**read.item, "event": [*(each[1] for each in above), *read.events]}
        return {**item, "id": item.get("id") or self._made_id(request.file)}

    def _made_id(self, path: str) -> str:
        """An id from the path below the collection, which stays when other requests come and go."""
        below = (self._folder.name / Path(path).relative_to(self._folder)).as_posix()
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"postman-collection:{below!a}"))


def _marked(owner: Collection | Folder, unsupported: dict[str, str], way: str = "") -> tuple[Folder | Item, ...]:
    """What lies in it, with the reason at each request that is not sent."""
    return tuple(
        dataclasses.replace(child, children=_marked(child, unsupported, f"{way}/item/{index}"))
        if isinstance(child, Folder)
        else dataclasses.replace(child, unsupported=unsupported.get(f"{way}/item/{index}", ""))
        for index, child in enumerate(owner.children)
    )
