"""What a lock has learnt, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from paceline.drift.facts import Answers, Lock
from paceline.drift.lock_lines import lines_of
from paceline.drift.pointers import plain
from paceline.drift.widening import Widening, widenings

_MOST: Final = 12  # of one kind


def learnt_lines(before: Lock, after: Lock) -> list[str]:
    """What is known now that was not before, for the reader; nothing when nothing is.

    Answers that only confirm what was known are told by their number.
    """
    added, statuses, changes, confirmed = [], [], [], 0
    for key, by_status in sorted(after.requests.items()):
        known = before.requests.get(key)
        if known is None:
            added.append(f"  {key}: {_statuses(by_status)}")
            continue
        for status, answers in sorted(by_status.items()):
            if status not in known:
                statuses.append(f"  {key}: {_statuses({status: answers})}")
                continue
            found = [f"  {key} ({status}) {_told(each)}" for each in widenings(known[status].shape, answers.shape)]
            found += [f"  {key} ({status}) {each}" for each in _around(known[status], answers)]
            changes += found
            confirmed += not found and answers != known[status]
    lines = [*_listed("new request", added), *_listed("new status", statuses, "new statuses")]
    lines += _listed("wider place", changes)
    if confirmed:
        what = "the answers of 1 request confirm" if confirmed == 1 else f"the answers of {confirmed} requests confirm"
        lines.append(f"{what} what was known")
    return lines


def _listed(name: str, entries: list[str], several: str = "") -> Iterator[str]:
    if not entries:
        return
    yield f"1 {name}:" if len(entries) == 1 else f"{len(entries)} {several or f'{name}s'}:"
    yield from entries[:_MOST]
    if len(entries) > _MOST:
        yield f"  and {len(entries) - _MOST} more"


def _statuses(by_status: Mapping[int, Answers]) -> str:
    return "; ".join(f"{status}, {_extent(answers)}" for status, answers in sorted(by_status.items()))


def _extent(answers: Answers) -> str:
    places = len(lines_of(answers.shape))
    what = f"{places} place{'' if places == 1 else 's'}" if places else f"{' or '.join(sorted(answers.bodies))} body"
    return f"{what} from {answers.count} answer{'' if answers.count == 1 else 's'}"


def _told(each: Widening) -> str:
    return f"{plain(each.pointer) or 'body'}: {each.what}"


def _around(before: Answers, after: Answers) -> Iterator[str]:
    """What came with bodies: kinds of them, types, headers, cookies, errors of GraphQL."""
    for name, old, new in (
        ("body", before.bodies, after.bodies),
        ("content-type", before.types, after.types),
        ("GraphQL error", before.errors, after.errors),
    ):
        yield from (f"{name}: {each or 'none'}" for each in sorted(new.keys() - old.keys()))
    for name, promised, seen in (
        ("header", before.headers, after.headers),
        ("cookie", before.cookies, {each: facts.presence for each, facts in after.cookies.items()}),
    ):
        yield from (f"{name}:{each}: new" for each in sorted(seen.keys() - promised.keys()))
    if after.noise - before.noise or after.fickle - before.fickle:
        places = sorted(map(plain, (after.noise - before.noise) | (after.fickle - before.fickle)))
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        yield f"changes from call to call: {', '.join(places[:3])}{more}"
