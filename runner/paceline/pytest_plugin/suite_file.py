"""A suite file in pytest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from paceline.errors import PacelineError
from paceline.pytest_plugin.collecting import CollectionFile, CollectionNode
from paceline.pytest_plugin.folders import CollectionFolder
from paceline.pytest_plugin.options import settings_for_suite


class SuiteFile(pytest.File):
    """A suite file that was named: its collections, in its order."""

    def collect(self) -> Iterator[CollectionNode]:
        """The collections as nodes of their own, so that tests have the same names as when collected from there."""
        try:
            settings = settings_for_suite(self.config, self.path)
        except PacelineError as error:
            raise self.CollectError(str(error)) from None
        for listed in settings.suite.collections:
            path = Path(listed).resolve()
            node: CollectionNode = (CollectionFolder if path.is_dir() else CollectionFile).from_parent(self, path=path)
            node.settings = settings
            yield node
