"""`paceline drift`: a run compared with what was learnt, and what it says of a change."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.watch.changing import RIDE, Changing, changing, drift, learn, ride_suite

from paceline.cli import main


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "GITHUB_STEP_SUMMARY", "CI"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Changing]:
    """The service with a suite for it in the working directory."""
    with changing() as running:
        ride_suite(tmp_path, running.url)
        yield running


@pytest.fixture
def learnt(service: Changing) -> Changing:
    """The service, when its answers are known."""
    learn()
    return service


def twin_environment(folder: Path, url: str, name: str = "other.json") -> None:
    """Write the environment of the suite once more, for another host."""
    data = json.loads((folder / "local.json").read_text(encoding="utf-8"))
    data["values"][0]["value"] = url
    (folder / name).write_text(json.dumps(data | {"name": "other"}), encoding="utf-8")


def test_where_nothing_changed_nothing_is_found(learnt: Changing, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and the report says how much was compared."""
    assert learnt.guarded
    capsys.readouterr()

    assert main(["drift"]) == 0
    assert "drift: no findings against contract.lock" in capsys.readouterr().out


def test_a_field_that_is_gone_breaks_whoever_reads_it(learnt: Changing) -> None:
    """The finding names the place, the test script, the schema, and the exit code is 5 although a test failed, too."""
    learnt.ride = [{name: value for name, value in RIDE.items() if name != "title"}]

    code, told = drift()

    [change] = told["changes"]
    assert (code, told["failed"], told["counts"]["breaking"]) == (5, True, 1)
    assert (change["kind"], change["request"], change["pointer"]) == ("removed", "rides/Ride", "/title")
    assert [(each["kind"], Path(each["file"]).name) for each in change["readers"]] == [
        ("script", "rides.postman_collection.json"),
        ("contract", "ride.schema.json"),
    ]
    assert (change["since"], change["runs"]) == (None, 1)
    assert change["oldLines"]
    assert not change["newLines"]


def test_a_variable_leads_to_the_requests_that_take_it(learnt: Changing) -> None:
    """A script makes `ride_id` of `/id`, and a later request puts it into its address."""
    learnt.ride = [RIDE | {"id": 17}]

    _, told = drift()

    change = next(each for each in told["changes"] if each["pointer"] == "/id")
    assert [(each["name"], each["variable"]) for each in change["readers"] if each["kind"] == "request"] == [
        ("rides/Riders", "ride_id")
    ]


