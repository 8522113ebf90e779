"""What really goes over the wire, byte for byte."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.cassettes import Cassettes, get, step
from tests.servers import Peer, Request, Server, Talk, answering, cutting, fixed, response, serving, settle

from paceline.model.exchange import HttpRequest, HttpResponse, RefusedCookie, SendOptions
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport, complete_headers

OPTIONS = SendOptions(timeout=2)
SYSTEM = (
    ("User-Agent", "PostmanRuntime/7.39.1"),
    ("Accept", "*/*"),
    ("Cache-Control", "no-cache"),
    ("Postman-Token", "t"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Connection", "keep-alive"),
)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(fixed(response(body=b"ok"))) as server:
        yield server


def test_a_request_goes_out_as_it_is(transport: LiveTransport, server: Server) -> None:
    """Target, headers and body arrive byte for byte, with Host in Newman's place and nothing else added."""
    headers = (("x-B", "1"), ("X-a", "\xfc"), ("x-B", "2"), *SYSTEM, ("Content-Length", "3"))

    transport.send(HttpRequest("PATCH", f"{server.url}/%2f/..//a;b?q=%20+&%41=~", headers, b"a\0b"), OPTIONS)

    [request] = server.requests
    assert [
        "PATCH /%2f/..//a;b?q=%20+&%41=~ HTTP/1.1",
        "x-B: 1",
        "X-a: \xfc",
        "x-B: 2",
        "User-Agent: PostmanRuntime/7.39.1",
        "Accept: */*",
        "Cache-Control: no-cache",
        "Postman-Token: t",
        f"Host: 127.0.0.1:{server.port}",
        "Accept-Encoding: gzip, deflate, br",
        "Connection: keep-alive",
        "Content-Length: 3",
        "",
        "",
    ] == request.head.decode("latin-1").split("\r\n")
    assert b"a\0b" == request.body


def test_the_exchange_tells_what_was_sent(transport: LiveTransport, jar: CookieJar, server: Server) -> None:
    """Every header that went out is listed, in order, those of the transport too."""
    jar.store(server.url, ["a=1", "b=2"])
    request = HttpRequest("POST", f"{server.url}/x", (("X-A", "1"), *SYSTEM, ("Content-Length", "2")), b"{}")

    trip = transport.send(request, OPTIONS)

    assert server.requests[0].headers == list(trip.request.headers)
    assert ("Cookie", "a=1; b=2") == trip.request.headers[-1]
    assert (request.method, request.url, request.body) == (trip.request.method, trip.request.url, trip.request.body)


def test_a_request_without_headers(transport: LiveTransport, server: Server) -> None:
    """Not even a body makes a header: framing is for whoever composes the request."""
    transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % server.port == server.requests[0].head


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        pytest.param((("A", "1"),), [("A", "1")], id="none"),
        pytest.param((("Host", "own.test"),), [("Host", "own.test")], id="but one of the request's own stays"),
    ],
)
def test_a_request_without_host(
    transport: LiveTransport, server: Server, headers: tuple[tuple[str, str], ...], sent: list[tuple[str, str]]
) -> None:
    """As in Newman, no Host is added where that is switched off, so that a test can see what a server makes of it."""
    transport.send(HttpRequest("GET", server.url, headers), SendOptions(timeout=2, add_host=False))

    assert sent == server.requests[0].headers


