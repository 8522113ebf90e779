"""Collections of schema v3 wherever a collection is named: run, suite, contracts, cassettes, drift, reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import paceline
from paceline.cli import main
from tests.building import Json, folder, item, written
from tests.folders import DEFINITION, placed, request
from tests.servers import Request, Server, answering, response, serving

JSON = [("Content-Type", "application/json")]
SCHEMA = '{"$id": "https://schemas.test/order.schema.json", "type": "%s"}'
CONTRACTS = """
requests:
  shop/Get:
    request: GET /orders/7
    status: 200
    content_type: application/json
    privileged: false
    schema: order
    evidence: strong
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(lambda _: response(200, JSON, b'{"id": 7}'))) as running:
        yield running


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def on_the_wire(request: Request) -> tuple[str, list[tuple[str, str]], bytes]:
    """A request, save for what is drawn by chance in each run."""
    boundary = re.search(rb"boundary=(\S+)", request.head)
    chance = boundary[1] if boundary else b"\0"
    headers = [
        (name, value.replace(chance.decode(), "B")) for name, value in request.headers if name != "Postman-Token"
    ]
    return request.line, headers, request.body.replace(chance, b"B")


def both_forms(url: str) -> tuple[list[Json], dict[str, Any], dict[str, str]]:
    """One collection twice: items and members of v2.1, and the files of v3."""
    before, test = (
        "pm.request.headers.add({key: 'X-By', value: '%s'});",
        "pm.environment.set('last', pm.info.requestName);",
    )
    items = [
        item(
            "Query",
            {
                "raw": f"{url}/q/:id?x=1&y=a%20b",
                "protocol": "http",
                "host": [url.removeprefix("http://")],
                "path": ["q", ":id"],
                "query": [
                    {"key": "x", "value": "1"},
                    {"key": "y", "value": "a b&c"},
                    {"key": "off", "value": "1", "disabled": True},
                    {"key": "flag", "value": None},
                ],
                "variable": [{"key": "id", "value": "{{id}}"}],
            },
            header=[{"key": "X-Date", "value": "2024-01-01"}, {"key": "X-No", "value": "no"}],
            test=test,
        ),
        folder(
            "Bodies",
            item("Json", f"{url}/json", method="POST", body=raw('{"a": "{{id}}"}', "json"), prerequest=before % "item"),
            item("Text", f"{url}/text", method="PUT", body=raw("after {{last}}", "text")),
            item("Fields", f"{url}/fields", method="POST", body=fields(a="1 2", b="ü")),
            item("Parts", f"{url}/parts", method="POST", body=parts()),
            item("File", f"{url}/file", method="POST", body={"mode": "file", "file": {"src": "note.txt"}}),
            folder("Deep", item("Open", f"{url}/open", auth={"type": "noauth"})),
            prerequest=before % "folder",
            auth={
                "type": "basic",
                "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{id}}"}],
            },
        ),
        item("Quiet", f"{url}/quiet", behavior={"disabledSystemHeaders": {"accept": True, "user-agent": True}}),
    ]
    members = {
        "variable": {"id": "007"},
        "prerequest": before % "collection",
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "t-{{id}}"}]},
    }
    script = "{type: '%sbeforeRequest', code: \"" + before + '"}'
    files = {
        DEFINITION: f"""
            $kind: collection
            name: C
            variables: {{id: 007}}
            auth: {{type: bearer, credentials: {{token: 't-{{{{id}}}}'}}}}
            scripts: [{script % ("http:", "collection")}]
            """,
        "Query.request.yaml": request(
            f"{url}/q/:id?x=1",
            "queryParams:",
            "  - {key: y, value: 'a b&c'}",
            "  - {key: off, value: 1, disabled: true}",
            "  - {key: flag}",
            "pathVariables: {id: '{{id}}'}",
            "headers: {X-Date: 2024-01-01, X-No: no}",
            f'scripts: [{{type: afterResponse, code: "{test}"}}]',
            "order: 1",
        ),
        f"Bodies/{DEFINITION}": f"""
            order: 2
            auth: {{type: basic, credentials: [{{key: username, value: u}}, {{key: password, value: '{{{{id}}}}'}}]}}
            scripts: [{script % ("http:", "folder")}]
            """,
        "Bodies/Json.request.yaml": request(
            f"{url}/json",
            "body:",
            "  type: json",
            '  content: \'{"a": "{{id}}"}\'',
            f"scripts: [{script % ('', 'item')}]",
            "order: 1",
            method="POST",
        ),
        "Bodies/Text.request.yaml": request(
            f"{url}/text", "body: {type: text, content: 'after {{last}}'}", "order: 2", method="PUT"
        ),
        "Bodies/Fields.request.yaml": request(
            f"{url}/fields", "body: {type: urlencoded, content: {a: 1 2, b: ü}}", "order: 3", method="POST"
        ),
        "Bodies/Parts.request.yaml": request(
            f"{url}/parts",
            "body:",
            "  type: formdata",
            "  content:",
            "    - {key: file, type: file, src: note.txt}",
            "    - {key: text, type: text, value: '{{id}}', contentType: text/csv}",
            "order: 4",
            method="POST",
        ),
        "Bodies/File.request.yaml": request(
            f"{url}/file", "body: {type: file, content: {src: note.txt}}", "order: 5", method="POST"
        ),
        "Bodies/Deep/Open.request.yaml": request(f"{url}/open", "auth: {type: noauth}"),
        "Quiet.request.yaml": request(f"{url}/quiet", "settings: {disabledSystemHeaders: [accept, user-agent]}"),
    }
    return items, members, files


