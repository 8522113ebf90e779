"""Whole runs recorded and replayed from the command line: without a socket, alike each time, repaired by command."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from paceline.cli import main
from tests.building import Json, folder, item
from tests.suites import (
    AUTH,
    LIKE,
    LIVE,
    LOGIN,
    LOGOUT,
    PASSWORD,
    SESSION,
    UNLIKE,
    Service,
    get,
    serving_an_account,
    suite_in,
)

TAPES: Mapping[str, Any] = {"cassettes": "tapes"}
#: Without a script, so that no sandbox has to boot.
IN = {**LOGIN, "event": []}
FAILS = "pm.test('fails', () => pm.expect(1).to.equal(2));"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "SHOP_TOKEN", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving_an_account() as running:
        yield running


class Shop:
    """A suite with cassettes in this folder, and what was said of its runs."""

    def __init__(self, service: Service, capsys: Any) -> None:
        self.service = service
        self.said = ""
        self._capsys = capsys

    def has(self, *shop: Json, auth: Sequence[Json] = (), **members: Any) -> None:
        """Write the suite, with what `shop` lists, and `auth` if anything."""
        collections: Mapping[str, Sequence[Json]] = ({"auth": auth} if auth else {}) | {"shop": shop}
        suite_in(Path(), self.service.url, collections, **{**TAPES, **members})

    def run(self, *arguments: str) -> int:
        """The exit code of a run; `said` is what it told."""
        code = main(["run", "--color", "off", *arguments])
        captured = self._capsys.readouterr()
        self.said = captured.out + captured.err
        return code

    def record(self, mode: str = "once", *arguments: str) -> None:
        assert self.run("--record", mode, *arguments) == 0, self.said

    def asked(self, *arguments: str) -> list[str]:
        """What a run asked of the service."""
        self.service.log.clear()
        self.run(*arguments)
        return list(self.service.log)

    def repair(self) -> str:
        """Do what the last run told, word for word; the command."""
        [command] = set(re.findall(r"fix: (?:if the change is meant: )?((?:rm|paceline run) .*)", self.said))
        for part in command.split(" && "):
            words = shlex.split(part)
            if words[0] == "rm":
                for path in words[1:]:
                    Path(path).unlink()
            else:
                assert self.run(*words[2:]) == 0, self.said
        return str(command)


@pytest.fixture
def shop(service: Service, capsys: Any) -> Shop:
    return Shop(service, capsys)


def files(root: str = "tapes") -> dict[str, bytes]:
    """Every cassette by its path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(Path(root).rglob("*.yaml"))}


def changed(before: dict[str, bytes]) -> set[str]:
    """The cassettes that are not what they were."""
    now = files()
    return {name for name in now.keys() | before.keys() if now.get(name) != before.get(name)}


# --- Replaying ---

#: Random and of the moment in every way that there is.
DRAWS = """
pm.variables.set('drawn', [Math.random(), Date.now(), new Date().toISOString(), crypto.randomUUID(),
    pm.variables.replaceIn('{{$guid}} {{$timestamp}} {{$randomFullName}}')].join(' '));
console.log(pm.variables.get('drawn'));
"""
CALLS = """
const base = pm.environment.get('base');
Promise.all([...Array(10).keys()].map(n => pm.sendRequest(base + '/call' + n))).then(answers => {
    pm.test('all ten', () => pm.expect(answers.map(one => one.json().target)).to.eql(
        [...Array(10).keys()].map(n => '/call' + n)));
});
pm.test('answered', () => pm.expect(pm.response.json().number).to.be.above(0));
console.log(pm.cookies.toObject(), pm.response.json().number);
"""
KEEPS = """
console.log(pm.cookies.get('seen'));
pm.cookies.jar().set(pm.request.url, { name: 'own', value: '1', maxAge: 60 }, () => {});
"""
RICH = [
    get("One", prerequest=DRAWS, test=CALLS, header=[{"key": "X-Id", "value": "{{$guid}}"}]),
    item(
        "Two",
        "{{base}}/two?at={{$timestamp}}&who={{$randomFirstName}}",
        method="POST",
        body={"mode": "raw", "raw": '{"drawn": "{{drawn}}", "id": "{{$randomUUID}}"}'},
    ),
    item("Moved", "{{base}}/to/three", test="pm.test('kept', () => pm.expect(pm.cookies.get('seen')).to.equal('1'));"),
    get("Three", test=KEEPS),
    get("Four", test="throw new Error('on purpose')"),
]

