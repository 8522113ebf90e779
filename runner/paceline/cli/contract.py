"""`paceline contract`: answers and what they were promised to be."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from paceline.cli import contract_accept, contract_diff, contract_learn
from paceline.cli.options import finish, positive
from paceline.errors import UsageError


def add(commands: Any) -> None:
    """Add the command, and the commands within it."""
    contract = commands.add_parser(
        "contract", help="learn what answers look like; check one against its contract", allow_abbrev=False
    )
    actions = contract.add_subparsers(title="commands", metavar="COMMAND", required=True)
    validate = actions.add_parser(
        "validate",
        help="check one body from a file",
        description="Hold the body of an answer against the contract of its request. Nothing is sent.",
        epilog="exit codes:\n  0  the contract is kept\n  2  wrong options or files\n  5  it is not",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    validate.add_argument("request", metavar="REQUEST", help='collection and name, such as "users/User Overview"')
    validate.add_argument("--body", required=True, metavar="FILE", help="the body of the answer (-: standard input)")
    validate.add_argument("--status", type=positive, metavar="N", help="HTTP status of the answer (that of success)")
    validate.add_argument("--content-type", metavar="TYPE", help="Content-Type of the answer (not checked)")
    validate.add_argument("--contracts", default="schemas/contracts.yaml", metavar="FILE", help="(%(default)s)")
    folder_help = "where the GraphQL queries are (collections, beside the folder of the contracts)"
    validate.add_argument("--collections", dest="collections_folder", metavar="DIR", help=folder_help)
    validate.set_defaults(collections=[])
    finish(validate, _validate)
    for command in (contract_learn, contract_accept, contract_diff):
        command.add(actions)


def _validate(options: argparse.Namespace) -> int:
    from paceline.contract.command import validate, verdict_lines
    from paceline.formats.files import read_bytes

    if options.collections:
        raise UsageError(f"{options.collections[0]} is one too many", fix='quote the request: "users/User Overview"')
    verdict = validate(
        options.request,
        sys.stdin.buffer.read() if options.body == "-" else read_bytes(options.body),
        contracts=options.contracts,
        collections=options.collections_folder,
        status=options.status,
        content_type=options.content_type,
    )
    for line in verdict_lines(verdict):
        sys.stdout.write(f"{line}\n")
    return 0 if verdict.kept else 5
