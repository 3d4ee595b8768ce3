"""Puts together what answers questions: settings, records and texts in, asking out. A part of the wiring."""

import functools
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from ingestion.sentence_vectors import SentenceVectors
from ingestion.statistics import PublishedStatistics
from kb_service.adapters.embedding.remembering import RememberedVectors
from kb_service.adapters.language_model.endpoint_model import EndpointModel
from kb_service.adapters.pronunciation import syllable
from kb_service.adapters.sql.articles import SqlArticles
from kb_service.adapters.sql.catalogue import SqlDistricts, questions_by_matter
from kb_service.adapters.user_key import user_key_in
from kb_service.asking.articles import ArticleAnswers
from kb_service.asking.asking import Asking, QuestionsInFlight
from kb_service.asking.checking.checking import Checker
from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.composing import Composer
from kb_service.asking.conversation.clarifying import Clarifying
from kb_service.asking.conversation.following import Following
from kb_service.asking.conversation.messages import ConversationReader
from kb_service.asking.conversation.relating import Relating
from kb_service.asking.drafting.drafts import AnswerDrafter
from kb_service.asking.drafting.model_brief import load_prompts
from kb_service.asking.drafting.model_calls import CircuitBreaker
from kb_service.asking.drafting.model_drafting import Limits, ModelDrafter
from kb_service.asking.drafting.planted_orders import PlantedOrders, load_planted
from kb_service.asking.drafting.possible import PossibleQuotes
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.asking.heeding import Heeding
from kb_service.asking.notices import Noticing
from kb_service.asking.past_escalations import PastEscalations
from kb_service.asking.pipeline import Pipeline
from kb_service.asking.reading.articles import ArticleReader
from kb_service.asking.reading.lexicon import Lexicon, load_lexicon
from kb_service.asking.reading.matters import matter_names
from kb_service.asking.reading.misspellings import Misspellings
from kb_service.asking.reading.nearness import NearestNames
from kb_service.asking.reading.reader import Reader
from kb_service.asking.routing import Router
from kb_service.asking.search.articles import ArticleFinder
from kb_service.asking.search.confidence import ConfidenceModel, load_confidence
from kb_service.asking.search.known_questions import KnownQuestions
from kb_service.asking.search.reranking import reranked
from kb_service.asking.search.retrieving import Candidate, Retriever
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Answer, Question
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.knobs import Knobs
from kb_service.domain.matters import Matter
from kb_service.domain.switches import Standing
from kb_service.helping.helping import Helping
from kb_service.ports import LanguageModel, PassageIndex, Reranker, Vector, Vectors
from kb_service.reading_wiring import open_examples
from kb_service.records import Records
from kb_service.service import Texts
from kb_service.settings import Settings

# Two hundred vectors are 300 KB.
_QUESTIONS_REMEMBERED = 200
# Six megabytes.
_SAYINGS_REMEMBERED = 4096