#: In a process of its own: no socket of a network is even made. (The pair of `asyncio`, in which V8 lives, is of none.)
NO_SOCKET = """
import socket, sys
def refuse(*args, **more):
    raise AssertionError("the network was asked for")
class Local(socket.socket):
    def __init__(self, family=-1, *more, **named):
        if family != socket.AF_UNIX:
            refuse()
        super().__init__(family, *more, **named)
    connect = connect_ex = bind = refuse
socket.socket = Local
for name in ("create_connection", "create_server", "getaddrinfo", "gethostbyname"):
    setattr(socket, name, refuse)
from paceline.cli import main
sys.exit(main(sys.argv[1:]))
"""


def process(*arguments: str, before: Sequence[str] = (), source: str = NO_SOCKET) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-c", source, "run", "--color", "off", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_replay_opens_no_socket(shop: Shop) -> None:
    """Scripts, their requests, redirects, cookies, login and logout included: the service is gone, and all is there."""
    shop.has(*RICH[:4], auth=AUTH["auth"], **SESSION)
    shop.record()
    assert len(shop.service.log) == 18

    done = process("--replay")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert len(shop.service.log) == 18
    assert f"replayed 7 cassettes, recorded {recorded_on()} against {shop.service.url}" in done.stdout


def recorded_on() -> str:
    return str(yaml.safe_load(Path("tapes/shop/one.yaml").read_text())["paceline"]["recorded_at"])[:10]


@pytest.mark.skipif(
    sys.platform != "linux"
    or shutil.which("unshare") is None
    or subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode != 0,
    reason="this system gives away no network namespace",
)
def test_a_replay_needs_no_network(shop: Shop) -> None:
    """Not even that of this machine to itself."""
    shop.has(*RICH[:4])
    shop.record()

    done = process(
        "--replay", before=("unshare", "-rn"), source="from paceline.cli import main; raise SystemExit(main())"
    )

    assert done.returncode == 0, done.stdout + done.stderr


def without_times(path: str) -> str:
    """A JSON report without what tells when the run took place.

    That is `run.timings.started` and `.completed`, and the `timestamp` that Newman's shape gives an error.
    """
    text = Path(path).read_text()
    text, replaced = re.subn(r'"(started|completed|timestamp)":\d+', r'"\1":0', text)
    assert replaced >= 2
    return text


@pytest.mark.parametrize("isolated", [(), ("--isolate-scripts",)], ids=["", "isolated"])
def test_two_replays_give_the_same_report(shop: Shop, isolated: tuple[str, ...]) -> None:
    """Byte for byte, save for when they took place: chance, clocks, cookies, ids and the order of all."""
    shop.has(*RICH, auth=AUTH["auth"], **SESSION)
    assert shop.run("--record", "once") == 4  # one script throws on purpose

    for name in ("one.json", "two.json"):
        assert process("--replay", "-r", "json", "--reporter-json-export", name, *isolated).returncode == 4

    assert without_times("one.json") == without_times("two.json")


def test_what_was_drawn_is_drawn_again(shop: Shop) -> None:
    """The replay makes the very requests that were recorded, and scripts see what they saw."""
    shop.has(*RICH[:4])
    reports = ("-r", "json", "--reporter-json-export")
    assert shop.run("--record", "once", *reports, "recorded.json") == 0
    assert shop.run("--replay", *reports, "replayed.json") == 0

    recorded, replayed = (json.loads(Path(f"{name}.json").read_text())["run"] for name in ("recorded", "replayed"))

    def said(run: Json) -> list[Any]:
        return [(one["request"]["url"], one["request"].get("body"), one.get("console")) for one in run["executions"]]

    assert said(recorded) == said(replayed)
    assert "drawn" in str(said(replayed))


