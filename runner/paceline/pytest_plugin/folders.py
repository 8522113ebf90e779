"""Collections of schema v3 as pytest sees them: folders, a file for each request, and one test in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from paceline.engine.selection import Step
from paceline.formats.v3_folder import request_name
from paceline.pytest_plugin.collecting import CollectionNode, RequestItem


class CollectionFolder(CollectionNode, pytest.Directory):
    """The folder of a collection. Whatever else lies in it is collected as well."""

    def collect(self) -> Iterator[pytest.Collector]:
        """What lies in it; `put_in_order` sees to the order."""
        steps = self.opened()
        root = Path(self.collection.at.file)
        self.steps = {self.path / Path(step.item.at.file).relative_to(root): step for step in steps}
        self._ranks = {(id(step.item), iteration): rank for rank, (iteration, step) in enumerate(self.in_order(steps))}
        yield from lying_in(self)

    def has_part(self, folder: Path) -> bool:
        """Whether requests of the collection lie in a folder."""
        return any(file.is_relative_to(folder) for file in self.steps)

    def iterations_of(self, step: Step) -> list[int]:
        """In which iterations a request is run."""
        return [iteration for item, iteration in self._ranks if item == id(step.item)]

    def rank_of(self, item: RequestItem) -> int:
        """When a test is due: all of one iteration come before those of the next."""
        return self._ranks[id(item.step.item), item.iteration]


class InnerFolder(pytest.Directory):
    """A folder within a collection."""

    def __init__(self, *, node: CollectionFolder, **more: Any) -> None:
        super().__init__(**more)
        self.node = node

    def collect(self) -> Iterator[pytest.Collector]:
        """What lies in it."""
        yield from lying_in(self)


class RequestFile(pytest.File):
    """A request."""

    def __init__(self, *, node: CollectionFolder, **more: Any) -> None:
        super().__init__(**more)
        self.node = node

    def collect(self) -> Iterator[RequestItem]:
        """Its test, or one for each row of data."""
        step = self.node.steps[self.path]
        for iteration in self.node.iterations_of(step):
            yield self.node.test(self, step.item.name, step, iteration)


def lying_in(folder: pytest.Directory) -> list[pytest.Collector]:
    """What pytest collects in a folder: parts of the collection, and whatever else it finds."""
    found: list[pytest.Collector] = []
    hook, session = folder.ihook, folder.session
    for path in sorted(folder.path.iterdir()):
        named = session.isinitpath(path, with_parents=path.is_dir())
        if not named and hook.pytest_ignore_collect(collection_path=path, config=folder.config):
            continue
        if path.is_dir():
            inner = hook.pytest_collect_directory(path=path, parent=folder)
            found += [] if inner is None else [inner]
        elif path.is_file():
            found += hook.pytest_collect_file(file_path=path, parent=folder)
    return found


def collection_around(node: pytest.Collector) -> CollectionFolder | None:
    """The collection in whose folders a node is; None when it is in none."""
    if isinstance(node, InnerFolder):
        return node.node
    return node if isinstance(node, CollectionFolder) else None


def inner_folder(path: Path, parent: pytest.Collector) -> InnerFolder | None:
    """A folder of the collection around it; None for another one."""
    node = collection_around(parent)
    if node is None or not node.has_part(path):
        return None
    return InnerFolder.from_parent(parent, path=path, node=node)


def request_file(path: Path, parent: pytest.Collector) -> RequestFile | None:
    """A request of the collection around it; None for another file."""
    node = collection_around(parent)
    if node is None or request_name(path.name) is None or path not in node.steps:
        return None
    return RequestFile.from_parent(parent, path=path, node=node)


def put_in_order(items: list[pytest.Item]) -> None:
    """Let the tests of each collection take turns as a run would have them; all others stay where they are."""
    places: dict[CollectionFolder, list[int]] = {}
    for at, item in enumerate(items):
        if isinstance(item, RequestItem) and isinstance(item.node, CollectionFolder):
            places.setdefault(item.node, []).append(at)
    for node, taken in places.items():
        due: Sequence[pytest.Item] = sorted((items[at] for at in taken), key=node.rank_of)  # type: ignore[arg-type]
        for at, item in zip(taken, due, strict=True):
            items[at] = item
