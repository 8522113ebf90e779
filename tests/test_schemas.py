"""What the schemas promise: they accept what the API is known to answer, and notice when an essential field goes."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.emulator import NO_CLASS, RIDE_ID, USER_ID, serve
from tests.test_emulator import TABLE, Client, Row, logged_in

Json = dict[str, Any]
Steps = tuple[str | int, ...]

FOLDER = Path(__file__).parents[1] / "schemas"
BASE = "https://paceline.invalid/schemas/"
SCHEMAS: dict[str, Json] = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.schema.json"))
}
REGISTRY: Registry[Any] = Registry().with_resources(
    [(schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()]
)
BOOK = yaml.safe_load((FOLDER / "contracts.yaml").read_text(encoding="utf-8"))
SUITE = yaml.safe_load((FOLDER.parent / "paceline.yaml").read_text(encoding="utf-8"))
CONTRACTS: dict[str, Json] = {
    key: BOOK["defaults"]["every"] | BOOK["defaults"]["graphql" if "graphql" in contract else "rest"] | contract
    for key, contract in BOOK["requests"].items()
}
ROWS: dict[str, Row] = dict(zip(CONTRACTS, TABLE, strict=True))
"""The request the emulator is sent for each contract: both have the order of the reference collection."""

ME = f"/api/user/{USER_ID}"

SPLIT = {"seconds": 300, "elevation_change": 1.5, "is_best": True, "distance_marker": 1, "order": 1}
OLDER_TARGETS = {"target_graph_metrics": [], "cadence_time_in_range": 1, "resistance_time_in_range": 2}


@cache
def validator(name: str, pointer: str = "") -> Draft202012Validator:
    """For the schema of a file, or for a part of it."""
    return Draft202012Validator({"$ref": f"{BASE}{name}.schema.json#{pointer}"}, registry=REGISTRY)


def problems(name: str, answer: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(answer)]


def subschemas(node: Any, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """All objects of a schema file with their JSON Pointers, conditions left out: they demand nothing."""
    if isinstance(node, dict):
        yield pointer, node
        for key in node:
            if key not in {"if", "not"}:
                yield from subschemas(node[key], f"{pointer}/{key}")
    elif isinstance(node, list):
        for index, each in enumerate(node):
            yield from subschemas(each, f"{pointer}/{index}")


def demanded(node: Json, members: Any = None) -> list[str]:
    """The fields that a schema demands: always, or beside one of these members (beside any when None)."""
    beside = node.get("dependentRequired", {})
    brought = [field for name, fields in beside.items() if members is None or name in members for field in fields]
    return list(dict.fromkeys((*node.get("required", ()), *brought)))


def locate(ref: str, name: str) -> tuple[str, str]:
    """File and pointer that a reference in file `name` means."""
    file, _, pointer = ref.partition("#")
    return file.removesuffix(".schema.json") or name, pointer


@dataclass(frozen=True)
class Essential:
    """A field that a schema requires, always or beside another, at `pointer` of the file `name`."""

    name: str
    pointer: str
    field: str

    def __str__(self) -> str:
        return f"{self.name}#{self.pointer} {self.field}"


ESSENTIALS = [
    Essential(name, pointer, field)
    for name, schema in SCHEMAS.items()
    if name != "contracts"
    for pointer, node in subschemas(schema)
    for field in demanded(node)
]


def demands(name: str, pointer: str, value: Any, path: Steps = ()) -> Iterator[tuple[Essential, Steps]]:
    """The essential fields that a schema demands of `value`, each with its path in the value."""
    node: Any = SCHEMAS[name]
    for key in pointer.split("/")[1:]:
        node = node[int(key)] if isinstance(node, list) else node[key]
    if not isinstance(node, dict):
        return
    if "$ref" in node:
        yield from demands(*locate(node["$ref"], name), value, path)
    for index in range(len(node.get("allOf", ()))):
        yield from demands(name, f"{pointer}/allOf/{index}", value, path)
    if "if" in node:
        branch = "then" if validator(name, f"{pointer}/if").is_valid(value) else "else"
        if branch in node:
            yield from demands(name, f"{pointer}/{branch}", value, path)
    if isinstance(value, dict):
        for field in demanded(node, value):
            yield Essential(name, pointer, field), (*path, field)
        for key in node.get("properties", {}).keys() & value.keys():
            yield from demands(name, f"{pointer}/properties/{key}", value[key], (*path, key))
    if isinstance(value, list) and "items" in node:
        for index, each in enumerate(value):
            yield from demands(name, f"{pointer}/items", each, (*path, index))


def changed(answer: Any, path: Steps, change: Callable[[Any, Any], None]) -> Any:
    """A copy of `answer` after `change(parent, key)` at `path`."""
    answer = copy.deepcopy(answer)
    parent = answer
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return answer


def put(value: Any) -> Callable[[Any, Any], None]:
    return lambda parent, key: parent.__setitem__(key, value)


# --- answers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A JSON body, and the schema it has to fit."""

    schema: str
    body: Any


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serve() as base_url:
        yield base_url


