"""Content codings are undone, and lies about them told."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import brotli
import pytest

from paceline.transport.decoding import decode
from paceline.transport.failures import WireError

PLAIN = b"pedal " * 100
BARE_DEFLATE = zlib.compressobj(wbits=-15)
BARE = BARE_DEFLATE.compress(PLAIN) + BARE_DEFLATE.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param(None, PLAIN, id="no header"),
        pytest.param("", PLAIN, id="an empty header"),
        pytest.param("identity", PLAIN, id="identity"),
        pytest.param("gzip", gzip.compress(PLAIN), id="gzip"),
        pytest.param("X-GZip ", gzip.compress(PLAIN), id="its old name, in any case"),
        pytest.param("gzip", gzip.compress(PLAIN[:9]) + gzip.compress(PLAIN[9:]), id="gzip in two members"),
        pytest.param("gzip", gzip.compress(PLAIN) + b"\0\0", id="gzip and padding"),
        pytest.param("gzip", gzip.compress(PLAIN)[:-8], id="gzip without its checksum"),
        pytest.param("deflate", zlib.compress(PLAIN), id="deflate"),
        pytest.param("deflate", BARE, id="deflate without its wrapping"),
        pytest.param("br", brotli.compress(PLAIN), id="Brotli"),
        pytest.param("gzip, br", brotli.compress(gzip.compress(PLAIN)), id="two, the last undone first"),
        pytest.param("deflate,identity ,gzip", gzip.compress(zlib.compress(PLAIN)), id="three, one of them none"),
    ],
)
@pytest.mark.parametrize("limit", [None, len(PLAIN)], ids=["no limit", "at the limit"])
def test_decode(coding: str | None, body: bytes, limit: int | None) -> None:
    """The plain body comes out."""
    assert PLAIN == decode(body, coding, limit)


def test_an_unknown_coding_stays() -> None:
    """What cannot be undone is left as it is, as in Newman."""
    assert b"?" == decode(b"?", "zstd")
    assert gzip.compress(b"x", mtime=0) == decode(gzip.compress(b"x", mtime=0), "gzip, zstd")


def test_an_empty_body_is_no_lie() -> None:
    """Servers label even empty bodies."""
    assert b"" == decode(b"", "gzip")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param("gzip", PLAIN, id="plain text"),
        pytest.param("gzip", gzip.compress(PLAIN)[:-8] + b"12345678", id="gzip with a wrong checksum"),
        pytest.param("deflate", b"\xff\xff\xff", id="no deflate in either form"),
        pytest.param("br", PLAIN, id="no Brotli"),
        pytest.param("br", brotli.compress(PLAIN)[:-3], id="Brotli cut off"),
        pytest.param("br, gzip", gzip.compress(PLAIN), id="only the outer coding is there"),
    ],
)
def test_a_body_that_is_not_as_its_header_says(coding: str, body: bytes) -> None:
    """A lie about the coding is an error that names the coding and the way out."""
    with pytest.raises(WireError) as caught:
        decode(body, coding)

    assert "EDECODE" == caught.value.code
    assert coding.split(",", maxsplit=1)[0] in caught.value.what
    assert "Content-Encoding" in caught.value.fix


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        pytest.param("gzip", gzip.compress(bytes(10_000_000)), id="gzip"),
        pytest.param("deflate", zlib.compress(bytes(10_000_000)), id="deflate"),
        pytest.param("br", brotli.compress(bytes(10_000_000)), id="Brotli"),
    ],
)
def test_a_bomb_is_refused(coding: str, bomb: bytes) -> None:
    """A limit on bodies holds for what small ones unfold to, before that fills the memory."""
    tracemalloc.start()
    with pytest.raises(WireError) as caught:
        decode(bomb, coding, 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "ERESPONSETOOLARGE" == caught.value.code
    assert peak < 1_000_000
