"""Who proposed a confidence model and who took it into use, in the trail."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import events
from kb_service.adapters.sql.trail import record
from kb_service.domain.calibrations import CalibrationProposal
from kb_service.domain.causes import Cause
from kb_service.domain.errors import SecondPersonNeeded
from kb_service.domain.learning_errors import NothingProposed, ProposalDeclined

PROPOSED, ACCEPTED, DECLINED = "confidence_propose", "confidence_accept", "confidence_decline"


class SqlConsents:
    """Implements `recalibrating.Consents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, proposal: CalibrationProposal) -> None:
        detail = {
            "version": proposal.version,
            "sha256": proposal.sha256,
            "suite": proposal.suite,
            "questions": proposal.questions,
            "thresholds": [proposal.before.threshold, proposal.after.threshold],
        }
        with self._database.writing() as connection:
            at, actor = proposal.proposed_at, proposal.proposed_by
            record(connection, at=at, actor=actor, action=PROPOSED, detail=detail)

    def accept(
        self, proposal: CalibrationProposal, *, actor: str, at: datetime, take_into_use: Callable[[], None]
    ) -> None:
        """Whoever proposed this file, as the trail has it. Raises NothingProposed, ProposalDeclined,
        SecondPersonNeeded."""
        with self._database.writing() as connection:
            if actor in _proposers(connection, proposal):
                raise SecondPersonNeeded(
                    "who proposed a confidence model cannot take it into use; a second person can",
                    Cause("consent_of_another"),
                )
            detail = {"version": proposal.version, "sha256": proposal.sha256}
            record(connection, at=at, actor=actor, action=ACCEPTED, detail=detail)
            take_into_use()

    def decline(
        self, proposal: CalibrationProposal, *, reason: str, actor: str, at: datetime, put_away: Callable[[], None]
    ) -> None:
        """Also by who proposed it. Raises NothingProposed, ProposalDeclined."""
        with self._database.writing() as connection:
            _proposers(connection, proposal)
            detail = {"version": proposal.version, "sha256": proposal.sha256, "reason": reason}
            record(connection, at=at, actor=actor, action=DECLINED, detail=detail)
            put_away()


def _proposers(connection: Connection, proposal: CalibrationProposal) -> list[str]:
    """Of this file. What was declined last is none any more, until somebody calibrates to the same and proposes it."""
    told = select(events.c.actor, events.c.action, events.c.detail).where(events.c.action.in_((PROPOSED, DECLINED)))
    its = [row for row in connection.execute(told.order_by(events.c.id)) if row.detail.get("sha256") == proposal.sha256]
    if not its:
        raise NothingProposed("the trail knows of no such proposal; calibrate again")
    if its[-1].action == DECLINED:
        raise ProposalDeclined(f"{its[-1].actor} declined this confidence model; calibrate again")
    return [row.actor for row in its if row.action == PROPOSED]
