"""The history: what is kept of runs, and what many of them tell together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.history.keeping import GONE, HOST, KEY, NEWS, SUITE, run, timed, with_fields

from paceline.drift.finding import Finding
from paceline.history.records import Past, RunRecord, Timing
from paceline.history.store import History


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.sqlite3") as opened:
        yield opened


def past(history: History, finding: Finding = NEWS, before: RunRecord | None = None) -> Past:
    return history.series(finding, suite=SUITE, host=HOST, before=before)


def newest(history: History) -> list[float]:
    return [each.started for each in history.runs()]


# --- Runs ---


def test_a_run_is_kept_whole(history: History) -> None:
    """What was added comes back as it was, with its id."""
    record = run(
        1_700_000_000.25,
        GONE,
        NEWS,
        exit_code=5,
        requests=64,
        failed=2,
        timings=(Timing(KEY, 200, 12.5), Timing("auth/Login", 201, 80.25), Timing(KEY, 200, 13.0)),
        compared={KEY: frozenset({200, 404}), "auth/Login": frozenset({201})},
    )

    id_ = history.add(record)

    assert history.runs() == [replace(record, id=id_)]


def test_runs_are_told_by_when_they_started(history: History) -> None:
    """The newest first, whichever was added first: a long run ends after a short one that began later."""
    for started in (20.0, 30.0, 10.0):
        history.add(run(started))

    assert newest(history) == [30, 20, 10]
    assert [each.started for each in history.runs(limit=2)] == [30, 20]


def test_runs_of_one_suite(history: History) -> None:
    """Several suites may share a history."""
    history.add(run(10, suite="a.yaml"))
    history.add(run(20, suite="b.yaml"))

    assert [each.started for each in history.runs(suite="a.yaml")] == [10]
    assert (history.count(), history.count("a.yaml"), history.count("c.yaml")) == (2, 1, 0)


def test_an_empty_history_tells_nothing(history: History) -> None:
    """Nor does it fail."""
    assert (history.runs(), history.count(), history.open_findings(), history.fields(), history.keys()) == (
        [], 0, [], {}, []
    )  # fmt: skip
    assert (past(history), history.recent_times(HOST, KEY, 200, 5), history.trend(KEY)) == (Past(None, 0), [], [])


# --- Since when ---


def test_since_when_a_finding_has_been_made(history: History) -> None:
    """The first run of the unbroken row up to the newest, and its length."""
    history.add(run(10, NEWS))
    history.add(run(20))
    history.add(run(30, NEWS))
    history.add(run(40, NEWS, GONE))

    assert past(history) == Past(30, 2)
    assert past(history, GONE) == Past(40, 1)


def test_a_finding_that_the_last_run_did_not_have_is_new(history: History) -> None:
    """What was there before that does not count."""
    history.add(run(10, NEWS))
    history.add(run(20))

    assert past(history) == Past(None, 0)


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(run(20, compared={}), id="a run that compared nothing"),
        pytest.param(run(20, compared={"auth/Login": frozenset({200})}), id="a run of other requests"),
        pytest.param(run(20, compared={KEY: frozenset({503})}), id="a run that got another status"),
        pytest.param(run(20, suite="other.yaml"), id="a run of another suite"),
        pytest.param(run(20, host="http://localhost"), id="a run against another host"),
    ],
)
def test_a_run_that_cannot_tell_does_not_break_the_row(history: History, between: RunRecord) -> None:
    """Nor does it belong to it."""
    history.add(run(10, NEWS))
    history.add(between)
    history.add(run(30, NEWS))

    assert past(history) == Past(10, 2)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param({"level": "risky"}, True, id="another level"),
        pytest.param({"new": "number"}, True, id="another type now"),
        pytest.param({"known": "history"}, True, id="known by now"),
        pytest.param({"kind": "removed"}, False, id="another kind"),
        pytest.param({"pointer": "/rows/*/name"}, False, id="another place"),
        pytest.param({"status": 404}, False, id="another status"),
        pytest.param({"key": "users/One"}, False, id="another request"),
    ],
)
def test_which_findings_are_the_same(history: History, other: dict[str, str], same: bool) -> None:
    """Those of one request, status, kind and place."""
    history.add(run(10, NEWS))

    assert past(history, replace(NEWS, **other)) == (Past(10, 1) if same else Past())  # type: ignore[arg-type]


def test_a_finding_about_statuses_is_told_by_every_answer(history: History) -> None:
    """It is of status 0: whichever status came, the run tells whether the finding is still made."""
    status = Finding("risky", "status", KEY, 0, "status", "200", "503")
    history.add(run(10, status, compared={KEY: frozenset({503})}))
    assert past(history, status) == Past(10, 1)

    history.add(run(20))

    assert past(history, status) == Past()


def test_a_finding_of_what_was_not_compared_still_makes_a_row(history: History) -> None:
    """As of a probe, whose answers are held against a contract rather than against what was learnt."""
    door = Finding("breaking", "privilege", KEY, 200, "privilege", "a refusal", "200 OK")
    history.add(run(10, door, compared={}))
    history.add(run(20, door, compared={}))

    assert past(history, door) == Past(10, 2)


def test_the_row_before_an_earlier_run(history: History) -> None:
    """Runs from then on are not looked at, also where two started at the same moment."""
    for started in (10.0, 20.0, 20.0, 30.0):
        history.add(run(started, NEWS))
    third = history.runs()[1]

    assert past(history, before=third) == Past(10, 2)


def test_since_when_is_found_by_the_words_that_a_run_has(history: History) -> None:
    """What is kept has no ids in its pointers and no password in its host; whoever asks need not know."""
    pointer = "/rides/3f2b8c1d9e4a4f6b8c1d9e4a4f6b8c1d/name"
    host = "https://ann:pw@api.example.org/v1"
    history.add(run(10, replace(NEWS, pointer=pointer), host=host, timings=(Timing(KEY, 200, 5.0),)))

    assert history.series(replace(NEWS, pointer=pointer), suite=SUITE, host=host) == Past(10, 1)
    assert history.recent_times(host, KEY, 200, 1) == [5.0]


# --- Open findings ---


def test_a_finding_is_open_while_the_newest_run_has_it(history: History) -> None:
    """With since when, and in how many runs; the gravest first."""
    history.add(run(10, NEWS))
    history.add(run(20, NEWS, GONE))
    history.add(run(30, GONE, NEWS))

    found = [(each.finding, each.since, each.last, each.runs) for each in history.open_findings()]

    assert found == [(GONE, 20, 30, 2), (NEWS, 10, 30, 3)]


def test_a_finding_is_closed_by_a_run_without_it(history: History) -> None:
    """As once it is accepted, or repaired."""
    history.add(run(10, NEWS, GONE))
    history.add(run(20, GONE))

    assert [each.finding for each in history.open_findings()] == [GONE]


def test_a_finding_stays_open_while_nobody_asks(history: History) -> None:
    """A run that did not compare the request closes nothing."""
    history.add(run(10, GONE))
    history.add(run(20, compared={"auth/Login": frozenset({200})}))

    assert [(each.finding, each.last) for each in history.open_findings()] == [(GONE, 10)]


def test_a_finding_is_closed_by_an_answer_of_another_status(history: History) -> None:
    """What is open is what the newest comparison found: not a failure of long ago that never came again."""
    rare = replace(GONE, status=503)
    history.add(run(10, rare, compared={KEY: frozenset({200, 503})}))
    history.add(run(20))

    assert history.open_findings() == []


def test_open_findings_of_each_suite_and_host(history: History) -> None:
    """One host may be repaired, and another one not."""
    history.add(run(10, GONE, host="https://a.example.org"))
    history.add(run(20, GONE, host="https://b.example.org"))
    history.add(run(30, host="https://a.example.org"))
    history.add(run(40, GONE, suite="other.yaml"))

    assert [(each.suite, each.host) for each in history.open_findings()] == [
        ("other.yaml", HOST),
        (SUITE, "https://b.example.org"),
    ]
    assert [each.last for each in history.open_findings(suite=SUITE)] == [20]
    assert [each.last for each in history.open_findings(host=HOST)] == [40]


# --- Fields ---


def test_fields_of_all_runs_are_known(history: History) -> None:
    """Whatever a body of the request had in some run, not only in the last one."""
    history.add(with_fields(10, {KEY: ["/rows", "/rows/*/id"], "auth/Login": ["/token"]}))
    history.add(with_fields(20, {KEY: ["/rows", "/total"]}))

    assert history.known_fields(KEY) == {"/rows", "/rows/*/id", "/total"}
    assert history.known_fields("auth/Logout") == frozenset()
    assert history.fields() == {KEY: {"/rows", "/rows/*/id", "/total"}, "auth/Login": {"/token"}}


# --- Times ---


def test_recent_times(history: History) -> None:
    """Of answers of one status from one host, the newest run's first."""
    history.add(timed(10, 100, 110))
    history.add(timed(20, 120))
    history.add(timed(30, 5, host="http://localhost"))
    history.add(timed(40, 7, status=404))
    history.add(timed(50, 9, key="auth/Login"))

    assert history.recent_times(HOST, KEY, 200, 10) == [120, 100, 110]
    assert history.recent_times(HOST, KEY, 200, 2) == [120, 100]


