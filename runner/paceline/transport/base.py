"""The seam between the run and the network."""

from __future__ import annotations

from typing import Protocol

from paceline.model.exchange import HttpRequest, SendOptions, StepKey, Trip
from paceline.resolve.randomness import Randomness


class Transport(Protocol):
    """Sends requests. Live and replayed transports are equals: the engine cannot tell them apart."""

    def send(self, request: HttpRequest, options: SendOptions, step: StepKey | None = None) -> Trip:
        """Send one request, follow its redirects and keep its cookies. Safe to call from several threads.

        Args:
            step: what the request belongs to, for transports that record or replay.

        Raises:
            RequestError: it could not be sent, or the response did not arrive whole.
        """
        ...

    def randomness(self, step: StepKey) -> Randomness:
        """What the requests of a step are to be made with: chance and the clock, or what a cassette makes of them."""
        ...

    def close(self) -> None:
        """Give back the sockets."""
        ...
