"""Collections as pytest sees them: files, and a test for each request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from paceline.engine.selection import Step, select
from paceline.errors import PacelineError
from paceline.formats.collection import load_collection
from paceline.model.collection import Collection
from paceline.model.outcome import ItemResult
from paceline.pytest_plugin.evidence import console_lines, evidence, in_words, setup_line, with_reason
from paceline.pytest_plugin.options import BROKEN, Settings, settings_for
from paceline.pytest_plugin.ride import NeedFailedError, Ride, failed, labels
from paceline.report.style import Signs, Style


class RequestFailedError(Exception):
    """A request that was run as a test did not pass. What it holds is not masked, so it says only where it failed."""

    def __init__(self, result: ItemResult) -> None:
        super().__init__(result.item.name)
        self.result = result


class CollectionNode(pytest.Collector):
    """A collection, whatever it lies in; its requests share a session, from the first of them to after the last."""

    settings: Settings | None = None
    collection: Collection

    def opened(self) -> list[Step]:
        """Read the collection; its requests.

        Raises:
            CollectError: something is wrong with it, or with the suite or the options.
        """
        try:
            self.settings = self.settings or settings_for(self.config, self.path)
            path = next(path for path in self.settings.suite.collections if Path(path).resolve() == self.path.resolve())
            self.collection = load_collection(path)
            register_marks(self.config, self.collection)
            self._contracts = _contracts(self.settings)
        except PacelineError as error:
            raise self.CollectError(str(error)) from None
        return select(self.collection)

    def test(self, parent: pytest.Collector, name: str, step: Step, iteration: int) -> RequestItem:
        """The test of a request in an iteration."""
        assert self.settings is not None
        name += f"[{iteration + 1}]" if self.settings.wishes.options.iteration_data else ""
        marks = _marks(step, self.settings, self._contracts)
        return RequestItem.from_parent(parent, name=name, node=self, step=step, marks=marks, iteration=iteration)

    def in_order(self, steps: list[Step]) -> Iterator[tuple[int, Step]]:
        """The steps of each iteration; what begins and ends a session is there once."""
        assert self.settings is not None
        suite, cycles = self.settings.suite, self.settings.wishes.options.cycles
        first, last = ({errand.key for errand in errands} for errands in (suite.setup, suite.teardown))
        for iteration in range(cycles):
            for step in steps:
                if step.key not in last and (step.key not in first or iteration == 0):
                    yield iteration, step
        yield from ((cycles - 1, step) for step in steps if step.key in last)

    def ride(self) -> Ride:
        """The session of this file.

        Raises:
            PacelineError: it cannot be begun.
        """
        if not hasattr(self, "_ride"):
            assert self.settings is not None
            broken = self.config.stash.setdefault(BROKEN, {})
            self._ride = Ride(self.settings, self.collection, broken).__enter__()
        return self._ride

    def teardown(self) -> None:
        """End the session: take back, tear down, settle the recordings."""
        ride: Ride | None = self.__dict__.pop("_ride", None)
        if ride is None:
            return
        with ride_closing(ride):
            failures, problem = ride.wind_up()
        texts = [
            in_words(result, ride.mask, _style(self.config)) for result in {id(r): r for r, _ in failures}.values()
        ]
        if problem is not None:
            texts.append(ride.mask.text(f"{problem.message}\nfix: {problem.fix}"))
        if texts:
            pytest.fail("\n".join(texts), pytrace=False)


class CollectionFile(CollectionNode, pytest.File):
    """A collection that is one file."""

    def collect(self) -> Iterator[RequestItem]:
        """A test for each request, in the order of the collection; what ends the session comes last."""
        steps = self.opened()
        names = {id(step.item): label for step, label in zip(steps, labels(steps), strict=True)}
        for iteration, step in self.in_order(steps):
            yield self.test(self, names[id(step.item)], step, iteration)


class ride_closing:  # noqa: N801  reads as the context it is
    """Closes a ride whatever happens."""

    def __init__(self, ride: Ride) -> None:
        self._ride = ride

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None:
        self._ride.__exit__(*error)


class RequestItem(pytest.Item):
    """One request of a collection."""

    def __init__(self, *, node: CollectionNode, step: Step, marks: list[str], iteration: int, **more: Any) -> None:
        super().__init__(**more)
        self.node = node
        self.step = step
        self.iteration = iteration
        self.result: ItemResult | None = None
        self._brought: list[ItemResult] = []
        for mark in marks:
            self.add_marker(mark)
        self.extra_keyword_matches.update(folder.name for folder in step.folders)

    def setup(self) -> None:
        """Run what the request needs and has not been run; the first test to find that broken tells it."""
        if self.step.item.unsupported:
            raise pytest.skip.Exception(self.step.item.unsupported, _use_item_location=True)
        if (problem := self._made_ready()) is None:
            self._brought = self.node.ride().brought
            self._show_setup()
            return
        text, told = problem
        if told:
            raise pytest.skip.Exception(text.partition("\n")[0], _use_item_location=True)
        pytest.fail(text, pytrace=False)  # of anything else that is raised here pytest would show the traceback

    def _made_ready(self) -> tuple[str, bool] | None:
        """What is wrong, and whether that has been told; None when the request may run."""
        try:
            ride = self.node.ride()
            self.step = ride.step_of(self.step.item)
            ride.turn_to(self.iteration)
            ride.make_ready(self.step)
        except NeedFailedError as error:
            if error.result is None:
                return error.why, error.told
            return f"{error.why}\n{in_words(error.result, ride.mask, _style(self.config))}", error.told
        except PacelineError as error:
            broken = self.config.stash.setdefault(BROKEN, {})
            told = str(error) in broken
            broken[str(error)] = str(error)
            return str(error), told
        return None

    def _show_setup(self) -> None:
        """Tell what else was run for this test, where pytest tells of fixtures."""
        told = [setup_line(result, self.node.ride().mask) for result in self._brought]
        if told:
            self.add_report_section("setup", "requests", "\n".join(told))
        if self.config.option.setupshow:
            capture = self.config.pluginmanager.getplugin("capturemanager")
            with capture.global_and_fixture_disabled() if capture else nullcontext():
                for text in told:
                    self.config.get_terminal_writer().write(f"\n        SETUP    R {text}", flush=True)

    def runtest(self) -> None:
        """Run the request, with its scripts, its contract and whatever hooks have to say."""
        __tracebackhide__ = True  # variables in a traceback are not masked
        ride = self.node.ride()
        self.ihook.pytest_paceline_before_request(item=self, variables=ride.scopes_of(self.step))
        self.result = result = ride.run(self.step)
        if result.console:
            self.add_report_section("call", "console", "\n".join(console_lines(result, ride.mask)))
        if result.trip is not None:
            self.user_properties += [("method", result.trip.request.method), ("status", result.trip.response.status)]
        if failed(result):
            raise RequestFailedError(result)
        if result.skipped is not None:
            raise pytest.skip.Exception(ride.mask.text(result.skipped), _use_item_location=True)
        self.ihook.pytest_paceline_after_request(item=self, result=result)

    def evidence(self) -> list[str]:
        """What happened, as HTML for a report; nothing where nothing did."""
        return [] if self.result is None else evidence(self.result, self._brought, self.node.ride().mask)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What a report on the terminal shows: the request, what came back, what was wrong, and how to repeat it."""
        error = excinfo.value
        if isinstance(error, RequestFailedError):
            return with_reason(error.result, self.node.ride().mask, _style(self.config))
        if isinstance(error, PacelineError):
            return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File and name, as `-v` and reports show them."""
        return self.path, 0, self.name


def _contracts(settings: Settings) -> dict[str, Any]:
    """The contracts by key, for the marks."""
    path = settings.wishes.contracts or settings.suite.contracts
    if path is None:
        return {}
    from paceline.contract.book import load_book

    return dict(load_book(path).contracts)


def _marks(step: Step, settings: Settings, contracts: dict[str, Any]) -> list[str]:
    contract = contracts.get(step.key)
    marks = ["privileged"] if contract is not None and contract.privileged is True else []
    marks += ["mutating"] if step.key in settings.suite.mutations else []
    return [*marks, *(mark for folder in step.folders if (mark := _identifier(folder.name)))]


def _identifier(name: str) -> str:
    """The name of a folder as a mark: `Changes state` is `changes_state`."""
    word = "".join(letter if letter.isalnum() else "_" for letter in name.lower()).strip("_")
    return word if word.isidentifier() else f"folder_{word}" if word else ""


def _style(config: pytest.Config) -> Style:
    return Style(config.get_terminal_writer().hasmarkup, Signs())


def register_marks(config: pytest.Config, collection: Collection) -> None:
    """Make the marks of folders known, which `--strict-markers` asks for."""
    for folders, _ in collection.items():  # noqa: PERF102  not a dict
        for folder in folders:
            if mark := _identifier(folder.name):
                config.addinivalue_line("markers", f"{mark}: requests of the folder {folder.name}")
