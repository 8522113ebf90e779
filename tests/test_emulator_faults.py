"""What the planted changes of the emulator promise: each does what its line in the table says, and nothing else."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
import yaml

from tests.emulator import EMAIL, EXPIRED_TOKEN, PASSWORD, USER_ID, VALID_TOKEN, serve
from tests.emulator.app import ENDPOINTS
from tests.emulator.effect import Hook, Kind, Level
from tests.emulator.faults import FAULTS, HISTORY, Fault, UnknownFaultError, find_faults
from tests.emulator.state import AuthMode
from tests.test_emulator import TABLE

Json = dict[str, Any]

ROOT = Path(__file__).parents[1]
CONTRACTS: dict[str, Json] = yaml.safe_load((ROOT / "schemas" / "contracts.yaml").read_text(encoding="utf-8"))[
    "requests"
]
GONE = "(gone)"
"""Stands for a member that is not there."""


# --- what is asked, and what comes back -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """One request to the emulator.

    Attributes:
        key: of the contract it is for.
        body: JSON text, empty for none.
        session: whether it carries the session of the login.
        platform: whether it carries the header Peloton-Platform.
    """

    key: str
    method: str
    path: str
    body: str = ""
    session: bool = True
    platform: bool = True
    token: str = ""


@dataclass(frozen=True)
class Got:
    """The answer to it; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def rows(self) -> list[str]:
        """Ids of the rows of a list."""
        return [row["id"] for row in self.json["data"]]


class Client:
    """One connection to an emulator, and the session of its last login."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self.session = ""

    def get(self, ask: Ask) -> Got:
        headers = {"Content-Type": "application/json"}
        if ask.platform:
            headers["Peloton-Platform"] = "web"
        if ask.session and self.session:
            headers["Cookie"] = f"peloton_session_id={self.session}"
        if ask.token:
            headers["Authorization"] = f"Bearer {ask.token}"
        self._connection.request(ask.method, ask.path, ask.body, headers)
        response = self._connection.getresponse()
        got = Got(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
        if ask.key == "auth/Login":
            self.session = got.json["session_id"]
        return got


@contextmanager
def connected(url: str) -> Iterator[Client]:
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        yield Client(connection)


def answers(asks: Sequence[Ask], *drift: str, auth: AuthMode = "session") -> list[Got]:
    """What a fresh emulator answers, asked one after the other."""
    with serve(auth=auth, drift=drift) as url, connected(url) as client:
        return [client.get(ask) for ask in asks]


LOGIN = Ask("auth/Login", "POST", "/auth/login", json.dumps({"username_or_email": EMAIL, "password": PASSWORD}))
ME = Ask("users/Me (Logged in User)", "GET", "/api/me")
WORKOUTS = Ask("users/User Workouts", "GET", f"/api/user/{USER_ID}/workouts")
FOLLOWING = Ask("users/User Following", "GET", f"/api/user/{USER_ID}/following")


def queries() -> dict[str, str]:
    """The GraphQL queries of our collection by the name of the request."""
    collection = json.loads((ROOT / "collections" / "graphql.postman_collection.json").read_text(encoding="utf-8"))
    items = [item for entry in collection["item"] for item in entry.get("item", [entry])]
    return {item["name"]: item["request"]["body"]["graphql"]["query"] for item in items}


def asked(query: str, variables: Json) -> str:
    return json.dumps({"query": query, "variables": variables})


def cursor(request: str, variables: Json) -> str | None:
    """To a further page of a list of the emulator: the last one of TagDetail, the second one of a category."""
    if request == "TagDetail":
        return base64.b64encode(b"users pelotondads 20").decode()
    slug = variables.get("categorySlug")
    return base64.b64encode(f"category {slug} 5".encode()).decode() if slug else None


@cache
def asks() -> tuple[Ask, ...]:
    """All 64 requests, those that read first, and these also without a session and for a further page.

    Login comes first, Logout last.
    """
    query = queries()
    reading, changing = [], []
    for (key, contract), row in zip(CONTRACTS.items(), TABLE, strict=True):
        stem, _, name = key.partition("/")
        path = row.path.replace("&start=1603944000&end=1605157199", "")  # the live classes of the emulator are later
        ask = Ask(key, row.method, path, json.dumps(row.body) if row.body else "")
        if stem == "graphql" and row.body:
            further = cursor(name, row.body["variables"]) if "paging" in contract else None
            ask = replace(ask, body=asked(query[name], row.body["variables"]))
            more = (
                [replace(ask, body=asked(query[name], row.body["variables"] | {"after": further}))] if further else []
            )
        else:
            address = re.sub("[?&]page=0", "", path)
            further = f"{address}{'&' if '?' in address else '?'}page=1"
            more = [replace(ask, path=further)] if "paging" in contract else []
        if row.method == "GET" or query.get(name, "").startswith("query"):
            reading += [replace(ask, session=False), ask, *more]
        elif stem != "auth":
            changing.append(ask)
    return (LOGIN, *reading, *changing, Ask("auth/Logout", "POST", "/auth/logout", "{}"))


def differences(clean: Got, changed: Got) -> set[str]:
    """Where two answers differ, in the words of a fault's `where`; rows and members have their own pointers."""
    found = {"status"} if clean.status != changed.status else set()
    for name in (clean.headers.keys() | changed.headers.keys()) - {"content-length"}:
        if clean.headers.get(name) != changed.headers.get(name):
            found.add(place_of_header(name, clean, changed))
    if clean.body != changed.body:
        try:
            found |= set(places(clean.json, changed.json, ""))
        except ValueError:
            found.add("body")
    return found


