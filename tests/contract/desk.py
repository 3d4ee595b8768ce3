"""The desk of three departments on a database, with a clock that a test moves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.helpers import SqlHelpers
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.answers import Answer, Conversation
from kb_service.domain.days import SHANGHAI
from kb_service.domain.escalations import Escalation, Helper
from kb_service.domain.matters import Department
from kb_service.domain.routing import Destination, RoutedBy, RoutingStep
from kb_service.domain.service_hours import service_hours
from kb_service.helping.helping import Helping
from kb_service.helping.opening import Opening
from kb_service.helping.summaries import load_summary_words
from kb_service.settings import Settings
from kb_service.wiring import new_id

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
    belongs: Destination = RENSHE

    def __post_init__(self) -> None:
        self.escalations = SqlEscalations(self.database, new_id=new_id)
        self.helpers = SqlHelpers(self.database)
        self.helping = Helping(
            escalations=self.escalations,
            helpers=self.helpers,
            departments=lambda: DEPARTMENTS,
            calendar=statutory_calendar,
            general_desk=self.general_desk,
            is_pushed=self.is_pushed,
            now=lambda: self.at,
        )
        self.opening = Opening(
            helping=self.helping,
            escalations=self.escalations,
            calendar=statutory_calendar,
            last_turns=lambda _conversation: self.turns,
            route=lambda text: self.belongs if "社保" in text else None,
            words=load_summary_words(Settings().prompts_dir),
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
        return self.opening.open(conversation, words=words, department_id=department, opened_by="person")

    def later(self, **passed: float) -> None:
        self.at += timedelta(**passed)

    def said(self, escalation: Escalation) -> list[tuple[str, str]]:
        return [(each.move or each.author, each.text) for each in self.escalations.messages(escalation.id)]


def staffed(database: Database) -> Desk:
    """zhang and li, who leads, help for one department, wang for another."""
    made = Desk(database)
    made.hire("zhang", "gongan")
    made.hire("li", "gongan", is_lead=True)
    made.hire("wang", "renshe")
    return made
