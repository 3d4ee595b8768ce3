"""From a message to an answer, in the order it happens."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kb_service.answering import replying
from kb_service.answering.composing import Composer
from kb_service.answering.confidence import ConfidenceModel, features
from kb_service.answering.drafts import AnswerDrafter
from kb_service.answering.events import Answered, Event, EvidenceFound, Progress, TextReady
from kb_service.answering.grounding import cite
from kb_service.answering.lexicon import Lexicon
from kb_service.answering.normalising import normalised
from kb_service.answering.replies import Found, Part, Reply
from kb_service.answering.retrieving import EVERYTHING, Narrowing, Retriever
from kb_service.answering.routing import Router
from kb_service.answering.understanding import Reader, Understanding
from kb_service.domain.answers import Answer, Outcome, Question, Reason
from kb_service.ports import Library, ScriptConverter

_CANDIDATES = 10
_OUTCOME_OF_SCOPE = {
    Reason.OUT_OF_SCOPE: Outcome.OUT_OF_SCOPE,
    Reason.ABUSE: Outcome.OUT_OF_SCOPE,
    Reason.PLATFORM_FAULT: Outcome.HANDED_OVER,
    Reason.USER_REQUEST: Outcome.HANDED_OVER,
    Reason.NEEDS_PERSONAL_DATA: Outcome.HANDED_OVER,
    Reason.DISTRESS: Outcome.HANDED_OVER,
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What answering works with.

    ``contradicted``: whether another text in force that day is confirmed to contradict one of these versions.
    """

    reader: Reader
    retriever: Retriever
    drafter: AnswerDrafter
    router: Router
    library: Library
    confidence: ConfidenceModel
    lexicon: Lexicon
    converter: ScriptConverter
    composer: Composer
    contradicted: Callable[[Sequence[str], date], bool]


class Pipeline:
    """Answers questions; holds no state between them."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def answer(
        self, question: Question, *, turns: Sequence[Answer] = (), narrowing: Narrowing = EVERYTHING
    ) -> Iterator[Event]:
        """Yields progress, the evidence, the checked text, and at last the whole answer.

        ``turns``: the conversation so far, oldest first.
        """
        readings = [self._tools.reader.read(question)]
        yield Progress("understood")
        parts = []
        for reading in readings:
            part = yield from self._part(reading, narrowing)
            parts.append(part)
        answer = self._tools.composer.compose(question, parts)
        yield TextReady(answer.text)
        yield Answered(answer)

    def _part(self, understood: Understanding, narrowing: Narrowing) -> Generator[Event, None, Part]:
        if understood.is_courtesy:
            return Part(understood, Found(), Reply(Outcome.COURTESY, self._tools.lexicon.say("courtesy")))
        yield Progress("searching")
        found = self._look_up(understood, narrowing)
        yield EvidenceFound(self._tools.composer.evidence([found]))
        yield Progress("drafting")
        reply = yield from self._decide(understood, found, narrowing)
        return Part(understood, found, reply)

    def _look_up(self, understood: Understanding, narrowing: Narrowing) -> Found:
        retriever, confidence = self._tools.retriever, self._tools.confidence
        candidates = retriever.find(understood, narrowing=narrowing, limit=_CANDIDATES)
        if not candidates:
            return Found()
        terms = retriever.weigh(understood, self._tools.lexicon.asking_words)
        facet = understood.facet
        facet_agrees = facet is not None and retriever.heading_names(facet, candidates[0].found)
        feature_of = features(understood, candidates, terms, facet_agrees=facet_agrees)
        probability = confidence.probability(feature_of)
        return Found(
            candidates=tuple(candidates),
            terms=terms,
            features=feature_of,
            confidence=probability,
            confidence_applies=confidence.applies(feature_of),
            is_sure=probability >= confidence.answer_threshold,
        )

    def _decide(
        self, understood: Understanding, found: Found, narrowing: Narrowing
    ) -> Generator[Progress, None, Reply]:
        if understood.scope is not None:
            return self._hand_over(understood, found, understood.scope, _OUTCOME_OF_SCOPE[understood.scope])
        if not found.candidates or found.terms is None:
            return self._hand_over(understood, found, Reason.NO_SOURCE, Outcome.NO_SOURCE)
        if not found.is_sure:
            return self._hand_over(understood, found, Reason.LOW_CONFIDENCE, Outcome.HANDED_OVER)
        draft = yield from self._tools.drafter.draft(understood, found.candidates, found.terms.bigrams)
        said = normalised("\n".join(each.text for each in draft.statements), self._tools.converter)
        if self._tools.lexicon.lacks_what_is_asked(understood.text, said):
            return self._hand_over(understood, found, Reason.NO_SOURCE, Outcome.NO_SOURCE)
        schedules = self._tools.library.schedules(
            sorted({quote.found.document_id for quote in draft.quotes}), as_if_approved=narrowing.include_version
        )
        as_of = understood.question.as_of
        citations = cite(draft.quotes, schedules, as_of=as_of, department_name=self._tools.router.name)
        if citations is None:
            return self._hand_over(understood, found, Reason.NOT_GROUNDED, Outcome.NOT_GROUNDED)
        if self._tools.contradicted([citation.version_id for citation in citations], as_of):
            return self._hand_over(understood, found, Reason.CONFLICTING_SOURCES, Outcome.HANDED_OVER)
        return Reply(
            Outcome.ANSWERED,
            draft=draft,
            citations=tuple(citations),
            notices=tuple(replying.notices(citations, schedules, as_of=as_of, lexicon=self._tools.lexicon)),
        )

    def _hand_over(self, understood: Understanding, found: Found, reason: Reason, outcome: Outcome) -> Reply:
        routed = self._tools.router.route(understood, found.candidates)
        department = routed[0].department if routed else None
        text = replying.hand_over_text(reason, department, self._tools.lexicon)
        return Reply(outcome, text, (reason,), department)
