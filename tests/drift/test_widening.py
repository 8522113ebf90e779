"""In what more evidence has widened a shape, in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.observing import ROWS, VALUES

from paceline.drift.shape import merge
from paceline.drift.shaping import shape_of
from paceline.drift.widening import widenings

SOME = st.lists(VALUES | ROWS, max_size=4)


def widened(before: list[Any], more: list[Any]) -> list[tuple[str, str]]:
    """What values of one place have added to what was known."""
    known = shape_of(before)
    return [(each.pointer, each.what) for each in widenings(known, merge(known, shape_of(more)))]


@pytest.mark.parametrize(
    ("before", "more", "expected"),
    [
        ([{"a": 1}], [{"a": None}], [("/a", "may be null")]),
        ([{"a": 1}], [{"a": "x"}], [("/a", "may be string")]),
        ([{"a": 1}] * 5, [{}], [("/a", "may be absent")]),
        ([{"a": 1}] * 5, [{"a": None}, {}], [("/a", "may be null, may be absent")]),
        ([{"a": {"b": 1}}], [{"a": {"b": None, "c": {"d": 1}}}], [("/a/b", "may be null"), ("/a/c", "new field")]),
        ([[1]], [[100]], [("/*", "range 1..100")]),
        ([["2024-01-01"] * 5], [["soon"]], [("/*", "not always date")]),
        ([["ON", "OFF"] * 20], [["IDLE"]], [("/*", "new value IDLE")]),
        ([["ON", "OFF"] * 20], [["not a word"]], [("/*", "more values than an enum has")]),
        ([{"0" * 32: 1}], [{"1" * 32: "x"}], [("/{key}", "may be string")]),
        ([], [1], []),
        ([None], [{"a": 1}], []),
    ],
)
def test_what_is_new(before: list[Any], more: list[Any], expected: list[tuple[str, str]]) -> None:
    """Each place once, and of a new field not what lies in it."""
    assert widened(before, more) == expected


@given(SOME, SOME)
def test_the_same_evidence_widens_nothing(some: list[Any], more: list[Any]) -> None:
    """However often it comes."""
    whole = merge(shape_of(some), shape_of(more))

    assert list(widenings(whole, merge(whole, shape_of(some)))) == []
