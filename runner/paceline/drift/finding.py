"""One point in which answers differ from what was learnt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["breaking", "risky", "additive"]
FindingKind = Literal[
    "status", "privilege", "graphql", "content type", "header", "cookie", "body", "removed", "rare", "type", "null",
    "form", "enum", "range", "empty", "order", "new field", "new header", "new cookie", "paging", "latency",
]  # fmt: skip
Known = Literal["", "documented", "history", "never seen"]

LEVELS: Final[tuple[Level, ...]] = ("breaking", "risky", "additive")


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference, told once for its cause: of an object that is gone its members are not told.

    Attributes:
        key: of the request: stem of its collection, a slash, its name.
        status: of the answers; 0 where the finding is about which statuses came.
        pointer: JSON Pointer into the body, with `*` for every item of a list and every entry of a map. What is not in
            the body goes by words: `status`, `content-type`, `header:link`, `cookie:sid`, `latency`, `paging`.
        old, new: for the reader.
        message: the counts behind it.
        sample: a value that came, masked; empty where there is none.
        known: of a new field, where else it is known from.
    """

    level: Level
    kind: FindingKind
    key: str
    status: int
    pointer: str
    old: str
    new: str
    message: str = ""
    sample: str = ""
    known: Known = ""

    def __str__(self) -> str:
        place = f"{self.key} ({self.status})" if self.status else self.key
        known = f", {self.known}" if self.known else ""
        lines = [
            f"{self.level}: {self.kind}{known}: {place} {self.pointer}".rstrip(),
            f"  was: {self.old}",
            f"  now: {self.new}" + (f", such as {self.sample}" if self.sample else ""),
        ]
        return "\n".join([*lines, f"  {self.message}"] if self.message else lines)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The gravest first, then by request and place."""
    return sorted(findings, key=lambda each: (LEVELS.index(each.level), each.key, each.status, each.pointer, each.kind))


def counted(findings: Iterable[Finding]) -> str:
    """Findings in numbers, for the reader; empty where there are none.

    >>> counted([Finding("risky", "enum", "a/B", 200, "/x", "1", "2")])
    '1 risky'
    """
    levels = [each.level for each in findings]
    return ", ".join(f"{levels.count(level)} {level}" for level in LEVELS if level in levels)
