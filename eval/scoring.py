"""One question, what became of it, and whether that was right."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from eval.metrics.ranking import distinct
from eval.questions import SuiteQuestion
from eval.systems import AnswersQuestions, FoundPlace, ShowsSources, StoredVersion
from kb_service.domain.answers import Answer, Citation, Outcome, Reason
from kb_service.ports import ScriptConverter
from kb_service.text.facts import first_sentence, missing_facts, stated_facts

# How many passages search is asked for (more would be ordered otherwise: `Knobs.reordered`), and how many of them the
# causes and `document_rank` look at.
RANKING_DEPTH, SEARCH_DEPTH = 30, 10
# What a question expects that nothing answers, or that is none of knowledge.
_TURNED_AWAY = {Outcome.HANDED_OVER, Outcome.OUT_OF_SCOPE}


@dataclass(frozen=True, slots=True)
class Observed:
    """What a system did with one question."""

    answer: Answer
    found: tuple[FoundPlace, ...]
    departments: tuple[frozenset[str], ...]
    answer_ms: float


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One question of a run: asked, expected, given, judged. None where nothing was expected.

    ``document_rank`` counts search hits from 1. ``label``: the first evidence's document is an expected one, which is
    what the confidence foretells; it says nothing without `is_source_known`. ``is_resolved``: in scope, answered, with
    an expected document and version cited (any in force, where none is expected of what can be answered), all required
    facts and no forbidden one. ``is_right``: resolved, or rightly not answered. ``is_wrong``: answered where
    that was not expected, or without the facts. ``fact_first``: a required fact stands in the first sentence of the
    answer. ``turn`` counts from 1 within ``conversation``, and is 0 outside of one.

    ``ranked``: documents among the `RANKING_DEPTH` best passages, each once, best first; ``found``: those of the first
    `SEARCH_DEPTH` passages, as often as they come. ``grades``: how relevant each expected document is (above 0).
    ``asked_as_of``: the day that the question was put for, None where it is of today. ``matter``: the one expected, or
    else the one that was understood; ``matter_name`` where it was understood. ``answer_ms``: of the answer
    alone, without search.
    """

    id: str
    question: str
    types: tuple[str, ...]
    conversation: str | None
    turn: int
    as_of: date
    region: str | None
    is_in_scope: bool
    is_answerable: bool
    expected_outcome: Outcome
    also_right: frozenset[Outcome]
    expected_documents: tuple[str, ...]
    expected_version_from: date | None
    outcome: Outcome
    reasons: tuple[Reason, ...]
    text: str
    citations: tuple[Citation, ...]
    evidence: tuple[str, ...]
    found: tuple[str, ...]
    document_rank: int | None
    cites_document: bool | None
    cites_version: bool | None
    missing_facts: tuple[str, ...]
    forbidden_facts: tuple[str, ...]
    violations: tuple[str, ...]
    is_resolved: bool
    is_right: bool
    is_wrong: bool
    fact_first: bool
    department: str | None
    is_routed_right: bool | None
    is_matter_right: bool | None
    confidence: float
    confidence_applies: bool
    confidence_version: str
    features: dict[str, float]
    label: bool
    answer_ms: float
    ranked: tuple[str, ...] = ()
    grades: dict[str, int] = field(default_factory=dict)
    asked_as_of: date | None = None
    required_facts: tuple[str, ...] = ()
    barred_facts: tuple[str, ...] = ()
    expected_departments: tuple[str, ...] = ()
    matter: str | None = None
    matter_name: str | None = None
    understood_as: str = ""

    @property
    def is_source_known(self) -> bool:
        """Whether the suite says where the answer stands, or that it stands nowhere."""
        return bool(self.expected_documents) or not self.is_answerable


def observe(system: AnswersQuestions, question: SuiteQuestion, *, conversation_id: str | None = None) -> Observed:
    """Ask, and look at what search and routing give on their own; only the answer is timed."""
    started = time.perf_counter()
    answer = system.answer(question, conversation_id=conversation_id)
    answer_ms = (time.perf_counter() - started) * 1000
    found = _found(system, question, answer)
    departments = system.departments(question) if question.expected_departments else ()
    return Observed(answer, tuple(found), tuple(departments), answer_ms)


def _found(system: AnswersQuestions, question: SuiteQuestion, answer: Answer) -> Sequence[FoundPlace]:
    """The words of a follow-up alone say too little to search for: its evidence stands for what was found."""
    if question.is_follow_up:
        return [FoundPlace(each.document_id, each.version_id, each.passage_id) for each in answer.evidence]
    return system.search(question, limit=RANKING_DEPTH) if question.expected_documents else ()


