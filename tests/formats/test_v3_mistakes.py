"""What is said of a v3 collection that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.folders import DEFINITION, loaded, only, placed, request

from paceline.errors import FormatError, Location, PacelineError
from paceline.formats.collection import load_collection
from paceline.formats.suite import is_suite_file
from paceline.formats.variables import load_environment

# --- What is wrong ---


@pytest.mark.parametrize(
    ("lines", "what", "pointer", "fix"),
    [
        pytest.param("url: {{base}}/x", "not YAML: line 2", "", "in single quotes", id="template without quotes"),
        pytest.param(
            "headers:\n  X: {{a}}", "line 3 is no text", "/headers/X", "in single quotes", id="template as map"
        ),
        pytest.param("url: [", "not YAML", "", "single quotes", id="broken"),
        pytest.param("url: a\nurl: b", "stands here twice", "/url", "remove one", id="key twice"),
        pytest.param("url: {raw: x}", "`url` must be a text", "/url", "quotes", id="address of v2.1"),
        pytest.param("event: []", "no member `event`", "/event", "`scripts`", id="name of v2.1"),
        pytest.param("querryParams: []", "no member", "/querryParams", "`queryParams`", id="slip of the pen"),
        pytest.param("order: soon", "must be a number", "/order", "order: 1000", id="order"),
        pytest.param("headers: text", "must be a list", "/headers", "key: value", id="headers"),
        pytest.param("headers: [text]", "a header must be", "/headers/0", "- key", id="a header"),
        pytest.param("headers: {A: [1]}", "the value of a header", "/headers/A", "quotes", id="its value"),
        pytest.param("headers: [{key: A, disabled: yes}]", "true or false", "/headers/0/disabled", "true", id="switch"),
        pytest.param("body: text", "the body must be", "/body", "type: json", id="body"),
        pytest.param("body: {mode: raw}", "the body has no type", "/body/mode", "type: json", id="body of v2.1"),
        pytest.param("body: {type: jsn}", "no type of a body", "/body/type", "`json`", id="type of a body"),
        pytest.param("body: {type: text, content: [1]}", "must be a text", "/body/content", "block", id="content"),
        pytest.param("body: {type: file, content: [1]}", "must be an object", "/body/content", "src", id="file"),
        pytest.param(
            "body: {type: formdata, content: [{key: a, type: text, value: {}}]}",
            "the value of a form part",
            "/body/content/0/value",
            "quotes",
            id="form part",
        ),
        pytest.param("auth: {}", "auth has no type", "/auth", "credentials", id="auth"),
        pytest.param(
            "auth: {type: basic, basic: []}", "no member `basic`", "/auth/basic", "credentials", id="auth of v2.1"
        ),
        pytest.param("auth: [{type: basic}, {type: noauth}]", "2 authorizations", "/auth", "keep", id="several"),
        pytest.param("scripts: [{code: x}]", "when it runs", "/scripts/0", "afterResponse", id="script without type"),
        pytest.param(
            "scripts: [{type: test, code: x}]", "`test`", "/scripts/0/type", "`afterResponse`", id="type of v2.1"
        ),
        pytest.param(
            "scripts: [{type: 'grpc:afterResponse'}]", "no script", "/scripts/0/type", "after", id="gRPC at HTTP"
        ),
        pytest.param("scripts: [{type: afterResponse}]", "no code", "/scripts/0", "code: |-", id="script in a file"),
        pytest.param(
            "scripts: [{type: afterResponse, language: python, code: x}]",
            "`python` cannot be run",
            "/scripts/0/language",
            "text/javascript",
            id="language",
        ),
        pytest.param("settings: []", "settings must be", "/settings", "followRedirects", id="settings"),
        pytest.param("settings: {a: 1e999}", "too large", "/settings", "text", id="a number no double holds"),
    ],
)
def test_a_wrong_request_is_told_with_its_place_and_remedy(
    tmp_path: Path, lines: str, what: str, pointer: str, fix: str
) -> None:
    """What is wrong, in which file and where in it, and what to write instead."""
    with pytest.raises(FormatError) as caught:
        only(tmp_path, *lines.split("\n"))

    assert what in caught.value.what
    assert caught.value.where == Location(str(tmp_path / "shop" / "One.request.yaml"), pointer)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("files", "what", "where", "fix"),
    [
        pytest.param({}, "empty, and no collection", "", "request.yaml", id="empty"),
        pytest.param({"a.txt": "x"}, "holds no requests", "", "request.yaml", id="other files"),
        pytest.param({"a.postman_collection.json": "{}"}, "holds collections", "", "a.postman_", id="files of v2.1"),
        pytest.param({"A.request.yaml": ""}, "the file is empty", "A.request.yaml", "$kind: http", id="empty request"),
        pytest.param({"A.request.yaml": "- a"}, "no request", "A.request.yaml", "$kind: http", id="a list"),
        pytest.param({"A.request.yaml": "url: u"}, "of which kind", "A.request.yaml", "$kind: http", id="no kind"),
        pytest.param(
            {"A.request.yaml": "$kind: htp-request"}, "no kind", "A.request.yaml", "`http-request`", id="unknown kind"
        ),
        pytest.param(
            {"A.request.yaml": "$kind: http-example"}, "no kind", "A.request.yaml", "http-request", id="an example"
        ),
        pytest.param({" .request.yaml": request("u")}, "has no name", " .request.yaml", "<name>", id="no name"),
        pytest.param(
            {"A.request.yaml": request("u"), "a.request.yaml": request("u")},
            "go by one name",
            "a.request.yaml",
            "its own name",
            id="names that differ in case",
        ),
        pytest.param(
            {"A.request.yaml": request("u"), "A.request.yml": request("u")},
            "go by one name",
            "A.request.yml",
            "its own name",
            id="names that differ in their ending",
        ),
        pytest.param(
            {"Sub/A.request.yaml": request("u"), "sub/A.request.yaml": request("u")},
            "go by one name",
            "sub",
            "its own name",
            id="folders that differ in case",
        ),
        pytest.param(
            {DEFINITION: "$kind: http-request"}, "no kind", DEFINITION, "$kind: coll", id="kind of definition"
        ),
        pytest.param({DEFINITION: "- a"}, "must be an object", DEFINITION, "$kind: coll", id="definition is a list"),
        pytest.param({DEFINITION: "event: []"}, "no member", DEFINITION, "`scripts`", id="member of a definition"),
        pytest.param(
            {DEFINITION: "", ".resources/definition.yml": ""},
            "two definitions",
            ".resources/definition.yml",
            "remove",
            id="two definitions",
        ),
        pytest.param(
            {f"a/{DEFINITION}": "variables: {a: 1}", f"b/{DEFINITION}": "variables: {a: 2}"},
            "this folder holds collections",
            "",
            "a",
            id="a workspace",
        ),
        pytest.param(
            {"A.request.yaml": request("u"), ".resources/A.resources/examples/x.example.yaml": "response: 1"},
            "must be an object",
            ".resources/A.resources/examples/x.example.yaml",
            "statusCode",
            id="example",
        ),
    ],
)
def test_a_wrong_folder_is_told_with_its_place_and_remedy(
    tmp_path: Path, files: dict[str, str], what: str, where: str, fix: str
) -> None:
    """What is wrong, in which file or folder, and what to do about it."""
    (tmp_path / "shop").mkdir()
    with pytest.raises(FormatError) as caught:
        loaded(tmp_path, files)

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.file == str(tmp_path / "shop" / where)
    assert fix in caught.value.fix


def test_a_link_to_a_folder_of_requests_is_refused(tmp_path: Path) -> None:
    """It may lead back, so that there would be no end; it is not passed over either."""
    folder = placed(tmp_path / "shop", {"A.request.yaml": request("u")})
    (folder / "again").symlink_to(folder)

    with pytest.raises(FormatError, match="is a link"):
        load_collection(folder)


@pytest.mark.parametrize(
    ("name", "fix"),
    [("Sub/A.request.yaml", "--folder 'A'"), (DEFINITION, "its folder"), ("l.environment.yaml", "-e/--environment")],
)
def test_a_part_is_no_collection(tmp_path: Path, name: str, fix: str) -> None:
    """The one who names a single file hears what to name instead; it is not taken for a suite either."""
    path = placed(tmp_path / "shop", {"B.request.yaml": request("u"), name: request("u")}) / name

    assert not is_suite_file(path)
    with pytest.raises(PacelineError) as caught:
        load_collection(path)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty"),
        ("name: x\nvalues: text", "must be a list"),
        ("name: x\nvalues: [{key: a, value: [1]}]", "must be a text"),
        ("name: x\nvalues: [{key: a, enabled: on}]", "true or false"),
        ("name: x\nvalue: []", "no member `value`"),
        ("$kind: collection\nname: x", "not an environment"),
        ("collections: [a.json]", "not an environment"),
    ],
)
def test_a_wrong_environment_is_told(tmp_path: Path, text: str, what: str) -> None:
    """As for the files that the app exports."""
    path = placed(tmp_path, {"x.environment.yaml": text}) / "x.environment.yaml"
    with pytest.raises(FormatError) as caught:
        load_environment(path)

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.file == str(path)
