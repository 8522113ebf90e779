"""The contracts of the suite against the answers of its emulator, as a run would ask."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.contract.conftest import Api, sender
from tests.emulator import EMAIL, FRIEND_ID, INSTRUCTOR_ID, PASSWORD, RIDE_ID, USER_ID, WORKOUT_ID

from paceline.contract.checker import ContractChecker, load_checker
from paceline.errors import FormatError
from paceline.model.contract import ContractVerdict
from paceline.model.exchange import Exchange, Trip

CALLS = [
    ("auth/Check Session", "/auth/check_session"),
    ("ecommerce/Peloton Plans", "/ecomm/store/dotcom/digital_subscriptions/plans"),
    ("instructors/All Instructors", "/api/instructor?limit=100"),
    ("instructors/Instructor by Id", f"/api/instructor/{INSTRUCTOR_ID}"),
    ("rides-classes/List Archived Rides", "/api/v2/ride/archived?browse_category=cycling"),
    ("rides-classes/List Live Rides", "/api/v3/ride/live"),
    ("rides-classes/Ride Details", f"/api/ride/{RIDE_ID}/details"),
    ("rides-classes/Ride Filters", "/api/ride/filters"),
    ("users/Me (Logged in User)", "/api/me"),
    ("users/User by Id", f"/api/user/{FRIEND_ID}"),
    ("users/User Overview", f"/api/user/{USER_ID}/overview"),
    ("users/User Workout History CSV", f"/api/user/{USER_ID}/workout_history_csv"),
    ("workouts/User Workouts", f"/api/user/{USER_ID}/workouts?joins=ride"),
    ("workouts/Workout by Id", f"/api/workout/{WORKOUT_ID}"),
    ("workouts/Workout by Id - Performance Graph", f"/api/workout/{WORKOUT_ID}/performance_graph?every_n=5"),
]

TAG_USERS = """
query TagDetail($tagName: String!, $after: Cursor) {
  tag(tagName: $tagName) {
    name
    users(after: $after) {
      totalCount
      edges { node { id protectedFields {
        __typename
        ... on UserProtectedFields { totalWorkoutCounts }
        ... on UserPrivacyError { code message }
      } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def after(checker: ContractChecker, key: str, trip: Trip, *, refusals: bool = False) -> ContractVerdict:
    stem, _, name = key.partition("/")
    return checker.after(stem, name, trip, refusals=refusals)


@pytest.mark.parametrize(("key", "path"), CALLS, ids=[key for key, _ in CALLS])
def test_the_emulator_keeps_the_contracts(api: Api, checker: ContractChecker, key: str, path: str) -> None:
    """No breach, no unknown field, and the body was looked at."""
    verdict = after(checker, key, api.call("GET", path))

    assert [str(breach) for breach in verdict.breaches] == []
    assert verdict.unknown == ()
    assert verdict.checked[-1] in {"schema", "csv"}


def test_a_login_sets_the_cookie_it_tells(api: Api, checker: ContractChecker) -> None:
    """The session in the body is the session in the cookie."""
    send = sender()
    trip = send(api.request("POST", "/auth/login", {"username_or_email": EMAIL, "password": PASSWORD}))
    response = replace(trip.response, headers=tuple(pair for pair in trip.response.headers if pair[0] != "set-cookie"))
    silent = Trip((Exchange(trip.request, response),))

    assert after(checker, "auth/Login", trip).breaches == ()
    assert [breach.rule for breach in after(checker, "auth/Login", silent).breaches] == ["cookie"]


def test_a_request_without_a_session_is_refused_as_described(api: Api, checker: ContractChecker) -> None:
    """A breach where success was wanted, fine where the refusal was."""
    trip = sender()(api.request("GET", "/api/me"))

    [breach] = after(checker, "users/Me (Logged in User)", trip).breaches

    assert (breach.rule, breach.got) == ("status", '401 Unauthorized, which says "Not logged in"')
    assert breach.at.pointer == "/defaults/every/status"
    assert after(checker, "users/Me (Logged in User)", trip, refusals=True).kept


def test_a_graphql_list_is_checked_before_and_after_and_to_its_end(api: Api, checker: ContractChecker) -> None:
    """Query, data, every further page, and all pages together."""
    request = api.request("POST", "/graphql", {"query": TAG_USERS, "variables": {"tagName": "PelotonDads"}})
    trip = api.send(request)
    asked = []

    def send(following: Any) -> Trip:
        asked.append(json.loads(following.body)["variables"]["after"])
        return api.send(following)

    assert checker.before("graphql", "TagDetail", request) == ()
    assert after(checker, "graphql/TagDetail", trip).breaches == ()
    assert after(checker, "graphql/TagDetail", trip).checked[-1] == "graphql"
    walk = checker.follow("graphql", "TagDetail", request, trip, send)
    assert (walk.breaches, walk.checked) == ((), ("paging",))
    assert len(asked) == 2


def test_a_query_the_schema_does_not_know_is_told_before_it_is_sent(api: Api, checker: ContractChecker) -> None:
    """And once: the answer to it is not checked against it."""
    query = TAG_USERS.replace("totalCount", "total")
    request = api.request("POST", "/graphql", {"query": query, "variables": {"tagName": "a"}})

    [breach] = checker.before("graphql", "TagDetail", request)
    verdict = after(checker, "graphql/TagDetail", api.send(request))

    assert (breach.rule, breach.pointer) == ("query", "/query")
    assert "Cannot query field 'total' on type 'UserPaginatedList'" in breach.got
    assert [breach.rule for breach in verdict.breaches] == ["status"]


def test_a_page_that_breaks_the_contract_is_told_with_its_number(api: Api, checker: ContractChecker) -> None:
    """Though the pages agree, each of them is held against the schema."""
    request = api.request("GET", f"/api/user/{USER_ID}/workouts?limit=20")

    def drifted(following: Any) -> Trip:
        trip = api.send(following)
        body = json.loads(trip.response.body)
        body["data"][0]["total_work"] = "much"
        return Trip((Exchange(trip.request, replace(trip.response, body=json.dumps(body).encode())),))

    verdict = checker.follow("users", "User Workouts", request, api.send(request), drifted)

    assert (2, "schema", "/data/0/total_work") in [(each.page, each.rule, each.pointer) for each in verdict.breaches]


def test_without_a_contract_nothing_is_checked(api: Api, checker: ContractChecker) -> None:
    """The verdict says so; the run decides what to make of it."""
    request = api.request("GET", "/api/me")
    trip = api.send(request)

    assert checker.before("mine", "Me", request) == ()
    assert checker.after("mine", "Me", trip) == ContractVerdict("mine/Me")
    assert checker.follow("mine", "Me", request, trip, api.send) == ContractVerdict("mine/Me")
    assert checker.follow("users", "Me (Logged in User)", request, trip, api.send).checked == ()


def test_contracts_of_graphql_need_a_schema(tmp_path: Path) -> None:
    """It lies in the folder `graphql` beside them."""
    path = tmp_path / "contracts.yaml"
    path.write_text("requests: {tags/Mine: {graphql: true}}")

    with pytest.raises(
        FormatError, match="tags/Mine is checked against a GraphQL schema, of which this folder has none"
    ):
        load_checker(path)
