"""What the emulator promises: each request of the reference collection is answered as the public evidence says."""

from __future__ import annotations

import csv
import io
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulator import (
    EMAIL,
    EXPIRED_TOKEN,
    FRIEND_ID,
    INSTRUCTOR_ID,
    NO_CLASS,
    PASSWORD,
    PELOTON_ID,
    PRIVATE_USER_ID,
    RESERVED_PELOTON_ID,
    RIDE_ID,
    STRANGER_ID,
    SUBSCRIPTION_ID,
    USER_ID,
    USERNAME,
    VALID_TOKEN,
    WORKOUT_ID,
    serve,
)

Json = dict[str, Any]

ROOT = Path(__file__).parents[1]
COOKIE = "peloton_session_id"
UNKNOWN_ID = "f" * 32
LOGIN = {"username_or_email": EMAIL, "password": PASSWORD}
ME = f"/api/user/{USER_ID}"
HTML, JSON, CSV = "text/html", "application/json", "text/csv"


class Client(requests.Session):
    """A session that knows the server's address, so that tests name paths only."""

    def __init__(self, base_url: str, **headers: str) -> None:
        super().__init__()
        self.base_url = base_url
        self.headers.update(headers)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 10)
        return super().request(method, f"{self.base_url}{url!s}", *args, **kwargs)

    def body(self, path: str, **query: str | int) -> Any:
        """JSON body of a GET that succeeds."""
        response = self.get(path, params=query)
        response.raise_for_status()
        return response.json()

    def graphql(self, query: str, /, **variables: Any) -> requests.Response:
        return self.post("/graphql", json={"query": query, "variables": variables})

    def data(self, query: str, /, **variables: Any) -> Any:
        """The `data` of a GraphQL answer without errors."""
        envelope = self.graphql(query, **variables).json()
        assert "errors" not in envelope
        return envelope["data"]


def logged_in(base_url: str) -> Client:
    client = Client(base_url, **{"Peloton-Platform": "web"})
    client.post("/auth/login", json=LOGIN).raise_for_status()
    return client


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An emulator for tests that only read."""
    with serve() as base_url:
        yield base_url


@pytest.fixture(scope="module")
def table_server() -> Iterator[str]:
    """An emulator for the table of all requests; its rows change things, each its own."""
    with serve() as base_url:
        yield base_url


@pytest.fixture
def anybody(server: str) -> Client:
    return Client(server)


@pytest.fixture(scope="module")
def rider(server: str) -> Client:
    """Logged in, on the server for reading."""
    return logged_in(server)


@pytest.fixture
def fresh_server() -> Iterator[str]:
    """An emulator of the test's own, free to be changed."""
    with serve() as base_url:
        yield base_url


@pytest.fixture
def writer(fresh_server: str) -> Client:
    """Logged in, on a server of the test's own."""
    return logged_in(fresh_server)


# --- all requests ---------------------------------------------------------------------------------------------------

TAG_FIELDS = "__typename name exists followingCount users { totalCount } assets { backgroundImage { location } }"
TAG_LIST = f"edges {{ node {{ hasAdded {TAG_FIELDS} }} }} pageInfo {{ hasNextPage endCursor }}"
MUTATION = """mutation ($input: %sInput!) { %s(input: $input) {
  __typename ... on %sSuccess { tag { name exists hasAdded users { totalCount } } } ... on Error { code message } } }"""
ADD_TAG = MUTATION % ("AddTagToUser", "addTagToUser", "AddTagToUser")
REMOVE_TAG = MUTATION % ("RemoveTagFromUser", "removeTagFromUser", "RemoveTagFromUser")
SET_PRIMARY_TAG = MUTATION % ("SetTagAsPrimary", "setTagAsPrimary", "SetTagAsPrimary")
MY_TAGS = "{ user { remainingTagSlotCount userTags { primary { name } allTags { isPrimary tag { name hasAdded } } } } }"
PRIMARY_TAG = "query ($userId: ID) { user(id: $userId) { userTags { primary { name } allTags { isPrimary } } } }"
SEARCH_TAG = f"""query ($query: String!, $tagName: String!, $after: Cursor) {{ tag(tagName: $tagName) {{ {TAG_FIELDS} }}
  searchTag(input: {{query: $query, after: $after}}) {{ {TAG_LIST} }} }}"""
BROWSE_TAGS = f"""query ($categorySlug: TagBrowseCategorySlug!, $after: Cursor) {{
  tagBrowseCategory(categorySlug: $categorySlug) {{ displayName tags(after: $after) {{ {TAG_LIST} }} }} }}"""
DISPLAY_NAMES = " ".join(
    f"{slug}: tagBrowseCategory(categorySlug: {slug}) {{ displayName }}"
    for slug in ("TRENDING", "FEATURED", "FRIENDS", "POPULAR")
)
TAG_DETAIL = """query TagDetail($tagName: String!, $after: Cursor) { tag(tagName: $tagName) { name followingCount
  users(after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id username followStatus
    protectedFields { __typename ... on UserProtectedFields { totalWorkoutCounts }
                      ... on UserPrivacyError { code message } } } } } } }"""


@dataclass(frozen=True)
class Row:
    """One request of the reference collection: what is sent, and what has to come back.

    Attributes:
        member: a key the JSON body must have; "" where the body is empty, no object, or unknown.
        content: media type, "" for an answer without content.
    """

    name: str
    method: str
    path: str
    member: str
    private: bool = False
    body: Json | None = None
    content: str = JSON


def graphql_row(name: str, query: str, /, **variables: Any) -> Row:
    return Row(name, "POST", "/graphql", "data", True, {"query": query, "variables": variables})


DEVS: Json = {"tagName": "PelotonDevs"}
FIRST_OF_THE_WORKOUTS = "0" * 28 + "0c01"

