"""The events of an item, folder or collection: the scripts that run around its requests."""

from __future__ import annotations

from typing import Any, cast, get_args

from paceline.errors import FormatError, Location, nearest
from paceline.formats.shape import as_object, as_text, is_enabled, mismatch, text_member
from paceline.model.collection import Listen, Script

_FIX = 'write it as {"listen": "test", "script": {"exec": ["..."]}}'
_LISTEN: tuple[str, ...] = get_args(Listen)


def scripts_from_json(data: Any, at: Location) -> tuple[Script, ...]:
    """Read a list of events, or a single one.

    An event whose script has no source of its own (`src` points elsewhere) gives no script: Postman fetches none.

    Raises:
        FormatError: `listen` is unknown or missing, which Postman would pass over so that the script never ran; or
            something is of the wrong type.
    """
    data = [data] if isinstance(data, dict) else [] if data is None else data
    if not isinstance(data, list):
        raise mismatch("event", "a list", data, at, f"{_FIX}, in a list")
    scripts = (_script(event, at.child(index)) for index, event in enumerate(data) if event is not None)
    return tuple(script for script in scripts if script is not None)


def _script(event: Any, at: Location) -> Script | None:
    event = as_object(event, "an event", at, _FIX)
    listen = event.get("listen")
    if listen not in _LISTEN:
        near = nearest(listen, _LISTEN) if isinstance(listen, str) else None
        fix = f"did you mean {near!r}?" if near else f"use one of {', '.join(_LISTEN)}"
        what = "an event does not say when it happens" if listen is None else f"no event is called {listen!r:.40}"
        raise FormatError(what, at if listen is None else at.child("listen"), fix)
    script, place = event.get("script"), at.child("script")
    name, source = "", script
    if not isinstance(script, (str, list)):
        script = as_object(script, "a script", place, _FIX)
        name, source = text_member(script, "id", "the id of a script", place) or "", script.get("exec")
        place = place.child("exec")
    if source is None:
        return None
    return Script(cast("Listen", listen), _source(source, place), name, is_enabled(event), place)


def _source(data: Any, at: Location) -> str:
    if isinstance(data, list):
        return "\n".join(
            line if type(line) is str else as_text(line, "a line of a script", at.child(index))
            for index, line in enumerate(data)
        )
    return as_text(data, "a script", at, "write it as a text, or as a list of lines").replace("\r\n", "\n")
