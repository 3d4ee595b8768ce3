"""Rows of every table that decides something, written by the service itself."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import (
    select,
)

from kb_service.adapters.sql.canned_replies import SqlCannedReplies
from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.emergencies import SqlEmergencies
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.helpers import SqlHelpers
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.meeting_links import SqlMeetingLinks
from kb_service.adapters.sql.people import SqlPeople
from kb_service.adapters.sql.suspicions import SqlSuspicions
from kb_service.adapters.sql.tables import suspicions
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.adapters.sql.working_days import SqlWorkingDays
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.announcements import Announcement, Reach
from kb_service.domain.answers import Conversation, Reason
from kb_service.domain.attachments import AttachedFile, AttachmentKind
from kb_service.domain.calendar import CalendarDay
from kb_service.domain.canned_replies import CannedReply
from kb_service.domain.clocks import FIRST_REPLY, Clock, ClockKind, OrderKind
from kb_service.domain.escalations import Escalation, Helper, Subject, Verdict
from kb_service.domain.matters import Department, Facet, Matter
from kb_service.domain.meetings import MeetingLink
from kb_service.domain.people import Role
from kb_service.domain.proposals import Proposed
from kb_service.domain.suspicions import Place, Suspected, SuspicionKind, SuspicionState
from kb_service.domain.switches import Covers, Switch
from kb_service.domain.uploads import Arrival
from kb_service.domain.webhooks import WebhookForm
from kb_service.helping import approval, moves
from kb_service.helping.moves import Change
from kb_service.publishing.publishing import Publishing
from kb_service.wiring import new_id, new_secret
from tests.factories import NOON, answer, citation, draft, no_points, question, rehearsal


def fill(database: Database) -> None:
    SqlCatalogue(database).replace(
        departments_=[Department("gongan", "市公安局", ("公安",), "12345", "周一", ("证件",))],
        matters_=[Matter("qianzhu", "居住证签注", "gongan", ("签注",))],
        actor="zhang",
        at=NOON,
    )
    library, states = SqlLibrary(database, new_id=new_id), SqlVersionStates(database, new_id=new_id)
    publishing = publishing_in(database)
    ours, theirs = (
        library.store([draft(name, replaces="old")], actor="zhang", at=NOON, approval=None)[0].version_id
        for name in ("guide", "other")
    )
    publishing.submit(ours, actor="zhang")
    publishing.approve(ours, actor="li")
    publishing.withdraw(ours, actor="li", reason="写错了")
    states.copy(theirs, actor="wang", at=NOON)
    people = SqlPeople(database, new_id=new_id, new_secret=new_secret)
    for name in ("张三", "李四"):
        people.create_key(name, roles=[Role.EDITOR], created_by="operator", at=NOON)
    closed, _ = people.create_key("王五", roles=[Role.ADMIN], created_by="operator", at=NOON)
    people.revoke_key(closed.id, revoked_by="operator", at=NOON)
    uploads = SqlUploads(database, new_id=new_id)
    uploads.register([Arrival("a.md", 10, "ab" * 32, {})], actor="wang", at=NOON, publish=True)
    suspected = SqlSuspicions(database, new_id=new_id)
    found = Suspected(SuspicionKind.CONTRADICTION, Place(ours), Place(theirs), "f", 0.75)
    suspected.keep(ours, [found], revision=1, at=NOON)
    with database.reading() as connection:
        (suspicion_id,) = connection.execute(select(suspicions.c.id)).scalars()
    suspected.decide(suspicion_id, SuspicionState.CONFIRMED, actor="li", at=NOON, reason="数字不同")
    calendar = SqlWorkingDays(database, statutory_calendar())
    calendar.replace_year(2027, {date(2027, 2, 5): CalendarDay(False, "春节")}, actor="admin", at=NOON)
    calendar.replace_year(2027, {date(2027, 2, 6): CalendarDay(False, "春节")}, actor="admin", at=NOON)
    SqlHelpers(database).set_up(Helper("zhao", "赵六", ("gongan",), 3), actor="admin", at=NOON)
    fill_escalations(database)
    told = SqlWebhooks(database, new_id=new_id)
    for _ in range(2):
        hook = told.create(
            "https://example.org/", form=WebhookForm.JSON, events=[], departments=["gongan"], actor="admin", at=NOON
        )
    told.end(hook.id, actor="admin", at=NOON)
    fill_emergencies(database)
    for department in ("gongan", "renshe"):
        SqlMeetingLinks(database).set(MeetingLink(department, "https://hui.example.org/1", NOON, "admin"))
        canned = CannedReply(new_id(), department, "问候", "您好", "nh")
        SqlCannedReplies(database).save(canned, actor="admin", at=NOON)
    transcript = SqlTranscript(database)
    for number in range(1, 4):
        transcript.add(answer(f"a{number}", "签注要钱吗", citation()), question(channel="web", user_hash="u" * 64))


def fill_emergencies(database: Database) -> None:
    """One of each going on, and one that is over."""
    emergencies = SqlEmergencies(database)
    for matter in ("a-qianzhu", "z-shenling"):
        emergencies.switch_off(Switch(new_id(), Covers.MATTER, matter, "核对", NOON, "li"))
    over, _ = emergencies.standing(at=NOON)[0]
    emergencies.switch_on(over.id, actor="li", at=NOON, reason="好了")
    for number in (1, 2):
        told = Announcement(f"n{number}", "停电", Reach.MATTER, "qianzhu", NOON, NOON + timedelta(days=1), NOON, "li")
        emergencies.announce(told)
    emergencies.end("n1", actor="li", at=NOON)


def fill_escalations(database: Database) -> None:
    """Two that were claimed and became orders: with every column that is ever filled."""
    escalations = SqlEscalations(database, new_id=new_id)
    calendar = statutory_calendar()
    may = approval.ReplyApproval.of([Helper(each, each, ("gongan",), 3) for each in ("zhao", "sun")], [])
    shown = AttachedFile(AttachmentKind.PICTURE, "image/png", b"a picture")
    for number in (1, 2):
        conversation = Conversation(f"c{number}", "web", "web", "u" * 64)
        subject = Subject("签注要钱吗", "问：签注要钱吗", (Reason.NO_SOURCE,), "qianzhu", Facet.FEE, "上海市", "a1")
        clock = Clock(ClockKind.FIRST_REPLY, 1, NOON, NOON + FIRST_REPLY)
        opened = moves.opened(clock, "转人工")
        talk, _ = escalations.open(conversation, subject, "gongan", opened_by="person", at=NOON, change=opened)
        steps: list[Callable[[Escalation], Change]] = [
            lambda held: moves.claimed(held, "zhao", at=NOON),
            lambda held: moves.replied(held, "zhao", "您好", at=NOON, files=[shown]),
            lambda held: moves.ordered(held, "zhao", OrderKind.SIMPLE, "要查", at=NOON, calendar=calendar),
        ]
        if number == 1:
            steps.append(lambda held: approval.proposed(held, "zhao", "请稍等", at=NOON, suggestion={"use": "used"}))
            steps.append(lambda held: approval.approved(held, 1, "sun", may, text="请稍候", at=NOON))
        if number == 2:
            steps.append(lambda held: approval.drafted(held, Proposed(None, "免费", citations=(citation(),))))
            steps.append(lambda held: approval.rejected(held, 1, "zhao", may, "不是问这个"))
            steps.append(lambda held: moves.resolved(held, "zhao", Verdict.RESOLVED, "", at=NOON))
            steps.append(lambda held: moves.judged(held, Verdict.NOT, at=NOON))
        for step in steps:
            escalations.change(talk.id, actor="zhao", at=NOON, decide=step)


def publishing_in(database: Database) -> Publishing:
    return Publishing(
        version_states=SqlVersionStates(database, new_id=new_id),
        calendar=statutory_calendar,
        rehearsed=rehearsal,
        points_of_version=no_points,
        now=lambda: NOON,
    )
