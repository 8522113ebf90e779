"""What differs between two pieces of evidence."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from paceline.drift.compare import compare, compare_locks
from paceline.drift.finding import Finding, counted
from paceline.evidence.sources import Source


@dataclass(frozen=True, slots=True)
class Differences:
    """In what B differs from A.

    Attributes:
        a, b: what they are, for the reader.
        compared: how many requests both know.
        findings: the gravest first.
        only_a, only_b: keys of requests that only one of them knows, sorted; about these nothing can be found.
    """

    a: str
    b: str
    compared: int
    findings: tuple[Finding, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    @property
    def counted(self) -> str:
        """How many findings of which level."""
        return counted(self.findings) or "no difference"

    def json(self) -> str:
        """All of it as JSON, with a line's end; findings have the members of `drift.finding.Finding`."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def differences_of(a: Source, b: Source) -> Differences:
    """Compare what is known from two sources.

    What a lock has is taken for all there is, so that a value of an enum is gone when it is not in the later one. A run
    or a recording is a sample: what it lacks may be chance.
    """
    before = a.learnt()
    found = (
        compare(before, b.observations)
        if b.lock is None
        else compare_locks(before, b.lock, complete=a.lock is not None)
    )
    keys = {each.key for each in b.observations} if b.lock is None else set(b.lock.requests)
    both = keys & before.requests.keys()
    only_a, only_b = sorted(before.requests.keys() - both), sorted(keys - both)
    return Differences(a.told, b.told, len(both), tuple(found), tuple(only_a), tuple(only_b))
