"""Data in the page: JSON, compressed, in base64, so that nothing in it can be taken for markup."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any, Final

from paceline.report.sdk_json import encoded

#: Characters of JSON in one block: what a browser unpacks in a few milliseconds when an item is opened.
BLOCK: Final = 400_000


def packed(text: str) -> str:
    """A text as the page unpacks it: UTF-8, compressed by zlib (`deflate` to browsers), in base64.

    >>> packed("[]")
    'eJyLjgUAARUAuQ=='
    """
    return b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"))).decode()


def blocks(values: Iterable[Any], firsts: list[int]) -> Iterator[str]:
    """The values as packed lists of about the same length.

    Args:
        firsts: takes the number of the first value of each block.
    """
    texts: list[str] = []
    length = 0
    for number, value in enumerate(values):
        if not texts:
            firsts.append(number)
        texts.append(encoded(value))
        length += len(texts[-1])
        if length >= BLOCK:
            yield packed(f"[{','.join(texts)}]")
            texts, length = [], 0
    if texts:
        yield packed(f"[{','.join(texts)}]")
