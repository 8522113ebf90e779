"""Queries against the GraphQL schema before they are sent, answers against the query after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from paceline.contract.graphql import GraphQLTypes, Query, read_query
from paceline.errors import FormatError

SDL = Path(__file__).parents[2] / "schemas" / "graphql" / "peloton.graphql"
KEY = "graphql/TagDetail"


@pytest.fixture(scope="module")
def types() -> GraphQLTypes:
    return GraphQLTypes(SDL)


def asked(
    types: GraphQLTypes, query: str, variables: Any = None, operation: str | None = None
) -> list[tuple[str, str]]:
    body = {"query": query, "variables": variables, "operationName": operation}
    return [(breach.pointer, breach.got) for breach in types.check_query(json.dumps(body).encode(), KEY)]


BY_NAME = "query Tag($name: String!, $full: Boolean = true) { tag(tagName: $name) { name exists @include(if: $full) } }"


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        pytest.param(BY_NAME, {"name": "a"}, [], id="as it should be"),
        pytest.param("{ user { id } }", "", [], id="variables as an empty text"),
        pytest.param(BY_NAME, {"name": "a", "more": 1}, [], id="a variable too many: servers do not mind"),
        pytest.param(
            "{ tag(tagName: 5) { name } }",
            None,
            [("/query", "String cannot represent a non string value: 5 (line 1, column 16)")],
            id="an argument of the wrong type",
        ),
        pytest.param(
            "{\n user { usrname } }",
            None,
            [("/query", "Cannot query field 'usrname' on type 'User'. Did you mean 'username'? (line 2, column 9)")],
            id="a field that is not there",
        ),
    ],
)
def test_a_query_is_checked_before_it_is_sent(
    types: GraphQLTypes, query: str, variables: Any, expected: list[tuple[str, str]]
) -> None:
    """With graphql-core's own words."""
    assert asked(types, query, variables) == expected


@pytest.mark.parametrize(
    ("query", "variables", "pointer", "told"),
    [
        pytest.param("{ user { id }", None, "/query", "Syntax Error", id="syntax"),
        pytest.param("{a" * 30_000, None, "/query", "too deep", id="nested too deep"),
        pytest.param(BY_NAME, {"nmae": "a"}, "/variables", 'There is "nmae".', id="a variable spelt otherwise"),
        pytest.param(BY_NAME, {"name": 5}, "/variables", "String cannot represent", id="a variable of the wrong type"),
        pytest.param(
            "query A { user { id } } query B { user { id } }", None, "/operationName", "2 operations", id="which one?"
        ),
    ],
)
def test_a_bad_query_is_told_with_its_place_in_the_request(
    types: GraphQLTypes, query: str, variables: Any, pointer: str, told: str
) -> None:
    """The query, its variables, or the name of its operation."""
    [(place, got)] = asked(types, query, variables)

    assert place == pointer
    assert told in got


def test_the_operation_must_be_one_of_the_query(types: GraphQLTypes) -> None:
    """Its name is in the body; the query may hold several."""
    assert asked(types, "query A { user { id } }", operation="A") == []
    assert asked(types, "query A { user { id } }", operation="B") == [("/operationName", '"B", while the query has A')]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(None, "an empty body", id="no body"),
        pytest.param(b"{ user { id } }", "Expecting property name", id="a bare query"),
        pytest.param(b'{"operationName": "A"}', "without a query", id="no query"),
        pytest.param(b'{"query": "{a}", "variables": [1]}', "variables that are a list", id="variables in a list"),
    ],
)
def test_a_request_without_a_query_is_told(types: GraphQLTypes, body: bytes | None, told: str) -> None:
    """Nothing to check the answer against."""
    [breach] = types.check_query(body, KEY)

    assert breach.rule == "query"
    assert told in breach.got
    assert isinstance(read_query(body), str)


def test_a_schema_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    """The file of the schema is ours, not the server's."""
    path = tmp_path / "broken.graphql"
    path.write_text("type Query {\n  user(: ID\n}")

    with pytest.raises(FormatError, match=r"no GraphQL schema \(line 2, column 8\)"):
        GraphQLTypes(path).check_query(b'{"query": "{ user }"}', KEY)


def checked(
    types: GraphQLTypes, query: str, answer: Any, variables: Any = None
) -> tuple[list[tuple[str, str, str]], list[str]]:
    found = types.check_data(Query(query, variables or {}), answer, KEY)
    assert found is not None
    breaches, unknown = found
    return [(b.pointer, b.expected, b.got) for b in breaches], [field.pointer for field in unknown]


USERS = """
query { tag(tagName: "a") { title: name users { totalCount edges { node { ...Who } } pageInfo { endCursor } } } }
fragment Who on User { id followStatus remainingTagSlotCount }
"""


def users(*nodes: Any, **tag: Any) -> Any:
    edges = {"totalCount": 1, "edges": [{"node": node} for node in nodes], "pageInfo": {"endCursor": None}}
    return {"data": {"tag": {"title": "a", "users": edges, **tag}}}