def test_the_trend_of_a_request(history: History) -> None:
    """Run by run, the oldest first; answers of several statuses apart, and several answers of a run together."""
    history.add(timed(20, 120, 90, 100))
    history.add(run(10, timings=(Timing(KEY, 200, 80), Timing(KEY, 503, 2), Timing("auth/Login", 200, 1))))

    trend = [(each.started, each.status, each.times) for each in history.trend(KEY)]

    assert trend == [(10, 200, (80,)), (10, 503, (2,)), (20, 200, (120, 90, 100))]


def test_the_trend_of_the_newest_runs(history: History) -> None:
    """So many as had the request: others are not counted."""
    for started in (10.0, 20.0, 30.0):
        history.add(timed(started, started))
    history.add(timed(40, 1, key="auth/Login"))
    history.add(timed(50, 1, host="http://localhost"))
    history.add(timed(60, 1, suite="other.yaml"))

    assert [each.started for each in history.trend(KEY, suite=SUITE, host=HOST, limit=2)] == [20, 30]
    assert [each.started for each in history.trend(KEY, limit=1)] == [60]


def test_the_requests_that_are_known(history: History) -> None:
    """Sorted, each once."""
    history.add(timed(10, 1, key="users/One"))
    history.add(timed(20, 1))

    assert history.keys() == ["users/List", "users/One"]


