"""How to run, as the command line and the API ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The knobs of a run; the names are those of Newman's options.

    Attributes:
        iterations: how often all collections are run; None: once, or with data once for each row.
        iteration_data: a row of variables for each iteration. More iterations than rows repeat the last one
            (postman-runtime, lib/runner/util.js, getIterationData).
        folders: names or ids of folders or requests; empty runs everything.
        bail: end the run after the first item that fails.
        delay_ms: pause before each item, the first too (postman-runtime, lib/runner/extensions/item.command.js).
        timeout_request_ms: for one request with its redirects; 0 waits for ever. Newman's default is 0; a run that
            hangs helps nobody, so ours is a minute.
        timeout_script_ms: for one script with its requests; 0 waits for ever. Ours is half a minute.
        timeout_ms: for the whole run; 0 sets no limit.
        insecure: do not verify TLS certificates.
        ignore_redirects: take the first response, whatever it says.
        allow_unresolved: send `{{unknown}}` as it stands, as Newman does, instead of refusing.
        isolate_scripts: run scripts in a process of their own: slower, but then not even the allocation of more memory
            than V8 can think of ends the run.
        allow_mutations: send requests that change state to live hosts as well.
        working_dir: where files to upload are looked for after the collection's own folder.

    >>> RunOptions(iterations=3, folders=("checkout",), bail=True).timeout_request_ms
    60000
    """

    iterations: int | None = None
    iteration_data: tuple[Mapping[str, Any], ...] = ()
    folders: tuple[str, ...] = ()
    bail: bool = False
    delay_ms: float = 0
    timeout_request_ms: float = 60_000
    timeout_script_ms: float = 30_000
    timeout_ms: float = 0
    insecure: bool = False
    ignore_redirects: bool = False
    allow_unresolved: bool = False
    isolate_scripts: bool = False
    allow_mutations: bool = False
    working_dir: str = "."

    @property
    def cycles(self) -> int:
        """How many iterations there are."""
        return (len(self.iteration_data) or 1) if self.iterations is None else self.iterations
