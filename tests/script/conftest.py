"""Playing a script in the real sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.conftest import EMPTY_CONTEXT, refuse

from paceline.model.collection import Listen, Script
from paceline.model.outcome import Assertion, ConsoleMessage, Problem, ScriptCall
from paceline.resolve.randomness import Randomness
from paceline.script.execution import Answer, Environment, ScriptResult, execute
from paceline.script.process import Turns


@dataclass(slots=True)
class Played:
    """All that a script said, and how it ended."""

    result: ScriptResult = field(default_factory=ScriptResult)
    assertions: list[Assertion] = field(default_factory=list)
    console: list[ConsoleMessage] = field(default_factory=list)
    calls: list[ScriptCall] = field(default_factory=list)

    @property
    def logged(self) -> list[Any]:
        """The first value of every `console.log`; the sandbox itself warns of what is deprecated."""
        return [message.values[0] for message in self.console if message.level == "log"]

    @property
    def verdicts(self) -> dict[str, str]:
        """What came of each test: `passed`, `skipped`, or the message of the failure."""
        return {
            made.name: "skipped" if made.skipped else "passed" if made.problem is None else made.problem.message
            for made in self.assertions
        }

    def set_in(self, scope: str) -> dict[str, Any]:
        """What the script set in a scope."""
        changes = self.result.mutations.get(scope) or {}
        return {str(entry[0]): entry[1] for entry in changes["compacted"].values() if len(entry) > 1}

    def problem(self) -> Problem:
        """The error outside every assertion."""
        assert self.result.problem is not None
        return self.result.problem


Play = Callable[..., Played]


def play_in(
    sandbox: Turns,
    source: str,
    listen: Listen = "test",
    *,
    send: Callable[[Mapping[str, Any], int], Answer] = refuse,
    jar: Callable[[str, list[Any]], Any] = refuse,
    timeout: float = 30.0,
    chance: Randomness | None = None,
    **context: Any,
) -> Played:
    """Run one script; the context, in which `legacy`, `cursor` and `first_call` may be too, is empty otherwise."""
    legacy, cursor, first = (context.pop(name, None) for name in ("legacy", "cursor", "first_call"))
    world = Environment(send, jar, timeout, chance, first or 1)
    talk = execute(sandbox, Script(listen, source), {**EMPTY_CONTEXT, **context}, legacy or {}, cursor or {}, world)
    played = Played()
    while True:
        try:
            said = next(talk)
        except StopIteration as stop:
            played.result = stop.value
            return played
        if isinstance(said, Assertion):
            played.assertions.append(said)
        elif isinstance(said, ConsoleMessage):
            played.console.append(said)
        else:
            played.calls.append(said)


@pytest.fixture
def play(sandbox: Turns) -> Play:
    """Play a script in the sandbox that all tests share."""

    def call(source: str, *args: Any, **kwargs: Any) -> Played:
        return play_in(sandbox, source, *args, **kwargs)

    return call
