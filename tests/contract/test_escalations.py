"""Escalations on every database: their way from the queue to the end, who may do what, nothing claimed twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.answers import Conversation, HandOver, Outcome, Reason
from kb_service.domain.clocks import ClockKind, OrderKind
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import (
    EscalationNotThere,
    EscalationStateWrong,
    HelperNotInCharge,
    InvalidHelper,
    ReasonMissing,
)
from kb_service.domain.escalations import (
    FOR_HELPERS_ONLY,
    Author,
    EscalationState,
    Helper,
    Move,
    Verdict,
)
from kb_service.domain.matters import Facet
from tests.contract.desk import MORNING, RESIDENT, SOMEBODY_ELSE, Desk, staffed
from tests.factories import answer, citation


@pytest.fixture
def desk(database: Database) -> Desk:
    return staffed(database)


def test_a_talk_goes_from_the_queue_to_its_end(desk: Desk) -> None:
    talk = desk.open()
    assert (talk.state, talk.department_id, talk.helper) == (EscalationState.OPEN, "gongan", None)
    desk.later(seconds=20)
    assert desk.helping.claim(talk.id, "zhang").state is EscalationState.CLAIMED
    desk.later(seconds=15)
    answered = desk.helping.reply(talk.id, "zhang", "您好，请问办哪一项？")
    assert (answered.state, answered.first_reply_at) == (EscalationState.ANSWERED, MORNING + timedelta(seconds=35))
    desk.helping.say(talk.id, RESIDENT, "签注")
    desk.helping.note(talk.id, "li", "注意核对有效期")
    closed = desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    assert (closed.state, closed.verdict, closed.closed_at) == (EscalationState.RESOLVED, Verdict.RESOLVED, desk.at)
    assert desk.said(talk) == [
        ("person", "我要转人工"),
        ("claim", ""),
        ("helper", "您好，请问办哪一项？"),
        ("person", "签注"),
        ("note", "注意核对有效期"),
        ("resolve", ""),
    ]
    (clock,) = closed.clocks
    assert (clock.kind, clock.due_at) == (ClockKind.FIRST_REPLY, MORNING + timedelta(seconds=60))
    assert clock.met_at == MORNING + timedelta(seconds=35)
    actions = [each.event.action for each in SqlTrail(desk.database).events(limit=100)]
    assert actions[-4:] == ["escalate", "claim", "reply", "resolve"]
    assert row_faults(desk.database) == [] and SqlTrail(desk.database).faults() == []


def test_a_conversation_is_in_one_talk_at_a_time(desk: Desk) -> None:
    first = desk.open()
    assert desk.open().id == first.id
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _n: desk.open(2).id, range(8)))
    assert len(set(found)) == 1
    # Whom to ask is known: no department has to be named again.
    assert desk.open(department=None, words="").id == first.id


def test_what_is_said_while_asking_for_somebody_again_is_said_in_the_talk_once(desk: Desk) -> None:
    talk = desk.open(words="我要转人工")
    desk.open(words="我要转人工")  # a second click
    desk.open(words="  ")
    assert desk.said(talk) == [("person", "我要转人工")]
    again = desk.open(words="护照也要问")
    assert (again.id, again.last_number) == (talk.id, 2)
    assert desk.said(talk) == [("person", "我要转人工"), ("person", "护照也要问")]


def test_conversations_of_the_same_name_of_different_people_are_different_talks(desk: Desk) -> None:
    mine = desk.open()
    theirs = desk.opening.open(SOMEBODY_ELSE, words="我也要", department_id="gongan", opened_by="person")
    assert mine.id != theirs.id


def test_a_transfer_says_why_and_the_person_goes_on_waiting_on_the_same_clock(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    with pytest.raises(ReasonMissing):
        desk.helping.transfer(talk.id, "zhang", "renshe", " ")
    desk.later(seconds=30)
    moved = desk.helping.transfer(talk.id, "zhang", "renshe", "问的是社保")
    assert (moved.state, moved.department_id, moved.helper) == (EscalationState.OPEN, "renshe", None)
    assert [each.due_at for each in moved.clocks] == [MORNING + timedelta(seconds=60)]
    with pytest.raises(EscalationNotThere):
        desk.helping.claim(talk.id, "zhang")
    assert desk.helping.claim(talk.id, "wang").helper == "wang"


def test_who_had_a_reply_and_is_handed_on_waits_on_a_new_clock(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helping.reply(talk.id, "zhang", "您好")
    desk.later(minutes=5)
    moved = desk.helping.transfer(talk.id, "zhang", "renshe", "问的是社保")
    assert [(each.round, each.due_at, each.is_running) for each in moved.clocks] == [
        (1, MORNING + timedelta(seconds=60), False),
        (2, MORNING + timedelta(minutes=6), True),
    ]


def test_a_lead_hands_on_what_another_helper_holds(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.hire("qian", "gongan")
    with pytest.raises(HelperNotInCharge):
        desk.helping.transfer(talk.id, "qian", "renshe", "我来")
    assert desk.helping.transfer(talk.id, "li", "renshe", "张不在了").department_id == "renshe"


def test_what_cannot_be_answered_on_the_spot_is_owed(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    owed = desk.helping.order(talk.id, "zhang", OrderKind.SIMPLE, "要查档案")
    assert (owed.state, owed.order_kind, owed.helper) == (EscalationState.WORK_ORDER, OrderKind.SIMPLE, "zhang")
    due = {each.kind: each.due_at for each in owed.clocks if each.is_running}
    assert due == {
        ClockKind.CONTACT: datetime(2026, 7, 3, tzinfo=SHANGHAI),
        ClockKind.ORDER: datetime(2026, 7, 9, tzinfo=SHANGHAI),
    }
    desk.later(days=1)
    contacted = desk.helping.reply(talk.id, "zhang", "档案已经在调取")
    assert contacted.running(ClockKind.CONTACT) is None and contacted.running(ClockKind.ORDER) is not None
    desk.later(days=1)
    done = desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "已寄出")
    assert {each.kind: each.met_at for each in done.clocks}[ClockKind.ORDER] == desk.at


def test_back_to_the_assistant_by_the_helper_or_by_the_person(desk: Desk) -> None:
    first, second = desk.open(1), desk.open(2)
    desk.helping.claim(first.id, "zhang")
    assert desk.helping.return_(first.id, "zhang", "请继续问小申").state is EscalationState.RETURNED
    left = desk.helping.leave(second.id, RESIDENT)
    assert left.state is EscalationState.RETURNED and left.clocks[0].stopped_at == desk.at
    assert desk.helping.talk_in(Conversation("c2", "web", "web", "u" * 64)) is None


def test_who_was_not_helped_comes_back_within_seven_days_to_a_person(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helping.reply(talk.id, "zhang", "您好")
    desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    assert desk.helping.judge(talk.id, RESIDENT, Verdict.NOT).verdict_of_person is Verdict.NOT
    desk.later(days=6, hours=23)  # Wednesday 8 July, 9:00
    again = desk.helping.reopen(talk.id, RESIDENT, "还是办不了")
    assert (again.state, again.helper, again.verdict, again.verdict_of_person) == (
        EscalationState.OPEN,
        None,
        None,
        None,
    )
    assert again.running(ClockKind.FIRST_REPLY) is not None
    desk.helping.claim(talk.id, "li")
    desk.helping.resolve(talk.id, "li", Verdict.PARTLY, "要到窗口")
    desk.later(days=7)
    for step in (
        lambda: desk.helping.reopen(talk.id, RESIDENT, ""),
        lambda: desk.helping.judge(talk.id, RESIDENT, Verdict.NOT),
    ):
        with pytest.raises(EscalationStateWrong):
            step()


def test_what_was_not_resolved_says_why(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    with pytest.raises(ReasonMissing):
        desk.helping.resolve(talk.id, "zhang", Verdict.NOT, "")


def test_moves_out_of_order_are_refused_and_change_nothing(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    with pytest.raises(EscalationStateWrong, match="already"):
        desk.helping.claim(talk.id, "zhang")
    with pytest.raises(EscalationStateWrong, match="zhang claimed it meanwhile"):
        desk.helping.claim(talk.id, "li")
    with pytest.raises(EscalationStateWrong):
        desk.helping.reopen(talk.id, RESIDENT, "")
    desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    before = desk.escalations.escalation(talk.id)
    for step in (
        lambda: desk.helping.reply(talk.id, "zhang", "还有"),
        lambda: desk.helping.say(talk.id, RESIDENT, "还有"),
        lambda: desk.helping.order(talk.id, "zhang", OrderKind.SIMPLE, ""),
        lambda: desk.helping.leave(talk.id, RESIDENT),
        lambda: desk.helping.release(talk.id, "zhang", ""),
    ):
        with pytest.raises(EscalationStateWrong):
            step()
    assert desk.escalations.escalation(talk.id) == before


def test_who_waits_for_changes_is_called_after_each_one_and_after_none_that_was_refused(desk: Desk) -> None:
    calls: list[tuple[str, tuple[int, ...]]] = []
    looked: list[tuple[str, tuple[int, ...]]] = []

    def called(escalation_id: str, state: tuple[int, ...]) -> None:
        calls.append((escalation_id, state))
        looked.extend(desk.escalations.changed_since(MORNING).items())

    desk.escalations.on_change = called
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helping.say(talk.id, RESIDENT, "在吗")
    desk.helping.reply(talk.id, "zhang", "在的")
    assert calls == looked  # it is committed, and told as a look finds it
    # The words of opening, the line of the claim, one line each; only the first reply is a move.
    assert calls == [(talk.id, (1, 1, 0)), (talk.id, (2, 2, 0)), (talk.id, (2, 3, 0)), (talk.id, (3, 4, 0))]
    with pytest.raises(EscalationStateWrong):
        desk.helping.claim(talk.id, "li")
    assert len(calls) == 4


def test_every_move_is_in_the_table() -> None:
    from kb_service.domain.escalations import TRANSITIONS

    assert set(TRANSITIONS) == set(Move)


def test_the_summary_tells_the_whole_conversation(desk: Desk) -> None:
    failed = HandOver(recommended=True, reasons=(Reason.LOW_CONFIDENCE,))
    desk.turns = [
        answer("a1", "居住证签注多少钱", citation("签注免费。")),
        answer("a2", "签注要多久", outcome=Outcome.HANDED_OVER, text="没有把握。", escalation=failed),
    ]
    talk = desk.open(words="转人工")
    assert talk.subject.question == "转人工"
    assert talk.subject.reasons == (Reason.LOW_CONFIDENCE,)
    assert talk.subject.answer_id == "a2"
    lines = talk.subject.summary.splitlines()
    assert lines[0] == "问：居住证签注多少钱"
    assert "引用或查到的资料：《签注办法》" in lines
    assert "问：签注要多久" in lines and "小申没有答复（把握不够）" in lines


def test_what_was_asked_stands_in_the_queue_and_not_the_wish_for_a_person(desk: Desk) -> None:
    wish = HandOver(recommended=True, reasons=(Reason.USER_REQUEST,))
    asked = answer("a1", "居住证签注多少钱", citation("签注免费。"))
    wished = answer("a2", "要找人工", outcome=Outcome.HANDED_OVER, text="好的。", escalation=wish)
    desk.turns = [asked, wished]
    assert desk.open(1, words="").subject.question == "居住证签注多少钱"
    desk.turns = [wished]
    assert desk.open(2, words="").subject.question == "要找人工"


def test_who_asks_for_a_person_first_is_understood_as_well(desk: Desk) -> None:
    desk.belongs = replace(desk.belongs, matter_id="shebao-chaxun", facet=Facet.STEPS)
    subject = desk.open(department=None, words="社保怎么查").subject
    assert (subject.reasons, subject.matter_id, subject.facet) == ((Reason.USER_REQUEST,), "shebao-chaxun", Facet.STEPS)


def test_helpers_need_a_department_and_hold_a_sensible_number(desk: Desk) -> None:
    for helper in (Helper("x", "x", (), 3), Helper("x", "x", ("gongan",), 0), Helper("x", "x", ("gongan",), 1001)):
        with pytest.raises(InvalidHelper):
            desk.helpers.set_up(helper, actor="admin", at=desk.at)


def test_notes_are_for_helpers_only(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.note(talk.id, "zhang", "这位打过三次电话")
    (said, note) = desk.escalations.messages(talk.id)
    assert said.author is Author.PERSON
    assert note.author is Author.NOTE
    assert desk.escalations.messages(talk.id, after=1) == [note]
    assert desk.escalations.messages(talk.id, without=FOR_HELPERS_ONLY) == [said]


def test_further_replies_are_talk_and_no_moves(desk: Desk) -> None:
    """The first one ends the wait and is in the trail; those after it are lines, each with its number."""
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    first = desk.helping.reply(talk.id, "zhang", "您好，请讲")
    further = [desk.helping.reply(talk.id, "zhang", each) for each in ("请带身份证", "还有照片")]

    assert [(each.revision, each.last_number) for each in further] == [
        (first.revision, first.last_number + 1),
        (first.revision, first.last_number + 2),
    ]
    assert desk.escalations.escalation(talk.id) == further[-1]
    assert desk.said(talk)[-3:] == [("helper", "您好，请讲"), ("helper", "请带身份证"), ("helper", "还有照片")]
    actions = [each.event.action for each in SqlTrail(desk.database).events(limit=100)]
    assert actions.count("reply") == 1
