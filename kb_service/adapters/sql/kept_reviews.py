"""The clock of the review of drafts that talks became, a row of `clocks` like any other; and what waits for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalation_rows import row_of_clock
from kb_service.adapters.sql.learning_tables import kept_cases
from kb_service.adapters.sql.tables import versions
from kb_service.adapters.sql.talk_tables import clocks, escalations
from kb_service.domain.clocks import Clock, ClockKind
from kb_service.domain.documents import VersionState
from kb_service.domain.recurring import KeptDraft

# What ends it: a second person decided, or the draft was put out of the way.
ENDS = {VersionState.APPROVED: "met_at", VersionState.REJECTED: "met_at", VersionState.DISCARDED: "stopped_at"}
_OF_REVIEW = clocks.c.kind == ClockKind.REVIEW
_IS_RUNNING = and_(_OF_REVIEW, clocks.c.met_at.is_(None), clocks.c.stopped_at.is_(None))


def begin_review(connection: Connection, escalation_id: str, *, at: datetime, due_at: datetime) -> None:
    """A talk whose draft was given up may become another one: that has a round of its own."""
    rounds = select(func.coalesce(func.max(clocks.c.round), 0)).where(
        clocks.c.escalation_id == escalation_id, _OF_REVIEW
    )
    number = int(connection.execute(rounds).scalar_one()) + 1
    clock = Clock(ClockKind.REVIEW, number, at, due_at)
    connection.execute(insert(clocks).values(row_of_clock(escalation_id, clock)))


def under_review(connection: Connection, version_id: str) -> list[str]:
    """The talks whose clock waits for this version, held to the end of the transaction."""
    its = select(kept_cases.c.escalation_id).where(kept_cases.c.version_id == version_id)
    waiting = select(clocks.c.escalation_id).where(_IS_RUNNING, clocks.c.escalation_id.in_(its))
    held = select(escalations.c.id).where(escalations.c.id.in_(waiting)).order_by(escalations.c.id)
    return list(connection.execute(held.with_for_update()).scalars())


def end_review(connection: Connection, escalation_ids: Sequence[str], state: VersionState, *, at: datetime) -> None:
    ended = update(clocks).where(_IS_RUNNING, clocks.c.escalation_id.in_(escalation_ids))
    connection.execute(ended.values({ENDS[state]: at}))


class SqlKeptReviews:
    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, *, late_at: datetime | None = None, limit: int) -> Sequence[KeptDraft]:
        """Drafts that nobody has reviewed yet, the first due first; with ``late_at`` those due by then."""
        query = _DRAFTS.where(_IS_RUNNING, versions.c.state.in_((VersionState.DRAFT, VersionState.IN_REVIEW)))
        if late_at is not None:
            query = query.where(clocks.c.due_at <= late_at)
        return self._drafts(query.order_by(clocks.c.due_at, versions.c.id).limit(limit))

    def of_version(self, version_id: str) -> KeptDraft | None:
        """What is kept of where it comes from, reviewed or not; None of a version that was no talk."""
        query = _DRAFTS.where(versions.c.id == version_id).order_by(clocks.c.round.desc()).limit(1)
        return next(iter(self._drafts(query)), None)

    def _drafts(self, query: Select[Any]) -> list[KeptDraft]:
        with self._database.reading() as connection:
            return [
                KeptDraft(
                    version_id=row.version_id,
                    document_id=row.document_id,
                    title=row.title,
                    state=VersionState(row.state),
                    department_id=row.department,
                    escalation_id=row.escalation_id,
                    kept_at=row.kept_at,
                    due_at=row.due_at,
                    ended_at=row.met_at or row.stopped_at,
                    rests_on=tuple(row.rests_on or ()),
                )
                for row in connection.execute(query)
            ]


_ITS_CLOCK = and_(clocks.c.escalation_id == kept_cases.c.escalation_id, clocks.c.started_at == kept_cases.c.kept_at)
_DRAFTS = (
    select(
        kept_cases.c.version_id,
        kept_cases.c.escalation_id,
        kept_cases.c.kept_at,
        kept_cases.c.rests_on,
        versions.c.document_id,
        versions.c.title,
        versions.c.state,
        versions.c.department,
        clocks.c.due_at,
        clocks.c.met_at,
        clocks.c.stopped_at,
    )
    .join(versions, versions.c.id == kept_cases.c.version_id)
    .join(clocks, _ITS_CLOCK)
    .where(_OF_REVIEW)
)
