"""Forms with files (`multipart/form-data`, RFC 7578), laid out as Newman lays them out.

Authority: @postman/form-data, lib/form_data.js, and what postman-runtime hands it (lib/requester/core-body-builder.js).
On purpose different: what would break out of a part's header is escaped or refused, every source is sent, and a file
that is not there is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from paceline.errors import RequestError
from paceline.model.collection import FormPart
from paceline.resolve.media_types import media_type
from paceline.resolve.text import utf8
from paceline.resolve.uploads import FileReader, decode, load

_BOUNDARY = re.compile(r'multipart/form-data;.*boundary=(?:"([^"]+)"|([^;]+))', re.IGNORECASE)
# What needs no `filename*`: the printable part of Latin-1.
_PLAIN_NAME = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
# The HTML standard, "multipart/form-data encoding algorithm": three characters cannot stand in a quoted name. Newman
# writes them as they are, and the server reads a cut name or a header nobody wrote.
_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
_FILE_TYPE = "application/octet-stream"


def boundary_of(content_type: str) -> str | None:
    """The boundary that a Content-Type for a form names, or None."""
    match = _BOUNDARY.match(content_type)
    return (match[1] or match[2]).rstrip() if match else None


def encode_form(parts: Sequence[FormPart], boundary: str | None, files: FileReader) -> tuple[bytes, str]:
    """The body of a form of at least one enabled part, and the boundary between its parts.

    Without a given boundary it gets one of Newman's form: 26 dashes and 24 digits. They come from the content and
    not by chance, so that the same form is the same bytes in every run.

    Raises:
        RequestError: a file cannot be read, names no source, or holds no base64, or a content type holds a line end.
    """
    blocks = [block for part in parts if part.enabled for block in _blocks(part, files)]
    if boundary is None:
        from hashlib import sha256

        digest = sha256(b"\0".join(blocks)).digest()
        boundary = f"{'-' * 26}{int.from_bytes(digest) % 10**24:024}"
    delimiter = b"--" + utf8(boundary)
    return b"".join((*(delimiter + b"\r\n" + block + b"\r\n" for block in blocks), delimiter, b"--\r\n")), boundary


def _blocks(part: FormPart, files: FileReader) -> Iterator[bytes]:
    """Header and content of what a field of the form sends: one part, or one for each of its sources."""
    if part.type == "text":
        yield _block(part, part.file_name, _own_type(part), utf8(part.value or ""))
        return
    for source in part.sources:
        name, content = load(files, source, part.at)
        yield _block(part, name if part.file_name is None else part.file_name, _file_type(part, name), content)
    if part.sources:
        return
    if part.value is None:
        # Newman sends an empty file without a name, with a warning on its console.
        fix = 'Name it in "src", give its content in "value" (base64, or "" for an empty file), or disable the field'
        raise RequestError(f'the form field "{part.key}" names no file', part.at, fix, "EFILE")
    if part.value:
        yield _block(part, part.file_name, _file_type(part, ""), decode(part.value, part.at))
    else:
        yield _block(part, part.file_name or "", _own_type(part), b"")


def _own_type(part: FormPart) -> str | None:
    return part.content_type or (media_type(part.file_name) if part.file_name else None)


def _file_type(part: FormPart, file: str) -> str:
    """As in Newman the file's own name tells its type before the name given to the server does."""
    return part.content_type or media_type(file) or _own_type(part) or _FILE_TYPE


def _block(part: FormPart, file_name: str | None, content_type: str | None, content: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{part.key.translate(_ESCAPED)}"'
    if file_name is not None:
        base = file_name.rstrip("/").rpartition("/")[2]
        head += f'; filename="{base.translate(_ESCAPED)}"'
        if not _PLAIN_NAME.fullmatch(base):
            head += f"; filename*=UTF-8''{_extended(base)}"
    if content_type:
        if re.search(r"[\r\n\0]", content_type):
            fix = "Write it on one line, as in application/json"
            raise RequestError(f'the content type of "{part.key}" holds a line end', part.at, fix, "ERR_INVALID_CHAR")
        head += f"\r\nContent-Type: {content_type}"
    return utf8(head) + b"\r\n\r\n" + content


def _extended(name: str) -> str:
    """A file name for `filename*` (RFC 8187), the star in lower case as Newman has it."""
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(utf8(name), safe="!|`^*").replace("*", "%2a")
