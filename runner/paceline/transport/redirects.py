"""Postman's rules for redirects, which are neither those of browsers nor those of `requests`.

Authority: postman-request, lib/redirect.js. Where we differ: a Location in UTF-8 is read as such, dot segments of a
relative one are resolved (RFC 3986, section 5.2.4), a Host header of the user's own survives while the host name does,
and one of his own cookies, like his Authorization, is not shown to another host (Newman even sends that host the jar's
cookies of the first).
"""

from __future__ import annotations

import base64
import contextlib
import re
from dataclasses import replace

from paceline.errors import RequestError
from paceline.formats.url_text import parse
from paceline.model.exchange import HttpRequest, HttpResponse, SendOptions
from paceline.resolve.url_encoding import credentials, encode
from paceline.transport.addresses import split, without_user

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Newman leaves Transfer-Encoding and so sends an empty body.
_BODY_HEADERS = {"content-type", "content-length", "transfer-encoding"}
_MAX_SHOWN = 12


def location_of(response: HttpResponse) -> str | None:
    """Where a response points to; None when it is no redirect. Any 3xx with a Location is one, as in Newman."""
    return response.header("location") or None if 300 <= response.status < 400 else None


def next_request(request: HttpRequest, status: int, location: str, options: SendOptions) -> HttpRequest:
    """The request that follows a redirect.

    Args:
        request: as it was to be sent, without the Cookie of the jar and the Host that the transport adds.
        location: value of the Location header, in Latin-1 as it was read.

    Raises:
        RequestError: nothing can be sent there.

    >>> login = HttpRequest("POST", "http://a.example/login", (("Content-Length", "3"),), b"x=1")
    >>> next_request(login, 302, "../home", SendOptions())  # doctest: +NORMALIZE_WHITESPACE
    HttpRequest(method='GET', url='http://a.example/home', headers=(('Referer', 'http://a.example/login'),))
    """
    try:
        target = parse(resolve(request.url, location))
        url = encode(target)
    except RequestError as error:
        where = f"{request.method} {without_user(request.url)}: it is redirected to {without_user(location)!r}"
        raise RequestError(
            f"{where}: {error.what}", fix="correct the Location header of the service", code="EINVALIDURL"
        ) from error
    leaves = split(url).host != split(request.url).host
    dropped = set()
    if leaves:
        dropped = {"host"} if options.follow_authorization else {"host", "authorization", "cookie"}
    method, body = request.method, request.body
    if not options.follow_original_method and status not in (307, 308):
        dropped |= _BODY_HEADERS
        method, body = ("HEAD" if method == "HEAD" else "GET"), None
    headers = [(name, value) for name, value in request.headers if name.lower() not in dropped]
    names = {name.lower() for name, _ in headers}
    if (user := credentials(target)) and "authorization" not in names:
        encoded = base64.b64encode(":".join(user).encode()).decode()
        headers.append(("Authorization", f"Basic {encoded}"))
    if not options.remove_referer:
        referer = without_user(request.url).partition("#")[0]
        if "referer" in names:
            headers = [(name, referer if name.lower() == "referer" else value) for name, value in headers]
        else:
            headers.append(("Referer", referer))
    return replace(request, method=method, url=url, headers=tuple(headers), body=body)


def resolve(base: str, location: str) -> str:
    """The address that a Location means when `base` answers it; not yet encoded.

    >>> resolve("http://a.example/x/y?q", "../z")
    'http://a.example/z'
    """
    with contextlib.suppress(UnicodeError):  # otherwise it is Latin-1 in earnest
        location = location.encode("latin-1").decode("utf-8")
    address = split(base)
    if _ABSOLUTE.match(location):
        return location
    if location.startswith("//"):
        return f"{address.scheme}:{location}"
    if location.startswith("/"):
        return address.origin + location
    path = address.target.partition("?")[0]
    if location.startswith("?"):
        return address.origin + path + location
    if location.startswith("#"):
        return address.origin + address.target
    relative, mark, rest = location.partition("?")
    return address.origin + _without_dots(path[: path.rfind("/") + 1] + relative) + mark + rest


def too_many(request: HttpRequest, chain: list[str], limit: int) -> RequestError:
    """The failure of a request that is redirected for ever; `chain` holds every address it came by."""
    shown = [without_user(url) for url in chain[:_MAX_SHOWN]]
    if len(chain) > _MAX_SHOWN:
        shown.append("...")
    what = f"{request.method} {shown[0]}: more than {limit} redirects: {' -> '.join(shown)}"
    fix = "correct the redirects of the service, or allow more of them (protocolProfileBehavior.maxRedirects)"
    return RequestError(what, fix=fix, code="EREDIRECT")


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            kept = kept[: max(1, len(kept) - 1)]  # the first piece is what stands before the first slash: nothing
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