def place_of_header(name: str, clean: Got, changed: Got) -> str:
    old, new = clean.headers.get(name), changed.headers.get(name)
    if name == "set-cookie":
        return f"cookie:{(old or new or '').partition('=')[0]}"
    return name if name == "content-type" and new else f"header:{name}"


def places(clean: Any, changed: Any, pointer: str) -> Iterator[str]:
    if isinstance(clean, dict) and isinstance(changed, dict):
        for key in dict.fromkeys((*clean, *changed)):
            yield from places(clean.get(key, GONE), changed.get(key, GONE), f"{pointer}/{key}")
    elif isinstance(clean, list) and isinstance(changed, list) and len(clean) == len(changed):
        for index, (old, new) in enumerate(zip(clean, changed, strict=True)):
            yield from places(old, new, f"{pointer}/{index}")
    elif json.dumps(clean) != json.dumps(changed):  # True == 1 in Python, but not in JSON
        yield pointer


def fits(place: str, pattern: str) -> bool:
    """Whether a place is the one of a pattern, or inside it."""
    return bool(re.match(re.escape(pattern).replace(r"\*", "[^/]+") + "(/|$)", place))


def shown_at(fault: Fault) -> set[str]:
    """Every place at which a fault shows, the new name of a member included."""
    where = "body" if fault.route is HISTORY and fault.where.startswith("/") else fault.where
    new = {
        "total-work-renamed": "/data/*/total_output",
        "instructor-name-renamed": "/display_name",
        "username-renamed": "/data/*/leaderboard_name",
        "tag-count-renamed": "/data/tag/followersCount",
        "refusal-message-renamed": "/error",
        "calendar-gone": "content-type body",
        "page-cap-lowered": "/data /show_next /count /page_count",
        "subscriptions-broken": "/digital_subscriptions /status /error_code /subcode /message /details",
        "refusal-forbidden": "/status",
        "page-instead-of-json": "content-type",
    }
    more = {"cursor-loops": "/data/tagBrowseCategory/tags/pageInfo/hasNextPage"}  # where the loop is the last page
    return {where, *(new | more).get(fault.name, "").split()}


# --- the table ------------------------------------------------------------------------------------------------------

each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)


def test_the_table_covers_all_kinds() -> None:
    """There are at least forty faults, of every kind, of every level, and every hook is used."""
    assert len(FAULTS) >= 40
    assert set(get_args(Kind)) == {fault.kind for fault in FAULTS.values()}
    assert set(get_args(Level)) == {fault.level for fault in FAULTS.values()}
    assert set(get_args(Hook)) == {fault.effect.hook for fault in FAULTS.values()} - {None}


