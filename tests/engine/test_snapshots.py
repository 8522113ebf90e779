"""A step can be executed and then never have been: a session goes back to what it knew before."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

from tests.building import item, parsed
from tests.servers import Server

from paceline.api import variables
from paceline.engine.options import RunOptions
from paceline.engine.selection import select
from paceline.engine.session import Means, Session
from paceline.model.outcome import ItemResult
from paceline.model.suite import Suite
from paceline.script.v8 import Sandbox
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

CHANGES = """
['environment', 'globals', 'collectionVariables', 'variables'].forEach((scope) => {
    pm[scope].set('count', Number(pm[scope].get('count') || 0) + 1);
    pm[scope].unset('old');
});
pm.test(`${pm.environment.get('count')} ${pm.globals.get('count')} ${pm.collectionVariables.get('count')}`, () => {});
"""


def drained(events: Any) -> ItemResult:
    try:
        while True:
            next(events)
    except StopIteration as stop:
        result: ItemResult = stop.value
        return result


def test_nothing_of_a_step_is_left_after_going_back(
    server: Server, sandbox: Sandbox, targets: Callable[[], list[str]]
) -> None:
    """Variables of all scopes, cookies, counters and changes that are to be undone are as they were at the snapshot."""
    one = item("One", "{{base}}/cookie/sid/1", test=CHANGES)
    collection = parsed(one, variable={"base": server.url, "old": "c"})
    environment, globals_ = variables({"old": "e"}, "environment"), variables({"old": "g"}, "globals")
    jar = CookieJar()
    with closing(LiveTransport(jar)) as transport:
        [step] = select(collection)
        suite = Suite(mutations={step.key: step.key})
        means = Means(transport, jar, sandbox)
        session = Session([collection], environment, globals_, RunOptions(allow_mutations=True), means, suite)
        snapshot = session.snapshot()
        first = drained(session.execute(step, session.cursor()))
        assert (len(jar), session.mutations.done()) == (1, (step.key,))

        session.restore(snapshot)

        assert (len(jar), session.mutations.done()) == (0, ())
        assert (environment, globals_) == session.variables()
        assert session.scopes_of(step).collection.get("old") == "c"
        second = drained(session.execute(step, session.cursor()))
    assert [each.name for each in first.assertions()] == ["1 1 1"] == [each.name for each in second.assertions()]
    assert first.cursor.ref == second.cursor.ref
    assert targets() == ["/cookie/sid/1"] * 2
