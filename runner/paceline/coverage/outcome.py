"""What a suite covers, as records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from paceline.errors import Location

Measure = Literal["requests", "contracts", "described", "fields", "statuses", "values"]

#: Each measure in words: what is counted, of what.
MEASURES: Final[Mapping[Measure, str]] = {
    "requests": "requests of the suite that ran and were answered",
    "contracts": "requests that have a contract",
    "described": "fields that came which the contract describes",
    "fields": "described fields that came at which a test script looks",
    "statuses": "documented statuses that were ever seen",
    "values": "documented values of lists that were ever seen",
}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int = 0
    of: int = 0

    @property
    def percent(self) -> float:
        """From 0 to 100, cut to one decimal, so that 100 means all; 100 too where there is nothing to count.

        >>> Share(2, 3).percent, Share(9999, 10000).percent, Share().percent
        (66.6, 99.9, 100.0)
        """
        return math.floor(self.count * 1000 / self.of) / 10 if self.of else 100.0


@dataclass(frozen=True, slots=True)
class FieldCoverage:
    """A field of the body of success that the contract describes.

    Attributes:
        pointer: JSON Pointer with `*` for every item of a list and every entry of a map.
        came: an answer of the run had it.
        looked_at: a test script of the run looked at it.
    """

    pointer: str
    came: bool = False
    looked_at: bool = False


@dataclass(frozen=True, slots=True)
class ValueCoverage:
    """A value that the contract tells of a field, be the list open or closed, and whether it was ever seen."""

    pointer: str
    value: Any
    seen: bool = False


@dataclass(frozen=True, slots=True)
class RequestCoverage:
    """A request of the suite.

    Attributes:
        ran: it was answered.
        reason: why it did not; empty where it did.
        contract: where its contract is written; None where it has none.
        unknown: fields that came and that the contract describes nowhere.
        statuses: the documented ones, that of success first, and whether they were ever seen.
    """

    key: str
    at: Location
    ran: bool = False
    reason: str = ""
    contract: Location | None = None
    fields: tuple[FieldCoverage, ...] = ()
    unknown: tuple[str, ...] = ()
    statuses: tuple[tuple[int, bool], ...] = ()
    values: tuple[ValueCoverage, ...] = ()

    def share(self, measure: Measure) -> Share:
        """What a measure comes to for this request alone."""
        came = [field for field in self.fields if field.came]
        match measure:
            case "requests":
                return Share(int(self.ran), 1)
            case "contracts":
                return Share(int(self.contract is not None), 1)
            case "described":
                return Share(len(came), len(came) + len(self.unknown))
            case "fields":
                return Share(sum(field.looked_at for field in came), len(came))
            case "statuses":
                return Share(sum(seen for _, seen in self.statuses), len(self.statuses))
            case "values":
                return Share(sum(value.seen for value in self.values), len(self.values))


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """All requests of the suite.

    Attributes:
        requests: those with the least covered first.
    """

    requests: tuple[RequestCoverage, ...]

    def share(self, measure: Measure) -> Share:
        """What a measure comes to for all requests together."""
        shares = [request.share(measure) for request in self.requests]
        return Share(sum(each.count for each in shares), sum(each.of for each in shares))
