"""Secrets in text by what they are: found in whatever way they are written.

A value is looked for as it stands, with its characters escaped for URLs, JSON or XML, and within base64, where it may
be one part of what was encoded (`user:password`).
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from paceline.report.notations import from_octets, octets, views
from paceline.report.secret_fields import MASK, tells_something

#: Below it a value is hidden in its own field only: found elsewhere it would rarely be the secret.
SHORTEST: Final = 4

_SHORTEST_NUMBER: Final = 6
_SURE_BASE64: Final = 6  # characters of base64 that are hardly there by chance
_LONGEST: Final = 65_536  # a longer value is hidden in its own field
_LONGEST_WORD: Final = 7  # letters only: as part of a longer word it is not the secret

#: Passwords that are words of every report.
_COMMON: Final = frozenset(
    "admin anonymous apikey basic bearer body changeme client content cookie cookies credentials data debug default "
    "delete demo email error example explicit false guest header headers hello http https implicit info input invalid "
    "json localhost login message mode name null option options optional pass passed passw0rd passwd password "
    "password1 patch post postman production request required response root sample secret session simple staging "
    "status string success system test test123 testing text token true type undefined unknown user username valid "
    "value variable welcome xxxx".split()
)

_TEMPLATE: Final = re.compile(r"\{\{[^{}]*\}\}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]*")  # nobody writes these characters otherwise
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_FRACTION: Final = re.compile(r"\.[0-9]")
_AROUND: Final = 8192  # characters that are looked at around a secret
_FEW: Final = 300  # up to so many it is quicker to look for each of them
_NESTED: Final = 2  # notations within each other, such as a URL in JSON


@dataclass(frozen=True, slots=True)
class _Needle:
    """One way in which a value is written.

    Attributes:
        data: what to look for, as octets.
        whole: it counts only where it is not part of a longer word or number.
        encodes: what it is the base64 of, or nothing; all base64 around it belongs to it.
    """

    data: str
    whole: bool = False
    encodes: bytes = b""


class SecretValues:
    """Values to hide, and the places where they stand. Finding nothing is quick.

    Attributes:
        count: of the ways in which the values are written; it grows with every new one.
    """

    def __init__(self) -> None:
        self.count = 0
        self._known: set[tuple[str, bool]] = set()
        self._needles: dict[str, _Needle] = {}
        self._by_tail: dict[int, list[_Needle]] = {}
        self._nested = 0

    def add(self, value: str, *, declared: bool = False) -> None:
        """Hide this value from now on, unless it is one that says nothing or stands in every report.

        Args:
            declared: the user said that it is a secret, so that even a common word is one.
        """
        if (value, declared) in self._known:
            return
        self._known.add((value, declared))
        for text in {value, value.strip()}:
            if is_telling(text, declared=declared):
                for needle in _needles(text):
                    self._add(needle)

    def _add(self, needle: _Needle) -> None:
        if needle.data in self._needles:
            return
        self._needles[needle.data] = needle
        self._by_tail.setdefault(_tail(needle.data), []).append(needle)
        self.count += 1
        if needle.whole or _PLAIN.fullmatch(needle.data) is None:
            self._nested = _NESTED

    def hide(self, text: str) -> str:
        """The text with every known value masked; the same object when there is none."""
        data = octets(text)
        hidden = self._hide(data)
        return text if hidden is data else from_octets(hidden)

    def hide_bytes(self, data: bytes) -> bytes:
        """The same for bytes."""
        if not self._needles:
            return data
        text = data.decode("latin-1")
        hidden = self._hide(text)
        return data if hidden is text else hidden.encode("latin-1")

    def _hide(self, data: str) -> str:
        if not self._needles or len(data) < SHORTEST:
            return data
        spans = list(self._spans(data, self._nested))
        if not spans:
            return data
        pieces: list[str] = []
        position = 0
        for start, end in _merged(spans):
            pieces += data[position:start], _mask(data, start, end)
            position = end
        return "".join((*pieces, data[position:]))

    def _spans(self, data: str, nested: int) -> Iterator[tuple[int, int]]:
        """Places of secrets, also of those written in up to so many notations within each other."""
        for needle in self._present(data):
            yield from _places(needle, data)
        if nested:
            for view in views(data):
                yield from (view.origin(start, end) for start, end in self._spans(view.data, nested - 1))

    def _present(self, data: str) -> Iterable[_Needle]:
        if len(self._needles) <= _FEW:
            return [needle for text, needle in self._needles.items() if text in data]
        # A run that logs in a thousand times has thousands of values. To stay quick, all sequences of four octets are
        # compared with those in which the values end; these differ most, since many tokens begin alike.
        view = memoryview(data.encode("latin-1"))
        tails: set[int] = set()
        for shift in range(4):
            tails |= self._by_tail.keys() & set(view[shift : shift + (len(data) - shift) // 4 * 4].cast("I"))
        return [needle for tail in tails for needle in self._by_tail[tail] if needle.data in data]


def is_telling(value: str, *, declared: bool = False) -> bool:
    """Whether a value is a secret wherever it stands, and not only in the field that makes it one.

    >>> [is_telling(value) for value in ("hunter2", "abc", "true", "password", "1234", "{{token}}", "https://a.test/")]
    [True, False, False, False, False, False, False]
    """
    folded = value.lower()
    if not SHORTEST <= len(value) <= _LONGEST or not tells_something(value) or _TEMPLATE.search(value):
        return False
    if not any(map(str.isalnum, value)):
        return False
    if declared:
        return True
    if value.isdecimal():
        return len(value) >= _SHORTEST_NUMBER
    is_address = folded.startswith(("http://", "https://")) and "@" not in value and "?" not in value
    return folded not in _COMMON and not is_address


def _needles(value: str) -> Iterator[_Needle]:
    plain = value.encode("utf-8", "surrogatepass")
    whole = value.isdecimal() or (value.isalpha() and value.isascii() and len(value) <= _LONGEST_WORD)
    yield _Needle(octets(value), whole)
    if value.isdecimal():
        yield _Needle(f"-{octets(value)}", whole)  # so that a negative number in JSON is replaced with its sign
    if " " in value:
        yield _Needle(octets(value).replace(" ", "+"))  # as forms have it
    for shift, skipped in ((0, 0), (1, 2), (2, 3)):
        # Of the characters at both ends those are left out that depend on what is encoded before and after.
        encoded = b64encode(b"\0" * shift + plain).decode()
        core = encoded[skipped : len(encoded) - (0, 3, 2)[(shift + len(plain)) % 3]]
        if len(core) >= SHORTEST:
            yield _Needle(core, encodes=plain)
            if "+" in core or "/" in core:
                yield _Needle(core.replace("+", "-").replace("/", "_"), encodes=plain)  # RFC 4648, section 5


def _tail(data: str) -> int:
    return memoryview(data[-4:].encode("latin-1")).cast("I")[0]


def _places(needle: _Needle, data: str) -> Iterator[tuple[int, int]]:
    start = data.find(needle.data)
    while start >= 0:
        end = start + len(needle.data)
        if needle.encodes:
            whole = _whole_base64(data, start, end)
            if len(needle.data) >= _SURE_BASE64 or needle.encodes in _decoded(data[slice(*whole)]):
                yield whole
        elif not needle.whole or _stands_alone(data, start, end):
            yield start, end
        start = data.find(needle.data, end)


def _stands_alone(data: str, start: int, end: int) -> bool:
    """Whether this is not a part of a longer word, nor of a number with a fraction."""
    if data[start - 1 : start].isalnum() or data[end : end + 1].isalnum():
        return False
    return not (data[start].isdigit() and (_FRACTION.match(data, end) or data[start - 1 : start] == "."))


def _mask(data: str, start: int, end: int) -> str:
    """What to write there: a number that stands in JSON becomes a text, so that it is JSON still."""
    if not data[start:end].lstrip("-").isdigit():
        return MASK
    before, after = data[max(0, start - _AROUND) : start].rstrip(), data[end : end + _AROUND].lstrip()
    return f'"{MASK}"' if before[-1:] in {":", ",", "["} and after[:1] in {",", "]", "}"} else MASK


def _decoded(base64: str) -> bytes:
    digits = base64.rstrip("=")
    if len(digits) % 4 == 1:
        return b""
    return urlsafe_b64decode(digits.replace("+", "-").replace("/", "_") + "==")


def _whole_base64(data: str, start: int, end: int) -> tuple[int, int]:
    before, after = data[max(0, start - _AROUND) : start], data[end : end + _AROUND]
    rest = after.lstrip(_BASE64)
    padding = len(rest) - len(rest.lstrip("="))
    return start - len(before) + len(before.rstrip(_BASE64)), end + len(after) - len(rest) + padding


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans in order, those that touch joined: of two secrets that overlap nothing is left."""
    spans.sort()
    start, end = spans[0]
    for next_start, next_end in spans[1:]:
        if next_start > end:
            yield start, end
            start, end = next_start, next_end
        else:
            end = max(end, next_end)
    yield start, end
