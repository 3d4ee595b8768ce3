"""Approving before sending, on every database: what a junior or the assistant would write, and who sends it when."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from kb_service.adapters.sql.cases import SqlCases
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.proposals import SqlProposals
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.answers import Answer, Citation, HandOver, Outcome, Reason
from kb_service.domain.clocks import ClockKind, OrderKind
from kb_service.domain.errors import (
    ApprovalNotYours,
    EscalationNotThere,
    HelperNotInCharge,
    InvalidHelper,
    ProposalNotThere,
    ProposalOutdated,
    ProposalSettled,
    ReasonMissing,
)
from kb_service.domain.escalations import Escalation, EscalationState, Helper, Verdict
from kb_service.domain.proposals import Proposal, ProposalState, Proposed
from kb_service.helping.helping import Helping
from kb_service.helping.opening import Opening
from kb_service.helping.proposing import Proposing
from kb_service.helping.summaries import load_summary_words
from kb_service.settings import Settings
from tests.contract.desk import DEPARTMENTS, MORNING, RESIDENT, Desk
from tests.factories import answer, citation, possible

ALONE = [replace(each, juniors_reply_alone=True) if each.id == "renshe" else each for each in DEPARTMENTS]
OURS = [replace(each, proposes_drafts=each.id == "gongan") for each in ALONE]


class ApprovingDesk(Desk):
    """With the verbs of proposals; 市公安局 wants the assistant's drafts, and in 市人社局 juniors reply alone."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.proposals = SqlProposals(self.database)
        self.holds = True
        self.helping = Helping(
            escalations=self.escalations,
            helpers=self.helpers,
            departments=lambda: OURS,
            calendar=statutory_calendar,
            general_desk=None,
            is_pushed=False,
            now=lambda: self.at,
        )
        self.opening = Opening(
            helping=self.helping,
            escalations=self.escalations,
            calendar=statutory_calendar,
            last_turns=lambda _conversation: self.turns,
            route=lambda _text: None,
            words=load_summary_words(Settings().prompts_dir),
            now=lambda: self.at,
            draft=lambda _escalation, doubted: Proposed(
                None, f"关于{doubted.question}：签注免费。", citations=(citation(),)
            ),
        )
        self.proposing = Proposing(
            escalations=self.escalations,
            proposals=self.proposals,
            helpers=self.helpers,
            departments=lambda: OURS,
            still_hold=self.still_hold,
            now=lambda: self.at,
        )

    def still_hold(self, _citations: Sequence[Citation]) -> bool:
        return self.holds

    def hire_junior(self, name: str, *departments: str) -> None:
        self.helpers.set_up(Helper(name, name, departments, 3, is_junior=True), actor="admin", at=self.at)
        self.helpers.come_and_go(name, is_present=True, at=self.at)

    def claimed(self, by: str = "xiao") -> Escalation:
        talk = self.open()
        self.later(seconds=20)
        return self.helping.claim(talk.id, by)

    def of(self, talk: Escalation) -> list[tuple[str, ProposalState]]:
        return [(each.text, each.state) for each in self.proposals.of(talk.id)]

    def last_entry(self) -> tuple[str, str, dict[str, object]]:
        event = SqlTrail(self.database).events(limit=1000)[-1].event
        return event.actor, event.action, {k: v for k, v in event.detail.items() if k not in ("rows", "escalation")}


@pytest.fixture
def desk(database: Database) -> ApprovingDesk:
    made = ApprovingDesk(database)
    made.hire("zhang", "gongan")
    made.hire("li", "gongan", is_lead=True)
    made.hire("wang", "renshe")
    made.hire_junior("xiao", "gongan", "renshe")
    made.hire_junior("peng", "gongan")
    return made


