"""Sandboxes come and go, and never keep a process from ending."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from tests.script.conftest import play_in

from paceline.errors import SandboxError
from paceline.script import v8
from paceline.script.v8 import Sandbox

BEGIN = """
import os, signal, sys, threading, time
from paceline.script.v8 import Sandbox
from paceline.script.execution import Environment, execute
from paceline.model.collection import Script

def play(sandbox, source, timeout=60.0, send=None):
    return list(execute(sandbox, Script("test", source), {}, {}, {}, Environment(send, None, timeout)))

def in_background(function, *args):
    sandbox.await_boot()
    thread = threading.Thread(target=function, args=args, daemon=True)
    thread.start()
    time.sleep(0.6)

sandbox = Sandbox()
"""


def ends(program: str) -> tuple[int, str]:
    """Exit status of a Python program, and what it wrote to stderr; it has half a minute."""
    code = BEGIN + textwrap.dedent(program)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("sandbox.start()", id="booting"),
        pytest.param("play(sandbox, '1')", id="idle"),
        pytest.param("in_background(play, sandbox, 'for (;;) {}')", id="endless loop in a daemon thread"),
        pytest.param("in_background(play, sandbox, 'for (;;) await 0')", id="endless promises in a daemon thread"),
        pytest.param("play(sandbox, 'for (;;) {}', 0.1); play(sandbox, 'for (;;) await 0', 0.1)", id="stopped scripts"),
        pytest.param("play(sandbox, 'pm.sendRequest(`x`)', 0.2, lambda *_: time.sleep(600))", id="request under way"),
        pytest.param("from paceline.script.syntax import syntax_problem; syntax_problem('a b')", id="parser"),
        pytest.param("global_cycle = [sandbox]; global_cycle.append(global_cycle); play(sandbox, '1')", id="garbage"),
    ],
)
def test_a_process_ends(program: str) -> None:
    """Whatever a sandbox is doing, the interpreter ends, without a word."""
    assert ends(program) == (0, "")


def test_after_an_exception() -> None:
    """An unhandled exception ends the process while a sandbox is alive."""
    status, said = ends("play(sandbox, '1'); 1 / 0")

    assert (status, said.splitlines()[-1]) == (1, "ZeroDivisionError: division by zero")


def test_after_sys_exit() -> None:
    """So does sys.exit in the midst of a script, here while its request is answered."""
    assert ends("play(sandbox, 'pm.sendRequest(`x`)', send=lambda *_: sys.exit(7))") == (7, "")


def test_interrupt() -> None:
    """Ctrl-C during an endless script is raised at once, and the next script finds a new sandbox."""
    program = """
    play(sandbox, '1')
    for source in ('for (;;) {}', 'for (;;) await 0'):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            play(sandbox, source)
        except KeyboardInterrupt:
            assert [said.values for said in play(sandbox, 'console.log(1)')] == [(1,)]
        else:
            sys.exit('not interrupted')
    """

    assert ends(program) == (0, "")


def test_closing_twice() -> None:
    """Closing is harmless at any time; the next script boots anew."""
    other = Sandbox()
    other.close()
    other.start()
    other.close()
    other.close()

    assert play_in(other, "console.log(1)").logged == [1]
    other.close()


def test_closing_under_a_running_script() -> None:
    """Another thread may close the sandbox: the script ends with a problem."""
    other = Sandbox()
    ended: list[str] = []

    def endless() -> None:
        ended.append(play_in(other, "for (;;) {}").problem().message)

    play_in(other, "1")
    running = threading.Thread(target=endless, daemon=True)
    running.start()
    time.sleep(0.5)
    other.close()
    running.join(30)

    assert ended == ["the sandbox was closed while it ran"]


def test_inside_an_event_loop() -> None:
    """A caller that is inside an event loop, such as a notebook, plays scripts like any other."""

    async def notebook() -> list[object]:
        other = Sandbox()
        try:
            play_in(other, "for (;;) {}", timeout=0.1)
            return play_in(other, "console.log(1)").logged
        finally:
            other.close()

    assert asyncio.run(notebook()) == [1]


def test_a_bundle_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the bundle says so, in the thread that needs it."""
    monkeypatch.setattr(v8, "BUNDLE", "nowhere.js")
    other = Sandbox()
    other.start()

    with pytest.raises(SandboxError, match="not part of this installation"):
        other.turn()


def test_a_bundle_that_does_not_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle of another kind is refused in words."""
    monkeypatch.setattr(v8, "BUNDLE", "VERSION")

    with pytest.raises(SandboxError, match="is not the bundle"):
        Sandbox().turn()