GOOD = {"id": "1", "followStatus": "NONE", "remainingTagSlotCount": None}


@pytest.mark.parametrize(
    ("answer", "breaches", "unknown"),
    [
        pytest.param(users(GOOD, GOOD), [], [], id="as selected, aliases and fragments too"),
        pytest.param(users(), [], [], id="an empty list"),
        pytest.param(
            users({**GOOD, "new": 1}, {**GOOD, "new": 2}),
            [],
            ["/data/tag/users/edges/*/node/new"],
            id="nobody asked for it",
        ),
        pytest.param(
            users({"id": "1", "folowStatus": "NONE", "remainingTagSlotCount": 1}),
            [
                (
                    "/data/tag/users/edges/0/node/followStatus",
                    '"followStatus", which the query selects',
                    'no such member, but one named "folowStatus"',
                )
            ],
            ["/data/tag/users/edges/*/node/folowStatus"],
            id="renamed",
        ),
        pytest.param(
            users(GOOD, {**GOOD, "followStatus": "ENEMY"}),
            [
                (
                    "/data/tag/users/edges/1/node/followStatus",
                    "SELF, FOLLOWING, FOLLOW_PENDING or NONE (FollowStatus)",
                    '"ENEMY" (a text)',
                )
            ],
            [],
            id="no value of the enum",
        ),
        pytest.param(
            users({**GOOD, "id": None}), [("/data/tag/users/edges/0/node/id", "ID!, never null", "null")], [], id="null"
        ),
        pytest.param(
            users(None), [("/data/tag/users/edges/0/node", "User!, never null", "null")], [], id="an object is null"
        ),
        pytest.param(
            users({**GOOD, "id": 1}), [("/data/tag/users/edges/0/node/id", "a text (ID)", "1 (a number)")], [], id="ID"
        ),
        pytest.param(
            users({**GOOD, "remainingTagSlotCount": True}),
            [("/data/tag/users/edges/0/node/remainingTagSlotCount", "a whole number of 32 bits (Int)", "true")],
            [],
            id="Int",
        ),
        pytest.param(
            users(title=None, users={"totalCount": 2**31, "edges": {}, "pageInfo": {"endCursor": {}}}),
            [
                ("/data/tag/title", "String!, never null", "null"),
                ("/data/tag/users/totalCount", "a whole number of 32 bits (Int)", "2147483648 (a number)"),
                ("/data/tag/users/edges", "a list ([UserEdge!])", "an empty object"),
                ("/data/tag/users/pageInfo/endCursor", "a text or a number (Cursor)", "an empty object"),
            ],
            [],
            id="several at once",
        ),
        pytest.param(
            users(users=[]), [("/data/tag/users", "an object (UserPaginatedList)", "an empty list")], [], id="object"
        ),
        pytest.param({"data": []}, [("/data", "an object (Query)", "an empty list")], [], id="data in a list"),
        pytest.param({"data": {}, "trace": 1}, None, ["/trace"], id="a member beside data"),
    ],
)
def test_data_fits_the_selection(
    types: GraphQLTypes, answer: Any, breaches: list[tuple[str, str, str]] | None, unknown: list[str]
) -> None:
    """Names and aliases, null, lists, scalars and enums; what nobody selected is told as unknown."""
    found, new = checked(types, USERS, answer)

    assert new == unknown
    if breaches is not None:
        assert found == breaches


def test_a_breach_names_the_field_of_the_schema(types: GraphQLTypes) -> None:
    """By its schema coordinate, since SDL has no pointers."""
    found = types.check_data(Query(USERS), users({**GOOD, "id": 1}), KEY)

    assert found is not None
    assert str(found[0][0].at) == f"{SDL}#User.id"


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        pytest.param([{"message": "no", "path": ["tag", "users", "edges", 0, "node", "id"]}], [], id="that very field"),
        pytest.param(
            [{"message": "no", "path": ["tag", "users", "edges", 0, "node", "id", "x"]}],
            [],
            id="a field further inside",
        ),
        pytest.param(
            [{"message": "no", "path": ["tag", "users", "edges", 1, "node", "id"]}],
            ["/data/tag/users/edges/0/node/id"],
            id="another field",
        ),
        pytest.param([{"message": "no"}], ["/data/tag/users/edges/0/node/id"], id="no field"),
    ],
)
def test_an_error_excuses_the_null_on_its_path(types: GraphQLTypes, errors: list[Any], expected: list[str]) -> None:
    """The null may stop above the field that failed (GraphQL, section 6.4.4)."""
    found, _ = checked(types, USERS, {**users({**GOOD, "id": None}), "errors": errors})

    assert [pointer for pointer, _, _ in found] == expected


