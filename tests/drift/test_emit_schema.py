"""JSON Schemas out of shapes: valid, open, and true of all that was learnt from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.drift.observing import ROWS, VALUES

from paceline.drift.emit_schema import schema_of, schema_text
from paceline.drift.shape import merge
from paceline.drift.shaping import shape_of


def schema(*values: Any) -> dict[str, Any]:
    """The schema of values of one place, without its head."""
    return {name: each for name, each in schema_of(shape_of(values)).items() if name != "$schema"}


@given(st.lists(VALUES | ROWS, max_size=6), st.lists(VALUES | ROWS, max_size=2))
def test_every_value_fits_the_schema_learnt_from_it(values: list[Any], more: list[Any]) -> None:
    """And the schema is one, whatever came together in the shape."""
    emitted = schema_of(merge(shape_of(values), shape_of(more)))
    Draft202012Validator.check_schema(emitted)

    assert [each for each in values + more if not Draft202012Validator(emitted).is_valid(each)] == []


@pytest.mark.parametrize(
    "values",
    [
        ["2024-01-01", "2024-02-30"] * 5,
        ["https://a/b|c d", "https://a/b"] * 5,
        ["https://a/b|c", ""] * 5,
        ["2024-01-01T10:00:00", "2024-01-01 10:00Z"] * 5,
        ["0" * 32, ""] * 5,
        ["123E4567-E89B-12D3-A456-426614174000"] * 5,
        [*["OPEN", "DONE"] * 20, "", None],
        [*["OPEN", "DONE"] * 20, 7],
        [1e999, 10**400, -1],
        [1_600_000_000.0, 1_600_000_000] * 5,
        [{"a" * n: 1 for n in range(1, 400)}],
        [{"tags": {"0" * 32: 1, "2024": None, "x": "y"}}] * 5,
        ["https://a/b", "https://a/scrubbed-token"] * 5,
        ["********", 1_600_000_000, 9_999_999_999, None] * 5,
        ["********", *["OPEN", "DONE"] * 20],
    ],
)
def test_values_of_every_form_fit(values: list[Any]) -> None:
    """A form is told as what its pattern says, and no more."""
    emitted = schema_of(shape_of(values))
    validator = Draft202012Validator(emitted, format_checker=None)

    assert [each for each in values if not validator.is_valid(each)] == []


def test_what_a_schema_says() -> None:
    """Required is what was always there often enough; where something is not sure, the description has the counts."""
    rows = [
        {
            "id": f"{n:032x}",
            "status": "OPEN" if n % 2 else "DONE",
            "at": 1_600_000_000 + n,
            "work": n * 1.5,
            "ride": None,
            **({"pace": n} if n % 2 else {}),
        }
        for n in range(20)
    ]

    assert schema(rows)["items"] == {
        "type": "object",
        "required": ["at", "id", "ride", "status", "work"],
        "properties": {
            "at": {"description": "epoch seconds", "type": "integer"},
            "id": {"description": "hex32", "type": "string", "pattern": "^[0-9A-Fa-f]{32}$"},
            "pace": {"description": "in 10 of 20; seen within 1..20", "type": "number"},
            "ride": {"description": "only null was seen"},
            "status": {"description": "values seen: DONE, OPEN", "type": "string", "enum": ["DONE", "OPEN"]},
            "work": {"description": "seen within 0..50", "type": "number"},
        },
    }


def test_types_come_together() -> None:
    """What is said about texts holds for texts only, so one schema is enough."""
    assert schema("x", None, [1], {"a": 1}) == {
        "type": ["string", "array", "object", "null"],
        "items": {"description": "seen within 1..1", "type": "number"},
        "properties": {"a": {"description": "in 1 of 1; seen within 1..1", "type": "number"}},
    }


def test_maps_have_patterns_for_their_keys() -> None:
    """New fields beside the entries stay allowed, whatever they are."""
    emitted = schema({"0" * 32: 1, "total": "x"})

    assert list(emitted["properties"]) == ["total"]
    assert emitted["patternProperties"]["^[0-9a-f]{24,}$"]["type"] == "number"
    assert Draft202012Validator(emitted).is_valid({"new": [], "0" * 32: 7})
    assert not Draft202012Validator(emitted).is_valid({"0" * 32: "x"})


def test_the_text_is_the_same_in_whatever_order_it_was_learnt() -> None:
    """So that a file changes only where something is new."""
    one, other = shape_of([{"b": 1, "a": "é"}]), shape_of([{"a": None, "c": [True]}])

    text = schema_text(merge(one, other), "users/List")

    assert text == schema_text(merge(other, one), "users/List")
    assert json.loads(text)["title"] == "users/List"
    assert text.startswith('{\n  "$schema": "https://json-schema.org/draft/2020-12/schema",\n')
