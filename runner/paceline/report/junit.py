"""The JUnit report: one test suite for each execution of an item, one test case for each check in it.

On purpose different from Newman's (lib/reporters/junit/index.js), which has one suite for all iterations of an item and
one test case for all checks of one name, so that the last one to pass erases a failure; which counts failures without
an element for them; and which tells of errors in `system-err` alone, where no CI server looks. Here:

- a check that failed, or a contract that was broken, is a `failure`; a request that was not answered and a script that
  broke are an `error`, in a test case of their own;
- an item without checks is one test case, so that it is seen;
- drift is a test suite of its own: a change of the level that fails is a `failure`, one below it is `skipped`, which
  servers show without failing, and where nothing changed one test case says so;
- no two test cases of the report have both class name and name in common, since many servers would keep one of them.

Elements and attributes are those of the schema that Jenkins' xUnit plug-in checks (junit-10.xsd).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from paceline.drift.outcome import Change, Drift, fails
from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.model.outcome import Failure, ItemResult
from paceline.report.drift_lines import DriftLines
from paceline.report.drift_words import kind_of, now_of, place_of, request_of
from paceline.report.excerpt import console_text
from paceline.report.exchange_lines import ExchangeLines
from paceline.report.failure_lines import explanations
from paceline.report.files import report_path, require_writable, writing
from paceline.report.masking import Mask
from paceline.report.names import path_of
from paceline.report.screen import line, lines
from paceline.report.style import Signs, Style

_PLAIN: Final = Style(color=False, signs=Signs())
_DRIFT_LINES: Final = DriftLines(_PLAIN)
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


@dataclass(slots=True)
class _Case:
    """A test case.

    Attributes:
        outcome: name of the element in it, empty when all is well.
    """

    name: str
    outcome: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


@dataclass(slots=True)
class _Suite:
    """One execution of an item, all its texts masked by what was known at its end; or the drift."""

    name: str
    class_name: str
    started: float
    seconds: float
    cases: list[_Case]
    output: list[str] = field(default_factory=list)

    def number(self, outcome: str) -> int:
        return sum(case.outcome == outcome for case in self.cases)


class JunitReport:
    """Writes the report when the run has finished. Until then only names and reasons are kept, no bodies.

    Args:
        path: file or folder; None for `paceline/paceline-run-<time>.xml`.
        mask: shared by all reports of the run.

    Raises:
        FileError: nothing can be written there.
    """

    def __init__(self, path: str | Path | None, mask: Mask) -> None:
        require_writable(path)
        self.written: Path | None = None
        self._path = path
        self._mask = mask
        self._exchanges = ExchangeLines(_PLAIN, mask)
        self._started: RunStarted | None = None
        self._suites: list[_Suite] = []

    def handle(self, event: Event) -> None:
        """Take the next event.

        Raises:
            FileError: the report cannot be written.
        """
        self._mask.observe(event)
        if isinstance(event, ItemFinished):
            self._suites.append(self._suite(event.result))
        elif isinstance(event, RunStarted):
            self._started = event
        elif isinstance(event, RunFinished) and self._started is not None:
            if event.drift is not None:
                self._suites.append(_drift_suite(event.drift, event.summary.completed))
            path = report_path(self._path, "xml", self._started.started)
            with writing(path) as file:
                file.writelines(self._document(self._started, event))
            self.written = path

    # --- While it runs ---

    def _suite(self, result: ItemResult) -> _Suite:
        path = [self._mask.text(name) for name in path_of(result)]
        cursor = result.cursor
        iteration = f"iteration {cursor.iteration + 1} of {cursor.cycles}" if cursor.cycles > 1 else ""
        return _Suite(
            name=" / ".join(path) + (f" ({iteration})" if iteration else ""),
            # A dot separates packages there.
            class_name=".".join(name.replace(".", "_") for name in (*path, *([iteration] if iteration else []))),
            started=result.started,
            seconds=result.elapsed_ms / 1000,
            cases=self._cases(result),
            output=list(self._output(result)),
        )

    def _cases(self, result: ItemResult) -> list[_Case]:
        failures = list(explanations(result, self._exchanges))
        name = self._mask.text(result.item.name)
        cases = [
            self._broken(one, one.at, "failure" if one.kind == "contract" else "error", text)
            for one, text in failures
            if one.assertion is None
        ]
        if result.contract is not None and result.contract.checked and result.contract.kept:
            cases.append(_Case("contract"))
        for assertion in result.assertions():
            if assertion.problem is not None:
                one, text = next(pair for pair in failures if pair[0].problem is assertion.problem)
                cases.append(self._broken(one, assertion.name, "failure", text))
            elif assertion.skipped:
                cases.append(_Case(self._mask.text(assertion.name), "skipped", message="skipped by its script"))
            else:
                cases.append(_Case(self._mask.text(assertion.name)))
        if result.skipped is not None:
            cases.append(_Case(name, "skipped", message=self._mask.text(result.skipped)))
        return cases or [_Case(name)]

    def _broken(self, failure: Failure, name: str, outcome: str, text: str) -> _Case:
        problem = failure.problem
        return _Case(self._mask.text(name), outcome, problem.name, self._mask.text(problem.message), text)

    def _output(self, result: ItemResult) -> Iterator[str]:
        """What the item sent, and what its scripts sent and wrote."""
        if result.trip is not None:
            yield from self._exchanges.trip(result.trip, "")
        elif result.skipped is None:
            yield self._exchanges.unanswered(result, "")
        for call in result.calls:
            if call.trip is not None:
                yield from self._exchanges.trip(call.trip, "script ")
            else:
                yield self._exchanges.unsent(call.request, "no response", "script ")
        for message in result.console:
            text = self._mask.text(console_text(self._mask.data(message.values)))
            yield from (f"{message.level}: {row}" for row in lines(text))

    # --- At the end ---

    def _document(self, started: RunStarted, finished: RunFinished) -> Iterator[str]:
        name = ", ".join(collection.name for collection in started.collections)
        summary = finished.summary
        if finished.problem is not None:  # else a run that was cut short would look as good as a whole one
            problem = finished.problem
            text = "\n".join(filter(None, (problem.message, problem.fix and f"fix: {problem.fix}")))
            case = _Case("the run as a whole", "error", problem.name, problem.message, text)
            self._suites.append(_Suite(name, name.replace(".", "_"), started.started, 0, [case]))
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f"<testsuites{self._attribute('name', name)}{_counts(self._suites)}"
        yield f' time="{summary.completed - summary.started:.3f}">\n'
        used: Counter[tuple[str, str]] = Counter()
        for suite in self._suites:
            yield from self._element(suite, used)
        yield "</testsuites>\n"

    def _element(self, suite: _Suite, used: Counter[tuple[str, str]]) -> Iterator[str]:
        moment = datetime.fromtimestamp(suite.started, UTC)
        yield f'  <testsuite{self._attribute("name", suite.name)} timestamp="{moment:%Y-%m-%dT%H:%M:%S}"'
        yield f'{_counts([suite])} time="{suite.seconds:.3f}">\n'
        # How long one check took nobody knows; the item's time is shared out, so that the times add up.
        share = suite.seconds / len(suite.cases)
        for case in suite.cases:
            used[suite.class_name, case.name] += 1
            again = used[suite.class_name, case.name]
            name = f"{case.name} ({again})" if again > 1 else case.name
            yield f"    <testcase{self._attribute('name', name)}{self._attribute('classname', suite.class_name)}"
            yield f' time="{share:.3f}"{self._content(case)}\n'
        if suite.output:
            yield f"    <system-out>{self._text(chr(10).join(suite.output))}</system-out>\n"
        yield "  </testsuite>\n"

    def _content(self, case: _Case) -> str:
        if not case.outcome:
            return "/>"
        attributes = self._attribute("message", case.message)
        if case.type:
            attributes = self._attribute("type", case.type) + attributes
        text = f">{self._text(case.text)}</{case.outcome}>" if case.text else "/>"
        return f"><{case.outcome}{attributes}{text}</testcase>"

    # Once more through the mask, which may have learnt secrets since.

    def _attribute(self, name: str, value: str) -> str:
        return f" {name}={quoteattr(_xml(line(self._mask.text(value))))}"

    def _text(self, text: str) -> str:
        return escape(_xml(self._mask.text(text)))


def _drift_suite(drift: Drift, compared_at: float) -> _Suite:
    """A test case for each change."""
    cases = [_drift_case(change, fails(change.finding.level, drift.fail_on)) for change in drift.changes]
    cases = cases or [_Case(f"no drift against {drift.against}")]
    return _Suite("drift", "drift", compared_at, 0.0, cases, list(_DRIFT_LINES.sum(drift)))


def _drift_case(change: Change, failing: bool) -> _Case:
    finding = change.finding
    name = f"{request_of(finding)} {place_of(finding)}: {kind_of(finding)}"
    message = f"{finding.level}: was {finding.old}, now {now_of(finding)}"
    if not failing:
        return _Case(name, "skipped", message=message)
    return _Case(name, "failure", f"{finding.level} {finding.kind}", message, "\n".join(_DRIFT_LINES.alone(change)))


def _counts(suites: list[_Suite]) -> str:
    numbers = {
        "tests": sum(len(suite.cases) for suite in suites),
        "failures": sum(suite.number("failure") for suite in suites),
        "errors": sum(suite.number("error") for suite in suites),
        "skipped": sum(suite.number("skipped") for suite in suites),
    }
    return "".join(f' {name}="{number}"' for name, number in numbers.items())


def _xml(text: str) -> str:
    """The text with what XML cannot hold spelt out."""
    return _NO_XML.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
