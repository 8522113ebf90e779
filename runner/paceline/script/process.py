"""A sandbox in a process of its own, so that no script can take the run down with it.

V8 ends the whole process where a single allocation is too large (`new Array(1e9).fill(0)`), and no limit of memory
comes before that. The process also makes an end of every script that V8 itself cannot stop, and boots while Python does
other things.
"""

from __future__ import annotations

import contextlib
import math
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final, Protocol

from paceline.errors import SandboxError
from paceline.script.isolate import ScriptStopped, out_of_time
from paceline.script.v8 import Letter
from paceline.script.worker import read, write

_BOOT_SECONDS: Final = 60.0

#: What the worker gets beyond the script's time to stop V8 and to say so.
_GRACE_SECONDS: Final = 5.0


class Turns(Protocol):
    """A sandbox as a conversation needs it: see `paceline.script.v8.Sandbox`."""

    def start(self) -> None:
        """Begin to boot in the background."""
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
    """A `Sandbox` behind pipes. Not for use from several threads at once."""

    def __init__(self) -> None:
        self._worker: subprocess.Popen[bytes] | None = None
        self._idle = True
        self._due = math.inf

    def start(self) -> None:
        """Start the process, which boots at once."""
        if self._worker is None:
            # -P: modules come from where Python is installed, never from the folder that happens to be the current one.
            # A session of its own: Ctrl-C is for us, who then end the worker.
            self._worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "paceline.script.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def turn(self, letters: Sequence[Letter] = (), timeout: float = _BOOT_SECONDS) -> list[Letter]:
        """Deliver letters, or fire due timers when there are none, and collect what the sandbox says.

        Args:
            timeout: seconds after which the script is stopped; infinity never stops it.

        Raises:
            ScriptStopped: time or memory ran out; the next turn boots a new sandbox.
            SandboxError: the sandbox does not start.
        """
        self.start()
        worker = self._worker
        assert worker is not None
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            write(worker.stdin, [list(letters), None if timeout == math.inf else timeout])
            if timeout < math.inf:
                ready, _, _ = select.select([worker.stdout], [], [], timeout + _GRACE_SECONDS)
                if not ready:
                    raise out_of_time()
            answer = read(worker.stdout)
        except BrokenPipeError:
            answer = None
        if answer is None:
            self.close()
            raise ScriptStopped(
                "it used more memory than V8 has", "look for an endless loop, or keep less data at a time"
            )
        if "broken" in answer:
            what, fix = answer["broken"]
            raise SandboxError(what, fix=fix)
        if "stopped" in answer:
            reason, fix, said = answer["stopped"]
            raise ScriptStopped(reason, fix, said)
        self._idle = answer["idle"]
        self._due = math.inf if answer["timer"] is None else time.monotonic() + answer["timer"]
        said = answer["letters"]
        return list(said)

    def idle(self) -> bool:
        """Whether the last turn found nothing to do, so that its word on timers is final."""
        return self._idle

    def next_timer(self) -> float | None:
        """Seconds until the sandbox has something to do by itself; None when it waits for letters only."""
        return None if self._due == math.inf else max(0.0, self._due - time.monotonic())

    def close(self) -> None:
        """End the process. A later turn starts a new one."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        worker.wait()
