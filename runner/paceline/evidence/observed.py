"""What the last drift run saw, kept beside the suite so that it can be accepted without running again.

The file is a lock of that run alone. Other than `contract.lock` it still has values of texts that are no enum yet, so
it is for the eyes of its owner only, and nothing for git.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from paceline.drift.facts import Lock
from paceline.drift.lock import lock_body, parse_lock, quoted
from paceline.errors import FileError, FormatError, Location
from paceline.formats.files import write_text
from paceline.formats.private_folder import make_private
from paceline.formats.yaml_file import load_yaml

FILE: Final = "observed.lock"

_HEAD: Final = """\
# What the last run of `paceline drift` saw: `paceline contract accept` takes it from here. For your eyes only.
"""
_FIX: Final = "run `paceline drift` again"


@dataclass(frozen=True, slots=True)
class Meta:
    """Around what was seen.

    Attributes:
        at: when the run ended: unix seconds, kept to the second.
        against: the lock it was compared with, as a path for the reader.
        command: how it was run, without secrets.
    """

    at: float
    against: str = ""
    command: str = "paceline drift"


@dataclass(frozen=True, slots=True)
class Observed:
    """What a run saw."""

    lock: Lock
    meta: Meta


def save_observed(folder: Path, lock: Lock, meta: Meta) -> Path:
    """Write what a run saw, in place of what the run before saw; whole or not at all.

    Args:
        folder: as of `private_folder`; it is made.
        lock: of `drift.learning.observed`.

    Raises:
        FileError: it cannot be written.
    """
    try:
        make_private(folder)
    except OSError as error:
        raise FileError(f"this folder cannot be made ({error})", Location(str(folder)), "make room there") from None
    when = datetime.fromtimestamp(int(meta.at), UTC).isoformat()
    members = {"at": when, "against": meta.against, "command": meta.command}
    about = [f"  {name}: {quoted(text)}" for name, text in members.items()]
    path = folder / FILE
    write_text(path, _HEAD + "\n".join(["observed:", *about, *lock_body(lock)]) + "\n", private=True)
    return path


def read_observed(folder: Path) -> Observed:
    """Read what the last run saw.

    Raises:
        FileError: there is none, or it cannot be read.
        FormatError: it is not what `save_observed` writes.
    """
    path = folder / FILE
    at = Location(str(path))
    if not path.exists():
        what = "no drift run has left behind what it saw"
        raise FileError(what, at, "run `paceline drift` first, or name a recording or a log: --from SOURCE")
    data = load_yaml(path)
    about: Any = data.get("observed") if isinstance(data, dict) else None
    try:
        when = datetime.fromisoformat(about["at"]).timestamp()
        meta = Meta(when, str(about["against"]), str(about["command"]))
    except (TypeError, ValueError, LookupError):
        raise FormatError("this does not say which run it is of", at.child("observed"), _FIX) from None
    return Observed(parse_lock(data, at), meta)
