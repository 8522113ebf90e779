"""Terminals of some width."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

from tests.report.building import tell

from paceline.engine.events import Event
from paceline.report.masking import Mask
from paceline.report.terminal import TerminalReport


def on_terminal(events: list[Event], columns: int, *, progress: bool) -> str:
    """What is written to a terminal of this width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    attributes = termios.tcgetattr(slave)
    attributes[1] &= ~termios.OPOST  # a line end stays one character
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.extend(_chunks(master)))
    reader.start()
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        tell(events, TerminalReport(stream, color=False, progress=progress, verbose=False, mask=Mask()))
    reader.join()
    os.close(master)
    return b"".join(read).decode()


def _chunks(descriptor: int) -> Iterator[bytes]:
    with suppress(OSError):  # how Linux tells that the other end is closed
        while chunk := os.read(descriptor, 65536):
            yield chunk
