"""Which findings a command line accepts, and the command line that accepts a finding."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from paceline.drift.accept import accept
from paceline.drift.facts import Lock
from paceline.drift.finding import Finding, Level
from paceline.drift.pointers import is_within, plain
from paceline.errors import UsageError, nearest

#: What a finding that is not about the body goes by, instead of a JSON Pointer.
_WORDS: Final = re.compile(r"(?:status|privilege|content-type|body|paging|latency|(?:header|cookie):.*)")
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be accepted.

    Attributes:
        pointer: as of a finding; it stands for what is within it, too.
        key: of the request; empty: any.
    """

    pointer: str
    key: str = ""

    def holds(self, finding: Finding) -> bool:
        """Whether a finding is about this place."""
        return self.key in {"", finding.key} and is_within(finding.pointer, self.pointer)


def accept_command(finding: Finding, suite: str = "") -> str:
    """The command that takes a finding for the new normal, to be pasted into a shell.

    Args:
        suite: path of the suite's file; empty where `paceline` finds it by itself.

    >>> accept_command(Finding("risky", "enum", "users/User Overview", 200, "/data/*/status", "a", "b"))
    "paceline contract accept --request 'users/User Overview' --only '/data/*/status'"
    """
    words = ["paceline", "contract", "accept", *([suite] if suite else [])]
    return f"{shlex.join(words)} {_option('request', finding.key)} {_option('only', finding.pointer)}"


def _option(name: str, value: str) -> str:
    """The option; joined by `=` where the value would be taken for another option."""
    return f"--{name}{'=' if value.startswith('-') else ' '}{shlex.quote(value)}"


def place_of(text: str, keys: Iterable[str]) -> Place:
    """The place that a command line names: `/data/*/status`, `header:link`, or `users/User Overview#/streaks`.

    Args:
        keys: of all requests that are known.

    Raises:
        UsageError: it is none of these.

    >>> place_of("users/C# riders#/data/{key}", ["users/C# riders"])
    Place(pointer='/data/*', key='users/C# riders')
    """
    if not text or text.startswith("/") or _WORDS.fullmatch(text):
        return Place(plain(text))
    known = list(keys)
    for key in sorted(known, key=len, reverse=True):
        if text.startswith(f"{key}#"):
            return Place(plain(text.removeprefix(f"{key}#")), key)
    key, sign, _ = text.partition("#")
    if sign:
        near = nearest(key, known)
        raise UsageError(
            f"there is no request {key!r}", fix=f"did you mean {near!r}?" if near else "see the drift report"
        )
    near = f"/{text}" if "/" not in text else "/data/*/status, header:link, or users/User Overview#/streaks"
    raise UsageError(f"{text!r} is not a place of an answer", fix=f"write it as the report does, such as {near}")


def accept_places(
    lock: Lock,
    now: Lock,
    *,
    only: Sequence[str] = (),
    key: str = "",
    levels: Collection[Level] = (),
    complete: bool = False,
) -> tuple[Lock, list[Finding]]:
    """The lock with what was asked for taken over, and the findings that were; see `drift.accept.accept`.

    Args:
        only: places as of `place_of`; none: all.
        key: of the one request to look at; empty: all.
        levels: of the findings to accept; none: all.

    Raises:
        UsageError: one of the places is about no finding, though there are some; or there is no such request.
    """
    keys = sorted({*lock.requests, *now.requests})
    if key and key not in keys:
        near = nearest(key, keys)
        fix = f"did you mean {near!r}?" if near else "write <collection>/<name of the request>, as the report does"
        raise UsageError(f"there is no request {key!r}", fix=fix)
    places = [place_of(text, keys) for text in only]

    def is_asked_for(finding: Finding) -> bool:
        return key in {"", finding.key} and (not levels or finding.level in levels)

    def is_wanted(finding: Finding) -> bool:
        return is_asked_for(finding) and (not places or any(place.holds(finding) for place in places))

    _, possible = accept(lock, now, is_asked_for, complete=complete)
    for text, place in zip(only, places, strict=True):
        if possible and not any(map(place.holds, possible)):
            raise _unknown(text, place, possible)
    return accept(lock, now, is_wanted, complete=complete)


def _unknown(text: str, place: Place, findings: Sequence[Finding]) -> UsageError:
    here = [each for each in findings if place.key in {"", each.key}]
    pointers = sorted({each.pointer for each in here or findings})
    near = difflib.get_close_matches(place.pointer, pointers, n=_SHOWN, cutoff=0.5)
    more = f" and {len(pointers) - _SHOWN} more" if len(pointers) > _SHOWN else ""
    fix = (
        f"did you mean {' or '.join(near)}?" if near else f"there are findings at {', '.join(pointers[:_SHOWN])}{more}"
    )
    return UsageError(f"no finding is about {text}", fix=fix)
