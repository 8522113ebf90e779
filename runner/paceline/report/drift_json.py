"""Drift as JSON data, for programs; every member is always there."""

from __future__ import annotations

from typing import Any

from paceline.drift.finding import LEVELS
from paceline.drift.outcome import Change, Drift, Reader, fails
from paceline.report.drift_masking import masked_drift
from paceline.report.masking import Mask


def drift_json(drift: Drift, mask: Mask) -> dict[str, Any]:
    """The drift: its sum, and under `changes` everything that is known of each.

    `since` is in milliseconds of Unix time like every time of this report, and null where the change is new.
    """
    drift = masked_drift(drift, mask)
    return {
        "against": drift.against,
        "compared": drift.compared,
        "unlearnt": list(drift.unlearnt),
        "failOn": drift.fail_on,
        "failed": any(drift.failing()),
        "counts": {level: drift.count(level) for level in LEVELS},
        "changes": [_change(each, drift) for each in drift.changes],
    }


def _change(change: Change, drift: Drift) -> dict[str, Any]:
    finding = change.finding
    return {
        "level": finding.level,
        "failed": fails(finding.level, drift.fail_on),
        "kind": finding.kind,
        "request": finding.key,
        "status": finding.status,
        "pointer": finding.pointer,
        "old": finding.old,
        "new": finding.new,
        "sample": finding.sample,
        "message": finding.message,
        "known": finding.known,
        "since": None if change.since is None else round(change.since * 1000),
        "runs": change.runs,
        "readers": [_reader(each) for each in change.readers],
        "acceptedBy": change.accepted_by,
        "oldLines": list(change.old_lines),
        "newLines": list(change.new_lines),
    }


def _reader(reader: Reader) -> dict[str, Any]:
    return {
        "kind": reader.kind,
        "name": reader.name,
        "file": reader.at.file,
        "pointer": reader.at.pointer,
        "variable": reader.variable,
    }
