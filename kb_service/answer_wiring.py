"""Puts together what answers questions: settings, records and texts in, asking out. A part of the wiring."""

import functools
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from ingestion.sentence_vectors import SentenceVectors
from ingestion.statistics import PublishedStatistics
from kb_service.adapters.embedding.remembering import RememberedVectors
from kb_service.adapters.language_model.endpoint_model import EndpointLanguageModel
from kb_service.adapters.pronunciation import syllable
from kb_service.adapters.sql.catalogue import SqlDistricts, questions_by_matter
from kb_service.adapters.user_key import user_key_in
from kb_service.asking.article_answers import ArticleAnswers
from kb_service.asking.asking import Asking, QuestionsInFlight
from kb_service.asking.checking.checking import Checker
from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.composing import Composer
from kb_service.asking.conversation.clarifying import Clarifying
from kb_service.asking.conversation.conversation_reader import ConversationReader
from kb_service.asking.conversation.following import Following
from kb_service.asking.conversation.relating import Relating
from kb_service.asking.drafting.drafts import AnswerDrafter
from kb_service.asking.drafting.model_brief import load_prompts
from kb_service.asking.drafting.model_calls import CircuitBreaker
from kb_service.asking.drafting.model_drafting import Limits, ModelDrafter
from kb_service.asking.drafting.planted_orders import PlantedOrders, load_planted
from kb_service.asking.drafting.possible import PossibleQuotes
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.asking.notices import Noticing
from kb_service.asking.past_escalations import PastEscalations
from kb_service.asking.pipeline import Pipeline
from kb_service.asking.reading.article_reader import ArticleReader
from kb_service.asking.reading.examples import PLAIN, Likeness
from kb_service.asking.reading.lexicon import Lexicon, load_lexicon
from kb_service.asking.reading.matters import matter_names
from kb_service.asking.reading.misspellings import Misspellings
from kb_service.asking.reading.reader import Reader
from kb_service.asking.routing import Router
from kb_service.asking.search.article_finder import ArticleFinder
from kb_service.asking.search.confidence import ConfidenceModel, load_confidence
from kb_service.asking.search.known_questions import KnownQuestions
from kb_service.asking.search.reranking import reranked
from kb_service.asking.search.retrieving import Rerank, Retriever
from kb_service.asking.switch_guard import SwitchGuard
from kb_service.asking.tools import Tools, Typed
from kb_service.domain.answers import Answer, Question
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.knobs import Knobs, while_typing
from kb_service.domain.matters import Matter
from kb_service.domain.switches import Standing
from kb_service.example_wiring import open_examples
from kb_service.helping.helping import Helping
from kb_service.meaning_wiring import Meaning, nearest_names, nearness_of_sayings
from kb_service.ports import LanguageModel, PassageIndex, Reranker, Vector
from kb_service.records import Records
from kb_service.service import Texts
from kb_service.settings import Settings
from kb_service.text.departments import DepartmentDirectory

# Two hundred vectors are 300 KB.
_QUESTIONS_REMEMBERED = 200

Embed = Callable[[str], Vector]


