"""`requests` as our network layer: its adapter, pools, proxies and TLS, with messages written and read by ourselves.

The adapter takes an `OutgoingRequest`, whose bytes go out untouched: neither `requests` nor urllib3 adds, orders or
re-encodes anything.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager
from urllib3.util.ssl_ import create_urllib3_context

from paceline.errors import FileError, Location
from paceline.model.exchange import Timings
from paceline.transport.addresses import Address
from paceline.transport.failures import WireError, connect_failure, exchange_failure
from paceline.transport.message import Answer, Deadline, Headers, Source, read_answer, write_request

_POOLS = 64  # hosts whose idle connections are kept
_CONNECTIONS = 64  # idle connections kept for each of them
# RFC 9110, section 9.2.2: only these may be sent again when it is not known whether the server acted on the first.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})

_Phases = tuple[float, float, float | None]  # `dns`, `connect` and `tls` of `Timings`


class OutgoingRequest(requests.PreparedRequest):
    """One hop, ready to be written.

    Attributes:
        lines: every header in order, save what the way through a proxy adds.
        content: body or None.
        deadline: end of the whole exchange.
    """

    def __init__(
        self, method: str, address: Address, lines: Headers, content: bytes | None, deadline: Deadline
    ) -> None:
        super().__init__()
        self.method = method
        self.url = address.origin  # what `requests` chooses the pool by
        self.address = address
        self.lines = lines
        self.content = content
        self.deadline = deadline


class IncomingResponse(requests.Response):
    """What an `ExactAdapter` returns: the answer, every header that really went out, and where the time went."""

    def __init__(self, answer: Answer, sent: Headers, timings: Timings) -> None:
        super().__init__()
        self.status_code = answer.status
        self.answer = answer
        self.sent = sent
        self.timings = timings


class ExactAdapter(HTTPAdapter):
    """An adapter of `requests` that writes and reads messages exactly.

    Args:
        trusted: file or folder of certificates to trust; None for those that `requests` brings.
        ca_bundle: file of certificates to trust as well.
        max_response_bytes: bodies longer than this, as transferred, are refused; None takes any.

    Raises:
        FileError: a file of certificates cannot be read.
    """

    def __init__(self, trusted: str | None, ca_bundle: str | None, max_response_bytes: int | None) -> None:
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._bundles = (trusted, ca_bundle)
        self._limit = max_response_bytes
        super().__init__(_POOLS, _CONNECTIONS)
        if ca_bundle is not None:
            self._context(verify=True)  # so that a wrong path is told before anything is sent

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """As the base class does, with our pools."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOL_CLASSES

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> PoolManager:
        """As the base class does, with our pools.

        Raises:
            WireError: it is no proxy that we can speak to.
        """
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            fix = "HTTP_PROXY and HTTPS_PROXY name an HTTP proxy, as in http://proxy.test:3128 (SOCKS is not supported)"
            raise WireError("EPROXY", f"{parts.scheme}://{parts.netloc.rpartition('@')[2]} is no HTTP proxy", fix)
        manager: PoolManager = super().proxy_manager_for(parts.geturl(), **proxy_kwargs)
        manager.pool_classes_by_scheme = _POOL_CLASSES
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> IncomingResponse:
        """Send one hop and read its response to the end; `stream`, `timeout` and `cert` mean nothing here.

        Raises:
            WireError: it failed.
        """
        del stream, timeout, cert
        assert isinstance(request, OutgoingRequest)
        address = request.address
        proxy = (proxies or {}).get(address.scheme)
        manager = self.proxy_manager_for(proxy) if proxy else self.poolmanager
        # A host has at most two pools: with certificates checked and without. Their TLS contexts are made once, since
        # urllib3 would read the list of certificates anew for each connection.
        tls = {"ssl_context": self._context(verify=bool(verify))} if address.scheme == "https" else {}
        pool = manager.connection_from_host(address.host, address.port, address.scheme, tls)
        assert isinstance(pool, _ExactPool)
        return pool.exchange(request, self._limit)

    def _context(self, *, verify: bool) -> ssl.SSLContext:
        context = self._contexts.get(verify)
        if context is None:
            context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if verify else ssl.CERT_NONE)
            trusted, also = self._bundles
            if verify:
                _trust(context, trusted or DEFAULT_CA_BUNDLE_PATH)
                if also:
                    _trust(context, also)
            self._contexts[verify] = context
        return context


class _Reach(HTTPConnection):
    """Makes connections: `localhost` by IPv6 first, and no longer than the time-out over all addresses together.

    Attributes:
        looked_up: when the addresses of the host were known, by `time.perf_counter`.
        reached: when the host was connected, all proxies between included, but not its own TLS.
    """

    looked_up = 0.0
    reached = 0.0

    def _new_conn(self) -> socket.socket:
        deadline = Deadline(self.timeout)
        places = _places(self._dns_host, self.port)
        self.looked_up = time.perf_counter()
        while True:
            left = deadline.remaining()
            family, place = places.pop(0)
            try:
                # One address that does not answer must not use up the time of the others.
                sock = self._open(family, place, left if left is None else left / (len(places) + 1))
            except OSError:
                if not places:
                    raise
            else:
                self.reached = time.perf_counter()
                sock.settimeout(left)  # for the TLS handshake
                return sock

    def _open(self, family: socket.AddressFamily, place: Any, seconds: float | None) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(seconds)
            sock.connect(place)
        except BaseException:
            sock.close()
            raise
        return sock