TABLE = [
    Row("Login", "POST", "/auth/login", "session_id", body=LOGIN),
    Row("Logout", "POST", "/auth/logout", "is_authed", True, {"session_id": ""}),
    Row("Check Session", "GET", "/auth/check_session", "is_authed"),
    Row("Peloton Plans", "GET", "/ecomm/store/dotcom/digital_subscriptions/plans", "data"),
    Row("Peloton Stores", "GET", "/ecomm/store", "data"),
    Row("Peloton Bike Reviews", "GET", "/ecomm/product/bike/reviews?page=0&sort_by=-submittedAt", "data"),
    Row("Peloton Account Order History", "GET", "/ecomm/orders", "data", True),
    Row("Peloton Account Payment Info", "GET", "/ecomm/card", "data", True),
    graphql_row("AddTagToUser", ADD_TAG, input=DEVS),
    graphql_row("MyTags", MY_TAGS),
    graphql_row("PrimaryTag", PRIMARY_TAG, userId=USER_ID),
    graphql_row("RemoveTagFromUser", REMOVE_TAG, input=DEVS),
    graphql_row("SearchTag", SEARCH_TAG, query="PelotonDads", tagName="PelotonDads"),
    graphql_row("SetTagAsPrimary", SET_PRIMARY_TAG, input=DEVS),
    graphql_row("TagBrowseCategory - Featured Tags", BROWSE_TAGS, categorySlug="FEATURED"),
    graphql_row("TagBrowseCategory - Friends Tags", BROWSE_TAGS, categorySlug="FRIENDS"),
    graphql_row("TagBrowseCategory - Popular Tags", BROWSE_TAGS, categorySlug="POPULAR"),
    graphql_row("TagBrowseCategory - Trending Tags", BROWSE_TAGS, categorySlug="TRENDING"),
    graphql_row("TagBrowseCategoryDisplayNames", f"{{ {DISPLAY_NAMES} }}"),
    graphql_row("TagDetail", TAG_DETAIL, tagName="PelotonDads"),
    Row("All Instructors", "GET", "/api/instructor", "data"),
    Row("Instructor by Id", "GET", f"/api/instructor/{INSTRUCTOR_ID}", "coach_type"),
    Row("Ride Metadata Mappings", "GET", "/api/ride/metadata_mappings", "class_types"),
    Row(
        "List Archived Rides",
        "GET",
        "/api/v2/ride/archived?browse_category=strength&content_format=audio,video&limit=18&page=0"
        "&sort_by=original_air_time&desc=true",
        "browse_categories",
    ),
    Row(
        "List Live Rides",
        "GET",
        "/api/v3/ride/live?exclude_complete=true&content_provider=studio&exclude_live_in_studio_only=true"
        "&browse_category=cycling&start=1603944000&end=1605157199",
        "rides",
    ),
    Row("Ride by Id", "GET", f"/api/ride/{RIDE_ID}", "fitness_discipline"),
    Row("Ride Details", "GET", f"/api/ride/{RIDE_ID}/details", "segments"),
    Row("Ride Details - Stream Source", "GET", f"/api/ride/{RIDE_ID}/details?stream_source=multichannel", "segments"),
    Row(
        "Ride Filters",
        "GET",
        "/api/ride/filters?include_icon_images=true&library_type=on_demand&browse_category=cycling",
        "filters",
    ),
    Row(
        "Ride Recent Followering Workouts",
        "GET",
        f"/api/ride/{RIDE_ID}/recent_following_workouts?joins=user&limit=200",
        "data",
        True,
    ),
    Row("Class Categories", "GET", "/api/browse_categories?library_type=on_demand", "browse_categories"),
    Row("Favorite Class", "POST", "/api/favorites/create", "", True, {"ride_id": RIDE_ID}, content=""),
    Row("Unfavorite Class", "POST", "/api/favorites/delete", "", True, {"ride_id": RIDE_ID}, content=""),
    Row(
        "Create Reservation",
        "POST",
        "/api/reservation",
        "join_token",
        True,
        {"location": "remote", "peloton_id": PELOTON_ID, "user_id": USER_ID},
    ),
    Row("Remove Reservation", "DELETE", f"/api/reservation/{RESERVED_PELOTON_ID}", "deleted", True),
    Row("Me (Logged in User)", "GET", "/api/me", "default_heart_rate_zones", True),
    Row("User by Id", "GET", ME, "workout_counts"),
    Row("User by Username", "GET", "/api/user/rider_two", "workout_counts"),
    Row("User Workouts", "GET", f"{ME}/workouts", "aggregate_stats", True),
    Row(
        "User Workouts (Join Ride Info)",
        "GET",
        f"{ME}/workouts?joins=ride,ride.instructor&limit=10&page=0",
        "summary",
        True,
    ),
    Row(
        "User Workout History CSV",
        "GET",
        f"{ME}/workout_history_csv?timezone=America/New_York",
        "",
        True,
        content=CSV,
    ),
    Row("User Overview", "GET", f"{ME}/overview?version=1", "personal_records", True),
    Row("User Subscriptions", "GET", "/api/v2/user/subscriptions", "digital_subscriptions", True),
    Row(
        "User Subscription Transactions",
        "GET",
        f"{ME}/subscription/{SUBSCRIPTION_ID}/subscription_transactions?joins=transaction&limit=12",
        "data",
        True,
    ),
    Row("User Achievements", "GET", f"{ME}/achievements", "categories", True),
    Row("User Challenges (Current)", "GET", f"{ME}/challenges/current?has_joined=true", "challenges", True),
    Row("User Challenges (Upcoming)", "GET", f"{ME}/challenges/upcoming?has_joined=false", "challenges", True),
    Row("User Challenges (Past)", "GET", f"{ME}/challenges/past?has_joined=true", "challenges", True),
    Row("User Followers", "GET", f"{ME}/followers", "total_non_pending_followers", True),
    Row("User Following", "GET", f"{ME}/following", "data", True),
    Row("User Search", "GET", "/api/user/search?user_query=rider_two&limit=40", "data", True),
    Row("User Settings", "GET", f"{ME}/settings", "privacy", True),
    Row("User Referral History", "GET", f"{ME}/referral_history", "", True),
    Row("User Calendar Activity", "GET", f"{ME}/calendar", "months", True),
    Row(
        "Follow User",
        "POST",
        "/api/user/change_relationship",
        "me_to_user",
        True,
        {"action": "follow", "user_id": STRANGER_ID},
    ),
    Row(
        "Unfollow User",
        "POST",
        "/api/user/change_relationship",
        "me_to_user",
        True,
        {"action": "unfollow", "user_id": FRIEND_ID},
    ),
    Row("Update User", "PUT", ME, "obfuscated_email", True, {"location": "Shelbyville", "height": 70}),
    Row("Update User Settings ", "PUT", f"{ME}/settings", "privacy", True, {"privacy": {"age": True}}),
    Row("User Workouts Copy", "GET", f"{ME}/workouts", "aggregate_stats", True),
    Row("User Workouts", "GET", f"{ME}/workouts", "aggregate_stats", True),
    Row("Workout by Id", "GET", f"/api/workout/{WORKOUT_ID}", "ftp_info", True),
    Row(
        "Workout by Id - Join Ride Info",
        "GET",
        f"/api/workout/{WORKOUT_ID}?joins=ride,ride.instructor&limit=10&page=0",
        "ride",
        True,
    ),
    Row(
        "Workout by Id - Performance Graph",
        "GET",
        f"/api/workout/{WORKOUT_ID}/performance_graph?every_n=5",
        "metrics",
        True,
    ),
    Row("Delete Workout by Id", "DELETE", f"/api/workout/{FIRST_OF_THE_WORKOUTS}", "", True),
]
PRIVATE = [row for row in TABLE if row.private]
by_name = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


