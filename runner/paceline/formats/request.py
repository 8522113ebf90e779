"""A request as JSON: in a collection, as scripts see it (`pm.request`), and as they give it back."""

from __future__ import annotations

from typing import Any

from paceline.errors import Location
from paceline.formats.auth import auth_from_json, auth_to_json
from paceline.formats.body import body_from_json, body_to_json
from paceline.formats.params import params_from_json, params_to_json, parse_headers
from paceline.formats.shape import as_text, mismatch, text_member
from paceline.formats.url import url_from_json, url_to_json
from paceline.model.collection import RequestTemplate, Url


def request_from_json(data: Any, at: Location = Location()) -> RequestTemplate:
    """Read a request: an object of schema v2.0 or v2.1, what the sandbox gives back, or just the URL as text.

    Null is a request without URL, as in Postman: a draft in a collection must not keep the others from running. Whoever
    sends it reports it.

    Raises:
        FormatError: something is of the wrong type, or the mode of the body is unknown.
    """
    if data is None:
        return RequestTemplate(Url(at=at), at=at)
    if isinstance(data, str):
        return RequestTemplate(url_from_json(data, at), at=at)
    if not isinstance(data, dict):
        raise mismatch("the request", "an object or a URL", data, at, 'write it as {"method": "GET", "url": "..."}')
    body, auth, description = data.get("body"), data.get("auth"), data.get("description")
    return RequestTemplate(
        url=url_from_json(data.get("url"), at.child("url")),
        method=(text_member(data, "method", "the method", at) or "GET").upper(),
        headers=params_from_json(data, "header", at, "header", parse_headers),
        body=None if body is None else body_from_json(body, at.child("body")),
        auth=None if auth is None else auth_from_json(auth, at.child("auth")),
        description=description if type(description) is str else _description(description, at),
        at=at,
    )


def request_to_json(request: RequestTemplate) -> dict[str, Any]:
    """A request in the form of schema v2.1, which is also what Postman's SDK takes for `pm.request`.

    Nothing is lost: `request_from_json` reads back the same request, but for the places (`at`).
    """
    data: dict[str, Any] = {"url": url_to_json(request.url), "method": request.method}
    if request.headers:
        data["header"] = params_to_json(request.headers)
    if request.body is not None:
        data["body"] = body_to_json(request.body)
    if request.auth is not None:
        data["auth"] = auth_to_json(request.auth)
    if request.description:
        data["description"] = request.description
    return data


def _description(data: Any, at: Location) -> str:
    content = data.get("content") if isinstance(data, dict) else data
    return as_text(content, "the description", at.child("description"))