@pytest.fixture(scope="module")
def responses(server: str) -> dict[str, requests.Response]:
    """What the emulator answers to each request, sent with the headers of its contract and no others."""
    found = {}
    for key, row in ROWS.items():
        client = logged_in(server)
        del client.headers["Peloton-Platform"]
        found[key] = client.request(row.method, row.path, json=row.body, headers=CONTRACTS[key].get("headers"))
    return found


@pytest.fixture(scope="module")
def answers(server: str, responses: dict[str, requests.Response]) -> list[Answer]:
    """The JSON answers to all requests, and some more for what these do not show; small ones first."""
    rider = logged_in(server)
    workouts = f"{ME}/workouts?limit=100&joins="
    more = {
        "workouts_page": rider.get(f"{workouts}user,ride,ride.instructor,peloton.ride"),
        "rides_live_page": rider.get("/api/v3/ride/live?limit=3"),
        "user_overview": rider.get(f"{ME}/overview"),
        "error": rider.get("/api/ride/none"),
        "graphql_envelope": rider.graphql("{ nothing }"),
    }
    running = [each["id"] for each in more["workouts_page"].json()["data"] if each["fitness_discipline"] == "running"]
    more["performance_graph"] = rider.get(f"/api/workout/{running[0]}/performance_graph?every_n=300")
    found = [Answer(schema, response.json()) for schema, response in more.items()]
    older = {"target_performance_metrics": OLDER_TARGETS, "splits_data": {"splits": [SPLIT]}}
    found.append(Answer("performance_graph", found[-1].body | older))
    found += [
        Answer(CONTRACTS[key]["schema"], response.json())
        for key, response in responses.items()
        if response.content and "schema" in CONTRACTS[key]
    ]
    return sorted(found, key=lambda each: len(str(each.body)))


@pytest.fixture(scope="module")
def sightings(answers: list[Answer]) -> dict[Essential, tuple[Answer, Steps]]:
    """For each essential field the smallest answer that has it, and where.

    Two schemas take an answer without an e-mail address for one of another form, so they demand none.
    """
    found: dict[Essential, tuple[Answer, Steps]] = {}
    for answer in [each for each in answers if each.schema not in ("user", "user_updated")]:
        for essential, path in demands(answer.schema, "", answer.body):
            found.setdefault(essential, (answer, path))
    return found


