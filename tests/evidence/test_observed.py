"""What a drift run saw, kept for `paceline contract accept`."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drift.observing import ANSWERS, answer, learnt

from paceline.drift.accept import accept
from paceline.drift.facts import Lock, Observation
from paceline.drift.learning import learn, observed
from paceline.errors import FileError, FormatError, Location
from paceline.evidence.observed import Meta, read_observed, save_observed
from paceline.formats.private_folder import private_folder

META = Meta(1_700_000_000.5, "contract.lock", 'paceline drift -e "local file.json"')


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANSWERS, ANSWERS, st.booleans())
def test_accepting_from_the_file_is_accepting_what_was_seen(
    tmp_path: Path, before: list[Observation], now: list[Observation], complete: bool
) -> None:
    """Nothing is lost on the way, whatever came."""
    lock, seen = learn(Lock(), before), observed(now)
    save_observed(tmp_path, seen, META)
    read = read_observed(tmp_path).lock

    assert read == seen
    assert accept(lock, read, complete=complete) == accept(lock, seen, complete=complete)


def test_a_file_says_which_run_it_is_of(tmp_path: Path) -> None:
    """To the second."""
    save_observed(tmp_path, Lock(), META)

    assert read_observed(tmp_path).meta == Meta(1_700_000_000, META.against, META.command)


def test_only_its_owner_reads_the_file_and_git_passes_it_by(tmp_path: Path) -> None:
    """It has texts that a lock would not have; also when there is an older file that everybody could read."""
    folder = tmp_path / ".paceline"
    for _ in range(2):
        path = save_observed(folder, learnt({"a": "word"}), META)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)

    assert (folder / ".gitignore").read_text() == "*\n"
    assert sorted(each.name for each in folder.iterdir()) == [".gitignore", "observed.lock"]


def test_a_run_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """Only the last one can be accepted."""
    save_observed(tmp_path, learnt({"a": 1}), META)
    save_observed(tmp_path, observed([answer({"b": 1})]), META)

    assert read_observed(tmp_path).lock == observed([answer({"b": 1})])


def test_there_is_no_run_yet(tmp_path: Path) -> None:
    """The error says what to do."""
    with pytest.raises(FileError, match="no drift run") as caught:
        read_observed(tmp_path)

    assert "paceline drift" in caught.value.fix


@pytest.mark.parametrize("text", ["version: 1\nrequests: {}\n", "- 1\n", "observed: {at: soon}\nversion: 1\n"])
def test_a_file_that_is_another(tmp_path: Path, text: str) -> None:
    """Such as a plain lock: it is not known whose it is."""
    (tmp_path / "observed.lock").write_text(text)

    with pytest.raises(FormatError):
        read_observed(tmp_path)


def test_the_folder_lies_beside_the_suite() -> None:
    """Or here, when there is no suite."""
    assert private_folder(Location("shop/paceline.yaml")) == Path("shop/.paceline")
    assert private_folder(Location()) == Path(".paceline")
