"""Redirects by Postman's rules."""

from __future__ import annotations

import pytest
from tests.servers import Request, answering, fixed, redirecting, response, serving

from paceline.errors import RequestError
from paceline.model.exchange import HttpRequest, SendOptions
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport
from paceline.transport.redirects import resolve

OPTIONS = SendOptions(timeout=2)
BODY = (("Content-Type", "text/x"), ("Content-Length", "2"), ("X-Key", "k"))


def request(method: str, url: str) -> HttpRequest:
    return HttpRequest(method, url, BODY, b"hi")


@pytest.mark.parametrize(
    ("method", "status", "options", "arrives"),
    [
        pytest.param("POST", 301, {}, ("GET", b""), id="301 turns POST to GET"),
        pytest.param("PUT", 302, {}, ("GET", b""), id="302 turns PUT to GET, unlike in requests"),
        pytest.param("DELETE", 303, {}, ("GET", b""), id="303 turns DELETE to GET"),
        pytest.param("HEAD", 303, {}, ("HEAD", b""), id="HEAD stays HEAD"),
        pytest.param("POST", 300, {}, ("GET", b""), id="300 with a Location is a redirect"),
        pytest.param("POST", 307, {}, ("POST", b"hi"), id="307 keeps all"),
        pytest.param("DELETE", 308, {}, ("DELETE", b"hi"), id="308 keeps all"),
        pytest.param("PUT", 301, {"follow_original_method": True}, ("PUT", b"hi"), id="and so may any, by choice"),
    ],
)
def test_method_and_body(
    transport: LiveTransport, method: str, status: int, options: dict[str, bool], arrives: tuple[str, bytes]
) -> None:
    """Every method follows; method, body and its headers stay or go together."""
    with serving(redirecting({"/a": (status, "/b")})) as server:
        trip = transport.send(request(method, f"{server.url}/a"), SendOptions(timeout=2, **options))

    first, second = server.requests
    assert (method, b"hi") == (first.line.split(" ")[0], first.body)
    assert (*arrives, "/b") == (second.line.split(" ")[0], second.body, second.target)
    assert (b"hi" == arrives[1]) is (second.header("Content-Type") is not None)
    assert "k" == second.header("X-Key")
    assert [status, 200] == [hop.response.status for hop in trip.hops]
    assert [server.requests[0].headers, server.requests[1].headers] == [list(hop.request.headers) for hop in trip.hops]


def test_a_chunked_body_leaves_nothing_behind(transport: LiveTransport) -> None:
    """With the body goes the header that says how it is sent."""
    with serving(redirecting({"/a": (302, "/b")})) as server:
        transport.send(HttpRequest("POST", f"{server.url}/a", (("Transfer-Encoding", "chunked"),), b"hi"), OPTIONS)

    first, second = server.requests
    assert b"2\r\nhi\r\n0\r\n\r\n" == first.body
    assert second.header("Transfer-Encoding") is None


def test_a_trip_tells_its_hops(transport: LiveTransport) -> None:
    """Each hop is told with its own request and response; the trip begins with the first and ends with the last."""
    with serving(redirecting({"/a": (302, "/b"), "/b": (307, "/c")})) as server:
        trip = transport.send(HttpRequest("GET", f"{server.url}/a"), OPTIONS)

    assert [f"{server.url}/{name}" for name in "abc"] == [hop.request.url for hop in trip.hops]
    assert f"{server.url}/c" == trip.response.url
    times = [hop.response.elapsed_ms for hop in trip.hops]
    assert times == sorted(times)


def test_redirects_may_be_ignored(transport: LiveTransport) -> None:
    """Without following, the redirect is the response."""
    with serving(redirecting({"/a": (302, "/b")})) as server:
        trip = transport.send(HttpRequest("GET", f"{server.url}/a"), SendOptions(follow_redirects=False))

    assert [302] == [hop.response.status for hop in trip.hops]


@pytest.mark.parametrize(
    "headers",
    [pytest.param([], id="none"), pytest.param([("Location", "")], id="an empty one")],
)
def test_without_location_there_is_no_redirect(transport: LiveTransport, headers: list[tuple[str, str]]) -> None:
    """A 3xx without Location is the response."""
    with serving(fixed(response(302, headers))) as server:
        assert 302 == transport.send(HttpRequest("GET", server.url), OPTIONS).response.status


