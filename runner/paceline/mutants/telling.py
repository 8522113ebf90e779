"""What came of it, for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from paceline.mutants.operators import OPERATORS
from paceline.mutants.outcome import Judged, Mutated, Score, Told, Unmutated
from paceline.report.screen import count, duration, line
from paceline.report.style import Style

_SHOWN: Final = 3  # places of a request
_COLUMNS: Final = ("noticed", "by contract", "by checks", "allowed", "survived", "score")


def judged_of(told: Sequence[Told]) -> list[Judged]:
    """All mutants, in order."""
    return [one for each in told if isinstance(each, Mutated) for one in each.judged]


def score_of(judged: Sequence[Judged]) -> Score:
    """The score of some mutants."""
    return Score.of(one.fate for one in judged)


# --- For a terminal ---


def report_lines(told: Sequence[Told], style: Style, seconds: float, *, verbose: bool = False) -> Iterator[str]:
    """The score, by what and by whom, and what nothing noticed with what would."""
    judged = judged_of(told)
    if judged:
        yield from _score_lines(judged, style, seconds)
        yield ""
        yield from _table("collection", judged, lambda one: one.request.partition("/")[0], style)
        yield ""
        yield from _table("operator", judged, lambda one: one.operator, style)
    yield from _unnoticed(told, style, verbose=verbose)
    if verbose:
        yield from _allowed(told, style)
    yield from _unmutated(told, style)


def _score_lines(judged: Sequence[Judged], style: Style, seconds: float) -> Iterator[str]:
    score = score_of(judged)
    counted = score.caught + score.survived
    yield style.bold(f"mutation score {percent(score.percent)}") + (
        f"  {score.caught:,} of {count(counted, 'change')} of recorded answers would be noticed"
    )
    if score.allowed:
        yield (
            f"{score.allowed:,} more may be: the contract allows them, or the recording has the like. "
            f"Were they missed, it would be {percent(score.strict_percent)}"
        )
    speed = score.mutants / seconds * 60 if seconds else 0
    yield style.faint(f"{count(score.mutants, 'mutant')} in {duration(seconds * 1000)}, {speed:,.0f} a minute")


def percent(value: float | None) -> str:
    """A share, rounded down so that it never looks better than it is.

    >>> percent(99.97), percent(None)
    ('99.9 %', 'of nothing')
    """
    return "of nothing" if value is None else f"{int(value * 10) / 10:.1f} %"


def _table(title: str, judged: Sequence[Judged], key: Callable[[Judged], str], style: Style) -> Iterator[str]:
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(key(one), []).append(one)
    order: tuple[str, ...] = OPERATORS
    names = sorted(groups, key=lambda name: order.index(name) if name in order else 0)
    rows: list[tuple[str, ...]] = [(title, *_COLUMNS)]
    for name in names:
        score = score_of(groups[name])
        numbers = (score.caught, score.contract, score.assertion + score.script, score.allowed, score.survived)
        shown = "" if score.percent is None else percent(score.percent)
        rows.append((line(name), *(f"{number:,}" for number in numbers), shown))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        text = "  ".join(cells).rstrip()
        yield style.faint(text) if number == 0 else text


def _unnoticed(told: Sequence[Told], style: Style, *, verbose: bool) -> Iterator[str]:
    missed = [each for each in told if isinstance(each, Mutated) and score_of(each.judged).survived]
    if missed:
        yield from ("", style.bold("What nothing noticed, and what would notice it"))
    for each in missed:
        yield f" {line(each.request)}"
        groups = _grouped([one for one in each.judged if one.fate == "survived"])
        shown = groups if verbose else groups[:_SHOWN]
        for group in shown:
            first = group[0]
            operators = ", ".join(dict.fromkeys(one.operator for one in group))
            what = f" ({first.change})" if len(group) == 1 else ""
            yield f"   {style.signs.failed} {operators}  {line(first.pointer) or 'the whole answer'}{line(what)}"
            for label, text in _advice(first):
                yield style.faint(f"     {label}: {line(text)}")
        left = len(groups) - len(shown)
        if left:
            yield style.faint(f"   {style.signs.ellipsis} and {count(left, 'place')} more; --verbose shows them")


def _grouped(survivors: Sequence[Judged]) -> list[list[Judged]]:
    """Those of one place that one check would notice."""
    groups: dict[tuple[str, str], list[Judged]] = {}
    for one in survivors:
        check = one.suggestion.check if one.suggestion is not None else ""
        groups.setdefault((one.pointer, check), []).append(one)
    return list(groups.values())


def _advice(one: Judged) -> Iterator[tuple[str, str]]:
    if one.suggestion is not None and one.suggestion.check:
        yield "check", one.suggestion.check
    if one.suggestion is not None and one.suggestion.contract:
        yield "contract", one.suggestion.contract


def _allowed(told: Sequence[Told], style: Style) -> Iterator[str]:
    yield from ("", style.bold("What the service may do"))
    for each in told:
        allowed = [one for one in each.judged if one.fate == "allowed"] if isinstance(each, Mutated) else []
        if allowed:
            yield f" {line(each.request)}"
        for one in allowed:
            yield style.faint(f"   {one.operator}  {line(one.pointer) or 'the whole answer'}: {one.by}")


def _unmutated(told: Sequence[Told], style: Style) -> Iterator[str]:
    left = [each for each in told if isinstance(each, Unmutated)]
    if left:
        yield from ("", style.bold("Not changed"))
    for each in left:
        sign = style.red(style.signs.failed) if each.failed else style.signs.dot
        reason = f"it fails as it was recorded: {each.reason}" if each.failed else each.reason
        yield f" {sign} {line(each.request)}: {line(reason)}"


# --- As JSON ---


def report_json(told: Sequence[Told], seconds: float) -> dict[str, Any]:
    """The report as docs/mutation.md describes it."""
    judged = judged_of(told)
    by_operator = {name: [one for one in judged if one.operator == name] for name in OPERATORS}
    collections = dict.fromkeys(one.request.partition("/")[0] for one in judged)
    return {
        **_score_json(score_of(judged)),
        "seconds": round(seconds, 3),
        "operators": {name: _score_json(score_of(those)) for name, those in by_operator.items() if those},
        "collections": {
            name: _score_json(score_of([one for one in judged if one.request.partition("/")[0] == name]))
            for name in collections
        },
        "requests": [_request_json(each) for each in told if isinstance(each, Mutated)],
        "unmutated": [
            {"request": each.request, "reason": each.reason, "failed": each.failed}
            for each in told
            if isinstance(each, Unmutated)
        ],
    }


def _score_json(score: Score) -> dict[str, Any]:
    return {
        "score": score.percent,
        "strict_score": score.strict_percent,
        "mutants": score.mutants,
        "contract": score.contract,
        "assertion": score.assertion,
        "script": score.script,
        "allowed": score.allowed,
        "survived": score.survived,
    }


def _request_json(each: Mutated) -> dict[str, Any]:
    return {
        "request": each.request,
        **_score_json(score_of(each.judged)),
        "made": each.made,
        "survivors": [_judged_json(one) for one in each.judged if one.fate == "survived"],
        "may_be": [_judged_json(one) for one in each.judged if one.fate == "allowed"],
    }


def _judged_json(one: Judged) -> dict[str, Any]:
    told: dict[str, Any] = {"operator": one.operator, "pointer": one.pointer, "change": one.change}
    if one.by:
        told["why"] = one.by
    if one.suggestion is not None:
        told["suggestion"] = {"check": one.suggestion.check, "contract": one.suggestion.contract}
    return told