@pytest.mark.parametrize(
    ("answer", "pointer", "got"),
    [
        pytest.param([], "", "an empty list", id="no object"),
        pytest.param({}, "/data", "an empty object", id="nothing"),
        pytest.param({"data": None}, "/data", "null", id="null without a reason"),
        pytest.param({"errors": [{"message": "No"}]}, "/data", 'errors: "No"', id="errors without data"),
        pytest.param({"data": None, "errors": [{"message": "No"}]}, "/data", 'errors: "No"', id="errors and null"),
        pytest.param({"data": {}, "errors": []}, "/errors", "an empty list", id="no errors in a list"),
        pytest.param({"data": {}, "errors": ["No"]}, "/errors/0", '"No" (a text)', id="an error as a text"),
        pytest.param(
            {"data": {}, "errors": [{"message": "No", "path": "tag"}]},
            "/errors/0/path",
            '"tag" (a text)',
            id="a path as text",
        ),
    ],
)
def test_an_answer_without_data_is_a_breach(types: GraphQLTypes, answer: Any, pointer: str, got: str) -> None:
    """HTTP said 200, so that data was promised; errors instead of it are told in their own words."""
    found, _ = checked(types, USERS, answer)

    assert [(place, came) for place, _, came in found] == [(pointer, got)]


PROTECTED = """{ user { protectedFields {
  %s ... on UserProtectedFields { totalWorkoutCounts } ... on Error { code message } } } }"""


def protected(**members: Any) -> Any:
    return {"data": {"user": {"protectedFields": members}}}


@pytest.mark.parametrize(
    ("typename", "answer", "expected"),
    [
        ("__typename", protected(__typename="UserProtectedFields", totalWorkoutCounts=1), []),
        ("kind: __typename", protected(kind="UserPrivacyError", code="A", message="b"), []),
        ("__typename", protected(__typename="UserPrivacyError", code="A"), ["/message"]),
        ("__typename", protected(__typename="UserPrivacyError", totalWorkoutCounts=1), ["/code", "/message"]),
        ("__typename", protected(__typename="Nobody", code="A"), ["/__typename"]),
        ("__typename", protected(__typename=5), ["/__typename"]),
        ("__typename", protected(__typename="Tag"), ["/__typename"]),
        ("", protected(totalWorkoutCounts=1), []),
        ("", protected(code="A", message="b"), []),
        ("", protected(totalWorkoutCounts="1"), ["/totalWorkoutCounts"]),
        ("", protected(code="A"), ["/message"]),
    ],
)  # fmt: skip
def test_a_union_is_what_its_typename_says(
    types: GraphQLTypes, typename: str, answer: Any, expected: list[str]
) -> None:
    """Fragments count where their condition holds, on interfaces too. Without a `__typename` one type must fit."""
    found, unknown = checked(types, PROTECTED % typename, answer)

    assert [pointer.removeprefix("/data/user/protectedFields") for pointer, _, _ in found] == expected
    assert len(unknown) == (1 if answer == protected(__typename="UserPrivacyError", totalWorkoutCounts=1) else 0)


def test_an_unknown_typename_is_told_with_the_possible_ones(types: GraphQLTypes) -> None:
    """Nearest first in thought: it may only be spelt otherwise."""
    [(_, expected, got)], _ = checked(types, PROTECTED % "__typename", protected(__typename="UserPrivacyErr"))

    assert expected == '"UserProtectedFields" or "UserPrivacyError", as UserProtectedFieldsResult allows'
    assert got == '"UserPrivacyErr" (a text), like UserPrivacyError'


@pytest.mark.parametrize(
    ("variables", "data", "breaches", "unknown"),
    [
        pytest.param({"name": "a"}, {"name": "a", "exists": True}, [], [], id="included by the default"),
        pytest.param({"name": "a", "full": False}, {"name": "a"}, [], [], id="left out"),
        pytest.param({"name": "a", "full": True}, {"name": "a"}, ["/data/tag/exists"], [], id="included, yet missing"),
        pytest.param(
            {"name": "a", "full": False},
            {"name": "a", "exists": True},
            [],
            ["/data/tag/exists"],
            id="left out, yet there",
        ),
    ],
)
def test_include_and_skip_are_honoured(
    types: GraphQLTypes, variables: Any, data: Any, breaches: list[str], unknown: list[str]
) -> None:
    """With the variables that were sent, and the defaults of those that were not."""
    skipping = BY_NAME.replace("@include(if: $full)", "@include(if: $full) @skip(if: false)")
    found, new = checked(types, skipping, {"data": {"tag": data}}, variables)

    assert ([pointer for pointer, _, _ in found], new) == (breaches, unknown)


def test_a_selection_in_two_pieces_is_one(types: GraphQLTypes) -> None:
    """Fields of one name in the answer are merged (GraphQL, section 6.3.2)."""
    query = "{ user { userTags { primary { name } } userTags { primary { exists } } } }"

    found, _ = checked(types, query, {"data": {"user": {"userTags": {"primary": {"name": "a"}}}}})

    assert [pointer for pointer, _, _ in found] == ["/data/user/userTags/primary/exists"]


def test_the_answer_to_a_query_that_cannot_be_is_not_checked(types: GraphQLTypes) -> None:
    """There is nothing to check it against; the query has been told."""
    assert types.check_data(Query("{ usr { id } }"), {"data": {}}, KEY) is None
