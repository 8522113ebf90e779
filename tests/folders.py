"""Collections of schema v3 for tests: a folder with these files in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Final

from paceline.formats.collection import load_collection
from paceline.model.collection import Collection, Item

DEFINITION: Final = ".resources/definition.yaml"


def placed(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, with these files in it by their paths; the texts may be indented."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def request(url: str, *more: str, method: str = "GET") -> str:
    """A request file; further lines as they are."""
    return "\n".join(["$kind: http-request", f"method: {method}", f"url: '{url}'", *more, ""])


def loaded(folder: Path, files: Mapping[str, str]) -> Collection:
    """The collection in a folder with these files."""
    return load_collection(placed(folder / "shop", files))


def only(folder: Path, *lines: str, name: str = "One.request.yaml") -> Item:
    """The item of a collection with one request of these lines."""
    (_, item), *_ = loaded(folder, {name: "\n".join(["$kind: http-request", *lines, ""])}).items()
    return item
