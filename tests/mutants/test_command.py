"""`paceline mutate` on the command line: what it prints, writes and answers; and the score of our own suite."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.mutants.recorded import ask, recorded

from paceline.cli import main
from paceline.mutants.outcome import Score
from paceline.mutants.run import Choice, mutate
from paceline.mutants.telling import judged_of, score_of

ROOT = Path(__file__).parents[2]
TEST = "pm.test('has an id', () => pm.expect(pm.response.json().id).to.be.a('string'));"


@pytest.fixture
def suite(tmp_path: Path) -> str:
    return str(recorded(tmp_path / "shop", [ask("order", TEST)], {"order": {"id": "SECRET-7", "tags": [], "n": 4711}}))


def test_the_score_comes_first(suite: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Then who noticed what, and what nothing noticed with what would; values of the answer are nowhere."""
    code = main(["mutate", suite])

    said = capsys.readouterr().out
    lines = said.splitlines()
    assert code == 0
    assert lines[0] == "mutation score 41.6 %  5 of 12 changes of recorded answers would be noticed"
    assert "shop              5            0          5        0         7  41.6 %" in lines
    assert "   ✗ drop, type, null  /n" in lines
    assert "     check: pm.test('/n is a number', () => pm.expect(pm.response.json().n).to.be.a('number'));" in lines
    assert "SECRET-7" not in said
    assert "4711" not in said


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param(["--min-score", "42"], 5, id="below"),
        pytest.param(["--min-score", "41"], 0, id="above"),
        pytest.param(["--operators", "stale-cookie"], 6, id="nothing to change"),
        pytest.param(["--operators", "drop,nul"], 2, id="an unknown operator"),
        pytest.param(["--min-score", "101"], 2, id="no share"),
        pytest.param(["-r", "junit"], 2, id="an unknown reporter"),
        pytest.param(["--request", "shop/ordr"], 2, id="an unknown request"),
    ],
)
def test_exit_codes(suite: str, options: list[str], code: int) -> None:
    """Each says what a pipeline needs to know."""
    assert code == main(["mutate", suite, *options])


def test_a_suite_that_is_not_green_has_no_score_to_trust(suite: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The request that fails as it was recorded is named, and the exit code is 1."""
    path = Path(suite).parent / "shop.postman_collection.json"
    path.write_text(path.read_text(encoding="utf-8").replace("'string'", "'number'"), encoding="utf-8")

    code = main(["mutate", suite])

    assert code == 1
    assert "✗ shop/order: it fails as it was recorded: expected" in capsys.readouterr().out


def test_strict_counts_what_may_be(tmp_path: Path) -> None:
    """Changes that the contract allows lower the strict score."""
    schema = {"required": ["id"], "properties": {"id": {"type": "string"}, "note": {"type": "string"}}}
    contracts = {"order": {"schema": "order", "content_type": "application/json"}}
    body = {"id": "7", "note": "x"}
    suite = str(recorded(tmp_path, [ask("order")], {"order": body}, schemas={"order": schema}, contracts=contracts))
    options = ["mutate", suite, "--operators", "drop", "--silent", "--min-score", "90"]

    assert (main(options), main([*options, "--strict"])) == (0, 5)


def test_the_json_report(suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers by operator and collection, and every survivor with its suggestion."""
    path = tmp_path / "score.json"

    main(["mutate", suite, "--reporter-json-export", str(path), "--silent"])

    report = json.loads(path.read_text(encoding="utf-8"))
    assert capsys.readouterr().out == ""
    assert (report["mutants"], report["assertion"], report["survived"]) == (12, 5, 7)
    assert report["operators"]["null"]["score"] == 50
    assert report["collections"]["shop"]["strict_score"] == report["score"]
    [request] = report["requests"]
    assert request["survivors"][0] == {
        "operator": "500",
        "pointer": "",
        "change": "500 in place of 200, the body as it was",
        "suggestion": {"check": "pm.test('status is 200', () => pm.response.to.have.status(200));", "contract": ""},
    }


def test_help_tells_operators_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them."""
    with pytest.raises(SystemExit):
        main(["mutate", "--help"])

    said = capsys.readouterr().out
    for word in ("drop", "type", "null", "off-by-one", "empty-list", "500", "stale-cookie", "--min-score", "130"):
        assert word in said


def test_our_own_suite_notices_nine_changes_in_ten() -> None:
    """Every twentieth is tried here; `paceline mutate` tries them all."""
    told = list(mutate(ROOT / "paceline.yaml", Choice(every=20)))
    score = score_of(judged_of(told))

    assert score.percent is not None
    assert score.percent > 90
    assert score.mutants > 500


def test_a_score_of_nothing() -> None:
    """Where nothing could be noticed there is no share, neither 0 nor 100."""
    assert (Score.of(["allowed"]).percent, Score.of([]).strict_percent) == (None, None)
