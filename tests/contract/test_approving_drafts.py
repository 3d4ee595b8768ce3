"""Drafts of the assistant that wait for approval, and what is kept of all that waited, on every database."""

from datetime import timedelta

import pytest

from kb_service.adapters.sql.cases import SqlCases
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.domain.errors import (
    ApprovalNotYours,
    HelperNotInCharge,
    ProposalOutdated,
)
from kb_service.domain.escalations import EscalationState, Helper, Verdict
from kb_service.domain.proposals import ProposalState
from tests.contract.approving_desk import ApprovingDesk, doubted, staffed, wish_for_a_person
from tests.factories import answer, citation


@pytest.fixture
def desk(database: Database) -> ApprovingDesk:
    return staffed(database)


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
