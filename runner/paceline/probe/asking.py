"""What is sent for each request of a suite when nobody is logged in, or is no longer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paceline.contract.book import ContractBook
from paceline.engine.mutations import is_live
from paceline.engine.selection import Step
from paceline.model.contract import Contract
from paceline.model.exchange import HttpRequest, Trip
from paceline.model.outcome import ItemResult
from paceline.model.suite import Suite
from paceline.probe.layout import Probe, Way
from paceline.probe.learning import Learnt
from paceline.probe.session import Proofs, carries_nothing, cookies_of
from paceline.probe.template import from_template
from paceline.resolve.auth import effective_auth
from paceline.resolve.substitute import substitute_auth


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a request is not asked."""

    reason: str


class Asking:
    """Decides, request by request, in which ways it is asked and what goes out.

    Args:
        working_dir: where files to upload are looked for after the collection's own folder.
    """

    def __init__(self, suite: Suite, learnt: Learnt, book: ContractBook, working_dir: str) -> None:
        self._suite = suite
        self._learnt = learnt
        self._book = book
        self._working_dir = working_dir
        self._errands = {errand.key for errand in (*suite.setup, *suite.teardown)}

    def contract(self, step: Step) -> Contract | None:
        """What the request is promised."""
        return self._book.find(step.collection.stem, step.item.name)

    def must_be_refused(self, step: Step) -> bool:
        """Whether it needs a session."""
        contract = self.contract(step)
        return contract is not None and contract.privileged is True

    def changes_state(self, step: Step) -> bool:
        """Whether the suite counts it among its mutations, or opens or ends something with it."""
        return step.key in self._suite.mutations or step.key in self._errands

    def ways(self, step: Step) -> Iterable[Way]:
        """In which ways to ask; with a session that may be good after all only what changes nothing."""
        yield "no session"
        if self.must_be_refused(step) and not self.changes_state(step):
            yield "stale session"

    def request(self, probe: Probe) -> HttpRequest | Trip | Skipped:
        """What to send; or what the suite sent, if that was without a session already; or why there is nothing.

        Raises:
            RequestError: the request cannot be made.
        """
        step, session = probe.step, self._learnt.session
        if step.item.unsupported:
            return Skipped(step.item.unsupported)
        contract = self.contract(step)
        if contract is None:
            return Skipped("no contract says whether it needs a session")
        shown = self._learnt.shown.get(id(step.item))
        proofs = self._proofs(step, contract)
        refused = contract.privileged is True
        asked = self._refusable(step, shown) if refused else self._open(step, shown, proofs)
        if not isinstance(asked, HttpRequest):
            return asked
        if probe.way == "no session":
            return session.without(asked, proofs)
        sent = cookies_of(shown.trip.request) if shown is not None and shown.trip is not None else {}
        return session.with_stale(asked, proofs, sent)

    def _refusable(self, step: Step, shown: ItemResult | None) -> HttpRequest:
        """A request that is to be refused: as the suite sent it, else made as well as can be.

        What changes state is made without ids even if the suite sent it. If it is not refused after all, there is
        nothing that it could change.
        """
        if shown is not None and shown.outgoing is not None and not self.changes_state(step):
            return shown.outgoing
        return self._from_template(step, no_ids=self.changes_state(step))[0]

    def _open(self, step: Step, shown: ItemResult | None, proofs: Proofs) -> HttpRequest | Trip | Skipped:
        """A request that is to work: as the suite sent it, else made only if nothing has to be invented for it."""
        if shown is not None and shown.trip is not None and carries_nothing(shown.trip.request, proofs):
            return shown.trip
        if shown is not None and shown.outgoing is not None:
            asked = shown.outgoing
        elif shown is not None and shown.skipped is not None:
            return Skipped(f"the suite does not send it: {shown.skipped}")
        else:
            asked, lacking = self._from_template(step, no_ids=False)
            if lacking:
                return Skipped(f"the suite did not get there, and {{{{{lacking[0]}}}}} has no value")
        if self.changes_state(step) and is_live(asked.url):
            return Skipped("it changes state on a live host, and is not to be refused")
        return asked

    def _from_template(self, step: Step, *, no_ids: bool) -> tuple[HttpRequest, tuple[str, ...]]:
        scopes = self._learnt.scopes[id(step.collection)]
        made = from_template(step, scopes, self._suite.tokens, self._working_dir, no_ids=no_ids)
        return made.request, made.lacking

    def _proofs(self, step: Step, contract: Contract) -> Proofs:
        auth = effective_auth(step.item.request.auth, *step.inherited_auth)
        key = None
        if auth is not None and auth.type == "apikey":
            auth = substitute_auth(auth, self._learnt.scopes[id(step.collection)].find)
            key = (str(auth.get("in") or "header"), str(auth.get("key") or ""))
        return Proofs(key, frozenset(name.lower() for name, _ in contract.headers))
