"""Who relies on a place of an answer, for all requests of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from paceline.contract.body import UnreadableError, read_json
from paceline.contract.checker import ContractChecker
from paceline.contract.promised import promised
from paceline.drift.outcome import Reader
from paceline.drift.pointers import plain
from paceline.model.outcome import ItemResult
from paceline.model.variables import VariableSet
from paceline.readers.touching import Touched, covers, touched_by
from paceline.readers.variables import key_of, scopes_before_tests, takers
from paceline.script.process import Turns

#: Executions of one request whose scripts are run once more: further iterations hardly look elsewhere.
MOST_EXECUTIONS: Final = 5


class Readers:
    """Looks up who relies on what. The scripts of a request are traced when it is asked for, and then remembered.

    Args:
        results: all that happened in the run, in order.
        checker: the contracts of the run; None where it has none.
        sandbox: where scripts are run once more, quietly: nothing is sent and nothing is changed. It is left open.
        environment, globals: as the run began with them, for scripts that read variables.
    """

    def __init__(
        self,
        results: Sequence[ItemResult],
        checker: ContractChecker | None,
        sandbox: Turns,
        *,
        environment: VariableSet | None = None,
        globals: VariableSet | None = None,
    ) -> None:
        self._results = results
        self._checker = checker
        self._sandbox = sandbox
        self._environment = environment or VariableSet("")
        self._globals = globals or VariableSet("", kind="globals")
        self._traced: dict[int, tuple[Touched, ...]] = {}

    def of(self, key: str, status: int, pointer: str) -> tuple[Reader, ...]:
        """Who relies on a place of the answers to a request.

        Whoever looks at a place also relies on what it lies in; whoever looks only at an object or a list does not rely
        on what it holds. Of a body that is no JSON, such as a table, a script that takes its text relies on all of it.

        Args:
            key: of the request: stem of its collection, a slash, its name.
            status: of the answers; 0 means any.
            pointer: as of a finding: JSON Pointer with `*` for items of lists and entries of maps, or a word such as
                `status`, `content-type`, `header:link`, `cookie:sid`, `latency`, `privilege`, `paging`.

        Returns:
            scripts first, then contracts, then later requests, each once.

        Raises:
            SandboxError: the sandbox does not start.
            FileError, FormatError: a schema cannot be read.
        """
        pointer = plain(pointer)
        found = [*self._scripts(key, status, pointer), *self._contracts(key, status, pointer)]
        return tuple(dict.fromkeys((*found, *self._requests(key, status, pointer))))

    def touched(self, key: str, status: int = 0) -> tuple[Touched, ...]:
        """What the test scripts of a request looked at, one for each script and answer; raises SandboxError as `of`."""
        return tuple(touched for at in self._answered(key, status) for touched in self._trace(at))

    def _answered(self, key: str, status: int) -> list[int]:
        """Where in the run the request was answered so; executions that were not told apart count a few times only."""
        found = [
            at
            for at, result in enumerate(self._results)
            if key_of(result) == key and result.trip is not None and status in {0, result.trip.response.status}
        ]
        return found[:MOST_EXECUTIONS]

    def _trace(self, at: int) -> tuple[Touched, ...]:
        if at not in self._traced:
            result = self._results[at]
            scopes = scopes_before_tests(self._results[:at], result, self._environment, self._globals)
            self._traced[at] = touched_by(result, scopes, self._sandbox)
        return self._traced[at]

    def _scripts(self, key: str, status: int, pointer: str) -> Iterator[Reader]:
        wanted = {"privilege": "status", "body": ""}.get(pointer, pointer)
        for at in self._answered(key, status):
            for touched in self._trace(at):
                whole = wanted[:1] == "/" and "" in touched.places and not _is_json(self._results[at])
                if whole or any(covers(place, wanted) for place in touched.places):
                    yield Reader("script", key, touched.script.at)

    def _contracts(self, key: str, status: int, pointer: str) -> Iterator[Reader]:
        contract = self._checker.book.contracts.get(key) if self._checker else None
        if self._checker is None or contract is None:
            return
        answered = self._answered(key, status)
        trip = self._results[answered[0]].trip if answered else None
        asked = trip.request.body if trip else None
        for at in promised(self._checker, contract, status, pointer, asked):
            yield Reader("contract", Path(at.file).name, at)

    def _requests(self, key: str, status: int, pointer: str) -> Iterator[Reader]:
        for at in self._answered(key, status):
            names = {
                name: None
                for touched in self._trace(at)
                for name, origins in touched.origins.items()
                if any(covers(origin, pointer) for origin in origins)
            }
            for name in names:
                yield from takers(self._results, at, name)


def _is_json(result: ItemResult) -> bool:
    try:
        read_json(result.trip.response.body if result.trip else b"")
    except UnreadableError:
        return False
    return True
