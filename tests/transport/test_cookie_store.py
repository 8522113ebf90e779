"""The jar as Postman's sandbox sees it: tough-cookie's Store, over JSON."""

from __future__ import annotations

import time
from typing import Any

import pytest

from paceline.model.exchange import Cookie
from paceline.transport.cookies import CookieJar

CREATED = {"creation": "2027-01-15T08:00:00.250Z", "lastAccessed": "2027-01-15T08:00:00.250Z"}
NOW = 1_800_000_000.25
FULL = {
    "key": "c",
    "value": "1",
    "expires": "2027-01-15T09:00:00.000Z",
    "domain": "a.test",
    "path": "/x",
    "secure": True,
    "httpOnly": True,
    "extensions": ["Priority=High"],
    "hostOnly": False,
    **CREATED,
    "sameSite": "lax",
}


def plain(domain: str, path: str = "/", name: str = "c") -> Cookie:
    return Cookie(name, "1", domain, path, created=NOW)


def test_a_cookie_in_full() -> None:
    """What is put comes back, every attribute of it."""
    jar = CookieJar()

    assert jar.store_call("putCookie", [FULL]) is None
    assert FULL == jar.store_call("findCookie", ["a.test", "/x", "c"])


def test_defaults_are_left_out() -> None:
    """What has tough-cookie's default value is not written."""
    jar = CookieJar([plain("a.test")])

    assert [{"key": "c", "value": "1", "domain": "a.test", "path": "/", "hostOnly": True, **CREATED}] == jar.store_call(
        "getAllCookies", []
    )


def test_no_such_cookie() -> None:
    """A search in vain gives null."""
    assert CookieJar().store_call("findCookie", ["a.test", "/", "c"]) is None


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        pytest.param(["b.a.test", "/x/y"], ["a.test/", "a.test/x", "b.a.test/"], id="domain, those above it, and path"),
        pytest.param(["b.a.test", None], ["a.test/", "a.test/x", "b.a.test/", "b.a.test/z"], id="all paths"),
        pytest.param(["a.test", "/", True], ["a.test/"], id="with tough-cookie's flag for special domains"),
        pytest.param(["", "/"], [], id="no domain"),
    ],
)
def test_find_cookies(arguments: list[Any], found: list[str]) -> None:
    """The cookies of a domain and of those above it, for a path or for all."""
    jar = CookieJar(
        [plain("a.test"), plain("a.test", "/x"), plain("b.a.test"), plain("b.a.test", "/z"), plain("c.test")]
    )

    cookies = jar.store_call("findCookies", arguments)

    assert found == [cookie["domain"] + cookie["path"] for cookie in cookies]


def test_update() -> None:
    """An update puts the new cookie in the place of the old."""
    jar = CookieJar([plain("a.test"), plain("b.test")])
    old = jar.store_call("findCookie", ["a.test", "/", "c"])

    jar.store_call("updateCookie", [old, {**old, "value": "2"}])

    assert ["2", "1"] == [cookie.value for cookie in jar]


@pytest.mark.parametrize(
    ("method", "arguments", "left"),
    [
        pytest.param("removeCookie", ["a.test", "/", "c"], ["a.test/x", "b.a.test/"], id="one"),
        pytest.param(
            "removeCookie", ["a.test", "/", "d"], ["a.test/", "a.test/x", "b.a.test/"], id="none of this name"
        ),
        pytest.param("removeCookies", ["a.test", "/x"], ["a.test/", "b.a.test/"], id="those of a path"),
        pytest.param("removeCookies", ["a.test", None], ["b.a.test/"], id="those of a domain, not of those below"),
        pytest.param("removeAllCookies", [], [], id="all"),
    ],
)
def test_remove(method: str, arguments: list[Any], left: list[str]) -> None:
    """Cookies go one by one or together."""
    jar = CookieJar([plain("a.test"), plain("a.test", "/x"), plain("b.a.test")])

    assert jar.store_call(method, arguments) is None
    assert left == [cookie.domain + cookie.path for cookie in jar]


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"expires": "Infinity"}, None, id="for ever"),
        pytest.param({"maxAge": "Infinity"}, None, id="an age without end"),
        pytest.param({"maxAge": 60, "expires": "1999-01-01T00:00:00.000Z"}, 60, id="age goes before date"),
        pytest.param({"maxAge": 0}, -1, id="no age"),
        pytest.param({"maxAge": "-Infinity"}, -1, id="long over"),
    ],
)
def test_lifetimes(lifetime: dict[str, Any], seconds: float | None) -> None:
    """A script's maxAge counts from now; ages of 0 and less are over."""
    jar = CookieJar()

    jar.store_call("putCookie", [{"key": "c", "domain": "a.test", "creation": "1999-01-01T00:00:00.000Z", **lifetime}])

    [cookie] = jar
    if seconds is None or cookie.expires is None:
        assert (seconds, cookie.expires) == (None, None)
    else:
        assert min(cookie.expires - time.time(), 60) == pytest.approx(seconds, abs=5) or cookie.expires == 0.0


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        pytest.param("dropCookies", [], "findCookie", id="an unknown method"),
        pytest.param("findCookie", ["a.test"], "3 arguments, not 1", id="too few arguments"),
        pytest.param("putCookie", ["c=1"], "must be an object", id="a cookie that is none"),
        pytest.param("putCookie", [{"key": "c"}], "domain", id="a cookie without domain"),
        pytest.param("putCookie", [{"domain": "a.test", "expires": "soon"}], "expires", id="no time"),
    ],
)
def test_what_a_script_may_not_ask(method: str, arguments: list[Any], words: str) -> None:
    """A call that means nothing is refused in words that a script can show."""
    with pytest.raises(ValueError, match=words):
        CookieJar().store_call(method, arguments)
