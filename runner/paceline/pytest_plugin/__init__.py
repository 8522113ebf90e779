"""The pytest plugin: every request of a collection is a test.

pytest loads this module wherever paceline is installed, so it imports nothing heavy; what is collected brings the rest.
docs/pytest.md tells how it is used.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from paceline.pytest_plugin.fixture import Paceline

_COLLECTION: Final = ".postman_collection.json"
_SUITE: Final = "paceline.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and settings; each option also goes by `--paceline-…`, since other plugins may have taken its name."""
    from paceline.pytest_plugin.options import add_options

    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let conftest files look at requests before and after."""
    from paceline.pytest_plugin import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks of requests known."""
    if config.option.keyword:
        config.option.keyword = _with_and(config.option.keyword)
    config.addinivalue_line("markers", "privileged: a request that needs a session, as its contract says")
    config.addinivalue_line("markers", "mutating: a request that changes state, as the suite says")


def _with_and(expression: str) -> str:
    """A `-k` expression with `and` between words that pytest would refuse: names of requests are several words.

    >>> _with_and("Performance Graph"), _with_and("(Login or Me) and not User")
    ('Performance and Graph', '(Login or Me) and not User')
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    told: list[str] = []
    for before, token in zip(["and", *tokens], tokens, strict=False):
        ends = before not in {"and", "or", "not", "("}
        told += ["and", token] if ends and token not in {"and", "or", ")"} else [token]
    return expression if told == tokens else " ".join(told)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collections, wherever they lie; a suite only where it is named, since its collections are found anyway."""
    if file_path.name.endswith(_COLLECTION):
        from paceline.pytest_plugin.collecting import CollectionFile

        return CollectionFile.from_parent(parent, path=file_path)
    if file_path.name == _SUITE and parent.session.isinitpath(file_path):
        from paceline.pytest_plugin.collecting import SuiteFile

        return SuiteFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Give the rows of pytest-html what the request sent and received."""
    report = yield
    if call.when == "call" and hasattr(item, "evidence") and item.config.pluginmanager.hasplugin("html"):
        from pytest_html import extras

        report.extras = [*getattr(report, "extras", []), *(extras.html(piece) for piece in item.evidence())]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport, config: pytest.Config
) -> Generator[None, Any, Any]:
    """With `-q` give a request a line, where a test has a dot; `-qq` has dots for both."""
    category, letter, word = yield
    quiet = config.get_verbosity(config.VERBOSITY_TEST_CASES) == -1
    if quiet and letter and isinstance(report, pytest.TestReport) and _COLLECTION in report.nodeid:
        sent = " ".join(str(value) for name, value in report.user_properties if name in {"method", "status"})
        name = report.nodeid.rpartition("/")[2].replace(f"{_COLLECTION}::", "/")
        begun = config.get_terminal_writer().width_of_current_line > 0
        letter = f"{chr(10) if begun else ''}{letter} {name}{f'  {sent}' if sent else ''}\n"
    return category, letter, word


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the requests of a collection in one worker: they build on each other."""
    if config.getoption("dist") != "load":
        return None
    from paceline.pytest_plugin.scheduling import CollectionScheduling

    return CollectionScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Give V8 back."""
    from paceline.pytest_plugin.options import SANDBOX

    sandbox = config.stash.get(SANDBOX, None)
    if sandbox is not None:
        sandbox.close()


@pytest.fixture(scope="session")
def paceline(pytestconfig: pytest.Config) -> Iterator[Paceline]:
    """The suite of this project, request by request: `paceline.run("users/User Overview")`."""
    from contextlib import ExitStack

    from paceline.errors import PacelineError
    from paceline.pytest_plugin.fixture import Paceline
    from paceline.pytest_plugin.options import settings_of_project

    problem = None
    with ExitStack() as stack:
        try:
            suite = stack.enter_context(Paceline(settings_of_project(pytestconfig)))
        except PacelineError as error:
            problem = str(error)
        if problem is not None:  # raised here, so that pytest shows no traceback of ours
            pytest.fail(problem, pytrace=False)
        yield suite
