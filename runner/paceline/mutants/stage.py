"""What answers the requests of a step while it is played again and again: what it got the first time, or a mutant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from paceline.contract.body import JsonBody
from paceline.contract.checker import ContractChecker
from paceline.model.contract import ContractVerdict
from paceline.model.exchange import Cookie, HttpRequest, SendOptions, StepKey, Trip
from paceline.mutants.operators import Mutant
from paceline.resolve.randomness import Randomness
from paceline.transport.base import Transport
from paceline.transport.cassette_errors import CassetteError
from paceline.transport.cookies import CookieJar

_Cookies = dict[tuple[str, str, str], Cookie]


@dataclass(frozen=True, slots=True)
class _Scene:
    """One request of a step and what came of it: the answer, and what that did to the cookies."""

    call: int
    request: HttpRequest
    trip: Trip
    before: _Cookies
    after: _Cookies


@dataclass(slots=True)
class _Part:
    """What the step is answered with now."""

    mutant: Mutant
    left: list[_Scene] = field(default_factory=list)


class Stage:
    """A transport that lets another one play a step once, and then plays it itself, with a mutant as its answer.

    Further pages and requests of scripts are answered as the first time; what was not asked for then is refused.

    Args:
        inner: what replays; it is asked once for each request.
        jar: of the session.
    """

    def __init__(self, inner: Transport, jar: CookieJar) -> None:
        self._inner = inner
        self._jar = jar
        self._scenes: list[_Scene] = []
        self._part: _Part | None = None

    def rehearse(self) -> None:
        """Forget what was played: the next step is answered by the inner transport."""
        self._scenes = []
        self._part = None

    def play(self, mutant: Mutant) -> None:
        """From now on, until `rehearse` or the next call, play the step with this answer."""
        self._part = _Part(mutant, list(self._scenes))

    def send(self, request: HttpRequest, options: SendOptions, step: StepKey | None = None) -> Trip:
        """Answer a request.

        Raises:
            CassetteError: while a mutant is played, for a request that the step did not make before.
            RequestError, FileError, FormatError: what the inner transport raises.
        """
        call = step.call if step is not None else 0
        part = self._part
        if part is None:
            before = _cookies(self._jar)
            trip = self._inner.send(request, options, step)
            self._scenes.append(_Scene(call, request, trip, before, _cookies(self._jar)))
            return trip
        scene = _find(part.left, call, request)
        part.left.remove(scene)
        self._take_cookies(scene)
        if call:
            return scene.trip
        return self._mutated(part.mutant, options)

    def _mutated(self, mutant: Mutant, options: SendOptions) -> Trip:
        if mutant.cookie is None or not options.use_cookies:
            return mutant.trip
        now = self._jar.clock()
        self._jar.store(mutant.cookie.url, [mutant.cookie.header], now)
        last = mutant.trip.hops[-1].request.url
        return Trip(mutant.trip.hops, self._jar.for_url(last, now))

    def _take_cookies(self, scene: _Scene) -> None:
        for key in scene.before.keys() - scene.after.keys():
            self._jar.remove(*key)
        for key, cookie in scene.after.items():
            if scene.before.get(key) != cookie:
                self._jar.put(cookie)

    def randomness(self, step: StepKey) -> Randomness:
        """As the inner transport has it: the same for every play."""
        return self._inner.randomness(step)

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _cookies(jar: CookieJar) -> _Cookies:
    return {(cookie.domain, cookie.path, cookie.name): cookie for cookie in jar}


def _find(left: Sequence[_Scene], call: int, request: HttpRequest) -> _Scene:
    """The scene of a request; those of scripts and of pages may come in another order than the first time."""
    alike = [scene for scene in left if bool(scene.call) == bool(call) and _same(scene.request, request)]
    for scene in alike or ([one for one in left if not one.call] if not call else []):
        return scene
    raise CassetteError(f"{request.method} {request.url} was not asked for when the answer was as recorded")


def _same(one: HttpRequest, other: HttpRequest) -> bool:
    return (one.method, one.url, one.body) == (other.method, other.url, other.body)


class RememberingChecker(ContractChecker):
    """A checker that holds each answer against its contract once, and looks at nothing twice that mutants share.

    A mutant is looked at before its step is played and once more in its place in the step; the pages behind it never
    change. Answers count as the same only if they are the same object. Unknown members are not looked for.
    """

    def __init__(self, checker: ContractChecker) -> None:
        super().__init__(checker.book, checker.schemas, checker.types)
        self._known: dict[int, tuple[Trip, ContractVerdict]] = {}

    def learn(self, stem: str, name: str, body: JsonBody | None) -> None:
        """Look at a recorded answer: what its mutants share with it is known then to fit."""
        self.forget()
        contract = self.book.find(stem, name)
        if contract is not None and contract.schema is not None and body is not None:
            self.schemas.learn(contract.schema, body.value)

    def after(
        self,
        stem: str,
        name: str,
        trip: Trip,
        *,
        refusals: bool = False,
        body: JsonBody | None = None,
        unknown: bool = False,
    ) -> ContractVerdict:
        """As of `ContractChecker`."""
        known = self._known.get(id(trip))
        if known is None:
            verdict = super().after(stem, name, trip, refusals=refusals, body=body, unknown=unknown)
            known = self._known[id(trip)] = (trip, verdict)
        return known[1]

    def forget(self, trip: Trip | None = None) -> None:
        """Let go of an answer, or of all of them."""
        if trip is None:
            self._known.clear()
            self.schemas.forget()
        else:
            self._known.pop(id(trip), None)
