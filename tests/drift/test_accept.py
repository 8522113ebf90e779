"""Accepting drift: what was told changes in the lock, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.drift.observing import ANSWERS, JSON, KEY, answer, found, learnt, told

from paceline.drift.accept import accept
from paceline.drift.compare import compare, compare_locks
from paceline.drift.facts import Lock, Observation
from paceline.drift.finding import Finding
from paceline.drift.learning import learn, observed
from paceline.drift.lock import lock_text
from paceline.drift.pointers import is_within

ASKED = "GET /a"


def within(*pointers: str) -> Callable[[Finding], bool]:
    """Whether a finding lies in one of these places."""
    return lambda each: any(is_within(each.pointer, outer) for outer in pointers)


def changed(before: Lock, after: Lock) -> tuple[list[str], list[str]]:
    """The lines that a pull request would show as gone and as new."""
    old, new = lock_text(before).splitlines(), lock_text(after).splitlines()
    return [each.strip() for each in old if each not in new], [each.strip() for each in new if each not in old]


@given(ANSWERS, ANSWERS, st.booleans())
def test_what_was_accepted_is_not_told_again(before: list[Observation], now: list[Observation], complete: bool) -> None:
    """Whatever came, once all of it is accepted the same has no finding."""
    fresh = observed(now)

    lock, accepted = accept(learn(Lock(), before), fresh, complete=complete)

    assert compare_locks(lock, fresh, complete=complete) == []
    assert bool(accepted) == bool(compare_locks(learn(Lock(), before), fresh, complete=complete))


@given(ANSWERS, ANSWERS)
def test_nothing_to_accept_changes_nothing(before: list[Observation], now: list[Observation]) -> None:
    """Nor does a pointer that no finding is about."""
    lock = learn(Lock(), before)

    assert accept(lock, observed(now), within("/no/such/place")) == (lock, [])
    assert accept(lock, observed(now), lambda each: each.key == "another/Request") == (lock, [])
    assert accept(lock, observed(before)) == (lock, [])


def test_a_field_that_is_gone_leaves_the_lock() -> None:
    """With all that was in it; the pull request shows just that."""
    before = learnt({"id": 1, "ride": {"title": "x"}}, asked=ASKED)

    lock, accepted = accept(before, observed([answer({"id": 1}, asked=ASKED)]))

    assert told(accepted) == [("breaking", "removed", "/ride")]
    assert changed(before, lock) == (
        ["/ride: always 1/1; object 1", "/ride/title: always 1/1; string 1, open"],
        [],
    )


def test_only_what_is_pointed_at() -> None:
    """A pointer stands for its place and what is within it."""
    before = learnt({"a": 1, "b": {"c": 1}, "bb": 1}, asked=ASKED)
    now = {"a": "x", "b": {"c": "x"}, "bb": "x"}

    lock, accepted = accept(before, observed([answer(now, asked=ASKED)]), within("/b"))

    assert told(accepted) == [("breaking", "type", "/b/c")]
    assert [each.pointer for each in found(lock, now, asked=ASKED)] == ["/a", "/bb"]


def test_places_in_lists_and_maps_are_pointed_at_by_a_star() -> None:
    """As the findings tell them."""
    before = learnt({"map": {"0" * 32: 1}, "list": [{"x": 1}]})
    now = observed([answer({"map": {"0" * 32: "a"}, "list": [{"x": "a"}]})])

    assert told(accept(before, now, within("/map/*"))[1]) == [("breaking", "type", "/map/*")]
    assert told(accept(before, now, within("/list/*/x"))[1]) == [("breaking", "type", "/list/*/x")]


def test_another_type_takes_the_place_of_the_old_one() -> None:
    """Where all values have it; where some have, both are known."""
    rows = [{"value": n} for n in range(10)]
    texts = [{"value": str(n)} for n in range(10)]

    replaced, _ = accept(learnt(rows), observed([answer(texts)]))
    both, _ = accept(learnt(rows), observed([answer(rows[:5] + texts[:5])]))

    assert "/*/value: required 10/10; string 10, open" in lock_text(replaced)
    assert "/*/value: required 15/15; number 10, 0..10, zero 1; string 5, open" in lock_text(both)


def test_a_null_is_known_from_then_on() -> None:
    """Beside the type that there was."""
    lock, accepted = accept(learnt({"work": 1}, asked=ASKED), observed([answer({"work": None}, asked=ASKED)]))

    assert told(accepted) == [("breaking", "null", "/work")]
    assert "/work: always 2/2; null 1; number 1, 1..1" in lock_text(lock)
    assert found(lock, {"work": None}, asked=ASKED) == []


def test_an_enum_stays_one_with_its_new_value() -> None:
    """It is as well known as the others from then on."""
    rows = [{"status": "OPEN" if n % 2 else "DONE"} for n in range(40)]
    before = learnt(rows, asked=ASKED)
    now: Any = [{"status": "PAUSED"}, *rows[1:]]

    lock, accepted = accept(before, observed([answer(now, asked=ASKED)]))

    assert told(accepted) == [("risky", "enum", "/*/status")]
    assert "of DONE OPEN PAUSED" in lock_text(lock)
    assert told(found(lock, [{"status": "LATE"}, *rows], asked=ASKED)) == [("risky", "enum", "/*/status")]


def test_what_is_not_in_the_body_goes_by_words() -> None:
    """Status, header, cookie: the same words as in the finding."""
    before = learn(Lock(), [answer({}, JSON, ("Link", "x"), ("Set-Cookie", "sid=1; Secure"), asked=ASKED)])
    now = [answer({"id": 1}, JSON, ("Set-Cookie", "sid=1"), asked=ASKED), answer({}, status=404, asked=ASKED)]

    lock, _ = accept(before, observed(now), within("header:link", "cookie:sid"))

    assert told(compare(before, now)) == [
        ("breaking", "cookie", "cookie:sid"),
        ("breaking", "header", "header:link"),
        ("risky", "status", "status"),
    ]
    assert told(compare(lock, now)) == [("risky", "status", "status")]
    assert compare(accept(lock, observed(now), within("status"))[0], now) == []


def test_accepting_one_request_leaves_the_others() -> None:
    """Findings of the same place in another request stay."""
    body, other = b'{"a": 1}', b'{"a": "x"}'
    before = learn(Lock(), [Observation("a/One", 200, (JSON,), body), Observation("a/Two", 200, (JSON,), body)])
    now = [Observation("a/One", 200, (JSON,), other), Observation("a/Two", 200, (JSON,), other)]

    lock, accepted = accept(before, observed(now), lambda each: each.key == "a/One")

    assert [each.key for each in accepted] == ["a/One"]
    assert [each.key for each in compare(lock, now)] == ["a/Two"]
    assert KEY not in lock.requests


def test_times_of_one_host_are_accepted_for_it() -> None:
    """Those of others stay."""
    quick, slow = (1.0, 2.0, 3.0, 4.0, 5.0), (500.0, 510.0, 520.0, 530.0, 540.0)
    before = learn(Lock(), [answer({}, elapsed_ms=each, host=host) for each in quick for host in ("a.test", "b.test")])

    lock, accepted = accept(before, observed([answer({}, elapsed_ms=each, host="b.test") for each in slow]))

    assert told(accepted) == [("risky", "latency", "latency")]
    assert lock.requests[KEY][200].latency == {"a.test": {*quick}, "b.test": {*slow}}


def test_another_table_is_taken_as_it_is() -> None:
    """Whose columns are all others, it is another body; once accepted, its columns are the known ones."""
    csv = ("Content-Type", "text/csv")
    before = learn(Lock(), [answer(b"Date,Output\n2024-01-01,100\n", csv, asked=ASKED)])
    now = [answer(b"Date;Output\n2024-01-01;100\n", csv, asked=ASKED)]

    lock, accepted = accept(before, observed(now))

    assert told(accepted) == [("breaking", "body", "body")]
    assert compare(lock, now) == []
    assert "Date;Output" in lock_text(lock)
    assert "/*/Output" not in lock_text(lock)
