"""Docstrings that are checked: the examples in the package's, and that every test has one."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import paceline
from tests.building import environment, folder, item, written
from tests.servers import fixed, response, serving

TESTS = Path(__file__).parent
MODULES = [module.name for module in pkgutil.walk_packages(paceline.__path__, "paceline.")]


@pytest.fixture(scope="module")
def example_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the examples run: a folder with the files that they name, whose server is up.

    `health.postman_collection.json` has one request and no script, so that examples with it are quick;
    `orders.postman_collection.json` has a folder and tests, which hold.
    """
    folder_ = tmp_path_factory.mktemp("examples")
    test = "pm.test('{}', () => pm.response.to.have.status(200));"
    pay = item("pay", "{{base_url}}/pay", method="POST", test=test.format("it is paid"))
    orders = item("list orders", "{{base_url}}/orders", test=test.format("there are orders"))
    written(folder_ / "orders.postman_collection.json", orders, folder("checkout", pay), name="Orders")
    written(folder_ / "health.postman_collection.json", item("ping", "{{base_url}}/ping"), name="Health")
    (folder_ / "globals.json").write_text(json.dumps(environment(currency="EUR")))
    with serving(fixed(response(200, body=b"pong"))) as server:
        local = {**environment(base_url=server.url), "name": "local"}
        (folder_ / "local.postman_environment.json").write_text(json.dumps(local))
        yield folder_


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith(".__main__")])
def test_the_examples_hold(name: str, example_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a docstring shows after `>>>` gives what it shows below."""
    monkeypatch.chdir(example_folder)
    monkeypatch.setenv("NO_PROXY", "*")

    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_every_test_states_a_behaviour(path: Path) -> None:
    """The docstring of a test is a sentence of the specification."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert [f.name for f in functions if f.name.startswith("test_") and not ast.get_docstring(f)] == []