SECRETS = (("Authorization", "Bearer t"), ("Cookie", "own=1"), ("Host", "shop.test"), ("X-Api-Key", "k"))


def test_secrets_stay_on_the_same_host(transport: LiveTransport) -> None:
    """On the same host name, even at another port, Authorization, Host and Cookie of the user are sent again."""
    with serving(fixed(response())) as target, serving(redirecting({"/a": (302, f"{target.url}/b")})) as server:
        transport.send(HttpRequest("GET", f"{server.url}/a", SECRETS), OPTIONS)

    assert [*SECRETS, ("Referer", f"{server.url}/a")] == target.requests[0].headers


def test_secrets_do_not_leave_the_host(transport: LiveTransport) -> None:
    """Another host name gets neither Authorization nor Host nor Cookie of the user; other headers stay."""
    with (
        serving(fixed(response())) as target,
        serving(redirecting({"/a": (302, f"{target.at('localhost')}/b")})) as server,
    ):
        transport.send(HttpRequest("GET", f"{server.url}/a", SECRETS), OPTIONS)

    assert [
        ("X-Api-Key", "k"),
        ("Referer", f"{server.url}/a"),
        ("Host", f"localhost:{target.port}"),
    ] == target.requests[0].headers


def test_secrets_leave_the_host_by_choice(transport: LiveTransport) -> None:
    """`followAuthorizationHeader` sends Authorization to any host."""
    options = SendOptions(timeout=2, follow_authorization=True)
    with serving(fixed(response())) as target, serving(redirecting({"/a": (302, target.at("localhost"))})) as server:
        transport.send(HttpRequest("GET", f"{server.url}/a", SECRETS), options)

    assert "Bearer t" == target.requests[0].header("Authorization")
    assert f"localhost:{target.port}" == target.requests[0].header("Host")


def test_user_and_password_in_a_location(transport: LiveTransport) -> None:
    """They go out as Basic authorization, as those of any address."""

    def respond(request: Request) -> bytes:
        host = request.header("Host")
        return response(302, [("Location", f"http://me:p%40ss@{host}/b")]) if request.target == "/a" else response()

    with serving(answering(respond)) as server:
        transport.send(HttpRequest("GET", f"{server.url}/a"), OPTIONS)

    assert "Basic bWU6cEBzcw==" == server.requests[1].header("Authorization")


def test_referer(transport: LiveTransport) -> None:
    """Each hop names the one before as Referer, in place of one that was there, without user and password."""
    with serving(redirecting({"/a?x": (302, "/b"), "/b": (302, "/c")})) as server:
        url = server.url.replace("://", "://me:secret@") + "/a?x"
        transport.send(HttpRequest("GET", url, (("referer", "mine"), ("X", "1"))), OPTIONS)

    assert ["mine", f"{server.url}/a?x", f"{server.url}/b"] == [r.header("Referer") for r in server.requests]
    assert "referer" == server.requests[1].headers[0][0]


def test_no_referer_by_choice(transport: LiveTransport) -> None:
    """`removeRefererHeaderOnRedirect` adds none."""
    with serving(redirecting({"/a": (302, "/b")})) as server:
        transport.send(HttpRequest("GET", f"{server.url}/a"), SendOptions(timeout=2, remove_referer=True))

    assert server.requests[1].header("Referer") is None


def test_cookies_on_every_hop(transport: LiveTransport, jar: CookieJar) -> None:
    """Each hop may set cookies, and sends those that belong to its own address."""

    def respond(request: Request) -> bytes:
        host = request.header("Host") or ""
        port = host.rpartition(":")[2]
        to = {"/a": "/x/b", "/x/b": f"http://localhost:{port}/c", "/c": "/d"}.get(request.target)
        headers = [("Set-Cookie", f"{request.target[-1]}=1")]
        return response(302 if to else 200, [*headers, ("Location", to)] if to else headers)

    with serving(answering(respond)) as server:
        trip = transport.send(HttpRequest("GET", f"{server.url}/a"), OPTIONS)

    assert [None, "a=1", None, "c=1"] == [request.header("Cookie") for request in server.requests]
    assert ["c", "d"] == [cookie.name for cookie in trip.cookies]
    assert ["127.0.0.1", "127.0.0.1", "localhost", "localhost"] == [cookie.domain for cookie in jar]