# --- Pruning ---


def test_all_but_the_newest_runs_are_removed(history: History) -> None:
    """By when they started."""
    for started in (30.0, 10.0, 20.0):
        history.add(run(started, NEWS))

    assert history.prune(keep=2) == 1
    assert newest(history) == [30, 20]
    assert past(history) == Past(20, 2)
    assert history.prune(keep=2) == 0


def test_old_runs_are_removed(history: History) -> None:
    """Those that started before a moment; one that started then stays."""
    for started in (10.0, 20.0, 30.0):
        history.add(run(started))

    assert history.prune(before=20) == 1
    assert newest(history) == [30, 20]


def test_runs_of_one_suite_are_removed(history: History) -> None:
    """The others do not count, and stay."""
    for started in (10.0, 20.0):
        history.add(run(started))
        history.add(run(started, suite="other.yaml"))

    assert history.prune(keep=1, suite=SUITE) == 1
    assert [(each.suite, each.started) for each in history.runs()] == [
        ("other.yaml", 20), (SUITE, 20), ("other.yaml", 10)
    ]  # fmt: skip


def test_fields_go_with_the_last_run_that_may_have_seen_them(history: History) -> None:
    """A field that has not come since the oldest run that is left is not known any more."""
    history.add(with_fields(20, {KEY: ["/both", "/new"]}))
    history.add(with_fields(10, {KEY: ["/old", "/both"]}))  # began earlier, and ended later

    history.prune(keep=1)

    assert history.known_fields(KEY) == {"/both", "/new"}


def test_nothing_of_a_removed_run_is_left_in_the_file(history: History) -> None:
    """Not even in unused room: the file is written anew, and smaller."""
    timings = tuple(Timing(f"secret-plan/{number}", 200, number) for number in range(5000))
    history.add(run(10, replace(GONE, pointer="/secret_plan"), timings=timings, fields={KEY: frozenset({"/secret"})}))
    history.add(run(20))
    before = history.path.stat().st_size

    history.prune(keep=1)

    assert history.path.stat().st_size < before / 10
    assert b"secret" not in history.path.read_bytes()
    with closing(sqlite3.connect(history.path)) as file:
        left = {table: file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("timing", "finding")}
    assert left == {"timing": 0, "finding": 0}
    assert history.keys() == [KEY]


def test_everything_can_be_removed(history: History) -> None:
    """The file stays, as an empty history."""
    history.add(with_fields(10, {KEY: ["/a"]}))

    assert history.prune(keep=0) == 1
    assert (history.runs(), history.fields(), history.keys()) == ([], {}, [])
    history.add(run(20))
    assert newest(history) == [20]
