"""`paceline contract validate`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.contract.conftest import CONTRACTS, Api
from tests.emulator import USER_ID

from paceline.cli import main


@pytest.fixture
def overview(api: Api) -> Any:
    return json.loads(api.call("GET", f"/api/user/{USER_ID}/overview").response.body)


def validate(folder: Path, key: str, body: Any, *options: str) -> int:
    file = folder / "body.json"
    file.write_text(body if isinstance(body, str) else json.dumps(body))
    return main(["contract", "validate", key, "--body", str(file), "--contracts", str(CONTRACTS), *options])


def test_a_body_that_fits_is_good(tmp_path: Path, overview: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, one line."""
    assert validate(tmp_path, "users/User Overview", overview) == 0
    assert capsys.readouterr().out == ("users/User Overview: contract kept (body, schema checked)\n")


def test_a_breach_names_request_place_expectation_and_rule(
    tmp_path: Path, overview: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 5, a block for each; unknown fields are listed and do not count."""
    overview["workout_counts"]["total"] = overview["workout_counts"].pop("total_workouts")

    assert validate(tmp_path, "users/User Overview", overview) == 5
    out = capsys.readouterr().out
    assert "schema: users/User Overview, /workout_counts/total_workouts\n  expected: a member" in out
    assert f"  -->       {CONTRACTS.parent}/user_overview.schema.json#/" in out
    assert "unknown fields, which no schema describes:\n  /workout_counts/total\n" in out
    assert "users/User Overview: 1 breach of contract (" in out


@pytest.mark.parametrize(
    ("options", "body", "code"),
    [
        pytest.param(["--status", "401"], {"status": 401, "message": "no"}, 0, id="a described refusal"),
        pytest.param(["--status", "401"], {"message": "no"}, 5, id="a refusal of another shape"),
        pytest.param(["--status", "418"], {"message": "no"}, 5, id="a refusal nobody described"),
        pytest.param(["--content-type", "text/html"], "<html>", 5, id="another content type"),
        pytest.param([], "", 5, id="an empty body"),
    ],
)
def test_status_and_content_type_can_be_given(tmp_path: Path, options: list[str], body: Any, code: int) -> None:
    """Else they are those of success."""
    assert validate(tmp_path, "users/User Overview", body, *options) == code


def test_the_body_can_come_from_standard_input(monkeypatch: pytest.MonkeyPatch, overview: Any) -> None:
    """As `-`, at the end of a pipe."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(overview).encode())))

    assert main(["contract", "validate", "users/User Overview", "--body", "-", "--contracts", str(CONTRACTS)]) == 0


TAGS = "graphql/TagBrowseCategoryDisplayNames"
QUERY = "query { friends: tagBrowseCategory(categorySlug: FRIENDS) { displayName } }"


def collection_with(folder: Path, body: Any) -> list[str]:
    item = {"name": TAGS.partition("/")[2], "request": {"method": "POST", "url": "http://a/graphql", "body": body}}
    info = {"name": "GraphQL", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}
    collection = {"info": info, "item": [{"name": "a folder", "item": [item]}]}
    (folder / "graphql.postman_collection.json").write_text(json.dumps(collection))
    return ["--collections", str(folder)]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"mode": "graphql", "graphql": {"query": QUERY, "variables": '{"a": {{b}}}'}}, id="mode graphql"),
        pytest.param({"mode": "raw", "raw": json.dumps({"query": QUERY})}, id="JSON"),
    ],
)
@pytest.mark.parametrize(("name", "code"), [("friends", 0), ("tagBrowseCategory", 5)])
def test_a_graphql_answer_is_held_against_the_query_of_the_collection(
    tmp_path: Path, body: Any, name: str, code: int
) -> None:
    """With its aliases; variables that are still templates do no harm."""
    answer = {"data": {name: {"displayName": "Friends"}}}

    assert validate(tmp_path, TAGS, answer, *collection_with(tmp_path, body)) == code


def test_the_collections_are_looked_for_beside_the_schemas(tmp_path: Path) -> None:
    """As they lie in this repository."""
    assert validate(tmp_path, "graphql/MyTags", {"data": {"user": None}}) == 0
    assert validate(tmp_path, "graphql/MyTags", {"data": {"user": {}}}) == 5


def test_a_wrong_query_in_the_collection_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer to it cannot be checked."""
    options = collection_with(tmp_path, {"mode": "graphql", "graphql": {"query": "{ usr { id } }"}})

    assert validate(tmp_path, TAGS, {"data": {}}, *options) == 5
    assert "Cannot query field 'usr'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["users/User Overveiw", "--body", "-"], 'did you mean "users/User Overview"?', id="request"),
        pytest.param(["users/User Overview", "--body", "nowhere.json"], "no such file", id="body"),
        pytest.param(["users/User Overview"], "--body", id="no body"),
        pytest.param(["users/User", "Overview", "--body", "-"], "Overview is one too many", id="no quotes"),
        pytest.param(["users/User Overview", "--boddy", "-"], "--body", id="a slip"),
        pytest.param(["users/User Overview", "--body", "-", "--status", "ok"], "whole number", id="status"),
    ],
)
def test_wrong_options_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """Exit 2, as everywhere."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}")))

    assert main(["contract", "validate", *arguments, "--contracts", str(CONTRACTS)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        pytest.param("MyTag", {"mode": "raw", "raw": ""}, 'has no request "TagBrowse', id="no such request"),
        pytest.param(TAGS.partition("/")[2], None, "carries no GraphQL query", id="no query"),
        pytest.param(TAGS.partition("/")[2], {"mode": "raw", "raw": "{}"}, "carries no GraphQL query", id="other JSON"),
    ],
)
def test_a_collection_without_the_query_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, body: Any, told: str
) -> None:
    """There is nothing to hold the answer against."""
    options = collection_with(tmp_path, body)
    file = tmp_path / "graphql.postman_collection.json"
    file.write_text(file.read_text().replace(TAGS.partition("/")[2], name))

    assert validate(tmp_path, TAGS, {"data": {}}, *options) == 2
    assert told in capsys.readouterr().err
