"""`paceline history`: what it shows, what it removes, and what it says to mistakes."""

from __future__ import annotations

import io
import json
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.history.keeping import GONE, HOST, KEY, NEWS, run, timed

from paceline.cli import main
from paceline.history.records import RunRecord, Timing
from paceline.history.store import History

DAY = 86400
START = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
FILE = Path(".paceline/history.sqlite3")


class Shell:
    """A folder with a history, and a command line in it."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.said = ""
        self.complained = ""

    def has(self, *records: RunRecord, file: Path = FILE) -> None:
        with History(file) as history:
            for record in records:
                history.add(record)

    def history(self, *words: str) -> int:
        code = main(["history", *words])
        self.said, self.complained = self._capsys.readouterr()
        return code

    @property
    def lines(self) -> list[str]:
        return self.said.splitlines()

    @property
    def data(self) -> Any:
        return json.loads(self.said)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(capsys)


# --- Runs ---


def test_a_table_of_runs(shell: Shell) -> None:
    """The newest first; a run that compared nothing has no findings to tell of, which is not the same as none."""
    shell.has(
        run(START, requests=64, host="http://a"),
        run(
            START + DAY, GONE, NEWS, replace(NEWS, pointer="/x"), requests=1064, failed=2, exit_code=5, host="http://a"
        ),
        run(START + 2 * DAY, compared={}, environment="", host="http://localhost"),
    )

    assert shell.history() == 0
    assert shell.lines[:-1] == [
        "when (UTC)        environment  host              requests  failed  findings                exit code",
        "2023-11-16 22:13               http://localhost         1       0  -                               0",
        "2023-11-15 22:13  staging      http://a             1,064       2  1 breaking, 2 additive          5",
        "2023-11-14 22:13  staging      http://a                64       0  none                            0",
    ]
    assert shell.lines[-1].startswith("3 runs in .paceline/history.sqlite3 (")


def test_the_newest_runs(shell: Shell) -> None:
    """Twenty, or as many as are asked for; how many there are is told."""
    shell.has(*(run(START + number) for number in range(25)))

    shell.history()
    assert (len(shell.lines), shell.lines[-1].partition(" in ")[0]) == (22, "20 of 25 runs")
    shell.history("--limit", "3")
    assert (len(shell.lines), shell.lines[-1].partition(" in ")[0]) == (5, "3 of 25 runs")


def test_runs_of_several_suites(shell: Shell) -> None:
    """Are told apart."""
    shell.has(run(START, suite="a.yaml"), run(START + 1, suite="b.yaml"))

    shell.history()

    assert [line.split()[2:4] for line in shell.lines[:-1]] == [
        ["suite", "environment"],
        ["b.yaml", "staging"],
        ["a.yaml", "staging"],
    ]


def test_runs_of_a_suite(shell: Shell) -> None:
    """Those from the history beside its file, and no others that lie there too."""
    Path("shop").mkdir()
    Path("shop/orders.yaml").touch()
    shell.has(run(START, suite="orders.yaml"), run(START, suite="b.yaml"), file=Path("shop/.paceline/history.sqlite3"))

    assert shell.history("shop/orders.yaml") == 0
    assert len(shell.lines) == 3
    assert shell.lines[-1].startswith("1 run in shop/.paceline/history.sqlite3")


def test_a_history_by_its_name(shell: Shell) -> None:
    """Wherever it lies, such as one that was taken out of a cache."""
    shell.has(run(START), file=Path("kept.sqlite3"))

    assert shell.history("--file", "kept.sqlite3") == 0
    assert shell.lines[-1].startswith("1 run in kept.sqlite3")


@pytest.mark.parametrize("words", [(), ("--findings",), ("--trend", KEY), ("prune", "--keep", "3")])
def test_no_history_yet(shell: Shell, words: tuple[str, ...]) -> None:
    """That is no mistake, and looking makes no file."""
    assert shell.history(*words) == 0
    assert shell.said == "there is no history yet: no run has been kept in .paceline/history.sqlite3\n"
    assert list(Path().iterdir()) == []


def test_names_cannot_steer_the_terminal(shell: Shell) -> None:
    """They come from files of others."""
    shell.has(run(START, replace(NEWS, pointer="/a\x1b[2Jb"), environment="a\nb\x1b[31m"))

    shell.history()
    assert r"a\nb\x1b[31m" in shell.said
    shell.history("--findings")
    assert r"/a\x1b[2Jb" in shell.said


# --- Findings ---


def test_open_findings(shell: Shell) -> None:
    """The gravest first, with since when and in how many runs."""
    shell.has(run(START, NEWS), run(START + DAY, NEWS, GONE), run(START + 2 * DAY, NEWS, GONE))

    assert shell.history("--findings") == 0
    assert shell.lines == [
        "level     finding    request           pointer        since (UTC)       runs",
        "breaking  removed    users/List (200)  /total         2023-11-15 22:13     2",
        "additive  new field  users/List (200)  /rows/*/badge  2023-11-14 22:13     3",
        "2 open findings",
    ]


def test_open_findings_of_several_hosts(shell: Shell) -> None:
    """Are told apart."""
    shell.has(run(START, GONE), run(START, GONE, host="http://localhost:8080"))

    shell.history("--findings")

    assert [line.split()[-2:] for line in shell.lines[1:-1]] == [
        ["paceline.yaml", "http://localhost:8080"],
        ["paceline.yaml", HOST],
    ]


def test_no_open_findings(shell: Shell) -> None:
    """That is said."""
    shell.has(run(START, GONE), run(START + 1))

    assert shell.history("--findings") == 0
    assert shell.said == "no finding is open\n"


def test_the_gravest_findings(shell: Shell) -> None:
    """With `--limit`; all of them without."""
    shell.has(run(START, NEWS, GONE))

    shell.history("--findings", "--limit", "1")

    assert [line.split()[0] for line in shell.lines] == ["level", "breaking", "1"]
    assert shell.lines[-1] == "1 of 2 open findings"


# --- Trends ---


def test_the_trend_of_a_request(shell: Shell) -> None:
    """The shortest, middle and longest time of each run, the oldest first; the middle ones as a picture."""
    shell.has(timed(START, 40, 20, 30), timed(START + DAY, 60), timed(START + 2 * DAY, 120, 2000, 110))

    assert shell.history("--trend", KEY) == 0
    assert shell.lines == [
        "200 from https://api.example.org",
        "when (UTC)        environment  answers     min  median    max",
        "2023-11-14 22:13  staging            3   20 ms   30 ms  40 ms",
        "2023-11-15 22:13  staging            1   60 ms   60 ms  60 ms",
        "2023-11-16 22:13  staging            3  110 ms  120 ms  2.0 s",
        "▂▄█  medians of 3 runs, 30 ms to 120 ms",
    ]


def test_the_trend_is_of_one_host_and_status(shell: Shell) -> None:
    """Others have pictures of their own: times of a service and of a stand-in on this machine do not compare."""
    shell.has(timed(START, 40), timed(START, 1, host="http://localhost"), timed(START, 2, status=404))

    shell.history("--trend", KEY)

    assert [line for line in shell.lines if " from " in line] == [
        "200 from http://localhost",
        "200 from https://api.example.org",
        "404 from https://api.example.org",
    ]


def test_a_terminal_without_the_signs_gets_others(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture is drawn in ASCII."""
    shell.has(timed(START, 10), timed(START + 1, 100))
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", output)

    main(["history", "--trend", KEY])

    output.seek(0)
    assert output.read().splitlines()[-1] == "_#  medians of 2 runs, 10 ms to 100 ms"


