"""Fitting the model that chooses among the answers to a follow-up, on conversations with known answers.

Judged on conversations that the trees had not seen; see docs/decisions/0057-answers-to-follow-ups.md.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from eval.boosting import Recipe, boost, calibration_line, logits
from eval.errors import TooFewRows
from eval.in_process import InProcess
from eval.labelled_sets import Column, Matrix
from eval.metrics.reliability import thinned_risks
from eval.questions import SuiteQuestion
from kb_service.asking.follow_ups import Contender
from kb_service.asking.search.answer_features import lacks_what_is_asked
from kb_service.asking.search.confidence import ConfidenceModel, Tree
from kb_service.domain.answers import Answer
from kb_service.ports import ScriptConverter
from kb_service.service import Service
from kb_service.text.facts import missing_facts

_RECIPE = Recipe(trees=200, depth=3, shrinkage=0.06, rows=0.6, features=0.2, leaf=20, seed=1)
_FOLDS = 5
_FEWEST = 50


@dataclass(frozen=True, slots=True)
class LabelledFollowUp:
    """``features``: (contenders, names); ``right``: which of them has the facts asked for and none that is wrong;
    ``may_be_said``: which are answers at all."""

    conversation: str
    is_answerable: bool
    names: tuple[str, ...]
    features: Matrix
    right: Column
    may_be_said: Column


@dataclass(frozen=True, slots=True)
class FittedFollowUps:
    """``chosen``: of each follow-up, by trees that had not seen its conversation, the probability of the answer chosen
    and whether it was right; ``any_right``: how many had a right one among the answers to choose from."""

    model: ConfidenceModel
    chosen: Sequence[tuple[float, bool]]
    answerable: int
    any_right: int


def collected(
    service: Service,
    questions: Sequence[SuiteQuestion],
    converter: ScriptConverter,
    *,
    advance: Callable[[], object] = lambda: None,
) -> Iterator[LabelledFollowUp]:
    """The follow-ups of conversations, each with the answers to choose from after what the service answered before.

    Those whose right answer the suite states by no fact are left out.
    """
    system = InProcess(service)
    in_talks = [each for each in questions if each.conversation]
    for conversation, asked in groupby(in_talks, key=lambda each: each.conversation or ""):
        turns: list[Answer] = []
        for question in asked:
            advance()
            found = system.contenders(question, turns) if turns else ()
            if found and (question.required_facts or not question.is_answerable):
                yield _follow_up(conversation, question, found, converter)
            answer = system.answer(question, conversation_id=turns[-1].conversation_id if turns else None)
            turns.append(answer)


def fitted(
    follow_ups: Sequence[LabelledFollowUp], *, version: str, accepted_error: float, judged_by: Collection[str] = ()
) -> FittedFollowUps:
    """``judged_by``: the conversations by which the bar is set, all without any: where the confidence knows some of the
    questions, those that it does not know. Raises TooFewRows."""
    if len(follow_ups) < _FEWEST:
        raise TooFewRows(f"{len(follow_ups)} follow-ups with known answers; at least {_FEWEST} are needed")
    logit_of = _unseen(follow_ups)
    best = [
        int(np.where(each.may_be_said, column, -np.inf).argmax())
        for each, column in zip(follow_ups, logit_of, strict=True)
    ]
    sums = np.array([column[at] for column, at in zip(logit_of, best, strict=True)])
    right = [bool(each.right[at] and each.may_be_said[at]) for each, at in zip(follow_ups, best, strict=True)]
    slope, offset = calibration_line(sums, np.array(right, float), importance=np.ones(len(right)))
    chances = 1 / (1 + np.exp(-np.clip(slope * sums + offset, -30, 30)))
    counted = [at for at, each in enumerate(follow_ups) if not judged_by or each.conversation in judged_by]
    chosen = [(float(chances[at]), right[at]) for at in counted]
    judged = [follow_ups[at] for at in counted]
    answerable = [each.is_answerable for each in judged]
    risks = tuple(
        thinned_risks(
            [chance for chance, _ in chosen], [is_right for _, is_right in chosen], answerable, unanswerable_share=None
        )
    )
    model = ConfidenceModel(
        version=version,
        names=follow_ups[0].names,
        trees=tuple(_trees(follow_ups)),
        slope=round(slope, 5),
        offset=round(offset, 5),
        range_of={},
        risks=risks,
        risks_elsewhere=risks,
        has_margin=not judged_by,
        max_wrong_rate=accepted_error,
    )
    any_right = sum(bool((each.right * each.may_be_said).any()) for each in judged)
    return FittedFollowUps(model, chosen, sum(answerable), any_right)


def _follow_up(
    conversation: str, question: SuiteQuestion, found: Sequence[Contender], converter: ScriptConverter
) -> LabelledFollowUp:
    def is_right(text: str) -> bool:
        says_wrong = any(not missing_facts(text, (each,), converter) for each in question.forbidden_facts)
        return question.is_answerable and not says_wrong and not missing_facts(text, question.required_facts, converter)

    names = tuple(sorted(found[0].features))
    return LabelledFollowUp(
        conversation,
        question.is_answerable,
        names,
        np.array([[each.features[name] for name in names] for each in found]),
        np.array([float(is_right(each.text)) for each in found]),
        np.array([float(not lacks_what_is_asked(each.drafted.result.features or {})) for each in found]),
    )


def _unseen(follow_ups: Sequence[LabelledFollowUp]) -> list[Column]:
    """A logit for each contender, by trees that had not seen its conversation."""
    fold_of: Mapping[str, int] = {
        name: at % _FOLDS for at, name in enumerate(dict.fromkeys(each.conversation for each in follow_ups))
    }
    found: list[Column] = [np.zeros(0)] * len(follow_ups)
    for fold in range(_FOLDS):
        trees = _trees([each for each in follow_ups if fold_of[each.conversation] != fold])
        for at, each in enumerate(follow_ups):
            if fold_of[each.conversation] == fold:
                found[at] = logits(trees, each.features)
    return found


def _trees(follow_ups: Sequence[LabelledFollowUp]) -> list[Tree]:
    """Every follow-up counts alike, however many answers there are to choose from."""
    importance = np.concatenate([np.full(len(each.right), 1 / len(each.right)) for each in follow_ups])
    return boost(
        np.vstack([each.features for each in follow_ups]),
        np.concatenate([each.right for each in follow_ups]),
        importance=importance / importance.mean(),
        recipe=_RECIPE,
    )