def test_a_juniors_reply_waits_and_is_sent_under_their_name_once_another_approves(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    proposed = desk.helping.reply(talk.id, "xiao", "签注免费。")
    assert (proposed.state, proposed.first_reply_at) == (EscalationState.CLAIMED, None)
    assert (proposed.revision, proposed.last_number) == (talk.revision, talk.last_number)  # what the person is told by
    (waiting,) = proposed.proposals
    assert (waiting.number, waiting.by, waiting.text, waiting.state) == (1, "xiao", "签注免费。", ProposalState.OPEN)
    assert desk.said(talk) == [("person", "我要转人工"), ("claim", "")]
    assert desk.last_entry() == ("xiao", "propose", {"by": "xiao", "proposal": 1})
    desk.later(seconds=15)
    sent = desk.proposing.approve(talk.id, 1, "zhang")
    assert (sent.state, sent.first_reply_at, sent.helper) == (
        EscalationState.ANSWERED,
        MORNING + timedelta(seconds=35),
        "xiao",
    )
    line = desk.escalations.messages(talk.id)[-1]
    assert (line.by, line.text, line.confirmed_by, line.is_by_assistant) == ("xiao", "签注免费。", "zhang", False)
    told = {"proposal": 1, "by": "xiao", "under": "xiao", "confirmed_by": "zhang", "use": "used"}
    assert desk.last_entry() == ("zhang", "reply", told)
    assert [each.message for each in desk.proposals.of(talk.id)] == [line.number]
    assert row_faults(desk.database) == [] and SqlTrail(desk.database).faults() == []


def test_a_proposed_reply_meets_no_clock(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    desk.helping.reply(talk.id, "xiao", "签注免费。")
    desk.later(seconds=41)  # 61 after it was opened
    told = desk.helping.tell_clocks()
    assert [(clock.kind, is_over) for _, clock, is_over in told] == [(ClockKind.FIRST_REPLY, True)]
    (clock,) = desk.proposing.approve(talk.id, 1, "zhang").clocks
    assert (clock.met_at, clock.breached_at) == (MORNING + timedelta(seconds=61), MORNING + timedelta(seconds=61))


def test_an_order_is_contacted_by_what_was_approved_and_not_by_what_was_proposed(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    desk.helping.order(talk.id, "xiao", OrderKind.SIMPLE, "要查")
    contact = lambda held: next(each for each in held.clocks if each.kind is ClockKind.CONTACT)  # noqa: E731
    assert contact(desk.helping.reply(talk.id, "xiao", "正在查")).met_at is None
    assert contact(desk.proposing.approve(talk.id, 1, "zhang")).met_at == desk.at


def test_what_was_edited_is_sent_as_edited_and_both_texts_are_kept(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    desk.helping.reply(talk.id, "xiao", "签注免非。", suggested="签注免非。", versions=["v1"])
    desk.proposing.approve(talk.id, 1, "li", text="签注免费。")
    assert desk.said(talk)[-1] == ("helper", "签注免费。")
    (kept,) = desk.proposals.of(talk.id)
    assert (kept.text, kept.state, kept.use, kept.settled_by) == ("签注免非。", ProposalState.SENT, "edited", "li")
    assert SqlCases(desk.database).suggestions_used(talk.id) == ["edited"]


def test_who_may_not_approve(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    desk.helping.reply(talk.id, "xiao", "签注免费。")
    refusals = {
        "xiao": ApprovalNotYours,
        "peng": ApprovalNotYours,
        "wang": EscalationNotThere,
        "qi": EscalationNotThere,
    }
    for who, refusal in refusals.items():
        with pytest.raises(refusal):
            desk.proposing.approve(talk.id, 1, who)
        with pytest.raises(refusal):
            desk.proposing.reject(talk.id, 1, who, "不对")
    with pytest.raises(ProposalNotThere):
        desk.proposing.approve(talk.id, 2, "zhang")
    assert desk.of(talk) == [("签注免费。", ProposalState.OPEN)]


def test_a_rejection_says_why_and_sends_nothing(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    desk.helping.reply(talk.id, "xiao", "签注免费。")
    with pytest.raises(ReasonMissing):
        desk.proposing.reject(talk.id, 1, "zhang", "  ")
    desk.proposing.reject(talk.id, 1, "zhang", "没有说期限")
    (kept,) = desk.proposals.of(talk.id)
    assert (kept.state, kept.reason, kept.settled_by) == (ProposalState.REJECTED, "没有说期限", "zhang")
    assert desk.said(talk)[-1] == ("claim", "")
    assert desk.last_entry() == ("zhang", "reject_proposal", {"by": "zhang", "proposal": 1})
    with pytest.raises(ProposalSettled):
        desk.proposing.approve(talk.id, 1, "zhang")


def test_what_was_changed_or_taken_back_meanwhile_is_not_sent(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    desk.helping.reply(talk.id, "xiao", "签注收费。")
    desk.helping.reply(talk.id, "xiao", "签注免费。")
    assert desk.of(talk) == [("签注收费。", ProposalState.SUPERSEDED), ("签注免费。", ProposalState.OPEN)]
    assert desk.last_entry() == ("xiao", "propose", {"by": "xiao", "superseded": [1], "proposal": 2})
    with pytest.raises(ProposalSettled):
        desk.proposing.approve(talk.id, 1, "zhang")
    with pytest.raises(ApprovalNotYours):
        desk.proposing.withdraw(talk.id, 2, "zhang")
    desk.proposing.withdraw(talk.id, 2, "xiao")
    with pytest.raises(ProposalSettled):
        desk.proposing.approve(talk.id, 2, "zhang")
    assert [line for line, _ in desk.said(talk)] == ["person", "claim"]


def test_a_junior_in_charge_only_proposes_and_where_the_department_says_so_replies_alone(desk: ApprovingDesk) -> None:
    talk = desk.open()
    with pytest.raises(HelperNotInCharge):
        desk.helping.reply(talk.id, "xiao", "您好")  # nobody has claimed it
    desk.helping.claim(talk.id, "zhang")
    with pytest.raises(HelperNotInCharge):
        desk.helping.reply(talk.id, "xiao", "您好")
    other = desk.open(2, "renshe")
    desk.helping.claim(other.id, "xiao")
    assert desk.helping.reply(other.id, "xiao", "您好").state is EscalationState.ANSWERED
    assert desk.of(other) == []


def test_a_lead_is_no_junior(desk: ApprovingDesk) -> None:
    with pytest.raises(InvalidHelper):
        desk.helpers.set_up(Helper("x", "x", ("gongan",), 3, True, is_junior=True), actor="admin", at=desk.at)


ENDS: dict[str, Callable[[ApprovingDesk, str], object]] = {
    "transferred": lambda desk, talk: desk.helping.transfer(talk, "xiao", "renshe", "问的是社保"),
    "released": lambda desk, talk: desk.helping.release(talk, "xiao", ""),
    "resolved": lambda desk, talk: desk.helping.resolve(talk, "xiao", Verdict.RESOLVED, ""),
    "returned": lambda desk, talk: desk.helping.return_(talk, "xiao", ""),
    "left by the person": lambda desk, talk: desk.helping.leave(talk, RESIDENT),
}


def test_open_proposals_lapse_when_the_talk_goes_on_without_their_author(desk: ApprovingDesk) -> None:
    desk.turns = [doubted()]
    for end, make in ENDS.items():
        talk = desk.claimed()
        desk.helping.reply(talk.id, "xiao", "签注免费。")
        make(desk, talk.id)
        of_assistant, of_junior = desk.proposals.of(talk.id)
        assert of_junior.state is ProposalState.LAPSED
        is_for_the_next = end == "released"
        assert of_assistant.state is (ProposalState.OPEN if is_for_the_next else ProposalState.LAPSED), end
        assert desk.last_entry()[2]["lapsed"] == ([2] if is_for_the_next else [1, 2])
        with pytest.raises(ProposalSettled):
            desk.proposing.approve(talk.id, 2, "wang" if end == "transferred" else "zhang")
        if desk.escalations.escalation(talk.id).is_going_on:
            desk.helping.leave(talk.id, RESIDENT)
    assert row_faults(desk.database) == []


def test_two_approvals_send_once(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    for number in range(1, 6):
        desk.helping.reply(talk.id, "xiao", f"第{number}句")

        def approve(who: str, number: int = number) -> bool:
            try:
                desk.proposing.approve(talk.id, number, who)
            except ProposalSettled:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(approve, ["zhang", "li", "zhang", "li"])) == 1
    assert [text for kind, text in desk.said(talk) if kind == "helper"] == [f"第{n}句" for n in range(1, 6)]


def test_an_approval_and_a_change_at_once_leave_one_of_them(desk: ApprovingDesk) -> None:
    """Whoever is quicker: the text that was read is sent, or nothing is and the new one waits."""
    talk = desk.claimed()
    sent: list[str] = []
    for number in range(4):
        (first,) = desk.helping.reply(talk.id, "xiao", f"旧{number}").proposals

        def approve(first: Proposal = first) -> str:
            try:
                desk.proposing.approve(talk.id, first.number, "li")
            except ProposalSettled:
                return ""
            return first.text

        with ThreadPoolExecutor(2) as pool:
            approving = pool.submit(approve)
            changing = pool.submit(desk.helping.reply, talk.id, "xiao", f"新{number}")
            sent += filter(None, [approving.result()])
            changing.result()
        (left,) = desk.escalations.escalation(talk.id).proposals
        assert left.text == f"新{number}"
        desk.proposing.withdraw(talk.id, left.number, "xiao")
    assert [text for kind, text in desk.said(talk) if kind == "helper"] == sent
    assert row_faults(desk.database) == []


# The assistant's drafts


def doubted(**fields: object) -> Answer:
    handed = HandOver(recommended=True, reasons=(Reason.LOW_CONFIDENCE,))
    return answer(outcome=Outcome.NO_SOURCE, escalation=handed, possible=(possible(),), **fields)


def wish_for_a_person() -> Answer:
    handed = HandOver(recommended=True, reasons=(Reason.USER_REQUEST,))
    return answer("a2", "转人工", outcome=Outcome.HANDED_OVER, escalation=handed)


def test_a_doubtful_answer_comes_as_a_proposal_that_the_helper_in_charge_sends(desk: ApprovingDesk) -> None:
    desk.turns = [doubted(), wish_for_a_person()]
    talk = desk.open()
    (draft,) = talk.proposals
    assert (draft.by, draft.text) == (None, "关于签注要钱吗：签注免费。")
    assert draft.citations == (citation(),)
    assert desk.last_entry() == ("assistant", "propose", {"by": "assistant", "proposal": 1})
    with pytest.raises(HelperNotInCharge):
        desk.proposing.approve(talk.id, 1, "zhang")
    desk.helping.claim(talk.id, "zhang")
    with pytest.raises(HelperNotInCharge):
        desk.proposing.approve(talk.id, 1, "li")
    with pytest.raises(ApprovalNotYours):
        desk.proposing.withdraw(talk.id, 1, "zhang")
    assert desk.proposing.approve(talk.id, 1, "zhang").state is EscalationState.ANSWERED
    line = desk.escalations.messages(talk.id)[-1]
    assert (line.by, line.confirmed_by, line.is_by_assistant) == ("zhang", "zhang", True)
    assert desk.last_entry()[2]["by"] == "assistant"
    assert SqlCases(desk.database).suggestions_used(talk.id) == ["used"]


def test_what_a_draft_cites_is_looked_at_again_when_it_is_approved(desk: ApprovingDesk) -> None:
    desk.turns = [doubted()]
    talk = desk.claimed("zhang")
    desk.holds = False
    for text in (None, "签注免费。"):
        with pytest.raises(ProposalOutdated):
            desk.proposing.approve(talk.id, 1, "zhang", text=text)
    assert desk.said(talk)[-1] == ("claim", "")
    desk.proposing.reject(talk.id, 1, "zhang", "")
    assert desk.proposals.of_assistant() == {"rejected": 1}


def test_a_draft_in_a_juniors_talk_is_sent_by_somebody_else(desk: ApprovingDesk) -> None:
    desk.turns = [doubted()]
    talk = desk.claimed("xiao")
    with pytest.raises(ApprovalNotYours):
        desk.proposing.approve(talk.id, 1, "xiao")
    desk.proposing.approve(talk.id, 1, "zhang", text="签注一概免费。")
    line = desk.escalations.messages(talk.id)[-1]
    assert (line.by, line.confirmed_by, line.text) == ("xiao", "zhang", "签注一概免费。")


def test_nothing_is_drafted_where_no_answer_was_doubtful_or_the_department_wants_none(desk: ApprovingDesk) -> None:
    sure_since = [doubted(), answer("a2")]
    for number, turns in enumerate([[], [answer()], sure_since, [wish_for_a_person()]], 1):
        desk.turns = turns
        assert desk.open(number).proposals == ()
    desk.turns = [doubted()]
    assert desk.open(5, department="renshe").proposals == ()


def test_what_became_of_drafts_is_counted(desk: ApprovingDesk) -> None:
    desk.turns = [doubted()]
    desk.helpers.set_up(Helper("zhang", "zhang", ("gongan",), 9), actor="admin", at=desk.at)
    talks = [desk.open(number) for number in range(1, 6)]
    for talk in talks[:4]:
        desk.helping.claim(talk.id, "zhang")
    desk.proposing.approve(talks[0].id, 1, "zhang")
    desk.proposing.approve(talks[1].id, 1, "zhang", text="免费。")
    desk.proposing.reject(talks[2].id, 1, "zhang", "")
    desk.helping.resolve(talks[3].id, "zhang", Verdict.RESOLVED, "")
    assert desk.proposals.of_assistant() == {"used": 1, "edited": 1, "rejected": 1, "lapsed": 1, "open": 1}


# What is kept


def test_the_words_of_proposals_are_erased_with_the_talk_and_what_counts_them_stays(
    desk: ApprovingDesk,
) -> None:
    desk.turns = [doubted()]
    talk = desk.claimed()
    desk.helping.reply(talk.id, "xiao", "您住长寿路1号")
    desk.proposing.reject(talk.id, 2, "zhang", "不要写住址")
    SqlErasing(desk.database).conversation("c1", actor="operator", at=desk.at)
    kept = desk.proposals.of(talk.id)
    assert [(each.text, each.reason, each.citations) for each in kept] == [("", "", ()), ("", "", ())]
    assert [each.state for each in kept] == [ProposalState.LAPSED, ProposalState.REJECTED]
    assert row_faults(desk.database) == []


def test_a_stream_hears_of_proposals_by_a_count_that_the_person_is_not_shown(desk: ApprovingDesk) -> None:
    talk = desk.claimed()
    store: SqlEscalations = desk.escalations
    before = store.changed_since(desk.at - timedelta(hours=1))[talk.id]
    desk.helping.reply(talk.id, "xiao", "签注免费。")
    assert store.changed_since(desk.at)[talk.id] == (*before[:2], before[2] + 1)
    desk.proposing.reject(talk.id, 1, "zhang", "不全")
    assert store.changed_since(desk.at)[talk.id] == (*before[:2], before[2] + 2)
