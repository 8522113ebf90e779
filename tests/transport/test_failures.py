"""What goes wrong on the way is told by Node's codes, with the request, and with a way out."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.servers import Peer, Talk, cutting, dripping, fixed, free_port, response, serving, silent

from paceline.errors import RequestError
from paceline.model.exchange import HttpRequest, SendOptions
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

OPTIONS = SendOptions(timeout=2)
SHORT = SendOptions(timeout=0.2)


@contextmanager
def failing(code: str) -> Iterator[list[RequestError]]:
    """Expect an error of this code, which comes with advice; gives it to who wants to see more."""
    told: list[RequestError] = []
    with pytest.raises(RequestError) as caught:
        yield told
    told.append(caught.value)
    assert code == caught.value.code, caught.value
    assert caught.value.fix


def test_nobody_listens(transport: LiveTransport) -> None:
    """A refused connection names method and address, but neither user nor password."""
    port = free_port()

    with failing("ECONNREFUSED") as told:
        transport.send(HttpRequest("PUT", f"http://me:secret@127.0.0.1:{port}/x"), OPTIONS)

    assert f"PUT http://127.0.0.1:{port}/x: 127.0.0.1:{port} refused the connection" == told[0].what
    assert "secret" not in str(told[0])


def test_nobody_listens_on_localhost(transport: LiveTransport) -> None:
    """Neither by IPv6 nor by IPv4."""
    with failing("ECONNREFUSED"):
        transport.send(HttpRequest("GET", f"http://localhost:{free_port()}/"), OPTIONS)


def test_an_unknown_host(transport: LiveTransport) -> None:
    """A host that cannot be looked up is told by name, whether it does not exist or the name server is away."""
    with pytest.raises(RequestError, match=r"'no-such-host\.invalid' is not known") as caught:
        transport.send(HttpRequest("GET", "http://no-such-host.invalid/"), OPTIONS)

    assert caught.value.code in ("ENOTFOUND", "EAI_AGAIN")


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test", ".test"])
def test_an_impossible_host(transport: LiveTransport, host: str) -> None:
    """A host that no name server can know is not known."""
    with failing("ENOTFOUND"):
        transport.send(HttpRequest("GET", f"http://{host}/"), OPTIONS)


def test_no_address(transport: LiveTransport) -> None:
    """What is no address is not sent."""
    with failing("EINVALIDURL") as told:
        transport.send(HttpRequest("GET", "{{base_url}}/x"), OPTIONS)

    assert "GET '{{base_url}}/x'" in told[0].what


def test_a_header_that_cannot_be_sent(transport: LiveTransport) -> None:
    """A line break in a header reaches nobody, and the error names the header."""
    with serving(fixed(response())) as server:
        with failing("ERR_INVALID_CHAR") as told:
            transport.send(HttpRequest("GET", server.url, (("X-A", "1\r\nX-Evil: 1"),)), OPTIONS)

        assert "X-A" in told[0].what
        assert [] == server.requests


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        pytest.param(silent(), "ESOCKETTIMEDOUT", id="no answer"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500), "ESOCKETTIMEDOUT", id="dripping headers"),
        pytest.param(dripping(response(body=b"x" * 500)), "ESOCKETTIMEDOUT", id="a dripping body"),
        pytest.param(
            dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 200),
            "ESOCKETTIMEDOUT",
            id="dripping chunks",
        ),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500), "ESOCKETTIMEDOUT", id="a drip without end"),
        pytest.param(
            dripping(b"HTTP/1.1 100 Continue\r\n\r\n" * 40), "ESOCKETTIMEDOUT", id="interim responses without end"
        ),
    ],
)
def test_the_time_out_covers_the_whole_exchange(transport: LiveTransport, talk: Talk, code: str) -> None:
    """A server cannot put off the end by sending a little again and again."""
    with serving(talk) as server, failing(code) as told:
        transport.send(HttpRequest("GET", server.url), SHORT)

    assert "within 0.2 s" in told[0].what
    assert "--timeout-request" in told[0].fix


def test_the_time_out_covers_redirects(transport: LiveTransport) -> None:
    """The hops of a trip share its time."""

    def hesitant(peer: Peer) -> None:
        while peer.request():
            peer.wait(0.08)
            peer.send(response(302, [("Location", "/again")]))

    with serving(hesitant) as server, failing("ESOCKETTIMEDOUT"):
        transport.send(HttpRequest("GET", server.url), SHORT)


def test_a_body_that_nobody_takes(transport: LiveTransport) -> None:
    """The time-out holds while sending, too."""

    def deaf(peer: Peer) -> None:
        peer.wait(5)

    with serving(deaf) as server, failing("ESOCKETTIMEDOUT"):
        transport.send(HttpRequest("POST", server.url, (), bytes(50_000_000)), SHORT)


def test_no_time_out(transport: LiveTransport) -> None:
    """None and 0 wait as long as it takes."""
    with serving(dripping(response(body=b"late"), 0.001)) as server:
        for timeout in (None, 0):
            answer = transport.send(HttpRequest("GET", server.url), SendOptions(timeout=timeout)).response
            assert b"late" == answer.body
            transport.close()


def test_a_handshake_without_end(transport: LiveTransport) -> None:
    """A server that does not come to TLS was not connected to."""
    with serving(silent()) as server, failing("ETIMEDOUT"):
        transport.send(HttpRequest("GET", server.url.replace("http:", "https:")), SHORT)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="at once"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-A", id="in the headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", id="in the body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", id="in a chunk"),
    ],
)
def test_an_answer_that_is_cut_off(transport: LiveTransport, data: bytes) -> None:
    """Half an answer is none."""
    with serving(cutting(data)) as server, failing("ECONNRESET") as told:
        transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert f"GET {server.url}: the server closed the connection" in told[0].what
    assert 1 == len(server.requests)


def test_a_connection_that_is_reset(transport: LiveTransport) -> None:
    """A server may also hang up without the usual politeness."""

    def rude(peer: Peer) -> None:
        peer.request()
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with serving(rude) as server, failing("ECONNRESET"):
        transport.send(HttpRequest("GET", server.url), OPTIONS)


def test_post_is_not_repeated(transport: LiveTransport) -> None:
    """When a kept connection breaks under a POST, nobody knows whether it was acted on: the user decides."""

    def once(peer: Peer) -> None:
        peer.request()
        peer.send(response())
        peer.request()

    with serving(once) as server:
        transport.send(HttpRequest("POST", server.url), OPTIONS)
        with failing("ECONNRESET"):
            transport.send(HttpRequest("POST", server.url), OPTIONS)

    assert 2 == len(server.requests)


def test_garbage(transport: LiveTransport) -> None:
    """An answer that is not HTTP is shown."""
    with serving(cutting(b"220 mail.test ESMTP\r\n")) as server, failing("EPROTO") as told:
        transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert "220 mail.test ESMTP" in told[0].what


def test_a_lie_about_gzip(transport: LiveTransport) -> None:
    """A body that is not coded as its header says is told as such."""
    talk = fixed(response(200, [("Content-Encoding", "gzip")], b"plain"))
    with serving(talk) as server, failing("EDECODE") as told:
        transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert "is not gzip, as its header says" in told[0].what


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param([], bytes(1001), id="as transferred"),
        pytest.param([("Content-Encoding", "gzip")], gzip.compress(bytes(100_000)), id="after decoding"),
    ],
)
def test_a_limit_on_bodies(headers: list[tuple[str, str]], body: bytes) -> None:
    """Memory can be protected against a body without measure."""
    transport = LiveTransport(CookieJar(), trust_env=False, max_response_bytes=1000)

    with serving(fixed(response(200, headers, body))) as server, failing("ERESPONSETOOLARGE"):
        transport.send(HttpRequest("GET", server.url), OPTIONS)
    transport.close()


def test_a_failure_leaves_no_trace(transport: LiveTransport) -> None:
    """After a failure the next request to the same host begins afresh."""
    answers = [b"nonsense", response(200, [("Content-Encoding", "br")], b"lie"), response(body=b"fine")]

    def changing(peer: Peer) -> None:
        if peer.request():
            peer.send(answers[len(peer.server.requests) - 1])

    with serving(changing) as server:
        with failing("EPROTO"):
            transport.send(HttpRequest("GET", server.url), OPTIONS)
        with failing("EDECODE"):
            transport.send(HttpRequest("GET", server.url), OPTIONS)
        assert b"fine" == transport.send(HttpRequest("GET", server.url), OPTIONS).response.body


def test_tls_spoken_to_as_http(transport: LiveTransport) -> None:
    """http:// to a TLS port gets advice, if the server answers by TLS."""
    with serving(cutting(b"\x15\x03\x03\x00\x02\x02\x46")) as server, failing("EPROTO") as told:
        transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert "https://" in told[0].fix


def test_http_spoken_to_as_tls(transport: LiveTransport) -> None:
    """https:// to a port without TLS is told as such."""

    def puzzled(peer: Peer) -> None:
        peer.socket.recv(1)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(puzzled) as server, failing("EPROTO") as told:
        transport.send(HttpRequest("GET", server.url.replace("http:", "https:")), OPTIONS)

    assert "no TLS with" in told[0].what
