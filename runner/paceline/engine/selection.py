"""Which items run, in which order, and where `setNextRequest` leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from paceline.errors import FormatError, UsageError, nearest
from paceline.model.collection import Auth, Collection, Folder, Item, Listen, Script
from paceline.model.suite import Suite
from paceline.script.execution import is_blank

_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """An item with what it inherits.

    Attributes:
        folders: outermost first.
        prerequests, tests: enabled scripts in the order in which they run: collection, folders outer to inner, item
            (postman-collection, lib/collection/event-list.js).
    """

    collection: Collection
    folders: tuple[Folder, ...]
    item: Item
    prerequests: tuple[Script, ...]
    tests: tuple[Script, ...]

    @property
    def key(self) -> str:
        """What suites and contracts call it: stem of the collection, a slash, name of the request."""
        return f"{self.collection.stem}/{self.item.name}"

    @property
    def path(self) -> tuple[str, ...]:
        """Names of the folders, outermost first, and of the item."""
        return (*(folder.name for folder in self.folders), self.item.name)

    @property
    def file_roots(self) -> tuple[Path, ...]:
        """Where the files that it uploads are looked for: beside its file, then in the folder of its collection."""
        own, whole = Path(self.item.at.file), Path(self.collection.at.file)
        return (own.parent,) if own == whole else (own.parent, whole)  # of schema v3 the collection is a folder

    @property
    def inherited_auth(self) -> tuple[tuple[Auth | None, ...], Auth | None]:
        """Authorization of the folders, outermost first, and of the collection."""
        return tuple(folder.auth for folder in self.folders), self.collection.auth


def select(collection: Collection, folders: Sequence[str] = ()) -> list[Step]:
    """The items to run, in collection order; with `folders` only those named, or lying in a folder named.

    Args:
        folders: names or ids of folders or items. As in Newman the first match in depth-first order is meant, children
            before grandchildren (postman-runtime, lib/runner/extract-runnable-items.js). What is no name may be the
            whole path of one item: stem of the collection, folders and name, with slashes between.
    """
    steps = [step_of(collection, path, item) for path, item in collection.items()]
    if not folders:
        return steps
    chosen = {id(found) for name in folders for found in _find(collection, name)}
    return [step for step in steps if id(step.item) in chosen or any(id(folder) in chosen for folder in step.folders)]


def has_scripts(collection: Collection) -> bool:
    """Whether there is any script to run in it."""
    owners: Iterator[Collection | Folder | Item] = chain((collection,), _everything(collection))
    return any(script.enabled and not is_blank(script.source) for owner in owners for script in owner.scripts)


def require_folders(collections: Sequence[Collection], folders: Iterable[str]) -> None:
    """Refuse a name that no collection knows.

    Raises:
        UsageError: naming the nearest folder or request.
    """
    for name in folders:
        if not any(True for collection in collections for _ in _find(collection, name)):
            known = {found.name for collection in collections for found in _everything(collection)}
            near = nearest(name, known)
            advice = f"did you mean `{near}`?" if near else _some(known)
            raise UsageError(f"there is no folder or request named `{name}`", collections[0].at, advice)


def named_by(suite: Suite, collections: Sequence[Collection]) -> dict[str, Step]:
    """The requests that a suite names, by key; also where only some folders are selected to run.

    Raises:
        FormatError: one is not there, or the name stands for two.
    """
    steps: dict[str, list[Step]] = {}
    for collection in collections:
        for step in select(collection):
            steps.setdefault(step.key, []).append(step)
    places = {errand.key: errand.at for errand in (*suite.setup, *suite.teardown)}
    for key, inverse in suite.mutations.items():
        at = suite.at.child("mutations", key)
        places |= {name: at for name in (key, inverse) if name is not None}
    for key, at in places.items():
        found = steps.get(key, [])
        if len(found) == 1:
            continue
        near = nearest(key, steps)
        advice = f"did you mean `{near}`?" if near else "write <collection>/<name of the request>"
        if found:
            raise FormatError(f"{len(found)} requests are called `{key}`", at, "give each its own name")
        raise FormatError(f"the suite names `{key}`, and there is no such request", at, advice)
    return {key: found[0] for key, found in steps.items()}


def _some(names: set[str]) -> str:
    """A few of the names, to choose from."""
    first = ", ".join(f"`{name}`" for name in sorted(names)[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"there is {first}{more}" if names else "there is none at all"


def _find(collection: Collection, name: str) -> Iterator[Folder | Item]:
    """What a name or id means: own children first, then those of each child in turn; or the item of a path."""
    levels: list[Sequence[Folder | Item]] = [collection.children]
    while levels:
        children = levels.pop()
        for child in children:
            if name in (child.id, child.name):
                yield child
                return
        levels.extend(child.children for child in reversed(children) if isinstance(child, Folder))
    if name.startswith(f"{collection.stem}/"):
        for folders, item in collection.items():
            if name == "/".join((collection.stem, *(folder.name for folder in folders), item.name)):
                yield item
                return


def _everything(collection: Collection) -> Iterator[Folder | Item]:
    for path, item in collection.items():
        yield from path
        yield item


def step_of(collection: Collection, path: tuple[Folder, ...], item: Item) -> Step:
    """An item with what it inherits from the folders of its path, outermost first, and from its collection."""
    scripts = [*collection.scripts, *(script for folder in path for script in folder.scripts), *item.scripts]

    def of(listen: Listen) -> tuple[Script, ...]:
        return tuple(script for script in scripts if script.enabled and script.listen == listen)

    return Step(collection, path, item, of("prerequest"), of("test"))


class Route:
    """The way through the steps of one collection: in order, unless a script names the next request."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        # The id counts before the name; of several of one name the last counts (lib/runner/util.js, prepareLookupHash).
        self._by_name = {step.item.name: at for at, step in enumerate(steps)}
        self._by_id = {step.item.id: at for at, step in enumerate(steps)}

    def position_of(self, target: str) -> int | None:
        """Where the named item stands among the selected ones; None when it is not there."""
        return self._by_id.get(target, self._by_name.get(target))

    def names(self) -> set[str]:
        """The names that `setNextRequest` may use."""
        return set(self._by_name)
