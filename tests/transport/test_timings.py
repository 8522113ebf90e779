"""Where the time of a hop went. What is slow is so on purpose; no phase has to be fast."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from tests.cassettes import Cassettes, get, step
from tests.servers import Peer, Server, Talk, fixed, redirecting, response, serving, settle

from paceline.model.exchange import HttpRequest, SendOptions, Timings
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

PAUSE = 0.05
SLOW = 45  # milliseconds: clocks need not agree to the last one
OPTIONS = SendOptions(timeout=5, strict_ssl=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(fixed(response(body=b"ok"))) as server:
        yield server


def timings_of(transport: LiveTransport, request: HttpRequest) -> Timings:
    timings = transport.send(request, OPTIONS).hops[-1].timings
    assert timings is not None
    return timings


def test_a_new_connection(transport: LiveTransport, server: Server) -> None:
    """Every phase has a time, but TLS, which there is none of."""
    timings = timings_of(transport, get(server.url))

    assert not timings.reused
    assert timings.tls is None
    assert all((timings.dns, timings.connect, timings.send, timings.wait, timings.download))


def test_a_kept_connection(transport: LiveTransport, server: Server) -> None:
    """It needs no phase to come about, and says so."""
    for _ in range(2):
        timings = timings_of(transport, get(server.url))

    assert (True, None, None, None) == (timings.reused, timings.dns, timings.connect, timings.tls)
    assert all((timings.send, timings.wait, timings.download))


def test_a_kept_connection_that_was_too_old(transport: LiveTransport) -> None:
    """The connection that was made in its place counts."""

    def closing(peer: Peer) -> None:
        peer.request()
        peer.send(response(body=b"ok"))
        if peer.server.connections == 1:
            peer.request()
        else:
            while peer.request():
                peer.send(response(body=b"ok"))

    with serving(closing) as server:
        told = [timings_of(transport, get(server.url)).reused for _ in range(3)]
        settle()

    assert [False, False, True] == told


def test_a_slow_answer(transport: LiveTransport) -> None:
    """Up to its first byte a response is waited for."""

    def thinking(peer: Peer) -> None:
        while peer.request() and not peer.wait(PAUSE):
            peer.send(response(body=b"ok"))

    with serving(thinking) as server:
        assert timings_of(transport, get(server.url)).wait >= SLOW


def test_a_slow_body(transport: LiveTransport) -> None:
    """After its first byte it is downloaded."""

    def dawdling(peer: Peer) -> None:
        while peer.request():
            peer.send(response(body=b"ok")[:-1])
            peer.wait(PAUSE)
            peer.send(b"k")

    with serving(dawdling) as server:
        assert timings_of(transport, get(server.url)).download >= SLOW


def test_a_slow_reader(transport: LiveTransport) -> None:
    """A large body is sent no faster than the server takes it."""

    def reluctant(peer: Peer) -> None:
        peer.wait(PAUSE)
        while (data := peer.socket.recv(1 << 20)) and not data.endswith(b"!"):
            pass
        peer.send(response(body=b"ok"))

    body = bytes(1 << 24) + b"!"  # more than the buffers of the system hold
    with serving(reluctant) as server:
        request = HttpRequest("POST", server.url, (("Content-Length", str(len(body))),), body)

        assert timings_of(transport, request).send >= SLOW


def test_a_slow_name_server(transport: LiveTransport, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses of a host are looked up first."""
    look_up = socket.getaddrinfo

    def slowly(host: str, port: int, **options: int) -> object:
        time.sleep(PAUSE)
        return look_up(host, port, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)

    assert (timings_of(transport, get(server.url)).dns or 0) >= SLOW


def test_a_slow_handshake(transport: LiveTransport) -> None:
    """TLS has a phase of its own, on a connection that was made quickly."""
    with serving(slow_to_greet(sealed("127.0.0.1"))) as server:
        assert (timings_of(transport, get(f"https://127.0.0.1:{server.port}")).tls or 0) >= SLOW


def test_a_slow_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way through a proxy to the host is part of the connection; the handshake with the host comes after."""
    greet = slow_to_greet(sealed("shop.test"))

    def tunnel(peer: Peer) -> None:
        peer.request()
        peer.wait(PAUSE)
        peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        greet(peer)

    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        transport = LiveTransport(CookieJar())

        timings = timings_of(transport, get("https://shop.test"))
        transport.close()

    assert (timings.connect or 0) >= SLOW
    assert (timings.tls or 0) >= SLOW


def sealed(name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(name).configure_cert(context)
    return context


def slow_to_greet(context: ssl.SSLContext) -> Talk:
    """Begins TLS after a pause, then answers one request."""

    def talk(peer: Peer) -> None:
        peer.wait(PAUSE)
        with context.wrap_socket(peer.socket, server_side=True) as sock:
            inner = Peer(sock, peer.server)
            inner.request()
            inner.send(response(body=b"sealed"))

    return talk


def test_every_hop_has_its_own(transport: LiveTransport) -> None:
    """A redirect to the same host goes over the same connection."""
    with serving(redirecting({"/a": (302, "/b")})) as server:
        trip = transport.send(get(f"{server.url}/a"), OPTIONS)

    assert [False, True] == [hop.timings.reused for hop in trip.hops if hop.timings is not None]


def test_phases_make_up_the_time(transport: LiveTransport, server: Server) -> None:
    """All of them together are no longer than the response took."""
    exchange = transport.send(get(server.url), OPTIONS).hops[0]
    timings = exchange.timings
    assert timings is not None
    assert timings.dns is not None
    assert timings.connect is not None

    total = timings.dns + timings.connect + timings.send + timings.wait + timings.download
    assert 0 < total <= exchange.response.elapsed_ms


def test_a_replay_has_none(tmp_path: Path, server: Server) -> None:
    """What a recording once took says nothing of now."""
    cassettes = Cassettes(tmp_path)
    cassettes.record((get(server.url), step()))
    [played] = cassettes.replay((get(server.url), step()))

    assert played.hops[0].timings is None
