"""What a comparison with the lock came to: findings, and around each what a person needs to decide about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from paceline.drift.finding import LEVELS, Finding, Level
from paceline.errors import Location

ReaderKind = Literal["script", "contract", "request"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who relies on a field of an answer.

    Attributes:
        kind: `script`: a test script looked at it; `contract`: a schema or a rule describes it; `request`: a later
            request takes a variable that a script made of it.
        name: for the reader of a report: the key of the request whose script it is or that takes the variable, or the
            name of the contract's file.
        at: the script, the rule, or the request that takes the variable.
        variable: name of the variable; of `request` only.
    """

    kind: ReaderKind
    name: str
    at: Location
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding with what there is to know around it.

    Attributes:
        readers: scripts first, then contracts, then requests; empty where nobody is known to look at the field.
        since: unix seconds of the first run of an unbroken row of runs that had it; None where this is the first.
        runs: how long that row is, this run included.
        accepted_by: the command that takes it for the new normal; empty where nothing but an edit by hand can.
        old_lines, new_lines: the place and what is in it, a line each as in the lock, before and now; empty where it
            is not of a body.
    """

    finding: Finding
    readers: tuple[Reader, ...] = ()
    since: float | None = None
    runs: int = 1
    accepted_by: str = ""
    old_lines: tuple[str, ...] = ()
    new_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """All findings of one comparison.

    Attributes:
        against: what was compared with, for the reader: the path of a lock, or the other of two hosts.
        compared: how many requests were compared.
        unlearnt: keys of requests that were answered and of which nothing was learnt, so that nothing can be said.
        fail_on: the lowest level that fails.
        changes: the gravest first.
    """

    against: str
    compared: int
    unlearnt: tuple[str, ...]
    fail_on: Level
    changes: tuple[Change, ...]

    def failing(self) -> Iterator[Change]:
        """The changes that are of the level that fails, or graver."""
        return (change for change in self.changes if fails(change.finding.level, self.fail_on))

    def count(self, level: Level) -> int:
        """How many changes there are of a level."""
        return sum(change.finding.level == level for change in self.changes)


def fails(level: Level, fail_on: Level) -> bool:
    """Whether a finding of one level fails where another one is asked to.

    >>> fails("breaking", "risky"), fails("additive", "risky")
    (True, False)
    """
    return LEVELS.index(level) <= LEVELS.index(fail_on)
