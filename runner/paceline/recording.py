"""Recording and replaying a whole run: from a folder of cassettes to a transport, and from its end to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paceline.engine.events import Event, ItemFinished, ItemStarted, RunFinished
from paceline.engine.options import RunOptions
from paceline.engine.relay import relayed
from paceline.engine.selection import Step, named_by, select
from paceline.engine.verdict import ExitCode, worst
from paceline.errors import PacelineError
from paceline.model.collection import Collection
from paceline.model.exchange import StepKey
from paceline.model.outcome import Problem
from paceline.model.suite import Suite
from paceline.model.variables import VariableSet
from paceline.report.secret_names import is_declared, is_secret_name
from paceline.resolve.template import text_of

if TYPE_CHECKING:
    from paceline.transport.base import Transport
    from paceline.transport.cassette import Cassette
    from paceline.transport.cookies import CookieJar
    from paceline.transport.recording import Mode, Saved, StepName


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
        variables: environment and globals at the start.
        suite: what changes state there, and its setup and teardown, are always sent where anything is: a recording
            neither opens a session nor takes back a change.
        options: of the run; with folders selected only those are recorded anew, and only their recordings must play.

    Raises:
        FileError: recordings cannot be written there.
        FormatError: as for `named_by`.
    """

    def __init__(
        self,
        cassettes: Cassettes,
        live: Callable[[], Transport],
        jar: CookieJar,
        variables: Iterable[VariableSet],
        collections: Sequence[Collection],
        suite: Suite,
        options: RunOptions,
    ) -> None:
        from paceline.transport.cassette_library import CassetteLibrary
        from paceline.transport.cassette_scrub import SecretScrubber
        from paceline.transport.recording import CassetteOptions, RecordingTransport

        self._cassettes = cassettes
        self._scrubber = SecretScrubber(is_secret_name)
        for one in (*variables, *(VariableSet("", collection.variables) for collection in collections)):
            self._learn(one)
        library = CassetteLibrary(cassettes.folder)
        if not cassettes.replaying:
            library.require_writable()
        selected = {_name(step) for collection in collections for step in select(collection, options.folders)}
        self._bails = options.bail
        whole = suite.cassettes is not None and not options.folders
        self._to_play = None if whole else [StepKey(*name) for name in selected]
        self._there = {_name(step) for collection in collections for step in select(collection)}
        self._needless: set[StepName] = set()
        self._silent: set[StepName] = set()
        self._begun: StepName | None = None
        self._unfinished: set[StepName] = set()
        self.transport = RecordingTransport(
            None if cassettes.replaying else live(),
            library,
            jar,
            self._scrubber,
            CassetteOptions(
                cassettes.mode,
                command=cassettes.command,
                anew=frozenset(selected) if options.folders else None,
                sent=_changing(suite, collections),
            ),
        )

    def _learn(self, variables: VariableSet) -> None:
        for one in variables.variables:
            self._learn_one(one.key, one.value, declared=is_declared(one.type))

    def _learn_one(self, name: str, value: Any, *, declared: bool = False) -> None:
        if isinstance(value, str | int | float) and not isinstance(value, bool) and (declared or is_secret_name(name)):
            self._scrubber.learn(name, text_of(value), declared=declared)

    def settling(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """The events of a run whose end answers for its recordings too; what is thrown in goes on to the run."""
        finished = yield from relayed(events, self.observe)
        try:
            settled = self.settled(finished)
        except KeyboardInterrupt:
            problem = Problem("Interrupted", "the run was interrupted while its recordings were stored")
            settled = replace(finished, problem=problem, exit_code=int(ExitCode.INTERRUPTED))
        yield settled

    def expect(self, steps: Sequence[StepKey]) -> None:
        """Only these steps were to be played."""
        self._to_play = list(steps)

    def observe(self, event: Event) -> None:
        """See which steps are broken off, which are not run at all, and what scripts set."""
        if isinstance(event, ItemStarted):
            self._break_off()
            self._begun = (event.collection.stem, (*(folder.name for folder in event.folders), event.item.name))
        elif isinstance(event, ItemFinished):
            result = event.result
            for write in result.writes:
                self._learn_one(write.name, write.value)
            if result.skipped is not None and self._begun is not None:
                by_script = any(run.skips_request for run in result.prerequests)
                (self._silent if by_script else self._needless).add(self._begun)
            self._begun = None

    def _break_off(self) -> None:
        if self._begun is not None:
            self._unfinished.add(self._begun)

    def settled(self, finished: RunFinished) -> RunFinished:
        """Store what was recorded, and let the run answer for its recordings too."""
        self._break_off()
        self._learn(finished.environment)
        self._learn(finished.globals)
        told = {id(result.error) for result, _ in finished.failures}
        errors: list[PacelineError] = [error for error in self.transport.failures if id(error) not in told]
        notes = [*finished.notes, *_played(self.transport.played())]
        try:
            if not self._cassettes.replaying:
                notes += self._saved(self.transport.save(self._unfinished, self._silent))
            if finished.problem is None and not (self._bails and finished.failures):
                left = self.transport.unplayed_error(self._to_play, self._needless, self._there)
                errors += [left] if left is not None else []
        except PacelineError as error:
            errors.append(error)
        if not errors:
            return replace(finished, notes=tuple(notes))
        problem = _problem(errors)
        if finished.problem is not None:
            notes.append(f"{problem.message}\n  fix: {problem.fix}")
            problem = finished.problem
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


def _name(step: Step) -> StepName:
    return step.collection.stem, step.path


def _changing(suite: Suite, collections: Sequence[Collection]) -> frozenset[StepName]:
    """The requests of a suite that change state, as a login does."""
    keys = {errand.key for errand in (*suite.setup, *suite.teardown)} | set(suite.mutations)
    keys |= {undo for undo in suite.mutations.values() if undo is not None}
    return frozenset(_name(step) for key, step in named_by(suite, collections).items() if key in keys)


def _problem(errors: Sequence[PacelineError]) -> Problem:
    first = errors[0]
    message = "\n".join(error.what if error.where is None else f"{error.what}\n  --> {error.where}" for error in errors)
    return Problem(type(first).__name__, message, fix=first.fix)
