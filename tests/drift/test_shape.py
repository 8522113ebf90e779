"""Shapes: what is kept of JSON values, and that shapes add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.observing import ROWS, VALUES

from paceline.drift.forms import above, below, key_form, text_forms
from paceline.drift.hidden import MASK
from paceline.drift.shape import MAX_FIELDS, MAX_VALUES, MAX_VARIANTS, Field, Objects, Shape, Strings, merge
from paceline.drift.shaping import MAX_DEPTH, shape_of

SOME = st.lists(VALUES | ROWS, max_size=4)


def objects(*values: Any) -> Objects:
    """The facts about objects in values of one place."""
    found = shape_of(values).objects
    assert found is not None
    return found


def strings(*values: Any) -> Strings:
    """The facts about texts in values of one place."""
    found = shape_of(values).strings
    assert found is not None
    return found


@given(SOME, SOME)
def test_the_shape_of_all_is_the_shapes_of_its_parts_merged(some: list[Any], more: list[Any]) -> None:
    """Whether evidence comes at once or bit by bit makes no difference."""
    assert shape_of(some + more) == merge(shape_of(some), shape_of(more))


@given(SOME, SOME, SOME)
def test_the_order_of_evidence_does_not_matter(a: list[Any], b: list[Any], c: list[Any]) -> None:
    """`merge` is commutative and associative, and nothing is its neutral element."""
    x, y, z = shape_of(a), shape_of(b), shape_of(c)

    assert merge(x, y) == merge(y, x)
    assert merge(merge(x, y), z) == merge(x, merge(y, z))
    assert merge(x, Shape()) == x


def narrower(one: Shape, other: Shape) -> list[str]:
    """What `one` allows and `other` does not."""
    found: list[str] = [kind for kind in one.counts() if kind not in other.counts()]
    found += ["null"] if one.nulls and not other.nulls else []
    if one.numbers and other.numbers:
        fits = other.numbers.low <= one.numbers.low and one.numbers.high <= other.numbers.high
        found += [] if fits and one.numbers.decimals <= other.numbers.decimals else ["range"]
    if one.strings and other.strings and other.strings.marks is not None:
        found += (
            ["values"]
            if one.strings.marks is None or not one.strings.marks.keys() <= other.strings.marks.keys()
            else []
        )
    if one.arrays and other.arrays:
        found += narrower(one.arrays.items, other.arrays.items)
    if one.objects and other.objects and "any" not in other.objects.keys:
        found += narrower(one.objects.entries, other.objects.entries)
        for name, member in one.objects.fields.items():
            wider = other.objects.fields[name]
            found += [f"/{name} absent"] if member.absent and not wider.absent else []
            found += narrower(member.shape, wider.shape)
        found += [
            f"/{name}"
            for name in other.objects.fields
            if name not in one.objects.fields and not other.objects.fields[name].absent
        ]
    return found


@given(SOME, SOME)
def test_more_evidence_only_widens(some: list[Any], more: list[Any]) -> None:
    """Types, nulls, absences, values and ranges that were possible stay possible."""
    before = shape_of(some)

    assert narrower(before, merge(before, shape_of(more))) == [] or not some


def test_a_field_is_counted_against_the_records_that_could_have_it() -> None:
    """A field of an object that is itself optional is absent only where that object is there without it."""
    rows = [{"ride": {"title": "x"}}, {"ride": {}}, {"ride": None}, {}]
    ride = objects(*rows).fields["ride"]
    assert ride.shape.objects is not None

    assert ride == Field(ride.shape, 4)
    assert ride.absent == 1
    assert ride.shape.objects.fields["title"].of == 2


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("0" * 32, "hex"),
        ("5f1b6a0c9d3e2a0001a1b2c3", "hex"),
        ("123e4567-e89b-12d3-a456-426614174000", "uuid"),
        ("2024", "number"),
        ("2024-02", "date"),
        ("2024-02-29T00:00:00Z", "date"),
        ("ann@example.org", "e-mail"),
        ("workout_12345", "id"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "id"),
        ("total_30_day_heart_rate", None),
        ("averageHeartRate", None),
        ("x2", None),
        ("en-US", None),
    ],
)
def test_a_name_that_is_an_id_is_an_entry_of_a_map(name: str, form: str | None) -> None:
    """Each name is told by itself, so that a map of two entries is known as well as one of four hundred."""
    assert key_form(name) == form
    assert (name in objects({name: 1}).fields) == (form is None)


def test_entries_of_a_map_share_one_shape() -> None:
    """However many ids there are, it is one place; fields beside them stay fields."""
    facts = objects({"0" * 32: 1, "1" * 32: None, "total": 2})

    assert facts.keys == {"hex"}
    assert facts.entries.total == 2
    assert list(facts.fields) == ["total"]


def test_an_object_with_hundreds_of_fields_is_a_map() -> None:
    """Words can be keys, too; then no record of them would ever be complete."""
    facts = objects({f"word{n}x": n for n in range(MAX_FIELDS + 1)})

    assert facts.fields == {}
    assert facts.entries.total == MAX_FIELDS + 1


def test_a_map_stays_one_beside_records() -> None:
    """In whatever order they come."""
    wide, narrow = {f"word{n}x": n for n in range(MAX_FIELDS + 1)}, {"id": "x"}

    assert shape_of([wide, narrow]) == merge(shape_of([wide]), shape_of([narrow]))
    assert merge(shape_of([narrow]), shape_of([wide])) == merge(shape_of([wide]), shape_of([narrow]))


def test_variants_are_told_apart_by_their_tag() -> None:
    """Which fields a record has may depend on what it is."""
    facts = objects({"type": "ride", "pace": 1}, {"type": "ride", "pace": 2}, {"type": "rest"})
    assert facts.variants is not None

    assert {name: (each.count, dict(each.fields)) for name, each in facts.variants.items()} == {
        "type=ride": (2, {"type": 2, "pace": 2}),
        "type=rest": (1, {"type": 1}),
    }


def test_a_tag_with_many_values_is_none() -> None:
    """A `type` that is different in each row tells no kinds apart, nor does one that is free text."""
    assert objects(*({"type": f"kind_{chr(97 + n)}"} for n in range(MAX_VARIANTS + 1))).variants is None
    assert objects({"type": "all sorts of things"}).variants is None


def test_a_slug_beside_personal_fields_is_no_tag() -> None:
    """It would be somebody's name."""
    assert objects({"slug": "ann-example", "first_name": "Ann"}).variants == {}