@pytest.mark.parametrize(
    ("given", "cookie", "sent"),
    [
        pytest.param(
            (("A", "1"), ("Connection", "close"), ("Authorization", "Basic eA=="), ("Content-Length", "0")),
            "",
            (
                ("A", "1"),
                ("Host", "a.test:8080"),
                ("Connection", "close"),
                ("Authorization", "Basic eA=="),
                ("Content-Length", "0"),
            ),
            id="Host before the user of an address",
        ),
        pytest.param((), "", (("Host", "a.test:8080"),), id="Host alone"),
        pytest.param(
            (("A", "1"), ("Connection", "close")),
            "",
            (("A", "1"), ("Host", "a.test:8080"), ("Connection", "close")),
            id="Host stands before the last of Newman's own",
        ),
        pytest.param((("hOST", "x"), ("A", "1")), "", (("hOST", "x"), ("A", "1")), id="the user's Host stays"),
        pytest.param((("Host", "x"),), "j=1", (("Host", "x"), ("Cookie", "j=1")), id="cookies go last"),
        pytest.param(
            (("Connection", "close"), ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "3")),
            "j=1",
            (
                ("Host", "a.test:8080"),
                ("Connection", "close"),
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Content-Length", "3"),
                ("Cookie", "j=1"),
            ),
            id="also after the length of a form; Host before the type of it",
        ),
        pytest.param(
            (("Host", "x"), ("Content-Type", "multipart/form-data; boundary=b"), ("Content-Length", "3")),
            "j=1",
            (
                ("Host", "x"),
                ("Content-Type", "multipart/form-data; boundary=b"),
                ("Cookie", "j=1"),
                ("Content-Length", "3"),
            ),
            id="but before the length of a multipart form",
        ),
        pytest.param(
            (("Host", "x"), ("Content-Length", "0")),
            "j=1",
            (("Host", "x"), ("Cookie", "j=1"), ("Content-Length", "0")),
            id="and before that of nothing",
        ),
        pytest.param(
            (("cookie", "u=1"), ("Host", "x")),
            "j=1",
            (("cookie", "u=1; j=1"), ("Host", "x")),
            id="and after the user's own, in the same header",
        ),
        pytest.param(
            (("Cookie", "u=1"), ("Host", "x"), ("Cookie", "v=2")),
            "j=1",
            (("Cookie", "u=1; v=2; j=1"), ("Host", "x")),
            id="however many those are",
        ),
        pytest.param(
            (("Cookie", "u=1"), ("Host", "x")), "", (("Cookie", "u=1"), ("Host", "x")), id="nothing in the jar"
        ),
    ],
)
def test_the_headers_of_the_transport(
    given: tuple[tuple[str, str], ...], cookie: str, sent: tuple[tuple[str, str], ...]
) -> None:
    """Host and cookies have the places that Newman gives them."""
    assert sent == complete_headers(given, "a.test:8080", cookie)


def test_a_redirect_keeps_the_place_of_the_cookies() -> None:
    """As Newman does: they stand before what the redirect adds, unless the first hop had none."""
    given = (("A", "1"), ("Referer", "http://a.test/"))
    referer, host = ("Referer", "http://a.test/"), ("Host", "a.test")

    assert complete_headers(given, "a.test", "j=1", cookies_went=True) == (("A", "1"), ("Cookie", "j=1"), referer, host)
    assert complete_headers(given, "a.test", "j=1") == (("A", "1"), referer, host, ("Cookie", "j=1"))


def test_what_comes_back(transport: LiveTransport) -> None:
    """Status, reason, headers and body, decoded; sizes are told as transferred."""
    import gzip

    coded = gzip.compress(b"pedal")
    data = response(418, [("X-A", "1"), ("x-a", "2"), ("Content-Encoding", "gzip")], coded, reason="Teapot")
    with serving(fixed(data)) as server:
        answer = transport.send(HttpRequest("GET", f"{server.url}/tea"), OPTIONS).response

    assert answer.elapsed_ms > 0
    assert answer == HttpResponse(
        status=418,
        reason="Teapot",
        headers=(("X-A", "1"), ("x-a", "2"), ("Content-Encoding", "gzip"), ("Content-Length", str(len(coded)))),
        body=b"pedal",
        url=f"{server.url}/tea",
        http_version="1.1",
        elapsed_ms=answer.elapsed_ms,
        wire_bytes=len(coded),
    )


def test_codings_in_several_headers(transport: LiveTransport) -> None:
    """Several Content-Encoding headers are one list."""
    import gzip
    import zlib

    coded = gzip.compress(zlib.compress(b"pedal"))
    data = response(200, [("Content-Encoding", "deflate"), ("Content-Encoding", "gzip")], coded)
    with serving(fixed(data)) as server:
        assert b"pedal" == transport.send(HttpRequest("GET", server.url), OPTIONS).response.body


