"""Colours and signs of the terminal report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TextIO

_UNICODE: Final = "✓✗↳↪…│─┌┐└┘├┤┬┴┼›·×⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters that are drawn rather than written."""

    passed: str = "✓"
    failed: str = "✗"
    item: str = "↳"
    redirect: str = "↪"
    ellipsis: str = "…"
    bar: str = "│"
    rule: str = "─"
    step: str = "›"
    dot: str = "·"
    times: str = "×"
    table: str = "┌┬┐├┼┤└┴┘"
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


_ASCII: Final = Signs("ok", "x", "->", "=>", "...", "|", "-", ">", "-", "x", "+++++++++", "|/-\\")


def _painter(on: int, off: int) -> Callable[[Style, str], str]:
    """A method that puts text between two of ECMA-48's escape sequences for colours (8.3.117)."""

    def paint(style: Style, text: str) -> str:
        return f"\x1b[{on}m{text}\x1b[{off}m" if style.color and text else text

    return paint


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set off. Without colour nothing but the text is written."""

    color: bool
    signs: Signs

    @classmethod
    def of(cls, stream: TextIO, *, color: bool) -> Style:
        """The style for a stream: one that cannot encode the signs gets ASCII in their place."""
        try:
            _UNICODE.encode(stream.encoding or "utf-8")
        except (UnicodeEncodeError, LookupError):
            return cls(color, _ASCII)
        return cls(color, Signs())

    bold = _painter(1, 22)
    faint = _painter(90, 39)
    red = _painter(31, 39)
    green = _painter(32, 39)
    yellow = _painter(33, 39)
    cyan = _painter(36, 39)

    def status(self, status: int, text: str) -> str:
        """A status in the colour of its class (RFC 9110, section 15)."""
        if status < 300:
            return self.green(text)
        return self.cyan(text) if status < 400 else self.yellow(text) if status < 500 else self.red(text)
