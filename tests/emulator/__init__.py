"""A real HTTP server that behaves like the Peloton API, for tests. Everything in it is made up.

Start it by hand with `python -m tests.emulator --port 8900`, or inside a test:

    with serve() as url:
        requests.post(f"{url}/auth/login", json={"username_or_email": EMAIL, "password": PASSWORD})

It can be told to answer otherwise, so that one sees whether that is found: `--drift NAME`, `serve(drift=[NAME])`;
`--drift list` prints the names, which `faults.py` has in one table.

The ids below exist in every fresh emulator.
"""

from tests.emulator.credentials import EMAIL, EXPIRED_TOKEN, PASSWORD, USER_ID, USERNAME, VALID_TOKEN
from tests.emulator.ids import NO_CLASS, hex_id
from tests.emulator.serving import serve

FRIEND_ID = hex_id("user", 2)
"""A public member whom the account follows."""

INSTRUCTOR_ID = hex_id("instructor", 1)

PELOTON_ID = hex_id("peloton", 12)
"""A session of the timetable that is still to come."""

PRIVATE_USER_ID = hex_id("user", 28)
"""A private member whom the account does not follow."""

RESERVED_PELOTON_ID = hex_id("peloton", 13)
"""A session to come in which the account has a place already."""

RIDE_ID = hex_id("ride", 1)
"""A cycling class with music, targets and a full plan."""

STRANGER_ID = hex_id("user", 1)
"""A public member whom the account does not follow."""

SUBSCRIPTION_ID = hex_id("subscription", 1)

WORKOUT_ID = hex_id("workout", 36)
"""A finished cycling workout of the account, with a class."""

__all__ = [
    "EMAIL",
    "EXPIRED_TOKEN",
    "FRIEND_ID",
    "INSTRUCTOR_ID",
    "NO_CLASS",
    "PASSWORD",
    "PELOTON_ID",
    "PRIVATE_USER_ID",
    "RESERVED_PELOTON_ID",
    "RIDE_ID",
    "STRANGER_ID",
    "SUBSCRIPTION_ID",
    "USERNAME",
    "USER_ID",
    "VALID_TOKEN",
    "WORKOUT_ID",
    "serve",
]
