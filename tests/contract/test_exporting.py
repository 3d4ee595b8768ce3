"""A person is given everything that is kept of their conversation, and nothing of anybody else's."""

import json
from base64 import b64decode
from dataclasses import replace

import pytest
from pydantic import TypeAdapter
from sqlalchemy import insert, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.exporting import SqlExporting
from kb_service.adapters.sql.meeting_links import SqlMeetingLinks
from kb_service.adapters.sql.talk_tables import deliveries, escalations
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.domain.answers import Conversation
from kb_service.domain.attachments import AttachedFile, AttachmentKind
from kb_service.domain.errors import ConversationAmbiguous, ConversationNotFound
from kb_service.domain.escalations import EscalationQuery, Move, Verdict
from kb_service.domain.exports import ConversationExport, handle_of
from kb_service.domain.meetings import MeetingLink
from kb_service.domain.proposals import Proposed
from kb_service.domain.webhooks import WebhookForm
from kb_service.exported_text import text_of
from kb_service.helping import approval
from kb_service.helping.meetings import Meetings
from kb_service.settings import Settings
from kb_service.wiring import new_id
from tests.contract.desk import MORNING, RESIDENT, SOMEBODY_ELSE, Desk
from tests.factories import NOON, answer, citation, question

_EXPORT = TypeAdapter(ConversationExport)


@pytest.fixture
def desk(database: Database) -> Desk:
    """A resident asked, judged, and was helped; somebody else's conversation has the same id."""
    transcript = SqlTranscript(database)
    for number, whose in enumerate((RESIDENT, SOMEBODY_ELSE), 1):
        given = replace(answer(f"a{number}", f"第{number}个人的问题", citation()), conversation_id="c1")
        asked = question(channel=whose.channel, user_hash=whose.user_hash, asked_by=whose.asked_by)
        transcript.add(given, asked)
        transcript.add_feedback(f"a{number}", asked_by="web", at=NOON, resolved=False, comment=f"留言{number}")
    SqlWebhooks(database, new_id=new_id).create(
        "https://example.gov.cn/told", form=WebhookForm.JSON, events=(), departments=(), actor="admin", at=NOON
    )
    desk = Desk(database)
    desk.hire("zhang", "gongan", "renshe")
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helping.note(talk.id, "zhang", "只给同事看")
    desk.helping.reply(talk.id, "zhang", "请带身份证。", suggested="请带身份证。", versions=["v1"])
    desk.helping.resolve(talk.id, "zhang", Verdict.PARTLY, "原因写给同事：13912345678")
    return desk


def exported(database: Database, conversation: Conversation, *, with_notes: bool = False) -> ConversationExport:
    return SqlExporting(database).conversation(
        conversation.conversation_id, of=handle_of(conversation), with_notes=with_notes, actor="admin", at=MORNING
    )


def test_everything_that_is_kept_of_a_conversation_is_exported_and_the_trail_tells_of_it(
    database: Database, desk: Desk
) -> None:
    found = exported(database, RESIDENT)
    assert [each.question for each in found.answers] == ["第1个人的问题"]
    assert [each.version_id for each in found.answers[0].citations] == [citation().version_id]
    assert [each.comment for each in found.feedback] == ["留言1"]
    (talk,) = found.talks
    said = [(each.move or each.author, each.text) for each in talk.lines]
    assert said == [("person", "我要转人工"), ("claim", ""), ("helper", "请带身份证。"), ("resolve", "")]
    assert talk.lines[2].suggestion == {"use": "used", "versions": ["v1"]}
    assert [each.kind for each in talk.escalation.clocks] == ["first_reply"]
    assert [each["event"] for each in found.others["deliveries"]] == ["opened", "claimed", "message", "resolved"]
    (told,) = [each.event for each in SqlTrail(database).events() if each.event.action == "export"]
    assert told.detail == {"answers": ["a1"], "escalations": [talk.escalation.id], "notes": False}


def test_what_helpers_write_for_each_other_is_exported_only_when_it_is_asked_for(
    database: Database, desk: Desk
) -> None:
    without = _EXPORT.dump_json(exported(database, RESIDENT)).decode()
    assert "只给同事看" not in without and "原因写给同事" not in without
    with_notes = _EXPORT.dump_json(exported(database, RESIDENT, with_notes=True)).decode()
    assert "只给同事看" in with_notes and "原因写给同事：13912345678" in with_notes
    (told,) = [each.event for each in SqlTrail(database).events() if each.event.action == "resolve"]
    assert told.detail["reason"] == "原因写给同事：〔手机号〕"  # the trail keeps it for good


