"""Finding passages in force: two legs under one filter, fused, then ordered with what is known of matter and facet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb_service.answering.fusing import FusedHit, fuse
from kb_service.answering.knobs import Knobs
from kb_service.answering.lexicon import Lexicon
from kb_service.answering.normalising import normalised
from kb_service.answering.terms import (
    TermStatistics,
    bigrams_of,
    counted,
    is_word,
    question_vector,
    term_id,
    terms_of,
)
from kb_service.answering.understanding import Understanding
from kb_service.domain.documents import Kind, PassageInVersion
from kb_service.domain.matters import Facet, visible_regions
from kb_service.ports import EmbeddingModel, InForceFilter, Library, PassageIndex, ScriptConverter, Segmenter


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, with its normalised text (headings and title in front) for scoring."""

    found: PassageInVersion
    hit: FusedHit
    score: float
    text: str

    @property
    def document_id(self) -> str:
        return self.found.document_id


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a search may be narrowed to besides the day, and what a rehearsal shows and hides."""

    kinds: tuple[Kind, ...] = ()
    department: str | None = None
    matter_id: str | None = None
    include_version: str | None = None
    without_versions: tuple[str, ...] = ()


EVERYTHING = Narrowing()

# −ln of the share of general text that the commonest content words have; less than this says nothing.
_COMMON = 6.0
_LEAST_WEIGHT = 0.3
# A passage as short as a disclaimer or a source line.
_NOTICE = 40


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """What a question asks for, by term: words weigh by rarity here and in general text, bigrams by rarity here."""

    words: Mapping[str, float]
    bigrams: Mapping[str, float]


class Retriever:
    """Searches the index and reads the passages found from the library."""

    def __init__(
        self,
        *,
        index: PassageIndex,
        library: Library,
        model: EmbeddingModel,
        segmenter: Segmenter,
        converter: ScriptConverter,
        lexicon: Lexicon,
        statistics: Callable[[], TermStatistics],
        knobs: Knobs,
    ) -> None:
        self._index = index
        self._library = library
        self._model = model
        self._segmenter = segmenter
        self._converter = converter
        self._lexicon = lexicon
        self._statistics = statistics
        self._knobs = knobs

    def find(self, understood: Understanding, *, narrowing: Narrowing = EVERYTHING, limit: int) -> list[Candidate]:
        """The best passages in force on the day asked about, best first."""
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
        terms = counted(terms_of(understood.text_with_matter, self._segmenter))
        legs = self._index.search(
            dense=self._model.embed_question(understood.text),
            sparse=question_vector(terms, self._statistics()),
            within=within,
            limit=self._knobs.leg_depth,
        )
        fused = fuse(legs, dense_weight=self._knobs.dense_weight)[: max(limit, self._knobs.reordered)]
        passages = self._library.passages([hit.passage_id for hit in fused])
        candidates = [
            self._candidate(understood, hit, passages[hit.passage_id]) for hit in fused if hit.passage_id in passages
        ]
        return sorted(candidates, key=lambda each: (-each.score, each.hit.passage_id))[:limit]

    def _candidate(self, understood: Understanding, hit: FusedHit, found: PassageInVersion) -> Candidate:
        score = hit.score
        if understood.matter is not None and found.metadata.matter_id is not None:
            agrees = found.metadata.matter_id == understood.matter.id
            score += self._knobs.matter_bonus if agrees else -self._knobs.matter_bonus
        if understood.facet is not None and self.heading_names(understood.facet, found):
            score += self._knobs.facet_bonus
        if understood.question.region and found.metadata.region and found.metadata.region.count("/"):
            score += self._knobs.district_bonus
        metadata, passage = found.metadata, found.passage
        own = normalised("\n".join((*passage.heading_path, passage.text)), self._converter)
        if not any(pair in own for pair in bigrams_of(understood.text)):
            score -= self._knobs.title_only_penalty if len(own) > _NOTICE else self._knobs.notice_penalty
        context = normalised("\n".join((metadata.title, metadata.question or "")), self._converter)
        return Candidate(found, hit, score, f"{context}\n{own}")

    def heading_names(self, facet: Facet, found: PassageInVersion) -> bool:
        """Whether a heading above the passage names the facet."""
        words = self._lexicon.facet_headings[facet]
        return any(word in heading for heading in found.passage.heading_path for word in words)

    def weigh(self, understood: Understanding, without: Sequence[str]) -> QuestionTerms:
        """The words and Han bigrams of a question, the given words left out, with how much each says."""
        text = understood.text
        for word in sorted(without, key=len, reverse=True):
            text = text.replace(word, " ")
        words = sorted({word for word in self._segmenter.words(text) if is_word(word)})
        bigrams = sorted(set(bigrams_of(text)))
        idf = self._statistics().idf(np.array([term_id(term) for term in (*words, *bigrams)], dtype=np.uint32)).tolist()
        # What is rare here but common in Chinese at large (现在, 一个月) says little of what is asked.
        rarities = [max(self._segmenter.rarity(word) - _COMMON, _LEAST_WEIGHT) for word in words]
        return QuestionTerms(
            words={word: min(pair) for word, pair in zip(words, zip(idf, rarities, strict=False), strict=False)},
            bigrams=dict(zip(bigrams, idf[len(words) :], strict=True)),
        )
