"""The requests of a suite once for each way in which they are asked, laid out as collections that reports can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from paceline.engine.selection import Step, select
from paceline.model.collection import Collection, Folder, Item

Way = Literal["no session", "stale session"]


_ASKED: Final = re.compile(r" \((?:no|stale) session\)$")


def asked_key(key: str) -> str:
    """The key of a request, from that of a probe of it.

    >>> asked_key("users/Me (no session)"), asked_key("users/Me")
    ('users/Me', 'users/Me')
    """
    return _ASKED.sub("", key)


@dataclass(frozen=True, slots=True)
class Probe:
    """One request, to be asked in one way.

    Attributes:
        step: the request as the suite has it.
        item: as reports show it; its name tells the way.
    """

    step: Step
    way: Way
    item: Item


def laid_out(collection: Collection, ways: Callable[[Step], Iterable[Way]]) -> tuple[Collection, dict[int, Probe]]:
    """The collection with one item for each request and way; and by identity of these items, what they ask.

    There are no scripts in it, since none is run.
    """
    steps = {id(step.item): step for step in select(collection)}
    probes: dict[int, Probe] = {}

    def asked(item: Item) -> Iterator[Item]:
        step = steps[id(item)]
        for way in ways(step):
            name = f"{item.name} ({way})"
            copy = replace(item, id=f"{item.id}/{way}", name=name, scripts=(), source={})
            probes[id(copy)] = Probe(step, way, copy)
            yield copy

    return _rebuilt(collection, asked), probes


def _rebuilt(collection: Collection, asked: Callable[[Item], Iterable[Item]]) -> Collection:
    """The collection with other items in place of each. Without recursion: folders may lie a thousand deep."""
    folders: list[Folder] = []
    pending: list[Folder | Item] = list(collection.children)
    while pending:
        child = pending.pop()
        if isinstance(child, Folder):
            folders.append(child)
            pending += child.children
    done: dict[int, Folder] = {}

    def children(owner: Collection | Folder) -> Iterator[Folder | Item]:
        for child in owner.children:
            if isinstance(child, Folder):
                yield done[id(child)]
            else:
                yield from asked(child)

    for folder in reversed(folders):  # inner ones first
        done[id(folder)] = replace(folder, children=tuple(children(folder)), scripts=())
    entries = tuple(children(collection))
    # Of the JSON just the name and description; entries come without theirs.
    source = {"info": collection.source["info"], "item": [{}] * len(entries)} if "info" in collection.source else {}
    return replace(collection, children=entries, scripts=(), source=source)
