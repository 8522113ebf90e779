"""Environments and globals."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from paceline import __version__
from paceline.errors import FileError, FormatError, Location
from paceline.formats.variables import (
    environment_to_json,
    load_environment,
    load_globals,
    parse_variable_set,
    parse_variables,
    write_environment,
)
from paceline.model.variables import Variable, VariableSet

EXPORT = {
    "id": "74f8d15f",
    "name": "Staging",
    "values": [
        {"key": "base_url", "value": "https://api", "type": "default", "enabled": True},
        {"key": "token", "value": "t0k", "type": "secret", "enabled": True},
        {"key": "old", "value": "", "enabled": False},
    ],
    "_postman_variable_scope": "environment",
    "_postman_exported_at": "2020-11-19T16:40:27.963Z",
    "_postman_exported_using": "Postman/7.35.0",
}


def variables_of(data: Any) -> list[tuple[str, Any, str, bool]]:
    return [(each.key, each.value, each.type, each.enabled) for each in parse_variables(data)]


def test_load_environment(tmp_path: Path) -> None:
    """An export of the Postman app is read, with the places of its variables."""
    path = tmp_path / "staging.json"
    path.write_text(json.dumps(EXPORT))
    at = Location(str(path))

    assert VariableSet(
        "Staging",
        (
            Variable("base_url", "https://api", "default", at=at.child("values", 0)),
            Variable("token", "t0k", "secret", at=at.child("values", 1)),
            Variable("old", "", "any", enabled=False, at=at.child("values", 2)),
        ),
        "environment",
        "74f8d15f",
        at,
    ) == load_environment(path)


@pytest.mark.parametrize(
    ("data", "name", "keys"),
    [
        pytest.param({"values": [{"key": "a", "value": 1}]}, "globals", ["a"], id="nothing but values"),
        pytest.param({"name": "W", "values": None}, "W", [], id="null"),
        pytest.param({"globals": {"name": "W", "values": [{"key": "a"}]}}, "W", ["a"], id="an answer of the API"),
        pytest.param([{"key": "a", "value": 1}, None], "globals", ["a"], id="a bare list"),
        pytest.param([], "globals", [], id="an empty list"),
        pytest.param(EXPORT, "Staging", ["base_url", "token", "old"], id="an environment"),
    ],
)
def test_load_globals(tmp_path: Path, data: Any, name: str, keys: list[str]) -> None:
    """Globals are read in each form that Newman takes; an id is made for what has none, the same every time."""
    path = tmp_path / "globals.json"
    path.write_text(json.dumps(data))
    found = load_globals(path)

    assert (name, keys, "globals") == (found.name, [each.key for each in found.variables], found.kind)
    assert found.id
    assert found == load_globals(path)


@pytest.mark.parametrize(
    ("data", "what", "fix"),
    [
        pytest.param({"info": {"name": "c"}, "item": []}, "a Postman collection", "as the collection", id="collection"),
        pytest.param({"collection": {"item": []}}, "a Postman collection", "as the collection", id="API collection"),
        pytest.param([{"user": "ann"}], "a list of objects", "-d/--iteration-data", id="iteration data"),
        pytest.param({"openapi": "3.1.0"}, "an OpenAPI description", "import it", id="OpenAPI"),
        pytest.param({"base_url": "https://api"}, "an object with base_url", '"values"', id="a plain map"),
        pytest.param({}, "an empty object", '"values"', id="nothing"),
        pytest.param("text", "a text", '"values"', id="text"),
        pytest.param(None, "null", '"values"', id="null"),
    ],
)
def test_no_environment(data: Any, what: str, fix: str) -> None:
    """A file that is no environment is named for what it is, with the option it belongs to."""
    with pytest.raises(FormatError) as caught:
        parse_variable_set(data, "environment", Location("e.json"))

    assert f"this is {what}" in caught.value.what
    assert "not an environment" in caught.value.what
    assert fix in caught.value.fix
    assert Location("e.json") == caught.value.where


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({"key": " a ", "value": "b"}, (" a ", "b", "any", True), id="blanks count"),
        pytest.param({"key": "a"}, ("a", "", "any", True), id="no value is an empty one"),
        pytest.param({"key": "a", "value": None}, ("a", None, "any", True), id="null stays null"),
        pytest.param({"id": "a", "value": "b"}, ("a", "b", "any", True), id="id for key"),
        pytest.param({"name": "a", "value": "b"}, ("a", "b", "any", True), id="name for key"),
        pytest.param({"id": "x", "key": "a", "name": "y"}, ("a", "", "any", True), id="key before id"),
        pytest.param({"key": 5, "value": 1}, ("5", 1, "any", True), id="a number as key"),
        pytest.param({"key": "a", "disabled": True}, ("a", "", "any", False), id="switched off"),
        pytest.param({"key": "a", "enabled": False}, ("a", "", "any", False), id="switched off the app's way"),
        pytest.param({"key": "a", "disabled": False, "enabled": True}, ("a", "", "any", True), id="switched on"),
        pytest.param({"key": "a", "value": {"b": [1]}}, ("a", {"b": [1]}, "any", True), id="any JSON value"),
        pytest.param({"key": "a", "value": "b", "secret": True}, ("a", "b", "secret", True), id="secret as a flag"),
        pytest.param({"key": "a", "value": "b", "type": 5}, ("a", "b", "any", True), id="a type that is no text"),
    ],
)
def test_entries(entry: Any, expected: tuple[str, Any, str, bool]) -> None:
    """One entry of a list of variables, in all the ways in which files write it."""
    assert [expected] == variables_of([entry])


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        pytest.param("string", 5, "5", id="a number as string"),
        pytest.param("string", 5.0, "5", id="as JavaScript writes it"),
        pytest.param("string", True, "true", id="a boolean as string"),
        pytest.param("string", None, "null", id="null as string"),
        pytest.param("number", "5", 5, id="text as number"),
        pytest.param("Number", " 1.5e1 ", 15, id="types in any case"),
        pytest.param("number", "0.5", 0.5, id="a fraction"),
        pytest.param("number", "", 0, id="blank as number"),
        pytest.param("number", None, 0, id="null as number"),
        pytest.param("number", True, 1, id="a boolean as number"),
        pytest.param("boolean", "true", True, id="text as boolean"),
        pytest.param("boolean", "false", False, id="the text false is false, unlike in Postman"),
        pytest.param("boolean", "", False, id="blank as boolean"),
        pytest.param("boolean", [], True, id="a list as boolean"),
        pytest.param("array", "[1, 2]", [1, 2], id="text as array"),
        pytest.param("array", [1], [1], id="an array"),
        pytest.param("object", '{"a": 1}', {"a": 1}, id="text as object"),
    ],
)
def test_types(type_: str, value: Any, expected: Any) -> None:
    """A value has the type that its entry asks for."""
    (variable,) = parse_variables([{"key": "a", "value": value, "type": type_}])

    assert (expected, type(expected), type_) == (variable.value, type(variable.value), variable.type)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("number", "abc"),
        ("number", "1_000"),
        ("number", "1e999"),
        ("number", [1]),
        ("string", {"a": 1}),
        ("array", "{}"),
        ("array", "[1e999]"),
        ("object", "no JSON"),
        ("object", "[" * 5000),
    ],
)
def test_values_that_do_not_fit(type_: str, value: Any) -> None:
    """A value that is not of its type stays as written, where Postman has NaN, undefined or [object Object]."""
    assert [("a", value, "any", True)] == variables_of([{"key": "a", "value": value, "type": type_}])


def test_entries_that_say_nothing() -> None:
    """Null entries and blank ones without a name are passed over; equal names all stay, in order."""
    assert [("a", 1, "any", True), ("a", 2, "any", True)] == variables_of(
        [None, {}, {"value": ""}, {"key": None}, {"key": "a", "value": 1}, {"key": "a", "value": 2}]
    )
    assert () == parse_variables(None)


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        pytest.param({"a": 1}, "", id="an object for the list"),
        pytest.param(["a"], "/0", id="a text for an entry"),
        pytest.param([{"value": "b"}], "/0", id="a value without name"),
        pytest.param([{"key": ["a"]}], "/0/key", id="a list as key"),
        pytest.param([{"key": "a", "value": float("inf")}], "/0/value", id="a number beyond all"),
    ],
)
def test_wrong_types(data: Any, pointer: str) -> None:
    """What is no variable is an error at its place."""
    with pytest.raises(FormatError) as caught:
        parse_variables(data, Location("e.json"))

    assert Location("e.json", pointer) == caught.value.where
    assert caught.value.fix


def test_export() -> None:
    """An export has the app's shape, keeps the types, and is switched off for the app and for Newman alike."""
    variables = (
        Variable("a", "1", "secret"),
        Variable("b", 2, enabled=False),
        Variable("c", [1], "array"),
        Variable("d", {"e": None}),
    )

    assert {
        "id": "i",
        "name": "n",
        "values": [
            {"key": "a", "value": "1", "type": "secret", "enabled": True},
            {"key": "b", "value": 2, "type": "any", "enabled": False, "disabled": True},
            {"key": "c", "value": "[1]", "type": "array", "enabled": True},
            {"key": "d", "value": {"e": None}, "type": "any", "enabled": True},
        ],
        "_postman_variable_scope": "globals",
    } == environment_to_json(VariableSet("n", variables, "globals", "i"))


def test_export_names_its_time() -> None:
    """The time of an export is written in UTC with milliseconds, as Newman writes it."""
    noon = datetime(2026, 1, 2, 12, 0, 0, 5999, timezone(timedelta(hours=2)))
    data = environment_to_json(VariableSet("n"), noon)

    assert "2026-01-02T10:00:00.005Z" == data["_postman_exported_at"]
    assert f"paceline/{__version__}" == data["_postman_exported_using"]


def test_write_environment(tmp_path: Path) -> None:
    """What is written is read back the same; the export tells when it was made."""
    path = tmp_path / "out" / "staging.json"
    before = datetime.now(UTC).replace(microsecond=0)
    write_environment(parse_variable_set(EXPORT), path)
    written = json.loads(path.read_text("utf-8"))

    assert before <= datetime.fromisoformat(written["_postman_exported_at"])
    assert variables_of(EXPORT["values"]) == variables_of(written["values"])
    assert ("74f8d15f", "Staging") == (load_environment(path).id, load_environment(path).name)


def test_write_environment_to_nowhere(tmp_path: Path) -> None:
    """A folder cannot be overwritten."""
    with pytest.raises(FileError, match="this is a folder"):
        write_environment(VariableSet("n"), tmp_path)
