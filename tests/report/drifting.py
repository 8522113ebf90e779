"""Drift put together by hand: what a comparison would tell, without answers and lock."""

from __future__ import annotations

from typing import Any

from tests.report.building import Run, checks, entry, shop, trip

from paceline.drift.finding import Finding, FindingKind, Level
from paceline.drift.outcome import Change, Drift, Reader
from paceline.engine.events import Event
from paceline.errors import Location
from paceline.model.outcome import Assertion

LAST_WEEK = 1_795_132_800.0  # 2026-11-20
LOCK = "contract.lock"


def change(
    level: Level = "breaking",
    kind: FindingKind = "removed",
    pointer: str = "/order/total",
    *,
    key: str = "shop/List orders",
    status: int = 200,
    old: str = "number",
    new: str = "no such field",
    **members: Any,
) -> Change:
    """A change; what belongs to its finding goes there."""
    own = {name: members.pop(name) for name in ("message", "sample", "known") if name in members}
    return Change(Finding(level, kind, key, status, pointer, old, new, **own), **members)


def drift(*changes: Change, compared: int = 64, unlearnt: tuple[str, ...] = (), fail_on: Level = "breaking") -> Drift:
    return Drift(LOCK, compared, unlearnt, fail_on, changes)


#: One of each level, the first with everything that can be told.
TOTAL = change(
    message="in 0 of 4 answers; in 25 of 25 before",
    readers=(
        Reader("script", "shop/List orders", Location("collections/shop.json", "/item/0/event/0/script")),
        Reader("contract", "orders.json", Location("schemas/orders.json", "/properties/order/properties/total")),
        Reader("request", "shop/Pay", Location("collections/shop.json", "/item/2"), "order_total"),
    ),
    since=LAST_WEEK,
    runs=4,
    accepted_by="paceline contract accept --only /order/total",
    old_lines=("/order: required 25/25; object 25", "/order/id: required 25/25; number 25, 1..50"),
    new_lines=("/order: always 4/4; object 4",),
)
KIND = change("risky", "enum", "/order/kind", old="BIKE, RUN", new="ROW", sample='"AAA"', message="4 of 4 are new")
NOTE = change("additive", "new field", "/order/note", old="no such field", new="string", known="never seen")
EACH_LEVEL = (TOTAL, KIND, NOTE)
WHOLE = drift(*EACH_LEVEL, unlearnt=("shop/A", "shop/B", "shop/C", "shop/D"))


def compared(found: Drift | None, **outcome: Any) -> list[Event]:
    """A run of two requests that was compared; the outcome is that of the first."""
    run = Run([shop(entry(), entry("Pay"))])
    run.add(**{"trip": trip(), "tests": (checks(Assertion("ok")),), **outcome})
    run.add("Pay", trip=trip())
    return run.events(drift=found)
