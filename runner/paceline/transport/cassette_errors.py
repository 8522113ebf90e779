"""What can be wrong between a request and its recording, with the command that repairs it.

RequestError
└── CassetteError                  code `ECASSETTE`
    ├── NoRecordingError           nothing was recorded for this request
    ├── RecordingMismatchError     something was, for another request than the one that is sent now
    ├── UnplayedRecordingsError    recordings were left over at the end of the run
    └── SecretInCassetteError      what is to be stored still holds a secret
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from paceline.errors import FileError, FormatError, Location, RequestError
from paceline.model.exchange import HttpRequest, StepKey
from paceline.transport.addresses import without_user
from paceline.transport.cassette import Cassette, Recording

CODE: Final = "ECASSETTE"
_MOST_SHOWN: Final = 20


class CassetteError(RequestError):
    """A request and its recording do not come together; `code` is `ECASSETTE`."""

    def __init__(self, what: str, where: Location | None = None, fix: str = "", code: str = CODE) -> None:
        super().__init__(what, where, fix, code)


class NoRecordingError(CassetteError):
    """Nothing was recorded for this request."""


class RecordingMismatchError(CassetteError):
    """What was recorded answers another request than the one that is sent now.

    Attributes:
        differences: from the nearest recording; what is secret in them is hidden.
    """

    differences: tuple[Difference, ...] = ()


class UnplayedRecordingsError(CassetteError):
    """Recordings were left over at the end of the run."""


class SecretInCassetteError(CassetteError):
    """What is to be stored still holds a secret, so it is not stored."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which a request is not what was recorded.

    Attributes:
        field: `method`, `host`, `path`, `query page`, `header Accept`, `body /user/name` (JSON Pointer), ...
        recorded, now: what stands there, shortened; None where the field is missing.
    """

    field: str
    recorded: str | None
    now: str | None

    def __str__(self) -> str:
        if self.recorded is None:
            return f"{self.field}: not recorded, now {self.now}"
        return f"{self.field}: recorded {self.recorded}, now {'missing' if self.now is None else self.now}"


@dataclass(frozen=True, slots=True)
class Unplayed:
    """A recording that no request of the run asked for.

    Attributes:
        at: file and place in it.
        is_stray: its step has another file, so that nothing can ever ask for this one.
    """

    at: Location
    collection: str
    path: tuple[str, ...]
    occurrence: int
    call: int
    method: str
    url: str
    is_stray: bool = False

    def __str__(self) -> str:
        step = StepKey(self.collection, self.path, self.occurrence, self.call)
        return f"{title(step)}: {self.method} {self.url} ({self.at})"


def title(step: StepKey) -> str:
    """How a step is named in messages.

    >>> title(StepKey("users", ("Me", "Overview"), occurrence=1, call=2))
    'users / Me / Overview, 2nd time, further request 2'
    """
    name = " / ".join((step.collection, *step.path))
    if step.occurrence:
        name += f", {_ordinal(step.occurrence + 1)} time"
    return f"{name}, further request {step.call}" if step.call else name


def repair(command: str, mode: str, *steps: tuple[str, Sequence[str]]) -> str:
    """The command that records steps, each a collection and a path.

    >>> repair("paceline run", "new", ("users", ("Me", "User Overview")))
    "paceline run --record new --folder 'users/Me/User Overview'"
    """
    folders = (f"--folder {shlex.quote('/'.join((collection, *path)))}" for collection, path in steps)
    return " ".join((command, "--record", mode, *folders))


def no_recording(
    request: HttpRequest, step: StepKey, cassette: Cassette | None, file: str, command: str, similar: str = ""
) -> NoRecordingError:
    """The failure of a request for which there is nothing.

    Args:
        cassette: what the file holds; None when there is no file.
        similar: name of a request that is not in the run's collection any more but has a recording.
    """
    what = f"{title(step)}: there is no recording of {request.method} {without_user(request.url)}"
    if cassette is not None:
        what += f" among the {len(cassette.recordings)} of this step"
        if any((one.occurrence, one.call) == (step.occurrence, step.call) for one in cassette.recordings):
            what += ": the one that was made has been played already"
    fix = repair(command, "new", (step.collection, step.path))
    if similar:
        fix += f" (there is a recording of {similar!r}: if that is its former name, delete the file)"
    return NoRecordingError(what, Location(file), fix)


def mismatch(
    step: StepKey,
    cassette: Cassette,
    nearest: Recording,
    differences: Sequence[Difference],
    at: Location,
    command: str,
) -> RecordingMismatchError:
    """The failure of a request that is no longer what was recorded."""
    shown = [f"    {difference}" for difference in differences[:_MOST_SHOWN]]
    if len(differences) > _MOST_SHOWN:
        shown.append(f"    and {len(differences) - _MOST_SHOWN} more")
    recorded = nearest.request
    made = f"made {nearest.recorded_at or cassette.recorded_at} against {cassette.described_target}"
    lines = [
        f"{title(step)}: the request is no longer the one that was recorded",
        f"    nearest recording: {recorded.method} {without_user(recorded.url)}, {made}",
        *shown,
    ]
    fix = f"if the change is meant: {repair(command, 'rewrite', (step.collection, step.path))}"
    error = RecordingMismatchError("\n".join(lines), at, fix)
    error.differences = tuple(differences)
    return error


def unplayed_error(
    left: Sequence[Unplayed], command: str, there: Collection[tuple[str, tuple[str, ...]]] | None = None
) -> UnplayedRecordingsError | None:
    """The failure of a run that left recordings unplayed; None when it left none.

    Args:
        there: the steps of the run's collections: the file of any other is to be deleted. None means all.
    """
    if not left:
        return None
    number = "one recording was" if len(left) == 1 else f"{len(left)} recordings were"
    lines = [f"{number} not played", *(f"    {one}" for one in left[:_MOST_SHOWN])]
    if len(left) > _MOST_SHOWN:
        lines.append(f"    and {len(left) - _MOST_SHOWN} more")
    steps = dict.fromkeys((one.collection, one.path) for one in left if not one.is_stray)
    kept = [step for step in steps if there is None or step in there]
    gone = dict.fromkeys(one.at.file for one in left if one.is_stray or (one.collection, one.path) not in kept)
    commands = [f"rm {shlex.join(gone)}"] if gone else []
    commands += [repair(command, "rewrite", *kept)] if kept else []
    return UnplayedRecordingsError("\n".join(lines), left[0].at, " && ".join(commands))


def repairable(
    error: FileError | FormatError, command: str, *steps: tuple[str, Sequence[str]]
) -> FileError | FormatError:
    """The failure of a file that is no cassette, with the command that records its steps again.

    Args:
        steps: of the file; when none is known, whatever lacks a recording is recorded.
    """
    if error.where is None:
        return error
    fix = f"rm {shlex.quote(error.where.file)} && {repair(command, 'new', *steps)}"
    return type(error)(error.what, error.where, fix)


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
