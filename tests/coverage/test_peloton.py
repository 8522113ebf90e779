"""What the Peloton suite covers, replayed from its cassettes."""

from __future__ import annotations

from pathlib import Path

import pytest

from paceline.cli import main

SUITE = Path(__file__).parents[2] / "paceline.yaml"


def test_the_peloton_suite(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every request runs, has a contract, and brings nothing that its contract does not describe."""
    monkeypatch.chdir(SUITE.parent)

    assert main(["coverage", "--replay", "--min-coverage", "requests=100,contracts=100,described=100"]) == 0
    assert "the run itself failed" not in capsys.readouterr().out
