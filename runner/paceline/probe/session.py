"""What proves a session in a request: taken out of it, or put in again when its time is over."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from urllib.parse import quote, unquote_plus

from paceline.model.exchange import HttpRequest, Trip
from paceline.report.secret_names import is_secret_header, is_secret_name
from paceline.transport.addresses import without_user
from paceline.transport.set_cookie import parse_set_cookie

_SHORTEST = 16  # characters: what is shorter may stand in a request for something else, or be somebody's session
_FORM = "0" * 32
_PAIR = re.compile(r"\s*([^=;]*)=([^;]*)")
_SCHEME = re.compile(r"([A-Za-z][\w-]*) +(\S.*)")
_LONG_AGO = 946_684_800  # unix seconds: 2000


@dataclass(frozen=True, slots=True)
class Proofs:
    """Which headers and query parameters of a request prove a session: those named like a secret.

    Attributes:
        key: place (`header` or `query`) and name of its API key, which may be called anything.
        keep: names of headers that prove nothing, whatever they sound like; in lower case.
    """

    key: tuple[str, str] | None = None
    keep: frozenset[str] = frozenset()

    def header(self, name: str) -> bool:
        """Whether a header is one of them."""
        is_key = self.key is not None and self.key[0] == "header" and self.key[1].lower() == name.lower()
        return (is_key or is_secret_header(name)) and name.lower() not in self.keep

    def parameter(self, name: str) -> bool:
        """Whether a query parameter is one of them."""
        return is_secret_name(name) or self.key == ("query", name)


@dataclass(slots=True)
class Session:
    """How the requests of a run proved whom they came from.

    Attributes:
        names: of the cookies that prove it, as far as contracts tell; empty counts every cookie as one of them.
        cookies: those that were sent, by name, each with its last value.
        headers: other headers that prove it, by name, each with its last value.
        ended: cookies that the service took back from a request that carried them: their session is over.
        secrets: values that nobody may see again, in no place of a request.
        stale: what to send in place of anything made up; empty means nothing better is known.
    """

    names: frozenset[str] = frozenset()
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    stale: str = ""

    def learn(self, trip: Trip) -> None:
        """Take in what a request carried, and what its answer says of its cookies."""
        for hop in trip.hops:
            sent = cookies_of(hop.request)
            for name, value in sent.items():
                if self.proves(name):
                    self.cookies[name] = value
                    self._hide(value)
            for name, value in hop.request.headers:
                if is_secret_header(name) and name.lower() != "cookie":
                    self.headers[name] = value
                    self._hide(_token(value))
            for name in _taken_back(hop.response.headers):
                if self.proves(name) and name in sent:
                    self.ended[name] = sent[name]

    def proves(self, cookie: str) -> bool:
        """Whether a cookie of this name proves a session."""
        return not self.names or cookie in self.names

    def _hide(self, value: str) -> None:
        if len(value) >= _SHORTEST:
            self.secrets.add(value)

    # --- Requests ---

    def without(self, request: HttpRequest, proofs: Proofs) -> HttpRequest:
        """The request with nothing that could prove a session: no cookie, no credential, no known value of one."""
        headers = tuple((name, value) for name, value in request.headers if not proofs.header(name))
        url = _with_query(request.url, lambda name, pair: None if proofs.parameter(name) else pair)
        return self._blotted(replace(request, url=url, headers=headers))

    def with_stale(self, request: HttpRequest, proofs: Proofs, sent: Mapping[str, str]) -> HttpRequest:
        """The request as it went out, but the session is one whose time is over, or that never was.

        Args:
            sent: cookies that went with it.
        """
        cookies: Mapping[str, str] = {name: value for name, value in sent.items() if self.proves(name)}
        credentials = [pair for pair in request.headers if proofs.header(pair[0]) and pair[0].lower() != "cookie"]
        headers = [pair for pair in request.headers if not proofs.header(pair[0])]
        url = _with_query(request.url, lambda name, pair: self._stale_pair(pair) if proofs.parameter(name) else pair)
        if not cookies and not credentials and url == request.url:
            cookies, credentials = self._usual()
        headers += [(name, self._stale_credential(value)) for name, value in credentials]
        pairs = [f"{name}={self.stale or self.ended.get(name) or made_up(value)}" for name, value in cookies.items()]
        headers += [("Cookie", "; ".join(pairs))] if pairs else []
        return self._blotted(replace(request, url=url, headers=tuple(headers)))

    def _usual(self) -> tuple[Mapping[str, str], list[tuple[str, str]]]:
        """Cookies and credentials of a request that nobody has seen: those of the others; else what contracts name."""
        if self.cookies or self.headers:
            return self.cookies, list(self.headers.items())
        if self.names:
            return dict.fromkeys(sorted(self.names), ""), []
        return {}, [("Authorization", "Bearer -")]

    def _stale_credential(self, value: str) -> str:
        scheme = _SCHEME.fullmatch(value)
        stale = self.stale or made_up(_token(value))
        return f"{scheme[1]} {stale}" if scheme else stale

    def _stale_pair(self, pair: str) -> str:
        name, _, value = pair.partition("=")
        return f"{name}={quote(self.stale or made_up(unquote_plus(value)), safe='')}"

    def _blotted(self, request: HttpRequest) -> HttpRequest:
        """Without user and password, and without values of sessions in query and body: others of their length instead.

        The path stays, since a cookie may hold what is no secret, such as the id of an account.
        """
        path, mark, query = without_user(request.url).partition("?")
        body = request.body
        for value in self.secrets:
            query = query.replace(value, made_up(value))
            body = body and body.replace(value.encode(), made_up(value).encode())
        return replace(request, url=path + mark + query, body=body)


def carries_nothing(request: HttpRequest, proofs: Proofs) -> bool:
    """Whether a request, exactly as it was sent, has no cookie and no credential at all."""
    return Session().without(request, proofs) == request


def cookies_of(request: HttpRequest) -> dict[str, str]:
    """The cookies of a request as it was sent, by name."""
    lines = (value for name, value in request.headers if name.lower() == "cookie")
    return {pair[1].strip(): pair[2].strip() for line in lines for pair in _PAIR.finditer(line)}


def made_up(value: str) -> str:
    """Something of the form of a session or a token that is none. What it is made from does not show in it.

    >>> made_up("5f0e8c4b5f0e8c4b"), made_up("sess-ABC-1234567")
    ('f2e378553a8396cf', 'rukd-OZR-2057645')
    """
    if len(value) < _SHORTEST:
        value = _FORM
    web_token = value.split(".")
    if len(web_token) == 3 and all(web_token):
        # Well-formed, so that it is looked at, and over for many years (RFC 7519, section 4.1.4).
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "nobody", "iat": _LONG_AGO - 3600, "exp": _LONG_AGO})
        encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        return ".".join((*encoded, _scrambled(web_token[2])))
    return _scrambled(value)


def _scrambled(value: str) -> str:
    """Other letters and digits in the same places."""
    hexadecimal = re.fullmatch("[0-9a-f]+", value) is not None
    lots = (byte for number in count() for byte in hashlib.sha256(f"paceline {number}".encode()).digest())

    def other(character: str) -> str:
        lot = next(lots)
        if hexadecimal:
            return "0123456789abcdef"[lot % 16]
        if character.isascii() and character.isdigit():
            return str(lot % 10)
        if character.isascii() and character.isalpha():
            return chr((65 if character.isupper() else 97) + lot % 26)
        return character

    return "".join(map(other, value))


def _token(value: str) -> str:
    """A credential without its scheme."""
    scheme = _SCHEME.fullmatch(value)
    return scheme[2] if scheme else value


def _taken_back(headers: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Names of the cookies that an answer lets expire (RFC 6265, section 3.1)."""
    for name, value in headers:
        cookie = parse_set_cookie(value) if name.lower() == "set-cookie" else None
        if cookie is None:
            continue
        over = cookie.expires is not None and cookie.expires <= time.time()
        if over if cookie.max_age is None else cookie.max_age <= 0:
            yield cookie.name


def _with_query(url: str, keep: Callable[[str, str], str | None]) -> str:
    """The address with each pair of its query as `keep(name, pair)` gives it; None takes it out."""
    rest, hash_, fragment = url.partition("#")
    path, mark, query = rest.partition("?")
    if not mark:
        return url
    pairs = (keep(unquote_plus(pair.partition("=")[0]), pair) for pair in query.split("&"))
    kept = "&".join(pair for pair in pairs if pair is not None)
    return path + (f"?{kept}" if kept or not query else "") + hash_ + fragment
