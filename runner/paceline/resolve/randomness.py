"""Chance and the clock from a seed: what a recorded run drew by lot, its replay draws again.

The bytes come from SHA-256 over a counter and not from `random`, whose methods may draw differently in another version
of Python: a cassette is replayed for years.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from threading import Lock
from typing import Final, TypeVar

T = TypeVar("T")

_TICK: Final = 0.001


class Randomness:
    """An endless source of values that look random and are the same for the same seed. Safe to use from threads.

    Args:
        seed: any text; different texts give unrelated values.
        start: unix seconds, where its clock begins.

    >>> Randomness("7").uuid4() == Randomness("7").uuid4()
    True
    """

    def __init__(self, seed: str, start: float = 0.0) -> None:
        self.seed = seed
        self.start = start
        self._drawn = 0
        self._looks = 0
        self._lock = Lock()

    def bytes(self, count: int) -> bytes:
        """So many bytes."""
        with self._lock:
            first, blocks = self._drawn, -(-count // 32)
            self._drawn += blocks
        drawn = (hashlib.sha256(f"{self.seed}\n{number}".encode()).digest() for number in range(first, first + blocks))
        return b"".join(drawn)[:count]

    def below(self, limit: int) -> int:
        """A whole number from 0 up to `limit`, which is not one of them."""
        return int.from_bytes(self.bytes(16), "big") % limit

    def choice(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]

    def random(self) -> float:
        """A number from 0 up to 1, which is not one of them."""
        return int.from_bytes(self.bytes(7), "big") / (1 << 56)

    def uuid4(self) -> uuid.UUID:
        """A random UUID (RFC 9562, version 4)."""
        return uuid.UUID(bytes=self.bytes(16), version=4)

    def time(self) -> float:
        """Unix seconds. This clock goes on a millisecond with each look at it and stands still between."""
        with self._lock:
            self._looks += 1
            return self.start + (self._looks - 1) * _TICK

    def child(self, name: str) -> Randomness:
        """A source of its own: what is drawn from it leaves this one as it is."""
        return Randomness(f"{self.seed}/{name}", self.start)