def raw(text: str, language: str) -> Json:
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": language}}}


def fields(**values: str) -> Json:
    return {"mode": "urlencoded", "urlencoded": [{"key": key, "value": value} for key, value in values.items()]}


def parts() -> Json:
    text = {"key": "text", "type": "text", "value": "{{id}}", "contentType": "text/csv"}
    return {"mode": "formdata", "formdata": [{"key": "file", "type": "file", "src": "note.txt"}, text]}


def test_both_forms_of_a_collection_send_the_same_bytes(tmp_path: Path, server: Server) -> None:
    """Addresses, headers, bodies, auth, scripts, variables and order: nothing tells them apart on the wire."""
    (tmp_path / "note.txt").write_text("noted")
    items, members, files = both_forms(server.url)
    old = paceline.run(written(tmp_path / "c.json", *items, **members))
    before = list(map(on_the_wire, server.requests))
    server.requests.clear()

    new = paceline.run(placed(tmp_path / "c", files))

    assert (old.ok, new.ok) == (True, True)
    assert len(before) == 8
    assert list(map(on_the_wire, server.requests)) == before


def test_files_to_upload_lie_beside_the_request_or_in_the_collection(tmp_path: Path, server: Server) -> None:
    """Beside it first; the working directory comes last, as ever."""
    files = {
        "Sub/A.request.yaml": request(server.url, "body: {type: file, content: {src: ./a.txt}}", method="POST"),
        "Sub/B.request.yaml": request(server.url, "body: {type: file, content: {src: ./b.txt}}", method="POST"),
        "Sub/a.txt": "beside",
        "a.txt": "above",
        "b.txt": "in the collection",
        DEFINITION: "$kind: collection",
    }

    assert paceline.run(placed(tmp_path / "shop", files)).ok
    assert [request.body for request in server.requests] == [b"beside", b"in the collection"]


def test_a_request_of_another_protocol_is_skipped_with_its_reason(tmp_path: Path, server: Server, capsys: Any) -> None:
    """Nothing of it is looked at or sent, and the run goes on."""
    files = {
        "Call.request.yaml": "$kind: grpc-request\nurl: '{{nowhere}}'\norder: 1\n",
        "Get.request.yaml": request(server.url),
    }

    assert main(["run", str(placed(tmp_path / "shop", files))]) == 0
    assert "skipped: gRPC requests are not supported" in capsys.readouterr().out
    assert len(server.requests) == 1


def test_nothing_but_requests_of_other_protocols_is_an_empty_run(tmp_path: Path) -> None:
    """So it is not green by accident."""
    files = {"Call.request.yaml": "$kind: websocket-request\nurl: ws://localhost\n"}

    assert main(["run", str(placed(tmp_path / "shop", files))]) == 6


def test_a_graphql_request_is_sent(tmp_path: Path, server: Server) -> None:
    """As JSON, by POST."""
    files = {"Me.request.yaml": f"$kind: graphql-request\nurl: {server.url}/graphql\nquery: '{{ me }}'\n"}

    assert paceline.run(placed(tmp_path / "shop", files)).ok
    assert (server.requests[0].line.split()[0], server.requests[0].body) == ("POST", b'{"query":"{ me }"}')


