"""Secrets never reach the disk, and a run still works without them."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cassettes import OPTIONS, Cassettes, get, is_secret, post, step
from tests.servers import Request, answering, fixed, response, serving

from paceline.model.exchange import Exchange, HttpRequest, HttpResponse
from paceline.transport.cassette_errors import RecordingMismatchError, SecretInCassetteError
from paceline.transport.cassette_library import CassetteLibrary
from paceline.transport.cassette_placeholders import is_placeholder
from paceline.transport.cassette_scrub import SecretScrubber, leaks, learn_exchange, scrubbed_exchange
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport
from paceline.transport.recording import CassetteOptions, RecordingTransport

CANARY = 'k4n/ry+"é\\&=%1 x'
SESSION = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def cassettes(tmp_path: Path) -> Cassettes:
    return Cassettes(tmp_path / "cassettes")


def _json_in_json(secret: str) -> str:
    return json.dumps({"log": json.dumps({"said": secret})})


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": json.dumps,
    "JSON beyond ASCII": lambda secret: json.dumps(secret, ensure_ascii=False),
    "JSON with escaped slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "JSON in JSON": _json_in_json,
    "URL": lambda secret: quote(secret, safe=""),
    "URL, path": quote,
    "URL in small letters": lambda secret: quote(secret, safe="").replace("%C3%A9", "%c3%a9").replace("%2F", "%2f"),
    "form": lambda secret: urlencode({"q": secret}),
    "form in a form": lambda secret: quote_plus(quote_plus(secret)),
    "HTML": html.escape,
    "Basic": lambda secret: base64.b64encode(f"eve:{secret}".encode()).decode(),
    "base64, first": lambda secret: base64.b64encode(f"{secret} and more".encode()).decode(),
    "base64, shifted": lambda secret: base64.b64encode(f"xx{secret}yy".encode()).decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(f"x{secret}".encode()).decode(),
    "base64 in a URL": lambda secret: quote(base64.b64encode(f"eve:{secret}".encode()).decode(), safe=""),
    "hex": lambda secret: secret.encode().hex(),
    "a header": lambda secret: secret.encode().decode("latin-1"),
}


def places(text: str) -> list[Exchange]:
    """A hop with the text in each of its fields in turn."""
    data = text.encode()
    url = "http://localhost/"
    return [
        Exchange(HttpRequest("GET", f"{url}{text}"), HttpResponse(200)),
        Exchange(HttpRequest("GET", f"{url}?q={text}"), HttpResponse(200)),
        Exchange(HttpRequest("GET", url, (("X-Any", f"a {text} b"),)), HttpResponse(200)),
        Exchange(HttpRequest("GET", url, (), b"a " + data + b" b"), HttpResponse(200)),
        Exchange(HttpRequest("GET", url, (), b"\xff\0" + data), HttpResponse(200)),
        Exchange(HttpRequest("GET", url), HttpResponse(200, text)),
        Exchange(HttpRequest("GET", url), HttpResponse(200, headers=(("Location", text),))),
        Exchange(HttpRequest("GET", url), HttpResponse(200, body=data)),
        Exchange(HttpRequest("GET", url), HttpResponse(200, url=text)),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_known_secret_is_hidden_in_every_form_and_place(form: str) -> None:
    """However it is written, and wherever it stands; before it was hidden the check finds it there."""
    scrubber = SecretScrubber(is_secret, {"pass": CANARY})
    for exchange in places(FORMS[form](CANARY)):
        hidden = scrubbed_exchange(exchange, scrubber)

        assert len(list(leaks(exchange, scrubber))) == 1
        assert [] == list(leaks(hidden, scrubber))
        assert "scrubbed-pass" in repr((hidden, hidden.request.body, hidden.response.body))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=20), st.sampled_from(sorted(FORMS)))
def test_any_secret_is_hidden(secret: str, form: str) -> None:
    """Whatever signs it is made of."""
    scrubber = SecretScrubber(is_secret, {"pass": secret})
    if secret.strip() not in scrubber.secrets():
        return  # all blanks or signs, which are no secret
    [hidden] = [scrubbed_exchange(exchange, scrubber) for exchange in places(FORMS[form](secret))[3:4]]

    assert hidden.request.body is not None
    assert secret.strip().encode() not in hidden.request.body.replace(b"scrubbed-pass", b"")
    assert hidden == scrubbed_exchange(hidden, scrubber)
    assert [] == list(leaks(hidden, scrubber))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param((), b'{"user": "eve", "password": "c4nary-1"}', id="JSON"),
        pytest.param((), b'{"session": {"id": "c4nary-1", "ids": ["c4nary-1"]}}', id="JSON, all below a name"),
        pytest.param((), b'[{"key": "token", "value": "c4nary-1"}]', id="JSON, entries"),
        pytest.param((), b'{"log": "{\\"password\\": \\"c4nary-1\\"}"}', id="JSON in JSON"),
        pytest.param((), b'{"password": "c4nary-1', id="JSON cut off"),
        pytest.param((), b"user=eve&password=c4nary-1", id="form"),
        pytest.param((), b'see <a href="/next?access_token=c4nary-1">', id="an address in a text"),
        pytest.param((), b"<r><password>c4nary-1</password></r>", id="XML"),
        pytest.param((), b'<input type="hidden" name="csrf_token" value="c4nary-1">', id="HTML"),
        pytest.param((), b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nc4nary-1\r\n--b--', id="part"),
        pytest.param((("Authorization", "Bearer c4nary-1"),), b"", id="bearer"),
        pytest.param((("Authorization", "Basic " + base64.b64encode(b"eve:c4nary-1").decode()),), b"", id="basic"),
        pytest.param((("X-Auth-Token", "c4nary-1"),), b"", id="a key in a header"),
        pytest.param((("Cookie", "theme=dark; session_id=c4nary-1"),), b"", id="cookie"),
        pytest.param((("Set-Cookie", "any=c4nary-1; Path=/"),), b"", id="set-cookie of any name"),
        pytest.param((("Location", "http://eve:c4nary-1@localhost/"),), b"", id="user and password of an address"),
    ],
)
def test_a_secret_is_known_by_its_name(headers: tuple[tuple[str, str], ...], body: bytes) -> None:
    """And then hidden where it stands without one, as in an earlier request."""
    scrubber = SecretScrubber(is_secret)
    earlier = Exchange(HttpRequest("GET", "http://localhost/c4nary-1"), HttpResponse(200, body=b"hello c4nary-1"))
    telling = Exchange(HttpRequest("GET", "http://localhost/", headers, body), HttpResponse(200, "", headers, body))
    learn_exchange(telling, scrubber)
    for exchange in (earlier, telling):
        hidden = scrubbed_exchange(exchange, scrubber)
        text = repr((hidden, hidden.request.body, hidden.response.body))

        assert "c4nary-1" not in text
        assert base64.b64encode(b"eve:c4nary-1").decode() not in text


def test_what_is_too_plain_to_be_found_is_hidden_in_its_own_place() -> None:
    """A password such as `password` or a PIN of three digits would be found in every text."""
    scrubber = SecretScrubber(is_secret)
    body = b'{"password": "password", "token": 123, "page": 123}'
    exchange = Exchange(HttpRequest("GET", "http://localhost/123/password", (), body), HttpResponse(200))
    learn_exchange(exchange, scrubber)
    hidden = scrubbed_exchange(exchange, scrubber).request

    assert hidden.body == b'{"password": "scrubbed-password", "token": 999, "page": 123}'
    assert hidden.url == "http://localhost/123/password"


def test_a_placeholder_is_of_the_same_kind() -> None:
    """Schemas check the form of ids, and scripts compare a session with itself."""
    scrubber = SecretScrubber(is_secret)
    uuid = "123e4567-e89b-12d3-a456-426614174000"
    body = json.dumps({"session_id": SESSION, "token": uuid, "token_number": 1234567, "secret": "some text"}).encode()
    headers = (("Set-Cookie", f"peloton_session_id={SESSION}; Path=/"),)
    exchange = Exchange(HttpRequest("POST", "http://localhost/"), HttpResponse(200, "", headers, body))
    learn_exchange(exchange, scrubber)
    hidden = scrubbed_exchange(exchange, scrubber).response
    data = json.loads(hidden.body)

    assert f"peloton_session_id={data['session_id']}; Path=/" == hidden.header("set-cookie")
    assert (32, True) == (len(data["session_id"]), int(data["session_id"], 16) > 0)
    assert [8, 4, 4, 4, 12] == [len(part) for part in data["token"].split("-")]
    assert data["token_number"] == 9999999
    assert data["secret"] == "scrubbed-secret"
    assert is_placeholder(data["session_id"])


def test_what_is_hidden_once_is_not_hidden_again() -> None:
    """Replayed placeholders pass through the scrubber of the next run unchanged."""
    body = json.dumps({"session_id": SESSION, "token": "some text", "other_token": "another"}).encode()
    exchange = Exchange(HttpRequest("POST", "http://localhost/", (), body), HttpResponse(200, body=body))
    hidden = exchange
    for _ in range(2):
        scrubber = SecretScrubber(is_secret)
        learn_exchange(hidden, scrubber)
        before, hidden = hidden, scrubbed_exchange(hidden, scrubber)

    assert before == hidden
    assert () == scrubber.secrets()


def test_a_placeholder_may_be_named_by_another_secret() -> None:
    """It is not taken for that one, or it would grow each time it is looked at."""
    scrubber = SecretScrubber(is_secret, {"user": "rider", "rider_token": "k-4711-x"})

    hidden = scrubber.text("rider k-4711-x")

    assert hidden == "scrubbed-user scrubbed-rider_token"
    assert hidden == scrubber.text(hidden)


def test_two_secrets_stay_two() -> None:
    """A script that checks that a token was renewed sees two values."""
    scrubber = SecretScrubber(is_secret)

    assert ["scrubbed-token", "scrubbed-token-2", "scrubbed-token"] == [
        scrubber.placeholder("token", value) for value in ("first one", "second one", "first one")
    ]


# --- A run that logs in ---


def api(request: Request) -> bytes:
    """Gives a session for a password, and an answer for a session; the answer repeats what was sent."""
    if request.target == "/login":
        body = json.dumps({"session_id": SESSION, "user_id": 7}).encode()
        return response(200, [("Set-Cookie", f"peloton_session_id={SESSION}; Path=/; HttpOnly")], body)
    if SESSION not in (request.header("Cookie") or ""):
        return response(401)
    said = gzip.compress(request.head + request.body)
    return response(200, [("Content-Encoding", "gzip"), ("Content-Type", "text/plain")], said)


def login(url: str, password: str = "hunter2!") -> HttpRequest:
    return post(f"{url}/login", json.dumps({"username_or_email": "eve", "password": password}).encode())


def logout(url: str, session: str) -> HttpRequest:
    return post(f"{url}/logout?s={session}", json.dumps({"session_id": session}).encode())


def recorded(cassettes: Cassettes) -> str:
    """Record a login and a logout, and give the address it went to."""
    with serving(answering(api)) as server, cassettes.run("once", {"email": "eve@example.org"}) as transport:
        trip = transport.send(login(server.url), OPTIONS, step("Login"))
        session = json.loads(trip.response.body)["session_id"]
        assert session == SESSION  # live it is the real one
        last = transport.send(logout(server.url, session), OPTIONS, step("Logout"))
        assert SESSION.encode() in last.response.body
        return server.url


def test_no_secret_reaches_the_disk(cassettes: Cassettes) -> None:
    """Neither what was sent nor what came, in no form."""
    recorded(cassettes)
    text = "".join(cassettes.texts().values())

    assert "/logout?s=5ec2e7" in text
    for secret in ("hunter2!", SESSION):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode()[:-4] not in text


def test_a_secret_of_an_answer_is_hidden_in_what_was_recorded_before(cassettes: Cassettes) -> None:
    """What is secret is often told last, and stands elsewhere without a name; so everything is stored at the end."""
    with serving(answering(api)) as server, cassettes.run("once") as transport:
        transport.send(get(f"{server.url}/of/{SESSION}"), OPTIONS, step("Nameless"))
        transport.send(login(server.url), OPTIONS, step("Login"))

    assert "/of/5ec2e7" in cassettes.texts()["users/nameless.yaml"]
    assert SESSION not in cassettes.texts()["users/nameless.yaml"]


def test_a_chain_of_requests_replays_without_secrets(cassettes: Cassettes) -> None:
    """The placeholder goes from body to script, from header to jar, and on to the next request, which then matches."""
    url = recorded(cassettes)
    with cassettes.run("none") as transport:
        trip = transport.send(login(url), OPTIONS, step("Login"))
        session = json.loads(trip.response.body)["session_id"]
        [cookie] = trip.cookies
        last = transport.send(logout(url, session), OPTIONS, step("Logout"))

    assert session == cookie.value
    assert (200, True) == (last.response.status, session.encode() in last.response.body)


@pytest.mark.parametrize("password", ["", "another one", "hunter2!"])
def test_what_is_hidden_is_not_compared(cassettes: Cassettes, password: str) -> None:
    """Whoever has another account, or none, replays all the same."""
    url = recorded(cassettes)

    assert [200] == [trip.response.status for trip in cassettes.replay((login(url, password), step("Login")))]


def test_a_failure_shows_no_secret(cassettes: Cassettes) -> None:
    """Neither the recorded one nor that of the request as it is now."""
    url = recorded(cassettes)
    changed = post(f"{url}/login?token=canary-2", b'{"password": "canary-1", "also": "canary-1"}')
    with cassettes.run("none") as transport, pytest.raises(RecordingMismatchError) as caught:
        transport.send(changed, OPTIONS, step("Login"))

    assert "canary" not in str(caught.value)
    assert 'body /also: not recorded, now "scrubbed-password"' in str(caught.value)


def test_a_login_is_sent_live_where_others_are(cassettes: Cassettes) -> None:
    """Its recording holds no session that a service would know; that recording stays as it was."""
    recorded(cassettes)
    (cassettes.folder / "users/logout.yaml").unlink()
    before = cassettes.texts()["users/login.yaml"]
    with serving(answering(api)) as server, cassettes.run("once") as transport:
        transport.send(login(server.url), OPTIONS, step("Login"))
        trip = transport.send(logout(server.url, SESSION), OPTIONS, step("Logout"))
        assert [] == transport.unplayed()

    assert trip.response.status == 200
    assert before == cassettes.texts()["users/login.yaml"]
    assert SESSION not in cassettes.texts()["users/logout.yaml"]


class Careless(SecretScrubber):
    """Knows the secrets, and hides nothing."""

    def text(self, text: str) -> str:
        return text

    def placeholder(self, name: str, value: str) -> str:
        del name
        return value


def test_what_still_holds_a_secret_is_not_saved(tmp_path: Path) -> None:
    """Nothing is written, and the error names file and field and what to do, but not the secret."""
    jar = CookieJar()
    scrubber = Careless(is_secret, {"email": "eve@example.org"})
    encoded = base64.b64encode(b"from eve@example.org to you")
    live = LiveTransport(jar, trust_env=False)
    transport = RecordingTransport(live, CassetteLibrary(tmp_path), jar, scrubber, CassetteOptions("once"))
    with serving(fixed(response(200, body=encoded))) as server:
        transport.send(get(f"{server.url}/a"), OPTIONS, step("One"))
        live.close()
    with pytest.raises(SecretInCassetteError) as caught:
        transport.save()

    assert [] == list(tmp_path.rglob("*"))
    assert str(caught.value.where) == f"{tmp_path}/users/one.yaml#/interactions/0/response/body/string"
    assert "type `secret`" in caught.value.fix
    assert "eve@" not in str(caught.value)
