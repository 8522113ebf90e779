"""The event log: a run as it goes on, one event a line, from which every report can be made again.

The format is told in docs/event-log.md.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from paceline.engine.events import (
    AssertionChecked,
    CallFinished,
    ConsoleLogged,
    Event,
    ItemFinished,
    ItemStarted,
    RunFinished,
    RunStarted,
)
from paceline.errors import FileError, FormatError, Location, PacelineError
from paceline.report.cut_short import SoFar
from paceline.report.event_json import EventReader, EventWriter
from paceline.report.files import report_path, require_writable, writing
from paceline.report.masking import Mask
from paceline.report.reporter import Reporter
from paceline.report.sdk_json import encoded

FORMAT: Final = "paceline events"

#: Grows when older readers would misread the log; a new field or a new kind of event is no reason.
VERSION: Final = 1

_PRIVATE: Final = 0o600

#: What some readers take for the end of a line, and half of a surrogate pair, which UTF-8 cannot hold.
_UNSAFE: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


# --- Writing ---


class JsonlReport:
    """Writes each event to disk when it happens, so that a run that is killed leaves behind what ran.

    Nothing is kept in memory but the events of the item under way. A new file may be read by its owner only: a secret
    that is learnt after it was written is masked when its item ends, or else when the run ends, and a run that is
    killed before leaves it there.

    Args:
        path: file or folder; None for `paceline/paceline-run-<time>.jsonl`.
        mask: shared by all reports of the run.

    Raises:
        FileError: nothing can be written there.
    """

    def __init__(self, path: str | Path | None, mask: Mask) -> None:
        require_writable(path)
        self.written: Path | None = None
        self._given = path
        self._mask = mask
        self._writer = EventWriter(mask)
        self._log: _LogFile | None = None
        self._learnt = 0
        self._told: list[Event] = []
        self._told_from = 0
        self._told_learnt = 0

    def handle(self, event: Event) -> None:
        """Write the next event.

        Raises:
            FileError: it cannot be written.
        """
        self._mask.observe(event)
        try:
            if isinstance(event, RunStarted):
                self._log = _LogFile(report_path(self._given, "jsonl", event.started))
                self.written = self._log.path
                self._log.write(_header())
                self._learnt = self._mask.learnt
            if self._log is not None:
                self._take(event, self._log)
        except OSError as error:
            place = self._given
            if self._log is not None:
                place = self._log.path
                self._log.close()
            fix = "name another place, or make room there"
            raise FileError(f"the log cannot be written ({error})", Location(str(place)), fix) from error

    def _take(self, event: Event, log: _LogFile) -> None:
        if isinstance(event, ItemFinished):
            self._mask_item(log)
        elif isinstance(event, RunFinished) and log.regular and self._learnt != self._mask.learnt:
            _mask_again(log, self._mask)
        log.write(self._writer.data(event))
        if isinstance(event, ItemStarted):
            self._told.clear()
            self._told_from, self._told_learnt = log.end, self._mask.learnt
        elif isinstance(event, ConsoleLogged | AssertionChecked | CallFinished):
            self._told.append(event)
        elif isinstance(event, RunFinished):
            log.close()

    def _mask_item(self, log: _LogFile) -> None:
        """Write once more what an item told while it ran, without the secrets that only its response brought."""
        if self._told and log.regular and self._told_learnt != self._mask.learnt:
            log.cut(self._told_from)
            for event in self._told:
                log.write(self._writer.data(event))
        self._told.clear()


class _LogFile:
    """The file under the writer's hands.

    Attributes:
        regular: it can be read again and replaced, unlike a pipe.
        end: its length in bytes.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        # Without a buffer, so that nothing is left to be written when the disk is full.
        self._file: BinaryIO = open(path, "wb", buffering=0, opener=_private)  # noqa: SIM115  it lives as long as we do
        self.regular = stat.S_ISREG(os.fstat(self._file.fileno()).st_mode)
        self.end = 0

    def write(self, data: dict[str, Any]) -> None:
        content = memoryview(_line(data).encode("utf-8"))
        while content:
            written = self._file.write(content)
            self.end += written
            content = content[written:]

    def cut(self, end: int) -> None:
        self._file.seek(end)
        self._file.truncate()
        self.end = end

    def replaced(self) -> None:
        """Another file has taken the place of this one: go on there."""
        self._file.close()
        self._file = self.path.open("ab", buffering=0)

    def close(self) -> None:
        self._file.close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _PRIVATE)


def _header() -> dict[str, Any]:
    from paceline import __version__

    return {"format": FORMAT, "version": VERSION, "paceline": __version__}


def _line(data: dict[str, Any]) -> str:
    """A line of JSON. What is not safe in a line can only stand in a text, so that an escape does for it."""
    return _UNSAFE.sub(lambda unsafe: f"\\u{ord(unsafe[0]):04x}", encoded(data)) + "\n"


