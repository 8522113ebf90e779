"""Suites from the command line and from Python: what is found, what is guarded, and that no secret gets out."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import paceline
from paceline.cli import main
from tests.building import Json, environment, item
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

SHOP = {"shop": [get("One"), get("Two")]}
GRAPHQL = item(
    "One", "{{base}}/graphql", method="POST", body={"mode": "graphql", "graphql": {"query": "{ one }", "variables": ""}}
)
TOKENS: Mapping[str, Any] = {
    "tokens": {"access_token": "SHOP_TOKEN"},
    "setup": [{"request": "auth/Login", "unless": "access_token"}],
    "teardown": [{"request": "auth/Logout", "unless": "access_token"}],
}


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


def token(expires: float | None) -> str:
    """A JSON Web Token that says when it expires, or nothing of it."""
    claims = {"sub": "u7"} if expires is None else {"sub": "u7", "exp": int(expires)}
    parts = [{"alg": "none"}, claims]
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "x"]
    )


# --- What is run ---


def test_without_an_argument_the_suite_of_this_folder_is_run(service: Service) -> None:
    """With its environment, its setup and its teardown."""
    suite_in(Path(), service.url, {**AUTH, **SHOP}, **SESSION)

    assert main(["run"]) == 0
    assert service.log == ["POST /login", "GET /check", "GET /one", "GET /two", "POST /logout"]


def test_a_suite_may_be_named_and_its_paths_count_from_its_own_folder(service: Service) -> None:
    """Wherever the run is started; a suite here has no say then."""
    suite_in(Path("far/away"), service.url, SHOP)
    Path("paceline.yaml").write_text("broken: [")

    assert main(["run", "far/away/paceline.yaml"]) == 0
    assert service.log == ["GET /one", "GET /two"]


def test_from_python_a_suite_is_run_like_a_collection(service: Service) -> None:
    """As a path, with what is given in place of what it says."""
    path = suite_in(Path(), "http://127.0.0.1:1", SHOP)

    result = paceline.run(path, environment={"base": service.url})

    assert (result.ok, [one.item.name for one in result.items]) == (True, ["One", "Two"])


def test_the_environment_is_the_suite_s_unless_another_one_is_named(service: Service) -> None:
    """`-e` replaces it as a whole, `--env-var` single values of whichever it is."""
    suite_in(Path(), "http://127.0.0.1:1", SHOP)
    Path("other.json").write_text(json.dumps(environment(base=service.url)))

    assert main(["run"]) == 3
    assert main(["run", "--environment", "other.json"]) == 0
    assert main(["run", "--env-var", f"base={service.url}"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param([], "there is nothing to run: no collection is named", id="nothing here"),
        pytest.param(["a.yaml", "b.json"], "a.yaml is a suite, and not to be run beside others", id="beside others"),
        pytest.param(["a.yaml"], "there is no such file", id="not there"),
        pytest.param(["--replay", "b.json"], "it is not said where the cassettes are", id="replay from where"),
        pytest.param(["--record", "once", "b.json"], "it is not said where the cassettes are", id="record to where"),
        pytest.param(["--cassettes", "c", "b.json"], "--cassettes alone does nothing", id="cassettes for what"),
        pytest.param(["--replay", "--record", "once", "b.json"], "exclude each other", id="replay and record"),
    ],
)
def test_what_cannot_be_is_refused_in_words(arguments: list[str], said: str, capsys: Any) -> None:
    """With exit code 2 and a remedy."""
    assert main(["run", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "fix: " in err


def test_a_contract_of_no_request_is_refused(service: Service, capsys: Any) -> None:
    """It would never be checked; nothing is sent."""
    suite_in(Path(), service.url, SHOP, contracts="contracts.yaml")
    Path("page.schema.json").write_text("{}")
    Path("contracts.yaml").write_text("requests: {shop/Onee: {schema: page}}")

    assert main(["run"]) == 2
    assert 'shop has no request "Onee"' in capsys.readouterr().err
    assert service.log == []


def test_answers_are_held_against_the_contracts_of_the_suite(service: Service) -> None:
    """Without an option."""
    suite_in(Path(), service.url, SHOP, contracts="contracts.yaml")
    Path("page.schema.json").write_text('{"$id": "https://paceline.invalid/page.schema.json", "required": ["nope"]}')
    Path("contracts.yaml").write_text("requests: {shop/One: {schema: page}}")

    assert main(["run"]) == 5


@pytest.mark.parametrize(
    ("request_", "contract", "broken"),
    [
        pytest.param(get("One"), "{schema: page}", "page.schema.json", id="JSON Schema"),
        pytest.param(GRAPHQL, "{graphql: true}", "graphql/shop.graphql", id="GraphQL"),
    ],
)
def test_a_broken_schema_is_told_before_anything_is_sent(
    service: Service, capsys: Any, request_: Json, contract: str, broken: str
) -> None:
    """As every other file that is wrong, not as requests that fail."""
    suite_in(Path(), service.url, {"shop": [request_]}, contracts="contracts.yaml")
    Path("page.schema.json").write_text('{"$id": "https://paceline.invalid/page.schema.json"}')
    Path("graphql").mkdir()
    Path("graphql/shop.graphql").write_text("type Query { one: Int }")
    Path("contracts.yaml").write_text(f"requests: {{shop/One: {contract}}}")
    Path(broken).write_text("{")

    assert main(["run"]) == 2
    assert broken in capsys.readouterr().err
    assert service.log == []


# --- Tokens ---


def test_a_token_comes_from_the_process_environment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment has none itself; then there is nothing to log in to, and the reason is told."""
    suite_in(Path(), service.url, {**AUTH, "shop": [get("One", header=[bearer()])]}, **TOKENS)
    monkeypatch.setenv("SHOP_TOKEN", "t-from-outside")

    result = paceline.run("paceline.yaml")

    assert service.log == ["GET /check", "GET /one"]
    assert service.server.requests[-1].header("Authorization") == "Bearer t-from-outside"
    needless = "not needed: access_token has a value"
    assert [one.skipped for one in result.items] == [needless, None, None, needless]


