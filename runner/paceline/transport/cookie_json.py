"""Cookies in tough-cookie's JSON, which Postman's sandbox speaks and Newman writes to files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from paceline.errors import FormatError, Location
from paceline.model.exchange import Cookie

if TYPE_CHECKING:
    from paceline.transport.cookies import CookieJar

_STRINGS = ("key", "value", "domain", "path", "sameSite")
_FLAGS = ("secure", "httpOnly", "hostOnly")
_LATEST = datetime.max.replace(tzinfo=UTC)


def to_json(cookie: Cookie) -> dict[str, Any]:
    """A cookie as tough-cookie's `toJSON` gives it: what has its default value is left out, times are ISO 8601.

    `lastAccessed` is not kept; the time of creation stands for it.
    """
    created = iso_time(cookie.created)
    members = {
        "key": cookie.name,
        "value": cookie.value,
        "expires": None if cookie.expires is None else iso_time(cookie.expires),
        "domain": cookie.domain,
        "path": cookie.path,
        "secure": cookie.secure or None,
        "httpOnly": cookie.http_only or None,
        "extensions": list(cookie.extensions) or None,
        "hostOnly": cookie.host_only,
        "creation": created,
        "lastAccessed": created,
        "sameSite": cookie.same_site,
    }
    return {name: value for name, value in members.items() if value is not None and value != ""}


def from_json(value: Any, now: float | None = None, at: Location = Location()) -> Cookie:
    """The cookie of a JSON value.

    Args:
        now: unix seconds from which `maxAge` counts; None counts from the creation of the cookie.
        at: place of the value.

    Raises:
        FormatError: it is no cookie; the location is that of the member at fault.
    """
    if not isinstance(value, Mapping):
        raise FormatError("a cookie must be an object", at, 'such as {"key": "id", "value": "7", "domain": "a.test"}')
    for names, kind in ((_STRINGS, str), (_FLAGS, bool)):
        for name in names:
            if value.get(name) is not None and not isinstance(value[name], kind):
                wanted = "text" if kind is str else "true or false"
                fix = f"write {wanted}, or leave it out"
                raise FormatError(f"{name} of a cookie must be {wanted}", at.child(name), fix)
    if not value.get("domain"):
        raise FormatError("a cookie must have a domain", at, 'add the host it belongs to, as in "domain": "localhost"')
    extensions = value.get("extensions") or []
    if not isinstance(extensions, list) or not all(isinstance(extension, str) for extension in extensions):
        raise FormatError("extensions of a cookie must be a list of texts", at.child("extensions"), "leave them out")
    created = _seconds(value, "creation", at)
    if created is None:
        created = now or 0.0
    return Cookie(
        name=value.get("key") or "",
        value=value.get("value") or "",
        domain=value["domain"].removeprefix(".").lower(),
        path=value.get("path") or "/",
        expires=_expiry(value, created if now is None else now, at),
        secure=bool(value.get("secure")),
        http_only=bool(value.get("httpOnly")),
        # tough-cookie reads a missing hostOnly as false, and so sends the cookie to the hosts below as well.
        host_only=bool(value.get("hostOnly")),
        same_site=value.get("sameSite"),
        created=created,
        extensions=tuple(extensions),
    )


def call(jar: CookieJar, method: str, args: list[Any], now: float) -> Any:
    """See `CookieJar.store_call`."""
    count, action = _METHODS.get(method, (0, None))
    if action is None:
        raise ValueError(f"a cookie store has no method {method!r}; it has {', '.join(_METHODS)}")
    if len(args) < count:
        raise ValueError(f"{method} of a cookie store takes {count} arguments, not {len(args)}")
    try:
        return action(jar, args, now)
    except FormatError as error:
        raise ValueError(error.what) from error


def _find(jar: CookieJar, args: list[Any], _: float) -> Any:
    cookie = jar.find(*args[:3])
    return cookie and to_json(cookie)


def _find_all(jar: CookieJar, args: list[Any], _: float) -> Any:
    return [to_json(cookie) for cookie in jar.find_all(args[0], args[1] or None)] if args[0] else []


def _put(jar: CookieJar, args: list[Any], now: float) -> None:
    jar.put(from_json(args[-1], now))


def _remove(jar: CookieJar, args: list[Any], _: float) -> None:
    jar.remove(*args[:3])


def _remove_all_of(jar: CookieJar, args: list[Any], _: float) -> None:
    domain, path = args[:2]
    for cookie in list(jar):
        if cookie.domain == domain and path in (None, "", cookie.path):
            jar.remove(cookie.domain, cookie.path, cookie.name)


def _clear(jar: CookieJar, _: list[Any], __: float) -> None:
    jar.clear()


def _all(jar: CookieJar, _: list[Any], __: float) -> Any:
    return [to_json(cookie) for cookie in jar]


# tough-cookie, lib/store.js and memstore.js: each with the number of arguments it cannot do without.
_METHODS: dict[str, tuple[int, Callable[[CookieJar, list[Any], float], Any]]] = {
    "findCookie": (3, _find),
    "findCookies": (2, _find_all),
    "putCookie": (1, _put),
    "updateCookie": (2, _put),
    "removeCookie": (3, _remove),
    "removeCookies": (2, _remove_all_of),
    "removeAllCookies": (0, _clear),
    "getAllCookies": (0, _all),
}


def _expiry(value: Mapping[str, Any], since: float, at: Location) -> float | None:
    """Max-Age goes before Expires: RFC 6265, section 5.3, step 3."""
    max_age = value.get("maxAge")
    if max_age is None or max_age == "Infinity":
        return _seconds(value, "expires", at) if max_age is None else None
    if max_age == "-Infinity":
        return 0.0
    if isinstance(max_age, bool) or not isinstance(max_age, int | float) or not math.isfinite(max_age):
        raise FormatError("maxAge of a cookie must be a number", at.child("maxAge"), "write seconds, or leave it out")
    return since + max_age if max_age > 0 else 0.0


def _seconds(value: Mapping[str, Any], name: str, at: Location) -> float | None:
    text = value.get(name)
    if text is None or text == "Infinity":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        fix = 'write it as in "2030-01-31T12:00:00.000Z"'
        raise FormatError(f"{name} of a cookie must be a time in ISO 8601", at.child(name), fix) from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def iso_time(seconds: float) -> str:
    """Unix seconds as JavaScript writes a date; what Python has no date for becomes the latest it has."""
    latest = _LATEST.timestamp()
    moment = datetime.fromtimestamp(min(seconds, latest - 1), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
