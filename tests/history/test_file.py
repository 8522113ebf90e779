"""The file of a history: place and rights, versions, several processes at once, and what may happen to a file."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from tests.history.keeping import KEY, NEWS, run, timed

from paceline.errors import FileError, FormatError, Location
from paceline.formats.private_folder import private_folder
from paceline.history.place import history_file, suite_name
from paceline.history.records import Timing
from paceline.history.schema import STEPS, upgrade
from paceline.history.store import History
from paceline.model.suite import NO_SUITE, Suite

ROOT = Path(__file__).parents[2]

PREAMBLE = """
import os, signal, sys
from pathlib import Path
from paceline.history.store import History
from tests.history.keeping import run, timed
"""


Starting = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_python() -> Iterator[Starting]:
    """Starts another process that works on a history; whatever still runs in the end is stopped."""
    with ExitStack() as started:

        def start(program: str, *arguments: str | Path) -> subprocess.Popen[str]:
            command = [sys.executable, "-c", PREAMBLE + program, *map(str, arguments)]
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as file:
        return file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# --- Place and rights ---


def test_a_history_lies_beside_its_suite() -> None:
    """In a folder of paceline's own; without a suite in that of the working directory."""
    suite = Suite(at=Location("shop/paceline.yaml"), collections=("shop/orders.json",))
    collections = Suite(collections=("a/orders.postman_collection.json", "users.json"))

    assert history_file(suite) == Path("shop/.paceline/history.sqlite3")
    assert history_file(NO_SUITE) == Path(".paceline/history.sqlite3")
    assert private_folder(collections.at) == Path(".paceline")
    assert (suite_name(suite), suite_name(collections)) == ("paceline.yaml", "orders, users")


def test_only_the_owner_may_read_a_new_history(tmp_path: Path) -> None:
    """Whatever the umask is, which may only take away."""
    path = tmp_path / "shop" / ".paceline" / "history.sqlite3"
    umask = os.umask(0)
    try:
        with History(path) as history:
            history.add(run(10))
    finally:
        os.umask(umask)

    assert (rights(path), rights(path.parent)) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir() if each != path] == [".gitignore"]


def test_git_leaves_the_folder_alone(tmp_path: Path) -> None:
    """Nobody has to think of it. A folder of the user gets no such file."""
    with History(tmp_path / ".paceline" / "history.sqlite3"), History(tmp_path / "mine" / "history.sqlite3"):
        pass

    assert (tmp_path / ".paceline" / ".gitignore").read_text() == "*\n"
    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["history.sqlite3"]


def test_a_history_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    """A team may share one on purpose."""
    path = tmp_path / "history.sqlite3"
    History(path).close()
    path.chmod(0o660)

    with History(path) as history:
        history.add(run(10))
        history.prune(keep=0)

    assert rights(path) == 0o660


def test_a_history_is_one_file(tmp_path: Path) -> None:
    """Nothing is left beside it, not even while it is open: whoever copies it has all."""
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.add(run(10))

        assert list(tmp_path.iterdir()) == [path]


# --- Versions ---


