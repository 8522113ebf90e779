"""Bodies in bytes, as Newman sends them.

Authority: postman-runtime, lib/requester/core-body-builder.js, and postman-request, request.js.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from paceline.errors import RequestError
from paceline.model.collection import Body, Param
from paceline.resolve.json_comments import strip_json_comments
from paceline.resolve.media_types import media_type
from paceline.resolve.multipart import boundary_of, encode_form
from paceline.resolve.text import json_text, utf8
from paceline.resolve.uploads import FileReader, decode, load

_FORM_TYPE = "application/x-www-form-urlencoded"
_TYPES = {
    "html": "text/html",
    "javascript": "application/javascript",
    "json": "application/json",
    "text": "text/plain",
    "xml": "application/xml",
}
# Both ask for media types in whatever case (RFC 9110, 8.3.1); Newman wants lower case.
_IS_JSON = re.compile(r"application/(\S+\+)?json", re.IGNORECASE)
_IS_FORM = re.compile(rf"{_FORM_TYPE}\b", re.IGNORECASE)
# What JavaScript calls an array index: an object lists such keys first, in numeric order (ECMA-262, section 10.1.11).
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_MAX_INDEX = 2**32 - 2


@dataclass(frozen=True, slots=True)
class Payload:
    """A body ready to send.

    Attributes:
        content: None when nothing is left to send, as of JSON that was all comment.
        content_type: what the body is, where the request may not say otherwise; None adds no header.
        overrides: a Content-Type of the request gives way to `content_type`, since it does not fit the body.
        place: among the headers, where Newman puts a Content-Type the request does not have.
    """

    content: bytes | None
    content_type: str | None
    overrides: bool = False
    place: Literal["before auth", "after auth", "after system headers", "last"] = "after auth"


def encode_body(body: Body, content_type: str | None, files: FileReader) -> Payload | None:
    """What a body sends; None when it is disabled or empty.

    Args:
        content_type: Content-Type of the request; None when it has none.

    Raises:
        RequestError: a file cannot be read, or content that stands for one is not base64.
    """
    if not body.enabled:
        return None
    match body.mode:
        case "raw":
            return _raw(body, content_type)
        case "urlencoded":
            return _urlencoded(body.params, content_type)
        case "formdata":
            return _formdata(body, content_type, files)
        case "file":
            return _file(body, files)
        case "graphql":
            return Payload(utf8(graphql_text(body)), _TYPES["json"])


def _raw(body: Body, content_type: str | None) -> Payload | None:
    if not body.raw:
        return None
    text, language = body.raw, body.language or ""
    # Newman also looks at a disabled Content-Type when it is the only one; ours does not reach this place.
    if language == "json" or (not language and content_type is not None and _IS_JSON.match(content_type)):
        text = strip_json_comments(text)
    place: Literal["before auth", "after auth"] = "before auth" if language == "json" else "after auth"
    return Payload(utf8(text) or None, _TYPES.get(language, _TYPES["text"]), place=place)


def _urlencoded(params: Iterable[Param], content_type: str | None) -> Payload | None:
    """Values of one key stand together where its first one was written, since Newman collects them in an object."""
    from urllib.parse import quote_from_bytes

    values: dict[str, list[str]] = {}
    for param in params:
        if param.enabled:
            values.setdefault(param.key, []).append(param.value or "")
    if not values:
        return None
    # A blank is %20 and only letters, digits and -_.~ go as they are (postman-request, lib/querystring.js).
    pairs = (
        f"{quote_from_bytes(utf8(key), safe='')}={quote_from_bytes(utf8(value), safe='')}"
        for key in sorted(values, key=_property_order)
        for value in values[key]
    )
    fits = content_type is not None and _IS_FORM.match(content_type) is not None
    content = "&".join(pairs).encode()
    return Payload(content, None if fits else _FORM_TYPE, overrides=True, place="after system headers")


def _property_order(key: str) -> int:
    """Sorts the keys of a JavaScript object as it lists them; equal ones stay in the order of their insertion."""
    return int(key) if _INDEX.fullmatch(key) and int(key) <= _MAX_INDEX else _MAX_INDEX + 1


def _formdata(body: Body, content_type: str | None, files: FileReader) -> Payload | None:
    if not any(part.enabled for part in body.parts):
        return None
    given = boundary_of(content_type) if content_type is not None else None
    content, boundary = encode_form(body.parts, given, files)
    fitting = None if given else f"multipart/form-data; boundary={boundary}"
    return Payload(content, fitting, overrides=True, place="after system headers")


def _file(body: Body, files: FileReader) -> Payload:
    if body.source:
        name, content = load(files, body.source, body.at)
        return Payload(content, media_type(name) or "application/octet-stream", place="last")
    if not body.content:  # Newman warns on its console and sends an empty body.
        fix = 'Name it in "src", give its content in "content" (base64), or disable the body'
        raise RequestError("the body is to be a file but names none", body.at, fix, "EFILE")
    return Payload(decode(body.content, body.at), None)


def graphql_text(body: Body) -> str:
    """The JSON that carries a GraphQL query.

    Variables in text go as they are, even when they are no JSON: the server shall say so. Blank ones, which an empty
    editor leaves behind, are left out; Newman does so only when there is not even a space.

    >>> graphql_text(Body("graphql", query="{ me }", variables='{"id": 1}'))
    '{"query":"{ me }","variables":{"id": 1}}'
    """
    members = [f'"query":{json_text(body.query)}']
    if body.operation_name is not None:
        members.append(f'"operationName":{json_text(body.operation_name)}')
    if isinstance(body.variables, str):
        if body.variables.strip():
            members.append(f'"variables":{body.variables}')
    elif body.variables is not None:
        members.append(f'"variables":{json_text(body.variables)}')
    return "{" + ",".join(members) + "}"
