"""Answers of a run: live ones and those in its event log tell the same, and neither tells a secret."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.building import environment, item, written
from tests.servers import Request, answering, response, serving

import paceline
from paceline.drift.compare import compare
from paceline.drift.facts import Lock, Observation
from paceline.drift.hidden import MASK
from paceline.drift.learning import from_cassette, learn
from paceline.drift.lock import lock_text
from paceline.engine.events import Event, ItemFinished
from paceline.evidence.results import Witness, observation_of
from paceline.recording import Cassettes
from paceline.report import secret_fields
from paceline.report.event_log import JsonlReport, read_events
from paceline.report.masking import Mask
from paceline.transport.cassette_library import CassetteLibrary

SECRET = "canarysecret"
TOKEN = "0123456789abcdef0123456789abcdef"
LOGIN: dict[str, Any] = {
    "session_id": TOKEN,
    "pin_token": 4711,
    "user": {"id": 7, "group": SECRET},
    "link": f"https://example.org/join?token={TOKEN}",
    "by_token": {TOKEN: {"id": 1}},
}


def login_service(request: Request) -> bytes:
    """Sets a cookie with a redirect, then answers with a session."""
    if request.target == "/login":
        return response(302, [("Location", "/in"), ("Set-Cookie", f"sid={TOKEN}; HttpOnly")])
    own = [("Content-Type", "application/json"), ("X-Total", "1")]
    return response(200, own, body=json.dumps(LOGIN if request.target == "/in" else {"token": None}).encode())


def witnessed(events: Iterable[Event], log: Path | None = None) -> tuple[list[Observation], list[Observation]]:
    """The answers of a run, masked and as they came."""
    witness, came = Witness(), []
    report = JsonlReport(log, Mask()) if log else None
    for event in events:
        witness.handle(event)
        if report:
            report.handle(event)
        if isinstance(event, ItemFinished) and (one := observation_of(event.result)):
            came.append(one)
    return witness.observations(), came


def ran(folder: Path) -> tuple[list[Observation], list[Observation], list[Observation]]:
    """The answers of a run, masked, as they came, and as its log tells them."""
    login = item("Log in", "{{base_url}}/login", test="pm.sendRequest(pm.environment.get('base_url') + '/other');")
    files = written(folder / "auth.postman_collection.json", login, item("Other", "{{base_url}}/other"))
    with serving(answering(login_service)) as server:
        variables = environment(base_url=server.url)
        variables["values"].append({"key": "group", "value": SECRET, "type": "secret"})
        (folder / "e.json").write_text(json.dumps(variables))
        masked, raw = witnessed(paceline.stream(files, environment=folder / "e.json"), folder / "run.jsonl")
    return masked, raw, witnessed(read_events(folder / "run.jsonl"))[1]


def test_the_answer_to_an_item(tmp_path: Path) -> None:
    """Of its own request and after all redirects, with the cookies of all hops; not of its scripts' requests."""
    _, (login, other), _ = ran(tmp_path)

    assert (login.key, login.status, login.host) == ("auth/Log in", 200, "127.0.0.1")
    assert json.loads(login.body) == LOGIN
    assert login.set_cookies == (f"sid={TOKEN}; HttpOnly",)
    assert login.subject == "GET /login\n"
    assert login.elapsed_ms is not None
    assert json.loads(other.body) == {"token": None}


def test_an_item_without_an_answer(tmp_path: Path) -> None:
    """It is evidence of nothing."""
    path = written(tmp_path / "c.json", item("Refused", "http://127.0.0.1:1"))

    assert witnessed(paceline.stream(path)) == ([], [])


def test_a_log_tells_what_the_run_told(tmp_path: Path) -> None:
    """Learnt from one, the other has nothing to add: it is the same evidence."""
    masked, _, logged = ran(tmp_path)
    lock = learn(Lock(), masked)

    assert logged == masked
    assert learn(lock, logged) == lock


def test_a_masked_value_is_no_drift(tmp_path: Path) -> None:
    """Neither where it came as it was before, nor the other way round; whatever its type and form were."""
    masked, raw, logged = ran(tmp_path)

    for known in (masked, raw, logged):
        for now in (masked, raw, logged):
            assert compare(learn(Lock(), known), now) == []


def test_what_is_not_hidden_still_counts(tmp_path: Path) -> None:
    """A change beside a masked value is found in a log as well."""
    masked, *_ = ran(tmp_path)
    changed = replace(masked[0], body=masked[0].body.replace(b'"id": 7', b'"id": "7"'))

    assert [each.pointer for each in compare(learn(Lock(), masked), [changed])] == ["/user/id"]


def test_nothing_is_learnt_of_secrets(tmp_path: Path) -> None:
    """Those that are secret by their value are hidden, too, wherever they stand."""
    masked, raw, _ = ran(tmp_path)
    tags = [json.dumps({"rows": [{"group": SECRET if n % 2 else "open"} for n in range(40)]}).encode()]
    many = [replace(masked[0], body=body) for body in tags]

    assert SECRET in lock_text(learn(Lock(), many))  # as would be, were it not hidden
    assert SECRET.encode() in raw[0].body
    assert SECRET.encode() not in masked[0].body
    assert TOKEN.encode() not in masked[0].body
    assert "/session_id: always 1/1; hidden 1\n" in lock_text(learn(Lock(), masked))
    assert "/link: always 1/1; string 1, hidden 1\n" in lock_text(learn(Lock(), masked))


def test_a_replay_measures_no_time(tmp_path: Path) -> None:
    """What it took to answer from a file says nothing about the host that is asked for."""
    files = written(tmp_path / "c.json", item("Any", "{{base_url}}/x"))
    tapes = tmp_path / "tapes"
    with serving(answering(login_service)) as server:
        paceline.run(files, environment={"base_url": server.url}, cassettes=Cassettes(tapes, "once"))
    replay = paceline.stream(files, environment={"base_url": "https://api.example.org"}, cassettes=Cassettes(tapes))

    (replayed,), _ = witnessed(replay)
    (recorded,) = (each for _, cassette in CassetteLibrary(tapes).cassettes() for each in from_cassette(cassette))

    assert (replayed.host, replayed.elapsed_ms) == ("api.example.org", None)
    assert recorded.host == "127.0.0.1"
    assert recorded.elapsed_ms is not None
    assert recorded.subject == replayed.subject


@pytest.mark.parametrize("name", ["auth", "users", "graphql", "workouts"])
def test_cassettes_and_a_masked_run_agree(name: str) -> None:
    """Placeholders stand where a log has masks; what was learnt from one accepts the other, in both directions."""
    folder = Path(__file__).parents[2] / "cassettes"
    recorded = [
        each
        for _, cassette in CassetteLibrary(folder).cassettes()
        if cassette.collection == name
        for each in from_cassette(cassette)
    ]
    mask = Mask()
    masked = [replace(each, body=mask.body(each.body)) for each in recorded]

    assert compare(learn(Lock(), recorded), masked) == compare(learn(Lock(), masked), recorded) == []


def test_the_mask_is_that_of_reports() -> None:
    """It is told a second time, since shapes may not know reports."""
    assert secret_fields.MASK == MASK
