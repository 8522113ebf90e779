"""The cookie jar of a run (RFC 6265), as lenient as Newman's: Postman's fork of tough-cookie 4.1.3 in looseMode.

Where we differ from Newman: a cookie for a public suffix is refused, as section 5.3 asks (Newman keeps it, and sends it
to the suffix itself alone); a cookie that is all empty is none; the Max-Age of a cookie that is set again counts from
now, not from when it was first set.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from paceline.model.exchange import Cookie, DroppedCookie, RefusedCookie
from paceline.transport.set_cookie import SetCookie, parse_set_cookie, why_unreadable

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_DELETED = "a response deleted it, by setting it with a Max-Age or Expires that is over"


class Stored(NamedTuple):
    """What became of the cookies of a response, save for those that were kept.

    Attributes:
        refused: those that were not kept.
        dropped: older ones that were deleted.
    """

    refused: tuple[RefusedCookie, ...]
    dropped: tuple[DroppedCookie, ...]


class CookieJar:
    """Cookies by domain, path and name. Safe to use from several threads.

    Times are unix seconds; `now` is what `clock` tells when it is not given. A replay sets the clock back.

    >>> jar = CookieJar()
    >>> _ = jar.store("http://api.example.org/v1/login", ["id=7; Path=/"])
    >>> jar.header_for("http://api.example.org/v1/rides")
    'id=7'
    """

    def __init__(self, cookies: Iterable[Cookie] = ()) -> None:
        # By domain, path and name. A cookie that is set again keeps its place, which decides between equal times.
        self._cookies: dict[tuple[str, str, str], Cookie] = {}
        self._lock = RLock()
        self.clock = time.time
        for cookie in cookies:
            self.put(cookie)

    def store(self, url: str, set_cookie_headers: Iterable[str], now: float | None = None) -> Stored:
        """Take the values of Set-Cookie headers that the server at `url` sent (section 5.3).

        >>> CookieJar().store("http://a.example/", ["id=7; Domain=b.example"]).refused[0].reason
        'Domain=b.example is neither the host a.example nor a domain above it'
        """
        now = self.clock() if now is None else now
        host, path, _ = _request(url)
        refused: list[RefusedCookie] = []
        dropped: list[DroppedCookie] = []
        for header in set_cookie_headers:
            parsed = parse_set_cookie(header)
            if parsed is None:
                refused.append(RefusedCookie(*why_unreadable(header)))
                continue
            cookie = _received(parsed, host, path, now)
            if reason := _why_refused(parsed, cookie, host):
                refused.append(RefusedCookie(parsed.name, reason))
                continue
            key = cookie.domain, cookie.path, cookie.name
            with self._lock:
                old = self.find(*key)
                if cookie.expires is None or cookie.expires > now:
                    self.put(cookie if old is None else replace(cookie, created=old.created))
                elif old is not None:
                    self.remove(*key)
                    dropped.append(DroppedCookie(cookie.name, cookie.domain, cookie.path, _DELETED))
                else:
                    reason = f"already expired, and none of domain {cookie.domain} and path {cookie.path} to delete"
                    refused.append(RefusedCookie(cookie.name, reason))
        return Stored(tuple(refused), tuple(dropped))

    def for_url(self, url: str, now: float | None = None) -> tuple[Cookie, ...]:
        """The cookies that go to `url`: longer paths first, then older first (section 5.4).

        Those with `Secure` go by https, and as in Newman by http to this machine (`localhost`, 127.0.0.0/8, ::1).
        """
        if not self._cookies:
            return ()
        now = self.clock() if now is None else now
        host, path, secure = _request(url)
        chosen = []
        for cookie in self.find_all(host, path):
            if cookie.expires is not None and cookie.expires <= now:
                self.remove(cookie.domain, cookie.path, cookie.name)
            elif (cookie.domain == host or not cookie.host_only) and (secure or not cookie.secure):
                chosen.append(cookie)
        return tuple(sorted(chosen, key=lambda cookie: (-len(cookie.path), cookie.created)))

    def header_for(self, url: str, now: float | None = None) -> str:
        """Value of the Cookie header for `url`; empty when no cookie goes there."""
        pairs = self.for_url(url, now)
        return "; ".join(f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in pairs)

    def find(self, domain: str, path: str, name: str) -> Cookie | None:
        """The cookie of exactly this domain, path and name."""
        return self._cookies.get((domain, path, name))

    def find_all(self, domain: str, path: str | None = None) -> tuple[Cookie, ...]:
        """The cookies of `domain` and the domains above it, for `path` or, when it is None, for all paths."""
        with self._lock:
            return tuple(
                cookie
                for cookie in self._cookies.values()
                if domain_matches(domain, cookie.domain) and (path is None or path_matches(path, cookie.path))
            )

    def put(self, cookie: Cookie) -> None:
        """Keep a cookie as it is, in place of one of the same domain, path and name."""
        with self._lock:
            self._cookies[cookie.domain, cookie.path, cookie.name] = cookie

    def remove(self, domain: str, path: str, name: str) -> None:
        """Forget one cookie, if it is there."""
        with self._lock:
            self._cookies.pop((domain, path, name), None)

    def clear(self) -> None:
        """Forget every cookie."""
        with self._lock:
            self._cookies.clear()

    def reset(self, cookies: Iterable[Cookie]) -> None:
        """Keep just these, in this order."""
        with self._lock:
            self._cookies.clear()
            for cookie in cookies:
                self.put(cookie)

    def store_call(self, method: str, args: list[Any]) -> Any:
        """Do what a script's jar asks for; `method` and `args` as of tough-cookie's Store, without the callback.

        Returns:
            a cookie as JSON, a list of them, or None.

        Raises:
            ValueError: no such method, or arguments that it cannot have.
        """
        from paceline.transport.cookie_json import call

        with self._lock:
            return call(self, method, args, self.clock())

    def __iter__(self) -> Iterator[Cookie]:
        """All cookies in the order in which they were first set, expired ones too that no request has met yet."""
        with self._lock:
            return iter(tuple(self._cookies.values()))

    def __len__(self) -> int:
        return len(self._cookies)


def domain_matches(host: str, domain: str) -> bool:
    """Whether `domain` is `host` or one above it (section 5.1.3); addresses have none above."""
    return host == domain or (host.endswith(f".{domain}") and not _is_address(host))


def path_matches(path: str, cookie_path: str) -> bool:
    """Whether `path` is `cookie_path` or lies below it (section 5.1.4)."""
    return path == cookie_path or path.startswith(cookie_path if cookie_path.endswith("/") else f"{cookie_path}/")


def default_path(path: str) -> str:
    """Path of a cookie that names none: the folder of the request (section 5.1.4)."""
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def not_asked_for(set_cookie_headers: Iterable[str]) -> Stored:
    """What becomes of cookies where the request is to keep none."""
    parsed = map(parse_set_cookie, set_cookie_headers)
    reason = "the request keeps no cookies (protocolProfileBehavior.disableCookies)"
    return Stored(tuple(RefusedCookie(cookie.name if cookie else "", reason) for cookie in parsed), ())


def _received(parsed: SetCookie, host: str, path: str, now: float) -> Cookie:
    """A cookie as it would be stored (section 5.3)."""
    domain = host if parsed.domain is None else _ascii(parsed.domain)
    expires = parsed.expires if parsed.max_age is None else now + parsed.max_age
    return Cookie(
        name=parsed.name,
        value=parsed.value,
        domain=domain,
        path=parsed.path or default_path(path),
        expires=expires,
        secure=parsed.secure,
        http_only=parsed.http_only,
        host_only=parsed.domain is None or (domain == host and is_public_suffix(domain)),
        same_site=parsed.same_site,
        created=now,
        extensions=parsed.extensions,
    )


def _why_refused(parsed: SetCookie, cookie: Cookie, host: str) -> str:
    """Why `host` may not set a cookie; empty when it may."""
    if parsed.domain is not None and not domain_matches(host, cookie.domain):  # section 5.3, step 6
        return f"Domain={parsed.domain} is neither the host {host} nor a domain above it"
    if cookie.domain != host and is_public_suffix(cookie.domain):  # step 5
        return f"Domain={parsed.domain} is a public suffix: a cookie for it would go to hosts of others too"
    # https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html, "Cookie Name Prefixes"
    prefix = next((one for one in ("__Secure-", "__Host-") if cookie.name.startswith(one)), "")
    broken = ["Secure"] if prefix and not cookie.secure else []
    if prefix == "__Host-":
        broken += ["Path=/"] if cookie.path != "/" else []
        broken += ["no Domain"] if parsed.domain is not None else []
    return f"the prefix {prefix} asks for {' and '.join(broken)}" if broken else ""


@lru_cache(maxsize=1024)
def _request(url: str) -> tuple[str, str, bool]:
    """Host, path and whether secure cookies go there."""
    parts = urlsplit(url)
    host = _ascii(parts.hostname or "")
    local = host in ("localhost", "::1") or host.endswith(".localhost") or (_is_address(host) and host[:4] == "127.")
    return host, parts.path or "/", local or parts.scheme.lower() in ("https", "wss")


def _ascii(host: str) -> str:
    """The canonical form of a host (section 5.1.2)."""
    host = host.strip("[]")
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


def _is_address(host: str) -> bool:
    return ":" in host or _IPV4.fullmatch(host) is not None


@lru_cache(maxsize=256)
def is_public_suffix(domain: str) -> bool:
    """Whether anybody can register names right below `domain` (https://publicsuffix.org), as below `com` and `co.uk`.

    A single label is one, known or not; an address is none.
    """
    if _is_address(domain):
        return False
    if "." not in domain:
        return True
    return bool(_public_suffixes().privatesuffix(domain) is None)


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    # A list of ten thousand names: only a run with a Domain attribute pays for it.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
