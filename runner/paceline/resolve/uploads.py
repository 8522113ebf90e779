"""The files a request sends: where they are looked for, and content that stands in the collection itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from paceline.errors import FileError, Location, RequestError, nearest

FileReader = Callable[[str], tuple[str, bytes]]
"""Reads a source as a collection names it and gives the file's own name and content; raises FileError."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]*=*")


class LocalFiles:
    """Reads uploads from disk.

    A relative path is looked for in each root in turn. Newman knows the working directory only; here the folder of
    the collection comes first, so that a collection and its files can be moved together.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(dict.fromkeys(root.absolute() for root in roots))

    def __call__(self, src: str) -> tuple[str, bytes]:
        """Name and content of the file.

        Raises:
            FileError: there is no such file, or it cannot be read.
        """
        paths = tuple(dict.fromkeys(root / src for root in self._roots)) or (Path(src).absolute(),)
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            raise _not_found(src, paths)
        try:
            return path.name, path.read_bytes()
        except OSError as error:
            raise FileError(f'cannot read the file "{src}": {error.strerror}', None, f"Make {path} readable") from error


def load(files: FileReader, src: str, at: Location) -> tuple[str, bytes]:
    """Name and content of a file to upload.

    Newman warns on its console, leaves the file out and sends the rest, and the run is green; here nothing is sent.

    Raises:
        RequestError: with code `EFILE`, when it cannot be read.
    """
    if not src:
        raise RequestError("the file to send has no name", at, "Name it; a variable in its place may be empty", "EFILE")
    try:
        return files(src)
    except FileError as error:
        raise RequestError(error.what, error.where or at, error.fix, "EFILE") from error


def decode(text: str, at: Location) -> bytes:
    """The bytes behind base64, with the alphabet for URLs (RFC 4648, section 5) or without, padded or not.

    Raises:
        RequestError: with code `EFILE`, when it is something else. Node skips such characters and sends the rest.
    """
    from base64 import b64decode

    compact = "".join(text.split()).replace("-", "+").replace("_", "/")
    digits = compact.rstrip("=")
    if not _BASE64.fullmatch(compact) or len(digits) % 4 == 1:
        fix = "Encode the content in base64, or name a file in its place"
        raise RequestError("the content of the file is not base64", at, fix, "EFILE")
    return b64decode(digits + "=" * (-len(digits) % 4))


def _not_found(src: str, paths: Sequence[Path]) -> FileError:
    tried = " and ".join(map(str, paths))
    if any(path.is_dir() for path in paths):
        return FileError(f'"{src}" is a folder, not a file', None, f"Name a file in it; found {tried}")
    fix = f"Put the file there or correct its path; tried {tried}"
    for path in paths:
        likely = nearest(path.name, (file.name for file in path.parent.iterdir())) if path.parent.is_dir() else None
        if likely is not None:
            fix = f'Did you mean "{likely}"? Tried {tried}'
            break
    return FileError(f'no file "{src}"', None, fix)
