"""Where paceline keeps what is nobody else's: the folder `.paceline` beside the suite."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paceline.errors import Location
from paceline.model.collection import stem_of
from paceline.model.suite import Suite

FOLDER: Final = ".paceline"
FILE: Final = "history.sqlite3"


def private_folder(suite: Suite) -> Path:
    """The folder of a suite; of collections without one, that of the working directory. It need not be there."""
    return Path(suite.at.file).parent / FOLDER if suite.at != Location() else Path(FOLDER)


def history_file(suite: Suite) -> Path:
    """Where the history of a suite lies unless somebody names another place."""
    return private_folder(suite) / FILE


def suite_name(suite: Suite) -> str:
    """By what name the runs of a suite are kept: that of its file, or the stems of collections without one.

    >>> suite_name(Suite(at=Location("shop/paceline.yaml"))), suite_name(Suite(collections=("a.json", "b.json")))
    ('paceline.yaml', 'a, b')
    """
    if suite.at != Location():
        return Path(suite.at.file).name
    return ", ".join(map(stem_of, suite.collections))


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
