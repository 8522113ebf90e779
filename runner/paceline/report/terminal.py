"""The report for people: what runs is told while it runs, what failed in full at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from paceline.drift.outcome import Drift
from paceline.engine.events import (
    Event,
    ItemFinished,
    ItemStarted,
    IterationStarted,
    RunFinished,
    RunStarted,
    Summary,
)
from paceline.model.collection import Collection, Folder
from paceline.model.contract import ContractVerdict
from paceline.model.outcome import Assertion, ConsoleMessage, Failure, ItemResult, Problem, ScriptCall
from paceline.report.drift_lines import DriftLines
from paceline.report.drift_masking import masked_drift
from paceline.report.excerpt import console_text
from paceline.report.exchange_lines import ExchangeLines
from paceline.report.failure_lines import failure_lines, failures_in_brief
from paceline.report.masking import Mask
from paceline.report.screen import count, cut, cut_painted, line, lines, width
from paceline.report.style import Style
from paceline.report.summary_lines import facts, summary_lines, verdict

_STEP: Final = "  "
_DEEPEST: Final = 8  # levels of folders that are indented; deeper ones stand below each other
_MOST_CONSOLE_LINES: Final = 50
_RULE: Final = 60
_USUAL: Final = 80
_NARROWEST: Final = 30


class TerminalReport:
    """Writes a run as a tree of collections, folders and requests, then the failures, then the sum of it all.

    An item is written when it has finished: only then are the secrets known that its response brought. Nothing is kept
    in memory, and characters that would do something to a terminal are spelt out.

    Args:
        stream: where to write. What it cannot encode is replaced.
        color: whether to use colours; without them there are no escape sequences at all.
        progress: whether the last line shows what is under way, rewritten in place: for terminals only.
        verbose: whether to show headers and bodies of every request.
        mask: shared by all reports of the run.
        brief: whether to leave out the tree and the table: for a run that is made to be compared, of which only what
            failed, each in two lines, and what changed are of interest.
    """

    def __init__(
        self, stream: TextIO, *, color: bool, progress: bool, verbose: bool, mask: Mask, brief: bool = False
    ) -> None:
        self.written: Path | None = None
        self._stream = stream
        self._style = Style.of(stream, color=color)
        self._progress = _Progress(self._style) if progress else None
        self._verbose = verbose
        self._brief = brief
        self._mask = mask
        self._is_terminal = stream.isatty()
        # None encodes everything: a stream in memory.
        self._encoding: str | None = getattr(stream, "encoding", None)
        self._iterations = 1
        self._collection: Collection | None = None
        self._folders: tuple[Folder, ...] = ()
        self._failures = 0
        self._handlers: dict[type, Callable[[Any], None]] = {
            RunStarted: self._start_run,
            IterationStarted: self._start_iteration,
            ItemStarted: self._start_item,
            ItemFinished: self._finish_item,
            RunFinished: self._finish_run,
        }

    def handle(self, event: Event) -> None:
        """Take the next event."""
        self._mask.observe(event)
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    # --- Events ---

    def _start_run(self, event: RunStarted) -> None:
        from paceline import __version__

        self._iterations = event.iterations
        if self._progress is not None:
            self._progress.total = event.item_count * event.iterations
        about = [f"paceline {__version__}", count(event.item_count, "request")]
        if event.iterations > 1:
            about.append(count(event.iterations, "iteration"))
        if event.environment.variables and event.environment.name:
            about.append(f"environment {self._text(event.environment.name)}")
        self._write([self._style.faint(f" {self._style.signs.dot} ".join(about))])

    def _start_iteration(self, event: IterationStarted) -> None:
        if self._iterations == 1 or self._brief:
            return
        self._collection = None
        title = f"Iteration {event.iteration + 1} of {self._iterations}"
        rule = self._style.signs.rule
        self._write(["", self._style.cyan(f"{rule * 2} {title} {rule * max(0, _RULE - len(title) - 4)}")])

    def _start_item(self, event: ItemStarted) -> None:
        if self._progress is not None:
            path = (event.collection.name, *(folder.name for folder in event.folders), event.item.name)
            name = f" {self._style.signs.step} ".join(map(self._text, path))
            # What is cleared later must be as wide as what is shown, so it is made encodable before it is measured.
            self._stream.write(self._progress.show(self._encodable(name), self._columns()))
            self._stream.flush()

    def _finish_item(self, event: ItemFinished) -> None:
        result = event.result
        if self._brief:
            self._failures += sum(1 for _ in result.failures())
            rows = []
        else:
            rows = list(self._headings(result))
            indent = _STEP * (1 + min(len(result.folders), _DEEPEST))
            rows += self._item(result, indent, ExchangeLines(self._style, self._mask, self._columns()))
        if self._progress is not None:
            self._progress.done += 1
            self._progress.failures = self._failures
        if rows:
            self._write(rows)

    def _finish_run(self, event: RunFinished) -> None:
        rows: list[str] = []
        if event.failures:
            exchanges = ExchangeLines(self._style, self._mask, self._columns())
            rows += ["", self._style.bold(self._style.red("Failures")), ""]
            told = failures_in_brief if self._brief else failure_lines
            rows += told(event.failures, exchanges)
        rows += self._drift(event.drift, event.summary)
        if event.problem is not None:
            rows += [self._style.red(each) for each in lines(self._mask.text(event.problem.message))]
            if event.problem.fix:
                rows.append(f"fix: {self._text(event.problem.fix)}")
        rows += [self._text(note) for note in event.notes]
        rows.append(verdict(event, self._style))
        self._write(rows)

    def _drift(self, drift: Drift | None, summary: Summary) -> Iterator[str]:
        """What changed, and the sum of it all."""
        told = None if drift is None else masked_drift(drift, self._mask)
        writer = DriftLines(self._style, self._columns())
        if told is not None and told.changes:
            yield from ("", self._style.bold("Drift"), "")
            yield from writer.all(told)
        if self._brief:
            yield from ("", f" {self._style.signs.dot} ".join(facts(summary)))
        else:
            yield from ("", *summary_lines(summary, self._style))
        yield from () if told is None else writer.sum(told)
        yield ""

    # --- One item ---

    def _headings(self, result: ItemResult) -> Iterator[str]:
        """Names of the collection and the folders that were not open yet."""
        folders, open_ = result.folders, self._folders
        if result.collection is not self._collection:
            self._collection, open_ = result.collection, ()
            yield ""
            yield self._style.bold(self._text(result.collection.name))
        elif folders is open_:
            return
        same = 0
        while same < min(len(folders), len(open_)) and folders[same] is open_[same]:
            same += 1
        for depth in range(same, len(folders)):
            yield f"{_STEP * (1 + min(depth, _DEEPEST))}{self._style.bold(self._text(folders[depth].name))}"
        self._folders = folders

    def _item(self, result: ItemResult, indent: str, exchanges: ExchangeLines) -> Iterator[str]:
        """What was sent, then what scripts sent and wrote, then what they checked."""
        failures = list(enumerate(result.failures(), self._failures + 1))
        self._failures += len(failures)
        yield self._fit(f"{indent}{self._style.signs.item} {self._text(result.item.name)}", exchanges.columns)
        indent += _STEP
        yield from self._request(result, indent, exchanges)
        for number, failure in failures:
            if failure.kind in {"request", "unresolved", "contract"}:
                reason = self._text(_reason(result, failure))
                yield self._fit(f"{indent}{self._style.red(f'{number}. {reason}')}", exchanges.columns)
        if result.contract is not None:
            yield from self._contract(result.contract, len(result.pages), indent, exchanges.columns)
        for call in result.calls:
            yield from self._call(call, indent, exchanges)
        for message in result.console:
            yield from self._console(message, indent)
        for run in (*result.prerequests, *result.tests):
            for assertion in run.assertions:
                if assertion.problem is None:
                    yield self._fit(f"{indent}{self._passed(assertion)}", exchanges.columns)
                else:
                    yield from self._failed(*_taken(failures, assertion.problem), indent, exchanges.columns)
            if run.problem is not None:
                yield from self._failed(*_taken(failures, run.problem), indent, exchanges.columns)
        if result.flow_problem is not None:
            yield from self._failed(*_taken(failures, result.flow_problem), indent, exchanges.columns)

    def _request(self, result: ItemResult, indent: str, exchanges: ExchangeLines) -> Iterator[str]:
        if result.skipped is not None:
            yield f"{indent}{self._style.yellow('skipped:')} {self._text(result.skipped)}"
        elif result.trip is not None:
            yield from exchanges.trip(result.trip, indent)
            if self._verbose:
                yield from exchanges.in_full(result.trip, indent)
        else:
            yield exchanges.unanswered(result, indent)
            if self._verbose and result.outgoing is not None:
                yield from exchanges.request_in_full(result.outgoing, indent)

    def _contract(self, verdict: ContractVerdict, pages: int, indent: str, columns: int | None) -> Iterator[str]:
        """That it was kept, and what the answer has that no schema knows; breaches stand among the failures.

        Args:
            pages: further ones that the walk through the list looked at.
        """
        if verdict.checked and verdict.kept:
            walked = f" over {pages + 1} pages" if pages else ""
            kept = f"keeps its contract ({', '.join(verdict.checked)}{walked})"
            yield self._fit(f"{indent}{self._style.green(self._style.signs.passed)} {self._style.faint(kept)}", columns)
        if verdict.unknown:
            names = self._text(", ".join(field.pointer for field in verdict.unknown))
            yield self._fit(f"{indent}{self._style.yellow('unknown to the schema:')} {names}", columns)

    def _passed(self, assertion: Assertion) -> str:
        name = self._style.faint(self._text(assertion.name))
        if assertion.skipped:
            return f"{self._style.yellow('-')} {name} {self._style.yellow('(skipped)')}"
        return f"{self._style.green(self._style.signs.passed)} {name}"

    def _failed(self, number: int, failure: Failure, indent: str, columns: int | None) -> Iterator[str]:
        """What failed under the number that it has in the list at the end, with the first line of the reason."""
        lead, problem = f"{number}. ", failure.problem
        reason = problem.message.partition("\n")[0]
        if failure.assertion is None:
            text = self._text(f"{failure.at}: {problem.name}: {reason}")
            yield self._fit(f"{indent}{self._style.red(lead + text)}", columns)
        else:
            yield self._fit(f"{indent}{self._style.red(lead + self._text(failure.assertion))}", columns)
            yield self._fit(f"{indent}{' ' * len(lead)}{self._text(reason)}", columns)

    def _call(self, call: ScriptCall, indent: str, exchanges: ExchangeLines) -> Iterator[str]:
        inner = f"{indent}{self._style.faint('script')} "
        if call.trip is None:
            yield exchanges.unsent(call.request, "no response", inner)
            if call.problem is not None:
                yield self._fit(f"{indent}{self._style.red(self._text(call.problem.message))}", exchanges.columns)
            return
        yield from exchanges.trip(call.trip, inner)
        if self._verbose:
            yield from exchanges.in_full(call.trip, indent)

    def _console(self, message: ConsoleMessage, indent: str) -> Iterator[str]:
        style = self._style
        paint = {"warn": style.yellow, "error": style.red}.get(message.level, style.faint)
        rows = lines(self._mask.text(console_text(self._mask.data(message.values))))
        shown = rows[:_MOST_CONSOLE_LINES]
        if len(rows) > len(shown):
            shown.append(f"{style.signs.ellipsis} {len(rows) - len(shown):,} more lines")
        word = f"{message.level} " if message.level in {"warn", "error"} else ""
        for row in shown:
            yield f"{indent}{style.faint(style.signs.bar)} {paint(f'{word}{row}')}"

    # --- Writing ---

    def _text(self, text: str) -> str:
        """A name or message on one line, fit to be shown."""
        return line(self._mask.text(text))

    def _columns(self) -> int | None:
        """Width of the terminal; None when there is none, and so nothing to be cut."""
        if not self._is_terminal:
            return None
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns or _USUAL  # 0: the terminal does not know
            return max(_NARROWEST, columns)
        except (OSError, ValueError):
            return None

    def _fit(self, row: str, columns: int | None) -> str:
        """A row that is cut where the terminal would break it."""
        if columns is None or len(row) <= columns:
            return row
        return cut_painted(row, columns, self._style.signs.ellipsis)

    def _write(self, rows: list[str]) -> None:
        text = "\n".join(rows) + "\n"
        if self._progress is not None:
            text = self._progress.cleared() + text
        self._stream.write(self._encodable(text))
        self._stream.flush()

    def _encodable(self, text: str) -> str:
        """The text with what the stream cannot encode spelt out."""
        if text.isascii() or self._encoding is None:
            return text
        return text.encode(self._encoding, "backslashreplace").decode(self._encoding)


def _taken(failures: list[tuple[int, Failure]], problem: Problem) -> tuple[int, Failure]:
    """The failure that this problem made, taken out of the list."""
    return failures.pop(next(at for at, (_, failure) in enumerate(failures) if failure.problem is problem))


def _reason(result: ItemResult, failure: Failure) -> str:
    """Why a request failed, without the request, which stands in the line above."""
    request = result.outgoing
    message = failure.problem.message.partition("\n")[0]
    return message if request is None else message.removeprefix(f"{request.method} {request.url}: ")


class _Progress:
    """The line that says what is under way. It is cleared before anything else is written."""

    def __init__(self, style: Style) -> None:
        self.total = 0
        self.done = 0
        self.failures = 0
        self._style = style
        self._turns = 0
        self._shown = 0

    def show(self, name: str, columns: int | None) -> str:
        """What to write to show it in place of the one before."""
        signs = self._style.signs
        spinner = signs.spinner[self._turns % len(signs.spinner)]
        self._turns += 1
        failed = f", {count(self.failures, 'failure')}" if self.failures else ""
        text = cut(f"{spinner} {self.done}/{self.total}{failed}  {name}", (columns or 80) - 1, signs.ellipsis)
        cleared, self._shown = self.cleared(), width(text)
        return cleared + (self._style.red(text) if self.failures else self._style.cyan(text))

    def cleared(self) -> str:
        """What to write to make it disappear: blanks, since not every terminal has colours or more."""
        blank = f"\r{' ' * self._shown}\r" if self._shown else ""
        self._shown = 0
        return blank