def kept_by_version(path: Path, version: int) -> None:
    """A history as the paceline of that version left it, with one run."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        upgrade(file, path, STEPS[:version])
        if version >= 1:
            file.execute("INSERT INTO run VALUES (7, 10.5, 'paceline.yaml', 'staging', 'https://a', 5, 64, 2)")


def test_a_new_file_has_the_newest_version(tmp_path: Path) -> None:
    """The number of the steps that it has been through, and a mark by which it is known."""
    path = tmp_path / "history.sqlite3"
    History(path).close()

    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
        assert file.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"pace"),)


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
def test_the_history_of_an_older_version_is_read_and_written(tmp_path: Path, version: int) -> None:
    """All its runs stay."""
    path = tmp_path / "history.sqlite3"
    kept_by_version(path, version)

    with History(path) as history:
        history.add(run(20, NEWS))

        assert [(each.id, each.started, each.exit_code) for each in history.runs()] == [(8, 20, 0), (7, 10.5, 5)]


def test_an_empty_file_becomes_a_history(tmp_path: Path) -> None:
    """As one of a process that died right after it had made the file."""
    path = tmp_path / "history.sqlite3"
    path.touch()

    with History(path) as history:
        assert history.add(run(10)) == 1


def test_an_upgrade_takes_only_the_steps_that_are_missing(tmp_path: Path) -> None:
    """The step of a version to come; going through it again changes nothing."""
    path = tmp_path / "history.sqlite3"
    kept_by_version(path, len(STEPS))
    to_come = (*STEPS, ("ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",))

    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        upgrade(file, path, to_come)
        upgrade(file, path, to_come)

        assert file.execute("SELECT id, note FROM run").fetchall() == [(7, "none")]
        assert file.execute("PRAGMA user_version").fetchone() == (len(STEPS) + 1,)


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    """Not even by its first half."""
    path = tmp_path / "history.sqlite3"
    kept_by_version(path, len(STEPS))
    before = path.read_bytes()

    with closing(sqlite3.connect(path, isolation_level=None)) as file, pytest.raises(sqlite3.Error):
        upgrade(file, path, (*STEPS, ("DROP TABLE field", "ALTER TABLE no_such_table ADD COLUMN note TEXT")))

    assert path.read_bytes() == before


def test_the_history_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """It might be understood wrongly. It is left as it is."""
    path = tmp_path / "history.sqlite3"
    kept_by_version(path, len(STEPS))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")
    before = path.read_bytes()

    with pytest.raises(FormatError) as raised:
        History(path)

    assert "it is of version 99, and this one knows 1" in raised.value.what
    assert (raised.value.where, raised.value.fix) == (Location(str(path)), "update paceline, or name another file")
    assert path.read_bytes() == before


# --- What is no history ---


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """It is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("not to be lost\n" * 100)

    with pytest.raises(FormatError, match="this is no history of paceline: it is no SQLite database") as raised:
        History(path)

    assert raised.value.where == Location(str(path))
    assert path.read_text() == "not to be lost\n" * 100


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("CREATE TABLE run (id INTEGER)", id="tables of its own"),
        pytest.param("PRAGMA user_version = 1", id="a version of its own"),
        pytest.param("PRAGMA application_id = 252006673", id="an application of its own"),
    ],
)
def test_the_database_of_another_program_is_refused(tmp_path: Path, statement: str) -> None:
    """No table of ours is put into it."""
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        file.execute(statement)
    before = path.read_bytes()

    with pytest.raises(FormatError, match="it is a database of something else"):
        History(path)

    assert path.read_bytes() == before


def test_a_damaged_history_is_told_as_such(tmp_path: Path) -> None:
    """With the file, and how to go on. It stays, so that somebody can try to rescue it."""
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        for started in range(50):
            history.add(timed(started, *range(1, 50)))
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(0xA5 for _ in content[4096:])  # all pages but the first
    path.write_bytes(content)

    with pytest.raises(FormatError, match="the history is damaged") as raised, History(path) as history:
        history.runs()

    assert raised.value.where == Location(str(path))
    assert "move the file away" in raised.value.fix
    assert path.read_bytes() == content


def test_a_history_that_was_cut_is_told_as_such(tmp_path: Path) -> None:
    """As by a copy that was not completed."""
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        for started in range(50):
            history.add(timed(started, *range(1, 50)))
    path.write_bytes(path.read_bytes()[:6000])

    with pytest.raises(FormatError, match="damaged"), History(path) as history:
        history.add(run(100))


def test_a_path_that_cannot_be(tmp_path: Path) -> None:
    """A folder, a place in a file, a NUL character."""
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / ".paceline" / "history.sqlite3", tmp_path / "a\0b"):
        with pytest.raises(FileError, match="the history cannot be opened") as raised:
            History(path)
        assert raised.value.where == Location(str(path))


# --- Disks and rights ---


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_write_protected_folder(tmp_path: Path) -> None:
    """A history in it can be read; to write it, or to begin one, is an error that a run can tell and go on."""
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.add(run(10))
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with History(path) as history:
            assert [each.started for each in history.runs()] == [10]
            with pytest.raises(FileError, match="write-protected"):
                history.add(run(20))
        with pytest.raises(FileError, match="cannot be opened"):
            History(tmp_path / ".paceline" / "history.sqlite3")
    finally:
        tmp_path.chmod(0o700)


def test_a_disk_without_room(tmp_path: Path, start_python: Starting) -> None:
    """The run is not kept, all others are, and it is told as a file that cannot be written."""
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.add(run(10))
        history.add(timed(20, 1, 2, 3))
    limited = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({path.stat().st_size + 8192},) * 2)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from paceline.errors import FileError
with History(sys.argv[1]) as history:
    try:
        history.add(timed(30, *range(20_000)))
    except FileError as error:
        print(error)
    print(len(history.runs()), history.add(run(40)))
