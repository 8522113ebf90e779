"""Answers for the tests of drift."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from paceline.drift.compare import compare
from paceline.drift.facts import Lock, Observation
from paceline.drift.finding import Finding
from paceline.drift.learning import learn

JSON = ("Content-Type", "application/json")
KEY = "users/List"


def answer(body: Any, *headers: tuple[str, str], status: int = 200, asked: str = "", **more: Any) -> Observation:
    """An answer with a JSON body; bytes are the body itself."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Observation(KEY, status, headers or (JSON,), content, subject=asked, **more)


def learnt(*bodies: Any, asked: str = "") -> Lock:
    """What is known after answers with these bodies."""
    return learn(Lock(), [answer(body, asked=asked) for body in bodies])


def found(lock: Lock, *bodies: Any, asked: str = "") -> list[Finding]:
    """The findings about answers with these bodies."""
    return compare(lock, [answer(body, asked=asked) for body in bodies])


def told(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    """What findings come to: level, kind and place."""
    return [(each.level, each.kind, each.pointer) for each in findings]


_NAMES = st.sampled_from(["id", "name", "type", "a/b", "*", "{key}", "7", "2024-01-01", "f" * 32, "é", ""])
_TEXTS = st.sampled_from(
    [
        "",
        "DONE",
        "OPEN",
        "x",
        "2024-01-01",
        "0" * 32,
        "ann@example.org",
        "one two",
        "********",
        "https://a/scrubbed-token",
    ]
) | st.text(max_size=4)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS

VALUES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
"""JSON values, with the names and texts that are something special to a shape more often than others."""

ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(0, 9) | st.none(), "status": st.sampled_from(["DONE", "OPEN", ""])},
        optional={"ride": st.none() | st.just({"title": "x", "tags": []}), "type": st.sampled_from(["a", "b"])},
    ),
    max_size=8,
)
"""Lists of records as APIs have them."""

ANSWERS = st.lists(
    st.builds(
        answer,
        VALUES | ROWS | st.just(b"<html></html>"),
        st.just(JSON),
        st.tuples(st.sampled_from(["X-Total", "Link"]), st.just("1")),
        st.tuples(st.just("Set-Cookie"), st.sampled_from(["a=1; Secure", "a=2", "b=1; Max-Age=60"])),
        status=st.sampled_from([200, 404]),
        asked=st.sampled_from(["", "GET /a"]),
    ),
    min_size=1,
    max_size=4,
)
"""Answers of all kinds to one request."""
