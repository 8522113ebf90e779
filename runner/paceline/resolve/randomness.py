"""Chance and the clock: the system's, or from a seed, so that what a recorded run drew by lot its replay draws again.

The bytes of a seed come from SHA-256 over a counter and not from `random`, whose methods may draw differently in
another version of Python: a cassette is replayed for years.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
import uuid
from collections.abc import Sequence
from threading import Lock
from typing import Final, TypeVar

T = TypeVar("T")

_LOOKS_PER_SECOND: Final = 1000


class Randomness:
    """An endless source of random values, and a clock. Safe to use from threads.

    Args:
        seed: any text; the same seed gives the same values, different ones unrelated values. None means the bytes of
            the operating system.
        start: unix seconds, where its clock begins; None means the real clock.

    >>> Randomness("7").uuid4() == Randomness("7").uuid4()
    True
    >>> Randomness().uuid4() == Randomness().uuid4()
    False
    """

    def __init__(self, seed: str | None = None, start: float | None = None) -> None:
        self.seed = seed
        self.start = start
        self._drawn = 0
        self._looks = 0
        self._lock = Lock()

    def bytes(self, count: int) -> bytes:
        """So many bytes."""
        if self.seed is None:
            return os.urandom(count)
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
        return (int.from_bytes(self.bytes(7), "big") >> 3) / (1 << 53)  # a float holds 53 bits; more may round up to 1

    def uuid4(self) -> uuid.UUID:
        """A random UUID (RFC 9562, version 4)."""
        return uuid.UUID(bytes=self.bytes(16), version=4)

    def time(self) -> float:
        """Unix seconds. A clock with a start goes on a millisecond with each look at it and stands still between."""
        if self.start is None:
            return time.time()
        with self._lock:
            self._looks += 1
            return self.start + (self._looks - 1) / _LOOKS_PER_SECOND

    def advance(self, moment: float) -> None:
        """Let no later look at the clock show less than this, for others have seen it: unix seconds.

        The real clock goes on by itself.
        """
        if self.start is not None:
            with self._lock:
                self._looks = max(self._looks, math.ceil(round((moment - self.start) * _LOOKS_PER_SECOND, 2)))

    def child(self, name: str) -> Randomness:
        """A source of its own: what is drawn from it leaves this one as it is."""
        return Randomness(None if self.seed is None else f"{self.seed}/{name}", self.start)


#: The bytes of the operating system, and the real clock.
SYSTEM: Final = Randomness()
