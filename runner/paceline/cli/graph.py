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
        description="Show for each request of a suite, or of collections, which variables it reads and which request "
        "sets them, as seen in templates and scripts. Nothing is sent.",
        allow_abbrev=False,
    )
    collections_help = "a Postman collection, or the YAML file of a suite (paceline.yaml)"
    graph.add_argument("collections", nargs="*", metavar="COLLECTION", help=collections_help)
    graph.add_argument("--request", metavar="KEY", help='only this one and what it needs, as in "users/User Overview"')
    finish(graph, _graph)


def _graph(options: argparse.Namespace) -> int:
    from paceline.engine.graph import graph_lines
    from paceline.formats.collection import load_collection

    suite = suite_of(options)
    collections = [load_collection(path) for path in suite.collections]
    for line in graph_lines(collections, suite, options.request):
        sys.stdout.write(f"{line}\n")
    return 0
