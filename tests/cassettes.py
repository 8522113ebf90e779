"""A run in small: the same requests sent through a cassette transport, recording or replaying."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paceline.model.exchange import HttpRequest, SendOptions, StepKey, Trip
from paceline.transport.cassette_library import CassetteLibrary
from paceline.transport.cassette_scrub import SecretScrubber
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport
from paceline.transport.recording import CassetteOptions, Mode, RecordingTransport

OPTIONS = SendOptions(timeout=5)


def is_secret(name: str) -> bool:
    return any(word in name.lower() for word in ("password", "token", "session", "secret", "authorization", "cookie"))


def step(name: str = "Me", occurrence: int = 0, call: int = 0) -> StepKey:
    return StepKey("users", (name,), occurrence, call)


def get(url: str, *headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest("GET", url, headers)


def post(url: str, body: bytes, content_type: str = "application/json") -> HttpRequest:
    return HttpRequest("POST", url, (("Content-Type", content_type), ("Content-Length", str(len(body)))), body)


class Cassettes:
    """A folder of cassettes, and runs over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def run(self, mode: Mode, known: dict[str, str] | None = None, **options: object) -> Iterator[RecordingTransport]:
        """A run of its own: new jar, new scrubber; what it recorded is saved when the block ends without an error."""
        jar = CookieJar()
        inner = None if mode == "none" else LiveTransport(jar, trust_env=False)
        transport = RecordingTransport(
            inner,
            CassetteLibrary(self.folder),
            jar,
            SecretScrubber(is_secret, known),
            CassetteOptions(mode, **options),  # type: ignore[arg-type]
        )
        try:
            yield transport
            transport.save()
        finally:
            transport.close()

    def record(self, *sent: tuple[HttpRequest, StepKey], mode: Mode = "once") -> list[Trip]:
        with self.run(mode) as transport:
            return [transport.send(request, OPTIONS, key) for request, key in sent]

    def replay(self, *sent: tuple[HttpRequest, StepKey]) -> list[Trip]:
        with self.run("none") as transport:
            return [transport.send(request, OPTIONS, key) for request, key in sent]

    def texts(self) -> dict[str, str]:
        """Every file below the folder by its path in it."""
        files = (file for file in sorted(self.folder.rglob("*")) if file.is_file())
        return {file.relative_to(self.folder).as_posix(): file.read_text(encoding="utf-8") for file in files}