@each_fault
def test_a_row_of_the_table(fault: Fault) -> None:
    """The name is words and dashes, the line is one line, and route and requests are those of the contracts."""
    assert re.fullmatch("[a-z]+(-[a-z]+)+", fault.name)
    assert re.fullmatch(r"[^\n]{20,80}", fault.what)
    assert not fault.what.endswith(".")
    assert (fault.route.method, fault.route.path) in {(each.method, each.path) for each in ENDPOINTS}
    route = re.sub("{(.*?)}", "{}", f"{fault.route.method} {fault.route.path}")
    for key in fault.requests:
        assert route == re.sub("{{(.*?)}}", "{}", CONTRACTS[key].get("request", "POST /graphql"))


@each_fault
def test_all_requests_of_a_route_are_named(fault: Fault) -> None:
    """No contract of the same address is forgotten; the address of GraphQL is that of many."""
    same = {CONTRACTS[key].get("request") for key in fault.requests}

    if not fault.route.operation:
        assert set(fault.requests) == {key for key, each in CONTRACTS.items() if each.get("request") in same}


# --- where each fault shows -----------------------------------------------------------------------------------------

CHANGES = [fault for fault in FAULTS.values() if fault.effect.change and fault.where != "latency"]


def rounds() -> list[list[Fault]]:
    """The changes in as many lists as the busiest route needs, so that those of one list do not meet."""
    found: list[list[Fault]] = []
    for fault in CHANGES:
        free = [each for each in found if all(fault.route != other.route for other in each)]
        if not free:
            found.append([])
        (free or found[-1:])[0].append(fault)
    return found


ROUND_OF = {fault.name: number for number, faults in enumerate(rounds()) for fault in faults}


@cache
def found_in_round(number: int | None) -> dict[Ask, Got]:
    """What an emulator with the faults of one list answers to everything; of None, one without faults."""
    drift = [] if number is None else [fault.name for fault in rounds()[number]]
    return dict(zip(asks(), answers(asks(), *drift), strict=True))


@cache
def shown_in_round(number: int) -> dict[str, set[str]]:
    """Places that differ from an emulator without faults, by key of the contract."""
    found: dict[str, set[str]] = {}
    for ask, got in found_in_round(number).items():
        found.setdefault(ask.key, set()).update(differences(found_in_round(None)[ask], got))
    return found


@pytest.mark.parametrize("fault", CHANGES, ids=lambda fault: fault.name)
def test_a_fault_shows_where_the_table_says(fault: Fault) -> None:
    """In answers to each request it touches, at the place named in the table and nowhere else."""
    shown = shown_in_round(ROUND_OF[fault.name])
    patterns = shown_at(fault)

    for key in fault.requests:
        assert shown[key]
        assert [place for place in shown[key] if not any(fits(place, pattern) for pattern in patterns)] == []
    everything = {place for key in fault.requests for place in shown[key]}
    assert [pattern for pattern in patterns if not any(fits(place, pattern) for place in everything)] == []


@pytest.mark.parametrize("number", range(len(rounds())))
def test_other_requests_are_left_alone(number: int) -> None:
    """A request that no planted fault is for is answered byte for byte as ever."""
    touched = {key for fault in rounds()[number] for key in fault.requests}
    others = [ask for ask in asks() if ask.key not in touched]

    assert len(others) > 30
    for ask in others:
        assert found_in_round(number)[ask] == found_in_round(None)[ask]


def test_faults_of_one_request_meet() -> None:
    """Several are planted at once, and each shows."""
    planted = [fault for fault in CHANGES if WORKOUTS.key in fault.requests and fault.name != "workout-status-removed"]
    clean, changed = answers([LOGIN, WORKOUTS]), answers([LOGIN, WORKOUTS], *(fault.name for fault in planted))

    found = differences(clean[1], changed[1])

    assert len(planted) >= 3
    for fault in planted:
        assert any(fits(place, pattern) for place in found for pattern in shown_at(fault))


@pytest.mark.parametrize("names", [[*FAULTS], [*reversed(FAULTS)]], ids=["in order", "in reverse"])
def test_all_faults_at_once(names: list[str]) -> None:
    """A change that finds nothing to do any more, as another one came first, does nothing."""
    failed = {ask.key for ask, got in zip(asks(), answers(asks(), *names), strict=True) if got.status >= 500}

    assert failed == {"users/User Subscriptions"}  # by the fault that is meant to


def test_a_fault_named_twice() -> None:
    """It is planted once."""
    assert find_faults(["pages-loop", "count-too-low", "pages-loop"]) == find_faults(["pages-loop", "count-too-low"])


# --- what each fault does -------------------------------------------------------------------------------------------

