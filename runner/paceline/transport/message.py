"""HTTP/1.1 messages (RFC 9112): a request written exactly as given, a response read exactly as sent.

http.client and urllib3 would join headers of the same name, change their order, add headers of their own and pass
over malformed ones; a test tool must show what really goes over the wire.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass

from paceline.transport.failures import WireError

Headers = tuple[tuple[str, str], ...]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_FORBIDDEN_IN_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")  # as Node's http module (lib/_http_common.js)
_STATUS_LINE = re.compile(rb"HTTP/(\d\.\d) +(\d{3})(?: (.*))?", re.DOTALL)
_HEADER_LINE = re.compile(rb"([^\x00-\x20\x7f:]+):[ \t]*(.*?)[ \t]*", re.DOTALL)
_HEAD_END = re.compile(rb"\n\r?\n")  # a lone LF ends a line too: RFC 9112, section 2.2
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?\r?", re.DOTALL)
_RECEIVE = 1 << 16
_MAX_HEAD = 1 << 18  # sixteen times what Node takes
_MAX_LINE = 1 << 14


class Deadline:
    """A point in time that a whole exchange must not pass.

    Args:
        seconds: from now; None or 0 never comes.
    """

    __slots__ = ("_end", "seconds")

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds if seconds else None

    def remaining(self) -> float | None:
        """Seconds left, None when there is no end.

        Raises:
            TimeoutError: none are left.
        """
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before its content coding is undone.

    Attributes:
        headers: wire order, values in Latin-1, one character for each byte, as Node gives them.
        persistent: whether the connection can carry another request.
    """

    status: int
    reason: str
    version: str
    headers: Headers
    body: bytes
    persistent: bool


def write_request(method: str, target: str, headers: Headers, body: bytes | None) -> bytes:
    """The bytes of a request; chunked in one piece where a Transfer-Encoding header asks for it.

    Raises:
        WireError: something in it cannot be written (Node's codes `ERR_INVALID_HTTP_TOKEN`, `ERR_INVALID_CHAR`).
    """
    if not _TOKEN.fullmatch(method):
        raise WireError("ERR_INVALID_HTTP_TOKEN", f"{method!r} is no method", "a method is one word, such as GET")
    chunked = False
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            fix = "a header name holds letters, digits and hyphens; blanks and colons cannot be"
            raise WireError("ERR_INVALID_HTTP_TOKEN", f"{name!r} is no header name", fix)
        if forbidden := _FORBIDDEN_IN_VALUE.search(value):
            fix = "header values are Latin-1 text in one line: encode other characters, as in RFC 8187"
            raise WireError("ERR_INVALID_CHAR", f"header {name} cannot hold {forbidden[0]!r}", fix)
        if name.lower() == "transfer-encoding" and value.rstrip().lower().endswith("chunked"):
            chunked = True
        lines.append(f"{name}: {value}")
    head = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
    if chunked:
        return head + (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    return head + body if body else head


class Source:
    """A connection, written and read no longer than a deadline and, when there is a limit, no more than that.

    Attributes:
        buffer: what is received and not yet taken.
        started: whether anything has been received.
        sent_at: when the request was written, by `time.perf_counter`.
        started_at: when the first byte was received.
    """

    __slots__ = ("_limit", "_socket", "buffer", "deadline", "sent_at", "started", "started_at")

    def __init__(self, sock: socket.socket, deadline: Deadline, limit: int | None = None) -> None:
        self._socket = sock
        self.deadline = deadline
        self._limit = limit
        self.buffer = bytearray()
        self.started = False
        self.sent_at = self.started_at = 0.0

    def send(self, message: bytes) -> None:
        """Write a whole request.

        Raises:
            OSError: the connection broke, and nothing can be read from it either.
        """
        self._socket.settimeout(self.deadline.remaining())
        try:
            self._socket.sendall(message)
            self.sent_at = time.perf_counter()
        except (BrokenPipeError, ConnectionResetError):
            self.sent_at = time.perf_counter()
            # A server may answer before it has read all, and close: 413 for one. What it said is still there.
            if not self.fill():
                raise

    def fill(self) -> bool:
        """Wait for more bytes; False when the server has closed the connection.

        The time left is set before each wait: a server that drips bytes must not push the end ahead of itself.
        """
        self._socket.settimeout(self.deadline.remaining())
        data = self._socket.recv(_RECEIVE)
        if data and not self.started:
            self.started = True
            self.started_at = time.perf_counter()
        self.buffer += data
        return bool(data)

    def line(self) -> bytes:
        """The next line without its LF."""
        while (end := self.buffer.find(b"\n")) < 0:
            if len(self.buffer) > _MAX_LINE:
                raise _garbled(f"a line of the chunked body is longer than {_MAX_LINE} bytes")
            if not self.fill():
                raise _truncated("in the middle of a chunked body")
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 1]
        return line

    def take(self, count: int, body: bytearray) -> None:
        """Append exactly `count` bytes to `body`."""
        self.check(len(body) + count)
        missing = count - len(self.buffer)
        body += self.buffer[:count]
        del self.buffer[:count]
        while missing > 0:
            if not self.fill():
                raise _truncated(f"{missing} bytes before the end of the body")
            part = self.buffer[:missing]
            del self.buffer[:missing]
            missing -= len(part)
            body += part

    def check(self, size: int) -> None:
        """Refuse a body of more bytes than the limit."""
        if self._limit is not None and size > self._limit:
            raise too_large(self._limit)


