"""Recording from a real server, and replaying when it is gone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cassettes import OPTIONS, Cassettes, get, post, step
from tests.servers import Request, answering, redirecting, response, serving

from paceline.errors import RequestError
from paceline.model.exchange import SendOptions, Trip
from paceline.transport.cassette_errors import CassetteError, NoRecordingError, RecordingMismatchError


@pytest.fixture
def cassettes(tmp_path: Path) -> Cassettes:
    return Cassettes(tmp_path / "cassettes")


def counting() -> object:
    """Answers each request by the number of those before it."""
    numbers = iter(range(1000))
    return answering(lambda _: response(200, [("Content-Type", "text/plain")], str(next(numbers)).encode()))


def answers(trips: list[Trip]) -> list[str]:
    return [trip.response.body.decode() for trip in trips]


# --- What is played ---


def test_a_replay_gives_what_was_recorded(cassettes: Cassettes) -> None:
    """Status, reason, headers with repeated names, body, HTTP version, time and size are those of the live answer."""
    headers = [("X-A", "1"), ("X-B", "2"), ("X-A", "3")]
    with serving(answering(lambda _: response(418, headers, b"\xff\x00tea", "I'm a teapot"))) as server:
        request = get(f"{server.url}/tea?milk=no", ("Accept", "*/*"))
        [live] = cassettes.record((request, step()))
    [played] = cassettes.replay((request, step()))

    assert replace(live.response, elapsed_ms=round(live.response.elapsed_ms, 3)) == played.response
    assert live.request == played.request


def test_a_replay_opens_no_socket(cassettes: Cassettes) -> None:
    """It does not even create one: every step of the interpreter towards the network is an error here."""
    with serving(redirecting({"/a": (302, "/b")})) as server:
        url = f"{server.url}/a"
        cassettes.record((get(url), step()))
    program = f"""
import sys

def forbid(event, args):
    if event.startswith("socket."):
        raise RuntimeError(event)

sys.addaudithook(forbid)
from tests.cassettes import Cassettes, get, step
from pathlib import Path
[trip] = Cassettes(Path({str(cassettes.folder)!r})).replay((get({url!r}), step()))
print(len(trip.hops), trip.response.body.decode())
try:
    import socket
    socket.socket()
except RuntimeError as error:
    print(error)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)

    assert (done.stderr, done.stdout) == ("", "2 arrived\nsocket.__new__\n")


def test_a_replay_does_not_load_the_network(cassettes: Cassettes) -> None:
    """Neither vcrpy, which patches HTTP libraries, nor what sends requests live is imported to replay."""
    cassettes.folder.mkdir()
    program = f"""
import sys
from pathlib import Path
from paceline.errors import RequestError
from paceline.model.exchange import HttpRequest, SendOptions, StepKey
from paceline.transport.cassette_library import CassetteLibrary
from paceline.transport.cassette_scrub import SecretScrubber
from paceline.transport.cassette_yaml import from_text
from paceline.transport.cookies import CookieJar
from paceline.transport.recording import CassetteOptions, RecordingTransport
library = CassetteLibrary(Path({str(cassettes.folder)!r}))
transport = RecordingTransport(None, library, CookieJar(), SecretScrubber(bool), CassetteOptions("none"))
try:
    transport.send(HttpRequest("GET", "http://localhost/"), SendOptions(), StepKey("c", ("i",)))
except RequestError:
    pass
try:
    from_text("[]", "a.yaml")
except Exception:
    pass
print([name for name in ("vcr", "wrapt", "asyncio", "requests", "urllib3", "yaml") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.stderr, done.stdout) == ("", "['yaml']\n")


def test_every_redirect_is_recorded(cassettes: Cassettes) -> None:
    """All hops are in the file of the request, and all are played."""
    with serving(redirecting({"/a": (302, "/b"), "/b": (307, "/c")})) as server:
        [live] = cassettes.record((get(f"{server.url}/a"), step()))
    [played] = cassettes.replay((get(f"{server.url}/a"), step()))

    assert [hop.request for hop in live.hops] == [hop.request for hop in played.hops]
    assert [302, 307, 200] == [hop.response.status for hop in played.hops]


def test_redirects_that_are_not_followed_now_are_not_played(cassettes: Cassettes) -> None:
    """`--ignore-redirects` holds for a replay too, and so does the limit of redirects."""
    with serving(redirecting({"/a": (302, "/b"), "/b": (307, "/c")})) as server:
        request = get(f"{server.url}/a")
        cassettes.record((request, step()))
    with cassettes.run("none") as transport:
        first = transport.send(request, SendOptions(follow_redirects=False), step())
    with cassettes.run("none") as transport, pytest.raises(RequestError, match="more than 1 redirects"):
        transport.send(request, SendOptions(max_redirects=1), step())

    assert (1, 302) == (len(first.hops), first.response.status)


def test_a_redirect_that_was_not_followed_cannot_be_now(cassettes: Cassettes) -> None:
    """The recording ends there, and says so with the command that repairs it."""
    with serving(redirecting({"/a": (302, "/b")})) as server:
        request = get(f"{server.url}/a")
        with cassettes.run("once") as transport:
            transport.send(request, SendOptions(follow_redirects=False), step())

    with pytest.raises(CassetteError, match="which was not followed") as caught:
        cassettes.replay((request, step()))
    assert "paceline run --record rewrite --folder users/Me" in caught.value.fix


def test_every_time_an_item_runs_is_recorded(cassettes: Cassettes) -> None:
    """Iterations and loops of a step, and the requests of its scripts, have an answer each."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        sent = [
            (get(f"{server.url}/a"), step(occurrence=occurrence, call=call)) for occurrence in (0, 1) for call in (0, 1)
        ]
        cassettes.record(*sent)

    assert ["3", "0", "2", "1"] == answers(cassettes.replay(sent[3], sent[0], sent[2], sent[1]))
    assert ["users/me.yaml"] == list(cassettes.texts())


