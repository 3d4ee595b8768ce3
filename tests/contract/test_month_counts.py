"""What a report tells of a month besides resolution, on every database; days are those of Shanghai."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.learning_tables import gaps
from kb_service.adapters.sql.month_counts import SqlMonthCounts
from kb_service.adapters.sql.tables import feedback
from kb_service.domain.answers import Outcome
from kb_service.domain.days import SHANGHAI
from kb_service.domain.feedback import FeedbackReason
from kb_service.domain.reports import Counted, FeedbackSaid, GapMoves, NotCounted
from kb_service.domain.resolution import Period
from tests.contract.test_resolution_figures import Told

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
FIRST_MOMENT = datetime(2026, 11, 1, tzinfo=SHANGHAI)
AFTER = datetime(2026, 12, 1, tzinfo=SHANGHAI)


@pytest.fixture
def told(database: Database) -> Told:
    return Told(database)


@pytest.fixture
def counts(database: Database) -> SqlMonthCounts:
    return SqlMonthCounts(database)


def test_gaps_count_by_the_days_on_which_they_move(database: Database, counts: SqlMonthCounts) -> None:
    rows = [
        ("open", FIRST_MOMENT, None),
        ("open", FIRST_MOMENT - timedelta(seconds=1), None),
        ("open", AFTER, None),
        ("closed", FIRST_MOMENT - timedelta(days=9), AFTER - timedelta(seconds=1)),
        ("closed", FIRST_MOMENT, AFTER),
        ("not_ours", FIRST_MOMENT, FIRST_MOMENT + timedelta(days=1)),
        ("merged", FIRST_MOMENT, FIRST_MOMENT + timedelta(days=1)),
    ]
    with database.writing() as connection:
        for number, (state, opened, closed) in enumerate(rows):
            row = {"id": f"g{number}", "state": state, "opened_at": opened, "due_at": opened, "revision": 1}
            row |= {"closed_at": closed, "breached_at": FIRST_MOMENT if number == 0 else None}
            connection.execute(insert(gaps).values(row))
    assert counts.gap_moves(NOVEMBER) == GapMoves(opened=3, filled=1, not_ours=1, late=1)


def test_feedback_counts_by_its_reasons_and_what_was_decided(
    database: Database, told: Told, counts: SqlMonthCounts
) -> None:
    asked = told.asked("u1", FIRST_MOMENT)
    said = [
        (FIRST_MOMENT, 1, None, None),
        (FIRST_MOMENT, 0, "outdated", FIRST_MOMENT),
        (AFTER - timedelta(seconds=1), 0, "outdated", None),
        (AFTER - timedelta(seconds=1), None, "wrong", None),
        (AFTER, 0, "wrong", None),
        (FIRST_MOMENT - timedelta(seconds=1), 1, None, None),
    ]
    with database.writing() as connection:
        for given_at, resolved, reason, decided_at in said:
            row = {"answer_id": asked, "given_at": given_at, "resolved": resolved}
            connection.execute(insert(feedback).values(row | {"reason": reason, "decided_at": decided_at}))
    reasons = {FeedbackReason.OUTDATED: 2, FeedbackReason.WRONG: 1}
    assert counts.feedback(NOVEMBER) == FeedbackSaid(helped=1, did_not_help=2, reasons=reasons, decided=1)


def test_what_is_in_no_rate_is_told(database: Database, told: Told, counts: SqlMonthCounts) -> None:
    told.asked("u1", FIRST_MOMENT, outcome=Outcome.COURTESY)
    told.asked("u2", FIRST_MOMENT)
    told.asked("u3", FIRST_MOMENT - timedelta(seconds=1))
    told.talked("u4", FIRST_MOMENT)
    told.at = FIRST_MOMENT + timedelta(days=1)
    told.measuring.take_in()
    assert counts.not_counted(NOVEMBER) == NotCounted(1, 0, 0, erased_answers=0, erased_talks=0)
    assert counts.counted() == Counted(3, FIRST_MOMENT - timedelta(seconds=1))

    SqlErasing(database).before(told.at, actor="admin", at=told.at)
    found = counts.not_counted(NOVEMBER)
    # Who came back would be wanted of u2 and of the talk, not of the greeting.
    assert (found.erased_answers, found.erased_talks, found.unfollowed) == (2, 1, 2)
