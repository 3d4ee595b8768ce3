"""Systems that are bad on purpose: a measure that does not rank them below the product measures nothing."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from eval.questions import SuiteQuestion
from eval.scoring import Observed
from kb_service.domain.answers import HandOver, Outcome, Reason

_SEED = 20260701


def shuffled(questions: Sequence[SuiteQuestion], observed_of: Mapping[str, Observed]) -> dict[str, Observed]:
    """Each question gets what the product gave another one: well-formed answers on unrelated evidence."""
    order = [question.id for question in questions]
    random.Random(_SEED).shuffle(order)
    following = order[1:] + order[:1]
    return {own: observed_of[other] for own, other in zip(order, following, strict=True)}


def always_hand_over(observed_of: Mapping[str, Observed]) -> dict[str, Observed]:
    """Each question is handed to a person: never wrong, never of use."""
    return {question_id: _handed_over(observed) for question_id, observed in observed_of.items()}


def _handed_over(observed: Observed) -> Observed:
    escalation = HandOver(recommended=True, reasons=(Reason.LOW_CONFIDENCE,))
    answer = replace(
        observed.answer, outcome=Outcome.HANDED_OVER, text="", citations=(), notices=(), escalation=escalation
    )
    return replace(observed, answer=answer)
