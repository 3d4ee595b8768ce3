"""Looking a question up: what is found for it, what would be quoted, and how sure it is that this answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb_service.asking.conversation.topics import Topic
from kb_service.asking.drafting.drafts import Draft, completed
from kb_service.asking.follow_ups import Contender, FollowUps, ReadAs, Sources, as_read, may_have_answer, preferred
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.replies import LookedUp, SearchResult
from kb_service.asking.search.answer_features import DraftedAnswer, answer_features, lacks_what_is_asked
from kb_service.asking.search.features import features
from kb_service.asking.search.known_questions import Given
from kb_service.asking.search.retrieving import Candidate, Narrowing, QuestionTerms, matter_shown
from kb_service.asking.search.surroundings import above
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Carried
from kb_service.domain.matters import Facet
from kb_service.text.normalising import normalised

CANDIDATES = 10
# From so many passages and documents an answer is drafted alone, and by so much it has to be surer: of 538 questions
# that the model did not know 318 were answered rightly without and 348 with it, 17 and 22 wrongly.
_ALONE = 4
_SURER = 0.05
# Characters. A longer message says what it is about.
_LONGEST_OF_TALK = 24
# So sure is what answers a question of its own, without a word of its matter (领证了能放几天假).
_OF_ITS_OWN = 0.92


class LookingUp:
    """Holds no state between questions."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._follow_ups = FollowUps(tools, self._judged)

    def look_up(self, readings: Sequence[Understanding], narrowing: Narrowing, topic: Topic | None) -> LookedUp:
        """``topic``: what the talk before speaks of, where it matters. What goes on with it gets the likeliest of the
        answers that any reading finds, and so does what takes nothing over and has no sure answer by itself. For what
        has none still, an answer is drafted from each of the best passages and documents alone. What was asked of no
        known matter is asked with its own words again, and has no answer without them. What is short has none of
        another matter that it has no word of.
        """
        found = self._found(readings, narrowing, topic)
        asked, quoted = readings[0], found.result.quoted
        if topic is None or quoted is None or len(asked.question.text) > _LONGEST_OF_TALK:
            return found
        if found.result.confidence >= _OF_ITS_OWN:
            return found
        if self._follow_ups.goes_with(quoted.quotes[0].source, asked, topic):
            return found
        return replace(found, result=replace(found.result, is_sure=False))

    def _found(self, readings: Sequence[Understanding], narrowing: Narrowing, topic: Topic | None) -> LookedUp:
        if topic is not None and topic.matter_id is None and Carried.QUESTION in readings[0].carried:
            topic = None
        if topic is not None and readings[0].carried and may_have_answer(readings[0]):
            return self._of_talk(readings, narrowing, topic)
        best = preferred([self._looked_up(each, narrowing) for each in readings])
        if best.is_sure:
            return best
        if topic is not None and may_have_answer(readings[0]):
            best = self._of_talk(readings, narrowing, topic)
        # To what sounds like no question for documents, only what answers at first sight is an answer.
        if best.is_sure or best.understood.scope is not None:
            return best
        return self._from_one_source(best) or best

    def contenders(self, readings: Sequence[Understanding], narrowing: Narrowing, topic: Topic) -> Sequence[Contender]:
        """The answers to a follow-up that `look_up` chooses from."""
        return self._follow_ups.contenders(readings, narrowing, topic)

    def _of_talk(self, readings: Sequence[Understanding], narrowing: Narrowing, topic: Topic) -> LookedUp:
        contenders = self.contenders(readings, narrowing, topic)
        together = {
            each.drafted.read_as: each.drafted.looked_up
            for each in contenders
            if each.drafted.sources is Sources.TOGETHER
        }
        at_first = [together[each] for each in (ReadAs.CARRIED, ReadAs.AS_IT_IS) if each in together]
        if not at_first:
            return self._looked_up(readings[0], narrowing)
        written = next((each for each in at_first if self._is_written(each)), None)
        if written is not None:
            return written
        first = preferred(at_first)
        best = first.result
        chosen = self._follow_ups.likeliest(contenders, readings[0], topic)
        if chosen is None or not self._follow_ups.is_enough(chosen[1]):
            doubted = min(best.confidence, chosen[1] if chosen else 0.0)
            confidence = doubted if best.is_sure else best.confidence
            return replace(first, result=replace(best, is_sure=False, confidence=confidence))
        contender, probability = chosen
        result = contender.drafted.result
        others = (each for each in best.candidates if each not in result.candidates)
        return LookedUp(
            as_read(contender, readings),
            replace(result, candidates=(*result.candidates, *others), confidence=probability, is_sure=True),
        )

    def _from_one_source(self, looked_up: LookedUp) -> LookedUp | None:
        """The surest answer of one passage or document alone: the passage that fits the question best need not be the
        one that answers it. It has to be surer than the first answer would have to be, as it is one of several.
        """
        candidates, terms = looked_up.result.candidates, looked_up.result.terms
        judged = [(alone, self._judged(looked_up.understood, alone, terms)) for alone in _single_sources(candidates)]
        sure = [
            (alone, again)
            for alone, again in judged
            if again.result.quoted and again.is_sure and self._leads(again.result)
        ]
        if not sure:
            return None
        alone, found = max(sure, key=lambda each: each[1].result.confidence)
        others = (each for each in candidates if each not in alone)
        return replace(found, result=replace(found.result, candidates=(*alone, *others)))

    def _is_written(self, found: LookedUp) -> bool:
        """Whether an editor said that this text answers this question: that stands above what a fit makes of it."""
        quoted = found.result.quoted
        written_for = self._tools.retriever.is_written_for
        return quoted is not None and written_for(found.understood.text, quoted.quotes[0].source)

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
            return LookedUp(understood, SearchResult())
        retriever, confidence = self._tools.retriever, self._tools.confidence
        terms = weighed or retriever.weigh(understood)
        understood = self._tools.messages.reader.with_matter(understood, matter_shown(understood, candidates))
        # What no answer is made of is no evidence for one either.
        usable = self._usable(understood, candidates)
        evidence = usable or candidates
        facet = understood.facet
        facet_agrees = facet is not None and retriever.heading_names(facet, evidence[0].source)
        feature_of = features(understood, evidence, terms, facet_agrees=facet_agrees)
        quoted = completed(self._tools.quoting.draft(understood, usable, terms.bigrams)) if usable else None
        if quoted is not None:
            answer = self._drafted(quoted, understood.facet)
            feature_of |= answer_features(understood, usable, terms, answer, self._tools.nearness)
            feature_of |= self._tools.known.features(understood.text, _given(quoted))
        probability, needed = confidence.probability(feature_of), confidence.needed(feature_of)
        result = SearchResult(
            candidates=tuple(candidates),
            terms=terms,
            quoted=quoted,
            features=feature_of,
            confidence=probability,
            confidence_applies=confidence.applies(feature_of),
            is_sure=probability >= needed and not lacks_what_is_asked(feature_of),
        )
        found = LookedUp(understood, result)
        if self._is_written(found):
            is_sure = not lacks_what_is_asked(feature_of)
            result = replace(result, confidence=max(probability, min(needed, 1.0)), is_sure=is_sure)
        return replace(found, result=result)

    def _usable(self, understood: Understanding, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Without texts with planted orders, and those that say nothing of what is asked."""
        return self._tools.quoting.telling(understood, self._tools.planted_orders.without(candidates))

    def _drafted(self, draft: Draft, facet: Facet | None) -> DraftedAnswer:
        source = draft.quotes[0].source
        return DraftedAnswer(
            statements=tuple(normalised(each.text, self._tools.converter) for each in draft.statements),
            sayings=draft.sayings,
            passage_id=source.passage.id,
            under=normalised(above(source), self._tools.converter),
            is_of_section=facet is not None and self._tools.retriever.heading_names(facet, source),
        )


def _single_sources(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    """Each of the best passages but the first, then of each of the best documents the passages found, where they are
    not all that was found and more than one. Of texts that belong to no matter (statutes, news) none: what one of
    their passages says by itself was more often wrong than right."""
    yield from ([each] for each in candidates[1:_ALONE] if each.source.metadata.matter_id)
    of_document: dict[str, list[Candidate]] = {}
    for each in (each for each in candidates if each.source.metadata.matter_id):
        of_document.setdefault(each.document_id, []).append(each)
    for found in [*of_document.values()][:_ALONE]:
        if 1 < len(found) < len(candidates):
            yield found


def _given(draft: Draft) -> Given:
    sources = [each.source for each in draft.quotes]
    documents = frozenset(each.document_id for each in sources)
    return Given(
        "\n".join(each.text for each in draft.statements), documents, tuple(each.passage.text for each in sources)
    )
