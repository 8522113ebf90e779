"""An HTML report taken apart, as its page does it in a browser."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.report.building import tell

from paceline.engine.events import Event
from paceline.report.html.report import HtmlReport
from paceline.report.masking import Mask

_BLOCK = re.compile(r'<script type="application/octet-stream" id="([\w-]+)">([^<]*)</script>')


@dataclass(frozen=True)
class Opened:
    """The text of the file, the list that its page unpacks first, and the details of every item."""

    text: str
    index: dict[str, Any]
    details: list[dict[str, Any]]

    @property
    def unpacked(self) -> str:
        """All that anybody can read in it."""
        return "\n".join((self.text, json.dumps([self.index, self.details], ensure_ascii=False)))


def opened(path: Path) -> Opened:
    text = path.read_text(encoding="utf-8")
    data = {name: json.loads(zlib.decompress(b64decode(packed))) for name, packed in _BLOCK.findall(text)}
    index = data.pop("index")
    return Opened(text, index, [detail for number in range(len(data)) for detail in data[f"block-{number}"]])


def html_report(events: Iterable[Event], folder: Path) -> Opened:
    """What the report makes of a run."""
    tell(events, HtmlReport(folder / "report.html", Mask()))
    return opened(folder / "report.html")
