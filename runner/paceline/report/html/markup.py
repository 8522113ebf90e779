"""Foreign markup made fit for the report: a list of harmless elements is kept, all else goes.

The frame it is shown in runs no script and the page's policy loads nothing; this is the third lock on the same door,
and keeps what the other two would refuse from being tried at all.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

_KEPT: Final = frozenset(
    "a abbr article aside b blockquote body br caption center cite code col colgroup dd del details div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark meter ol p pre progress q s "
    "samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul".split()
)
_DROPPED_WHOLE: Final = frozenset("iframe math noscript object script svg template textarea title".split())
_ATTRIBUTES: Final = frozenset(
    "align alt bgcolor border cellpadding cellspacing class color colspan dir height id lang low max min high optimum "
    "open rowspan scope span start title valign value width".split()
)
_EMPTY: Final = frozenset("br col hr img".split())
_PICTURE: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")
_LOADS: Final = re.compile(r"@import[^;]*;?|url\s*\([^)]*\)|image-set\s*\(", re.IGNORECASE)


def harmless(markup: str, nonce: str) -> str:
    """A whole document of what is harmless in `markup`.

    Args:
        nonce: of the page's policy; style sheets carry it, and so do those made of `style` attributes.

    >>> harmless('<p onclick="evil()">Hi<script>evil()</script></p>', "n").partition("</style>")[2]
    '<p>Hi</p>'
    """
    sieve = _Sieve(nonce)
    sieve.feed(markup)
    sieve.close()
    styles = "".join(f'[data-style="{at}"]{{{rules}}}' for at, rules in enumerate(sieve.styles))
    base = "body{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1d2125;background:#fff}"
    return f'<!doctype html><meta charset="utf-8"><style nonce="{nonce}">{base}{styles}</style>{"".join(sieve.out)}'


class _Sieve(HTMLParser):
    def __init__(self, nonce: str) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.styles: list[str] = []
        self._nonce = nonce
        self._dropping: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _DROPPED_WHOLE:
            self._dropping.append(tag)
        elif self._dropping:
            return
        elif tag == "style":
            self._style = True
            self.out.append(f'<style nonce="{self._nonce}">')
        elif tag in _KEPT:
            self.out.append(f"<{tag}{''.join(self._attribute(tag, name, value or '') for name, value in attrs)}>")

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag not in _DROPPED_WHOLE:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._dropping:
            while self._dropping.pop() != tag:
                pass
        elif self._dropping:
            return
        elif tag == "style" and self._style:
            self._style = False
            self.out.append("</style>")
        elif tag in _KEPT and tag not in _EMPTY:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._dropping:
            return
        self.out.append(_LOADS.sub("", data).replace("<", "") if self._style else html.escape(data))

    def _attribute(self, tag: str, name: str, value: str) -> str:
        if name == "style":
            self.styles.append(re.sub(r"[{}<>]", "", _LOADS.sub("", value)))
            return f' data-style="{len(self.styles) - 1}"'
        if name in _ATTRIBUTES or (tag == "img" and name == "src" and _PICTURE.fullmatch(value)):
            return f' {name}="{html.escape(value)}"'
        return ""
