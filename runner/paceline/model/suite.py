"""A suite: collections that belong together, and what they are run with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from paceline.errors import Location


@dataclass(frozen=True, slots=True)
class Errand:
    """A request of a suite that runs before or after everything else.

    Attributes:
        key: stem of the collection's file, a slash, name of the request, as in `auth/Login`.
        unless: name of a variable that makes it needless when it has a value.
    """

    key: str
    unless: str | None = None
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class Suite:
    """What `paceline.yaml` says. Paths are as they are to be opened: relative ones count from the file's folder.

    Attributes:
        collections: in the order in which they run.
        environment: what `-e` replaces.
        tokens: bearer tokens that come from outside: name of the variable, and of the one in the process environment
            that gives it its value.
        setup: run before all others, in this order, and not again in their place.
        teardown: run after all others, also when something failed or the run was interrupted.
        mutations: keys of the requests that change state, each with the key of the one that undoes it, or None.
        contracts: the file of contracts, beside its schemas.
        lock: the file that tells what answers have looked like so far; it need not be there.
        cassettes: the folder of recordings; recorded_with: the environment they were recorded with, which a replay
            takes in place of `environment`.
    """

    collections: tuple[str | Path, ...] = ()
    name: str = ""
    environment: Path | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[Errand, ...] = ()
    teardown: tuple[Errand, ...] = ()
    mutations: Mapping[str, str | None] = field(default_factory=dict)
    contracts: Path | None = None
    lock: Path = Path("contract.lock")
    cassettes: Path | None = None
    recorded_with: Path | None = None
    at: Location = Location()


#: What a run without a suite file has.
NO_SUITE: Final = Suite()
