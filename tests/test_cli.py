"""The command line: every option does what its help says, every mistake of a user is told in words."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import trustme

from paceline import __version__
from paceline.cli import main
from tests.building import environment, folder, item, written
from tests.servers import Peer, Request, Server, answering, response, serving

PASSES = "pm.test('passes', () => {});"
FAILS = "pm.test('fails', () => { pm.expect(1).to.equal(2); });"


def answer(request: Request) -> bytes:
    if request.target == "/cookie":
        return response(200, [("Set-Cookie", "seen=1; Path=/; Max-Age=600")])
    if request.target == "/redirect":
        return response(302, [("Location", "/arrived")])
    return response(200, [("Content-Type", "application/json")], b'{"answer": 42}')


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("http_proxy", "https_proxy", "all_proxy", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(answer)) as running:
        yield running


@pytest.fixture
def one(server: Server) -> str:
    """A collection of one request that passes."""
    return written(Path("one.json"), item("one", f"{server.url}/one", test=PASSES))


@pytest.fixture
def plain(server: Server) -> str:
    """A collection without scripts: it starts at once."""
    return written(Path("plain.json"), item("one", f"{server.url}/one"), item("two", f"{server.url}/two"))


def targets(server: Server) -> list[str]:
    return [request.target for request in server.requests]


# --- Variables ---


def test_variables_come_from_files_and_from_the_command_line(server: Server) -> None:
    """`--env-var` and `--global-var` overwrite what the files say; only the first `=` splits."""
    path = written(Path("c.json"), item("one", f"{server.url}/{{{{a}}}}/{{{{b}}}}/{{{{c}}}}/{{{{d}}}}"))
    Path("e.json").write_text(json.dumps(environment(a="file", b="file")))
    Path("g.json").write_text(json.dumps({**environment(c="file", d="file"), "_postman_variable_scope": "globals"}))

    files = ["--environment", "e.json", "--globals", "g.json"]
    code = main(["run", path, *files, "--env-var", "b=x=y=z", "--global-var", "d=", "--global-var", "a=no"])

    assert (code, targets(server)) == (0, ["/file/x=y=z/file/"])


@pytest.mark.parametrize("pair", ["novalue", "=value"])
def test_an_assignment_needs_a_name_and_a_value(plain: str, capsys: Any, pair: str) -> None:
    """Newman sets the variable to undefined."""
    assert main(["run", plain, "--env-var", pair]) == 2
    assert f"--env-var {pair} is not a pair of name and value" in capsys.readouterr().err


def test_variables_are_exported_so_that_they_can_be_used_again(server: Server) -> None:
    """What scripts left, in Postman's format; folders on the way are made."""
    script = "pm.environment.set('n', 7); pm.globals.set('g', 'x');"
    path = written(Path("c.json"), item("one", server.url, test=script))
    again = written(Path("again.json"), item("two", f"{server.url}/{{{{n}}}}/{{{{g}}}}/{{{{kept}}}}"))
    Path("e.json").write_text(json.dumps(environment(kept="k")))

    main(["run", path, "-e", "e.json", "--export-environment", "out/e.json", "--export-globals", "out/g.json"])
    code = main(["run", again, "-e", "out/e.json", "-g", "out/g.json"])

    assert (code, targets(server)) == (0, ["/", "/7/x/k"])
    exported = json.loads(Path("out/e.json").read_text())
    assert (exported["name"], exported["_postman_variable_scope"]) == ("staging", "environment")


# --- What runs ---


def test_iterations_and_folders(server: Server) -> None:
    """`-n` repeats, `--folder` (repeatable) selects."""
    url = server.url
    path = written(Path("c.json"), folder("f", item("a", f"{url}/a")), item("b", f"{url}/b"), item("c", f"{url}/c"))

    assert main(["run", path, "--iteration-count", "2", "--folder", "f", "--folder", "c"]) == 0
    assert targets(server) == ["/a", "/c"] * 2


def test_several_collections_may_stand_anywhere(server: Server, plain: str, one: str) -> None:
    """Before and after options; they are one run."""
    assert main(["run", plain, "-n", "1", one, "--silent"]) == 0
    assert targets(server) == ["/one", "/two", "/one"]


@pytest.mark.parametrize("bail", ["--bail {}", "{} --bail", "--bail failure {}", "--bail=folder {}"])
def test_bail_ends_the_run_after_the_first_failure(server: Server, bail: str) -> None:
    """With or without Newman's word for when, before or after the collection."""
    path = written(Path("c.json"), item("one", f"{server.url}/one", test=FAILS), item("two", f"{server.url}/two"))

    assert main(["run", *bail.format(path).split()]) == 1
    assert targets(server) == ["/one"]


