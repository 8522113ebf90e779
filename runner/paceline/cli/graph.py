"""`paceline graph`: which request needs which."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from paceline.cli.options import finish
from paceline.cli.suites import suite_of


def add(commands: Any) -> None:
    """Add the command."""
    graph = commands.add_parser(
        "graph",
        help="show which requests a request needs",
        description="Show for each request of a suite, or of collections, which variables and cookies it uses and "
        "which request sets them. That is seen in templates and scripts, in the suite's cassettes and in event logs. "
        "Nothing is sent.",
        allow_abbrev=False,
    )
    collections_help = "a Postman collection, or the YAML file of a suite (paceline.yaml)"
    graph.add_argument("collections", nargs="*", metavar="COLLECTION", help=collections_help)
    graph.add_argument("--request", metavar="KEY", help='only this one and what it needs, as in "users/User Overview"')
    log_help = "learn also from the event log of a run, which -r jsonl wrote (repeatable)"
    graph.add_argument("--from", action="append", default=[], metavar="RUN.jsonl", dest="logs", help=log_help)
    finish(graph, _graph)


def _graph(options: argparse.Namespace) -> int:
    from paceline.engine.graph import graph_lines
    from paceline.engine.selection import select
    from paceline.formats.collection import load_collection
    from paceline.sightings import sightings

    suite = suite_of(options)
    steps = [step for path in suite.collections for step in select(load_collection(path))]
    seen = sightings(suite, steps, suite.cassettes, options.logs)
    for line in graph_lines(steps, suite, options.request, seen):
        sys.stdout.write(f"{line}\n")
    return 0