def test_the_table_is_whole() -> None:
    """The reference collection has 64 requests, 12 of them GraphQL."""
    assert (64, 12) == (len(TABLE), sum(row.path == "/graphql" for row in TABLE))


@by_name
def test_each_request_is_answered(row: Row, table_server: str) -> None:
    """With a login, all requests succeed, in their media type, with the member that tells them apart."""
    response = logged_in(table_server).request(row.method, row.path, json=row.body)

    assert (200, row.content) == (response.status_code, response.headers.get("content-type", "").split(";")[0])
    if row.member:
        assert row.member in response.json()
        assert "errors" not in response.json()


@pytest.mark.parametrize("row", PRIVATE, ids=lambda row: row.name)
@pytest.mark.parametrize("cookie", [None, UNKNOWN_ID], ids=["none", "stale"])
def test_private_requests_need_a_credential(row: Row, cookie: str | None, anybody: Client) -> None:
    """Without a session, or with one the server does not know, the answer is 401."""
    headers = {"Peloton-Platform": "web"} | ({"Cookie": f"{COOKIE}={cookie}"} if cookie else {})

    response = anybody.request(row.method, row.path, json=row.body, headers=headers)

    assert response.status_code == 401
    if row.path == "/graphql":
        assert ["Not logged in"] == [error["message"] for error in response.json()["errors"]]
    else:
        assert response.json() == {
            "status": 401,
            "error_code": None,
            "subcode": None,
            "message": "Not logged in",
            "details": None,
        }


@pytest.mark.parametrize("row", [row for row in TABLE if not row.private], ids=lambda row: row.name)
def test_public_requests_need_none(row: Row, anybody: Client) -> None:
    """Classes, instructors, the shop and public profiles are open to everybody."""
    response = anybody.request(row.method, row.path, json=row.body, headers={"Peloton-Platform": "web"})

    assert response.status_code == 200
    assert row.member in response.json()


@pytest.mark.parametrize(
    "row",
    [row for row in TABLE if re.search("Overview|Achievements|Challenges|Ride Filters", row.name)],
    ids=lambda row: row.name,
)
def test_some_requests_need_the_platform_header(row: Row, server: str, rider: Client) -> None:
    """Without Peloton-Platform they are refused, with it they succeed."""
    without = Client(server)
    without.cookies.update(rider.cookies)

    refused, answered = without.get(row.path), without.get(row.path, headers={"Peloton-Platform": "home_bike"})

    assert (400, "Request was invalid") == (refused.status_code, refused.json()["message"])
    assert answered.status_code == 200


def all_readings(base_url: str) -> list[tuple[str, int, Json, bytes]]:
    """Name, status, headers and body of the login and of all reading requests after it."""
    client = Client(base_url, **{"Peloton-Platform": "web"})
    rows = [row for row in TABLE if row.method == "GET" or row.name == "Login"]
    answers = [(row.name, client.request(row.method, row.path, json=row.body)) for row in rows]
    return [(name, answer.status_code, dict(answer.headers), answer.content) for name, answer in answers]


def test_two_servers_answer_the_same() -> None:
    """Nothing depends on the real clock or on chance: status, headers and bodies are equal."""
    with serve() as first, serve() as second:
        assert all_readings(first) == all_readings(second)


# --- logging in -----------------------------------------------------------------------------------------------------


def test_login_opens_a_session(fresh_server: str) -> None:
    """The cookie and the body carry the same 32 hex digits; the account comes along, as in /api/me."""
    client = Client(fresh_server)

    response = client.post("/auth/login", json=LOGIN | {"with_pubsub": False})

    body = response.json()
    assert re.fullmatch("[0-9a-f]{32}", body["session_id"])
    assert response.headers["set-cookie"] == f"{COOKIE}={body['session_id']}; Max-Age=2592000; Path=/; HttpOnly"
    assert (body["user_id"], body["pubsub_session"]) == (USER_ID, {})
    assert client.body("/api/me") == body["user_data"]


def test_login_by_username_and_without_content_type(anybody: Client) -> None:
    """The leaderboard name works too, and the body is read as JSON whatever it is called."""
    text = f'{{"username_or_email": "{USERNAME}", "password": "{PASSWORD}"}}'

    response = anybody.post("/auth/login", data=text, headers={"Content-Type": "application/vnd.api+json"})

    assert response.json()["user_id"] == USER_ID


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username_or_email": "nobody@example.com"}])
def test_login_with_a_wrong_value(wrong: Json, anybody: Client) -> None:
    """The name and the password are not told apart, and no cookie is set."""
    response = anybody.post("/auth/login", json=LOGIN | wrong)

    assert (401, 3010, "Login failed") == (
        response.status_code,
        response.json()["error_code"],
        response.json()["message"],
    )
    assert COOKIE not in anybody.cookies