def test_every_iteration_has_recordings_of_its_own(shop: Shop) -> None:
    """Each is answered as it was, with other values drawn."""
    shop.has(get("One", prerequest=DRAWS, header=[{"key": "Accept", "value": "{{drawn}}"}]))
    shop.record("once", "-n", "3")

    assert shop.asked("--replay", "-n", "3") == []
    assert "replayed 1 cassette" in shop.said
    interactions = yaml.safe_load(Path("tapes/shop/one.yaml").read_text())["interactions"]
    assert len({one["request"]["headers"]["Accept"][0] for one in interactions}) == 3


def test_where_it_was_recorded_need_not_exist_any_more(shop: Shop) -> None:
    """A suite names the environment that its cassettes were recorded with; a replay takes that in place of its own."""
    shop.has(get("One"), auth=AUTH["auth"], **SESSION)
    shop.record()
    Path("local.json").rename("recorded.json")
    suite = json.loads(Path("paceline.yaml").read_text())
    cassettes = {"folder": "tapes", "environment": "recorded.json"}
    Path("paceline.yaml").write_text(json.dumps(suite | {"environment": "none.json", "cassettes": cassettes}))

    assert shop.run("--replay") == 0, shop.said
    assert shop.run() == 2


def test_what_was_recorded_here_can_be_asked_of_another_host(shop: Shop) -> None:
    """The step finds its recording; the host is whatever the environment says today. No mutation is held back then."""
    shop.has(LIKE, UNLIKE, mutations={"shop/Like": "shop/Unlike"})
    shop.record()

    assert shop.run("--replay", "--env-var", f"base={LIVE}") == 0
    assert "skipped" not in shop.said


def test_the_cassettes_of_a_collection_without_a_suite(shop: Shop) -> None:
    """`--cassettes` names their folder; others in it are none of its business."""
    shop.has(get("One"))
    shop.record()
    suite_in(Path("other"), shop.service.url, {"b": [get("Two")]})
    path, where = "other/b.postman_collection.json", ("--cassettes", "tapes", "-e", "other/local.json")

    assert shop.run(path, "--record", "once", *where) == 0
    assert shop.asked(path, "--replay", *where) == []
    assert list(files()) == ["b/two.yaml", "shop/one.yaml"]


# --- What fails in a replay, and the command that repairs it ---


def test_a_request_without_a_recording_fails(shop: Shop) -> None:
    """A new one; the command records it, and leaves all others as they are."""
    shop.has(get("One"), auth=[IN, LOGOUT], **SESSION)
    shop.record()
    before = files()
    shop.has(get("One"), get("Two"), auth=[IN, LOGOUT], **SESSION)

    assert shop.run("--replay") == 3
    assert "shop / Two: there is no recording of GET" in shop.said
    assert shop.repair() == "paceline run --record new --folder shop/Two"
    assert changed(before) == {"shop/two.yaml"}
    assert shop.run("--replay") == 0


def test_a_request_that_is_no_longer_the_recorded_one_fails(shop: Shop) -> None:
    """With the nearest recording, when and against what it was made, and each field in which they differ."""
    body = {"mode": "raw", "raw": '{"a": {"b": 1}, "same": true}'}
    shop.has(item("One", "{{base}}/one?page=1&x=y", method="POST", body=body), get("Two"), auth=[IN, LOGOUT], **SESSION)
    shop.record()
    before = files()
    body = {"mode": "raw", "raw": '{"a": {"b": 2}, "same": true}'}
    shop.has(item("One", "{{base}}/one?page=2&x=y", method="PUT", body=body), get("Two"), auth=[IN, LOGOUT], **SESSION)

    assert shop.run("--replay") == 3
    for line in (
        "shop / One: the request is no longer the one that was recorded",
        f"nearest recording: POST {shop.service.url}/one?page=1&x=y, made {recorded_on()}",
        f"against {shop.service.url}",
        "method: recorded POST, now PUT",
        "query page: recorded 1, now 2",
        "body /a/b: recorded 1, now 2",
        "tapes/shop/one.yaml#/interactions/0",
    ):
        assert line in shop.said
    assert "same" not in shop.said.partition("nearest recording")[2].partition("fix:")[0]
    assert shop.repair() == "paceline run --record rewrite --folder shop/One"
    assert changed(before) == {"shop/one.yaml"}
    assert shop.run("--replay") == 0


