"""A suite: collections that belong together, and what they are run with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from paceline.errors import Location


@dataclass(frozen=True, slots=True)
class Suite:
    """What `paceline.yaml` says. Paths are as they are to be opened: relative ones count from the file's folder.

    Attributes:
        collections: in the order in which they run.
        environment: what `-e` replaces.
        setup: keys (`auth/Login`) of items that run before all others, in this order, and not again in their place.
        teardown: keys of items that run after all others, also when something failed or the run was bailed.
        contracts: the file of contracts, beside its schemas.
        cassettes: the folder of recordings.
    """

    name: str
    collections: tuple[Path, ...]
    environment: Path | None = None
    setup: tuple[str, ...] = ()
    teardown: tuple[str, ...] = ()
    contracts: Path | None = None
    cassettes: Path | None = None
    at: Location = Location()