def test_each_login_has_its_own_session(fresh_server: str) -> None:
    """Logging one out leaves the other."""
    first, second = logged_in(fresh_server), logged_in(fresh_server)
    assert first.cookies[COOKIE] != second.cookies[COOKIE]

    first.post("/auth/logout", json={}).raise_for_status()

    assert [401, 200] == [client.get("/api/me").status_code for client in (first, second)]


def test_logout_revokes_the_session(writer: Client) -> None:
    """The client's cookie goes, and the old id is worthless even when sent again."""
    old = writer.cookies[COOKIE]
    assert writer.body("/auth/check_session")["is_authed"] is True

    answer = writer.post("/auth/logout", json={"session_id": old}).json()

    assert answer == {"is_authed": False, "is_valid": False}
    assert COOKIE not in writer.cookies
    again = writer.get("/auth/check_session", headers={"Cookie": f"{COOKIE}={old}"})
    assert (200, {"is_authed": False, "is_valid": False}) == (again.status_code, again.json())


# --- today's access token -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bearer_server() -> Iterator[str]:
    with serve(auth="bearer") as base_url:
        yield base_url


def test_bearer_login_is_closed(bearer_server: str) -> None:
    """The right password and nonsense get the same two-key body."""
    client = Client(bearer_server)

    answers = [client.post("/auth/login", json=LOGIN), client.post("/auth/login", data="nonsense")]

    expected = {"status": 403, "message": "Access forbidden. Endpoint no longer accepting requests."}
    assert [(403, expected)] * 2 == [(answer.status_code, answer.json()) for answer in answers]


@pytest.mark.parametrize("row", PRIVATE, ids=lambda row: row.name)
def test_bearer_token_opens_private_requests(row: Row, bearer_server: str) -> None:
    """All that need a credential, mutations too, take the token and no cookie."""
    headers = {"Authorization": f"Bearer {VALID_TOKEN}", "Peloton-Platform": "web"}

    response = Client(bearer_server).request(row.method, row.path, json=row.body, headers=headers)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(f"Bearer {EXPIRED_TOKEN}", id="expired"),
        pytest.param(f"Bearer {VALID_TOKEN[:-1]}", id="broken signature"),
        pytest.param("Bearer nonsense", id="not a token"),
        pytest.param(f"Basic {VALID_TOKEN}", id="another scheme"),
        pytest.param("", id="empty"),
    ],
)
def test_bearer_token_must_be_valid(authorization: str, bearer_server: str) -> None:
    """Anything but an unexpired token of ours is no credential."""
    response = Client(bearer_server).get("/api/me", headers={"Authorization": authorization})

    assert (401, "Not logged in") == (response.status_code, response.json()["message"])


def test_a_mode_ignores_the_other_credential(bearer_server: str, anybody: Client, rider: Client) -> None:
    """A token opens nothing in session mode, a cookie nothing in bearer mode."""
    with_token = anybody.get("/api/me", headers={"Authorization": f"Bearer {VALID_TOKEN}"})
    with_cookie = Client(bearer_server).get("/api/me", headers={"Cookie": f"{COOKIE}={rider.cookies[COOKIE]}"})

    assert (401, 401) == (with_token.status_code, with_cookie.status_code)


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nope", f"/api/workout/{WORKOUT_ID}/summary", "/api/me/"])
def test_unknown_route_is_an_html_page(path: str, rider: Client) -> None:
    """Routes that are gone or never were, and a slash too many: not JSON, and no redirect."""
    response = rider.get(path)

    assert (404, f"{HTML}; charset=utf-8") == (response.status_code, response.headers["content-type"])


@pytest.mark.parametrize(
    "path",
    [
        f"/api/instructor/{UNKNOWN_ID}",
        f"/api/ride/{UNKNOWN_ID}",
        f"/api/ride/{UNKNOWN_ID}/details",
        "/api/user/nobody",
        f"/api/user/{UNKNOWN_ID}/workouts",
        f"/api/workout/{NO_CLASS}",
        f"/api/workout/{UNKNOWN_ID}/performance_graph",
        f"{ME}/subscription/{UNKNOWN_ID}/subscription_transactions",
    ],
)
def test_unknown_id_is_a_json_error(path: str, rider: Client) -> None:
    """A known route with an id of nothing."""
    response = rider.get(path)

    assert (404, 404) == (response.status_code, response.json()["status"])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", "/api/me", "GET, HEAD"), ("DELETE", ME, "GET, HEAD, PUT"), ("GET", "/auth/login", "POST")],
)
def test_wrong_method(method: str, path: str, allowed: str, rider: Client) -> None:
    """405, and the Allow header names all methods of the path."""
    response = rider.request(method, path)

    assert (405, 405) == (response.status_code, response.json()["status"])
    assert ", ".join(sorted(response.headers["allow"].split(", "))) == allowed


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/auth/login", '{"password":', id="not JSON"),
        pytest.param("/auth/login", "[]", id="not an object"),
        pytest.param("/auth/login", "", id="nothing"),
        pytest.param("/api/favorites/create", '{"ride_id": 7}', id="wrong type"),
        pytest.param("/api/user/change_relationship", f'{{"action": "adore", "user_id": "{FRIEND_ID}"}}', id="value"),
    ],
)
def test_unfit_body(path: str, body: str, rider: Client) -> None:
    """Bodies that are no JSON object or lack what the route needs."""
    response = rider.post(path, data=body)

    assert (400, "Request was invalid") == (response.status_code, response.json()["message"])


