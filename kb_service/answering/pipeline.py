"""From a question to an answer, in the order it happens."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kb_service.answering import replying
from kb_service.answering.confidence import ConfidenceModel, features
from kb_service.answering.drafts import AnswerDrafter
from kb_service.answering.events import Answered, Event, EvidenceFound, Progress, TextReady
from kb_service.answering.grounding import cite
from kb_service.answering.knobs import Knobs
from kb_service.answering.lexicon import Lexicon
from kb_service.answering.normalising import normalised
from kb_service.answering.retrieving import EVERYTHING, Candidate, Narrowing, QuestionTerms, Retriever
from kb_service.answering.routing import Router
from kb_service.answering.understanding import Reader, Understanding
from kb_service.domain.answers import (
    Answer,
    Citation,
    DepartmentRef,
    Drafting,
    Escalation,
    Evidence,
    MatterRef,
    Notice,
    Outcome,
    Question,
    Reason,
)
from kb_service.ports import Library, ScriptConverter

_CANDIDATES = 10
_OUTCOME_OF_SCOPE = {
    Reason.OUT_OF_SCOPE: Outcome.OUT_OF_SCOPE,
    Reason.PLATFORM_FAULT: Outcome.HANDED_OVER,
    Reason.USER_REQUEST: Outcome.HANDED_OVER,
    Reason.NEEDS_PERSONAL_DATA: Outcome.HANDED_OVER,
    Reason.DISTRESS: Outcome.HANDED_OVER,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the pipeline decided, before it is an Answer: the action and the text, apart from each other."""

    outcome: Outcome
    text: str
    reason: Reason | None = None
    department: DepartmentRef | None = None
    citations: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()
    drafting: Drafting | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval gave, and how sure we are of its best document."""

    candidates: tuple[Candidate, ...] = ()
    terms: QuestionTerms | None = None
    features: dict[str, float] | None = None
    confidence: float = 0.0
    confidence_applies: bool = False


class Pipeline:
    """Answers questions; holds no state between them."""

    def __init__(
        self,
        *,
        reader: Reader,
        retriever: Retriever,
        drafter: AnswerDrafter,
        router: Router,
        library: Library,
        confidence: ConfidenceModel,
        lexicon: Lexicon,
        converter: ScriptConverter,
        knobs: Knobs,
        new_id: Callable[[], str],
        contradicted: Callable[[Sequence[str], date], bool],
    ) -> None:
        """``contradicted``: whether another text in force that day is confirmed to contradict one of these versions."""
        self._reader = reader
        self._retriever = retriever
        self._drafter = drafter
        self._router = router
        self._library = library
        self._confidence = confidence
        self._lexicon = lexicon
        self._converter = converter
        self._knobs = knobs
        self._new_id = new_id
        self._contradicted = contradicted

    def answer(self, question: Question, *, narrowing: Narrowing = EVERYTHING) -> Iterator[Event]:
        """Yields progress, the evidence, the checked text, and at last the whole answer."""
        understood = self._reader.read(question)
        yield Progress("understood")
        if understood.is_courtesy:
            reply, found = Reply(Outcome.COURTESY, self._lexicon.say("courtesy")), Found()
        else:
            yield Progress("searching")
            found = self._look_up(understood, narrowing)
            yield EvidenceFound(self._evidence(found.candidates))
            yield Progress("drafting")
            reply = yield from self._decide(understood, found, narrowing)
        answer = self._answer(understood, found, reply)
        yield TextReady(answer.text)
        yield Answered(answer)

    def _look_up(self, understood: Understanding, narrowing: Narrowing) -> Found:
        candidates = self._retriever.find(understood, narrowing=narrowing, limit=_CANDIDATES)
        if not candidates:
            return Found()
        terms = self._retriever.weigh(understood, self._lexicon.asking_words)
        facet = understood.facet
        facet_agrees = facet is not None and self._retriever.heading_names(facet, candidates[0].found)
        feature_of = features(understood, candidates, terms, facet_agrees=facet_agrees)
        return Found(
            candidates=tuple(candidates),
            terms=terms,
            features=feature_of,
            confidence=self._confidence.probability(feature_of),
            confidence_applies=self._confidence.applies(feature_of),
        )

    def _decide(
        self, understood: Understanding, found: Found, narrowing: Narrowing
    ) -> Generator[Progress, None, Reply]:
        if understood.scope is not None:
            return self._hand_over(understood, found, understood.scope, _OUTCOME_OF_SCOPE[understood.scope])
        if not found.candidates or found.terms is None:
            return self._hand_over(understood, found, Reason.NO_SOURCE, Outcome.NO_SOURCE)
        if found.confidence < self._confidence.answer_threshold:
            return self._hand_over(understood, found, Reason.LOW_CONFIDENCE, Outcome.HANDED_OVER)
        draft = yield from self._drafter.draft(understood, found.candidates, found.terms.bigrams)
        said = normalised("\n".join(each.text for each in draft.statements), self._converter)
        if self._lexicon.lacks_what_is_asked(understood.text, said):
            return self._hand_over(understood, found, Reason.NO_SOURCE, Outcome.NO_SOURCE)
        schedules = self._library.schedules(
            sorted({quote.found.document_id for quote in draft.quotes}), as_if_approved=narrowing.include_version
        )
        as_of = understood.question.as_of
        citations = cite(draft.quotes, schedules, as_of=as_of, department_name=self._router.name)
        if citations is None:
            return self._hand_over(understood, found, Reason.NOT_GROUNDED, Outcome.NOT_GROUNDED)
        if self._contradicted([citation.version_id for citation in citations], as_of):
            return self._hand_over(understood, found, Reason.CONFLICTING_SOURCES, Outcome.HANDED_OVER)
        return Reply(
            Outcome.ANSWERED,
            draft.text,
            citations=tuple(citations),
            drafting=draft.drafting,
            notices=tuple(replying.notices(citations, schedules, as_of=as_of, lexicon=self._lexicon)),
        )

    def _hand_over(self, understood: Understanding, found: Found, reason: Reason, outcome: Outcome) -> Reply:
        routed = self._router.route(understood, found.candidates)
        department = routed[0].department if routed else None
        return Reply(outcome, replying.hand_over_text(reason, department, self._lexicon), reason, department)

    def _answer(self, understood: Understanding, found: Found, reply: Reply) -> Answer:
        question = understood.question
        return Answer(
            answer_id=self._new_id(),
            conversation_id=question.conversation_id or self._new_id(),
            question=question.text,
            asked_at=question.asked_at,
            as_of=question.as_of,
            outcome=reply.outcome,
            text=self._in_script(reply.text, understood),
            citations=reply.citations,
            evidence=self._evidence(found.candidates),
            notices=reply.notices,
            confidence=round(found.confidence, 4),
            confidence_applies=found.confidence_applies,
            confidence_version=self._confidence.version,
            features={name: round(value, 4) for name, value in (found.features or {}).items()},
            matter=MatterRef(understood.matter.id, understood.matter.name) if understood.matter else None,
            facet=understood.facet,
            understood_as=understood.as_stored(),
            clarification=None,
            escalation=self._escalation(understood, found, reply),
            drafting=reply.drafting,
        )

    def _in_script(self, text: str, understood: Understanding) -> str:
        return self._converter.to_traditional(text) if understood.is_traditional else text

    def _evidence(self, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(each.found.passage.id, each.document_id, each.found.passage.version_id, round(each.score, 4))
            for each in candidates[: self._knobs.evidence]
        )

    def _escalation(self, understood: Understanding, found: Found, reply: Reply) -> Escalation:
        if reply.reason is None:
            return Escalation(recommended=False)
        titles = [each.found.metadata.title for each in found.candidates[: self._knobs.evidence]]
        return Escalation(
            recommended=True,
            reasons=(reply.reason,),
            department=reply.department,
            channel="12345" if reply.outcome is Outcome.OUT_OF_SCOPE else "online_helper",
            summary=replying.summary(understood, titles, self._lexicon),
        )
