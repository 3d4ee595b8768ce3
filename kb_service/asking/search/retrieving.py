"""Finding passages in force: two legs under one filter, fused, then ordered with what is known of matter and facet."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.matters import nearest
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.fusing import NO_LEGS, FusedHit, LegShapes, by_nearest_sentence, fuse, shapes
from kb_service.domain.documents import GUIDES, Kind, Metadata, PassageInVersion
from kb_service.domain.knobs import Knobs
from kb_service.domain.matters import Facet, region_path, visible_regions
from kb_service.ports import (
    InForceFilter,
    LibraryReader,
    PassageIndex,
    ScriptConverter,
    Segmenter,
    SparseVector,
    TwoLegs,
    Vector,
    Vectors,
)
from kb_service.text.normalising import normalised
from kb_service.text.terms import (
    K1,
    TermStatistics,
    asked_beside,
    bigrams_of,
    counted,
    covered,
    is_word,
    question_vector,
    term_id,
    terms_of,
    with_gaps,
)

# A passage as short as a disclaimer or a source line.
_NOTICE = 40
# Two questions are one when their pairs of characters agree to this share (Dice): one wrong character in ten may be.
_ALMOST = 0.8
# The same passages are found again and again; some kilobytes each, with what is normalised of them.
_TEXTS_REMEMBERED = 4096
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, with its normalised text (title, question and headings in front) for scoring.

    ``own_from``: where the headings and the passage itself begin in ``text``. ``legs``: what both legs gave the
    question.
    """

    source: PassageInVersion
    hit: FusedHit
    score: float
    text: str
    own_from: int = 0
    legs: LegShapes = NO_LEGS

    @property
    def own(self) -> str:
        """The headings and the passage itself, normalised."""
        return self.text[self.own_from :]

    @property
    def context(self) -> str:
        """The title and, of a Q&A, the question, normalised."""
        return self.text[: self.own_from]

    @property
    def document_id(self) -> str:
        return self.source.document_id


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a search may be narrowed to besides the day, and what a rehearsal shows and hides."""

    kinds: tuple[Kind, ...] = ()
    department: str | None = None
    matter_id: str | None = None
    include_version: str | None = None
    without_versions: tuple[str, ...] = ()


EVERYTHING = Narrowing()

# Orders the best anew by reading them with the question.
Rerank = Callable[[str, Sequence[Candidate]], list[Candidate]]

# Passages show which matter a question is of: two of the best five, and it is one of the two nearest. Of 18 questions
# that were linked so, 17 were linked right: docs/decisions/0022-finding-the-matter.md.
_BEST = 5
_LEAST_OF_IT = 2
_NEAREST = 2
_NEAR = 0.35

# −ln of the share of general text that the commonest content words have; less than this says nothing.
_COMMON = 6.0
_LEAST_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """What a question asks for, by term: words weigh by rarity here and in general text, bigrams by rarity here.

    ``text``: the normalised question, a space for each word that only asks.
    """

    words: Mapping[str, float]
    bigrams: Mapping[str, float]
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all candidates of one search are held against."""

    understood: Understanding
    terms: QuestionTerms
    legs: LegShapes


