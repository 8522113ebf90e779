"""A sandbox in a process of its own, so that no script can take the run down with it.

V8 ends the whole process where a single allocation is too large (`new Array(1e9).fill(0)`), and no limit of memory
comes before that. The process also makes an end of every script that V8 itself cannot stop, and boots while Python does
other things. Letters go through memory that both processes share, so that what a script said before its end is known.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final, Protocol

from paceline.errors import SandboxError
from paceline.script.isolate import ScriptStopped, out_of_time
from paceline.script.mailbox import SIZE, Letter, Mailbox, letters_of
from paceline.script.v8 import BOOT_SECONDS, DEFECT, MEMORY_LIMIT
from paceline.script.worker import SHARED_SIZE, read, write

_FIX: Final = "run without --isolate-scripts"


class Turns(Protocol):
    """A sandbox as a conversation needs it: see `paceline.script.v8.Sandbox`."""

    def start(self) -> None:
        """Begin to boot in the background."""
        ...

    def await_boot(self) -> None:
        """Return when it has booted."""
        ...

    def turn(self, letters: Sequence[Letter] = (), timeout: float = ...) -> list[Letter]:
        """Deliver letters, or fire due timers, and collect what the sandbox says."""
        ...

    def idle(self) -> bool:
        """Whether the last turn found nothing to do."""
        ...

    def next_timer(self) -> float | None:
        """Seconds until the sandbox has something to do by itself."""
        ...

    def close(self) -> None:
        """Give everything back; a later turn boots anew."""
        ...


class SandboxProcess:
    """A `Sandbox` in another process. Not for use from several threads at once, but any thread may close it.

    Needs POSIX, where two processes can map one file and pipes can be polled; elsewhere `start` raises SandboxError.

    Args:
        memory_limit: bytes of V8's heap.
    """

    def __init__(self, memory_limit: int = MEMORY_LIMIT) -> None:
        self._memory_limit = memory_limit
        self._worker: Worker | None = None

    def start(self) -> None:
        """Start the process, which boots at once.

        Raises:
            SandboxError: the system cannot do that.
        """
        if self._worker is not None:
            return
        if os.name != "posix":
            raise SandboxError("scripts cannot be isolated on this system", fix=_FIX)
        try:
            self._worker = Worker(self._memory_limit)
        except OSError as error:
            raise SandboxError(f"the process of Postman's sandbox does not start: {error}", fix=_FIX) from error

    def await_boot(self) -> None:
        """Return when it has booted; that takes half a second or more.

        Raises:
            SandboxError: it does not start.
        """
        self._ready()

    def _ready(self) -> Worker:
        self.start()
        worker = self._worker
        assert worker is not None
        try:
            worker.await_boot()
        except BaseException:
            self.close()
            raise
        return worker

    def turn(self, letters: Sequence[Letter] = (), timeout: float = BOOT_SECONDS) -> list[Letter]:
        """Deliver letters, or fire due timers when there are none, and collect what the sandbox says.

        Args:
            timeout: seconds after which the process is ended; infinity sets no limit.

        Raises:
            ScriptStopped: time or memory ran out; the next turn boots a new sandbox.
            SandboxError: the sandbox does not start.
        """
        worker = self._ready()
        try:
            return worker.turn(letters, timeout)
        except ScriptStopped as stopped:
            if self._worker is None:
                reason = "the sandbox was closed while it ran"
                raise ScriptStopped(reason, "let the run end before closing it") from stopped
            self.close()
            raise ScriptStopped(stopped.reason, stopped.fix, worker.mail.last_words()) from stopped
        except BaseException:
            self.close()
            raise

    def idle(self) -> bool:
        """Whether the last turn found nothing to do, so that its word on timers is final."""
        return self._worker is None or self._worker.mail.idle()

    def next_timer(self) -> float | None:
        """Seconds until the sandbox has something to do by itself; None when it waits for letters only."""
        return None if self._worker is None else self._worker.mail.next_timer()

    def close(self) -> None:
        """End the process. A later turn starts a new one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


class Worker:
    """The process as it is seen from here."""

    def __init__(self, memory_limit: int) -> None:
        with _shared_file() as file:
            arguments = (str(file.fileno()), str(memory_limit))
            self.mail = Mailbox(memoryview(mmap.mmap(file.fileno(), SHARED_SIZE))[:SIZE])
            # -P: modules come from where Python is installed, never from the folder that happens to be the current one.
            # A session of its own: Ctrl-C is for us, who then end the worker.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "paceline.script.worker", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(file.fileno(),),
                start_new_session=True,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._to, self._from = self.process.stdin, self.process.stdout
        self._heard = select.poll()
        self._heard.register(self._from, select.POLLIN)
        self._booted = False

    def await_boot(self) -> None:
        """Return when it has booted.

        Raises:
            SandboxError: it does not.
        """
        if not self._booted:
            try:
                self._hear(BOOT_SECONDS)
            except ScriptStopped as error:
                raise SandboxError(f"the process of Postman's sandbox does not start: {error}", fix=_FIX) from error
            self._booted = True

    def turn(self, letters: Sequence[Letter], timeout: float) -> list[Letter]:
        """As `SandboxProcess.turn`; leaves the last words to others."""
        text = self.mail.begin(letters)
        with contextlib.suppress(
            BrokenPipeError, ValueError
        ):  # gone, or closed by another thread: the other pipe tells
            write(self._to, text or None)
        answer = self._hear(timeout) or {}
        rest = letters_of(answer["rest"]) if "rest" in answer else []
        return [*self.mail.take(), *rest]

    def _hear(self, timeout: float) -> Any:
        limit = None if timeout == math.inf else math.ceil(min(max(timeout, 0.001), _LONGEST) * 1000)
        if not self._heard.poll(limit):
            raise out_of_time()
        try:
            answer = read(self._from)
        except (EOFError, ValueError) as error:  # ValueError: closed by another thread
            raise self._gone() from error
        if answer and "broken" in answer:
            what, fix = answer["broken"]
            raise SandboxError(what, fix=fix)
        if answer and "stopped" in answer:
            raise ScriptStopped(*answer["stopped"])
        return answer

    def _gone(self) -> ScriptStopped:
        """The worker has ended without a word: by a signal, V8's or the system's, where memory ran out."""
        code = self.process.wait()
        if code < 0:
            advice = "look for an endless loop, or keep less data at a time"
            return ScriptStopped("it used more memory than V8 has", advice)
        return ScriptStopped(f"the sandbox's process ended with {code}", DEFECT)

    def end(self) -> None:
        """Kill the process, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):
                pipe.close()


#: Seconds. `poll` takes milliseconds in 32 bits.
_LONGEST: Final = 2_000_000.0


@contextlib.contextmanager
def _shared_file() -> Iterator[IO[bytes]]:
    """A file without a name, of zeros, for two processes to map."""
    with os.fdopen(os.memfd_create("paceline"), "r+b") if sys.platform == "linux" else tempfile.TemporaryFile() as file:
        file.truncate(SHARED_SIZE)
        yield file
