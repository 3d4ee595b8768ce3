"""Escalations as they are shown: to the person who asked, and to helpers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from kb_service.api.answer_shapes import ProducedBy, produced_by
from kb_service.domain.answers import DepartmentRef, MatterRef, Method
from kb_service.domain.attachments import Attachment
from kb_service.domain.clocks import OF_TALKS, Clock, ClockKind, OrderKind
from kb_service.domain.escalations import (
    Author,
    Availability,
    Escalation,
    EscalationState,
    Message,
    Move,
    Subject,
    Verdict,
)
from kb_service.domain.routing import HandOn, RoutingStep
from kb_service.helping.desks import skills_asked
from kb_service.helping.helping import PERSON
from kb_service.service import Service


@dataclass(frozen=True, slots=True)
class MessageShown:
    """One line of a talk. ``name``: of the helper who wrote or moved, None for the person. ``produced_by``: whether
    what a helper sent is an AI's. ``confirmed_by``: the name of who approved it, for helpers only.
    ``attachments``: read by their number under the talk."""

    number: int
    at: datetime
    author: Author
    name: str | None
    text: str
    move: Move | None
    produced_by: ProducedBy | None
    attachments: Sequence[Attachment]
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True)
class TalkShown:
    """What the person sees of it. ``ahead``: how many of the same queue came before, while it waits.

    ``reply_due_at``, ``result_due_at``: by when a first reply, and the result of an order, are due. ``availability``:
    while nobody has claimed it. ``last_number``: of the newest line the person is told.
    """

    id: str
    conversation_id: str
    state: EscalationState
    department: DepartmentRef
    helper_name: str | None
    opened_at: datetime
    closed_at: datetime | None
    ahead: int | None
    reply_due_at: datetime | None
    result_due_at: datetime | None
    order_kind: OrderKind | None
    availability: Availability | None
    verdict_of_person: Verdict | None
    may_reopen: bool
    revision: int
    last_number: int


@dataclass(frozen=True, slots=True)
class EscalationShown:
    """What helpers see of it. ``routed_by``: how it came to its first department. ``skills_asked``: those of any
    helper's skills that it asks for, matters by their names. ``open_proposals``: how many replies wait for
    approval. ``awaits_you``: whether who asks may decide on one of them; None where it was not looked up."""

    id: str
    conversation_id: str
    channel: str | None
    state: EscalationState
    department: DepartmentRef
    matter: MatterRef | None
    subject: Subject
    helper: str | None
    helper_name: str | None
    opened_at: datetime
    opened_by: str
    claimed_at: datetime | None
    first_reply_at: datetime | None
    closed_at: datetime | None
    verdict: Verdict | None
    verdict_of_person: Verdict | None
    order_kind: OrderKind | None
    clocks: Sequence[Clock]
    due_at: datetime | None
    is_late: bool
    revision: int
    last_number: int
    routed_by: Sequence[RoutingStep]
    handed_on: Sequence[HandOn]
    skills_asked: list[str]
    open_proposals: int
    awaits_you: bool | None = None


@dataclass(frozen=True, slots=True)
class EscalationList:
    escalations: list[EscalationShown]
    next_cursor: str | None


class Showing:
    """Shows several with one look at who helps and at what matters there are."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @cached_property
    def _helper_names(self) -> Mapping[str, str]:
        return self._service.records.helpers.names()

    @cached_property
    def _skills(self) -> Sequence[str]:
        return sorted({skill for each in self._service.records.helpers.all() for skill in each.skills})

    def _name_of_skill(self, skill: str) -> str:
        matter = self._matters.get(skill)
        return matter.name if matter else skill

    @cached_property
    def _matters(self) -> Mapping[str, MatterRef]:
        return {each.id: each for each in self._service.catalogue.matter_names()}

    def name(self, person_id: str | None) -> str | None:
        """As people are shown it; who is no helper any more is shown by the id."""
        return self._helper_names.get(person_id, person_id) if person_id else None

    def message(self, message: Message) -> MessageShown:
        name = None if message.author is Author.PERSON or message.by == PERSON else self.name(message.by)
        folder = self._service.settings.prompts_dir
        method = Method.CONFIRMED if message.is_by_assistant else Method.PERSON
        made = produced_by(method, folder) if message.author is Author.HELPER else None
        return MessageShown(
            number=message.number,
            at=message.at,
            author=message.author,
            name=name,
            text=message.text,
            move=message.move,
            produced_by=made,
            attachments=message.attachments,
            confirmed_by=self.name(message.confirmed_by),
        )

    def talk(self, talk: Escalation) -> TalkShown:
        service, is_open = self._service, talk.state is EscalationState.OPEN
        reply, result = talk.running(ClockKind.FIRST_REPLY), talk.running(ClockKind.ORDER)
        return TalkShown(
            id=talk.id,
            conversation_id=talk.conversation.conversation_id,
            state=talk.state,
            department=service.departments.ref(talk.department_id),
            helper_name=self.name(talk.helper),
            opened_at=talk.opened_at,
            closed_at=talk.closed_at,
            ahead=service.records.escalations.ahead_of(talk) if is_open else None,
            reply_due_at=reply.due_at if reply else None,
            result_due_at=result.due_at if result else None,
            order_kind=talk.order_kind,
            availability=service.helping.availability_at(talk.department_id) if is_open else None,
            verdict_of_person=talk.verdict_of_person,
            may_reopen=talk.may_reopen(service.now()),
            revision=talk.revision,
            last_number=service.records.told_lines.count(talk.id, up_to=talk.last_number),
        )

    def escalation(self, found: Escalation) -> EscalationShown:
        due = min((each.due_at for each in found.clocks if each.is_running and each.kind in OF_TALKS), default=None)
        return EscalationShown(
            id=found.id,
            conversation_id=found.conversation.conversation_id,
            channel=found.conversation.channel,
            state=found.state,
            department=self._service.departments.ref(found.department_id),
            matter=self._matters.get(found.subject.matter_id or ""),
            subject=found.subject,
            helper=found.helper,
            helper_name=self.name(found.helper),
            opened_at=found.opened_at,
            opened_by=found.opened_by,
            claimed_at=found.claimed_at,
            first_reply_at=found.first_reply_at,
            closed_at=found.closed_at,
            verdict=found.verdict,
            verdict_of_person=found.verdict_of_person,
            order_kind=found.order_kind,
            clocks=found.clocks,
            due_at=due,
            is_late=due is not None and due <= self._service.now(),
            revision=found.revision,
            last_number=found.last_number,
            routed_by=found.routed_by,
            handed_on=found.handed_on,
            skills_asked=[self._name_of_skill(each) for each in skills_asked(found.subject, self._skills)],
            open_proposals=len(found.proposals),
        )
