"""Systems that are good or bad on purpose. Oracle > product > shuffled retrieval > same passage always, and always
handing over resolves nothing; a measure for which this does not hold is blind."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from eval.questions import SuiteQuestion
from eval.scoring import Observed, score
from eval.statistics import Rate
from eval.summary import resolution
from eval.systems import FoundPlace, ShowsSources, StoredVersion
from kb_service.domain.answers import Citation, HandOver, Outcome, Reason
from kb_service.domain.days import Interval
from kb_service.domain.documents import Kind
from kb_service.ports import ScriptConverter

ORACLE = "oracle"
SHUFFLED_RETRIEVAL = "shuffled retrieval"
SAME_PASSAGE = "same passage always"
SHUFFLED_EVIDENCE = "shuffled evidence"
HAND_OVER = "always hand over"

_SEED = 20260701
# Of fewer questions, what is found is so little that chance or the suite itself may turn the order round.
_FEWEST = 30


def control_rates(
    questions: Sequence[SuiteQuestion],
    observed_of: Mapping[str, Observed],
    sources: ShowsSources,
    converter: ScriptConverter,
) -> dict[str, Rate]:
    """What each control resolves, judged as the product is, best first. ``observed_of``: of the product, by id."""
    controls = {
        ORACLE: oracle(questions, observed_of),
        SHUFFLED_RETRIEVAL: shuffled_retrieval(questions, observed_of),
        SAME_PASSAGE: same_passage(questions, observed_of),
        SHUFFLED_EVIDENCE: shuffled(questions, observed_of),
        HAND_OVER: always_hand_over(observed_of),
    }
    known = _KnowsOracle(sources)
    return {
        name: resolution([score(each, given[each.id], known, converter) for each in questions])
        for name, given in controls.items()
    }


def out_of_order(product: Rate, controls: Mapping[str, Rate]) -> list[str]:
    """Sentences on each control that stands where it must not, with what the measure is blind for. Controls that a run
    does not have are passed over."""
    found: list[str] = []

    def look(above: str, below: str, blind: str, *, may_tie: bool = False) -> None:
        rates = {**controls, "product": product}
        if above not in rates or below not in rates or not product.n:
            return
        high, low = rates[above].share, rates[below].share
        if high < low or (high == low and not may_tie):
            of = f"{above!r} ({high:.1%} resolved) does not rank above {below!r} ({low:.1%})"
            found.append(f"the measure cannot tell the product from a control: {of}, so {blind}")

    # A product that resolves all that can be resolved is as good as the oracle.
    look(ORACLE, "product", "it does not credit a right answer when it gets one", may_tie=True)
    look("product", SHUFFLED_EVIDENCE, "it does not see whether an answer has to do with its question")
    if product.n >= _FEWEST:
        look("product", SHUFFLED_RETRIEVAL, "it does not see whether the right one of the passages found is taken")
        look(SHUFFLED_RETRIEVAL, SAME_PASSAGE, "it does not see whether what is found has to do with the question")
    if HAND_OVER in controls and controls[HAND_OVER].successes:
        share = controls[HAND_OVER].share
        found.append(
            f"the measure cannot tell the product from a control: {HAND_OVER!r} resolves {share:.1%} instead of"
            " nothing, so it credits replies that answer nothing"
        )
    return found


def oracle(questions: Sequence[SuiteQuestion], observed_of: Mapping[str, Observed]) -> dict[str, Observed]:
    """Each question gets what the suite holds to be right: the facts, from an expected document and version."""
    return {each.id: _all_right(each, observed_of[each.id]) for each in questions}


def shuffled_retrieval(questions: Sequence[SuiteQuestion], observed_of: Mapping[str, Observed]) -> dict[str, Observed]:
    """Each question gets, word for word, any one of the passages that were found for it."""
    chance = random.Random(_SEED)
    places = {each.id: _with_text(observed_of[each.id]) for each in questions}
    return {each.id: _quoting(observed_of[each.id], chance.choice(places[each.id] or [None])) for each in questions}


def same_passage(questions: Sequence[SuiteQuestion], observed_of: Mapping[str, Observed]) -> dict[str, Observed]:
    """Each question gets the passage that was found first for the first of them."""
    first = next((place for each in questions for place in _with_text(observed_of[each.id])), None)
    return {each.id: _quoting(observed_of[each.id], first) for each in questions}


def shuffled(questions: Sequence[SuiteQuestion], observed_of: Mapping[str, Observed]) -> dict[str, Observed]:
    """Each question gets what the product gave another one: well-formed answers on unrelated evidence."""
    order = [question.id for question in questions]
    random.Random(_SEED).shuffle(order)
    following = order[1:] + order[:1]
    return {own: observed_of[other] for own, other in zip(order, following, strict=True)}


def always_hand_over(observed_of: Mapping[str, Observed]) -> dict[str, Observed]:
    """Each question is handed to a person: never wrong, never of use."""
    return {question_id: _handed_over(observed) for question_id, observed in observed_of.items()}


@dataclass(frozen=True, slots=True)
class _OfOracle:
    """What stands in the id of a version that only the oracle cites: its document and its first day."""

    document_id: str
    since: str

    @classmethod
    def read(cls, version_id: str) -> "_OfOracle | None":
        kind, _, rest = version_id.partition(":")
        since, _, document_id = rest.partition(":")
        return cls(document_id, since) if kind == ORACLE else None

    @property
    def id(self) -> str:
        return f"{ORACLE}:{self.since}:{self.document_id}"

    @property
    def interval(self) -> Interval:
        return Interval(date.fromisoformat(self.since) if self.since else None)


class _KnowsOracle:
    """Implements `ShowsSources`: the versions of the oracle, and those of the system."""

    def __init__(self, sources: ShowsSources) -> None:
        self._sources = sources

    def source(self, version_id: str) -> StoredVersion | None:
        made = _OfOracle.read(version_id)
        return StoredVersion(made.document_id, "", made.interval) if made else self._sources.source(version_id)


def _all_right(question: SuiteQuestion, observed: Observed) -> Observed:
    if not question.is_answerable:
        return _handed_over(observed)
    since = question.expected_version_from.isoformat() if question.expected_version_from else ""
    cited = _OfOracle((question.expected_documents or ("any",))[0], since)
    place = FoundPlace(
        cited.document_id, cited.id, cited.id, text="。".join(_first(each) for each in question.required_facts)
    )
    return _quoting(observed, place)


def _first(fact: str) -> str:
    return next(each for each in fact.split("|") if each.strip())


def _with_text(observed: Observed) -> list[FoundPlace]:
    return [each for each in observed.found if each.text]


def _quoting(observed: Observed, place: FoundPlace | None) -> Observed:
    if place is None:
        return _handed_over(observed)
    citation = Citation(
        mark=1,
        document_id=place.document_id,
        version_id=place.version_id,
        passage_id=place.passage_id,
        title="",
        kind=Kind.PROCEDURE,
        department=None,
        heading_path=(),
        page=None,
        second=None,
        quote=place.text,
        start=0,
        end=len(place.text),
        effective_from=None,
        effective_to=None,
        source_url=None,
    )
    answer = replace(observed.answer, outcome=Outcome.ANSWERED, text=place.text, citations=(citation,), notices=())
    return replace(observed, answer=answer)


def _handed_over(observed: Observed) -> Observed:
    escalation = HandOver(recommended=True, reasons=(Reason.LOW_CONFIDENCE,))
    answer = replace(
        observed.answer, outcome=Outcome.HANDED_OVER, text="", citations=(), notices=(), escalation=escalation
    )
    return replace(observed, answer=answer)
