"""The sandbox in a process of its own: what no script can do to the run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conftest import EMPTY_CONTEXT, refuse

from paceline.errors import SandboxError
from paceline.model.collection import Script
from paceline.model.outcome import Assertion, ConsoleMessage, Problem
from paceline.script.execution import Environment, execute
from paceline.script.process import SandboxProcess, Worker


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess(memory_limit=100 * 2**20)  # less than usual, so that it is used up soon
    yield sandbox
    sandbox.close()


def play(sandbox: SandboxProcess, source: str, timeout: float = 20.0) -> tuple[list[object], Problem | None]:
    """What a script says, and how it breaks."""
    said: list[object] = []
    talk = execute(sandbox, Script("test", source), EMPTY_CONTEXT, {}, {}, Environment(refuse, refuse, timeout))
    while True:
        try:
            said.append(next(talk))
        except StopIteration as stop:
            return said, stop.value.problem


def worker_of(sandbox: SandboxProcess) -> Worker:
    """The process that is running now."""
    worker = sandbox._worker  # noqa: SLF001
    assert worker is not None
    return worker


def words_of(worker: Worker) -> str:
    """What the sandbox has said of late, seen while the script runs."""
    return "".join(str(letter[3]) for letter in worker.mail.last_words() if letter[0] == "execution.console")


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something that is to happen soon."""
    for _ in range(2000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen in 20 seconds")


def test_a_script_runs_as_in_our_own_process(sandbox: SandboxProcess) -> None:
    """Checks, console and timers."""
    source = "pm.test('a', () => {}); setTimeout(() => console.log('later', {b: [1]}), 5)"

    assert play(sandbox, source) == ([Assertion("a"), ConsoleMessage("log", ("later", {"b": [1]}))], None)


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param("'x'.repeat(2**28).split('')", id="one list that V8 cannot hold"),
        pytest.param("const all = []; for (;;) all.push('x'.repeat(1e6) + Math.random())", id="bit by bit"),
    ],
)
def test_a_memory_bomb_ends_its_script_and_nothing_else(sandbox: SandboxProcess, bomb: str) -> None:
    """V8 ends its whole process where one allocation is too large. What was said before is kept all the same."""
    said, problem = play(sandbox, f"console.log('here'); pm.test('t', () => {{}}); await 0; console.log(1); {bomb}")

    assert said == [ConsoleMessage("log", ("here",)), Assertion("t"), ConsoleMessage("log", (1,))]
    assert problem is not None
    assert "memory" in problem.message
    assert play(sandbox, "pm.test('still here', () => {})") == ([Assertion("still here")], None)


def test_letters_longer_than_the_memory(sandbox: SandboxProcess) -> None:
    """What does not fit into the memory that is shared goes through the pipe, and in order."""
    source = f"const long = '{'y' * 700_000}'; console.log(1); console.log(long); console.log(3, long.length)"

    said, problem = play(sandbox, source)

    assert problem is None
    assert [message.values[0] for message in said if isinstance(message, ConsoleMessage)] == [1, "y" * 700_000, 3]


def test_closing_under_a_running_script(sandbox: SandboxProcess) -> None:
    """Another thread may close the sandbox: the script ends with a problem, and the next one runs."""
    play(sandbox, "1")
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(play, sandbox, "console.log('in'); for (;;) {}", 60.0)
        wait_until(lambda: "in" in words_of(worker_of(sandbox)))
        sandbox.close()
        _, problem = endless.result(30)

    assert problem is not None
    assert problem.message == "the sandbox was closed while it ran"
    assert play(sandbox, "console.log(1)") == ([ConsoleMessage("log", (1,))], None)


def test_closing_ends_the_process(sandbox: SandboxProcess) -> None:
    """Also in the middle of a boot; and a later script starts a new one."""
    sandbox.start()
    worker = worker_of(sandbox)

    sandbox.close()

    assert worker.process.poll() is not None
    assert play(sandbox, "console.log(1)") == ([ConsoleMessage("log", (1,))], None)


def test_a_worker_whose_parent_is_gone_ends_by_itself(sandbox: SandboxProcess) -> None:
    """It sees the end of its pipe."""
    sandbox.start()
    worker = worker_of(sandbox)
    assert worker.process.stdin is not None
    worker.process.stdin.close()

    assert worker.process.wait(timeout=20) == 0


def test_not_even_an_endless_script_outlives_the_parent(sandbox: SandboxProcess) -> None:
    """Where the parent is killed, nobody else ends it."""
    play(sandbox, "1")
    worker = worker_of(sandbox)
    assert worker.process.stdin is not None
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(play, sandbox, "console.log('in'); for (;;) {}", 60.0)
        wait_until(lambda: "in" in words_of(worker))
        worker.process.stdin.close()

        assert worker.process.wait(timeout=20) == 0
        endless.result(30)


def test_a_process_that_cannot_be_started(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and how to do without."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(SandboxError, match="does not start") as caught:
        sandbox.start()
    assert "without --isolate-scripts" in caught.value.fix


def test_a_process_that_dies_while_it_boots(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no script's fault."""
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(SandboxError, match="does not start"):
        play(sandbox, "1")


def test_modules_of_the_current_folder_are_not_taken(
    sandbox: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `json.py` beside somebody's collections is none of our business."""
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)

    assert play(sandbox, "console.log(1)") == ([ConsoleMessage("log", (1,))], None)
