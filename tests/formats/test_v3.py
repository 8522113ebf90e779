"""Collections of schema v3: what the folder and its requests become."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.folders import DEFINITION, loaded, only, placed, request

from paceline.engine.selection import select
from paceline.errors import FormatError, Location
from paceline.formats.collection import load_collection
from paceline.model.collection import Body, Collection, Folder, FormPart, Param


def names(collection: Collection) -> list[str]:
    return ["/".join(step.path) for step in select(collection)]


def pairs(params: tuple[Param, ...]) -> list[tuple[str, str | None, bool]]:
    return [(param.key, param.value, param.enabled) for param in params]


# --- The folder ---


def test_a_folder_is_a_collection(tmp_path: Path) -> None:
    """It goes by the name of its folder in contracts and suites, and by the one its definition gives in reports."""
    files = {DEFINITION: "$kind: collection\nname: The Shop\n", "List.request.yaml": request("http://h/list")}
    collection = loaded(tmp_path, files)

    assert (collection.name, collection.stem, names(collection)) == ("The Shop", "shop", ["List"])
    assert collection.at == Location(str(tmp_path / "shop"))


def test_everything_but_requests_is_optional(tmp_path: Path) -> None:
    """Without a definition the folder gives the name, without a name the file does, and nothing is inherited."""
    collection = loaded(tmp_path, {"Get all.request.yml": "$kind: http-request\n", "Sub/A.request.yaml": request("u")})

    assert (collection.name, names(collection)) == ("shop", ["Get all", "Sub/A"])
    assert (collection.variables, collection.scripts, collection.auth) == ((), (), None)


def test_the_name_in_a_file_counts_before_that_of_the_file(tmp_path: Path) -> None:
    """File names cannot hold every character."""
    assert only(tmp_path, "name: 'Health/check'", name="Health-check.request.yaml").name == "Health/check"


def test_folders_and_requests_share_one_order(tmp_path: Path) -> None:
    """Smaller numbers first, fractions too; what has none comes last, by name; equals go by name."""
    files = {
        "Last.request.yaml": request("u"),
        "b last.request.yaml": request("u"),
        "Second.request.yaml": request("u", "order: 1000.5"),
        "Fourth.request.yaml": request("u", "order: 3000"),
        "Admin/Third.request.yaml": request("u"),
        f"Admin/{DEFINITION}": "order: 2000",
        "First.request.yaml": request("u", "order: -1"),
        "Equal.request.yaml": request("u", "order: 1000.5"),
    }

    assert names(loaded(tmp_path, files)) == [
        "First",
        "Equal",
        "Second",
        "Admin/Third",
        "Fourth",
        "b last",
        "Last",
    ]


def test_what_holds_no_requests_is_no_folder_of_it(tmp_path: Path) -> None:
    """Uploads, documents and hidden folders may lie there; a folder with nothing but a definition is an empty one."""
    files = {
        "A.request.yaml": request("u"),
        "files/a.txt": "text",
        ".git/B.request.yaml": request("u"),
        ".resources/C.request.yaml": request("u"),
        f"Empty/{DEFINITION}": "$kind: collection",
    }
    collection = loaded(tmp_path, files)

    assert [child.name for child in collection.children] == ["A", "Empty"]


def test_here_is_a_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`paceline run .` goes by the name of the folder as well."""
    monkeypatch.chdir(placed(tmp_path / "shop", {"A.request.yaml": request("u")}))

    assert load_collection(".").stem == "shop"


def test_ids_stay_when_other_requests_come(tmp_path: Path) -> None:
    """They are made from the path, so that reports of several runs can be compared."""
    before = {step.item.name: step.item.id for step in select(loaded(tmp_path, {"B.request.yaml": request("u")}))}
    after = {step.item.name: step.item.id for step in select(loaded(tmp_path, {"A.request.yaml": request("u")}))}

    assert before["B"] == after["B"] != after["A"]


# --- Texts ---


@pytest.mark.parametrize("text", "on no Yes 0123 0x10 1_000 1.0 1e3 2024-01-01 12:30:45 =".split())
def test_a_value_is_sent_as_it_is_written(tmp_path: Path, text: str) -> None:
    """YAML 1.1 would read another value here, and JavaScript would write another one."""
    item = only(tmp_path, "url: u", "headers:", f"  X-List: {text}", "body:", "  type: text", f"  content: {text}")

    assert item.request.body is not None
    assert (item.request.headers[0].value, item.request.body.raw) == (text, text)


