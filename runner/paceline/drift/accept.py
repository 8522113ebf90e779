"""Taking findings for the new normal: a lock in which they, and nothing else, have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from paceline.drift.compare import raw_findings
from paceline.drift.facts import Answers, CookieFacts, Lock
from paceline.drift.finding import Finding, in_order
from paceline.drift.judging import DEFAULT, Thresholds
from paceline.drift.pointers import ENTRY, ITEM, field_name, plain, shape_at
from paceline.drift.retelling import told
from paceline.drift.shape import (
    EMPTY,
    MAX_TOLD,
    Field,
    Objects,
    Shape,
    Variant,
    merge,
    merge_arrays,
    merge_numbers,
    merge_strings,
)

_MOST_ROUNDS: Final = 4


def accept(
    lock: Lock,
    now: Lock,
    wanted: Callable[[Finding], bool] | None = None,
    *,
    complete: bool = False,
    thresholds: Thresholds = DEFAULT,
) -> tuple[Lock, list[Finding]]:
    """The lock with what is different in `now` taken over; compared with it, `now` has none of these findings any more.

    What is gone is taken out, what is new comes in with the counts it has in `now`, and what came besides the known is
    added to it. Places without a finding keep their lines.

    Args:
        now: what came, as `learning.observed` tells it, or another lock.
        wanted: which findings, with pointers as users write them; None: all.
        complete: as for `compare_locks`.

    Returns:
        the new lock, and the findings that were accepted, in order.
    """
    accepted: dict[Finding, None] = {}
    for _ in range(_MOST_ROUNDS):  # where a whole body was another kind, what is in it shows only now
        found = [
            each
            for each in raw_findings(lock, now, thresholds, complete=complete)
            if wanted is None or wanted(replace(each, pointer=plain(each.pointer)))
        ]
        if not found:
            break
        requests = {key: dict(by_status) for key, by_status in lock.requests.items()}
        for each in found:
            by_status = requests[each.key]
            if not each.status:  # it is about which statuses came
                answers = now.requests[each.key][int(each.new)]
                by_status[int(each.new)] = replace(answers, shape=told(answers.shape))
            else:
                change = _CHANGES.get(each.kind, _shape)
                by_status[each.status] = change(by_status[each.status], now.requests[each.key][each.status], each)
        lock = Lock(requests)
        accepted |= dict.fromkeys(replace(each, pointer=plain(each.pointer)) for each in found)
    return lock, in_order(accepted)


# --- All but the shape ---


def _header(known: Answers, now: Answers, finding: Finding) -> Answers:
    name = finding.pointer.partition(":")[2]
    headers = {each: presence for each, presence in known.headers.items() if each != name}
    if name in now.headers:
        headers[name] = now.headers[name]
    return replace(known, headers=headers)


def _cookie(known: Answers, now: Answers, finding: Finding) -> Answers:
    name = finding.pointer.partition(":")[2]
    cookies: dict[str, CookieFacts] = {each: facts for each, facts in known.cookies.items() if each != name}
    if name in now.cookies:
        cookies[name] = now.cookies[name]
    return replace(known, cookies=cookies)


def _body(known: Answers, now: Answers, finding: Finding) -> Answers:
    """Another kind of body comes beside the known; another table, whose kind was known, in its place."""
    same_kind = finding.kind == "body" and now.bodies.keys() <= known.bodies.keys()
    shape = told(now.shape) if same_kind else known.shape
    return replace(known, types={**now.types, **known.types}, bodies={**now.bodies, **known.bodies}, shape=shape)


def _errors(known: Answers, now: Answers, _: Finding) -> Answers:
    return replace(known, errors=now.errors)


def _pages(known: Answers, now: Answers, _: Finding) -> Answers:
    return replace(known, pages=now.pages)


def _latency(known: Answers, now: Answers, _: Finding) -> Answers:
    return replace(known, latency={**known.latency, **now.latency})


_Change = Callable[[Answers, Answers, Finding], Answers]
_CHANGES: Final[dict[str, _Change]] = {
    "header": _header,
    "new header": _header,
    "cookie": _cookie,
    "new cookie": _cookie,
    "body": _body,
    "content type": _body,
    "graphql": _errors,
    "privilege": _errors,
    "paging": _pages,
    "latency": _latency,
}


# --- The shape ---


def _shape(known: Answers, now: Answers, finding: Finding) -> Answers:
    steps = finding.pointer.split("/")[1:]
    if finding.kind in {"removed", "rare", "new field"}:
        parent, _, step = finding.pointer.rpartition("/")
        new = shape_at(now.shape, parent)
        assert new is not None, "the finding comes from there"
        assert new.objects is not None, "only objects have fields"
        shape = _changed(known.shape, steps[:-1], _within_objects(field_name(step), new.objects))
    else:
        new = shape_at(now.shape, finding.pointer)
        assert new is not None, "the finding comes from there"
        shape = _changed(known.shape, steps, _for_value(finding.kind, new))
        if finding.kind == "enum" and steps[-1:] == ["__typename"]:
            new = shape_at(now.shape, finding.pointer.rpartition("/")[0])
            assert new is not None, "the finding comes from there"
            shape = _changed(shape, steps[:-1], _with_types(new.objects))
    return replace(known, shape=told(shape))


_Edit = Callable[[Shape], Shape]


def _changed(shape: Shape, steps: list[str], edit: _Edit) -> Shape:
    """The shape with the one at a place edited; where it has grown, so have the records that could have had it."""
    if not steps:
        return edit(shape)
    step, *rest = steps
    if step == ITEM and shape.arrays:
        items = _changed(shape.arrays.items, rest, edit)
        return replace(shape, arrays=replace(shape.arrays, items=items))
    objects = shape.objects
    assert objects is not None, "the finding comes from there"
    if step == ENTRY:
        return replace(shape, objects=replace(objects, entries=_changed(objects.entries, rest, edit)))
    name = field_name(step)
    inner = _changed(objects.fields[name].shape, rest, edit)
    grown = max(0, inner.total - objects.fields[name].shape.total)
    fields = {**objects.fields, name: Field(inner, objects.fields[name].of + grown)}
    return replace(shape, objects=replace(objects, fields=fields))


def _for_value(kind: str, new: Shape) -> _Edit:
    """The edit for a finding about values of one place: only the facts it is about change."""

    def edit(shape: Shape) -> Shape:
        if kind == "null":
            return replace(shape, nulls=shape.nulls + new.nulls)
        if kind == "type":
            if not shape.counts().keys() & new.counts().keys():
                return new
            return merge(shape, _only_new_types(shape, new))
        if shape.arrays and new.arrays and kind == "empty":
            return replace(shape, arrays=merge_arrays(shape.arrays, replace(new.arrays, items=EMPTY)))
        if shape.numbers and new.numbers and (kind == "range" or not new.strings):
            return replace(shape, numbers=merge_numbers(shape.numbers, new.numbers))
        if shape.strings and new.strings:
            # A value that was accepted counts as well known, so that the enum stays one.
            known = None if new.strings.marks is None else dict.fromkeys(new.strings.marks, MAX_TOLD)
            return replace(shape, strings=merge_strings(shape.strings, replace(new.strings, marks=known)))
        return shape

    return edit


def _only_new_types(shape: Shape, new: Shape) -> Shape:
    return Shape(
        booleans=0 if shape.booleans else new.booleans,
        numbers=None if shape.numbers else new.numbers,
        strings=None if shape.strings else new.strings,
        arrays=None if shape.arrays else new.arrays,
        objects=None if shape.objects else new.objects,
    )


def _within_objects(name: str, now: Objects) -> _Edit:
    """The edit for a field that came, went, or became rare."""

    def edit(shape: Shape) -> Shape:
        objects = shape.objects
        assert objects is not None, "the finding comes from there"
        old, new = objects.fields.get(name), now.fields.get(name)
        fields = {each: member for each, member in objects.fields.items() if each != name}
        if new is None:
            return replace(shape, objects=replace(objects, fields=fields, variants=_without(objects.variants, name)))
        if old is None:
            fields[name] = new
            return replace(shape, objects=replace(objects, fields=fields, variants=_with(objects.variants, now, name)))
        fields[name] = Field(old.shape, old.of + max(1, new.absent))
        return replace(shape, objects=replace(objects, fields=fields, variants=_rarer(objects.variants, now, name)))

    return edit


def _with_types(now: Objects | None) -> _Edit:
    """The edit for GraphQL's types that came besides the known."""

    def edit(shape: Shape) -> Shape:
        objects = shape.objects
        if objects is None or now is None or objects.variants is None:
            return shape
        return replace(shape, objects=replace(objects, variants={**(now.variants or {}), **objects.variants}))

    return edit