@dataclass(frozen=True, slots=True)
class _Site:
    """What every tool is made of. ``departments``, ``matters``: as the catalogue has them now."""

    settings: Settings
    records: Records
    texts: Texts
    lexicon: Lexicon
    departments: DepartmentDirectory
    matters: Sequence[Matter]
    knobs: Knobs

    def contradicted(self, version_ids: Sequence[str], as_of: date) -> bool:
        """Whether one of these versions and another are confirmed to contradict each other, and both are in force."""
        library = self.records.library
        pairs = self.records.suspicions.confirmed_among(version_ids, as_of=as_of)
        intervals = [[library.interval(each) for each in pair] for pair in pairs]
        return any(all(interval is not None and interval.contains(as_of) for interval in pair) for pair in intervals)


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
    lexicon, matters = load_lexicon(settings.prompts_dir), records.catalogue.matters()
    departments = DepartmentDirectory(records.catalogue.departments(), texts.converter)
    site = _Site(settings, records, texts, lexicon, departments, matters, knobs)
    # Reading, searching and routing want the vector of the same words.
    questions = RememberedVectors(texts.model.embed_questions, most=_QUESTIONS_REMEMBERED)
    meaning = Meaning(questions, lexicon.plain.beside if knobs.guide_word_weight else lambda _text: ())
    router = Router(
        departments,
        platform_owner=lexicon.scope.platform_owner,
        past=past,
        embed=meaning.as_put,
    )
    examples = open_examples(
        settings,
        lexicon,
        texts.converter,
        texts.model,
        embed=meaning.as_put,
        question_vectors=texts.preparing.question_vectors,
    )
    reader_by, retriever_by = _readers(site), _retrievers(site, index, statistics)
    reader = reader_by(meaning.searched, examples.likeness)
    retriever = retriever_by(meaning.searched, knobs, _rerank(settings.reranker_model))
    # The words are embedded as they stand, once: what guides call them is looked for by the words leg alone, and what
    # kind of message they are plays no part in what is found.
    as_typed = reader_by(questions.one, lambda _text: PLAIN)
    typed = Typed(_messages(as_typed, lexicon), retriever_by(questions.one, while_typing(knobs), None))
    confidence = load_confidence(settings.confidence_in_use, settings.max_wrong_rate)
    composer = Composer(
        lexicon=lexicon,
        converter=texts.converter,
        knobs=knobs,
        confidence_version=confidence.version,
        new_id=new_id,
        availability=helping.availability,
    )
    switches = SwitchGuard(standing, {each.id: each for each in matters}, router, departments, lexicon)
    tools = _tools(site, meaning, reader, retriever, typed, router, confidence, composer, switches)

    def in_talk(question: Question) -> Answer | None:
        talk = helping.hear(question)
        return None if talk is None else composer.in_talk(question, talk, departments.ref(talk.department_id))

    return Asking(
        pipeline=Pipeline(tools),
        # A rehearsal compares the same words before and after: quotes, which are always the same. What is switched
        # off now is what a reviewer most wants to see mended.
        rehearsal=Pipeline(replace(tools, drafter=tools.quoting, switches=replace(switches, standing=Standing))),
        reader=reader,
        retriever=retriever,
        typed=typed,
        router=router,
        departments=departments,
        transcript=records.transcript,
        catalogue=records.catalogue,
        now=now,
        user_key=user_key(settings),
        in_flight=in_flight,
        in_talk=in_talk,
        is_switched_off=switches.is_switched_off,
    )


def _readers(site: _Site) -> Callable[[Embed, Callable[[str], Likeness]], Reader]:
    """Makes readers that differ in how they embed what they read, and in what they compare it with."""
    names_of_matters = matter_names(site.matters, site.texts.converter).all()
    misspellings = Misspellings(names_of_matters, site.texts.segmenter, syllable)
    learned = questions_by_matter(site.records.database)
    nearest = nearest_names(site.matters, site.texts)

    def reader_by(embed: Embed, likeness: Callable[[str], Likeness]) -> Reader:
        return Reader(
            site.matters,
            site.lexicon,
            site.texts.converter,
            learned,
            likeness=likeness,
            names_near=(lambda text: nearest.nearness(embed(text))) if site.knobs.nearness_weight else None,
            mended=misspellings.mended if site.knobs.mends_spelling else str,
        )

    return reader_by


def _retrievers(
    site: _Site, index: PassageIndex, statistics: PublishedStatistics
) -> Callable[[Embed, Knobs, Rerank | None], Retriever]:
    """Makes retrievers that differ in how they embed, in their knobs and in what orders their best passages anew."""

    def retriever_by(embed: Embed, knobs: Knobs, rerank: Rerank | None) -> Retriever:
        return Retriever(
            index=index,
            library=site.records.library,
            embed=embed,
            segmenter=site.texts.segmenter,
            converter=site.texts.converter,
            lexicon=site.lexicon,
            statistics=statistics.current,
            knobs=knobs,
            sentence_vectors=SentenceVectors(site.texts.preparing).of if knobs.sentence_weight else None,
            rerank=rerank,
        )

    return retriever_by


def _messages(reader: Reader, lexicon: Lexicon) -> ConversationReader:
    return ConversationReader(reader, Following(reader, lexicon.talk.facet_phrases))


