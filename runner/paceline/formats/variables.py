"""Environments and globals, which share one file format, and every other list of variables."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from paceline import __version__
from paceline.errors import FormatError, Location
from paceline.formats.files import write_text
from paceline.formats.recognize import not_a
from paceline.formats.shape import as_json, as_text, compact_json, is_enabled, mismatch, text_member
from paceline.formats.text import json_text, load_json
from paceline.formats.typed import typed
from paceline.model.variables import Variable, VariableSet

Kind = Literal["environment", "globals"]

_FIX = 'write it as [{"key": "base_url", "value": "https://..."}]'
_NAMES: dict[Kind, str] = {"environment": "an environment", "globals": "a set of globals"}


def load_environment(path: str | Path) -> VariableSet:
    """Read an environment file, or the YAML file of one (`<name>.environment.yaml`) beside collections of schema v3.

    Raises:
        FileError: it cannot be read.
        FormatError: it is no environment.

    >>> environment = load_environment("local.postman_environment.json")
    >>> environment.name, [variable.key for variable in environment.variables]
    ('local', ['base_url'])
    """
    return _load(path, "environment")


def load_globals(path: str | Path) -> VariableSet:
    """Read a file of globals; raises as `load_environment`.

    >>> [(variable.key, variable.value) for variable in load_globals("globals.json").variables]
    [('currency', 'EUR')]
    """
    return _load(path, "globals")


def _load(path: str | Path, kind: Kind) -> VariableSet:
    if Path(path).suffix.lower() in {".yaml", ".yml"}:
        from paceline.formats.v3_variables import load_variables  # YAML costs 30 ms

        data = load_variables(path)
    else:
        data = load_json(path)
    return parse_variable_set(data, kind, Location(str(path)))


def parse_variable_set(data: Any, kind: Kind = "environment", at: Location = Location()) -> VariableSet:
    """Read an environment or globals from its JSON: an export of the app, an answer of Postman's API, or a bare list.

    An environment that is given for globals is taken, and the reverse: the files differ in a label only.

    Raises:
        FormatError: it is something else, or something in it is of the wrong type.
    """
    if isinstance(data, dict) and "values" not in data and isinstance(data.get(kind), dict):
        data, at = data[kind], at.child(kind)  # as an answer of the API has it (newman, lib/run/options.js)
    if isinstance(data, list) and all(_is_variable(entry) for entry in data):
        return VariableSet(kind, parse_variables(data, at), kind, _made_id(kind), at)
    if not isinstance(data, dict) or "values" not in data or "item" in data:
        raise not_a(_NAMES[kind], data, at, f'put the variables under "values": {_FIX}')
    name = text_member(data, "name", "the name", at) or kind  # as Newman names it in an export
    id_ = text_member(data, "id", "the id", at) or _made_id(name)
    return VariableSet(name, parse_variables(data["values"], at.child("values")), kind, id_, at)


def parse_variables(data: Any, at: Location = Location()) -> tuple[Variable, ...]:
    """Read a list of variables. Null entries, and entries with neither name nor value, are passed over.

    The value has the type that the entry's `type` asks for, see `paceline.formats.typed`. A missing value is empty,
    while null stays null: in a template Postman renders the one as nothing and the other as `null`.

    Raises:
        FormatError: something is of the wrong type, or a value has no name.
    """
    if data is None:
        return ()
    if not isinstance(data, list):
        raise mismatch("the list of variables", "a list", data, at, _FIX)
    variables = (_variable(entry, at.child(index)) for index, entry in enumerate(data) if entry is not None)
    return tuple(variable for variable in variables if variable is not None)


def environment_to_json(variables: VariableSet, exported_at: datetime | None = None) -> dict[str, Any]:
    """The export of an environment or of globals, as both the Postman app and Newman read it.

    Unlike Newman's export it keeps the types `default` and `secret`, so that a secret stays one. A variable that is
    switched off is marked both in the app's way and in Newman's, for neither knows the other's.

    Args:
        variables: what to export.
        exported_at: time of the export; None leaves it out.
    """
    data: dict[str, Any] = {
        "id": variables.id,
        "name": variables.name,
        "values": [_variable_to_json(variable) for variable in variables.variables],
        "_postman_variable_scope": variables.kind,
    }
    if exported_at is not None:
        time = exported_at.astimezone(UTC).isoformat(timespec="milliseconds")
        data["_postman_exported_at"] = time.replace("+00:00", "Z")
        data["_postman_exported_using"] = f"paceline/{__version__}"
    return data


def write_environment(variables: VariableSet, path: str | Path, exported_at: datetime | None = None) -> None:
    """Write an environment or globals to a file, whole or not at all; `exported_at` is now unless given.

    Raises:
        FileError: it cannot be written.
    """
    data = environment_to_json(variables, exported_at or datetime.now(UTC))
    write_text(path, json_text(data, indent=2) + "\n")


def _variable(entry: Any, at: Location) -> Variable | None:
    if not isinstance(entry, dict):
        raise mismatch("a variable", "an object", entry, at, 'write it as {"key": "...", "value": "..."}')
    # The SDK looks variables up by `key` alone; schema v2.0 allows `id` instead, and Postman's API has `name`.
    key = next((entry[name] for name in ("key", "id", "name") if entry.get(name) is not None), None)
    value = as_json(entry.get("value", ""), f"the value of variable {key!r:.80}", at.child("value"))
    if key is None and (value is None or value == ""):
        return None
    if key is None:
        raise FormatError("a variable has no name", at, 'add "key": "..."')
    value, label = typed(value, entry.get("type"))
    if entry.get("secret") is True:  # since postman-collection 5
        label = "secret"
    return Variable(as_text(key, "the key of a variable", at.child("key")), value, label, is_enabled(entry), at)


def _variable_to_json(variable: Variable) -> dict[str, Any]:
    value = variable.value
    if variable.type.lower() in {"array", "object"} and not isinstance(value, str):
        value = compact_json(value)  # the form in which the SDK keeps them
    data = {"key": variable.key, "value": value, "type": variable.type, "enabled": variable.enabled}
    if not variable.enabled:
        data["disabled"] = True
    return data


def _is_variable(entry: Any) -> bool:
    return entry is None or (isinstance(entry, dict) and "key" in entry)


def _made_id(name: str) -> str:
    import uuid

    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"postman-variables:{name!a}"))  # !a: half a surrogate pair has no bytes
