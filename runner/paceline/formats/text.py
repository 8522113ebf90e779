"""From the bytes of a file to its JSON, with errors that name line and column; and back to text."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

from paceline.errors import FormatError, Location
from paceline.formats.deep import MAX_DEPTH, TooDeepError, parse_deep, reject_constant, write_deep
from paceline.formats.files import read_bytes

_EXPORT = "export the file from Postman again"
_ARCHIVES = {b"PK\x03\x04": "a ZIP archive", b"\x1f\x8b": "a gzip archive"}
_DECODER = json.JSONDecoder(parse_constant=reject_constant)

# Half of a surrogate pair: legal as an escape in JSON, yet no character, so that it could not be written again as
# UTF-8. The last alternative eats every other escape, for `\\ud800` is a backslash and five letters.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)

# What stands at the place of an error, and what to do about it; the first that matches counts.
_ADVICE = tuple(
    (re.compile(pattern), advice)
    for pattern, advice in (
        (r"(?:<<<<<<<|=======|>>>>>>>)", "a merge left its conflict marks: resolve the conflict"),
        (r"//|/\*|#", "JSON has no comments: remove this one"),
        (r"['‘’“”`]", "texts stand in straight double quotes"),
        (r"NaN|-?Infinity", "JSON has no such number: use null or a text"),
        (r"undefined|None", "write null"),
        (r"True|False", "write true or false, in small letters"),
        (r"<(?:!|\?|html)", f"this looks like a web page: {_EXPORT}"),
        (r"(?<![\s\S])(?:---|[\w$]+:\s)", f"this looks like YAML, while Postman's collections v2 are JSON: {_EXPORT}"),
        (
            r"(?<=[0-9.])[0-9.]|[+.-]",
            "a number in JSON has no leading zero or plus, and digits on both sides of a point",
        ),
        (r"\Z", f"the file ends too early, perhaps it was cut off: {_EXPORT}"),
    )
)
_ADVICE_BY_MESSAGE = (
    ("Invalid control character", r"a line break or tab within a text is written \n or \t"),
    ("Invalid \\", r"a backslash within a text is written \\"),
    ("Unterminated string", "close the text with a double quote"),
    ("Expecting property name", 'names stand in double quotes: "name"'),
    ("Expecting ',' delimiter", "put a comma between two values, or close what was opened"),
    ("Expecting ':' delimiter", "put a colon between name and value"),
    ("Extra data", "a file holds one JSON value: remove what follows it"),
    ("Number too long", "write it as a text, in double quotes"),
)


def load_json(path: str | Path) -> Any:
    """Read a JSON file; see `decode` and `parse_json` for what is accepted.

    Raises:
        FileError: the file cannot be read.
        FormatError: it does not hold JSON.
    """
    at = Location(str(path))
    return parse_json(decode(read_bytes(path), at), at)


def decode(data: bytes, at: Location) -> str:
    """Bytes as text: UTF-8, UTF-16 or UTF-32, with a byte order mark or told apart by their zero bytes (RFC 4627, 3).

    Newman guesses Latin-1 too; a guess would corrupt passwords silently, so that this is an error here.

    Raises:
        FormatError: it is none of these, or an archive.
    """
    for magic, name in _ARCHIVES.items():
        if data.startswith(magic):
            raise FormatError(f"this is {name}, not JSON", at, "unpack it, and give the file within")
    encoding = json.detect_encoding(data)
    name = codecs.lookup(encoding).name.removesuffix("-sig").upper()
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"this is not a text in {name}: line {line} has the byte 0x{data[error.start]:02X}"
        raise FormatError(what, at, "save the file as UTF-8") from None


def parse_json(text: str, at: Location) -> Any:
    """Parse JSON as JavaScript does: the last of equal names wins, no `NaN`; at most `MAX_DEPTH` levels.

    Raises:
        FormatError: it is not JSON; with line, column and an excerpt.
    """
    text = text.rstrip()  # also of blanks that JSON does not know, as Newman does it (newman, lib/util.js)
    if not text:
        raise FormatError("the file is empty", at, _EXPORT)
    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPE.sub(lambda match: r"\ufffd" if match[1] else match[0], text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _syntax_error(error, at) from None
    except (RecursionError, ValueError):
        pass  # nested too deep for it, NaN, or a number too long: the other parser can do the first and place the rest
    try:
        return parse_deep(text)
    except json.JSONDecodeError as error:
        raise _syntax_error(error, at) from None
    except TooDeepError:
        what = f"this is nested more than {MAX_DEPTH} levels deep"
        raise FormatError(what, at, "check how the file was made: no collection needs that") from None


def json_text(value: Any, indent: int | None = None) -> str:
    """A JSON value as text, whatever its depth; NaN and infinity become null, as with `JSON.stringify`."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    except (RecursionError, ValueError):
        return write_deep(value, indent)


def _syntax_error(error: json.JSONDecodeError, at: Location) -> FormatError:
    text, position = error.doc, error.pos
    before = text[:position].rstrip()
    if text[position : position + 1] in {"]", "}"} and before.endswith(","):
        position, advice = len(before) - 1, "remove this comma: nothing follows it"
    else:
        advice = _advice(error.msg, text, position)
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    what = f"this is not JSON: line {line}, column {column}"
    return FormatError(what, at, f"{advice}\n{_excerpt(text, position, line)}")


def _advice(message: str, text: str, position: int) -> str:
    found = next((advice for pattern, advice in _ADVICE if pattern.match(text, position)), "")
    if found and not message.startswith(("Invalid", "Unterminated", "Number")):
        return found
    told = next((advice for start, advice in _ADVICE_BY_MESSAGE if message.startswith(start)), "")
    return told or f'a JSON value belongs here, such as "text", 1, true, null, [] or {{}}; or {_EXPORT}'


def _excerpt(text: str, position: int, line: int) -> str:
    """The faulty line, at most 60 characters of it, with a mark below the place."""
    start = max(text.rfind("\n", 0, position) + 1, position - 40)
    end = text.find("\n", position)
    end = min(len(text) if end < 0 else end, start + 60)
    shown = "".join(character if character.isprintable() else " " for character in text[start:end])
    return f"{line:>6} | {shown}\n{'':>6} | {'':>{position - start}}^"
