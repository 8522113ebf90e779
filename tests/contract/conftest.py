"""The emulator of the suite's API, and a transport that is logged in there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.emulator import EMAIL, PASSWORD, serve

from paceline.contract.checker import ContractChecker, load_checker
from paceline.model.exchange import HttpRequest, SendOptions, Trip
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

CONTRACTS = Path(__file__).parents[2] / "schemas" / "contracts.yaml"


@dataclass(frozen=True)
class Api:
    """An emulator and a client of it.

    Attributes:
        send: one request there and back.
    """

    url: str
    send: Callable[[HttpRequest], Trip]

    def request(self, method: str, path: str, body: Any = None) -> HttpRequest:
        headers = [("Peloton-Platform", "web")]
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        return HttpRequest(method, self.url + path, tuple(headers), content)

    def call(self, method: str, path: str, body: Any = None) -> Trip:
        return self.send(self.request(method, path, body))


def sender() -> Callable[[HttpRequest], Trip]:
    transport = LiveTransport(CookieJar())
    return lambda request: transport.send(request, SendOptions())


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """Logged in; nothing that these tests ask changes the state."""
    with serve() as url:
        api = Api(url, sender())
        api.call("POST", "/auth/login", {"username_or_email": EMAIL, "password": PASSWORD})
        yield api


@pytest.fixture(scope="session")
def checker() -> ContractChecker:
    """The contracts of the suite."""
    return load_checker(CONTRACTS)
