"""Collections."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from paceline.errors import FormatError, Location
from paceline.formats.collection import load_collection, parse_collection
from paceline.model.collection import Auth, Collection, Folder, Item, Param, Script, Url
from paceline.model.variables import Variable

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

RIDES: dict[str, Any] = {
    "info": {"_postman_id": "c1", "name": "Rides", "schema": SCHEMA},
    "item": [
        {
            "id": "f1",
            "name": "Classes",
            "item": [
                {
                    "_postman_id": "i1",
                    "name": "Live",
                    "request": {"method": "GET", "header": [{"key": "A", "value": "b"}], "url": "{{base_url}}/live"},
                    "event": [{"listen": "test", "script": {"id": "s1", "exec": ["let a = 1;", "a;"]}}],
                    "protocolProfileBehavior": {"followRedirects": False, "strictSSL": True},
                    "response": [],
                }
            ],
            "auth": {"type": "noauth"},
            "protocolProfileBehavior": {"strictSSL": False, "maxRedirects": 2},
        },
        {"name": "Archive", "request": "{{base_url}}/archive"},
    ],
    "event": [{"listen": "prerequest", "script": {"exec": ""}}],
    "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "t"}]},
    "variable": [{"key": "base_url", "value": "https://api"}],
    "protocolProfileBehavior": {"maxRedirects": 1, "disableCookies": True},
}


def items_of(data: Any) -> list[Item]:
    return [item for _, item in parse_collection(data).items()]


def test_load_collection(tmp_path: Path) -> None:
    """A collection file is read whole: folders, items, scripts, auth, variables, each with its place."""
    path = tmp_path / "rides.json"
    path.write_text(json.dumps(RIDES))
    at = Location(str(path))
    collection = load_collection(path)
    folder, archive = collection.children
    assert isinstance(folder, Folder)
    assert isinstance(archive, Item)
    (live,) = folder.children
    assert isinstance(live, Item)

    assert ("c1", "Rides", at) == (collection.id, collection.name, collection.at)
    assert (Variable("base_url", "https://api", at=at.child("variable", 0)),) == collection.variables
    assert (Script("prerequest", "", at=at.child("event", 0, "script", "exec")),) == collection.scripts
    assert Auth("bearer", (("token", "t"),), at.child("auth")) == collection.auth
    assert RIDES == collection.source

    place = at.child("item", 0)
    assert ("f1", "Classes", (), Auth("noauth", at=place.child("auth")), place) == (
        folder.id,
        folder.name,
        folder.scripts,
        folder.auth,
        folder.at,
    )

    place = place.child("item", 0)
    assert ("i1", "Live", place) == (live.id, live.name, live.at)
    assert Url(raw="{{base_url}}/live", at=place.child("request", "url")) == live.request.url
    assert (Param("A", "b", at=place.child("request", "header", 0)),) == live.request.headers
    exec_ = place.child("event", 0, "script", "exec")
    assert (Script("test", "let a = 1;\na;", "s1", at=exec_),) == live.scripts
    assert RIDES["item"][0]["item"][0] == live.source

    assert Url(raw="{{base_url}}/archive", at=at.child("item", 1, "request")) == archive.request.url


def test_behavior() -> None:
    """`protocolProfileBehavior` of an item holds that of its folders and the collection; the nearest key wins."""
    live, archive = items_of(RIDES)

    assert {"followRedirects": False, "strictSSL": True, "maxRedirects": 2, "disableCookies": True} == live.behavior
    assert {"maxRedirects": 1, "disableCookies": True} == archive.behavior


def test_made_ids() -> None:
    """What has no id gets one: the same at every load, another for every place and every collection."""
    data = {"info": {"name": "A"}, "item": [{"name": "x"}, {"name": "x"}, {"name": "f", "item": [{"name": "x"}]}]}
    ids = [item.id for item in items_of(data)]
    folder = parse_collection(data).children[2]

    assert ids == [item.id for item in items_of(deepcopy(data))]
    assert 5 == len({*ids, folder.id, parse_collection(data).id})
    assert set(ids).isdisjoint(item.id for item in items_of({**data, "info": {"name": "B"}}))


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        pytest.param({"id": "a", "_postman_id": "b"}, "a", id="id before _postman_id"),
        pytest.param({"_postman_id": "b"}, "b", id="_postman_id"),
        pytest.param({"id": 5}, "5", id="a number"),
    ],
)
def test_ids(info: Any, expected: str) -> None:
    """The id of a collection, and of an item, is where Postman's SDK looks for it."""
    (item,) = items_of({"item": [info]})

    assert (expected, expected) == (parse_collection({"info": info, "item": []}).id, item.id)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        pytest.param({"collection": RIDES}, ["Live", "Archive"], id="an answer of Postman's API"),
        pytest.param({"item": [{"name": "a"}]}, ["a"], id="without info"),
        pytest.param({"info": None, "item": [{"name": "a"}]}, ["a"], id="info null"),
        pytest.param({"info": {"name": "c"}}, [], id="without items"),
        pytest.param({"info": {"name": "c"}, "item": None}, [], id="items null"),
        pytest.param({"info": {"name": "c", "schema": None}, "item": [None, {"name": "a"}]}, ["a"], id="a null item"),
        pytest.param({"item": [{"name": None}, {"name": 5}, {}]}, ["", "5", ""], id="odd names"),
        pytest.param({"item": [{"name": "f", "item": []}]}, [], id="an empty folder"),
        pytest.param({"item": [{"name": "b", "item": [], "request": "u"}]}, [], id="items before a request"),
        pytest.param({"item": [{"name": "a", "item": None, "request": None}]}, ["a"], id="neither items nor request"),
        pytest.param({"item": [], "event": None, "auth": None, "variable": None}, [], id="nulls all over"),
    ],
)
def test_liberties(document: Any, names: list[str]) -> None:
    """What Newman runs is read."""
    assert names == [item.name for item in items_of(document)]


