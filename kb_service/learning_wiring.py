"""Wiring of learning: what nobody could answer is grouped, and asked again when there is a text."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ingestion.sources import Reading
from kb_service.asking.asking import Asking
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.domain.answers import Answer
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import VersionDraft
from kb_service.domain.errors import InvalidRecord
from kb_service.learning.asking_again import AskingAgain
from kb_service.learning.closing import Closing
from kb_service.learning.collecting import Collecting, in_full
from kb_service.learning.feedback_review import FeedbackReview
from kb_service.learning.ledger import Ledger
from kb_service.learning.recurring import FindingRecurring
from kb_service.learning.writing import Cleaning, Writing, of_nobody, question_of
from kb_service.ports import Vectors
from kb_service.records import Records
from kb_service.service import LearningVerbs
from kb_service.settings import Settings
from kb_service.text.vocabulary import AnyOf, Words, load


class LearningWords(Words):
    """`prompts/learning.yaml`; {names} are filled in by code."""

    left_open: str
    courtesies: AnyOf
    salutations: AnyOf
    introductions: AnyOf
    asks: AnyOf
    untitled: str
    problem_of_gap: str
    problem_of_nobody: str


def load_learning_words(prompts_dir: Path) -> LearningWords:
    """Raises VocabularyFault."""
    return load(prompts_dir, "learning.yaml", LearningWords)


def _cleaning(words: LearningWords) -> Cleaning:
    return Cleaning(words.courtesies, words.salutations, words.introductions, words.asks)


def open_learning(
    settings: Settings,
    records: Records,
    vectors: Callable[[Sequence[str]], Vectors],
    *,
    asking: Callable[[], Asking],
    reading: Callable[[], Reading],
    follow: Callable[[], object],
    give_way: Callable[[], None],
    now: Callable[[], datetime],
    new_id: Callable[[], str],
) -> LearningVerbs:
    """``asking`` and ``reading``: with the catalogue as it is when they are asked."""
    words = load_learning_words(settings.prompts_dir)
    return LearningVerbs(
        collecting=_collecting(records, words, vectors, give_way=give_way, now=now),
        writing=_writing(settings, records, words, reading=reading, new_id=new_id, now=now),
        closing=_closing(records, words, asking=asking, now=now),
        finding_recurring=FindingRecurring(
            records.recurring, vectors, give_way, partial(question_of, cleaning=_cleaning(words))
        ),
        feedback_review=FeedbackReview(
            feedback=records.feedback,
            version=records.library.version,
            department_of=partial(_department_of, records),
            calendar=records.working_days.calendar,
            now=now,
        ),
        asking_again=_asking_again(records, asking=asking, follow=follow, give_way=give_way, now=now),
        ledger=_ledger(records, words, new_id=new_id, now=now),
    )


def _collecting(
    records: Records,
    words: LearningWords,
    vectors: Callable[[Sequence[str]], Vectors],
    *,
    give_way: Callable[[], None],
    now: Callable[[], datetime],
) -> Collecting:
    cleaning = _cleaning(words)
    return Collecting(
        gaps=records.gaps,
        vectors=vectors,
        department_of=partial(_department_of, records),
        of_nobody=partial(of_nobody, cleaning=cleaning),
        calendar=records.working_days.calendar,
        give_way=give_way,
        now=now,
    )


def _department_of(records: Records, matter_id: str) -> str | None:
    return next((each.department_id for each in records.catalogue.matters() if each.id == matter_id), None)


def _closing(
    records: Records, words: LearningWords, *, asking: Callable[[], Asking], now: Callable[[], datetime]
) -> Closing:
    def ask(question: str, region: str | None) -> Answer:
        """Who introduced themselves asked all the same: what was masked of it says nothing, and may only mislead."""
        bare = of_nobody(question, _cleaning(words)) or question
        return asking().rehearse(asking().question(bare, region=region), narrowing=EVERYTHING)

    def is_found(version_id: str) -> bool:
        interval = records.library.interval(version_id)
        is_indexed = records.library.version(version_id).published_at is not None
        return is_indexed and interval is not None and interval.contains(shanghai_day(now()))

    return Closing(
        gaps=records.gaps,
        version=records.library.version,
        is_found=is_found,
        ask=ask,
        left_open=words.left_open,
        now=now,
    )


def _asking_again(
    records: Records,
    *,
    asking: Callable[[], Asking],
    follow: Callable[[], object],
    give_way: Callable[[], None],
    now: Callable[[], datetime],
) -> AskingAgain:
    def ask(given: Answer) -> Answer:
        """Today, where it was asked for the day on which it was asked; else for the day of then."""
        is_of_its_day = given.as_of == shanghai_day(given.asked_at)
        understood = given.understood_as
        matters = {each.id for each in records.catalogue.matters()}
        question = asking().question(
            in_full(given),
            as_of=None if is_of_its_day else given.as_of,
            region=understood.region,
            audience=understood.audience,
            matter_id=given.matter.id if given.matter and given.matter.id in matters else None,
        )
        return asking().rehearse(question, narrowing=EVERYTHING)

    return AskingAgain(answers=records.affected, follow=follow, ask=ask, give_way=give_way, now=now)


def _writing(
    settings: Settings,
    records: Records,
    words: LearningWords,
    *,
    reading: Callable[[], Reading],
    new_id: Callable[[], str],
    now: Callable[[], datetime],
) -> Writing:
    def drafted(fields: Mapping[str, Any]) -> VersionDraft:
        return reading().record(fields) if fields.get("answer") else reading().unwritten(fields)

    def region_of(department_id: str | None) -> str | None:
        return next((each.region for each in records.catalogue.departments() if each.id == department_id), None)

    def names_of(matter_id: str | None) -> Sequence[str]:
        found = (each for each in records.catalogue.matters() if each.id == matter_id)
        return [name for each in found for name in (each.name, *each.aliases)]

    return Writing(
        gaps=records.gaps,
        cases=records.recurring,
        version=records.library.version,
        drafted=drafted,
        region_of=region_of,
        names_of=names_of,
        calendar=records.working_days.calendar,
        review_days=settings.kept_review_days,
        cleaning=_cleaning(words),
        untitled=words.untitled,
        new_id=new_id,
        now=now,
    )


def _ledger(
    records: Records, words: LearningWords, *, new_id: Callable[[], str], now: Callable[[], datetime]
) -> Ledger:
    def require_linked(gap_id: str | None, document_id: str | None) -> None:
        if gap_id is not None:
            records.gaps.gap(gap_id)
        if document_id is not None and document_id not in records.library.revisions([document_id]):
            raise InvalidRecord(
                f"there is no document {document_id!r}; name one that is there, or none",
                Cause("no_problem_document", {"document": document_id}),
            )

    def name_of(department_id: str) -> str | None:
        return next((each.name for each in records.catalogue.departments() if each.id == department_id), None)

    return Ledger(
        problems=records.problems,
        calendar=records.working_days.calendar,
        require_linked=require_linked,
        gap=records.gaps.gap,
        department_of=partial(_department_of, records),
        name_of=name_of,
        from_gap=words.problem_of_gap,
        nobody=words.problem_of_nobody,
        untitled=words.untitled,
        new_id=new_id,
        now=now,
    )
