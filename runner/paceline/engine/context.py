"""Requests, responses and cookies in the JSON form of Postman's SDK, as scripts are given them."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paceline.engine.selection import Step
from paceline.formats.request import request_to_json
from paceline.formats.url_text import parse
from paceline.model.collection import Collection, Folder, Item, Param, RequestTemplate, Script
from paceline.model.exchange import Cookie, HttpResponse, Trip
from paceline.model.outcome import Cursor
from paceline.resolve.scopes import Scopes
from paceline.transport.cookie_json import iso_time


def script_context(scopes: Scopes, request: Mapping[str, Any], trip: Trip | None = None) -> dict[str, Any]:
    """What a script can see (postman-sandbox, lib/sandbox/execution.js).

    Args:
        trip: None before the request, or when it was not answered; then `pm.response` has no code.
    """
    cookies = () if trip is None else trip.cookies
    return {
        "request": request,
        "response": {} if trip is None else response_json(trip.response),
        "environment": {"name": scopes.environment.name, "values": scopes.environment.values()},
        "globals": {"values": scopes.globals.values()},
        "collectionVariables": {"values": scopes.collection.values()},
        "_variables": {"values": scopes.local.values()},
        "data": {variable.key: variable.value for variable in scopes.data.variables()},
        "cookies": [cookie_json(cookie) for cookie in cookies],
    }


def sent_request_json(request: RequestTemplate, trip: Trip) -> dict[str, Any]:
    """The request as test scripts see it: the address and every header as they went out."""
    headers = tuple(Param(name, value) for name, value in trip.request.headers)
    return request_to_json(replace(request, url=parse(trip.request.url), headers=headers))


def response_json(response: HttpResponse) -> dict[str, Any]:
    """The response as the sandbox takes it; the time is rounded up (postman-runtime, lib/requester/requester.js)."""
    return {
        "code": response.status,
        "status": response.reason,
        "header": [{"key": name, "value": value} for name, value in response.headers],
        "stream": {"type": "Base64", "data": base64.b64encode(response.body).decode("ascii")},
        "responseTime": math.ceil(response.elapsed_ms),
    }


def cookie_json(cookie: Cookie) -> dict[str, Any]:
    """The cookie as `pm.cookies` takes it (postman-collection, lib/collection/cookie.js)."""
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": cookie.path,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
        "hostOnly": cookie.host_only,
        "expires": None if cookie.expires is None else iso_time(cookie.expires),
    }


def cursor_json(cursor: Cursor) -> dict[str, Any]:
    """The cursor as `pm.info` reads it."""
    return {
        "iteration": cursor.iteration,
        "cycles": cursor.cycles,
        "position": cursor.position,
        "length": cursor.length,
        "ref": cursor.ref,
    }


def legacy_json(step: Step, script: Script) -> dict[str, Any]:
    """Names for `pm.info` and `pm.execution.location` (postman-runtime, lib/runner/extensions/event.command.js)."""
    owners: tuple[Collection | Folder | Item, ...] = (step.collection, *step.folders, step.item)
    owner = next((owner for owner in owners if any(script is own for own in owner.scripts)), step.item)
    return {
        "_itemId": step.item.id,
        "_itemName": step.item.name,
        "_itemPath": [owner.name for owner in owners],
        "_eventItemName": owner.name,
    }
