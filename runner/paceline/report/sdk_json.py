"""Requests, responses, items and collections in the JSON of Postman's SDK, for Newman's report; all of it masked."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from paceline.formats.auth import auth_to_json
from paceline.formats.body import body_to_json
from paceline.formats.params import parse_query
from paceline.formats.request import request_to_json
from paceline.formats.text import json_text
from paceline.formats.url import url_to_json
from paceline.formats.url_text import parse
from paceline.model.collection import Collection, Folder, Item, RequestTemplate, Url
from paceline.model.exchange import Cookie, HttpRequest, HttpResponse, Trip
from paceline.report.excerpt import text_of
from paceline.report.masking import Mask
from paceline.resolve.url import in_parts, unparse

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_BYTES: Final = tuple(map(str, range(256)))
_LATEST: Final = 253_402_300_799  # seconds: the year 9999, beyond which datetime does not go

#: What is taken over from an entry of a collection besides what the model holds.
_ITEM_MEMBERS: Final = ("description", "variable", "event", "protocolProfileBehavior")
_FOLDER_MEMBERS: Final = ("description", "variable", "event", "auth", "protocolProfileBehavior")
_COLLECTION_MEMBERS: Final = ("info", "variable", "event", "auth", "protocolProfileBehavior")


def encoded(value: Any) -> str:
    """JSON on one line; `NaN` becomes null, as with `JSON.stringify`."""
    try:
        return _ENCODER.encode(value)
    except ValueError:  # NaN or infinity
        return _ENCODER.encode(json.loads(json_text(value)))


def made_id(*parts: object) -> str:
    """An id that is the same in every run in which its parts are."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, parts))))


# --- What was sent and received ---


def sent_json(request: HttpRequest, template: RequestTemplate | None, mask: Mask) -> dict[str, Any]:
    """A request as it was sent, every header included; the body in the mode in which the template has it."""
    masked = mask.request(request)
    data: dict[str, Any] = {
        "url": url_json(_parsed(masked.url)),
        "header": [{"key": name, "value": value} for name, value in masked.headers],
        "method": masked.method,
    }
    if template is not None:
        url = in_parts(template.url)
        if url.auth is not None:
            data["url"]["auth"] = mask.data({"auth": {"user": url.auth[0], "password": url.auth[1] or ""}})["auth"]
        if url.variables:
            data["url"]["variable"] = mask.data([{"key": one.key, "value": one.value} for one in url.variables])
        if template.auth is not None:
            data["auth"] = mask.data({"auth": auth_to_json(template.auth)})["auth"]
    if masked.body is not None:
        body = template.body if template is not None else None
        data["body"] = mask.data(body_to_json(body)) if body is not None else _body_json(masked)
    return data


_parsed: Final = lru_cache(maxsize=1024)(parse)


def template_json(request: RequestTemplate, mask: Mask) -> dict[str, Any]:
    """A request as it is written, for one that was not sent."""
    data = request_to_json(request)
    data["url"] = url_json(in_parts(request.url))
    data.setdefault("header", [])
    return _as_object(mask.data(data))


def url_json(url: Url) -> dict[str, Any]:
    """An address in its parts, with the SDK's lists that may be empty; `raw` is ours, for those who search."""
    data = {"raw": unparse(url), **_as_object(url_to_json(url))}
    data.setdefault("query", [])
    data.setdefault("variable", [])
    return data


def _body_json(request: HttpRequest) -> dict[str, Any]:
    """The body of a script's request, whose mode nobody tells."""
    body = request.body or b""
    content_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    text = text_of(body, content_type)
    if text is None:
        from base64 import b64encode

        return {"mode": "file", "file": {"content": b64encode(body).decode()}}
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        from urllib.parse import unquote_plus

        from paceline.errors import Location

        pairs = parse_query(text, Location())
        fields = [{"key": unquote_plus(one.key), "value": unquote_plus(one.value or "")} for one in pairs]
        return {"mode": "urlencoded", "urlencoded": fields}
    return {"mode": "raw", "raw": text}


