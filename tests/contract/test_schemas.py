"""JSON Schemas in a folder: what a breach tells, and which fields are unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from paceline.contract.schemas import SchemaStore
from paceline.errors import FormatError, Location

ID = "https://example.invalid/"
Files = dict[str, Any]


def store_of(folder: Path, **schemas: Any) -> SchemaStore:
    for name, schema in schemas.items():
        content = {"$id": f"{ID}{name}.schema.json", **schema}
        (folder / f"{name}.schema.json").write_text(json.dumps(content))
    return SchemaStore(folder)


def told(folder: Path, schema: Any, value: Any, **others: Any) -> list[tuple[str, str, str, str]]:
    """Each breach as (place in the body, expected, got, place of the rule: file without folder, and pointer)."""
    breaches = store_of(folder, root=schema, **others).check("root", value, "users/Me")
    return [(b.pointer, b.expected, b.got, f"{Path(b.at.file).name}#{b.at.pointer}") for b in breaches]


ROOT = "root.schema.json#"

PLAIN = [
    ({"type": "string"}, 12, "a text", "12 (a number)", "type"),
    ({"type": ["integer", "null"]}, "12", "a whole number or null", '"12" (a text)', "type"),
    ({"type": "boolean"}, None, "true or false", "null", "type"),
    ({"type": "object"}, [1, 2], "an object", "a list of 2", "type"),
    ({"type": "array"}, {"a": 1, "b": 2}, "a list", "an object with a, b", "type"),
    ({"type": "integer"}, 1.5, "a whole number", "1.5 (a number)", "type"),
    ({"pattern": "^[0-9a-f]+$", "description": "an id"}, "XYZ", "a text of the form ^[0-9a-f]+$ (an id)",
     '"XYZ" (a text)', "pattern"),
    ({"enum": ["a", 1]}, "b", '"a" (a text) or 1 (a number)', '"b" (a text)', "enum"),
    ({"const": True}, False, "true", "false", "const"),
    ({"minimum": 0}, -1, "at least 0", "-1 (a number)", "minimum"),
    ({"maximum": 9}, 10, "at most 9", "10 (a number)", "maximum"),
    ({"exclusiveMinimum": 0}, 0, "more than 0", "0 (a number)", "exclusiveMinimum"),
    ({"multipleOf": 5}, 7, "a multiple of 5", "7 (a number)", "multipleOf"),
    ({"minLength": 3}, "ab", "a text of at least 3 characters", '2 characters: "ab"', "minLength"),
    ({"maxItems": 1}, [1, 2], "a list of at most 1", "a list of 2", "maxItems"),
    ({"uniqueItems": True}, [1, 1], "a list without repetitions", "a list of 2", "uniqueItems"),
    (False, 1, "no such member", "1 (a number)", "not"),
    ({"not": {"type": "null"}}, None, "something else", "null", "not"),
    ({"contains": {"const": 1}}, [2], "a list with an item that fits", "a list of 1", "contains"),
    ({"properties": {"a": True}, "additionalProperties": False}, {"a": 1, "b": 2}, "no members but a", "also b",
     "additionalProperties"),
    ({"propertyNames": {"pattern": "^x"}}, {"y": 1}, "names of members to be a text of the form ^x", '"y" (a text)',
     "propertyNames/pattern"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "expected", "got", "keyword"), PLAIN, ids=[row[4] for row in PLAIN])
def test_a_breach_says_what_was_expected_and_what_came(
    tmp_path: Path, schema: Any, value: Any, expected: str, got: str, keyword: str
) -> None:
    """In words, with the keyword that was not fulfilled."""
    inner = {"properties": {"field": schema}}

    assert [("/field", expected, got, f"{ROOT}/properties/field/{keyword}")] == told(tmp_path, inner, {"field": value})


def test_a_long_value_is_shortened(tmp_path: Path) -> None:
    """A body can hold a whole novel; a number keeps its digits as far as they fit."""
    [(_, _, got, _)] = told(tmp_path, {"type": "null"}, "x" * 500)

    assert got == '"' + "x" * 60 + '…" of 500 characters (a text)'


@pytest.mark.parametrize(
    ("value", "breaches"),
    [(2**53 + 1, 0), (2**53, 1), (10**400, 1)],
    ids=["the very number", "its neighbour, the same as a float", "beyond every float"],
)
def test_big_integers_are_exact(tmp_path: Path, value: int, breaches: int) -> None:
    """Two to the power of 53, plus one, is no floating point number."""
    assert len(told(tmp_path, {"const": 2**53 + 1}, value)) == breaches


def test_a_missing_member_is_told_by_its_own_place(tmp_path: Path) -> None:
    """Each once; a member of a similar name that nobody described is probably the renamed one."""
    schema = {"required": ["total_work", "id"], "properties": {"id": {"description": "an id"}}}

    assert told(tmp_path, schema, {"totalwork": 1}) == [
        ("/total_work", 'a member "total_work"', 'no such member, but one named "totalwork"', f"{ROOT}/required"),
        ("/id", 'a member "id" (an id)', "no such member in an object with totalwork", f"{ROOT}/required"),
    ]


def test_members_that_come_together_are_told_as_missing_members(tmp_path: Path) -> None:
    """Each once, beside which one: where members ask for each other in a ring, also those that a missing one brings."""
    ring = {"first": ["middle"], "middle": ["last_name"], "last_name": ["title"], "title": ["first"]}
    schema = {"dependentRequired": ring, "properties": {"middle": {"description": "initial"}}}
    at = f"{ROOT}/dependentRequired"

    assert told(tmp_path, schema, {"lastname": "x"}) == []
    assert told(tmp_path, schema, {"first": "x", "title": "x", "lastname": "x"}) == [
        (
            "/middle",
            'a member "middle" beside "first" (initial)',
            "no such member in an object with first, title, lastname",
            at,
        ),
        ("/last_name", 'a member "last_name" beside "first"', 'no such member, but one named "lastname"', at),
    ]


def test_the_place_of_the_rule_is_in_the_file_where_it_stands(tmp_path: Path) -> None:
    """However many references led there, and whatever stands beside them."""
    page = {"allOf": [{"$ref": "base.schema.json"}], "properties": {"data": {"items": {"$ref": "row.schema.json"}}}}
    base = {"properties": {"total": {"$ref": "#/$defs/count"}}, "$defs": {"count": {"minimum": 0}}}
    row = {"properties": {"a/b": {"$ref": "base.schema.json#/$defs/count", "type": "integer"}}}

    assert told(tmp_path, page, {"total": -1, "data": [{"a/b": 1}, {"a/b": "1"}]}, base=base, row=row) == [
        ("/total", "at least 0", "-1 (a number)", "base.schema.json#/$defs/count/minimum"),
        ("/data/1/a~1b", "a whole number", '"1" (a text)', "row.schema.json#/properties/a~1b/type"),
    ]


USER = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "age": {"type": "integer"}}}
STUB = {"type": "object", "required": ["stub"]}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
@pytest.mark.parametrize(
    ("forms", "value", "expected"),
    [
        pytest.param(
            [{"type": "null"}, USER],
            {"id": "1", "age": "9"},
            [("/age", "a whole number")],
            id="deep in the fitting kind",
        ),
        pytest.param(
            [STUB, USER],
            {"id": 1, "age": "9"},
            [("/id", "a text"), ("/age", "a whole number")],
            id="deepest first trouble",
        ),
        pytest.param([{"type": "null"}, USER], 5, [("", "null or an object")], id="no form is of that kind"),
        pytest.param([{"type": "null"}, {"const": 1}], 5, [("", "null or 1 (a number)")], id="a type or a constant"),
        pytest.param(
            [{"type": "null"}, {"anyOf": [{"type": "string"}, USER]}],
            {"id": 1},
            [("/id", "a text")],
            id="forms of forms",
        ),
    ],
)
def test_of_several_forms_the_one_that_was_meant_is_told(
    tmp_path: Path, keyword: str, forms: list[Any], value: Any, expected: list[tuple[str, str]]
) -> None:
    """Not what all the others would have wanted."""
    assert [(pointer, wanted) for pointer, wanted, _, _ in told(tmp_path, {keyword: forms}, value)] == expected


def test_a_value_that_fits_several_of_one_form_is_told(tmp_path: Path) -> None:
    """`oneOf` allows just one."""
    [(pointer, expected, _, at)] = told(tmp_path, {"oneOf": [True, {"type": "null"}]}, None)

    assert (pointer, expected, at) == ("", "a value that fits just one of the forms", f"{ROOT}/oneOf")


def test_a_conditional_tells_the_field_deep_inside(tmp_path: Path) -> None:
    """`if null, else this` is how our schemas say "null, or this"."""
    schema = {"properties": {"user": {"if": {"type": "null"}, "else": {"$ref": "user.schema.json"}}}}

    assert told(tmp_path, schema, {"user": {"id": 5}}, user=USER) == [
        ("/user/id", "a text", "5 (a number)", "user.schema.json#/properties/id/type")
    ]
    assert told(tmp_path, schema, {"user": None}, user=USER) == []


KNOWN = {"properties": {"a": True}}

UNKNOWN = [
    ("properties", KNOWN, {"a": 1, "b": 2}, ["/b"]),
    ("an opaque object", {"properties": {"a": {"type": "object"}}}, {"a": {"b": 2}}, []),
    ("true", {"properties": {"a": True}}, {"a": {"b": {"c": 1}}}, []),
    ("rows of a list, told once", {"items": KNOWN}, [{"b": 1}, {"b": 2}, {"c": 3}], ["/*/b", "/*/c"]),
    ("a tuple", {"prefixItems": [KNOWN], "items": False}, [{"b": 1}], ["/*/b"]),
    ("a reference", {"$ref": "#/$defs/k", "$defs": {"k": KNOWN}}, {"b": 1}, ["/b"]),
    ("a reference and members beside it", {"$ref": "#/$defs/k", "properties": {"b": True}, "$defs": {"k": KNOWN}},
     {"a": 1, "b": 2, "c": 3}, ["/c"]),
    ("allOf", {"allOf": [KNOWN, {"properties": {"b": True}}]}, {"a": 1, "b": 2, "c": 3}, ["/c"]),
    ("the fitting form", {"oneOf": [{"required": ["z"], "properties": {"b": True}}, {"required": ["a"], **KNOWN}]},
     {"a": 1, "b": 2}, ["/b"]),
    ("no fitting form: all of them", {"anyOf": [{"required": ["z"], **KNOWN}, {"type": "null",
     "properties": {"b": True}}]}, {"a": 1, "b": 2, "c": 3}, ["/c"]),
    ("then", {"if": {"required": ["a"]}, "then": KNOWN, "else": {"properties": {"b": True}}}, {"a": 1, "b": 2}, ["/b"]),
    ("else", {"if": {"type": "null"}, "else": KNOWN}, {"b": 2}, ["/b"]),
    ("free keys", {"additionalProperties": KNOWN}, {"x": {"b": 1}, "y": {"b": 2}}, ["/*/b"]),
    ("keys by pattern", {"patternProperties": {"^x": KNOWN}}, {"x1": {"b": 1}, "y": 2}, ["/*/b", "/y"]),
    ("anything goes", {"properties": {"a": True}, "additionalProperties": True}, {"b": {"c": 1}}, []),
    ("a dependent schema", {"properties": {"a": True}, "dependentSchemas": {"a": {"properties": {"b": True}}}},
     {"a": 1, "b": 2, "c": 3}, ["/c"]),
    ("a recursive schema", {"properties": {"next": {"$ref": "#"}}}, {"next": {"next": {"b": 1}}}, ["/next/next/b"]),
    ("a slash in a name", KNOWN, {"b/c": 1}, ["/b~1c"]),
    ("a value of the wrong type", {"properties": {"a": KNOWN}}, {"a": [1]}, []),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "expected"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_unknown_fields_are_those_no_schema_in_force_describes(
    tmp_path: Path, schema: Any, value: Any, expected: list[str]
) -> None:
    """Indexes and free keys are told as `*`, so that a hundred rows tell a new field once."""
    assert [field.pointer for field in store_of(tmp_path, root=schema).unknown("root", value)] == expected


@pytest.mark.parametrize(
    ("schema", "what", "pointer", "fix"),
    [
        pytest.param(
            {"items": {"$ref": "usr.schema.json"}}, "leads to no file", "/items/$ref", "user.schema.json", id="file"
        ),
        pytest.param({"$ref": "user.schema.json#/$defs/x"}, "leads to no part", "/$ref", "JSON Pointer", id="part"),
        pytest.param({"$id": f"{ID}other.schema.json"}, "no `$id` that ends in", "/$id", "root.schema.json", id="$id"),
    ],
)
def test_a_folder_that_does_not_hold_together_is_refused(
    tmp_path: Path, schema: Any, what: str, pointer: str, fix: str
) -> None:
    """Before anything is checked, with the place of the reference: nothing is ever fetched."""
    with pytest.raises(FormatError) as caught:
        store_of(tmp_path, root=schema, user=USER).check("user", {}, "users/Me")

    assert what in caught.value.what
    assert caught.value.where == Location(str(tmp_path / "root.schema.json"), pointer)
    assert fix in caught.value.fix


def test_an_unknown_schema_is_told_with_the_nearest(tmp_path: Path) -> None:
    """Contracts are checked when they are read; this is for everybody else."""
    with pytest.raises(FormatError) as caught:
        store_of(tmp_path, user=USER).check("users", {}, "users/Me")

    assert caught.value.fix == "did you mean user?"


ROWS: dict[str, Any] = {
    "schema": {"properties": {"rows": {"items": {"$ref": "row.schema.json"}}}},
    "row": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
}


def test_what_was_learnt_to_fit_is_not_looked_at_again(tmp_path: Path) -> None:
    """A value that shares a row with a learnt one is not checked there, but everywhere else as always."""
    store = store_of(tmp_path, root=ROWS["schema"], row=ROWS["row"])
    learnt = {"rows": [{"id": "a"}, {"id": "b"}]}
    store.learn("root", learnt)
    learnt["rows"][0]["id"] = 7  # type: ignore[assignment]  # what nobody may do shows that it is not looked at

    changed = {"rows": [learnt["rows"][0], {"id": None}, {}]}
    pointers = [breach.pointer for breach in store.check("root", changed, "users/Me")]
    store.forget()

    assert pointers == ["/rows/1/id", "/rows/2/id"]
    assert next(breach.pointer for breach in store.check("root", changed, "users/Me")) == "/rows/0/id"


def test_what_does_not_fit_is_not_learnt(tmp_path: Path) -> None:
    """A row that is wrong in a learnt value is told in each value that has it."""
    store = store_of(tmp_path, root=ROWS["schema"], row=ROWS["row"])
    learnt: dict[str, Any] = {"rows": [{"id": "a"}, {"id": 7}]}

    store.learn("root", learnt)

    assert [breach.pointer for breach in store.check("root", {"rows": learnt["rows"]}, "users/Me")] == ["/rows/1/id"]
