"""The suite file: what its members become, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from paceline.errors import FileError, FormatError, Location
from paceline.formats.suite import is_suite_file, load_suite, parse_suite
from paceline.model.suite import Errand, Suite

WHOLE = """
name: Shop
collections:
  - auth.postman_collection.json
  - api/orders.json
environment: environments/live.json
tokens:
  access_token: SHOP_TOKEN
setup:
  - {request: auth/Login, unless: access_token}
  - orders/Warm up
teardown:
  - auth/Logout
contracts: schemas/contracts.yaml
lock: locks/shop.lock
cassettes:
  folder: tapes
  environment: environments/emulator.json
mutations:
  orders/Pay: orders/Refund
  orders/Cancel:
"""


def written(folder: Path, text: str) -> Path:
    """The path of a suite with this text."""
    path = folder / "paceline.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_member_is_read(tmp_path: Path) -> None:
    """Paths count from the folder of the file, wherever the run is started."""
    path = written(tmp_path, WHOLE)
    at = Location(str(path))

    assert load_suite(path) == Suite(
        name="Shop",
        collections=(tmp_path / "auth.postman_collection.json", tmp_path / "api/orders.json"),
        environment=tmp_path / "environments/live.json",
        tokens={"access_token": "SHOP_TOKEN"},
        setup=(
            Errand("auth/Login", "access_token", at.child("setup", 0)),
            Errand("orders/Warm up", None, at.child("setup", 1)),
        ),
        teardown=(Errand("auth/Logout", None, at.child("teardown", 0)),),
        mutations={"orders/Pay": "orders/Refund", "orders/Cancel": None},
        contracts=tmp_path / "schemas/contracts.yaml",
        lock=tmp_path / "locks/shop.lock",
        cassettes=tmp_path / "tapes",
        recorded_with=tmp_path / "environments/emulator.json",
        at=at,
    )


def test_a_list_of_collections_is_a_suite(tmp_path: Path) -> None:
    """Nothing else is needed; its name is that of its folder."""
    suite = load_suite(written(tmp_path, "collections: [orders.json]"))

    assert (suite.name, suite.setup, suite.environment, suite.cassettes) == (tmp_path.name, (), None, None)
    assert suite.mutations == {}
    assert suite.lock == tmp_path / "contract.lock"


def test_short_forms() -> None:
    """A folder of cassettes may be just its path, and mutations that nothing undoes just a list."""
    suite = parse_suite({"collections": ["a.json"], "cassettes": "tapes", "mutations": ["a/Pay"]}, Path("shop"))

    assert (suite.cassettes, suite.recorded_with, suite.mutations) == (Path("shop/tapes"), None, {"a/Pay": None})


def test_an_absolute_path_stays_one() -> None:
    """It does not count from the folder."""
    suite = parse_suite({"collections": ["/srv/a.json"]}, Path("shop"))

    assert suite.collections == (Path("/srv/a.json"),)


@pytest.mark.parametrize("name", ["paceline.yaml", "shop.yml", "a/B.YAML"])
def test_a_suite_is_known_by_its_ending(name: str) -> None:
    """So that `paceline run` can tell it from a collection without a look inside."""
    assert is_suite_file(name)
    assert not is_suite_file(f"{name}.json")


@pytest.mark.parametrize(
    ("more", "what", "pointer", "fix"),
    [
        pytest.param({"colections": []}, "no member `colections`", "/colections", "`collections`", id="member"),
        pytest.param({"collections": []}, "names no collection", "/collections", "list the paths", id="nothing to run"),
        pytest.param({"collections": "a.json"}, "a list of texts", "/collections", "- …", id="one collection"),
        pytest.param(
            {"collections": ["a.json", "b/a.postman_collection.json"]},
            "goes by the name `a`, as does a.json",
            "/collections/1",
            "rename",
            id="two of one name",
        ),
        pytest.param({"name": 7}, "`name` must be a text", "/name", "quotes", id="name"),
        pytest.param({"environment": ["e.json"]}, "must be a text, not a list", "/environment", "quotes", id="path"),
        pytest.param({"setup": "a/Login"}, "`setup` must be a list", "/setup", "- …", id="errands"),
        pytest.param({"setup": [7]}, "an entry must be an object", "/setup/0", "name: value", id="an errand"),
        pytest.param({"setup": ["Login"]}, "'Login' is no key", "/setup/0", "<collection>/<name", id="key"),
        pytest.param({"setup": [{"unless": "t"}]}, "None is no key", "/setup/0", "<collection>/<name", id="no key"),
        pytest.param(
            {"teardown": [{"request": "a/Logout", "unles": "t"}]},
            "no member `unles`",
            "/teardown/0/unles",
            "`unless`",
            id="member of an errand",
        ),
        pytest.param({"tokens": ["t"]}, "`tokens` must be an object", "/tokens", "name: value", id="tokens"),
        pytest.param({"tokens": {"t": None}}, "the source of `t`", "/tokens/t", "PROCESS_ENVIRONMENT", id="source"),
        pytest.param({"mutations": {"a/Pay": 7}}, "7 is no key", "/mutations/a~1Pay", "<name of", id="inverse"),
        pytest.param({"mutations": ["Pay"]}, "'Pay' is no key", "/mutations/Pay", "<name of", id="mutation"),
        pytest.param({"cassettes": 7}, "`cassettes` must be an object", "/cassettes", "name: value", id="cassettes"),
        pytest.param(
            {"cassettes": {"environment": "e.json"}}, "has no folder", "/cassettes", "folder: cassettes", id="folder"
        ),
        pytest.param({"cassettes": {"dir": "a"}}, "no member `dir`", "/cassettes/dir", "folder", id="its member"),
    ],
)
def test_a_wrong_member_is_told_with_its_place_and_remedy(
    more: dict[str, Any], what: str, pointer: str, fix: str
) -> None:
    """What is wrong, where in the file, and what to write instead."""
    with pytest.raises(FormatError) as caught:
        parse_suite({"collections": ["a.json"]} | more, Path(), Location("paceline.yaml"))

    assert what in caught.value.what
    assert caught.value.where == Location("paceline.yaml", pointer)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("", "the file is empty", id="nothing"),
        pytest.param("- a.json", "a suite must be an object, not a list", id="a list"),
        pytest.param("collections: [a.json", "this is not YAML: line", id="no YAML"),
        pytest.param("collections: [a.json]\nname: 2026-01-01", "takes for more than a text", id="a date"),
        pytest.param("collections: [a.json]\nsetup: []\nsetup: []", '"setup" stands here twice', id="a member twice"),
        pytest.param(
            "collections: [a.json]\nmutations:\n  a/Pay: a/Refund\n  a/Pay:",
            '"a/Pay" stands here twice, again in line 4',
            id="a mutation twice",
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, what: str) -> None:
    """With no traceback of PyYAML, and no silent choice between two entries of one name."""
    path = written(tmp_path, text)

    with pytest.raises(FormatError) as caught:
        load_suite(path)

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.file == str(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """With the nearest that is there."""
    written(tmp_path, WHOLE)

    with pytest.raises(FileError, match="no such file") as caught:
        load_suite(tmp_path / "pacelin.yaml")

    assert "paceline.yaml" in caught.value.fix
