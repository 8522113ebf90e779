"""How pytest-xdist hands out tests: a collection stays in one worker, everything else goes anywhere."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

_COLLECTION = ".postman_collection.json::"


class CollectionScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Shares tests out by collection; a test that is no request is a scope of its own."""

    def _split_scope(self, nodeid: str) -> str:
        file, mark, _ = nodeid.partition(_COLLECTION)
        return f"{file}{mark}" if mark else nodeid
