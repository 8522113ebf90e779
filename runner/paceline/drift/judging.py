"""What the facts of a shape mean, and how surprising new ones are; every threshold of drift stands here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from paceline.drift.finding import Level
from paceline.drift.forms import ANY_KEY
from paceline.drift.shape import Arrays, Field, Numbers, Objects, Strings


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much evidence is asked for.

    A false finding costs more than a missed one: who is alarmed for nothing looks away.

    Attributes:
        required_after: sightings after which a field that was always there counts as required.
        surprise: chance of a difference between two samples of the same API below which it counts as one, where all
            new sightings agree with each other; `hint`: below which what is gone is at least told, and enough where the
            same was asked.
        certain: the same where they do not, since rows of one list are more alike than rows of two.
        unsure: between the two it is at most risky.
        samples_gone: answers that must lack a field that was optional before its end is told.
        alike: share of places at which two answers to the same request must agree, so that they are of the same data
            and one tells what the other will have.
        form_after: texts or numbers after which a form that all had is expected.
        enum_after, enum_each: sightings of texts in all, and for each different value on average, after which no
            further value is expected; each must have come at least twice.
        range_after: numbers after which a range is expected.
        same_after: values of an enum after which no other is expected from the same request.
        range_decades: powers of ten beyond a range that are far outside, or as many as the range itself has.
        header_after: answers after which a header or cookie that was always there counts as promised.
        latency_samples: times needed on both sides.
        latency_ratio, latency_ms: how much slower the middle one must be, as a factor and in milliseconds.
        map_fields: an object with this many fields, most of them mostly absent, all of one type, is a map.
    """

    required_after: int = 5
    hint: float = 0.05
    surprise: float = 0.02
    certain: float = 0.001
    unsure: float = 0.01
    samples_gone: int = 3
    alike: float = 0.75
    form_after: int = 5
    enum_after: int = 20
    enum_each: int = 5
    range_after: int = 20
    range_decades: float = 1.5
    same_after: int = 10
    header_after: int = 5
    latency_samples: int = 5
    latency_ratio: float = 2.0
    latency_ms: float = 200.0
    map_fields: int = 8


DEFAULT: Final = Thresholds()

_FEWEST_CODES: Final = 3
_CODES: Final = re.compile(r"[A-Z]{2,3}")  # ISO 3166, ISO 4217
_LANGUAGES: Final = re.compile(  # BCP 47; of the many codes of ISO 639 those of languages that services are offered in
    r"(?:ar|bg|bn|ca|cs|da|de|el|en|es|et|fa|fi|fil|fr|he|hi|hr|hu|id|it|ja|ko|lt|lv|ms|nb|nl|nn|no|pl|pt|ro|ru|sk|sl|"
    r"sr|sv|ta|th|tr|uk|ur|vi|zh)(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|[0-9]{3}))?"
)


def chance(before: int, of: int, now: int, now_of: int) -> float:
    """How likely `now` or more of `now_of` is, if it is as frequent as in the `before` of `of` seen earlier.

    The upper tail of the hypergeometric distribution, as in Fisher's exact test.

    >>> round(chance(0, 9, 1, 1), 3), round(chance(0, 20, 5, 20), 3), chance(0, 0, 3, 3)
    (0.1, 0.024, 1.0)
    """
    total, marked = of + now_of, before + now
    whole = _log_choose(total, now_of)
    tail = 0.0
    for each in range(now, min(marked, now_of) + 1):
        if now_of - each > total - marked:
            continue
        term = math.exp(_log_choose(marked, each) + _log_choose(total - marked, now_of - each) - whole)
        tail += term
        if term < tail * 1e-9:
            break
    return min(1.0, tail)


