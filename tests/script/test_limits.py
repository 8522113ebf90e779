"""Scripts that want too much time or memory are stopped, and the next one finds a sandbox that works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.script.conftest import Played, play_in

from paceline.script.process import SandboxProcess, Turns
from paceline.script.v8 import Sandbox

MEBIBYTE = 2**20


@pytest.fixture(scope="module", params=[Sandbox, SandboxProcess])
def small(request: pytest.FixtureRequest) -> Iterator[Turns]:
    """A sandbox with less memory than usual, so that it is used up soon; it may be broken. In either process."""
    sandbox: Turns = request.param(memory_limit=100 * MEBIBYTE)
    play_in(sandbox, "1")
    yield sandbox
    sandbox.close()


def works(sandbox: Turns) -> bool:
    """Whether a plain script runs as it should."""
    return play_in(sandbox, "pm.test('t', () => {}); console.log(1)").verdicts == {"t": "passed"}


def stopped(sandbox: Turns, source: str, timeout: float = 0.1) -> Played:
    """Play a script that must be stopped."""
    played = play_in(sandbox, source, timeout=timeout)
    assert played.result.problem is not None
    return played


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("for (;;) {}", id="loop"),
        pytest.param("(async () => { for (;;) await 0; })()", id="promise jobs"),
        pytest.param("Promise.resolve().then(() => { for (;;) {} })", id="loop in a promise job"),
        pytest.param("setTimeout(() => { for (;;) {} }, 1)", id="loop in a timer"),
        pytest.param("/^(a+)+$/.test('a'.repeat(40) + 'b')", id="regular expression"),
        pytest.param("pm.environment.set('x', {toJSON() { for (;;) {} }})", id="loop while it is told"),
        pytest.param("console.log('x'.repeat(600000)); for (;;) await 0", id="promise jobs after a long letter"),
    ],
)
def test_endless_scripts(small: Turns, source: str) -> None:
    """What never lets go of V8 is stopped, with advice."""
    problem = stopped(small, source).problem()

    assert (problem.name, problem.message) == ("ScriptStopped", "it ran longer than the script time-out allows")
    assert "endless loop" in problem.fix
    assert works(small)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("(function again() { setImmediate(again); })()", id="immediates"),
        pytest.param("(function again() { setTimeout(again, 0); })()", id="timers"),
        pytest.param("await new Promise(() => {})", id="promise"),
    ],
)
def test_scripts_that_never_end(small: Turns, source: str) -> None:
    """What comes back to the sandbox is ended by the sandbox itself, which lives on with its globals."""
    play_in(small, "witness = 1")
    problem = stopped(small, source).problem()

    assert "script execution timeout" in problem.message
    assert play_in(small, "console.log(typeof witness)").logged == ["number"]


def test_what_was_said_before(small: Turns) -> None:
    """Console and tests of a script that is stopped are told: they show how far it came."""
    played = stopped(small, "console.log('here'); pm.test('t', () => {}); for (;;) {}")

    assert (played.logged, played.verdicts) == (["here"], {"t": "passed"})


def test_what_was_said_between_turns(small: Turns) -> None:
    """Nothing is told twice, whether V8 is stopped inside a turn or in the promise jobs after it."""
    later = stopped(small, "console.log(1); setTimeout(() => { console.log(2); for (;;) {} }, 20)")
    jobs = stopped(small, "console.log(1); await null; console.log(2); for (;;) await null")

    assert (later.logged, jobs.logged) == ([1, 2], [1, 2])


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("const all = []; for (;;) all.push(new Array(1000).fill({}))", id="lists"),
        pytest.param(
            "(async () => { const all = []; for (;;) { await 0; all.push(new Array(1000).fill({})); } })()",
            id="in promise jobs",
        ),
    ],
)
def test_memory(small: Turns, source: str) -> None:
    """What needs more memory than there is is stopped, with advice."""
    problem = stopped(small, source, timeout=20).problem()

    assert (problem.name, problem.message) == ("ScriptStopped", "it used more than 100 MB of memory")
    assert "less data" in problem.fix
    assert works(small)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("let s = 'x'; for (;;) s += s", id="text"),
        pytest.param("new ArrayBuffer(2 ** 40)", id="buffer"),
        pytest.param("require('buffer').Buffer.alloc(2 ** 40)", id="Buffer"),
        pytest.param("(function again() { again(); })()", id="stack"),
    ],
)
def test_what_javascript_refuses(small: Turns, source: str) -> None:
    """V8's own limits are errors of the script, and harm nobody else."""
    assert stopped(small, source, timeout=20).problem().name == "RangeError"
    assert works(small)


def test_many_scripts(small: Turns) -> None:
    """Scripts leave neither a timer nor their data behind: what would be 240 MB fits into little memory."""
    source = "const data = new Array(200000).fill(7).map((x, i) => x + i); pm.test('a', async () => { await null; });"

    for _ in range(150):
        assert play_in(small, source).verdicts == {"a": "passed"}
    assert (small.turn(), small.next_timer()) == ([], None)
