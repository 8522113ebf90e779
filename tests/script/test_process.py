"""The sandbox in a process of its own: what no script can do to the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import EMPTY_CONTEXT, refuse

from paceline.model.collection import Script
from paceline.model.outcome import Assertion, ConsoleMessage, Problem
from paceline.script.execution import Environment, execute
from paceline.script.process import SandboxProcess


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
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
    """V8 ends its whole process where one allocation is too large; the next script gets a new one."""
    _, problem = play(sandbox, bomb)

    assert problem is not None
    assert "memory" in problem.message
    assert play(sandbox, "pm.test('still here', () => {})") == ([Assertion("still here")], None)


def test_an_endless_loop_is_stopped(sandbox: SandboxProcess) -> None:
    """What was said before is kept."""
    said, problem = play(sandbox, "console.log('in'); for (;;) {}", timeout=0.5)

    assert said == [ConsoleMessage("log", ("in",))]
    assert problem is not None
    assert "time-out" in problem.message
    assert play(sandbox, "console.log(1)") == ([ConsoleMessage("log", (1,))], None)


def test_closing_ends_the_process(sandbox: SandboxProcess) -> None:
    """Also in the middle of a boot; and a later script starts a new one."""
    sandbox.start()
    worker = sandbox._worker  # noqa: SLF001
    assert worker is not None

    sandbox.close()

    assert worker.poll() is not None
    assert play(sandbox, "console.log(1)") == ([ConsoleMessage("log", (1,))], None)


def test_a_worker_whose_parent_is_gone_ends_by_itself() -> None:
    """It sees the end of its pipe."""
    sandbox = SandboxProcess()
    sandbox.start()
    worker = sandbox._worker  # noqa: SLF001
    assert worker is not None
    assert worker.stdin is not None
    worker.stdin.close()

    assert worker.wait(timeout=20) == 0
    sandbox.close()


def test_modules_of_the_current_folder_are_not_taken(
    sandbox: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `json.py` beside somebody's collections is none of our business."""
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)

    assert play(sandbox, "console.log(1)") == ([ConsoleMessage("log", (1,))], None)
