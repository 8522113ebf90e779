"""What a request carries, in the five modes of schema v2.1."""

from __future__ import annotations

from typing import Any, cast

from paceline.errors import FormatError, Location, nearest
from paceline.formats.params import params_from_json, params_to_json, parse_fields
from paceline.formats.shape import as_json, as_object, as_text, compact_json, is_enabled, mismatch, text_member
from paceline.model.collection import Body, BodyMode, FormPart

_MODES = ("raw", "urlencoded", "formdata", "file", "graphql")
_FIX = 'write it as {"mode": "raw", "raw": "..."}'
_PARTS_FIX = 'write it as [{"key": "...", "type": "text", "value": "..."}]'


def body_from_json(data: Any, at: Location = Location()) -> Body | None:
    """Read a body. Null, `{}` and whatever has no mode are none, as in Postman.

    Raises:
        FormatError: the mode is unknown (Postman takes it for `raw`), or something is of the wrong type.
    """
    if isinstance(data, str):
        return Body("raw", raw=data, at=at)
    data = as_object(data, "the body", at, _FIX)
    mode = (text_member(data, "mode", "the mode of the body", at) or "none").lower()
    if mode == "none":
        return None
    if mode not in _MODES:
        near = nearest(mode, _MODES)
        fix = f"did you mean {near!r}?" if near else f"use one of {', '.join(_MODES)}"
        raise FormatError(f"{mode!r} is no mode of a body", at.child("mode"), fix)
    return Body(
        cast("BodyMode", mode),
        language=_language(data, at),
        enabled=is_enabled(data),
        at=at,
        **_content(mode, data, at),
    )


def body_to_json(body: Body) -> dict[str, Any]:
    """The form of schema v2.1."""
    content: Any
    if body.mode == "raw":
        content = body.raw
    elif body.mode == "urlencoded":
        content = params_to_json(body.params)
    elif body.mode == "formdata":
        content = [_part_to_json(part) for part in body.parts]
    elif body.mode == "file":
        content = _known({"src": body.source, "content": body.content})
    else:
        content = _known({"query": body.query, "operationName": body.operation_name, "variables": body.variables})
    data = {"mode": body.mode, body.mode: content}
    if body.language is not None:
        data["options"] = {"raw": {"language": body.language}}
    if not body.enabled:
        data["disabled"] = True
    return data


def _content(mode: str, data: dict[str, Any], at: Location) -> dict[str, Any]:
    """The fields of `Body` that belong to the mode."""
    if mode == "urlencoded":
        return {"params": params_from_json(data, mode, at, "field", parse_fields)}
    content, at = data.get(mode), at.child(mode)
    if mode == "raw":
        if isinstance(content, (dict, list)):  # sent as JSON (postman-runtime, lib/requester/core-body-builder.js)
            return {"raw": compact_json(as_json(content, "the body", at))}
        return {"raw": as_text(content, "the body", at)}
    if mode == "formdata":
        return {"parts": _parts(content, at)}
    if mode == "file":
        content = {"src": content} if isinstance(content, str) else content
        file = as_object(content, "the file of the body", at, 'write it as {"src": "path"}')
        return {"source": _filled(file, "src", at), "content": _filled(file, "content", at)}
    graphql = as_object(content, "the GraphQL body", at, 'write it as {"query": "...", "variables": "..."}')
    return {
        "query": text_member(graphql, "query", "the GraphQL query", at) or "",
        "operation_name": text_member(graphql, "operationName", "operationName", at),
        "variables": as_json(graphql.get("variables"), "the GraphQL variables", at.child("variables")),
    }


def _language(data: dict[str, Any], at: Location) -> str | None:
    options = data.get("options")
    raw = options.get("raw") if isinstance(options, dict) else None
    return _filled(raw, "language", at.child("options", "raw")) if isinstance(raw, dict) else None


def _parts(data: Any, at: Location) -> tuple[FormPart, ...]:
    data = [data] if isinstance(data, dict) else [] if data is None else data
    if not isinstance(data, list):
        raise mismatch("the list of form parts", "a list", data, at, _PARTS_FIX)
    return tuple(_part(entry, at.child(index)) for index, entry in enumerate(data) if entry is not None)


def _part(data: Any, at: Location) -> FormPart:
    if not isinstance(data, dict):
        raise mismatch("a form part", "an object", data, at, _PARTS_FIX)
    key = text_member(data, "key", "the key of a form part", at) or ""
    common: dict[str, Any] = {
        "content_type": _filled(data, "contentType", at),
        "file_name": text_member(data, "fileName", "fileName", at),
        "enabled": is_enabled(data),
        "at": at,
    }
    value = data.get("value")
    if data.get("type") == "file":
        sources = _sources(data.get("src"), at.child("src"))
        return FormPart(key, "file", _filled(data, "value", at), sources, **common)
    if isinstance(value, (dict, list)):  # sent as JSON, as in core-body-builder.js
        value = compact_json(as_json(value, f"the value of form part {key!r}", at))
    return FormPart(key, "text", as_text(value, f"the value of form part {key!r}", at), **common)


def _sources(data: Any, at: Location) -> tuple[str, ...]:
    paths = data if isinstance(data, list) else [data]
    return tuple(as_text(path, "the path of a file", at, 'write it as "path"') for path in paths if path)


def _part_to_json(part: FormPart) -> dict[str, Any]:
    data = _known(
        {
            "key": part.key,
            "type": part.type,
            "value": part.value,
            "src": part.sources[0] if len(part.sources) == 1 else list(part.sources) or None,
            "contentType": part.content_type,
            "fileName": part.file_name,
        }
    )
    if not part.enabled:
        data["disabled"] = True
    return data


def _filled(data: dict[str, Any], member: str, at: Location) -> str | None:
    """A member that is a text, or None where it is missing or blank."""
    return text_member(data, member, member, at) or None


def _known(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}
