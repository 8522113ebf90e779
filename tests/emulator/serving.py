"""Running the emulator on a loopback port: in this process, or in a thread of a test."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from tests.emulator.faults import find_faults

if TYPE_CHECKING:
    from tests.emulator.faults import Fault
    from tests.emulator.state import AuthMode

HOST = "127.0.0.1"
NAME = "paceline-emulator"
"""Every answer says in its header Server that it is from here and not from the real service."""

KEEP_ALIVE_SECONDS = 75
"""Longer than a client is likely to pause between two requests of one connection."""


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 lets the system choose. Raises OSError when the port is in use."""
    # The protocol is named because asyncio switches Nagle's algorithm off only where it sees TCP; otherwise each
    # answer on a kept connection waits some 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def base_url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


class _Server(Protocol):
    def run(self, sockets: list[socket.socket] | None = None) -> None: ...

    def stop(self) -> None: ...


def _server(auth: AuthMode, faults: Sequence[Fault], on_ready: Callable[[], None]) -> _Server:
    import uvicorn  # here, so that a wrong option or a port in use is told without waiting for it

    from tests.emulator.app import create_app

    class EventServer(uvicorn.Server):
        """Tells when it is ready, and sleeps until it is stopped; uvicorn itself looks ten times a second."""

        loop: asyncio.AbstractEventLoop | None = None
        stopped = asyncio.Event()

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # uvicorn does this once a second in the loop that ours replaces.
            self.server_state.default_headers = self.config.encoded_headers
            self.loop = asyncio.get_running_loop()
            on_ready()

        async def main_loop(self) -> None:
            await self.stopped.wait()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            super().handle_exit(sig, frame)
            self.stop()

        def stop(self) -> None:
            """May be called from any thread, also before the start."""
            self.should_exit = True
            if self.loop:
                self.loop.call_soon_threadsafe(self.stopped.set)

    return EventServer(
        uvicorn.Config(
            create_app(auth, faults),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,  # uvicorn's own, which ours replaces
            headers=[("Server", NAME)],
            date_header=False,  # the only thing that would differ between two runs
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=2,
        )
    )


def run(listener: socket.socket, auth: AuthMode, faults: Sequence[Fault], on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then return."""
    server = _server(auth, faults, on_ready)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.stop()

    # uvicorn takes both signals over while it runs, and passes them on afterwards to the handlers it found:
    # without ours that would end the process as if it had been killed.
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    server.run(sockets=[listener])


@contextmanager
def serve(port: int = 0, auth: AuthMode = "session", drift: Sequence[str] = ()) -> Iterator[str]:
    """Base URL of an emulator with fresh state, in a thread, for the length of a `with` block.

    Args:
        auth: "session" for the login of 2020 with its cookie, "bearer" for today's access token.
        drift: names of planted changes, see `faults.py`.

    Raises:
        UnknownFaultError: `drift` has a name that is not there.
    """
    faults = find_faults(drift)
    ready = Event()
    with listen(port) as listener:
        server = _server(auth, faults, ready.set)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        if not ready.wait(timeout=30):
            raise RuntimeError("the emulator did not start")
        try:
            yield base_url(listener)
        finally:
            server.stop()
            thread.join()
