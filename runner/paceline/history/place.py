"""Where the history of a suite lies, and by what name its runs are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paceline.errors import Location
from paceline.formats.private_folder import private_folder
from paceline.model.collection import stem_of
from paceline.model.suite import Suite

FILE: Final = "history.sqlite3"


def history_file(suite: Suite) -> Path:
    """Where the history of a suite lies unless somebody names another place."""
    return private_folder(suite.at) / FILE


def suite_name(suite: Suite) -> str:
    """By what name the runs of a suite are kept: that of its file, or the stems of collections without one.

    >>> suite_name(Suite(at=Location("shop/paceline.yaml"))), suite_name(Suite(collections=("a.json", "b.json")))
    ('paceline.yaml', 'a, b')
    """
    if suite.at != Location():
        return Path(suite.at.file).name
    return ", ".join(map(stem_of, suite.collections))