def test_two_requests_of_the_same_name_are_played_in_order(cassettes: Cassettes) -> None:
    """A collection may hold two items of one name in one folder."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        sent = [(get(f"{server.url}/a"), step()), (get(f"{server.url}/a"), step())]
        cassettes.record(*sent)

    assert ["0", "1"] == answers(cassettes.replay(*sent))


def test_requests_of_scripts_may_come_in_another_order(cassettes: Cassettes) -> None:
    """A script sends several at once; which is first is a matter of chance, so they are told apart by their content."""
    with serving(answering(lambda request: response(200, body=request.target.encode()))) as server:
        first, second = get(f"{server.url}/1"), get(f"{server.url}/2")
        cassettes.record((first, step(call=1)), (second, step(call=2)))

    assert ["/2", "/1"] == answers(cassettes.replay((second, step(call=1)), (first, step(call=2))))


def test_cookies_go_into_the_jar(cassettes: Cassettes) -> None:
    """As live: also that of a redirect, under the address that is asked now, for as long as it lived when recorded."""

    def respond(request: Request) -> bytes:
        if request.target == "/login":
            expires = "Wed, 01 Jan 2020 00:00:00 GMT"
            cookies = [("Set-Cookie", "theme=dark; Max-Age=60"), ("Set-Cookie", f"old=1; Expires={expires}")]
            return response(302, [*cookies, ("Location", "/home")])
        return response(200, [("Set-Cookie", "seen=1")])

    with serving(answering(respond)) as server:
        cassettes.record((get(f"{server.url}/login"), step()))
    text = (cassettes.folder / "users/me.yaml").read_text()
    old = re.sub(r"recorded_at: '\d+", "recorded_at: '2019", text)  # when the cookie `old` had long to live
    (cassettes.folder / "users/me.yaml").write_text(old)
    [trip] = cassettes.replay((get("https://api.example.org/login"), step()))

    assert ["old", "seen", "theme"] == sorted(cookie.name for cookie in trip.cookies)
    assert {"api.example.org"} == {cookie.domain for cookie in trip.cookies}


def test_what_was_recorded_plays_for_any_address(cassettes: Cassettes) -> None:
    """A base URL of another scheme, host and port is no difference; the hops stand under the address asked now."""
    with serving(redirecting({"/a": (302, "/b")})) as server:
        cassettes.record((get(f"{server.url}/a"), step()))
    [trip] = cassettes.replay((get("https://api.example.org/a"), step()))

    assert ["https://api.example.org/a", "https://api.example.org/b"] == [hop.request.url for hop in trip.hops]
    assert "https://api.example.org/b" == trip.response.url


def test_another_host_is_another_host(cassettes: Cassettes) -> None:
    """Only the host that the step was recorded against stands for any; a third one stays what it is."""
    with serving(counting()) as api, serving(counting()) as other:  # type: ignore[arg-type]
        cassettes.record((get(f"{api.url}/a"), step()), (get(f"{other.url}/a"), step(call=1)))

    assert ["0"] == answers(cassettes.replay((get(f"{other.url}/a"), step(call=1))))
    with pytest.raises(RecordingMismatchError, match=r"host: recorded 127\.0\.0\.1:\d+, now elsewhere.test"):
        cassettes.replay((get("http://elsewhere.test/a"), step(call=1)))


# --- What is compared ---


@pytest.mark.parametrize(
    ("recorded", "now"),
    [
        pytest.param(b'{"a": 1, "b": [true]}', b'{"b":[true],"a":1.0}', id="JSON of the same meaning"),
        pytest.param(b"not { json", b"not { json", id="a text"),
    ],
)
def test_bodies_are_compared_by_their_meaning(cassettes: Cassettes, recorded: bytes, now: bytes) -> None:
    """Order of members and blanks are no difference."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        cassettes.record((post(f"{server.url}/a?x=1&y=2", recorded), step()))

    assert ["0"] == answers(cassettes.replay((post(f"{server.url}/a?y=2&x=1", now), step())))


