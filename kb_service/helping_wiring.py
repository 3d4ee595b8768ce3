"""Wiring of human help: who takes over, what is suggested to them, and which systems are told."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from kb_service.adapters.outside import Outside
from kb_service.answer_wiring import user_key
from kb_service.asking.asking import Asking
from kb_service.domain.answers import Answer
from kb_service.domain.days import shanghai_day
from kb_service.domain.errors import KbError
from kb_service.domain.escalations import Escalation
from kb_service.domain.proposals import Proposed
from kb_service.domain.webhooks import Delivery
from kb_service.helping.canned_replies import CannedReplies, load_canned_reply_words
from kb_service.helping.delivering import Delivering
from kb_service.helping.drafting import draft_of, still_hold
from kb_service.helping.helping import Helping
from kb_service.helping.learning_routes import LearningRoutes, Said
from kb_service.helping.meetings import Meetings
from kb_service.helping.opening import Opening
from kb_service.helping.proposing import Proposing
from kb_service.helping.signs import Signing
from kb_service.helping.suggesting import Suggesting
from kb_service.helping.summaries import line_of, load_summary_words
from kb_service.records import Records
from kb_service.service import DeskVerbs
from kb_service.settings import Settings

log = logging.getLogger(__name__)

# A helper reads more of a conversation than is remembered to understand the next question.
_TURNS = 30


def open_helping(settings: Settings, records: Records, *, now: Callable[[], datetime]) -> Helping:
    """With the catalogue and the calendar as they are when they are asked."""
    return Helping(
        escalations=records.escalations,
        helpers=records.helpers,
        departments=records.catalogue.departments,
        calendar=records.working_days.calendar,
        general_desk=settings.general_desk,
        is_pushed=settings.assignment == "push",
        now=now,
    )


def open_desk(
    settings: Settings,
    records: Records,
    outside: Outside,
    helping: Helping,
    *,
    asking: Callable[[], Asking],
    now: Callable[[], datetime],
    new_id: Callable[[], str],
) -> DeskVerbs:
    """``asking``: as it is when it is asked."""
    suggesting = _suggesting(settings, records, asking=asking)
    return DeskVerbs(
        opening=_opening(settings, records, helping, suggesting, asking=asking, now=now),
        suggesting=suggesting,
        proposing=_proposing(records, asking=asking, now=now),
        signing=Signing(
            signs=records.talk_signs,
            escalation=records.escalations.escalation,
            seen_by=helping.seen_by,
            number_of=records.told_lines.number,
            now=now,
        ),
        meetings=Meetings(
            links=records.meeting_links, escalations=records.escalations, seen_by=helping.seen_by, now=now
        ),
        canned_replies=CannedReplies(
            store=records.canned_replies,
            words=load_canned_reply_words(settings.prompts_dir),
            helper=records.helpers.helper,
            departments=records.catalogue.departments,
            matters=records.catalogue.matters,
            now=now,
            new_id=new_id,
        ),
        delivering=_delivering(settings, records, outside, now=now),
    )


def _opening(
    settings: Settings,
    records: Records,
    helping: Helping,
    suggesting: Suggesting,
    *,
    asking: Callable[[], Asking],
    now: Callable[[], datetime],
) -> Opening:
    """``suggesting``: drafts for helpers."""
    return Opening(
        helping=helping,
        escalations=records.escalations,
        calendar=records.working_days.calendar,
        last_turns=lambda conversation: records.transcript.last_turns(conversation, _TURNS),
        route=lambda text: asking().destination(text),
        words=load_summary_words(settings.prompts_dir),
        now=now,
        region_in=lambda text: asking().reader.region_in(text),
        draft=lambda escalation, answer: _draft(suggesting, escalation, answer),
    )


def open_learning_routes(
    settings: Settings, records: Records, *, said: Callable[[str], Said | None], give_way: Callable[[], None]
) -> LearningRoutes:
    return LearningRoutes(
        records.lessons,
        said=said,
        owner_of=lambda: {each.id: each.department_id for each in records.catalogue.matters()},
        give_way=give_way,
        clock=time.monotonic,
        is_on=settings.learned_routing,
    )


def _draft(suggesting: Suggesting, escalation: Escalation, answer: Answer) -> Proposed | None:
    """None where nothing can be looked up now: a person is helped without it."""
    try:
        return draft_of(suggesting.for_escalation(escalation, departments=[]), answer)
    except KbError:
        log.exception("no draft could be made for escalation %s", escalation.id)
        return None


def _proposing(records: Records, *, asking: Callable[[], Asking], now: Callable[[], datetime]) -> Proposing:
    """Citations are checked by the documents and switches of the moment."""
    return Proposing(
        escalations=records.escalations,
        proposals=records.proposals,
        helpers=records.helpers,
        departments=records.catalogue.departments,
        still_hold=lambda citations: still_hold(
            citations,
            library=records.library,
            is_switched_off=lambda found: asking().is_switched_off(found),
            today=shanghai_day(now()),
        ),
        now=now,
    )


def _delivering(settings: Settings, records: Records, outside: Outside, *, now: Callable[[], datetime]) -> Delivering:
    """What other systems are told."""
    words = load_summary_words(settings.prompts_dir)

    def line(delivery: Delivery) -> str:
        return line_of(delivery, words, {each.id: each.name for each in records.catalogue.departments()})

    return Delivering(
        deliveries=records.webhooks,
        poster=outside,
        site_key=user_key(settings),
        line_of=line,
        now=now,
    )


def _suggesting(settings: Settings, records: Records, *, asking: Callable[[], Asking]) -> Suggesting:
    return Suggesting(
        asking=asking,
        cases=records.cases,
        messages=records.escalations.messages,
        last_turns=lambda conversation: records.transcript.last_turns(conversation, _TURNS),
        basis=load_summary_words(settings.prompts_dir).basis,
    )
