"""V8 with Postman's sandbox bundle booted in it: the machine room below `paceline.script.execution`.

The layout of the shared memory is the one of host.js, which also tells why there is any.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import struct
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from paceline.errors import SandboxError

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

BUNDLE: Final = "bootcode.browser.js"

INBOX_UNITS: Final = 1 << 18
OUTBOX_UNITS: Final = 1 << 18
ENTROPY_BYTES: Final = 1 << 16
_HEADER: Final = 64
_INBOX_AT: Final = _HEADER
_OUTBOX_AT: Final = _INBOX_AT + 2 * INBOX_UNITS
_ENTROPY_AT: Final = _OUTBOX_AT + 2 * OUTBOX_UNITS
_DUE_AT: Final = 32

#: Heap of one sandbox; what a script needs beyond it ends that script.
MEMORY_LIMIT: Final = 512 * 1024 * 1024
_BOOT_SECONDS: Final = 60.0

Letter = list[Any]


class ScriptStopped(Exception):
    """V8 was stopped inside a script: it ran out of time or of memory. The sandbox is to be booted anew."""


class Sandbox:
    """One booted sandbox. Boot it with `start` (in the background) or by the first `turn`.

    Not for use from several threads at once.

    Args:
        entropy: source of random bytes for the scripts' `crypto`.
        memory_limit: bytes of V8's heap.
    """

    def __init__(self, entropy: Callable[[int], bytes] = os.urandom, memory_limit: int = MEMORY_LIMIT) -> None:
        self._entropy = entropy
        self._memory_limit = memory_limit
        self._v8: MiniRacer | None = None
        self._memory: memoryview | None = None
        self._busy = False
        self._booting: threading.Thread | None = None
        self._boot_error: BaseException | None = None
        _alive.add(self)

    def start(self) -> None:
        """Begin to boot in the background, so that it overlaps the first request."""
        if self._v8 is None and self._booting is None:
            self._booting = threading.Thread(target=self._boot_quietly, name="paceline-sandbox-boot", daemon=True)
            self._booting.start()

    def _boot_quietly(self) -> None:
        try:
            self._boot()
        except BaseException as error:
            self._boot_error = error  # raised by the first turn, in the thread that needs the sandbox

    def _ready(self) -> MiniRacer:
        if self._booting is not None:
            self._booting.join()
            self._booting = None
        if self._boot_error is not None:
            error, self._boot_error = self._boot_error, None
            raise error
        if self._v8 is None:
            self._boot()
        assert self._v8 is not None
        return self._v8

    def _boot(self) -> None:
        try:
            from py_mini_racer import JSEvalException, MiniRacer
        except ImportError as error:
            raise SandboxError(
                f"the V8 engine cannot be loaded: {error}",
                fix="install mini-racer for this platform: pip install mini-racer",
            ) from error
        bootcode = _bootcode()
        host = resources.files(__package__).joinpath("host.js").read_text("utf-8")
        v8 = MiniRacer()
        try:
            v8.set_hard_memory_limit(self._memory_limit)
            make = f"{host}({INBOX_UNITS}, {OUTBOX_UNITS}, {ENTROPY_BYTES})"
            v8.eval(f"Object.defineProperty(this, 'paceline', {{ value: {make} }}); 0")
            memory = v8.eval("paceline.memory")
            assert isinstance(memory, memoryview)
            memory[_ENTROPY_AT:] = self._entropy(ENTROPY_BYTES)
            v8.eval(bootcode, timeout_sec=_BOOT_SECONDS)
        except JSEvalException as error:
            v8.close()
            raise SandboxError(f"Postman's sandbox does not start: {error}", fix="reinstall paceline") from error
        self._v8, self._memory = v8, memory
        self._deliver(v8, [["initialize", {}]], _BOOT_SECONDS)

    def turn(self, letters: Sequence[Letter] = (), timeout: float = _BOOT_SECONDS) -> list[Letter]:
        """Deliver letters, or fire due timers when there are none, and collect what the sandbox says.

        Args:
            timeout: seconds after which V8 is stopped; infinity never stops it.

        Raises:
            ScriptStopped: time or memory ran out; the next turn boots a new sandbox.
            SandboxError: the sandbox does not start.
        """
        return self._deliver(self._ready(), letters, timeout)

    def _deliver(self, v8: MiniRacer, letters: Sequence[Letter], timeout: float) -> list[Letter]:
        from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException

        assert self._memory is not None
        call, units = "paceline.turn()", 0
        if letters:
            text = json.dumps(letters, separators=(",", ":"))  # ASCII, so that a character is a UTF-16 code unit
            if len(text) <= INBOX_UNITS:
                units = len(text)
                self._memory[_INBOX_AT : _INBOX_AT + 2 * units] = text.encode("utf-16-le")
            else:
                call = f"paceline.turn({json.dumps(text)})"
        struct.pack_into("<i", self._memory, 0, units)
        try:
            v8.eval(call, timeout_sec=max(timeout, 0.001) if timeout < math.inf else None)
            return self._collect(v8)
        except JSTimeoutException as error:
            raise self._stopped("it ran longer than the script time-out allows") from error
        except JSOOMException as error:
            raise self._stopped(f"it used more than {self._memory_limit // 2**20} MB of memory") from error
        except JSEvalException as error:
            raise self._stopped(f"V8 gave up: {error}") from error

    def _stopped(self, reason: str) -> ScriptStopped:
        """Throw the sandbox away, as Newman does: nobody knows in which state the script left it."""
        if self._v8 is not None:
            with contextlib.suppress(Exception):  # V8 must have let go of the script before it can be closed
                self._v8.eval("0", timeout_sec=_BOOT_SECONDS)
        self.close()
        return ScriptStopped(reason)

    def _collect(self, v8: MiniRacer) -> list[Letter]:
        """Read the outbox. Only words that Python alone writes are written here: promise jobs may still be running."""
        memory = self._memory
        assert memory is not None
        _, units, _, overflow, used, topped_up, busy = struct.unpack_from("<7i", memory, 0)
        self._busy = bool(busy)
        texts: list[str] = []
        if units:
            said = bytes(memory[_OUTBOX_AT : _OUTBOX_AT + 2 * units]).decode("utf-16-le", "replace")
            texts = said.split("\0")[:-1]
        struct.pack_into("<i", memory, 8, units)
        if overflow:
            texts += json.loads(str(v8.eval("paceline.rest()")))
        if used != topped_up:
            fresh = self._entropy(used - topped_up)
            for at, byte in enumerate(fresh, topped_up):
                memory[_ENTROPY_AT + at % ENTROPY_BYTES] = byte
            struct.pack_into("<i", memory, 20, used)
        return [_letter(text) for text in texts]

    def idle(self) -> bool:
        """Whether the last turn found nothing to do, so that its word on timers is final."""
        return not self._busy

    def next_timer(self) -> float | None:
        """Seconds until the sandbox has something to do by itself; None when it waits for letters only."""
        assert self._memory is not None
        (due,) = struct.unpack_from("<d", self._memory, _DUE_AT)
        return None if due < 0 else max(0.0, float(due) / 1000 - time.time())

    def close(self) -> None:
        """Give V8 back. A later turn boots a new one."""
        if self._booting is not None:
            self._booting.join()
            self._booting = None
        v8, self._v8, self._memory = self._v8, None, None
        if v8 is not None:
            v8.close()


#: mini-racer's own clean-up waits for ever on a thread that the ending interpreter has frozen; atexit comes before.
_alive: weakref.WeakSet[Sandbox] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for sandbox in list(_alive):
        sandbox.close()


def _letter(text: str) -> Letter:
    letter: Letter = json.loads(text)
    if "\\ud" in text:  # a lone surrogate of JavaScript's would break the first file it is written to
        whole = json.dumps(letter, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
        letter = json.loads(whole.decode("utf-16-le", "replace"))
    return letter


def _bootcode() -> str:
    """The sandbox's source: the one text with which the bundle's module calls back."""
    file = resources.files(__package__).joinpath("bundle", BUNDLE)
    try:
        module = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise SandboxError(
            "Postman's script sandbox is not part of this installation",
            fix="install paceline from a wheel, or run `make install` in the source tree, which fetches it",
        ) from error
    try:
        source: str = json.loads(module[module.index('"') : module.rindex('"') + 1])
    except ValueError as error:
        raise SandboxError(f"{BUNDLE} is not the bundle paceline expects: {error}", fix="reinstall paceline") from error
    return source
