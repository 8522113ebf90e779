"""How a request, folder or collection proves who it is from."""

from __future__ import annotations

from typing import Any

from paceline.errors import FormatError, Location
from paceline.formats.shape import as_json, as_object, mismatch, text_member
from paceline.formats.typed import typed
from paceline.model.collection import Auth

_FIX = 'write it as {"type": "basic", "basic": [{"key": "username", "value": "..."}]}'


def auth_from_json(data: Any, at: Location = Location()) -> Auth | None:
    """Read it with its parameters as a list (schema v2.1) or an object (v2.0). None and `{}` inherit.

    Parameters of other types than the chosen one, which the app keeps for a change of mind, are left out. A parameter
    that is disabled counts nevertheless, as in Postman.

    Raises:
        FormatError: something is of the wrong type, or there are parameters without a type.
    """
    data = as_object(data, "auth", at, _FIX)
    name = text_member(data, "type", "the type of auth", at)
    if name:
        return Auth(name, _params(data.get(name), at.child(name)), at)
    forgotten = next((key for key, value in data.items() if value), None)
    if forgotten is not None:
        # Postman goes on without it, so that the request is sent unsigned.
        raise FormatError("auth has no type", at, f'add "type": "{forgotten}"')
    return None


def auth_to_json(auth: Auth) -> dict[str, Any]:
    """The form of schema v2.1."""
    return {"type": auth.type, auth.type: [{"key": key, "value": value} for key, value in auth.params]}


def _params(data: Any, at: Location) -> tuple[tuple[str, Any], ...]:
    if data is None:
        return ()
    if isinstance(data, dict):
        return tuple((key, as_json(value, f"auth parameter {key!r}", at)) for key, value in data.items())
    if not isinstance(data, list):
        raise mismatch("the parameters of auth", "a list", data, at, _FIX)
    return tuple(_param(entry, at.child(index)) for index, entry in enumerate(data) if entry is not None)


def _param(data: Any, at: Location) -> tuple[str, Any]:
    if not isinstance(data, dict):
        raise mismatch("a parameter of auth", "an object", data, at, _FIX)
    key = text_member(data, "key", "the key of an auth parameter", at) or ""
    value, _ = typed(as_json(data.get("value"), f"auth parameter {key!r}", at), data.get("type"))
    return key, value