@pytest.mark.parametrize("version", ["v2.1.0", "v2.0.0", "v2.0.0-rc.1", "v2.1.0/draft-07", "v2"])
def test_schemas(version: str) -> None:
    """Every address under which v2.0 and v2.1 were ever published is known."""
    assert "a" == items_of({"info": {"schema": f"https://schema/{version}/x.json"}, "item": [{"name": "a"}]})[0].name


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param({"script": {"exec": ["a", "b"]}}, ["a\nb"], id="lines"),
        pytest.param({"script": {"exec": "a\r\nb"}}, ["a\nb"], id="text"),
        pytest.param({"script": {"exec": ["a", 5, None]}}, ["a\n5\n"], id="lines that are no texts"),
        pytest.param({"script": {"exec": []}}, [""], id="no lines"),
        pytest.param({"script": "a"}, ["a"], id="the script is a text"),
        pytest.param({"script": ["a", "b"]}, ["a\nb"], id="the script is a list"),
        pytest.param({"script": {"src": "https://x/y.js"}}, [], id="only an address"),
        pytest.param({"script": {"src": "https://x/y.js", "exec": "a"}}, ["a"], id="an address and a source"),
        pytest.param({"script": {"exec": None}}, [], id="null"),
        pytest.param({"script": None}, [], id="no script"),
    ],
)
def test_scripts(event: Any, expected: list[str]) -> None:
    """A script is read in all its forms; one without a source of its own is none."""
    for events in ([None, {"listen": "test", **event}], {"listen": "test", **event}):
        (item,) = items_of({"item": [{"event": events}]})
        assert expected == [script.source for script in item.scripts]


def test_a_disabled_script() -> None:
    """A script can be switched off; it is kept, so that reports can tell."""
    (item,) = items_of({"item": [{"event": [{"listen": "test", "disabled": True, "script": "a"}]}]})

    assert [False] == [script.enabled for script in item.scripts]