def test_forms_are_compared_by_their_fields(cassettes: Cassettes) -> None:
    """The boundary of a multipart body is drawn anew each time; order and notation of a form may change."""

    def multipart(boundary: str) -> tuple[bytes, str]:
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--{boundary}--\r\n'
        return part.encode(), f"multipart/form-data; boundary={boundary}"

    form = "application/x-www-form-urlencoded"
    with serving(counting()) as server:  # type: ignore[arg-type]
        url = f"{server.url}/a"
        cassettes.record((post(url, *multipart("one")), step()), (post(url, b"a=1&b=%20", form), step(occurrence=1)))
    sent = ((post(url, *multipart("two")), step()), (post(url, b"b=+&a=1", form), step(occurrence=1)))

    assert ["0", "1"] == answers(cassettes.replay(*sent))


def test_headers_that_change_by_themselves_are_not_compared(cassettes: Cassettes) -> None:
    """Nor are those that carry credentials, or tell of the sender."""
    names = "User-Agent Postman-Token Cookie Authorization Accept-Encoding Connection Cache-Control X-Whatever".split()
    with serving(counting()) as server:  # type: ignore[arg-type]
        cassettes.record((get(f"{server.url}/a", *((name, "one") for name in names)), step()))

    assert ["0"] == answers(cassettes.replay((get(f"{server.url}/a", *((name, "two") for name in names)), step())))


def test_headers_of_a_contract_are_compared(cassettes: Cassettes) -> None:
    """Whoever knows that a header decides the answer names it."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        cassettes.record((get(f"{server.url}/a", ("Peloton-Platform", "web")), step()))

    with (
        cassettes.run("none", headers=("peloton-platform",)) as transport,
        pytest.raises(RecordingMismatchError, match="header Peloton-Platform: recorded web, now missing"),
    ):
        transport.send(get(f"{server.url}/a"), OPTIONS, step())


# --- What goes wrong ---


def test_a_request_without_a_recording_fails(cassettes: Cassettes) -> None:
    """The failure names the request, the file that would hold it and the command that makes it."""
    with pytest.raises(NoRecordingError) as caught:
        cassettes.replay((get("http://localhost/a"), step("User Overview")))

    assert caught.value.code == "ECASSETTE"
    assert str(caught.value) == (
        "users / User Overview: there is no recording of GET http://localhost/a\n"
        f"  --> {cassettes.folder}/users/user-overview.yaml\n"
        "  fix: paceline run --record new --folder 'users/User Overview'"
    )


def test_a_step_that_runs_more_often_than_recorded_fails(cassettes: Cassettes) -> None:
    """Nothing is played twice."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        request = get(f"{server.url}/a")
        cassettes.record((request, step()))

    with pytest.raises(NoRecordingError, match=r"2nd time: there is no recording of GET .* among the 1 of this step"):
        cassettes.replay((request, step()), (request, step(occurrence=1)))
    with pytest.raises(NoRecordingError, match="has been played already"):
        cassettes.replay((request, step()), (request, step()))


def test_a_renamed_request_is_recognized(cassettes: Cassettes) -> None:
    """A name nearly the same has a recording: the advice says so."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        cassettes.record((get(f"{server.url}/a"), step("User Overveiw")))

    with pytest.raises(NoRecordingError) as caught:
        cassettes.replay((get(f"{server.url}/a"), step("User Overview")))
    assert "there is a recording of 'User Overveiw'" in caught.value.fix


def test_a_request_that_changed_fails_field_by_field(cassettes: Cassettes) -> None:
    """The failure shows each field as it was recorded and as it is now, and when and against what it was recorded."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        body = b'{"user": {"name": "eve", "tags": [1, 2]}, "old": null}'
        cassettes.record((post(f"{server.url}/a?page=0&limit=5", body), step()))
    now = post(f"{server.url}/b?page=1&sort=x", b'{"user": {"name": "Eve", "tags": [1]}, "a/b": 1}', "text/json")
    with pytest.raises(RecordingMismatchError) as caught:
        cassettes.replay((replace(now, method="PUT"), step()))

    lines = caught.value.what.splitlines()
    assert lines[0] == "users / Me: the request is no longer the one that was recorded"
    assert re.search(r"nearest recording: POST .*/a\?page=0.*, made 20.*Z against http://127.*", lines[1])
    assert [line.strip() for line in lines[2:]] == [
        "method: recorded POST, now PUT",
        "path: recorded /a, now /b",
        "query page: recorded 0, now 1",
        "query limit: recorded 5, now missing",
        "query sort: not recorded, now x",
        "header Content-Type: recorded application/json, now text/json",
        'body /user/name: recorded "eve", now "Eve"',
        "body /user/tags/1: recorded 2, now missing",
        "body /old: recorded null, now missing",
        "body /a~1b: not recorded, now 1",
    ]
    assert len(caught.value.differences) == 10
    assert caught.value.fix == "if the change is meant: paceline run --record rewrite --folder users/Me"
    assert str(caught.value.where).endswith("users/me.yaml#/interactions/0")


