"""Who proposed a confidence model and who took it into use, in the trail."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import events
from kb_service.adapters.sql.trail import record
from kb_service.domain.calibrations import Proposal
from kb_service.domain.causes import Cause
from kb_service.domain.errors import NothingProposed, SecondPersonNeeded

PROPOSED, ACCEPTED = "confidence_propose", "confidence_accept"


class SqlConsents:
    """Implements `recalibrating.Consents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, proposal: Proposal) -> None:
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

    def accept(self, proposal: Proposal, *, actor: str, at: datetime, take_into_use: Callable[[], None]) -> None:
        """Whoever proposed this file, as the trail has it. Raises NothingProposed, SecondPersonNeeded."""
        told = select(events.c.actor, events.c.detail).where(events.c.action == PROPOSED)
        with self._database.writing() as connection:
            found = [row.actor for row in connection.execute(told) if row.detail.get("sha256") == proposal.sha256]
            if not found:
                raise NothingProposed("the trail knows of no such proposal; calibrate again")
            if actor in found:
                raise SecondPersonNeeded(
                    "who proposed a confidence model cannot take it into use; a second person can",
                    Cause("consent_of_another"),
                )
            detail = {"version": proposal.version, "sha256": proposal.sha256}
            record(connection, at=at, actor=actor, action=ACCEPTED, detail=detail)
            take_into_use()
