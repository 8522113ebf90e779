"""How pytest-xdist hands out tests: a collection stays in one worker, everything else goes anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

from paceline.formats.v3_folder import request_name
from paceline.pytest_plugin.roots import root_of

_COLLECTION = ".postman_collection.json::"


class CollectionScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Shares tests out by collection; a test that is no request is a scope of its own."""

    def _split_scope(self, nodeid: str) -> str:
        file, mark, _ = nodeid.partition(_COLLECTION)
        if mark:
            return f"{file}{mark}"
        path = Path(nodeid.partition("::")[0])
        return self._folder_of(path.parent) if request_name(path.name) is not None else nodeid

    @cache  # noqa: B019  lives as long as the session
    def _folder_of(self, folder: Path) -> str:
        """The collection in whose folder a request lies."""
        return str(root_of(self.config, self.config.rootpath / folder / "request"))
