"""What the history tells a comparison that is under way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.history.keeping import HOST, KEY, NEWS, SUITE, run, timed, with_fields

from paceline.drift.compare import compare_locks
from paceline.drift.facts import Answers, Lock
from paceline.drift.learning import host_of
from paceline.history.past import KeptPast
from paceline.history.store import History


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.sqlite3") as opened:
        yield opened


def took(*times: float, key: str = KEY, status: int = 200) -> Lock:
    """What is known of one request whose answers took so long."""
    samples = frozenset(f"{each}" for each in times)
    return Lock({key: {status: Answers(samples=samples, latency={host_of(HOST): frozenset(times)})}})


def latencies(lock: Lock) -> list[float]:
    return sorted(lock.requests[KEY][200].latency[host_of(HOST)])


def test_a_row_counts_the_run_under_way(history: History) -> None:
    """It is the first one where no earlier run had the finding."""
    past = KeptPast(history, SUITE, HOST)
    assert past.since(NEWS) == (None, 1)

    history.add(run(10, NEWS))

    assert past.since(NEWS) == (10, 2)
    assert KeptPast(history, SUITE, "http://localhost").since(NEWS) == (None, 1)


def test_fields_of_earlier_runs(history: History) -> None:
    """By request, as the comparison takes them."""
    history.add(with_fields(10, {KEY: ["/badge"]}))

    assert KeptPast(history, SUITE, HOST).fields() == {KEY: {"/badge"}}


def test_times_of_earlier_runs_help_where_those_of_one_are_too_few(history: History) -> None:
    """The newest stand beside those of this run, the others beside what was learnt."""
    for started, time in enumerate((101.0, 102.0, 103.0, 104.0, 105.0, 106.0)):
        history.add(timed(started, time))

    before, now = KeptPast(history, SUITE, HOST).times(took(90), took(107))

    assert (latencies(before), latencies(now)) == ([90, 101, 102], [103, 104, 105, 106, 107])


def test_times_that_suffice_stay_alone(history: History) -> None:
    """What was learnt is not watered down, nor what just came."""
    history.add(timed(1, 1, 2, 3))
    many = took(10, 20, 30, 40, 50)

    assert KeptPast(history, SUITE, HOST).times(many, many) == (many, many)


def test_nothing_is_added_to_what_has_no_time_or_is_not_known(history: History) -> None:
    """Answers from a recording were not timed; a request of which nothing was learnt is not compared."""
    history.add(timed(1, 1, 2, 3))
    past = KeptPast(history, SUITE, HOST)

    assert past.times(took(10), took()) == (took(10), took())
    assert past.times(took(10, status=404), took(5)) == (took(10, status=404), took(5))


def test_what_is_slow_once_is_no_finding_and_what_stays_slow_is(history: History) -> None:
    """Four slow runs out of five tell, with one answer in each."""
    past = KeptPast(history, SUITE, HOST)
    lock = took(100, 101, 102, 103, 104, 105)
    told = []
    for started, time in enumerate((100.5, 101.5, 102.5, 103.5, 900.0, 901.0, 902.0, 903.0)):
        found = compare_locks(*past.times(lock, took(time)), complete=False)
        told.append([each.kind for each in found])
        history.add(timed(started, time))

    assert told == [[], [], [], [], [], [], [], ["latency"]]