class _ExactHTTPSConnection(_Reach, HTTPSConnection):
    def _tunnel(self) -> None:
        super()._tunnel()
        self.reached = time.perf_counter()


class _ExactPool(HTTPConnectionPool):
    ConnectionCls = _Reach

    def exchange(self, request: OutgoingRequest, limit: int | None) -> IncomingResponse:
        """Send a request over a connection of the pool and read its response.

        A kept connection that the server closes without a word was too old: the request is sent again, over a new
        one, if that can do no harm.
        """
        target, lines = request.address.target, request.lines
        if self.proxy is not None and request.address.scheme == "http":
            target = request.address.origin + target  # absolute-form: RFC 9112, section 3.2.2
            lines = (*lines, *((str(name), str(value)) for name, value in self.proxy_headers.items()))
        assert request.method is not None
        message = write_request(request.method, target, lines, request.content)
        connection: Any = self._get_conn()
        try:
            reach = self._connect(connection, request) if connection.is_closed else None
            source = Source(connection.sock, request.deadline, limit)
            try:
                answer, timings = _converse(source, message, request.method, reach)
            except WireError as error:
                stale = reach is None and error.code in ("ECONNRESET", "EPIPE") and not source.started
                if not stale or request.method not in _IDEMPOTENT:
                    raise
                connection.close()
                reach = self._connect(connection, request)
                source = Source(connection.sock, request.deadline, limit)
                answer, timings = _converse(source, message, request.method, reach)
        except BaseException:
            connection.close()
            raise
        else:
            if not answer.persistent:
                connection.close()
        finally:
            self._put_conn(connection)
        return IncomingResponse(answer, lines, timings)

    def _connect(self, connection: Any, request: OutgoingRequest) -> _Phases:
        """Connect; tells how many milliseconds the look-up, the connection and TLS took."""
        began = time.perf_counter()
        try:
            connection.timeout = request.deadline.remaining()
            if self.proxy is not None and request.address.scheme == "https":
                self._prepare_proxy(connection)
            else:
                connection.connect()
        except (OSError, HTTPException) as error:
            is_proxy = self.proxy is not None and not isinstance(error, ssl.SSLError)
            end = connection if is_proxy else self
            seconds = request.deadline.seconds
            raise connect_failure(error, end.host, end.port, seconds, is_proxy=is_proxy) from error
        looked_up, reached, ended = connection.looked_up, connection.reached, time.perf_counter()
        tls = _milliseconds(reached, ended) if isinstance(connection, HTTPSConnection) else None
        return _milliseconds(began, looked_up), _milliseconds(looked_up, reached), tls


class _ExactHTTPSPool(_ExactPool, HTTPSConnectionPool):
    ConnectionCls = _ExactHTTPSConnection


_POOL_CLASSES: dict[str, type[HTTPConnectionPool]] = {"http": _ExactPool, "https": _ExactHTTPSPool}


def _converse(source: Source, message: bytes, method: str, reach: _Phases | None) -> tuple[Answer, Timings]:
    """Send and read; `reach` is what it took to connect, None for a kept connection."""
    began = time.perf_counter()
    try:
        source.send(message)
        answer = read_answer(source, method)
    except OSError as error:
        raise exchange_failure(error, source.deadline.seconds) from error
    dns, connect, tls = reach or (None, None, None)
    send, wait = _milliseconds(began, source.sent_at), _milliseconds(source.sent_at, source.started_at)
    download = _milliseconds(source.started_at, time.perf_counter())
    return answer, Timings(dns, connect, tls, send, wait, download, reused=reach is None)


def _milliseconds(start: float, end: float) -> float:
    return (end - start) * 1000


def _places(host: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
    if host == "localhost" or host.endswith(".localhost"):
        # Without asking anybody: RFC 6761, section 6.3. In this order: postman-runtime, lib/requester/core.js.
        return [(socket.AF_INET6, ("::1", port)), (socket.AF_INET, ("127.0.0.1", port))]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or longer than 63 characters
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from error
    return [(family, place) for family, _, _, _, place in found]


def _trust(context: ssl.SSLContext, path: str) -> None:
    from pathlib import Path

    try:
        if Path(path).is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        fix = "it must hold certificates in PEM form (-----BEGIN CERTIFICATE-----)"
        raise FileError(f"no certificate can be read: {error.reason or error}", Location(path), fix) from error
    except OSError as error:
        raise FileError(f"cannot read the certificates: {error.strerror}", Location(path), "check the path") from error
