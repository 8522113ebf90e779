"""Hooks for conftest files: Python around requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from paceline.model.outcome import ItemResult
    from paceline.resolve.scopes import Scopes


def pytest_paceline_before_request(item: pytest.Item, variables: Scopes) -> None:
    """Called before a request runs as a test, with the variables as it will see them; `set` on a scope changes them."""


def pytest_paceline_after_request(item: pytest.Item, result: ItemResult) -> None:
    """Called after a request ran as a test. An assertion that fails here fails the test."""
