"""The address of a request, as an object of parts or as one text."""

from __future__ import annotations

import re
from typing import Any

from paceline.errors import Location
from paceline.formats.params import params_from_json, params_to_json, parse_query
from paceline.formats.shape import as_object, as_text, mismatch, text_member
from paceline.model.collection import Param, Url

_DOT = re.compile(r"\.(?![^{]*\}\})")  # not within {{a.b}} (postman-collection, lib/collection/url.js)


def url_from_json(data: Any, at: Location = Location()) -> Url:
    """Read an address. One that is given as text only is not taken apart here: see `Url.raw`.

    As in Postman the parts count where there are parts, and `raw` does not; unlike there, `raw` counts where it is all
    there is.

    Raises:
        FormatError: something is of the wrong type.
    """
    if isinstance(data, str):
        return Url(raw=data or None, at=at)
    if data is None:
        return Url(at=at)
    if not isinstance(data, dict):
        raise mismatch("the URL", "a text or an object", data, at, 'write it as "https://..."')
    host = _host(data.get("host"), at)
    path = _path(data.get("path"), at)
    variables = params_from_json(data, "variable", at, "path variable", _no_text, keys=("key", "id", "name"))
    raw = data.get("raw")
    if isinstance(raw, str) and raw and not host and path is None:
        return Url(raw=raw, variables=variables, at=at)
    return Url(
        protocol=(text_member(data, "protocol", "the protocol of the URL", at) or "").removesuffix("://") or None,
        auth=_auth(data["auth"], at.child("auth")) if data.get("auth") else None,
        host=host,
        port=text_member(data, "port", "the port of the URL", at),
        path=path,
        query=params_from_json(data, "query", at, "query parameter", parse_query, nullable=True),
        hash=text_member(data, "hash", "the hash of the URL", at),
        variables=variables,
        at=at,
    )


def url_to_json(url: Url) -> dict[str, Any] | str:
    """The address in the form of schema v2.1, without `raw`: the text itself where there is only text."""
    if url.raw is not None:
        return {"raw": url.raw, "variable": params_to_json(url.variables)} if url.variables else url.raw
    data: dict[str, Any] = {}
    if url.protocol is not None:
        data["protocol"] = url.protocol
    if url.auth is not None:
        user, password = url.auth
        data["auth"] = {"user": user} if password is None else {"user": user, "password": password}
    if url.host:
        data["host"] = list(url.host)
    if url.port is not None:
        data["port"] = url.port
    if url.path is not None:
        data["path"] = list(url.path)
    if url.query:
        data["query"] = params_to_json(url.query)
    if url.hash is not None:
        data["hash"] = url.hash
    if url.variables:
        data["variable"] = params_to_json(url.variables)
    return data


def _host(data: Any, at: Location) -> tuple[str, ...]:
    if isinstance(data, str):
        return tuple(_DOT.split(data)) if data else ()
    labels = _texts(data, at, "host")
    return labels if any(labels) else ()  # the app writes [""] for a blank address


def _path(data: Any, at: Location) -> tuple[str, ...] | None:
    if data is None or data == "":
        return None
    if isinstance(data, str):
        return tuple(data.removeprefix("/").split("/"))
    return _texts(data, at, "path")


def _texts(data: Any, at: Location, name: str) -> tuple[str, ...]:
    if isinstance(data, dict):
        raise mismatch(f"the {name} of the URL", "a list", data, at.child(name), 'write it as ["...", "..."]')
    if not isinstance(data, list):
        data = [] if data is None else [data]
    return tuple(
        part if type(part) is str else _segment(part, at.child(name, index), name) for index, part in enumerate(data)
    )


def _segment(part: Any, at: Location, name: str) -> str:
    """A segment that is no text: the schema allows {"type", "value"}, which the SDK sends as [object Object]."""
    value = part["value"] if isinstance(part, dict) and "value" in part else part
    return as_text(value, f"a part of the {name} of the URL", at)


def _auth(data: Any, at: Location) -> tuple[str, str | None] | None:
    fix = 'write it as {"user": "...", "password": "..."}'
    pair = as_object(data, "the user of the URL", at, fix)
    user = text_member(pair, "user", "the user of the URL", at)
    password = text_member(pair, "password", "the password of the URL", at)
    return None if user is None and password is None else (user or "", password)


def _no_text(text: str, at: Location) -> list[Param]:
    raise mismatch("a path variable", "an object", text, at, 'write it as {"key": "...", "value": "..."}')
