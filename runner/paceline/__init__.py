"""paceline: run Postman collections, scripts and all, from Python.

    >>> import paceline
    >>> paceline.RunOptions(iterations=2).iterations
    2

What is listed here is the public interface; every other module may change without notice. Names are loaded when they
are first used, so that `import paceline` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from paceline.api import RunResult, run, stream
    from paceline.engine.events import ItemFinished, ItemStarted, RunFinished, RunStarted
    from paceline.engine.options import RunOptions
    from paceline.engine.verdict import ExitCode
    from paceline.errors import (
        FileError,
        FormatError,
        Location,
        PacelineError,
        RequestError,
        UnresolvedVariableError,
        UsageError,
    )
    from paceline.formats.collection import load_collection
    from paceline.formats.variables import load_environment, load_globals
    from paceline.model.collection import Collection
    from paceline.model.outcome import Assertion, Failure, ItemResult
    from paceline.model.variables import VariableSet
    from paceline.transport.cookies import CookieJar

_HOME = {
    "Assertion": "model.outcome",
    "Collection": "model.collection",
    "CookieJar": "transport.cookies",
    "ExitCode": "engine.verdict",
    "Failure": "model.outcome",
    "FileError": "errors",
    "FormatError": "errors",
    "ItemFinished": "engine.events",
    "ItemResult": "model.outcome",
    "ItemStarted": "engine.events",
    "Location": "errors",
    "PacelineError": "errors",
    "RequestError": "errors",
    "RunFinished": "engine.events",
    "RunOptions": "engine.options",
    "RunResult": "api",
    "RunStarted": "engine.events",
    "UnresolvedVariableError": "errors",
    "UsageError": "errors",
    "VariableSet": "model.variables",
    "load_collection": "formats.collection",
    "load_environment": "formats.variables",
    "load_globals": "formats.variables",
    "run": "api",
    "stream": "api",
}

__all__ = [
    "Assertion",
    "Collection",
    "CookieJar",
    "ExitCode",
    "Failure",
    "FileError",
    "FormatError",
    "ItemFinished",
    "ItemResult",
    "ItemStarted",
    "Location",
    "PacelineError",
    "RequestError",
    "RunFinished",
    "RunOptions",
    "RunResult",
    "RunStarted",
    "UnresolvedVariableError",
    "UsageError",
    "VariableSet",
    "load_collection",
    "load_environment",
    "load_globals",
    "run",
    "stream",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'paceline' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"paceline.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
