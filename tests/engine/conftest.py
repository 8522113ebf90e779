"""A server that tells what it saw, and runs against it; deaf to the proxies of the machine it runs on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.building import parsed
from tests.servers import Request, Server, answering, response, serving

from paceline.api import RunResult, gathered, variables
from paceline.engine.options import RunOptions
from paceline.engine.run import run as run_events
from paceline.engine.session import Means
from paceline.script.v8 import Sandbox
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport


def echo(request: Request) -> bytes:
    """Tells what came; but `/status/404`, `/cookie/a/1` (sets it) and `/to/x` (redirects to `/x`) do as they say."""
    kind, _, rest = request.target.removeprefix("/").partition("/")
    if kind == "status":
        return response(int(rest), body=b"as you like")
    if kind == "cookie":
        return response(200, [("Set-Cookie", f"{rest.replace('/', '=')}; Path=/")])
    if kind == "to":
        return response(302, [("Location", f"/{rest}")])
    told = {"method": request.line.split(" ")[0], "target": request.target, "body": request.body.decode("utf-8")}
    return response(200, [("Content-Type", "application/json")], json.dumps(told).encode())


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(echo)) as running:
        yield running


@pytest.fixture
def targets(server: Server) -> Callable[[], list[str]]:
    """What was asked for so far, in order."""
    return lambda: [request.target for request in server.requests]


@pytest.fixture
def run(server: Server, sandbox: Sandbox) -> Iterator[Callable[..., RunResult]]:
    """Run items as one collection whose `base` is the server: `run(item("one", "{{base}}/"), iterations=2)`.

    `environment`, `globals` and `jar` are those of `paceline.run`; names of `RunOptions` are options; the rest belongs
    to the collection. All runs share one sandbox, since booting takes longer than what most tests do with it.
    """
    transports: list[LiveTransport] = []

    def start(*items: Any, environment: Any = None, globals: Any = None, jar: Any = None, **more: Any) -> RunResult:
        options = RunOptions(**{key: more.pop(key) for key in tuple(more) if key in RunOptions.__dataclass_fields__})
        variable = {"base": server.url, **more.pop("variable", {})}
        one = parsed(*items, variable=variable, **more)
        jar = CookieJar() if jar is None else jar
        transports.append(LiveTransport(jar))
        scopes = variables(environment, "environment"), variables(globals, "globals")
        return gathered(run_events([one], *scopes, options, Means(transports[-1], jar, sandbox)))

    yield start
    for transport in transports:
        transport.close()
