"""From schema v2.0.0 to v2.1.0, for those who want the JSON itself: reports and scripts.

The two differ in one thing only: v2.0 has the parameters of auth as an object, v2.1 as a list. Headers that v2.0 has as
one text become a list too; v2.1 allows either. URLs stay as they are, since both know them as text and as parts.
"""

from __future__ import annotations

from typing import Any

from paceline.errors import Location
from paceline.formats.params import params_to_json, parse_headers

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def upgrade(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of a collection in the form of v2.1; what is in that form already, or in none, stays as it is."""
    upgraded = _entry(document) | {"info": {**(document.get("info") or {}), "schema": SCHEMA}}
    pending = [upgraded]
    while pending:  # no recursion: folders may lie a thousand deep
        folder = pending.pop()
        if isinstance(folder.get("item"), list):
            folder["item"] = [_entry(entry) if isinstance(entry, dict) else entry for entry in folder["item"]]
            pending.extend(entry for entry in folder["item"] if isinstance(entry, dict))
    return upgraded


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """A copy of a collection, folder or item, without what lies in it."""
    upgraded = _authorized(entry)
    if isinstance(entry.get("request"), dict):
        upgraded["request"] = _request(entry["request"])
    if isinstance(entry.get("response"), list):
        upgraded["response"] = [_response(each) if isinstance(each, dict) else each for each in entry["response"]]
    return upgraded


def _request(request: dict[str, Any]) -> dict[str, Any]:
    return _with_header_list(_authorized(request))


def _response(response: dict[str, Any]) -> dict[str, Any]:
    upgraded = _with_header_list(dict(response))
    if isinstance(response.get("originalRequest"), dict):
        upgraded["originalRequest"] = _request(response["originalRequest"])
    return upgraded


def _authorized(entry: dict[str, Any]) -> dict[str, Any]:
    auth = entry.get("auth")
    if not isinstance(auth, dict):
        return dict(entry)
    return {**entry, "auth": {key: _params(value) for key, value in auth.items()}}


def _params(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return [{"key": key, "value": inner, "type": _type(inner)} for key, inner in value.items()]


def _type(value: Any) -> str:
    """The label that the app writes beside a parameter."""
    return "string" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "any"


def _with_header_list(message: dict[str, Any]) -> dict[str, Any]:
    if isinstance(message.get("header"), str):
        message["header"] = params_to_json(parse_headers(message["header"], Location()))
    return message
