"""Around the requests of a v3 collection: scripts, examples, environments; and the places of it all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.folders import DEFINITION, loaded, placed, request

from paceline.engine.selection import select
from paceline.errors import Location
from paceline.evidence.saved import examples_of
from paceline.formats.variables import load_environment, load_globals
from paceline.model.collection import Auth, Script
from paceline.model.variables import Variable

# --- Scripts ---

SCRIPTS = """
scripts:
  - type: {before}
    language: text/javascript
    code: |-
      one();
      two();
  - type: {after}
    code: three();
"""


@pytest.mark.parametrize("prefix", ["", "http:"])
def test_scripts_run_as_in_v2(tmp_path: Path, prefix: str) -> None:
    """Those of the collection first, then the folder's, then the request's; types may name the protocol."""
    scripts = SCRIPTS.format(before=f"{prefix}beforeRequest", after=f"{prefix}afterResponse")
    files = {
        DEFINITION: scripts.replace("one", "collection"),
        f"Sub/{DEFINITION}": scripts.replace("one", "folder"),
        "Sub/A.request.yaml": request("u", scripts.replace("one", "request")),
    }
    (step,) = select(loaded(tmp_path, files))

    expected = [f"{owner}();\ntwo();" for owner in ("collection", "folder", "request")]
    assert [script.source for script in step.prerequests] == expected
    assert [script.source for script in step.tests] == ["three();"] * 3


def test_scripts_run_at_requests_of_their_protocol_only(tmp_path: Path) -> None:
    """Where a collection has both kinds, each has its own scripts, in the order of their owners."""
    both = "- {type: %sbefore%s, code: %s}\n"
    files = {
        DEFINITION: "scripts:\n" + both % ("http:", "Request", "c-http") + both % ("graphql:", "Query", "c-graphql"),
        f"Sub/{DEFINITION}": "scripts:\n" + both % ("http:", "Request", "f-http") + both % ("", "Request", "f-all"),
        "Sub/A.request.yaml": request("u", "scripts: [{type: beforeRequest, code: own}]"),
        "Sub/B.request.yaml": "$kind: graphql-request\nurl: u\nscripts: [{type: beforeQuery, code: own}]",
    }
    http, graphql = select(loaded(tmp_path, files))

    assert [script.source for script in http.prerequests] == ["c-http", "f-http", "f-all", "own"]
    assert [script.source for script in graphql.prerequests] == ["c-graphql", "f-all", "own"]
    assert graphql.prerequests[1].at == Location(str(tmp_path / "shop" / "Sub" / DEFINITION), "/scripts/1/code")


def test_scripts_of_other_protocols_have_nothing_to_run_at(tmp_path: Path) -> None:
    """A definition may have scripts for gRPC beside those for HTTP."""
    scripts = "scripts:\n- {type: 'grpc:beforeInvoke', code: x}\n- {type: 'http:beforeRequest', code: y}\n"
    (step,) = select(loaded(tmp_path, {DEFINITION: scripts, "A.request.yaml": request("u")}))

    assert step.prerequests == (
        Script("prerequest", "y", at=Location(str(tmp_path / "shop" / DEFINITION), "/scripts/1/code")),
    )


# --- Examples, environments ---


def test_examples_are_saved_responses(tmp_path: Path) -> None:
    """In their order, with what was asked; drift learns from them as from those of v2.1."""
    files = {
        "Get.request.yaml": request("{{base}}/get", "examples: './.resources/Get.resources/examples/'"),
        ".resources/Get.resources/examples/404.example.yaml": """
            $kind: http-example
            order: 2
            response: {statusCode: 404, statusText: Not Found, body: {type: text, content: ''}}
            """,
        ".resources/Get.resources/examples/OK.example.yml": """
            $kind: http-example
            request: {method: GET, url: '{{base}}/get'}
            response:
              statusCode: 200
              headers: {Content-Type: application/json}
              body: {type: json, content: '{"id": 7}'}
            order: 1
            """,
    }
    collection = loaded(tmp_path, files)
    observations, left_out = examples_of(collection)

    assert [(each.key, each.status, each.body) for each in observations] == [
        ("shop/Get", 200, b'{"id": 7}'),
        ("shop/Get", 404, b""),
    ]
    assert left_out == 0
    (_, item), *_ = collection.items()
    assert item.source["response"][0]["originalRequest"] == {"method": "GET", "url": "{{base}}/get"}


def test_environments_are_yaml_too(tmp_path: Path) -> None:
    """Values are texts, secrets stay secret, and the name may be that of the file."""
    text = """
        values:
          - {key: base, value: 'http://h', enabled: true, type: default}
          - {key: token, value: 0123, type: secret}
          - {key: pin, value: on, secret: true}
          - {key: off, value: x, enabled: false}
          - {key: later, value: }
        """
    path = placed(tmp_path, {"Local.environment.yaml": text}) / "Local.environment.yaml"
    environment = load_environment(path)

    at = Location(str(path))
    assert environment.name == "Local"
    assert environment.variables == (
        Variable("base", "http://h", "default", at=at.child("values", 0)),
        Variable("token", "0123", "secret", at=at.child("values", 1)),
        Variable("pin", "on", "secret", at=at.child("values", 2)),
        Variable("off", "x", enabled=False, at=at.child("values", 3)),
        Variable("later", "", at=at.child("values", 4)),
    )


def test_globals_are_yaml_too(tmp_path: Path) -> None:
    """They have the same form."""
    placed(tmp_path, {"w.globals.yaml": "name: G\nvalues: [{key: a, value: 1}]"})

    assert [(each.key, each.value) for each in load_globals(tmp_path / "w.globals.yaml").variables] == [("a", "1")]


# --- Places ---


def test_places_are_those_in_the_files(tmp_path: Path) -> None:
    """File and JSON Pointer as they were written, so that whoever is told of them finds them."""
    files = {
        DEFINITION: "variables: {a: 1}\nauth: [{type: bearer, credentials: {token: t}}]\n",
        "Sub/A.request.yaml": """
            $kind: http-request
            url: 'h/:id?x=1'
            headers: {Accept: a}
            queryParams: [{key: y, value: 1}]
            pathVariables: {id: 1}
            auth: {type: basic, credentials: {username: u}}
            body: {type: urlencoded, content: [{key: a, value: b}]}
            scripts: [{type: afterResponse, code: x}]
            """,
        f"Sub/{DEFINITION}": "order: 1",
    }
    collection = loaded(tmp_path, files)
    (step,) = select(collection)
    (folder,) = step.folders
    request_, body = step.item.request, step.item.request.body

    root = tmp_path / "shop"
    assert body is not None
    assert collection.auth == Auth("bearer", (("token", "t"),), Location(str(root / DEFINITION), "/auth/0"))
    assert collection.variables[0].at == Location(str(root / DEFINITION), "/variables/a")
    assert folder.at == Location(str(root / "Sub" / DEFINITION))
    assert {step.item.at.file, request_.at.file} == {str(root / "Sub" / "A.request.yaml")}
    params = (*request_.headers, *request_.url.query, *request_.url.variables, *body.params)
    places = [*(each.at for each in params), *(script.at for script in step.tests)]
    assert [at.pointer for at in places] == [
        "/headers/Accept",
        "/url",
        "/queryParams/0",
        "/pathVariables/id",
        "/body/content/0",
        "/scripts/0/code",
    ]
    assert request_.auth is not None
    owners = [step.item.at, request_.at, request_.url.at, request_.auth.at, body.at]
    assert [at.pointer for at in owners] == ["", "", "/url", "/auth", "/body"]
