"""The layers of the package: a module may import from its own layer and from those below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "runner" / "paceline"

# Low to high; ARCHITECTURE.md tells what each of them knows. API is the front door: `__init__` and `__main__`.
API = "the API"
LAYERS = [
    *"errors model formats resolve transport script contract drift engine report lint".split(),
    *"suite recording sightings preparing api probe evidence readers history watch coverage mutants".split(),
    *"pytest_plugin cli".split(),
    API,
]

BELOW_ALL = {"__version__"}  # a plain string of the front door, which the report and the requests name

MODULES = sorted(PACKAGE.rglob("*.py"))


def layer_of(dotted: str) -> str:
    """The layer of a module of the package: `paceline.resolve.url` is of `resolve`, `paceline` of the API."""
    parts = dotted.split(".")
    return API if len(parts) == 1 or parts[1] == "__main__" else parts[1]


def dotted_name(path: Path) -> str:
    """The name by which a file of the package is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layers_imported(source: str) -> Iterator[str]:
    """The layers of which `source` imports something, at any depth: functions, classes and `if` blocks count too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (layer_of(alias.name) for alias in node.names if alias.name.split(".")[0] == "paceline")
        elif isinstance(node, ast.ImportFrom) and node.module == "paceline":
            names = {alias.name for alias in node.names} - BELOW_ALL
            yield from (name if name in LAYERS else API for name in names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("paceline."):
            yield layer_of(node.module or "")


def imports_upwards(source: str, own: str) -> set[str]:
    """The layers above `own` that `source` imports from; a layer that LAYERS does not list counts as above."""
    allowed = LAYERS[: LAYERS.index(own) + 1]
    return {layer for layer in layers_imported(source) if layer not in allowed}


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_a_module_imports_only_downwards(path: Path) -> None:
    """No module knows a layer above its own, not even inside a function."""
    own = layer_of(dotted_name(path))

    assert own in LAYERS, f"{own} is a new layer: give it its place in LAYERS and in ARCHITECTURE.md"
    assert imports_upwards(path.read_text(encoding="utf-8"), own) == set()


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_a_module_imports_by_full_name(path: Path) -> None:
    """`from paceline.x.y import z` everywhere: a relative import would hide its layer."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level > 0] == []


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """Every module opens with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("source", "upwards"),
    [
        pytest.param("from paceline.errors import Location", set(), id="a lower layer"),
        pytest.param("from paceline.resolve.url import parse", set(), id="its own layer"),
        pytest.param("from paceline import __version__", set(), id="the version"),
        pytest.param("import requests\nfrom pathlib import Path", set(), id="other packages"),
        pytest.param("from paceline.engine.run import run", {"engine"}, id="a higher layer"),
        pytest.param("import paceline.engine.run", {"engine"}, id="a higher layer by plain import"),
        pytest.param("from paceline import engine", {"engine"}, id="a higher layer by its package"),
        pytest.param("from paceline import run", {API}, id="the front door"),
        pytest.param("def later():\n    from paceline.cli import main", {"cli"}, id="inside a function"),
        pytest.param("if TYPE_CHECKING:\n    import paceline.report.json", {"report"}, id="only for types"),
        pytest.param("from paceline.helpers import pad", {"helpers"}, id="a layer nobody listed"),
    ],
)
def test_an_import_upwards_is_found(source: str, upwards: set[str]) -> None:
    """The rule above sees every form of import; the importing module here is of `resolve`."""
    assert upwards == imports_upwards(source, "resolve")


def test_collections_hold_no_python() -> None:
    """Collections are data for any runner; what needs Python belongs to the runner."""
    assert sorted((ROOT / "collections").rglob("*.py")) == []
