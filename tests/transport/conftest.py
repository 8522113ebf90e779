"""A transport for each test, closed at its end; deaf to the proxies of the machine it runs on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport


@pytest.fixture
def jar() -> CookieJar:
    return CookieJar()


@pytest.fixture
def transport(jar: CookieJar) -> Iterator[LiveTransport]:
    live = LiveTransport(jar, trust_env=False)
    yield live
    live.close()
