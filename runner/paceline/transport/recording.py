"""Recording what a run sends, and replaying what was recorded, one cassette for each request of a collection."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Literal

from paceline import __version__
from paceline.errors import FileError, FormatError, Location, PacelineError, nearest
from paceline.model.exchange import Exchange, HttpRequest, SendOptions, StepKey, Trip
from paceline.resolve.randomness import Randomness
from paceline.transport.addresses import without_user
from paceline.transport.base import Transport
from paceline.transport.cassette import Cassette, Recording
from paceline.transport.cassette_errors import (
    CassetteError,
    SecretInCassetteError,
    Unplayed,
    no_recording,
    repair,
    repairable,
    unplayed_error,
)
from paceline.transport.cassette_library import CassetteLibrary
from paceline.transport.cassette_match import origin_of
from paceline.transport.cassette_scrub import (
    Scrubber,
    leaks,
    learn_exchange,
    learn_request,
    scrubbed_exchange,
    scrubbed_request,
)
from paceline.transport.cassette_yaml import to_text
from paceline.transport.cookies import CookieJar
from paceline.transport.replaying import Tape, hides_an_answer, play

Mode = Literal["once", "new", "rewrite", "none"]
#: Stem of the collection, and the names of folders and item.
StepName = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CassetteOptions:
    """How to record and replay.

    Attributes:
        mode: `once` records steps that have no cassette and replays the others; `new` also adds what is missing in a
            cassette; `rewrite` records everything anew; `none` only replays and opens no socket.
        headers: names of headers to compare besides `Accept` and `Content-Type`.
        command: how the run was started, for the commands that repair a cassette.
        anew: the steps that `rewrite` records anew, for the others it is as `new`; None means all.
        sent: steps whose requests are sent wherever anything is, recorded or not.
    """

    mode: Mode = "none"
    headers: tuple[str, ...] = ()
    command: str = "paceline run"
    anew: frozenset[StepName] | None = None
    sent: frozenset[StepName] = frozenset()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A step whose recording was not stored, and why; what was stored of it before is as it was."""

    collection: str
    path: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of the recordings of a run.

    Attributes:
        written: files that are new or changed.
    """

    written: tuple[Path, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(slots=True)
class _Shelf:
    """What is known of one step.

    Attributes:
        tape: what its file holds; None when there is no file, or when it is recorded anew.
        taken: what was recorded in this run.
        broken: why that is not all there was to record.
        seed, started: for what its requests are made with; of the file, where it has one that is kept.
    """

    file: Path
    tape: Tape | None
    seed: str
    started: datetime
    base_url: str = ""
    emulator: bool = False
    taken: list[Recording] = field(default_factory=list)
    broken: str = ""


class RecordingTransport:
    """Records requests that are sent by another transport, or replays them. Safe to use from several threads.

    Nothing is stored before `save`: only then are all secrets of the run known. Where requests are sent at all (`once`
    and `new`), one whose recorded answer held a secret, such as a login, is sent as well, or the service would be
    shown a session that it never gave. So are those that `CassetteOptions.sent` names, or a change would be made, and
    a recording would stand for what takes it back. Their cassettes stay as they are.

    Args:
        inner: sends what is recorded; None only in mode `none`.
        jar: the jar of the run, which replayed cookies go into.
        clock: unix seconds.
    """

    def __init__(
        self,
        inner: Transport | None,
        library: CassetteLibrary,
        jar: CookieJar,
        scrubber: Scrubber,
        options: CassetteOptions,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._inner = inner
        self._library = library
        self._options = options
        self._jar = jar
        self._scrubber = scrubber
        self._clock = clock
        self._moment: float | None = None
        if inner is None:
            jar.clock = self._now  # cookies live as long in a replay as they lived when they were recorded
        self._shelves: dict[StepName, _Shelf] = {}
        self._failures: list[CassetteError] = []
        self._lock = RLock()

    @property
    def failures(self) -> tuple[CassetteError, ...]:
        """Every failure to find a recording, in order: a script may have swallowed the one of its own request."""
        return tuple(self._failures)

    def send(self, request: HttpRequest, options: SendOptions, step: StepKey | None = None) -> Trip:
        """Answer a request by its recording, or send it and keep what comes.

        Raises:
            CassetteError: there is no recording, or not of this request; code `ECASSETTE`.
            RequestError: it could not be sent, or the response did not arrive whole.
            FileError, FormatError: its cassette cannot be read.
        """
        if step is None:
            if self._inner is None:
                what = f"{request.method} {without_user(request.url)} belongs to no request of a collection"
                raise CassetteError(what, fix="it cannot be replayed: send it live")
            return self._inner.send(request, options)
        is_kept = True
        with self._lock:
            shelf = self._shelf(step)
            is_sent = self._inner is not None and (step.collection, step.path) in self._options.sent
            try:
                recording = self._recording_of(request, step, shelf)
            except CassetteError as error:
                self._failures.append(error)
                if not is_sent:
                    raise
                recording, is_kept = None, False
            if recording is not None and not is_sent and (self._inner is None or not hides_an_answer(recording)):
                assert shelf.tape is not None
                fix = repair(self._options.command, "rewrite", (step.collection, step.path))
                return play(recording, shelf.tape.cassette, request, options, self._jar, self._now, fix)
        assert self._inner is not None
        try:
            trip = self._inner.send(request, options, step)
        except BaseException as error:
            reason = error.what.splitlines()[0] if isinstance(error, PacelineError) else "it was interrupted"
            with self._lock:
                shelf.broken = shelf.broken or reason
            raise
        with self._lock:
            for hop in trip.hops:
                learn_exchange(hop, self._scrubber)
            if recording is None and is_kept:
                self._keep(trip, step, shelf)
        return trip

    def randomness(self, step: StepKey) -> Randomness:
        """What the requests of a step are to be made with, so that its replay makes the same ones.

        Its clock starts when the step was recorded, a second later for each time that it ran before.
        """
        with self._lock:
            shelf = self._shelf(step)
            if self._moment is None and shelf.tape is not None:
                self._moment = shelf.started.timestamp()
        return Randomness(f"{shelf.seed}/{step.occurrence}", shelf.started.timestamp() + step.occurrence)

    def played(self) -> list[Cassette]:
        """The cassettes of which something was played, by file."""
        tapes = (shelf.tape for shelf in self._shelves.values())
        return [tape.cassette for tape in sorted(filter(None, tapes), key=lambda tape: tape.file) if tape.played]

    def unplayed(self, steps: Iterable[StepKey] | None = None, but: Collection[StepName] = ()) -> list[Unplayed]:
        """The recordings that nothing asked for, by file.

        Args:
            steps: those selected to run; None means all, so that cassettes of requests that are no longer there are
                found as well.
            but: steps that were not to run after all.

        Raises:
            FileError, FormatError: a cassette cannot be read.
        """
        left: list[Unplayed] = []
        wanted = None if steps is None else {(step.collection, step.path) for step in steps}
        try:
            cassettes = list(self._library.cassettes())
        except (FileError, FormatError) as error:
            raise repairable(error, self._options.command) from None
        for file, cassette in cassettes:
            key = (cassette.collection, cassette.path)
            if key in but or (wanted is not None and key not in wanted):
                continue
            shelf = self._shelves.get(key)
            if shelf is None:
                left += Tape(file, cassette).unplayed()
            elif shelf.file != file:
                left += Tape(file, cassette).unplayed(is_stray=True)
            elif shelf.tape is not None:
                left += shelf.tape.unplayed()
        return left

    def unplayed_error(
        self,
        steps: Iterable[StepKey] | None = None,
        but: Collection[StepName] = (),
        there: Collection[StepName] | None = None,
    ) -> CassetteError | None:
        """The failure that `unplayed` is, or None; `there` as of `cassette_errors.unplayed_error`."""
        return unplayed_error(self.unplayed(steps, but), self._options.command, there)

    def save(self, unfinished: Collection[StepName] = (), silent: Collection[StepName] = ()) -> Saved:
        """Store what was recorded. A step that was not recorded whole leaves its cassette as it was.

        Args:
            unfinished: steps that were broken off, so that they may have had more to record.
            silent: steps that ran and had nothing to send: recorded anew, they have no cassette.

        Raises:
            SecretInCassetteError: something to be stored still holds a secret; nothing is stored then.
            FileError: a file cannot be written; those before it are stored.
        """
        with self._lock:
            texts: list[tuple[Path, str]] = []
            removed: list[Path] = []
            left_out: list[LeftOut] = []
            claimed: set[Path] = set()
            for (collection, path), shelf in sorted(self._shelves.items(), key=lambda entry: entry[0]):
                if (collection, path) in unfinished:
                    shelf.broken = shelf.broken or "it was interrupted"
                if shelf.broken:
                    left_out.append(LeftOut(collection, path, shelf.broken))
                elif shelf.taken:
                    shelf.file = self._library.free(shelf.file, path, claimed)
                    claimed.add(shelf.file)
                    texts.append((shelf.file, self._text(collection, path, shelf, shelf.file)))
                elif (collection, path) in silent and shelf.tape is None:
                    removed.append(shelf.file)
            written = tuple(file for file, text in texts if self._library.write(file, text))
            for file in removed:
                self._library.remove(file)
            return Saved(written, tuple(left_out))

    def close(self) -> None:
        """Give back the sockets."""
        if self._inner is not None:
            self._inner.close()

    def _now(self) -> float:
        """Unix seconds: in a replay it is always the time at which its first step was recorded."""
        return self._clock() if self._inner is not None or self._moment is None else self._moment

    # --- Finding ---

    def _shelf(self, step: StepKey) -> _Shelf:
        key = (step.collection, step.path)
        shelf = self._shelves.get(key)
        if shelf is None:
            try:
                file, cassette = self._library.find(*key)
            except (FileError, FormatError) as error:
                raise repairable(error, self._options.command, key) from None
            if cassette is None or self._is_anew(key):
                now = datetime.fromtimestamp(int(self._clock()), UTC)
                seed = secrets.token_hex(8) if cassette is None else cassette.seed
                shelf = _Shelf(file, None, seed, now)
            else:
                started = datetime.fromisoformat(cassette.recorded_at)
                shelf = _Shelf(file, Tape(file, cassette), cassette.seed, started, cassette.base_url)
            self._shelves[key] = shelf
        return shelf

    def _is_anew(self, key: StepName) -> bool:
        return self._options.mode == "rewrite" and (self._options.anew is None or key in self._options.anew)

    def _recording_of(self, request: HttpRequest, step: StepKey, shelf: _Shelf) -> Recording | None:
        """The recording to play; None when the request is to be sent and recorded."""
        cassette = None if shelf.tape is None else shelf.tape.cassette
        learn_request(request, self._scrubber)
        hidden = scrubbed_request(request, self._scrubber)
        if shelf.tape is not None:
            recording = shelf.tape.take(hidden, step, self._options.headers, self._options.command)
            if recording is not None:
                return recording
        if self._options.mode == "none" or (self._options.mode == "once" and cassette is not None):
            known = {} if cassette is not None else self._names(step)
            similar = known.get(nearest(step.path[-1], known) or "", "")
            raise no_recording(hidden, step, cassette, str(shelf.file), self._options.command, similar)
        return None

    def _names(self, step: StepKey) -> dict[str, str]:
        """Names of recorded requests of the same collection."""
        names = (one.path[-1] for _, one in self._library.cassettes() if one.collection == step.collection and one.path)
        return {name: name for name in names}

    # --- Keeping ---

    def _keep(self, trip: Trip, step: StepKey, shelf: _Shelf) -> None:
        hops = tuple(
            Exchange(hop.request, replace(hop.response, elapsed_ms=round(hop.response.elapsed_ms, 3)))
            for hop in trip.hops
        )
        recorded_at = _iso(datetime.fromtimestamp(int(self._clock()), UTC)) if shelf.tape is not None else None
        shelf.taken.append(Recording(step.occurrence, step.call, hops, recorded_at))
        server = trip.response.header("Server") or ""
        shelf.emulator = shelf.emulator or "emulator" in server.lower()  # it says so itself; see tests/emulator
        if not step.call or not shelf.base_url:
            shelf.base_url = origin_of(trip.request.url)

    def _text(self, collection: str, path: tuple[str, ...], shelf: _Shelf, file: Path) -> str:
        """The cassette as it is to be stored."""
        old = shelf.tape.cassette if shelf.tape is not None else None
        recordings = [
            replace(one, hops=tuple(scrubbed_exchange(hop, self._scrubber) for hop in one.hops)) for one in shelf.taken
        ]
        recordings = sorted((*(old.recordings if old else ()), *recordings), key=lambda one: (one.occurrence, one.call))
        cassette = Cassette(
            collection=collection,
            path=path,
            recorded_at=_iso(shelf.started),
            base_url=shelf.base_url,
            emulator=old.emulator if old else shelf.emulator,
            seed=shelf.seed,
            recorded_by=old.recorded_by if old else __version__,
            recordings=tuple(recordings),
        )
        self._refuse_secrets(cassette, file)
        return to_text(cassette)

    def _refuse_secrets(self, cassette: Cassette, file: Path) -> None:
        hops = [hop for recording in cassette.recordings for hop in recording.hops]
        for index, hop in enumerate(hops):
            for pointer in leaks(hop, self._scrubber):
                again = repair(self._options.command, "rewrite", (cassette.collection, cassette.path))
                raise SecretInCassetteError(
                    f"the recording of {cassette.path[-1]!r} would hold a secret of this run: nothing was saved",
                    Location(str(file), f"/interactions/{index}{pointer}"),
                    "give the variable that holds it the type `secret`, or the field a name that says so "
                    f"(`token`, `password`, ...), then: {again}",
                )


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