def test_a_value_left_blank_is_empty(tmp_path: Path) -> None:
    """A variable that is to be filled in is written that way."""
    collection = loaded(tmp_path, {DEFINITION: "variables:\n  token:\n", "A.request.yaml": request("u")})

    assert [(each.key, each.value) for each in collection.variables] == [("token", "")]


def test_a_file_cannot_make_objects_of_python(tmp_path: Path) -> None:
    """Tags are refused, so that a collection from elsewhere runs nothing but its scripts."""
    with pytest.raises(FormatError, match="has the tag"):
        only(tmp_path, "url: !!python/object/apply:os.getcwd []")


def test_a_few_lines_cannot_fill_the_memory(tmp_path: Path) -> None:
    """Aliases of aliases stand for billions of values."""
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    with pytest.raises(FormatError, match="too much"):
        only(tmp_path, *bomb)


# --- Requests ---


def test_keys_and_values_are_a_list_or_a_map(tmp_path: Path) -> None:
    """Both are written by Postman; in a list an entry can be switched off."""
    files = {
        "List.request.yaml": """
            $kind: http-request
            url: '{{base}}/orders/:id'
            headers:
              - {key: Accept, value: text/csv}
              - {key: X-Off, value: '1', disabled: true}
            queryParams:
              - {key: page, value: 2}
              - {key: flag}
            pathVariables:
              - {key: id, value: 7}
            """,
        "Map.request.yaml": """
            $kind: http-request
            url: '{{base}}/orders/:id'
            headers: {Accept: text/csv}
            queryParams: {page: 2}
            pathVariables: {id: 7}
            """,
    }
    listed, mapped = (step.item.request for step in select(loaded(tmp_path, files)))

    assert pairs(listed.headers) == [("Accept", "text/csv", True), ("X-Off", "1", False)]
    assert pairs(listed.url.query) == [("page", "2", True), ("flag", None, True)]
    assert pairs(mapped.headers) == [("Accept", "text/csv", True)]
    assert pairs(mapped.url.query) == [("page", "2", True)]
    assert pairs(listed.url.variables) == pairs(mapped.url.variables) == [("id", "7", True)]


def test_a_listed_parameter_counts_instead_of_one_in_the_address(tmp_path: Path) -> None:
    """None is sent twice, none is lost, and one that is switched off in the list is not sent."""
    lines = ["url: 'h/a?x=1&y=2&z=3'", "queryParams:", "  - {key: y, value: 20}"]
    item = only(tmp_path, *lines, "  - {key: z, value: 3, disabled: true}")

    assert pairs(item.request.url.query) == [("x", "1", True), ("y", "20", True), ("z", "3", False)]


BODIES = {
    "json": ("content: '{\"a\": 1}'", Body("raw", raw='{"a": 1}', language="json")),
    "json as values": ("content: {a: 1, b: [true, 'no']}", Body("raw", raw='{"a":1,"b":[true,"no"]}', language="json")),
    "text": ("content: |-\n    one\n    two", Body("raw", raw="one\ntwo", language="text")),
    "xml": ("content: <a/>", Body("raw", raw="<a/>", language="xml")),
    "html": ("content: <p>", Body("raw", raw="<p>", language="html")),
    "javascript": ("content: f()", Body("raw", raw="f()", language="javascript")),
    "urlencoded": ("content:\n    a: no", Body("urlencoded", params=(Param("a", "no"),))),
    "formdata": (
        "content:\n    - {key: f, type: file, src: ./a.txt}\n    - {key: t, value: x, contentType: text/csv}",
        Body(
            "formdata",
            parts=(
                FormPart("f", "file", sources=("./a.txt",)),
                FormPart("t", value="x", content_type="text/csv"),
            ),
        ),
    ),
    "file": ("content: {src: ./a.txt}", Body("file", source="./a.txt")),
    "file by its path": ("content: ./a.txt", Body("file", source="./a.txt")),
    "graphql": ("content: {query: '{ me }', variables: '{}'}", Body("graphql", query="{ me }", variables="{}")),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(tmp_path: Path, name: str) -> None:
    """Every type has its counterpart in v2.1."""
    content, expected = BODIES[name]
    body = only(tmp_path, "url: u", "body:", f"  type: {name.partition(' ')[0]}", f"  {content}").request.body

    assert repr(expected) == re.sub(r"Location\(file='[^']*', pointer='[^']*'\)", repr(Location()), repr(body))


def test_a_body_of_no_type_is_none(tmp_path: Path) -> None:
    """`none` is what the app writes where there is none."""
    assert only(tmp_path, "url: u", "body: {type: none}").request.body is None


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        pytest.param("{type: bearer, credentials: {token: '{{t}}'}}", ("bearer", (("token", "{{t}}"),)), id="map"),
        pytest.param(
            "{type: basic, credentials: [{key: username, value: on}]}", ("basic", (("username", "on"),)), id="list"
        ),
        pytest.param(
            "[{id: x, type: bearer, credentials: {token: t}}]", ("bearer", (("token", "t"),)), id="one of one"
        ),
        pytest.param(
            "{type: oauth1, credentials: {addEmptyParamsToSign: true, version: 1.0}}",
            ("oauth1", (("addEmptyParamsToSign", True), ("version", "1.0"))),
            id="flag",
        ),
        pytest.param("{type: noauth}", ("noauth", ()), id="none at all"),
    ],
)
def test_auth(tmp_path: Path, auth: str, expected: tuple[str, object]) -> None:
    """Credentials are a map or a list; flags are true or false, whatever else is a text."""
    found = only(tmp_path, "url: u", f"auth: {auth}").request.auth

    assert found is not None
    assert (found.type, found.params) == expected


