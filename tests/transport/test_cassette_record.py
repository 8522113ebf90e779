"""What is recorded when, and that no file is ever half or wrong."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from tests.cassettes import OPTIONS, Cassettes, get, step
from tests.servers import Talk, answering, fixed, free_port, response, serving

from paceline.errors import FileError, FormatError, RequestError
from paceline.transport.cassette_errors import NoRecordingError, RecordingMismatchError
from paceline.transport.cassette_library import CassetteLibrary
from paceline.transport.cassette_yaml import from_text
from paceline.transport.recording import LeftOut


@pytest.fixture
def cassettes(tmp_path: Path) -> Cassettes:
    return Cassettes(tmp_path / "cassettes")


def counting() -> Talk:
    numbers = itertools.count()
    return answering(lambda _: response(200, [("Content-Type", "text/plain")], f"answer {next(numbers)}".encode()))


def refusing() -> str:
    """An address where nobody listens."""
    return f"http://127.0.0.1:{free_port()}/a"


# --- Modes ---


def test_once_records_what_has_no_cassette_and_replays_the_rest(cassettes: Cassettes) -> None:
    """The service is asked once; a second run adds only the cassettes that are missing."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        cassettes.record((request, step("One")))
        before = cassettes.texts()
        trips = cassettes.record((request, step("One")), (request, step("Two")))

    assert ["answer 0", "answer 1"] == [trip.response.body.decode() for trip in trips]
    assert len(server.requests) == 2
    assert ["users/one.yaml", "users/two.yaml"] == list(cassettes.texts())
    assert before["users/one.yaml"] == cassettes.texts()["users/one.yaml"]


def test_once_adds_nothing_to_a_cassette(cassettes: Cassettes) -> None:
    """What is missing in one is an error, with the command that adds it."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        cassettes.record((request, step()))
        with pytest.raises(NoRecordingError) as caught:
            cassettes.record((request, step(occurrence=1)))

    assert "--record new" in caught.value.fix


def test_new_adds_what_is_missing_in_a_cassette(cassettes: Cassettes) -> None:
    """What is there is replayed and stays; what is added says when it was recorded."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        cassettes.record((request, step()))
        before = cassettes.texts()["users/me.yaml"]
        cassettes.record((request, step()), (request, step(occurrence=1)), mode="new")

    text = cassettes.texts()["users/me.yaml"]
    assert text.startswith(before)
    assert [None, True] == [one.recorded_at and True for one in from_text(text, "").recordings]
    trips = cassettes.replay((request, step()), (request, step(occurrence=1)))
    assert ["answer 0", "answer 1"] == [trip.response.body.decode() for trip in trips]


def test_new_does_not_cover_up_a_change(cassettes: Cassettes) -> None:
    """A request that is no longer the recorded one is an error, not one more recording."""
    with serving(counting()) as server:
        cassettes.record((get(f"{server.url}/a"), step()))
        with pytest.raises(RecordingMismatchError):
            cassettes.record((get(f"{server.url}/b"), step()), mode="new")

    assert len(server.requests) == 1


def test_rewrite_records_anew_and_leaves_other_steps_alone(cassettes: Cassettes) -> None:
    """The one cassette holds only what came now, under the seed it had; the other is the same byte for byte."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        cassettes.record((request, step("One")), (request, step("One", occurrence=1)), (request, step("Two")))
        before = cassettes.texts()
        other = (cassettes.folder / "users/two.yaml").stat()
        cassettes.record((request, step("One")), mode="rewrite")

    old, new = (from_text(text, "") for text in (before["users/one.yaml"], cassettes.texts()["users/one.yaml"]))
    assert (2, 1) == (len(old.recordings), len(new.recordings))
    assert b"answer 3" == new.recordings[0].hops[0].response.body
    assert old.seed == new.seed
    assert before["users/two.yaml"] == cassettes.texts()["users/two.yaml"]
    assert other.st_mtime_ns == (cassettes.folder / "users/two.yaml").stat().st_mtime_ns


def test_a_cassette_says_what_it_was_recorded_against(cassettes: Cassettes) -> None:
    """The host of the item's own request, even if a script asked another one before."""
    with serving(counting()) as api, serving(counting()) as other:
        cassettes.record((get(f"{other.url}/a"), step(call=1)), (get(f"{api.url}/a"), step()))

    cassette = from_text(cassettes.texts()["users/me.yaml"], "")
    assert (api.url, False) == (cassette.base_url, cassette.emulator)
    assert [0, 1] == [one.call for one in cassette.recordings]


def test_what_an_emulator_answered_says_so(cassettes: Cassettes) -> None:
    """An emulator tells what it is by its `Server` header, and so does the cassette."""
    emulator = fixed(response(headers=[("Server", "shop-emulator/1")], body=b"pong"))
    with serving(emulator) as server:
        cassettes.record((get(f"{server.url}/a"), step()))

    assert from_text(cassettes.texts()["users/me.yaml"], "").emulator


# --- Files ---