def test_a_recording_that_was_not_played_fails(shop: Shop) -> None:
    """A script makes one request less, and another item none: both are recorded anew."""
    call = "pm.sendRequest(pm.environment.get('base') + '/call', () => {});"
    shop.has(get("One", test=call), get("Two"), get("Three"))
    shop.record()
    before = files()
    shop.has(get("One"), get("Two", prerequest="pm.execution.skipRequest()"), get("Three"))

    assert shop.run("--replay") == 3
    assert "2 recordings were not played" in shop.said
    assert "shop / One, further request 1: GET" in shop.said
    assert shop.repair() == "paceline run --record rewrite --folder shop/One --folder shop/Two"
    assert changed(before) == {"shop/one.yaml", "shop/two.yaml"}
    assert "shop/two.yaml" not in files()
    assert shop.run("--replay") == 0


def test_a_recording_of_a_request_that_is_gone_fails(shop: Shop) -> None:
    """Where the suite is run as a whole: its file is to be deleted."""
    shop.has(get("One"), get("Two"), get("Three"))
    shop.record()
    shop.has(get("One"), get("Two", test="pm.execution.setNextRequest(null)"), get("New"))
    Path("tapes/shop/new.yaml").write_text(Path("tapes/shop/three.yaml").read_text().replace("- Three", "- New"))

    assert shop.run("--replay", "--folder", "One") == 0
    assert shop.run("--replay") == 3
    assert "2 recordings were not played" in shop.said
    command = "rm tapes/shop/three.yaml && paceline run --record rewrite --folder shop/New"
    assert f"fix: {command}" in shop.said
    Path("tapes/shop/new.yaml").unlink()
    Path("tapes/shop/three.yaml").unlink()
    assert shop.run("--replay") == 0


@pytest.mark.parametrize(
    "swallowed",
    [
        pytest.param("pm.sendRequest(base + '/NEW', () => {});", id="callback"),
        pytest.param("pm.sendRequest(base + '/NEW').catch(() => {});", id="promise"),
        pytest.param("try { await pm.sendRequest(base + '/NEW'); } catch (error) {}", id="await"),
        pytest.param("pm.sendRequest(base + '/old', () => pm.sendRequest(base + '/NEW', () => {}));", id="nested"),
    ],
)
def test_a_failure_that_a_script_swallows_fails_the_run(shop: Shop, swallowed: str) -> None:
    """It is a request whose recording no longer matches, or that has none; nobody looks at its error."""
    script = "const base = pm.environment.get('base');\n" + swallowed
    shop.has(get("One", test=script.replace("/NEW", "/old")))
    shop.record()
    shop.has(get("One", test=script.replace("/NEW", "/new")))

    assert shop.run("--replay") == 3
    assert "path: recorded /old, now /new" in shop.said
    shop.repair()
    assert shop.run("--replay") == 0, shop.said