def bearer() -> dict[str, str]:
    return {"key": "Authorization", "value": "Bearer {{access_token}}"}


def test_a_token_of_the_environment_comes_first(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """As everything that is said nearer to the run."""
    suite_in(Path(), service.url, {**AUTH, "shop": [get("One", header=[bearer()])]}, **TOKENS)
    monkeypatch.setenv("SHOP_TOKEN", "t-from-outside")

    assert main(["run", "--env-var", "access_token=t-own"]) == 0
    assert service.server.requests[-1].header("Authorization") == "Bearer t-own"


def test_a_token_from_outside_is_a_secret(service: Service, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Though the environment has no entry for it that could say so, and its name tells nothing."""
    path = suite_in(Path(), service.url, {"shop": [get("One", header=[{"key": "X-Mine", "value": "{{mine}}"}])]})
    path.write_text(json.dumps({**json.loads(path.read_text()), "tokens": {"mine": "SHOP_TOKEN"}}))
    monkeypatch.setenv("SHOP_TOKEN", "t-from-outside")

    assert main(["run", "--verbose"]) == 0
    assert service.server.requests[-1].header("X-Mine") == "t-from-outside"
    assert "t-from-outside" not in capsys.readouterr().out


@pytest.mark.parametrize("source", ["process environment", "environment", "option"])
def test_an_expired_token_is_said_to_be_expired(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: Any, source: str
) -> None:
    """With the variable, the moment, and where a new one goes; nothing is sent, and the token is not shown."""
    suite_in(Path(), service.url, {**AUTH, **SHOP}, **TOKENS)
    old = token(1577836800)
    more = []
    if source == "process environment":
        monkeypatch.setenv("SHOP_TOKEN", old)
    elif source == "environment":
        local = Path("local.json")
        local.write_text(local.read_text().replace('"access_token", "value": ""', f'"access_token", "value": "{old}"'))
    else:
        more = ["--env-var", f"access_token={old}"]

    assert main(["run", *more]) == 2

    err = capsys.readouterr().err
    assert service.log == []
    assert "the token in `access_token` expired on 2020-01-01 00:00 UTC" in err
    assert "days ago: nothing was sent" in err
    assert "paceline.yaml#/tokens/access_token" in err
    assert ("put it into the variable" in err) is (source != "process environment")
    assert "SHOP_TOKEN" in err
    assert old not in err


@pytest.mark.parametrize(
    ("value", "what"),
    [
        pytest.param("Bearer c4nary", "the word Bearer in front", id="a whole header"),
        pytest.param("c4nary\nc4nary", "blanks or line breaks in it", id="two lines"),
        pytest.param('"c4nary"', "quotation marks around it", id="JSON"),
        pytest.param("c4naryü", "characters that no token has", id="beyond ASCII"),
    ],
)
def test_what_cannot_be_a_token_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: Any, value: str, what: str
) -> None:
    """Before the service could answer 401 to what was copied wrongly; nothing of it is shown."""
    suite_in(Path(), service.url, {**AUTH, **SHOP}, **TOKENS)
    monkeypatch.setenv("SHOP_TOKEN", value)

    assert main(["run"]) == 2

    err = capsys.readouterr().err
    assert service.log == []
    assert f"the value of `access_token` is no bearer token: it has {what}" in err
    assert "put nothing into the environment variable SHOP_TOKEN but the token" in err
    assert "c4nary" not in err


def test_a_login_without_credentials_is_not_tried(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has neither a token nor a password is told where they go; nothing is sent."""
    suite_in(tmp_path, service.url, {**AUTH, **SHOP}, **TOKENS)

    assert main(["run", "--env-var", "password="]) == 2
    told = capsys.readouterr().err
    assert "`access_token` has no token, and `password`, for auth/Login, is empty" in told
    assert "put a token into SHOP_TOKEN" in told
    assert service.log == []
    assert main(["run", "--env-var", "password=", "--env-var", "access_token=good"]) == 0


def test_a_login_may_look_for_a_token_itself(service: Service, tmp_path: Path) -> None:
    """Scripts may ask for what is empty; only what the request itself sends has to be there."""
    login = item(
        "Login",
        "{{base}}/login",
        prerequest="pm.environment.get('access_token') && pm.execution.skipRequest();",
        method="POST",
        body={"mode": "raw", "raw": '{"user": "{{user}}", "password": "{{password}}"}'},
    )
    suite_in(tmp_path, service.url, {"auth": [login, LOGOUT], **SHOP}, **TOKENS)

    assert main(["run"]) == 0


def test_a_token_that_expired_before_1970_is_expired(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Even where no calendar reaches back so far."""
    suite_in(Path(), service.url, {**AUTH, **SHOP}, **TOKENS)
    monkeypatch.setenv("SHOP_TOKEN", token(-(10**20)))

    assert main(["run"]) == 2
    assert "expired on 1970-01-01" in capsys.readouterr().err


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("opaque", id="no JSON Web Token"),
        pytest.param("a.b.c", id="looks like one"),
        pytest.param("e30.W10.x", id="claims that are a list"),
        pytest.param(token(None), id="without an end"),
        pytest.param(token(time.time() + 3600), id="still good"),
    ],
)
def test_any_other_token_is_left_to_the_service(service: Service, value: str) -> None:
    """Only what says itself that its time is over is refused."""
    suite_in(Path(), service.url, {**AUTH, **SHOP}, **TOKENS)

    assert main(["run", "--env-var", f"access_token={value}"]) == 0
    assert service.log == ["GET /check", "GET /one", "GET /two"]


# --- Mutations ---


@pytest.fixture
def live(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a host that is not this machine: the service is the proxy on the way to it."""
    monkeypatch.setenv("HTTP_PROXY", service.url)
    return LIVE


CHANGES: Mapping[str, Any] = {"mutations": {"shop/Like": "shop/Unlike"}}


def test_on_a_live_host_mutations_are_shown_as_skipped_in_every_report(
    service: Service, live: str, capsys: Any
) -> None:
    """With the reason and the option that lets them run."""
    suite_in(Path(), live, {"shop": [LIKE, UNLIKE, get("One")]}, **CHANGES)
    reports = ["-r", "cli,json,junit", "--reporter-json-export", "run.json", "--reporter-junit-export", "run.xml"]

    assert main(["run", *reports]) == 0

    reason = "it changes state on a live host; --allow-mutations lets it run"
    assert service.log == ["GET /one"]
    assert capsys.readouterr().out.count(reason) == 2
    executions = json.loads(Path("run.json").read_text())["run"]["executions"]
    assert [one.get("skipped") for one in executions] == [reason, reason, None]
    skipped = ET.parse("run.xml").getroot().iter("skipped")
    assert [node.get("message") for node in skipped] == [reason, reason]


def test_allowed_mutations_are_undone(service: Service, live: str, capsys: Any) -> None:
    """What is left of them, at the end."""
    suite_in(Path(), live, {"shop": [LIKE, UNLIKE, get("One")]}, **CHANGES)

    assert main(["run", "--allow-mutations", "--folder", "Like", "--folder", "One"]) == 0
    assert service.log == ["POST /like/7", "GET /one", "DELETE /like/7"]
    assert "Unlike" in capsys.readouterr().out


def test_a_collection_by_itself_is_guarded_by_the_suite_that_lists_it(service: Service, live: str) -> None:
    """The guard alone counts: there is no login that nobody asked for, and no environment."""
    suite_in(Path(), live, {**AUTH, "shop": [LIKE, UNLIKE]}, **SESSION, **CHANGES)
    base = ["--env-var", f"base={live}"]

    assert main(["run", "shop.postman_collection.json", *base]) == 6
    assert service.log == []
    assert main(["run", "shop.postman_collection.json", *base, "--allow-mutations", "--folder", "Like"]) == 0
    assert service.log == ["POST /like/7", "DELETE /like/7"]


def test_another_collection_is_none_of_the_suite_s_business(service: Service, live: str) -> None:
    """Also if it has the same name."""
    suite_in(Path(), live, {"shop": [LIKE, UNLIKE]}, **CHANGES)
    suite_in(Path("other"), live, {"shop": [LIKE]})

    assert main(["run", "other/shop.postman_collection.json", "--env-var", f"base={live}"]) == 0
    assert service.log == ["POST /like/7"]


def test_the_inverse_in_another_collection_is_guarded_there(service: Service, live: str) -> None:
    """It changes state as well, and is run without what it would take back."""
    suite_in(Path(), live, {"a": [LIKE], "b": [UNLIKE]}, mutations={"a/Like": "b/Unlike"})

    assert main(["run", "b.postman_collection.json", "--env-var", f"base={live}"]) == 6
    assert main(["run", "--allow-mutations", "--folder", "Like"]) == 0
    assert service.log == ["POST /like/7", "DELETE /like/7"]


# --- Signals ---


def interrupt(service: Service, *arguments: str, number: int, times: int = 1) -> subprocess.CompletedProcess[str]:
    """A run that gets a signal while the service lets it wait."""
    command = [sys.executable, "-m", "paceline", "run", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        for _ in range(times):
            assert service.waiting.wait(30)
            service.waiting.clear()
            os.killpg(running.pid, number)  # a terminal signals all processes of the group
        out, err = running.communicate(timeout=30)
    return subprocess.CompletedProcess(command, running.returncode, out, err)


WAIT = item("Wait", "{{base}}/wait")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("isolated", [(), ("--isolate-scripts",)], ids=["", "isolated"])
def test_a_signal_ends_the_run_and_the_teardown_runs(
    service: Service, number: signal.Signals, isolated: tuple[str, ...]
) -> None:
    """What was changed is undone, and all reports are written; scripts of the teardown run too."""
    out = LOGOUT | {"event": [{"listen": "test", "script": {"exec": "pm.test('is out', () => {});"}}]}
    collections = {"auth": [LOGIN, out], "shop": [LIKE, WAIT, UNLIKE]}
    suite_in(Path(), service.url, collections, **SESSION, **CHANGES)

    done = interrupt(service, "-r", "cli,json", "--reporter-json-export", "run.json", *isolated, number=number)

    assert (done.returncode, done.stderr) == (130, "")
    assert service.log == ["POST /login", "POST /like/7", "GET /wait", "DELETE /like/7", "POST /logout"]
    run = json.loads(Path("run.json").read_text())["run"]
    assert [one["item"]["name"] for one in run["executions"]] == ["Login", "Like", "Unlike", "Logout"]
    assert [one["assertion"] for one in run["executions"][-1]["assertions"]] == ["is out"]


def test_a_signal_in_the_midst_of_a_script_does_so_as_well(service: Service) -> None:
    """Its sandbox is lost, and the teardown gets another one."""
    hangs = get("Wait", test="while (true) {}")
    out = LOGOUT | {"event": [{"listen": "test", "script": {"exec": "pm.test('is out', () => {});"}}]}
    suite_in(Path(), service.url, {"auth": [LOGIN, out], "shop": [WAIT | hangs]}, **SESSION)
    command = [sys.executable, "-m", "paceline", "run", "--color", "off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        while not any(line.endswith("/wait") for line in service.log):
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        shown, _ = running.communicate(timeout=30)

    assert running.returncode == 130
    assert service.log[-1] == "POST /logout"
    assert "is out" in shown


@pytest.mark.parametrize(
    ("auth", "log"),
    [
        pytest.param([item("Login", "{{base}}/wait"), LOGOUT], ["GET /wait", "POST /logout"], id="setup"),
        pytest.param([LOGIN, item("Logout", "{{base}}/wait")], ["POST /login", "GET /one", "GET /wait"], id="teardown"),
    ],
)
def test_a_signal_during_setup_or_teardown(service: Service, auth: list[Any], log: list[str]) -> None:
    """Nobody knows how far a login came, so it is torn down; a teardown that hangs is not tried again."""
    suite_in(Path(), service.url, {"auth": auth, "shop": [get("One")]}, **SESSION)

    done = interrupt(service, number=signal.SIGINT)

    assert (done.returncode, done.stderr, service.log) == (130, "", log)


def test_the_second_signal_ends_a_teardown_that_hangs(service: Service) -> None:
    """And the reports are still written."""
    suite_in(Path(), service.url, {"auth": [LOGIN, item("Logout", "{{base}}/wait")], "shop": [WAIT]}, **SESSION)

    done = interrupt(service, "-r", "cli,json", "--reporter-json-export", "run.json", number=signal.SIGINT, times=2)

    assert (done.returncode, done.stderr) == (130, "")
    assert service.log == ["POST /login", "GET /wait", "GET /wait"]
    assert json.loads(Path("run.json").read_text())["run"]["error"]["name"] == "Interrupted"


# --- Secrets ---

TELLS = """
const body = pm.request.body ? pm.request.body.raw : '';
console.log(body, pm.environment.get('password'), [{ deep: pm.environment.get('password') }]);
console.log(btoa(pm.environment.get('password')), encodeURIComponent(pm.environment.get('password')));
pm.test('named ' + pm.environment.get('password'), () => pm.expect(pm.environment.get('password')).to.equal('x'));
pm.collectionVariables.set('copy', pm.environment.get('password'));
pm.sendRequest({ url: pm.environment.get('base') + '/copy?p=' + pm.environment.get('password'), method: 'POST',
    header: { 'X-P': pm.environment.get('password') }, body: { mode: 'raw', raw: pm.environment.get('password') } });
"""


def shouted(name: str) -> Any:
    """A request with the password in every place that it has."""
    return item(
        name,
        "{{base}}/{{password}}?p={{password}}&q=1",
        method="POST",
        header=[{"key": "X-Plain", "value": "{{password}}"}, {"key": "Cookie", "value": "p={{password}}"}],
        body={"mode": "raw", "raw": '{"text": "say {{password}}", "list": ["{{password}}"]}'},
        test=TELLS,
    )


@pytest.mark.parametrize("recording", [(), ("--record", "once", "--cassettes", "tapes")], ids=["", "recorded"])
def test_no_report_and_no_cassette_holds_a_secret(service: Service, capsys: Any, recording: tuple[str, ...]) -> None:
    """A password that stands everywhere is found nowhere: terminal, JSON, JUnit, cassettes, failures and all."""
    suite_in(Path("suite"), service.url, {"auth": [LOGIN, LOGOUT], "shop": [shouted("Shout")]}, **SESSION)
    before = {path for path in Path().rglob("*") if path.is_file()}
    reports = ["-r", "cli,json,junit", "--reporter-json-export", "run.json", "--reporter-junit-export", "run.xml"]

    code = main(["run", "suite/paceline.yaml", "--verbose", *recording, *reports])

    captured = capsys.readouterr()
    made = {path for path in Path().rglob("*") if path.is_file()} - before
    texts = {"out": captured.out, "err": captured.err} | {str(path): path.read_text() for path in made}
    spellings = [PASSWORD, base64.b64encode(PASSWORD.encode()).decode().rstrip("="), PASSWORD.encode().hex()]
    assert code == 1
    assert len(list(Path().glob("tapes/*/*.yaml"))) == (3 if recording else 0)
    assert any(PASSWORD in request.body.decode() for request in service.server.requests)
    assert {"run.json", "run.xml"} <= texts.keys()
    assert [name for name, text in texts.items() if any(spelling in text for spelling in spellings)] == []
    sessions = [
        session for session in texts if any(f"{n:032x}".replace("0", "e") in texts[session] for n in range(1, 9))
    ]
    assert sessions == []
