"""Bodies against what was learnt: each kind of drift, and what looks like drift and is none."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.observing import ROWS, VALUES, answer, found, learnt, told

from paceline.drift.compare import compare, compare_locks
from paceline.drift.facts import Lock
from paceline.drift.learning import learn

ME = "GET /api/me"


def rows(count: int, **members: Any) -> list[dict[str, Any]]:
    """Rows of a list; a member that is a function gets the number of the row."""
    return [
        {"id": n, **{name: value(n) if callable(value) else value for name, value in members.items()}}
        for n in range(count)
    ]


def without(name: str, listed: list[dict[str, Any]], every: int = 1) -> list[dict[str, Any]]:
    """Rows of which every so manieth lacks a member."""
    return [{each: value for each, value in row.items() if each != name or n % every} for n, row in enumerate(listed)]


# --- What is drift ---


def test_a_field_that_is_gone_from_all_rows() -> None:
    """One finding for the place, however many rows there are, and none for what was in it."""
    known = rows(20, ride=lambda n: {"title": f"t {n}", "length": n})

    findings = found(learnt(known, asked=ME), without("ride", known), asked=ME)

    assert told(findings) == [("breaking", "removed", "/*/ride")]
    assert findings[0].message == "in 0 of 20; in 20 of 20 before"


def test_a_field_that_is_gone_from_the_same_answer() -> None:
    """For the same request one sighting is enough; another request may simply have another answer."""
    assert told(found(learnt({"id": 1, "name": "x"}, asked=ME), {"id": 1}, asked=ME)) == [
        ("breaking", "removed", "/name")
    ]
    assert found(learnt({"id": 1, "name": "x"}), {"id": 1}) == []


def test_a_field_that_is_gone_from_many_answers_to_other_requests() -> None:
    """Where many answers on both sides agree, that they answer other requests is no excuse."""
    known = [{"id": n, "name": f"n {n}"} for n in range(10)]

    assert told(found(learnt(*known), *({"id": -n} for n in range(1, 6)))) == [("breaking", "removed", "/name")]


def test_a_required_field_that_became_rare() -> None:
    """It is not gone, but a reader that relies on it will fail now and then."""
    known = rows(40, ride=lambda n: n)

    assert told(found(learnt(known, asked=ME), without("ride", known, every=2), asked=ME)) == [
        ("risky", "rare", "/*/ride")
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [(1, "1"), ("1", 1), (True, "true"), ({"a": 1}, [{"a": 1}]), ([1], 1), ("x", {"a": 1}), (1, False)],
)
def test_another_type(old: Any, new: Any) -> None:
    """Told from the first sighting on: types hardly ever vary by chance."""
    findings = found(learnt({"value": old}), {"value": new})

    assert told(findings) == [("breaking", "type", "/value")]


def test_another_type_in_some_rows() -> None:
    """One strange row among many may have been rare before; many are a change."""
    known = rows(30, value=lambda n: n)

    assert told(found(learnt(known), [*known[1:], {"id": 0, "value": "0"}])) == [("risky", "type", "/*/value")]
    assert told(found(learnt(known), rows(30, value=lambda n: str(n) if n % 2 else n))) == [
        ("breaking", "type", "/*/value")
    ]


def test_a_null_where_there_was_none() -> None:
    """In the same answer, or in all rows."""
    known = rows(20, work=lambda n: n)

    assert told(found(learnt({"work": 1}, asked=ME), {"work": None}, asked=ME)) == [("breaking", "null", "/work")]
    assert told(found(learnt(known, asked=ME), rows(20, work=None), asked=ME)) == [("breaking", "null", "/*/work")]


def test_ids_of_another_form() -> None:
    """A form that all had is expected; another form for all is a change of type to whoever parses it."""
    known = rows(20, ride=lambda n: f"{n:032x}")
    uuids = rows(20, ride=lambda n: f"00000000-0000-0000-0000-{n:012x}")

    assert told(found(learnt(known, asked=ME), uuids, asked=ME)) == [("breaking", "form", "/*/ride")]
    assert told(found(learnt(known, asked=ME), rows(20, ride=lambda n: f"ride {n}"), asked=ME)) == [
        ("risky", "form", "/*/ride")
    ]


def test_milliseconds_for_seconds() -> None:
    """Both are points in time, and one is not the other."""
    known = rows(20, at=lambda n: 1_600_000_000 + n)

    findings = found(learnt(known, asked=ME), rows(20, at=lambda n: 1_600_000_000_000 + n), asked=ME)

    assert told(findings) == [("breaking", "form", "/*/at")]
    assert (findings[0].old, findings[0].new) == ("epoch-seconds", "epoch-milliseconds")


def test_a_new_value_of_an_enum() -> None:
    """Known values may be told by name, since they are words of the API."""
    known = rows(40, status=lambda n: "OPEN" if n % 2 else "DONE")

    findings = found(learnt(known, asked=ME), [{"id": 0, "status": "PAUSED"}, *known[1:]], asked=ME)

    assert told(findings) == [("risky", "enum", "/*/status")]
    assert (findings[0].old, findings[0].new) == ("DONE, OPEN", "PAUSED")


def test_values_of_an_enum_that_are_all_renamed() -> None:
    """None of the known values is in use any more."""
    known = rows(40, status=lambda n: "OPEN" if n % 2 else "DONE")
    renamed = rows(40, status=lambda n: "open" if n % 2 else "done")

    assert told(found(learnt(known, asked=ME), renamed, asked=ME)) == [("breaking", "enum", "/*/status")]


def test_a_value_of_an_enum_that_is_gone_between_two_locks() -> None:
    """A few answers need not have every value; all that is known of an API has."""
    before = learnt(rows(40, status=lambda n: "OPEN" if n % 2 else ["DONE", "LATE"][n % 4 // 2]))
    after = learnt(rows(40, status=lambda n: "OPEN" if n % 2 else "DONE"))

    findings = compare_locks(before, after)

    assert told(findings) == [("breaking", "enum", "/*/status")]
    assert findings[0].message == "gone: LATE"
    assert compare_locks(before, after, complete=False) == []


def test_a_type_of_graphql_that_did_not_come_before() -> None:
    """A union has a new member, or the answer is a refusal."""
    before = learnt({"data": {"tag": {"__typename": "Tag", "name": "a"}}}, asked=ME)

    assert ("breaking", "enum", "/data/tag/__typename") in told(
        found(before, {"data": {"tag": {"__typename": "TagGone", "name": "a"}}}, asked=ME)
    )


def test_numbers_far_outside_their_range() -> None:
    """Another unit; within a factor of some thirty it may be just another value."""
    known = rows(40, length=lambda n: 600 + 60 * n)

    assert told(found(learnt(known, asked=ME), rows(40, length=lambda n: 600_000 + n), asked=ME)) == [
        ("risky", "range", "/*/length")
    ]
    assert found(learnt(known, asked=ME), rows(40, length=lambda n: 9_000 + n), asked=ME) == []


def test_a_list_that_is_empty_now() -> None:
    """The same request had items before."""
    assert told(found(learnt({"items": [1, 2]}, asked=ME), {"items": []}, asked=ME)) == [("risky", "empty", "/items")]


def test_a_new_field() -> None:
    """Told once at its top, with where else it is known from."""
    lock, now = learnt(rows(5)), rows(5, ride={"title": "x"})
    known = {"users/List": ["/*/ride"]}

    def origin(**places: Any) -> list[str]:
        return [each.known for each in compare(lock, [answer(now)], **places)]

    assert told(found(lock, now)) == [("additive", "new field", "/*/ride")]
    assert origin() == ["never seen"]
    assert origin(history=known) == ["history"]
    assert origin(history=known, documented=known) == ["documented"]


def test_an_entry_of_a_map_has_one_place() -> None:
    """`*` stands for its key, so that four hundred ids are one finding."""
    known = {"counts": {f"{n:032x}": n for n in range(20)}}
    now = {"counts": {f"{n:032x}": str(n) for n in range(20, 40)}}

    assert told(found(learnt(known), now)) == [("breaking", "type", "/counts/*")]


def test_a_finding_shows_a_masked_sample() -> None:
    """Enough to recognize the form of what came, not what it says."""
    findings = found(learnt({"born": 1984}), {"born": "Ann, 7 May 1984"})

    assert findings[0].sample == '"aaa, 0 aaa 0000"'
    assert "Ann" not in str(findings[0])


def test_findings_come_gravest_first() -> None:
    """And by place among equals."""
    findings = found(learnt({"b": 1, "a": 1}), {"b": "x", "a": "x", "c": 1})

    assert told(findings) == [
        ("breaking", "type", "/a"),
        ("breaking", "type", "/b"),
        ("additive", "new field", "/c"),
    ]


# --- What is none ---


@pytest.mark.parametrize(
    ("known", "now"),
    [
        pytest.param([{"n": 1}] * 30, [{"n": 1.5}] * 30, id="decimals where only whole numbers were seen"),
        pytest.param([{"n": 1.5}] * 30, [{"n": 1}] * 30, id="whole numbers where decimals were seen"),
        pytest.param({"tags": []}, {"tags": [{"id": 1}]}, id="the first item of a list that was always empty"),
        pytest.param({"tags": [{"id": 1}]}, {"tags": []}, id="an empty list"),
        pytest.param({"splits": []}, {"splits": {"a": 1}}, id="an object where an empty map was written as a list"),
        pytest.param({"splits": {"a": 1}}, {"splits": []}, id="an empty map written as a list"),
        pytest.param({"ride": None}, {"ride": {"id": 1}}, id="the first value of what was always null"),
        pytest.param(rows(30, at="2024-01-01T10:00:00"), rows(30, at="2024-01-01T10:00:00Z"), id="a zone"),
        pytest.param(rows(30, url="https://a/b"), rows(30, url=""), id="an empty text where all had a form"),
        pytest.param(rows(30, at=1_600_000_000), rows(30, at=0), id="zero for a time that is not set"),
        pytest.param(rows(30, n=lambda n: n), rows(30, n=lambda n: 100 + n), id="counters that went on"),
        pytest.param(rows(30, s="DONE"), rows(30, s="OPEN"), id="a word that was the same in all of one user's rows"),
        pytest.param(rows(3, s="DONE", x=1), rows(3, s="OPEN", x=None), id="few rows"),
        pytest.param(rows(30, title=lambda n: f"w{n}"), rows(30, title=lambda n: f"v{n}"), id="titles"),
        pytest.param({"by": {"ann": 1}}, {"by": {"bob": 2}}, id="a field of another user's"),
    ],
)
def test_what_the_next_answer_may_have(known: Any, now: Any) -> None:
    """Answers of one API to other requests differ so all the time."""
    assert [each for each in found(learnt(known), now) if each.level != "additive"] == []


def test_rare_nulls_and_absences_in_a_list() -> None:
    """One row in fifty is no drift, though none was like it before."""
    known = rows(50, ride=1, work=1)
    now = [{"id": 0, "ride": None, "work": 1}, {"id": 1, "ride": 1}, *rows(48, ride=1, work=1)]

    assert found(learnt(known, asked=ME), now, asked=ME) == []


def test_an_optional_field_that_is_rarer_than_before() -> None:
    """How often rows have what they need not have depends on the rows."""
    known = rows(50, ride=1)

    assert found(learnt(without("ride", known, every=10), asked=ME), without("ride", known, every=2), asked=ME) == []


def test_a_list_of_words_that_still_grows_is_no_enum() -> None:
    """A value that came only once tells that there are more to come."""
    known = rows(60, kind=lambda n: "odd" if n == 7 else "run" if n % 2 else "ride")

    assert found(learnt(known, asked=ME), rows(60, kind="swim"), asked=ME) == []
    assert found(learnt(*known), *rows(60, kind="swim")) == []


def test_rows_of_another_user_are_another_sample() -> None:
    """Rows of one answer are alike; a hundred of them are not a hundred sightings of the API."""
    known = learnt(rows(50, sport=lambda n: "run" if n % 2 else "ride", pace=1))
    now = rows(50, sport=lambda n: "yoga" if n % 2 else "rest", pace=None)

    assert [each.level for each in found(known, now)] == ["risky"]


def test_variants_have_their_own_fields() -> None:
    """A field that one variant never has is not rare because there are more of that variant now."""
    ride, rest = {"type": "ride", "pace": 1}, {"type": "rest"}
    lock = learnt([*[ride] * 38, *[rest] * 2], asked=ME)

    assert found(lock, [*[rest] * 38, *[ride] * 2], asked=ME) == []
    assert told(found(lock, [*[{"type": "ride"}] * 30, *[rest] * 10], asked=ME)) == [("breaking", "removed", "/*/pace")]


def test_a_map_by_words() -> None:
    """Where most names came only sometimes and all values are alike, names are keys."""
    words = [f"word{chr(97 + n)}" for n in range(26)]
    maps = [{"tags": {word: n for n, word in enumerate(words) if n % 5 == each}} for each in range(5)]

    assert found(learnt(*maps), {"tags": {"another": 1, "word": 2}}) == []


def test_an_optional_field_that_one_answer_lacks_altogether() -> None:
    """Absent before is absent again; only when answer after answer lacks it, it is gone."""
    with_it, without_it = rows(50, ride=1), rows(50)
    lock = learnt([*with_it, *without_it[:2]], [*with_it, {"id": -1}])

    assert found(lock, without_it) == []
    assert told(found(lock, *(without_it[n:] for n in range(4)))) == [("risky", "removed", "/*/ride")]


def test_a_request_that_nothing_was_learnt_of() -> None:
    """There is nothing it could differ from."""
    assert found(Lock(), {"id": 1}) == []


@given(st.lists(VALUES | ROWS, min_size=1, max_size=5), st.booleans())
def test_what_was_learnt_is_accepted(bodies: list[Any], same: bool) -> None:
    """No answer differs from what was learnt from it, and others besides; nor do all of them together."""
    asked = ME if same else ""
    lock = learnt(*bodies, asked=asked)

    assert found(lock, *bodies, asked=asked) == []
    assert [found(lock, body, asked=asked) for body in bodies] == [[]] * len(bodies)


def made_row(chance: random.Random) -> dict[str, Any]:
    """A row as services have them: rare nulls, absences, values, forms and types of record."""
    row: dict[str, Any] = {
        "id": f"{chance.getrandbits(128):032x}" if chance.random() > 0.03 else "legacy",
        "created_at": 1_600_000_000 + chance.randrange(10**8),
        "discipline": chance.choices(["cycling", "running", "yoga", "rowing", "caesar"], [60, 20, 10, 7, 3])[0],
        "work": chance.choice([0, 0, chance.random() * 1e6]),
        "views": int(10 ** (chance.random() * 6)),
        "start": "2024-03-01T10:00:00" + ("" if chance.random() < 0.9 else "Z"),
        "image": "https://example.org/1.png" if chance.random() > 0.04 else "",
        "tags": [] if chance.random() < 0.7 else [{"id": 1}],
        "counts": {f"{chance.getrandbits(128):032x}": 1 for _ in range(chance.randrange(3))},
        "device": {"type": "bike", "load": 1.5} if chance.random() < 0.6 else {"type": "tread", "incline": 1},
    }
    for n, rate in enumerate((0.01, 0.02, 0.03, 0.05, 0.1, 0.4)):
        row[f"null_{n}x"] = None if chance.random() < rate else chance.randrange(100)
        if chance.random() >= rate:
            row[f"optional_{n}x"] = chance.random()
    return row


@pytest.mark.parametrize("count", [20, 100])
def test_one_half_of_a_list_accepts_the_other(count: int) -> None:
    """Of lists with rare nulls, absences and values nothing in the other half is breaking."""
    breaking = 0
    for seed in range(30):
        chance = random.Random(seed)
        listed = [made_row(chance) for _ in range(count)]
        findings = found(learnt(listed[: count // 2]), listed[count // 2 :])
        findings += found(learnt(*listed[: count // 2]), *listed[count // 2 :])
        breaking += any(each.level == "breaking" for each in findings)

    assert breaking == 0


def test_all_answers_of_a_run_count_together() -> None:
    """What one of them lacks may be chance."""
    known = [{"id": n, "ride": n} for n in range(60)]
    lock = learn(Lock(), [answer(body) for body in known])

    assert told(found(lock, {"id": -1})) == [("breaking", "removed", "/ride")]
    assert found(lock, {"id": -1}, *({"id": n, "ride": n} for n in range(-9, -1))) == []
