"""Jobs on GitHub: what its runner makes of what a step writes, and of the Markdown that it shows."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.report.building import tell

from paceline.engine.events import Event
from paceline.report.github import GitHubReport
from paceline.report.masking import Mask
from paceline.report.terminal import TerminalReport

HOSTILE = (
    "x\n::set-output name=a::b\r::add-mask::c\n##[set-output name=d]e\n##[error]f\n%0A::warning::g </details> `````"
)


@dataclass
class Runner:
    """What GitHub's runner makes of the lines that a step writes (actions/runner, ActionCommand.cs)."""

    commands: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    resume: str = ""

    def read(self, output: str) -> None:
        for line in re.split(r"\r\n|\r|\n", output):
            self._take(line)

    def _take(self, line: str) -> None:
        text = line.lstrip()
        match = re.match(r"::(\S+?)(?: (.*?))?::(.*)", text)
        if match is None:
            match = re.search(r"##\[(\S+?)(?: (.*?))?\](.*)", text)
        if match is None:
            return
        name, properties, data = match[1], match[2] or "", match[3]
        if self.resume:
            self.resume = "" if name == self.resume else self.resume
        elif name == "stop-commands":
            self.resume = data
        else:
            pairs = (pair.partition("=") for pair in properties.split(",") if pair)
            self.commands.append((name, {key: _unescaped(value) for key, _, value in pairs}, _unescaped(data)))

    @property
    def errors(self) -> list[tuple[dict[str, str], str]]:
        return [(properties, data) for name, properties, data in self.commands if name == "error"]


def _unescaped(text: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


@dataclass
class Job:
    """A job in which reports are told of a run."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    more: dict[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        path = self.folder / "summary.md"
        return path.read_text("utf-8") if path.exists() else ""

    def report(self, events: Iterable[Event], mask: Mask | None = None, *, terminal: bool = False) -> Runner:
        mask = mask or Mask()
        environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_WORKSPACE": str(self.folder),
            **self.more,
        }
        others = [TerminalReport(sys.stdout, color=True, progress=False, verbose=True, mask=mask)] if terminal else []
        tell(events, *others, GitHubReport(mask, environ))
        runner = Runner()
        self.output = self.capture.readouterr().out
        runner.read(self.output)
        return runner


def outside_of_fences(markdown: str) -> str:
    """Markdown without its fenced blocks, which have to be closed, and by nothing within."""
    kept, fence = [], ""
    for line in markdown.split("\n"):
        if fence:
            assert line == fence or fence not in line
            fence = "" if line == fence else fence
        elif opened := re.match(r"`{3,}", line):
            fence = opened[0]
        else:
            kept.append(line)
    assert not fence
    return "\n".join(kept)


EVIL = "[a](http://evil.test) <img src=x onerror=a()> **b** | `c` @all #1 www.evil.test\n# Passed\n</summary></details>"
OURS = re.compile(r"</?(?:details|summary|b)>")
