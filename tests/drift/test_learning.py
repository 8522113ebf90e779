"""From answers to what is known: evidence counts once, and adds up in any order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.observing import JSON, KEY, ROWS, VALUES, answer, found, learnt, told

from paceline.drift.compare import compare, compare_locks
from paceline.drift.facts import Lock, Observation
from paceline.drift.learning import MOST_TIMES, from_cassette, learn, learn_noise
from paceline.drift.lock import lock_text
from paceline.drift.noise import noise_of
from paceline.transport.cassette_library import CassetteLibrary

CASSETTES = Path(__file__).parents[2] / "cassettes"

ANSWERS = st.lists(
    st.builds(
        answer,
        VALUES | ROWS,
        st.just(JSON),
        st.tuples(st.sampled_from(["X-Total", "Link", "Date"]), st.just("1")),
        st.tuples(st.just("Set-Cookie"), st.sampled_from(["a=1; Secure", "a=2", "b=1; Max-Age=60"])),
        status=st.sampled_from([200, 404]),
        asked=st.sampled_from(["", "GET /a", "GET /b"]),
        elapsed_ms=st.none() | st.floats(0, 1000),
        host=st.sampled_from(["", "api.example.org", "127.0.0.1", "::1"]),
    ),
    max_size=6,
)


@given(ANSWERS, ANSWERS)
def test_the_same_evidence_changes_nothing(some: list[Observation], more: list[Observation]) -> None:
    """Neither at once nor later, beside other evidence or alone."""
    lock = learn(Lock(), some + more)

    assert learn(lock, some) == lock
    assert learn(lock, more + some + more) == lock


@given(ANSWERS, ANSWERS)
def test_more_evidence_only_widens(some: list[Observation], more: list[Observation]) -> None:
    """What was fine by what was known is fine by what is known now."""
    lock = learn(learn(Lock(), some), more)

    assert compare(lock, some) == compare(lock, more) == []
    assert compare(lock, [*some, *more]) == []


@given(st.permutations(range(6)), st.integers(0, 6), st.lists(VALUES | ROWS, min_size=6, max_size=6, unique_by=repr))
def test_the_order_of_answers_does_not_matter(order: list[int], cut: int, bodies: list[Any]) -> None:
    """Nor whether they come at once or in two parts, once all have been read with what the lock became by them.

    A lock keeps no values of what is not an enum yet: they are told when they are read again, and count no more.
    """
    listed = [answer(bodies[n], elapsed_ms=n + 1.0) for n in order]
    whole = learn(Lock(), sorted(listed, key=lambda each: each.body))

    parts = learn(learn(Lock(), listed[:cut]), listed[cut:])

    assert learn(parts, listed) == whole
    assert compare_locks(parts, whole) == compare_locks(whole, parts) == []


def test_an_answer_counts_once_however_often_it_comes() -> None:
    """A request that is always answered alike has been seen once, save for how long it took."""
    lock = learn(Lock(), [answer({"id": 1}, elapsed_ms=n) for n in (10.0, 20.0, 30.0)])
    answers = lock.requests[KEY][200]

    assert answers.count == 1
    assert answers.latency == {"": {10.0, 20.0, 30.0}}


def test_many_times_are_a_sample_of_them() -> None:
    """A lock does not grow with every run."""
    answers = learn(Lock(), [answer({}, elapsed_ms=float(n)) for n in range(1, 500)]).requests[KEY][200]

    assert len(answers.latency[""]) == MOST_TIMES


def test_values_that_become_an_enum_later_are_told_then() -> None:
    """Until then they are not, since they could be anything; whoever reads the early evidence again gets them all."""
    early = [answer([{"status": "LATE"}] * 2)]
    late = [answer([{"status": "OPEN" if n % 2 else "DONE"} for n in range(40)])]
    first = learn(Lock(), early)
    second = learn(first, late)

    assert "LATE" not in lock_text(first)
    assert "string 42, of DONE OPEN 9x" in lock_text(second)
    assert "string 42, of DONE LATE OPEN 9x" in lock_text(learn(second, early + late))


def test_rows_of_csv_are_records() -> None:
    """Empty cells are null, and all others are texts; a table without rows still has its columns."""
    csv = ("Content-Type", "text/csv; charset=utf-8")
    lock = learn(Lock(), [answer(b"Date,Output\n2024-01-01,100\n2024-01-02,\n2024-01-03,9\n", csv, asked="GET /csv")])

    def drift(body: bytes) -> list[tuple[str, str, str]]:
        return told(compare(lock, [answer(body, csv, asked="GET /csv")]))

    assert drift(b"Date,Output\n2024-01-03,7\n2024-01-04,8\n") == []
    assert drift(b"Date,Output\n") == []
    assert drift(b"Date,Work\n2024-01-03,7\n2024-01-04,8\n2024-01-05,8\n") == [
        ("breaking", "removed", "/*/Output"),
        ("additive", "new field", "/*/Work"),
    ]


def test_what_differs_between_two_calls_is_noise() -> None:
    """Values that differ have no range and are no enum; fields that come and go are missed by nobody."""
    steady = [{name: f"{name} {n}" for name in "abcdefgh"} for n in range(40)]
    before = [{**row, "at": n, "state": "on" if n % 2 else "off", "ad": 1} for n, row in enumerate(steady)]
    lock, now = learnt(before, asked="GET /a"), [{**row, "at": 10_000_000, "state": "idle"} for row in steady]
    repeated = [answer([{"at": 1, "state": "on", "ad": 1}]), answer([{"at": 2, "state": "off"}])]

    assert told(found(lock, now, asked="GET /a")) == [
        ("breaking", "removed", "/*/ad"),
        ("breaking", "enum", "/*/state"),
        ("risky", "range", "/*/at"),
    ]
    assert found(learn_noise(lock, [repeated]), now, asked="GET /a") == []


@pytest.mark.parametrize(
    ("one", "other", "noise", "fickle"),
    [
        pytest.param([{"id": 1, "kind": "a"}, {"id": 2, "kind": "b"}], [{"id": 2, "kind": "b"}], set(), set(),
                     id="a row that is gone moves the others"),
        pytest.param([{"id": 1, "kind": "a"}], [{"id": 1, "kind": "b"}], {"/*/kind"}, set(), id="the same row"),
        pytest.param([{"kind": "a"}], [{"kind": "b"}], {"/*/kind"}, set(), id="rows without ids, one by one"),
        pytest.param([{"id": 1}, {"id": 1, "at": 3}], [{"id": 1}, {"id": 1}], set(), {"/*/at"},
                     id="ids that are none"),
        pytest.param(["a"], ["a", "b"], set(), set(), id="lists of other lengths"),
    ],
)  # fmt: skip
def test_rows_are_compared_with_themselves(one: Any, other: Any, noise: set[str], fickle: set[str]) -> None:
    """By their ids, where they have some."""
    assert noise_of([one, other]) == (frozenset(noise), frozenset(fickle))


def test_noise_does_not_hide_another_type() -> None:
    """A time that changes at every call is still a number."""
    lock = learn_noise(learnt({"at": 1}), [[answer({"at": 1}), answer({"at": 2})]])

    assert told(found(lock, {"at": "now"})) == [("breaking", "type", "/at")]


def test_cassettes_are_evidence() -> None:
    """Those of the suite: what was learnt from them has no finding against them, nor once more from the same."""
    answers = [each for _, cassette in CassetteLibrary(CASSETTES).cassettes() for each in from_cassette(cassette)]
    lock = learn(Lock(), answers)

    assert len(lock.requests) >= 60
    assert "users/Me (Logged in User)" in lock.requests
    assert compare(lock, answers) == []
    assert learn(lock, answers) == lock