@pytest.mark.parametrize(
    "path",
    [
        f"{ME}/workouts?limit=none",
        f"{ME}/workouts?limit=0",
        f"{ME}/workouts?page=-1",
        f"{ME}/workouts?joins=instructor",
        f"{ME}/workouts?from=yesterday",
        f"/api/workout/{WORKOUT_ID}/performance_graph?every_n=0",
    ],
)
def test_unfit_query(path: str, rider: Client) -> None:
    """Limits, pages, joins and moments that are none."""
    response = rider.get(path)

    assert (400, "Request was invalid") == (response.status_code, response.json()["message"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/api/user/{PRIVATE_USER_ID}/workouts"),
        ("GET", f"/api/user/{STRANGER_ID}/settings"),
        ("PUT", f"/api/user/{STRANGER_ID}"),
        ("GET", f"/api/user/{STRANGER_ID}/workout_history_csv"),
    ],
)
def test_other_people_s_data_is_forbidden(method: str, path: str, rider: Client) -> None:
    """Private profiles, and what belongs to the account alone."""
    assert rider.request(method, path).status_code == 403


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "limit", "pages"),
    [
        (f"{ME}/workouts", 20, 3),
        (f"{ME}/followers", 6, 4),
        (f"{ME}/following", 10, 3),
        ("/api/user/search?user_query=rider", 20, 3),
        ("/api/instructor", 5, 3),
        ("/api/v2/ride/archived?browse_category=strength", 18, 2),
        (f"/api/ride/{RIDE_ID}/recent_following_workouts", 5, 4),
        (f"{ME}/subscription/{SUBSCRIPTION_ID}/subscription_transactions", 12, 2),
    ],
)
def test_walking_pages(path: str, limit: int, pages: int, rider: Client) -> None:
    """Each row comes once, the counters agree, and show_next ends the walk."""
    ids: list[str] = []
    for page in range(pages):
        body = rider.body(path, limit=limit, page=page)
        ids += [row["id"] for row in body["data"]]
        assert (body["page"], body["page_count"], body["count"]) == (page, pages, len(body["data"]))
        assert (body["show_previous"], body["show_next"]) == (page > 0, page + 1 < pages)

    assert len(set(ids)) == len(ids) == body["total"]


def test_a_page_behind_the_last_is_empty(rider: Client) -> None:
    """No error, and the totals stay."""
    body = rider.body(f"{ME}/workouts", page=99)

    assert ([], False, 45) == (body["data"], body["show_next"], body["total"])


def test_limits(rider: Client) -> None:
    """Workouts: 20 without a limit, 100 at most; instructors 100. Archived classes show no limit, live ones null."""
    assert (20, 100) == tuple(rider.body(f"{ME}/workouts{query}")["limit"] for query in ("", "?limit=1000"))
    assert rider.body("/api/instructor")["limit"] == 100
    assert "limit" not in rider.body("/api/v2/ride/archived")
    assert rider.body("/api/v3/ride/live")["limit"] is None


# --- workouts -------------------------------------------------------------------------------------------------------


def test_workouts_come_by_upload(rider: Client) -> None:
    """Newest upload first, so that a late upload stands out of start order; reversed on demand."""
    newest_first = rider.body(f"{ME}/workouts", limit=100)["data"]
    oldest_first = rider.body(f"{ME}/workouts", limit=100, sort_by="created")["data"]

    created = [row["created_at"] for row in newest_first]
    starts = [row["start_time"] for row in newest_first]
    assert created == sorted(created, reverse=True)
    assert starts != sorted(starts, reverse=True)
    assert newest_first == oldest_first[::-1]


def test_workouts_are_as_various_as_the_real_ones(rider: Client) -> None:
    """One runs still, some followed no class, some have no heart rate, one was imported."""
    rows = rider.body(f"{ME}/workouts", limit=100, joins="ride,ride.instructor")["data"]

    assert [None] == [row["end_time"] for row in rows if row["status"] == "IN_PROGRESS"]
    stubs = [row for row in rows if row["peloton_id"] is None]
    assert {NO_CLASS} == {row["ride"]["id"] for row in stubs}
    assert {"class", "freestyle", "scenic"} == {row["workout_type"] for row in rows}
    assert {True, False} == {row["effort_zones"] is None for row in rows}
    assert 1 == sum(row["service_id"] is not None for row in rows)
    assert {"America/New_York", "Etc/GMT+5", "Europe/Berlin"} == {row["timezone"] for row in rows}


@pytest.mark.parametrize(
    ("joins", "present"),
    [("", set()), ("ride", {"ride"}), ("user,peloton.ride", {"user", "peloton"})],
)
def test_joins_embed_objects(joins: str, present: set[str], rider: Client) -> None:
    """A list row has the joined objects and no others."""
    row = rider.body(f"{ME}/workouts", joins=joins, ride_id=RIDE_ID)["data"][0]

    assert present == {"ride", "user", "peloton"} & set(row)


def test_an_instructor_only_joins_on_demand(rider: Client) -> None:
    """The class of a single workout is always there, its instructor is not."""
    plain = rider.body(f"/api/workout/{WORKOUT_ID}")["ride"]
    joined = rider.body(f"/api/workout/{WORKOUT_ID}", joins="ride,ride.instructor")["ride"]

    assert "instructor" not in plain
    assert joined["instructor"]["id"] == joined["instructor_id"]


def test_a_workout_without_a_class_joins_no_session(rider: Client) -> None:
    """The one join whose refusal clients report."""
    free = next(row for row in rider.body(f"{ME}/workouts", limit=100)["data"] if row["peloton_id"] is None)

    response = rider.get(f"/api/workout/{free['id']}", params={"joins": "peloton"})

    assert (400, "Request was invalid") == (response.status_code, response.json()["message"])


def test_workouts_between_two_moments(rider: Client) -> None:
    """`from` and `to` bound the start; the months of the summary count all workouts."""
    december: dict[str, str | int] = {"from": "2025-12-01T00:00:00Z", "to": "2025-12-31T23:59:59Z"}

    body = rider.body(f"{ME}/workouts", **december)

    assert body["total"] == body["summary"]["2025-12"] < sum(body["summary"].values()) == 45


@pytest.mark.parametrize("step", [1, 5, 60])
def test_performance_graph_series_fit_the_axis(step: int, rider: Client) -> None:
    """Every series has a sample per `every_n` seconds; a gap in the heart rate is null."""
    body = rider.body(f"/api/workout/{WORKOUT_ID}/performance_graph", every_n=step)

    axis = body["seconds_since_pedaling_start"]
    assert {step} == {later - earlier for earlier, later in pairwise(axis)}
    assert {len(axis)} == {len(metric["values"]) for metric in body["metrics"]}
    series = {metric["slug"]: metric["values"] for metric in body["metrics"]}
    assert ["output", "cadence", "resistance", "speed", "heart_rate"] == list(series)
    assert None in series["heart_rate"]


