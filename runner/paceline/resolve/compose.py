"""From a request without templates to what goes on the wire.

Authority: postman-runtime, lib/requester/core.js and lib/runner/request-helpers-presend.js, postman-request,
request.js, and Node's http module. The order of the headers is Newman's too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from paceline import __version__
from paceline.errors import Location, RequestError
from paceline.model.collection import Auth, Param, RequestTemplate, Url
from paceline.model.exchange import HttpRequest, SendOptions
from paceline.resolve.auth import Credential, basic, credential
from paceline.resolve.body import Payload, encode_body
from paceline.resolve.uploads import FileReader
from paceline.resolve.url_encoding import credentials, encode

# By name in lower case: the name as it is spelt on the wire, and its values, one line each.
_Headers = dict[str, tuple[str, tuple[str, ...]]]

_METHODS_WITHOUT_BODY = frozenset("GET COPY HEAD PURGE UNLOCK".split())
_METHODS_WITHOUT_LENGTH = frozenset("GET HEAD TRACE DELETE CONNECT OPTIONS".split())
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")  # RFC 9110, section 5.5
_SYSTEM_HEADERS = {
    # An honest name: Newman says PostmanRuntime/7.39.1 here, and servers may tell the two apart.
    "user-agent": ("User-Agent", (f"paceline/{__version__}",)),
    "accept": ("Accept", ("*/*",)),
    "cache-control": ("Cache-Control", ("no-cache",)),
    "postman-token": ("Postman-Token", ()),
    # Here Newman has Host.
    "accept-encoding": ("Accept-Encoding", ("gzip, deflate, br",)),
    "connection": ("Connection", ("keep-alive",)),
}


def compose(
    request: RequestTemplate,
    *,
    auth: Auth | None,
    behavior: Mapping[str, Any],
    files: FileReader,
    postman_token: str,
) -> HttpRequest:
    """The request as it goes on the wire, without `Host` and the jar's cookies.

    Of headers that differ only in case the last spelling counts. `Content-Length` is always that of the body: one
    that is written in the request and does not fit would spoil the next exchange on the connection. Nor does it go
    with a `Transfer-Encoding` of the request (RFC 9112, section 6.2); Newman sends what is written in both cases.

    Args:
        auth: what holds for this request, see `effective_auth`.
        behavior: `protocolProfileBehavior`; what it says of sending is for `send_options`.

    Raises:
        RequestError: something in it cannot be sent: an address, a method, a header, a file, an authorization.
    """
    method = request.method.upper() or "GET"
    if not _TOKEN.fullmatch(method):
        fix = "A method is one word of ASCII letters, as in POST"
        raise RequestError(f"{method!r} is no method", request.at.child("method"), fix, "ERR_INVALID_HTTP_TOKEN")
    headers = _own_headers(request.headers)
    omitted = _omitted(behavior)
    payload = None
    if request.body is not None and not drops_body(method, behavior):
        content_type = ", ".join(headers["content-type"][1]) if "content-type" in headers else None
        payload = encode_body(request.body, content_type, files)
    typed = payload if payload is not None and "content-type" not in omitted else None

    _add_content_type(headers, typed, "before auth")
    url = _sign(request.url, headers, credential(auth), auth.at if auth is not None else request.at)
    _add_content_type(headers, typed, "after auth")
    for name, header in _SYSTEM_HEADERS.items():
        if name not in headers and name not in omitted:
            headers[name] = header if header[1] else (header[0], (postman_token,))
    _add_content_type(headers, typed, "after system headers")
    if "authorization" not in headers and (login := credentials(url)) is not None:
        headers["authorization"] = ("Authorization", (basic(*login),))
    content = None if payload is None else payload.content
    if "content-length" not in omitted or "content-length" in headers:
        _set_content_length(headers, method, content)
    _add_content_type(headers, typed, "last")

    address = encode(url, disable_encoding=bool(behavior.get("disableUrlEncoding")))
    lines = tuple((name, value) for name, values in headers.values() for value in values)
    return HttpRequest(method, address, lines, content)


def drops_body(method: str, behavior: Mapping[str, Any]) -> bool:
    """Whether a request by this method goes without its body: GET and a few others, unless `disableBodyPruning`."""
    return (method.upper() or "GET") in _METHODS_WITHOUT_BODY and not behavior.get("disableBodyPruning")


def send_options(
    behavior: Mapping[str, Any], *, timeout: float | None, insecure: bool = False, ignore_redirects: bool = False
) -> SendOptions:
    """How to send a request: what its `protocolProfileBehavior` says, else what the run says.

    Args:
        timeout: seconds for the whole exchange; None waits for ever.
        insecure: accept any certificate where the request does not ask for `strictSSL`.
        ignore_redirects: follow none where the request does not ask for `followRedirects`.
    """
    limit = behavior.get("maxRedirects")
    return SendOptions(
        timeout=timeout,
        follow_redirects=bool(behavior.get("followRedirects", not ignore_redirects)),
        max_redirects=limit if isinstance(limit, int) else SendOptions().max_redirects,
        follow_original_method=bool(behavior.get("followOriginalHttpMethod")),
        follow_authorization=bool(behavior.get("followAuthorizationHeader")),
        remove_referer=bool(behavior.get("removeRefererHeaderOnRedirect")),
        strict_ssl=behavior.get("strictSSL", not insecure) is not False,  # only false itself switches it off
        use_cookies=not behavior.get("disableCookies"),
        add_host="host" not in _omitted(behavior),
    )


def _omitted(behavior: Mapping[str, Any]) -> set[str]:
    """Names of the headers that are not to be added to those of the request; in lower case they have an effect."""
    disabled = behavior.get("disabledSystemHeaders")
    return {name for name, off in disabled.items() if off} if isinstance(disabled, Mapping) else set()


def _own_headers(params: Sequence[Param]) -> _Headers:
    """The headers of the request; those of one name stand together where the first of them was written."""
    spelt: dict[str, list[str]] = {}
    for param in params:
        if param.enabled and param.key:
            value = param.value or ""
            _check_header(param.key, value, param.at)
            spelt.setdefault(param.key, []).append(value)
    headers: _Headers = {}
    for name, values in spelt.items():
        headers[name.lower()] = (name, tuple(values))
    if "cookie" in headers:  # RFC 6265, section 5.4: never more than one line
        name, cookies = headers["cookie"]
        headers["cookie"] = (name, ("; ".join(cookies),))
    if "host" in headers:
        hosts = headers["host"][1]
        if len(hosts) > 1:
            at = next(param.at for param in params if param.key.lower() == "host")
            raise RequestError("more than one Host", at, "Leave one of them enabled", "ERR_INVALID_ARG_TYPE")
        if not hosts[0]:
            del headers["host"]
    return headers


def _check_header(name: str, value: str, at: Location) -> None:
    """Raise for a header that cannot be sent; its value stays out of the message, since it may be a secret."""
    if not _TOKEN.fullmatch(name):
        fix = "A header name is ASCII letters, digits and hyphens, without blanks around it and without a colon"
        raise RequestError(f"{name!r} is no header name", at, fix, "ERR_INVALID_HTTP_TOKEN")
    if wrong := _UNSENDABLE.search(value):
        fix = "Only characters up to U+00FF can be sent, no line ends nor other controls: encode it or leave it out"
        what = f"the header {name} holds {wrong[0]!a} at character {wrong.start() + 1}"
        raise RequestError(what, at, fix, "ERR_INVALID_CHAR")


def _sign(url: Url, headers: _Headers, sign: Credential | None, at: Location) -> Url:
    if sign is None:
        return url
    # It goes to the end, as in Newman, which however takes X-Key, xKey and "X Key" for one name; HTTP does not.
    for place, name in ((sign.place, sign.name), *sign.replaces):
        if place == "header":
            headers.pop(name.lower(), None)
        else:
            url = replace(url, query=tuple(param for param in url.query if param.key != name))
    if sign.place == "query":
        return replace(url, query=(*url.query, Param(sign.name, sign.value, at=at)))
    value = sign.value or ""
    _check_header(sign.name, value, at)
    headers[sign.name.lower()] = (sign.name, (value,))
    return url


def _add_content_type(headers: _Headers, payload: Payload | None, place: str) -> None:
    if payload is None or payload.content_type is None or payload.place != place:
        return
    present = headers.get("content-type")
    if present is None or payload.overrides:
        name = "Content-Type" if present is None else present[0]
        headers["content-type"] = (name, (payload.content_type,))


def _set_content_length(headers: _Headers, method: str, content: bytes | None) -> None:
    if "transfer-encoding" in headers:
        headers.pop("content-length", None)
    elif content is not None or "content-length" in headers or method not in _METHODS_WITHOUT_LENGTH:
        name = headers["content-length"][0] if "content-length" in headers else "Content-Length"
        headers["content-length"] = (name, (str(len(content or b"")),))
