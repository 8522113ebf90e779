"""What a JSON file is, when it is not what it was given for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paceline.errors import FormatError, Location
from paceline.formats.shape import kind

_EXPORT = "export it from Postman as Collection v2.1"


def _members(*names: str) -> Callable[[dict[str, Any]], bool]:
    return lambda data: all(name in data for name in names)


# Newman's test for v1 is `name`, `order` and `requests` (newman, lib/util.js); it converts them with a warning.
_OBJECTS: tuple[tuple[Callable[[dict[str, Any]], bool], str, str], ...] = (
    (lambda data: data.get("_postman_variable_scope") == "globals", "a set of globals", "give it by -g/--globals"),
    (_members("values"), "an environment", "give it by -e/--environment, or if it holds globals by -g/--globals"),
    (_members("environment"), "an environment", "give it by -e/--environment"),
    (_members("globals"), "a set of globals", "give it by -g/--globals"),
    (_members("item"), "a Postman collection", "give it as the collection to run"),
    (_members("collection"), "a Postman collection", "give it as the collection to run"),
    (_members("requests", "order"), "a Postman collection of the old format v1", _EXPORT),
    (_members("collections", "environments"), "a dump of all Postman data", "export the one collection from Postman"),
    (_members("openapi"), "an OpenAPI description", f"import it into Postman, then {_EXPORT}"),
    (_members("swagger"), "an OpenAPI description (Swagger)", f"import it into Postman, then {_EXPORT}"),
    (_members("asyncapi"), "an AsyncAPI description", "only Postman collections can be run"),
    (_members("log"), "a recording of a browser (HAR)", f"import it into Postman, then {_EXPORT}"),
    (_members("__export_format"), "an export of Insomnia", f"import it into Postman, then {_EXPORT}"),
    (_members("$schema", "properties"), "a JSON Schema", "only Postman collections can be run"),
    (_members("info"), "a Postman collection", "give it as the collection to run"),
)


def is_environment(path: str | Path) -> bool:
    """Whether a file is an environment; not, where it cannot be read."""
    try:
        data = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "values" in data and "item" not in data


def not_a(wanted: str, data: Any, at: Location, fix: str) -> FormatError:
    """The error for a file of the wrong kind, which says of what kind it is and where it belongs.

    Args:
        wanted: what the file was given for, such as `a Postman collection`.
        data: its JSON.
        at: its place.
        fix: advice for when the kind is not known.
    """
    if isinstance(data, dict):
        for is_it, name, belongs in _OBJECTS:
            if name != wanted and is_it(data):
                return FormatError(f"this is {name}, not {wanted}", at, belongs)
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return FormatError(f"this is a list of objects, not {wanted}", at, "give iteration data by -d/--iteration-data")
    found = kind(data)
    if isinstance(data, dict):
        names = ", ".join(sorted(data)[:5])
        found = f"an object with {names[:80]}" if names else "an empty object"
    return FormatError(f"this is {found}, not {wanted}", at, fix)
