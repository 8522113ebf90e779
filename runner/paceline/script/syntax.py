"""Where a script does not parse. V8 is needed for that, Postman's bundle is not."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from paceline.model.outcome import Problem
from paceline.script.isolate import Isolate, JavaScriptError

#: The sandbox makes a script the body of an async function (postman-sandbox, lib/sandbox/execute.js). Here nothing of
#: it runs, not even if it closes that function itself.
_BEFORE: Final = "throw 0;(async()=>{;"
_AFTER: Final = "\n;})()"

_MESSAGE: Final = re.compile(r"<anonymous>:(\d+): SyntaxError: (.*)")
_MARKER: Final = re.compile(r"^( *)\^+$", re.MULTILINE)
_LINE_END: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")


def line_count(source: str) -> int:
    """Lines as JavaScript counts them (ECMA-262, section 12.3)."""
    return len(_LINE_END.findall(source)) + 1


def syntax_problem(source: str) -> Problem | None:
    """Why the script does not parse, in V8's words, with `at line 3:14` as its stack; None when it parses.

    Raises:
        SandboxError: V8 cannot be loaded.
    """
    # Half a surrogate pair cannot be handed to V8; a mark of the same length can stand for it.
    whole = source.encode("utf-8", "replace").decode("utf-8")
    try:
        _parser().eval(f"{_BEFORE}{whole}{_AFTER}")
    except JavaScriptError as error:
        return None if error.parsed else _problem(error.message, source)
    return None


@cache
def _parser() -> Isolate:
    return Isolate()


def _problem(message: str, source: str) -> Problem:
    told = _MESSAGE.search(message)
    if told is None:
        return Problem("SyntaxError", message)
    line, last = int(told[1]), line_count(source)
    if line > last:  # V8 stumbles over what closes the function around the script
        fix = "something that the script opens is not closed: a brace, a bracket, a parenthesis, a comment or a text"
        return Problem("SyntaxError", told[2], f"at line {last}", fix)
    marker = _MARKER.search(message)
    column = 0 if marker is None else len(marker[1]) + 1 - (len(_BEFORE) if line == 1 else 0)
    return Problem("SyntaxError", told[2], f"at line {line}:{column}" if column > 0 else f"at line {line}")
