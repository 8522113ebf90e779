"""Which findings are accepted, and what a command line calls them."""

from __future__ import annotations

import pytest
from tests.drift.observing import JSON, KEY, answer, learnt, told

from paceline.drift.compare import compare_locks
from paceline.drift.facts import Lock, Observation
from paceline.drift.learning import learn, observed
from paceline.errors import UsageError
from paceline.evidence.accepting import Place, accept_places, place_of

BEFORE = learnt({"id": 1, "ride": {"title": "x", "pace": 1}, "rides": [1]}, asked="GET /a")
NOW = observed([answer({"id": "1", "ride": {"title": 1}, "rides": [1], "new": 1}, asked="GET /a")])
ALL = [
    ("breaking", "type", "/id"),
    ("breaking", "removed", "/ride/pace"),
    ("breaking", "type", "/ride/title"),
    ("additive", "new field", "/new"),
]


def test_everything_is_accepted_when_nothing_else_is_said() -> None:
    """Then nothing differs any more."""
    lock, accepted = accept_places(BEFORE, NOW)

    assert told(accepted) == ALL
    assert compare_locks(lock, NOW, complete=False) == []


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["/ride"], ALL[1:3]),
        (["/id", f"{KEY}#/new"], [ALL[0], ALL[3]]),
        ([f"{KEY}#"], ALL),
        ([""], ALL),
    ],
)
def test_places(only: list[str], expected: list[tuple[str, str, str]]) -> None:
    """Each stands for what is within it; the empty one is the whole body."""
    assert told(accept_places(BEFORE, NOW, only=only)[1]) == expected


def test_levels() -> None:
    """So that additions can be taken over without a look."""
    assert told(accept_places(BEFORE, NOW, levels=["additive"])[1]) == ALL[3:]
    assert told(accept_places(BEFORE, NOW, levels=["additive", "breaking"], only=["/id"])[1]) == ALL[:1]


def test_one_request() -> None:
    """The same place in another one stays as it is."""
    body, other = b'{"a": 1}', b'{"a": "x"}'
    keys = ("a/One", "a/C# in 7 days")
    before = learn(Lock(), [Observation(key, 200, (JSON,), body) for key in keys])
    now = observed([Observation(key, 200, (JSON,), other) for key in keys])

    assert [each.key for each in accept_places(before, now, key="a/One")[1]] == ["a/One"]
    assert [each.key for each in accept_places(before, now, only=["a/C# in 7 days#/a"])[1]] == ["a/C# in 7 days"]


def test_a_place_that_no_finding_is_about() -> None:
    """A slip of the pen must not look like success: the nearest are told, or else some."""
    with pytest.raises(UsageError, match="no finding is about /ride/titel") as caught:
        accept_places(BEFORE, NOW, only=["/ride/titel"])
    assert "/ride/title" in caught.value.fix

    with pytest.raises(UsageError) as caught:
        accept_places(BEFORE, NOW, only=["/id", "header:zzz"])
    assert caught.value.fix == "there are findings at /id, /new, /ride/pace and 1 more"


@pytest.mark.parametrize(
    ("text", "fix"),
    [("id", "/id"), ("users/Lst#/id", "'users/List'"), ("data/status", "/data/*/status")],
)
def test_what_is_no_place(text: str, fix: str) -> None:
    """Pointers begin with a slash; requests are named as in the report."""
    with pytest.raises(UsageError) as caught:
        place_of(text, [KEY])
    assert fix in caught.value.fix


def test_a_request_that_is_not_known() -> None:
    """Its name may be misspelt."""
    with pytest.raises(UsageError, match="no request 'users/Lists'") as caught:
        accept_places(BEFORE, NOW, key="users/Lists")
    assert "'users/List'" in caught.value.fix


def test_nothing_to_accept() -> None:
    """Then a place is no error: it may have been accepted before."""
    assert accept_places(BEFORE, BEFORE, only=["/id"]) == (BEFORE, [])


def test_words_for_what_is_not_in_the_body() -> None:
    """As findings have them; `{key}` of a lock is the star of a report."""
    assert place_of("header:link", []) == Place("header:link")
    assert place_of("status", []) == Place("status")
    assert place_of("/map/{key}/id", []) == Place("/map/*/id")
