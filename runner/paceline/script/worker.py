"""The other end of `paceline.script.process`: a sandbox in a process of its own, driven over pipes.

A message is its length (four bytes, big-endian) and that many bytes of JSON. To the worker: `[letters, timeout]`, an
infinite time-out being null. Back: `{"letters", "idle", "timer"}`, `{"stopped": [reason, fix, letters]}` or
`{"broken": [what, fix]}`.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from typing import IO, Any

from paceline.errors import SandboxError
from paceline.script.isolate import ScriptStopped
from paceline.script.v8 import Letter, Sandbox

#: Turns for one message. A plain script needs three; one that never comes to rest must let its requests be answered.
_TURNS = 16


def main() -> None:
    """Boot at once, then answer until there is nobody to answer to."""
    sandbox = Sandbox()
    sandbox.start()
    while (message := read(sys.stdin.buffer)) is not None:
        letters, timeout = message
        write(sys.stdout.buffer, _answer(sandbox, letters, math.inf if timeout is None else timeout))


def _answer(sandbox: Sandbox, letters: list[Letter], timeout: float) -> dict[str, Any]:
    said: list[Letter] = []
    try:
        for _ in range(_TURNS):
            said += sandbox.turn(letters, timeout)
            letters = []
            if sandbox.idle() or any(str(letter[0]).startswith("execution.result.") for letter in said):
                break
    except ScriptStopped as stopped:
        sandbox.close()
        return {"stopped": [stopped.reason, stopped.fix, [*said, *stopped.letters]]}
    except SandboxError as error:
        return {"broken": [error.what, error.fix]}
    return {"letters": said, "idle": sandbox.idle(), "timer": sandbox.next_timer()}


def read(stream: IO[bytes]) -> Any:
    """The next message; None at the end of the stream, also within a message."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    body = stream.read(length)
    return json.loads(body) if len(body) == length else None


def write(stream: IO[bytes], message: Any) -> None:
    """Send a message."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    main()
