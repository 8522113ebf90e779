"""What a run comes to: nothing is green by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from tests.building import folder, item, parsed
from tests.servers import free_port, serving, silent

import paceline
from paceline.engine.verdict import PRECEDENCE, exit_code
from paceline.model.outcome import Failure, Problem

Run = Callable[..., Any]
Kind = Any
ExitCode = paceline.ExitCode

FAILS = "pm.test('no', () => { throw new Error('no') })"
SKIPS = "pm.execution.skipRequest()"


@pytest.mark.parametrize(
    ("kinds", "more", "expected"),
    [
        pytest.param((), {"executed": 1}, ExitCode.OK, id="nothing failed"),
        pytest.param((), {"executed": 0}, ExitCode.NOTHING_RAN, id="nothing ran"),
        pytest.param(("assertion",), {"executed": 1}, ExitCode.FAILED, id="assertion"),
        pytest.param(("assertion",), {"executed": 0}, ExitCode.FAILED, id="failed before nothing ran"),
        pytest.param(("assertion", "script"), {"executed": 1}, ExitCode.SCRIPT_ERROR, id="script before assertion"),
        pytest.param(("script", "request"), {"executed": 1}, ExitCode.NOT_SENT, id="request before script"),
        pytest.param(("unresolved", "assertion"), {"executed": 1}, ExitCode.NOT_SENT, id="unresolved"),
        pytest.param(("assertion",), {"executed": 1, "timed_out": True}, ExitCode.NOT_SENT, id="out of time"),
        pytest.param((), {"executed": 0, "interrupted": True}, ExitCode.INTERRUPTED, id="interrupted"),
        pytest.param(("request",), {"executed": 1, "interrupted": True}, ExitCode.INTERRUPTED, id="before all"),
    ],
)
def test_the_exit_code(kinds: tuple[Kind, ...], more: Any, expected: ExitCode) -> None:
    """Of several reasons the one nearest to the cause counts."""
    failures = [Failure(kind, Problem("Error", "m"), "at") for kind in kinds]

    assert exit_code(failures, **more) == expected


def test_every_exit_code_has_its_rank() -> None:
    """Nobody adds a code and forgets where it stands; and every kind of failure leads to one that is red."""
    assert sorted(PRECEDENCE) == sorted(ExitCode)
    kinds = get_args(Failure.__annotations__["kind"]) or ("assertion", "script", "request", "unresolved")
    for kind in kinds:
        assert exit_code([Failure(kind, Problem("Error", "m"), "at")], executed=1) != ExitCode.OK


@pytest.mark.parametrize(
    "children",
    [
        pytest.param((), id="empty collection"),
        pytest.param((folder("empty"),), id="empty folder"),
        pytest.param((item("one", "{{base}}/", prerequest=SKIPS),), id="all skipped"),
    ],
)
def test_a_run_that_executed_nothing_is_not_good(run: Run, children: Any) -> None:
    """Its exit code is its own, so that a CI job that tests nothing is found."""
    result = run(*children)

    assert (result.exit_code, result.ok, result.failures) == (ExitCode.NOTHING_RAN, False, ())


def test_one_executed_item_is_enough(run: Run) -> None:
    """Skipped items beside it do no harm, and it need not check anything."""
    assert run(item("one", "{{base}}/", prerequest=SKIPS), item("two", "{{base}}/status/500")).ok


def test_a_check_that_failed_before_the_skip_counts(run: Run) -> None:
    """Skipping the request does not whitewash the script."""
    assert run(item("one", "{{base}}/", prerequest=f"{FAILS}; {SKIPS}")).exit_code == ExitCode.FAILED


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(FAILS, ExitCode.FAILED, id="failed test"),
        pytest.param("tests['legacy'] = 0", ExitCode.FAILED, id="legacy test"),
        pytest.param("throw new Error('x')", ExitCode.SCRIPT_ERROR, id="throw"),
        pytest.param("var = 1", ExitCode.SCRIPT_ERROR, id="syntax error"),
        pytest.param("pm.expect(1).to.equal(2)", ExitCode.SCRIPT_ERROR, id="expectation outside a test"),
        pytest.param("pm.test('x', async () => { throw new Error('late') })", ExitCode.FAILED, id="rejected promise"),
        pytest.param("pm.test('x')", ExitCode.FAILED, id="test without a body"),
        pytest.param("pm.test.skip('x', () => { throw 1 })", ExitCode.OK, id="skipped test"),
    ],
)
def test_what_scripts_do_decides(run: Run, script: str, expected: ExitCode) -> None:
    """From the script to the exit code."""
    assert run(item("one", "{{base}}/", test=script)).exit_code == expected


def test_the_first_reason_of_a_whole_run_counts(run: Run) -> None:
    """An unanswered request outranks a broken script and a failed check; all of them are listed."""
    result = run(
        item("a", "{{base}}/", test=FAILS),
        item("b", "{{base}}/", test="throw new Error('x')"),
        item("c", f"http://127.0.0.1:{free_port()}/"),
    )

    assert result.exit_code == ExitCode.NOT_SENT
    assert [(one.item.name, failure.kind) for one, failure in result.failures] == [
        ("a", "assertion"),
        ("b", "script"),
        ("c", "request"),
    ]


# --- Time-outs ---


def test_a_request_that_is_not_answered_in_time_fails(run: Run) -> None:
    """The next one has its own time."""
    with serving(silent()) as mute:
        result = run(item("one", mute.url), item("two", "{{base}}/"), timeout_request_ms=80)

    assert result.exit_code == ExitCode.NOT_SENT
    assert result.items[0].error.code == "ESOCKETTIMEDOUT"
    assert result.items[1].trip.response.status == 200


@pytest.mark.parametrize("script", ["while (true) {}", "await new Promise(() => {})", "setTimeout(() => {}, 1e7)"])
def test_a_script_that_does_not_end_is_stopped(run: Run, script: str) -> None:
    """It is a broken script, not a failed test; the next item has a sandbox again."""
    good = "pm.test('fine', () => {})"

    result = run(item("one", "{{base}}/", test=script), item("two", "{{base}}/", test=good), timeout_script_ms=150)

    assert result.exit_code == ExitCode.SCRIPT_ERROR
    assert result.items[0].tests[0].problem is not None
    assert [check.name for check in result.items[1].assertions()] == ["fine"]


@pytest.mark.parametrize("where", ["request", "script", "delay"])
def test_a_run_that_takes_too_long_ends(run: Run, where: str) -> None:
    """Whatever it is busy with; it is red even if no check failed, and the result tells why."""
    with serving(silent()) as mute:
        busy = {
            "request": item("one", mute.url),
            "script": item("one", "{{base}}/", test="setTimeout(() => {}, 1e7)"),
            "delay": item("one", "{{base}}/"),
        }[where]
        delay = {"delay_ms": 60_000} if where == "delay" else {}
        result = run(busy, item("two", "{{base}}/"), timeout_ms=600, **delay)

    assert result.exit_code == ExitCode.NOT_SENT
    assert [one.item.name for one in result.items] == ["one"]
    assert result.problem.message == "the run took longer than 600 ms"
    assert result.summary.completed - result.summary.started < 30  # each of them would have gone on for longer


def test_an_interrupted_run_ends_itself() -> None:
    """`stream` tells the end all the same."""
    events = paceline.stream(parsed(item("one", "http://127.0.0.1:1/"), item("two", "http://127.0.0.1:1/")))
    told = [next(events), next(events), next(events), events.throw(KeyboardInterrupt), *events]

    assert [type(event).__name__ for event in told] == [
        "RunStarted",
        "IterationStarted",
        "ItemStarted",
        "IterationFinished",
        "RunFinished",
    ]
    last = told[-1]
    assert isinstance(last, paceline.RunFinished)
    assert (last.exit_code, last.problem and last.problem.name) == (ExitCode.INTERRUPTED, "Interrupted")
