"""What a command line may name as evidence, and what is said when it names nothing of the kind."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.building import folder, item, written
from tests.drift.observing import KEY, answer, learnt
from tests.servers import answering, response, serving

import paceline
from paceline.drift.facts import Lock
from paceline.drift.learning import learn
from paceline.drift.lock import write_lock
from paceline.errors import FileError, FormatError, PacelineError, UsageError
from paceline.evidence.git import file_at
from paceline.evidence.sources import answers_only, read_source
from paceline.recording import Cassettes
from paceline.report.event_log import JsonlReport
from paceline.report.masking import Mask

JSON = [("Content-Type", "application/json")]
LOCK = Path("contract.lock")


def git(where: Path, *arguments: str) -> str:
    """What git says."""
    own = ["-c", "user.email=a@example.org", "-c", "user.name=A", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(where), *own, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def _recorded(here: Path) -> None:
    """A run that was recorded in `tapes` and logged in `run.jsonl`."""
    path = written(here / "users.postman_collection.json", item("List", "{{url}}/list"), item("Me", "{{url}}/me"))
    log = JsonlReport(here / "run.jsonl", Mask())
    with serving(answering(lambda _: response(200, JSON, b'{"id": 1}'))) as server:
        for event in paceline.stream(
            path, environment={"url": server.url}, cassettes=Cassettes(here / "tapes", "once")
        ):
            log.handle(event)


@pytest.mark.usefixtures("_recorded")
def test_a_folder_of_cassettes() -> None:
    """That of a suite, or that of one of its collections."""
    whole, one = read_source("tapes", LOCK), read_source("tapes/users", LOCK)

    assert whole.kind == one.kind == "cassettes"
    assert whole.told.startswith("2 cassettes in tapes, recorded ")
    assert sorted(each.key for each in whole.observations) == ["users/List", "users/Me"]
    assert whole.observations == one.observations


@pytest.mark.usefixtures("_recorded")
def test_an_event_log(here: Path) -> None:
    """By what stands in it, whatever it is called; it tells the same as the cassettes of the run."""
    (here / "run.jsonl").rename(here / "log.txt")
    source = read_source("log.txt", LOCK)

    assert source.kind == "log"
    assert source.told.endswith(" in log.txt, with 2 answers")
    assert source.learnt() == read_source("tapes", LOCK).learnt() != Lock()


def test_a_log_of_a_run_that_failed(here: Path) -> None:
    """Its answers are told, and that checks failed for them."""
    path = written(here / "c.json", item("List", "{{url}}", test="pm.test('no', () => pm.expect(1).to.eql(2));"))
    log = JsonlReport(here / "run.jsonl", Mask())
    with serving(answering(lambda _: response(200, JSON, b"{}"))) as server:
        for event in paceline.stream(path, environment={"url": server.url}):
            log.handle(event)

    assert read_source("run.jsonl", LOCK).notes == (
        "checks failed for c/List: look twice at what was learnt from their answers",
    )


def test_a_log_without_an_end(here: Path) -> None:
    """What was answered before the run was killed still counts."""
    path = written(here / "c.json", item("List", "http://127.0.0.1:1"))
    log = JsonlReport(here / "run.jsonl", Mask())
    for event in paceline.stream(path):
        log.handle(event)
    first, second = (here / "run.jsonl").read_text().splitlines(keepends=True)[:2]
    (here / "run.jsonl").write_text(first + second + '{"event": "It')

    assert read_source("run.jsonl", LOCK).observations == ()


def example(code: Any, body: Any, **more: Any) -> dict[str, Any]:
    """A saved example of a collection."""
    return {"name": "x", "code": code, "body": body, **more}


def test_saved_examples(here: Path) -> None:
    """Of all folders; what is no whole answer is left out, and that is said."""
    header = [{"key": "Content-Type", "value": "application/json"}, {"key": "X-Old", "value": "1", "disabled": True}]
    examples = [
        example(200, '{"id": 1}', header=header),
        example(404, '{"error": "no"}', _postman_previewlanguage="json"),
        example(204, None),
        example(200, '{"id": 1, ...}', _postman_previewlanguage="json"),
        example(None, "{}"),
        None,
    ]
    children = folder("inner", {**item("List", "{{url}}"), "response": examples}), item("Me", "{{url}}")
    source = read_source(written(here / "users.postman_collection.json", *children), LOCK)

    assert [(each.key, each.status, each.body) for each in source.observations] == [
        (KEY, 200, b'{"id": 1}'),
        (KEY, 404, b'{"error": "no"}'),
        (KEY, 204, b""),
    ]
    assert [each.headers for each in source.observations[:2]] == [(("Content-Type", "application/json"),)] * 2
    assert source.notes == ("left out 3 examples without status, or not the JSON they should be",)
    assert source.observations[0].subject == ""


def test_examples_of_the_old_format(here: Path) -> None:
    """Schema v2.0 has headers as one text."""
    entry = {**item("List", "http://a.test"), "response": [example(200, "{}", header="Content-Type: application/json")]}
    data = {"info": {"name": "C", "schema": paceline_schema("v2.0.0")}, "item": [entry]}
    (here / "old.json").write_text(json.dumps(data))

    assert read_source("old.json", LOCK).observations[0].headers == (("Content-Type", "application/json"),)


def paceline_schema(version: str) -> str:
    return f"https://schema.getpostman.com/json/collection/{version}/collection.json"


def test_a_lock_and_its_revisions(here: Path) -> None:
    """A revision alone means the lock of the suite; a path after a colon counts from here."""
    first, second, other = (learnt({"id": each}) for each in (1, "x", None))
    git(here, "init", "-q")
    for lock in (first, second):
        write_lock(here / "contract.lock", lock)
        write_lock(here / "locks" / "other.lock", other)
        git(here, "add", "-A")
        git(here, "commit", "-qm", "x")
    write_lock(here / "contract.lock", Lock())

    assert read_source("contract.lock", LOCK).lock == Lock()
    assert read_source("HEAD", LOCK).lock == second
    assert read_source("HEAD~1", LOCK).lock == read_source(git(here, "rev-parse", "HEAD~1"), LOCK).lock == first
    assert (
        read_source("HEAD:locks/other.lock", LOCK).lock == read_source("HEAD", Path("locks/other.lock")).lock == other
    )
    assert read_source("HEAD~1", LOCK).told == "contract.lock at HEAD~1"
    assert file_at("HEAD", here / "gone" / ".." / "contract.lock")


def test_what_git_does_not_know(here: Path) -> None:
    """No repository, no such revision, no such file then, and no lock: each has its own words."""
    with pytest.raises(UsageError, match="is in no git repository"):
        read_source("HEAD~3", LOCK)
    git(here, "init", "-q")
    (here / "notes.txt").write_text("- 1\n")
    git(here, "add", "-A")
    git(here, "commit", "-qm", "x")
    with pytest.raises(UsageError, match="knows no revision 'HEAD~3'") as caught:
        read_source("HEAD~3", LOCK)
    assert "shallow" in caught.value.fix
    with pytest.raises(FileError, match="no such file then"):
        read_source("HEAD", LOCK)
    with pytest.raises(FormatError) as damaged:
        read_source("HEAD:notes.txt", LOCK)
    assert str(damaged.value.where) == "HEAD:notes.txt"


def test_without_git(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision cannot be read; files can."""
    write_lock(here / "contract.lock", Lock())
    monkeypatch.setenv("PATH", str(here))

    assert read_source("contract.lock", LOCK).lock == Lock()
    with pytest.raises(UsageError, match="there is no git here"):
        read_source("HEAD~1", LOCK)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("nothing", None, "there is no file and no git revision 'nothing'"),
        ("empty.json", b"", "empty"),
        ("e.json", b'{"values": []}', "this is an environment"),
        ("c.json", b'{"info": {"name": "C"}, "item": []}', "no saved examples"),
        ("x.lock", b"version: 7\n", "only 1 can be read"),
        ("x.lock", b"version: 1\n<<<<<<< HEAD\nrequests: {}\n=======\n", "merge conflict in it, in line 2"),
        ("x.yaml", b"version: 1\ninteractions: []\n", "this is a single cassette"),
        ("x.bin", b"\xff\xfe\x00", "this is not YAML"),
    ],
)
def test_what_is_no_evidence(here: Path, name: str, content: bytes | None, what: str) -> None:
    """The error tells what it is instead, or what there could have been."""
    if content is not None:
        (here / name).write_bytes(content)

    with pytest.raises(PacelineError, match=what) as caught:
        read_source(name, LOCK)
    assert caught.value.fix


def test_a_folder_without_cassettes(here: Path) -> None:
    """The error says how to record some."""
    (here / "tapes").mkdir()

    with pytest.raises(FileError, match="no cassettes") as caught:
        read_source("tapes", LOCK)
    assert "--record once --cassettes tapes" in caught.value.fix


def test_a_lock_is_no_source_to_learn_from(here: Path) -> None:
    """It has counts, which cannot be told apart from those that are known already."""
    write_lock(here / "x.lock", learn(Lock(), [answer({})]))

    with pytest.raises(UsageError, match="not answers"):
        answers_only(read_source("x.lock", LOCK))