def test_a_large_body_both_ways(transport: LiveTransport) -> None:
    """Bodies larger than any buffer arrive whole."""
    large = bytes(range(256)) * 20_000
    with serving(answering(lambda request: response(200, body=request.body[::-1]))) as server:
        request = HttpRequest("PUT", server.url, (("Content-Length", str(len(large))),), large)

        assert large[::-1] == transport.send(request, OPTIONS).response.body


def test_cookies_that_are_not_kept(transport: LiveTransport) -> None:
    """Each hop tells which of its cookies the jar refused, and which older ones it deleted."""

    def respond(request: Request) -> bytes:
        if request.target == "/login":
            cookies = ["lost=1; Domain=elsewhere.test", "session=1; Path=/"]
            return response(302, [*(("Set-Cookie", cookie) for cookie in cookies), ("Location", "/home")])
        return response(200, [("set-cookie", "session=; Path=/; Max-Age=0")])

    with serving(answering(respond)) as server:
        login, home = transport.send(HttpRequest("GET", f"{server.url}/login"), OPTIONS).hops

    assert (["lost"], ()) == ([cookie.name for cookie in login.refused_cookies], login.dropped_cookies)
    assert ((), ["session"]) == (home.refused_cookies, [cookie.name for cookie in home.dropped_cookies])


def test_a_replay_tells_of_cookies_too(tmp_path: Path) -> None:
    """The jar of a replay refuses by the same rules, and for the same reasons."""
    cassettes = Cassettes(tmp_path)
    refused = [("Set-Cookie", "a=1; Domain=b.test"), ("Set-Cookie", "c=; Max-Age=0")]
    with serving(fixed(response(headers=refused))) as server:
        [recorded] = cassettes.record((get(server.url), step()))
    [played] = cassettes.replay((get(server.url), step()))

    assert ["a", "c"] == [cookie.name for cookie in played.hops[0].refused_cookies]
    assert recorded.hops[0].refused_cookies == played.hops[0].refused_cookies


def test_cookies_that_are_not_asked_for(transport: LiveTransport, jar: CookieJar) -> None:
    """A request without cookies keeps none, and that is the reason."""
    with serving(fixed(response(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "")]))) as server:
        trip = transport.send(HttpRequest("GET", server.url), SendOptions(timeout=2, use_cookies=False))

    reason = "the request keeps no cookies (protocolProfileBehavior.disableCookies)"
    assert (RefusedCookie("a", reason), RefusedCookie("", reason)) == trip.hops[0].refused_cookies
    assert 0 == len(jar)


def test_connections_are_kept(transport: LiveTransport, server: Server) -> None:
    """Requests one after another share a connection."""
    for _ in range(3):
        transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert (3, 1) == (len(server.requests), server.connections)


def test_threads_do_not_share_a_connection(transport: LiveTransport) -> None:
    """Requests at the same time each have their own connection and get their own answer."""
    with serving(answering(lambda request: response(200, body=request.target.encode()))) as server:

        def work(number: int) -> bytes:
            return transport.send(HttpRequest("GET", f"{server.url}/{number}"), OPTIONS).response.body

        with ThreadPoolExecutor(8) as pool:
            assert [f"/{number}".encode() for number in range(40)] == list(pool.map(work, range(40)))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(response(200, [("Connection", "close")], b"ok"), id="announced"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nok", id="by the close alone"),
        pytest.param(response(200, body=b"ok"), id="without a word"),
    ],
)
def test_a_connection_that_the_server_closes(transport: LiveTransport, data: bytes) -> None:
    """The next request takes a new connection."""
    with serving(cutting(data)) as server:
        for _ in range(2):
            assert b"ok" == transport.send(HttpRequest("POST", server.url), OPTIONS).response.body
            settle()

    assert (2, 2) == (len(server.requests), server.connections)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(response(200, [("Connection", "close")], b"ok"), id="one that was announced to end"),
        pytest.param(response(200, body=b"ok") + response(200, body=b"not asked for"), id="one that says too much"),
    ],
)
def test_a_connection_that_is_not_used_again(transport: LiveTransport, data: bytes) -> None:
    """A connection that must not be trusted is given up, though the server leaves it open."""
    with serving(fixed(data)) as server:
        for _ in range(2):
            assert b"ok" == transport.send(HttpRequest("POST", server.url), OPTIONS).response.body

    assert 2 == server.connections