@pytest.mark.parametrize("auth", ["auth: {type: inherit}", "auth: []", "auth:", ""])
def test_auth_is_inherited_unless_it_says_otherwise(tmp_path: Path, auth: str) -> None:
    """From the folder, then from the collection."""
    files = {
        DEFINITION: "auth: {type: basic, credentials: {username: u, password: p}}",
        f"Sub/{DEFINITION}": "auth: {type: noauth}",
        "A.request.yaml": request("u", auth),
        "Sub/B.request.yaml": request("u", auth),
    }
    first, second = select(loaded(tmp_path, files))

    assert first.item.request.auth is second.item.request.auth is None
    assert first.collection.auth is not None
    assert first.collection.auth.type == "basic"
    assert [folder.auth and folder.auth.type for folder in second.folders] == ["noauth"]


def test_settings_are_inherited_key_by_key(tmp_path: Path) -> None:
    """They are `protocolProfileBehavior`; headers that are switched off are a list here and an object there."""
    files = {
        DEFINITION: "settings: {followRedirects: false, maxRedirects: 3}",
        "A.request.yaml": request("u", "settings: {maxRedirects: 5, disabledSystemHeaders: [accept, host]}"),
    }
    (step,) = select(loaded(tmp_path, files))

    expected = {"followRedirects": False, "maxRedirects": 5, "disabledSystemHeaders": {"accept": True, "host": True}}
    assert step.item.behavior == expected


def test_graphql_requests_are_posted(tmp_path: Path) -> None:
    """They are a kind of their own in v3; on the wire they are HTTP."""
    text = "$kind: graphql-request\nurl: u\nquery: '{ me { id } }'\nvariables: '{\"a\": 1}'\n"
    (step,) = select(loaded(tmp_path, {"Me.request.yaml": text}))
    body = step.item.request.body

    assert (step.item.request.method, body and body.query, body and body.variables) == (
        "POST",
        "{ me { id } }",
        '{"a": 1}',
    )


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [
        ("grpc-request", "gRPC"),
        ("websocket-request", "WebSocket"),
        ("socket.io-request", "Socket.IO"),
        ("mqtt-request", "MQTT"),
        ("mcp-request", "MCP"),
        ("llm-request", "LLM"),
    ],
)
def test_a_request_of_another_protocol_keeps_its_place_and_says_why_it_is_not_sent(
    tmp_path: Path, kind: str, protocol: str
) -> None:
    """It is not dropped, and the others run."""
    files = {
        "A.request.yaml": f"$kind: {kind}\nurl: '{{{{nowhere}}}}'\norder: 1\nscripts: [{{type: beforeInvoke}}]",
        "B.request.yaml": request("u"),
    }
    first, second = select(loaded(tmp_path, files))

    assert first.item.unsupported == f"{protocol} requests are not supported, only HTTP and GraphQL"
    assert second.item.unsupported == ""


def test_a_folder_is_one_of_the_model(tmp_path: Path) -> None:
    """Nothing behind the formats has to know where a collection came from."""
    collection = loaded(tmp_path, {"Sub/A.request.yaml": request("u")})
    (child,) = collection.children

    assert isinstance(child, Folder)
    assert collection.source["item"][0]["item"][0]["request"] == {"method": "GET", "url": "u"}
