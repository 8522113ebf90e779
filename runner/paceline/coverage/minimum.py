"""How much has to be covered, at least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from paceline.coverage.outcome import MEASURES, CoverageReport, Measure
from paceline.errors import UsageError, nearest

Minimum = Mapping[Measure, float]


def parse_minimum(text: str) -> Minimum:
    """Percentages by measure: `requests=100,fields=40`; a number alone holds for every measure that is not named.

    >>> parse_minimum("requests=100,fields=40")
    {'requests': 100.0, 'fields': 40.0}

    Raises:
        UsageError: it is not of that form, or names what is not measured.
    """
    named: dict[Measure, float] = {}
    rest: float | None = None
    for part in text.split(","):
        name, equals, number = (each.strip() for each in part.rpartition("="))
        measure = next((each for each in get_args(Measure) if each == name), None)
        if measure is None and equals:
            near = nearest(name, MEASURES)
            fix = f"did you mean {near}?" if near else f"there are {', '.join(MEASURES)}"
            raise UsageError(f"--min-coverage: nothing is measured that is called `{name}`", fix=fix)
        if measure in named or (measure is None and rest is not None):
            raise UsageError(f"--min-coverage: {name or 'the number for all'} is given twice", fix="give it once")
        if measure is None:
            rest = _percentage(number)
        else:
            named[measure] = _percentage(number)
    return named if rest is None else {each: named.get(each, rest) for each in MEASURES}


def _percentage(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= 100:
        return value
    fix = "write a number from 0 to 100 for all measures, or a list such as requests=100,fields=40"
    raise UsageError(f"--min-coverage: {text!r} is no percentage", fix=fix)


def shortfalls(report: CoverageReport, minimum: Minimum) -> Iterator[str]:
    """What falls short, a line each."""
    for measure, least in minimum.items():
        share = report.share(measure)
        if share.of and share.count * 100 < least * share.of:
            yield f"{measure}: {share.percent:g} %, and at least {least:g} % are asked for ({MEASURES[measure]})"
