"""Approving before sending, on every database: what a junior would write, and who sends it when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kb_service.adapters.sql.cases import SqlCases
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.clocks import ClockKind, OrderKind
from kb_service.domain.errors import (
    ApprovalNotYours,
    EscalationNotThere,
    HelperNotInCharge,
    InvalidHelper,
    ProposalNotThere,
    ProposalSettled,
    ReasonMissing,
)
from kb_service.domain.escalations import EscalationState, Helper, Verdict
from kb_service.domain.proposals import Proposal, ProposalState
from tests.contract.approving_desk import ApprovingDesk, doubted, staffed
from tests.contract.desk import MORNING, RESIDENT


@pytest.fixture
def desk(database: Database) -> ApprovingDesk:
    return staffed(database)


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