"""
    said, _ = start_python(limited, path).communicate()

    assert "the history cannot be read or written" in said or "the disk is full" in said
    assert f"--> {path}" in said
    assert said.splitlines()[-1] == "2 3"
    with History(path) as history:
        assert [each.started for each in history.runs()] == [40, 20, 10]
    assert is_sound(path)


# --- Several processes ---


def test_several_processes_write_at_the_same_time(tmp_path: Path, start_python: Starting) -> None:
    """Each begins with a file that is not there, and every run of each is kept whole."""
    path = tmp_path / ".paceline" / "history.sqlite3"
    writing = """
sys.stdin.readline()  # all begin at once
for number in range(12):
    with History(sys.argv[1]) as history:
        history.add(timed(number, *range(200), suite=sys.argv[2]))
"""
    writers = [start_python(writing, path, f"suite {number}") for number in range(3)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()

    assert [writer.returncode for writer in writers] == [0, 0, 0]
    with History(path) as history:
        runs = history.runs()
    assert len({each.id for each in runs}) == 36
    assert {(each.suite, len(each.timings)) for each in runs} == {(f"suite {number}", 200) for number in range(3)}
    assert is_sound(path)


def test_several_processes_begin_the_same_history(tmp_path: Path, start_python: Starting) -> None:
    """One of them makes the tables; the others find them. Twenty times, since it is a matter of microseconds."""
    beginning = """
for number in range(20):
    path = Path(sys.argv[1], f"{number}.sqlite3")
    print("ready", flush=True)
    sys.stdin.readline()
    History(path).close()
"""
    openers = [start_python(beginning, tmp_path) for _ in range(3)]
    for _ in range(20):
        for opener in openers:
            assert opener.stdout is not None
            assert opener.stdout.readline() == "ready\n"
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("go\n")
            opener.stdin.flush()
    for opener in openers:
        opener.communicate()

    assert [opener.returncode for opener in openers] == [0, 0, 0]


def test_somebody_reads_while_others_write_and_remove(tmp_path: Path, start_python: Starting) -> None:
    """Who reads sees what there was at one moment, and never a part of a run."""
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.add(timed(0, *range(200)))
        writer = start_python(
            "with History(sys.argv[1]) as history:\n"
            "    for number in range(1, 25):\n"
            "        history.add(timed(number, *range(200)))\n"
            "        history.prune(keep=1)\n",
            path,
        )
        seen = set()
        while writer.poll() is None:
            seen |= {len(each.timings) for each in history.runs()}
        writer.communicate()

        assert (writer.returncode, seen, history.count()) == (0, {200}, 1)


def test_a_writer_that_does_not_end_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    """The error says that it is another process. What is there can still be read."""
    path = tmp_path / "history.sqlite3"
    History(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other, History(path, wait_s=0.05) as history:
        other.execute("BEGIN IMMEDIATE")

        assert history.runs() == []
        with pytest.raises(FileError, match="another process is writing the history"):
            history.add(run(10))
        other.execute("ROLLBACK")
        assert history.add(run(20)) == 1


def test_of_a_run_that_is_killed_while_it_is_written_nothing_is_left(tmp_path: Path, start_python: Starting) -> None:
    """And all of those before it, though part of the new one is in the file already."""
    path = tmp_path / "history.sqlite3"
    with History(path) as history:
        history.add(run(10))
    size = path.stat().st_size
    killed = """
class Last(float):
    def __conform__(self, protocol):  # called when it is this time's turn to be written
        os.kill(os.getpid(), signal.SIGKILL)

with History(sys.argv[1]) as history:
    history.add(timed(20, *range(200_000), Last(1), 2, 3))
"""
    process = start_python(killed, path)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (path.stat().st_size > size, path.with_name("history.sqlite3-journal").exists()) == (True, True)

    with History(path) as history:
        assert [each.started for each in history.runs()] == [10]
        assert history.add(run(30)) == 2

    assert is_sound(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        pytest.param(2**70, OverflowError, id="a number too large to be stored"),
        pytest.param(None, sqlite3.IntegrityError, id="something that is missing"),
    ],
)
def test_a_defect_of_ours_leaves_nothing_of_that_run(tmp_path: Path, status: Any, error: type[Exception]) -> None:
    """It is not told as a mistake of the user's. The history can be used as before."""
    with History(tmp_path / "history.sqlite3") as history:
        history.add(run(10))
        with pytest.raises(error):
            history.add(run(20, timings=(Timing(KEY, 200, 1), Timing(KEY, status, 2))))

        assert [each.started for each in history.runs()] == [10]
        assert history.add(run(30)) == 2
