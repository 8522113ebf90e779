"""Markdown whose text comes from others.

Whatever comes from outside is either in a fenced block, where nothing is markup, or has its punctuation written as
character references, which are text wherever they stand (CommonMark, section 2.5). GitHub looks for `@names` and `#1`
only in what these stand for, but not where a character without width is in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_PUNCTUATION: Final = re.compile(r"[!-+./:-@\[-`{-~]")
_MENTION: Final = re.compile(r"[@#](?=\w)")
_BACKTICKS: Final = re.compile(r"`+")


def escaped(text: str) -> str:
    """Text, on one line, that Markdown and HTML show as it is.

    >>> escaped("a|b @all")
    'a&#124;b &#64;&#8203;all'
    """
    return _references(_MENTION.sub(lambda sign: f"{sign[0]}\u200b", text)).replace("\u200b", "&#8203;")


def code(text: str) -> str:
    """The same in the letters of code, in which GitHub looks for no names, so that it can be copied."""
    return f"<code>{_references(text)}</code>"


def fenced(text: str, language: str = "text") -> str:
    """A block that shows a text as it is: its fence is longer than any within (CommonMark, section 4.5)."""
    longest = max((len(ticks) for ticks in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}\n"


def folded(summary: str, content: str) -> str:
    """Content that is to be opened; both are Markdown already."""
    return f"\n<details><summary>{summary}</summary>\n\n{content}\n</details>\n"


def fitting(pieces: Iterable[str], room: int) -> tuple[list[str], int]:
    """The first pieces that fit into so many bytes, and how many do not."""
    kept: list[str] = []
    listed = list(pieces)
    for piece in listed:
        room -= size_of(piece)
        if room < 0:
            break
        kept.append(piece)
    return kept, len(listed) - len(kept)


def size_of(text: str) -> int:
    """How many bytes it takes in a file."""
    return len(text.encode("utf-8", "replace"))


def _references(text: str) -> str:
    return _PUNCTUATION.sub(lambda sign: f"&#{ord(sign[0])};", text)
