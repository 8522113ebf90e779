"""Tiny servers on loopback, each with one habit: they answer, drip, cut off, lie or say nothing at all.

A server is a function that holds the conversation on one connection; `serving` runs it in a thread for each.

    with serving(answering(lambda request: response(200, body=b"ok"))) as server:
        requests.get(server.url)
        server.requests[0].head  # the very bytes
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread

Header = tuple[str, str]


@dataclass(frozen=True)
class Request:
    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        return self.head.decode("latin-1").split("\r\n")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    @property
    def headers(self) -> list[Header]:
        pairs = (line.split(": ", 1) for line in self.head.decode("latin-1").rstrip("\r\n").split("\r\n")[1:])
        return [(name, value) for name, value in pairs]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Peer:
    """One end of a connection."""

    socket: socket.socket
    server: Server
    buffer: bytes = b""

    def request(self) -> Request | None:
        """The next request, None when the client has closed."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._receive():
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        head += b"\r\n\r\n"
        body = self._chunked() if b"chunked" in head.lower() else self._exactly(_content_length(head))
        request = Request(head, body)
        self.server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def wait(self, seconds: float) -> bool:
        """Pause; True when the server is told to stop."""
        return self.server.stopped.wait(seconds)

    def _receive(self) -> bool:
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def _exactly(self, count: int) -> bytes:
        while len(self.buffer) < count and self._receive():
            pass
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def _chunked(self) -> bytes:
        """The body as it came, sizes and all."""
        while not self.buffer.endswith(b"0\r\n\r\n") and self._receive():
            pass
        data, self.buffer = self.buffer, b""
        return data


Talk = Callable[[Peer], None]


@dataclass
class Server:
    """A running server and what it has seen."""

    host: str
    port: int
    scheme: str
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    stopped: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://[{self.host}]:{self.port}" if ":" in self.host else self.at(self.host)

    def at(self, name: str) -> str:
        """The address under another name of this machine."""
        return f"{self.scheme}://{name}:{self.port}"


@contextlib.contextmanager
def serving(talk: Talk, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server until the block ends; the system picks a free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        server = Server(host, listener.getsockname()[1], "https" if tls else "http")
        open_sockets: list[socket.socket] = []
        threads: list[Thread] = []

        def converse(sock: socket.socket) -> None:
            # A client may break off at any time; that is what many tests are about.
            with contextlib.suppress(OSError), sock:
                if tls:
                    sock = tls.wrap_socket(sock, server_side=True)
                    open_sockets.append(sock)
                with sock:
                    talk(Peer(sock, server))

        def accept() -> None:
            while True:
                sock, _ = listener.accept()
                if server.stopped.is_set():
                    sock.close()
                    return
                server.connections += 1
                open_sockets.append(sock)
                threads.append(Thread(target=converse, args=(sock,), daemon=True))
                threads[-1].start()

        acceptor = Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield server
        finally:
            server.stopped.set()
            with contextlib.suppress(OSError):
                socket.create_connection((host, server.port)).close()  # wakes the acceptor
            acceptor.join()
            for sock in open_sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def response(status: int = 200, headers: Iterable[Header] = (), body: bytes = b"", reason: str = "Fine") -> bytes:
    """A response with its Content-Length."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body


def answering(respond: Callable[[Request], bytes]) -> Talk:
    """Answers every request, keeping the connection."""

    def talk(peer: Peer) -> None:
        while request := peer.request():
            peer.send(respond(request))

    return talk


def fixed(data: bytes) -> Talk:
    """Answers every request by the same bytes, keeping the connection."""
    return answering(lambda _: data)


def redirecting(routes: dict[str, tuple[int, str]]) -> Talk:
    """Answers a path of `routes` by that status and Location, and any other by 200."""

    def respond(request: Request) -> bytes:
        if request.target in routes:
            status, location = routes[request.target]
            return response(status, [("Location", location)])
        return response(200, body=b"" if request.line.startswith("HEAD") else b"arrived")

    return answering(respond)


def cutting(data: bytes) -> Talk:
    """Answers by these bytes and closes."""

    def talk(peer: Peer) -> None:
        if peer.request():
            peer.send(data)

    return talk


def dripping(data: bytes, seconds: float = 0.02) -> Talk:
    """Answers byte by byte, with a pause after each."""

    def talk(peer: Peer) -> None:
        peer.request()
        for byte in data:
            peer.send(bytes([byte]))
            if peer.wait(seconds):
                return

    return talk


def silent() -> Talk:
    """Takes the request and never answers."""

    def talk(peer: Peer) -> None:
        while peer.request():
            pass

    return talk


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def settle() -> None:
    """Give the other end of a connection time to notice that it was closed."""
    time.sleep(0.05)


def _content_length(head: bytes) -> int:
    found = re.search(rb"\r\nContent-Length: *(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0
