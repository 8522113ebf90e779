"""What is around bodies: status, privilege, types, headers, cookies, GraphQL's errors, page sizes, time."""

from __future__ import annotations

from typing import Any

import pytest
from tests.drift.observing import JSON, KEY, answer, told

from paceline.drift.compare import compare
from paceline.drift.facts import Lock, Observation
from paceline.drift.learning import learn

ASKED = "GET /api/list"
COOKIE = "sid=secret; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000"


def drift(before: list[Observation], now: list[Observation]) -> list[tuple[str, str, str]]:
    """The findings about answers after others were learnt from."""
    return told(compare(learn(Lock(), before), now))


def answers(count: int, *headers: tuple[str, str], first: int = 0, **more: Any) -> list[Observation]:
    """Answers that differ in their body."""
    return [answer({"id": first + n}, JSON, *headers, **more) for n in range(count)]


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        (200, 404, ("breaking", "status", "status")),
        (200, 302, ("breaking", "status", "status")),
        (200, 201, ("risky", "status", "status")),
        (200, 503, ("risky", "status", "status")),
        (200, 429, ("risky", "status", "status")),
        (200, 401, ("breaking", "privilege", "privilege")),
        (200, 403, ("breaking", "privilege", "privilege")),
        (401, 200, ("breaking", "privilege", "privilege")),
        (404, 200, ("additive", "status", "status")),
        (401, 403, ("risky", "status", "status")),
    ],
)
def test_another_status(known: int, now: int, expected: tuple[str, str, str]) -> None:
    """Success that is no more breaks; a server that is down or busy has not changed; who may ask is told as such."""
    assert drift([answer({}, status=known)], [answer({"x": 1}, status=now)]) == [expected]


def test_a_status_beside_the_known_one() -> None:
    """As long as there is success, too, a refusal may be due to the single request."""
    assert drift([answer({})], [answer({}), answer({"x": 1}, status=404)]) == [("risky", "status", "status")]


def test_another_media_type() -> None:
    """The charset alone breaks nobody."""
    assert drift([answer({})], [answer({}, ("Content-Type", "application/json; charset=utf-8"))]) == [
        ("additive", "content type", "content-type")
    ]
    assert drift([answer({})], [answer({}, ("Content-Type", "text/html"))]) == [
        ("risky", "content type", "content-type")
    ]


@pytest.mark.parametrize("body", [b"<html></html>", b'{"id": 1', b"", b"\xff\xfe\x00"])
def test_another_kind_of_body(body: bytes) -> None:
    """One finding, whatever type it calls itself."""
    assert drift([answer({"id": 1})], [answer(body, ("Content-Type", "text/html"))]) == [("breaking", "body", "body")]


def test_a_promised_header_that_is_gone() -> None:
    """Promised is what every one of a few answers had, or the answer to the same request."""
    link = ("Link", "<x>; rel=next")

    assert drift(answers(9, link), answers(9, first=10)) == [("breaking", "header", "header:link")]
    assert drift(answers(1, link, asked=ASKED), answers(1, first=1, asked=ASKED)) == [
        ("breaking", "header", "header:link")
    ]
    assert drift(answers(2, link), answers(9, first=10)) == []
    assert drift([*answers(8, link), *answers(1, first=8)], answers(9, first=10)) == []


def test_a_new_header() -> None:
    """Additive, unless it says that the route will end (RFC 8594, RFC 9745)."""
    assert drift(answers(1), answers(1, ("X-Total", "7"))) == [("additive", "new header", "header:x-total")]
    assert drift(answers(1), answers(1, ("Sunset", "Wed, 30 Jun 2027 00:00:00 GMT"))) == [
        ("risky", "new header", "header:sunset")
    ]


@pytest.mark.parametrize("name", ["Date", "ETag", "CF-Ray", "X-Amzn-Trace-Id", "X-Request-Id", "Age", "Server", "Via"])
def test_headers_of_the_way_promise_nothing(name: str) -> None:
    """They come and go with caches, proxies and the single answer."""
    assert drift(answers(9, (name, "x")), answers(9, first=10)) == []
    assert drift(answers(9), answers(9, (name, "x"))) == []


