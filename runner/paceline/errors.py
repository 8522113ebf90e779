"""The errors paceline raises on purpose. Each says what is wrong, where, and how to fix it.

    PacelineError
    ├── UsageError               an option or argument that cannot be
    ├── FileError                a file that cannot be read or written
    ├── FormatError              a file that is read but is not what it should be
    ├── UnresolvedVariableError  a {{variable}} no scope has
    ├── ContractError            a request that breaks its contract, found before it was sent
    ├── RequestError             a request that could not be sent, or got no complete answer
    └── SandboxError             the script sandbox itself is missing or broken

Anything else that escapes is a defect of paceline.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file.

    Attributes:
        file: path as the user gave it, or `<memory>` for data that never was a file.
        pointer: JSON Pointer (RFC 6901) inside the file; empty means the whole file.

    >>> str(Location("orders.json", "/item/0").child("request", "url"))
    'orders.json#/item/0/request/url'
    """

    file: str = "<memory>"
    pointer: str = ""

    def child(self, *tokens: str | int) -> Location:
        """The place of a member: each token is one step of the pointer, escaped as RFC 6901 asks."""
        escaped = (str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
        return Location(self.file, "/".join((self.pointer, *escaped)))

    def __str__(self) -> str:
        return f"{self.file}#{self.pointer}" if self.pointer else self.file


class PacelineError(Exception):
    """Base of every error raised on purpose.

    Attributes:
        what: one sentence, without a full stop.
        where: the place at fault, when there is one.
        fix: what the reader can do about it.

    >>> print(PacelineError("a variable has no name", Location("local.json", "/values/0"), 'add "key": "..."'))
    a variable has no name
      --> local.json#/values/0
      fix: add "key": "..."
    """

    def __init__(self, what: str, where: Location | None = None, fix: str = "") -> None:
        super().__init__(what, where, fix)  # all in args, so that the error survives pickling to a worker
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        lines = [self.what]
        if self.where is not None:
            lines.append(f"  --> {self.where}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class UsageError(PacelineError):
    """An option or argument that cannot be.

    >>> import paceline
    >>> paceline.run("orders.postman_collection.json", options=paceline.RunOptions(folders=("chekout",)))
    Traceback (most recent call last):
    paceline.errors.UsageError: there is no folder or request named `chekout`
      --> orders.postman_collection.json
      fix: did you mean `checkout`?
    """


class FileError(PacelineError):
    """A file that cannot be read or written.

    >>> import paceline
    >>> paceline.load_collection("order.postman_collection.json")
    Traceback (most recent call last):
    paceline.errors.FileError: there is no such file
      --> order.postman_collection.json
      fix: did you mean 'orders.postman_collection.json'?
    """


class FormatError(PacelineError):
    """A file that is readable but is not what it should be.

    >>> import paceline
    >>> try:
    ...     paceline.load_collection("local.postman_environment.json")
    ... except FormatError as error:
    ...     print(error.what)
    this is an environment, not a Postman collection
    """


class UnresolvedVariableError(PacelineError):
    """A `{{variable}}` that no scope has, found before anything was sent.

    >>> import paceline
    >>> try:
    ...     paceline.run("health.postman_collection.json")
    ... except UnresolvedVariableError as error:
    ...     print(error.what.splitlines()[0])
    variable {{base_url}} is not defined
    """


class ContractError(PacelineError):
    """A request that breaks its contract, found before it was sent."""


class RequestError(PacelineError):
    """A request that could not be sent or whose response did not arrive whole.

    Attributes:
        code: Node's name of the failure where it has one (`ECONNREFUSED`, `ETIMEDOUT`, ...), since reports and
            scripts written for Postman look for these; otherwise a name of the same form.

    >>> import paceline
    >>> result = paceline.run("health.postman_collection.json", environment={"base_url": "http://localhost:1"})
    >>> error = result.items[0].error
    >>> isinstance(error, RequestError) and error.code
    'ECONNREFUSED'
    """

    def __init__(self, what: str, where: Location | None = None, fix: str = "", code: str = "EREQUEST") -> None:
        super().__init__(what, where, fix)
        self.args = (what, where, fix, code)
        self.code = code


class SandboxError(PacelineError):
    """The script sandbox is missing, does not start, or broke."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is near enough to be a slip of the pen.

    >>> nearest("grahpql_url", ["base_url", "graphql_url"])
    'graphql_url'
    """
    candidates = sorted(set(known) - {name})
    stripped = name.strip()
    if stripped in candidates:
        return stripped
    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    matches = difflib.get_close_matches(stripped.casefold(), folded, n=1, cutoff=0.7)
    return folded[matches[0]] if matches else None