def test_a_command_repeats_what_decides_on_the_requests(shop: Shop) -> None:
    """Variables, contracts, iterations; a secret is left out, since the screen is no place for it."""
    suite_in(Path(), shop.service.url, {"shop": [item("One", "{{base}}/{{path}}/{{g}}")]})
    Path("globals.json").write_text(
        '{"name": "g", "values": [{"key": "g", "value": "1"}], "_postman_variable_scope": "globals"}'
    )
    where = (
        "shop.postman_collection.json",
        "--cassettes",
        "tapes",
        "-e",
        "local.json",
        "-g",
        "globals.json",
        "-n",
        "2",
    )
    assert shop.run(*where, "--record", "once", "--env-var", "path=a b") == 0

    assert shop.run(*where, "--replay", "--env-var", "path=c d", "-k", "--silent") == 3
    assert shop.run(*where, "--replay", "--env-var", "path=c d") == 3
    assert "--env-var 'path=c d'" in shop.repair()
    assert shop.run(*where, "--replay", "--env-var", "path=c d") == 0
    assert shop.run(*where, "--replay", "--env-var", f"password={PASSWORD}", "--env-var", "path=e") == 3
    assert "--env-var 'password=***" in shop.said
    assert PASSWORD not in shop.said


def test_a_command_names_the_environment_of_the_recordings(shop: Shop) -> None:
    """Or else it would ask the live service, which the suite's own environment has."""
    shop.has(get("One"))
    shop.record()
    shop.has(get("Two"), environment="live.json", cassettes={"folder": "tapes", "environment": "local.json"})
    shutil.copy("local.json", "live.json")

    assert shop.run("--replay", "--folder", "Two") == 3
    assert shop.repair() == "paceline run -e local.json --record new --folder shop/Two"
    assert shop.run("--replay", "--folder", "Two") == 0


def test_a_name_that_two_requests_share_is_told_with_its_folders(shop: Shop) -> None:
    """So that the command means the one and not the other."""
    shop.has(folder("A", get("Get")), folder("B", get("Get")), folder("C / D", get("Get")))
    shop.record()
    before = files()
    shop.has(folder("A", get("Get")), folder("B", item("Get", "{{base}}/new")), folder("C / D", get("Get")))

    assert shop.run("--replay") == 3
    assert shop.repair() == "paceline run --record rewrite --folder shop/B/Get"
    assert changed(before) == {"shop/b--get.yaml"}
    assert shop.run("--replay") == 0


def test_pages_are_recorded_and_replayed(shop: Shop) -> None:
    """Those that a contract has walked; a script's requests come after them."""
    shop.has(get("List", test="pm.sendRequest(pm.environment.get('base') + '/call', () => {});"))
    Path("page.schema.json").write_text('{"$id": "https://paceline.invalid/page.schema.json"}')
    Path("contracts.yaml").write_text("requests: {shop/List: {schema: page, paging: {rest: /data, follow: 3}}}")
    answers = iter([{"data": [n], "page": n, "show_next": n < 2} for n in range(3)] * 2)
    shop.service.lists = answers

    shop.record("once", "--contracts", "contracts.yaml")

    assert shop.service.log == ["GET /list"] * 3 + ["GET /call"]
    assert shop.asked("--replay", "--contracts", "contracts.yaml") == []
    assert shop.run("--replay", "--contracts", "contracts.yaml") == 0
    assert shop.run("--replay") == 3
    assert "further request 1" in shop.said


def test_a_failing_test_leaves_no_word_of_what_a_bail_did_not_play(shop: Shop) -> None:
    """The run was not to come that far."""
    shop.has(get("One", test=FAILS), get("Two"))
    shop.run("--record", "once")

    assert shop.run("--replay", "--bail") == 1
    assert "not played" not in shop.said


def test_what_is_not_needed_has_not_to_play(shop: Shop) -> None:
    """With a token there is no login, and that its recording is left is no failure."""
    unless = {key: [{"request": request, "unless": "access_token"} for request in SESSION[key]] for key in SESSION}
    shop.has(get("One"), auth=[IN, LOGOUT], **unless)
    shop.record()

    assert shop.run("--replay", "--env-var", "access_token=t-1") == 0, shop.said
    assert "not needed" in shop.said


# --- Recording ---


def test_a_run_with_failing_tests_is_recorded(shop: Shop) -> None:
    """It is what was answered; that a check fails on it can be replayed."""
    shop.has(get("One", test=FAILS))

    assert shop.run("--record", "once") == 1
    assert shop.run("--replay") == 1
    assert list(files()) == ["shop/one.yaml"]


