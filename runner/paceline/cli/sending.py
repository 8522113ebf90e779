"""How requests go out: the options, and what they make of a run."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from paceline.cli.options import milliseconds

if TYPE_CHECKING:
    from paceline.engine.options import RunOptions


def add_sending(parser: argparse.ArgumentParser) -> None:
    """The options for how requests go out."""
    how = parser.add_argument_group("how requests go out")
    how.add_argument("--delay-request", type=milliseconds, default=0.0, metavar="MS", help="pause before each item")
    how.add_argument("--timeout", type=milliseconds, default=0.0, metavar="MS", help="for the whole run (0: no limit)")
    how.add_argument("--timeout-request", type=milliseconds, metavar="MS", help="for a request (60000; 0: no limit)")
    how.add_argument("--timeout-script", type=milliseconds, metavar="MS", help="for a script (30000; 0: no limit)")
    how.add_argument("--isolate-scripts", action="store_true", help="run scripts in a process of their own (slower)")
    how.add_argument("-k", "--insecure", action="store_true", help="do not verify TLS certificates")
    how.add_argument("--ssl-extra-ca-certs", metavar="FILE", help="PEM file of certificates to trust as well")
    how.add_argument("--ignore-redirects", action="store_true", help="do not follow redirects")
    how.add_argument("--cookie-jar", metavar="FILE", help="start with the cookies of this jar")
    how.add_argument("--working-dir", default=".", metavar="DIR", help="where files to upload are looked for as well")


def run_options(options: argparse.Namespace) -> RunOptions:
    """How the run goes that the options ask for."""
    from paceline.engine.options import RunOptions

    defaults = RunOptions()
    request, script = options.timeout_request, options.timeout_script
    return RunOptions(
        iterations=options.iteration_count,
        folders=tuple(options.folder),
        bail=options.bail is not None,
        delay_ms=options.delay_request,
        timeout_request_ms=defaults.timeout_request_ms if request is None else request,
        timeout_script_ms=defaults.timeout_script_ms if script is None else script,
        timeout_ms=options.timeout,
        isolate_scripts=options.isolate_scripts,
        allow_mutations=options.allow_mutations,
        insecure=options.insecure,
        ignore_redirects=options.ignore_redirects,
        allow_unresolved=options.allow_unresolved,
        working_dir=options.working_dir,
    )
