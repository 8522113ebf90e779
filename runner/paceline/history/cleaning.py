"""Leaves of a run what may be kept: names, numbers and words for shapes, but nothing that a service answered."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from paceline.drift.finding import Finding, FindingKind
from paceline.drift.forms import NUMBER_FORMS, TEXT_FORMS, key_form
from paceline.drift.pointers import ITEM, field_name, plain
from paceline.history.records import RunRecord, Timing

#: The words that `drift.wording.described` and the comparison of shapes have. A text with any other word, which
#: may be what a broken rule got, is not kept.
_WORDS: Final = frozenset(
    "string number boolean object array of null nothing or no such field often absent another form an empty json csv "
    "html text bytes ms".split()
) | {*TEXT_FORMS, *NUMBER_FORMS}
#: Kinds whose numbers are rounded or measured by us, or are statuses; those of others may be values.
_WITH_NUMBERS: Final[frozenset[FindingKind]] = frozenset({"status", "range", "latency"})
#: Kinds whose texts tell of values, which may happen to be words for shapes.
_OF_VALUES: Final[frozenset[str]] = frozenset({"enum", "order", "paging", "graphql", "cookie"})
_BETWEEN: Final = re.compile(r"[\s,()]+|\.\.")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?|-?inf")

_LONGEST: Final = 1000


def cleaned(record: RunRecord) -> RunRecord:
    """The record as it may be kept."""
    return replace(
        record,
        started=record.started if math.isfinite(record.started) else 0.0,
        suite=_text(record.suite),
        environment=_text(record.environment),
        host=cleaned_host(record.host),
        findings=tuple(map(cleaned_finding, record.findings)),
        timings=tuple(_timings(record)),
        compared={cleaned_key(key): statuses for key, statuses in record.compared.items()},
        fields={cleaned_key(key): frozenset(map(cleaned_pointer, each)) for key, each in record.fields.items()},
    )


def cleaned_finding(finding: Finding) -> Finding:
    """The finding without what may be a value."""
    return replace(
        finding,
        key=cleaned_key(finding.key),
        pointer=cleaned_pointer(finding.pointer),
        old=_shape_words(finding.kind, finding.old),
        new=_shape_words(finding.kind, finding.new),
        message="",
        sample="",
    )


def cleaned_key(key: str) -> str:
    """The key of a request, in a form that can be stored."""
    return _text(key)


def cleaned_pointer(pointer: str) -> str:
    """The pointer with `*` in place of every name that stands for something rather than for a field.

    >>> cleaned_pointer("/users/ann@example.org/rides/0/id"), cleaned_pointer("cookie:sid")
    ('/users/*/rides/*/id', 'cookie:sid')
    """
    first, *steps = plain(pointer).split("/")
    return _text("/".join([first, *(ITEM if key_form(field_name(step)) else step for step in steps)]))


def cleaned_host(host: str) -> str:
    """The address without user, path and query.

    >>> cleaned_host("https://ann:pw@api.example.org:8443/v1?key=1"), cleaned_host("recording")
    ('https://api.example.org:8443', 'recording')
    """
    scheme, separator, rest = host.rpartition("://")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    return _text(f"{scheme}{separator}{authority.rpartition('@')[2]}")


def _timings(record: RunRecord) -> Iterator[Timing]:
    for each in record.timings:
        if math.isfinite(each.elapsed_ms):
            yield replace(each, key=cleaned_key(each.key))


def _shape_words(kind: FindingKind, text: str) -> str:
    """The text, if nothing but a shape can be told by it; otherwise nothing.

    >>> _shape_words("type", "array of string (uuid) or null"), _shape_words("enum", "CANCELLED")
    ('array of string (uuid) or null', '')
    """
    if kind in _OF_VALUES:
        return ""
    words = filter(None, _BETWEEN.split(text))
    known = all(word in _WORDS or (kind in _WITH_NUMBERS and _NUMBER.fullmatch(word)) for word in words)
    return _text(text) if known else ""


def _text(text: str) -> str:
    """Text that SQLite can store: half a surrogate pair, which UTF-8 cannot hold, is spelt; what is endless is cut."""
    return text[:_LONGEST].encode("utf-8", "backslashreplace").decode()
