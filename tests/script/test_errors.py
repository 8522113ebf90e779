"""Errors of scripts: name, message, and the lines of the user's own source."""

from __future__ import annotations

import pytest
from tests.script.conftest import Play

from paceline.script.problems import problem_of
from paceline.script.syntax import syntax_problem


@pytest.mark.parametrize(
    ("source", "stack"),
    [
        pytest.param("throw new Error('x')", "at eval (line 1:7)", id="first line"),
        pytest.param("\n\n  throw new Error('x')", "at eval (line 3:9)", id="later line"),
        pytest.param(
            "function outer() {\n  inner();\n}\nfunction inner() {\n  null.x;\n}\nouter();",
            "at inner (line 5:8)\nat outer (line 2:3)\nat eval (line 7:1)",
            id="functions",
        ),
        pytest.param("'use sandbox2'; throw new Error('x')", "at eval (line 1:23)", id="after the marker"),
        pytest.param("\r\n\r\nthrow new Error('x')", "at eval (line 3:7)", id="lines of Windows"),
        pytest.param(
            "[1].forEach(() => { throw new Error('x') })", "at eval (line 1:27)\nat eval (line 1:5)", id="callback"
        ),
    ],
)
def test_lines(play: Play, source: str, stack: str) -> None:
    """The stack has the frames of the script, with its own lines and columns, and none of the sandbox."""
    problem = play(source).problem()

    assert stack == problem.stack


def test_lines_of_a_failed_test(play: Play) -> None:
    """A failed check names the line of the check."""
    played = play("\npm.test('t', () => {\n  pm.expect(1).to.equal(2);\n});")

    problem = played.assertions[0].problem
    assert problem is not None
    assert problem.stack.splitlines()[0] == "at eval (line 3:19)"


@pytest.mark.parametrize(
    ("thrown", "name", "message"),
    [
        ("new RangeError('r')", "RangeError", "r"),
        ("'text'", "Error", "text"),
        ("7", "Error", "7"),
        ("{code: 7}", "Error", '{"code": 7}'),
        ("{message: 'm'}", "Error", "m"),
    ],
)
def test_anything_may_be_thrown(play: Play, thrown: str, name: str, message: str) -> None:
    """Whatever it is, there is something to read."""
    problem = play(f"throw {thrown}").problem()

    assert (problem.name, problem.message) == (name, message)


def test_changes_before_an_error_count(play: Play) -> None:
    """As in Postman, what was set before a throw stays set."""
    played = play("pm.environment.set('a', 1); throw new Error('x')")

    assert played.set_in("environment") == {"a": 1}


def test_missing_package(play: Play) -> None:
    """A package of Postman's library is refused with advice."""
    problem = play("pm.require('@team/package')").problem()

    assert "require" in problem.message
    assert "not available" in problem.fix


def test_a_script_that_does_not_parse(play: Play) -> None:
    """The report says where; nothing of the script has run."""
    played = play("console.log('never');\nlet ride = ;\n")

    problem = played.problem()
    assert (problem.name, problem.message, problem.stack) == ("SyntaxError", "Unexpected token ';'", "at line 2:12")
    assert played.logged == []


def test_a_syntax_error_at_run_time(play: Play) -> None:
    """Text that a script evaluates itself is blamed on the line that does so."""
    assert play("\neval('a b')").problem().stack == "at eval (line 2:1)"


@pytest.mark.parametrize(
    ("source", "stack"),
    [
        pytest.param("let a = ;", "at line 1:9", id="first line"),
        pytest.param("a();\n  const b = 1 +* 2;", "at line 2:16", id="later line"),
        pytest.param("a\r\nb c", "at line 2:3", id="lines of Windows"),
        pytest.param("a\u2028b c", "at line 2:3", id="line separator"),
        pytest.param("let a;\nlet a;", "at line 2:5", id="declared twice"),
        pytest.param("'\ud800'; a b", "at line 1:8", id="half a surrogate pair"),
        pytest.param("if (a) {\n  b();\n", "at line 3", id="open at the end"),
        pytest.param("`abc", "at line 1", id="text open at the end"),
    ],
)
def test_where_it_does_not_parse(source: str, stack: str) -> None:
    """Line and column are those of the script; what is open at the end is told with advice."""
    problem = syntax_problem(source)

    assert problem is not None
    assert (problem.name, problem.stack) == ("SyntaxError", stack)
    assert ("not closed" in problem.fix) == (":" not in stack)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "await pm.sendRequest('x')",
        "return",
        "// a comment",
        "}); for (;;) {} (() => {",  # closes the function around it, which the sandbox would run
        "throw 1",
        "<!-- an HTML comment",
        '"use sandbox2"; var a = 010; with ({}) {}',
    ],
)
def test_what_parses(source: str) -> None:
    """What the sandbox accepts is accepted, and not run."""
    assert syntax_problem(source) is None


def test_errors_of_other_kinds() -> None:
    """What is no error object is told as it is."""
    assert problem_of("text").message == "text"
