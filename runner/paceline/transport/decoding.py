"""Content codings (RFC 9110, section 8.4.1) undone."""

from __future__ import annotations

import zlib

from paceline.transport.failures import WireError
from paceline.transport.message import too_large

_GZIP = 16 + zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS


def decode(body: bytes, content_encoding: str | None, limit: int | None = None) -> bytes:
    """The body without its codings, the last applied undone first; unknown codings end the undoing, as in Newman.

    Args:
        content_encoding: value of the header, several joined by commas; None for none.
        limit: refuse results longer than this, before they fill the memory.

    Raises:
        WireError: code `EDECODE`: the body is not coded as the header says; or it is longer than the limit.

    >>> import gzip
    >>> decode(gzip.compress(b"pedal"), "gzip")
    b'pedal'
    """
    if not body or not content_encoding:
        return body
    for coding in reversed(content_encoding.lower().split(",")):
        name = coding.strip()
        if name in ("", "identity"):
            continue
        if name not in _DECODERS:
            break
        try:
            body = _DECODERS[name](body, limit)
        except (zlib.error, ValueError) as error:
            fix = "correct the service's Content-Encoding header or body, or send Accept-Encoding: identity"
            raise WireError("EDECODE", f"the response body is not {name}, as its header says: {error}", fix) from error
    return body


def _gunzip(body: bytes, limit: int | None) -> bytes:
    """All members (RFC 1952, section 2.2). A missing end is passed over, as Newman, browsers and curl do."""
    whole = b""
    while True:
        inflate = zlib.decompressobj(_GZIP)
        whole += _inflate(inflate, body, None if limit is None else limit - len(whole))
        body = inflate.unused_data
        if not body.startswith(b"\x1f\x8b"):
            return whole


def _undeflate(body: bytes, limit: int | None) -> bytes:
    """In zlib's wrapping, or bare as some servers send it (RFC 9110, section 8.4.1.2)."""
    try:
        return _inflate(zlib.decompressobj(), body, limit)
    except zlib.error:
        return _inflate(zlib.decompressobj(_RAW_DEFLATE), body, limit)


def _inflate(inflate: zlib._Decompress, body: bytes, limit: int | None) -> bytes:
    if limit is None:
        return inflate.decompress(body) + inflate.flush()
    plain = inflate.decompress(body, limit + 1)
    if len(plain) > limit:
        raise too_large(limit)
    return plain


def _unbrotli(body: bytes, limit: int | None) -> bytes:
    import brotli

    inflate = brotli.Decompressor()
    plain = bytearray()
    try:
        if limit is None:
            plain += inflate.process(body)
        else:
            part = inflate.process(body, output_buffer_limit=limit + 1)
            while part:
                plain += part
                if len(plain) > limit:
                    raise too_large(limit)
                part = inflate.process(b"", output_buffer_limit=limit + 1)
    except brotli.error as error:
        raise ValueError(error) from error
    if not inflate.is_finished():
        raise ValueError("it ends too early")
    return bytes(plain)


_DECODERS = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _undeflate, "br": _unbrotli}
