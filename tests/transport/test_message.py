"""HTTP/1.1 messages: requests are written as given, responses read as sent."""

from __future__ import annotations

import socket
from threading import Thread

import pytest

from paceline.transport.failures import WireError
from paceline.transport.message import Answer, Deadline, Source, read_answer, write_request

SOON = 2.0


def read(data: bytes, method: str = "GET", limit: int | None = None, piece: int = 0) -> Answer:
    """Read from a real socket whose other end writes `data`, in pieces of `piece` bytes, and closes."""
    ours, theirs = socket.socketpair()

    def write() -> None:
        with theirs:
            for start in range(0, len(data), piece or len(data) or 1):
                theirs.sendall(data[start : start + (piece or len(data))])

    writer = Thread(target=write)
    with ours:
        writer.start()
        try:
            return read_answer(Source(ours, Deadline(SOON), limit), method)
        finally:
            writer.join()


RESPONSES = [
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        Answer(200, "OK", "1.1", (("Content-Length", "2"),), b"hi", persistent=True),
        id="a body of known length",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;name=x\r\n ho\r\n0\r\nTrailer: x\r\n\r\n",
        Answer(200, "OK", "1.1", (("Transfer-Encoding", "chunked"),), b"hi ho", persistent=True),
        id="a chunked body",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
        Answer(200, "OK", "1.1", (), b"until the end", persistent=False),
        id="a body that ends with the connection",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nuntil the end",
        Answer(200, "OK", "1.1", (("Transfer-Encoding", "gzip"),), b"until the end", persistent=False),
        id="and so does one in another transfer coding",
    ),
    pytest.param(
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        Answer(204, "No Content", "1.1", (("Content-Length", "5"),), b"", persistent=True),
        id="204 has no body, whatever it says",
    ),
    pytest.param(
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        Answer(304, "Not Modified", "1.1", (("Content-Length", "5"),), b"", persistent=True),
        id="304 has no body, whatever it says",
    ),
    pytest.param(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n"
        b"Content-Length: 0\r\n\r\n",
        Answer(200, "OK", "1.1", (("Content-Length", "0"),), b"", persistent=True),
        id="interim responses are passed over",
    ),
    pytest.param(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        Answer(101, "Switching Protocols", "1.1", (("Upgrade", "x"),), b"", persistent=False),
        id="101 ends HTTP on this connection",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nset-COOKIE: a=1\r\nX-B:  2 \r\nset-COOKIE: c=3\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n",
        Answer(
            200,
            "OK",
            "1.1",
            (("set-COOKIE", "a=1"), ("X-B", "2"), ("set-COOKIE", "c=3"), ("X-Empty", ""), ("Content-Length", "0")),
            b"",
            persistent=True,
        ),
        id="headers keep order, case and repetition",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nX-Long: one\r\n  two\r\nContent-Length: 0\r\n\r\n",
        Answer(200, "OK", "1.1", (("X-Long", "one two"), ("Content-Length", "0")), b"", persistent=True),
        id="a folded header is one line",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9 \xe6\xbc\xa2\r\nContent-Length: 0\r\n\r\n",
        Answer(200, "OK", "1.1", (("X-Name", "caf\xe9 \xe6\xbc\xa2"), ("Content-Length", "0")), b"", persistent=True),
        id="a byte of a header is a character, as in Node",
    ),
    pytest.param(
        "HTTP/1.1 200 Tout va très bien\r\nContent-Length: 0\r\n\r\n".encode(),
        Answer(200, "Tout va très bien", "1.1", (("Content-Length", "0"),), b"", persistent=True),
        id="the reason is UTF-8, as in Postman",
    ),
    pytest.param(
        b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
        Answer(200, "", "1.1", (("Content-Length", "0"),), b"", persistent=True),
        id="no reason",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
        Answer(200, "OK", "1.1", (("Content-Length", "2"),), b"hi", persistent=True),
        id="lines that end in LF alone",
    ),
    pytest.param(
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        Answer(200, "OK", "1.0", (("Content-Length", "2"),), b"hi", persistent=False),
        id="HTTP/1.0 closes",
    ),
    pytest.param(
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
        Answer(200, "OK", "1.0", (("Connection", "keep-alive"), ("Content-Length", "2")), b"hi", persistent=True),
        id="HTTP/1.0 that keeps the connection",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nhi",
        Answer(200, "OK", "1.1", (("Connection", "Close"), ("Content-Length", "2")), b"hi", persistent=False),
        id="a connection that is closed",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi",
        Answer(200, "OK", "1.1", (("Content-Length", "2, 2"),), b"hi", persistent=True),
        id="the same length twice",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        Answer(200, "OK", "1.1", (("Content-Length", "9"), ("Transfer-Encoding", "chunked")), b"hi", persistent=False),
        id="chunks go before a length, and the connection is not trusted again",
    ),
]


@pytest.mark.parametrize("piece", [0, 1], ids=["at once", "byte by byte"])
@pytest.mark.parametrize(("data", "answer"), RESPONSES)
def test_read(data: bytes, answer: Answer, piece: int) -> None:
    """A response is read to its end, however it arrives."""
    assert answer == read(data, piece=piece)


