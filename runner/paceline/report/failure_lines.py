"""What failed, in full: where, why, what was sent and received, and how to try it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from paceline.errors import Location
from paceline.model.collection import Script
from paceline.model.outcome import Failure, ItemResult
from paceline.report.curl import curl_command
from paceline.report.exchange_lines import ExchangeLines
from paceline.report.names import path_of
from paceline.report.screen import cut, line, lines

#: Characters of a response that are shown with what failed.
EXCERPT: Final = 800

_MARGIN: Final = "   "
_FRAMES: Final = 3
_MOST_MESSAGE_LINES: Final = 40
_LONGEST_CURL_BODY: Final = 2000
_LONGEST_SOURCE: Final = 100
_LINE: Final = re.compile(r"\bline (\d+)")

#: Failures of one execution stand together: they share request and response.
Failures = Sequence[tuple[ItemResult, Failure]]


def failure_lines(failures: Failures, exchanges: ExchangeLines) -> Iterator[str]:
    """The failures by the numbers that the tree gave them."""
    number = 1
    for _, group in groupby(failures, key=lambda pair: id(pair[0])):
        members = list(group)
        yield from _Block(members[0][0], exchanges).lines([failure for _, failure in members], number)
        number += len(members)


def failures_in_brief(failures: Failures, exchanges: ExchangeLines) -> Iterator[str]:
    """Each failure in two lines: of which request, and the beginning of the reason."""
    style, mask = exchanges.style, exchanges.mask
    for number, (result, failure) in enumerate(failures, 1):
        lead = f" {number}. "
        title = failure.at if failure.assertion is None else failure.assertion
        name = f" {style.signs.step} ".join(map(mask.text, path_of(result)))
        problem = failure.problem
        reason = mask.text(problem.message).partition("\n")[0] or problem.name
        yield f"{lead}{line(name)}: {style.red(line(mask.text(title)))}"
        yield f"{' ' * len(lead)}{line(reason)}"


def explanations(result: ItemResult, exchanges: ExchangeLines) -> Iterator[tuple[Failure, str]]:
    """Each failure of an execution with all that belongs to it, for a report in which it stands alone."""
    block = _Block(result, exchanges)
    common: list[str] = []
    for failure in result.failures():
        common = common or [*block.request(), *block.evidence()]
        rows = (*block.failure(failure, _MARGIN), *common)
        yield failure, "\n".join(row.removeprefix(_MARGIN) for row in rows)


@dataclass(frozen=True, slots=True)
class _Block:
    """The failures of one execution of one item."""

    result: ItemResult
    exchanges: ExchangeLines

    def lines(self, failures: Sequence[Failure], number: int) -> Iterator[str]:
        yield self._title()
        yield from self.request()
        for at, failure in enumerate(failures, number):
            yield from self.failure(failure, f"   {at}. ")
        yield from self.evidence()
        yield ""

    def _title(self) -> str:
        style, cursor = self.exchanges.style, self.result.cursor
        names = (line(self.exchanges.mask.text(name)) for name in path_of(self.result))
        iteration = f"  iteration {cursor.iteration + 1} of {cursor.cycles}" if cursor.cycles > 1 else ""
        return f" {style.bold(f' {style.signs.step} '.join(names))}{style.faint(iteration)}"

    def request(self) -> Iterator[str]:
        """What was sent, with the status of the answer."""
        if self.result.trip is not None:
            yield from self.exchanges.trip(self.result.trip, _MARGIN)
        elif self.result.skipped is None:
            yield self.exchanges.unanswered(self.result, _MARGIN)

    def failure(self, failure: Failure, lead: str) -> Iterator[str]:
        """What failed and why, where, and what to do about it."""
        style, mask = self.exchanges.style, self.exchanges.mask
        margin = " " * len(lead)
        title = failure.at if failure.assertion is None else failure.assertion
        yield f"{lead}{style.red(line(mask.text(title)))}"
        problem = failure.problem
        rows = lines(mask.text(f"{problem.name}: {problem.message}" if problem.message else problem.name))
        for row in rows[:_MOST_MESSAGE_LINES]:
            yield f"{margin}{row}"
        if len(rows) > _MOST_MESSAGE_LINES:
            yield f"{margin}{style.faint(f'{style.signs.ellipsis} {len(rows) - _MOST_MESSAGE_LINES:,} more lines')}"
        yield from self._origin(failure, margin)
        if problem.fix:
            first, *more = lines(mask.text(problem.fix))
            yield f"{margin}{style.cyan('fix:')} {first}"
            yield from (f"{margin}     {row}" for row in more)

    def evidence(self) -> Iterator[str]:
        """The response, and the command that asks for it again."""
        style, mask, trip = self.exchanges.style, self.exchanges.mask, self.result.trip
        if trip is not None and trip.response.body:
            response = mask.response(trip.response)
            mark = f"{_MARGIN}{style.faint(style.signs.bar)} "
            yield from self.exchanges.body(response.body, response.header("content-type"), EXCERPT, mark)
        request = trip.request if trip is not None else self.result.outgoing
        if request is not None:
            follow = trip is not None and len(trip.hops) > 1
            command = curl_command(mask.request(request), follow=follow, longest_body=_LONGEST_CURL_BODY)
            yield f"{_MARGIN}{style.faint(line(command))}"

    def _script_of(self, failure: Failure) -> Script | None:
        """The script in which it happened."""
        problem = failure.problem
        for run in (*self.result.prerequests, *self.result.tests):
            if run.problem is problem or any(assertion.problem is problem for assertion in run.assertions):
                return run.script
        return None

    def _origin(self, failure: Failure, margin: str) -> Iterator[str]:
        """The place at fault, and the lines of the script that led there, innermost first."""
        style, mask = self.exchanges.style, self.exchanges.mask
        error, script = self.result.error, self._script_of(failure)
        place = script.at if script is not None else None if error is None else error.where
        if place is not None and place != Location():
            yield f"{margin}{style.faint('-->')} {line(mask.text(str(place)))}"
        rows = script.source.splitlines() if script is not None else []
        numbers = dict.fromkeys(int(number) for number in _LINE.findall(failure.problem.stack))
        for number in [number for number in numbers if 0 < number <= len(rows)][:_FRAMES]:
            source = cut(line(mask.source(rows[number - 1].rstrip())), _LONGEST_SOURCE, style.signs.ellipsis)
            yield f"{margin}{style.faint(f'{number:>4} {style.signs.bar}')} {source}"
