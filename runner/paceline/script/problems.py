"""What scripts throw, told in the lines that their authors wrote; and the prelude, which stands in front of these."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from paceline.model.outcome import Assertion, Problem
from paceline.script.syntax import line_count

#: Advice for a script that waits in vain.
NEVER_COMES: Final = (
    "something is awaited that never comes: a promise that does not settle, or a test that took `done` and never "
    "called it; or raise --timeout-script"
)

_ADVICE: Final = (
    (re.compile(r"script execution timeout"), NEVER_COMES),
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


def assertion_of(made: Mapping[str, Any], source: str) -> Assertion:
    """A check as the sandbox tells it: `{"name", "index", "passed", "skipped", "error"}`."""
    failed = not made.get("passed", True) and not made.get("skipped")
    return Assertion(
        name=str(made.get("name")),
        index=int(made.get("index") or 0),
        skipped=bool(made.get("skipped")),
        problem=problem_of(made.get("error") or "the test failed without saying why", source) if failed else None,
    )


#: A script that begins so runs without the legacy API (postman-sandbox, lib/sandbox/non-legacy-codemarkers.js).
_MARKERS: Final = ('"use sandbox2";', "'use sandbox2';")


@cache
def _prelude() -> str:
    """The prelude on one line, so that the first line of a script stays the first."""
    return on_one_line(resources.files(__package__).joinpath("prelude.js").read_text("utf-8"))


def on_one_line(text: str) -> str:
    """JavaScript of ours as one line, without its comments, each of which has a line of its own."""
    return " ".join(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("//"))


def with_prelude(source: str) -> str:
    """What the sandbox is given for a script."""
    return put_before(source, _prelude())


def put_before(source: str, line: str) -> str:
    """A script with a line of ours in front of its first line, but behind the marker that has to stand first."""
    marker = source[:15] if source.startswith(_MARKERS) else ""
    return f"{marker}{line}{source[len(marker) :]}"
