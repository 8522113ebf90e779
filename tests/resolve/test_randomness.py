"""Values drawn from a seed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from paceline.resolve.randomness import Randomness


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