class Retriever:
    """Searches the index and reads the passages found from the library."""

    def __init__(
        self,
        *,
        index: PassageIndex,
        library: LibraryReader,
        embed: Callable[[str], Vector],
        segmenter: Segmenter,
        converter: ScriptConverter,
        lexicon: Lexicon,
        statistics: Callable[[], TermStatistics],
        knobs: Knobs,
        sentence_vectors: Callable[[Sequence[PassageInVersion]], Mapping[str, Vectors]] | None = None,
        rerank: Rerank | None = None,
    ) -> None:
        """``embed``: a question to its vector. ``sentence_vectors``: of passages' sentences, by passage id."""
        self._index = index
        self._library = library
        self._embed = embed
        self._segmenter = segmenter
        self._normalised = functools.lru_cache(maxsize=_TEXTS_REMEMBERED)(partial(normalised, converter=converter))
        self._lexicon = lexicon
        self._statistics = statistics
        self._knobs = knobs
        self._sentence_vectors = sentence_vectors
        self._rerank = rerank

    def find(
        self,
        understood: Understanding,
        *,
        narrowing: Narrowing = EVERYTHING,
        limit: int,
        terms: QuestionTerms | None = None,
    ) -> list[Candidate]:
        """The best passages in force on the day asked about, best first. ``terms``: as `weigh` gave them, if it did."""
        if not understood.text:
            return []
        question = understood.question
        within = InForceFilter(
            day=question.as_of,
            regions=visible_regions(question.region),
            audience=question.audience,
            kinds=narrowing.kinds,
            matter_id=narrowing.matter_id,
            department=narrowing.department,
            include_version=narrowing.include_version,
            without_versions=narrowing.without_versions,
        )
        sparse = self._sparse(understood)
        dense = self._embed(understood.text)
        legs = self._index.search(
            dense=dense,
            sparse=sparse,
            within=within,
            limit=self._knobs.leg_depth,
        )
        passages, legs = self._read(legs, dense, limit)
        asked = _Asked(
            understood=understood,
            terms=terms or self.weigh(understood),
            legs=shapes(legs, sparse_possible=float(sparse.weights.sum()) * (K1 + 1)),
        )
        candidates = [
            self._candidate(hit, passages[hit.passage_id], asked)
            for hit in fuse(legs, dense_weight=self._knobs.dense_weight, among=passages)
            if not self._is_excluded(understood.text, passages[hit.passage_id])
        ]
        candidates.sort(key=lambda each: (-each.score, each.hit.passage_id))
        if self._rerank is not None:
            candidates = self._rerank(understood.text, candidates)
        return candidates[:limit]

    def _read(self, legs: TwoLegs, dense: Vector, limit: int) -> tuple[Mapping[str, PassageInVersion], TwoLegs]:
        """The best passages, and both legs with these by their nearest sentence."""
        best = fuse(legs, dense_weight=self._knobs.dense_weight)[: max(limit, self._knobs.reordered)]
        passages = self._library.passages([hit.passage_id for hit in best])
        if self._sentence_vectors is None:
            return passages, legs
        vectors_of = self._sentence_vectors(list(passages.values()))
        return passages, by_nearest_sentence(
            legs,
            {each: float((of @ dense).max()) for each, of in vectors_of.items()},
            weight=self._knobs.sentence_weight,
        )

    def _sparse(self, understood: Understanding) -> SparseVector:
        """The terms of the question, and at less weight what guides call its words."""
        statistics, weight = self._statistics(), self._knobs.guide_word_weight
        asked = question_vector(counted(terms_of(understood.text_with_matter, self._segmenter)), statistics)
        called = " ".join(self._lexicon.plain.beside(understood.text)) if weight else ""
        if not called:
            return asked
        return asked_beside(asked, question_vector(counted(terms_of(called, self._segmenter)), statistics), weight)

    def _candidate(self, hit: FusedHit, found: PassageInVersion, asked: _Asked) -> Candidate:
        understood, metadata, passage = asked.understood, found.metadata, found.passage
        own = self._normalised("\n".join((*passage.heading_path, passage.text)))
        context = self._normalised("\n".join((metadata.title, metadata.question or "", *metadata.similar_questions)))
        text = f"{context}\n{own}"
        names_facet = understood.facet is not None and self.heading_names(understood.facet, found)
        score = hit.score + topic_score(understood, metadata, names_facet=names_facet, knobs=self._knobs)
        if understood.quantity_asked.is_missing_from(own):
            score -= self._knobs.amount_missing_penalty
        score += coverage_score(understood.text, own=own, text=text, bigrams=asked.terms.bigrams, knobs=self._knobs)
        return Candidate(found, hit, score, text, own_from=len(context) + 1, legs=asked.legs)

    def _is_excluded(self, question: str, found: PassageInVersion) -> bool:
        """An editor's word that this text does not answer this question stands above every score."""
        return is_excluded(question, map(self._normalised, found.metadata.negative_questions))

    def is_written_for(self, question: str, found: PassageInVersion) -> bool:
        """Whether the normalised question is, but for marks, one that an editor gave the text as answered by it."""
        metadata = found.metadata
        written = (metadata.question or "", *metadata.similar_questions)
        said = _NOT_A_WORD.sub("", question)
        return bool(said) and any(said == _NOT_A_WORD.sub("", self._normalised(each)) for each in written)

    def heading_names(self, facet: Facet, found: PassageInVersion) -> bool:
        """Whether a heading above the passage names the facet."""
        return bool(found.passage.heading_with(self._lexicon.questions.facet_headings[facet]))

    def share_of(self, understood: Understanding) -> Callable[[str], float]:
        """How much of what the question asks a text says, by the weight of its bigrams."""
        bigrams = self.weigh(understood).bigrams
        return lambda text: covered(self._normalised(text), bigrams)

    def weigh(self, understood: Understanding) -> QuestionTerms:
        """The words and Han bigrams of a question, words that only ask left out, with how much each says."""
        text = with_gaps(understood.text, self._lexicon.questions.asking_words)
        words = sorted({word for word in self._segmenter.words(text) if is_word(word)})
        bigrams = sorted(set(bigrams_of(text)))
        idf = self._statistics().idf(np.array([term_id(term) for term in (*words, *bigrams)], dtype=np.uint32)).tolist()
        # What is rare here but common in Chinese at large (现在, 一个月) says little of what is asked.
        rarities = [max(self._segmenter.rarity(word) - _COMMON, _LEAST_WEIGHT) for word in words]
        return QuestionTerms(
            words={word: min(pair) for word, pair in zip(words, zip(idf, rarities, strict=False), strict=False)},
            bigrams=dict(zip(bigrams, idf[len(words) :], strict=True)),
            text=text,
        )


