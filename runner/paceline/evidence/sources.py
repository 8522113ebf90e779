"""What a command line names as evidence: cassettes, an event log, a collection, a lock, or a revision of the lock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from paceline.drift.facts import Lock, Observation
from paceline.drift.learning import from_cassette, learn, observed
from paceline.drift.lock import parse_lock_text
from paceline.engine.events import ItemFinished, RunStarted
from paceline.errors import FileError, FormatError, Location, UsageError
from paceline.evidence.git import file_at, is_revision
from paceline.evidence.results import observation_of
from paceline.evidence.saved import examples_of
from paceline.formats.collection import load_collection
from paceline.formats.files import read_bytes
from paceline.formats.v3_folder import is_collection
from paceline.report.event_log import FORMAT, read_events
from paceline.transport.cassette import Cassette
from paceline.transport.cassette_library import CassetteLibrary

Kind = Literal["cassettes", "log", "collection", "lock", "revision"]

_KINDS: Final = (
    "a folder of cassettes, an event log (RUN.jsonl), a collection with saved examples, a lock, or a git revision"
)


#: What no file is called: a revision, whether git is there to know it or not.
_REVISION: Final = re.compile(r"^(?:HEAD|[0-9a-f]{7,40})$|[~^@][0-9{}~^]*$")


@dataclass(frozen=True, slots=True)
class Source:
    """Evidence that was named.

    Attributes:
        told: what it is, for the reader: `64 cassettes in cassettes, recorded 2026-11-24 against …`.
        observations: its answers; none of a lock.
        lock: of a lock or a revision.
        notes: what else there is to say, a line each.
        emulator: some of its answers are an emulator's, not the service's own.
    """

    name: str
    kind: Kind
    told: str
    observations: tuple[Observation, ...] = ()
    lock: Lock | None = None
    notes: tuple[str, ...] = ()
    emulator: bool = False

    def learnt(self) -> Lock:
        """What is known from it alone, as a lock would tell."""
        return learn(Lock(), self.observations) if self.lock is None else self.lock

    def seen(self) -> Lock:
        """What is known from it alone, to be compared with a lock or accepted into one."""
        return observed(self.observations) if self.lock is None else self.lock


def read_source(name: str, lock: Path) -> Source:
    """Read what a command line names.

    Args:
        name: a path; or a git revision, `REV` or `REV:PATH`.
        lock: path of the lock that a revision without a path means.

    Raises:
        UsageError: it is neither.
        FileError, FormatError: it cannot be read, or is something else.
    """
    path = Path(name)
    if path.is_dir():
        return _collection(name, path) if is_collection(path) else _cassettes(name, path)
    if path.exists():
        return _file(name, path)
    revision, colon, inside = name.partition(":")
    if is_revision(revision, Path.cwd()) or (colon and inside) or _REVISION.search(name):
        return _revision(name, revision, Path(inside) if inside else lock)
    try:
        read_bytes(path)  # for its error, which knows what the name may have been meant for
    except FileError as error:
        fix = f"{error.fix}; give {_KINDS}" if error.fix != "check the path" else f"give {_KINDS}"
        raise UsageError(f"there is no file and no git revision {name!r}", fix=fix) from None
    raise AssertionError(name)


def answers_only(source: Source) -> tuple[Observation, ...]:
    """The answers of a source that has some.

    Raises:
        UsageError: it is a lock, which holds counts and no answers.
    """
    if source.lock is not None:
        what = f"{source.told} holds what was learnt, not answers that could be learnt from"
        raise UsageError(what, fix="name what it was learnt from: cassettes, an event log, a collection")
    return source.observations


# --- The kinds ---


def _file(name: str, path: Path) -> Source:
    content = read_bytes(path)
    start = content.lstrip()[:1]
    if start == b"{" and _is_log(content):
        return _log(name, path)
    if start == b"{" or path.suffix.lower() == ".json":
        return _collection(name, path)
    if b"\ninteractions:" in content:
        raise FormatError("this is a single cassette", Location(name), f"give its folder: {path.parent}")
    return Source(name, "lock", name, lock=parse_lock_text(content, Location(name)))


def _collection(name: str, path: Path) -> Source:
    collection = load_collection(path)
    observations, left_out = examples_of(collection)
    if not observations:
        what = "this collection has no saved examples" if not left_out else "none of its examples can be read"
        raise FormatError(what, Location(name), "save responses as examples in Postman, or record: --record once")
    notes = (f"left out {_count(left_out, 'example')} without status, or not the JSON they should be",)
    told = f"{_count(len(observations), 'saved example')} in {name}"
    return Source(name, "collection", told, tuple(observations), notes=notes if left_out else ())


def _is_log(content: bytes) -> bool:
    try:
        header: Any = json.loads(content.partition(b"\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and header.get("format") == FORMAT


def _log(name: str, path: Path) -> Source:
    started, found, failed = 0.0, [], set()
    for event in read_events(path):
        if isinstance(event, RunStarted):
            started = event.started
        elif isinstance(event, ItemFinished):
            observation = observation_of(event.result)
            if observation is not None:
                found.append(observation)
                if any(event.result.failures()):
                    failed.add(observation.key)
    when = datetime.fromtimestamp(started, UTC).strftime("%Y-%m-%d %H:%M UTC")
    told = f"the run of {when} in {name}, with {_count(len(found), 'answer')}"
    return Source(name, "log", told, tuple(found), notes=failed_note(failed))


def failed_note(keys: set[str]) -> tuple[str, ...]:
    """What to say of requests whose checks failed, though they were answered."""
    if not keys:
        return ()
    first = sorted(keys)[:3]
    more = f" and {len(keys) - len(first)} more" if len(keys) > len(first) else ""
    return (f"checks failed for {', '.join(first)}{more}: look twice at what was learnt from their answers",)


def _cassettes(name: str, folder: Path) -> Source:
    cassettes = list(_in_folder(folder))
    if not cassettes:
        fix = f"record into it: paceline run --record once --cassettes {name}"
        raise FileError("there are no cassettes in this folder", Location(name), fix)
    answers = tuple(each for cassette in cassettes for each in from_cassette(cassette))
    emulator = any(cassette.emulator for cassette in cassettes)
    told = f"{_count(len(cassettes), 'cassette')} in {name}{_from(cassettes)}"
    return Source(name, "cassettes", told, answers, emulator=emulator)


def _in_folder(folder: Path) -> Iterator[Cassette]:
    """Those of a whole suite, or of one collection when it is the folder of one."""
    cassettes = [cassette for _, cassette in CassetteLibrary(folder).cassettes()]
    if cassettes:
        return iter(cassettes)
    own = folder.absolute()
    return (cassette for file, cassette in CassetteLibrary(own.parent).cassettes() if file.parent == own)


def _from(cassettes: Sequence[Cassette]) -> str:
    days = sorted({cassette.recorded_at[:10] for cassette in cassettes})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f", recorded {when} against {', '.join(sorted({each.described_target for each in cassettes}))}"


def _revision(name: str, revision: str, path: Path) -> Source:
    content = file_at(revision, path)
    told = f"{path} at {revision}"
    return Source(name, "revision", told, lock=parse_lock_text(content, Location(f"{revision}:{path}")))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
