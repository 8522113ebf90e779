"""A request template with its variables put in: the same record, without `{{…}}` that could be resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from paceline.errors import Location
from paceline.formats.url_text import parse
from paceline.model.collection import Auth, Body, FormPart, Param, RequestTemplate, Url
from paceline.resolve.template import Lookup, resolve
from paceline.resolve.url import unparse


def substitute(request: RequestTemplate, find: Lookup) -> RequestTemplate:
    """Resolve every template of the request.

    The address is written out as one text, resolved and taken apart again, so that one variable may hold host, path
    and query together (postman-runtime, lib/runner/util.js). Entries that are switched off stay as they are.
    """
    return replace(
        request,
        url=substitute_url(request.url, find),
        method=resolve(request.method, find),
        headers=_params(request.headers, find),
        body=request.body and _body(request.body, find),
        auth=request.auth and substitute_auth(request.auth, find),
    )


def substitute_url(url: Url, find: Lookup) -> Url:
    """The address resolved and parsed anew; values of path variables are already in their places."""
    return parse(resolve(unparse(url), find), at=url.at)


def substitute_auth(auth: Auth, find: Lookup) -> Auth:
    """The parameters resolved; those that are not text stay."""
    return replace(auth, params=tuple((key, _value(value, find)) for key, value in auth.params))


def _value(value: Any, find: Lookup) -> Any:
    return resolve(value, find) if isinstance(value, str) else value


def _params(params: tuple[Param, ...], find: Lookup) -> tuple[Param, ...]:
    return tuple(
        replace(param, key=resolve(param.key, find), value=_value(param.value, find))
        if param.enabled and ("{{" in param.key or (param.value and "{{" in param.value))
        else param
        for param in params
    )


def _body(body: Body, find: Lookup) -> Body:
    return replace(
        body,
        raw=resolve(body.raw, find),
        params=_params(body.params, find),
        parts=tuple(_part(part, find) if part.enabled else part for part in body.parts),
        source=_value(body.source, find),
        query=resolve(body.query, find),
        operation_name=_value(body.operation_name, find),
        variables=_deep(body.variables, find),
    )


def _part(part: FormPart, find: Lookup) -> FormPart:
    return replace(
        part,
        key=resolve(part.key, find),
        value=_value(part.value, find),
        sources=tuple(resolve(source, find) for source in part.sources),
        content_type=_value(part.content_type, find),
        file_name=_value(part.file_name, find),
    )


def _deep(value: Any, find: Lookup) -> Any:
    """GraphQL variables may be given as JSON instead of text; its texts are templates, its keys are not."""
    if isinstance(value, dict):
        return {key: _deep(entry, find) for key, entry in value.items()}
    if isinstance(value, list):
        return [_deep(entry, find) for entry in value]
    return _value(value, find)


def templates(request: RequestTemplate, auth: Auth | None, *, with_body: bool = True) -> Iterator[tuple[Location, str]]:
    """Every text of the request that would be sent, with its place: what must have no unknown variable.

    Args:
        request: the request as written.
        auth: the authorization in force, inherited or its own.
        with_body: False where the method drops the body, so that nobody has to define what is never sent.
    """
    yield request.url.at, unparse(request.url)
    yield request.at.child("method"), request.method
    yield from _param_texts(request.headers)
    if auth is not None:
        for _, value in auth.params:
            yield auth.at, value if isinstance(value, str) else ""
    body = request.body
    if body is None or not body.enabled or not with_body:
        return
    if body.mode == "raw":
        yield body.at.child("raw"), body.raw
    elif body.mode == "urlencoded":
        yield from _param_texts(body.params)
    elif body.mode == "formdata":
        for part in body.parts:
            if part.enabled:
                texts = (part.key, part.value, *part.sources, part.content_type, part.file_name)
                yield part.at, " ".join(text for text in texts if text)
    elif body.mode == "file":
        yield body.at.child("file"), body.source or ""
    else:
        yield body.at.child("graphql", "query"), body.query
        yield body.at.child("graphql", "operationName"), body.operation_name or ""
        yield body.at.child("graphql", "variables"), _all_text(body.variables)


def _param_texts(params: tuple[Param, ...]) -> Iterator[tuple[Location, str]]:
    for param in params:
        if param.enabled:
            yield param.at, f"{param.key} {param.value or ''}"


def _all_text(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(map(_all_text, value.values()))
    if isinstance(value, list):
        return " ".join(map(_all_text, value))
    return value if isinstance(value, str) else ""