CSV_COLUMNS = (
    "Workout Timestamp|Live/On-Demand|Instructor Name|Length (minutes)|Fitness Discipline|Type|Title|Class Timestamp|"
    "Total Output|Avg. Watts|Avg. Resistance|Avg. Cadence (RPM)|Avg. Speed (mph)|Distance (mi)|Calories Burned|"
    "Avg. Heartrate|Avg. Incline|Avg. Pace (min/mi)"
).split("|")


def test_csv_export(rider: Client) -> None:
    """The known columns, oldest first, without the imported and the running workout; empty cells are empty."""
    header, *rows = csv.reader(io.StringIO(rider.get(f"{ME}/workout_history_csv").text))

    assert header == CSV_COLUMNS
    assert len(rows) == 43
    stamps = [row[0] for row in rows]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d \((EST|-05|CET)\)", stamp) for stamp in stamps)
    assert [stamp[:10] for stamp in stamps] == sorted(stamp[:10] for stamp in stamps)
    strength = next(row for row in rows if row[4] == "Strength")
    assert strength[8:14] == [""] * 6


# --- classes --------------------------------------------------------------------------------------------------------


def test_archived_classes_are_filtered_and_sorted(anybody: Client) -> None:
    """By category and in the order asked for, which the answer echoes as a list."""
    body = anybody.body("/api/v2/ride/archived", browse_category="strength", sort_by="original_air_time", desc="true")

    aired = [row["original_air_time"] for row in body["data"]]
    assert {"strength"} == {row["fitness_discipline"] for row in body["data"]}
    assert (aired, ["-original_air_time"]) == (sorted(aired, reverse=True), body["sort_by"])


def test_live_classes_lie_in_the_window(anybody: Client) -> None:
    """Sessions of the time asked for, finished ones on demand only, each with its class under `rides`."""
    window: dict[str, str | int] = {"start": 1767500000, "end": 1767700000}
    everything = anybody.body("/api/v3/ride/live", **window)
    to_come = anybody.body("/api/v3/ride/live", **window, exclude_complete="true")

    starts = [session["scheduled_start_time"] for session in everything["data"]]
    assert window["start"] <= min(starts) < max(starts) <= window["end"]
    assert {"COMPLETE", "PRE_START"} == {session["status"] for session in everything["data"]}
    assert {"PRE_START"} == {session["status"] for session in to_come["data"]}
    assert {session["ride_id"] for session in to_come["data"]} == {ride["id"] for ride in to_come["rides"]}


def test_the_caller_s_counters_need_a_login(anybody: Client, rider: Client) -> None:
    """A class tells how often followed members took it, to those who are logged in."""
    anonymous, known = (client.body(f"/api/ride/{RIDE_ID}") for client in (anybody, rider))

    assert (0, True) == (anonymous["total_following_workouts"], known["total_following_workouts"] > 0)


# --- mutations ------------------------------------------------------------------------------------------------------


def test_follow_and_unfollow(writer: Client) -> None:
    """Following shows in the relationship, the list, and both counters; unfollowing takes it all back."""

    def reading() -> tuple[Any, ...]:
        following = [row["id"] for row in writer.body(f"{ME}/following", limit=100)["data"]]
        stranger = writer.body(f"/api/user/{STRANGER_ID}")
        me = writer.body("/api/me")
        return STRANGER_ID in following, stranger["relationship"]["me_to_user"], me["total_following"]

    before = reading()
    followed = writer.post("/api/user/change_relationship", json={"action": "follow", "user_id": STRANGER_ID}).json()
    after = reading()
    writer.post("/api/user/change_relationship", json={"action": "unfollow", "user_id": STRANGER_ID})

    assert followed == {"me_to_user": "following", "user_to_me": "none"}
    assert before == (False, "none", 26)
    assert after == (True, "following", 27)
    assert reading() == before


def test_following_a_private_member_waits(writer: Client) -> None:
    """They have to agree, so their workouts stay closed."""
    body = {"action": "follow", "user_id": PRIVATE_USER_ID}

    assert writer.post("/api/user/change_relationship", json=body).json()["me_to_user"] == "follow_pending"
    assert writer.get(f"/api/user/{PRIVATE_USER_ID}/workouts").status_code == 403


def test_favorite_and_unfavorite(writer: Client) -> None:
    """A bookmark shows in the class, in the filtered list, and on its own route."""

    def reading() -> tuple[bool, ...]:
        listed = writer.body("/api/v2/ride/archived", is_favorite_ride="true")["data"]
        details = writer.body(f"/api/ride/{RIDE_ID}/details")["ride"]["is_favorite"]
        own_route = writer.body(f"/api/favorites/{RIDE_ID}")["is_favorite"]
        return RIDE_ID in [row["id"] for row in listed], details, own_route

    assert reading() == (False, False, False)
    assert writer.post("/api/favorites/create", json={"ride_id": RIDE_ID}).content == b""
    assert reading() == (True, True, True)
    assert writer.post("/api/favorites/delete", json={"ride_id": RIDE_ID}).content == b""
    assert reading() == (False, False, False)


def test_reserve_and_cancel(writer: Client) -> None:
    """A reservation has its session's id, shows in the timetable, and can be cancelled once."""

    def reading() -> tuple[str | None, int]:
        sessions = {session["id"]: session for session in writer.body("/api/v3/ride/live")["data"]}
        session = sessions[PELOTON_ID]
        return session["authed_user_reservation_id"], session["total_home_reservations"]

    before = reading()
    reservation = writer.post(
        "/api/reservation", json={"location": "remote", "peloton_id": PELOTON_ID, "user_id": USER_ID}
    ).json()
    assert (PELOTON_ID, USER_ID) == (reservation["id"], reservation["user_id"])
    assert reading() == (PELOTON_ID, before[1] + 1)

    path = f"/api/reservation/{PELOTON_ID}"
    assert writer.delete(path).json() == {"deleted": True}
    assert reading() == before == (None, before[1])
    assert writer.delete(path).status_code == 404