def test_a_step_that_was_not_answered_is_not_recorded(shop: Shop) -> None:
    """The run says so; what else there was is recorded, and a cassette from before stays."""
    shop.has(get("One"), get("Two"), get("Three"))
    shop.record()
    before = files()
    shop.has(item("One", "{{base}}/wait"), get("Two"), item("Three", "http://127.0.0.1:1/"))

    assert shop.run("--record", "rewrite", "--timeout-request", "200") == 3
    assert "not recorded: shop/One: " in shop.said
    assert "not recorded: shop/Three: " in shop.said
    assert changed(before) == {"shop/two.yaml"}


def test_new_adds_a_step_and_leaves_the_others(shop: Shop) -> None:
    """What is recorded is not asked for again, save for the session, which a recording cannot open."""
    shop.has(get("One"), auth=[IN, LOGOUT], **SESSION)
    shop.record()
    before = files()
    shop.has(get("One"), get("Two"), auth=[IN, LOGOUT], **SESSION)

    assert shop.asked("--record", "new") == ["POST /login", "GET /two", "POST /logout"]
    assert changed(before) == {"shop/two.yaml"}
    assert shop.service.sessions == []


def test_one_step_is_rewritten_alone(shop: Shop) -> None:
    """Login, logout and what is undone are sent, or it would not work; their cassettes are as they were."""
    suite = {"mutations": {"shop/Like": "shop/Unlike"}, **SESSION}
    shop.has(LIKE, UNLIKE, get("One"), auth=[IN, LOGOUT], **suite)
    shop.record()
    before = files()

    asked = shop.asked("--record", "rewrite", "--folder", "Like")

    assert asked == ["POST /login", "POST /like/7", "DELETE /like/7", "POST /logout"]
    assert changed(before) <= {"shop/like.yaml"}
    assert shop.run("--replay") == 0


def test_a_change_is_never_half_played(shop: Shop) -> None:
    """Where anything is sent, all that changes state is: a recording takes nothing back."""
    pair: Json = {"mutations": {"shop/Like": "shop/Unlike"}}
    shop.has(LIKE, UNLIKE, **pair)
    shop.record()
    Path("tapes/shop/like.yaml").unlink()

    assert shop.asked("--record", "once") == ["POST /like/7", "DELETE /like/7"]
    assert shop.service.likes == []


def test_what_takes_a_change_back_is_sent_though_its_recording_is_of_another_request(shop: Shop) -> None:
    """The run fails for it, but the account is left as it was."""
    pair: Json = {"mutations": {"shop/Like": "shop/Unlike"}}
    shop.has(LIKE, UNLIKE, **pair)
    shop.record()
    before = files()
    Path("tapes/shop/like.yaml").unlink()
    shop.has(LIKE, UNLIKE | {"request": {**UNLIKE["request"], "url": "{{base}}/like/7?now=1"}}, **pair)

    assert shop.run("--record", "once", "--folder", "Like") == 3
    assert shop.service.likes == []
    assert "query now: not recorded, now 1" in shop.said
    assert files()["shop/unlike.yaml"] == before["shop/unlike.yaml"]


