"""`paceline lint`: mistakes that can be seen without sending anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from paceline.lint import Finding, lint
from paceline.model.variables import Variable, VariableSet
from tests import building
from tests.building import Json

NOTHING = VariableSet("")


def item(name: str, url: str = "http://localhost/", **more: Any) -> Json:
    """An item whose address does not matter."""
    return building.item(name, url, **more)


def findings(*items: Json, environment: VariableSet = NOTHING, **members: Any) -> list[Finding]:
    """What lint finds in a collection of these items."""
    return lint([building.parsed(*items, **members)], environment, NOTHING)


def told(*items: Json, **members: Any) -> list[tuple[str, str]]:
    """Rule and JSON Pointer of each finding."""
    return [(finding.rule, finding.at.pointer) for finding in findings(*items, **members)]


def test_a_clean_collection_has_no_findings() -> None:
    """Variables that are defined, scripts that parse and templates in place of secrets are fine."""
    header = [{"key": "Authorization", "value": "Bearer {{token}}"}]
    clean = item("One", "{{host}}/rides", test="pm.test('ok', () => {})\nawait 1", header=header)
    values = VariableSet("", (Variable("host", "http://localhost"), Variable("token", "")))

    assert told(clean, environment=values) == []


def test_a_variable_that_nothing_defines_is_found_once_with_the_nearest_name() -> None:
    """A finding for each name, at its first place, however often the name is used."""
    values = VariableSet("", (Variable("base_url", "http://localhost"),))
    found = findings(item("One", "{{bse_url}}/a"), item("Two", "{{bse_url}}/b"), environment=values)

    assert [(one.rule, one.at.pointer) for one in found] == [("unresolved-variable", "/item/0/request/url")]
    assert "1 more place" in found[0].what
    assert "did you mean `base_url`?" in found[0].fix


def test_a_variable_that_a_script_sets_is_no_finding() -> None:
    """The value comes while the run goes on."""
    login = item("Login", test="pm.environment.set('ride_id', pm.response.json().id)")

    assert told(login, item("Ride", "http://localhost/{{ride_id}}")) == []


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param("let x = ;", 1, id="on the first line"),
        pytest.param("pm.test('a', () => {})\n\nfoo(;", 3, id="further down"),
        pytest.param("if (true) {", 1, id="not closed"),
    ],
)
def test_a_script_that_does_not_parse_is_found_with_its_line(source: str, line: int) -> None:
    """Postman would tell only at run time."""
    (found,) = findings(item("One", test=source))

    assert (found.rule, found.at.pointer) == ("script-syntax", "/item/0/event/0/script/exec")
    assert f"line {line}" in found.what


def test_scripts_of_folders_and_of_the_collection_are_looked_at_once() -> None:
    """However many requests inherit them."""
    inner = building.folder("Folder", item("One"), item("Two"), prerequest="(")

    assert told(inner, prerequest="(") == [
        ("script-syntax", "/event/0/script/exec"),
        ("script-syntax", "/item/0/event/0/script/exec"),
    ]


def test_a_script_is_only_parsed_never_run() -> None:
    """Not even one that would never end."""
    assert told(item("One", test="for (;;) {}")) == []


@pytest.mark.parametrize("call", ["pm.execution.setNextRequest('Twin')", 'postman.setNextRequest("Twin")'])
def test_a_next_request_that_stands_for_two_is_found(call: str) -> None:
    """Postman would take the last of them."""
    assert told(item("One", test=call), item("Twin"), item("Twin")) == [
        ("duplicate-name", "/item/0/event/0/script/exec")
    ]


def test_a_next_request_that_does_not_exist_is_found_with_the_nearest_name() -> None:
    """At run time it is a failure."""
    (found,) = findings(item("One", test="pm.execution.setNextRequest('Logn')"), item("Login"))

    assert (found.rule, found.fix) == ("unknown-request", "did you mean `Login`?")


def test_duplicate_names_alone_are_no_finding() -> None:
    """They confuse nobody as long as no script names them; null, and names made at run time, cannot be judged."""
    script = "pm.execution.setNextRequest(null); pm.execution.setNextRequest(`Ride ${1}`)"

    assert told(item("Twin", test=script), item("Twin")) == []


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        pytest.param({"header": [{"key": "Authorization", "value": "Bearer abc123"}]}, "/header/0", id="a header"),
        pytest.param({"header": [{"key": "X-Api-Key", "value": "abc123"}]}, "/header/0", id="an API key header"),
        pytest.param(
            {
                "auth": {
                    "type": "basic",
                    "basic": [{"key": "username", "value": "a"}, {"key": "password", "value": "b"}],
                }
            },
            "/auth",
            id="a password of basic authorization",
        ),
        pytest.param({"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "t"}]}}, "/auth", id="a token"),
        pytest.param(
            {"body": {"mode": "urlencoded", "urlencoded": [{"key": "password", "value": "p"}]}},
            "/body/urlencoded/0",
            id="a field of a form",
        ),
    ],
)
def test_a_secret_that_is_written_out_is_found(members: dict[str, Any], pointer: str) -> None:
    """Collections are shared and committed; secrets belong elsewhere."""
    one = item("One", **members)

    assert told(one) == [("hard-coded-secret", f"/item/0/request{pointer}")]


def test_a_secret_variable_of_the_collection_is_found_and_never_printed() -> None:
    """The finding names the variable, not its value."""
    (found,) = findings(item("One"), variable=[{"key": "api_token", "value": "hunter2-hunter2"}])

    assert (found.rule, found.at.pointer) == ("hard-coded-secret", "/variable/0")
    assert "hunter2" not in str(found)


def test_a_disabled_entry_is_no_finding() -> None:
    """It is never sent."""
    assert told(item("One", header=[{"key": "Authorization", "value": "Bearer abc", "disabled": True}])) == []


def test_the_command_prints_findings_and_answers_with_1(tmp_path: Path) -> None:
    """So that it can guard a commit."""
    path = building.written(tmp_path / "rides.postman_collection.json", item("One", "{{host}}/"))
    command = [sys.executable, "-m", "paceline", "lint", path]

    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "unresolved-variable: variable {{host}} is not defined" in done.stdout
    assert f"--> {path}#/item/0/request" in done.stdout

    done = subprocess.run([*command, "--env-var", "host=http://localhost"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "no findings in 1 collection\n")