@pytest.mark.parametrize(
    ("event", "pointer", "fix"),
    [
        pytest.param({"listen": "tests", "script": "a"}, "/listen", "did you mean 'test'?", id="misspelt"),
        pytest.param({"listen": "onOpen", "script": "a"}, "/listen", "use one of prerequest, test", id="unknown"),
        pytest.param({"script": "a"}, "", "use one of prerequest, test", id="missing"),
        pytest.param({"listen": ["test"]}, "/listen", "use one of prerequest, test", id="no text"),
        pytest.param({"listen": "test", "script": 5}, "/script", "write it as", id="a number for a script"),
        pytest.param({"listen": "test", "script": {"exec": {}}}, "/script/exec", "lines", id="an object for a source"),
        pytest.param(
            {"listen": "test", "script": {"exec": [{}]}}, "/script/exec/0", "quotes", id="an object for a line"
        ),
        pytest.param("test", "", "write it as", id="a text for an event"),
    ],
)
def test_scripts_that_would_not_run(event: Any, pointer: str, fix: str) -> None:
    """Postman silently runs nothing for an event it does not know; here it is an error."""
    with pytest.raises(FormatError) as caught:
        parse_collection({"item": [{"event": [event]}]}, Location("c.json"))

    assert Location("c.json", f"/item/0/event/0{pointer}") == caught.value.where
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("data", "what", "fix"),
    [
        pytest.param({"name": "e", "values": []}, "an environment", "-e/--environment", id="environment"),
        pytest.param({"environment": {"values": []}}, "an environment", "-e/--environment", id="API environment"),
        pytest.param(
            {"values": [], "_postman_variable_scope": "globals"}, "a set of globals", "-g/--globals", id="globals"
        ),
        pytest.param([{"user": "ann"}], "a list of objects", "-d/--iteration-data", id="iteration data"),
        pytest.param({"name": "c", "order": [], "requests": []}, "the old format v1", "Collection v2.1", id="v1"),
        pytest.param({"openapi": "3.0.0", "info": {"title": "x"}}, "an OpenAPI", "import it", id="OpenAPI"),
        pytest.param({"swagger": "2.0", "info": {"title": "x"}}, "an OpenAPI", "import it", id="Swagger"),
        pytest.param({"log": {"entries": []}}, "HAR", "import it", id="HAR"),
        pytest.param({"version": 1, "collections": [], "environments": []}, "a dump", "export the one", id="dump"),
        pytest.param({"__export_format": 4, "resources": []}, "Insomnia", "import it", id="Insomnia"),
        pytest.param({"b": 1, "a": 2}, "an object with a, b", '"info" and "item"', id="something else"),
        pytest.param({"info": {"title": "x"}}, "an object with info", '"info" and "item"', id="an unknown info"),
        pytest.param({}, "an empty object", '"info" and "item"', id="nothing"),
        pytest.param([], "a list", '"info" and "item"', id="an empty list"),
        pytest.param("text", "a text", '"info" and "item"', id="a text"),
        pytest.param(None, "null", '"info" and "item"', id="null"),
    ],
)
def test_no_collection(data: Any, what: str, fix: str) -> None:
    """A file that is no collection is named for what it is, with the option it belongs to or the way to convert it."""
    with pytest.raises(FormatError) as caught:
        parse_collection(data, Location("c.json"))

    assert what in caught.value.what
    assert caught.value.what.endswith(", not a Postman collection")
    assert fix in caught.value.fix
    assert Location("c.json") == caught.value.where


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        pytest.param({"info": "x", "item": []}, "/info", id="info"),
        pytest.param({"info": {"schema": "https://schema/v3.0.0/x.json"}, "item": []}, "/info/schema", id="v3"),
        pytest.param({"info": {"schema": "https://schema/v1.0.0/x.json"}, "item": []}, "/info/schema", id="v1"),
        pytest.param({"info": {"schema": "nonsense"}, "item": []}, "/info/schema", id="nonsense"),
        pytest.param({"info": {"schema": 2.1}, "item": []}, "/info/schema", id="a number"),
        pytest.param({"info": {"name": []}, "item": []}, "/info/name", id="name"),
        pytest.param({"info": {"_postman_id": {}}, "item": []}, "/info/_postman_id", id="id"),
        pytest.param({"item": {"name": "a"}}, "/item", id="items no list"),
        pytest.param({"item": ["a"]}, "/item/0", id="item no object"),
        pytest.param({"item": [{"item": [{"item": "x"}]}]}, "/item/0/item/0/item", id="items of a folder no list"),
        pytest.param({"item": [{"name": {}}]}, "/item/0/name", id="name of an item"),
        pytest.param({"item": [{"id": []}, 5]}, "/item/0", id="id of an item"),
        pytest.param({"item": [{"request": 5}]}, "/item/0/request", id="request"),
        pytest.param({"item": [{"item": [], "auth": 5}]}, "/item/0/auth", id="auth of a folder"),
        pytest.param({"item": [{"event": 5}]}, "/item/0/event", id="events"),
        pytest.param({"item": [], "variable": {"a": 1}}, "/variable", id="variables"),
        pytest.param({"item": [], "variable": [5]}, "/variable/0", id="variable"),
        pytest.param({"item": [{"protocolProfileBehavior": "x"}]}, "/item/0/protocolProfileBehavior", id="behavior"),
        pytest.param({"collection": {"item": ["a"]}}, "/collection/item/0", id="inside an answer of the API"),
    ],
)
def test_wrong_types(data: Any, pointer: str) -> None:
    """What is malformed is an error with its place and a remedy."""
    with pytest.raises(FormatError) as caught:
        parse_collection(data, Location("c.json"))

    assert caught.value.where is not None
    assert caught.value.where.pointer.startswith(pointer)
    assert "c.json" == caught.value.where.file
    assert caught.value.fix


