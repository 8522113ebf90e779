"""Mutants of one answer: what is changed, at which places, and what stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, Trip
from paceline.mutants.operators import OPERATORS, Mutant, answer_of, mutants_of
from paceline.mutants.places import places

JSON = ("Content-Type", "application/json; charset=utf-8")


def trip(content: Any, *headers: tuple[str, str]) -> Trip:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    response = HttpResponse(200, "OK", headers or (JSON,), body, "http://a.test/x")
    return Trip((Exchange(HttpRequest("GET", "http://a.test/x"), response),))


def made(content: Any, *operators: str, headers: tuple[tuple[str, str], ...] = ()) -> list[Mutant]:
    return list(mutants_of(answer_of(trip(content, *headers)), operators))


def bodies(content: Any, operator: str) -> dict[str, Any]:
    """The changed body of each mutant, by its pointer."""
    return {one.pointer: json.loads(one.trip.response.body) for one in made(content, operator)}


def changes(content: Any, operator: str) -> dict[str, str]:
    return {one.pointer: one.change for one in made(content, operator)}


def test_drop_leaves_out_each_field() -> None:
    """Items of lists and entries of maps are no fields: they come and go."""
    content = {"id": 1, "by_day": {"2024-01-02": {"n": 1}}, "tags": ["a"]}

    assert {
        "/id": {"by_day": {"2024-01-02": {"n": 1}}, "tags": ["a"]},
        "/by_day": {"id": 1, "tags": ["a"]},
        "/by_day/*/n": {"id": 1, "by_day": {"2024-01-02": {}}, "tags": ["a"]},
        "/tags": {"id": 1, "by_day": {"2024-01-02": {"n": 1}}},
    } == bodies(content, "drop")


@pytest.mark.parametrize(
    ("value", "changed"),
    [(7, "7"), ("x", 1), (True, 1), ([1], {}), ({"a": 1}, [])],
    ids=["number", "text", "flag", "list", "object"],
)
def test_type_changes_to_the_likeliest_other_one(value: Any, changed: Any) -> None:
    """A number comes as its text, a flag as a number, an empty object as an empty list, as services do it."""
    assert {"v": changed} == bodies({"v": value}, "type")["/v"]


def test_type_changes_to_one_that_the_place_never_had() -> None:
    """Where both numbers and texts were recorded, neither would be a change."""
    assert changes([{"v": 1}, {"v": "x"}], "type")["/*/v"] == "an object in place of a text"


def test_null_replaces_whatever_is_there() -> None:
    """What is null already stays so."""
    assert ["", "/a", "/b", "/b/*"] == list(bodies({"a": 1, "b": [2], "c": None}, "null"))


def test_off_by_one_changes_only_what_tells_of_a_list_beside_it() -> None:
    """Other numbers may be anything, so that no check could tell one from the next."""
    page = {"data": [{"calories": 5, "count": 5}, {}], "count": 2, "total": 9, "page": 0, "page_count": 5, "limit": 2}
    rides = {"rides": [1, 2], "total_rides": 2, "total_users": 2, "ride_count": 3}

    assert {"/count": "one more", "/total": "one more", "/page": "one more", "/page_count": "one more"} == changes(
        page, "off-by-one"
    )
    assert {"/total_rides": {**rides, "total_rides": 3}} == bodies(rides, "off-by-one")


def test_lists_are_emptied() -> None:
    """Those that have something in them."""
    assert {"/a": {"a": [], "b": []}} == bodies({"a": [1, 2], "b": []}, "empty-list")


def test_each_place_has_one_mutant_however_many_rows_there_are() -> None:
    """The last row that has something there is changed: a check of the first row alone is no check of a list."""
    content = {"data": [{"id": n, "at": None if n > 1 else n} for n in range(200)]}

    [id_] = [each for each in made(content, "drop") if each.pointer == "/data/*/id"]
    [at] = [each for each in made(content, "null") if each.pointer == "/data/*/at"]

    assert [each.place and each.place.path for each in (id_, at)] == [("data", 199, "id"), ("data", 1, "at")]


def test_a_mutant_knows_what_the_recording_has_met() -> None:
    """A field that another row lacks, a null beside values, an empty list beside full ones: the service does that."""
    content = [{"a": 1, "b": None, "c": []}, {"b": 2, "c": [1]}]

    met = {(each.operator, each.pointer): each.met for each in made(content, "drop", "null", "empty-list")}

    assert met["drop", "/*/a"] == "another object lacks it too"
    assert met["null", "/*/b"] == "another one is null too"
    assert met["empty-list", "/*/c"] == "another one is empty too"
    assert met["drop", "/*/b"] == met["null", "/*/a"] == ""


def test_500_changes_nothing_but_the_status() -> None:
    """The body stays, so that only a look at the status can tell."""
    [mutant] = made({"id": 1}, "500")

    assert (mutant.trip.response.status, mutant.trip.response.body) == (500, b'{"id": 1}')


def test_cookies_become_those_of_another_session_or_over() -> None:
    """Two mutants for each cookie that is set, with its attributes; none for one that is taken back."""
    set_cookies = (("Set-Cookie", "sid=0123456789abcdef; Path=/; HttpOnly"), ("Set-Cookie", "old=; Max-Age=0"))

    another, over = made({}, "stale-cookie", headers=(JSON, *set_cookies))

    assert another.pointer == over.pointer == "Set-Cookie/sid"
    assert over.trip.response.headers[1] == ("Set-Cookie", "sid=0123456789abcdef; Path=/; HttpOnly; Max-Age=0")
    name, value = another.trip.response.headers[1]
    assert (name, value[:4], value[20:]) == ("Set-Cookie", "sid=", "; Path=/; HttpOnly")
    assert "0123456789abcdef" not in value


def test_a_table_changes_by_columns_cells_and_rows() -> None:
    """CSV has columns for fields and empty cells for null."""
    table = b"name,watts,note\r\nann,12,\r\nbob,,hi\r\n"

    bodies = {
        (each.operator, each.pointer): each.trip.response.body.decode().split()
        for each in made(table, *OPERATORS, headers=(("Content-Type", "text/csv"),))
        if each.operator != "500"
    }

    assert bodies["drop", "/*/watts"] == ["name,note", "ann,", "bob,hi"]
    assert bodies["null", "/*/name"] == ["name,watts,note", "ann,12,", ",,hi"]
    assert bodies["type", "/*/watts"] == ["name,watts,note", "ann,changed,", "bob,,hi"]
    assert bodies["off-by-one", "/*"] == ["name,watts,note", "ann,12,", "bob,"]
    assert bodies["empty-list", ""] == ["name,watts,note"]
    assert ("type", "/*/name") not in bodies


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"n": 1e999}', b"[1, NaN]"], ids=["none", "HTML", "huge", "NaN"])
def test_other_bodies_have_no_mutants_of_their_own(content: bytes) -> None:
    """What is not JSON, or could not be written again as it was, only gets another status."""
    assert [each.operator for each in made(content, *OPERATORS)] == ["500"]


def test_mutants_are_always_the_same() -> None:
    """Two looks at one answer give the same mutants in the same order."""
    content = {"data": [{"id": 1, "tags": ["a"]}], "count": 1}

    assert made(content, *OPERATORS) == made(content, *OPERATORS)


def test_what_is_not_changed_is_shared() -> None:
    """A mutant copies only what leads to its change: a thousand of a large body do not make a thousand bodies."""
    answer = answer_of(trip({"a": {"b": 1}, "c": {"d": [1]}}))
    [mutant] = [each for each in mutants_of(answer, ["drop"]) if each.pointer == "/a/b"]

    assert answer.body is not None
    assert mutant.body is not None
    assert mutant.body.value["c"] is answer.body.value["c"]
    assert (mutant.body.value["a"], answer.body.value["a"]) == ({}, {"b": 1})


def test_names_that_look_like_a_row_are_told_apart() -> None:
    """A field called `*` is not an item."""
    assert ["", "/~2*", "/~2*/*"] == [each.pointer for each in places({"*": [1]})]