_Variants = Mapping[str, Variant] | None


def _without(variants: _Variants, name: str) -> _Variants:
    return None if variants is None else {tag: _having(each, name, 0) for tag, each in variants.items()}


def _with(variants: _Variants, now: Objects, name: str) -> _Variants:
    """As many of each variant as it has now, in proportion."""
    if variants is None or now.variants is None:
        return variants
    changed = dict(variants)
    for tag in variants.keys() & now.variants.keys():
        new = now.variants[tag]
        changed[tag] = _having(variants[tag], name, variants[tag].count * new.fields.get(name, 0) // new.count)
    return changed


def _rarer(variants: _Variants, now: Objects, name: str) -> _Variants:
    if variants is None or now.variants is None:
        return variants
    changed = dict(variants)
    for tag in variants.keys() & now.variants.keys():
        has, had = now.variants[tag].fields.get(name, 0), variants[tag].fields.get(name, 0)
        if has < now.variants[tag].count:
            changed[tag] = _having(variants[tag], name, min(had, variants[tag].count - 1) if has else 0)
    return changed


def _having(variant: Variant, name: str, count: int) -> Variant:
    fields = {each: n for each, n in variant.fields.items() if each != name}
    return Variant(variant.count, {**fields, name: count} if count > 0 else fields)
