"""One V8 on its own: it evaluates text under limits of time and memory, and can always be closed.

mini-racer runs V8 in a thread of its own and hears of results on an asyncio event loop. It can make that loop itself,
but then closes it before V8 is done with a script that had to be stopped, whose result comes to a closed loop. So the
loop is ours, and ends after V8. It also makes no difference whether the caller is inside an event loop (a notebook).
"""

from __future__ import annotations

import asyncio
import atexit
import math
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import Any, Final

from paceline.errors import SandboxError

_CLEANUP_SECONDS: Final = 10.0


class ScriptStopped(Exception):
    """V8 was stopped inside a script: it ran out of time or of memory. This V8 is not to be used again.

    Attributes:
        fix: advice.
        letters: what the sandbox said before it was stopped.
    """

    def __init__(self, reason: str, fix: str, letters: Sequence[list[Any]] = ()) -> None:
        super().__init__(reason, fix, letters)
        self.reason = reason
        self.fix = fix
        self.letters = letters

    def __str__(self) -> str:
        return self.reason


class JavaScriptError(Exception):
    """The text does not parse, or threw.

    Attributes:
        parsed: whether it was the run that failed, and not the parser.
    """

    def __init__(self, message: str, *, parsed: bool) -> None:
        super().__init__(message, parsed)
        self.message = message
        self.parsed = parsed

    def __str__(self) -> str:
        return self.message


class Isolate:
    """One V8. Not for use from several threads at once, but any thread may close it.

    Args:
        memory_limit: bytes of heap; a script that needs more is stopped. Zero sets no limit.

    Raises:
        SandboxError: V8 cannot be loaded.
    """

    def __init__(self, memory_limit: int = 0) -> None:
        if _exiting.is_set():
            raise SandboxError("Python is about to exit: no script can be started", fix="close the run before the end")
        try:
            from py_mini_racer import LibNotFoundError, mini_racer
        except ImportError as error:
            raise not_loaded(error) from error
        self._memory_limit = memory_limit
        self._lock = threading.Lock()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="paceline-v8", daemon=True)
        self._thread.start()
        self._context = mini_racer(self._loop)
        try:
            self._v8 = self._context.__enter__()
        except (OSError, LibNotFoundError) as error:
            self._end_loop()
            raise not_loaded(error) from error
        _open.add(self)
        self._v8.set_hard_memory_limit(memory_limit)

    def eval(self, code: str, timeout: float = math.inf) -> Any:
        """Evaluate a script and return its last value: a number, a text, a memoryview of an ArrayBuffer, ...

        V8 runs promise jobs when this call has returned, outside every time limit: the next call runs into its own.

        Raises:
            ScriptStopped: it took longer than `timeout` seconds, or more memory than there is. Close this V8 then.
            JavaScriptError: it does not parse, or threw.
        """
        from py_mini_racer import JSEvalException, JSOOMException, JSParseException

        try:
            # Not MiniRacer.eval: its asyncio.wait_for makes a call half as dear again.
            call = asyncio.run_coroutine_threadsafe(self._v8.eval_cancelable(code), self._loop)
            value = call.result(timeout if timeout < math.inf else None)
        except TimeoutError as error:
            call.cancel()  # which makes V8 stop
            raise out_of_time() from error
        except CancelledError as error:
            raise ScriptStopped("the sandbox was closed while it ran", "let the run end before closing it") from error
        except JSOOMException as error:
            raise out_of_memory(self._memory_limit) from error
        except JSParseException as error:
            raise JavaScriptError(str(error), parsed=False) from error
        except JSEvalException as error:
            raise JavaScriptError(str(error), parsed=True) from error
        if self._v8.was_hard_memory_limit_reached():
            raise out_of_memory(self._memory_limit)  # in a promise job, whose end nobody else is told
        return value

    def close(self) -> None:
        """Stop whatever runs and give the memory back. Nothing happens the second time."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        _open.discard(self)
        asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result(_CLEANUP_SECONDS)
        self._context.__exit__(None, None, None)
        self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def out_of_time() -> ScriptStopped:
    """A script whose time is over."""
    reason = "it ran longer than the script time-out allows"
    return ScriptStopped(reason, "look for an endless loop, or raise --timeout-script")


def out_of_memory(limit: int) -> ScriptStopped:
    """A script that needs more than so many bytes."""
    reason = f"it used more than {limit // 2**20} MB of memory"
    return ScriptStopped(reason, "look for an endless loop, or keep less data at a time")


async def _cancel_others() -> None:
    """End the calls that wait for V8, for instance one whose caller was interrupted; V8 stops running their scripts."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def not_loaded(error: Exception) -> SandboxError:
    """V8 is missing or does not fit this system."""
    return SandboxError(
        f"the V8 engine cannot be loaded: {error}",
        fix="install mini-racer for this platform: pip install mini-racer",
    )


#: What is to be closed before the interpreter ends: later, V8 would wait for ever on threads that are frozen by then.
_open: weakref.WeakSet[Isolate] = weakref.WeakSet()
_exiting = threading.Event()


@atexit.register
def _close_all() -> None:
    _exiting.set()
    for isolate in list(_open):
        isolate.close()