def test_answers_are_held_against_contracts(server: Server, capsys: Any) -> None:
    """`--contracts` names the file; an answer that breaks its contract has an exit code of its own."""
    contracts = str(Path(__file__).parents[1] / "schemas" / "contracts.yaml")
    path = written(Path("auth.postman_collection.json"), item("Check Session", f"{server.url}/auth/check_session"))

    assert [main(["run", path]), main(["run", path, "--contracts", contracts])] == [0, 5]
    assert "contract" in capsys.readouterr().out
    assert main(["run", path, "--contracts", "none.yaml"]) == 2


def test_unknown_variables_are_refused_unless_allowed(server: Server, capsys: Any) -> None:
    """Refused: exit code 2, nothing sent. Allowed: sent as they stand."""
    path = written(Path("c.json"), item("one", f"{server.url}/{{{{u}}}}"))

    assert main(["run", path]) == 2
    assert targets(server) == []
    assert capsys.readouterr().err.startswith("paceline: variable {{u}} is not defined\n")
    assert main(["run", path, "--allow-unresolved"]) == 0
    assert targets(server) == ["/%7B%7Bu%7D%7D"]


def test_the_exit_code_can_be_suppressed(server: Server) -> None:
    """Failures then make no difference; bad input still does."""
    path = written(Path("c.json"), item("one", server.url, test=FAILS))

    assert [main(["run", path, flag]) for flag in ("--silent", "-x", "--suppress-exit-code")] == [1, 0, 0]
    assert main(["run", "none.json", "-x"]) == 2


# --- How requests go out ---


def test_time_can_be_limited(server: Server, capsys: Any) -> None:
    """A request, a script, the whole run: each has its limit."""

    def hang(peer: Peer) -> None:
        peer.request()
        peer.wait(30)

    script = written(Path("s.json"), item("one", server.url, test="while (true) {}"))
    with serving(hang) as mute:
        path = written(Path("c.json"), item("one", mute.url))
        assert main(["run", path, "--timeout-request", "50"]) == 3
        assert "no complete answer within 0.05 s" in capsys.readouterr().out
        assert main(["run", path, "--timeout", "50"]) == 3
        assert "the run took longer than 50 ms" in capsys.readouterr().out
    assert main(["run", script, "--timeout-script", "50"]) == 4


def test_requests_can_be_delayed(plain: str) -> None:
    """The pause is before each item."""
    started = time.monotonic()

    assert main(["run", plain, "--delay-request", "40"]) == 0
    assert time.monotonic() - started >= 0.08


def test_redirects_can_be_ignored(server: Server) -> None:
    """The first response then counts."""
    path = written(Path("c.json"), item("one", f"{server.url}/redirect"))

    main(["run", path])
    main(["run", path, "--ignore-redirects"])

    assert targets(server) == ["/redirect", "/arrived", "/redirect"]


