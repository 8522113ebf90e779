"""`paceline contract learn`, `accept` and `diff` as somebody at a terminal meets them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.building import environment, item, written
from tests.drift.observing import KEY, answer
from tests.servers import Request, Server, answering, response, serving

from paceline.cli import main
from paceline.cli.parsing import parse
from paceline.drift.finding import Finding
from paceline.drift.learning import observed
from paceline.drift.lock import read_lock
from paceline.evidence.accepting import accept_command
from paceline.evidence.observed import Meta, save_observed

ROOT = Path(__file__).parents[2]
JSON = [("Content-Type", "application/json")]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in an empty folder: its exit code, and what it wrote to standard output and error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["contract", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def suite(folder: Path, server: Server, *names: str, **more: Any) -> None:
    """A suite of requests `users/<name>` in a folder."""
    written(folder / "users.postman_collection.json", *(item(name, f"{{{{url}}}}/{name}") for name in names))
    (folder / "local.json").write_text(json.dumps(environment(url=server.url)))
    members = {"collections": ["users.postman_collection.json"], "environment": "local.json", **more}
    (folder / "paceline.yaml").write_text(yaml.safe_dump(members))


def users(request: Request) -> bytes:
    """A list, whose token is another one at each call."""
    counted = {"List": {"id": 1, "name": "x"}, "Nonce": {"at": str(request.header("Postman-Token")), "id": 1}}
    return response(200, JSON, json.dumps(counted.get(request.target[1:], {"e": 1})).encode())


def example_file(*bodies: Any) -> str:
    """A collection with these saved examples of one request."""
    examples = [{"code": 200, "body": json.dumps(each), "_postman_previewlanguage": "json"} for each in bodies]
    return written(Path("users.postman_collection.json"), {**item("List", "http://a.test"), "response": examples})


# --- learn ---


def test_learning_from_the_cassettes_of_the_suite(run: Run, tmp_path: Path) -> None:
    """Without a source; it is said where from, what is new, and where to. A second time nothing changes at all."""
    for name in ("paceline.yaml", "collections", "cassettes", "environments", "schemas"):
        (tmp_path / name).symlink_to(ROOT / name)

    code, out, err = run("learn", "--lock", "own.lock")
    first = Path("own.lock").read_bytes()

    assert (code, err) == (0, "")
    assert out.startswith(
        "from 64 cassettes in cassettes, recorded 2026-11-24 against http://127.0.0.1:8900 (emulator)\n"
    )
    assert "64 new requests:\n  auth/Check Session: 200, " in out
    assert out.endswith("  and 52 more\nwritten: own.lock, 64 requests\n")
    assert run("learn", "--lock", "own.lock")[1].endswith("nothing new: own.lock stays as it is\n")
    assert Path("own.lock").read_bytes() == first


def test_the_lock_of_this_repository_is_what_its_cassettes_teach(run: Run) -> None:
    """To the byte: whoever records anew has to learn anew."""
    assert run("learn", str(ROOT / "paceline.yaml"), "--lock", "own.lock")[0] == 0

    assert Path("own.lock").read_text() == (ROOT / "contract.lock").read_text()


def test_comments_at_the_top_stay(run: Run) -> None:
    """What was learnt from an emulator says so from the start, and people may add what they know."""
    run("learn", str(ROOT / "cassettes"))
    text = Path("contract.lock").read_text()
    assert "\n# At first learnt from an emulator" in text

    Path("contract.lock").write_text(f"# Ask Ann.\n\n{text}")
    run("learn", example_file({"id": 1}))
    text = Path("contract.lock").read_text()
    assert [text.count(each) for each in ("# Ask Ann.\n", "# At first learnt", "# What answers", "\n\n")] == [
        1,
        1,
        1,
        0,
    ]


def test_more_evidence(run: Run) -> None:
    """Only what has become wider is told, and what the evidence confirms."""
    assert run("learn", example_file(*({"id": n, "tag": "x"} for n in range(6))))[0] == 0

    _, out, _ = run("learn", example_file({"id": None, "new": [1]}))
    assert out.splitlines()[1:] == [
        "3 wider places:",
        "  users/List (200) /id: may be null",
        "  users/List (200) /new: new field",
        "  users/List (200) /tag: may be absent",
        "written: contract.lock, 1 request",
    ]
    _, out, _ = run("learn", example_file({"id": 3, "new": [1]}))
    assert "the answers of 1 request confirm what was known" in out


def test_learning_from_a_live_run(run: Run, tmp_path: Path) -> None:
    """The suite is run, and what differs from call to call is noise when it is run more than once."""
    with serving(answering(users)) as server:
        suite(tmp_path, server, "List", "Nonce")
        code, out, _ = run("learn", "--live", "--repeat", "3")

    assert code == 0
    assert out.startswith("from a run with 6 answers\n2 new requests:\n")
    answers = read_lock("contract.lock").requests
    assert answers["users/Nonce"][200].noise == {"/at"}
    assert answers["users/List"][200].noise == frozenset()
    assert answers["users/List"][200].latency.keys() == {"127.0.0.1"}


def test_a_live_run_that_nobody_answers(run: Run, tmp_path: Path) -> None:
    """Nothing is learnt, and the exit code says so."""
    with serving(answering(users)) as server:
        suite(tmp_path, server, "List")

    code, out, _ = run("learn", "--live")
    assert code == 3
    assert "from a run with 0 answers\n  not answered: List\n" in out
    assert not Path("contract.lock").exists()


def test_schemas_to_edit(run: Run) -> None:
    """One for each request and status; what nobody edited follows the lock, what somebody edited stays."""
    source = example_file(*({"id": n} for n in range(6)))
    path = Path("out/users/list.200.schema.json")
    assert run("learn", source, "--emit-schema", "out")[1].endswith("schemas in out: 1 written, 0 as they were\n")
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    assert (schema["title"], schema["required"]) == ("users/List (200)", ["id"])

    assert run("learn", source, "--emit-schema", "out")[1].endswith("schemas in out: 0 written, 1 as they were\n")
    assert run("learn", example_file({}), "--emit-schema", "out")[1].endswith("1 written, 0 as they were\n")
    path.write_text(path.read_text().replace("users/List", "a list"))
    edited = path.read_text()
    assert (
        f"kept, since they were edited (--force overwrites): {path}" in run("learn", source, "--emit-schema", "out")[1]
    )
    assert path.read_text() == edited
    run("learn", source, "--emit-schema", "out", "--force")
    assert "users/List" in path.read_text()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([], "there is nothing to learn from"),
        (["--repeat", "2"], "--repeat is for runs"),
        (["--allow-mutations"], "--allow-mutations is for runs"),
        (["--force"], "--force is for schemas"),
        (["--live"], "there is nothing to run"),
        (["gone"], "no file and no git revision 'gone'"),
        (["one.yaml", "two.yaml"], "are two suites"),
        (["x", "--lok", "y"], "there is no option --lok"),
    ],
)
def test_what_cannot_be_learnt(run: Run, words: list[str], what: str) -> None:
    """The error says how to go on; nothing is written."""
    code, _, err = run("learn", *words)

    assert code == 2
    assert what in err
    assert "fix: " in err
    assert not Path("contract.lock").exists()


def test_a_lock_with_a_merge_conflict(run: Run) -> None:
    """It is not overwritten: the error says how to resolve it."""
    source = example_file({"id": 1})
    run("learn", source)
    text = Path("contract.lock").read_text()
    Path("contract.lock").write_text(f"{text}<<<<<<< HEAD\n  a/b: {{}}\n=======\n>>>>>>> other\n")

    code, _, err = run("learn", source)
    assert code == 2
    assert "merge conflict in it, in line" in err
    assert "git checkout --ours" in err
    assert "<<<<<<<" in Path("contract.lock").read_text()


# --- accept ---


def observed_here(*bodies: Any) -> None:
    """Leave behind what a drift run saw, without running one."""
    save_observed(Path(".paceline"), observed([answer(each) for each in bodies]), Meta(1_700_000_000, "contract.lock"))


def test_accepting_what_the_last_drift_run_saw(run: Run) -> None:
    """What was accepted is told, and only that changes in the file."""
    run("learn", example_file({"id": 1, "n": 1}))
    before = Path("contract.lock").read_text().splitlines()
    observed_here({"id": "x", "n": "x"})

    code, out, _ = run("accept", "--only", "/id")
    after = Path("contract.lock").read_text().splitlines()

    assert code == 0
    assert out.startswith("from paceline drift of 2023-11-14 22:13 UTC\nbreaking: type: users/List (200) /id\n")
    assert out.endswith("accepted: 1 finding, written to contract.lock\n")
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        ("        /id: always 1/1; number 1, 1..1", "        /id: always 1/1; string 1, of 1x2d7"),
    ]


def test_accepting_from_elsewhere(run: Run) -> None:
    """A recording, a log, another lock: whatever `diff` reads."""
    run("learn", example_file({"id": 1}))
    other = example_file({"id": "x"})

    assert "accepted: 1 finding" in run("accept", "--from", other)[1]
    assert run("accept", "--from", other)[1].endswith("nothing to accept: contract.lock stays as it is\n")
    assert run("diff", "contract.lock", other)[0] == 0


def test_a_request_that_is_not_in_the_lock(run: Run) -> None:
    """It is not accepted but learnt, and that is said."""
    run("learn", example_file({"id": 1}))
    save_observed(Path(".paceline"), observed([answer({"id": 1}), answer({})]), Meta(0))
    entry = {**item("Other", "http://a.test"), "response": [{"code": 200, "body": "{}"}]}
    source = written(Path("users.postman_collection.json"), entry)

    assert "not in the lock, so to be learnt: users/Other" in run("accept", "--from", source)[1]


@pytest.mark.parametrize(
    ("words", "what", "fix"),
    [
        (["--only", "/idd"], "no finding is about /idd", "did you mean /id?"),
        (["--only", "id"], "'id' is not a place", "/id"),
        (["--request", "users/Lists"], "there is no request 'users/Lists'", "'users/List'"),
        (["--level", "worst"], "invalid choice: 'worst'", "--help"),
        (["--lock", "gone.lock"], "there is no lock gone.lock", "paceline contract learn"),
        (["/id"], "/id is no suite", "--only"),
    ],
)
def test_what_cannot_be_accepted(run: Run, words: list[str], what: str, fix: str) -> None:
    """The nearest is told; nothing is written."""
    run("learn", example_file({"id": 1}))
    before = Path("contract.lock").read_text()
    observed_here({"id": "x"})

    code, _, err = run("accept", *words)

    assert code == 2
    assert what in err
    assert fix in err
    assert Path("contract.lock").read_text() == before


def test_there_was_no_drift_run(run: Run) -> None:
    """The error names both ways out."""
    run("learn", example_file({"id": 1}))

    code, _, err = run("accept")
    assert code == 2
    assert "run `paceline drift` first" in err
    assert "--from SOURCE" in err


@pytest.mark.parametrize("key", ['users/User\'s "own"', "-a/b", "a/$(rm)", KEY])
@pytest.mark.parametrize("pointer", ["", "/data/*/status", "cookie:a b", "/it's", "/a~1b/-x"])
def test_the_command_of_a_finding_means_just_that(key: str, pointer: str) -> None:
    """Whatever is in its names, pasted into a shell."""
    words = shlex.split(accept_command(Finding("risky", "enum", key, 200, pointer, "", ""), suite="my shop/s.yaml"))
    options = parse(words[1:])

    assert words[:4] == ["paceline", "contract", "accept", "my shop/s.yaml"]
    assert (options.collections, options.request, options.only) == (["my shop/s.yaml"], key, [pointer])


# --- diff ---


def test_no_difference(run: Run) -> None:
    """The exit code is 0."""
    source = example_file({"id": 1})
    run("learn", source)

    code, out, _ = run("diff", "contract.lock", source)
    assert code == 0
    assert out.endswith("1 request compared: no difference\n")


@pytest.mark.parametrize(
    ("now", "fail_on", "code"),
    [
        ({"id": "x"}, "breaking", 5),
        ({"id": 1, "new": 1}, "breaking", 0),
        ({"id": 1, "new": 1}, "risky", 0),
        ({"id": 1, "new": 1}, "additive", 5),
    ],
)
def test_a_difference(run: Run, now: Any, fail_on: str, code: int) -> None:
    """It fails at the level that is asked for, or graver."""
    run("learn", example_file({"id": 1}))

    done, out, _ = run("diff", "contract.lock", example_file(now), "--fail-on", fail_on)
    assert done == code
    assert "users/List (200) /" in out
    assert out.endswith(f"1 request compared: 1 {'breaking' if now['id'] == 'x' else 'additive'}\n")


def test_a_difference_as_json(run: Run) -> None:
    """For programs: findings, and the requests that only one side knows."""
    run("learn", example_file({"id": 1}))
    entry = {**item("Other", "http://a.test"), "response": [{"code": 200, "body": "{}"}]}
    written(Path("users.postman_collection.json"), entry)
    run("learn", "users.postman_collection.json", "--lock", "b.lock")

    code, out, _ = run("diff", "contract.lock", "b.lock", "--json")
    assert code == 0
    assert json.loads(out) == {
        "a": "contract.lock",
        "b": "b.lock",
        "compared": 0,
        "findings": [],
        "only_a": ["users/List"],
        "only_b": ["users/Other"],
    }
    finding = json.loads(run("diff", "contract.lock", example_file({"id": "x"}), "--json")[1])["findings"][0]
    assert (finding["level"], finding["kind"], finding["pointer"]) == ("breaking", "type", "/id")


def test_two_are_compared(run: Run) -> None:
    """Neither one nor three."""
    assert "required: B" in run("diff", "contract.lock")[2]
    assert "c is one too many" in run("diff", "a", "b", "c")[2]


@pytest.mark.parametrize("command", ["learn", "accept", "diff"])
def test_help(run: Run, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command tells its exit codes."""
    with pytest.raises(SystemExit) as ended:
        run(command, "--help")

    assert ended.value.code == 0
    assert "exit codes:\n  0  " in capsys.readouterr().out
