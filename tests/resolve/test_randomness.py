"""Values drawn from a seed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from paceline.resolve.randomness import SYSTEM, Randomness


def test_the_same_seed_draws_the_same_values() -> None:
    """What a recording drew, its replay draws."""

    def draw(source: Randomness) -> list[object]:
        return [source.bytes(5), source.uuid4(), source.below(1000), source.choice("abc"), source.random()]

    assert draw(Randomness("7")) == draw(Randomness("7"))
    assert draw(Randomness("7")) != draw(Randomness("8"))


def test_the_values_are_the_same_for_ever() -> None:
    """A cassette outlives versions of Python and of paceline, so these values may never change."""
    source = Randomness("seed")

    assert ("c12a2033", "4d95c56b") == (source.bytes(4).hex(), source.bytes(4).hex())


def test_values_do_not_repeat() -> None:
    """One source gives a new value each time."""
    source = Randomness("7")

    assert len({source.uuid4() for _ in range(100)}) == 100


def test_every_option_has_its_chance() -> None:
    """A choice comes to all of a few options before long."""
    source = Randomness("7")

    assert {source.choice("abc") for _ in range(100)} == {"a", "b", "c"}


def test_the_clock_goes_on_by_being_looked_at() -> None:
    """Two replays that look as often see the same times."""
    clock = Randomness("7", start=1000.0)

    assert [1000.0, 1000.001, 1000.002] == [clock.time() for _ in range(3)]


def test_the_clock_goes_on_to_what_others_have_seen() -> None:
    """A script looks at a clock that starts as this one and runs ahead; it never goes back."""
    clock = Randomness("7", start=1000.0)
    clock.advance(1002.5)
    seen = [clock.time(), clock.time()]
    clock.advance(1000.0)

    assert [*seen, clock.time()] == [1002.5, 1002.501, 1002.502]


@given(ahead=st.integers(0, 10**9), start=st.integers(0, 4 * 10**9))
def test_no_moment_is_shown_twice(ahead: int, start: int) -> None:
    """Milliseconds stay whole ones however long the clock runs."""
    clock = Randomness("7", float(start))
    clock.advance((start * 1000 + ahead) / 1000)

    assert [round(clock.time() * 1000), round(clock.time() * 1000)] == [
        start * 1000 + ahead,
        start * 1000 + ahead + 1,
    ]


@given(st.integers(8, 100))
def test_without_a_seed_nothing_can_be_foreseen(count: int) -> None:
    """The bytes are the operating system's, in a child as well."""
    sources = (Randomness(), Randomness(), SYSTEM, SYSTEM.child("a"), Randomness(start=1000.0))

    assert len({source.bytes(count) for source in sources}) == len(sources)
    assert len({source.uuid4() for source in sources}) == len(sources)


def test_without_a_start_the_clock_is_the_real_one() -> None:
    """Also where there is a seed, and whatever others have seen."""
    for source in (Randomness(), Randomness("7"), Randomness("7").child("a")):
        source.advance(4e9)
        before = time.time()

        assert before <= source.time() <= time.time()


def test_a_child_leaves_its_parent_alone() -> None:
    """What one part of a run draws does not shift what another draws."""
    alone, parent = Randomness("7"), Randomness("7")
    drawn = parent.child("sandbox").bytes(64)

    assert drawn != alone.bytes(64)
    assert alone.bytes(8) == (parent.bytes(64), parent.bytes(8))[1]


def test_threads_never_draw_the_same() -> None:
    """Requests of a script are made in several threads."""
    source = Randomness("7")
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: source.bytes(16), range(400)))

    assert len(set(drawn)) == 400