def test_a_body_that_is_no_data_shows_where_it_changed(cassettes: Cassettes) -> None:
    """From shortly before the first character that differs."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        cassettes.record((post(f"{server.url}/a", b"x" * 100 + b"one", "text/plain"), step()))
    with pytest.raises(RecordingMismatchError) as caught:
        cassettes.replay((post(f"{server.url}/a", b"x" * 100 + b"two", "text/plain"), step()))

    shown = f"...{'x' * 20}"
    assert f"recorded 103 characters, at 100: {shown}one, now 103 characters, at 100: {shown}two" in caught.value.what


def test_of_several_recordings_the_nearest_is_shown(cassettes: Cassettes) -> None:
    """Among the requests of a script the one with the fewest differences."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        far, near = get(f"{server.url}/far?a=1"), get(f"{server.url}/near?a=1")
        cassettes.record((far, step(call=1)), (near, step(call=2)))
    with pytest.raises(RecordingMismatchError) as caught:
        cassettes.replay((get(f"{server.url}/near?a=2"), step(call=1)))

    assert [str(difference) for difference in caught.value.differences] == ["query a: recorded 1, now 2"]


def test_every_failure_is_remembered(cassettes: Cassettes) -> None:
    """A script can swallow the failure of its own request; the run still knows of it."""
    with cassettes.run("none") as transport:
        with pytest.raises(NoRecordingError) as caught:
            transport.send(get("http://localhost/a"), OPTIONS, step(call=1))

        assert transport.failures == (caught.value,)


def test_recordings_that_nobody_asked_for_are_found(cassettes: Cassettes) -> None:
    """Those of the steps that were to run, or all: then also those of requests that are no longer there."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        request = get(f"{server.url}/a")
        keys = [step("Me"), step("Me", call=1), step("You"), step("Gone")]
        cassettes.record(*((request, key) for key in keys))
    with cassettes.run("none") as transport:
        transport.send(request, OPTIONS, step("Me"))
        selected = [(one.path[-1], one.call) for one in transport.unplayed([step("Me"), step("You")])]
        everything = [one.path[-1] for one in transport.unplayed()]
        error = transport.unplayed_error([step("Me")])

    assert [("Me", 1), ("You", 0)] == selected
    assert ["Gone", "Me", "You"] == everything
    assert error is not None
    assert error.what.splitlines()[0] == "one recording was not played"
    assert f"users / Me, further request 1: GET {server.url}/a" in error.what
    assert "--record rewrite --folder users/Me" in error.fix


def test_a_recording_that_did_not_match_is_told_once(cassettes: Cassettes) -> None:
    """It was not played, but that it was found wanting has been said."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        cassettes.record((get(f"{server.url}/a"), step()))
    with cassettes.run("none") as transport:
        with pytest.raises(RecordingMismatchError):
            transport.send(get(f"{server.url}/b"), OPTIONS, step())

        assert transport.unplayed_error() is None


def test_a_request_of_no_step_is_not_replayed(cassettes: Cassettes) -> None:
    """There is nothing to find it by."""
    with cassettes.run("none") as transport, pytest.raises(CassetteError, match="belongs to no request"):
        transport.send(get("http://localhost/a"), OPTIONS)


def test_two_replays_are_the_same(cassettes: Cassettes) -> None:
    """Down to the times, and so are the values that requests are made with."""
    with serving(counting()) as server:  # type: ignore[arg-type]
        request = get(f"{server.url}/a")
        with cassettes.run("once") as transport:
            live = transport.randomness(step())
            transport.send(request, OPTIONS, step())
    drawn = []
    for _ in range(2):
        with cassettes.run("none") as transport:
            trip = transport.send(request, OPTIONS, step())
            source = transport.randomness(step())
            drawn.append((trip, source.uuid4(), source.time()))
            assert source.uuid4() != transport.randomness(step(occurrence=1)).uuid4()

    assert drawn[0] == drawn[1]
    assert (live.uuid4(), live.time()) == drawn[0][1:]
    assert json.dumps(drawn[0][2]).endswith(".0")
