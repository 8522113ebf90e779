"""Which places of a body schemas and queries describe, whatever body comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from paceline.contract.graphql import GraphQLTypes, Query
from paceline.contract.schemas import SchemaStore


def store(folder: Path, **schemas: Any) -> SchemaStore:
    for name, schema in schemas.items():
        text = json.dumps({"$id": f"http://x/{name}.schema.json", **schema})
        (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")
    return SchemaStore(folder)


def place(schema: dict[str, Any], pointer: str, folder: Path) -> list[str]:
    return [at.pointer for at in store(folder, one=schema).places("one", pointer)]


@pytest.mark.parametrize(
    ("schema", "pointer", "expected"),
    [
        ({"properties": {"a": {}}}, "/a", ["/properties/a"]),
        ({"properties": {"a": True}}, "/a", ["/properties/a"]),
        ({"properties": {"a/b": {}}}, "/a~1b", ["/properties/a~1b"]),
        ({"items": {"properties": {"a": {}}}}, "/*/a", ["/items/properties/a"]),
        ({"prefixItems": [{}, True], "items": False}, "/*", ["/prefixItems/0", "/prefixItems/1"]),
        ({"patternProperties": {"^x": {}}}, "/xyz", ["/patternProperties/^x"]),
        ({"additionalProperties": {"properties": {"a": {}}}}, "/*/a", ["/additionalProperties/properties/a"]),
        ({"additionalProperties": {}}, "/any", ["/additionalProperties"]),
        ({"additionalProperties": False}, "/any", []),
        ({"allOf": [{"properties": {"a": {}}}], "items": {}}, "/a", ["/allOf/0/properties/a"]),
        ({"oneOf": [{"type": "null"}, {"properties": {"a": {}}}]}, "/a", ["/oneOf/1/properties/a"]),
        ({"if": {"type": "null"}, "else": {"properties": {"a": {}}}}, "/a", ["/else/properties/a"]),
        ({"$defs": {"d": {"properties": {"a": {}}}}, "$ref": "#/$defs/d"}, "/a", ["/$defs/d/properties/a"]),
        ({"properties": {"a": {"$ref": "#"}}}, "/a/a/a", ["/properties/a"]),
        ({"properties": {"a": {}}}, "", [""]),
        ({"properties": {"a": {}}}, "/b", []),
        ({"properties": {"a": {}}}, "/a/b", []),
    ],
)  # fmt: skip
def test_where_a_place_is_described(schema: Any, pointer: str, expected: list[str], tmp_path: Path) -> None:
    """Each keyword that describes members or items is followed, and every form that a body may take."""
    assert place(schema, pointer, tmp_path) == expected


def test_references_to_other_files(tmp_path: Path) -> None:
    """A place is where it is written: in the file that is referred to."""
    schemas = store(tmp_path, one={"properties": {"a": {"$ref": "two.schema.json"}}}, two={"properties": {"b": {}}})

    [at] = schemas.places("one", "/a/b")
    assert (Path(at.file).name, at.pointer) == ("two.schema.json", "/properties/b")


def test_all_fields(tmp_path: Path) -> None:
    """Every place below the root, in the order of the schema; a type within itself is not followed again."""
    tree = {
        "properties": {
            "name": {},
            "children": {"items": {"$ref": "#"}},
            "gone": False,
            "tags": {"type": ["array", "null"], "items": {"type": "string"}},
        }
    }
    fields = store(tmp_path, one=tree).fields("one")

    assert [each.pointer for each in fields] == ["/name", "/children", "/children/*", "/tags", "/tags/*"]


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"enum": ["a", "b", None]}, ("a", "b")),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, (1, 2)),
        ({"const": "only"}, ()),
        ({"description": "met: class, freestyle"}, ("class", "freestyle")),
        ({"description": "how it was started; met: class, scenic; often null"}, ("class", "scenic")),
        ({"description": "what was met"}, ()),
    ],
)
def test_values_that_are_told(schema: Any, values: tuple[Any, ...], tmp_path: Path) -> None:
    """Of a closed list by `enum` or several `const`, of an open one in the description."""
    [field] = store(tmp_path, one={"properties": {"a": schema}}).fields("one")

    assert field.values == values


def test_what_a_query_selects(tmp_path: Path) -> None:
    """Fields by the names they have in the answer, with coordinates, through lists, unions and fragments."""
    sdl = "union Thing = A | B type A { id: ID, kind: Kind } type B { id: ID } enum Kind { X Y }"
    (tmp_path / "s.graphql").write_text(f"type Query {{ all: [Thing!]! }} {sdl}", encoding="utf-8")
    query = "{ all { __typename ...a ... on B { id } } } fragment a on A { id sort: kind }"

    fields = {each.pointer: each for each in GraphQLTypes(tmp_path / "s.graphql").fields(Query(query))}

    assert {pointer: [at.pointer for at in each.at] for pointer, each in fields.items()} == {
        "/data": [""],
        "/data/all": ["Query.all"],
        "/data/all/*/__typename": ["A.__typename", "B.__typename"],
        "/data/all/*/id": ["A.id", "B.id"],
        "/data/all/*/sort": ["A.kind"],
    }
    assert fields["/data/all/*/sort"].values == ("X", "Y")


def test_a_query_that_cannot_be(tmp_path: Path) -> None:
    """It selects nothing; what is wrong with it is told elsewhere."""
    (tmp_path / "s.graphql").write_text("type Query { id: ID }", encoding="utf-8")

    assert GraphQLTypes(tmp_path / "s.graphql").fields(Query("{ nope }")) == []
