"""What a planted change is made of: an answer that is about to go out, and an effect on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["breaking", "risky", "additive"]
Kind = Literal[
    "removed",
    "rare",
    "type",
    "null",
    "form",
    "enum",
    "range",
    "empty",
    "new field",
    "body",
    "order",
    "status",
    "content type",
    "header",
    "new header",
    "cookie",
    "new cookie",
    "privilege",
    "paging",
    "graphql",
    "latency",
]
"""What a drift detector should call it. Who reads a field by its old name finds it removed."""

Hook = Literal[
    "open to all",
    "closed",
    "ended session",
    "expired token",
    "needs platform",
    "pages loop",
    "pages overlap",
    "low cap",
]
"""What cannot be done to a finished answer: the module that decides about it asks for these words."""


@dataclass(slots=True)
class Answer:
    """A finished answer, and what it answers. Changes write into it.

    Attributes:
        sent: body of the request.
        headers: names in lower case, in order; Content-Length is counted again at the end.
        delay: seconds until it goes out.
    """

    sent: bytes
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    delay: float = 0

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers if each == name), "")

    @property
    def is_json(self) -> bool:
        return self.header("content-type").startswith("application/json")


Change = Callable[[Answer, str], None]
"""Changes an answer at a place."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A way to change, without the place; the place is the fault's `where`.

    Attributes:
        kind, level: what a drift detector should report.
        change: done to the finished answer. A change that finds nothing to do at its place does nothing.
        hook: done by the module that decides.
    """

    kind: Kind
    level: Level
    change: Change | None = None
    hook: Hook | None = None


def if_success(change: Change) -> Change:
    """The change, of successes only."""

    def changed(answer: Answer, where: str) -> None:
        if answer.status < 300:
            change(answer, where)

    return changed


def dumped(value: Any) -> bytes:
    """As Starlette writes JSON, so that what did not change keeps its bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
