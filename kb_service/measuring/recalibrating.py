"""Taking a confidence model of the site's own into use, or declining it: proposed with a picture, by two people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kb_service.domain.calibrations import CalibrationProposal
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.learning_errors import NoGainShown, NothingProposed


class ProposedModel(Protocol):
    """Files of the data folder."""

    def keep(self, proposal: CalibrationProposal, model: str, picture: str) -> None: ...
    def proposal(self) -> CalibrationProposal | None: ...
    def sha256(self) -> str | None: ...
    def take_into_use(self) -> None: ...
    def put_away(self) -> None: ...


class Consents(Protocol):
    """What the trail tells of them."""

    def propose(self, proposal: CalibrationProposal) -> None: ...
    def accept(
        self, proposal: CalibrationProposal, *, actor: str, at: datetime, take_into_use: Callable[[], None]
    ) -> None: ...
    def decline(
        self, proposal: CalibrationProposal, *, reason: str, actor: str, at: datetime, put_away: Callable[[], None]
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Recalibrating:
    files: ProposedModel
    consents: Consents
    now: Callable[[], datetime]

    def propose(self, proposal: CalibrationProposal, model: str, *, picture: str) -> None:
        """In the place of an earlier one. ``model``: the file's text, ``picture``: a page of before and after. Raises
        NoGainShown: what waits stays."""
        if not proposal.shows_gain:
            raise NoGainShown(f"no gain is shown, so nothing is proposed: {_told(proposal)}")
        self.files.keep(proposal, model, picture)
        self.consents.propose(proposal)

    def proposal(self) -> CalibrationProposal | None:
        """What waits for a second person."""
        return self.files.proposal()

    def accept(self, *, actor: str) -> CalibrationProposal:
        """In use from the next start on. Raises NothingProposed, also where the file is not the one that was proposed,
        ProposalDeclined and SecondPersonNeeded."""
        found = self._waiting()
        if self.files.sha256() != found.sha256:
            raise NothingProposed("the model's file is not the one that was proposed; calibrate again")
        self.consents.accept(found, actor=actor, at=self.now(), take_into_use=self.files.take_into_use)
        return found

    def decline(self, reason: str, *, actor: str) -> CalibrationProposal:
        """It stays out of use, and cannot be accepted any more. Raises NothingProposed, ReasonMissing."""
        if not reason.strip():
            raise ReasonMissing("who declines a confidence model says why; give a reason")
        found = self._waiting()
        why = reason.strip()
        self.consents.decline(found, reason=why, actor=actor, at=self.now(), put_away=self.files.put_away)
        return found

    def _waiting(self) -> CalibrationProposal:
        found = self.files.proposal()
        if found is None:
            raise NothingProposed("no confidence model waits for consent; `kb eval calibrate` proposes one")
        return found


def _told(proposal: CalibrationProposal) -> str:
    changes = (("resolved", proposal.resolved), ("wrong", proposal.wrong))
    return ", ".join(
        f"{name} {100 * each.difference:+.1f} points ({100 * each.low:+.1f} to {100 * each.high:+.1f})"
        for name, each in changes
    )
