"""Suites for tests: collections with their `paceline.yaml` in a folder, and a service with an account to log in to."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from paceline.contract.checker import load_checker
from paceline.engine.events import Event as RunEvent
from paceline.engine.options import RunOptions
from paceline.engine.run import run
from paceline.engine.session import Means
from paceline.formats.collection import load_collection
from paceline.formats.suite import load_suite
from paceline.formats.variables import load_environment
from paceline.model.variables import VariableSet
from paceline.script.v8 import Sandbox
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport
from tests.building import Json, collection, item
from tests.servers import Peer, Request, Server, response, serving

USER = "rider@example.test"
#: Made up, and looked for wherever no secret may be.
PASSWORD = "c4nary-of-the-account"
LIVE = "http://live.test"


@dataclass
class Service:
    """A service with one account.

    `POST /login` opens a session, `POST /logout` ends it; `POST /like/7` and `DELETE /like/7` change what is liked;
    `/status/404` answers so, `/wait` only when the server stops, `/to/x` redirects to `/x` with a cookie. Anything else
    tells what came. As a proxy it is every host.

    Attributes:
        log: method and path of what came, in order.
        waiting: set when `/wait` was asked for.
        lists: the answers of `/list`, one after the other.
    """

    server: Server
    log: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    likes: list[str] = field(default_factory=list)
    waiting: Event = field(default_factory=Event)
    answers: int = 0
    lists: Iterator[Json] = field(default_factory=lambda: iter(()))

    @property
    def url(self) -> str:
        return self.server.url

    def talk(self, peer: Peer) -> None:
        while request := peer.request():
            answer = self.answer(request, peer)
            if answer is None:
                return
            peer.send(answer)

    def answer(self, request: Request, peer: Peer) -> bytes | None:
        method, target, _ = request.line.split(" ")
        parts = urlsplit(target)
        path, _, argument = parts.path.removeprefix("/").partition("/")
        self.log.append(f"{method} {parts.path}")
        self.answers += 1
        match path:
            case "login" if PASSWORD not in request.body.decode():
                return told({"error": "wrong password"}, 401)
            case "login":
                session = f"{len(self.log):032x}".replace("0", "e")
                self.sessions.append(session)
                return told({"session_id": session, "user_id": "u7"}, 200, ("Set-Cookie", f"sid={session}; Path=/"))
            case "logout":
                self.sessions.clear()
                return told({})
            case "like":
                self.likes = [like for like in self.likes if like != argument] + [argument] * (method == "POST")
                return told({"likes": self.likes})
            case "status":
                return told({}, int(argument))
            case "to":
                return told({}, 302, ("Location", f"/{argument}"), ("Set-Cookie", "seen=1; Path=/; Max-Age=600"))
            case "list":
                return told(next(self.lists))
            case "wait":
                self.waiting.set()
                peer.wait(30)
                return None
        came = {"target": parts.path, "query": parts.query, "body": request.body.decode()}
        return told({**came, "session": request.header("Cookie") is not None, "number": self.answers})


def told(data: Any, status: int = 200, *headers: tuple[str, str]) -> bytes:
    """An answer in JSON."""
    return response(status, [("Content-Type", "application/json"), *headers], json.dumps(data).encode())


@contextmanager
def serving_an_account() -> Iterator[Service]:
    """Run the service until the block ends."""
    service: Service

    def talk(peer: Peer) -> None:
        service.talk(peer)

    with serving(talk) as server:
        service = Service(server)
        yield service


def events_of(
    path: Path, sandbox: Sandbox, contracts: Path | None = None, **options: Any
) -> Generator[RunEvent, None, None]:
    """The events of a run of a suite in a sandbox that is there already; names of `RunOptions` are options."""
    suite = load_suite(path)
    assert suite.environment is not None
    jar = CookieJar()
    with closing(LiveTransport(jar)) as transport:
        checker = None if contracts is None else load_checker(contracts)
        yield from run(
            [load_collection(each) for each in suite.collections],
            load_environment(suite.environment),
            VariableSet("", kind="globals"),
            RunOptions(**options),
            Means(transport, jar, sandbox, checker),
            suite,
        )


LOGIN = item(
    "Login",
    "{{base}}/login",
    method="POST",
    body={"mode": "raw", "raw": '{"user": "{{user}}", "password": "{{password}}"}'},
    test="pm.environment.set('session_id', pm.response.json().session_id);",
)
LOGOUT = item("Logout", "{{base}}/logout", method="POST")
LIKE = item("Like", "{{base}}/like/7", method="POST")
UNLIKE = item("Unlike", "{{base}}/like/7", method="DELETE")
AUTH: Mapping[str, Sequence[Json]] = {"auth": [LOGIN, item("Check", "{{base}}/check"), LOGOUT]}
SESSION: Mapping[str, Any] = {"setup": ["auth/Login"], "teardown": ["auth/Logout"]}


def get(name: str, **more: Any) -> Json:
    """A request that asks for its own name."""
    return item(name, f"{{{{base}}}}/{name.lower()}", **more)


def suite_in(folder: Path, base: str, collections: Mapping[str, Sequence[Json]], **members: Any) -> Path:
    """The path of a suite in a folder of its own; names stand for the files `<name>.postman_collection.json`.

    Its environment `local.json` has `base`, `user` and, as a secret, `password`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stem, items in collections.items():
        path = folder / f"{stem}.postman_collection.json"
        path.write_text(json.dumps(collection(*items, name=stem.title())), encoding="utf-8")
    values = [
        {"key": "base", "value": base, "type": "default", "enabled": True},
        {"key": "user", "value": USER, "type": "default", "enabled": True},
        {"key": "password", "value": PASSWORD, "type": "secret", "enabled": True},
        {"key": "access_token", "value": "", "type": "secret", "enabled": True},
    ]
    data = {"id": "e-1", "name": "local", "values": values, "_postman_variable_scope": "environment"}
    (folder / "local.json").write_text(json.dumps(data), encoding="utf-8")
    suite = {"collections": [f"{stem}.postman_collection.json" for stem in collections], "environment": "local.json"}
    (folder / "paceline.yaml").write_text(json.dumps(suite | members), encoding="utf-8")  # JSON is YAML, too
    return folder / "paceline.yaml"
