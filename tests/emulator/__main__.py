"""Command line of the emulator: `python -m tests.emulator`, from the repository's root."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.emulator import EMAIL, PASSWORD, VALID_TOKEN
from tests.emulator.faults import UnknownFaultError, find_faults, listing
from tests.emulator.serving import HOST, base_url, listen, run

_EPILOG = f"""The account is {EMAIL} with the password {PASSWORD}.
In bearer mode send the header "Authorization: Bearer TOKEN"; --print-token prints a valid TOKEN.
"""


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.emulator",
        description="Serve a synthetic Peloton API: REST at the root, GraphQL at /graphql.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8900, help="port on loopback, 0 for any free one (default: 8900)")
    parser.add_argument(
        "--auth",
        choices=("session", "bearer"),
        default="session",
        help="session: login and cookie, as in 2020 (default); bearer: login refused, access token needed, as today",
    )
    parser.add_argument(
        "--drift",
        action="append",
        default=[],
        metavar="NAME",
        help="plant a change, to see whether it is found (repeatable); list: print them all and exit",
    )
    parser.add_argument("--print-token", action="store_true", help="print a valid access token and exit")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    if options.print_token:
        print(VALID_TOKEN)
        return 0
    if "list" in options.drift:
        print(listing())
        return 0
    try:
        faults = find_faults(options.drift)
        listener = listen(options.port)
    except UnknownFaultError as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, OverflowError) as error:
        print(f"cannot listen on {HOST}:{options.port}: {error}", file=sys.stderr)
        return 2
    with listener:
        run(listener, options.auth, faults, on_ready=lambda: print(base_url(listener), flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
