"""Environments and globals in YAML, as Postman keeps them beside collections of schema v3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from paceline.errors import FormatError, Location
from paceline.formats.v3_members import entries, require_known, text_of
from paceline.formats.v3_yaml import load_texts, untyped


def load_variables(path: str | Path) -> Any:
    """The content of such a file in the form of the app's exports; what is no such file stays as it is.

    Raises:
        FileError: it cannot be read.
        FormatError: it is empty or not YAML, or something in it is of the wrong type.
    """
    data, at = load_texts(path), Location(str(path))
    if data is None:
        raise FormatError("the file is empty", at, "write `name:` and `values:`")
    if not isinstance(data, dict) or "$kind" in data or "collections" in data:
        return untyped(data)
    require_known(data, ("name", "values", "id", "color"), "an environment", at)
    values = entries(data.get("values"), at.child("values"), "variable") if "values" in data else None
    name = text_of(data, "name", at) or Path(path).name.partition(".environment.")[0].partition(".globals.")[0]
    listed = {"values": [each and {**each, "value": each.get("value") or ""} for each in values or ()]}
    return {**untyped(data), "name": name, **(listed if values is not None else {})}
