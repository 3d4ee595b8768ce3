"""A desk at which some replies wait for approval: those of juniors, and drafts of the assistant."""

from collections.abc import Sequence
from dataclasses import replace

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.proposals import SqlProposals
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.answers import Answer, Citation, HandOver, Outcome, Reason
from kb_service.domain.escalations import Escalation, Helper
from kb_service.domain.proposals import ProposalState, Proposed
from kb_service.helping.helping import Helping
from kb_service.helping.opening import Opening
from kb_service.helping.proposing import Proposing
from kb_service.helping.summaries import load_summary_words
from kb_service.settings import Settings
from tests.contract.desk import DEPARTMENTS, Desk
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
        return (
            event.actor,
            event.action,
            {k: v for k, v in event.detail.items() if k not in ("rows", "talks", "escalation")},
        )


def staffed(database: Database) -> ApprovingDesk:
    """With two helpers, a lead among them, and two juniors of 市公安局, and a helper of 市人社局."""
    made = ApprovingDesk(database)
    made.hire("zhang", "gongan")
    made.hire("li", "gongan", is_lead=True)
    made.hire("wang", "renshe")
    made.hire_junior("xiao", "gongan", "renshe")
    made.hire_junior("peng", "gongan")
    return made


def doubted(**fields: object) -> Answer:
    handed = HandOver(recommended=True, reasons=(Reason.LOW_CONFIDENCE,))
    return answer(outcome=Outcome.NO_SOURCE, escalation=handed, possible=(possible(),), **fields)


def wish_for_a_person() -> Answer:
    handed = HandOver(recommended=True, reasons=(Reason.USER_REQUEST,))
    return answer("a2", "转人工", outcome=Outcome.HANDED_OVER, escalation=handed)