def test_cookies_may_be_disabled(transport: LiveTransport, jar: CookieJar) -> None:
    """Then none are sent and none are kept."""
    with serving(fixed(response(200, [("Set-Cookie", "new=1")]))) as server:
        jar.store(server.url, ["old=1"])
        transport.send(HttpRequest("GET", server.url), SendOptions(timeout=2, use_cookies=False))

    assert server.requests[0].header("Cookie") is None
    assert ["old"] == [cookie.name for cookie in jar]


@pytest.mark.parametrize(
    ("location", "url"),
    [
        pytest.param("http://b.test/x", "http://b.test/x", id="another address"),
        pytest.param("//b.test/x", "http://b.test/x", id="without scheme"),
        pytest.param("/x//../y", "http://a.test:81/x//../y", id="a path, as it is written"),
        pytest.param("c", "http://a.test:81/d/e/c", id="beside"),
        pytest.param("c/?q=../x", "http://a.test:81/d/e/c/?q=../x", id="with a query"),
        pytest.param("../c", "http://a.test:81/d/c", id="above"),
        pytest.param("../../../../c", "http://a.test:81/c", id="above the top is the top"),
        pytest.param("./c/./d/..", "http://a.test:81/d/e/c/", id="dots at the end are a folder"),
        pytest.param("?n", "http://a.test:81/d/e/f?n", id="another query"),
        pytest.param("#top", "http://a.test:81/d/e/f?q=1", id="a fragment is the same address"),
        pytest.param("/\xc3\xa9", "http://a.test:81/\xe9", id="UTF-8, as browsers read it and Newman does not"),
        pytest.param("/\xe9", "http://a.test:81/\xe9", id="Latin-1, where it cannot be UTF-8"),
    ],
)
def test_where_a_location_leads(location: str, url: str) -> None:
    """Relative addresses are resolved against the one that answered."""
    assert url == resolve("http://user@a.test:81/d/e/f?q=1", location)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        pytest.param("/a b?c d", "/a%20b?c%20d", id="blanks"),
        pytest.param("/\xc3\xa9?\xc3\xa9", "/%C3%A9?%C3%A9", id="UTF-8"),
        pytest.param("/%c3%a9%20%2f", "/%c3%a9%20%2f", id="what is encoded stays as it is"),
        pytest.param("/x#part", "/x", id="fragments are not sent"),
        pytest.param("?q", "/a?q", id="only a query"),
    ],
)
def test_a_location_is_encoded(transport: LiveTransport, location: str, target: str) -> None:
    """What cannot stand in a request line is percent-encoded as Newman does."""
    with serving(redirecting({"/a": (302, location)})) as server:
        transport.send(HttpRequest("GET", f"{server.url}/a"), OPTIONS)

    assert target == server.requests[1].target


@pytest.mark.parametrize(
    "location", ["ftp://a.test/", "javascript:alert(1)", "file:///etc/passwd", "http://", "http://a.test:x/"]
)
def test_a_location_that_cannot_be_followed(transport: LiveTransport, location: str) -> None:
    """A redirect to what is no HTTP address names it and who sent it."""
    with serving(redirecting({"/a": (302, location)})) as server, pytest.raises(RequestError) as caught:
        transport.send(HttpRequest("GET", f"{server.url}/a"), OPTIONS)

    assert "EINVALIDURL" == caught.value.code
    assert repr(location) in caught.value.what
    assert f"GET {server.url}/a" in caught.value.what


@pytest.mark.parametrize(("limit", "sent"), [(20, 21), (10, 11), (1, 2), (0, 1)])
def test_too_many_redirects(transport: LiveTransport, limit: int, sent: int) -> None:
    """A loop ends at the limit, and the error shows the way it went."""
    with serving(redirecting({"/a": (302, "/b"), "/b": (302, "/a")})) as server, pytest.raises(RequestError) as caught:
        transport.send(HttpRequest("GET", f"{server.url}/a"), SendOptions(timeout=2, max_redirects=limit))

    assert "EREDIRECT" == caught.value.code
    assert f"{server.url}/a -> " in caught.value.what
    assert "maxRedirects" in caught.value.fix
    assert sent == len(server.requests)


def test_as_many_redirects_as_allowed(transport: LiveTransport) -> None:
    """The limit itself may be reached."""
    with serving(redirecting({f"/{n}": (302, f"/{n + 1}") for n in range(10)})) as server:
        assert 11 == len(transport.send(HttpRequest("GET", f"{server.url}/0"), OPTIONS).hops)
