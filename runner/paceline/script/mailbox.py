"""The memory through which Python and the sandbox's host exchange letters. Its layout is the one of host.js."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Sequence
from typing import Any, Final

from paceline.script import whole_json

INBOX_UNITS: Final = 1 << 18
OUTBOX_UNITS: Final = 1 << 18
KEY_BYTES: Final = 32
_HEADER: Final = 64
_INBOX_AT: Final = _HEADER
_OUTBOX_AT: Final = _INBOX_AT + 2 * INBOX_UNITS
_KEY_AT: Final = _OUTBOX_AT + 2 * OUTBOX_UNITS
SIZE: Final = _KEY_AT + KEY_BYTES

_WORD: Final = struct.Struct("<i")
_UNITS_IN, _UNITS_OUT, _READ, _OVERFLOW, _BUSY, _TURN, _TIDIED, _ENDED = range(0, 32, _WORD.size)
_DUE: Final = struct.Struct("<d")
_DUE_AT: Final = 32

Letter = list[Any]


class Mailbox:
    """Python's side of the memory; several may look at the same one.

    Args:
        memory: `SIZE` bytes, at first all zero.
    """

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory

    def put_key(self, key: bytes) -> None:
        """The key of the scripts' random bytes, to be there before the sandbox boots."""
        self._memory[_KEY_AT:SIZE] = key

    def begin(self, letters: Sequence[Letter] = ()) -> str:
        """Begin a turn with these letters; what is too long for the inbox is returned as JSON text, for `turn_call`."""
        text = json.dumps(letters, separators=(",", ":")) if letters else ""  # ASCII: a character is a UTF-16 code unit
        fits = len(text) <= INBOX_UNITS
        if fits:
            self._memory[_INBOX_AT : _INBOX_AT + 2 * len(text)] = text.encode("utf-16-le")
        self._set(_UNITS_IN, len(text) if fits else 0)
        self._set(_TURN, (self._get(_TURN) + 1) % 2**31)
        return "" if fits else text

    def go_on(self) -> None:
        """After a turn, begin another one without letters; the outbox is not read in between."""
        self._set(_READ, 0)  # the turn that is over has moved what was not read to the front
        self.begin()

    def take(self) -> list[Letter]:
        """Read the outbox. Only words that Python alone writes are written here: promise jobs may still be running."""
        units = self._get(_UNITS_OUT)
        letters = self._letters(0, units)
        self._set(_READ, units)
        return letters

    def last_words(self) -> list[Letter]:
        """What is in the outbox and was not read when the sandbox was stopped in the middle of a turn."""
        tidied = self._get(_TURN) == self._get(_TIDIED)
        return self._letters(0 if tidied else self._get(_READ), self._get(_UNITS_OUT))

    def overflowed(self) -> bool:
        """Whether there are letters that did not fit into the outbox; they come after those in it."""
        return self._get(_OVERFLOW) > 0

    def idle(self) -> bool:
        """Whether the last turn found nothing to do, so that its word on timers is final."""
        return self._get(_BUSY) == 0

    def ended(self) -> bool:
        """Whether a script has ended in the last turn. Where it ends in a promise job, this may come a turn late."""
        return self._get(_ENDED) == self._get(_TURN)

    def next_timer(self) -> float | None:
        """Seconds until the sandbox has something to do by itself; None when it waits for letters only."""
        (due,) = _DUE.unpack_from(self._memory, _DUE_AT)
        return None if due < 0 else max(0.0, float(due) / 1000 - time.time())

    def _get(self, at: int) -> int:
        (value,) = _WORD.unpack_from(self._memory, at)
        return int(value)

    def _set(self, at: int, value: int) -> None:
        _WORD.pack_into(self._memory, at, value)

    def _letters(self, start: int, end: int) -> list[Letter]:
        """The letters in this part of the outbox, in units; each ends in a zero unit."""
        said = bytes(self._memory[_OUTBOX_AT + 2 * start : _OUTBOX_AT + 2 * end]).decode("utf-16-le", "replace")
        return [whole_json.loads(text) for text in said.split("\0")[:-1]]


def turn_call(text: str = "") -> str:
    """The JavaScript of a turn: it delivers what is in the inbox, or else this text, or else fires what is due."""
    return f"paceline.turn({json.dumps(text)})" if text else "paceline.turn()"


def letters_of(rest: str) -> list[Letter]:
    """The letters of `paceline.rest()`: a JSON list of JSON texts."""
    return [whole_json.loads(text) for text in json.loads(rest)]
