"""What SQLite complains about, in words that help."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from paceline.errors import FileError, FormatError, Location, PacelineError

_ANEW: Final = "move the file away, and the next run begins a new one; or put one back that you have saved"

#: What the name of an error begins with (https://www.sqlite.org/rescode.html), what that means, and how to go on.
_FILE_ERRORS: Final = (
    ("SQLITE_BUSY", "another process is writing the history, and does not come to an end", "try again once it has"),
    ("SQLITE_LOCKED", "the history is being written", "try again once that is over"),
    ("SQLITE_FULL", "the history cannot be written: the disk is full", "make room; nothing that was kept is lost"),
    ("SQLITE_READONLY", "the history cannot be written: it is write-protected", "get the permission to write it"),
    ("SQLITE_PERM", "the history may not be opened", "get the permission to read and write it"),
    ("SQLITE_CANTOPEN", "the history cannot be opened", "check that it is a file, and its permissions"),
)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the system as errors of ours.

    Raises:
        FileError: the file cannot be read or written.
        FormatError: it is no history, or a damaged one.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise  # not of the file's making
        raise _in_words(error, path) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        fix = "check the path, and that you may write in its folder"
        raise FileError(f"the history cannot be opened ({reason})", Location(str(path)), fix) from error


def not_ours(path: Path, why: str) -> FormatError:
    """The error for a file that is something else."""
    fix = "name the file of a history; a new one is begun where there is no file"
    return FormatError(f"this is no history of paceline: {why}", Location(str(path)), fix)


def _in_words(error: sqlite3.Error, path: Path) -> PacelineError:
    name = getattr(error, "sqlite_errorname", None) or ""  # errors of the module itself have none
    at = Location(str(path))
    if name == "SQLITE_NOTADB":
        return not_ours(path, "it is no SQLite database")
    for begin, what, fix in _FILE_ERRORS:
        if name.startswith(begin):
            return FileError(what, at, fix)
    if name.startswith("SQLITE_IOERR"):
        return FileError(f"the history cannot be read or written ({error})", at, "check the disk and its free space")
    return FormatError(f"the history is damaged ({error})", at, _ANEW)