ADA, ISO_END = "Ada Example", "2025-12-23T18:30:00"
SECOND_CURSOR = cursor("", {"categorySlug": "FEATURED"})


def at(body: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        try:
            body = body[int(step)] if isinstance(body, list) else body[step]
        except LookupError:
            return GONE
    return body


@pytest.mark.parametrize(
    ("name", "pointer", "before", "after"),
    [
        ("workout-status-removed", "/data/1/status", "COMPLETE", GONE),
        ("segment-length-removed", "/segments/segment_list/0/length", 270, GONE),
        ("me-email-removed", "/email", EMAIL, GONE),
        ("total-work-renamed", "/data/0/total_work", 450000.0, GONE),
        ("total-work-renamed", "/data/0/total_output", GONE, 450000.0),
        ("instructor-name-renamed", "/name", ADA, GONE),
        ("instructor-name-renamed", "/display_name", GONE, ADA),
        ("username-renamed", "/data/0/leaderboard_name", GONE, "rider_two"),
        ("summary-value-as-text", "/summaries/0/value", 281, "281"),
        ("filter-value-as-number", "/filters/0/values/0/value", "600", 600),
        ("category-share-as-number", "/segments/segment_category_distribution/cooldown", "0.1", 0.1),
        ("streaks-as-list", "/streaks/0/best_weekly", GONE, 7),
        ("private-flag-as-text", "/privacy/is_profile_private", False, "false"),
        ("is-private-as-text", "/data/0/is_profile_private", False, "false"),
        ("month-count-as-object", "/summary/2025-11", 18, {"value": 18}),
        ("active-days-as-text", "/months/0/active_days/0", 1, "1"),
        ("active-days-as-text", "/months/0/active_days/1", 3, "3"),
        ("total-work-null", "/total_work", 280800.0, None),
        ("ride-difficulty-null", "/difficulty_estimate", 4.1, None),
        ("timezone-rare", "/data/0/timezone", "America/New_York", GONE),
        ("timezone-rare", "/data/1/timezone", "Europe/Berlin", "Europe/Berlin"),
        ("timezone-rare", "/data/3/timezone", "America/New_York", GONE),
        ("location-rare", "/data/0/location", "Springfield, ZZ", GONE),
        ("ride-id-as-uuid", "/id", f"{0xB01:032x}", "00000000-0000-0000-0000-000000000b01"),
        ("start-in-milliseconds", "/start_time", 1766512800, 1766512800000),
        ("end-as-date", "/end_time", 1766514600, ISO_END),
        ("workout-status-new", "/data/0/status", "IN_PROGRESS", "PAUSED"),
        ("device-type-new", "/data/0/device_type", "home_bike_v1", "home_rower"),
        ("coach-type-replaced", "/data/0/coach_type", "peloton_coach", "PELOTON"),
        ("relationship-in-capitals", "/data/0/relationship/me_to_user", "following", "FOLLOWING"),
        ("discipline-replaced", "/data/0/fitness_discipline", "strength", "STRENGTH"),
        ("calories-thousandfold", "/averages/average_calories", 350, 350000),
        ("class-length-in-minutes", "/duration", 2700, 45.0),
        ("segments-empty", "/segment_list/0/name", "Warm Up", GONE),
        ("segments-empty", "/segment_list", None, []),
        ("achievements-empty", "/categories", None, []),
        ("ride-field-added", "/is_class_of_the_week", GONE, False),
        ("row-field-added", "/data/0/badge", GONE, {"slug": "example", "level": 1}),
        ("refusal-message-renamed", "/error", GONE, "Not logged in"),
        ("row-repeated", "/data/1/id", f"{0xA04:032x}", f"{0xA02:032x}"),
        ("total-too-high", "/total", 26, 31),
        ("count-too-low", "/count", 1, 0),
        ("page-count-too-high", "/page_count", 1, 2),
        ("always-more-pages", "/show_next", False, True),
        ("tag-count-renamed", "/data/tag/followersCount", GONE, 16),
        ("tag-name-removed", "/data/tag/name", "PelotonDads", GONE),
        ("tag-total-null", "/data/tag/users/totalCount", 26, None),
        ("tag-slots-as-text", "/data/user/remainingTagSlotCount", 7, "7"),
        ("tag-result-unknown", "/data/addTagToUser/__typename", "AddTagToUserSuccess", "TagQueued"),
        ("follow-status-new", "/data/tag/users/edges/0/node/followStatus", "SELF", "BLOCKED"),
        ("errors-beside-data", "/errors/0/message", GONE, "Something went wrong"),
        ("cursor-missing", "/data/tagBrowseCategory/tags/pageInfo/endCursor", SECOND_CURSOR, None),
        ("cursor-loops", "/data/tagBrowseCategory/tags/pageInfo/endCursor", None, SECOND_CURSOR),
        ("cursor-loops", "/data/tagBrowseCategory/tags/pageInfo/hasNextPage", False, True),
        ("always-more-users", "/data/tag/users/pageInfo/hasNextPage", False, True),
    ],
)
def test_a_member_changes(name: str, pointer: str, before: Any, after: Any) -> None:
    """Of the first answer that differs: what a member was, and what it is; null for what is too long to be shown."""
    pairs = [
        (found_in_round(None)[ask], found_in_round(ROUND_OF[name])[ask])
        for ask in asks()
        if ask.key in FAULTS[name].requests
    ]
    old, new = next(pair for pair in pairs if differences(*pair))

    assert before in (None, at(old.json, pointer))
    assert json.dumps(after) == json.dumps(at(new.json, pointer))


@pytest.mark.parametrize(
    ("name", "status"),
    [("reservation-created", 201), ("calendar-gone", 404), ("subscriptions-broken", 500)],
)
def test_a_success_has_another_status(name: str, status: int) -> None:
    """Also where it is no success any more."""
    [ask] = [each for each in asks() if each.key in FAULTS[name].requests and each.session]

    assert status == found_in_round(ROUND_OF[name])[ask].status


@pytest.mark.parametrize(("name", "status"), [("refusal-forbidden", 403), ("graphql-refusal-as-success", 200)])
def test_a_refusal_has_another_status(name: str, status: int) -> None:
    """With a session nothing changes."""
    without, with_session = [ask for ask in asks() if ask.key in FAULTS[name].requests]

    assert status == found_in_round(ROUND_OF[name])[without].status
    assert found_in_round(None)[with_session] == found_in_round(ROUND_OF[name])[with_session]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("json-called-html", "text/html; charset=utf-8"),
        ("page-instead-of-json", "text/html; charset=utf-8"),
        ("charset-added", "application/json; charset=utf-8"),
        ("csv-called-text", "text/plain; charset=utf-8"),
        ("content-type-removed", None),
    ],
)
def test_a_content_type_changes(name: str, header: str | None) -> None:
    """Of the success; the body is a page only where the table says so."""
    ask = next(each for each in asks() if each.key in FAULTS[name].requests and each.session)
    clean, changed = found_in_round(None)[ask], found_in_round(ROUND_OF[name])[ask]

    assert header == changed.headers.get("content-type")
    assert (name == "page-instead-of-json") == (clean.body != changed.body)


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("header-added", "x-plan", "synthetic-1"),
        ("sunset-announced", "sunset", "Wed, 30 Jun 2027 00:00:00 GMT"),
        ("cookie-renamed", "set-cookie", "session=#; Max-Age=2592000; Path=/; HttpOnly"),
        ("cookie-missing", "set-cookie", None),
        ("cookie-not-http-only", "set-cookie", "peloton_session_id=#; Max-Age=2592000; Path=/"),
        ("cookie-path-lost", "set-cookie", "peloton_session_id=#; Max-Age=2592000; HttpOnly"),
        ("cookie-added", "set-cookie", "visitor=synthetic; Path=/; HttpOnly"),
        ("cookie-secure", "set-cookie", "peloton_session_id=#; Max-Age=2592000; Path=/; HttpOnly; Secure"),
        ("cookie-short-lived", "set-cookie", "peloton_session_id=#; Max-Age=600; Path=/; HttpOnly"),
    ],
)
def test_a_header_changes(name: str, header: str, value: str | None) -> None:
    """New ones have a value, and those of cookies lose what the table says; # is the session."""
    got = next(got for ask, got in found_in_round(ROUND_OF[name]).items() if ask.key in FAULTS[name].requests)

    session = found_in_round(None)[LOGIN].json["session_id"]
    assert (value and value.replace("#", session)) == got.headers.get(header)