def test_update_user(writer: Client) -> None:
    """The answer is the changed account, later reads agree, and the new name logs in."""
    changes = {"username": "renamed_rider", "height": 70, "gender": "female", "weight_unit": "metric"}
    before = {key: value for key, value in writer.body("/api/me").items() if key in changes}

    changed = writer.put(ME, json=changes).json()

    assert changes == {key: changed[key] for key in changes}
    assert changed == writer.body("/api/me") == writer.body("/api/user/renamed_rider")
    assert writer.get(f"/api/user/{USERNAME}").status_code == 404
    assert writer.post("/auth/login", json=LOGIN | {"username_or_email": "renamed_rider"}).status_code == 200
    writer.put(ME, json=before)
    assert before == {key: writer.body("/api/me")[key] for key in before}


@pytest.mark.parametrize(
    ("field", "value"),
    [("gender", "male OR female OR non_binary"), ("height", "tall"), ("username", "rider_two"), ("shoe_size", 42)],
)
def test_update_user_refuses_unfit_values(field: str, value: object, rider: Client) -> None:
    """Nothing is changed then, not even what was fit."""
    response = rider.put(ME, json={"location": "Nowhere", field: value})

    assert (400, [field]) == (response.status_code, list(response.json()["details"]))
    assert rider.body("/api/me")["location"] != "Nowhere"


def test_update_settings(writer: Client) -> None:
    """Objects are merged, so what is not named stays; privacy shows in the profile."""
    before = writer.body(f"{ME}/settings")
    changes = {"distance_unit": "metric", "privacy": {"is_profile_private": True}}

    changed = writer.put(f"{ME}/settings", json=changes).json()

    assert changed == writer.body(f"{ME}/settings")
    assert changed == before | changes | {"privacy": before["privacy"] | changes["privacy"]}
    assert writer.body("/api/me")["is_profile_private"] is True
    assert before == writer.put(f"{ME}/settings", json=before).json()


def test_metric_accounts_see_metric_units(writer: Client) -> None:
    """The unit setting reaches the performance graph and the names of the CSV columns."""
    writer.put(f"{ME}/settings", json={"distance_unit": "metric"}).raise_for_status()

    graph = writer.body(f"/api/workout/{WORKOUT_ID}/performance_graph")
    header = writer.get(f"{ME}/workout_history_csv").text.splitlines()[0]

    assert "kph" in [metric["display_unit"] for metric in graph["metrics"]]
    assert "km" in [total["display_unit"] for total in graph["summaries"]]
    assert re.search(r"Speed \(kph\),Distance \(km\).*Pace \(min/km\)", header)


def test_delete_workout(writer: Client) -> None:
    """The workout goes from the list, the counters and the export, and cannot be deleted twice."""
    path = f"/api/workout/{WORKOUT_ID}"
    before = len(writer.get(f"{ME}/workout_history_csv").text.splitlines())

    assert writer.delete(path).status_code == 200

    page = writer.body(f"{ME}/workouts", limit=100)
    assert WORKOUT_ID not in [row["id"] for row in page["data"]]
    assert (44, 44) == (page["total"], writer.body("/api/me")["total_workouts"])
    assert len(writer.get(f"{ME}/workout_history_csv").text.splitlines()) == before - 1
    assert (404, 404) == (writer.get(path).status_code, writer.delete(path).status_code)


def test_other_members_workouts_stay(writer: Client) -> None:
    """Reading them is allowed, deleting is not."""
    other = writer.body(f"/api/user/{FRIEND_ID}/workouts")["data"][0]["id"]

    assert (403, 200) == (
        writer.delete(f"/api/workout/{other}").status_code,
        writer.get(f"/api/workout/{other}").status_code,
    )


def test_a_new_start_begins_afresh(writer: Client) -> None:
    """State lives as long as its server."""
    writer.delete(f"/api/workout/{WORKOUT_ID}").raise_for_status()

    with serve() as base_url:
        assert logged_in(base_url).get(f"/api/workout/{WORKOUT_ID}").status_code == 200


# --- GraphQL --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "variables", "path"),
    [
        pytest.param(BROWSE_TAGS, {"categorySlug": "POPULAR"}, ("tagBrowseCategory", "tags"), id="category"),
        pytest.param(SEARCH_TAG, {"query": "example", "tagName": "x"}, ("searchTag",), id="search"),
        pytest.param(TAG_DETAIL, {"tagName": "PelotonDads"}, ("tag", "users"), id="users of a tag"),
    ],
)
def test_walking_cursors(query: str, variables: Json, path: tuple[str, ...], rider: Client) -> None:
    """Each page gives the cursor of the next one; the last gives none. No node comes twice."""
    names: list[str] = []
    pages, after = 0, None
    while pages == 0 or after:
        connection = rider.data(query, **variables, after=after)
        for step in path:
            connection = connection[step]
        names += [edge["node"].get("name") or edge["node"]["username"] for edge in connection["edges"]]
        after = connection["pageInfo"]["endCursor"]
        assert connection["pageInfo"]["hasNextPage"] is (after is not None)
        pages += 1

    assert pages >= 3
    assert len(names) == len(set(names)) == connection.get("totalCount", len(names))


def test_a_foreign_cursor_is_a_lookup_problem(rider: Client) -> None:
    """200 with an entry under errors, as for all problems after validation."""
    response = rider.graphql(BROWSE_TAGS, categorySlug="POPULAR", after="nonsense")

    assert (200, None) == (response.status_code, response.json()["data"])
    assert "cursor" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"query": "{ user { "}, "Syntax Error", id="syntax"),
        pytest.param({"query": "{ user { usrname } }"}, "Did you mean 'username'", id="unknown field, near name"),
        pytest.param({"query": "{ __schema { types { name } } }"}, "introspection", id="introspection is off"),
        pytest.param({"query": None}, "no query", id="no query"),
        pytest.param({"query": "{ user { id } }", "variables": [1]}, "variables", id="variables are no object"),
    ],
)
def test_unfit_queries(body: Json, message: str, rider: Client) -> None:
    """400 with the errors envelope, also for bodies that are no query at all."""
    response = rider.post("/graphql", json=body)

    assert response.status_code == 400
    assert message.lower() in response.json()["errors"][0]["message"].lower()
    assert "data" not in response.json()


