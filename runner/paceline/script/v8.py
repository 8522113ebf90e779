"""V8 with Postman's sandbox bundle booted in it: the machine room below `paceline.script.execution`.

The layout of the shared memory is the one of host.js, which also tells why there is any.
"""

from __future__ import annotations

import json
import os
import struct
import threading
import time
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, Final

from paceline.errors import SandboxError
from paceline.script import whole_json
from paceline.script.isolate import Isolate, JavaScriptError, ScriptStopped

BUNDLE: Final = "bootcode.browser.js"
_HOST: Final = ("host.js", "chance.js")

INBOX_UNITS: Final = 1 << 18
OUTBOX_UNITS: Final = 1 << 18
SEED_BYTES: Final = 32
_HEADER: Final = 64
_INBOX_AT: Final = _HEADER
_OUTBOX_AT: Final = _INBOX_AT + 2 * INBOX_UNITS
_SEED_AT: Final = _OUTBOX_AT + 2 * OUTBOX_UNITS
_DUE_AT: Final = 32

#: Heap of one sandbox; what a script needs beyond it ends that script.
MEMORY_LIMIT: Final = 512 * 1024 * 1024
_BOOT_SECONDS: Final = 60.0

_DEFECT: Final = "report this as a defect of paceline"

Letter = list[Any]


class Sandbox:
    """One booted sandbox. Boot it with `start` (in the background) or by the first `turn`.

    Not for use from several threads at once.

    Args:
        entropy: source of the random bytes that seed the scripts' `crypto`.
        memory_limit: bytes of V8's heap.
    """

    def __init__(self, entropy: Callable[[int], bytes] = os.urandom, memory_limit: int = MEMORY_LIMIT) -> None:
        self._entropy = entropy
        self._memory_limit = memory_limit
        self._v8: Isolate | None = None
        self._memory: memoryview | None = None
        self._busy = False
        self._turns = 0
        self._booting: threading.Thread | None = None
        self._boot_error: BaseException | None = None

    def start(self) -> None:
        """Begin to boot in the background, so that it overlaps the first request."""
        if self._v8 is None and self._booting is None:
            self._booting = threading.Thread(target=self._boot_quietly, name="paceline-sandbox-boot", daemon=True)
            self._booting.start()

    def _boot_quietly(self) -> None:
        try:
            self._boot()
        except BaseException as error:  # noqa: BLE001
            self._boot_error = error  # raised by the first turn, in the thread that needs the sandbox

    def _ready(self) -> Isolate:
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
        bootcode = _bootcode()
        host, chance = (resources.files(__package__).joinpath(name).read_text("utf-8") for name in _HOST)
        v8 = Isolate(self._memory_limit)
        try:
            make = f"{host}({INBOX_UNITS}, {OUTBOX_UNITS}, {SEED_BYTES}, {chance})"
            v8.eval(f"Object.defineProperty(this, 'paceline', {{ value: {make} }}); 0")
            memory = v8.eval("paceline.memory")
            assert isinstance(memory, memoryview)
            memory[_SEED_AT:] = self._entropy(SEED_BYTES)
            v8.eval(bootcode, _BOOT_SECONDS)
            self._v8, self._memory = v8, memory
            self._deliver(v8, [["initialize", {}]], _BOOT_SECONDS)
        except (JavaScriptError, ScriptStopped) as error:
            v8.close()
            raise SandboxError(f"Postman's sandbox does not start: {error}", fix="reinstall paceline") from error

    def turn(self, letters: Sequence[Letter] = (), timeout: float = _BOOT_SECONDS) -> list[Letter]:
        """Deliver letters, or fire due timers when there are none, and collect what the sandbox says.

        Args:
            timeout: seconds after which V8 is stopped; infinity never stops it.

        Raises:
            ScriptStopped: time or memory ran out; the next turn boots a new sandbox.
            SandboxError: the sandbox does not start.
        """
        v8 = self._ready()
        try:
            return self._deliver(v8, letters, max(timeout, 0.001))
        except ScriptStopped as stopped:
            raise ScriptStopped(stopped.reason, stopped.fix, self._last_words()) from stopped
        except JavaScriptError as error:
            raise ScriptStopped(f"V8 gave up: {error}", _DEFECT, self._last_words()) from error
        except BaseException:
            self.close()  # after a KeyboardInterrupt, for instance, the script still runs
            raise

    def _deliver(self, v8: Isolate, letters: Sequence[Letter], timeout: float) -> list[Letter]:
        assert self._memory is not None
        call, units = "paceline.turn()", 0
        if letters:
            text = json.dumps(letters, separators=(",", ":"))  # ASCII, so that a character is a UTF-16 code unit
            if len(text) <= INBOX_UNITS:
                units = len(text)
                self._memory[_INBOX_AT : _INBOX_AT + 2 * units] = text.encode("utf-16-le")
            else:
                call = f"paceline.turn({json.dumps(text)})"
        self._turns += 1
        struct.pack_into("<i", self._memory, 0, units)
        struct.pack_into("<i", self._memory, 20, self._turns % 2**31)
        v8.eval(call, timeout)
        return self._collect(v8, timeout)

    def _collect(self, v8: Isolate, timeout: float) -> list[Letter]:
        """Read the outbox. Only words that Python alone writes are written here: promise jobs may still be running."""
        memory = self._memory
        assert memory is not None
        _, units, _, overflow, busy = struct.unpack_from("<5i", memory, 0)
        self._busy = bool(busy)
        rest = []
        if overflow:
            # Only after this call has waited for the promise jobs is it certain what came before the overflow.
            rest = json.loads(str(v8.eval("paceline.rest()", timeout)))
            (units,) = struct.unpack_from("<i", memory, 4)
        texts = _texts(memory, 0, units)
        struct.pack_into("<i", memory, 8, units)
        return [whole_json.loads(text) for text in (*texts, *rest)]

    def _last_words(self) -> list[Letter]:
        """Throw the sandbox away, as Newman does, and return what it had said before it was stopped.

        Nobody knows in which state the script left it.
        """
        memory = self._memory
        letters: list[Letter] = []
        if memory is not None:
            _, units, read, _, _, turn, tidied = struct.unpack_from("<7i", memory, 0)
            letters = [whole_json.loads(text) for text in _texts(memory, 0 if turn == tidied else read, units)]
        self.close()
        return letters

    def idle(self) -> bool:
        """Whether the last turn found nothing to do, so that its word on timers is final."""
        return not self._busy

    def next_timer(self) -> float | None:
        """Seconds until the sandbox has something to do by itself; None when it waits for letters only."""
        assert self._memory is not None
        (due,) = struct.unpack_from("<d", self._memory, _DUE_AT)
        return None if due < 0 else max(0.0, float(due) / 1000 - time.time())

    def close(self) -> None:
        """Give V8 back, whatever it is doing. A later turn boots a new one."""
        if self._booting is not None:
            self._booting.join()
            self._booting = None
        v8, self._v8, self._memory = self._v8, None, None
        if v8 is not None:
            v8.close()


def _texts(memory: memoryview, start: int, end: int) -> list[str]:
    """The letters in this part of the outbox, in units; each ends in a zero unit."""
    said = bytes(memory[_OUTBOX_AT + 2 * start : _OUTBOX_AT + 2 * end]).decode("utf-16-le", "replace")
    return said.split("\0")[:-1]


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