def test_a_request_that_no_run_had(shell: Shell) -> None:
    """The nearest name is told."""
    shell.has(timed(START, 40))

    assert shell.history("--trend", "users/Lists") == 2
    assert "no run that is kept has times of 'users/Lists'" in shell.complained
    assert "did you mean 'users/List'?" in shell.complained
    assert shell.history("--trend", "x") == 2
    assert 'give the collection and the name, such as "users/User Overview"' in shell.complained


def test_a_request_without_times(shell: Shell) -> None:
    """It is known, but not how long it takes: that is told, and no other request is offered."""
    shell.has(run(START), timed(START, 40, key="users/Lists"))

    assert shell.history("--trend", KEY) == 2
    assert "no run that is kept has times of 'users/List'" in shell.complained
    assert "answers that come from a recording have no times" in shell.complained


# --- For other programs ---


def test_runs_as_json(shell: Shell) -> None:
    """All that is kept but the times, of which the trend tells."""
    shell.has(run(START, GONE, exit_code=5, requests=64, failed=2))

    assert shell.history("--json") == 0
    finding = {
        "level": "breaking", "kind": "removed", "key": KEY, "status": 200, "pointer": "/total",
        "old": "number", "new": "no such field", "known": "",
    }  # fmt: skip
    assert shell.data == {
        "format": "paceline history",
        "version": 1,
        "file": ".paceline/history.sqlite3",
        "runs": [
            {
                "id": 1, "started": START, "suite": "paceline.yaml", "environment": "staging", "host": HOST,
                "exit_code": 5, "requests": 64, "failed": 2, "findings": [finding], "compared": 1,
            }
        ],
    }  # fmt: skip


def test_findings_and_trends_as_json(shell: Shell) -> None:
    """Times are unix seconds and milliseconds."""
    shell.has(run(START, NEWS), run(START + DAY, NEWS, timings=(Timing(KEY, 200, 40), Timing(KEY, 200, 20))))

    shell.history("--findings", "--json")
    (found,) = shell.data["findings"]
    assert (found["finding"]["pointer"], found["since"], found["last"], found["runs"]) == (
        "/rows/*/badge", START, START + DAY, 2
    )  # fmt: skip
    shell.history("--trend", KEY, "--json")
    assert shell.data["request"] == KEY
    assert [(each["started"], each["status"], each["times"]) for each in shell.data["trend"]] == [
        (START + DAY, 200, [40, 20])
    ]


