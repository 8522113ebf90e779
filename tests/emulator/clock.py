"""The emulator's frozen clock: unix seconds, UTC, as the API counts time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOW = 1767571200
"""2026-01-05 00:00:00 UTC, a Monday; nothing here ever reads the real clock."""

HOUR = 3600
DAY = 24 * HOUR

ZONES = {"America/New_York": (-5, "EST"), "Etc/GMT+5": (-5, "-05"), "Europe/Berlin": (1, "CET")}
"""Zone name to (hours east of UTC, abbreviation). Winter time only: all workouts fall into it, and so the
emulator needs no time zone database. Names of the form Etc/GMT+5 have the POSIX sign, which is inverted."""


def local(seconds: int, zone: str) -> datetime:
    """Wall clock of `zone`, without zone information."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) + timedelta(hours=ZONES[zone][0])


def iso(seconds: int) -> str:
    """ISO date-time text without zone, the form of personal-record dates."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def from_iso(text: str) -> int:
    """Unix seconds of an ISO date-time; without an offset it is UTC. Raises ValueError on other text."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
