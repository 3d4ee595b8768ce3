"""A reply that became a draft is to be reviewed within a working day by somebody else: its clock, on every database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.kept_reviews import SqlKeptReviews
from kb_service.adapters.sql.outcomes import SqlOutcomes
from kb_service.adapters.sql.recurring import SqlRecurring
from kb_service.adapters.sql.resolution import SqlResolution
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.clocks import ClockKind, review_due_at
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import InvalidRecord, SecondPersonNeeded, VersionNotApproved
from kb_service.domain.escalations import Conversation, EscalationQuery, Verdict
from kb_service.domain.resolution import ClockCounts, Period
from kb_service.domain.webhooks import WebhookForm
from kb_service.publishing.publishing import Publishing
from kb_service.wiring import new_id
from tests.contract.desk import Desk
from tests.factories import day, draft, rehearsal

# Friday 30 October 2026 at four: a working day after it is Monday, which ends at the midnight before 3 November.
FRIDAY = datetime(2026, 10, 30, 16, 0, tzinfo=SHANGHAI)
DUE = datetime(2026, 11, 3, 0, 0, tzinfo=SHANGHAI)


@dataclass
class Keeping:
    """A talk that was resolved on Friday, kept by the helper zhang."""

    database: Database

    def __post_init__(self) -> None:
        self.desk = Desk(self.database, at=FRIDAY)
        self.desk.hire("zhang", "gongan")
        self.talk_id = self.desk.open(words="签注要钱吗").id
        self.resolve("不收费。", suggested="不收费", versions=("v1", "v1", "v2"))
        self.recurring = SqlRecurring(self.database, new_id=new_id)
        self.kept = SqlKeptReviews(self.database)
        self.publishing = Publishing(
            version_states=SqlVersionStates(self.database, new_id=new_id),
            calendar=statutory_calendar,
            rehearsed=rehearsal,
            points_of_version=lambda _version: (),
            now=lambda: self.desk.at,
        )

    def resolve(self, text: str, **more: Any) -> None:
        self.desk.helping.claim(self.talk_id, "zhang")
        self.desk.helping.reply(self.talk_id, "zhang", text, **more)
        self.desk.helping.resolve(self.talk_id, "zhang", Verdict.RESOLVED, "")

    def keep(self, name: str = "qa-1") -> str:
        talk = self.recurring.talk(self.talk_id)
        assert talk is not None
        version_id, is_new = self.recurring.write(
            draft(name),
            [self.talk_id],
            rests_on=talk.rests_on,
            actor="zhang",
            at=self.desk.at,
            review_due_at=review_due_at(self.desk.at, statutory_calendar()),
        )
        assert is_new
        return version_id

    def clocks(self) -> list[tuple[int, str]]:
        found = self.desk.escalations.escalation(self.talk_id).clocks
        ends = {"met": "met_at", "stopped": "stopped_at"}
        return [
            (each.round, next((name for name, at in ends.items() if getattr(each, at)), "running"))
            for each in found
            if each.kind is ClockKind.REVIEW
        ]

    def counted(self) -> ClockCounts:
        SqlOutcomes(self.database).take_in()
        period = Period(FRIDAY.date(), FRIDAY.date())
        found = SqlResolution(self.database).clocks(period, now=self.desk.at)
        return next(each for each in found if each.kind is ClockKind.REVIEW)


@pytest.fixture
def keeping(database: Database) -> Keeping:
    return Keeping(database)


def test_a_kept_reply_warns_breaches_and_is_met_when_a_second_person_approves(keeping: Keeping) -> None:
    told = SqlWebhooks(keeping.database, new_id=new_id)
    hook = told.create(
        "https://example.org/", form=WebhookForm.JSON, events=[], departments=["gongan"], actor="admin", at=FRIDAY
    )
    version_id = keeping.keep()
    (waiting,) = keeping.kept.waiting(limit=9)
    assert (waiting.version_id, waiting.due_at, waiting.rests_on) == (version_id, DUE, ("v1", "v2"))
    assert waiting.last_day == day("2026-11-02") and keeping.counted().running == 1
    # At a quarter to four on Monday nobody is told yet, at four they are, at midnight it is over.
    for at, expected in (
        (datetime(2026, 11, 2, 15, 45, tzinfo=SHANGHAI), []),
        (datetime(2026, 11, 2, 16, 0, tzinfo=SHANGHAI), [False]),
        (DUE, [True]),
    ):
        keeping.desk.at = at
        assert [is_over for _, _, is_over in keeping.desk.helping.tell_clocks()] == expected
    sent = [each for each in told.list() if each.webhook_id == hook.id]
    assert sorted(each.event for each in sent) == ["breached", "warned"]
    assert {each.body["clock"]["kind"] for each in sent} == {"review"}
    assert [each.version_id for each in keeping.kept.waiting(late_at=DUE, limit=9)] == [version_id]
    # The person of the talk waits for nothing: the talk is no late one.
    assert keeping.desk.escalations.list(EscalationQuery(late_at=DUE), limit=9).escalations == []
    keeping.publishing.submit(version_id, actor="zhang")
    with pytest.raises(SecondPersonNeeded):
        keeping.publishing.approve(version_id, actor="zhang")
    assert keeping.clocks() == [(1, "running")]
    keeping.publishing.approve(version_id, actor="li", reason="节前提交")
    assert keeping.clocks() == [(1, "met")] and keeping.kept.waiting(limit=9) == []
    assert (keeping.counted().met, keeping.counted().late) == (0, 1)
    assert row_faults(keeping.database) == [] and SqlTrail(keeping.database).faults() == []


def test_a_draft_that_is_discarded_stops_its_clock_and_the_next_one_has_a_round_of_its_own(keeping: Keeping) -> None:
    keeping.publishing.discard(keeping.keep(), actor="zhang")
    assert keeping.clocks() == [(1, "stopped")]
    keeping.desk.later(hours=1)
    second = keeping.keep("qa-2")
    keeping.publishing.submit(second, actor="zhang")
    keeping.publishing.reject(second, actor="li", reason="没有依据")
    assert keeping.clocks() == [(1, "stopped"), (2, "met")]
    assert (keeping.counted().met, keeping.counted().stopped) == (1, 1)
    assert row_faults(keeping.database) == []


def test_a_talk_that_is_opened_and_closed_again_leaves_the_review_of_its_reply_running(keeping: Keeping) -> None:
    keeping.keep()
    keeping.desk.helping.reopen(keeping.talk_id, Conversation("c1", "web", "web", "u" * 64), "再问一下")
    keeping.resolve("就是不收费。")
    assert keeping.clocks() == [(1, "running")]


def test_a_review_that_finds_a_text_right_moves_its_date_and_nothing_else(keeping: Keeping) -> None:
    version_id = keeping.keep()
    with pytest.raises(VersionNotApproved):
        keeping.publishing.confirm(version_id, day("2027-05-01"), actor="li")
    keeping.publishing.submit(version_id, actor="zhang")
    approved = keeping.publishing.approve(version_id, actor="li", reason="节前提交")
    with pytest.raises(InvalidRecord):
        keeping.publishing.confirm(version_id, FRIDAY.date(), actor="li")
    keeping.desk.at += timedelta(days=1)
    moved = keeping.publishing.confirm(version_id, day("2027-05-01"), actor="li", reason="与窗口核对过")
    assert moved.metadata.review_by == day("2027-05-01")
    assert (moved.text, moved.content_sha256, moved.state) == (approved.text, approved.content_sha256, approved.state)
    last = SqlTrail(keeping.database).events(version_id=version_id)[-1].event
    assert (last.actor, last.action, last.detail["review_by"]) == ("li", "confirm", [None, "2027-05-01"])
    assert last.detail["reason"] == "与窗口核对过"
    assert row_faults(keeping.database) == []
    with keeping.database.writing() as connection:
        connection.exec_driver_sql("UPDATE versions SET review_by = '2029-05-01'")
    assert [each.subject for each in row_faults(keeping.database)] == [("version", version_id)]
