"""Escalations on every database: their way from the queue to the end, who may do what, nothing claimed twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.helpers import SqlHelpers
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.answers import Answer, Conversation, HandOver, Outcome, Reason
from kb_service.domain.clocks import ClockKind, OrderKind
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import (
    EscalationNotThere,
    EscalationStateWrong,
    HelperFull,
    HelperNotInCharge,
    InvalidHelper,
    KbError,
    NobodyToHelp,
    ReasonMissing,
)
from kb_service.domain.escalations import (
    FOR_HELPERS_ONLY,
    Author,
    Escalation,
    EscalationQuery,
    EscalationState,
    Helper,
    Move,
    Verdict,
)
from kb_service.domain.matters import Department
from kb_service.domain.routing import Destination, RoutedBy, RoutingStep
from kb_service.domain.service_hours import service_hours
from kb_service.helping.helping import Helping
from kb_service.helping.summaries import load_summary_words
from kb_service.settings import Settings
from kb_service.wiring import new_id
from tests.factories import answer, citation

OFFICE = service_hours(["09:00-17:30"], [])
DEPARTMENTS = [
    Department("gongan", "市公安局", service_hours=OFFICE),
    Department("renshe", "市人社局", service_hours=OFFICE),
    Department("yibao", "市医保局", service_hours=OFFICE),
    Department("zonghe", "综合服务台", service_hours=service_hours(["00:00-24:00"], ["00:00-24:00"])),
]
RENSHE = Destination("renshe", (RoutingStep(RoutedBy.PASSAGES, "renshe"),))
MORNING = datetime(2026, 7, 1, 10, 0, tzinfo=SHANGHAI)
RESIDENT = Conversation("c1", "web", "web", "u" * 64)
SOMEBODY_ELSE = Conversation("c1", "web", "web", "x" * 64)


@dataclass
class Desk:
    """The verb on a database, with a clock that a test moves."""

    database: Database
    general_desk: str | None = None
    is_pushed: bool = False
    at: datetime = MORNING
    turns: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.escalations = SqlEscalations(self.database, new_id=new_id)
        self.helpers = SqlHelpers(self.database)
        self.helping = Helping(
            escalations=self.escalations,
            helpers=self.helpers,
            departments=lambda: DEPARTMENTS,
            calendar=statutory_calendar,
            last_turns=lambda _conversation: self.turns,
            route=lambda text: RENSHE if "社保" in text else None,
            words=load_summary_words(Settings().prompts_dir),
            general_desk=self.general_desk,
            is_pushed=self.is_pushed,
            now=lambda: self.at,
        )

    def hire(
        self, name: str, *departments: str, capacity: int = 3, is_lead: bool = False, is_there: bool = True
    ) -> None:
        helper = Helper(name, name, departments, capacity, is_lead)
        self.helpers.set_up(helper, actor="admin", at=self.at)
        self.helpers.come_and_go(name, is_present=is_there, at=self.at)

    def open(self, number: int = 1, department: str | None = "gongan", words: str = "我要转人工") -> Escalation:
        conversation = Conversation(f"c{number}", "web", "web", "u" * 64)
        return self.helping.open(conversation, words=words, department_id=department, opened_by="person")

    def later(self, **passed: float) -> None:
        self.at += timedelta(**passed)

    def said(self, escalation: Escalation) -> list[tuple[str, str]]:
        return [(each.move or each.author, each.text) for each in self.escalations.messages(escalation.id)]


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    made.hire("zhang", "gongan")
    made.hire("li", "gongan", is_lead=True)
    made.hire("wang", "renshe")
    return made


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
    theirs = desk.helping.open(SOMEBODY_ELSE, words="我也要", department_id="gongan", opened_by="person")
    assert mine.id != theirs.id


def test_only_its_own_asker_writes_leaves_reopens_and_judges(desk: Desk) -> None:
    talk = desk.open()
    steps: list[Callable[[], object]] = [
        lambda: desk.helping.say(talk.id, SOMEBODY_ELSE, "让我看看"),
        lambda: desk.helping.leave(talk.id, SOMEBODY_ELSE),
        lambda: desk.helping.reopen(talk.id, SOMEBODY_ELSE, ""),
        lambda: desk.helping.judge(talk.id, SOMEBODY_ELSE, Verdict.NOT),
    ]
    for step in steps:
        with pytest.raises(EscalationNotThere):
            step()
    assert desk.escalations.escalation(talk.id) == talk


def test_a_helper_of_another_department_gets_nothing_of_it(desk: Desk) -> None:
    talk = desk.open()
    for step in (
        lambda: desk.helping.claim(talk.id, "wang"),
        lambda: desk.helping.note(talk.id, "wang", "看看"),
        lambda: desk.helping.order(talk.id, "wang", OrderKind.SIMPLE, "转工单"),
        lambda: desk.helping.reply(talk.id, "wang", "您好"),
        lambda: desk.helping.transfer(talk.id, "wang", "renshe", "给我"),
        lambda: desk.helping.return_(talk.id, "wang", ""),
        lambda: desk.helping.resolve(talk.id, "wang", Verdict.RESOLVED, ""),
        lambda: desk.helping.release(talk.id, "wang", ""),
    ):
        with pytest.raises(EscalationNotThere):
            step()


def test_only_the_helper_in_charge_replies_and_closes(desk: Desk) -> None:
    talk = desk.open()
    with pytest.raises(HelperNotInCharge, match="nobody has claimed"):
        desk.helping.reply(talk.id, "zhang", "您好")
    desk.helping.claim(talk.id, "zhang")
    with pytest.raises(HelperNotInCharge, match="zhang is in charge"):
        desk.helping.reply(talk.id, "li", "您好")
    with pytest.raises(HelperNotInCharge):
        desk.helping.resolve(talk.id, "li", Verdict.RESOLVED, "")
    with pytest.raises(HelperNotInCharge):
        desk.helping.return_(talk.id, "li", "")


def test_nothing_is_claimed_twice(desk: Desk) -> None:
    for number in range(6):
        desk.hire(f"h{number}", "gongan")
    talks = [desk.open(number) for number in range(10, 14)]

    def claims(number: int) -> list[str]:
        won = []
        for talk in talks:
            try:
                desk.helping.claim(talk.id, f"h{number}")
                won.append(talk.id)
            except KbError as error:
                assert isinstance(error, EscalationStateWrong | HelperFull)
        return won

    with ThreadPoolExecutor(6) as pool:
        won = [each for found in pool.map(claims, range(6)) for each in found]
    assert sorted(won) == sorted(each.id for each in talks)


def test_a_helper_never_holds_more_talks_than_allowed(desk: Desk) -> None:
    desk.hire("zhao", "gongan", capacity=2)
    talks = [desk.open(number) for number in range(20, 26)]

    def claim(talk: Escalation) -> bool:
        try:
            desk.helping.claim(talk.id, "zhao")
        except HelperFull:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, talks)) == 2
    held = next(each for each in talks if desk.escalations.escalation(each.id).helper == "zhao")
    desk.helping.resolve(held.id, "zhao", Verdict.NOT, "没有回应")
    assert claim(next(each for each in talks if desk.escalations.escalation(each.id).helper is None))


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


# Who could help, and when


def test_nothing_promises_a_person_who_will_not_come(desk: Desk) -> None:
    there = desk.helping.availability("gongan")
    assert there is not None and there.available_now
    assert there.first_response_due == MORNING + timedelta(seconds=60)
    desk.later(seconds=91)  # their pages have been silent
    silent = desk.helping.availability("gongan")
    assert silent is not None
    assert (silent.available_now, silent.opens_at, silent.first_response_due) == (False, None, None)
    desk.at = datetime(2026, 7, 3, 20, 0, tzinfo=SHANGHAI)  # Friday evening
    closed = desk.helping.availability("gongan")
    monday = datetime(2026, 7, 6, 9, 0, tzinfo=SHANGHAI)
    assert closed is not None and not closed.available_now
    assert (closed.opens_at, closed.first_response_due) == (monday, monday + timedelta(seconds=60))
    assert desk.helping.availability("yibao") is None  # nobody is set up there


def test_what_nobody_has_helpers_for_goes_to_the_general_desk_or_is_refused(database: Database) -> None:
    without = Desk(database)
    without.hire("zhang", "gongan")
    with pytest.raises(NobodyToHelp, match="12345"):
        without.open(department="yibao")
    desk = Desk(database, general_desk="zonghe")
    desk.hire("sun", "zonghe")
    assert desk.open(department="yibao").department_id == "zonghe"
    assert desk.open(2, department=None).department_id == "zonghe"
    assert desk.open(3, department="gongan").department_id == "gongan"


def test_who_asks_at_night_is_written_down_and_waits_for_the_morning(desk: Desk) -> None:
    desk.at = datetime(2026, 7, 1, 22, 0, tzinfo=SHANGHAI)
    talk = desk.open(words="护照怎么补办")
    assert talk.running(ClockKind.FIRST_REPLY) is not None
    assert talk.clocks[0].due_at == datetime(2026, 7, 2, 9, 1, tzinfo=SHANGHAI)
    assert desk.helping.tell_clocks() == []


def test_talks_are_given_to_the_helper_on_duty_with_the_most_room(database: Database) -> None:
    desk = Desk(database, is_pushed=True)
    desk.hire("zhang", "gongan", capacity=1)
    desk.hire("li", "gongan", capacity=2)
    desk.hire("away", "gongan", capacity=9, is_there=False)
    given = [desk.open(number).helper for number in range(1, 5)]
    assert sorted(str(each) for each in given) == ["None", "li", "li", "zhang"]
    waiting = next(each for each in desk.escalations.waiting(["gongan"], limit=9))
    done = next(n for n in desk.escalations.list(EscalationQuery(helper="zhang"), limit=1).escalations)
    desk.helping.resolve(done.id, "zhang", Verdict.RESOLVED, "")
    assert desk.escalations.escalation(waiting.id).helper == "zhang"


def test_a_talk_that_is_given_back_is_not_at_once_given_to_the_same_helper(database: Database) -> None:
    desk = Desk(database, is_pushed=True)
    desk.hire("zhang", "gongan")
    talk = desk.open()
    assert talk.helper == "zhang"
    assert desk.helping.release(talk.id, "zhang", "我要走了").helper is None
    desk.hire("li", "gongan", capacity=9)
    assert desk.helping.assign() == 1
    assert desk.escalations.escalation(talk.id).helper == "li"


# Clocks


def test_a_clock_warns_once_and_breaches_once_with_an_entry_in_the_trail(desk: Desk) -> None:
    talk = desk.open()
    assert desk.helping.tell_clocks() == []
    desk.later(seconds=41)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(talk.id, False)]
    assert desk.helping.tell_clocks() == []
    desk.later(seconds=19)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(talk.id, True)]
    assert desk.helping.tell_clocks() == []
    desk.later(hours=-1)  # the machine's clock is set back
    assert desk.helping.tell_clocks() == []
    desk.at = MORNING + timedelta(minutes=2)
    desk.helping.claim(talk.id, "zhang")
    late = desk.helping.reply(talk.id, "zhang", "让您久等了")
    assert late.clocks[0].breached_at == MORNING + timedelta(seconds=60)
    assert late.clocks[0].met_at == MORNING + timedelta(minutes=2)
    assert [
        each.event.actor for each in SqlTrail(desk.database).events(limit=100) if each.event.action == "breach"
    ] == ["clock"]
    assert row_faults(desk.database) == []


def test_a_clock_set_back_or_forward_by_an_hour_tells_nothing_twice_and_loses_nothing(desk: Desk) -> None:
    """Told: whose clock, and whether it was over. What is told is as the clock of the moment has it."""
    first = desk.open(1)
    desk.later(seconds=45)
    assert [over for _id, _clock, over in desk.helping.tell_clocks()] == [False]  # 10:00:45
    desk.later(hours=-1)
    second = desk.open(2)  # due at 9:01:45
    assert desk.helping.tell_clocks() == []
    desk.later(seconds=50)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(second.id, False)]
    desk.later(seconds=15)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(second.id, True)]
    desk.later(hours=1)  # 10:01:50: put right again
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(first.id, True)]
    third = desk.open(3)
    desk.later(hours=1)  # set forward past its warning
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(third.id, True)]
    desk.later(hours=-1)
    assert desk.helping.tell_clocks() == []
    breaches = [each.event for each in SqlTrail(desk.database).events(limit=100) if each.event.action == "breach"]
    assert sorted(str(each.detail["escalation"]) for each in breaches) == sorted([first.id, second.id, third.id])


def test_who_was_there_by_a_clock_that_was_set_back_promises_nobody(desk: Desk) -> None:
    desk.later(minutes=-10)
    found = desk.helping.availability("gongan")
    assert found is not None and not found.available_now
    desk.helpers.see("zhang", at=desk.at)  # their page gives its next sign of life
    there = desk.helping.availability("gongan")
    assert there is not None and there.available_now


def test_a_clock_that_was_met_tells_nothing(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helping.reply(talk.id, "zhang", "您好")
    desk.later(days=30)
    assert desk.helping.tell_clocks() == []


# What a helper reads first


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


def test_who_waits_for_changes_is_called_after_each_one_and_after_none_that_was_refused(desk: Desk) -> None:
    calls: list[int] = []
    desk.escalations.on_change = lambda: calls.append(len(calls))
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helping.say(talk.id, RESIDENT, "在吗")
    assert len(calls) == 3
    with pytest.raises(EscalationStateWrong):
        desk.helping.claim(talk.id, "li")
    assert len(calls) == 3


def test_every_move_is_in_the_table() -> None:
    from kb_service.domain.escalations import TRANSITIONS

    assert set(TRANSITIONS) == set(Move)