def test_the_answer_to_head_has_no_body() -> None:
    """A length in the answer to HEAD is that of the body GET would bring."""
    answer = read(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", method="HEAD")

    assert (b"", True) == (answer.body, answer.persistent)


def test_bytes_after_the_end_spoil_the_connection() -> None:
    """What follows a response was not asked for, so the next answer on this connection could not be trusted."""
    answer = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi, and more")

    assert (b"hi", False) == (answer.body, answer.persistent)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        pytest.param(b"", "ECONNRESET", "without an answer", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-A: 1\r\n", "ECONNRESET", "headers", id="cut in the headers"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "ECONNRESET", "3 bytes before", id="cut in the body"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
            "ECONNRESET",
            "3 bytes",
            id="cut in a chunk",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
            "ECONNRESET",
            "chunked body",
            id="cut between chunks",
        ),
        pytest.param(b"<html>hello</html>", "EPROTO", "<html>", id="HTTP/0.9, or anything else"),
        pytest.param(b"SSH-2.0-OpenSSH_9\r\n", "EPROTO", "SSH-2.0", id="another protocol"),
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x16", "EPROTO", "TLS", id="TLS"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", "EPROTO", "HTTP/1.1 abc", id="a status that is no number"),
        pytest.param(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "EPROTO", "no colon", id="a line that is no header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n", "EPROTO", "X A", id="a blank in a header name"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "EPROTO", "'-1'", id="a negative length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n", "EPROTO", "'1, 2'", id="two lengths"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n",
            "EPROTO",
            "0x2",
            id="a chunk size that is no number",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi!\r\n0\r\n\r\n",
            "EPROTO",
            "size of 2",
            id="a chunk longer than its size",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000, "EPROTO", "longer", id="headers without end"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 100_000,
            "EPROTO",
            "longer",
            id="a chunk size without end",
        ),
    ],
)
def test_what_is_no_response(data: bytes, code: str, words: str) -> None:
    """A response that is cut off or malformed is told as such, with a hint at what came instead."""
    with pytest.raises(WireError) as caught:
        read(data)

    assert code == caught.value.code
    assert words in caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nhi", id="by its length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n", id="by a chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n0123456789-", id="by what arrives"),
    ],
)
def test_a_body_beyond_the_limit_is_refused(data: bytes) -> None:
    """A limit on bodies holds before they are read."""
    with pytest.raises(WireError, match="longer than 10 bytes") as caught:
        read(data, limit=10)

    assert "ERESPONSETOOLARGE" == caught.value.code


def test_a_deadline_passes() -> None:
    """When no time is left, there is no more waiting; without end there is always time."""
    with pytest.raises(TimeoutError):
        Deadline(1e-9).remaining()
    assert Deadline(None).remaining() is None
    assert Deadline(0).remaining() is None


def test_a_body_at_the_limit_is_read() -> None:
    """The limit is the longest body that passes."""
    assert b"0123456789" == read(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", limit=10).body


@pytest.mark.parametrize(
    ("headers", "body", "data"),
    [
        pytest.param((), None, b"PUT /a%2f HTTP/1.1\r\n\r\n", id="nothing is added"),
        pytest.param(
            (("x-b", "1"), ("Host", "h"), ("X-B", ""), ("X-L", "\xfc\t")),
            b"\x00",
            b"PUT /a%2f HTTP/1.1\r\nx-b: 1\r\nHost: h\r\nX-B: \r\nX-L: \xfc\t\r\n\r\n\x00",
            id="order, case and repetition stay",
        ),
        pytest.param(
            (("Transfer-Encoding", "chunked"),),
            b"hello",
            b"PUT /a%2f HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            id="chunked when a header says so",
        ),
        pytest.param(
            (("transfer-encoding", "gzip, Chunked"),),
            b"",
            b"PUT /a%2f HTTP/1.1\r\ntransfer-encoding: gzip, Chunked\r\n\r\n0\r\n\r\n",
            id="chunked without body",
        ),
    ],
)
def test_write(headers: tuple[tuple[str, str], ...], body: bytes | None, data: bytes) -> None:
    """A request is written as given."""
    assert data == write_request("PUT", "/a%2f", headers, body)


@pytest.mark.parametrize(
    ("method", "header", "code"),
    [
        pytest.param("G T", ("X", "1"), "ERR_INVALID_HTTP_TOKEN", id="a blank in the method"),
        pytest.param("", ("X", "1"), "ERR_INVALID_HTTP_TOKEN", id="no method"),
        pytest.param("GET", ("X Y", "1"), "ERR_INVALID_HTTP_TOKEN", id="a blank in a name"),
        pytest.param("GET", ("", "1"), "ERR_INVALID_HTTP_TOKEN", id="no name"),
        pytest.param("GET", ("X:", "1"), "ERR_INVALID_HTTP_TOKEN", id="a colon in a name"),
        pytest.param("GET", ("X", "a\r\nEvil: 1"), "ERR_INVALID_CHAR", id="a line break in a value"),
        pytest.param("GET", ("X", "\u6f22"), "ERR_INVALID_CHAR", id="a character beyond Latin-1"),
        pytest.param("GET", ("X", "\x00"), "ERR_INVALID_CHAR", id="a control character"),
    ],
)
def test_what_cannot_be_written(method: str, header: tuple[str, str], code: str) -> None:
    """What would break the message apart is refused, by Node's codes."""
    with pytest.raises(WireError) as caught:
        write_request(method, "/", (header,), None)

    assert code == caught.value.code
    assert caught.value.fix
