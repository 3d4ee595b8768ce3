"""What a report tells of a month besides resolution: gaps, feedback, and what is in no rate."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import gaps
from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.resolution import times
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.domain.answers import Outcome
from kb_service.domain.feedback import FeedbackReason
from kb_service.domain.gaps import GapState
from kb_service.domain.reports import Counted, FeedbackSaid, GapMoves, NotCounted, moments_of
from kb_service.domain.resolution import COUNTED, Period, Side


class SqlMonthCounts:
    """Implements `reporting.MonthCounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def gap_moves(self, period: Period) -> GapMoves:
        start, end = moments_of(period)

        def within(moment: ColumnElement[Any]) -> ColumnElement[bool]:
            return and_(moment >= start, moment < end)

        is_closed = within(gaps.c.closed_at)
        query = select(
            times(within(gaps.c.opened_at)),
            times(and_(is_closed, gaps.c.state == GapState.CLOSED)),
            times(and_(is_closed, gaps.c.state == GapState.NOT_OURS)),
            times(within(gaps.c.breached_at)),
        ).where(gaps.c.state != GapState.MERGED)
        with self._database.reading() as connection:
            return GapMoves(*connection.execute(query).one())

    def feedback(self, period: Period) -> FeedbackSaid:
        start, end = moments_of(period)
        its = (feedback.c.given_at >= start, feedback.c.given_at < end)
        has_reason = feedback.c.reason.is_not(None)
        sums = select(
            times(feedback.c.resolved == 1),
            times(feedback.c.resolved == 0),
            times(and_(has_reason, feedback.c.decided_at.is_not(None))),
        ).where(*its)
        reasons = select(feedback.c.reason, func.count()).where(*its, has_reason).group_by(feedback.c.reason)
        with self._database.reading() as connection:
            helped, did_not_help, decided = connection.execute(sums).one()
            count_of = {FeedbackReason(reason): count for reason, count in connection.execute(reasons)}
        ordered = dict(sorted(count_of.items(), key=lambda each: (-each[1], each[0])))
        return FeedbackSaid(helped, did_not_help, ordered, decided)

    def not_counted(self, period: Period) -> NotCounted:
        its = outcomes.c.day.between(period.first, period.last)
        of_assistant = outcomes.c.side == Side.ASSISTANT
        is_unfollowed = and_(outcomes.c.is_followed == 0, outcomes.c.outcome.in_(COUNTED) | ~of_assistant)
        query = select(
            times(outcomes.c.outcome == Outcome.COURTESY),
            times(outcomes.c.outcome == Outcome.IN_TALK),
            times(is_unfollowed),
        ).where(its)
        with self._database.reading() as connection:
            courtesies, in_talk, unfollowed = connection.execute(query).one()
            erased = [
                connection.execute(
                    select(func.count())
                    .select_from(outcomes)
                    .join(table, table.c.id == outcomes.c.id)
                    .where(its, table.c.conversation_id == "")
                ).scalar_one()
                for table in (answers, escalations)
            ]
        return NotCounted(courtesies, in_talk, unfollowed, *erased)

    def counted(self) -> Counted:
        last = select(outcomes.c.number, outcomes.c.at).where(outcomes.c.number.is_not(None))
        with self._database.reading() as connection:
            row = connection.execute(last.order_by(outcomes.c.number.desc()).limit(1)).first()
        return Counted(row.number, row.at) if row else Counted(0, None)
