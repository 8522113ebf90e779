"""Shapes of a lock as JSON Schema files, a file for each request and status, which people go on to edit.

A file says by a digest how it was written, so that one that somebody edited since is known and left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from paceline.drift.emit_schema import schema_of
from paceline.drift.facts import Lock
from paceline.formats.files import read_bytes, write_text
from paceline.transport.cassette_library import slug

_COMMENT: Final = "Written by `paceline contract learn`; as long as nobody edits it, it is written anew. "


@dataclass(slots=True)
class Written:
    """What became of the files, by their paths."""

    written: list[Path] = field(default_factory=list)
    same: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)


def write_schemas(lock: Lock, folder: Path, *, force: bool = False) -> Written:
    """Write `<collection>/<request>.<status>.schema.json` for all JSON bodies that are known.

    Args:
        force: overwrite files that were edited, too.

    Raises:
        FileError: one cannot be read or written.
    """
    result = Written()
    for path, text in schema_files(lock, folder):
        current = _current(path)
        if current == text:
            result.same.append(path)
        elif current is None or force or _is_untouched(current):
            write_text(path, text)
            result.written.append(path)
        else:
            result.kept.append(path)
    return result


def schema_files(lock: Lock, folder: Path) -> Iterator[tuple[Path, str]]:
    """The path and the text of each file."""
    taken: set[Path] = set()
    for key, by_status in sorted(lock.requests.items()):
        collection, _, name = key.partition("/")
        for status, answers in sorted(by_status.items()):
            if not answers.bodies.get("json") or not answers.shape.total:
                continue
            path = folder / slug((collection,)) / f"{slug((name,))}.{status}.schema.json"
            if path in taken:
                path = path.with_name(f"{slug((name,))}--{_digest(key)[:8]}.{status}.schema.json")
            taken.add(path)
            yield path, _signed(schema_of(answers.shape, f"{key} ({status})"))


def _signed(schema: dict[str, Any]) -> str:
    """The text of a schema with a digest of the rest in its comment."""
    head = {name: schema[name] for name in ("$schema", "title")}
    rest = {name: value for name, value in schema.items() if name not in head}
    comment = _COMMENT + _digest(_text(head | rest))
    return _text(head | {"$comment": comment} | rest)


def _is_untouched(text: str) -> bool:
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(schema, dict):
        return False
    rest = {name: value for name, value in schema.items() if name != "$comment"}
    return text == _text(schema) and schema.get("$comment") == _COMMENT + _digest(_text(rest))


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _current(path: Path) -> str | None:
    return read_bytes(path).decode("utf-8", "replace") if path.exists() else None