def columns(name: str | None) -> list[list[str]]:
    """The export by rows, read with commas."""
    [ask] = [each for each in asks() if each.key == "users/User Workout History CSV" and each.session]
    got = found_in_round(None if name is None else ROUND_OF[name])[ask]
    return list(csv.reader(io.StringIO(got.body.decode(), newline="")))


def test_the_columns_of_the_export_change() -> None:
    """One is called otherwise, comes first, is gone, is new; or they are told apart by semicolons."""
    clean = columns(None)
    names = clean[0]

    assert [*names[:14], "Calories", *names[15:]] == columns("csv-column-renamed")[0]
    assert [["Title", *names[:6], *names[7:]], clean[1][6]] == [
        columns("csv-columns-reordered")[0],
        columns("csv-columns-reordered")[1][0],
    ]
    assert [each for each in names if each != "Avg. Watts"] == columns("csv-column-removed")[0]
    assert [[*names, "Strive Score"], [*clean[1], "12"]] == columns("csv-column-added")[:2]
    assert [";".join(names)] == columns("csv-semicolons")[0]


def test_the_end_of_a_body_is_missing() -> None:
    """With the length that it then has: the answer is whole, its JSON is not."""
    [ask] = [each for each in asks() if each.key == "users/User Referral History" and each.session]
    clean, changed = found_in_round(None)[ask], found_in_round(ROUND_OF["referrals-cut-off"])[ask]

    assert clean.body[:-1] == changed.body
    assert str(len(changed.body)) == changed.headers["content-length"]


