"""Words and order that Newman 6.2.2 gave for the same scripts."""

from __future__ import annotations

import base64

import pytest
from tests.script.conftest import Play

BODY = b'{"a": 1, "path": "/x", "list": [1, 2, 3], "nested": {"x": null}}'
RESPONSE = {
    "code": 200,
    "status": "OK",
    "header": [{"key": "Content-Type", "value": "application/json; charset=utf-8"}],
    "stream": {"type": "Base64", "data": base64.b64encode(BODY).decode()},
    "responseTime": 12,
}


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("pm.expect({a: 1}).to.eql({a: 2})", "expected { a: 1 } to deeply equal { a: 2 }"),
        ("pm.response.to.have.status(404)", "expected response to have status code 404 but got 200"),
        ("pm.expect(pm.response.json().list).to.include(9)", "expected [ 1, 2, 3 ] to include 9"),
        (
            "pm.response.to.have.jsonSchema({type: 'object', required: ['zz']})",
            "expected data to satisfy schema but found following errors: \ndata should have required property 'zz'",
        ),
        ("pm.response.to.have.header('X-Nope')", "expected response to have header with key 'X-Nope'"),
        (
            "pm.response.to.have.jsonBody('nested.y')",
            "expected { a: 1, path: '/x', …(2) } in response to contain property 'nested.y'",
        ),
        ("pm.response.to.be.clientError", "expected response code to be 4XX but found 200"),
        ("pm.expect([1, 2, {a: 'x'.repeat(50)}]).to.deep.equal([1])", "expected [ 1, 2, …(1) ] to deeply equal [ 1 ]"),
        ("pm.expect(5).to.be.oneOf([1, 2])", "expected 5 to be one of [ 1, 2 ]"),
        ("pm.expect([1, 2]).to.have.lengthOf(3)", "expected [ 1, 2 ] to have a length of 3 but got 2"),
        ("pm.expect({a: 1}).to.have.all.keys('a', 'b')", "expected { a: 1 } to have keys 'a', and 'b'"),
        ("pm.expect('abc').to.match(/x/)", "expected 'abc' to match /x/"),
    ],
)
def test_words_of_a_failed_check(play: Play, check: str, words: str) -> None:
    """A failed check is told in Newman's words."""
    problem = play(f"pm.test('t', () => {check})", response=RESPONSE).assertions[0].problem

    assert problem is not None
    assert (problem.name, problem.message) == ("AssertionError", words)


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        ("undefined.foo", "TypeError", "Cannot read properties of undefined (reading 'foo')"),
        ("nope()", "ReferenceError", "nope is not defined"),
        ("let x = ;", "SyntaxError", "Unexpected token ';'"),
        ("pm.expect(1).to.equal(2)", "AssertionError", "expected 1 to equal 2"),
    ],
)
def test_words_of_an_error(play: Play, source: str, name: str, words: str) -> None:
    """So is an error outside every check."""
    problem = play(source).problem()

    assert (problem.name, problem.message) == (name, words)


def test_deprecated_names_are_told(play: Play) -> None:
    """The sandbox warns of what is deprecated, once for each name."""
    played = play("tests['a'] = true; tests['b'] = true; postman.setGlobalVariable('g', 1)")

    assert {message.level for message in played.console} == {"warn"}
    assert played.console[0].values == ('Using "tests" is deprecated. Use "pm.test()" instead.',)
