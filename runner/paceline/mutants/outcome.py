"""What became of the mutants: plain records, and the score they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

#: `contract`, `assertion`, `script`: what noticed the change; `allowed`: the contract, or the recorded answer itself,
#: says that the service may do this; `survived`: nothing noticed.
Fate = Literal["contract", "assertion", "script", "allowed", "survived"]

FATES: Final[tuple[Fate, ...]] = ("contract", "assertion", "script", "allowed", "survived")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would notice a change.

    Attributes:
        check: a line of JavaScript for a test script; empty where the contract is the only place for it.
        contract: what to write into the contract or a schema, and where; empty where there is no contract.
    """

    check: str = ""
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant, and what became of it.

    Attributes:
        request: key of the request, as `users/User Overview`.
        operator, pointer, change: of the mutant.
        by: the rule of the contract, the name of the assertion or the error that noticed it; why it is allowed.
        suggestion: of those that survived.
    """

    request: str
    operator: str
    pointer: str
    change: str
    fate: Fate
    by: str = ""
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Mutated:
    """One request with all its mutants.

    Attributes:
        made: how many mutants the answer has; `judged` are fewer where only some were to be tried.
    """

    request: str
    judged: tuple[Judged, ...]
    made: int


@dataclass(frozen=True, slots=True)
class Unmutated:
    """A request whose answer was not changed, and why.

    Attributes:
        failed: whether it fails as it was recorded, so that nothing could be told apart.
    """

    request: str
    reason: str
    failed: bool = False


Told = Mutated | Unmutated


@dataclass(frozen=True, slots=True)
class Score:
    """Mutants by fate.

    >>> Score.of(["contract", "assertion", "allowed", "survived"]).percent
    66.66666666666667
    """

    contract: int = 0
    assertion: int = 0
    script: int = 0
    allowed: int = 0
    survived: int = 0

    @classmethod
    def of(cls, fates: Iterable[Fate]) -> Score:
        """The score of some mutants."""
        counted = Counter(fates)
        return cls(*(counted[fate] for fate in FATES))

    @property
    def caught(self) -> int:
        """How many were noticed."""
        return self.contract + self.assertion + self.script

    @property
    def mutants(self) -> int:
        """How many there are, allowed ones too."""
        return self.caught + self.allowed + self.survived

    @property
    def percent(self) -> float | None:
        """Of those that may not be, how many were noticed; None when there are none."""
        return _share(self.caught, self.caught + self.survived)

    @property
    def strict_percent(self) -> float | None:
        """The same as if nothing were allowed."""
        return _share(self.caught, self.mutants)


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
