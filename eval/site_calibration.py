"""Fitting the confidence on a site's own questions with known answers: further trees onto those of the model in use.

A row's label is that `eval.scoring` calls the question resolved.
Before and after are told on questions that the further trees had not seen (folds).
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.boosting import Recipe
from eval.errors import TooFewRows
from eval.fitting import boosted, calibration, folded, probabilities, ranges, require_enough
from eval.known import Asked, Taught
from eval.labelled_sets import Column, LabelledSet, Matrix
from eval.metrics.reliability import bins, expected_calibration_error, thinned_risks
from eval.questions import SuiteQuestion
from eval.scoring import Observed, score
from eval.statistics import auroc
from eval.systems import AnswersQuestions
from kb_service.asking.search.confidence import ConfidenceModel, Risk, Tree
from kb_service.asking.search.known_questions import KNOWN_FEATURES
from kb_service.domain.answers import Outcome
from kb_service.domain.calibrations import Dot, Outlook, PairedChange, change
from kb_service.domain.resolution import Share, share
from kb_service.ports import ScriptConverter

_FEWEST_OF_A_KIND = 30
# Small trees for hundreds of questions; more and deeper ones where there are so many that they learn more from them.
_MANY = 1000
_OF_FEW = Recipe(trees=120, depth=2, shrinkage=0.05, rows=0.6, features=0.2, leaf=20)
_OF_MANY = replace(_OF_FEW, trees=400, depth=3)


@dataclass(frozen=True, slots=True)
class Refit:
    """``resolved``, ``wrong``: what changes, of all questions."""

    model: ConfidenceModel
    before: Outlook
    after: Outlook
    resolved: PairedChange
    wrong: PairedChange


def ask_all(
    system: AnswersQuestions,
    questions: Sequence[SuiteQuestion],
    converter: ScriptConverter,
    *,
    advance: Callable[[], None],
) -> list[Asked]:
    """Ask questions of a system that answers however unsure it is, and judge the answers."""
    asked = list[Asked]()
    conversations: dict[str, str] = {}
    for each in questions:
        answer = system.answer(each, conversation_id=conversations.get(each.conversation or ""))
        if each.conversation:
            conversations[each.conversation] = answer.conversation_id
        advance()
        asked.append(Asked(each, answer, score(each, Observed(answer, (), (), 0.0), system, converter).is_resolved))
    return asked


def onto(in_use: ConfidenceModel, shipped: ConfidenceModel, lines: Collection[str]) -> ConfidenceModel:
    """What to grow on for questions of these lines: the model in use, so that nothing it knows is lost. Of one that has
    seen some of them the folds would tell of questions seen: without what it learned from them, else the one for all
    sites."""
    seen = {each.line for each in in_use.known} & set(lines)
    if not seen:
        return in_use
    if not in_use.own_trees:
        return shipped
    known = tuple(each for each in in_use.known if each.line not in seen)
    return replace(in_use, trees=in_use.trees[: -in_use.own_trees], known=known, own_trees=0)


def labelled(asked: Sequence[Asked], features_of: Sequence[Mapping[str, float]], *, name: str) -> LabelledSet:
    """``features_of``: each answer's.

    What is not answered even so (out of scope, asked back, nothing found) is left out: no confidence decides there.
    Raises TooFewRows.
    """
    rows = [
        (each, features)
        for each, features in zip(asked, features_of, strict=True)
        if features and each.answer.outcome is Outcome.ANSWERED
    ]
    if not rows:
        raise TooFewRows(f"none of the {len(asked)} questions was answered")
    names = tuple(sorted({each for _, features in rows for each in features}))
    return LabelledSet(
        name=name,
        sha256=hashlib.sha256(repr([each.question for each in asked]).encode()).hexdigest(),
        names=names,
        features=np.array([[features.get(each, 0.0) for each in names] for _, features in rows]),
        labels=np.array([float(each.is_right) for each, _ in rows]),
        answerable=np.array([each.question.is_answerable for each, _ in rows]),
    )


def refit(
    one: LabelledSet,
    base: ConfidenceModel,
    taught: Taught,
    *,
    before: LabelledSet,
    in_use: ConfidenceModel,
    version: str,
    accepted_error: float,
) -> Refit:
    """Trees, calibration and thresholds for the questions of a site. Raises TooFewRows, ScikitLearnMissing.

    ``base``: a model that has not seen the questions, onto whose trees those of few questions grow; ``in_use``: what is
    compared as before, on the same rows with what it knows (``before``).

    Every row is learned from twice, with what is known of other questions and without: so the
    model serves texts as well that came after the questions, from a threshold of their own.
    """
    require_enough([one], of_a_kind=_FEWEST_OF_A_KIND)
    names = (*base.names, *(name for name in one.names if name not in base.names))
    own = replace(one, names=names, features=_in_order(one, names))
    alone = replace(own, features=np.where(np.isin(names, KNOWN_FEATURES), 0.0, own.features))
    recipe, trunk = _how_to_grow(own, base)
    knowing, unknowing = folded([own, alone], recipe, onto=trunk)
    slope, offset = calibration([own, alone], [knowing, unknowing])
    unseen, unknown = (probabilities(each, slope, offset) for each in (knowing, unknowing))
    labels = [bool(each) for each in one.labels]
    trees = boosted([own, alone], recipe, onto=trunk)

    def risks_of(chances: Column) -> tuple[Risk, ...]:
        return tuple(thinned_risks(chances.tolist(), labels, one.answerable.tolist(), unanswerable_share=None))

    model = replace(
        base,
        version=version,
        names=names,
        trees=tuple(trees),
        slope=round(slope, 5),
        offset=round(offset, 5),
        range_of=_widened(base, own),
        risks=risks_of(unseen),
        risks_unknown=risks_of(unknown) if taught.known else (),
        has_margin=False,
        max_wrong_rate=accepted_error,
        known=taught.known,
        passages_known=taught.passages,
        own_trees=base.own_trees + len(trees) - len(trunk) if trunk else 0,
    )
    usual, rows = _rows(before), _rows(one)
    old = _Judged(in_use, [in_use.probability(each) for each in usual], usual, one)
    new = _Judged(model, unseen.tolist(), rows, one)
    return Refit(
        model=model,
        before=old.outlook(),
        after=new.outlook(),
        resolved=change(old.resolved, new.resolved),
        wrong=change(old.wrong, new.wrong),
    )


def _rows(one: LabelledSet) -> list[dict[str, float]]:
    """Without what no known question said anything of."""
    named = [dict(zip(one.names, row, strict=True)) for row in one.features.tolist()]
    return [{name: value for name, value in row.items() if value or name not in KNOWN_FEATURES} for row in named]


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a model does with the rows of a set, given how sure it is of each."""

    model: ConfidenceModel
    confidences: Sequence[float]
    rows: Sequence[Mapping[str, float]]
    one: LabelledSet

    @property
    def labels(self) -> list[bool]:
        return [bool(each) for each in self.one.labels]

    @property
    def given(self) -> list[bool]:
        return [sure >= self.model.needed(each) for sure, each in zip(self.confidences, self.rows, strict=True)]

    @property
    def resolved(self) -> list[bool]:
        asked = zip(self.given, self.labels, self.one.answerable.tolist(), strict=True)
        return [is_right if is_given else not is_answerable for is_given, is_right, is_answerable in asked]

    @property
    def wrong(self) -> list[bool]:
        return [is_given and not is_right for is_given, is_right in zip(self.given, self.labels, strict=True)]

    def outlook(self) -> Outlook:
        given, labels, confidences = self.given, self.labels, self.confidences
        return Outlook(
            threshold=self.model.answer_threshold,
            answered=_share(given),
            resolved=_share(self.resolved),
            wrong=share(sum(self.wrong), sum(given)),
            auroc=auroc(confidences, labels),
            calibration_error=expected_calibration_error(confidences, labels),
            dots=tuple(Dot(each.mean_confidence, each.share_right, each.n) for each in bins(confidences, labels)),
        )


def _share(outcomes: Sequence[bool]) -> Share:
    return share(sum(outcomes), len(outcomes))


def _how_to_grow(one: LabelledSet, base: ConfidenceModel) -> tuple[Recipe, Sequence[Tree]]:
    """Few questions correct what others have taught; many teach more than that."""
    return (_OF_MANY, ()) if len(one.labels) >= _MANY else (_OF_FEW, base.trees)


def _in_order(one: LabelledSet, names: Sequence[str]) -> Matrix:
    """Features by name; one that the set does not have is 0, as when answering."""
    place_of = {name: place for place, name in enumerate(one.names)}
    none = np.zeros(len(one.labels))
    return np.stack([one.features[:, place_of[name]] if name in place_of else none for name in names], axis=1)


def _widened(base: ConfidenceModel, own: LabelledSet) -> dict[str, tuple[float, float]]:
    """The kinds of questions of both."""
    lows_and_highs = {name: (base.range_of[name], bounds) for name, bounds in ranges([own]).items()}
    return {name: (min(one[0], other[0]), max(one[1], other[1])) for name, (one, other) in lows_and_highs.items()}
