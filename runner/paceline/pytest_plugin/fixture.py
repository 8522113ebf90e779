"""The fixture `paceline`: requests of the suite from Python tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import pytest

from paceline.errors import UsageError, nearest
from paceline.model.contract import ContractVerdict
from paceline.model.exchange import HttpResponse
from paceline.model.outcome import ItemResult
from paceline.pytest_plugin.evidence import in_words
from paceline.pytest_plugin.options import Settings
from paceline.pytest_plugin.ride import NeedFailedError, Ride, failed
from paceline.report.masking import Mask
from paceline.report.style import Signs, Style
from paceline.resolve.scopes import MISSING, Scopes

_PLAIN = Style(color=False, signs=Signs())


@dataclass(frozen=True, slots=True)
class Response:
    """What came back for a request of the suite.

    Attributes:
        result: all that happened, scripts and contract included.
    """

    result: ItemResult
    _mask: Mask

    @property
    def http(self) -> HttpResponse:
        """The response itself: `status`, `headers`, `body`, `elapsed_ms`."""
        trip = self.result.trip
        assert trip is not None, "a response without an answer is never handed out"
        return trip.response

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.http.status

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.http.body.decode("utf-8", "replace")

    @property
    def contract(self) -> ContractVerdict | None:
        """What the contract says; None without one."""
        return self.result.contract

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.http.body)

    def check(self) -> Response:
        """Fail the test unless every assertion of the scripts and the contract held; returns itself."""
        if failed(self.result):
            pytest.fail(in_words(self.result, self._mask, _PLAIN), pytrace=False)
        return self


class Variables(MutableMapping[str, Any]):
    """The variables of the session: reading looks in all scopes, writing goes into the environment."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes

    def __getitem__(self, name: str) -> Any:
        value = self._scopes.find(name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        self._scopes.environment.set(name, value)

    def __delitem__(self, name: str) -> None:
        self._scopes.environment.unset(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._scopes.names())

    def __len__(self) -> int:
        return len(self._scopes.names())


class Paceline:
    """The suite of a project, in one session of its own that lasts as long as that of pytest."""

    def __init__(self, settings: Settings) -> None:
        self._ride = Ride(settings)

    def __enter__(self) -> Self:
        self._ride.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            failures, problem = self._ride.wind_up()
        finally:
            self._ride.__exit__(kind, error, trace)
        told = [in_words(result, self._ride.mask, _PLAIN) for result, _ in failures]
        if problem is not None:
            told.append(f"{problem.message}\nfix: {problem.fix}")
        if told:
            pytest.fail(self._ride.mask.text("\n".join(told)), pytrace=False)

    @property
    def variables(self) -> Variables:
        """The variables as they are now."""
        return Variables(self._ride.scopes_of(self._ride.step_of(self._ride.first().item)))

    def run(self, key: str, **variables: Any) -> Response:
        """Run a request now, after what it needs; variables given are set in the environment first.

        Args:
            key: stem of the collection, a slash, name of the request.

        Raises:
            UsageError: there is no such request.
            pytest's failure: it was not answered, or what it needs failed; its own checks are left to `check`.
        """
        __tracebackhide__ = True  # what a reader wants to see is the line of the test
        step = self._ride.named(key)
        if step is None:
            near = nearest(key, self._ride.keys())
            raise UsageError(
                f'there is no request "{key}"', fix=f'did you mean "{near}"?' if near else "look at the suite"
            )
        scopes = self._ride.scopes_of(step)
        for name, value in variables.items():
            scopes.environment.set(name, value)
        try:
            self._ride.make_ready(step)
        except NeedFailedError as error:
            told = "" if error.result is None else in_words(error.result, self._ride.mask, _PLAIN)
            pytest.fail(f"{error.why}\n{told}", pytrace=False)
        result = self._ride.again(step)
        if result.trip is None:
            if result.skipped is not None:
                pytest.skip(self._ride.mask.text(result.skipped))
            pytest.fail(in_words(result, self._ride.mask, _PLAIN), pytrace=False)
        return Response(result, self._ride.mask)
