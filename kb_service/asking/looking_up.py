"""Looking a question up: what is found for it, what would be quoted, and how sure it is that this answers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb_service.asking.conversation.topics import Topic
from kb_service.asking.drafting.drafts import Draft, completed
from kb_service.asking.preferring import preferred
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.replies import SearchResult
from kb_service.asking.search.answer_features import DraftedAnswer, answer_features, lacks_what_is_asked
from kb_service.asking.search.features import features
from kb_service.asking.search.known_questions import Given
from kb_service.asking.search.retrieving import Candidate, Narrowing, QuestionTerms, matter_shown
from kb_service.asking.tools import Tools
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Facet
from kb_service.text.normalising import normalised
from kb_service.text.terms import bigrams_of

CANDIDATES = 10
_FIGURES = re.compile(r"\d+")
# So many of the best passages are looked through for those of a document that was just spoken of.
_DEEPER = 30
# So many passages and documents are heard by themselves, and by so much their answer has to be surer: of 538 questions
# that the model did not know 318 were answered rightly without and 348 with it, 17 and 22 wrongly.
_HEARD = 4
_SURER = 0.05

# A question as it was read, and what was found for it.
LookedUp = tuple[Understanding, SearchResult]


class LookingUp:
    """Holds no state between questions."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def look_up(self, readings: Sequence[Understanding], narrowing: Narrowing, topic: Topic | None) -> LookedUp:
        """The better of one or two readings. Where neither has a sure answer, the first is held against more that the
        talk before speaks of (``topic``): the documents just cited, and what its words bring beside the earlier ones.
        Where that brings none, each of the best passages and documents is heard by itself.
        """
        best = preferred([self._looked_up(each, narrowing) for each in readings])
        # To what sounds like no question for documents, only what answers at first sight is an answer.
        is_for_others = best[0].scope is not None and (topic is None or not best[0].likeness.gives_way)
        if best[1].is_sure or is_for_others:
            return best
        for understood, found in self._found_further(readings[0], narrowing, topic):
            again = self._judged(understood, found)
            if self._may_be_said(again, topic):
                return again
        return self._heard_by_itself(best, topic) or best

    def _heard_by_itself(self, looked_up: LookedUp, topic: Topic | None) -> LookedUp | None:
        """The surest answer of one passage or document alone: the passage that fits the question best need not be the
        one that answers it. It has to be surer than the first answer would have to be, as it is one of several.
        """
        understood, result = looked_up
        heard = [(alone, self._judged(understood, alone, result.terms)) for alone in _single_sources(result.candidates)]
        sure = [(alone, again) for alone, again in heard if self._leads(again[1]) and self._may_be_said(again, topic)]
        if not sure:
            return None
        alone, (read, found) = max(sure, key=lambda each: each[1][1].confidence)
        others = (each for each in result.candidates if each not in alone)
        return read, replace(found, candidates=(*alone, *others))

    def _may_be_said(self, looked_up: LookedUp, topic: Topic | None) -> bool:
        """Whether it is sure and, of a follow-up, says something of what the message itself speaks of and not what was
        just said.
        """
        understood, result = looked_up
        if not result.is_sure or result.quoted is None:
            return False
        return topic is None or not (_repeats(result.quoted, topic) or self._is_beside(understood, result.quoted))

    def _is_beside(self, understood: Understanding, draft: Draft) -> bool:
        """Whether none of the message's own words or figures stands in the answer, nor what guides call them."""
        own = understood.phrasing.content
        words = {*bigrams_of(own), *_FIGURES.findall(own), *self._tools.lexicon.plain.beside(own)}
        answer = "\n".join((*(each.text for each in draft.statements), _above(draft.quotes[0].source)))
        answer = normalised(answer, self._tools.converter)
        return bool(words) and not any(each in answer for each in words)

    def _leads(self, result: SearchResult) -> bool:
        return result.confidence >= self._tools.confidence.needed(result.features or {}) + _SURER

    def _looked_up(self, understood: Understanding, narrowing: Narrowing) -> LookedUp:
        """The question with the matter that its words or else the best passages belong to, and what was found."""
        terms = self._tools.retriever.weigh(understood)
        found = self._tools.retriever.find(understood, narrowing=narrowing, limit=CANDIDATES, terms=terms)
        return self._judged(understood, found, terms)

    def _judged(
        self, understood: Understanding, candidates: Sequence[Candidate], weighed: QuestionTerms | None = None
    ) -> LookedUp:
        if not candidates:
            return understood, SearchResult()
        retriever, confidence = self._tools.retriever, self._tools.confidence
        terms = weighed or retriever.weigh(understood)
        understood = self._tools.messages.reader.with_matter(understood, matter_shown(understood, candidates))
        facet = understood.facet
        facet_agrees = facet is not None and retriever.heading_names(facet, candidates[0].source)
        quoted = self._quoted(understood, candidates, terms)
        feature_of = features(understood, candidates, terms, facet_agrees=facet_agrees)
        if quoted is not None:
            answer = self._drafted(quoted, understood.facet)
            feature_of |= answer_features(understood, candidates, terms, answer, self._tools.nearness)
            feature_of |= self._tools.known.features(understood.text, _given(quoted))
        probability, needed = confidence.probability(feature_of), confidence.needed(feature_of)
        # An editor's word that this text answers this question stands above what the fit makes of it.
        is_written = quoted is not None and retriever.is_written_for(understood.text, quoted.quotes[0].source)
        return understood, SearchResult(
            candidates=tuple(candidates),
            terms=terms,
            quoted=quoted,
            features=feature_of,
            confidence=max(probability, min(needed, 1.0)) if is_written else probability,
            confidence_applies=confidence.applies(feature_of),
            is_sure=(is_written or probability >= needed) and not lacks_what_is_asked(feature_of),
        )

    def _found_further(
        self, understood: Understanding, narrowing: Narrowing, topic: Topic | None
    ) -> Iterator[tuple[Understanding, Sequence[Candidate]]]:
        """The earlier words only find passages: what is found is judged by the message alone."""
        if topic is None:
            return
        alone = self._tools.messages.alone(understood)
        if topic.documents:
            deeper = self._tools.retriever.find(understood, narrowing=narrowing, limit=_DEEPER)
            cited = [each for each in deeper if each.document_id in topic.documents][:CANDIDATES]
            yield understood, cited
            yield alone, cited
        beside = self._tools.messages.beside_earlier(understood, topic)
        found = self._tools.retriever.find(beside, narrowing=narrowing, limit=CANDIDATES)
        yield understood, found
        yield alone, found

    def _quoted(self, understood: Understanding, candidates: Sequence[Candidate], terms: QuestionTerms) -> Draft | None:
        """The answer in the words of the sources; None where only texts with planted orders were found."""
        usable = self._tools.planted_orders.without(candidates)
        if not usable:
            return None
        return completed(self._tools.quoting.draft(understood, usable, terms.bigrams))

    def _drafted(self, draft: Draft, facet: Facet | None) -> DraftedAnswer:
        source = draft.quotes[0].source
        return DraftedAnswer(
            statements=tuple(normalised(each.text, self._tools.converter) for each in draft.statements),
            sayings=draft.sayings,
            passage_id=source.passage.id,
            under=normalised(_above(source), self._tools.converter),
            is_of_section=facet is not None and self._tools.retriever.heading_names(facet, source),
        )


def _single_sources(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    """Each of the best passages but the first, then of each of the best documents the passages found, where they are
    not all that was found and more than one."""
    yield from ([each] for each in candidates[1:_HEARD])
    of_document: dict[str, list[Candidate]] = {}
    for each in candidates:
        of_document.setdefault(each.document_id, []).append(each)
    for found in [*of_document.values()][:_HEARD]:
        if 1 < len(found) < len(candidates):
            yield found


def _repeats(draft: Draft, topic: Topic) -> bool:
    """Whether it would begin with what was just said."""
    return draft.statements[0].text in topic.last_answer


def _given(draft: Draft) -> Given:
    sources = [each.source for each in draft.quotes]
    documents = frozenset(each.document_id for each in sources)
    return Given(
        "\n".join(each.text for each in draft.statements), documents, tuple(each.passage.text for each in sources)
    )


def _above(found: PassageInVersion) -> str:
    """What a passage stands under: the title of its document, the question it answers, its headings."""
    return " ".join((found.metadata.title, found.metadata.question or "", *found.passage.heading_path))
