"""Bodies as the report holds them: text up to a limit, small pictures, and for all else just the size."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from paceline.report.excerpt import text_of

#: Characters of a body that the report holds.
LONGEST_TEXT: Final = 256 * 1024
#: Bytes of a picture that the report holds.
LARGEST_IMAGE: Final = 128 * 1024

#: Bytes that are looked at: enough for the longest text in any encoding, and for a secret that runs across its end.
LOOKED_AT: Final = 4 * LONGEST_TEXT + 65_536

_IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})  # none that can hold a script


def beginning(body: bytes) -> bytes:
    """The part of a body that can matter to the report, to be masked; never cut inside a character of UTF-8."""
    if len(body) <= LOOKED_AT:
        return body
    end = LOOKED_AT
    while body[end] & 0xC0 == 0x80:
        end -= 1
    return body[:end]


def body_json(masked: bytes, size: int, content_type: str | None) -> dict[str, Any] | None:
    r"""A masked body as data for the page; None when there is none.

    Args:
        masked: the body, or its `beginning`, without its secrets.
        size: of the whole body as it came, in bytes.

    >>> body_json(b'{"id": 17}', 10, "application/json")
    {'size': 10, 'type': 'application/json', 'text': '{"id": 17}'}
    >>> body_json(b"\0\1", 2, "application/octet-stream")
    {'size': 2, 'type': 'application/octet-stream', 'binary': True}
    """
    if not size:
        return None
    kind = (content_type or "").partition(";")[0].strip().lower()
    data: dict[str, Any] = {"size": size, "type": kind}
    if kind in _IMAGES and len(masked) <= LARGEST_IMAGE:
        return {**data, "image": f"data:{kind};base64,{b64encode(masked).decode()}"}
    text = None if kind in _IMAGES else text_of(masked, content_type)
    if text is None:
        return {**data, "binary": True}
    if len(text) > LONGEST_TEXT or size > LOOKED_AT:
        return {**data, "text": text[:LONGEST_TEXT], "cut": True}
    return {**data, "text": text}