def _tools(
    site: _Site,
    meaning: Meaning,
    reader: Reader,
    retriever: Retriever,
    typed: Typed,
    router: Router,
    confidence: ConfidenceModel,
    composer: Composer,
    switches: SwitchGuard,
) -> Tools:
    settings, lexicon, texts, library = site.settings, site.lexicon, site.texts, site.records.library
    planted_orders = PlantedOrders(load_planted(settings.prompts_dir), lexicon, texts.converter)
    nearness = nearness_of_sayings(meaning.vectors, texts.preparing.saying_vectors)
    quoting = ExtractiveDrafter(
        sections=library.passages_of_version,
        gives_orders=planted_orders.are_in,
        facet_headings=lexicon.questions.facet_headings,
        converter=texts.converter,
        words=load_quoting_words(settings.prompts_dir),
        say=lexicon.say,
        nearness=nearness,
        longest=site.knobs.longest_quote,
    )
    noticing = Noticing(library, lexicon, settings.end_notice_days)
    return Tools(
        messages=_messages(reader, lexicon),
        typed=typed,
        retriever=retriever,
        quoting=quoting,
        drafter=_drafter(site, quoting, planted_orders),
        router=router,
        departments=site.departments,
        library=library,
        confidence=confidence,
        follow_up_confidence=load_confidence(settings.follow_up_model, settings.max_wrong_rate),
        clarifying=Clarifying(matters=switches.matters, lexicon=lexicon, names=reader.names),
        relating=Relating(lexicon, texts.converter, limit=site.knobs.related),
        planted_orders=planted_orders,
        possible=PossibleQuotes(texts.converter, site.departments.name, site.knobs),
        lexicon=lexicon,
        converter=texts.converter,
        nearness=nearness,
        known=_known_questions(confidence, texts, meaning.vectors.one),
        composer=composer,
        noticing=noticing,
        articles=_articles(site, reader, noticing, planted_orders),
        switches=switches,
        embed_ahead=meaning.ahead,
        districts_with_own_text=SqlDistricts(site.records.database).with_own_text,
        contradicted=site.contradicted,
    )


def _articles(site: _Site, reader: Reader, noticing: Noticing, planted_orders: PlantedOrders) -> ArticleAnswers:
    words, library = site.lexicon.reading, site.records.library
    named = ArticleReader(words.articles, site.texts.converter)
    return ArticleAnswers(
        finder=ArticleFinder(site.records.articles, library, named, words.days),
        reader=reader,
        library=library,
        noticing=noticing,
        planted_orders=planted_orders,
        lexicon=site.lexicon,
        department_name=site.departments.name,
        contradicted=site.contradicted,
    )


def _known_questions(confidence: ConfidenceModel, texts: Texts, embed: Embed) -> KnownQuestions:
    """The vectors are kept in the database: some milliseconds a question the first time."""
    vector_of = texts.preparing.question_vectors([each.text for each in confidence.known])
    vectors = np.array([vector_of[each.text] for each in confidence.known], np.float32)
    return KnownQuestions(confidence.known, confidence.passages_known, vectors, texts.converter, embed)


def _drafter(site: _Site, quoting: ExtractiveDrafter, planted_orders: PlantedOrders) -> AnswerDrafter:
    """Quotes, or a language model's words where one is configured."""
    settings, texts = site.settings, site.texts
    if (model := language_model(settings)) is None:
        return quoting

    def sections(version_id: str) -> Sequence[PassageInVersion]:
        return planted_orders.free_of_orders(site.records.library.passages_of_version(version_id))

    return ModelDrafter(
        model,
        quoting,
        sections=sections,
        prompts=load_prompts(settings.prompts_dir),
        breaker=CircuitBreaker(clock=time.monotonic),
        checker=Checker(load_checking_words(settings.prompts_dir), texts.converter),
        converter=texts.converter,
        limits=Limits(settings.llm_seconds, settings.llm_context, site.knobs.longest_quote, settings.llm_reply_tokens),
        clock=time.monotonic,
        new_fence=lambda: secrets.token_hex(8),
    )


def language_model(settings: Settings) -> LanguageModel | None:
    """The one that a site has configured."""
    if settings.llm_url is None:
        return None
    key = settings.llm_key.get_secret_value() if settings.llm_key else ""
    return _language_model(settings.llm_url, settings.llm_model, key, settings.llm_seconds, settings.llm_reply_tokens)


@functools.cache  # asking is made anew when the catalogue changes; models are not
def _language_model(url: str, model: str, key: str, seconds: float, reply_tokens: int) -> LanguageModel:
    return EndpointLanguageModel(url, model=model, key=key, seconds=seconds, reply_tokens=reply_tokens)


@functools.cache
def _reranker(folder: Path) -> Reranker:
    from kb_service.adapters.reranker import FastembedReranker

    return FastembedReranker(folder)


def _rerank(folder: str | None) -> Rerank | None:
    if folder is None:
        return None
    reranker = _reranker(Path(folder))
    return lambda text, candidates: reranked(text, candidates, reranker)


def user_key(settings: Settings) -> bytes:
    """From the environment, else from the data folder."""
    given = settings.user_key
    return given.get_secret_value().encode() if given is not None else user_key_in(settings.data_dir)
