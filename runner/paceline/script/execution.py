"""One script, from start to end: a conversation with the sandbox."""

from __future__ import annotations

import json
import math
import queue
import re
import threading
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from paceline.model.collection import Script
from paceline.model.outcome import Assertion, ConsoleMessage, Problem, ScriptCall
from paceline.script import teleport
from paceline.script.isolate import ScriptStopped, out_of_time
from paceline.script.process import Turns
from paceline.script.syntax import line_count, syntax_problem
from paceline.script.v8 import Letter

#: A script that begins so runs without the legacy API (postman-sandbox, lib/sandbox/non-legacy-codemarkers.js).
_MARKERS: Final = ('"use sandbox2";', "'use sandbox2';")

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
        send: answers `pm.sendRequest`; takes the request in the SDK's JSON form and is called in another thread.
        cookies: answers `pm.cookies.jar()`; takes a store method of tough-cookie and its arguments, and may raise
            ValueError.
        timeout: seconds for the whole script, its requests included; infinity sets no limit.
    """

    send: Callable[[Mapping[str, Any]], Answer]
    cookies: Callable[[str, list[Any]], Any]
    timeout: float = 30.0


@dataclass(slots=True)
class ScriptResult:
    """How a script ended, and what it changed.

    Attributes:
        problem: an error outside every assertion.
        mutations: per scope (`local`, `environment`, `collection`, `globals`) what was set and unset.
        request: the request as a pre-request script left it, in the SDK's JSON form.
        flow: `return` of the execution: `nextRequest` when it was set, `visualizer`.
    """

    problem: Problem | None = None
    skips_request: bool = False
    mutations: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] | None = None
    flow: Mapping[str, Any] = field(default_factory=dict)


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


class _Conversation:
    """The state of one execution."""

    def __init__(self, sandbox: Turns, environment: Environment) -> None:
        self._sandbox = sandbox
        self._environment = environment
        self._id = uuid.uuid4().hex
        self._source = ""
        self._result = ScriptResult()
        self._ended = False
        self._calls: queue.SimpleQueue[tuple[Any, Mapping[str, Any]] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[Any, Answer | BaseException]] = queue.SimpleQueue()
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
            "script": {"type": "text/javascript", "exec": [_with_prelude(script.source)]},
        }
        letters: list[Letter] = [["execute", self._id, event, context, options]]
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
                yield _assertion(made, self._source)
        elif name == "execution.error":
            self._fail(letter[2])
        elif name == "execution.skipRequest":
            self._result.skips_request = True
        elif name == "execution.request":
            self._send(event_id=letter[3], request=letter[4])
        elif name == "execution.cookies":
            replies.append([letter[0], letter[1], *self._ask_jar(letter[3], letter[4])])
        elif name == "execution.result":
            self._end(letter[1], letter[2])
        else:
            # Vault, datasets and collection requests are Postman's cloud: refuse them, so that scripts do not hang.
            event_id = letter[1] if name == "execution.vault" else letter[3] if len(letter) > 3 else None
            reply = {"execution.run_collection_request": "execution.run_collection_request_response"}.get(name, name)
            refusal = {"type": "Error", "name": "Error", "message": f"{name.partition('.')[2]} is not available here"}
            replies.append([f"{reply}.{own}", event_id, refusal])

    def _send(self, event_id: Any, request: Mapping[str, Any]) -> None:
        self._waiting += 1
        self._calls.put((event_id, request))
        if self._callers < min(self._waiting, _PARALLEL_CALLS):
            self._callers += 1
            # A daemon, unlike an executor's threads: a server that never answers must not keep Python from exiting.
            threading.Thread(target=self._call, name="paceline-script-call", daemon=True).start()

    def _call(self) -> None:
        """Send one request after the other, until the script has ended."""
        while (call := self._calls.get()) is not None and not self._ended:
            event_id, request = call
            try:
                self._answers.put((event_id, self._environment.send(request)))
            except BaseException as error:  # noqa: BLE001
                self._answers.put((event_id, error))  # a defect, to be raised in the thread that runs the script

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
                raise ScriptStopped("it waits for something that cannot happen", _NEVER_COMES)
            time.sleep(min(pause, threading.TIMEOUT_MAX))
            return
        try:
            event_id, answer = self._answers.get(timeout=min(pause, threading.TIMEOUT_MAX))
        except queue.Empty:
            return
        self._waiting -= 1
        if isinstance(answer, BaseException):
            raise answer
        yield answer.call
        history = {"cookies": answer.cookies}
        letters.append([f"execution.response.{self._id}", event_id, answer.error, answer.response, history])

    def _end(self, error: Any, outcome: Mapping[str, Any] | None) -> None:
        self._ended = True
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


_NEVER_COMES: Final = (
    "something is awaited that never comes: a promise that does not settle, or a test that took `done` and never "
    "called it; or raise --timeout-script"
)

_ADVICE: Final = (
    (re.compile(r"script execution timeout"), _NEVER_COMES),
    (re.compile(r"'require' is not|pm\.require is not"), "packages of Postman's library are not available here"),
)


def problem_of(error: Any, source: str = "") -> Problem:
    """An error as the sandbox sends it: `{"name", "message", "stack"}`, or whatever a script threw.

    Args:
        source: the script that was running, to tell its own lines from those of the sandbox.
    """
    if not isinstance(error, Mapping):
        return Problem("Error", str(error))
    if "message" not in error:
        return Problem(str(error.get("name") or "Error"), json.dumps(error, ensure_ascii=False))
    message = str(error["message"])
    advice = next((fix for pattern, fix in _ADVICE if pattern.search(message)), "")
    stack = _own_frames(str(error.get("stack") or ""), source)
    return Problem(str(error.get("name") or "Error"), message, stack, advice)


def _own_frames(stack: str, source: str) -> str:
    """The frames that lie in the user's script, as `at name (line 3:14)`, innermost first."""
    frames = []
    last_line = line_count(source)
    for name, line_text, column_text in _FRAME.findall(stack):
        line, column = int(line_text) - _LINES_BEFORE, int(column_text)
        if line == 1:
            column -= _INDENT + len(_prelude())
        if 1 <= line <= last_line and column > 0:
            frames.append(f"at {name} (line {line}:{column})")
    return "\n".join(frames)


#: A frame of code that the sandbox compiled for a script; its own frames lie in no `eval`.
_FRAME: Final = re.compile(
    r"^\s*at (?:Object\.)?(\S+) \(eval at exec \(.*?\), <anonymous>:(\d+):(\d+)\)$", re.MULTILINE
)

#: What the sandbox's wrappers put in front of a script: lines, and blanks on its first line (lib/sandbox/execute.js).
_LINES_BEFORE: Final = 4
_INDENT: Final = 20


def _assertion(made: Mapping[str, Any], source: str) -> Assertion:
    failed = not made.get("passed", True) and not made.get("skipped")
    return Assertion(
        name=str(made.get("name")),
        index=int(made.get("index") or 0),
        skipped=bool(made.get("skipped")),
        problem=problem_of(made.get("error") or "the test failed without saying why", source) if failed else None,
    )


@cache
def _prelude() -> str:
    """The prelude on one line, so that the first line of a script stays the first."""
    text = resources.files(__package__).joinpath("prelude.js").read_text("utf-8")
    return " ".join(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("//"))


def _with_prelude(source: str) -> str:
    marker = source[:15] if source.startswith(_MARKERS) else ""
    return f"{marker}{_prelude()}{source[len(marker) :]}"
