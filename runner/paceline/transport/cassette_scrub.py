"""Taking secrets out of what a cassette stores, and refusing what still holds one.

Two ways find them: by name, where a field, header, cookie or parameter is called like a secret, and by value, wherever
a secret that is known from anywhere turns up again.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from threading import RLock
from typing import Final, Protocol
from urllib.parse import unquote

from paceline.model.exchange import Exchange, HttpRequest, HttpResponse
from paceline.transport.cassette_fields import fields_of, nested_values
from paceline.transport.cassette_placeholders import (
    PLACEHOLDER,
    has_placeholder,
    is_placeholder,
    kind,
    placeholder,
)
from paceline.transport.cassette_secrets import KnownSecrets, Place, is_telling
from paceline.transport.message import Headers

_COOKIE: Final = re.compile(r"(?P<name>[^=;,\s]+)(?P<equals>\s*=\s*)(?P<value>\"[^\"]*\"|[^;\s]*)")
_SCHEME: Final = re.compile(r"(?P<scheme>[A-Za-z][\w-]*)[ ]+(?P<rest>\S.*)", re.DOTALL)
_USER: Final = re.compile(r"(?<=://)(?P<user>[^/?#\\@:\s\"]*)(?::(?P<password>[^/?#\\@\s\"]*))?@")
_LONG_COOKIE: Final = 16
_RANDOM_LOOK: Final = 8


class Scrubber(Protocol):
    """Knows the secrets of a run and what to write in their place. Safe to use from several threads."""

    def is_secret_name(self, name: str) -> bool:
        """Whether what has this name is a secret."""
        ...

    def learn(self, name: str, value: str, *, declared: bool = False) -> None:
        """Hide this value wherever it stands from now on, unless it is one that stands in every message."""
        ...

    def placeholder(self, name: str, value: str) -> str:
        """What to write for a value that is secret because of its name; always the same for the same value."""
        ...

    def text(self, text: str) -> str:
        """The text with placeholders for all known secrets, in whatever way they are written."""
        ...

    def secrets(self) -> Collection[str]:
        """The values that must not be stored."""
        ...


class SecretScrubber:
    """A scrubber that learns as it goes.

    Args:
        is_secret_name: tells which names of fields, headers, cookies and parameters stand for secrets.
        known: secrets that are known beforehand by their names, such as variables of the type `secret`.
    """

    def __init__(self, is_secret_name: Callable[[str], bool], known: Mapping[str, str] | None = None) -> None:
        self._is_secret_name = is_secret_name
        self._known = KnownSecrets()
        self._written: dict[str, str] = {}
        self._numbers: Counter[tuple[str, tuple[str, int]]] = Counter()
        self._lock = RLock()
        for name, value in (known or {}).items():
            self.learn(name, value, declared=True)

    def is_secret_name(self, name: str) -> bool:
        """Whether what has this name is a secret."""
        return self._is_secret_name(name)

    def learn(self, name: str, value: str, *, declared: bool = False) -> None:
        """Hide this value wherever it stands from now on, unless it is one that stands in every message.

        Args:
            declared: the user said that it is a secret.
        """
        value = value.strip()
        if is_placeholder(value) or not is_telling(value, declared=declared):
            return
        with self._lock:
            self.placeholder(name, value)
            self._known.add(value)

    def placeholder(self, name: str, value: str) -> str:
        """What to write for a value that is secret because of its name; always the same for the same value."""
        if is_placeholder(value) or not value:
            return value
        with self._lock:
            if value not in self._written:
                of_kind = (name.lower(), kind(value))
                self._numbers[of_kind] += 1
                self._written[value] = placeholder(name, value, self._numbers[of_kind])
            return self._written[value]

    def text(self, text: str) -> str:
        """The text with placeholders for all known secrets; the same object when it holds none."""
        with self._lock:
            places = _standing_free(self._known, text)
            if not places:
                return text
            pieces: list[str] = []
            position = 0
            for place in places:
                written = self._written[place.secret]
                pieces += text[position : place.start], written
                position = place.end
            return "".join((*pieces, text[position:]))

    def secrets(self) -> Collection[str]:
        """The values that must not be stored."""
        return tuple(self._known)


# --- Learning ---


def learn_request(request: HttpRequest, scrubber: Scrubber) -> None:
    """Learn the secrets of a request by their names."""
    _learn_text(request.url, scrubber)
    _learn_headers(request.headers, scrubber)
    if request.body:
        _learn_text(_text(request.body), scrubber)


def learn_exchange(exchange: Exchange, scrubber: Scrubber) -> None:
    """Learn the secrets of a request and its response by their names."""
    learn_request(exchange.request, scrubber)
    _learn_headers(exchange.response.headers, scrubber)
    _learn_text(_text(exchange.response.body), scrubber)


def _learn_headers(headers: Headers, scrubber: Scrubber) -> None:
    for name, value in headers:
        folded = name.lower()
        if folded in {"cookie", "set-cookie"}:
            for cookie, text in _cookies(folded, value):
                if scrubber.is_secret_name(cookie) or _looks_random(text):
                    scrubber.learn(cookie, text)
                    scrubber.learn(cookie, unquote(text))
        elif scrubber.is_secret_name(name):
            _learn_credential(name, value, scrubber)
        else:
            _learn_text(value, scrubber)


def _learn_credential(name: str, value: str, scrubber: Scrubber) -> None:
    scheme = _SCHEME.fullmatch(value)
    secret = scheme["rest"] if scheme else value
    if scheme and scheme["scheme"].lower() == "basic":
        try:
            decoded = base64.b64decode(secret, validate=True).decode("utf-8")
        except ValueError:
            decoded = ""
        scrubber.learn("password", decoded.partition(":")[2])
    scrubber.learn(name, secret)


def _learn_text(text: str, scrubber: Scrubber) -> None:
    for field in fields_of(text):
        if scrubber.is_secret_name(field.name):
            scrubber.learn(field.name, field.value)
    for names, value in nested_values(text):
        name = next((name for name in reversed(names) if scrubber.is_secret_name(name)), None)
        if name is not None:
            scrubber.learn(name, value)
    for user in _USER.finditer(text):
        # A user without a password is a token, as Git services have it.
        scrubber.learn("password", unquote(user["user"] if user["password"] is None else user["password"]))


def _cookies(header: str, value: str) -> Iterator[tuple[str, str]]:
    pairs = value.partition(";")[0] if header == "set-cookie" else value
    for pair in _COOKIE.finditer(pairs):
        yield pair["name"], pair["value"].strip('"')


def _looks_random(value: str) -> bool:
    """Whether a cookie's value is more than a setting such as `theme=dark`, whatever its name."""
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return len(value) >= _LONG_COOKIE or (len(value) >= _RANDOM_LOOK and mixed)


