"""The suite file, `paceline.yaml`. docs/suite.md tells what each member means."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from paceline.errors import FormatError, Location, nearest
from paceline.formats.shape import mismatch
from paceline.formats.v3_folder import is_part
from paceline.formats.yaml_file import load_yaml
from paceline.model.collection import stem_of
from paceline.model.suite import Errand, Suite

#: The name that `paceline run` looks for when it is given no collection.
SUITE_FILE: Final = "paceline.yaml"

#: The name of the lock where the suite names none.
LOCK_FILE: Final = "contract.lock"

_MEMBERS: Final = "name collections environment tokens setup teardown mutations contracts lock cassettes".split()
_CASSETTES: Final = ("folder", "environment")
_ERRAND: Final = ("request", "unless")


def is_suite_file(path: str | Path) -> bool:
    """Whether a path names a suite rather than a collection, or a part of one: by its ending, since nothing is read."""
    path = Path(path)
    return path.suffix.lower() in {".yaml", ".yml"} and not is_part(path.name) and not path.is_dir()


def load_suite(path: str | Path) -> Suite:
    """Read a suite file.

    Raises:
        FileError: it cannot be read.
        FormatError: it is not YAML, or no suite.
    """
    return parse_suite(load_yaml(path), Path(path).parent, Location(str(path)))


def parse_suite(data: Any, folder: Path, at: Location = Location()) -> Suite:
    """The suite in the data of a file that lies in `folder`.

    Raises:
        FormatError: something is missing, unknown or of the wrong type.

    >>> suite = parse_suite({"collections": ["a.json"], "mutations": {"a/Pay": None}}, Path("shop"))
    >>> suite.collections, dict(suite.mutations)
    ((PosixPath('shop/a.json'),), {'a/Pay': None})
    """
    if not isinstance(data, dict):
        raise mismatch("a suite", "an object", data, at, 'begin with "collections:" and list their paths')
    _known(data, _MEMBERS, "a suite", at)
    collections = _texts(data.get("collections"), "collections", at)
    if not collections:
        raise FormatError("the suite names no collection", at.child("collections"), "list the paths of collections")
    _require_own_names(collections, at.child("collections"))
    cassettes = data.get("cassettes") or {}
    cassettes_at = at.child("cassettes")
    if isinstance(cassettes, str):
        cassettes = {"folder": cassettes}
    _object(cassettes, "`cassettes`", cassettes_at)
    _known(cassettes, _CASSETTES, "`cassettes`", cassettes_at)
    suite = Suite(
        collections=tuple(folder / path for path in collections),
        name=_text(data, "name", at) or folder.absolute().name,
        environment=_path(data, "environment", folder, at),
        tokens=_tokens(data.get("tokens") or {}, at.child("tokens")),
        setup=_errands(data, "setup", at),
        teardown=_errands(data, "teardown", at),
        mutations=_mutations(data.get("mutations") or {}, at.child("mutations")),
        contracts=_path(data, "contracts", folder, at),
        lock=_path(data, "lock", folder, at) or folder / LOCK_FILE,
        cassettes=_path(cassettes, "folder", folder, cassettes_at),
        recorded_with=_path(cassettes, "environment", folder, cassettes_at),
        at=at,
    )
    if suite.recorded_with is not None and suite.cassettes is None:
        raise FormatError("`cassettes` has no folder", cassettes_at, "add `folder: cassettes`")
    return suite


def _require_own_names(collections: list[str], at: Location) -> None:
    """Refuse two collections of one stem: the keys of requests, and cassettes, would not tell them apart."""
    places: dict[str, int] = {}
    for index, path in enumerate(collections):
        first = places.setdefault(stem_of(path), index)
        if first != index:
            what = f"{path} goes by the name `{stem_of(path)}`, as does {collections[first]}"
            raise FormatError(what, at.child(index), "rename one of the files, or leave one out")


def _errands(data: dict[str, Any], member: str, at: Location) -> tuple[Errand, ...]:
    """`- auth/Login`, or `- {request: auth/Login, unless: access_token}`."""
    entries, place = data.get(member) or [], at.child(member)
    if not isinstance(entries, list):
        raise mismatch(f"`{member}`", "a list", entries, place, f"write {member}: and a line `- …` for each request")
    found = []
    for index, entry in enumerate(entries):
        own = place.child(index)
        members = {"request": entry} if isinstance(entry, str) else entry
        _object(members, "an entry", own)
        _known(members, _ERRAND, "an entry", own)
        found.append(Errand(_key(members.get("request"), own), _text(members, "unless", own), own))
    return tuple(found)


def _tokens(value: Any, at: Location) -> dict[str, str]:
    _object(value, "`tokens`", at)
    for name, source in value.items():
        if not isinstance(source, str) or not source:
            fix = "write `variable: NAME_IN_THE_PROCESS_ENVIRONMENT`"
            raise mismatch(f"the source of `{name}`", "a text", source, at.child(str(name)), fix)
    return {str(name): source for name, source in value.items()}


def _mutations(value: Any, at: Location) -> dict[str, str | None]:
    if isinstance(value, list):
        value = dict.fromkeys(_texts(value, "mutations", at))
    _object(value, "`mutations`", at)
    return {
        _key(key, at.child(str(key))): None if undo is None else _key(undo, at.child(str(key)))
        for key, undo in value.items()
    }


def _key(value: Any, at: Location) -> str:
    if isinstance(value, str) and all(value.partition("/")):
        return value
    raise FormatError(f"{value!r} is no key of a request", at, "write <collection>/<name of the request>")


def _text(data: dict[str, Any], member: str, at: Location) -> str | None:
    value = data.get(member)
    if value is not None and not isinstance(value, str):
        raise mismatch(f"`{member}`", "a text", value, at.child(member), "put it in quotes")
    return value


def _path(data: dict[str, Any], member: str, folder: Path, at: Location) -> Path | None:
    value = _text(data, member, at)
    return None if value is None else folder / value


def _texts(value: Any, member: str, at: Location) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        fix = f"write {member}: and a line `- …` for each"
        raise mismatch(f"`{member}`", "a list of texts", value, at.child(member), fix)
    return value


def _object(value: Any, name: str, at: Location) -> None:
    if not isinstance(value, dict):
        raise mismatch(name, "an object", value, at, "write `name: value` lines, indented")


def _known(value: dict[str, Any], known: Collection[str], name: str, at: Location) -> None:
    for member in value:
        if member not in known:
            near = nearest(str(member), known)
            advice = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
            raise FormatError(f"{name} has no member `{member}`", at.child(str(member)), advice)
