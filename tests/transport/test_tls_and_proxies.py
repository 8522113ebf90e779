"""Certificates and proxies."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.servers import Peer, Server, Talk, answering, fixed, free_port, response, serving

from paceline.errors import FileError, RequestError
from paceline.model.exchange import HttpRequest, SendOptions
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

OPTIONS = SendOptions(timeout=2)
UNCHECKED = SendOptions(timeout=2, strict_ssl=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("certificates") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without proxies and certificates."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def server_context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def shop(authority: trustme.CA) -> Iterator[Server]:
    """A TLS server for 127.0.0.1 whose authority nobody knows."""
    with serving(fixed(response(body=b"sealed")), tls=server_context(authority, "127.0.0.1", "localhost")) as server:
        yield server


def test_an_unknown_authority(transport: LiveTransport, shop: Server) -> None:
    """A certificate of unknown origin is refused, with advice on both ways out."""
    with pytest.raises(RequestError) as caught:
        transport.send(HttpRequest("GET", shop.url), OPTIONS)

    assert "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" == caught.value.code
    assert "-k" in caught.value.fix
    assert "--ssl-extra-ca-certs" in caught.value.fix


def test_unchecked(transport: LiveTransport, shop: Server) -> None:
    """Without strict SSL any certificate will do, without a warning, and checks of others go on."""
    assert b"sealed" == transport.send(HttpRequest("GET", shop.url), UNCHECKED).response.body
    with pytest.raises(RequestError):
        transport.send(HttpRequest("GET", shop.url), OPTIONS)


def test_a_known_authority(shop: Server, bundle: str) -> None:
    """A bundle adds authorities to trust; connections are kept as without TLS."""
    transport = LiveTransport(CookieJar(), ca_bundle=bundle, trust_env=False)
    before = shop.connections

    for _ in range(2):
        assert b"sealed" == transport.send(HttpRequest("GET", shop.url), OPTIONS).response.body

    transport.close()
    assert 1 == shop.connections - before


def test_a_folder_of_authorities(environment: pytest.MonkeyPatch, shop: Server, tmp_path: Path, bundle: str) -> None:
    """The variable may name a folder of certificates; an empty one trusts only whom a bundle adds."""
    environment.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    distrustful, trusting = LiveTransport(CookieJar()), LiveTransport(CookieJar(), ca_bundle=bundle)

    with pytest.raises(RequestError, match="cannot be trusted"):
        distrustful.send(HttpRequest("GET", shop.url), OPTIONS)
    assert b"sealed" == trusting.send(HttpRequest("GET", shop.url), OPTIONS).response.body

    distrustful.close()
    trusting.close()


def test_tls_that_breaks(transport: LiveTransport, authority: trustme.CA) -> None:
    """Bytes in the midst of a TLS connection that are none of it are told as such."""

    def stumbling(peer: Peer) -> None:
        peer.request()
        os.write(peer.socket.fileno(), b"HTTP/1.1 200 in the clear\r\n\r\n")

    context = server_context(authority, "127.0.0.1")
    with serving(stumbling, tls=context) as server, pytest.raises(RequestError) as caught:
        transport.send(HttpRequest("GET", server.url), UNCHECKED)

    assert "EPROTO" == caught.value.code


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_an_authority_of_the_environment(
    shop: Server, bundle: str, environment: pytest.MonkeyPatch, variable: str
) -> None:
    """The variables that `requests` knows are known."""
    environment.setenv(variable, bundle)
    transport = LiveTransport(CookieJar())

    assert b"sealed" == transport.send(HttpRequest("GET", shop.url), OPTIONS).response.body
    transport.close()


def test_a_certificate_for_another_host(authority: trustme.CA, bundle: str) -> None:
    """A trusted certificate of somebody else is refused."""
    transport = LiveTransport(CookieJar(), ca_bundle=bundle, trust_env=False)

    context = server_context(authority, "other.test")
    with serving(fixed(response()), tls=context) as server, pytest.raises(RequestError) as caught:
        transport.send(HttpRequest("GET", server.at("localhost")), OPTIONS)

    transport.close()
    assert "ERR_TLS_CERT_ALTNAME_INVALID" == caught.value.code


def test_a_self_signed_certificate(transport: LiveTransport, tmp_path: Path) -> None:
    """A certificate that vouches for itself has Node's name for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "self-signed.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    with serving(fixed(response()), tls=context) as server, pytest.raises(RequestError) as caught:
        transport.send(HttpRequest("GET", server.url), OPTIONS)

    assert "DEPTH_ZERO_SELF_SIGNED_CERT" == caught.value.code


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot read the certificates"), ("no PEM", "no certificate can be read")]
)
def test_a_bundle_that_is_none(tmp_path: Path, content: str | None, words: str) -> None:
    """A wrong bundle is told at the start, with its path."""
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)

    with pytest.raises(FileError, match=words) as caught:
        LiveTransport(CookieJar(), ca_bundle=str(path))

    assert caught.value.where is not None
    assert str(path) == caught.value.where.file