@pytest.fixture
def shop(tmp_path: Path, server: Server) -> Path:
    """A suite of a folder, with contracts and an environment in YAML."""
    placed(
        tmp_path,
        {
            f"apis/shop/{DEFINITION}": "$kind: collection\nname: The Shop\n",
            "apis/shop/Orders/List.request.yaml": request(
                "{{base}}/orders", "scripts: [{type: afterResponse, code: \"pm.environment.set('id', 7)\"}]", "order: 1"
            ),
            "apis/shop/Orders/Get.request.yaml": request("{{base}}/orders/{{id}}", "order: 2"),
            ".resources/unrelated": "",
            "local.environment.yaml": f"name: local\nvalues:\n  - {{key: base, value: '{server.url}'}}\n",
            "schemas/order.schema.json": SCHEMA % "object",
            "schemas/contracts.yaml": CONTRACTS,
            "paceline.yaml": """
                collections: [apis/shop]
                environment: local.environment.yaml
                contracts: schemas/contracts.yaml
                cassettes: tapes
                mutations: [shop/Get]
                """,
        },
    )
    return tmp_path


def test_a_suite_lists_folders_among_its_collections(shop: Path, server: Server) -> None:
    """Its keys, contracts and cassettes name the folder, as they name the file of v2.1 by its stem."""
    assert main(["run", "--record", "once", "--allow-mutations"]) == 0
    assert (shop / "tapes/shop").is_dir()
    sent = len(server.requests)

    assert main(["run", "--replay"]) == 0
    assert len(server.requests) == sent == 2


def test_a_contract_is_held_by_the_key_of_the_folder(shop: Path) -> None:
    """A broken one ends with exit code 5, in a run of the folder by itself as well."""
    (shop / "schemas" / "order.schema.json").write_text(SCHEMA % "array")
    environment = ["-e", "local.environment.yaml", "--contracts", "schemas/contracts.yaml"]

    assert main(["run", "--allow-mutations"]) == 5
    assert main(["run", "apis/shop", *environment, "--allow-mutations"]) == 5


def test_lint_and_graph_read_folders(shop: Path, capsys: Any) -> None:
    """A finding names the YAML file and the place in it."""
    (shop / "apis/shop/Orders/Get.request.yaml").write_text(request("{{base}}/{{id}}", "headers: {X: '{{nope}}'}"))

    assert main(["lint", "apis/shop", "-e", "local.environment.yaml"]) == 1
    assert "Orders/Get.request.yaml#/headers/X" in capsys.readouterr().out
    assert main(["graph", "--request", "shop/Get"]) == 0
    assert "shop/List" in capsys.readouterr().out


def test_examples_of_a_folder_are_evidence(shop: Path, capsys: Any) -> None:
    """`paceline contract learn` learns from them as from the examples of a v2.1 file."""
    example = "$kind: http-example\nresponse: {statusCode: 200, body: {type: json, content: '{\"id\": 7}'}}\n"
    placed(shop, {"apis/shop/Orders/.resources/Get.resources/examples/OK.example.yaml": example})

    assert main(["contract", "learn", "apis/shop"]) == 0
    assert "shop/Get" in (shop / "contract.lock").read_text()
    capsys.readouterr()


def test_a_query_is_found_in_a_folder(tmp_path: Path) -> None:
    """`paceline contract validate` looks for the query of a GraphQL request in the folder of the collection."""
    query = "{ friends: tagBrowseCategory(categorySlug: FRIENDS) { displayName } }"
    name = "TagBrowseCategoryDisplayNames"
    placed(tmp_path, {f"all/graphql/{name}.request.yaml": f"$kind: graphql-request\nurl: http://h\nquery: '{query}'\n"})
    contracts = str(Path(__file__).parents[1] / "schemas" / "contracts.yaml")

    def validated(alias: str) -> int:
        (tmp_path / "body.json").write_text(json.dumps({"data": {alias: {"displayName": "Friends"}}}))
        options = ["--body", "body.json", "--contracts", contracts, "--collections", "all"]
        return main(["contract", "validate", f"graphql/{name}", *options])

    assert (validated("friends"), validated("other")) == (0, 5)


def test_annotations_name_the_line_of_the_script(
    tmp_path: Path, server: Server, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In GitHub Actions a failure is shown at its line of the YAML file."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    script = "scripts:\n  - type: afterResponse\n    code: |-\n      let one = 1;\n      pm.expect(one).to.equal(2);"
    placed(tmp_path, {"shop/A.request.yaml": request(server.url, script)})

    main(["run", "shop", "-r", "github"])

    assert "file=shop/A.request.yaml,line=8" in capsys.readouterr().out


def test_a_mistake_in_a_folder_ends_with_exit_code_2(tmp_path: Path, capsys: Any) -> None:
    """What, where and how to fix it; no traceback, nothing sent."""
    placed(tmp_path, {"shop/A.request.yaml": "$kind: http-request\nurl: {{base}}/x\n"})

    assert main(["run", "shop"]) == 2
    shown = capsys.readouterr().err
    assert "shop/A.request.yaml" in shown
    assert "in single quotes" in shown
    assert "Traceback" not in shown