def response_text(response: HttpResponse, cookies: Sequence[Cookie], id: str, mask: Mask) -> str:
    """A response, encoded: its bytes are too many to be put into a list first."""
    masked = mask.response(response)
    head = {
        "id": id,
        "status": masked.reason,
        "code": masked.status,
        "header": [{"key": name, "value": value} for name, value in masked.headers],
    }
    tail = {
        "cookie": [_cookie_json(mask.cookie(cookie)) for cookie in cookies],
        "responseTime": math.ceil(response.elapsed_ms),  # as in postman-runtime, lib/requester/requester.js
        "responseSize": response.size,
    }
    stream = f'{{"type":"Buffer","data":[{",".join(map(_BYTES.__getitem__, masked.body))}]}}'
    return f'{encoded(head)[:-1]},"stream":{stream},{encoded(tail)[1:]}'


def _cookie_json(cookie: Cookie) -> dict[str, Any]:
    """postman-collection, lib/collection/cookie.js."""
    data: dict[str, Any] = {"name": cookie.name}
    if cookie.expires is not None:
        moment = datetime.fromtimestamp(min(cookie.expires, _LATEST), UTC)
        data["expires"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    flags = {"httpOnly": cookie.http_only, "secure": cookie.secure, "hostOnly": cookie.host_only}
    return {**data, "domain": cookie.domain, "path": cookie.path, **flags, "value": cookie.value}


def trip_text(trip: Trip | None, id: str, mask: Mask) -> str | None:
    """The response of a trip, encoded; None when there is none."""
    return None if trip is None else response_text(trip.response, trip.cookies, id, mask)


# --- What was written ---


def item_json(item: Item, mask: Mask) -> dict[str, Any]:
    """An item without its saved responses."""
    data: dict[str, Any] = {"id": item.id, "name": mask.text(item.name), "request": template_json(item.request, mask)}
    data.update(_members(item.source, _ITEM_MEMBERS, mask))
    data["response"] = []
    data.setdefault("event", [])
    return data


def collection_pieces(collections: Sequence[Collection], mask: Mask) -> Iterator[str]:
    """A collection, encoded piece by piece; several become one whose folders they are."""
    if len(collections) == 1:
        yield from _collection_pieces(collections[0], mask)
        return
    name = ", ".join(mask.text(collection.name) for collection in collections)
    yield f'{{"info":{encoded({"name": name, "schema": _SCHEMA})},"item":['
    for at, collection in enumerate(collections):
        yield "," * bool(at)
        yield from _collection_pieces(collection, mask)
    yield "]}"


_SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def _collection_pieces(collection: Collection, mask: Mask) -> Iterator[str]:
    head = {"id": collection.id, "name": mask.text(collection.name)}
    yield _opened({**head, **_members(collection.source, _COLLECTION_MEMBERS, mask)})
    # Without recursion: folders may lie a thousand deep.
    stack = [_paired(collection.children, collection.source)]
    first = True
    while stack:
        pair = next(stack[-1], None)
        if pair is None:
            stack.pop()
            yield "]}"
            first = False
            continue
        child, entry = pair
        comma = "" if first else ","
        if isinstance(child, Folder):
            members = _members(entry, _FOLDER_MEMBERS, mask)
            yield comma + _opened({"id": child.id, "name": mask.text(child.name), **members})
            stack.append(_paired(child.children, entry))
            first = True
        else:
            yield comma + encoded({**item_json(child, mask), **_members(entry, ("response",), mask)})
            first = False


def _opened(data: dict[str, Any]) -> str:
    """The beginning of an object whose last member is its list of items."""
    return f'{encoded(data)[:-1]},"item":['


def _paired(
    children: Sequence[Folder | Item], source: Mapping[str, Any]
) -> Iterator[tuple[Folder | Item, Mapping[str, Any]]]:
    """Items and folders, each with its JSON; null entries of the file are none."""
    entries = (entry for entry in source.get("item") or () if entry is not None)
    return zip(children, entries, strict=True) if source else ((child, {}) for child in children)


def _members(source: Mapping[str, Any], names: Sequence[str], mask: Mask) -> dict[str, Any]:
    return _as_object(mask.data({name: source[name] for name in names if name in source}))


def _as_object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
