"""The members that requests and definitions of a v3 collection share, in the form of schema v2.1.

Their names and shapes are those that Postman documents (postman-plugin, collection-schema-v3, reference/
other_entities.md). What cannot be read that way is an error at its place in the YAML file: Postman's linter drops it in
silence, and the request goes out without it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from paceline.errors import FormatError, Location, nearest
from paceline.formats.shape import mismatch
from paceline.formats.v3_yaml import Plain, flag, typed, untyped

_ENTRY: Final = 'write "key: value" lines, or a list of entries with `key` and `value`'
_AUTH: Final = "write `type: bearer`, and below `credentials:` its parameters, as in `token: '{{token}}'`"
_SCRIPT: Final = "write `- type: afterResponse` and below it `code: |-` with the script"

#: What other versions call a member, to tell whoever writes it.
_OLD_NAMES: Final = {
    "event": "scripts",
    "header": "headers",
    "variable": "variables",
    "protocolProfileBehavior": "settings",
    "response": "examples",
}

#: The event of schema v2.1 for each type of script, by protocol.
LISTEN: Final[Mapping[str, Mapping[str, str]]] = {
    "http": {"beforeRequest": "prerequest", "afterResponse": "test"},
    "graphql": {"beforeQuery": "prerequest", "beforeRequest": "prerequest", "afterResponse": "test"},
}

#: Protocols that are not run; scripts for them have nothing to run at.
_OTHERS: Final = ("grpc", "websocket", "ws", "socket.io", "socketio", "mqtt", "mcp", "llm")


def require_known(data: Mapping[str, Any], known: Collection[str], name: str, at: Location) -> None:
    """Refuse a member whose name is that of an older version, or nearly one that is known; extensions may be there.

    Raises:
        FormatError: for the first one.
    """
    for member in data:
        if member in known:
            continue
        old = _OLD_NAMES.get(member)
        meant = old if old in known else nearest(member, known)
        if meant is not None:
            raise FormatError(f"{name} has no member `{member}`", at.child(member), f"did you mean `{meant}`?")


def text_of(data: Mapping[str, Any], member: str, at: Location) -> str | None:
    """A member that is a text; None when it is missing.

    Raises:
        FormatError: it is a list or an object.
    """
    value = data.get(member)
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    raise mismatch(f"`{member}`", "a text", value, at.child(member), "put it in single quotes")


def entries(data: Any, at: Location, name: str) -> list[dict[str, Any] | None]:
    """Keys and values as a list, however they are written; an entry that is null stays, so that all keep their places.

    Args:
        name: of one entry, for errors.

    Raises:
        FormatError: something is of the wrong type.
    """
    if data is None:
        return []
    if isinstance(data, dict):
        return [{"key": key, "value": _value(value, at.child(key), name)} for key, value in data.items()]
    if not isinstance(data, list):
        raise mismatch(f"the {name}s", "a list or an object", data, at, _ENTRY)
    return [None if each is None else _entry(each, at.child(index), name) for index, each in enumerate(data)]


def _entry(data: Any, at: Location, name: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise mismatch(f"a {name}", "an object", data, at, "write it as `- key: …` and below it `value: …`")
    entry: dict[str, Any] = untyped(data)
    entry["key"] = text_of(data, "key", at) or ""
    if "value" in data:
        entry["value"] = _value(data["value"], at.child("value"), name)
    for switch in ("disabled", "enabled", "secret"):
        if (state := flag(data, switch, at)) is not None:
            entry[switch] = state
    return entry


def _value(value: Any, at: Location, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    raise mismatch(f"the value of a {name}", "a text", value, at, "put it in single quotes")


def auth_to_v2(data: Any, at: Location) -> dict[str, Any] | None:
    """Authorization; None inherits.

    Raises:
        FormatError: there are several, of which nobody says here which one counts; or something is of the wrong type.
    """
    if isinstance(data, list):
        if len(data) > 1:
            what = f"there are {len(data)} authorizations, and paceline cannot choose"
            raise FormatError(what, at, "keep the one that is meant")
        return auth_to_v2(data[0], at.child(0)) if data else None
    if data is None:
        return None
    if not isinstance(data, dict):
        raise mismatch("auth", "an object", data, at, _AUTH)
    type_ = text_of(data, "type", at)
    if not type_:
        raise FormatError("auth has no type", at, _AUTH)
    if type_ in data and "credentials" not in data:
        raise FormatError(f"auth has no member `{type_}`", at.child(type_), _AUTH)
    if type_ == "inherit":
        return None
    if type_ == "noauth":
        return {"type": type_}
    found = data.get("credentials")
    if isinstance(found, dict):
        found = [{"key": key, "value": value} for key, value in found.items()]
    elif found is not None and not isinstance(found, list):
        raise mismatch("the credentials", "a list or an object", found, at.child("credentials"), _AUTH)
    return {"type": type_, type_: [_credential(each, at.child("credentials", n)) for n, each in enumerate(found or ())]}


def _credential(data: Any, at: Location) -> dict[str, Any]:
    """A parameter: flags are true or false, as the app has them in v2.1; whatever else has no quotes is a text."""
    if not isinstance(data, dict):
        raise mismatch("a credential", "an object", data, at, _AUTH)
    value = data.get("value")
    if isinstance(value, Plain):
        value = typed(value) if isinstance(typed(value), bool) else str(value)
    return {"key": text_of(data, "key", at) or "", "value": "" if value is None else typed(value)}


def scripts_to_v2(data: Any, at: Location, protocol: str | None) -> list[tuple[frozenset[str], dict[str, Any]] | None]:
    """Events, each with the protocols at whose requests it runs; None in the place of one that runs at none of ours.

    Args:
        protocol: of the request; None for a folder or collection, whose types name it: `http:beforeRequest`.

    Raises:
        FormatError: a type is unknown, so that the script would never run; or something is of the wrong type.
    """
    if data is None:
        return []
    if not isinstance(data, list):
        raise mismatch("scripts", "a list", data, at, _SCRIPT)
    return [None if each is None else _script(each, at.child(index), protocol) for index, each in enumerate(data)]


def _script(data: Any, at: Location, protocol: str | None) -> tuple[frozenset[str], dict[str, Any]] | None:
    if not isinstance(data, dict):
        raise mismatch("a script", "an object", data, at, _SCRIPT)
    type_ = text_of(data, "type", at)
    if not type_:
        raise FormatError("a script does not say when it runs", at, _SCRIPT)
    prefix, colon, moment = type_.rpartition(":")
    ours = [protocol] if protocol is not None else [prefix] if colon else list(LISTEN)
    if protocol is None and prefix in _OTHERS:
        return None
    ours = [one for one in ours if moment in LISTEN.get(one, ())]
    if not ours or (colon and protocol not in (None, prefix)):
        known = [each for name in ([protocol] if protocol else LISTEN) for each in LISTEN[name]]
        old = {"prerequest": "beforeRequest", "test": "afterResponse"}.get(moment)
        near = old or nearest(moment, known)
        advice = f"did you mean `{near}`?" if near else f"use one of {', '.join(dict.fromkeys(known))}"
        raise FormatError(f"no script runs at `{type_}`", at.child("type"), advice)
    language = text_of(data, "language", at)
    if language is not None and not language.endswith("javascript"):
        raise FormatError(f"scripts in `{language}` cannot be run", at.child("language"), "write text/javascript")
    script: dict[str, Any] = {"type": "text/javascript", "exec": _code(data, at)}
    script |= {more: untyped(data[more]) for more in ("packages", "requests") if data.get(more) is not None}
    event: dict[str, Any] = {"listen": LISTEN[ours[0]][moment], "script": script}
    for switch in ("disabled", "enabled"):
        if (state := flag(data, switch, at)) is not None:
            event[switch] = state
    return frozenset(ours), event


def _code(data: dict[str, Any], at: Location) -> list[str]:
    code = data.get("code")
    if code is None:
        raise FormatError("a script has no code", at, "write it below `code: |-`; files of scripts are not read")
    if isinstance(code, list) and all(isinstance(line, str) for line in code):
        return [str(line) for line in code]
    if not isinstance(code, str):
        raise mismatch("the code of a script", "a text", code, at.child("code"), _SCRIPT)
    return str(code).split("\n")


def settings_to_v2(data: Any, at: Location) -> dict[str, Any] | None:
    """`protocolProfileBehavior`, in which the headers that are switched off are an object.

    Raises:
        FormatError: something is of the wrong type.
    """
    if data is None:
        return None
    if not isinstance(data, dict):
        raise mismatch("settings", "an object", data, at, "write `settings:` and below it `followRedirects: false`")
    settings: dict[str, Any] = typed(data)
    headers = settings.get("disabledSystemHeaders")
    if isinstance(headers, list):
        settings["disabledSystemHeaders"] = {str(name): True for name in headers if name is not None}
    return settings