def _log_choose(of: int, chosen: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(chosen + 1) - math.lgamma(of - chosen + 1)


def is_required(member: Field, thresholds: Thresholds = DEFAULT) -> bool:
    """Whether a field was always there, often enough to rely on it."""
    return member.absent <= 0 and member.of >= thresholds.required_after


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far one set of answers lets expect what is in another.

    Attributes:
        samples: new answers.
        same: they answer the very requests that were learnt from, with data that are mostly the same.
        strong: they do, or there are enough answers on both sides. Rows of one list have much in common that rows of
            another user's list have not, so a hundred of them in one answer are no hundred sightings.
    """

    samples: int = 1
    same: bool = False
    strong: bool = False


NO_EVIDENCE: Final = Evidence()


def evidence(before: int, now: int, *, same: bool, thresholds: Thresholds = DEFAULT) -> Evidence:
    """What so many answers, each taken as one sighting, are worth."""
    return Evidence(now, same, same or chance(0, before, now, now) <= thresholds.surprise)


def absence(
    missing: int,
    of: int,
    now_missing: int,
    now_of: int,
    by: Evidence,
    *,
    listed: bool,
    thresholds: Thresholds = DEFAULT,
) -> Level | None:
    """The level of a field's absence, between what was seen earlier and what came now.

    Args:
        listed: it is a field of rows.
    """
    if not now_missing:
        return None
    likely = chance(missing, of, now_missing, now_of)
    if now_missing < now_of:
        enough = thresholds.hint if by.same else thresholds.certain
        return "risky" if not missing and likely <= enough else None
    if missing:
        return "risky" if likely <= thresholds.certain and by.samples >= thresholds.samples_gone else None
    if by.same and (not listed or of > 1):
        return "breaking"
    enough = thresholds.hint if by.same else thresholds.surprise
    if (by.same or of >= thresholds.required_after) and likely <= enough and by.strong:
        return "breaking"
    return "risky" if by.same or likely <= thresholds.hint else None


def nullness(
    nulls: int, of: int, now_nulls: int, now_of: int, by: Evidence, *, listed: bool, thresholds: Thresholds = DEFAULT
) -> Level | None:
    """The level of a null where there was none; the arguments as for `absence`."""
    if not now_nulls or nulls or not of:
        return None
    if by.same and not listed and now_nulls == now_of:
        return "breaking"
    likely = chance(0, of, now_nulls, now_of)
    enough = thresholds.surprise if now_nulls == now_of else thresholds.certain
    if of >= thresholds.required_after and likely <= enough and by.strong:
        return "breaking"
    if now_nulls < now_of:
        return "risky" if likely <= thresholds.unsure else None
    return "risky" if likely <= thresholds.surprise else None


def strangeness(of: int, strange: int, now_of: int, by: Evidence, thresholds: Thresholds = DEFAULT) -> Level:
    """The level of values of a type that was not seen before."""
    sure = by.same or strange == now_of or chance(0, of, strange, now_of) <= thresholds.surprise
    return "breaking" if sure else "risky"


def expected_forms(
    strings: Strings | Numbers, thresholds: Thresholds = DEFAULT, by: Evidence = NO_EVIDENCE
) -> list[str]:
    """The forms that all values had, once there were enough of them; empty texts and zeros tell nothing."""
    told = strings.filled if isinstance(strings, Strings) else strings.count - strings.zeros
    enough = 1 if by.same else thresholds.form_after
    return sorted(form for form, count in strings.forms.items() if count == told >= enough)


def is_enum(strings: Strings, thresholds: Thresholds = DEFAULT) -> bool:
    """Whether further values than those seen are not expected.

    That takes two values or more, since one that is always the same may be the same person's, and none that came only
    once: where there are such, more are to come (Good and Turing's estimate of what was not seen).
    """
    if strings.marks is None or len(strings.marks) < 2 or min(strings.marks.values()) < 2:
        return False
    return strings.filled >= max(thresholds.enum_after, thresholds.enum_each * len(strings.marks))


def is_settled(strings: Strings, by: Evidence, thresholds: Thresholds = DEFAULT) -> bool:
    """Whether another value would be news: of an enum, or for the same request of what was hardly ever another."""
    if not by.same or strings.marks is None or not strings.marks:
        return is_enum(strings, thresholds)
    often = strings.filled >= max(thresholds.same_after, thresholds.enum_each * len(strings.marks))
    return often and min(strings.marks.values()) > 1


def is_emptied(locked: Arrays, now: Arrays, by: Evidence, *, listed: bool, thresholds: Thresholds = DEFAULT) -> bool:
    """Whether lists that always had items have none any more."""
    if locked.empty or now.empty < now.count:
        return False
    if by.same and not listed:
        return True
    return by.strong and chance(0, locked.count, now.empty, now.count) <= thresholds.surprise


def is_map(objects: Objects, thresholds: Thresholds = DEFAULT) -> bool:
    """Whether the fields of a record are rather entries of a map whose keys look like names."""
    if ANY_KEY in objects.keys or are_codes(objects.fields):
        return True
    fields = objects.fields.values()
    if len(fields) < thresholds.map_fields or objects.count < 2:
        return False
    rare = sum(each.shape.total * 2 <= each.of for each in fields)
    kinds = {tuple(each.shape.counts()) for each in fields if each.shape.counts()}
    return rare * 2 >= len(fields) and len(kinds) == 1


def are_codes(fields: Mapping[str, Field]) -> bool:
    """Whether names are codes of countries, currencies or languages, with values of one type: then they are keys.

    >>> from paceline.drift.shaping import shape_of
    >>> rates = shape_of([{"EUR": 1, "USD": 1.1, "GBP": 0.9}]).objects
    >>> rates is not None and are_codes(rates.fields)
    True
    """
    if len(fields) < _FEWEST_CODES:
        return False
    kinds = {tuple(each.shape.counts()) for each in fields.values()} - {()}
    return len(kinds) <= 1 and any(all(map(pattern.fullmatch, fields)) for pattern in (_CODES, _LANGUAGES))


def is_far_outside(locked: Numbers, now: Numbers, by: Evidence, thresholds: Thresholds = DEFAULT) -> bool:
    """Whether all new numbers lie powers of ten beyond the range: a change of unit, not just a larger value."""
    few = locked.count < thresholds.range_after
    # The same request has about the same numbers; but small ones are counts, which grow.
    if not by.strong or (few and (not by.same or max(abs(locked.low), abs(locked.high)) < 100)):
        return False
    if locked.low == locked.high == 0:
        return False
    low, high, new_low, new_high = map(_decades, (locked.low, locked.high, now.low, now.high))
    margin = max(thresholds.range_decades, high - low)
    return new_low > high + margin or new_high < low - margin


def _decades(number: float) -> float:
    return math.copysign(math.log10(1 + min(abs(number), 1e300)), number)


def is_slower(before: list[float], now: list[float], thresholds: Thresholds = DEFAULT) -> bool:
    """Whether times are longer than they were: the middle one by far, and three in four than three in four before.

    Args:
        before, now: milliseconds.
    """
    if min(len(before), len(now)) < thresholds.latency_samples:
        return False
    old, new = sorted(before), sorted(now)
    middle, new_middle = old[len(old) // 2], new[len(new) // 2]
    if new_middle < middle * thresholds.latency_ratio or new_middle < middle + thresholds.latency_ms:
        return False
    return new[len(new) // 4] > old[len(old) * 3 // 4]