def test_that_a_reply_was_only_proposed_is_told_to_nobody_outside(database: Database, desk: Desk) -> None:
    talk = SqlEscalations(database, new_id=new_id).list(EscalationQuery(), limit=1).escalations[0]
    with database.writing() as connection:
        its = escalations.c.id == talk.id
        connection.execute(update(escalations).where(its).values(proposal_changes=2))
        told = select(deliveries).where(deliveries.c.event == "message")
        row = dict(connection.execute(told).mappings().one()) | {"id": "p", "event": "proposed"}
        connection.execute(insert(deliveries).values(row))
    (seen,) = exported(database, RESIDENT).talks
    assert seen.escalation.proposal_changes == 0
    events = [each["event"] for each in exported(database, RESIDENT).others["deliveries"]]
    assert events == ["opened", "claimed", "message", "resolved"]
    assert "proposed" in [each["event"] for each in exported(database, RESIDENT, with_notes=True).others["deliveries"]]


def test_two_people_whose_conversations_have_the_same_id_are_given_and_lose_only_their_own(
    database: Database, desk: Desk
) -> None:
    with pytest.raises(ConversationAmbiguous, match=f"2 conversations .*{handle_of(SOMEBODY_ELSE)} [(]a user of web"):
        SqlExporting(database).conversation("c1", of=None, with_notes=False, actor="admin", at=MORNING)
    assert "第1个人" not in json.dumps(_EXPORT.dump_python(exported(database, SOMEBODY_ELSE)), default=str)
    erasing = SqlErasing(database)
    with pytest.raises(ConversationAmbiguous):
        erasing.conversation("c1", actor="admin", at=MORNING)
    assert erasing.conversation("c1", of=handle_of(RESIDENT), actor="admin", at=MORNING).answers == 1
    with pytest.raises(ConversationNotFound, match="what was erased is gone"):
        exported(database, RESIDENT)
    assert [each.question for each in exported(database, SOMEBODY_ELSE).answers] == ["第2个人的问题"]


def test_an_export_is_read_as_a_text_too(database: Database, desk: Desk) -> None:
    names = {"gongan": "市公安局", "zhang": "张帮办"}
    text = text_of(exported(database, RESIDENT), Settings().prompts_dir, name_of=names)
    for line in (
        "会话 c1 的记录（2026-07-01 导出）",
        "您：第1个人的问题",
        "您的评价：未解决",
        "您的留言：留言1",
        "人工服务：市公安局，已办结，2026-07-01 10:00 开始",
        "【2026-07-01 10:00】张帮办：请带身份证。",
        "【2026-07-01 10:00】张帮办 办结了会话",
        "另有 4 条",
    ):
        assert line in text
    assert citation().title in text and citation().version_id in text


def test_a_meeting_is_exported_as_the_person_was_told_of_it(database: Database, desk: Desk) -> None:
    talk = desk.helping.reopen(
        desk.escalations.list(EscalationQuery(), limit=1).escalations[0].id, RESIDENT, "还有问题"
    )
    desk.helping.claim(talk.id, "zhang")
    links = SqlMeetingLinks(database)
    links.set(MeetingLink("gongan", "https://hui.example.org/gongan", MORNING, "admin"))
    meetings = Meetings(links=links, escalations=desk.escalations, seen_by=desk.helping.seen_by, now=lambda: desk.at)
    meetings.offer(talk.id, "zhang")
    (line,) = [each for each in exported(database, RESIDENT).talks[0].lines if each.move is Move.MEET]
    assert line.text == "https://hui.example.org/gongan"


def test_pictures_are_given_and_what_was_only_proposed_is_helpers_own(database: Database, desk: Desk) -> None:
    picture = AttachedFile(AttachmentKind.PICTURE, "image/png", b"\x89PNG\xff\x00")
    talk = desk.helping.reopen(
        desk.escalations.list(EscalationQuery(), limit=1).escalations[0].id, RESIDENT, "还有问题"
    )
    desk.helping.say(talk.id, RESIDENT, "请看", files=[picture])
    desk.helping.claim(talk.id, "zhang")
    draft = approval.drafted(desk.escalations.escalation(talk.id), Proposed(None, "只是拟的"))
    desk.escalations.change(talk.id, actor="assistant", at=MORNING, decide=lambda _held: draft)

    without = json.loads(_EXPORT.dump_json(exported(database, RESIDENT)))
    assert b64decode(without["others"]["attachments"][0]["content"]) == picture.content
    text = text_of(exported(database, RESIDENT), Settings().prompts_dir, name_of={})
    assert "您：【图片 1】请看\n" in text and "只是拟的" not in text
    assert "proposals" not in without["others"] and "只是拟的" not in json.dumps(without, ensure_ascii=False)
    with_notes = json.loads(_EXPORT.dump_json(exported(database, RESIDENT, with_notes=True)))
    assert with_notes["others"]["proposals"][0]["text"] == "只是拟的"
