"""Reading and writing whole files, with errors that help."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from paceline.errors import FileError, Location, nearest

_PRIVATE: Final = 0o600


def read_bytes(path: str | Path) -> bytes:
    """The content of a file.

    Raises:
        FileError: it is missing (with the nearest name in its folder), is a folder, or cannot be read.
    """
    at = Location(str(path))
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise FileError("there is no such file", at, _where_it_may_be(str(path))) from None
    except IsADirectoryError:
        raise FileError("this is a folder, not a file", at, _what_it_holds(Path(path))) from None
    except PermissionError:
        raise FileError("this file may not be read", at, "ask its owner for the permission to read it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        raise FileError(f"this file cannot be read ({error})", at, "check the path") from None


def write_text(path: str | Path, text: str, *, private: bool = False) -> None:
    """Write a file whole or not at all: whoever reads it meanwhile sees the old content or the new.

    Folders on the way are made, as Newman makes them. Half a surrogate pair, which a script can produce and UTF-8
    cannot hold, is written as the escape that JSON and JavaScript have for it.

    Args:
        private: nobody but the user may read it.

    Raises:
        FileError: it cannot be written.
    """
    at = Location(str(path))
    content = text.encode("utf-8", "backslashreplace")
    try:
        target = Path(path).resolve()  # so that a link stays a link
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            target.write_bytes(content)  # a device or a pipe must not be replaced; a folder is an error
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, content, private=private)
    except IsADirectoryError:
        raise FileError("this is a folder, not a file", at, "give the path of a file in it") from None
    except (OSError, ValueError) as error:
        raise FileError(f"this file cannot be written ({error})", at, "check the path and its permissions") from None


def _replace(target: Path, content: bytes, *, private: bool) -> None:
    draft = target.with_name(f".{target.name[:80]}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        # Not tempfile: its files are private, while this one has the rights of the file before it or of any new file.
        with draft.open("xb") as file:
            if private:
                draft.chmod(_PRIVATE)
            elif target.exists():
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
            file.write(content)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _where_it_may_be(path: str) -> str:
    if path.startswith(("http://", "https://")):
        return "only files are read: save it first, for example with curl -o"
    folder, name = Path(path).parent, Path(path).name
    if not folder.is_dir():
        return f"check the path: there is no folder {str(folder)!r} either"
    names = _names(folder)
    near = nearest(name, names) or next((each for each in names if each.startswith(f"{Path(name).stem}.")), None)
    return f"did you mean {str(folder / near)!r}?" if near else "check the path"


def _what_it_holds(folder: Path) -> str:
    name = next((each for each in _names(folder) if each.endswith(".json")), None)
    return f"give a file in it, such as {str(folder / name)!r}" if name else "give the path of a file"


def _names(folder: Path) -> list[str]:
    try:
        return sorted(each.name for each in folder.iterdir())
    except OSError:
        return []