def tunnelling(to: int) -> Talk:
    """A proxy that connects every CONNECT to a port of this machine, and answers all else itself."""

    def talk(peer: Peer) -> None:
        while request := peer.request():
            if not request.line.startswith("CONNECT"):
                peer.send(response(body=b"by proxy"))
                continue
            peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            with socket.create_connection(("127.0.0.1", to)) as upstream:
                back = Thread(target=pump, args=(upstream, peer.socket))
                back.start()
                pump(peer.socket, upstream)
                back.join()
            return

    return talk


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side has gone; so will the other


def test_http_by_proxy(environment: pytest.MonkeyPatch) -> None:
    """A plain request goes to the proxy with its whole address, and tells its credentials to it."""
    with serving(answering(lambda _: response(body=b"by proxy"))) as proxy:
        environment.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        transport = LiveTransport(CookieJar())

        trip = transport.send(HttpRequest("GET", "http://shop.test/%2f?q=%20", (("X-A", "1"),)), OPTIONS)

        transport.close()
    assert b"by proxy" == trip.response.body
    [request] = proxy.requests
    assert "GET http://shop.test/%2f?q=%20 HTTP/1.1" == request.line
    assert [
        ("X-A", "1"),
        ("Host", "shop.test"),
        ("Proxy-Authorization", "Basic bWU6c2VjcmV0"),
    ] == request.headers
    assert request.headers == list(trip.request.headers)


def test_https_by_proxy(environment: pytest.MonkeyPatch, shop: Server, bundle: str) -> None:
    """A TLS connection goes through the proxy, which sees neither request nor certificate."""
    with serving(tunnelling(shop.port)) as proxy:
        environment.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        transport = LiveTransport(CookieJar(), ca_bundle=bundle)
        for _ in range(2):
            trip = transport.send(HttpRequest("GET", f"{shop.at('localhost')}/x"), OPTIONS)
            assert b"sealed" == trip.response.body
        transport.close()

    assert [f"localhost:{shop.port}"] == [request.target for request in proxy.requests]
    assert proxy.requests[0].line.startswith("CONNECT")
    assert "Basic bWU6c2VjcmV0" == proxy.requests[0].header("Proxy-Authorization")
    assert "/x" == shop.requests[-1].target
    assert shop.requests[-1].header("Proxy-Authorization") is None


def test_no_proxy_for_some(environment: pytest.MonkeyPatch) -> None:
    """Hosts in NO_PROXY are asked directly."""
    with serving(fixed(response(body=b"direct"))) as server:
        environment.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
        environment.setenv("NO_PROXY", "127.0.0.1")
        transport = LiveTransport(CookieJar())

        assert b"direct" == transport.send(HttpRequest("GET", server.url), OPTIONS).response.body
        transport.close()


def test_an_environment_that_does_not_count(environment: pytest.MonkeyPatch) -> None:
    """The environment may be ignored altogether."""
    with serving(fixed(response(body=b"direct"))) as server:
        environment.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
        transport = LiveTransport(CookieJar(), trust_env=False)

        assert b"direct" == transport.send(HttpRequest("GET", server.url), OPTIONS).response.body
        transport.close()


def test_a_proxy_that_is_away(environment: pytest.MonkeyPatch) -> None:
    """It is the proxy that cannot be reached, and the error says so."""
    port = free_port()
    environment.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    transport = LiveTransport(CookieJar())

    with pytest.raises(RequestError, match=f"the proxy 127.0.0.1:{port} refused") as caught:
        transport.send(HttpRequest("GET", "http://shop.test/"), OPTIONS)

    transport.close()
    assert "ECONNREFUSED" == caught.value.code


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 407 Who are you\r\n\r\n", id="a refusal"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
    ],
)
def test_a_proxy_that_does_not_connect(environment: pytest.MonkeyPatch, answer: bytes) -> None:
    """A proxy's refusal to make a tunnel is told as such."""
    with serving(fixed(answer)) as proxy:
        environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        transport = LiveTransport(CookieJar())
        with pytest.raises(RequestError, match="does not connect") as caught:
            transport.send(HttpRequest("GET", "https://shop.test/"), OPTIONS)
        transport.close()

    assert "EPROXY" == caught.value.code
    assert "HTTPS_PROXY" in caught.value.fix


@pytest.mark.parametrize("proxy", ["socks5://me:secret@127.0.0.1:1080", "http://me:secret@:3128", "http://"])
def test_what_is_no_proxy(environment: pytest.MonkeyPatch, proxy: str) -> None:
    """SOCKS is not spoken, and an address may be none; the error does not show the proxy's password."""
    environment.setenv("HTTP_PROXY", proxy)
    transport = LiveTransport(CookieJar())

    with pytest.raises(RequestError, match="is no HTTP proxy") as caught:
        transport.send(HttpRequest("GET", "http://shop.test/"), OPTIONS)

    transport.close()
    assert "secret" not in str(caught.value)


def test_a_proxy_without_scheme(environment: pytest.MonkeyPatch) -> None:
    """Host and port are enough."""
    with serving(answering(lambda _: response(body=b"by proxy"))) as proxy:
        environment.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
        transport = LiveTransport(CookieJar())

        assert b"by proxy" == transport.send(HttpRequest("GET", "http://shop.test/"), OPTIONS).response.body
        transport.close()