def test_few_words_may_be_an_enum() -> None:
    """Each different value is counted by its mark; above a dozen of them texts are open."""
    assert strings("OPEN", "DONE", "OPEN", "").values == {"OPEN", "DONE"}
    assert sorted((strings("OPEN", "DONE", "OPEN").marks or {}).values()) == [1, 2]
    assert strings(*(f"WORD_{chr(97 + n)}" for n in range(MAX_VALUES + 1))).marks is None


@pytest.mark.parametrize("text", ["Ann Example", "ann@example.org", "0" * 32, "deadbeef01", "12", "ünï", "x" * 41])
def test_what_is_no_word_is_never_kept(text: str) -> None:
    """Names, addresses and ids are no values of an enum, so nothing is kept of any value beside them."""
    assert strings("OPEN", text).marks is None
    assert strings("OPEN", text).values == frozenset()


@pytest.mark.parametrize("name", ["username", "firstName", "session_id", "accessToken", "city", "gender"])
def test_nothing_is_kept_of_personal_fields(name: str) -> None:
    """Even a value that looks like one of an enum, since it may be the name of a person."""
    shape = objects({name: "cody"}, {name: ["cody"]}).fields[name].shape
    assert shape.strings is not None
    assert shape.arrays is not None
    assert shape.arrays.items.strings is not None

    assert shape.strings.marks is None
    assert shape.arrays.items.strings.marks is None


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("123e4567-e89b-12d3-a456-426614174000", ["uuid"]),
        ("0" * 32, ["hex32"]),
        ("2024-02-29", ["date"]),
        ("2024-02-29T12:00:00", ["date-time"]),
        ("2024-02-29T12:00:00.123456+01:00", ["date-time"]),
        ("2024-02-29 12:00", ["date-time"]),
        ("https://example.org/x?y=1", ["url"]),
        ("ann@example.org", ["e-mail"]),
        ("2024-02-29\n", []),
        ("Monday", []),
    ],
)
def test_forms_of_texts(text: str, forms: list[str]) -> None:
    """A date with a time has one form, with a zone or without."""
    assert text_forms(text) == forms


@given(st.integers() | st.floats(allow_nan=False))
def test_bounds_lie_around_the_number_and_hide_it(number: float) -> None:
    """They are 1, 2 or 5 times a power of ten, so only one digit of them counts."""
    low, high = below(number), above(number)

    assert low <= number <= high
    assert {below(low), above(low)} == {low}
    assert {below(high), above(high)} == {high}


def test_a_body_as_deep_as_json_goes_has_a_shape() -> None:
    """Beyond some depth values are only counted."""
    value: Any = 1
    for _ in range(MAX_DEPTH * 3):
        value = {"a": [value]}

    assert shape_of([value]).total == 1


def test_hidden_values_are_counted_and_nothing_else() -> None:
    """A mask may stand for a value of any type; a text with a mask in it is a text."""
    shape = shape_of([MASK, MASK, 1])
    facts = strings(f"Bearer {MASK}", "https://example.org/scrubbed-token", "", "https://example.org/")

    assert (shape.hidden, shape.total, shape.counts()) == (2, 3, {"number": 1})
    assert (facts.count, facts.empty, facts.hidden, facts.filled) == (4, 1, 2, 1)
    assert facts.forms == {"url": 1}


def test_hidden_names_and_tags_tell_nothing() -> None:
    """A hidden name is that of an entry, since it was an id; a hidden tag tells no kind."""
    facts = objects({"type": MASK, "scrubbed-user_token": 1}, {"type": "ride"})

    assert list(facts.fields) == ["type"]
    assert facts.entries.total == 1
    assert list(facts.variants or {}) == ["type=ride"]


def test_the_nines_of_a_cassette_are_no_other_form_of_time() -> None:
    """Of fewer digits they are numbers like others."""
    assert shape_of([9_999_999_999, 9999]).counts() == {"number": 1}
    assert shape_of([9_999_999_999]).hidden == 1