def test_an_interrupted_recording_keeps_what_was_finished(shop: Shop) -> None:
    """Not the step that was broken off, though its answer was there; the teardown is whole."""
    call = "console.log('answered'); pm.sendRequest(pm.environment.get('base') + '/wait', () => {});"
    shop.has(get("One"), get("Two", test=call), get("Three"), auth=[IN, LOGOUT], **SESSION)
    command = [sys.executable, "-m", "paceline", "run", "--record", "once", "--color", "off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert shop.service.waiting.wait(30)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=30)

    assert running.returncode == 130
    assert list(files()) == ["auth/login.yaml", "auth/logout.yaml", "shop/one.yaml"]
    assert "not recorded: shop/Two: it was interrupted" in said
    assert "recorded 3 cassettes in tapes" in said


def test_names_that_are_no_file_names(shop: Shop) -> None:
    """They lead nowhere else, keep apart, and find their recordings again."""
    names = [
        "../../escape",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "A B",
        "a-b",
        "Übung",
        "日本語",
        "..",
        "con",
        "x" * 300,
        "e\u0301",
    ]
    shop.has(*(item(name, "{{base}}/echo") for name in names), folder("..", folder("/", item("..", "{{base}}/echo"))))
    before = {path for path in Path("..").rglob("*") if "tapes" not in path.parts}
    shop.record()

    assert {path for path in Path("..").rglob("*") if "tapes" not in path.parts} == before
    assert len(files()) == len(names) + 1
    assert shop.asked("--replay") == []
    assert shop.run("--replay") == 0, shop.said


def test_a_folder_that_cannot_be_written_is_found_before_anything_is_sent(shop: Shop) -> None:
    """A whole run would be lost otherwise."""
    shop.has(get("One"))
    Path("tapes").write_text("a file")

    assert shop.run("--record", "once") == 2
    assert "no cassettes can be written into this folder: it is a file" in shop.said
    assert shop.service.log == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_write_protected_folder_is_found_before_anything_is_sent(shop: Shop) -> None:
    """Likewise."""
    shop.has(get("One"))
    Path("tapes").mkdir(mode=0o500)

    assert shop.run("--record", "once") == 2
    assert "it is write-protected" in shop.said
    assert shop.service.log == []


def test_a_cassette_that_cannot_be_written_fails_the_run(shop: Shop) -> None:
    """All reports come, and no half file is left; what could be written is."""
    shop.has(get("One"), auth=[get("Zero")])
    Path("tapes").mkdir()
    Path("tapes/shop").symlink_to("/dev/full")  # stands for a disk that is full

    assert shop.run("--record", "rewrite") == 3
    assert "tapes/shop/one.yaml" in shop.said
    assert shop.service.log == ["GET /zero"]
    assert [path.name for path in Path("tapes").rglob("*") if path.is_file()] in (["zero.yaml"], [])


def test_recordings_at_the_same_time_leave_whole_files(shop: Shop) -> None:
    """The last one to write a cassette wins, and each can be replayed."""
    shop.has(*(get(f"R{number}", prerequest=DRAWS) for number in range(8)))
    command = [sys.executable, "-m", "paceline", "run", "--record", "rewrite", "--silent"]
    running = [subprocess.Popen(command) for _ in range(3)]

    assert [one.wait(60) for one in running] == [0, 0, 0]
    assert len(files()) == 8
    assert not list(Path("tapes").rglob("*.tmp"))
    assert shop.run("--replay") == 0, shop.said


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(lambda _: "interactions: [", id="no YAML"),
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda _: "- 1", id="a list"),
        pytest.param(lambda _: "\0\1\2", id="bytes"),
        pytest.param(lambda text: re.sub(r"recorded_at: .*", "recorded_at: yesterday", text), id="no time"),
        pytest.param(lambda text: text.replace("code: 200", "code: fine"), id="no status"),
        pytest.param(lambda text: text.replace("seed:", "seeds:"), id="no seed"),
        pytest.param(lambda text: text.replace("    Accept:\n      - '*/*'", "    Accept: 7"), id="no header"),
        pytest.param(lambda text: text.replace("hop: 0", "hop: 3"), id="a redirect of nothing"),
    ],
)
def test_a_cassette_edited_into_nonsense_fails_its_step(shop: Shop, nonsense: Any) -> None:
    """With the file and what to do; the others are played, and the teardown runs."""
    shop.has(get("One"), get("Two"), auth=[IN, LOGOUT], **SESSION)
    shop.record()
    file = Path("tapes/shop/one.yaml")
    before = file.read_text()
    file.write_text(nonsense(before))
    assert file.read_text() != before

    assert shop.run("--replay") == 3
    assert "tapes/shop/one.yaml" in shop.said
    assert "rm tapes/shop/one.yaml && paceline run --record new --folder shop/One" in shop.said
    assert "Logout" in shop.said
    file.unlink()
    shop.record("new", "--folder", "shop/One")
    assert shop.run("--replay") == 0