def test_an_answer_is_slow() -> None:
    """It comes after the time that the table says, and is as ever."""
    ask = Ask("", "GET", "/ecomm/product/bike/reviews")
    clean = answers([ask])
    with serve(drift=["reviews-slow"]) as url, connected(url) as client:
        start = time.monotonic()
        slow = client.get(ask)
        took = time.monotonic() - start

    assert clean == [slow]
    assert took >= 0.3


# --- who may ask ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["orders-open", "workout-open"])
def test_a_private_route_is_open(name: str) -> None:
    """Anybody gets what the member gets."""
    without, with_session = [ask for ask in asks() if ask.key == FAULTS[name].requests[0]]
    _, clean, _ = answers([LOGIN, without, with_session])
    _, anybody, member = answers([LOGIN, without, with_session], name)

    assert (401, 200) == (clean.status, member.status)
    assert anybody == member


def test_a_public_route_is_closed() -> None:
    """It refuses as private routes do, and members see it still."""
    ask = Ask("", "GET", "/api/instructor")

    anybody, _, member = answers([ask, LOGIN, ask], "instructors-closed")

    assert (401, "Not logged in", 200) == (anybody.status, anybody.json["message"], member.status)


def test_a_session_outlives_its_logout() -> None:
    """The logout answers as ever, but the session is still good."""
    logout = Ask("auth/Logout", "POST", "/auth/logout", "{}")
    clean, changed = answers([LOGIN, logout, ME]), answers([LOGIN, logout, ME], "ended-session-accepted")

    assert clean[1] == changed[1]
    assert [401, 200] == [clean[2].status, changed[2].status]


def test_a_token_outlives_its_time() -> None:
    """On one route; a token that is none is refused there too."""
    old, other = replace(ME, token=EXPIRED_TOKEN), replace(WORKOUTS, token=EXPIRED_TOKEN)
    requests = [old, other, replace(ME, token="none"), replace(ME, token=VALID_TOKEN)]

    assert [401, 401, 401, 200] == [got.status for got in answers(requests, auth="bearer")]
    changed = answers(requests, "expired-token-accepted", auth="bearer")
    assert [200, 401, 401, 200] == [got.status for got in changed]
    assert changed[0] == changed[3]


def test_a_header_is_needed() -> None:
    """Without it the request is refused as on the routes that always needed it."""
    ask = Ask("users/User Settings", "GET", f"/api/user/{USER_ID}/settings")
    requests = [LOGIN, replace(ask, platform=False), ask]

    clean, changed = answers(requests), answers(requests, "platform-needed")

    assert [200, 400] == [clean[1].status, changed[1].status]
    assert clean[2] == changed[2]


# --- lists in pages -------------------------------------------------------------------------------------------------


