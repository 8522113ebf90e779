"""The shape of bodies against the shape that was learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from paceline.drift.finding import FindingKind, Level
from paceline.drift.forms import NUMBER_FORMS
from paceline.drift.judging import (
    DEFAULT,
    NO_EVIDENCE,
    Evidence,
    Thresholds,
    absence,
    are_codes,
    chance,
    expected_forms,
    is_emptied,
    is_enum,
    is_far_outside,
    is_map,
    is_settled,
    nullness,
    strangeness,
)
from paceline.drift.pointers import ENTRY, ITEM, escaped_name
from paceline.drift.shape import Field, Kind, Numbers, Objects, Shape, Strings, merge
from paceline.drift.wording import described, range_of, values_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A point in which two shapes differ; the members as of a `Finding`.

    Attributes:
        pointer: as in a lock: `{key}` for every entry of a map.
        whole: it is so with all values that came, not with some.
    """

    level: Level
    kind: FindingKind
    pointer: str
    old: str
    new: str
    message: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under what conditions two shapes are compared.

    Attributes:
        by: what the answers are worth.
        noise: pointers whose values change from call to call: they are no enum and have no range.
        fickle: pointers that come and go from call to call, or change their type: nothing about them is a difference.
        both_complete: the new shape is not a sample but all there is, as in the comparison of two locks.
    """

    by: Evidence = NO_EVIDENCE
    noise: frozenset[str] = frozenset()
    fickle: frozenset[str] = frozenset()
    both_complete: bool = False
    thresholds: Thresholds = DEFAULT


def differences(locked: Shape, now: Shape, circumstances: Circumstances | None = None) -> Iterator[Difference]:
    """Where `now` is not what `locked` leads to expect; each cause once, so nothing from within what is new or gone."""
    return _Walk(circumstances or Circumstances()).shape(locked, now, "", listed=False)


class _Walk:
    """Goes down two shapes together. `listed`: there may be many values per answer at this place."""

    def __init__(self, circumstances: Circumstances) -> None:
        self._by = circumstances
        self._thresholds = circumstances.thresholds

    def shape(self, locked: Shape, now: Shape, pointer: str, *, listed: bool) -> Iterator[Difference]:
        known = locked.counts()
        if not known or pointer in self._by.fickle:
            return  # nulls or empty lists tell nothing of what else may come
        yield from self._null(locked, now, pointer, listed)
        strange = {kind: count for kind, count in now.counts().items() if kind not in known}
        strange = {kind: count for kind, count in strange.items() if not _stands_for_nothing(kind, locked, now)}
        if strange:
            told, of = sum(strange.values()), sum(now.counts().values())
            message = f"{told} of {of} are {' or '.join(strange)}; none of {sum(known.values())} was"
            level = strangeness(sum(known.values()), told, of, self._by.by, self._thresholds)
            if len(known) > 1 and not self._by.by.same:
                level = "risky"  # where values of several types stand, one more is no surprise
            if strange.keys() == {"string"} and now.strings and now.strings.empty == now.strings.count:
                level = "risky"  # an empty text may stand for "not set"
            yield Difference(level, "type", pointer, described(locked), described(now), message, told == of)
        if locked.strings and now.strings:
            yield from self._strings(locked.strings, now.strings, pointer)
        if locked.numbers and now.numbers:
            yield from self._numbers(locked.numbers, now.numbers, pointer)
        if locked.arrays and now.arrays:
            if is_emptied(locked.arrays, now.arrays, self._by.by, listed=listed, thresholds=self._thresholds):
                message = f"{now.arrays.count} of {now.arrays.count} are empty; none of {locked.arrays.count} was"
                yield Difference("risky", "empty", pointer, described(locked), "an empty array", message)
            yield from self.shape(locked.arrays.items, now.arrays.items, f"{pointer}/{ITEM}", listed=True)
        if locked.objects and now.objects:
            yield from self._objects(locked.objects, now.objects, pointer, listed)

    def _null(self, locked: Shape, now: Shape, pointer: str, listed: bool) -> Iterator[Difference]:
        level = nullness(
            locked.nulls,
            locked.total,
            now.nulls,
            now.total,
            self._by.by,
            listed=listed,
            thresholds=self._thresholds,
        )
        if level:
            message = f"{now.nulls} of {now.total} are null; none of {locked.total} was"
            yield Difference(level, "null", pointer, described(locked), "null", message, now.nulls == now.total)

    def _strings(self, locked: Strings, now: Strings, pointer: str) -> Iterator[Difference]:
        expected = expected_forms(locked, self._thresholds, self._by.by)
        strange = now.filled - max((now.forms.get(form, 0) for form in expected), default=now.filled)
        if strange:
            changed = strange == now.filled and now.filled in now.forms.values()
            level = self._form_level(locked.filled, strange, now.filled, changed=changed)
            new = ", ".join(sorted(form for form, count in now.forms.items() if count == now.filled))
            message = f"{strange} of {now.filled} are not; all of {locked.filled} were"
            if level:
                old, whole = ", ".join(expected), strange == now.filled
                yield Difference(level, "form", pointer, old, new or "another form", message, whole)
        elif pointer not in self._by.noise and now.filled and is_settled(locked, self._by.by, self._thresholds):
            yield from self._enum(locked, now, pointer)

    def _form_level(self, of: int, strange: int, now_of: int, *, changed: bool) -> Level | None:
        """The level of values without the expected form; `changed`: all have one other form instead."""
        likely = chance(0, of, strange, now_of)
        if changed and (self._by.by.same or (likely <= self._thresholds.surprise and self._by.by.strong)):
            return "breaking"
        if strange == now_of:
            return "risky" if likely <= self._thresholds.hint or self._by.by.same else None
        return "risky" if likely <= self._thresholds.unsure else None

    def _enum(self, locked: Strings, now: Strings, pointer: str) -> Iterator[Difference]:
        known = locked.marks or {}
        if now.marks is None:
            new, times = "more values than an enum has", now.filled
        else:
            times = sum(count for each, count in now.marks.items() if each not in known)
            times = times if now.marks.keys() & known.keys() else now.filled  # single counts end at `MAX_TOLD`
            new = ", ".join(sorted(now.values - locked.values)) or "other values"
        if times and self._by.by.strong:
            # The same request has mostly the same rows, so that one new value is news; other requests have others.
            likely = chance(0, locked.filled, times, now.filled)
            if not self._by.by.same and likely > self._thresholds.unsure:
                return
            renamed = now.marks is not None and not now.marks.keys() & known.keys()
            gone = renamed and now.filled >= self._thresholds.required_after and likely <= self._thresholds.certain
            gone |= self._by.by.same and times >= self._thresholds.required_after and self._is_missed(known, now)
            message = f"{len(known)} different values in {locked.filled} before"
            level: Level = "breaking" if gone else "risky"
            yield Difference(level, "enum", pointer, values_of(locked), new, message, renamed)
        elif self._by.both_complete and is_enum(now, self._thresholds) and known.keys() - (now.marks or {}).keys():
            message = f"gone: {', '.join(sorted(locked.values - now.values)) or 'some'}"
            yield Difference("breaking", "enum", pointer, values_of(locked), values_of(now), message)

    def _is_missed(self, known: Mapping[int, int], now: Strings) -> bool:
        """Whether a value that came often is not among those that came now."""
        often = {each for each, count in known.items() if count >= self._thresholds.required_after}
        return now.marks is not None and bool(often - now.marks.keys())

    def _numbers(self, locked: Numbers, now: Numbers, pointer: str) -> Iterator[Difference]:
        expected = expected_forms(locked, self._thresholds, self._by.by)
        told = now.count - now.zeros
        others = [form for form in NUMBER_FORMS if form not in expected and now.forms.get(form) == told]
        if expected and told and others:
            level = self._form_level(locked.count, told, told, changed=True)
            message = f"{told} of {told}; none of {locked.count} before"
            if level:
                yield Difference(level, "form", pointer, ", ".join(expected), ", ".join(others), message)
        elif pointer not in self._by.noise and is_far_outside(locked, now, self._by.by, self._thresholds):
            old, new = range_of(locked.low, locked.high), range_of(now.low, now.high)
            yield Difference("risky", "range", pointer, old, new, f"{locked.count} numbers before, {now.count} now")

    def _objects(self, locked: Objects, now: Objects, pointer: str, listed: bool) -> Iterator[Difference]:
        if locked.entries.total and now.entries.total:
            yield from self.shape(locked.entries, now.entries, f"{pointer}/{ENTRY}", listed=True)
        yield from self._variants(locked, now, pointer)
        free, excused = self._is_free(locked, now), _excused(locked, now)
        for name in sorted({*locked.fields, *now.fields}):
            place = f"{pointer}/{escaped_name(name)}"
            if place in self._by.fickle:
                continue
            old, new = locked.fields.get(name), now.fields.get(name)
            if old is not None and new is not None:
                found = self.shape(old.shape, new.shape, place, listed=listed)
                yield from (each for each in found if not excused(each, place))
            if free:
                continue
            if old is not None:
                yield from self._absence(name, old, locked, now, place, listed)
            elif new is not None and (locked.fields or locked.entries.total):
                message = f"in {new.shape.total} of {new.of}; in none of {locked.count} before"
                yield Difference("additive", "new field", place, "no such field", described(new.shape), message)

    def _is_free(self, locked: Objects, now: Objects) -> bool:
        """Whether names come and go as in a map; a single object shows that only beside another with other names."""
        if are_codes({**now.fields, **locked.fields}):
            return True
        if locked.count > 1 or len(now.fields.keys() - locked.fields.keys()) * 2 < self._thresholds.map_fields:
            return is_map(locked, self._thresholds)
        both = merge(Shape(objects=locked), Shape(objects=now)).objects
        return both is not None and is_map(both, self._thresholds)

    def _variants(self, locked: Objects, now: Objects, pointer: str) -> Iterator[Difference]:
        """Types of GraphQL that did not come before, where the values of `__typename` are not settled yet."""
        known, new = ({_typename(tag) for tag in each.variants or {}} - {""} for each in (locked, now))
        field = locked.fields.get("__typename")
        settled = field and field.shape.strings and is_settled(field.shape.strings, self._by.by, self._thresholds)
        if known and new - known and not settled and self._by.by.strong:
            level: Level = "risky" if known & new else "breaking"
            place = f"{pointer}/__typename"
            yield Difference(level, "enum", place, ", ".join(sorted(known)), ", ".join(sorted(new - known)))

    def _absence(
        self, name: str, old: Field, locked: Objects, now: Objects, pointer: str, listed: bool
    ) -> Iterator[Difference]:
        for missing, of, now_missing, now_of, where in _groups(name, old, locked, now):
            level = absence(
                missing,
                of,
                now_missing,
                now_of,
                self._by.by,
                listed=listed,
                thresholds=self._thresholds,
            )
            if level:
                kind: FindingKind = "removed" if now_missing == now_of else "rare"
                message = f"in {now_of - now_missing} of {now_of}{where}; in {of - missing} of {of} before"
                new = "no such field" if kind == "removed" else "often absent"
                yield Difference(level, kind, pointer, described(old.shape), new, message, kind == "removed")
                return


def _groups(name: str, old: Field, locked: Objects, now: Objects) -> Iterator[tuple[int, int, int, int, str]]:
    """How often a field was missing and is now: in each variant that was known, or else in all records.

    In all records together it may become rarer only because there are more of another variant.
    """
    new = now.fields.get(name)
    present = new.shape.total if new else 0
    before: Mapping[str, object] = locked.variants or {}
    if not before or not now.variants:
        yield old.absent, old.of, now.count - present, now.count, ""
        return
    assert locked.variants is not None, "there is one at least"
    for tag in sorted(locked.variants.keys() & now.variants.keys()):
        was, is_ = locked.variants[tag], now.variants[tag]
        had, has = was.fields.get(name, 0), is_.fields.get(name, 0)
        if had:
            yield was.count - had, was.count, is_.count - has, is_.count, f" with {tag}"


def _excused(locked: Objects, now: Objects) -> Callable[[Difference, str], bool]:
    """What differs within a member of records because some, or all, are of a kind that was not seen before.

    The members of such a kind may be anything; but what has changed in all records has changed in the known kinds, too.
    Of what lies deeper nobody knows of which kind it is.
    """
    known, kinds = locked.variants or {}, now.variants or {}
    if not known or not kinds.keys() - known.keys():
        return lambda _, __: False
    strangers_only = not kinds.keys() & known.keys()
    return lambda difference, place: strangers_only or not difference.whole or difference.pointer != place


def _typename(tag: str) -> str:
    name, _, value = tag.partition("=")
    return value if name == "__typename" else ""


def _stands_for_nothing(kind: Kind, locked: Shape, now: Shape) -> bool:
    """Whether an empty list stands where an object was expected, or the reverse.

    Languages that have one type for both write an empty map as `[]`.
    """
    if kind == "array" and locked.objects and now.arrays:
        return not now.arrays.items.total or not _has_members(locked.objects)
    if kind == "object" and locked.arrays and now.objects:
        return not locked.arrays.items.total or not _has_members(now.objects)
    return False


def _has_members(objects: Objects) -> bool:
    return bool(objects.fields) or bool(objects.entries.total)
