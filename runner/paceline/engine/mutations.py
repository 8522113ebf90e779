"""Requests that change state: kept from live hosts unless they are allowed, and taken back at the end."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from paceline.errors import RequestError
from paceline.model.exchange import Trip
from paceline.transport.addresses import split


def is_live(url: str) -> bool:
    """Whether an address may lead to another machine: everything but loopback (RFC 6761, section 6.3).

    >>> is_live("http://127.0.0.1:8900/api/me"), is_live("https://api.example.com"), is_live("{{unknown}}/api")
    (False, True, True)
    """
    try:
        host = split(url).host
    except RequestError:
        return True
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


class Mutations:
    """The requests of a suite that change state.

    Args:
        inverses: key of the request: key of the one that undoes it, or None. What undoes a change is one itself, also
            where it is not listed.
        allowed: whether they may go to live hosts.
    """

    def __init__(self, inverses: Mapping[str, str | None], *, allowed: bool) -> None:
        self._inverses = dict.fromkeys(filter(None, inverses.values())) | dict(inverses)
        self._allowed = allowed
        self._done: list[str] = []

    def guards(self, key: str) -> bool:
        """Whether a request is one of those that are not sent everywhere."""
        return key in self._inverses and not self._allowed

    def refusal(self, key: str, url: str) -> str | None:
        """Why a request is not sent to this address; None when it may be."""
        if not self.guards(key) or not is_live(url):
            return None
        return "it changes state on a live host; --allow-mutations lets it run"

    def note(self, key: str, trip: Trip) -> None:
        """Keep in mind what is to be undone: a change that was made, and not taken back by its inverse since.

        Call it as soon as the answer is there: what comes after it may be interrupted.
        """
        if key not in self._inverses or trip.response.status >= 400:
            return
        undone = next((one for one in reversed(self._done) if self._inverses[one] == key), None)
        if undone is not None:
            self._done.remove(undone)
        elif self._inverses[key] is not None:
            self._done.append(key)

    def done(self) -> tuple[str, ...]:
        """Keys of the changes that are not taken back, in order."""
        return tuple(self._done)

    def reset(self, done: tuple[str, ...]) -> None:
        """Keep just these in mind, as `done` gave them."""
        self._done = list(done)

    def to_undo(self) -> list[str]:
        """Keys of the requests that take back what is left, the last change first; each is told once."""
        left = [inverse for key in reversed(self._done) if (inverse := self._inverses[key]) is not None]
        self._done.clear()
        return left
