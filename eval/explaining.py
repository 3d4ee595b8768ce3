"""One question asked again, in process and by the very pipeline, with every step noted; nothing is stored."""

from collections.abc import Sequence

from eval.causes import cause_of
from eval.counting_features import counted, root_logit
from eval.errors import EvaluationStopped
from eval.explanation import Check, Expected, Explanation, FoundPassage, Got, Quoted, Reading, Sureness
from eval.in_process import InProcess
from eval.questions import SuiteQuestion
from eval.retracing import LookedUp, Trace
from eval.scoring import SEARCH_DEPTH, Observed, ScoredRow, score
from eval.systems import CHANNEL, FoundPlace
from kb_service.asking.search.answer_features import lacks_what_is_asked
from kb_service.asking.search.confidence import ConfidenceModel
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Answer, Question, Reason
from kb_service.ports import ScriptConverter
from kb_service.service import Service

_ROUNDED = 4


def turns_up_to(questions: Sequence[SuiteQuestion], question_id: str) -> list[SuiteQuestion]:
    """The question last, before it the turns of its conversation. Raises EvaluationStopped for an unknown id."""
    found = next((each for each in questions if each.id == question_id), None)
    if found is None:
        raise EvaluationStopped(f"no question {question_id!r}; a turn of a conversation goes by its id and #1, #2, …")
    if found.conversation is None:
        return [found]
    return [each for each in questions if each.conversation == found.conversation and each.turn <= found.turn]


def explain(
    service: Service,
    asked: Sequence[SuiteQuestion],
    converter: ScriptConverter,
    *,
    run: str | None = None,
    row: ScoredRow | None = None,
) -> Explanation:
    """The last of the questions, after the turns before it. ``row``: what the run has of it."""
    turns: list[Answer] = []
    for each in asked[:-1]:
        turns.append(service.asking.retraced(_asked(service, each, turns), turns=turns, watch=lambda tools: tools))
    question, trace = asked[-1], Trace()
    answer = service.asking.retraced(_asked(service, question, turns), turns=turns, watch=trace.watch)
    scored = score(question, _observed(service, question, answer), InProcess(service), converter)
    taken = _taken(trace, answer)
    return Explanation(
        id=question.id,
        question=question.text,
        said_before=tuple(each.text for each in asked[:-1]),
        readings=tuple(
            _reading(each, each is taken, trace.confidence, question)
            for each in trace.looked_up
            if each is taken or not each.is_further
        ),
        written=tuple(each.text for each in trace.written),
        checks=tuple(_checks(trace, taken, answer, scored)),
        features=answer.features,
        expected=_expected(question),
        got=_got(scored),
        run=run,
        in_run=_got(row) if row else None,
    )


def _asked(service: Service, question: SuiteQuestion, turns: Sequence[Answer]) -> Question:
    return service.asking.question(
        question.text,
        as_of=question.as_of,
        conversation_id=turns[-1].conversation_id if turns else None,
        region=question.region,
        audience=question.audience,
        channel=CHANNEL,
    )


def _observed(service: Service, question: SuiteQuestion, answer: Answer) -> Observed:
    """As a run observes, but for routing and the time it took."""
    if question.is_follow_up:
        places = [FoundPlace(each.document_id, each.version_id, each.passage_id) for each in answer.evidence]
        return Observed(answer, tuple(places), (), 0.0)
    found = InProcess(service).search(question, limit=SEARCH_DEPTH) if question.expected_documents else ()
    return Observed(answer, tuple(found), (), 0.0)


def _taken(trace: Trace, answer: Answer) -> LookedUp | None:
    """The reading whose numbers the answer bears: of several questions in one message the weakest."""
    for each in trace.looked_up:
        if (
            answer.features
            and {name: round(value, _ROUNDED) for name, value in each.features.items()} == answer.features
        ):
            return each
    first = [each for each in trace.looked_up if not each.is_further]
    return first[-1] if first else None


