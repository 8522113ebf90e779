"""Cassettes in a folder: which file is whose, and writing one so that it is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from paceline.errors import FileError, Location
from paceline.transport.cassette import Cassette
from paceline.transport.cassette_yaml import from_text

_FIX: Final = "make the folder writable, or name another one for the cassettes"
_LONGEST: Final = 100
_UNSAFE_FOLDER: Final = re.compile(r"[^\w .+-]|^\.+|[ .]+$")
#: Names that Windows keeps for devices.
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


def slug(path: tuple[str, ...]) -> str:
    """The names of folders and item as the stem of a file that every system can hold.

    >>> slug(("Ride & Classes", "Get Übersicht"))
    'ride-classes--get-ubersicht'
    """
    plain = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower() for name in path)
    stem = "--".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", name).strip("-") for name in plain)))
    return _marked(stem[:_LONGEST].rstrip("-"), path) if len(stem) > _LONGEST or not stem or stem in _DEVICES else stem


def _marked(stem: str, path: tuple[str, ...]) -> str:
    """The stem for names whose plain one is taken or says too little: the same names always give the same."""
    return f"{stem}--{hashlib.sha256(chr(0).join(path).encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".lstrip("-")


class CassetteLibrary:
    """The folder that holds `<collection>/<folders and item>.yaml`.

    Two requests whose names differ only in what a file name cannot hold get files that differ by a mark at the end;
    each file says whose it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, Cassette] = {}

    def find(self, collection: str, path: tuple[str, ...]) -> tuple[Path, Cassette | None]:
        """The file of a step and what it holds; where it would be, and None, when there is none.

        Raises:
            FileError: it cannot be read.
            FormatError: it is not a cassette.
        """
        folder = self._folder_of(collection)
        stem = slug(path)
        marked = folder / f"{_marked(stem, path)}.yaml"
        taken = False
        for file in (folder / f"{stem}.yaml", marked):
            cassette = self._read(file)
            if cassette is not None and (cassette.collection, cassette.path) == (collection, path):
                return file, cassette
            taken |= cassette is not None and file != marked
        return (marked if taken else folder / f"{stem}.yaml"), None

    def free(self, file: Path, path: tuple[str, ...], taken: Collection[Path]) -> Path:
        """The file for a new cassette when others of the same run take theirs: `file`, or else one with a mark."""
        return file.with_stem(_marked(slug(path), path)) if file in taken else file

    def cassettes(self) -> Iterator[tuple[Path, Cassette]]:
        """Every cassette, by the order of the files' names.

        Raises:
            FileError, FormatError: as for `find`.
        """
        for file in sorted(self.folder.glob("*/*.yaml")):
            cassette = self._read(file)
            if cassette is not None:
                yield file, cassette

    def require_writable(self) -> None:
        """Refuse a place where nothing can be written, before the run rather than after it.

        Raises:
            FileError: a folder on the way is a file, or may not be written to.
        """
        place = self.folder.absolute()
        folder = next(each for each in (place, *place.parents) if each.exists())
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return
        reason = "it is write-protected" if folder.is_dir() else "it is a file"
        raise FileError(f"no cassettes can be written into this folder: {reason}", Location(str(folder)), _FIX)

    def write(self, file: Path, text: str) -> bool:
        """Put a file in place at once; one that holds this text already is left alone.

        Returns:
            whether it was written.

        Raises:
            FileError: it cannot be written; the old one is as it was.
        """
        data = text.encode("utf-8")
        try:
            with suppress(FileNotFoundError):
                if file.read_bytes() == data:
                    return False
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary = file.with_name(f".{file.stem[:40]}.{secrets.token_hex(4)}.tmp")
            try:
                with temporary.open("xb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                temporary.replace(file)
                self._known.pop(file, None)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
        except OSError as error:
            raise FileError(f"the cassette cannot be written: {error.strerror}", Location(str(file)), _FIX) from None
        return True

    def remove(self, file: Path) -> None:
        """Delete a file, if it is there.

        Raises:
            FileError: it cannot be deleted.
        """
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise FileError(f"the cassette cannot be deleted: {error.strerror}", Location(str(file)), _FIX) from None
        self._known.pop(file, None)

    def _folder_of(self, collection: str) -> Path:
        name = _UNSAFE_FOLDER.sub("-", collection) or "-"
        return self.folder / name

    def _read(self, file: Path) -> Cassette | None:
        if file in self._known:
            return self._known[file]
        try:
            text = file.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            fix = "delete the file and record the request again: --record new"
            raise FileError(f"the cassette cannot be read: {reason}", Location(str(file)), fix) from None
        cassette = self._known[file] = from_text(text, str(file))
        return cassette