def read_answer(source: Source, method: str) -> Answer:
    """Read a response to its end; interim ones (1xx) are passed over.

    Raises:
        WireError: it is not HTTP (`EPROTO`), is cut off (`ECONNRESET`) or is longer than the limit.
        TimeoutError, OSError: from the connection.
    """
    while True:
        version, status, reason, headers = _read_head(source)
        if status == 101 or not 100 <= status < 200:  # after 101 it is another protocol (RFC 9110, section 15.2.2)
            break
    fields: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        fields[key] = f"{fields[key]}, {value}" if key in fields else value
    body = bytearray()
    bounded = _read_body(source, method, status, fields, body)
    options = fields.get("connection", "").lower()
    keeps_alive = "close" not in options if version == "1.1" else "keep-alive" in options
    # Bytes after the end belong to no request; what follows on this connection could not be trusted.
    persistent = bounded and keeps_alive and status != 101 and not source.buffer
    return Answer(status, reason, version, headers, bytes(body), persistent)


def too_large(limit: int) -> WireError:
    """The failure of a body that is longer than `limit` bytes."""
    fix = "raise the limit on response bodies, or ask the service for less"
    return WireError("ERESPONSETOOLARGE", f"the response body is longer than {limit} bytes", fix)


def _read_head(source: Source) -> tuple[str, int, str, Headers]:
    searched = 0
    while not (end := _HEAD_END.search(source.buffer, searched)):
        start = bytes(source.buffer[:5])
        if not b"HTTP/".startswith(start):
            break
        searched = max(0, len(source.buffer) - 2)
        if searched > _MAX_HEAD:
            raise _garbled(f"its headers are longer than {_MAX_HEAD} bytes")
        if not source.fill():
            raise _truncated("before the end of the response's headers" if start else "without an answer")
    head = bytes(source.buffer[: end.start() if end else 60])
    first, *lines = head.replace(b"\r\n", b"\n").split(b"\n")
    status = _STATUS_LINE.fullmatch(first.rstrip(b"\r"))
    if status is None or end is None:
        if head.startswith((b"\x15\x03", b"\x16\x03")):  # a TLS record: RFC 8446, section 5.1
            raise WireError("EPROTO", "the server speaks TLS at this port", "write https:// instead of http://")
        raise _garbled(f"it begins with {first[:60]!r}")
    del source.buffer[: end.end()]
    # Postman reads the reason phrase as UTF-8 (postman-runtime, lib/requester/core.js: statusMessageEncoding).
    reason = (status[3] or b"").strip().decode("utf-8", "replace")
    return status[1].decode(), int(status[2]), reason, _headers(lines)


def _headers(lines: list[bytes]) -> Headers:
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and headers:  # obs-fold: RFC 9112, section 5.2
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip().decode('latin-1')}".strip())
            continue
        field = _HEADER_LINE.fullmatch(line.rstrip(b"\r"))
        if field is None:
            raise _garbled(f"this line is no header: {line[:60]!r}")
        headers.append((field[1].decode("latin-1"), field[2].decode("latin-1")))
    return tuple(headers)


def _read_body(source: Source, method: str, status: int, fields: dict[str, str], body: bytearray) -> bool:
    """Append the body to `body` by the rules of RFC 9112, section 6.3; False when only the close ended it."""
    if method == "HEAD" or status in (101, 204, 304):
        return True
    if coding := fields.get("transfer-encoding"):
        # With a Content-Length beside it the message is dubious: it is read, the connection is not used again.
        if coding.rstrip().lower().endswith("chunked"):
            _read_chunks(source, body)
            return "content-length" not in fields
    elif (length := fields.get("content-length")) is not None:
        lengths = {part.strip() for part in length.split(",")}
        count = lengths.pop()
        if lengths or not (count.isascii() and count.isdigit()):
            raise _garbled(f"{length!r} is no Content-Length")
        source.take(int(count), body)
        return True
    while True:
        body += source.buffer
        source.buffer.clear()
        source.check(len(body))
        if not source.fill():
            return False


def _read_chunks(source: Source, body: bytearray) -> None:
    while True:
        line = source.line()
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            raise _garbled(f"{line[:60]!r} is no size of a chunk")
        if not (count := int(size[1], 16)):
            break
        source.take(count, body)
        if source.line().rstrip(b"\r"):
            raise _garbled(f"a chunk is longer than its size of {count} bytes")
    while source.line().rstrip(b"\r"):
        pass  # trailer fields are no headers (RFC 9110, section 6.5.1)


def _garbled(detail: str) -> WireError:
    return WireError("EPROTO", f"the answer is not HTTP: {detail}", "check that host and port are those of the service")


def _truncated(where: str) -> WireError:
    fix = "look into the log of the service or of the proxy before it: it closed the connection too early"
    return WireError("ECONNRESET", f"the server closed the connection {where}", fix)
