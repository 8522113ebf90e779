"""Collections of schema v3 in pytest: pytest inside pytest, as a user starts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.folders import DEFINITION, placed, request
from tests.inner_pytest import started
from tests.servers import Request, Server, answering, response, serving


def answer(request: Request) -> bytes:
    if request.target == "/pay" and b"wrong" in request.body:
        return response(402, body=b"no")
    return response(200, [("Content-Type", "application/json")], b'{"id": 7}')


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(answer)) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Path:
    """A project with one collection, whose requests build on each other, and Python tests beside and in it."""
    test = """scripts: [{type: afterResponse, code: "pm.test('%s', () => pm.response.to.have.status(200));"}]"""
    producer = """scripts: [{type: afterResponse, code: "pm.environment.set('id', pm.response.json().id);"}]"""
    return placed(
        tmp_path,
        {
            "pytest.ini": "[pytest]\n",
            f"apis/shop/{DEFINITION}": f"""
                $kind: collection
                name: The Shop
                variables: {{base: '{server.url}', word: right}}
                """,
            "apis/shop/List.request.yaml": request("{{base}}/list", producer, "order: 1"),
            f"apis/shop/Changes state/{DEFINITION}": "order: 2",
            "apis/shop/Changes state/Pay.request.yaml": request(
                "{{base}}/pay", "body: {type: text, content: '{{word}}'}", test % "paid", "order: 2", method="POST"
            ),
            "apis/shop/Changes state/Ask-why.request.yaml": request("{{base}}/ask", "name: 'Ask/why'", "order: 1"),
            "apis/shop/Get.request.yaml": request("{{base}}/{{id}}", "order: 3"),
            "apis/shop/Call.request.yaml": "$kind: grpc-request\nurl: '{{id}}'\n",
            "apis/shop/test_inside.py": "def test_inside(): pass\n",
            "test_beside.py": "def test_beside(): pass\n",
        },
    )


def told(output: str) -> list[str]:
    """The node ids in the lines of `-v`, or of `--collect-only -q`."""
    return re.findall(r"^(\S[^:\n]*::.*?)(?: (?:PASSED|FAILED|SKIPPED|ERROR).*)?$", output, re.MULTILINE)


def test_every_request_is_a_test_in_its_file(project: Path, server: Server) -> None:
    """In the order of the collection, not in that of the file names; other tests are still collected."""
    code, output = started(project, "-v", "apis")

    assert code == 0, output
    assert told(output) == [
        "apis/shop/List.request.yaml::List",
        "apis/shop/Changes state/Ask-why.request.yaml::Ask/why",
        "apis/shop/Changes state/Pay.request.yaml::Pay",
        "apis/shop/Get.request.yaml::Get",
        "apis/shop/Call.request.yaml::Call",
        "apis/shop/test_inside.py::test_inside",
    ]
    assert "5 passed, 1 skipped" in output
    assert [request.target for request in server.requests] == ["/list", "/ask", "/pay", "/7"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["apis/shop/Get.request.yaml::Get"], id="node id"),
        pytest.param(["apis/shop/Get.request.yaml"], id="file"),
        pytest.param(["-k", "Get"], id="-k"),
    ],
)
def test_a_request_alone_runs_with_what_it_needs(project: Path, server: Server, arguments: list[str]) -> None:
    """However it is selected; the producer of its variable is setup and no test."""
    code, output = started(project, *arguments)

    assert (code, "1 passed" in output) == (0, True), output
    assert [request.target for request in server.requests] == ["/list", "/7"]


def test_folders_are_paths_and_marks(project: Path, server: Server) -> None:
    """A folder of the collection can be named like any folder, and selected by its mark."""
    for arguments in (["apis/shop/Changes state"], ["-m", "changes_state", "--strict-markers"]):
        server.requests.clear()
        code, output = started(project, *arguments)

        assert (code, "2 passed" in output) == (0, True), output
        assert [request.target for request in server.requests] == ["/ask", "/pay"]


def test_a_request_of_another_protocol_is_skipped_with_its_reason(project: Path, server: Server) -> None:
    """Nothing is run for it either, though it uses a variable that another one sets."""
    code, output = started(project, "apis/shop/Call.request.yaml", "-rs")

    assert code == 0
    assert "gRPC requests are not supported" in output
    assert server.requests == []


def test_a_failure_shows_the_exchange(project: Path) -> None:
    """As for a collection that is one file; with `-q` a request has a line."""
    code, output = started(project, "-q", "--env-var", "word=wrong", "-k", "Pay or List")

    assert code == 1
    assert ". apis/shop/List  GET 200" in output
    assert "F apis/shop/Changes state/Pay  POST 402" in output
    assert "402 Fine" in output
    assert "curl" in output


def test_what_failed_runs_again(project: Path, server: Server) -> None:
    """`--lf` knows requests by their node ids; `--ff` runs the failed one first."""
    assert started(project, "--env-var", "word=wrong", cache=True)[0] == 1
    server.requests.clear()

    code, output = started(project, "--lf", cache=True)

    assert (code, "1 passed" in output) == (0, True), output
    assert [request.target for request in server.requests] == ["/pay"]


def test_rows_of_data_come_one_after_the_other(project: Path, server: Server) -> None:
    """All requests with the first row, then all with the second, as in a run, although pytest takes file by file."""
    (project / "rows.csv").write_text("word\none\ntwo\n")

    code, output = started(project, "-v", "apis", "--iteration-data", "rows.csv", "-k", "Pay or List or Get")

    assert code == 0, output
    paths = [f"apis/shop/{name}.request.yaml::" for name in ("List", "Changes state/Pay", "Get")]
    assert told(output) == [f"{path}{Path(path).name.partition('.')[0]}[{row}]" for row in (1, 2) for path in paths]
    assert [request.body for request in server.requests if request.target == "/pay"] == [b"one", b"two"]
    (alone,) = told(started(project, "-v", f"{paths[1]}Pay[2]", "--iteration-data", "rows.csv")[1])
    assert alone.endswith("Pay[2]")


def test_workers_share_no_session(project: Path, server: Server) -> None:
    """With pytest-xdist a collection stays in one worker; its requests run once each, in their order."""
    other = "apis/other"
    placed(project, {f"{other}/{n}.request.yaml": request(f"{server.url}/other/{n}") for n in range(4)})
    code, output = started(project, "-n", "2", "-v")

    assert code == 0, output
    workers: dict[str, set[str]] = {}
    for worker, file in re.findall(r"\[(gw\d)\].*? (apis/(?:shop|other))/[^:\n]*request", output):
        workers.setdefault(file, set()).add(worker)
    assert {file: len(used) for file, used in workers.items()} == {"apis/shop": 1, "apis/other": 1}
    mine = [request.target for request in server.requests if "other" not in request.target]
    assert mine == ["/list", "/ask", "/pay", "/7"]


@pytest.mark.parametrize("named", ["apis", "paceline.yaml"])
def test_a_suite_lists_folders(project: Path, server: Server, named: str) -> None:
    """What it says counts for them: setup, environment, mutations; whether they are found or the suite is named."""
    placed(
        project,
        {
            "apis/auth/sub/Login.request.yaml": request("{{base}}/login"),
            "local.environment.yaml": f"values: [{{key: base, value: '{server.url}'}}]",
            "paceline.yaml": """
                collections: [apis/auth, apis/shop]
                environment: local.environment.yaml
                setup: [auth/Login]
                mutations: [shop/Pay]
                """,
        },
    )

    code, output = started(project, named, "-v", "--allow-mutations", "--strict-markers")
    assert code == 0, output
    assert "apis/auth/sub/Login.request.yaml::Login" in told(output)
    (one,) = told(started(project, named, "-m", "mutating", "--collect-only", "-q")[1])
    assert one == "apis/shop/Changes state/Pay.request.yaml::Pay"
    server.requests.clear()
    assert started(project, "apis/shop/List.request.yaml")[0] == 0
    assert [request.target for request in server.requests] == ["/login", "/list"]


def test_recordings_answer_for_folders(project: Path, server: Server) -> None:
    """They lie under the name of the folder."""
    recording = ["apis/shop", "--record", "once", "--cassettes", "tapes"]
    assert started(project, *recording)[0] == 0
    sent = len(server.requests)

    code, output = started(project, "apis/shop", "--replay", "--cassettes", "tapes")

    assert code == 0, output
    assert (project / "tapes" / "shop" / "get.yaml").exists()
    assert len(server.requests) == sent


def test_the_collection_may_be_the_whole_project(project: Path) -> None:
    """Then pytest is started in it."""
    code, output = started(project / "apis" / "shop", "-v", "--rootdir", ".", "-c", "/dev/null")

    assert code == 0, output
    assert "List.request.yaml::List" in told(output)


def test_several_collections_may_lie_in_one_folder(project: Path, server: Server) -> None:
    """Each is a collection of its own, with its own variables, as Postman lays out a workspace."""
    placed(
        project,
        {
            f"apis/second/{DEFINITION}": f"variables: {{base: '{server.url}/second'}}",
            "apis/second/List.request.yaml": request("{{base}}/list"),
        },
    )

    code, output = started(project, "apis", "-k", "List")

    assert (code, "2 passed" in output) == (0, True), output
    assert sorted(request.target for request in server.requests) == ["/list", "/second/list"]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("apis/shop/Bad.request.yaml", "url: {{base}}", "in single quotes"),
        ("apis/shop/list.request.yml", "$kind: http-request", "go by one name"),
        (f"apis/shop/{DEFINITION.removesuffix('aml')}ml", "$kind: collection", "two definitions"),
    ],
)
def test_a_mistake_is_told_once_and_without_traceback(project: Path, file: str, text: str, said: str) -> None:
    """As an error of collection, with file and remedy; other tests are told of as ever."""
    placed(project, {file: text})

    code, output = started(project)

    assert code == 2
    assert said in output
    assert "Traceback" not in output
    assert output.count("ERROR collecting") == 1
