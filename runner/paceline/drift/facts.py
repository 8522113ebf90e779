"""What is known of a request's answers, and of one answer before anything is learnt from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from paceline.drift.shape import EMPTY, Shape

BodyKind = Literal["json", "csv", "html", "text", "bytes", "empty"]
BODY_KINDS: Final[tuple[BodyKind, ...]] = ("json", "csv", "html", "text", "bytes", "empty")


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer, from wherever it came: a live run, a cassette, an event log, a saved example.

    Attributes:
        key: of the request, as of its contract: stem of the collection, a slash, its name.
        headers: (name, value) pairs, `Set-Cookie` among them.
        elapsed_ms: None where it was not measured.
        host: that was asked, without port; what time an answer took counts for its host only.
        subject: what exactly was asked, such as method, address and body; empty where that is not known. Only a short
            digest of it is kept.
        set_cookies: the `Set-Cookie` headers of all hops; None: those of `headers`.
    """

    key: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    elapsed_ms: float | None = None
    subject: str = ""
    set_cookies: tuple[str, ...] | None = None
    host: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """How many of how many answers had something."""

    seen: int
    of: int


@dataclass(frozen=True, slots=True)
class CookieFacts:
    """A cookie that answers set; never its value.

    Attributes:
        attributes: how many had which: `secure`, `httponly`, `samesite=lax`, `path=/`, and `max-age=`
            with the seconds rounded down when it outlives the session, or `lasting` when that is told by a date.
    """

    presence: Presence
    attributes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of a request's answers of one status.

    Attributes:
        samples: short digests of the answers it was learnt from, so that none counts twice.
        asked: short digests of what was asked, and of each sketches of a few of the answers (`alike.sketch_of`).
        types: media types, in lower case and with the charset if one is named, and how often each came; empty for none.
        bodies: kinds of body, and how often each came.
        headers: by name in lower case; without those that come and go with the infrastructure.
        latency: milliseconds by host; of each a sample of at most `learning.MOST_TIMES`.
        errors: codes of GraphQL's errors, and how many answers had them; `-` for errors without a code.
        pages: page sizes that lists told.
        noise: pointers whose values differed in two answers to the same request.
        fickle: pointers that only one of two such answers had, or with another type.
        shape: of JSON bodies, and of CSV bodies as lists of records.
    """

    samples: frozenset[str] = frozenset()
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    types: Mapping[str, int] = field(default_factory=dict)
    bodies: Mapping[str, int] = field(default_factory=dict)
    headers: Mapping[str, Presence] = field(default_factory=dict)
    cookies: Mapping[str, CookieFacts] = field(default_factory=dict)
    latency: Mapping[str, frozenset[float]] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    pages: frozenset[int] = frozenset()
    noise: frozenset[str] = frozenset()
    fickle: frozenset[str] = frozenset()
    shape: Shape = EMPTY

    @property
    def count(self) -> int:
        """How many answers."""
        return len(self.samples)


@dataclass(frozen=True, slots=True)
class Lock:
    """What was learnt: by key of the request, then by status."""

    requests: Mapping[str, Mapping[int, Answers]] = field(default_factory=dict)
