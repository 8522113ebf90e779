"""Where a report goes, and writing it whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from paceline.errors import FileError, Location

#: Folder of a report without a path of its own, in the working directory; Newman's is `newman`.
DEFAULT_FOLDER: Final = "paceline"

_FIX: Final = "name another place, or get the permission to write there"


def report_path(path: str | Path | None, extension: str, started: float) -> Path:
    """The file a report is written to.

    As in Newman (lib/run/export-file.js) a folder gets a file named after the time of the run, and no path at all
    means a folder of ours: `paceline/paceline-run-2026-01-31-12-00-00-000.json`.

    Args:
        extension: without its dot.
        started: unix seconds.
    """
    given = "" if path is None else str(path)
    if given and not given.endswith(("/", os.sep)) and not Path(given).is_dir():
        return Path(given)
    time = datetime.fromtimestamp(started, UTC)
    stamp = f"{time:%Y-%m-%d-%H-%M-%S}-{time.microsecond // 1000:03}"
    return Path(given or DEFAULT_FOLDER) / f"paceline-run-{stamp}.{extension}"


def require_writable(path: str | Path | None) -> None:
    """Refuse a place where no report can be written, before the run rather than after it.

    Raises:
        FileError: a folder on the way is a file, or may not be written to.
    """
    place = Path(path or DEFAULT_FOLDER).absolute()
    if place.exists() and not place.is_dir():
        if not os.access(place, os.W_OK):
            raise FileError("the report cannot be written: this file is write-protected", Location(str(path)), _FIX)
        place = place.parent
    folder = next(each for each in (place, *place.parents) if each.exists())
    if not folder.is_dir():
        raise FileError("the report cannot be written: this is a file, not a folder", Location(str(folder)), _FIX)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError("the report cannot be written: this folder is write-protected", Location(str(folder)), _FIX)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[TextIO]:
    """A file to write in UTF-8 that takes the place of `path` once all is written; folders on the way are made.

    Half a surrogate pair, which UTF-8 cannot hold, becomes a question mark.

    Raises:
        FileError: it cannot be written.
    """
    try:
        target = path.resolve()  # so that a link stays a link
        target.parent.mkdir(parents=True, exist_ok=True)
        replaced = target.stat() if target.exists() else None
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        raise _unwritable(path, error) from error
    try:
        if replaced is not None and not stat.S_ISREG(replaced.st_mode):
            with target.open("w", encoding="utf-8", errors="replace", newline="\n") as file:  # a device or a pipe
                yield file
            return
        draft = target.with_name(f".{target.name[:80]}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with draft.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
                yield file
            if replaced is not None:
                draft.chmod(stat.S_IMODE(replaced.st_mode))
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: Exception) -> FileError:
    return FileError(f"the report cannot be written ({error})", Location(str(path)), _FIX)
