"""The verb that opens a talk: from a question that nobody could answer to the desk that takes it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from kb_service.domain.answers import Answer, Conversation, Outcome
from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.errors import EscalationStateWrong, NobodyToHelp
from kb_service.domain.escalations import Escalation
from kb_service.domain.matters import Department
from kb_service.domain.proposals import Proposed
from kb_service.domain.routing import Destination, RoutedBy, RoutingStep
from kb_service.helping import approval, moves
from kb_service.helping.desks import first_reply
from kb_service.helping.drafting import doubtful
from kb_service.helping.helping import Helping
from kb_service.helping.stores import Escalations
from kb_service.helping.summaries import SummaryWords, subject_of


class Opening:
    def __init__(
        self,
        *,
        helping: Helping,
        escalations: Escalations,
        calendar: Callable[[], WorkingCalendar],
        last_turns: Callable[[Conversation], Sequence[Answer]],
        route: Callable[[str], Destination | None],
        words: SummaryWords,
        now: Callable[[], datetime],
        region_in: Callable[[str], str | None] = lambda _words: None,
        draft: Callable[[Escalation, Answer], Proposed | None] = lambda _escalation, _doubtful: None,
    ) -> None:
        """``route``: from words to the department that seems responsible. ``region_in``: the path of the one district
        that words name. ``draft``: what the assistant proposes to send, where its answer was not sure enough."""
        self._helping = helping
        self._escalations = escalations
        self._calendar = calendar
        self._last_turns = last_turns
        self._route = route
        self._words = words
        self._region_in = region_in
        self._now = now
        self._draft = draft

    def open(self, conversation: Conversation, *, words: str, department_id: str | None, opened_by: str) -> Escalation:
        """The talk of this conversation: a new one, or the one that is going on. Raises NobodyToHelp."""
        if (going_on := self._escalations.going_on_of(conversation)) is not None:
            return self._say_once(going_on, conversation, words)
        turns = self._last_turns(conversation)
        wanted = self._destination(turns, words, department_id)
        desk = self._helping.desk_for(wanted.department_id, wanted.region) if wanted else self._helping.desk_for(None)
        if desk is None:
            raise NobodyToHelp(
                "no helpers are set up for this department; call its number, or 12345, or have an administrator set up "
                "helpers with PUT /v1/helpers"
            )
        at = self._now()
        clock = first_reply(desk.department, at, self._calendar())
        subject = subject_of(turns, words, self._words)
        if wanted:
            subject = replace(
                subject,
                region=subject.region or wanted.region,
                matter_id=subject.matter_id or wanted.matter_id,
                facet=subject.facet or wanted.facet,
            )
        steps = (*(wanted.steps if wanted else ()), *desk.steps)
        change = moves.opened(clock, words, steps)
        found, is_new = self._escalations.open(
            conversation, subject, desk.department.id, opened_by=opened_by, at=at, change=change
        )
        if is_new:
            return self._helping.assigned(self._drafted(found, desk.department, turns))
        return self._say_once(found, conversation, words)

    def _drafted(self, found: Escalation, desk: Department, turns: Sequence[Answer]) -> Escalation:
        """With the assistant's draft as a proposed reply, where the department wants that."""
        answer = doubtful(turns) if desk.proposes_drafts else None
        draft = self._draft(found, answer) if answer else None
        if draft is None:
            return found
        try:
            return self._escalations.change(
                found.id, actor=approval.ASSISTANT, at=self._now(), decide=lambda held: approval.drafted(held, draft)
            )
        except EscalationStateWrong:  # left just now
            return self._escalations.escalation(found.id)

    def _say_once(self, found: Escalation, conversation: Conversation, words: str) -> Escalation:
        """What comes with asking for somebody again is said in the talk; a second click says nothing new."""
        said = self._escalations.last_of_person(found.id)
        if not words.strip() or (said is not None and said.text == words):
            return found
        try:
            return self._helping.say(found.id, conversation, words)[0]
        except EscalationStateWrong:  # closed just now
            return self._escalations.escalation(found.id)

    def _destination(self, turns: Sequence[Answer], words: str, chosen: str | None) -> Destination | None:
        """The department that was chosen, or that the newest answer hands over to, else the one its question, or the
        words alone, point to; with the district that they name."""
        found = self._of_turns(turns, words, chosen)
        if found is None or found.region is not None:
            return found
        return replace(found, region=self._region_in(words) if words.strip() else None)

    def _of_turns(self, turns: Sequence[Answer], words: str, chosen: str | None) -> Destination | None:
        asked = [turn for turn in reversed(turns) if turn.outcome is not Outcome.COURTESY]
        region = asked[0].understood_as.region if asked else None
        for turn in asked if chosen else asked[:1]:
            over = turn.escalation
            if over.department is not None and chosen in (None, over.department.id):
                return Destination(over.department.id, over.routed_by, region)
        if chosen is not None:
            return Destination(chosen, (RoutingStep(RoutedBy.CHOSEN, chosen),), region)
        if asked:
            return self._route(asked[0].question)
        return self._route(words) if words.strip() else None
