"""What a run tells of drift, without secrets.

A drift names things and shows no values but masked ones, so it needs another hand than text does: in `cookie:token` and
in the line of a field that is called `password` nothing follows that would be a secret.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from paceline.drift.finding import Finding
from paceline.drift.outcome import Change, Drift, Reader
from paceline.errors import Location
from paceline.report.masking import Mask

_WORDS: Final = re.compile(r"(\b(?:cookie|header):|: )")


def masked_drift(drift: Drift, mask: Mask) -> Drift:
    """The drift as every report may show it."""
    return replace(
        drift,
        against=mask.text(drift.against),
        unlearnt=tuple(map(mask.text, drift.unlearnt)),
        changes=tuple(_change(each, mask) for each in drift.changes),
    )


def masked_names(text: str, mask: Mask) -> str:
    """A place, a command or a line of a lock: what stands behind a colon is not the value of what stands before it."""
    return "".join(part if _WORDS.fullmatch(part) else mask.text(part) for part in _WORDS.split(text))


def _change(change: Change, mask: Mask) -> Change:
    return replace(
        change,
        finding=_finding(change.finding, mask),
        readers=tuple(_reader(each, mask) for each in change.readers),
        accepted_by=masked_names(change.accepted_by, mask),
        old_lines=tuple(masked_names(line, mask) for line in change.old_lines),
        new_lines=tuple(masked_names(line, mask) for line in change.new_lines),
    )


def _finding(finding: Finding, mask: Mask) -> Finding:
    return replace(
        finding,
        key=mask.text(finding.key),
        pointer=masked_names(finding.pointer, mask),
        old=mask.text(finding.old),
        new=mask.text(finding.new),
        message=mask.text(finding.message),
        sample=mask.text(finding.sample),
    )


def _reader(reader: Reader, mask: Mask) -> Reader:
    at = Location(mask.text(reader.at.file), mask.text(reader.at.pointer))
    return replace(reader, name=mask.text(reader.name), at=at, variable=mask.text(reader.variable))