def _reading(found: LookedUp, is_taken: bool, model: ConfidenceModel | None, question: SuiteQuestion) -> Reading:
    read = found.understood
    return Reading(
        is_taken=is_taken,
        searched_for=read.text,
        matter=f"{read.matter.name} ({read.matter.id})" if read.matter else None,
        is_matter_inferred=read.is_matter_inferred,
        rivals=tuple(each.name for each in read.rivals),
        facet=read.facet.value if read.facet else None,
        day=read.question.as_of,
        region=read.question.region,
        audience=read.question.audience.value if read.question.audience else None,
        quantity=tuple(each.pattern for each in read.quantity_asked.needed),
        sides=tuple(each.pattern for each in read.sides),
        scope=read.scope.value if read.scope else None,
        message_class=read.likeness.likely.value,
        carried=tuple(each.value for each in read.carried),
        found=tuple(_passage(rank, each, question) for rank, each in enumerate(found.candidates, start=1)),
        sureness=_sureness(found, model) if model and found.needed is not None else None,
        draft=tuple(each.text for each in found.quoted.statements) if found.quoted else (),
        quotes=tuple(Quoted(each.source.document_id, each.text) for each in found.quoted.quotes)
        if found.quoted
        else (),
    )


def _passage(rank: int, each: Candidate, question: SuiteQuestion) -> FoundPassage:
    source = each.source
    return FoundPassage(
        rank=rank,
        score=round(each.score, _ROUNDED),
        document_id=each.document_id,
        is_expected=each.document_id in question.expected_documents,
        title=source.metadata.title,
        headings=tuple(source.passage.heading_path),
        effective_from=source.metadata.effective_from,
        text=source.passage.text,
    )


def _sureness(found: LookedUp, model: ConfidenceModel) -> Sureness:
    needed = found.needed if found.needed is not None else 1.0
    lacks = tuple(name for name, value in found.features.items() if lacks_what_is_asked({name: value}))
    reached = found.is_written_for_it or found.probability >= needed
    return Sureness(
        confidence=round(found.probability, _ROUNDED),
        needed=needed,
        is_sure=reached and not lacks,
        is_written_for_it=found.is_written_for_it,
        lacks=lacks,
        unknown=root_logit(model),
        counted=counted(model, found.features),
    )


def _checks(trace: Trace, taken: LookedUp | None, answer: Answer, scored: ScoredRow) -> list[Check]:
    """In the order of answering, the examination's own last; what was not reached is left out."""
    checks: list[Check] = []
    if taken is not None:
        left_out = taken.with_planted_orders
        detail = f"{left_out} of the passages hold orders to a model, and are not quoted" if left_out else ""
        checks.append(Check("no planted orders among what was found", not left_out, detail))
    if trace.chances:
        likeliest, needed = max(trace.chances), trace.chance_needed
        detail = f"{likeliest:.3f} of {needed:.2f} needed, the likeliest of {len(trace.chances)}"
        checks.append(Check("an answer to the follow-up is likely enough", likeliest >= needed, detail))
    if trace.contradicted:
        contradicted = [", ".join(ids) for ids, is_so in trace.contradicted if is_so]
        checks.append(Check("no confirmed contradiction with another text", not contradicted, "; ".join(contradicted)))
    if answer.drafting is not None and (answer.drafting.rejected or answer.drafting.failure):
        why = [*answer.drafting.rejected, *([str(answer.drafting.failure)] if answer.drafting.failure else [])]
        checks.append(Check("the model's draft was sent", False, "; ".join(why)))
    if Reason.NOT_GROUNDED in answer.escalation.reasons:
        checks.append(Check("the draft is backed by its sources", False, "a quote or a word of it is in no source"))
    if answer.citations:
        checks.append(Check("every citation in the database, in force, word for word", not scored.violations,
                            "; ".join(scored.violations)))  # fmt: skip
    return checks


def _expected(question: SuiteQuestion) -> Expected:
    return Expected(
        outcomes=(question.expected_outcome.value, *sorted(each.value for each in question.also_right)),
        documents=question.expected_documents,
        version_from=question.expected_version_from,
        facts=question.required_facts,
        forbidden=question.forbidden_facts,
    )


def _got(row: ScoredRow) -> Got:
    cause = cause_of(row)
    return Got(
        outcome=row.outcome.value,
        reasons=tuple(each.value for each in row.reasons),
        text=row.text,
        cited=tuple(f"{each.document_id} from {each.effective_from}" for each in row.citations),
        as_of=row.as_of,
        confidence=row.confidence,
        missing_facts=row.missing_facts,
        forbidden_facts=row.forbidden_facts,
        is_right=cause is None,
        cause=cause.value if cause else None,
    )
