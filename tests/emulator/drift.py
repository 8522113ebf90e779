"""The edge at which planted changes are made: between the finished answer and the wire."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Sequence

from starlette.applications import Starlette
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from tests.emulator.effect import Answer, Hook
from tests.emulator.faults import Fault

_OPERATION = re.compile(r"\b(?:query|mutation)\s+(\w+)")


def hooks_of(faults: Iterable[Fault], method: str, path: str) -> frozenset[Hook]:
    """What the handler of a route is asked to do otherwise."""
    here = [fault.effect.hook for fault in faults if (fault.route.method, fault.route.path) == (method, path)]
    return frozenset(hook for hook in here if hook is not None)


class Drift:
    """An ASGI application that lets another one answer, and then changes some of its answers.

    Several faults of one route are done in the order given. Answers of other routes pass untouched.
    """

    def __init__(self, app: Starlette, faults: Sequence[Fault]) -> None:
        self._app = app
        self._faults = [fault for fault in faults if fault.effect.change is not None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults = self._faults_of(scope)
        if not faults:
            await self._app(scope, receive, send)
            return
        sent, answer = bytearray(), Answer(b"", 500, [], b"")

        async def listen() -> Message:
            message = await receive()
            sent.extend(message.get("body", b""))
            return message

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = [
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
                ]
            else:
                answer.body += message.get("body", b"")

        await self._app(scope, listen, keep)
        answer.sent = bytes(sent)
        for fault in faults:
            if fault.route.operation in ("", _operation(answer.sent)) and fault.effect.change is not None:
                fault.effect.change(answer, fault.where)
        await asyncio.sleep(answer.delay)
        await _send(answer, send)

    def _faults_of(self, scope: Scope) -> list[Fault]:
        """Those of the route that this request goes to."""
        routes = (route for route in self._app.routes if isinstance(route, Route))
        path = next((route.path for route in routes if route.matches(scope)[0] is Match.FULL), None)
        return [fault for fault in self._faults if (fault.route.method, fault.route.path) == (scope["method"], path)]


def _operation(sent: bytes) -> str:
    """Name of the operation in a GraphQL request, empty when it has none."""
    try:
        found = _OPERATION.search(json.loads(sent)["query"])
    except (ValueError, LookupError, TypeError):
        return ""
    return found[1] if found else ""


async def _send(answer: Answer, send: Send) -> None:
    """The length is counted anew, and stands where it stood."""
    headers = [
        (name.encode("latin-1"), (str(len(answer.body)) if name == "content-length" else value).encode("latin-1"))
        for name, value in answer.headers
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