def open_asking(
    settings: Settings,
    records: Records,
    texts: Texts,
    index: PassageIndex,
    statistics: PublishedStatistics,
    *,
    helping: Helping,
    past: Callable[[], PastEscalations | None],
    standing: Callable[[], Standing],
    now: Callable[[], datetime],
    new_id: Callable[[], str],
    in_flight: QuestionsInFlight,
    knobs: Knobs,
) -> Asking:
    """With the catalogue as it is now. Raises RerankerUnavailable when a configured model cannot be loaded."""
    lexicon = load_lexicon(settings.prompts_dir)
    matters = records.catalogue.matters()
    # Reading, searching and routing want the vector of the same words.
    questions = RememberedVectors(texts.model.embed_questions, most=_QUESTIONS_REMEMBERED)
    meaning = _Meaning(questions, lexicon.plain.beside if knobs.guide_word_weight else lambda _text: ())
    router = Router(
        records.catalogue.departments(),
        texts.converter,
        platform_owner=lexicon.scope.platform_owner,
        past=past,
        embed=meaning.as_put,
    )
    examples = open_examples(settings, lexicon, texts.converter, texts.model, embed=meaning.as_put)
    misspellings = Misspellings(matter_names(matters, texts.converter).all(), texts.segmenter, syllable)
    reader = Reader(
        matters,
        lexicon,
        texts.converter,
        questions_by_matter(records.database),
        likeness=examples.likeness,
        names_near=_names_near(matters, texts, meaning.searched) if knobs.nearness_weight else None,
        mended=misspellings.mended if knobs.mends_spelling else str,
    )
    retriever = Retriever(
        index=index,
        library=records.library,
        embed=meaning.searched,
        segmenter=texts.segmenter,
        converter=texts.converter,
        lexicon=lexicon,
        statistics=statistics.current,
        knobs=knobs,
        sentence_vectors=SentenceVectors(texts.preparing).of if knobs.sentence_weight else None,
        rerank=_rerank(settings.reranker_model),
    )
    planted_orders = PlantedOrders(load_planted(settings.prompts_dir), lexicon, texts.converter)

    def sections(version_id: str) -> Sequence[PassageInVersion]:
        return planted_orders.free_of_orders(records.library.passages_of_version(version_id))

    nearness = _nearness(questions, texts.preparing.saying_vectors)
    quoting = ExtractiveDrafter(
        sections=sections,
        facet_headings=lexicon.questions.facet_headings,
        converter=texts.converter,
        words=load_quoting_words(settings.prompts_dir),
        say=lexicon.say,
        nearness=nearness,
        longest=knobs.longest_quote,
    )

    confidence = load_confidence(settings.confidence_in_use, settings.max_wrong_rate)
    known = _known_questions(confidence, texts, questions.one)
    noticing = Noticing(records.library, lexicon, settings.end_notice_days)

    def contradicted(version_ids: Sequence[str], as_of: date) -> bool:
        return _is_contradicted(records, version_ids, as_of)

    composer = Composer(
        lexicon=lexicon,
        converter=texts.converter,
        knobs=knobs,
        confidence_version=confidence.version,
        new_id=new_id,
        availability=helping.availability,
    )

    matter_by_id = {each.id: each for each in matters}
    heeding = Heeding(standing, matter_by_id, router, lexicon)

    def in_talk(question: Question) -> Answer | None:
        talk = helping.hear(question)
        return None if talk is None else composer.in_talk(question, talk, router.department(talk.department_id))

    tools = Tools(
        messages=ConversationReader(reader, Following(reader, lexicon.talk.facet_phrases)),
        retriever=retriever,
        quoting=quoting,
        drafter=_drafter(settings, quoting, sections, lexicon, texts, knobs),
        router=router,
        library=records.library,
        confidence=confidence,
        clarifying=Clarifying(matters=matter_by_id, lexicon=lexicon, names=reader.names),
        relating=Relating(lexicon, texts.converter, limit=knobs.related),
        planted_orders=planted_orders,
        possible=PossibleQuotes(texts.converter, router.name, knobs),
        lexicon=lexicon,
        converter=texts.converter,
        nearness=nearness,
        known=known,
        composer=composer,
        noticing=noticing,
        articles=ArticleAnswers(
            finder=ArticleFinder(
                SqlArticles(records.database),
                records.library,
                ArticleReader(lexicon.reading.articles, texts.converter),
                lexicon.reading.days,
            ),
            reader=reader,
            library=records.library,
            noticing=noticing,
            planted_orders=planted_orders,
            lexicon=lexicon,
            department_name=router.name,
            contradicted=contradicted,
        ),
        heeding=heeding,
        districts_with_own_text=SqlDistricts(records.database).with_own_text,
        contradicted=contradicted,
    )
    return Asking(
        pipeline=Pipeline(tools),
        # A rehearsal compares the same words before and after: quotes, which are always the same. What is switched
        # off now is what a reviewer most wants to see mended.
        rehearsal=Pipeline(replace(tools, drafter=quoting, heeding=replace(heeding, standing=Standing))),
        reader=reader,
        retriever=retriever,
        router=router,
        transcript=records.transcript,
        catalogue=records.catalogue,
        now=now,
        user_key=user_key(settings),
        in_flight=in_flight,
        in_talk=in_talk,
        is_switched_off=heeding.is_switched_off,
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """Vectors of questions, alone and with what guides call their words, which are embedded side by side."""

    vectors: RememberedVectors
    guide_words: Callable[[str], Sequence[str]]

    def as_put(self, text: str) -> Vector:
        return self._vectors(text)[0]

    def searched(self, text: str) -> Vector:
        """Between the question as it is put and the same with guide words; of length 1."""
        as_put, *with_guide_words = self._vectors(text)
        if not with_guide_words:
            return as_put
        both = as_put + with_guide_words[0]
        between: Vector = (both / np.linalg.norm(both)).astype(np.float32)
        return between

    def _vectors(self, text: str) -> list[Vector]:
        called = self.guide_words(text)
        return self.vectors.of([text, " ".join((text, *called))] if called else [text])


def _names_near(
    matters: Sequence[Matter], texts: Texts, embed: Callable[[str], Vector]
) -> Callable[[str], Mapping[str, float]]:
    """How near a text is to the names of each matter. The names' vectors are kept in the database."""
    names = matter_names(matters, texts.converter)
    vector_of = texts.preparing.question_vectors(names.all())
    by_matter = {each.id: np.array([vector_of[name] for name in names.of(each)], np.float32) for each in matters}
    nearest = NearestNames(by_matter)
    return lambda text: nearest.nearness(embed(text))


def _nearness(
    questions: RememberedVectors, saying_vectors: Callable[[Sequence[str]], Vectors]
) -> Callable[[str, Sequence[str]], Sequence[float]]:
    """The cosines of a question and sayings of passages; the same are asked about again and again."""
    sayings = RememberedVectors(saying_vectors, most=_SAYINGS_REMEMBERED)
    return lambda question, texts: [float(questions.one(question) @ each) for each in sayings.of(texts)]


def _known_questions(confidence: ConfidenceModel, texts: Texts, embed: Callable[[str], Vector]) -> KnownQuestions:
    """The vectors are kept in the database: some milliseconds a question the first time."""
    vector_of = texts.preparing.question_vectors([each.text for each in confidence.known])
    vectors = np.array([vector_of[each.text] for each in confidence.known], np.float32)
    return KnownQuestions(confidence.known, confidence.passages_known, vectors, texts.converter, embed)


def _drafter(
    settings: Settings,
    quoting: ExtractiveDrafter,
    sections: Callable[[str], Sequence[PassageInVersion]],
    lexicon: Lexicon,
    texts: Texts,
    knobs: Knobs,
) -> AnswerDrafter:
    """Quotes, or a language model's words where one is configured."""
    if settings.llm_url is None:
        return quoting
    key = settings.llm_key.get_secret_value() if settings.llm_key else ""
    return ModelDrafter(
        _language_model(settings.llm_url, settings.llm_model, key, settings.llm_seconds, settings.llm_reply_tokens),
        quoting,
        sections=sections,
        prompts=load_prompts(settings.prompts_dir),
        breaker=CircuitBreaker(clock=time.monotonic),
        checker=Checker(load_checking_words(settings.prompts_dir), texts.converter),
        converter=texts.converter,
        limits=Limits(
            settings.llm_seconds, settings.llm_context, knobs.longest_quote, reply_tokens=settings.llm_reply_tokens
        ),
        clock=time.monotonic,
        new_fence=lambda: secrets.token_hex(8),
    )


@functools.cache  # asking is made anew when the catalogue changes; models are not
def _language_model(url: str, model: str, key: str, seconds: float, reply_tokens: int) -> LanguageModel:
    return EndpointModel(url, model=model, key=key, seconds=seconds, reply_tokens=reply_tokens)


@functools.cache
def _reranker(folder: Path) -> Reranker:
    from kb_service.adapters.reranker import FastembedReranker

    return FastembedReranker(folder)


def _rerank(folder: str | None) -> Callable[[str, Sequence[Candidate]], list[Candidate]] | None:
    if folder is None:
        return None
    reranker = _reranker(Path(folder))
    return lambda text, candidates: reranked(text, candidates, reranker)


def _is_contradicted(records: Records, version_ids: Sequence[str], as_of: date) -> bool:
    """Whether one of these versions and another are confirmed to contradict each other, and both are in force then."""
    pairs = records.suspicions.confirmed_among(version_ids, as_of=as_of)
    intervals = [[records.library.interval(each) for each in pair] for pair in pairs]
    return any(all(interval is not None and interval.contains(as_of) for interval in pair) for pair in intervals)


def user_key(settings: Settings) -> bytes:
    """From the environment, else from the data folder."""
    given = settings.user_key
    return given.get_secret_value().encode() if given is not None else user_key_in(settings.data_dir)
