"""V8 with Postman's sandbox bundle booted in it: the machine room below `paceline.script.execution`."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, Final

from paceline.errors import SandboxError
from paceline.script.isolate import Isolate, JavaScriptError, ScriptStopped
from paceline.script.mailbox import (
    INBOX_UNITS,
    KEY_BYTES,
    OUTBOX_UNITS,
    SIZE,
    Letter,
    Mailbox,
    letters_of,
    turn_call,
)

BUNDLE: Final = "bootcode.browser.js"
_HOST: Final = ("host.js", "chance.js")

#: Heap of one sandbox; what a script needs beyond it ends that script.
MEMORY_LIMIT: Final = 512 * 1024 * 1024
BOOT_SECONDS: Final = 60.0

DEFECT: Final = "report this as a defect of paceline"


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
        self._mail: Mailbox | None = None
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

    def _ready(self) -> tuple[Isolate, Mailbox]:
        if self._booting is not None:
            self._booting.join()
            self._booting = None
        if self._boot_error is not None:
            error, self._boot_error = self._boot_error, None
            raise error
        if self._v8 is None:
            self._boot()
        assert self._v8 is not None
        assert self._mail is not None
        return self._v8, self._mail

    def _boot(self) -> None:
        v8 = Isolate(self._memory_limit)
        try:
            self._mail = boot(lambda code: v8.eval(code, BOOT_SECONDS), self._entropy)
            self._v8 = v8
        except (JavaScriptError, ScriptStopped) as error:
            v8.close()
            raise not_started(error) from error

    def await_boot(self) -> None:
        """Return when it has booted; booting takes a quarter of a second or more.

        Raises:
            SandboxError: it does not start.
        """
        self._ready()

    def turn(self, letters: Sequence[Letter] = (), timeout: float = BOOT_SECONDS) -> list[Letter]:
        """Deliver letters, or fire due timers when there are none, and collect what the sandbox says.

        Args:
            timeout: seconds after which V8 is stopped; infinity never stops it.

        Raises:
            ScriptStopped: time or memory ran out; the next turn boots a new sandbox.
            SandboxError: the sandbox does not start.
        """
        v8, mail = self._ready()
        timeout = max(timeout, 0.001)
        try:
            v8.eval(turn_call(mail.begin(letters)), timeout)
            # Only after this call has waited for the promise jobs is it certain what came before the overflow.
            rest = letters_of(str(v8.eval("paceline.rest()", timeout))) if mail.overflowed() else []
            return [*mail.take(), *rest]
        except ScriptStopped as stopped:
            raise ScriptStopped(stopped.reason, stopped.fix, self._last_words()) from stopped
        except JavaScriptError as error:
            raise ScriptStopped(f"V8 gave up: {error}", DEFECT, self._last_words()) from error
        except BaseException:
            self.close()  # after a KeyboardInterrupt, for instance, the script still runs
            raise

    def _last_words(self) -> list[Letter]:
        """Throw the sandbox away, as Newman does, and return what it had said before it was stopped.

        Nobody knows in which state the script left it.
        """
        letters = (
            [] if self._mail is None else self._mail.last_words()
        )  # another thread closed it, and V8's memory is gone
        self.close()
        return letters

    def idle(self) -> bool:
        """Whether the last turn found nothing to do, so that its word on timers is final."""
        return self._mail is None or self._mail.idle()

    def next_timer(self) -> float | None:
        """Seconds until the sandbox has something to do by itself; None when it waits for letters only."""
        return None if self._mail is None else self._mail.next_timer()

    def close(self) -> None:
        """Give V8 back, whatever it is doing. A later turn boots a new one."""
        if self._booting is not None:
            self._booting.join()
            self._booting = None
        v8, self._v8, self._mail = self._v8, None, None
        if v8 is not None:
            v8.close()


def boot(
    evaluate: Callable[[str], Any],
    entropy: Callable[[int], bytes] = os.urandom,
    place: Callable[[memoryview], int] = lambda _: 0,
    spare: int = 0,
) -> Mailbox:
    """Boot the sandbox in a V8 and return the memory by which it is talked to.

    Args:
        evaluate: evaluates JavaScript and returns its value.
        place: gets the memory, with so many bytes to spare, and says where in it the mailbox shall begin.

    Raises:
        SandboxError: the bundle is missing.
        JavaScriptError, ScriptStopped: what `evaluate` raises.
    """
    bootcode = _bootcode()
    host, chance = (resources.files(__package__).joinpath(name).read_text("utf-8") for name in _HOST)
    memory = evaluate(
        f"this.memory = new ArrayBuffer({SIZE + spare})"
    )  # deleted by the bundle, as all it does not know
    assert isinstance(memory, memoryview)
    start = place(memory)
    mail = Mailbox(memory[start : start + SIZE])
    mail.put_key(entropy(KEY_BYTES))
    made = f"{host}(memory, {start}, {INBOX_UNITS}, {OUTBOX_UNITS}, {KEY_BYTES}, {chance})"
    evaluate(f"Object.defineProperty(this, 'paceline', {{ value: {made} }}); 0")
    evaluate(bootcode)
    evaluate(turn_call(mail.begin([["initialize", {}]])))
    mail.take()
    return mail


def not_started(error: Exception) -> SandboxError:
    """The bundle does not run."""
    return SandboxError(f"Postman's sandbox does not start: {error}", fix="reinstall paceline")


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
