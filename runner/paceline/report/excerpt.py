"""The beginning of a body, to be looked at; and what a script wrote to its console."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_LOOK: Final = 1024  # bytes at the start of a body that are looked at for a NUL


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of a body.

    Attributes:
        text: its beginning; empty when it is binary.
        left: bytes that are not shown.
    """

    text: str
    left: int

    @property
    def binary(self) -> bool:
        """Whether it is no text."""
        return not self.text and self.left > 0


def excerpt(body: bytes, content_type: str | None, limit: int) -> Excerpt:
    """The first `limit` characters of a body, which has to be masked before: a cut secret would not be found.

    >>> excerpt(b'{"id": 17}', "application/json", 6)
    Excerpt(text='{"id":', left=4)
    """
    text = text_of(body, content_type)
    if text is None:
        return Excerpt("", len(body))
    if len(text) <= limit:
        return Excerpt(text, 0)
    shown = text[:limit]
    return Excerpt(shown, max(1, len(body) - len(shown.encode("utf-8", "surrogatepass"))))


def text_of(body: bytes, content_type: str | None) -> str | None:
    """A body as text, in UTF-8 or in the charset it says it is in; None when it is binary."""
    zeros = b"\0" in body[:_LOOK]
    if zeros and not body.startswith((b"\xff\xfe", b"\xfe\xff")):  # marks of UTF-16
        return None
    declared = _CHARSET.search(content_type or "")
    for encoding in (declared[1] if declared else "utf-8", "utf-16" if zeros else "utf-8"):
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    kind = (content_type or "").lower()
    return body.decode("utf-8", "replace") if kind.startswith("text/") or "json" in kind or "xml" in kind else None


def console_text(values: Sequence[Any]) -> str:
    """The arguments of a console call as a console shows them: texts as they are, all else as JSON."""
    from paceline.formats.text import json_text

    return " ".join(value if isinstance(value, str) else json_text(value) for value in values)
