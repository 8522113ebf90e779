"""What a run comes to: the exit code.

Several reasons may hold at once. The one nearer to the cause counts, since what follows from it is noise: a request
that could not be sent also fails its tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum

from paceline.model.outcome import Failure


class ExitCode(IntEnum):
    """What the process tells its caller.

    OK: all good. FAILED: a check did not hold. BAD_INPUT: options, configuration or files are wrong and nothing was
    sent. NOT_SENT: a request could not be sent or was not answered. SCRIPT_ERROR: a script broke. CONTRACT: a response
    broke its contract. NOTHING_RAN: no request was executed. INTERRUPTED: Ctrl-C, as shells have it.

    >>> ExitCode(3).name
    'NOT_SENT'
    """

    OK = 0
    FAILED = 1
    BAD_INPUT = 2
    NOT_SENT = 3
    SCRIPT_ERROR = 4
    CONTRACT = 5
    NOTHING_RAN = 6
    INTERRUPTED = 130


_CODE_OF_KIND = {
    "request": ExitCode.NOT_SENT,
    "unresolved": ExitCode.NOT_SENT,
    "script": ExitCode.SCRIPT_ERROR,
    "contract": ExitCode.CONTRACT,
    "assertion": ExitCode.FAILED,
}

#: When several apply, the first of these is the answer.
PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.BAD_INPUT,
    ExitCode.NOT_SENT,
    ExitCode.SCRIPT_ERROR,
    ExitCode.CONTRACT,
    ExitCode.FAILED,
    ExitCode.NOTHING_RAN,
    ExitCode.OK,
)


def exit_code(
    failures: Iterable[Failure], *, executed: int, timed_out: bool = False, interrupted: bool = False
) -> ExitCode:
    """The exit code of a run.

    Args:
        executed: how many items ran, skipped ones not counted.
        timed_out: the run took too long, so that requests after it were not sent.
    """
    apply = {_CODE_OF_KIND[failure.kind] for failure in failures}
    if timed_out:
        apply.add(ExitCode.NOT_SENT)
    if interrupted:
        apply.add(ExitCode.INTERRUPTED)
    if executed == 0:
        apply.add(ExitCode.NOTHING_RAN)
    return worst(apply)


def worst(codes: Collection[ExitCode]) -> ExitCode:
    """The one of several exit codes that counts; OK when there is none."""
    return next((code for code in PRECEDENCE if code in codes), ExitCode.OK)