def pages(ask: Ask, numbers: int, *drift: str) -> list[Got]:
    asks = [replace(ask, path=f"{ask.path}?limit=10&page={number}") for number in range(numbers)]
    return answers([LOGIN, *asks], *drift)[1:]


def test_pages_turn_in_a_circle() -> None:
    """Each page tells the number asked for and that there is another one, and has the rows of one of the first two."""
    clean, changed = pages(WORKOUTS, 6), pages(WORKOUTS, 6, "pages-loop")

    assert [True, True, True, True, False, False] == [got.json["show_next"] for got in clean]
    assert {True} == {got.json["show_next"] for got in changed}
    assert list(range(6)) == [got.json["page"] for got in changed]
    assert [clean[number % 2].rows for number in range(6)] == [got.rows for got in changed]


def test_pages_overlap() -> None:
    """The first row of a page is the last one of the page before."""
    clean, changed = pages(FOLLOWING, 3), pages(FOLLOWING, 3, "pages-overlap")

    assert clean[0] == changed[0]
    assert [got.rows[-1] for got in changed[:2]] == [got.rows[0] for got in changed[1:]]
    assert clean[1].rows[:9] == changed[1].rows[1:]


def test_pages_are_shorter() -> None:
    """The server lowers the limit to ten, and tells so; all rows are on the pages that there are then."""
    ask = Ask("", "GET", "/api/instructor?limit=100")
    [clean] = answers([ask])
    changed = answers([ask, replace(ask, path=f"{ask.path}&page=1")], "page-cap-lowered")

    assert (100, 10, 2) == (clean.json["limit"], changed[0].json["limit"], changed[0].json["page_count"])
    assert clean.rows == changed[0].rows + changed[1].rows


# --- naming faults --------------------------------------------------------------------------------------------------

COMMAND = [sys.executable, "-m", "tests.emulator"]


def test_an_unknown_name_is_refused() -> None:
    """With the nearest name of the table, or the way to the whole table; nothing is served."""
    with (
        pytest.raises(UnknownFaultError, match=r"'cursor-lops': did you mean cursor-loops\?"),
        serve(drift=["pages-loop", "cursor-lops"]),
    ):
        pass
    with pytest.raises(UnknownFaultError, match="`list` shows all names"):
        find_faults(["42"])


def test_an_unknown_name_on_the_command_line() -> None:
    """It is told in one line, with exit status 2."""
    ended = subprocess.run(
        [*COMMAND, "--port", "0", "--drift", "page-loop"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (2, "") == (ended.returncode, ended.stdout)
    assert "there is no planted change named 'page-loop': did you mean pages-loop?\n" == ended.stderr


def test_the_table_is_printed() -> None:
    """All that a row has: name, level, kind, place, the line, and the requests."""
    ended = subprocess.run([*COMMAND, "--drift", "list"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert len(FAULTS) == len(re.findall(r"^\S", ended.stdout, re.MULTILINE))
    for fault in FAULTS.values():
        head, what, requests = re.findall(rf"^{fault.name}  .*\n.*\n.*$", ended.stdout, re.MULTILINE)[0].splitlines()
        assert f"{fault.name}  ({fault.level}: {fault.kind} at {fault.where})" == head
        assert [fault.what, *fault.requests] == [what.strip(), *requests.strip().split(", ")]


def test_the_command_line_plants_faults() -> None:
    """The option may be repeated."""
    command = [*COMMAND, "--port", "0", "--drift", "charset-added", "--drift", "header-added"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        with connected(process.stdout.readline().strip()) as client:
            mappings = client.get(Ask("", "GET", "/api/ride/metadata_mappings"))
            instructors = client.get(Ask("", "GET", "/api/instructor"))
        process.terminate()

    assert "application/json; charset=utf-8" == mappings.headers["content-type"]
    assert "synthetic-1" == instructors.headers["x-plan"]


def test_every_answer_says_where_it_is_from() -> None:
    """Successes, refusals, pages and answers with a fault: in the header Server, once."""
    unknown, wrong = Ask("", "GET", "/nowhere"), Ask("", "PATCH", "/api/me")
    found = answers([LOGIN, ME, WORKOUTS, unknown, wrong], "subscriptions-broken", "total-work-renamed")

    assert [200, 200, 200, 404, 405] == [got.status for got in found]
    assert {"paceline-emulator"} == {got.headers["server"] for got in found}