def test_a_malformed_graphql_body(rider: Client) -> None:
    """Also this refusal comes in the GraphQL envelope."""
    response = rider.post("/graphql", data='{"query":')

    assert (400, ["errors"]) == (response.status_code, list(response.json()))


@pytest.mark.parametrize("variables", [None, {}, ""])
def test_no_variables_in_any_form(variables: object, rider: Client) -> None:
    """Postman stores them as an empty text."""
    response = rider.post("/graphql", json={"query": MY_TAGS, "variables": variables})

    assert response.json()["data"]["user"]["remainingTagSlotCount"] == 7


def test_the_operation_is_chosen_by_name(rider: Client) -> None:
    """Of several in a document, and whatever the address says."""
    body = {"query": "query A { a: __typename } query B { b: __typename }", "operationName": "B"}

    assert rider.post("/graphql?query=B", json=body).json() == {"data": {"b": "Query"}}


def own_tags(client: Client) -> dict[str, bool]:
    """Names of the account's tags; the primary one is True."""
    tags = client.data(MY_TAGS)["user"]["userTags"]["allTags"]
    return {each["tag"]["name"]: each["isPrimary"] for each in tags}


def test_tags_come_and_go(writer: Client) -> None:
    """Adding, making primary and removing show in the own tags and in the tag's members."""
    added = writer.data(ADD_TAG, input=DEVS)["addTagToUser"]
    assert ("AddTagToUserSuccess", True) == (added["__typename"], added["tag"]["hasAdded"])
    assert own_tags(writer)["PelotonDevs"] is False

    writer.data(SET_PRIMARY_TAG, input=DEVS)
    assert [name for name, primary in own_tags(writer).items() if primary] == ["PelotonDevs"]
    assert writer.body("/api/me")["tags_info"]["primary_name"] == "PelotonDevs"

    removed = writer.data(REMOVE_TAG, input=DEVS)["removeTagFromUser"]
    assert removed["tag"]["users"]["totalCount"] == added["tag"]["users"]["totalCount"] - 1
    assert "PelotonDevs" not in own_tags(writer)
    assert writer.data(PRIMARY_TAG, userId=USER_ID)["user"]["userTags"]["primary"] is None


def test_refused_tag_mutations_are_members_of_the_result(writer: Client) -> None:
    """200 without errors: the type name, a code and a message tell."""

    def refusal(mutation: str, name: str) -> str:
        response = writer.graphql(mutation, input={"tagName": name})
        (result,) = response.json()["data"].values()
        assert (200, False) == (response.status_code, "errors" in response.json())
        assert result["__typename"].endswith("Error")
        assert result["message"]
        return str(result["code"])

    assert refusal(REMOVE_TAG, "PelotonDevs") == "TAG_NOT_ADDED"
    assert refusal(SET_PRIMARY_TAG, "PelotonDevs") == "TAG_NOT_ADDED"
    assert refusal(ADD_TAG, "PelotonDads") == "TAG_ALREADY_ADDED"
    assert refusal(ADD_TAG, "#hash") == "TAG_NAME_INVALID"
    for number in range(7):
        writer.data(ADD_TAG, input={"tagName": f"Filler{number}"})
    assert writer.data(MY_TAGS)["user"]["remainingTagSlotCount"] == 0
    assert refusal(ADD_TAG, "OneTooMany") == "TAG_SLOTS_USED_UP"


def test_a_tag_that_nobody_has(rider: Client) -> None:
    """It is described, not refused."""
    tag = rider.data(SEARCH_TAG, query="nobody", tagName="NobodyHasThis")["tag"]

    assert (False, 0, 0) == (tag["exists"], tag["users"]["totalCount"], tag["followingCount"])


def test_members_of_a_tag_show_what_their_privacy_allows(rider: Client) -> None:
    """Follow status towards each, and a privacy error in place of the counters of private strangers."""
    nodes: list[Json] = []
    after = None
    while not nodes or after:
        users = rider.data(TAG_DETAIL, tagName="PelotonDads", after=after)["tag"]["users"]
        nodes += [edge["node"] for edge in users["edges"]]
        after = users["pageInfo"]["endCursor"]

    assert {"SELF", "FOLLOWING", "FOLLOW_PENDING", "NONE"} == {node["followStatus"] for node in nodes}
    hidden = [node for node in nodes if node["protectedFields"]["__typename"] == "UserPrivacyError"]
    assert ["rider_seven"] == [node["username"] for node in hidden]


# --- the process ----------------------------------------------------------------------------------------------------

COMMAND = [sys.executable, "-m", "tests.emulator"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals end processes at once there")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_command_line(stop: signal.Signals) -> None:
    """It prints its address and nothing else when it is ready, and ends cleanly on a signal."""
    with subprocess.Popen(
        [*COMMAND, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        base_url = process.stdout.readline().strip()
        answer = Client(base_url).get("/auth/check_session")
        process.send_signal(stop)
        output, errors = process.communicate(timeout=10)

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base_url)
    assert (200, "", "", 0) == (answer.status_code, output, errors, process.returncode)


def test_a_port_in_use_is_told_in_one_line() -> None:
    """Exit status 2, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run([*COMMAND, "--port", str(port)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (2, "", 1) == (ended.returncode, ended.stdout, len(ended.stderr.splitlines()))
    assert f"127.0.0.1:{port}" in ended.stderr


def test_print_token() -> None:
    """The valid token, alone on its line."""
    ended = subprocess.run([*COMMAND, "--print-token"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ended.stdout == f"{VALID_TOKEN}\n"


def test_connections_are_kept(server: str) -> None:
    """Two requests of one session use one connection."""
    client = Client(server)
    client.body("/auth/check_session")
    client.body("/api/browse_categories")

    pools = client.get_adapter(server).poolmanager.pools  # type: ignore[attr-defined]
    (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118 - urllib3's container refuses to be iterated
    assert (1, 2) == (pool.num_connections, pool.num_requests)