# --- the files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_file_is_a_schema(name: str) -> None:
    """It is valid JSON Schema 2020-12, has the id of its file, a title, and says how strong its evidence is."""
    schema = SCHEMAS[name]

    Draft202012Validator.check_schema(schema)
    assert f"{BASE}{name}.schema.json" == schema["$id"]
    assert schema["title"]
    if name not in ("common", "contracts"):
        assert re.match("Evidence: (strong|fair|weak|as|a guess)", schema["$comment"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_references_resolve_without_a_network(name: str) -> None:
    """All of them lead to a schema in this folder."""
    resolver = REGISTRY.resolver(SCHEMAS[name]["$id"])

    for _, node in subschemas(SCHEMAS[name]):
        if isinstance(node.get("$ref"), str):
            assert resolver.lookup(node["$ref"]).contents


def test_each_file_is_used() -> None:
    """By a contract, or by a schema that is."""
    used: set[str] = set()
    waiting = {name for each in CONTRACTS.values() for name in (each.get("schema"), *each["errors"].values()) if name}
    while waiting:
        used.add(name := waiting.pop())
        refs = [node["$ref"] for _, node in subschemas(SCHEMAS[name]) if "$ref" in node]
        waiting |= {locate(ref, name)[0] for ref in refs} - used

    assert used == SCHEMAS.keys() - {"contracts"}


def test_values_are_open() -> None:
    """No schema of an answer closes a list of values or the fields of an object."""
    closing = {
        f"{name}#{pointer}"
        for name, schema in SCHEMAS.items()
        if name != "contracts"
        for pointer, node in subschemas(schema)
        if "enum" in node or node.get("additionalProperties") is False or "unevaluatedProperties" in node
    }

    assert closing == set()


# --- the contracts --------------------------------------------------------------------------------------------------


def test_contracts_have_the_shape_they_promise() -> None:
    """And with the defaults each of them is whole."""
    whole = {"request", "status", "content_type", "privileged", "errors", "evidence"}

    assert [] == problems("contracts", BOOK)
    assert {} == {key: whole - contract.keys() for key, contract in CONTRACTS.items() if whole - contract.keys()}


@pytest.mark.parametrize(
    "contract",
    [
        pytest.param({"graphql": True, "statuss": 200}, id="a misspelt member"),
        pytest.param({"request": "GET /a", "evidence": "fair"}, id="nothing to check"),
        pytest.param({"request": "GET /a", "schema": "user", "csv": ["A"], "evidence": "fair"}, id="two kinds of body"),
        pytest.param({"request": "GET /a?b=c", "schema": "user", "evidence": "fair"}, id="a query in the path"),
        pytest.param({"request": "GET /a", "schema": "user", "evidence": "good"}, id="an unknown word of evidence"),
        pytest.param({"graphql": True, "paging": {"graphql": "/data", "limit": 9}}, id="a limit that GraphQL has not"),
        pytest.param({"graphql": True, "mutates": True}, id="what suites say"),
        pytest.param({"graphql": True, "paging": {"graphql": "/data", "follow": 1}}, id="a walk of one page"),
        pytest.param({"graphql": True, "paging": "all"}, id="an unknown word of paging"),
    ],
)
def test_unfit_contracts_are_refused(contract: Json) -> None:
    """Slips of the pen do not pass as something else."""
    assert problems("contracts", BOOK | {"requests": {"graphql/X": contract}})


def test_each_request_has_a_contract() -> None:
    """The 64 of the seven collections."""
    stems = Counter(key.split("/")[0] for key in CONTRACTS)

    assert stems == {
        "auth": 3,
        "ecommerce": 5,
        "graphql": 12,
        "instructors": 2,
        "rides-classes": 13,
        "users": 24,
        "workouts": 5,
    }


@pytest.mark.parametrize("paging", ["follow", {"rest": "/data", "limit": 9, "follow": 2}])
def test_lists_may_be_followed(paging: Any) -> None:
    """In short, or so many pages."""
    contract = {"request": "GET /a", "schema": "user", "evidence": "fair", "paging": paging}

    assert [] == problems("contracts", BOOK | {"requests": {"users/X": contract}})


def test_what_undoes_a_change_is_one_itself() -> None:
    """The suite names for each mutation that can be taken back the one that does, whose own inverse leads back."""
    inverses = {key: undo for key, undo in SUITE["mutations"].items() if undo is not None}

    assert {key: inverses.get(undo) for key, undo in inverses.items()} == {key: key for key in inverses}


def test_what_changes_something() -> None:
    """Every method but GET, save for GraphQL queries; a session is opened and ended by setup and teardown."""
    changing = set(SUITE["mutations"]) | {each["request"] for each in (*SUITE["setup"], *SUITE["teardown"])}
    mutations = {f"graphql/{name}" for name in ("AddTagToUser", "RemoveTagFromUser", "SetTagAsPrimary")}

    assert changing == mutations | {
        key for key, each in CONTRACTS.items() if "graphql" not in each and not each["request"].startswith("GET ")
    }


# --- the emulator keeps the contracts -------------------------------------------------------------------------------

each_contract = pytest.mark.parametrize("key", CONTRACTS)


@each_contract
def test_answers_fit_their_contracts(key: str, responses: dict[str, requests.Response]) -> None:
    """Method and path, status, media type and body."""
    contract, row, response = CONTRACTS[key], ROWS[key], responses[key]
    path = re.sub(r"\\{\\{\w+\\}\\}", "[^/?]+", re.escape(contract["request"]))

    assert re.fullmatch(path, f"{row.method} {row.path.split('?')[0]}")
    assert contract["status"] == response.status_code
    if contract["content_type"] != "any":
        assert contract["content_type"] == response.headers["content-type"].split(";")[0]
    if "schema" in contract and response.content:
        assert [] == problems(contract["schema"], response.json())


@each_contract
def test_credentials_are_needed_where_the_contract_says_so(key: str, server: str) -> None:
    """Without one the answer is 401 with the body that is promised for it."""
    contract, row = CONTRACTS[key], ROWS[key]

    response = Client(server).request(row.method, row.path, json=row.body, headers=contract.get("headers"))

    assert (401 if contract["privileged"] is True else contract["status"]) == response.status_code
    if response.status_code == 401 and "401" in contract["errors"]:
        assert [] == problems(contract["errors"]["401"], response.json())


@pytest.mark.parametrize("key", [key for key, contract in CONTRACTS.items() if "cookies" in contract])
def test_cookies_have_the_values_in_the_body(key: str, responses: dict[str, requests.Response]) -> None:
    """Each is set by the answer."""
    response = responses[key]

    for name, pointer in CONTRACTS[key]["cookies"].items():
        assert response.cookies[name] == at(response.json(), pointer)


def at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        value = value[step]
    return value


@pytest.mark.parametrize("key", [key for key, contract in CONTRACTS.items() if "paging" in contract])
def test_lists_are_where_the_paging_rule_says(key: str, responses: dict[str, requests.Response]) -> None:
    """With what tells whether there is more: show_next in the body, or pageInfo beside the edges."""
    paging, body = CONTRACTS[key]["paging"], responses[key].json()

    if "rest" in paging:
        assert isinstance(at(body, paging["rest"]), list)
        assert isinstance(body["show_next"], bool)
    else:
        edges, info = paging["graphql"], paging["graphql"].rsplit("/", 1)[0] + "/pageInfo"
        assert all("node" in edge for edge in at(body, edges))
        assert {"hasNextPage", "endCursor"} == at(body, info).keys()


def test_csv_columns(responses: dict[str, requests.Response]) -> None:
    """Their order is fixed; some have two names, one per system of units."""
    key = "users/User Workout History CSV"
    header, *_ = csv.reader(io.StringIO(responses[key].text))

    for name, known in zip(header, CONTRACTS[key]["csv"], strict=True):
        assert name in ([known] if isinstance(known, str) else known)


# --- what passes, and what does not ---------------------------------------------------------------------------------


def test_what_is_essential() -> None:
    """At least what makes an object that object."""
    least = {
        "auth_login": "session_id user_id",
        "error": "status message",
        "instructor": "id name",
        "peloton_session": "id ride_id status",
        "performance_graph": "duration metrics seconds_since_pedaling_start summaries average_summaries",
        "ride": "id title duration fitness_discipline",
        "ride_details": "ride segments",
        "user_me": "email",
        "user_summary": "id username",
        "workout": "id user_id status created_at start_time fitness_discipline total_work",
        "workouts_page": "data",
    }

    assert {} == {
        name: fields for name, fields in least.items() if set(fields.split()) - set(SCHEMAS[name]["required"])
    }


OF_UNKNOWN_TYPE = set("countdown seconds_since_start reason sampled_top_tags speed_shortcuts incline_shortcuts".split())
"""Fields that always came along, though nobody ever saw more in them than null."""


@pytest.mark.parametrize("essential", ESSENTIALS, ids=str)
def test_an_essential_field_must_be_there_and_of_its_type(
    essential: Essential, sightings: dict[Essential, tuple[Answer, Steps]]
) -> None:
    """An answer fits until the field is dropped or becomes something else."""
    answer, path = sightings[essential]
    value = answer.body
    for key in path:
        value = value[key]
    other: Any = {str: 7, bool: "true", list: {}, dict: 7}.get(
        type(value), 1.5 if essential.field == "sort_by" else ["7"]
    )

    assert [] == problems(answer.schema, answer.body)
    assert problems(answer.schema, changed(answer.body, path, lambda parent, key: parent.pop(key)))
    if essential.field not in OF_UNKNOWN_TYPE:
        assert problems(answer.schema, changed(answer.body, path, put(other)))


MAY_BE_NULL = {
    "achievement_template": "description image_url",
    "auth_login": "pubsub_session",
    "browse_category": "icon_url portal_image_url",
    "challenges": "end_time start_time",
    "equipment": "icon_url",
    "instructor": (
        "about_image_url bike_instructor_list_display_image_url image_url instructor_hero_image_url "
        "ios_instructor_list_display_image_url jumbotron_url jumbotron_url_dark jumbotron_url_ios "
        "life_style_image_url web_instructor_list_display_image_url web_instructor_list_gif_image_url"
    ),
    "instructors_page": "limit sort_by",
    "page": "created_at workout_id",
    "peloton_session": (
        "countdown end_time pedaling_end_time pedaling_start_time scheduled_start_time seconds_since_start start_time"
    ),
    "performance_graph": (
        "average_value cadence_time_in_range elevation_change max_value resistance_time_in_range segment_list "
        "splits_data target_graph_metrics target_metrics time_in_metric value"
    ),
    "recent_following_workouts_page": "limit sort_by",
    "relationship": "me_to_user user_to_me",
    "ride": (
        "description difficulty_level home_peloton_id image_url language live_stream_id live_stream_url location "
        "original_air_time pedaling_end_offset pedaling_start_offset percentage reason ride_type_id "
        "sample_vod_stream_url scheduled_start_time studio_peloton_id vod_stream_id vod_stream_url"
    ),
    "ride_details": (
        "album artist_id artist_name average average_avg_cadence average_avg_power average_avg_resistance "
        "average_avg_speed average_calories average_distance average_total_work averages cadence_range "
        "cue_time_offset default_album_images default_class_detail_image_url default_in_class_image_url "
        "disabled_leaderboard_filters expected_lower_output expected_upper_output icon_url id image_url "
        "instructor_cues lower max metrics_type min name playlist resistance_range ride_id sampled_top_tags "
        "segment_body_focus_distribution segment_category_distribution segment_list segments start_time_offset "
        "target_class_metrics target_graph_metrics total_expected_output upper"
    ),
    "ride_filters": "list_order",
    "rides_archived_page": "browse_categories class_types fitness_disciplines instructors ride_types",
    "rides_live_page": "browse_categories class_types equipment fitness_disciplines instructors ride_types",
    "streaks": "start_date_of_current_weekly",
    "user_achievements": "name",
    "user_me": (
        "agreed_at bike_contract_url birthday contract_created_at contract_display_name contract_id contract_type "
        "created_country cycling_ftp_source cycling_ftp_workout_id default_max_heart_rate email "
        "estimated_cycling_ftp facebook_access_token facebook_id first_name gender height incline_shortcuts "
        "instructor_id last_name middle_initial name obfuscated_email paired_device_type phone_number provider "
        "referral_code serial_number speed_shortcuts status tread_contract_url weight"
    ),
    "user_overview": "name streaks",
    "user_public": "icon_url last_workout_at",
    "user_summary": "location",
    "users_page": "limit sort_by",
    "workout": (
        "end_time fitbit_id metrics_type peloton_id strava_id title total_effort_points "
        "total_music_audio_buffer_seconds total_music_audio_play_seconds total_video_buffering_seconds "
        "total_video_watch_time_seconds v2_total_video_buffering_seconds v2_total_video_watch_time_seconds"
    ),
    "workout_detail": "ftp_info ftp_source ftp_workout_id leaderboard_rank",
    "workouts_page": "aggregate_stats limit sort_by summary",
}
"""Fields that have to be there, yet may hold nothing, as far as anybody knows."""


def test_essential_fields_are_not_null(sightings: dict[Essential, tuple[Answer, Steps]]) -> None:
    """Save for some that tell something by being null."""
    nullable = {
        (essential.name, essential.field)
        for essential, (answer, path) in sightings.items()
        if not problems(answer.schema, changed(answer.body, path, put(None)))
    }

    assert nullable == {(name, field) for name, fields in MAY_BE_NULL.items() for field in fields.split()}


MAPS = {"summary", "segment_category_distribution", "segment_body_focus_distribution"}
"""Objects whose keys are data, so that there are no unknown fields in them."""


def rewritten(value: Any, rewrite: Callable[[Json, Steps], Json], path: Steps = ()) -> Any:
    """`value` with each object in it, except maps, replaced by what `rewrite` makes of it."""
    if isinstance(value, list):
        return [rewritten(each, rewrite, (*path, index)) for index, each in enumerate(value)]
    if not isinstance(value, dict) or (path and path[-1] in MAPS):
        return value
    return {key: rewritten(each, rewrite, (*path, key)) for key, each in rewrite(value, path).items()}


def test_unknown_fields_pass(answers: list[Answer]) -> None:
    """In every object of every answer."""
    for answer in answers:
        assert [] == problems(answer.schema, rewritten(answer.body, lambda each, _: each | {"brand_new": ["?"]}))


@pytest.mark.parametrize("others", ["absent", "null"])
def test_other_fields_may_be_absent_or_null(others: str, answers: list[Answer]) -> None:
    """All that are not essential, together."""
    for answer in answers:
        essential = {path for _, path in demands(answer.schema, "", answer.body)}

        def rewrite(fields: Json, path: Steps, essential: set[Steps] = essential) -> Json:
            kept = {key: value for key, value in fields.items() if (*path, key) in essential}
            return kept if others == "absent" else dict.fromkeys(fields) | kept

        assert [] == problems(answer.schema, rewritten(answer.body, rewrite))


@pytest.fixture(scope="module")
def workout(answers: list[Answer]) -> Json:
    """A row of the list with everything joined in, of a class that somebody teaches."""
    rows = [row for each in answers if each.schema == "workouts_page" for row in each.body["data"]]
    return next(row for row in rows if "peloton" in row and row.get("ride", {}).get("instructor"))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"ride": None}, id="no class"),
        pytest.param({"peloton": {"ride": None}}, id="a session with nothing but the class"),
        pytest.param({"status": "IN_PROGRESS", "end_time": None}, id="still running"),
        pytest.param({"fitness_discipline": "tightrope_walking", "workout_type": "duel"}, id="values nobody has met"),
        pytest.param({"total_work": 0, "strava_id": 12, "service_id": "a-b"}, id="numbers and texts change places"),
        pytest.param({"ride": {"id": NO_CLASS, "title": "Just Ride"}}, id="a stand-in for the class"),
        pytest.param({"effort_zones": {"total_effort_points": 1.5}}, id="points without zones"),
    ],
)
def test_rare_workouts_pass(fields: Json, workout: Json) -> None:
    """Forms that the captures hint at, and values that no list closes."""
    assert [] == problems("workout", workout | fields)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"id": "00000000-0000-0000-0000-000000000001"}, id="an id with dashes"),
        pytest.param({"user_id": "F" * 32}, id="an id in capitals"),
        pytest.param({"created_at": 1600000000000}, id="milliseconds"),
        pytest.param({"start_time": "2020-09-13T12:26:40"}, id="a moment as text"),
        pytest.param({"end_time": 1600000000.5}, id="half a second"),
        pytest.param({"status": "complete"}, id="a state in lower case"),
        pytest.param({"fitness_discipline": "Bike Bootcamp"}, id="a display name for a slug"),
        pytest.param({"total_work": "1.5"}, id="a number as text"),
        pytest.param({"ride": {"id": RIDE_ID}}, id="a class that is only an id"),
        pytest.param({"ride": {"id": NO_CLASS}}, id="a stand-in without a title"),
        pytest.param({"peloton": {"ride": None, "id": RIDE_ID}}, id="half a session"),
        pytest.param({"user": {"id": USER_ID}}, id="a user without a name"),
    ],
)
def test_broken_workouts_fail(fields: Json, workout: Json) -> None:
    """Ids, units and joined objects are held to their form."""
    assert problems("workout", workout | fields)


