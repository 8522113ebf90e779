"""A service whose answers change, and a suite that asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.building import Json, item
from tests.servers import Peer, Server, response, serving
from tests.suites import suite_in

from paceline.cli import main

RIDE = {"id": "r-1", "title": "Climb", "riders": 12, "coach": {"name": "Ann"}}


@dataclass
class Changing:
    """Answers `/ride` with what it has been told, `/open` to everybody, and what begins with `/my` to a session only.

    Attributes:
        ride: the body of `/ride`; several are given one after the other, the last one for ever.
        guarded: whether `/my` wants a session.
        delay: seconds before each answer.
        log: paths that were asked for.
    """

    server: Server
    ride: list[Json] = field(default_factory=lambda: [dict(RIDE)])
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    guarded: bool = True
    delay: float = 0.0
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.url

    def talk(self, peer: Peer) -> None:
        while request := peer.request():
            path = request.target.partition("?")[0]
            self.log.append(path)
            peer.wait(self.delay)
            if path.startswith("/my") and self.guarded and request.header("Authorization") != "Bearer good":
                peer.send(_json(401, {"message": "Not logged in"}, []))
            elif path == "/ride":
                body = self.ride.pop(0) if len(self.ride) > 1 else self.ride[0]
                peer.send(_json(self.status, body, self.headers))
            else:
                peer.send(_json(200, {"path": path, "id": 7}, []))


def _json(status: int, body: Any, headers: list[tuple[str, str]]) -> bytes:
    return response(status, [("Content-Type", "application/json"), *headers], json.dumps(body).encode())


@contextmanager
def changing() -> Iterator[Changing]:
    """Run the service until the block ends."""
    service: Changing

    def talk(peer: Peer) -> None:
        service.talk(peer)

    with serving(talk) as server:
        service = Changing(server)
        yield service


READS_TITLE = """
const ride = pm.response.json();
pm.test('it has a title', () => pm.expect(ride).to.have.property('title'));
pm.environment.set('ride_id', ride.id);
"""
BEARER = {"type": "bearer", "bearer": [{"key": "token", "value": "good", "type": "string"}]}
ITEMS: Sequence[Json] = (
    item("Ride", "{{base}}/ride", test=READS_TITLE),
    item("Riders", "{{base}}/riders/{{ride_id}}"),
    item("Mine", "{{base}}/my/rides", auth=BEARER),
)
CONTRACTS = {
    "defaults": {"every": {"status": 200, "evidence": "fair"}, "rest": {}, "graphql": {}},
    "requests": {
        "rides/Ride": {"request": "GET /ride", "schema": "ride", "privileged": False},
        "rides/Riders": {"request": "GET /riders", "schema": "any", "privileged": False},
        "rides/Mine": {"request": "GET /my/rides", "schema": "any", "privileged": True, "errors": {"401": "any"}},
    },
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS: dict[str, Json] = {
    "ride": {"type": "object", "properties": {"id": {"type": "string"}, "title": {"type": "string"}, "level": {}}},
    "any": {"type": "object"},
}


def ride_suite(folder: Path, base: str, **members: Any) -> Path:
    """The path of a suite of three requests, with contracts."""
    path = suite_in(folder, base, {"rides": list(ITEMS)}, **({"contracts": "contracts.yaml"} | members))
    (folder / "contracts.yaml").write_text(json.dumps(CONTRACTS), encoding="utf-8")
    for name, schema in SCHEMAS.items():
        head = {"$schema": DIALECT, "$id": f"https://rides.example/{name}.schema.json"}
        (folder / f"{name}.schema.json").write_text(json.dumps(head | schema), encoding="utf-8")
    return path


def learn(*more: str) -> None:
    """Learn from the service, several times."""
    assert main(["contract", "learn", "--live", *more]) == 0


def drift(*more: str) -> tuple[int, Json]:
    """The exit code of a drift run, and what its JSON report tells of drift."""
    code = main(["drift", "--reporters", "json", "--reporter-json-export", "report.json", *more])
    return code, json.loads(Path("report.json").read_text(encoding="utf-8"))["drift"]
