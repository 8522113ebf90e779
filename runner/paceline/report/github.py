"""The report for GitHub Actions: what failed as annotations of the files, and a summary of the job.

Annotations are commands to the runner, which takes them from what a step writes. It takes them from anybody: a line
that begins with `::`, or has `##[` anywhere in it (actions/runner, src/Runner.Common/ActionCommand.cs), may come from a
hostile response that a script logged. Therefore no command is heeded from the start of the run to its end.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from paceline.drift.outcome import Change, Drift, fails
from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.errors import FileError, Location, PacelineError
from paceline.formats.files import read_bytes
from paceline.formats.text import decode
from paceline.model.collection import Script
from paceline.model.outcome import Failure, ItemResult, Problem
from paceline.report.drift_lines import DriftLines
from paceline.report.drift_masking import masked_drift
from paceline.report.drift_words import kind_of, place_of, request_of
from paceline.report.job_summary import JobSummary
from paceline.report.json_lines import line_of
from paceline.report.masking import Mask
from paceline.report.names import path_of
from paceline.report.screen import cut, line, lines
from paceline.report.style import Signs, Style
from paceline.report.yaml_lines import line_of_yaml

#: What GitHub takes for one step; of a longer summary it shows nothing (actions/runner, FileCommandManager.cs).
SUMMARY_LIMIT: Final = 1024 * 1024

_LONGEST_TITLE: Final = 200
_LONGEST_MESSAGE: Final = 4000
_DRIFT_LINES: Final = DriftLines(Style(color=False, signs=Signs()))
_FRAME: Final = re.compile(r"\bline (\d+)")


class GitHubReport:
    """Writes annotations to standard output, and the summary to where `GITHUB_STEP_SUMMARY` says, at the end of a run.

    It has to be the last one of the reports on standard output: what others write after it may command the runner.
    Outside of GitHub Actions it says that it writes nothing.

    Args:
        mask: shared by all reports of the run.
        environ: the process environment.
    """

    def __init__(self, mask: Mask, environ: Mapping[str, str]) -> None:
        self.written: Path | None = None  # the runner shows the summary, and where it lies is of no interest
        self._mask = mask
        self._in_actions = environ.get("GITHUB_ACTIONS") == "true"
        self._summary_file = environ.get("GITHUB_STEP_SUMMARY", "")
        self._workspace = environ.get("GITHUB_WORKSPACE", "")
        self._summary = JobSummary(mask)
        self._started: RunStarted | None = None
        self._resume = secrets.token_hex(16)  # nobody must be able to guess it
        self._texts: dict[str, str] = {}

    def handle(self, event: Event) -> None:
        """Take the next event.

        Raises:
            FileError: the summary cannot be written.
        """
        self._mask.observe(event)
        if not self._in_actions:
            if isinstance(event, RunStarted):
                sys.stderr.write("paceline: this is not GitHub Actions, so `-r github` writes nothing\n")
        elif isinstance(event, RunStarted):
            self._started = event
            _say(f"::stop-commands::{self._resume}")
        elif isinstance(event, ItemFinished):
            self._summary.add(event.result)
        elif isinstance(event, RunFinished):
            _say(f"::{self._resume}::")
            for result, failure in event.failures:
                _say(self._annotation(result, failure))
            if event.drift is not None:
                self._annotate(masked_drift(event.drift, self._mask))
            if event.problem is not None:
                _say(f"::error title=paceline::{self._message(event.problem)}")
            if self._summary_file and self._started is not None:
                self._write_summary(self._started, event)

    def _write_summary(self, started: RunStarted, finished: RunFinished) -> None:
        path = Path(self._summary_file)
        try:
            taken = path.stat().st_size if path.exists() else 0
            markdown = self._summary.markdown(started, finished, SUMMARY_LIMIT - taken)
            with path.open("a", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(markdown)
        except OSError as error:
            what = f"the job summary cannot be written ({error})"
            raise FileError(what, Location(str(path)), "check what GITHUB_STEP_SUMMARY says") from error
        if not markdown:
            _say("::warning title=paceline::there is no room left in the job summary")

    # --- Annotations ---

    def _annotation(self, result: ItemResult, failure: Failure) -> str:
        title = failure.at if failure.assertion is None else failure.assertion
        name = self._mask.text(f"{' › '.join(path_of(result))}: {title}")
        place = self._place(_origin(result, failure))
        told = _properties({**place, "title": cut(line(name), _LONGEST_TITLE)})
        return f"::error {told}::{self._message(failure.problem)}"

    def _message(self, problem: Problem) -> str:
        text = f"{problem.name}: {problem.message}" if problem.message else problem.name
        if problem.fix:
            text += f"\nfix: {problem.fix}"
        return _message(self._mask.text(text))

    def _annotate(self, drift: Drift) -> None:
        """A change is an error where it fails, else a warning or, if it only adds something, a notice."""
        for change in drift.changes:
            finding = change.finding
            calm = "notice" if finding.level == "additive" else "warning"
            command = "error" if fails(finding.level, drift.fail_on) else calm
            name = f"{request_of(finding)} {place_of(finding)}: {kind_of(finding)}"
            place = self._place(_reader_of(change, drift))
            told = _properties({**place, "title": cut(line(name), _LONGEST_TITLE)})
            _say(f"::{command} {told}::{_message(chr(10).join(_DRIFT_LINES.alone(change)))}")
        if drift.unlearnt:
            _say(f"::notice title=drift::{_message(chr(10).join(_DRIFT_LINES.sum(drift)))}")

    def _place(self, at: Location) -> dict[str, str]:
        """File and line of a place, as far as they are known."""
        if at.file == Location().file:
            return {}
        if at.file not in self._texts:
            self._texts[at.file] = _text_of(at.file)
        text = self._texts[at.file]
        find = line_of_yaml if at.file.endswith((".yaml", ".yml")) else line_of
        return {"file": line(self._in_workspace(at.file))} | ({"line": str(find(text, at.pointer))} if text else {})

    def _in_workspace(self, file: str) -> str:
        """The path as GitHub knows it: from the root of the repository."""
        try:
            path, workspace = Path(file).resolve(), Path(self._workspace).resolve()
        except (OSError, ValueError):  # in an event log anything may stand for a name
            return file
        if self._workspace and path.is_relative_to(workspace):
            return path.relative_to(workspace).as_posix()
        return file


def _origin(result: ItemResult, failure: Failure) -> Location:
    """Where to look in the collection: the line of the script, the part of the request, or at least the item."""
    item, error = result.item.at, result.error
    script = _script_of(result, failure.problem)
    if script is not None:
        frame = _FRAME.search(failure.problem.stack)
        return script.at.child(int(frame[1]) - 1) if frame else script.at
    place = error.where if error is not None and failure.kind in {"request", "unresolved"} else None
    return place if place is not None and place.file == item.file else item


def _reader_of(change: Change, drift: Drift) -> Location:
    """Where a change matters: what reads the field, or the lock that promised it."""
    known = (reader.at for reader in change.readers if reader.at != Location())
    return next(known, Location(drift.against) if Path(drift.against).is_file() else Location())


def _script_of(result: ItemResult, problem: Problem) -> Script | None:
    for run in (*result.prerequests, *result.tests):
        if run.problem is problem or any(assertion.problem is problem for assertion in run.assertions):
            return run.script
    return None


def _text_of(file: str) -> str:
    """The collection as it is written; empty when it is not there any more."""
    try:
        return decode(read_bytes(file), Location(file))
    except PacelineError:
        return ""


# --- Commands ---


def _say(command: str) -> None:
    sys.stdout.write(f"{command}\n")
    sys.stdout.flush()


def _message(text: str) -> str:
    if len(text) > _LONGEST_MESSAGE:
        text = f"{text[:_LONGEST_MESSAGE]}…"
    return _data("\n".join(lines(text)))


def _properties(properties: Mapping[str, str]) -> str:
    return ",".join(f"{name}={_property(value)}" for name, value in properties.items())


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
