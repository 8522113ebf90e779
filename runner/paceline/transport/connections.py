"""`requests` as our network layer: its adapter, pools, proxies and TLS, with messages written and read by ourselves.

The adapter takes an `OutgoingRequest`, whose bytes go out untouched: neither `requests` nor urllib3 adds, orders or
re-encodes anything.
"""

from __future__ import annotations

import socket
import ssl
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
from paceline.transport.addresses import Address
from paceline.transport.failures import WireError, connect_failure, exchange_failure
from paceline.transport.message import Answer, Deadline, Headers, Source, read_answer, write_request

_POOLS = 64  # hosts whose idle connections are kept
_CONNECTIONS = 64  # idle connections kept for each of them
# RFC 9110, section 9.2.2: only these may be sent again when it is not known whether the server acted on the first.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})


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
    """What an `ExactAdapter` returns: the answer, and every header that really went out."""

    def __init__(self, answer: Answer, sent: Headers) -> None:
        super().__init__()
        self.status_code = answer.status
        self.answer = answer
        self.sent = sent


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
        answer, sent = pool.exchange(request, self._limit)
        return IncomingResponse(answer, sent)

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
    """Makes connections: `localhost` by IPv6 first, and no longer than the time-out over all addresses together."""

    def _new_conn(self) -> socket.socket:
        deadline = Deadline(self.timeout)
        places = _places(self._dns_host, self.port)
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
    pass


class _ExactPool(HTTPConnectionPool):
    ConnectionCls = _Reach

    def exchange(self, request: OutgoingRequest, limit: int | None) -> tuple[Answer, Headers]:
        """Send a request over a connection of the pool and read its response; also tells the headers sent.

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
            reused = not connection.is_closed
            if not reused:
                self._connect(connection, request)
            source = Source(connection.sock, request.deadline, limit)
            try:
                answer = _converse(source, message, request.method)
            except WireError as error:
                stale = reused and error.code in ("ECONNRESET", "EPIPE") and not source.started
                if not stale or request.method not in _IDEMPOTENT:
                    raise
                connection.close()
                self._connect(connection, request)
                source = Source(connection.sock, request.deadline, limit)
                answer = _converse(source, message, request.method)
        except BaseException:
            connection.close()
            raise
        else:
            if not answer.persistent:
                connection.close()
        finally:
            self._put_conn(connection)
        return answer, lines

    def _connect(self, connection: Any, request: OutgoingRequest) -> None:
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


class _ExactHTTPSPool(_ExactPool, HTTPSConnectionPool):
    ConnectionCls = _ExactHTTPSConnection


_POOL_CLASSES: dict[str, type[HTTPConnectionPool]] = {"http": _ExactPool, "https": _ExactHTTPSPool}


def _converse(source: Source, message: bytes, method: str) -> Answer:
    try:
        source.send(message)
        return read_answer(source, method)
    except OSError as error:
        raise exchange_failure(error, source.deadline.seconds) from error


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
