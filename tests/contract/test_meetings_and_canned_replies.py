"""Meetings offered in talks and texts that helpers insert, on every database: who may, what the trail keeps of it."""

from dataclasses import replace

import pytest

from kb_service.adapters.sql.canned_replies import SqlCannedReplies
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.meeting_links import SqlMeetingLinks
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.canned_replies import CannedReply
from kb_service.domain.errors import (
    CannedReplyNotFound,
    EscalationNotThere,
    EscalationStateWrong,
    HelperNotInCharge,
    InvalidCannedReply,
    KbError,
    MeetingLinkMissing,
    NotAllowed,
)
from kb_service.domain.matters import Matter
from kb_service.domain.meetings import MeetingLink
from kb_service.domain.people import Actor, Role
from kb_service.helping.canned_replies import CannedReplies, load_canned_reply_words
from kb_service.helping.meetings import Meetings
from kb_service.settings import Settings
from kb_service.wiring import new_id
from tests.contract.desk import DEPARTMENTS, MORNING, RESIDENT, SOMEBODY_ELSE, Desk

HUI = "https://hui.example.org/gongan"


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    made.hire("zhang", "gongan")
    made.hire("li", "gongan", is_lead=True)
    made.hire("wang", "renshe")
    return made


def actions(desk: Desk) -> list[str]:
    return [each.event.action for each in SqlTrail(desk.database).events(limit=100)]


def test_a_meeting_is_offered_in_the_talk_and_opened_once(desk: Desk) -> None:
    links = SqlMeetingLinks(desk.database)
    meetings = Meetings(links=links, escalations=desk.escalations, seen_by=desk.helping.seen_by, now=lambda: desk.at)
    talk = desk.open(words="")
    with pytest.raises(MeetingLinkMissing):
        meetings.offer(talk.id, "zhang")
    links.set(MeetingLink("gongan", "https://old.example.org/", MORNING, "admin"))
    links.set(MeetingLink("gongan", HUI, MORNING, "admin"))
    with pytest.raises(HelperNotInCharge):
        meetings.offer(talk.id, "zhang")
    with pytest.raises(EscalationNotThere):
        meetings.offer(talk.id, "wang")
    claimed = desk.helping.claim(talk.id, "zhang")
    with pytest.raises(EscalationStateWrong, match="no meeting"):
        meetings.join(talk.id, RESIDENT)
    offered = meetings.offer(talk.id, "zhang")
    # It is no reply: nobody's clock is met by it.
    assert (offered.state, offered.clocks, offered.first_reply_at) == (claimed.state, claimed.clocks, None)
    with pytest.raises(EscalationNotThere):
        meetings.join(talk.id, SOMEBODY_ELSE)
    for _ in range(2):
        meetings.join(talk.id, RESIDENT)
    links.remove("gongan", actor="admin", at=MORNING)
    assert desk.said(talk) == [("claim", ""), ("meet", HUI), ("join", "")]
    assert actions(desk)[-7:] == [
        "escalate", "meeting_link", "meeting_link", "claim", "meet", "join", "meeting_link_removed",
    ]  # fmt: skip
    entry = SqlTrail(desk.database).events(limit=100)[-3].event
    assert (entry.actor, entry.detail["by"], entry.detail["url"]) == ("zhang", "zhang", HUI)
    assert row_faults(desk.database) == [] and SqlTrail(desk.database).faults() == []


def test_canned_replies_are_set_up_by_leads_and_seen_by_their_department(desk: Desk) -> None:
    canned = canned_replies(desk)
    admin, lead = Actor("admin", "管理", frozenset({Role.ADMIN}), "k"), helper("li")
    ours = CannedReply(None, "gongan", "签注", "签注请到{部门}。", "qz")
    kept = canned.add(ours, lead)
    for_all = canned.add(CannedReply(None, None, " 致歉 ", " 抱歉让您久等。", "  "), admin)
    assert (for_all.title, for_all.text, for_all.shortcut) == ("致歉", "抱歉让您久等。", None)
    assert [each for each in canned.seen_by(helper("zhang")) if each.id] == [kept, for_all]  # by title
    assert [each for each in canned.seen_by(helper("wang")) if each.id] == [for_all]
    refused: list[tuple[type[KbError], CannedReply, Actor]] = [
        (NotAllowed, ours, helper("zhang")),  # no lead
        (NotAllowed, replace(ours, department_id="renshe"), lead),
        (NotAllowed, replace(ours, department_id=None), lead),
        (InvalidCannedReply, ours, lead),  # the same shortcut
        (InvalidCannedReply, replace(ours, shortcut="两 词"), lead),
        (InvalidCannedReply, replace(ours, shortcut=None, text=" "), lead),
    ]
    for fault, reply, actor in refused:
        with pytest.raises(fault):
            canned.add(reply, actor)
    with pytest.raises(InvalidCannedReply) as unknown:
        canned.add(replace(ours, shortcut=None, text="{部门}的{姓名}"), lead)
    assert unknown.value.cause.values == {
        "name": "姓名", "known": "{部门}、{事项}、{帮办}、{电话}、{服务时间}、{今天}",
    }  # fmt: skip
    changed = canned.change(replace(kept, text="签注在网上办。"), lead)
    for step in (lambda: canned.change(changed, helper("wang")), lambda: canned.remove(str(kept.id), helper("wang"))):
        with pytest.raises(CannedReplyNotFound):
            step()
    with pytest.raises(NotAllowed):
        canned.change(replace(for_all, department_id="gongan"), lead)
    canned.remove(str(kept.id), lead)
    assert [each for each in canned.seen_by(admin) if each.id] == [for_all]
    assert actions(desk)[-4:] == ["canned_reply", "canned_reply", "canned_reply", "canned_reply_removed"]
    assert row_faults(desk.database) == [] and SqlTrail(desk.database).faults() == []


def test_a_canned_reply_is_filled_in_from_the_talk(desk: Desk) -> None:
    canned, admin = canned_replies(desk), Actor("admin", "管理", frozenset({Role.ADMIN}), "k")
    canned.add(CannedReply(None, "renshe", "别的部门", "不给市公安局看"), admin)
    canned.add(CannedReply(None, None, "全部", "{今天}{部门}{帮办}：{事项}，{电话}，{服务时间}"), admin)
    canned.add(CannedReply(None, "gongan", "自己的", "{{部门}"), admin)
    talk = desk.open()
    own, for_all, *of_site = canned.for_talk(talk, "zhang")
    assert own.text == "{市公安局"
    # This talk tells no matter, and this department neither a telephone nor its hours: the file says what stands then.
    assert for_all.text == "7月1日市公安局zhang：这件事，12345，工作日的服务时间"
    about = replace(talk, subject=replace(talk.subject, matter_id="qianzhu"))
    assert canned.for_talk(about, "zhang")[1].text.startswith("7月1日市公安局zhang：居住证签注，")
    assert of_site and all("{" not in each.text for each in of_site)


def helper(name: str) -> Actor:
    return Actor(name, name, frozenset({Role.HELPER}), "k")


def canned_replies(desk: Desk) -> CannedReplies:
    return CannedReplies(
        store=SqlCannedReplies(desk.database),
        words=load_canned_reply_words(Settings().prompts_dir),
        helper=desk.helpers.helper,
        departments=lambda: DEPARTMENTS,
        matters=lambda: [Matter("qianzhu", "居住证签注", "gongan")],
        now=lambda: desk.at,
        new_id=new_id,
    )
