"""Docstrings that are checked: the examples in the package's, and that every test has one."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import paceline

TESTS = Path(__file__).parent
MODULES = [module.name for module in pkgutil.walk_packages(paceline.__path__, "paceline.")]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith(".__main__")])
def test_the_examples_hold(name: str) -> None:
    """What a docstring shows after `>>>` gives what it shows below."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_every_test_states_a_behaviour(path: Path) -> None:
    """The docstring of a test is a sentence of the specification."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert [f.name for f in functions if f.name.startswith("test_") and not ast.get_docstring(f)] == []
