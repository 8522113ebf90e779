"""Services as they are in the wild: what one half of their answers teaches accepts the other half, and finds changes.

The bounds are what was measured, with room for chance: every seed is fixed, so that a run is like every other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

import pytest
from tests.drift.observing import answer, told
from tests.drift.services import SERVICES, Service, charges, products, profile, repositories, weather, workouts

from paceline.drift.alike import alikeness, sketch_of
from paceline.drift.compare import compare
from paceline.drift.facts import Lock, Observation
from paceline.drift.finding import Finding
from paceline.drift.learning import learn

SEEDS: Final = 5
Change = Callable[[Any], Any]


def answers(service: Service, chance: Random, count: int, asked: str = "") -> list[Observation]:
    """Answers of a service, to other requests each unless it is said what was asked."""
    return [answer(service(chance), asked=asked or f"GET /{chance.random()}") for _ in range(count)]


def halves(known: int, now: int, asked: str = "", seeds: int = SEEDS) -> dict[str, int]:
    """In how many comparisons of all services there was a finding of a level, and how many there were."""
    counts = {"breaking": 0, "risky": 0, "all": 0}
    for service in SERVICES:
        for seed in range(seeds):
            chance = Random(f"{service.__name__} {seed} {known} {now} {asked}")
            lock = learn(Lock(), answers(service, chance, known, asked))
            levels = {each.level for each in compare(lock, answers(service, chance, now, asked))}
            counts["all"] += 1
            counts["breaking"] += "breaking" in levels
            counts["risky"] += "risky" in levels
    return counts


@pytest.mark.parametrize(("known", "now"), [(20, 20), (1, 1), (2, 3), (3, 20), (20, 1), (1, 20)])
def test_other_answers_of_the_same_service_break_nothing(known: int, now: int) -> None:
    """Whatever was asked, and however little is known; what is risky is rare."""
    counts = halves(known, now)

    assert counts["breaking"] <= counts["all"] * 0.01
    assert counts["risky"] <= counts["all"] * 0.12


@pytest.mark.parametrize("count", [1, 3, 10])
def test_the_same_request_may_have_other_data(count: int) -> None:
    """As `/me` has for another account, and a feed on another day: the address alone is no evidence of sameness."""
    counts = halves(count, count, asked="GET /api/me")

    assert counts["breaking"] <= counts["all"] * 0.03
    assert counts["risky"] <= counts["all"] * 0.15


def changed(service: Service, change: Change, count: int, *, same: bool, seed: int = 1) -> list[Finding]:
    """The findings about answers after a change of the service; the same answers or others."""
    chance = Random(f"{service.__name__} {seed}")
    known = [service(chance) for _ in range(count)]
    now = known if same else [service(chance) for _ in range(count)]
    after = [change(json.loads(json.dumps(body))) for body in now]
    asked = [f"GET /{n}" if same else f"GET /{n} {side}" for side in "ab" for n in range(count)]
    lock = learn(Lock(), [answer(body, asked=each) for body, each in zip(known, asked, strict=False)])
    return compare(lock, [answer(body, asked=each) for body, each in zip(after, asked[count:], strict=True)])


def each_row(path: str, edit: Callable[[dict[str, Any]], Any]) -> Change:
    """A change of every record at a path such as `data/*/ride`."""

    def change(body: Any) -> Any:
        found = [body]
        for step in filter(None, path.split("/")):
            found = [inner for value in found for inner in (value if step == "*" else [value[step]])]
        for record in found:
            edit(record)
        return body

    return change


def without(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda record: record.pop(name)


def with_(name: str, value: Callable[[Any], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda record: record.update({name: value(record[name])})


PLANTED: Final[list[tuple[Service, Change, tuple[str, str, str]]]] = [
    (workouts, each_row("data/*", without("ride")), ("breaking", "removed", "/data/*/ride")),
    (workouts, each_row("data/*/ride", without("title")), ("breaking", "removed", "/data/*/ride/title")),
    (workouts, each_row("data/*", with_("created_at", lambda v: v * 1000)), ("breaking", "form", "/data/*/created_at")),
    (workouts, each_row("data/*/ride", with_("duration", str)), ("breaking", "type", "/data/*/ride/duration")),
    (workouts, each_row("", without("total")), ("breaking", "removed", "/total")),
    (profile, each_row("", with_("created_at", str)), ("breaking", "type", "/created_at")),
    (profile, each_row("", without("workout_counts")), ("breaking", "removed", "/workout_counts")),
    (profile, each_row("", with_("username", lambda _: None)), ("breaking", "null", "/username")),
    (charges, each_row("data/*", with_("amount", str)), ("breaking", "type", "/data/*/amount")),
    (charges, each_row("data/*", without("currency")), ("breaking", "removed", "/data/*/currency")),
    (
        products,
        each_row("products/*/variants/*", with_("price", float)),
        ("breaking", "type", "/products/*/variants/*/price"),
    ),
    (repositories, each_row("*", without("visibility")), ("breaking", "removed", "/*/visibility")),
    (repositories, each_row("*", with_("created_at", lambda v: v[:10])), ("breaking", "form", "/*/created_at")),
    (weather, each_row("", with_("dt", lambda v: v * 1000)), ("breaking", "form", "/dt")),
    (weather, each_row("main", without("pressure")), ("breaking", "removed", "/main/pressure")),
]


@pytest.mark.parametrize(("service", "change", "expected"), PLANTED)
@pytest.mark.parametrize(("count", "same"), [(1, True), (3, True), (12, True), (12, False)])
def test_a_change_is_found(
    service: Service, change: Change, expected: tuple[str, str, str], count: int, same: bool
) -> None:
    """In the same data from one answer on; in others once there are a dozen on both sides."""
    seed = next(n for n in range(1, 99) if _is_telling(service(Random(f"{service.__name__} {n}"))))

    assert expected in told(changed(service, change, count, same=same, seed=seed))


def _is_telling(body: Any) -> bool:
    """Whether a body has some rows, so that there is something to change in them."""
    lists = [body] if isinstance(body, list) else [body[each] for each in ("data", "products") if each in body]
    return all(len(each) > 3 for each in lists)


def test_alikeness_of_the_same_account_and_of_another() -> None:
    """A profile on the next day is mostly the same; that of another account is not."""
    chance = Random(5)
    ann = profile(chance)
    tomorrow = {**ann, "total_workouts": ann["total_workouts"] + 1, "last_workout_at": 1_700_000_000}

    assert alikeness(sketch_of(ann), sketch_of(tomorrow)) > 0.85
    assert all(alikeness(sketch_of(ann), sketch_of(profile(chance))) < 0.6 for _ in range(20))