def test_the_command_that_is_told_accepts_the_finding(learnt: Changing) -> None:
    """After it the same answer is the normal one, and nothing else is."""
    learnt.ride = [RIDE | {"riders": "12", "coach": None}]
    _, told = drift()
    commands = {change["pointer"]: change["acceptedBy"] for change in told["changes"]}

    done = subprocess.run(
        f"{sys.executable} -m {commands['/riders']}", shell=True, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    code, told = drift()

    assert [change["pointer"] for change in told["changes"]] == ["/coach"]
    assert code == 5


@pytest.mark.parametrize(("level", "code"), [("breaking", 0), ("risky", 0), ("additive", 5)])
def test_the_level_that_fails_is_chosen(learnt: Changing, level: str, code: int) -> None:
    """A new field fails where additive changes are to fail."""
    learnt.ride = [RIDE | {"badge": "gold"}]

    found, told = drift("--fail-on", level)

    assert (found, told["counts"]) == (code, {"breaking": 0, "risky": 0, "additive": 1})


def test_a_new_field_is_documented_or_not(learnt: Changing) -> None:
    """The schema of a ride describes `level`, and no `badge`."""
    learnt.ride = [RIDE | {"badge": "gold", "level": 3}]

    _, told = drift()

    known = {change["pointer"]: change["known"] for change in told["changes"]}
    assert known == {"/badge": "never seen", "/level": "documented"}


def test_history_tells_a_field_that_came_before_and_since_when(learnt: Changing) -> None:
    """A finding that every run has had belongs to a row; a run without it ends the row."""
    learnt.ride = [RIDE | {"badge": "gold"}]
    first = drift()[1]["changes"][0]
    second = drift()[1]["changes"][0]
    learnt.ride = [RIDE]
    assert drift()[1]["changes"] == []
    learnt.ride = [RIDE | {"badge": "gold"}]
    again = drift()[1]["changes"][0]

    assert (first["since"], first["runs"], first["known"]) == (None, 1, "never seen")
    assert (second["runs"], second["known"]) == (2, "history")
    assert second["since"] <= time.time() * 1000
    assert (again["since"], again["runs"]) == (None, 1)


def test_one_slow_answer_is_no_finding_and_five_runs_are(learnt: Changing) -> None:
    """The history has the times of the runs before."""
    learn("--repeat", "5")
    learnt.delay = 0.25
    pointers = [[change["pointer"] for change in drift("--no-probe")[1]["changes"]] for _ in range(5)]

    assert pointers[:4] == [[], [], [], []]
    assert pointers[4] == ["latency"] * 3


def test_without_a_lock_nothing_is_sent(service: Changing, capsys: pytest.CaptureFixture[str]) -> None:
    """The message tells how to learn."""
    assert main(["drift"]) == 2
    assert "paceline contract learn" in capsys.readouterr().err
    assert service.log == []


def test_a_lock_of_other_requests_is_no_success(learnt: Changing, tmp_path: Path) -> None:
    """Nothing was compared: exit code 6."""
    assert learnt.log
    other = tmp_path / "other.lock"
    other.write_text("version: 1\nrequests: {}\n", encoding="utf-8")

    code, told = drift("--lock", "other.lock")

    assert (code, told["compared"], told["unlearnt"]) == (6, 0, ["rides/Ride", "rides/Riders", "rides/Mine"])


def test_a_route_that_is_open_is_found(learnt: Changing) -> None:
    """The probe asks without a session after the run; `--no-probe` does not."""
    learnt.guarded = False

    code, told = drift()

    assert code == 5
    assert {(change["level"], change["kind"], change["pointer"]) for change in told["changes"]} == {
        ("breaking", "privilege", "privilege")
    }
    assert drift("--no-probe")[0] == 0


def test_a_log_is_compared_without_asking_anybody(learnt: Changing) -> None:
    """What the run had found is found in its log."""
    learnt.ride = [RIDE | {"riders": "12"}]
    main(["run", "-r", "jsonl", "--reporter-jsonl-export", "run.jsonl"])
    asked = len(learnt.log)

    code, told = drift("--from", "run.jsonl")

    assert (code, [change["pointer"] for change in told["changes"]]) == (5, ["/riders"])
    assert len(learnt.log) == asked


def test_cassettes_are_compared_without_asking_anybody(learnt: Changing) -> None:
    """A recording of long ago, or of somebody else."""
    learnt.ride = [{name: value for name, value in RIDE.items() if name != "riders"}]
    assert main(["run", "--record", "once", "--cassettes", "tapes"]) == 0
    asked = len(learnt.log)

    code, told = drift("--from", "tapes")

    assert (code, [change["pointer"] for change in told["changes"]]) == (5, ["/riders"])
    assert len(learnt.log) == asked


def test_what_differs_from_call_to_call_is_noise(learnt: Changing) -> None:
    """Asked once, a field that now is not there is a finding; asked twice, with and without it, none."""
    learnt.ride = [RIDE, {name: value for name, value in RIDE.items() if name != "coach"}]
    code, told = drift("--repeat", "2", "--no-probe")
    assert (code, told["changes"]) == (0, [])
    learnt.ride = [{name: value for name, value in RIDE.items() if name != "coach"}]

    assert drift("--no-probe")[0] == 5


def test_two_hosts_are_compared_request_by_request(service: Changing, tmp_path: Path) -> None:
    """No lock is needed. The second host is asked when the first one has answered, not at the end."""
    with changing() as other:
        other.ride = [RIDE | {"riders": "12"}]
        twin_environment(tmp_path, other.url)
        other.log = service.log

        code, told = drift("--twin", "other.json")

        assert (code, [change["pointer"] for change in told["changes"]]) == (5, ["/riders"])
        assert told["changes"][0]["acceptedBy"] == ""
        assert service.log == ["/ride", "/ride", "/riders/r-1", "/riders/r-1", "/my/rides", "/my/rides"]


def test_a_mistake_in_one_environment_is_told(
    service: Changing, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever of the two it is in, and nothing is sent then."""
    twin_environment(tmp_path, service.url)
    (tmp_path / "empty.json").write_text(json.dumps({"name": "empty", "values": []}), encoding="utf-8")

    assert main(["drift", "-e", "empty.json", "--twin", "other.json"]) == 2
    assert "{{base}}" in capsys.readouterr().err
    assert main(["drift", "--twin", "empty.json"]) == 2
    assert "{{base}}" in capsys.readouterr().err
    assert service.log == []


def test_a_service_that_is_down_is_no_drift(learnt: Changing) -> None:
    """Nothing was answered, so nothing can be said: exit code 3, as of a run."""
    port = learnt.server.port
    assert port
    code, told = drift("--env-var", "base=http://127.0.0.1:1")

    assert (code, told["compared"]) == (3, 0)


def test_an_interrupted_run_is_interrupted(learnt: Changing) -> None:
    """Ctrl-C counts before what was found until then."""
    learnt.delay = 0.5
    asked = len(learnt.log)
    with subprocess.Popen([sys.executable, "-m", "paceline", "drift"], stdout=subprocess.DEVNULL) as process:
        while len(learnt.log) <= asked:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=30) == 130


@pytest.mark.parametrize(
    "options",
    [
        ["--from", "run.jsonl", "--twin", "local.json"],
        ["--from", "run.jsonl", "--repeat", "2"],
        ["--twin", "local.json", "--lock", "contract.lock"],
        ["--history", "h.sqlite3", "--no-history"],
    ],
    ids=" ".join,
)
def test_options_that_exclude_each_other(
    service: Changing, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are named, and nothing is sent."""
    assert main(["drift", *options]) == 2
    assert f"{options[0]} and {options[2]} exclude each other" in capsys.readouterr().err
    assert service.log == []


def test_a_history_that_is_none_is_left_alone(learnt: Changing, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be somebody's file."""
    Path("notes.txt").write_text("not a database, but long enough to look at " * 40, encoding="utf-8")
    asked = len(learnt.log)

    assert main(["drift", "--history", "notes.txt"]) == 2
    assert "notes.txt" in capsys.readouterr().err
    assert len(learnt.log) == asked


def test_nothing_kept_tells_a_secret(learnt: Changing) -> None:
    """Neither the history nor what was seen last has the token, or a value that came."""
    learnt.ride = [RIDE | {"access_token": "t0p-secret-canary", "title": "Secret climb canary"}]

    drift()

    kept = Path(".paceline")
    names = {path.name for path in kept.iterdir()}
    assert {"history.sqlite3", "observed.lock"} <= names
    content = b"".join(path.read_bytes() for path in kept.iterdir())
    assert b"canary" not in content
    with sqlite3.connect(kept / "history.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM run").fetchone() == (1,)


def test_contract_diff_runs_two_environments(
    service: Changing, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `drift --twin` does; with the findings of `contract diff`."""
    with changing() as other:
        other.ride = [RIDE | {"riders": "12"}]
        twin_environment(tmp_path, other.url)

        assert main(["contract", "diff", "local.json", "other.json"]) == 5

    told = capsys.readouterr().out
    assert "breaking: type: rides/Ride (200) /riders" in told
    assert told.endswith("3 requests compared: 1 breaking\n")
    assert service.log.count("/ride") == 1


def test_two_environments_that_nobody_answers(
    service: Changing, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was compared, and that is no success."""
    assert service.log == []
    twin_environment(tmp_path, "http://127.0.0.1:1", name="local.json")
    twin_environment(tmp_path, "http://127.0.0.1:1")

    assert main(["contract", "diff", "local.json", "other.json"]) == 3
    assert "nothing was compared" in capsys.readouterr().err


def test_of_a_folder_only_its_requests_are_asked(learnt: Changing) -> None:
    """Neither the others nor the privileges of others, whose variables nobody has set."""
    asked = len(learnt.log)

    code, told = drift("--folder", "Ride")

    assert (code, told["compared"]) == (0, 1)
    assert learnt.log[asked:] == ["/ride"]


def test_an_interrupted_run_ends_its_twin(service: Changing, tmp_path: Path) -> None:
    """Nobody goes on asking the second host after Ctrl-C."""
    with changing() as other:
        twin_environment(tmp_path, other.url)
        service.delay = 1.0
        command = [sys.executable, "-m", "paceline", "drift", "--twin", "other.json"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            while len(service.log) < 2:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)

            assert process.wait(timeout=30) == 130
        assert other.log == ["/ride"]
