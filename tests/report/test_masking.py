"""What a mask learns from a run, and how it hides it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.report.building import Run, entry, folder, shop, trip

from paceline.engine.events import ItemFinished
from paceline.model.exchange import Cookie, Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import ConsoleMessage, ScriptCall
from paceline.model.variables import Variable, VariableSet
from paceline.report.masking import Mask


def tell_mask(mask: Mask, run: Run, **left: Any) -> None:
    for event in run.events(**left):
        mask.observe(event)


def mask_of(run: Run, **left: Any) -> Mask:
    mask = Mask()
    tell_mask(mask, run, **left)
    return mask


def environment(*variables: Variable) -> VariableSet:
    return VariableSet("local", variables)


# --- Learning ---


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        pytest.param(Variable("plain", "hunter2", "secret"), "is hunter2", "is ********", id="declared secret"),
        pytest.param(Variable("plain", "admin", "secret"), "is admin", "is ********", id="declared, a common word"),
        pytest.param(Variable("api_key", "k-123456"), "is k-123456", "is ********", id="a telling name"),
        pytest.param(Variable("token", {"v": ["k-123456"]}), "is k-123456", "is ********", id="within an object"),
        pytest.param(Variable("password", 48291345), "is 48291345", "is ********", id="a number"),
        pytest.param(
            Variable("base_url", "http://eve:hunter2@a.test"), "is hunter2", "is ********", id="in an address"
        ),
        pytest.param(Variable("token", "k-1", enabled=False), "is k-1", "is k-1", id="too short to be looked for"),
        pytest.param(Variable("user_id", "u-123456"), "is u-123456", "is u-123456", id="no secret"),
        pytest.param(Variable("token", "{{other}}"), "is {{other}}", "is {{other}}", id="a template"),
    ],
)
def test_variables(variable: Variable, text: str, expected: str) -> None:
    """Values of variables that are declared secret or named like one are hidden wherever they turn up."""
    assert expected == mask_of(Run([shop(entry())], environment=environment(variable))).text(text)


def test_variables_of_every_scope() -> None:
    """Environment, globals and collections; also what scripts left in them."""
    collection = shop(entry(), variable=[{"key": "apiKey", "value": "of-collection"}])
    run = Run([collection], globals=VariableSet("globals", (Variable("token", "of-globals"),), "globals"))
    mask = mask_of(run, environment=environment(Variable("session_id", "of-script")))

    assert "******** ******** ********" == mask.text("of-collection of-globals of-script")


def test_authorization_written_in_a_collection() -> None:
    """Parameters of auth, wherever the collection has it."""
    bearer = {"type": "bearer", "bearer": [{"key": "token", "value": "of-collection"}]}
    basic = {
        "type": "basic",
        "basic": [{"key": "username", "value": "evelyn"}, {"key": "password", "value": "of-folder"}],
    }
    key = {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": "of-request"}]}
    inner = {"name": "Orders", "auth": basic, "item": [entry(auth=key)]}
    mask = mask_of(Run([shop(inner, auth=bearer)]))

    assert "******** ******** ********" == mask.text("of-collection of-folder of-request")
    assert "evelyn X-Key" == mask.text("evelyn X-Key")


@pytest.mark.parametrize(
    "sent",
    [
        HttpRequest("GET", "http://a.test/", (("x-shop", "k-12345"),)),
        HttpRequest("GET", "http://a.test/?a=1&X-Shop=k%2D12345"),
    ],
    ids=["header", "query"],
)
def test_api_keys_by_the_name_that_auth_gives_them(sent: HttpRequest) -> None:
    """The key is found in what was sent, also when the auth is inherited and its value comes from some variable."""
    key = {"type": "apikey", "apikey": [{"key": "key", "value": "X-Shop"}, {"key": "value", "value": "{{shop}}"}]}
    run = Run([shop({"name": "Orders", "auth": key, "item": [entry()]})])
    run.add(trip=trip(request=sent))

    assert "is ********" == mask_of(run).text("is k-12345")


@pytest.mark.parametrize(
    ("request_", "secret"),
    [
        pytest.param(HttpRequest("GET", "http://a.test/?api_key=k%2F12345"), "k/12345", id="query"),
        pytest.param(HttpRequest("GET", "http://eve:hunter2@a.test/"), "hunter2", id="password of an address"),
        pytest.param(HttpRequest("GET", "http://ghp12345@a.test/"), "ghp12345", id="token of an address"),
        pytest.param(HttpRequest("GET", "/", (("X-Api-Key", "k-12345"),)), "k-12345", id="key by header name"),
        pytest.param(HttpRequest("GET", "/", (("Authorization", "Bearer k-12345"),)), "k-12345", id="bearer"),
        pytest.param(HttpRequest("GET", "/", (("Authorization", "Basic ZTpodW50ZXIy"),)), "hunter2", id="basic"),
        pytest.param(HttpRequest("GET", "/", (("Cookie", "a=b; sid=k123456789"),)), "k123456789", id="cookie"),
        pytest.param(HttpRequest("GET", "/", (("Referer", "http://a.test/?token=k-12345"),)), "k-12345", id="referer"),
        pytest.param(HttpRequest("POST", "/", (), b'{"a":{"password":"hunter2"}}'), "hunter2", id="JSON"),
        pytest.param(HttpRequest("POST", "/", (), b"a=1&password=hunter%2F2"), "hunter/2", id="form"),
    ],
)
def test_requests(request_: HttpRequest, secret: str) -> None:
    """What a request sends under a telling name is hidden everywhere else, whoever sent it and with what success."""
    main = Run([shop(entry())])
    main.add(trip=trip(request=request_))
    script = Run([shop(entry())])
    script.add(calls=(ScriptCall(request_),))
    unanswered = Run([shop(entry())])
    unanswered.add(outgoing=request_)

    assert ["is ********"] * 3 == [mask_of(run).text(f"is {secret}") for run in (main, script, unanswered)]


@pytest.mark.parametrize(
    ("headers", "body", "secret"),
    [
        pytest.param((("Set-Cookie", "sid=k123456789; Path=/"),), b"", "k123456789", id="cookie"),
        pytest.param((("X-Auth-Token", "k-12345"),), b"", "k-12345", id="header"),
        pytest.param((("Location", "/?code=1&access_token=k-12345"),), b"", "k-12345", id="location"),
        pytest.param((), b'{"data":[{"refresh_token":"k-12345"}]}', "k-12345", id="JSON"),
        pytest.param((), b'{"data":[{"refresh_token":"k-12345"', "k-12345", id="broken JSON"),
        pytest.param((), b"<r><Token>k-12345</Token></r>", "k-12345", id="XML"),
    ],
)
def test_responses(headers: tuple[tuple[str, str], ...], body: bytes, secret: str) -> None:
    """What comes back under a telling name is hidden everywhere else; on every hop."""
    answer = HttpResponse(302, "Found", headers, body)
    run = Run([shop(entry())])
    request = HttpRequest("GET", "http://a.test/")
    run.add(trip=Trip((Exchange(request, answer), Exchange(request, HttpResponse(200)))))

    assert "is ********" == mask_of(run).text(f"is {secret}")


def test_cookies_that_say_nothing() -> None:
    """The value of `theme=dark` is hidden as a cookie, but the word is not a secret."""
    run = Run([shop(entry())])
    run.add(trip=trip(cookies=(Cookie("theme", "dark", "a.test"), Cookie("sid", "k123456789", "a.test"))))

    assert "dark ********" == mask_of(run).text("dark k123456789")


def test_attributes_of_a_cookie_are_no_secrets() -> None:
    """Only the first pair of Set-Cookie is the cookie."""
    run = Run([shop(entry())])
    run.add(trip=trip(headers=(("Set-Cookie", "sid=k123456789; Domain=shop01.example.test; Path=/area51-north"),)))

    assert "shop01.example.test /area51-north ********" == mask_of(run).text(
        "shop01.example.test /area51-north k123456789"
    )


def test_what_was_shown_before_is_hidden_once_it_is_known() -> None:
    """A mask remembers texts without secrets only until it learns another one."""
    run = Run([shop(entry())])
    run.add(trip=trip(b'{"token": "k-12345"}'))
    mask = Mask()

    assert "is k-12345" == mask.text("is k-12345")
    tell_mask(mask, run)
    assert "is ********" == mask.text("is k-12345")


def test_console_values() -> None:
    """An object that a script logs tells secrets by its names."""
    run = Run([shop(entry())])
    run.add(console=(ConsoleMessage("log", ("user", {"a": [{"password": "hunter2"}]})),))

    assert "is ********" == mask_of(run).text("is hunter2")


def test_failures_of_an_interrupted_run() -> None:
    """The list at the end brings results whose own event an interruption kept back; their secrets are known too."""
    run = Run([shop(entry())])
    run.add(trip=trip(b'{"token":"k-12345"}'), error=None, tests=())
    run.add(outgoing=HttpRequest("GET", "http://a.test/?token=k-67890"), error=_refused())
    mask = Mask()
    for event in run.events():
        if not isinstance(event, ItemFinished):
            mask.observe(event)

    assert "k-12345 ********" == mask.text("k-12345 k-67890")


def _refused() -> Any:
    from paceline.errors import RequestError

    return RequestError("refused")


# --- Hiding ---


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Authorization", "Bearer abc", "Bearer ********"),
        ("authorization", "Basic YTpi", "Basic ********"),
        ("Authorization", 'Digest username="u", response="r"', "Digest ********"),
        ("Authorization", "abc", "********"),
        ("Authorization", "Bearer {{token}}", "Bearer {{token}}"),
        ("Proxy-Authorization", "Basic YTpi", "Basic ********"),
        ("X-Api-Key", "abc", "********"),
        ("Cookie", "a=b; sid=x", "a=********; sid=********"),
        ("Set-Cookie", "sid=x; Path=/; HttpOnly", "sid=********; Path=/; HttpOnly"),
        ("Location", "http://eve:pw@a.test/?token=x&page=2", "http://********:********@a.test/?token=********&page=2"),
        ("Postman-Token", "7f9c", "7f9c"),
        ("Access-Control-Allow-Credentials", "true", "true"),
        ("Content-Type", "application/json", "application/json"),
    ],
)
def test_headers(name: str, value: str, expected: str) -> None:
    """Of a credential its scheme stays, of cookies their names; all else only where it holds a secret."""
    assert ((name, expected),) == Mask().headers(((name, value),))


def test_bodies_keep_their_bytes_around_a_secret() -> None:
    """JSON stays JSON, and bytes that are no text stay what they are."""
    assert b'{"token":"********",\n "a":"\xff"}' == Mask().body(b'{"token":"x",\n "a":"\xff"}')
    assert b"\x00\xff binary" == Mask().body(b"\x00\xff binary")


def test_an_address_and_a_mail() -> None:
    """What stands before an `@` further on is no user."""
    text = "see http://a.test or http://b.test:80/x, and mail eve@a.test"

    assert text == Mask().text(text)


def test_known_values_come_before_names() -> None:
    """A value that seems to end at a blank is hidden whole, and a number in JSON becomes a text."""
    run = Run([shop(entry())], environment=environment(Variable("password", "a b-c 12"), Variable("otp", "482913")))
    mask = mask_of(run)

    assert "http://a.test/?token=******** d" == mask.text("http://a.test/?token=a b-c 12 d")
    assert b'{"id":"********", "ids":["********",1], "t":"x ********"}' == mask.body(
        b'{"id":482913, "ids":[-482913,1], "t":"x 482913"}'
    )
    assert b'{"n":482913.5}' == mask.body(b'{"n":482913.5}')


def test_data_of_a_collection() -> None:
    """Entries with a key and a value, API keys, users of addresses, cookies and literals of scripts are understood."""
    data = {
        "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": "k"}]},
        "url": {"auth": {"user": "eve", "password": "pw"}, "query": [{"key": "token", "value": "t"}]},
        "header": [{"key": "Authorization", "value": "Bearer b"}, {"key": "Cookie", "value": "a=b"}],
        "variable": [{"key": "v", "value": "s", "type": "secret"}, {"key": "w", "value": "{{token}}", "type": "any"}],
        "response": [{"cookie": [{"name": "theme", "value": "dark"}], "body": '{"password":"pw"}'}],
        "event": [{"script": {"exec": ['const password = "pw";', "token=json.token"]}}],
    }
    hidden = "********"

    assert {
        "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": hidden}]},
        "url": {"auth": {"user": hidden, "password": hidden}, "query": [{"key": "token", "value": hidden}]},
        "header": [{"key": "Authorization", "value": "Bearer ********"}, {"key": "Cookie", "value": "a=********"}],
        "variable": [
            {"key": "v", "value": hidden, "type": "secret"},
            {"key": "w", "value": "{{token}}", "type": "any"},
        ],
        "response": [{"cookie": [{"name": "theme", "value": hidden}], "body": '{"password":"********"}'}],
        "event": [{"script": {"exec": ['const password = "********";', "token=json.token"]}}],
    } == Mask().data(data)


def test_numbers_in_data() -> None:
    """Only those that are secrets are hidden, however often they come."""
    mask = mask_of(Run([shop(entry())], environment=environment(Variable("otp", 482913))))

    assert [[1, 2.5, "********", True, None]] * 2 == [mask.data([1, 2.5, 482913, True, None]) for _ in range(2)]


def test_data_of_any_depth() -> None:
    """What is nested deeper than anybody reads is left out rather than let through or tripped over."""
    deep: Any = "hunter2"
    for _ in range(5000):
        deep = [deep]

    assert "hunter2" not in json.dumps(Mask().data(deep))


def test_variables_keep_their_types() -> None:
    """Only secret values are replaced, in objects each text and number; null and booleans tell nothing."""
    variables = environment(
        Variable("page", 2), Variable("token", {"v": "x", "n": 1, "b": True}), Variable("s", "x", "secret")
    )

    assert [2, {"v": "********", "n": "********", "b": True}, "********"] == [
        variable.value for variable in Mask().variables(variables).variables
    ]


def test_folders_count_once() -> None:
    """A folder of many items is looked at once; a thousand levels are no special case."""
    inner = entry()
    for _ in range(300):
        inner = folder("f", inner)

    assert "x" == mask_of(Run([shop(inner)])).text("x")