def _mask_again(log: _LogFile, mask: Mask) -> None:
    """Hide what was learnt after it was written, in a new file that takes the place of the old one."""
    writer = EventWriter(mask)
    try:
        with writing(log.path) as file:
            file.write(_line(_header()))
            for _, event in _Log(log.path).events(EventReader()):
                file.write(_line(writer.data(event)))
    except PacelineError as error:
        what = f"the log may still tell secrets that came to light late: {error.what}"
        raise FileError(what, Location(str(log.path)), "delete it, or make room and run again") from error
    log.replaced()


# --- Reading ---


def read_events(path: str | Path) -> Generator[Event, None, None]:
    """The events of the run that a log tells of, as the run itself told them but for masked secrets.

    A log of a run that was killed ends without `RunFinished`, perhaps within a line. What is cut off is passed over,
    and the run is ended as an interrupted one: counts and failures are those of the items that finished, the exit code
    is 130, and environment and globals are those from the start, since nobody knows how the scripts left them.

    Raises:
        FileError: it cannot be read.
        FormatError: it is no event log, is of a newer format, tells of no run, or was damaged.
    """
    log, reader, so_far = _Log(Path(path)), EventReader(), SoFar()
    finished = None
    for number, event in log.events(reader):
        so_far.add(event, number)
        if isinstance(event, ItemFinished) and any(event.result.failures()):
            reader.failed[event.result.cursor.ref] = event.result
        if isinstance(event, RunFinished):
            finished = event  # told when it is known that nothing follows it
        else:
            yield event
    if finished is not None:
        yield finished
    elif so_far.started is not None:
        yield from so_far.ending(so_far.started)
    else:
        raise FormatError("this log tells of no run", Location(str(path)), "the run ended before it began: run again")


def rebuild(path: str | Path, reporters: Sequence[Reporter]) -> tuple[RunFinished, list[Exception]]:
    """Make reports of a run from its log.

    Returns:
        The last event, and why reports could not be written: one that fails does not cost the others.

    Raises:
        FileError: the log cannot be read.
        FormatError: it is no event log, or is damaged.
    """
    listening = list(reporters)
    errors: list[Exception] = []
    for event in read_events(path):
        for reporter in tuple(listening):
            try:
                reporter.handle(event)
            except (PacelineError, OSError) as error:
                listening.remove(reporter)
                errors.append(error)
        if isinstance(event, RunFinished):
            finished = event
    return finished, errors


@dataclass(frozen=True, slots=True)
class _Log:
    """A log that is read."""

    path: Path

    def events(self, reader: EventReader) -> Iterator[tuple[int, Event]]:
        """Every event with the number of its line."""
        ended = False
        for number, data in self._lines():
            if ended:
                raise self._damaged(number, "the run had ended in the line before")
            try:
                event = reader.event(data)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                raise self._damaged(number, _reason(error)) from error
            if event is not None:
                ended = isinstance(event, RunFinished)
                yield number, event

    def _lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The JSON of every line but the first, which is looked at."""
        at = Location(str(self.path))
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    data = self._parsed(number, line)
                    if data is None:
                        return
                    if number == 1:
                        self._require_ours(data)
                    else:
                        yield number, data
        except (OSError, ValueError) as error:
            raise FileError(f"the log cannot be read ({error})", at, "check the path") from error

    def _parsed(self, number: int, line: bytes) -> dict[str, Any] | None:
        """A line as JSON; None for a last one that is cut off, as a run leaves it that is killed while it writes."""
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not line.endswith(b"\n") and number > 1:
                return None
            data, reason = None, str(error)
        else:
            reason = "it is no JSON object"
        if isinstance(data, dict):
            return data
        if number == 1:
            raise self._not_ours()
        raise self._damaged(number, reason)

    def _require_ours(self, header: dict[str, Any]) -> None:
        if header.get("format") != FORMAT:
            raise self._not_ours()
        if header.get("version") != VERSION:
            what = f"this log was written by paceline {header.get('paceline')}, in a format that is not known here"
            raise FormatError(what, Location(str(self.path)), "read it with that version, or a newer one")

    def _not_ours(self) -> FormatError:
        return FormatError(
            "this is not an event log of paceline",
            Location(str(self.path)),
            "give a file that `paceline run -r jsonl` wrote",
        )

    def _damaged(self, number: int, reason: str) -> FormatError:
        fix = f"run again; or cut the file before line {number}, and get a report of what stands above"
        return FormatError(f"line {number} of the log is damaged: {reason}", Location(str(self.path)), fix)


def _reason(error: Exception) -> str:
    return f"there is no {error}" if isinstance(error, LookupError) else str(error)
