"""What comparing shapes cannot see, as findings: walks that go wrong, columns out of order, enums of a schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from paceline.contract.body import UnreadableError, read_json
from paceline.contract.checker import ContractChecker
from paceline.contract.excerpt import at_pointer
from paceline.drift.finding import Finding, FindingKind, Level
from paceline.model.contract import Breach, Rule
from paceline.model.exchange import HttpResponse
from paceline.model.outcome import ItemResult

#: Rules whose breaches are findings of their own; what the others tell shows in the shape, the status, or the headers.
_KINDS: Final[dict[Rule, FindingKind]] = {"paging": "paging", "csv": "order", "graphql": "graphql", "cookie": "cookie"}
#: Members that count: a wrong one misleads, but the rows are all there.
_COUNTS: Final = frozenset({"total", "count", "page_count", "totalCount"})
_INDEX: Final = re.compile(r"/\d+(?=/|$)")


def broken_rules(results: Iterable[ItemResult], checker: ContractChecker | None) -> Iterator[Finding]:
    """The breaches of a run that comparing with a lock does not show, or not by their cause."""
    for result in results:
        if result.contract is None or result.trip is None or checker is None:
            continue
        for breach in result.contract.breaches:
            if breach.rule in _KINDS:
                finding = _broken(breach, result.trip.response.status)
                is_new = breach.rule == "graphql" and _is_new_value(breach, result.trip.response, checker)
                yield replace(finding, kind="enum", level="risky") if is_new else finding


def _broken(breach: Breach, status: int) -> Finding:
    kind = _KINDS[breach.rule]
    pointer = _INDEX.sub("/*", breach.pointer) or kind
    if kind == "cookie":
        pointer = f"cookie:{breach.at.pointer.rpartition('/')[2]}"
    level: Level = "risky" if pointer.rpartition("/")[2] in _COUNTS else "breaking"
    message = f"on page {breach.page} of the walk" if breach.page else ""
    return Finding(level, kind, breach.key, status, pointer, breach.expected, breach.got, message)


def _is_new_value(breach: Breach, response: HttpResponse, checker: ContractChecker) -> bool:
    """Whether an enum has got one more value: that breaks nobody who expects there to be others."""
    if checker.types is None or not checker.types.is_enum(breach.at.pointer):
        return False
    try:
        return isinstance(at_pointer(read_json(response.body).value, breach.pointer), str)
    except (UnreadableError, LookupError):
        return False