def test_nothing_is_stored_before_the_end(cassettes: Cassettes) -> None:
    """A run that crashes leaves the folder as it was."""

    def crash(url: str) -> None:
        with cassettes.run("rewrite") as transport:
            transport.send(get(url), OPTIONS, step())
            raise ZeroDivisionError

    with serving(counting()) as server, pytest.raises(ZeroDivisionError):
        crash(f"{server.url}/a")

    assert {} == cassettes.texts()


def test_a_step_that_was_not_recorded_whole_keeps_its_cassette(cassettes: Cassettes) -> None:
    """One of its requests failed; what else the run recorded is stored."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        cassettes.record((request, step("One")))
        before = cassettes.texts()["users/one.yaml"]
        with cassettes.run("rewrite") as transport:
            transport.send(request, OPTIONS, step("One"))
            with pytest.raises(RequestError):
                transport.send(get(refusing()), OPTIONS, step("One", call=1))
            transport.send(request, OPTIONS, step("Two"))
            saved = transport.save()

    assert before == cassettes.texts()["users/one.yaml"]
    assert [cassettes.folder / "users/two.yaml"] == list(saved.written)
    [left_out] = saved.left_out
    assert ("users", ("One",)) == (left_out.collection, left_out.path)
    assert "refused the connection" in left_out.reason


def test_an_interrupted_run_stores_the_steps_that_were_finished(cassettes: Cassettes) -> None:
    """One that was broken off may have had more to record."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        with cassettes.run("once") as transport:
            transport.send(request, OPTIONS, step("One"))
            transport.send(request, OPTIONS, step("Two"))
            saved = transport.save({("users", ("Two",))})

    assert (LeftOut("users", ("Two",), "it was interrupted"),) == saved.left_out
    assert ["users/one.yaml"] == list(cassettes.texts())


def test_a_file_is_replaced_at_once(cassettes: Cassettes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure while it is written leaves the old one, and nothing beside it."""
    file = cassettes.folder / "users/me.yaml"
    library = CassetteLibrary(cassettes.folder)
    assert library.write(file, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="No space left") as caught:
        library.write(file, "new")

    assert str(file) in str(caught.value)
    assert {"users/me.yaml": "old"} == cassettes.texts()


def test_a_file_that_would_not_change_is_not_written(cassettes: Cassettes) -> None:
    """So its time tells when it last changed."""
    library = CassetteLibrary(cassettes.folder)

    assert [True, False, True] == [library.write(cassettes.folder / "a/b.yaml", text) for text in ("1", "1", "2")]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param(("User Overview",), "user-overview", id="words"),
        pytest.param(("Me", "Ride & Classes", "Get"), "me--ride-classes--get", id="folders"),
        pytest.param(("../../etc/passwd",), "etc-passwd", id="no way out of the folder"),
        pytest.param(("Übersicht",), "ubersicht", id="letters with marks"),
        pytest.param(("日本",), "cf2abf0c", id="letters that have no like in ASCII"),
        pytest.param(("Con",), "con--3b6f52aa", id="a device of Windows"),
        pytest.param(("a" * 300,), "a" * 100 + "--9835fa6b", id="longer than a file name may be"),
    ],
)
def test_a_file_is_named_after_folders_and_item(tmp_path: Path, path: tuple[str, ...], name: str) -> None:
    """In signs that every system takes."""
    file, cassette = CassetteLibrary(tmp_path).find("users", path)

    assert (tmp_path / "users" / f"{name}.yaml", None) == (file, cassette)


def test_names_that_would_share_a_file_get_two(cassettes: Cassettes) -> None:
    """Whatever the order in which they are recorded, each finds its own; a file that is there keeps its name."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        names = ["Get user", "Get User", "get-user"]
        for chosen in (names[:1], names):
            cassettes.record(*((request, step(name)) for name in chosen))
    trips = cassettes.replay(*((request, step(name)) for name in names))

    assert ["answer 0", "answer 1", "answer 2"] == [trip.response.body.decode() for trip in trips]
    assert "users/get-user.yaml" in cassettes.texts()
    assert len(cassettes.texts()) == 3


def test_names_recorded_together_share_no_file_either(cassettes: Cassettes) -> None:
    """Neither overwrites the other when both are new."""
    with serving(counting()) as server:
        request = get(f"{server.url}/a")
        keys = [step("Get user"), step("Get User"), step("get-user")]
        cassettes.record(*((request, key) for key in keys))
    trips = cassettes.replay(*((request, key) for key in keys))

    assert ["answer 0", "answer 1", "answer 2"] == [trip.response.body.decode() for trip in trips]


def test_a_collection_cannot_leave_the_folder(tmp_path: Path) -> None:
    """Its name may be anything, as it comes from a file."""
    file, _ = CassetteLibrary(tmp_path / "c").find("../..", ("Me",))

    assert file.parent.parent == tmp_path / "c"


def test_a_broken_cassette_is_told_of(cassettes: Cassettes) -> None:
    """It is neither recorded over nor taken for missing."""
    (cassettes.folder / "users").mkdir(parents=True)
    (cassettes.folder / "users/me.yaml").write_text("interactions: [")

    with pytest.raises(FormatError, match="not YAML"):
        cassettes.replay((get("http://localhost/a"), step()))
