"""The suite file, `paceline.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from paceline.errors import FormatError, Location, nearest
from paceline.formats.files import read_bytes
from paceline.formats.shape import mismatch
from paceline.formats.text import decode
from paceline.model.suite import Suite

#: The name that `paceline run` looks for when it is given no collection.
SUITE_FILE = "paceline.yaml"

_TEXTS = ("name", "environment", "contracts", "cassettes")
_LISTS = ("collections", "setup", "teardown")


def load_suite(path: str | Path) -> Suite:
    """Read a suite file.

    Raises:
        FileError: it cannot be read.
        FormatError: it is not YAML, or no suite.
    """
    import yaml

    at = Location(str(path))
    try:
        data = yaml.safe_load(decode(read_bytes(path), at))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}:{mark.column + 1}" if mark else ""
        what = f"the suite is not YAML{place}: {getattr(error, 'problem', error)}"
        raise FormatError(what, at, "correct it; indentation is done with blanks") from error
    return parse_suite(data, Path(path).parent, at)


def parse_suite(data: Any, folder: Path, at: Location = Location()) -> Suite:
    """The suite in the data of a file that lies in `folder`.

    Raises:
        FormatError: something is missing, unknown or of the wrong type.
    """
    if not isinstance(data, dict):
        raise mismatch("a suite", "an object", data, at, 'begin with "collections:" and list their paths')
    for key in data:
        if key not in (*_TEXTS, *_LISTS):
            near = nearest(str(key), (*_TEXTS, *_LISTS))
            advice = f"did you mean `{near}`?" if near else f"known are {', '.join((*_LISTS, *_TEXTS))}"
            raise FormatError(f"a suite has no member `{key}`", at.child(str(key)), advice)
    texts = {key: _text(data, key, at) for key in _TEXTS}
    lists = {key: _list(data, key, at) for key in _LISTS}
    if not lists["collections"]:
        raise FormatError("the suite names no collection", at.child("collections"), "list the paths of collections")
    paths = {key: None if texts[key] is None else folder / str(texts[key]) for key in _TEXTS}
    return Suite(
        name=texts["name"] or folder.absolute().name,
        collections=tuple(folder / path for path in lists["collections"]),
        environment=paths["environment"],
        setup=lists["setup"],
        teardown=lists["teardown"],
        contracts=paths["contracts"],
        cassettes=paths["cassettes"],
        at=at,
    )


def _text(data: dict[str, Any], key: str, at: Location) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise mismatch(f"`{key}`", "a text", value, at.child(key), "put it in quotes")
    return value


def _list(data: dict[str, Any], key: str, at: Location) -> tuple[str, ...]:
    value = data.get(key) or []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise mismatch(f"`{key}`", "a list of texts", value, at.child(key), f"write {key}: and a line `- …` for each")
    return tuple(value)
