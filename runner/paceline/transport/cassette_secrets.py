"""Known secrets in a text, in whatever way they are written: plain, escaped for URLs, JSON or HTML, base64 or hex."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

#: Below it a value can only be hidden in its own field: found elsewhere it would rarely be the secret.
SHORTEST: Final = 4

_LONGEST_WORD: Final = 7  # letters only: as part of a longer word it is not the secret
_SHORTEST_CORE: Final = 5
_DEPTH: Final = 3  # JSON in JSON in a form

#: Passwords that are words of every message.
_COMMON: Final = frozenset(
    "admin anonymous basic bearer changeme client content cookie default demo email error example false guest hello "
    "http https json localhost login message name none null password public root secret session status string success "
    "test test123 testing text token true type undefined unknown user username value web".split()
)

_RUN_BEFORE: Final = re.compile(r"[A-Za-z0-9+/_-]*\Z")
_RUN_AFTER: Final = re.compile(r"[A-Za-z0-9+/_-]*=*")


def is_telling(value: str, *, declared: bool = False) -> bool:
    """Whether a value is a secret wherever it stands, and not only in the field that makes it one.

    Args:
        declared: the user said that it is a secret; then a plain word or a short number is one as well.

    >>> [is_telling(value) for value in ("hunter2", "abc", "password", "1234", "web")]
    [True, False, False, False, False]
    """
    if len(value) < SHORTEST or value.lower() in _COMMON or not any(map(str.isalnum, value)):
        return False
    return declared or not (value.isdecimal() and len(value) < 6)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret stands.

    Attributes:
        start, end: its place, with all of the base64 around it where it is part of such.
    """

    start: int
    end: int
    secret: str


@dataclass(frozen=True, slots=True)
class _Needle:
    """One way to write a secret; `whole`: only where it is no part of a longer word or number."""

    text: str
    secret: str
    whole: bool = False
    base64: bool = False


class KnownSecrets:
    """Secrets, and where a text holds them."""

    def __init__(self) -> None:
        self._values: dict[str, None] = {}
        self._needles: dict[str, _Needle] = {}

    def add(self, secret: str) -> None:
        """Look for this one too from now on."""
        if secret not in self._values:
            self._values[secret] = None
            for needle in _needles(secret):
                self._needles.setdefault(needle.text, needle)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, secret: object) -> bool:
        return secret in self._values

    def places(self, text: str) -> list[Place]:
        """Where secrets stand, in order; where two overlap it is one place, told of the longer secret."""
        found = sorted(self._places(text, _DEPTH), key=lambda place: (place.start, -place.end))
        merged: list[Place] = []
        for place in found:
            if merged and place.start < merged[-1].end:
                last = merged[-1]
                secret = max(last.secret, place.secret, key=len)
                merged[-1] = Place(last.start, max(last.end, place.end), secret)
            else:
                merged.append(place)
        return merged

    def _places(self, text: str, depth: int) -> Iterator[Place]:
        for needle in self._needles.values():
            yield from _found(needle, text)
        if depth and self._needles and (view := _View.of(text)) is not None:
            for place in self._places(view.text, depth - 1):
                yield Place(*view.origin(place.start, place.end), place.secret)


def _needles(secret: str) -> Iterator[_Needle]:
    whole = secret.isdecimal() or (secret.isalpha() and secret.isascii() and len(secret) <= _LONGEST_WORD)
    data = secret.encode("utf-8", "surrogatepass")
    yield _Needle(secret, secret, whole)
    yield _Needle(data.decode("latin-1"), secret, whole)  # in a header (transport/message.py)
    if " " in secret:
        yield _Needle(secret.replace(" ", "+"), secret)
    if len(data) > SHORTEST:
        yield _Needle(data.hex(), secret)
        yield _Needle(data.hex().upper(), secret)
    for shift, skipped in ((0, 0), (1, 2), (2, 3)):
        # Of the characters at both ends those are left out that depend on what is encoded before and after.
        encoded = b64encode(b"\0" * shift + data).decode("ascii")
        core = encoded[skipped : len(encoded) - (0, 3, 2)[(shift + len(data)) % 3]]
        if len(core) >= _SHORTEST_CORE:
            yield _Needle(core, secret, base64=True)
            yield _Needle(core.replace("+", "-").replace("/", "_"), secret, base64=True)


def _found(needle: _Needle, text: str) -> Iterator[Place]:
    start = text.find(needle.text)
    while start >= 0:
        end = start + len(needle.text)
        if needle.base64:
            before, after = _RUN_BEFORE.search(text, max(0, start - 8192), start), _RUN_AFTER.match(text, end)
            yield Place(before.start() if before else start, after.end() if after else end, needle.secret)
        elif not needle.whole or not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield Place(start, end, needle.secret)
        start = text.find(needle.text, end)


# --- Notations in which a character may be written otherwise ---

_ESCAPE: Final = re.compile(
    # One character of UTF-8 in percent-encoding (RFC 3986, section 2.1).
    r"(?P<percent>%[0-7][0-9A-Fa-f]"
    r"|%[CcDd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]"
    r"|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}"
    r"|%[Ff][0-7](?:%[89ABab][0-9A-Fa-f]){3})"
    # JSON (RFC 8259, section 7); a surrogate pair is one character.
    r"|(?P<json>\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[\"'\\/bfnrt])"
    r"|(?P<html>&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos|nbsp);)"
)


def _decoded(escape: re.Match[str]) -> str:
    if escape["percent"]:
        return bytes.fromhex(escape[0].replace("%", "")).decode("utf-8", "surrogateescape")
    if escape["json"]:
        return "'" if escape[0] == "\\'" else str(json.loads(f'"{escape[0]}"'))
    return unescape(escape[0])


@dataclass(frozen=True, slots=True)
class _View:
    """A text with its escapes undone once, and for each stretch of it where it comes from.

    Attributes:
        starts: where a stretch begins in `text`.
        origins: for each stretch its start and end in the original, and whether it was an escape.
    """

    text: str
    starts: list[int]
    origins: list[tuple[int, int, bool]]

    @classmethod
    def of(cls, text: str) -> _View | None:
        """None when there is nothing to undo."""
        pieces: list[str] = []
        starts: list[int] = []
        origins: list[tuple[int, int, bool]] = []
        position = length = 0
        for escape in _ESCAPE.finditer(text):
            start, end = escape.span()
            for piece, origin in (
                (text[position:start], (position, start, False)),
                (_decoded(escape), (start, end, True)),
            ):
                if piece:
                    pieces.append(piece)
                    starts.append(length)
                    origins.append(origin)
                    length += len(piece)
            position = end
        if not origins:
            return None
        if position < len(text):
            pieces.append(text[position:])
            starts.append(length)
            origins.append((position, len(text), False))
        return cls("".join(pieces), starts, origins)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a place in this text."""
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        low, _, escaped_low = self.origins[first]
        origin_start, high, escaped_high = self.origins[last]
        return (
            low if escaped_low else low + start - self.starts[first],
            high if escaped_high else origin_start + end - self.starts[last],
        )