def closing_on_the_second(peer: Peer) -> None:
    """Answers the first request of a connection and closes on the second, as after an idle time-out."""
    peer.request()
    peer.send(response(200, body=b"ok"))
    peer.request()


def test_a_connection_that_was_too_old(transport: LiveTransport) -> None:
    """A kept connection that ends just when it is used again is replaced, where repeating can do no harm."""
    with serving(closing_on_the_second) as server:
        for _ in range(2):
            assert 200 == transport.send(HttpRequest("DELETE", server.url), OPTIONS).response.status

    assert (3, 2) == (len(server.requests), server.connections)


def refusing(peer: Peer) -> None:
    """Answers before it has read the body, but reads it."""
    peer.socket.recv(1000)
    peer.send(response(413, [("Connection", "close")], b"too much"))
    peer.socket.shutdown(socket.SHUT_WR)
    while peer.socket.recv(65536):
        pass


def slamming(peer: Peer) -> None:
    """Answers before it has read the body, and resets the connection."""
    peer.socket.recv(1000)
    peer.send(response(413, [("Connection", "close")], b"too much"))


@pytest.mark.parametrize(
    "talk",
    [
        refusing,
        pytest.param(
            slamming,
            marks=pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reset discards what has arrived"),
        ),
    ],
)
def test_an_early_answer(transport: LiveTransport, talk: Talk) -> None:
    """A server that refuses a body before it has read it, and closes, is still heard."""
    large = bytes(5_000_000)
    with serving(talk) as server:
        request = HttpRequest("POST", server.url, (("Content-Length", str(len(large))),), large)

        assert 413 == transport.send(request, OPTIONS).response.status


def test_interim_responses(transport: LiveTransport) -> None:
    """`100 Continue` and early hints do not pass for the response."""
    data = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + response(201, body=b"made")
    with serving(fixed(data)) as server:
        trip = transport.send(HttpRequest("POST", server.url, (("Expect", "100-continue"),)), OPTIONS)

    assert (201, b"made") == (trip.response.status, trip.response.body)


def test_head(transport: LiveTransport) -> None:
    """The answer to HEAD has no body, whatever length it tells, and leaves the connection usable."""
    with serving(fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")) as server:
        for _ in range(2):
            assert b"" == transport.send(HttpRequest("HEAD", server.url), OPTIONS).response.body

    assert 1 == server.connections


def test_after_close(transport: LiveTransport, server: Server) -> None:
    """Closing gives back the connections."""
    transport.send(HttpRequest("GET", server.url), OPTIONS)
    transport.close()
    transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert 2 == server.connections


@pytest.mark.parametrize("name", ["localhost", "shop.localhost", "LOCALHOST"])
def test_localhost_by_ipv6_first(transport: LiveTransport, name: str) -> None:
    """`localhost` and all names below it are this machine: ::1, and 127.0.0.1 when nobody answers there."""
    with serving(fixed(response(body=b"four"))) as four:
        assert b"four" == transport.send(HttpRequest("GET", four.at(name)), OPTIONS).response.body
        transport.close()
        try:
            with serving(fixed(response(body=b"six")), host="::1", port=four.port):
                assert b"six" == transport.send(HttpRequest("GET", four.at(name)), OPTIONS).response.body
        except OSError:
            pytest.skip("this machine has no IPv6")

    assert f"{name.lower()}:{four.port}" == four.requests[0].header("Host")


def test_an_ipv6_address(transport: LiveTransport) -> None:
    """An address in brackets is connected to without them, and named with them."""
    try:
        with serving(fixed(response()), host="::1") as server:
            transport.send(HttpRequest("GET", server.url), OPTIONS)
    except OSError:
        pytest.skip("this machine has no IPv6")

    assert f"[::1]:{server.port}" == server.requests[0].header("Host")