def test_certificates_are_verified_unless_told_otherwise(tmp_path: Path) -> None:
    """`-k` accepts any; `--ssl-extra-ca-certs` names one more that is trusted."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving(answering(answer), tls=context) as secure:
        path = written(Path("c.json"), item("one", secure.url))
        codes = [
            main(["run", path, *more]) for more in ([], ["-k"], ["--insecure"], ["--ssl-extra-ca-certs", "ca.pem"])
        ]

    assert codes == [3, 0, 0, 0]


def test_cookies_can_be_carried_from_run_to_run(server: Server, plain: str) -> None:
    """What `--export-cookie-jar` writes `--cookie-jar` reads."""
    path = written(Path("c.json"), item("one", f"{server.url}/cookie"))

    assert main(["run", path, "--export-cookie-jar", "jar.json"]) == 0
    assert main(["run", plain, "--cookie-jar", "jar.json"]) == 0
    assert [request.header("Cookie") for request in server.requests] == [None, "seen=1", "seen=1"]


def test_files_are_also_looked_for_in_the_working_directory(server: Server) -> None:
    """`--working-dir`, for files that do not lie beside the collection."""
    Path("files").mkdir()
    Path("files/up.txt").write_text("content")
    body = {"mode": "file", "file": {"src": "up.txt"}}
    path = written(Path("c.json"), item("one", server.url, method="POST", body=body))

    assert [main(["run", path]), main(["run", path, "--working-dir", "files"])] == [3, 0]
    assert [request.body for request in server.requests] == [b"content"]


# --- Reports ---


def test_reports_are_written_where_they_are_wanted(one: str, capsys: Any) -> None:
    """Any combination of them; only `cli` writes to the terminal."""
    files = ["--reporter-json-export", "r.json", "--reporter-junit-export", "r.xml", "--reporter-md-export", "r.md"]

    assert main(["run", one, "--reporters", "json,junit,md", *files]) == 0

    assert capsys.readouterr().out == ""
    [execution] = json.loads(Path("r.json").read_text())["run"]["executions"]
    assert execution["assertions"][0]["assertion"] == "passes"
    assert [case.get("name") for case in ET.parse("r.xml").iter("testcase")] == ["passes"]
    assert Path("r.md").read_text(encoding="utf-8").startswith("## ✅ ")


def test_an_unknown_report_is_told_with_the_nearest(plain: str, server: Server, capsys: Any) -> None:
    """Nothing is sent."""
    assert main(["run", plain, "-r", "cli,junti"]) == 2

    assert targets(server) == []
    said = capsys.readouterr().err
    assert "there is no reporter `junti`" in said
    assert "did you mean `junit`?" in said


def test_what_the_terminal_shows(one: str, capsys: Any) -> None:
    """By default requests and checks; `--verbose` adds headers and bodies, `--silent` takes all away."""
    shown = {}
    for option in ("--color=off", "--verbose", "--silent"):
        main(["run", one, option])
        shown[option] = capsys.readouterr().out

    assert "passes" in shown["--color=off"]
    assert '{"answer": 42}' not in shown["--color=off"]
    assert "Content-Type: application/json" in shown["--verbose"]
    assert shown["--silent"] == ""


@pytest.mark.parametrize(("color", "colored"), [("on", True), ("off", False), ("auto", False)])
def test_colours(plain: str, capsys: Any, color: str, colored: bool) -> None:
    """`--color`; automatically only on a terminal."""
    main(["run", plain, "--color", color])

    assert ("\x1b[" in capsys.readouterr().out) == colored


@pytest.mark.parametrize(
    "option", ["--export-environment", "--export-globals", "--export-cookie-jar", "--reporter-json-export"]
)
@pytest.mark.parametrize("place", ["folder", "under-a-file", "read-only"])
def test_a_place_where_nothing_can_be_written_is_refused_before_the_run(
    plain: str, server: Server, capsys: Any, option: str, place: str
) -> None:
    """After it would be too late. Only a report may be given a folder: it chooses a name in it."""
    Path("folder").mkdir()
    Path("file").write_text("")
    Path("read-only").mkdir(mode=0o555)
    path = {"folder": "folder", "under-a-file": "file/x.json", "read-only": "read-only/x.json"}[place]
    if place == "read-only" and os.access("read-only", os.W_OK):
        pytest.skip("this user may write everywhere")
    if place == "folder" and option == "--reporter-json-export":
        assert main(["run", plain, "-r", "json", option, path]) == 0
        assert len(list(Path("folder").iterdir())) == 1
        return

    assert main(["run", plain, "-r", "json", option, path]) == 2
    assert targets(server) == []
    assert "fix: " in capsys.readouterr().err


def test_a_report_that_cannot_be_written_after_all_does_not_cost_the_others(tmp_path: Path, capsys: Any) -> None:
    """Here the folder is gone when the run is over. The loss is told, and the run is not good."""
    (tmp_path / "out").mkdir()

    def vanish(_: Request) -> bytes:
        (tmp_path / "out").rmdir()
        (tmp_path / "out").write_text("now a file")
        return response()

    files = ["--reporter-json-export", "out/r.json", "--reporter-junit-export", "r.xml"]
    with serving(answering(vanish)) as server:
        path = written(Path("c.json"), item("one", server.url))
        code = main(["run", path, "-r", "json,cli,junit", *files, "--export-globals", "g.json"])

    shown = capsys.readouterr()
    assert code == 2
    assert "out/r.json" in shown.err
    assert "PASSED" in shown.out
    assert Path("r.xml").exists()
    assert Path("g.json").exists()


def test_lint_finds_without_sending(server: Server, capsys: Any) -> None:
    """Each finding has its place; the exit code tells whether there were any."""
    bad = written(Path("bad.json"), item("one", f"{server.url}/{{{{u}}}}", test="pm.execution.setNextRequest('tow')"))
    good = written(Path("good.json"), item("one", f"{server.url}/{{{{u}}}}"))

    assert [main(["lint", bad]), main(["lint", good, "--env-var", "u=1"])] == [1, 0]

    said = capsys.readouterr().out
    assert "variable {{u}} is not defined" in said
    assert "setNextRequest names `tow`" in said
    assert said.endswith("no findings in 1 collection\n")
    assert targets(server) == []


# --- Mistakes ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param([], "COMMAND", id="no command"),
        pytest.param(["rum"], "'rum'", id="unknown command"),
        pytest.param(["run"], "there is nothing to run", id="no collection"),
        pytest.param(["run", "none.json"], "there is no such file", id="missing file"),
        pytest.param(["run", "plian.json"], "did you mean 'plain.json'?", id="missing file with a near one"),
        pytest.param(["run", "."], "this folder holds no requests", id="a folder"),
        pytest.param(["run", "http://localhost/c.json"], "only files are read", id="an address"),
        pytest.param(["run", "plain.json", "-e", "plain.json"], "environment", id="a collection as environment"),
        pytest.param(["run", "plain.json", "--enviroment", "x"], "did you mean --environment?", id="unknown option"),
        pytest.param(["run", "plain.json", "--iteration-data", "x"], "there is no such file", id="missing data"),
        pytest.param(["run", "plain.json", "--reporter", "x"], "no option --reporter", id="not ours"),
        pytest.param(["run", "plain.json", "-n", "0"], "'0' is not a whole number from 1 up", id="no iteration"),
        pytest.param(["run", "plain.json", "-n", "1.5"], "is not a whole number", id="half an iteration"),
        pytest.param(["run", "plain.json", "--timeout", "-1"], "is not a number of milliseconds", id="negative time"),
        pytest.param(["run", "plain.json", "--delay-request", "nan"], "not a number of milliseconds", id="no number"),
        pytest.param(["run", "plain.json", "--folder", "twoo"], "did you mean `two`?", id="unknown folder"),
        pytest.param(["run", "plain.json", "--color", "pink"], "invalid choice: 'pink'", id="unknown colour"),
        pytest.param(["run", "plain.json", "--cookie-jar", "none"], "none", id="missing jar"),
        pytest.param(["run", "plain.json", "--ssl-extra-ca-certs", "none"], "none", id="missing certificates"),
        pytest.param(["run", "plain.json", "--env"], "--env", id="abbreviated option"),
    ],
)
@pytest.mark.usefixtures("plain")
def test_a_mistake_is_told_in_words(server: Server, capsys: Any, arguments: list[str], said: str) -> None:
    """Exit code 2, what is wrong and what to do about it, nothing sent, no traceback."""
    assert main(arguments) == 2

    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.startswith("paceline: ")
    assert "fix: " in shown.err
    assert shown.out == ""
    assert targets(server) == []


def test_no_option_is_without_a_test(capsys: Any) -> None:
    """Each option of `paceline run` is named in this file."""
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    named = set(re.findall(r"--[a-z-]+", Path(__file__).read_text(encoding="utf-8")))

    assert len(options) > 20
    assert options - named == set()


# --- As a process ---


def process(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "paceline", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **more)


def test_version_and_help_answer_at_once() -> None:
    """Nothing that is slow to import is imported for them."""
    source = (
        "import sys\nfrom paceline.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(sorted({'requests', 'urllib3', 'py_mini_racer', 'jsonschema', 'asyncio'} & set(sys.modules)))"
    )
    for arguments in (["--version"], ["-v"], ["--help"], ["run", "--help"], ["lint", "-h"]):
        shown = subprocess.run([sys.executable, "-c", source, *arguments], capture_output=True, text=True, check=True)
        *text, imported = shown.stdout.splitlines()
        assert imported == "[]"
        assert text[0] == (f"paceline {__version__}" if arguments[0] in {"-v", "--version"} else text[0])
        assert text[0].startswith(("paceline ", "usage: paceline"))


def test_a_reader_that_goes_away_ends_the_run_quietly(server: Server) -> None:
    """As in `paceline run … | head -1`: it stops without a traceback, and the other reports are still written."""
    path = written(Path("c.json"), *(item(f"r{n}", f"{server.url}/{n}") for n in range(400)))
    command = [sys.executable, "-m", "paceline", "run", path, "-r", "cli,json", "--reporter-json-export", "r.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()

    assert (running.wait(), said) == (128 + signal.SIGPIPE, "")
    assert json.loads(Path("r.json").read_text())["run"]["executions"]
    assert len(server.requests) < 400


@pytest.mark.parametrize(
    ("redirection", "code"), [(">&-", 0), (">&- 2>&-", 0), pytest.param(">/dev/full", 2, id="full disk")]
)
def test_an_output_that_takes_nothing_is_no_crash(plain: str, redirection: str, code: int) -> None:
    """Closed, it is not needed; when it is full the loss is told."""
    if "full" in redirection and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    shell = f'"{sys.executable}" -m paceline run {plain} {redirection}'
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert ("cannot be written" in done.stderr) == (code == 2)


def test_an_output_that_knows_only_ascii_gets_ascii(server: Server) -> None:
    """Signs are replaced, names are spelt out."""
    path = written(Path("c.json"), item("naïve ✓", f"{server.url}/1", test=PASSES), name="Größe")

    done = process("run", path, env={**os.environ, "PYTHONIOENCODING": "ascii"})

    assert (done.returncode, done.stderr) == (0, "")
    assert "na\\xefve \\u2713" in done.stdout
    assert done.stdout.isascii()


def test_findings_in_any_script_can_be_shown_in_ascii(server: Server) -> None:
    """A name of a variable in Greek must not break `lint`."""
    path = written(Path("c.json"), item("one", f"{server.url}/{{{{μ}}}}"))

    done = process("lint", path, env={**os.environ, "PYTHONIOENCODING": "ascii"})

    assert (done.returncode, done.stderr) == (1, "")
    assert "variable {{\\u03bc}} is not defined" in done.stdout


def hanging(peer: Peer) -> None:
    while request := peer.request():
        if request.target == "/hang":
            peer.wait(30)
            return
        peer.send(answer(request))


@pytest.mark.parametrize(
    ("script", "target", "signals"),
    [
        pytest.param("", "/hang", [signal.SIGINT], id="Ctrl-C during a request"),
        pytest.param("", "/hang", [signal.SIGTERM], id="SIGTERM during a request"),
        pytest.param("", "/hang", [signal.SIGINT, signal.SIGINT], id="Ctrl-C twice"),
        pytest.param("while (true) {}", "/busy", [signal.SIGINT], id="Ctrl-C during an endless script"),
        pytest.param("pm.sendRequest(pm.environment.get('hang'))", "/busy", [signal.SIGTERM], id="SIGTERM in a call"),
    ],
)
def test_an_interrupted_run_still_reports(script: str, target: str, signals: list[signal.Signals]) -> None:
    """Exit code 130 at once, with the reports of what ran; a second Ctrl-C may cost the reports."""
    with serving(hanging) as server:
        path = written(
            Path("c.json"), item("done", f"{server.url}/done"), item("busy", server.url + target, test=script)
        )
        limits = ["--timeout-request", "0", "--timeout-script", "0"]
        reports = ["-r", "cli,json", "--reporter-json-export", "r.json"]
        variables = ["--env-var", f"hang={server.url}/hang"]
        command = [sys.executable, "-m", "paceline", "run", path, *variables, *limits, *reports]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            wanted = "/hang" if "hang" in target + script else target
            until = time.monotonic() + 20
            while wanted not in [request.target for request in server.requests] and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.3 if "while" in script else 0.02)
            for each in signals:
                running.send_signal(each)
            out, err = running.communicate(timeout=10)

    assert running.returncode == 130
    assert "Traceback" not in err
    if len(signals) == 1:
        assert "interrupted" in out
        executions = json.loads(Path("r.json").read_text())["run"]["executions"]
        assert [execution["item"]["name"] for execution in executions] == ["done"]


def test_isolated_scripts_cannot_end_the_run(server: Server, tmp_path: Path) -> None:
    """--isolate-scripts: V8 ends its process at this script, and the next request runs."""
    bomb = item("bomb", server.url, test="'x'.repeat(2**28).split('')")
    path = written(tmp_path / "c.json", bomb, item("after", server.url, test="pm.test('still here', () => {})"))

    done = subprocess.run(
        [sys.executable, "-m", "paceline", "run", path, "--isolate-scripts"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 4
    assert "still here" in done.stdout


# --- Cassettes, suites, logs ---


def test_what_was_recorded_is_replayed_without_the_service(capsys: Any) -> None:
    """`--record once --cassettes DIR` stores it, `--replay` answers from there, and says from when and where."""
    with serving(answering(answer)) as server:
        collection = written(Path("one.json"), item("one", f"{server.url}/one", test=PASSES))
        assert main(["run", collection, "--record", "once", "--cassettes", "tapes"]) == 0
    assert Path("tapes/one/one.yaml").is_file()
    capsys.readouterr()

    assert main(["run", collection, "--replay", "--cassettes", "tapes"]) == 0
    assert "replayed 1 cassette, recorded 20" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--replay"], "where the cassettes are", id="nowhere"),
        pytest.param(["--cassettes", "tapes"], "--cassettes alone does nothing", id="for nothing"),
        pytest.param(["--replay", "--record", "new"], "exclude each other", id="both"),
    ],
)
def test_cassettes_need_to_be_asked_for_clearly(one: str, capsys: Any, arguments: list[str], said: str) -> None:
    """Otherwise nothing is sent."""
    assert main(["run", one, *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_suite_changes_nothing_on_a_live_host_unless_allowed(server: Server, capsys: Any) -> None:
    """The request is skipped, and the reason names `--allow-mutations`; on loopback it is sent."""
    written(Path("shop.json"), item("pay", "http://live.invalid/pay", method="POST"))
    Path("paceline.yaml").write_text("collections: [shop.json]\nmutations: {shop/pay: }\n", encoding="utf-8")

    assert main(["run"]) == 6
    assert "--allow-mutations lets it run" in capsys.readouterr().out
    assert main(["run", "--allow-mutations", "--timeout-request", "2000"]) == 3
    assert targets(server) == []


def test_reports_are_made_again_from_the_log_of_a_run(one: str, capsys: Any) -> None:
    """`-r jsonl` writes it; `paceline report` gives the same JSON report, and the HTML report is one file."""
    exports = ["--reporter-jsonl-export", "run.jsonl", "--reporter-json-export", "live.json"]
    assert main(["run", one, "-r", "jsonl,json", *exports]) == 0
    again = ["--reporter-json-export", "again.json", "--reporter-html-export", "run.html"]
    assert main(["report", "run.jsonl", "-r", "json,html", *again]) == 0

    assert Path("again.json").read_bytes() == Path("live.json").read_bytes()
    assert Path("run.html").read_text(encoding="utf-8").startswith("<!")
    assert "report: run.html" in capsys.readouterr().out


def test_a_row_of_data_is_an_iteration(server: Server, capsys: Any) -> None:
    """More iterations than rows repeat the last one, fewer leave some out; secrets of the file are masked."""
    login = item("login", f"{server.url}/{{{{user}}}}", test="console.log(pm.iterationData.get('password'))")
    path = written(Path("login.json"), login)
    Path("rows.csv").write_text("user,password\nann,canary-1\nbob,canary-2\n", encoding="utf-8")

    assert main(["run", path, "-d", "rows.csv"]) == 0
    assert main(["run", path, "--iteration-data", "rows.csv", "-n", "3"]) == 0
    assert main(["run", path, "-d", "rows.csv", "-n", "1"]) == 0
    assert main(["lint", path, "-d", "rows.csv"]) == 0
    assert targets(server) == ["/ann", "/bob", "/ann", "/bob", "/bob", "/ann"]
    assert "canary" not in capsys.readouterr().out


def test_rows_of_data_are_recorded_and_replayed(server: Server) -> None:
    """Each iteration has its own recording; secrets of the file are not in it."""
    sent = item("send", f"{server.url}/{{{{user}}}}", method="POST", body={"mode": "raw", "raw": "{{password}}"})
    path = written(Path("send.json"), sent)
    Path("rows.csv").write_text("user,password\nann,canary-1\nbob,canary-2\n", encoding="utf-8")
    tape = ["-d", "rows.csv", "--cassettes", "tapes"]

    assert main(["run", path, *tape, "--record", "once"]) == 0
    assert main(["run", path, *tape, "--replay"]) == 0
    assert targets(server) == ["/ann", "/bob"]
    assert "canary" not in Path("tapes/send/send.yaml").read_text(encoding="utf-8")


def test_the_graph_shows_who_sets_what_a_request_reads(capsys: Any) -> None:
    """With all that it needs in turn; a wrong name gets the nearest one."""
    setter = item("orders", "http://localhost/orders", test="pm.environment.set('id', 7)")
    reader = item("order", "http://localhost/orders/{{id}}")
    collection = written(Path("shop.json"), setter, reader)

    assert main(["graph", collection, "--request", "shop/order"]) == 0
    assert capsys.readouterr().out == "shop/order\n  id from shop/orders\n"
    assert main(["graph", collection, "--request", "shop/ordre"]) == 2
    assert "did you mean `shop/order`?" in capsys.readouterr().err
