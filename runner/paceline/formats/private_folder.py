"""Where paceline keeps what is nobody else's: the folder `.paceline` beside the suite."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paceline.errors import Location

FOLDER: Final = ".paceline"


def private_folder(suite: Location) -> Path:
    """The folder of a suite, from the place of its file; of collections without one: here. It need not be there."""
    return Path(suite.file).parent / FOLDER if suite != Location() else Path(FOLDER)


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may look into, unless it is there. Ours also asks git to leave it alone.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.name == FOLDER:
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