def topic_score(understood: Understanding, said: Metadata, *, names_facet: bool, knobs: Knobs) -> float:
    """For matter, facet and district, as far as question and passage speak of them, and for the matters it is near."""
    score = 0.0
    if understood.matter is not None and said.matter_id is not None:
        score += knobs.matter_bonus if said.matter_id == understood.matter.id else -knobs.matter_bonus
    if names_facet:
        is_of_matter = understood.matter is not None and said.matter_id == understood.matter.id
        score += knobs.section_bonus if is_of_matter and said.kind in GUIDES else knobs.facet_bonus
    if understood.question.region and "/" in (region_path(said.region) or ""):
        score += knobs.district_bonus
    return score - knobs.nearness_weight * farness(understood, said.matter_id, knobs)


def matter_shown(understood: Understanding, candidates: Sequence[Candidate]) -> str | None:
    """The id of the matter that the best passages belong to, where the words name none and are near to it as well."""
    matter_id = candidates[0].source.metadata.matter_id
    if understood.matter is not None or understood.rivals or matter_id is None:
        return None
    near = dict(nearest(understood.nearness)[:_NEAREST])
    of_it = sum(each.source.metadata.matter_id == matter_id for each in candidates[:_BEST])
    return matter_id if near.get(matter_id, 0.0) >= _NEAR and of_it >= _LEAST_OF_IT else None


def farness(understood: Understanding, matter_id: str | None, knobs: Knobs) -> float:
    """How much nearer the question is to another matter than to this one; 0 for the linked one, or when nothing is
    known of the nearness."""
    nearness = understood.nearness
    if not nearness or (understood.matter is not None and matter_id == understood.matter.id):
        return 0.0
    if matter_id is None or matter_id not in nearness:
        return knobs.of_no_matter
    return min(max(nearness.values()) - nearness[matter_id], knobs.farthest)


def coverage_score(question: str, *, own: str, text: str, bigrams: Mapping[str, float], knobs: Knobs) -> float:
    """For what the normalised text, title and headings included, says of the question; less when only they say it."""
    score = knobs.coverage_bonus * covered(text, bigrams)
    if not any(pair in own for pair in bigrams_of(question)):
        score -= knobs.title_only_penalty if len(own) > _NOTICE else knobs.notice_penalty
    return score


def is_excluded(question: str, excluded: Iterable[str]) -> bool:
    """Whether the question is, but for marks and a character or so, one that a text is marked as not answering.

    All are normalised.
    """
    return any(_is_almost(question, each) for each in excluded)


def _is_almost(one: str, other: str) -> bool:
    first, second = _NOT_A_WORD.sub("", one), _NOT_A_WORD.sub("", other)
    if first == second:
        return bool(first)
    pairs, others = set(bigrams_of(first)), set(bigrams_of(second))
    return bool(pairs and others) and 2 * len(pairs & others) / (len(pairs) + len(others)) >= _ALMOST
