"""The Python interface: what `import paceline` shows, and how it is used."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import paceline
from paceline.api import gathered
from paceline.formats.collection import parse_collection
from tests.building import collection, environment, item, parsed, written
from tests.servers import Peer, Server, fixed, response, serving


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(fixed(response(200, body=b"ok"))) as running:
        yield running


# --- The door ---


def test_all_names_what_the_package_shows() -> None:
    """Sorted, complete, and nothing else that is not a module or private."""
    shown = {
        name for name in dir(paceline) if not name.startswith("_") and not inspect.ismodule(getattr(paceline, name))
    }

    assert sorted(shown - {"TYPE_CHECKING", "Any", "annotations"}) == sorted(paceline.__all__)
    assert list(paceline.__all__) == sorted(paceline.__all__)


@pytest.mark.parametrize("name", paceline.__all__)
def test_every_public_name_is_explained_with_an_example(name: str) -> None:
    """The docstring is its own, not one that was inherited, and shows an example; tests/test_docstrings.py runs it."""
    public = getattr(paceline, name)

    assert public.__doc__ is not None
    assert ">>>" in public.__doc__
    assert public.__name__ == name


def test_importing_costs_nothing() -> None:
    """What a name needs is imported when it is first used."""
    source = "import paceline, sys; print([m for m in sys.modules if m.startswith('paceline.') or m == 'requests'])"
    shown = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="module 'paceline' has no attribute 'runn'"):
        getattr(paceline, "runn")  # noqa: B009  mypy would know


# --- run ---


def test_collections_are_given_loaded_or_as_paths(server: Server, tmp_path: Path) -> None:
    """One or several, in any mixture."""
    path = written(tmp_path / "c.json", item("from a file", server.url))
    loaded = parsed(item("loaded", server.url))

    given: list[Any] = [path, Path(path), loaded, [path, loaded]]
    results = [paceline.run(each) for each in given]

    names = [[one.item.name for one in result.items] for result in results]
    assert names == [["from a file"], ["from a file"], ["loaded"], ["from a file", "loaded"]]


@pytest.mark.parametrize("form", ["mapping", "path", "text path", "loaded"])
def test_variables_are_given_loaded_as_a_path_or_as_a_mapping(server: Server, tmp_path: Path, form: str) -> None:
    """The environment and the globals alike."""
    path = tmp_path / "e.json"
    path.write_text(json.dumps(environment(v="x")))
    given: dict[str, Any] = {
        "mapping": {"v": "x"},
        "path": path,
        "text path": str(path),
        "loaded": paceline.load_environment(path),
    }
    one = parsed(item("one", f"{server.url}/{{{{v}}}}"))

    assert paceline.run(one, environment=given[form]).ok
    assert paceline.run(one, globals=given[form]).ok
    assert [request.target for request in server.requests] == ["/x", "/x"]


def test_the_result_has_all_that_happened(server: Server) -> None:
    """Items, failures, numbers, and the variables as the scripts left them."""
    script = "pm.environment.set('e', 1); pm.globals.set('g', 2); pm.test('no', () => { throw new Error('bad') });"

    result = paceline.run(parsed(item("one", server.url, test=script)))

    [(where, failure)] = result.failures
    assert where is result.items[0]
    assert (failure.kind, failure.assertion, failure.at) == ("assertion", "no", "assertion:0 in test-script")
    assert (result.ok, result.exit_code, result.problem) == (False, paceline.ExitCode.FAILED, None)
    assert (result.summary.counts["assertions"].failed, result.summary.received_bytes) == (1, 2)
    assert [(each.key, each.value) for each in result.environment.variables] == [("e", 1)]
    assert [(each.key, each.value) for each in result.globals.variables] == [("g", 2)]


def test_the_caller_s_jar_is_used_and_kept() -> None:
    """Its cookies are sent, and those of the run are in it afterwards."""
    jar = paceline.CookieJar()
    with serving(fixed(response(200, [("Set-Cookie", "a=1")]))) as server:
        one = parsed(item("one", server.url))
        paceline.run(one, jar=jar)
        paceline.run(one, jar=jar)

    assert [request.header("Cookie") for request in server.requests] == [None, "a=1"]


def test_mistakes_are_errors_of_one_family(tmp_path: Path) -> None:
    """Catching PacelineError catches them all."""
    broken = tmp_path / "c.json"
    broken.write_text("{")
    unresolved = parsed(item("one", "{{nowhere}}"))
    cases: list[tuple[Any, type[paceline.PacelineError]]] = [
        (tmp_path / "none.json", paceline.FileError),
        (broken, paceline.FormatError),
        (unresolved, paceline.UnresolvedVariableError),
        ([], paceline.UsageError),
    ]
    for given, kind in cases:
        with pytest.raises(paceline.PacelineError) as caught:
            paceline.run(given)
        assert type(caught.value) is kind
        assert caught.value.fix


# --- stream ---


def test_events_come_while_the_run_goes_on(server: Server) -> None:
    """Each before the next thing is done: a listener can follow along."""
    script = "console.log('hello', 1); pm.test('x', () => {}); pm.sendRequest(pm.variables.get('u'), () => {});"
    one = parsed(item("one", server.url, test=script), item("two", server.url), variable={"u": server.url})
    told = [(type(event).__name__, len(server.requests)) for event in paceline.stream(one)]

    assert told == [
        ("RunStarted", 0),
        ("IterationStarted", 0),
        ("ItemStarted", 0),
        ("ConsoleLogged", 1),
        ("AssertionChecked", 1),
        ("CallFinished", 2),
        ("ItemFinished", 2),
        ("ItemStarted", 2),
        ("ItemFinished", 3),
        ("IterationFinished", 3),
        ("RunFinished", 3),
    ]


def test_a_stream_may_be_left_early() -> None:
    """Closing it closes the connections; nothing more is sent."""
    left = Event()

    def talk(peer: Peer) -> None:
        while peer.request():
            peer.send(response())
        left.set()

    with serving(talk) as server:
        events = paceline.stream(parsed(item("one", server.url), item("two", server.url)))
        for event in events:
            if isinstance(event, paceline.ItemFinished):
                break
        events.close()

        assert left.wait(10)
        assert len(server.requests) == 1
        assert list(events) == []


def test_an_interruption_reaches_the_caller_of_run(server: Server) -> None:
    """A loop over several runs must not go on with the next one."""

    def struck() -> Iterator[Any]:
        events = paceline.stream(parsed(item("one", server.url)))
        yield next(events)
        yield events.throw(KeyboardInterrupt)
        yield from events

    with pytest.raises(KeyboardInterrupt):
        gathered(struck())


def test_the_data_of_a_collection_is_not_changed(server: Server) -> None:
    """A loaded collection can be run again and again, whatever its scripts do to the request."""
    script = "pm.request.url = pm.variables.get('u') + '/changed'; pm.collectionVariables.set('v', 2);"
    data = collection(item("one", f"{server.url}/{{{{v}}}}", prerequest=script), variable={"u": server.url, "v": 1})
    before = json.dumps(data)
    one = parse_collection(data)

    results = [paceline.run(one) for _ in range(2)]

    assert [request.target for request in server.requests] == ["/changed", "/changed"]
    assert json.dumps(data) == before
    assert [result.items[0].item for result in results] == [one.children[0]] * 2