def test_a_file_that_is_no_cassette_of_any_request_fails_the_run(shop: Shop) -> None:
    """It may be the recording of a request that is not there any more."""
    shop.has(get("One"))
    shop.record()
    Path("tapes/shop/notes.yaml").write_text("- 1")

    assert shop.run("--replay") == 3
    assert "fix: rm tapes/shop/notes.yaml && paceline run --record new" in shop.said


def test_a_second_cassette_of_a_request_is_left_over(shop: Shop) -> None:
    """Only one of the two can ever be played; the other may be an older one, and nobody would notice."""
    shop.has(get("One"))
    shop.record()
    shutil.copy("tapes/shop/one.yaml", "tapes/shop/one (copy).yaml")

    assert shop.run("--replay") == 3
    assert "one recording was not played" in shop.said
    assert "fix: rm 'tapes/shop/one (copy).yaml'" in shop.said
    Path("tapes/shop/one (copy).yaml").unlink()
    assert shop.run("--replay") == 0


def test_a_cassette_under_another_name_is_not_found(shop: Shop) -> None:
    """The request fails, and the file is told as one that can go."""
    shop.has(get("One"))
    shop.record()
    Path("tapes/shop/one.yaml").rename("tapes/shop/first.yaml")

    assert shop.run("--replay") == 3
    assert "there is no recording of GET" in shop.said
    assert "fix: rm tapes/shop/first.yaml" in shop.said


# --- Secrets ---


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param({"key": "mine", "type": "secret"}, "c4nary-word", id="declared"),
        pytest.param({"key": "mine", "type": "secret"}, 4711998, id="a number"),
        pytest.param({"key": "api_key"}, "c4nary-word", id="by its name"),
    ],
)
def test_a_secret_variable_of_a_collection_reaches_no_cassette(shop: Shop, variable: Json, value: Any) -> None:
    """Wherever it stands in a request or its answer, under whatever name."""
    name = variable["key"]
    header = [{"key": "X-Thing", "value": f"say {{{{{name}}}}}"}]
    shop.has(item("One", f"{{{{base}}}}/a/{{{{{name}}}}}?q={{{{{name}}}}}", header=header))
    path = Path("shop.postman_collection.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"variable": [variable | {"value": value}]}))
    shop.record()

    assert str(value) in shop.service.log[0]
    assert [name for name, text in files().items() if str(value).encode() in text] == []
    assert shop.run("--replay") == 0, shop.said


@pytest.mark.parametrize("scope", ["environment", "globals", "collectionVariables", "variables"])
def test_a_secret_that_a_script_sets_for_a_while_reaches_no_cassette(shop: Shop, scope: str) -> None:
    """Though at the end another value stands there, or none."""
    sets = f"pm.{scope}.set('auth_token', 'c4nary-' + 'word');"
    shop.has(
        get("One", test=sets),
        item("Two", "{{base}}/two?q={{auth_token}}", test=f"pm.{scope}.set('auth_token', 'other-one-9');"),
        item("Three", "{{base}}/three/c4nary-word", test=f"pm.{scope}.unset('auth_token');"),
    )
    shop.record()

    assert [name for name, text in files().items() if b"c4nary-word" in text] == []
    assert shop.run("--replay") == 0, shop.said


def test_a_known_secret_that_cannot_be_hidden_is_not_saved(shop: Shop) -> None:
    """Here it is the method of a request: nothing at all is written, and the command says how to go on."""
    shop.has(get("One"), item("Two", "{{base}}/two", method="C4NARYOFTHEACCOUNT"))
    local = Path("local.json")
    local.write_text(local.read_text().replace(PASSWORD, "C4NARYOFTHEACCOUNT"))

    assert shop.run("--record", "once") == 3
    assert "would hold a secret of this run: nothing was saved" in shop.said
    assert "paceline run --record rewrite --folder shop/Two" in shop.said
    assert files() == {}
