"""Whether two answers are of the same data, told by their sketches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from tests.drift.observing import VALUES, found, learnt, told

from paceline.drift.alike import BINS, alikeness, sketch_of
from paceline.drift.hidden import MASK

ASKED = "GET /api/me"


def account(name: str, **more: Any) -> dict[str, Any]:
    """Somebody's profile."""
    return {**{each: f"{each} of {name}" for each in ("name", "city", "motto", "bike", "club")}, "ok": True, **more}


@given(VALUES)
def test_a_body_is_like_itself(body: Any) -> None:
    """Whatever it holds; a sketch has one length, or none."""
    sketch = sketch_of(body)

    assert alikeness(sketch, sketch) == 1.0
    assert len(sketch) in {0, 2 * BINS}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(account("Ann"), account("Ann", visits=2000), True, id="a field more"),
        pytest.param(account("Ann", ride=account("x")), account("Ann"), True, id="an object less"),
        pytest.param(account("Ann"), account("Bob"), False, id="another account"),
        pytest.param(
            [account(str(n)) for n in range(30)], [account(str(n)) for n in range(1, 31)], True, id="a row on"
        ),
        pytest.param([account(str(n)) for n in range(9)], [account(str(n)) for n in range(50, 60)], False, id="a feed"),
        pytest.param(account("Ann", token="t" * 9), account("Ann", token=MASK), True, id="a secret"),
        pytest.param(
            {"page": 7, "rows": [account("Ann")]}, {"page": 7, "rows": []}, True, id="a list that is empty now"
        ),
        pytest.param({"page": 7, "rows": []}, {"page": 7, "rows": [account("Ann")]}, False, id="a list that was empty"),
        pytest.param({"ok": True, "n": 0}, {"ok": False, "n": 1}, True, id="flags and counters tell nothing"),
    ],
)
def test_what_is_the_same_data(one: Any, other: Any, same: bool) -> None:
    """Most values that both have are the same; what is gone does not count."""
    assert (alikeness(sketch_of(one), sketch_of(other)) >= 0.75) is same


def test_the_same_request_for_another_account() -> None:
    """What one of them lacks is no drift; what the same account lacks all of a sudden is."""
    lock = learnt(account("Ann", ftp=200, rank=None, tier="gold"), asked=ASKED)

    assert found(lock, account("Bob", rank=7), asked=ASKED) == []
    assert told(found(lock, account("Ann", rank=None, tier=None), asked=ASKED)) == [
        ("breaking", "removed", "/ftp"),
        ("breaking", "null", "/tier"),
    ]


def test_one_of_several_answers_is_enough() -> None:
    """Where a request was answered by several accounts' data, the same data is found among them."""
    lock = learnt(account("Ann", ftp=200), account("Bob", ftp=100), asked=ASKED)

    assert told(found(lock, account("Bob"), asked=ASKED)) == [("breaking", "removed", "/ftp")]


def test_values_cannot_be_read_off_a_sketch() -> None:
    """Answers that differ in one value have mostly the same sketch, and four bits for that value."""
    sketches = {sketch_of({"weight": 70.5 + n}) for n in range(200)}

    assert len(sketches) == 16


def test_a_sketch_is_of_what_was_asked() -> None:
    """Nothing is said of a request that was not asked before."""
    lock = learnt(account("Ann", ftp=200), asked=ASKED)

    assert found(lock, account("Ann"), asked="GET /api/user/7") == []
