"""`pm.test`, with the holes closed through which a test could be green by accident."""

from __future__ import annotations

import pytest
from tests.script.conftest import Play


def test_verdicts(play: Play) -> None:
    """Pass, fail, skip; each has its index, in the order in which they were made."""
    played = play(
        """
        pm.test('passes', () => pm.expect(1).to.equal(1));
        pm.test('fails', () => pm.expect(1, 'the one').to.equal(2));
        pm.test.skip('skipped', () => { throw new Error(); });
        pm.test('throws', function () { undefined.x; });
        console.log(pm.test.index());
        """
    )

    assert played.verdicts == {
        "passes": "passed",
        "fails": "the one: expected 1 to equal 2",
        "skipped": "skipped",
        "throws": "Cannot read properties of undefined (reading 'x')",
    }
    assert [made.index for made in played.assertions] == [0, 1, 2, 3]
    assert [made.problem.name for made in played.assertions if made.problem] == ["AssertionError", "TypeError"]
    assert played.logged == [4]


def test_in_pre_request_scripts(play: Play) -> None:
    """Tests may be made before the request, too."""
    assert play("pm.test('early', () => {})", "prerequest").verdicts == {"early": "passed"}


def test_chain_and_nesting(play: Play) -> None:
    """`pm.test` gives pm back; a test inside a test is a test of its own."""
    played = play("pm.test('a', () => { pm.test('inner', () => { throw new Error('deep'); }); }).test('b', () => {})")

    assert played.verdicts == {"inner": "deep", "a": "passed", "b": "passed"}


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        pytest.param("async () => { await null; }", "passed", id="async"),
        pytest.param("async () => { await null; throw new Error('late'); }", "late", id="async that fails"),
        pytest.param("async () => { throw new Error('early'); }", "early", id="async that fails at once"),
        pytest.param(
            "async () => { await new Promise((r) => setTimeout(r, 20)); pm.expect(1).to.eql(2); }",
            "expected 1 to deeply equal 2",
            id="async that fails after a timer",
        ),
        pytest.param("() => Promise.reject(new Error('returned'))", "returned", id="returned promise"),
        pytest.param(
            "() => Promise.reject()", "the promise was rejected without a reason", id="rejected without reason"
        ),
        pytest.param("(done) => setTimeout(done, 5)", "passed", id="done"),
        pytest.param("(done) => setTimeout(() => done(new Error('told')), 5)", "told", id="done with an error"),
        pytest.param("(done) => { throw new Error('before done'); }", "before done", id="error before done"),
        pytest.param("(done) => { done(); done(); }", "passed", id="done twice"),
        pytest.param("async (done) => { done(); }", "passed", id="async with done"),
        pytest.param("async (done) => { throw new Error('both'); }", "both", id="async with done that fails"),
    ],
)
def test_asynchronous_tests(play: Play, body: str, verdict: str) -> None:
    """A promise is awaited and `done` waited for, and the script lasts until then."""
    played = play(f"pm.test('t', {body}); pm.environment.set('after', 1)", timeout=20)

    assert played.result.problem is None
    assert played.verdicts == {"t": verdict}
    assert len(played.assertions) == 1
    assert played.set_in("environment") == {"after": 1}


@pytest.mark.parametrize(
    ("body", "told"), [("false", "boolean"), ("undefined", "undefined"), ("null", "null"), ("'text'", "string")]
)
def test_without_a_function(play: Play, body: str, told: str) -> None:
    """What checks nothing fails, with advice."""
    verdict = play(f"pm.test('t', {body})").verdicts["t"]

    assert f"is {told}, not a function" in verdict
    assert "pm.test(name, function" in verdict


def test_done_never_called(play: Play) -> None:
    """The script runs out of time, and is told why that may be."""
    played = play("pm.test('t', (done) => {})", timeout=0.2)

    assert played.assertions == []
    assert "timeout" in played.problem().message
    assert "`done`" in played.problem().fix


@pytest.mark.parametrize(
    ("name", "told"),
    [("'a\\u0000b'", "a\0b"), ("'\\ud83d'", "\N{REPLACEMENT CHARACTER}"), ("7", "7"), ("undefined", "undefined")],
)
def test_names(play: Play, name: str, told: str) -> None:
    """Any name will do."""
    assert [made.name for made in play(f"pm.test({name}, () => {{}})").assertions] == [told]


def test_many_tests(play: Play) -> None:
    """Five thousand are all told, in order."""
    played = play("for (let i = 0; i < 5000; i++) pm.test(i, () => { if (i === 4999) throw new Error('last'); })")

    assert [made.index for made in played.assertions] == list(range(5000))
    assert [made.name for made in played.assertions if made.failed] == ["4999"]


def test_legacy_tests(play: Play) -> None:
    """Entries of the old `tests` object count after the script, by truthiness."""
    played = play("tests['good'] = 1; tests['bad'] = 0;")

    assert played.verdicts == {"good": "passed", "bad": "expected 0 to be truthy"}
