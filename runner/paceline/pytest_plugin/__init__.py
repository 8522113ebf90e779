"""The pytest plugin: every request of a collection is a test.

pytest loads this module wherever paceline is installed, so it imports nothing heavy; what is collected brings the rest.
docs/pytest.md tells how it is used.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from paceline.pytest_plugin.fixture import Paceline

_COLLECTION: Final = ".postman_collection.json"
_REQUESTS: Final = (".request.yaml", ".request.yml")  # of collections that are folders
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


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collections of schema v3, which are folders."""
    from paceline.pytest_plugin.roots import is_root

    if "paceline.pytest_plugin.folders" in sys.modules:  # before the first collection nothing can lie in one
        from paceline.pytest_plugin.folders import collection_around, inner_folder

        if collection_around(parent) is not None:
            return inner_folder(path, parent)
    if not is_root(parent.config, path):
        return None
    from paceline.pytest_plugin.folders import CollectionFolder

    return CollectionFolder.from_parent(parent, path=path)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collections, wherever they lie; a suite only where it is named, since its collections are found anyway."""
    if file_path.name.endswith(_COLLECTION):
        from paceline.pytest_plugin.collecting import CollectionFile

        return CollectionFile.from_parent(parent, path=file_path)
    if file_path.name.endswith(_REQUESTS):
        from paceline.pytest_plugin.folders import request_file

        return request_file(file_path, parent)
    if file_path.name == _SUITE and parent.session.isinitpath(file_path):
        from paceline.pytest_plugin.suite_file import SuiteFile

        return SuiteFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the requests of folders into the order of a run: pytest takes file by file, which is not always that."""
    if "paceline.pytest_plugin.folders" in sys.modules:
        from paceline.pytest_plugin.folders import put_in_order

        put_in_order(items)


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
    name = _request_of(report.nodeid) if quiet and letter and isinstance(report, pytest.TestReport) else None
    if name is not None:
        sent = " ".join(str(value) for name, value in report.user_properties if name in {"method", "status"})
        begun = config.get_terminal_writer().width_of_current_line > 0
        letter = f"{chr(10) if begun else ''}{letter} {name}{f'  {sent}' if sent else ''}\n"
    return category, letter, word


def _request_of(nodeid: str) -> str | None:
    """A request as the lines of `-q` call it; None for another test.

    >>> _request_of("api/users.postman_collection.json::Me"), _request_of("shop/Orders/Get.request.yaml::Get[2]")
    ('users/Me', 'shop/Orders/Get[2]')
    """
    file, _, test = nodeid.partition("::")
    if file.endswith(_COLLECTION):
        return f"{file.rpartition('/')[2].removesuffix(_COLLECTION)}/{test}"
    ending = next((each for each in _REQUESTS if file.endswith(each)), None)
    return None if ending is None else f"{file.rpartition('/')[0]}/{test}"


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
