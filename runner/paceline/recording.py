"""Recording and replaying a whole run: from a folder of cassettes to a transport, and from its end to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from paceline.engine.events import Event, RunFinished
from paceline.engine.selection import select
from paceline.engine.verdict import ExitCode, worst
from paceline.errors import PacelineError
from paceline.model.collection import Collection
from paceline.model.exchange import StepKey
from paceline.model.outcome import Problem
from paceline.model.variables import VariableSet
from paceline.report.secret_names import is_declared, is_secret_name
from paceline.transport.cassette import Cassette
from paceline.transport.cassette_library import CassetteLibrary
from paceline.transport.cassette_scrub import SecretScrubber
from paceline.transport.recording import CassetteOptions, Mode, RecordingTransport, Saved

if TYPE_CHECKING:
    from paceline.transport.base import Transport
    from paceline.transport.cookies import CookieJar


@dataclass(frozen=True, slots=True)
class Cassettes:
    """Where recordings are, and what to do with them.

    Attributes:
        folder: holds `<collection>/<folders and item>.yaml`.
        mode: see `paceline.transport.recording.CassetteOptions`; `none` only replays.
        command: how the run was started, for the commands that repair a cassette.
    """

    folder: Path
    mode: Mode = "none"
    command: str = "paceline run"

    @property
    def replaying(self) -> bool:
        """Whether nothing is sent at all."""
        return self.mode == "none"


class Tape:
    """The cassettes of one run.

    Args:
        live: makes what sends the requests; not called in a replay, which so opens no socket.
    """

    def __init__(
        self, cassettes: Cassettes, live: Callable[[], Transport], jar: CookieJar, variables: Iterable[VariableSet]
    ) -> None:
        self._cassettes = cassettes
        self._scrubber = SecretScrubber(is_secret_name)
        for one in variables:
            self._learn(one)
        self.transport = RecordingTransport(
            None if cassettes.replaying else live(),
            CassetteLibrary(cassettes.folder),
            jar,
            self._scrubber,
            CassetteOptions(cassettes.mode, command=cassettes.command),
        )

    def _learn(self, variables: VariableSet) -> None:
        for one in variables.variables:
            declared = is_declared(one.type)
            if isinstance(one.value, str) and (declared or is_secret_name(one.key)):
                self._scrubber.learn(one.key, one.value, declared=declared)

    def settling(
        self,
        events: Generator[Event, None, None],
        collections: Sequence[Collection],
        folders: Sequence[str],
        *,
        whole: bool,
    ) -> Generator[Event, None, None]:
        """The events of a run whose end answers for its recordings too; what is thrown in goes on to the run."""
        with closing(events):
            event = next(events)
            while not isinstance(event, RunFinished):
                try:
                    yield event
                except KeyboardInterrupt as interruption:
                    event = events.throw(interruption)
                else:
                    event = next(events)
        yield self.settle(event, collections, folders, whole=whole)

    def settle(
        self, finished: RunFinished, collections: Sequence[Collection], folders: Sequence[str], *, whole: bool
    ) -> RunFinished:
        """Store what was recorded, and let the run answer for its recordings too.

        Args:
            folders: those selected to run; empty means all.
            whole: whether the run was to play everything there is, so that what belongs to no request is told as well.
        """
        self._learn(finished.environment)
        self._learn(finished.globals)
        interrupted = finished.exit_code == ExitCode.INTERRUPTED
        told = {id(result.error) for result, _ in finished.failures}
        errors: list[PacelineError] = [error for error in self.transport.failures if id(error) not in told]
        notes = [*finished.notes, *_played(self.transport.played())]
        try:
            if not self._cassettes.replaying:
                notes += self._saved(self.transport.save(interrupted=interrupted))
            if finished.problem is None and not interrupted:
                left = self.transport.unplayed_error(None if whole else _steps(collections, folders))
                errors += [left] if left is not None else []
        except PacelineError as error:
            errors.append(error)
        if not errors:
            return replace(finished, notes=tuple(notes))
        problem = finished.problem or _problem(errors)
        code = worst({ExitCode(finished.exit_code), ExitCode.NOT_SENT})
        return replace(finished, notes=tuple(notes), problem=problem, exit_code=int(code))

    def _saved(self, saved: Saved) -> list[str]:
        notes = []
        if saved.written:
            count = len(saved.written)
            notes.append(f"recorded {count} cassette{'' if count == 1 else 's'} in {self._cassettes.folder}")
        notes += [f"not recorded: {one.collection}/{' / '.join(one.path)}: {one.reason}" for one in saved.left_out]
        return notes


def _played(cassettes: Sequence[Cassette]) -> list[str]:
    """From when and from where the answers came that were replayed."""
    if not cassettes:
        return []
    days = sorted({cassette.recorded_at[:10] for cassette in cassettes})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    targets = ", ".join(sorted({cassette.described_target for cassette in cassettes}))
    count = len(cassettes)
    return [f"replayed {count} cassette{'' if count == 1 else 's'}, recorded {when} against {targets}"]


def _steps(collections: Sequence[Collection], folders: Sequence[str]) -> list[StepKey]:
    """What could have been played."""
    steps = (step for collection in collections for step in select(collection, folders))
    return [StepKey(step.collection.stem, step.path) for step in steps]


def _problem(errors: Sequence[PacelineError]) -> Problem:
    first = errors[0]
    message = "\n".join(error.what if error.where is None else f"{error.what}\n  --> {error.where}" for error in errors)
    return Problem(type(first).__name__, message, fix=first.fix)
