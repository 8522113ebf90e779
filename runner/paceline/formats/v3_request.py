"""A request file of a v3 collection, and its examples, as an item of schema v2.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from paceline.errors import FormatError, Location, nearest
from paceline.formats.shape import compact_json, mismatch
from paceline.formats.url import url_to_json
from paceline.formats.url_text import parse
from paceline.formats.v3_members import auth_to_v2, entries, require_known, scripts_to_v2, settings_to_v2, text_of
from paceline.formats.v3_yaml import typed, untyped

_COMMON: Final = ("$kind", "id", "name", "description", "order", "url", "headers", "auth", "scripts", "settings")
_HTTP: Final = (*_COMMON, "method", "queryParams", "pathVariables", "body", "examples")
_GRAPHQL: Final = (*_COMMON, "method", "query", "variables", "operationName", "schema", "examples")

#: The protocol of each kind of request that is sent.
_SENT: Final = {"http-request": "http", "graphql-request": "graphql"}

#: What the kinds are called that are not sent; postman-plugin, collection-schema-v3, reference/other_protocols.md.
_OTHERS: Final = {
    "grpc-request": "gRPC",
    "websocket-request": "WebSocket",
    "socket.io-request": "Socket.IO",
    "mqtt-request": "MQTT",
    "mcp-request": "MCP",
    "llm-request": "LLM",
}

_RAW: Final = ("json", "text", "xml", "html", "javascript")
_BODIES: Final = (*_RAW, "urlencoded", "formdata", "file", "none", "graphql")
_BODY: Final = "write `body:` and below it `type: json` and `content: |-` with the text"


@dataclass(frozen=True, slots=True)
class RequestFile:
    """What a request file says.

    Attributes:
        protocol: `http` or `graphql`; another one when it is not sent.
        item: in the form of v2.1, without its events.
        events: as `scripts_to_v2` gives them.
        unsupported: why it is not sent; empty when it is.
        own_query: how many parameters of the query stand in the address rather than in `queryParams`; they come first.
    """

    protocol: str
    item: dict[str, Any]
    events: tuple[dict[str, Any] | None, ...] = ()
    unsupported: str = ""
    own_query: int = 0


def request_to_v2(data: Any, name: str, at: Location) -> RequestFile:
    """Read the content of a request file.

    Args:
        name: of the file, without its ending, which a request has unless it says another.

    Raises:
        FormatError: of which kind it is is not said or not known, or something is of the wrong type.
    """
    if not isinstance(data, dict):
        what = "the file is empty" if data is None else "this is no request"
        raise FormatError(what, at, "begin with `$kind: http-request`, and add `method:` and `url:`")
    kind = _kind(data, at)
    item: dict[str, Any] = {"name": text_of(data, "name", at) or name}
    if (id_ := text_of(data, "id", at)) is not None:
        item["id"] = id_
    if kind not in _SENT:
        item["request"] = {"url": text_of(data, "url", at), "description": text_of(data, "description", at) or ""}
        reason = f"{_OTHERS[kind]} requests are not supported, only HTTP and GraphQL"
        return RequestFile(kind.removesuffix("-request"), item, unsupported=reason)
    protocol = _SENT[kind]
    require_known(data, _HTTP if protocol == "http" else _GRAPHQL, "a request", at)
    url, own_query = _url(data, at)
    item["request"] = _filled(
        method=text_of(data, "method", at) or ("GET" if protocol == "http" else "POST"),
        url=url,
        header=entries(data.get("headers"), at.child("headers"), "header"),
        body=_body(data.get("body"), at.child("body")) if protocol == "http" else _graphql(data, at),
        auth=auth_to_v2(data.get("auth"), at.child("auth")),
        description=text_of(data, "description", at),
    )
    settings = settings_to_v2(data.get("settings"), at.child("settings"))
    if settings is not None:
        item["protocolProfileBehavior"] = settings
    events = [each and each[1] for each in scripts_to_v2(data.get("scripts"), at.child("scripts"), protocol)]
    return RequestFile(protocol, item, tuple(events), own_query=own_query)


def example_to_v2(data: Any, name: str, at: Location) -> dict[str, Any] | None:
    """Read the content of a file with a saved response; None for one of another protocol.

    Raises:
        FormatError: something is of the wrong type.
    """
    if not isinstance(data, dict):
        raise FormatError("this is no example", at, "begin with `$kind: http-example`, and add `response:`")
    kind = text_of(data, "$kind", at) or "http-example"
    if kind not in ("http-example", "graphql-example"):
        return None
    response, place = data.get("response"), at.child("response")
    if not isinstance(response, dict):
        fix = "write `response:` and below it `statusCode:`, `headers:` and `body:`"
        raise mismatch("the response of an example", "an object", response, place, fix)
    body = response.get("body")
    if body is not None and not isinstance(body, dict):
        raise mismatch("the body of an example", "an object", body, place.child("body"), _BODY)
    asked = data.get("request")
    request = {"$kind": "http-request"} | (asked if isinstance(asked, dict) else {})
    content = (body or {}).get("content")
    return _filled(
        name=text_of(data, "name", at) or name,
        originalRequest=request_to_v2(request, name, at.child("request")).item["request"] if asked else None,
        status=text_of(response, "statusText", place),
        code=typed(response.get("statusCode")),
        header=[each for each in entries(response.get("headers"), place.child("headers"), "header") if each],
        body=compact_json(typed(content)) if isinstance(content, (dict, list)) else untyped(content),
        _postman_previewlanguage=text_of(body or {}, "type", place.child("body")),
    )


def _kind(data: dict[str, Any], at: Location) -> str:
    kind = text_of(data, "$kind", at)
    known = [*_SENT, *_OTHERS]
    if kind in known:
        return kind
    if kind is None:
        require_known(data, ("$kind",), "a request", at)
        raise FormatError("this request does not say of which kind it is", at, "add `$kind: http-request`")
    near = nearest(kind, known)
    advice = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
    raise FormatError(f"`{kind}` is no kind of request", at.child("$kind"), advice)


def _url(data: dict[str, Any], at: Location) -> tuple[Any, int]:
    """The address: a text, unless parameters are listed beside it; and how many stand in its text.

    A parameter that is listed counts instead of one of the same name in the text: the app shows both as one list.
    """
    text = text_of(data, "url", at)
    listed = entries(data.get("queryParams"), at.child("queryParams"), "query parameter")
    variables = entries(data.get("pathVariables"), at.child("pathVariables"), "path variable")
    if not listed and not variables:
        return text, 0
    parts = parse(text or "")
    names = {each["key"] for each in listed if each}
    own = [{"key": each.key, "value": each.value} for each in parts.query if each.key not in names]
    url = url_to_json(parts)
    assert isinstance(url, dict), "an address that was taken apart is in parts"
    url.pop("variable", None)
    return _filled(raw=text, **{**url, "query": [*own, *listed], "variable": variables}), len(own)


def _body(data: Any, at: Location) -> dict[str, Any] | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        raise mismatch("the body", "an object", data, at, _BODY)
    type_ = text_of(data, "type", at)
    if not type_:
        raise FormatError("the body has no type", at.child("mode") if "mode" in data else at, _BODY)
    if type_ not in _BODIES:
        near = nearest(type_, _BODIES)
        fix = f"did you mean `{near}`?" if near else f"use one of {', '.join(_BODIES)}"
        raise FormatError(f"`{type_}` is no type of a body", at.child("type"), fix)
    require_known(data, ("type", "content"), "the body", at)
    content, place = data.get("content"), at.child("content")
    if type_ == "none":
        return None
    if type_ in _RAW:
        return {"mode": "raw", "raw": _raw(content, type_, place), "options": {"raw": {"language": type_}}}
    if type_ == "urlencoded":
        return {"mode": type_, type_: entries(content, place, "field")}
    if type_ == "formdata":
        return {"mode": type_, type_: entries(content, place, "form part")}
    if type_ == "file":
        return {"mode": type_, type_: {"src": str(content)} if isinstance(content, str) else untyped(content)}
    if content is not None and not isinstance(content, dict):
        raise mismatch("the GraphQL body", "an object", content, place, "write `query:` and `variables:` below it")
    return _graphql(content or {}, place)


def _raw(content: Any, type_: str, at: Location) -> Any:
    """The text; of JSON also the values themselves."""
    if content is None or isinstance(content, str):
        return "" if content is None else str(content)
    if type_ == "json":
        return typed(content)
    raise mismatch("the content of the body", "a text", content, at, "write it as a block, below `content: |-`")


def _graphql(data: dict[str, Any], at: Location) -> dict[str, Any]:
    variables = data.get("variables")
    content = _filled(
        query=text_of(data, "query", at) or "",
        operationName=text_of(data, "operationName", at),
        variables=untyped(variables) if isinstance(variables, str) else typed(variables),
    )
    return {"mode": "graphql", "graphql": content}


def _filled(**members: Any) -> dict[str, Any]:
    """The members that are there."""
    return {name: value for name, value in members.items() if value is not None and value != []}
