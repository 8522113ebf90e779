"""The other end of `paceline.script.process`: a sandbox in a process of its own.

Letters go through a mailbox whose memory both processes have: the parent's file is laid over pages of an ArrayBuffer of
V8's. So the parent reads the last words of a script also when this process is no more. The pipes only say whose turn it
is. A message is its length (four bytes, big-endian) and that many bytes of JSON; the plain one is empty. The worker is
sent the text for `turn_call`. It answers, first when it has booted, with `{"rest"}` for what did not fit into the
outbox, and in the end with `{"stopped": [reason, fix]}` or `{"broken": [what, fix]}`.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import mmap
import os
import sys
import threading
from typing import IO, Any, Final

from paceline.errors import SandboxError
from paceline.script.isolate import JavaScriptError, ScriptStopped, not_loaded, out_of_memory
from paceline.script.mailbox import SIZE, Mailbox, turn_call
from paceline.script.v8 import boot, not_started

#: Turns for one message. A plain script needs three; one that never comes to rest must let its requests be answered.
_TURNS: Final = 16

#: Bytes of the file: whole pages, so that laying it over V8's memory touches nothing else.
SHARED_SIZE: Final = -(-SIZE // mmap.PAGESIZE) * mmap.PAGESIZE


def main() -> None:
    """Boot at once, then answer until there is nobody to answer to."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    _forbid_core_dumps()
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))


async def _serve(shared_file: int, memory_limit: int) -> None:
    """Never awaits: V8 answers without a detour to whoever blocks the event loop that it knows."""
    try:
        try:
            v8 = DirectV8(memory_limit)
            mail = boot(
                v8.eval, place=lambda memory: _lay_over(memory, shared_file), spare=SHARED_SIZE - SIZE + mmap.PAGESIZE
            )
        except (JavaScriptError, ScriptStopped) as error:
            raise not_started(error) from error
        answer: dict[str, Any] | None = None
        while True:
            write(sys.stdout.buffer, answer)
            answer = _turns(v8, mail, read(sys.stdin.buffer) or "")
    except ScriptStopped as stopped:
        write(sys.stdout.buffer, {"stopped": [stopped.reason, stopped.fix]})
    except SandboxError as error:
        write(sys.stdout.buffer, {"broken": [error.what, error.fix]})
    except (EOFError, BrokenPipeError):
        pass
    os._exit(0)  # without waiting for V8, which may be in the middle of a script


def _turns(v8: DirectV8, mail: Mailbox, text: str) -> dict[str, Any] | None:
    """The turn that the parent has begun, and as many more as it takes until there is nothing to do."""
    call = turn_call(text)
    for _ in range(_TURNS):
        v8.eval(call)
        if mail.idle() or mail.ended():
            break
        mail.go_on()
        call = turn_call()
    return {"rest": v8.eval("paceline.rest()")} if mail.overflowed() else None


class DirectV8:
    """A V8 that cannot be interrupted: whoever wants an end of a script ends this process."""

    def __init__(self, memory_limit: int) -> None:
        try:
            from py_mini_racer import LibNotFoundError, mini_racer
        except ImportError as error:
            raise not_loaded(error) from error
        self._memory_limit = memory_limit
        self._context = mini_racer(asyncio.get_running_loop())
        try:
            self._v8 = self._context.__enter__()
        except (OSError, LibNotFoundError) as error:
            raise not_loaded(error) from error
        self._v8.set_hard_memory_limit(memory_limit)

    def eval(self, code: str) -> Any:
        """Evaluate a script and return its last value. As `paceline.script.isolate.Isolate.eval` otherwise.

        Raises:
            ScriptStopped: it took more memory than there is.
            JavaScriptError: it does not parse, or threw.
        """
        from py_mini_racer import JSEvalException, JSOOMException

        try:
            value = self._v8.eval(code)
        except JSOOMException as error:
            raise out_of_memory(self._memory_limit) from error
        except JSEvalException as error:
            raise JavaScriptError(str(error), parsed=True) from error
        if self._v8.was_hard_memory_limit_reached():
            raise out_of_memory(self._memory_limit)  # in a promise job, whose end nobody else is told
        return value


def _lay_over(memory: memoryview, shared_file: int) -> int:
    """Make whole pages of V8's memory those of the file; returns where they begin.

    Raises:
        SandboxError: the system does not do that.
    """
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    start = -address % mmap.PAGESIZE
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    flags = mmap.MAP_SHARED | _MAP_FIXED
    got = libc.mmap(address + start, SHARED_SIZE, mmap.PROT_READ | mmap.PROT_WRITE, flags, shared_file, 0)
    if got != address + start:
        why = os.strerror(ctypes.get_errno())
        raise SandboxError(f"V8's memory cannot be shared: {why}", fix="run without --isolate-scripts")
    return start


#: Not in Python's `mmap`; the same number on Linux, macOS and the BSDs.
_MAP_FIXED: Final = 0x10


def _end_with_the_parent() -> None:
    """V8 does not notice that nobody waits for it any more, and a script may be endless."""
    import select

    parent = select.poll()
    parent.register(sys.stdin.fileno(), select.POLLHUP)
    while not any(events & select.POLLHUP for _, events in parent.poll()):
        pass
    os._exit(0)


def _forbid_core_dumps() -> None:
    """V8 ends with an illegal instruction where memory runs out: nobody needs the remains."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(stream: IO[bytes]) -> Any:
    """The next message; None when it is empty.

    Raises:
        EOFError: the stream has ended, perhaps within a message.
    """
    body = _read_whole(stream, int.from_bytes(_read_whole(stream, 4), "big"))
    return json.loads(body) if body else None


def _read_whole(stream: IO[bytes], length: int) -> bytes:
    received = stream.read(length)
    if len(received) < length:
        raise EOFError
    return received


def write(stream: IO[bytes], message: Any = None) -> None:
    """Send a message; an empty one for None."""
    body = b"" if message is None else json.dumps(message, separators=(",", ":")).encode("ascii")
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


if __name__ == "__main__":
    main()
