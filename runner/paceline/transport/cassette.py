"""A cassette: what was recorded of one request of a collection, with its redirects and its scripts' requests."""

from __future__ import annotations

from dataclasses import dataclass

from paceline.model.exchange import Exchange, HttpRequest


@dataclass(frozen=True, slots=True)
class Recording:
    """One request with its redirects.

    Attributes:
        occurrence, call: as of the `StepKey` it was recorded under.
        recorded_at: UTC in ISO 8601, where it was recorded later than the rest of its cassette.
        index: of its first hop among the interactions of the file.
    """

    occurrence: int
    call: int
    hops: tuple[Exchange, ...]
    recorded_at: str | None = None
    index: int = 0

    @property
    def request(self) -> HttpRequest:
        """The request as first sent."""
        return self.hops[0].request


@dataclass(frozen=True, slots=True)
class Cassette:
    """What one file holds.

    Attributes:
        collection, path: the step, as of `StepKey`.
        recorded_at: UTC in ISO 8601, to the second.
        base_url: scheme, host and port that the item's own request went to.
        emulator: whether that was an emulator and not the service itself.
        seed: what the values were drawn from that the request was made with.
        recorded_by: version of paceline.
        recordings: by occurrence, then by call.
    """

    collection: str
    path: tuple[str, ...]
    recorded_at: str
    base_url: str
    emulator: bool
    seed: str
    recorded_by: str
    recordings: tuple[Recording, ...]

    @property
    def described_target(self) -> str:
        """What it was recorded against, in words."""
        return f"{self.base_url} (emulator)" if self.emulator else self.base_url