def score(question: SuiteQuestion, observed: Observed, system: ShowsSources, converter: ScriptConverter) -> ScoredRow:
    """Judge one reply. The citations are compared with the database, not with what the answer says of itself."""
    answer, expected = observed.answer, question.expected_documents
    source_of = {each.version_id: system.source(each.version_id) for each in answer.citations}
    right = [each for each in answer.citations if each.document_id in expected or _will_any_source_do(question)]
    in_version = [each for each in right if _is_version(each, question, source_of[each.version_id])]
    was_answered = answer.outcome is Outcome.ANSWERED
    stated = answer.text if was_answered else ""  # whom to call, told when handing over, is no fact of an answer
    missing = missing_facts(stated, question.required_facts, converter)
    forbidden = stated_facts(stated, question.forbidden_facts, converter)
    says_it = was_answered and not missing and not forbidden
    return ScoredRow(
        id=question.id,
        question=question.text,
        types=question.types,
        conversation=question.conversation,
        turn=question.turn,
        as_of=answer.as_of,
        region=question.region,
        is_in_scope=question.is_in_scope,
        is_answerable=question.is_answerable,
        expected_outcome=question.expected_outcome,
        also_right=question.also_right,
        expected_documents=expected,
        expected_version_from=question.expected_version_from,
        outcome=answer.outcome,
        reasons=answer.escalation.reasons,
        text=answer.text,
        citations=answer.citations,
        evidence=tuple(each.document_id for each in answer.evidence),
        found=tuple(each.document_id for each in observed.found[:SEARCH_DEPTH]),
        document_rank=_rank(observed.found[:SEARCH_DEPTH], expected),
        cites_document=bool(right) if expected and was_answered else None,
        cites_version=bool(in_version) if expected and was_answered else None,
        missing_facts=tuple(missing),
        forbidden_facts=tuple(forbidden),
        violations=tuple(_violations(answer, source_of)),
        is_resolved=question.is_in_scope and was_answered and bool(in_version) and says_it,
        is_right=_is_right(question, answer.outcome, says_it=says_it, cites=bool(in_version)),
        is_wrong=was_answered and not (says_it and _may_be_answered(question)),
        fact_first=_is_fact_first(question, stated, converter),
        department="/".join(sorted(observed.departments[0])) if observed.departments else None,
        is_routed_right=_is_routed_right(question, observed),
        is_matter_right=_is_matter_right(question, answer),
        confidence=answer.confidence,
        confidence_applies=answer.confidence_applies,
        confidence_version=answer.confidence_version,
        features=answer.features,
        label=bool(answer.evidence) and answer.evidence[0].document_id in expected,
        answer_ms=round(observed.answer_ms, 2),
        ranked=distinct([each.document_id for each in observed.found]),
        grades=dict(question.grades),
        asked_as_of=question.as_of,
        required_facts=question.required_facts,
        barred_facts=question.forbidden_facts,
        expected_departments=question.expected_departments,
        matter=(matter := _matter(question, answer)),
        matter_name=answer.matter.name if answer.matter and answer.matter.id == matter else None,
        understood_as=answer.understood_as.text,
    )


def _matter(question: SuiteQuestion, answer: Answer) -> str | None:
    if question.expected_matters:
        return question.expected_matters[0]
    return answer.matter.id if answer.matter else None


def _is_right(question: SuiteQuestion, outcome: Outcome, *, says_it: bool, cites: bool) -> bool:
    """A declining question is right to be turned away in whatever way, but for being taken for a greeting."""
    right = {question.expected_outcome, *question.also_right}
    if outcome is Outcome.ANSWERED:
        return outcome in right and says_it and (cites or not question.expected_documents)
    if outcome in {Outcome.CLARIFY, Outcome.COURTESY} and outcome in right:
        return True
    return outcome is not Outcome.COURTESY and bool(right & _TURNED_AWAY)


def _may_be_answered(question: SuiteQuestion) -> bool:
    """Also what should have been asked back, where the suite says which facts would do."""
    right = {question.expected_outcome, *question.also_right}
    return Outcome.ANSWERED in right or (Outcome.CLARIFY in right and bool(question.required_facts))


def _is_fact_first(question: SuiteQuestion, stated: str, converter: ScriptConverter) -> bool:
    return bool(stated_facts(first_sentence(stated), question.required_facts, converter))


def _will_any_source_do(question: SuiteQuestion) -> bool:
    """Where the suite says what must be said, and not where it stands."""
    return question.is_answerable and not question.expected_documents


def _is_version(citation: Citation, question: SuiteQuestion, source: StoredVersion | None) -> bool:
    """Whether the version is the one expected, or, where only the document was named, one in force at all."""
    if source is None or source.interval is None:
        return False
    speaks_of_it = citation.document_id in question.expected_documents[:1]
    if question.expected_version_from is None or not speaks_of_it:
        return True
    return source.interval.start == question.expected_version_from


def _rank(found: Sequence[FoundPlace], expected: Sequence[str]) -> int | None:
    return next((rank for rank, place in enumerate(found, start=1) if place.document_id in expected), None)


def _violations(answer: Answer, source_of: dict[str, StoredVersion | None]) -> list[str]:
    """What a citation claims and the database denies: existence, being in force that day, the quote, the dates."""
    found: list[str] = []
    for each in answer.citations:
        source, where = source_of[each.version_id], f"[{each.mark}] {each.document_id}"
        if source is None:
            found.append(f"{where}: version {each.version_id} does not exist")
            continue
        if source.interval is None or not source.interval.contains(answer.as_of):
            found.append(f"{where}: not in force on {answer.as_of}")
        elif (source.interval.start, source.interval.end) != (each.effective_from, each.effective_to):
            found.append(f"{where}: its dates are not those of the database")
        if source.text[each.start : each.end] != each.quote or not each.quote:
            found.append(f"{where}: the quote does not stand at {each.start}:{each.end}")
        if source.document_id != each.document_id:
            found.append(f"{where}: the version belongs to {source.document_id}")
    return found


def _is_routed_right(question: SuiteQuestion, observed: Observed) -> bool | None:
    if not question.expected_departments:
        return None
    return bool(observed.departments) and not observed.departments[0].isdisjoint(question.expected_departments)


def _is_matter_right(question: SuiteQuestion, answer: Answer) -> bool | None:
    if not question.expected_matters:
        return None
    return answer.matter is not None and answer.matter.id in question.expected_matters
