"""Which folders hold a v3 collection, and what lies in them: names only, nothing is read.

The names are those that Postman documents: <https://learning.postman.com/docs/collections/collections-schemas>.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from paceline.errors import FileError, FormatError, Location

#: Where definitions and examples lie; never a request.
RESOURCES: Final = ".resources"

_REQUEST: Final = re.compile(r"(.*)\.request\.ya?ml", re.DOTALL)
_EXAMPLE: Final = re.compile(r"(.*)\.example\.ya?ml", re.DOTALL)
_VARIABLES: Final = re.compile(r"(.*)\.(?:environment|globals)\.ya?ml", re.DOTALL)
_DEFINITION: Final = re.compile(r"definition\.ya?ml")

_DEEPEST: Final = 100
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Content:
    """What a folder holds.

    Attributes:
        definition: path of its definition; None when it has none.
        requests: path of each request file, by its name without the ending, in alphabetical order.
        folders: paths of the folders that hold requests, or a definition, or such folders.
    """

    definition: str | None
    requests: dict[str, str]
    folders: tuple[str, ...]


def request_name(file: str) -> str | None:
    """The name of a request file without its ending; None for any other file.

    >>> request_name("Get order.request.yaml"), request_name("paceline.yaml")
    ('Get order', None)
    """
    match = _REQUEST.fullmatch(file)
    return match[1] if match else None


def is_part(file: str) -> bool:
    """Whether a file name is that of a part of a v3 collection, or of an environment beside it."""
    return any(pattern.fullmatch(file) for pattern in (_REQUEST, _EXAMPLE, _VARIABLES, _DEFINITION))


def is_collection(folder: str | Path) -> bool:
    """Whether a folder is to be taken for a collection: it has a definition, or requests lie in it."""
    return definition_in(folder) is not None or any(request_name(each.name) for each in _entries(folder))


def shown(folder: str | Path) -> str:
    """The path of a folder as messages show it, with a name at its end: a collection goes by that."""
    if Path(folder).name in ("", ".."):
        return os.path.abspath(folder)  # noqa: PTH100  unlike Path.resolve it leaves the names of links
    return str(folder)


def definition_in(folder: str | Path) -> str | None:
    """The path of a folder's definition; None when it has none.

    Raises:
        FormatError: it has two.
    """
    place = Path(folder) / RESOURCES
    found = sorted(str(place / each.name) for each in _entries(place) if _DEFINITION.fullmatch(each.name))
    if len(found) > 1:
        raise FormatError("there are two definitions of one folder", Location(found[1]), "remove one of them")
    return found[0] if found else None


def content_of(folder: str | Path, depth: int = 0) -> Content:
    """What lies in a folder, hidden folders apart.

    Raises:
        FormatError: two names differ in nothing but case, which Postman forbids since some file systems cannot tell
            them apart; or folders are nested too deep, or one is a link, which may lead back.
    """
    if depth > _DEEPEST:
        what = f"folders are nested more than {_DEEPEST} levels deep"
        raise FormatError(what, Location(str(folder)), "make the collection flatter")
    requests: dict[str, str] = {}
    folders: list[str] = []
    seen: dict[tuple[bool, str], str] = {}
    for entry in sorted(_entries(folder), key=lambda each: each.name):
        name = request_name(entry.name)
        is_folder = name is None and not entry.name.startswith(".") and entry.is_dir()
        if is_folder and entry.is_symlink():
            _require_no_requests(entry.path)
        elif is_folder and _holds_any(entry.path, depth + 1):
            folders.append(entry.path)
        elif name is not None and entry.is_file():
            _require_name(name, entry.path)
            requests[name] = entry.path
        else:
            continue
        key = (is_folder, unicodedata.normalize("NFC", name or entry.name).casefold())
        first = seen.setdefault(key, entry.name)
        if first != entry.name:
            what = f"`{entry.name}` and `{first}` go by one name"
            raise FormatError(what, Location(entry.path), "give each its own name; case and ending do not count")
    return Content(definition_in(folder), requests, tuple(folders))


def examples_of(folder: str | Path, request: str, named: str | None) -> list[tuple[str, str]]:
    """Name and path of the examples of a request, in alphabetical order.

    Args:
        named: where the request says that they are, counted from its folder; None when it does not say.
    """
    place = Path(folder) / (named or f"{RESOURCES}/{request}.resources/examples")
    found = ((_EXAMPLE.fullmatch(each.name), each.path) for each in _entries(place))
    return sorted((match[1], path) for match, path in found if match)


def no_collection(folder: str) -> FormatError:
    """The error for a folder that holds no collection: it says what it holds instead."""
    names = sorted(each.name for each in _entries(folder))
    at = Location(folder)
    if not names:
        return FormatError("this folder is empty, and no collection", at, "put a `<name>.request.yaml` into it")
    files = [name for name in names if name.endswith(".postman_collection.json")]
    if files:
        listed = ", ".join(str(Path(folder) / name) for name in files[:_SHOWN])
        return FormatError("this folder holds collections, and is none", at, f"name the files: {listed}")
    fix = "a collection is a folder with `<name>.request.yaml` files, or a file exported from Postman"
    json = next((name for name in names if name.endswith(".json")), None)
    fix = f"give a file in it, such as {str(Path(folder) / json)!r}" if json else fix
    return FormatError("this folder holds no requests, so it is no collection", at, fix)


def _require_no_requests(link: str) -> None:
    if is_collection(link):
        what = "this folder is a link, and links are not followed: they may lead back"
        raise FormatError(what, Location(link), "put the folder itself there, or run it by itself")


def _require_name(name: str, path: str) -> None:
    if not name.strip():
        raise FormatError("this request has no name", Location(path), "name the file `<name>.request.yaml`")


def _holds_any(folder: str, depth: int) -> bool:
    return is_collection(folder) or bool(content_of(folder, depth).folders)


def _entries(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder; nothing where there is no such folder.

    Raises:
        FileError: it may not be read.
    """
    try:
        with os.scandir(folder) as found:
            yield from found
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        what = f"this folder cannot be read ({error.strerror})"
        raise FileError(what, Location(str(folder)), "check the path and its permissions") from None