def test_a_teacher_is_whole_where_the_class_names_one(workout: Json) -> None:
    """Only a class without an instructor's id may have a stand-in for its instructor."""
    stand_in = {"name": "JUST RIDE", "image_url": "https://images.example.com/x.png"}
    ride = workout["ride"] | {"instructor": stand_in}

    assert problems("ride", ride)
    assert [] == problems("ride", ride | {"instructor_id": None})


def test_a_workout_of_a_class_comes_with_it(answers: list[Answer]) -> None:
    """Where workouts of other kinds may have no class at all."""
    detail = next(each.body for each in answers if each.schema == "workout_detail")
    without = {key: value for key, value in detail.items() if key != "ride"}

    assert detail["workout_type"] == "class"
    assert problems("workout_detail", without)
    assert [] == problems("workout_detail", without | {"workout_type": "freestyle", "peloton_id": None})


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ("error", {"status": 403, "message": "Access forbidden. Endpoint no longer accepting requests."}),
        ("graphql_envelope", {"data": None, "errors": [{"message": "no"}]}),
        ("user_calendar", {"months": []}),
        ("auth_login", {"session_id": USER_ID, "user_id": USER_ID, "pubsub_session": {}}),
        *((name, []) for name in ("ecomm_plans", "favorite_result", "user_referral_history", "workout_deleted")),
    ],
)
def test_short_answers_pass(schema: str, body: Any) -> None:
    """The least that is known to come, and anything where nothing is known."""
    assert [] == problems(schema, body)


@pytest.mark.parametrize("splits", [[], {}, None, {"splits": [SPLIT]}])
def test_splits_have_two_forms(splits: Any, answers: list[Answer]) -> None:
    """An empty list in old captures, an object in newer ones."""
    graph = next(each.body for each in answers if each.schema == "performance_graph")

    assert [] == problems("performance_graph", graph | {"splits_data": splits})


@pytest.mark.parametrize("sort_by", [None, "-created", ["-original_air_time"]])
def test_sort_orders_have_three_forms(sort_by: Any, answers: list[Answer]) -> None:
    """As lists echo them."""
    page = next(each.body for each in answers if each.schema == "instructors_page")

    assert [] == problems("instructors_page", page | {"sort_by": sort_by})
