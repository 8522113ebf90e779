"""Which folders pytest takes for collections of schema v3. Imported for every folder, so it imports nothing heavy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from paceline.errors import FileError, FormatError, PacelineError
from paceline.formats.v3_folder import is_collection

#: Folders that the project's suite lists: they are collections even without a definition and requests of their own.
_LISTED: Final = pytest.StashKey[frozenset[Path]]()


def is_root(config: pytest.Config, folder: Path) -> bool:
    """Whether a folder is a collection, unless one of those around it is."""
    try:
        return is_collection(folder) or folder.resolve() in _listed(config)
    except FormatError:
        return True  # so that the collector tells what is wrong with it
    except (FileError, OSError):
        return False  # pytest tells that it may not be read


def root_of(config: pytest.Config, file: Path) -> Path:
    """The collection of a request: the outermost folder around it that is one, no further out than the project."""
    inner = [folder for folder in file.parents if folder.is_relative_to(config.rootpath)]
    return next((folder for folder in reversed(inner) if is_root(config, folder)), file.parent)


def _listed(config: pytest.Config) -> frozenset[Path]:
    if _LISTED not in config.stash:
        from paceline.pytest_plugin.options import suite_of_project

        try:
            suite = suite_of_project(config)
        except PacelineError:  # told where it is used
            suite = None
        folders = () if suite is None else map(Path, suite.collections)
        config.stash[_LISTED] = frozenset(folder.resolve() for folder in folders if folder.is_dir())
    return config.stash[_LISTED]
