"""The Peloton suite in pytest: its requests are tests, replayed from cassettes unless `--live` is given.

`pytest collections` runs them; docs/pytest.md tells more.
"""

from __future__ import annotations

import pytest

from paceline.model.outcome import ItemResult


def pytest_paceline_after_request(item: pytest.Item, result: ItemResult) -> None:
    """What no script of the suite has to repeat: every request has a contract, and it was held against it."""
    assert result.contract is not None
    assert result.contract.checked, f"{item.name} has no contract"
