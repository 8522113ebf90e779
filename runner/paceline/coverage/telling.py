"""What a suite covers, as text: a table for the terminal, JSON, and Markdown for a pull request or a job summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from paceline.coverage.outcome import MEASURES, CoverageReport, Measure, RequestCoverage, Share
from paceline.report.markdown import escaped
from paceline.report.screen import line
from paceline.report.style import Style

_NONE: Final = "-"
_LONGEST: Final = 60


def table_lines(report: CoverageReport, style: Style, *, verbose: bool = False) -> Iterator[str]:
    """A row for each request, those with the least covered first, and one for all.

    Args:
        verbose: below each request what is not covered.
    """
    rows = [_cells(request) for request in report.requests]
    totals = [_short(report.share(measure)) for measure in MEASURES]
    percents = [f"{report.share(measure).percent:g} %" if report.share(measure).of else _NONE for measure in MEASURES]
    head, foot = ("request", *MEASURES), (("all", *totals), ("", *percents))
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, *foot, strict=True)]
    yield style.faint(_row(head, widths))
    for request, cells in zip(report.requests, rows, strict=True):
        text = _row(cells, widths)
        yield text if request.ran and request.contract else style.yellow(text)
        if verbose:
            yield from (style.faint(f"  {each}") for each in gaps(request))
    for cells in foot:
        yield style.bold(_row(cells, widths))
    for request in report.requests:
        if not request.ran:
            yield line(f"not run: {request.key}: {request.reason}")


def gaps(request: RequestCoverage) -> Iterator[str]:
    """What is not covered of a request, a line for each measure."""
    came = [field for field in request.fields if field.came]
    listed: dict[str, Sequence[str]] = {
        "no test script looks at": [field.pointer for field in came if not field.looked_at],
        "not described": request.unknown,
        "never seen": [str(status) for status, seen in request.statuses if not seen],
        "values never seen": [f"{each.pointer} {each.value}" for each in request.values if not each.seen],
    }
    for what, names in listed.items():
        if names:
            yield line(f"{what}: {', '.join(names)}")


def markdown_lines(report: CoverageReport, missed: Sequence[str] = ()) -> Iterator[str]:
    """Totals, what fell short of a minimum, and the requests folded away below."""
    yield "### Coverage"
    yield ""
    yield "| measure | covered | of | |"
    yield "|---|---:|---:|---|"
    for measure, words in MEASURES.items():
        share = report.share(measure)
        percent = f"{share.percent:g} %" if share.of else _NONE
        yield f"| {measure} | {percent} | {share.count} of {share.of} | {words} |"
    yield ""
    if missed:
        yield from (f"- :x: {escaped(each)}" for each in missed)
        yield ""
    yield f"<details><summary>{len(report.requests)} requests, those with the least covered first</summary>"
    yield ""
    yield f"| request | {' | '.join(MEASURES)} |"
    yield f"|---|{'---:|' * len(MEASURES)}"
    for request in report.requests:
        yield f"| {' | '.join(map(escaped, _cells(request)))} |"
    yield ""
    yield "</details>"


def as_json(report: CoverageReport, missed: Sequence[str] = ()) -> dict[str, Any]:
    """All that there is, as docs/coverage.md tells it."""
    totals = {}
    for measure in MEASURES:
        share = report.share(measure)
        totals[measure] = {"count": share.count, "of": share.of, "percent": share.percent}
    return {"totals": totals, "missed": list(missed), "requests": [_request_json(each) for each in report.requests]}


def _request_json(request: RequestCoverage) -> dict[str, Any]:
    values: dict[str, dict[str, list[Any]]] = {}
    for each in request.values:
        known = values.setdefault(each.pointer, {"seen": [], "unseen": []})
        known["seen" if each.seen else "unseen"].append(each.value)
    return {
        "request": request.key,
        "at": str(request.at),
        "ran": request.ran,
        "reason": request.reason,
        "contract": None if request.contract is None else str(request.contract),
        "fields": [
            {"pointer": each.pointer, "came": each.came, "looked_at": each.looked_at} for each in request.fields
        ],
        "unknown": list(request.unknown),
        "statuses": {str(status): seen for status, seen in request.statuses},
        "values": values,
    }


def _cells(request: RequestCoverage) -> tuple[str, ...]:
    key = line(request.key)
    name = key if len(key) <= _LONGEST else f"{key[: _LONGEST - 1]}…"
    ran, contract = ("yes" if each else "no" for each in (request.ran, request.contract is not None))
    counted: tuple[Measure, ...] = ("described", "fields", "statuses", "values")
    return (name, ran, contract, *(_short(request.share(each)) for each in counted))


def _short(share: Share) -> str:
    return f"{share.count}/{share.of}" if share.of else _NONE


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    (first, least), *others = zip(cells, widths, strict=True)
    return "  ".join((first.ljust(least), *(cell.rjust(width) for cell, width in others))).rstrip()