def test_a_thousand_folders_deep(tmp_path: Path) -> None:
    """Folders may lie a thousand deep, in either schema."""
    for schema in (SCHEMA, SCHEMA.replace("v2.1", "v2.0")):
        head = f'{{"info": {{"name": "deep", "schema": "{schema}"}}, "item": ['
        folder = '{"name": "f", "auth": {"type": "basic", "basic": {"username": "u"}}, "item": ['
        path = tmp_path / "deep.json"
        path.write_text(head + folder * 1000 + '{"name": "bottom", "request": "u"}' + "]}" * 1001)
        collection = load_collection(path)
        ((folders, item),) = collection.items()

        assert (1000, "bottom") == (len(folders), item.name)
        assert "/item/0" * 1001 == item.at.pointer
        assert "bottom" == item.source["name"]
        assert folders[999].auth == Auth("basic", (("username", "u"),), folders[999].at.child("auth"))


def test_twenty_thousand_items() -> None:
    """Every item of a large collection is there, in order."""
    items = [{"name": str(number), "request": {"url": {"host": ["a"], "path": ["b"]}}} for number in range(20_000)]
    collection = parse_collection({"item": items})

    assert [str(number) for number in range(20_000)] == [item.name for _, item in collection.items()]


OLD = {
    "info": {"name": "Old", "schema": SCHEMA.replace("v2.1", "v2.0")},
    "item": [
        {
            "name": "Folder",
            "auth": {"type": "noauth", "noauth": {}},
            "item": [
                {
                    "name": "Item",
                    "request": {
                        "url": "http://api/rides",
                        "header": "A: b\n//C: d",
                        "auth": {"type": "basic", "basic": {"username": "ann", "showPassword": False, "n": 5}},
                    },
                    "response": [{"header": "E: f", "originalRequest": {"header": "G: h", "url": "u"}}, None],
                },
                None,
            ],
        }
    ],
    "auth": {"type": "bearer", "bearer": {"token": "t"}},
}


def test_v20() -> None:
    """A file of schema v2.0 means the same as one of v2.1."""
    collection = parse_collection(OLD)
    ((folders, item),) = collection.items()

    assert collection.auth == Auth("bearer", (("token", "t"),), Location(pointer="/auth"))
    assert folders[0].auth == Auth("noauth", at=Location(pointer="/item/0/auth"))
    assert item.request.auth is not None
    assert (("username", "ann"), ("showPassword", False), ("n", 5)) == item.request.auth.params
    assert [("A", "b", True), ("C", "d", False)] == [
        (each.key, each.value, each.enabled) for each in item.request.headers
    ]


def test_v20_source() -> None:
    """The source of a v2.0 file is in the form of v2.1; the data it came from is left alone."""
    before = deepcopy(OLD)
    collection = parse_collection(OLD)
    ((_, item),) = collection.items()

    assert before == OLD
    assert SCHEMA == collection.source["info"]["schema"]
    assert {"type": "bearer", "bearer": [{"key": "token", "value": "t", "type": "string"}]} == collection.source["auth"]
    assert {"type": "noauth", "noauth": []} == collection.source["item"][0]["auth"]
    assert {
        "name": "Item",
        "request": {
            "url": "http://api/rides",
            "header": [{"key": "A", "value": "b"}, {"key": "C", "value": "d", "disabled": True}],
            "auth": {
                "type": "basic",
                "basic": [
                    {"key": "username", "value": "ann", "type": "string"},
                    {"key": "showPassword", "value": False, "type": "boolean"},
                    {"key": "n", "value": 5, "type": "any"},
                ],
            },
        },
        "response": [
            {
                "header": [{"key": "E", "value": "f"}],
                "originalRequest": {"header": [{"key": "G", "value": "h"}], "url": "u"},
            },
            None,
        ],
    } == item.source
    assert item.source is collection.source["item"][0]["item"][0]


def test_a_source_without_schema() -> None:
    """A file that names no schema gets the form of v2.1 as well; the result reads the same."""
    data = {"item": OLD["item"]}
    source = parse_collection(data).source
    again = parse_collection(source)

    assert {"schema": SCHEMA} == source["info"]
    assert isinstance(again, Collection)
    assert source == again.source
    assert [item.request.auth for _, item in again.items()] == [item.request.auth for item in items_of(data)]
