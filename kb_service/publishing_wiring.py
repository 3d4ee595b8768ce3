"""Wiring of publishing: the gate, the rehearsal, the comparing with neighbours, and what is switched off in between."""

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from ingestion.examining import Examining
from ingestion.sync import Synchroniser
from kb_service.adapters.sql.neighbours import SqlNeighbours
from kb_service.answer_wiring import language_model
from kb_service.asking.asking import Asking
from kb_service.asking.drafting.model_calls import CircuitBreaker
from kb_service.asking.reading.lexicon import load_districts
from kb_service.domain.documents import VersionState
from kb_service.domain.knowledge_use import SwitchDay
from kb_service.ports import PassageIndex
from kb_service.publishing.asking_ahead import AskingAhead
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.emergencies import Emergencies
from kb_service.publishing.gate import KnownIds, points_of_version
from kb_service.publishing.publishing import Publishing
from kb_service.publishing.rehearsal import RehearsalQuestions, Rehearsing
from kb_service.publishing.second_opinion import SecondOpinion, load_opinion_prompt
from kb_service.publishing.statements import Stating
from kb_service.records import Records
from kb_service.service import Texts
from kb_service.settings import Settings


def open_publishing(
    settings: Settings, records: Records, rehearsing: Rehearsing, *, now: Callable[[], datetime]
) -> Publishing:
    districts = load_districts(settings.prompts_dir).districts
    return Publishing(
        version_states=records.version_states,
        calendar=records.working_days.calendar,
        rehearsed=rehearsing.rehearsed,
        points_of_version=lambda version: points_of_version(version, _known_ids(records, districts)),
        now=now,
        review_days=settings.kept_review_days,
    )


def open_rehearsing(
    settings: Settings,
    records: Records,
    synchroniser: Synchroniser,
    *,
    asking: Callable[[], Asking],
    now: Callable[[], datetime],
    new_id: Callable[[], str],
) -> Rehearsing:
    """``asking``: as it is when it is asked."""
    return Rehearsing(
        asking=asking,
        questions=lambda version: _known_questions(settings, records, asking()).near(version),
        version=records.library.version,
        index_documents=synchroniser.sync,
        store=records.rehearsals,
        interval_changes=records.version_states.interval_changes,
        contradicting=records.suspicions.rivals_of,
        now=now,
        new_id=new_id,
    )


def _known_questions(settings: Settings, records: Records, asking: Asking) -> RehearsalQuestions:
    return RehearsalQuestions(
        suites=settings.suites,
        matter_of=asking.matter_of,
        recent=records.transcript.recent_questions,
        matters_by_document=records.shelf.matters_by_document,
    )


def open_asking_ahead(
    settings: Settings,
    records: Records,
    *,
    days: Callable[[], Sequence[SwitchDay]],
    asking: Callable[[], Asking],
    give_way: Callable[[], None],
    now: Callable[[], datetime],
) -> AskingAhead:
    return AskingAhead(
        store=records.days_ahead,
        days=days,
        questions=lambda: _known_questions(settings, records, asking()).suite(),
        asking=asking,
        give_way=give_way,
        now=now,
    )


def open_examining(
    settings: Settings,
    records: Records,
    texts: Texts,
    index: PassageIndex,
    *,
    now: Callable[[], datetime],
    give_way: Callable[[], None],
) -> Examining:
    return Examining(
        library=records.library,
        neighbours=SqlNeighbours(records.database),
        suspicions=records.suspicions,
        index=index,
        preparing=texts.preparing,
        stating=Stating(load_contrasts(settings.prompts_dir), texts.converter),
        converter=texts.converter,
        second_opinion=_second_opinion(settings),
        now=now,
        give_way=give_way,
    )


def _second_opinion(settings: Settings) -> SecondOpinion | None:
    """Only where a language model is configured."""
    if (model := language_model(settings)) is None:
        return None
    prompt = load_opinion_prompt(settings.prompts_dir)
    return SecondOpinion(
        model,
        prompt,
        breaker=CircuitBreaker(clock=time.monotonic),
        clock=time.monotonic,
        new_fence=lambda: secrets.token_hex(8),
        seconds=settings.llm_seconds,
        # Chinese text has less than a token a character with every tokenizer in use.
        room=settings.llm_context - settings.llm_reply_tokens - len(prompt.system) - len(prompt.user),
    )


def open_emergencies(records: Records, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> Emergencies:
    """For any process that has the database: the others heed it within a second."""
    return Emergencies(
        store=records.emergencies,
        catalogue=records.catalogue,
        documents_among=records.library.documents_among,
        now=now,
        new_id=new_id,
    )


def _known_ids(records: Records, regions: Collection[str]) -> KnownIds:
    return KnownIds(
        regions=regions,
        matters={each.id for each in records.catalogue.matters()},
        departments={each.id for each in records.catalogue.departments()},
        documents=records.library.documents_among,
        titles=lambda document_id: _approved_titles(records, document_id),
    )


def _approved_titles(records: Records, document_id: str) -> set[str]:
    versions = records.shelf.document(document_id)
    return {each.metadata.title for each in versions if each.state is VersionState.APPROVED}
