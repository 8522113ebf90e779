"""Fixtures that more than one layer's tests use: the real sandbox, and through it Postman's own SDK."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from paceline.model.collection import Script
from paceline.model.outcome import ConsoleMessage
from paceline.script.execution import Environment, ScriptResult, execute
from paceline.script.v8 import Sandbox

# A test must not depend on how busy the machine is, and in CI not on luck either.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

EMPTY_CONTEXT = {
    "request": {"url": "http://localhost/", "method": "GET"},
    "data": {},
    "cookies": [],
    **{scope: {"values": []} for scope in ("environment", "globals", "collectionVariables", "_variables")},
}


def refuse(*_: Any) -> Any:
    """Stands in for the network and the jar where a script must need neither."""
    raise AssertionError("this script asked for the network or the cookie jar")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One booted sandbox for all tests of a session."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def sdk(sandbox: Sandbox) -> Callable[..., Any]:
    """Call a JavaScript function with Postman's SDK, inside the sandbox that ships with paceline.

    `sdk("(sdk, text) => sdk.Url.parse(text)", "http://a/b")` gives the result as JSON data.
    """

    def call(function: str, *args: Any) -> Any:
        arguments = json.dumps(args)
        source = f"console.log(JSON.stringify(({function})(require('postman-collection'), ...{arguments})))"
        talk = execute(sandbox, Script("prerequest", source), EMPTY_CONTEXT, {}, {}, Environment(refuse, refuse))
        said = []
        try:
            while True:
                said.append(next(talk))
        except StopIteration as stop:
            result: ScriptResult = stop.value
        assert result.problem is None, result.problem
        assert isinstance(said[0], ConsoleMessage)
        return json.loads(said[0].values[0])

    return call
