"""Authorization that needs no answer from the server: basic, bearer, API key and a stored OAuth 2 token.

Authority: postman-runtime, lib/authorizer/. There a type without a helper, or a bearer without a token, is a warning
on the console at most, and the request goes out unsigned; here it does not go out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from paceline.errors import RequestError
from paceline.model.collection import Auth
from paceline.resolve.template import text_of
from paceline.resolve.text import utf8

SUPPORTED = ("basic", "bearer", "apikey", "oauth2", "noauth")

_Place = Literal["header", "query"]


@dataclass(frozen=True, slots=True)
class Credential:
    """What signs a request: a header or a query parameter, in place of any other of its name.

    Attributes:
        value: None for a query parameter without `=`.
        replaces: place and name of others that give way to it as well.
    """

    place: _Place
    name: str
    value: str | None
    replaces: tuple[tuple[_Place, str], ...] = ()


def effective_auth(request: Auth | None, folders: Sequence[Auth | None], collection: Auth | None) -> Auth | None:
    """The auth that holds for a request: its own, else that of the nearest folder that has one, else the collection's.

    `noauth` is one too, and so ends the search.

    Args:
        folders: of the folders around the request, outermost first.
    """
    # As in postman-collection, lib/collection/item.js, an auth that names no type is none.
    return next((auth for auth in (request, *reversed(folders), collection) if auth is not None and auth.type), None)


def credential(auth: Auth | None) -> Credential | None:
    """What is to be added to the request; None when it needs no authorization.

    Raises:
        RequestError: with code `EAUTH`, when the type is not supported or the auth lacks what identifies the sender.
    """
    if auth is None or auth.type == "noauth":
        return None
    if auth.type == "basic":
        return Credential("header", "Authorization", basic(_text(auth, "username"), _text(auth, "password")))
    if auth.type == "bearer":
        token = _text(auth, "token")
        if not token.strip():
            fix = 'Give "token" a value; a variable in it may be empty. To send no authorization, choose noauth'
            raise RequestError("bearer authorization without a token", auth.at, fix, "EAUTH")
        return Credential("header", "Authorization", f"Bearer {token}")
    if auth.type == "apikey":
        return _api_key(auth)
    if auth.type == "oauth2":
        return _oauth2(auth)
    fix = f"Supported are {', '.join(SUPPORTED)}. For others choose noauth and set the header in a pre-request script"
    raise RequestError(f'authorization of type "{auth.type}" is not supported', auth.at, fix, "EAUTH")


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617), in UTF-8.

    >>> basic("Aladdin", "open sesame")
    'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='
    """
    from base64 import b64encode

    return f"Basic {b64encode(utf8(f'{user}:{password}')).decode()}"


def _api_key(auth: Auth) -> Credential:
    name, place = _text(auth, "key"), _text(auth, "in") or "header"
    if not name.strip():
        fix = 'Give "key" the name of the header or query parameter, as in X-API-Key'
        raise RequestError("API key without a name", auth.at, fix, "EAUTH")
    if place == "header":
        return Credential("header", name, _text(auth, "value"))
    if place == "query":
        return Credential("query", name, None if auth.get("value") is None else _text(auth, "value"))
    # Newman would put it into a header.
    raise RequestError(f'API key in "{place}"', auth.at, 'Write "header" or "query" for "in"', "EAUTH")


def _oauth2(auth: Auth) -> Credential:
    """The access token that Postman's app fetched and stored. As in Newman, none is fetched or refreshed.

    Whatever its type, it goes as a bearer token, in one place only (RFC 6750, section 2).
    """
    token, place = _text(auth, "accessToken"), _text(auth, "addTokenTo") or "header"
    if not token.strip():
        fix = 'Give "accessToken" a value, as in {{access_token}}, and fetch it by a request before: here nothing does'
        raise RequestError("OAuth 2 authorization without an access token", auth.at, fix, "EAUTH")
    if _text(auth, "tokenType").lower() == "mac":
        fix = "Use a bearer token, or choose noauth and set the header in a pre-request script"
        raise RequestError("OAuth 2 tokens of the type MAC are not supported", auth.at, fix, "EAUTH")
    if place == "header":
        # Newman writes "null" before the token where the prefix is null.
        prefix = "Bearer" if auth.get("headerPrefix") is None else _text(auth, "headerPrefix").strip()
        return Credential(
            "header", "Authorization", f"{prefix} {token}" if prefix else token, (("query", "access_token"),)
        )
    if place == "queryParams":
        return Credential("query", "access_token", token, (("header", "Authorization"),))
    # Newman would send it without the token.
    fix = 'Write "header" or "queryParams" for "addTokenTo"'
    raise RequestError(f'OAuth 2 token in "{place}"', auth.at, fix, "EAUTH")


def _text(auth: Auth, key: str) -> str:
    """A parameter as text; empty when it is missing or null, which Newman would send as `null`."""
    value = auth.get(key)
    return "" if value is None else text_of(value)
