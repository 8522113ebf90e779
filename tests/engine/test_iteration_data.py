"""Iteration data: a row of variables for each iteration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.building import item

from paceline.api import RunResult
from paceline.model.outcome import VariableRead

Run = Callable[..., RunResult]

ROWS = ({"user": "ann", "age": 7, "note": None}, {"user": "bob", "age": "8"})


def test_each_iteration_has_its_row(run: Run, targets: Callable[[], list[str]]) -> None:
    """There are as many iterations as rows, and what was sent tells where its variables came from."""
    result = run(item("one", "{{base}}/{{user}}/{{age}}"), iteration_data=ROWS)

    assert targets() == ["/ann/7", "/bob/8"]
    assert [item.cursor.cycles for item in result.items] == [2, 2]
    assert VariableRead("age", "iteration data", 7) in result.items[0].reads


def test_more_iterations_repeat_the_last_row(run: Run, targets: Callable[[], list[str]]) -> None:
    """Fewer leave rows out."""
    one = item("one", "{{base}}/{{user}}")
    run(one, iteration_data=ROWS, iterations=3)
    run(one, iteration_data=ROWS, iterations=1)

    assert targets() == ["/ann", "/bob", "/bob", "/ann"]


def test_data_stand_between_local_variables_and_the_environment(run: Run, targets: Callable[[], list[str]]) -> None:
    """What a script sets locally hides them, and they hide what the files define."""
    sets = "pm.variables.set('age', 'local')"
    more: dict[str, Any] = {"environment": {"user": "e", "age": "e"}, "variable": {"user": "c"}}
    run(item("one", "{{base}}/{{user}}/{{age}}", prerequest=sets), iteration_data=ROWS[:1], **more)

    assert targets() == ["/ann/local"]


def test_scripts_see_the_row(run: Run) -> None:
    """As `pm.iterationData`, with null and types as they are, and through `pm.variables`."""
    script = "console.log(pm.iterationData.toObject(), pm.variables.get('user'))"
    result = run(item("one", "{{base}}/", test=script), iteration_data=ROWS)

    assert [message.values for one in result.items for message in one.console] == [
        (dict(row), row["user"]) for row in ROWS
    ]


def test_null_is_no_value_for_a_template(run: Run) -> None:
    """Postman leaves the template in the text; here it is a variable without a value, found before it is sent."""
    result = run(
        item("one", "{{base}}/{{note}}", prerequest="pm.environment.set('n' + 'ote2', 1)"), iteration_data=ROWS
    )

    assert [failure.kind for _, failure in result.failures] == ["unresolved", "unresolved"]
