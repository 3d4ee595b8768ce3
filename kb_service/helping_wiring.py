"""Wiring of human help: who takes over, what is suggested to them, and which systems are told."""

import time
from collections.abc import Callable
from datetime import datetime

from kb_service.adapters.outside import Outside
from kb_service.answer_wiring import user_key
from kb_service.asking.asking import Asking
from kb_service.domain.routing import Destination
from kb_service.helping.canned_replies import CannedReplies, load_canned_reply_words
from kb_service.helping.delivering import Delivering
from kb_service.helping.helping import Helping
from kb_service.helping.learning_routes import LearningRoutes, Said
from kb_service.helping.meetings import Meetings
from kb_service.helping.signs import Signing
from kb_service.helping.suggesting import Suggesting
from kb_service.helping.summaries import line_of, load_summary_words
from kb_service.service import Records
from kb_service.settings import Settings

# A helper reads more of a conversation than is remembered to understand the next question.
_TURNS = 30


def open_helping(
    settings: Settings,
    records: Records,
    *,
    route: Callable[[str], Destination | None],
    region_in: Callable[[str], str | None],
    now: Callable[[], datetime],
) -> Helping:
    """With the catalogue and the calendar as they are when they are asked."""
    return Helping(
        escalations=records.escalations,
        helpers=records.helpers,
        departments=records.catalogue.departments,
        calendar=records.working_days.calendar,
        last_turns=lambda conversation: records.transcript.last_turns(conversation, _TURNS),
        route=route,
        words=load_summary_words(settings.prompts_dir),
        general_desk=settings.general_desk,
        is_pushed=settings.assignment == "push",
        now=now,
        region_in=region_in,
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


def open_signing(records: Records, helping: Helping, *, now: Callable[[], datetime]) -> Signing:
    return Signing(
        signs=records.talk_signs, escalation=records.escalations.escalation, seen_by=helping.seen_by, now=now
    )


def open_meetings(records: Records, helping: Helping, *, now: Callable[[], datetime]) -> Meetings:
    return Meetings(links=records.meeting_links, escalations=records.escalations, seen_by=helping.seen_by, now=now)


def open_canned_replies(
    settings: Settings, records: Records, *, now: Callable[[], datetime], new_id: Callable[[], str]
) -> CannedReplies:
    return CannedReplies(
        store=records.canned_replies,
        words=load_canned_reply_words(settings.prompts_dir),
        helper=records.helpers.helper,
        departments=records.catalogue.departments,
        matters=records.catalogue.matters,
        now=now,
        new_id=new_id,
    )


def open_delivering(
    settings: Settings, records: Records, outside: Outside, *, now: Callable[[], datetime]
) -> Delivering:
    """What other systems are told."""
    words = load_summary_words(settings.prompts_dir)
    return Delivering(
        deliveries=records.webhooks,
        poster=outside,
        site_key=user_key(settings),
        line_of=lambda delivery: line_of(delivery, words),
        now=now,
    )


def open_suggesting(settings: Settings, records: Records, *, asking: Callable[[], Asking]) -> Suggesting:
    """``asking``: as it is when it is asked."""
    return Suggesting(
        asking=asking,
        cases=records.cases,
        messages=records.escalations.messages,
        last_turns=lambda conversation: records.transcript.last_turns(conversation, _TURNS),
        basis=load_summary_words(settings.prompts_dir).basis,
    )
