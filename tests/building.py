"""Collections for tests, in the words of Postman's format: `collection(item("one", url, test="pm.test(…)"))`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from paceline.formats.collection import parse_collection
from paceline.model.collection import Collection

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

Json = dict[str, Any]


def event(listen: str, source: str, **more: Any) -> Json:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": source.split("\n")}, **more}


def events(prerequest: str = "", test: str = "") -> list[Json]:
    return [event(listen, source) for listen, source in (("prerequest", prerequest), ("test", test)) if source]


def item(name: str, url: Any, *, prerequest: str = "", test: str = "", behavior: Any = None, **request: Any) -> Json:
    entry: Json = {"name": name, "request": {"method": "GET", "url": url, **request}, "event": events(prerequest, test)}
    return entry if behavior is None else {**entry, "protocolProfileBehavior": behavior}


def folder(name: str, *children: Json, prerequest: str = "", test: str = "", **more: Any) -> Json:
    return {"name": name, "item": list(children), "event": events(prerequest, test), **more}


def collection(*children: Json, name: str = "C", prerequest: str = "", test: str = "", **more: Any) -> Json:
    """The JSON of a collection; `variable` may be a plain mapping."""
    if isinstance(more.get("variable"), dict):
        more["variable"] = [{"key": key, "value": value} for key, value in more["variable"].items()]
    info = {"name": name, "schema": SCHEMA}
    return {"info": info, "item": list(children), "event": events(prerequest, test), **more}


def parsed(*children: Json, **more: Any) -> Collection:
    """The collection itself."""
    return parse_collection(collection(*children, **more))


def written(path: Path, *children: Json, **more: Any) -> str:
    """The path of the collection as a file."""
    path.write_text(json.dumps(collection(*children, **more)), encoding="utf-8")
    return str(path)


def environment(**values: Any) -> Json:
    """The JSON of an environment."""
    entries = [{"key": key, "value": value, "enabled": True} for key, value in values.items()]
    return {"id": "e-1", "name": "staging", "values": entries, "_postman_variable_scope": "environment"}
