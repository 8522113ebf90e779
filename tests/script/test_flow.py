"""What a script says about the run, and how long it lasts."""

from __future__ import annotations

import math

import pytest
from tests.script.conftest import Play


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("pm.execution.setNextRequest('Ride')", "Ride"),
        ("postman.setNextRequest('Ride')", "Ride"),
        ("pm.execution.setNextRequest('A'); pm.execution.setNextRequest('B')", "B"),
        ("pm.execution.setNextRequest(null)", None),
    ],
)
def test_next_request(play: Play, source: str, target: str | None) -> None:
    """The last call counts; null is a target of its own."""
    assert play(source).result.flow["nextRequest"] == target


def test_no_next_request(play: Play) -> None:
    """Without a call nothing is said."""
    assert "nextRequest" not in play("1").result.flow


def test_skip_request(play: Play) -> None:
    """`skipRequest` ends a pre-request script: what comes after it does not count."""
    played = play(
        """
        pm.environment.set('before', 1);
        console.log('before');
        pm.execution.skipRequest();
        pm.environment.set('after', 1);
        console.log('after');
        pm.test('after', () => { throw new Error(); });
        """,
        "prerequest",
    )

    assert played.result.skips_request
    assert (played.logged, played.assertions, played.set_in("environment")) == (["before"], [], {"before": 1})


def test_skip_request_after_the_response(play: Play) -> None:
    """A test script comes too late for that."""
    played = play("pm.execution.skipRequest()")

    assert "skipRequest is not a function" in played.problem().message


def test_top_level_await(play: Play) -> None:
    """The script lasts as long as what it awaits, and then its changes count."""
    played = play("await new Promise((resolve) => setTimeout(resolve, 20)); pm.environment.set('late', true)")

    assert played.set_in("environment") == {"late": True}


def test_undeclared_globals_stay(play: Play) -> None:
    """A name assigned without declaration is there in the next script; a declared one is not."""
    play("shared_by_scripts = {n: 1}; var own = 1; let other = 2;")
    played = play("console.log([shared_by_scripts.n, typeof own, typeof other])")

    assert played.logged == [[1, "undefined", "undefined"]]


def test_new_sandbox_marker(play: Play) -> None:
    """`"use sandbox2";` runs without the old API, and `_` is not there."""
    played = play('"use sandbox2"; console.log([typeof tests, typeof postman, typeof _]); pm.test("t", () => {})')

    assert played.logged == [["undefined", "undefined", "undefined"]]
    assert played.verdicts == {"t": "passed"}


def test_order_of_jobs(play: Play) -> None:
    """Promise jobs come before immediates, immediates before timers, timers by their time."""
    played = play(
        """
        setTimeout(() => console.log('timer 30'), 30);
        setTimeout(() => console.log('timer 10'), 10);
        setTimeout(() => console.log('timer 0'), 0);
        setImmediate(() => console.log('immediate'));
        Promise.resolve().then(() => console.log('promise')).then(() => console.log('promise of a promise'));
        console.log('script');
        """
    )

    assert played.logged == [
        "script",
        "promise",
        "promise of a promise",
        "immediate",
        "timer 0",
        "timer 10",
        "timer 30",
    ]


def test_interval(play: Play) -> None:
    """An interval fires until it is cleared."""
    played = play("let n = 0; const id = setInterval(() => { if (++n === 3) clearInterval(id); console.log(n); }, 2)")

    assert played.logged == [1, 2, 3]


def test_cleared_jobs_do_not_run(play: Play) -> None:
    """What is cleared does not fire, even if it was due in the same turn."""
    played = play(
        """
        let second, other;
        setImmediate(() => { console.log('first'); clearImmediate(second); });
        second = setImmediate(() => console.log('second'));
        setTimeout(() => { console.log('timer'); clearTimeout(other); }, 1);
        other = setTimeout(() => console.log('other'), 1);
        clearTimeout(setTimeout(() => console.log('never'), 1));
        clearTimeout(undefined);
        """
    )

    assert played.logged == ["first", "timer"]


def test_an_error_in_a_timer(play: Play) -> None:
    """It is an error of the script; the others still run."""
    played = play("setTimeout(() => { throw new TypeError('late'); }, 1); setTimeout(() => console.log('later'), 5)")

    assert (played.problem().name, played.problem().message, played.logged) == ("TypeError", "late", ["later"])


def test_a_script_that_waits_for_nothing(play: Play) -> None:
    """Without a time-out, a promise that nobody can keep ends the script at once."""
    played = play("await new Promise(() => {})", timeout=math.inf)

    assert "cannot happen" in played.problem().message
    assert "promise" in played.problem().fix


def test_what_the_cloud_would_answer(play: Play) -> None:
    """Vault and Postman's packages are refused, in words, instead of never coming."""
    played = play("try { await pm.vault.get('x'); } catch (error) { console.log(String(error)); }")

    assert played.logged == ["Error: vault is not available here"]
