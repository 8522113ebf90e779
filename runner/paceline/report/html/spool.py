"""The results of a run, put aside until all its secrets are known.

A report must not be masked before the run has ended: the last response may bring the secret that the first one echoed.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from paceline.model.collection import Collection, Folder, Item, Script
from paceline.model.outcome import ItemResult

#: Bytes that are held in memory; what is beyond goes into a file without a name, which only this process can read.
IN_MEMORY: Final = 32_000_000

_FASTEST: Final = 1
_SHARED: Final = (Collection, Folder, Item, Script)  # the same objects in every result: each is kept once, as it is


class Spool:
    """A list of results that takes little memory; it can be added to, and read from its beginning."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  as long as the report lives
        self._places: list[int | ItemResult] = []
        self._shared: list[object] = []
        self._numbers: dict[int, int] = {}

    def add(self, result: ItemResult) -> None:
        """Put a result at the end."""
        packed = io.BytesIO()
        try:
            _Packer(packed, self._shared, self._numbers).dump(result)
        except RecursionError:  # data that a script nested a thousand levels deep: kept as it is
            self._places.append(result)
            return
        data = zlib.compress(packed.getvalue(), _FASTEST)
        self._places.append(len(data))
        self._file.write(data)

    def __iter__(self) -> Iterator[ItemResult]:
        """The results in the order in which they were added, each read when it is asked for."""
        self._file.seek(0)
        for place in self._places:
            if isinstance(place, ItemResult):
                yield place
            else:
                packed = io.BytesIO(zlib.decompress(self._file.read(place)))
                yield _Unpacker(packed, self._shared).load()

    def close(self) -> None:
        """Forget everything."""
        self._file.close()


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, shared: list[object], numbers: dict[int, int]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._shared = shared
        self._numbers = numbers

    def persistent_id(self, obj: Any) -> int | None:
        if not isinstance(obj, _SHARED):
            return None
        number = self._numbers.setdefault(id(obj), len(self._shared))
        if number == len(self._shared):
            self._shared.append(obj)  # which also keeps its id from being given to another
        return number


class _Unpacker(pickle.Unpickler):
    """Reads only what `_Packer` of this very object wrote."""

    def __init__(self, file: io.BytesIO, shared: list[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, pid: int) -> object:
        return self._shared[pid]
