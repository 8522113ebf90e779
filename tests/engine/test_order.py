"""Which items run, in which order, and what their scripts may change about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.building import event, folder, item, parsed
from tests.servers import Server

import paceline
from paceline.engine.selection import Route, select
from paceline.errors import UsageError

Run = Callable[..., Any]
Targets = Callable[[], list[str]]

CHECK = "pm.test('{0}', () => {{}});"


def names(result: Any) -> list[str]:
    return [one.item.name for one in result.items]


# --- Scripts ---


def test_scripts_run_from_the_collection_inwards(run: Run) -> None:
    """Collection, folders outer to inner, request: before the request and after it alike."""
    log = "console.log('{0} ' + pm.info.eventName);"
    inner = folder("inner", item("one", "{{base}}/", prerequest=log.format("item"), test=log.format("item")))
    for level, entry in (("inner", inner), ("outer", folder("outer", inner))):
        entry["event"] = [event("prerequest", log.format(level)), event("test", log.format(level))]
    outer = folder("outer", inner, prerequest=log.format("outer"), test=log.format("outer"))

    result = run(outer, prerequest=log.format("collection"), test=log.format("collection"))

    levels = ["collection", "outer", "inner", "item"]
    said = [str(message.values[0]) for message in result.items[0].console]
    assert said == [*(f"{level} prerequest" for level in levels), *(f"{level} test" for level in levels)]


def test_all_scripts_of_a_kind_run_but_disabled_ones(run: Run) -> None:
    """Several events of one kind run in the order written; one that throws does not keep the next from running."""
    one = item("one", "{{base}}/")
    one["event"] = [
        event("test", CHECK.format("a")),
        event("test", "throw new Error('broken')"),
        event("test", CHECK.format("off"), disabled=True),
        event("test", CHECK.format("b")),
    ]

    result = run(one)

    assert [check.name for check in result.items[0].assertions()] == ["a", "b"]
    assert [failure.kind for _, failure in result.failures] == ["script"]


def test_a_broken_prerequest_script_does_not_stop_the_request(run: Run, targets: Targets) -> None:
    """The request goes out and its tests run, as in Postman; the run is red."""
    result = run(item("one", "{{base}}/x", prerequest="throw new Error('broken')", test=CHECK.format("ran")))

    assert targets() == ["/x"]
    assert [check.problem for check in result.items[0].assertions()] == [None]
    assert result.exit_code == paceline.ExitCode.SCRIPT_ERROR


def test_scripts_know_where_they_are(run: Run) -> None:
    """`pm.info` and `pm.execution.location` tell the place in run and collection."""
    script = (
        "pm.test([pm.info.iteration, pm.info.iterationCount, pm.info.requestName, pm.info.requestId,\n"
        "  pm.execution.location.join('/'), pm.execution.location.current].join(' '), () => {});"
    )
    one = {**item("one", "{{base}}/"), "id": "i-1"}

    result = run(folder("f", one, test=script), iterations=2, name="Col")

    told = [check.name for each in result.items for check in each.assertions()]
    assert told == ["0 2 one i-1 Col/f/one f", "1 2 one i-1 Col/f/one f"]


# --- setNextRequest ---


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        pytest.param("pm.execution.setNextRequest('three')", ["one", "three", "four"], id="by name"),
        pytest.param("postman.setNextRequest('id-3')", ["one", "three", "four"], id="by id, legacy API"),
        pytest.param("pm.execution.setNextRequest(null)", ["one"], id="null ends the iteration"),
        pytest.param(
            "pm.execution.setNextRequest('two'); pm.execution.setNextRequest('four')",
            ["one", "four"],
            id="the last call counts",
        ),
    ],
)
def test_a_script_names_the_next_request(run: Run, calls: str, expected: list[str]) -> None:
    """The jump is made when the item has ended; it is applied in every iteration."""
    four = [{**item(name, "{{base}}/"), "id": f"id-{at}"} for at, name in enumerate("one two three four".split(), 1)]
    four[0]["event"] = [event("test", calls)]

    result = run(*four, iterations=2)

    assert names(result) == expected * 2
    assert result.ok


def test_test_scripts_have_the_last_word_on_the_next_request(run: Run) -> None:
    """A pre-request script may name the next request, but a later test script overrules it."""
    first = item(
        "one",
        "{{base}}/",
        prerequest="pm.execution.setNextRequest('two')",
        test="pm.execution.setNextRequest('three')",
    )

    assert names(run(first, item("two", "{{base}}/"), item("three", "{{base}}/"))) == ["one", "three"]


def test_a_jump_back_makes_a_loop(run: Run) -> None:
    """The way to retry: go back to oneself until a counter says enough."""
    loop = (
        "const n = (pm.variables.get('n') || 0) + 1; pm.variables.set('n', n);"
        "if (n < 3) { pm.execution.setNextRequest(pm.info.requestName); }"
    )

    result = run(item("poll", "{{base}}/", test=loop), item("after", "{{base}}/"))

    assert names(result) == ["poll", "poll", "poll", "after"]
    assert [one.cursor.position for one in result.items] == [0, 0, 0, 1]
    assert len({one.cursor.ref for one in result.items}) == 4


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        pytest.param("'twoo'", "did you mean `two`?", id="a slip of the pen"),
        pytest.param("'nothing like it'", "it names a request among those", id="nothing near"),
        pytest.param("'outside'", "it names a request among those", id="not selected"),
        pytest.param("false", "it names a request among those", id="not even a name"),
    ],
)
def test_an_unknown_next_request_is_a_failure(run: Run, call: str, fix: str) -> None:
    """Postman ends the iteration and calls it good; here it ends too, but the run is red."""
    chosen = folder("chosen", item("one", "{{base}}/", test=f"pm.execution.setNextRequest({call})"))
    chosen["item"].append(item("two", "{{base}}/"))

    result = run(chosen, item("outside", "{{base}}/"), folders=("chosen",))

    assert names(result) == ["one"]
    assert result.exit_code == paceline.ExitCode.SCRIPT_ERROR
    [(_, failure)] = result.failures
    assert (failure.kind, failure.at) == ("script", "setNextRequest")
    assert call.strip("'") in failure.problem.message
    assert failure.problem.fix.startswith(fix)


def test_the_route_prefers_ids_and_of_one_name_the_last() -> None:
    """An id counts before a name; of several requests of one name the last in the collection is meant."""
    steps = select(parsed(item("a", "x"), {**item("b", "x"), "id": "a"}, item("twin", "x"), item("twin", "x")))
    route = Route(steps)

    assert [route.position_of(name) for name in ("a", "b", "twin", "none")] == [1, 1, 3, None]


# --- skipRequest ---


def test_a_skipped_request_is_neither_sent_nor_tested(run: Run, targets: Targets) -> None:
    """What comes after the call does not run, nor do later scripts, the request and the tests."""
    skip = "pm.environment.set('before', 1); pm.execution.skipRequest(); pm.environment.set('after', 1);"
    skipped = item("one", "{{base}}/one", prerequest="pm.environment.set('later', 1)", test=CHECK.format("never"))

    result = run(folder("f", skipped, prerequest=skip), item("two", "{{base}}/two"))

    assert targets() == ["/two"]
    assert result.ok
    assert result.items[0].skipped == "a pre-request script called pm.execution.skipRequest"
    assert list(result.items[0].assertions()) == []
    assert result.summary.skipped_items == 1
    assert "later" not in {each.key for each in result.environment.variables}


# --- Folders ---


def nested() -> Any:
    return parsed(
        folder("outer", folder("x", item("deep", "u"), id="f-x"), item("x-like", "u")),
        folder("x", item("shallow", "u")),
        item("last", "u"),
        folder("left", folder("further", folder("twin", item("first twin", "u")))),
        folder("right", folder("twin", item("second twin", "u"))),
    )


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        pytest.param((), ["deep", "x-like", "shallow", "last", "first twin", "second twin"], id="everything"),
        pytest.param(("x",), ["shallow"], id="own children come before grandchildren"),
        pytest.param(("f-x",), ["deep"], id="by id"),
        pytest.param(("last", "outer"), ["deep", "x-like", "last"], id="several, in collection order"),
        pytest.param(("outer", "f-x", "deep"), ["deep", "x-like"], id="what lies in another one is not repeated"),
        pytest.param(("x-like",), ["x-like"], id="a single request"),
        pytest.param(("twin",), ["first twin"], id="the first one, depth first"),
    ],
)
def test_folders_select(folders: tuple[str, ...], expected: list[str]) -> None:
    """Names or ids of folders or requests choose what runs."""
    assert [step.item.name for step in select(nested(), folders)] == expected


def test_a_missing_folder_stops_the_run_before_it_starts(run: Run, targets: Targets) -> None:
    """The nearest name is offered."""
    with pytest.raises(UsageError) as caught:
        run(folder("checkout", item("pay", "{{base}}/")), folders=("checkout", "chekout"))

    assert caught.value.what == "there is no folder or request named `chekout`"
    assert caught.value.fix == "did you mean `checkout`?"
    assert targets() == []


def test_a_missing_folder_like_no_other_is_told_with_some_that_are_there(run: Run) -> None:
    """Names to choose from, or that there is nothing to choose."""
    with pytest.raises(UsageError) as several:
        run(*(item(name, "{{base}}/") for name in "fedcba"), folders=("zzz",))
    with pytest.raises(UsageError) as none:
        run(folders=("zzz",))

    fixes = several.value.fix, none.value.fix
    assert fixes == ("there is `a`, `b`, `c`, `d`, `e` and 1 more", "there is none at all")


def test_of_several_collections_one_must_have_the_folder(server: Server) -> None:
    """A collection without it is passed over."""
    first = parsed(item("one", server.url))
    second = parsed(folder("f", item("two", server.url)))

    result = paceline.run([first, second], options=paceline.RunOptions(folders=("f",)))

    assert names(result) == ["two"]


# --- Iterations, bail, delay ---


def test_several_collections_run_one_after_the_other_in_each_iteration(server: Server) -> None:
    """The events tell iterations, and within them the items of all collections."""
    both = [parsed(item(name, server.url), name=name) for name in ("A", "B")]

    told = [
        (type(event).__name__, getattr(getattr(event, "item", None), "name", getattr(event, "iteration", None)))
        for event in paceline.stream(both, options=paceline.RunOptions(iterations=2))
        if not isinstance(event, paceline.ItemFinished)
    ]

    def one(iteration: int) -> list[Any]:
        items = [("ItemStarted", "A"), ("ItemStarted", "B")]
        return [("IterationStarted", iteration), *items, ("IterationFinished", iteration)]

    assert told == [("RunStarted", None), *one(0), *one(1), ("RunFinished", None)]


def test_bail_ends_the_run_after_the_first_failing_item(run: Run) -> None:
    """The failing script runs to its end; nothing after the item does, other iterations included."""
    fails = "pm.test('no', () => { throw new Error('no') }); pm.test('still', () => {});"

    result = run(item("one", "{{base}}/", test=fails), item("two", "{{base}}/"), bail=True, iterations=3)

    assert names(result) == ["one"]
    assert [check.name for check in result.items[0].assertions()] == ["no", "still"]
    assert (result.exit_code, result.summary.counts["iterations"].total) == (1, 1)


def test_bail_does_not_send_after_a_failed_prerequest_script(run: Run, targets: Targets) -> None:
    """As in Newman; without bail the request is sent."""
    fails = "pm.test('no', () => { throw new Error('no') })"

    result = run(item("one", "{{base}}/", prerequest=fails), bail=True)

    assert targets() == []
    assert (result.items[0].skipped or "").endswith("--bail is on")
    assert result.exit_code == paceline.ExitCode.FAILED


def test_the_delay_comes_before_every_item(run: Run) -> None:
    """Before the first one too."""
    result = run(item("one", "{{base}}/"), item("two", "{{base}}/"), delay_ms=30)

    assert result.summary.completed - result.summary.started >= 0.06
    assert result.items[0].started - result.summary.started >= 0.03


@pytest.mark.parametrize("iterations", [0, -1])
def test_a_run_needs_an_iteration(iterations: int) -> None:
    """Fewer than one cannot be run."""
    with pytest.raises(UsageError, match="iterations cannot be run"):
        paceline.run(parsed(), options=paceline.RunOptions(iterations=iterations))


def test_a_run_needs_a_collection() -> None:
    """An empty list is a slip of the caller."""
    with pytest.raises(UsageError, match="there is no collection to run"):
        paceline.run([], options=paceline.RunOptions(folders=("f",)))
