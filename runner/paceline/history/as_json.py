"""The history as JSON data, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from paceline.drift.finding import Finding
from paceline.history.records import OpenFinding, Pace, RunRecord

_VERSION: Final = 1


def runs_json(path: Path, runs: Sequence[RunRecord]) -> dict[str, Any]:
    """Runs with their findings; of their times `--trend` tells."""
    rows = []
    for run in runs:
        row = asdict(run)
        for name in ("timings", "compared", "fields"):
            del row[name]
        rows.append(row | {"compared": len(run.compared), "findings": list(map(_finding, run.findings))})
    return _document(path, "runs", rows)


def findings_json(path: Path, findings: Sequence[OpenFinding]) -> dict[str, Any]:
    """The findings that are open, with since when."""
    return _document(path, "findings", [asdict(each) | {"finding": _finding(each.finding)} for each in findings])


def trend_json(path: Path, key: str, trend: Sequence[Pace]) -> dict[str, Any]:
    """The times of a request, run by run."""
    return _document(path, "trend", list(map(asdict, trend))) | {"request": key}


def pruned_json(path: Path, removed: int, left: int) -> dict[str, Any]:
    """How many runs went, and how many are left."""
    return _document(path, "removed", removed) | {"left": left}


def _finding(finding: Finding) -> dict[str, Any]:
    """What is kept of a finding."""
    data = asdict(finding)
    del data["message"], data["sample"]
    return data


def _document(path: Path, name: str, content: Any) -> dict[str, Any]:
    return {"format": "paceline history", "version": _VERSION, "file": str(path), name: content}
