"""One script, from start to end: a conversation with the sandbox."""

from __future__ import annotations

import math
import queue
import threading
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from paceline.model.collection import Script
from paceline.model.outcome import Assertion, ConsoleMessage, Problem, ScriptCall
from paceline.resolve.randomness import Randomness
from paceline.script import teleport
from paceline.script.isolate import ScriptStopped, out_of_time
from paceline.script.mailbox import Letter
from paceline.script.problems import NEVER_COMES, assertion_of, problem_of, with_prelude
from paceline.script.process import Turns
from paceline.script.syntax import syntax_problem

#: Requests of one script that may be under way at once; the rest wait.
_PARALLEL_CALLS: Final = 6

#: The sandbox keeps the script's time itself; V8 is stopped only when it no longer gets to look at the clock.
_GRACE_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back for a request of a script.

    Attributes:
        call: what happened, for the reports.
        response: the response in the SDK's JSON form, or None.
        error: `{"name", "message", "code"}` when there is no response.
        cookies: the jar's cookies for the final URL, in the SDK's JSON form.
    """

    call: ScriptCall
    response: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    cookies: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """What a script may ask the world for.

    Attributes:
        send: answers `pm.sendRequest`; takes the request in the SDK's JSON form and its number, and is called in
            another thread.
        cookies: answers `pm.cookies.jar()`; takes a store method of tough-cookie and its arguments, and may raise
            ValueError.
        timeout: seconds for the whole script, its requests included; infinity sets no limit.
        chance: when it has a seed, all that the script can draw by lot comes from it, the time included (chance.js
            tells what does not), and its clock goes on by what the script saw. Answers are then told in the order of
            the requests, however they come in, so that one that hangs keeps those after it waiting. Without a seed,
            the script draws from the system.
        first_call: number of the script's first request; the next ones count on in the order in which it makes them.
    """

    send: Callable[[Mapping[str, Any], int], Answer]
    cookies: Callable[[str, list[Any]], Any]
    timeout: float = 30.0
    chance: Randomness | None = None
    first_call: int = 1


@dataclass(slots=True)
class ScriptResult:
    """How a script ended, and what it changed.

    Attributes:
        problem: an error outside every assertion.
        mutations: per scope (`local`, `environment`, `collection`, `globals`) what was set and unset.
        request: the request as a pre-request script left it, in the SDK's JSON form.
        flow: `return` of the execution: `nextRequest` when it was set, `visualizer`.
        calls: how many requests it made, answered or not.
    """

    problem: Problem | None = None
    skips_request: bool = False
    mutations: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] | None = None
    flow: Mapping[str, Any] = field(default_factory=dict)
    calls: int = 0


Said = Assertion | ConsoleMessage | ScriptCall


def is_blank(source: str) -> bool:
    """Whether there is nothing to run: exports are full of scripts that hold one empty line."""
    return not source or source.isspace()


def execute(
    sandbox: Turns,
    script: Script,
    context: Mapping[str, Any],
    legacy: Mapping[str, Any],
    cursor: Mapping[str, Any],
    environment: Environment,
) -> Generator[Said, None, ScriptResult]:
    """Run a script, yielding what it says while it runs, and return how it ended.

    Args:
        context: `request`, `response`, `environment`, `globals`, `collectionVariables`, `_variables`, `data`,
            `cookies`, as the sandbox wants them (postman-sandbox, lib/sandbox/execution.js).
        legacy: names and ids that `pm.info` and `pm.execution.location` tell.
        cursor: Postman's cursor: `iteration`, `cycles`, `position`, `length`, ...

    Raises:
        SandboxError: the sandbox does not start.
    """
    return (yield from _Conversation(sandbox, environment).run(script, context, legacy, cursor))


@dataclass(frozen=True, slots=True)
class _Call:
    """A request of the script, as the sandbox tells it, and its number."""

    number: int
    event_id: Any
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Answered:
    """What came of a call; an exception is a defect of ours."""

    call: _Call
    answer: Answer | BaseException


class _Conversation:
    """The state of one execution."""

    def __init__(self, sandbox: Turns, environment: Environment) -> None:
        self._sandbox = sandbox
        self._environment = environment
        self._id = uuid.uuid4().hex
        self._source = ""
        self._result = ScriptResult()
        self._ended = False
        chance = environment.chance
        self._chance = chance if chance is not None and chance.seed is not None else None
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[_Answered] = queue.SimpleQueue()
        self._early: dict[int, _Answered] = {}
        self._told = 0
        self._waiting = 0
        self._callers = 0

    def run(
        self, script: Script, context: Mapping[str, Any], legacy: Mapping[str, Any], cursor: Mapping[str, Any]
    ) -> Generator[Said, None, ScriptResult]:
        self._source = script.source
        timeout = self._environment.timeout
        options: dict[str, Any] = {"cursor": {**cursor, "execution": self._id}, "legacy": legacy}
        if timeout < math.inf:
            options["timeout"] = int(timeout * 1000)
        event = {
            "listen": script.listen,
            "script": {"type": "text/javascript", "exec": [with_prelude(script.source)]},
        }
        self._sandbox.await_boot()  # which is not the script's time
        letters: list[Letter] = [["execute", self._id, event, context, options, self._seed()]]
        deadline = time.monotonic() + timeout + _GRACE_SECONDS
        try:
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise out_of_time()
                heard = self._sandbox.turn(letters, left)
                letters = []
                for letter in heard:
                    yield from self._hear(letter, letters)
                if self._ended:
                    break
                if not letters and self._sandbox.idle():
                    yield from self._wait(letters, deadline)
        except ScriptStopped as stopped:
            self._sandbox.close()
            for letter in stopped.letters:
                if not str(letter[0]).startswith("execution.request."):  # too late to send anything
                    yield from self._hear(letter, [])
            self._result.problem = Problem("ScriptStopped", stopped.reason, fix=stopped.fix)
        finally:
            self._ended = True
            for _ in range(self._callers):
                self._calls.put(None)
        return self._result

    def _seed(self) -> tuple[str, int] | None:
        """What the script draws from: 32 bytes in hexadecimal, and the unix milliseconds at which its clock starts."""
        chance = self._chance
        return None if chance is None else (chance.bytes(32).hex(), round(chance.time() * 1000))

    def _hear(self, letter: Letter, replies: list[Letter]) -> Generator[Said, None, None]:
        """Take one letter of the sandbox; put what is to be answered at once into `replies`."""
        name, _, own = str(letter[0]).rpartition(".")
        if letter[0] == "execution.console":
            if not self._result.skips_request:
                yield ConsoleMessage(str(letter[2]), tuple(teleport.parse(letter[3])))
        elif own != self._id or self._ended:
            return  # an older script speaks, or this one after its end
        elif name == "execution.assertion":
            for made in letter[2]:
                yield assertion_of(made, self._source)
        elif name == "execution.error":
            self._fail(letter[2])
        elif name == "execution.skipRequest":
            self._result.skips_request = True
        elif name == "execution.request":
            self._send(event_id=letter[3], request=letter[4])
        elif name == "execution.cookies":
            replies.append([letter[0], letter[1], *self._ask_jar(letter[3], letter[4])])
        elif name == "execution.result":
            self._end(*letter[1:])
        else:
            # Vault, datasets and collection requests are Postman's cloud: refuse them, so that scripts do not hang.
            event_id = letter[1] if name == "execution.vault" else letter[3] if len(letter) > 3 else None
            reply = {"execution.run_collection_request": "execution.run_collection_request_response"}.get(name, name)
            refusal = {"type": "Error", "name": "Error", "message": f"{name.partition('.')[2]} is not available here"}
            replies.append([f"{reply}.{own}", event_id, refusal])

    def _send(self, event_id: Any, request: Mapping[str, Any]) -> None:
        self._waiting += 1
        number = self._environment.first_call + self._result.calls
        self._result.calls += 1
        self._calls.put(_Call(number, event_id, request))
        if self._callers < min(self._waiting, _PARALLEL_CALLS):
            self._callers += 1
            # A daemon, unlike an executor's threads: a server that never answers must not keep Python from exiting.
            threading.Thread(target=self._call, name="paceline-script-call", daemon=True).start()

    def _call(self) -> None:
        """Send one request after the other, until the script has ended."""
        while (call := self._calls.get()) is not None and not self._ended:
            try:
                self._answers.put(_Answered(call, self._environment.send(call.request, call.number)))
            except BaseException as error:  # noqa: BLE001
                self._answers.put(_Answered(call, error))  # a defect, to be raised in the thread that runs the script

    def _ask_jar(self, method: str, args: list[Any]) -> tuple[str | None, Any]:
        try:
            return None, self._environment.cookies(method, args)
        except ValueError as error:
            return f"CookieStore: {error}", None

    def _wait(self, letters: list[Letter], deadline: float) -> Generator[Said, None, None]:
        """Sleep until the next timer of the script, or until one of its requests is answered."""
        limit = max(0.0, deadline - time.monotonic())
        timer = self._sandbox.next_timer()
        pause = limit if timer is None else min(timer, limit)
        if not self._waiting:
            if timer is None:
                raise ScriptStopped("it waits for something that cannot happen", NEVER_COMES)
            time.sleep(min(pause, threading.TIMEOUT_MAX))
            return
        answered = self._next_answer(min(pause, threading.TIMEOUT_MAX))
        if answered is None:
            return
        self._waiting -= 1
        event_id, answer = answered.call.event_id, answered.answer
        if isinstance(answer, BaseException):
            raise answer
        yield answer.call
        history = {"cookies": answer.cookies}
        letters.append([f"execution.response.{self._id}", event_id, answer.error, answer.response, history])

    def _next_answer(self, pause: float) -> _Answered | None:
        """The answer to tell the script, or None when it is not there after so many seconds.

        Under a seed the order of the requests is kept: what a callback draws must not depend on which server was quick.
        """
        until = time.monotonic() + pause
        due = self._environment.first_call + self._told
        while due not in self._early:
            try:
                answered = self._answers.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return None
            if self._chance is None:
                return answered
            self._early[answered.call.number] = answered
        self._told += 1
        return self._early.pop(due)

    def _end(self, error: Any, outcome: Mapping[str, Any] | None, clock: float | None = None) -> None:
        """Take the result: an error, what has changed, and unix milliseconds that no clock under the seed has shown."""
        self._ended = True
        if clock is not None and self._chance is not None:
            self._chance.advance(clock / 1000)
        if error:
            self._fail(error)
        if outcome:
            self._result.mutations = outcome.get("mutations") or {}
            self._result.request = outcome.get("request")
            self._result.flow = outcome.get("return") or {}

    def _fail(self, error: Any) -> None:
        """Keep the first error outside every assertion."""
        if self._result.problem is not None:
            return
        problem = problem_of(error, self._source)
        if problem.name == "SyntaxError" and not problem.stack:  # else it was thrown while the script ran
            problem = syntax_problem(self._source) or problem
        self._result.problem = problem