@pytest.mark.parametrize(
    ("words", "member", "empty"),
    [
        pytest.param((), "runs", [], id="runs"),
        pytest.param(("--findings",), "findings", [], id="findings"),
        pytest.param(("--trend", KEY), "trend", [], id="trend"),
        pytest.param(("prune", "--keep", "1"), "removed", 0, id="prune"),
    ],
)
def test_no_history_yet_as_json(shell: Shell, words: tuple[str, ...], member: str, empty: Any) -> None:
    """The same document with nothing in it."""
    assert shell.history(*words, "--json") == 0
    assert (shell.data["format"], shell.data[member]) == ("paceline history", empty)


# --- Pruning ---


def test_all_but_the_newest_runs_are_removed(shell: Shell) -> None:
    """How many went and are left is told, and how large the file is now."""
    shell.has(*(timed(START + number, *range(500)) for number in range(30)))
    before = FILE.stat().st_size

    assert shell.history("prune", "--keep", "2") == 0
    assert shell.said.startswith("removed 28 runs, 2 left: .paceline/history.sqlite3 (")
    assert FILE.stat().st_size < before / 5
    assert f"{before / 1000:.1f} kB before)" in shell.said
    assert shell.history("prune", "--keep", "2") == 0
    assert shell.said.startswith("removed no run, 2 left")


@pytest.mark.parametrize(("age", "left"), [("36h", 1), ("2d", 2), ("1w", 3), ("0d", 0), ("90d", 4)])
def test_old_runs_are_removed(shell: Shell, age: str, left: int) -> None:
    """By their age in hours, days or weeks."""
    shell.has(*(run(time.time() - days * DAY) for days in (1, 1.9, 6, 60)))

    assert shell.history("prune", "--older-than", age, "--json") == 0
    assert (shell.data["removed"], shell.data["left"]) == (4 - left, left)


def test_runs_of_one_suite_are_removed(shell: Shell) -> None:
    """Where it is named; otherwise those of all."""
    Path("a.yaml").touch()
    shell.has(*(run(START + number, suite=suite) for number in range(2) for suite in ("a.yaml", "b.yaml")))

    assert shell.history("prune", "a.yaml", "--keep", "1") == 0
    assert shell.said.startswith("removed 1 run, 1 left")
    assert shell.history("prune", "--keep", "1") == 0
    assert shell.said.startswith("removed 2 runs, 1 left")


# --- Mistakes ---


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("prune",), "it is not said what to remove"),
        (("--keep", "3"), "--keep and --older-than are for removing runs"),
        (("prune", "--keep", "3", "--findings"), "prune shows nothing"),
        (("prune", "--keep", "3", "--limit", "3"), "prune shows nothing"),
        (("prune", "--keep", "0"), "'0' is not a whole number from 1 up"),
        (("prune", "--keep", "3", "--older-than", "3d"), "not allowed with argument"),
        (("--findings", "--trend", "a/B"), "not allowed with argument"),
        (("prune", "--older-than", "90"), "'90' is not a number of days, weeks or hours, such as 90d, 12w or 36h"),
        (("prune", "--older-than=-1d"), "is not a number of days"),
        (("prune", "--older-than", "d"), "is not a number of days"),
        (("prune", "--older-than", "99999999999d"), "is not a number of days"),
        (("remove",), "remove is not the YAML file of a suite"),
        (("users.json",), "users.json is not the YAML file of a suite"),
        (("a.yaml", "b.yaml"), "b.yaml is one too many"),
        (("a.yaml",), "there is no such file"),
        (("--file", "no.sqlite3"), "there is no such file"),
        (("--file", "."), "this is a folder, not a file"),
        (("--finding",), "did you mean --findings?"),
    ],
)
def test_mistakes(shell: Shell, words: tuple[str, ...], what: str) -> None:
    """Are told, with exit code 2; nothing is removed."""
    shell.has(run(START))
    before = FILE.read_bytes()

    assert shell.history(*words) == 2
    assert what in shell.complained
    assert shell.said == ""
    assert FILE.read_bytes() == before


def test_a_file_that_is_no_history(shell: Shell) -> None:
    """Is told with its path and left alone, also by prune."""
    Path("notes.txt").write_text("not to be lost\n" * 100)

    assert shell.history("prune", "--keep", "1", "--file", "notes.txt") == 2
    assert "this is no history of paceline" in shell.complained
    assert "--> notes.txt" in shell.complained
    assert Path("notes.txt").read_text() == "not to be lost\n" * 100


def test_a_damaged_time_does_not_end_the_list(shell: Shell) -> None:
    """It is shown as unknown."""
    shell.has(run(START))
    with sqlite3.connect(FILE) as file:
        file.execute("UPDATE run SET started = 9e99")
    file.close()

    assert shell.history() == 0
    assert shell.lines[1].startswith("?  ")