# --- Hiding ---


def scrubbed_exchange(exchange: Exchange, scrubber: Scrubber) -> Exchange:
    """A hop without its secrets. All that is known by then is hidden, so learn everything first."""
    response = exchange.response
    return Exchange(
        scrubbed_request(exchange.request, scrubber),
        HttpResponse(
            status=response.status,
            reason=scrubber.text(response.reason),
            headers=_scrubbed_headers(response.headers, scrubber),
            body=_bytes(_scrubbed_text(_text(response.body), scrubber)),
            url=_scrubbed_text(response.url, scrubber),
            http_version=response.http_version,
            elapsed_ms=response.elapsed_ms,
            wire_bytes=response.wire_bytes,
        ),
    )


def scrubbed_request(request: HttpRequest, scrubber: Scrubber) -> HttpRequest:
    """A request without its secrets."""
    return replace(
        request,
        url=_scrubbed_text(request.url, scrubber),
        headers=_scrubbed_headers(request.headers, scrubber),
        body=None if request.body is None else _bytes(_scrubbed_text(_text(request.body), scrubber)),
    )


def _scrubbed_headers(headers: Headers, scrubber: Scrubber) -> Headers:
    return tuple((name, _scrubbed_header(name, value, scrubber)) for name, value in headers)


def _scrubbed_header(name: str, value: str, scrubber: Scrubber) -> str:
    folded = name.lower()
    if folded in {"cookie", "set-cookie"}:

        def hide(pair: re.Match[str]) -> str:
            text = pair["value"].strip('"')
            if not (scrubber.is_secret_name(pair["name"]) or _looks_random(text)):
                return scrubber.text(pair[0])
            quote = '"' if pair["value"].startswith('"') else ""
            return f"{pair['name']}{pair['equals']}{quote}{scrubber.placeholder(pair['name'], text)}{quote}"

        if folded == "cookie":
            return _COOKIE.sub(hide, value)
        pair, semicolon, attributes = value.partition(";")
        return _COOKIE.sub(hide, pair, count=1) + semicolon + scrubber.text(attributes)
    if not scrubber.is_secret_name(name):
        return _scrubbed_text(value, scrubber)
    scheme = _SCHEME.fullmatch(value)
    if scheme is None:
        return scrubber.placeholder(name, value)
    return f"{scheme['scheme']} {scrubber.placeholder(name, scheme['rest'])}"


def _scrubbed_text(text: str, scrubber: Scrubber) -> str:
    """Known secrets first: what is found by its name alone may hold less than the whole of one."""
    text = _USER.sub(lambda user: f"{_user(user, scrubber)}@", scrubber.text(text))
    found = {
        (field.start, field.end): field
        for field in fields_of(text)
        if field.start < field.end and scrubber.is_secret_name(field.name)
    }
    pieces: list[str] = []
    position = 0
    for (start, end), field in sorted(found.items()):
        if start < position or is_placeholder(field.value.strip()):
            continue
        pieces += text[position:start], scrubber.placeholder(field.name, field.value)
        position = end
    return "".join((*pieces, text[position:]))


def _user(user: re.Match[str], scrubber: Scrubber) -> str:
    if user["password"] is None:
        return scrubber.placeholder("password", user["user"])
    return f"{user['user']}:{scrubber.placeholder('password', user['password'])}"


def _text(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# --- Refusing ---


def leaks(exchange: Exchange, scrubber: Scrubber) -> Iterator[str]:
    """The fields of a hop that still hold a secret, as JSON Pointers inside its interaction."""
    # Not by what hid them: a secret that one of the two does not see, the other may.
    known = KnownSecrets()
    for secret in scrubber.secrets():
        known.add(secret)
    for pointer, text in _fields(exchange):
        if _standing_free(known, text):
            yield pointer


def _standing_free(known: KnownSecrets, text: str) -> list[Place]:
    """Where secrets stand, save within a placeholder: it may be named by a word that is a secret too."""
    places = known.places(text)
    if not places or not has_placeholder(text):
        return places
    written = [match.span() for match in PLACEHOLDER.finditer(text)]
    return [place for place in places if not any(start <= place.start and place.end <= end for start, end in written)]


def _fields(exchange: Exchange) -> Iterator[tuple[str, str]]:
    request, response = exchange.request, exchange.response
    yield "/request/method", request.method
    yield "/request/uri", request.url
    if request.body is not None:
        yield "/request/body", _text(request.body)
    yield "/response/status/message", response.reason
    yield "/response/body/string", _text(response.body)
    yield "/paceline/response_url", response.url
    for side, headers in (("request", request.headers), ("response", response.headers)):
        for name, value in headers:
            yield f"/{side}/headers/{name}", f"{name}: {value}"