def test_a_cookie_that_is_gone() -> None:
    """Its value is never looked at."""
    before = answers(1, ("Set-Cookie", COOKIE), asked=ASKED)

    assert drift(before, answers(1, ("Set-Cookie", COOKIE.replace("secret", "other")), asked=ASKED)) == []
    assert drift(before, answers(1, asked=ASKED)) == [("breaking", "cookie", "cookie:sid")]
    assert drift(answers(1), answers(1, ("Set-Cookie", COOKIE))) == [("additive", "new cookie", "cookie:sid")]


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        ("; HttpOnly", "", "breaking"),
        ("; Secure", "", "breaking"),
        ("; SameSite=Lax", "", "breaking"),
        ("SameSite=Lax", "SameSite=None", "breaking"),
        ("SameSite=Lax", "SameSite=Strict", "risky"),
        ("Path=/", "Path=/auth", "breaking"),
        ("Max-Age=2592000", "Max-Age=600", "risky"),
        ("; Max-Age=2592000", "", "risky"),
    ],
)
def test_attributes_of_cookies(old: str, new: str, level: str) -> None:
    """Less protection and another path break; how long it lasts and more protection may."""
    changed = COOKIE.replace(old, new)

    assert drift(answers(1, ("Set-Cookie", COOKIE)), answers(1, ("Set-Cookie", changed))) == [
        (level, "cookie", "cookie:sid")
    ]


def test_cookies_of_networks_promise_nothing() -> None:
    """Those of Cloudflare and others in between are none of the API's."""
    cookies = ("Set-Cookie", "__cf_bm=x; HttpOnly"), ("Set-Cookie", "AWSALB=x")

    assert drift(answers(9, *cookies), answers(9, first=10)) == []
    assert drift(answers(9), answers(9, *cookies)) == []


def test_cookies_of_all_hops_count() -> None:
    """A redirect on the way may set them."""
    before = [Observation(KEY, 200, (JSON,), b"{}", set_cookies=(COOKIE,), subject=ASKED)]
    now = [Observation(KEY, 200, (JSON,), b"{}", set_cookies=(), subject=ASKED)]

    assert drift(before, now) == [("breaking", "cookie", "cookie:sid")]


def test_errors_of_graphql() -> None:
    """They come with status 200; beside data in some answers they are risky, in all of them nothing else is told."""
    good = [answer({"data": {"n": n}}) for n in range(3)]
    bad = [answer({"data": None, "errors": [{"message": "no"}]}), answer({"data": {"n": 9}, "errors": [{}]})]

    assert drift(good, bad) == [("breaking", "graphql", "/errors")]
    assert drift(good, [*good, *bad[1:]]) == [("risky", "graphql", "/errors")]
    assert drift([*good, *bad], bad) == []


@pytest.mark.parametrize("code", ["UNAUTHENTICATED", "FORBIDDEN"])
def test_a_refusal_of_graphql(code: str) -> None:
    """What its code says is the same as 401 or 403 elsewhere."""
    refusal = answer({"data": None, "errors": [{"message": "no", "extensions": {"code": code}}]})

    assert drift([answer({"data": {"n": 1}})], [refusal]) == [("breaking", "privilege", "/errors")]


def test_another_page_size() -> None:
    """Of the same request; another may ask for another size."""
    before = [answer({"data": [], "limit": 100, "page": 0}, asked=ASKED)]

    assert drift(before, [answer({"data": [], "limit": 10, "page": 0}, asked=ASKED)]) == [("risky", "paging", "/limit")]
    assert drift(before, [answer({"data": [], "limit": 10, "page": 0}, asked="GET /api/list?limit=10")]) == []


def timed(*milliseconds: float) -> list[Observation]:
    """Answers with the same body that took so long."""
    return [answer({}, elapsed_ms=each) for each in milliseconds]


def test_answers_that_take_longer() -> None:
    """The middle one of several by far, and nearly all of them; one slow answer is none."""
    before = timed(100, 110, 120, 130, 140)

    assert drift(before, timed(500, 510, 520, 530, 540)) == [("risky", "latency", "latency")]
    assert drift(before, timed(100, 110, 121, 131, 9000)) == []
    assert drift(before, timed(500, 510, 520)) == []
    assert drift(timed(100, 110, 120, 2000, 2100), timed(500, 510, 520, 530, 540)) == []
    assert drift(before, timed(150, 160, 170, 180, 190)) == []
    assert drift(timed(1, 1.1, 1.2, 1.3, 1.4), timed(5, 5.1, 5.2, 5.3, 5.4)) == []


def test_times_of_another_host_tell_nothing() -> None:
    """An emulator on this machine answers quicker than the service it stands for; one host may become slower."""

    def at(host: str, *milliseconds: float) -> list[Observation]:
        return [answer({}, elapsed_ms=each, host=host) for each in milliseconds]

    quick, slow = (1, 2, 3, 4, 5), (500, 510, 520, 530, 540)
    both = at("127.0.0.1", *quick) + at("api.example.org", *slow)

    assert drift(at("127.0.0.1", *quick), at("api.example.org", *slow)) == []
    assert drift(both, both) == []
    assert drift(both, at("api.example.org", *(10 * each for each in slow))) == [("risky", "latency", "latency")]
