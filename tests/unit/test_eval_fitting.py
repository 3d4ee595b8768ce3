"""Boosted trees and calibration against cases whose solution is known."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from eval.boosting import Recipe, boost, calibration_line, logits, values
from eval.calibrating import calibrate
from eval.errors import ScikitLearnMissing, TooFewRows
from eval.known import Taught
from eval.labelled_sets import LabelledSet, balanced
from eval.site_calibration import refit
from kb_service.asking.search.confidence import Tree, as_json, load_confidence
from kb_service.asking.search.known_questions import KnownQuestion


def test_a_score_of_yes_or_no_is_calibrated_to_the_log_odds() -> None:
    # 1,000 of 4,000 right without it, 3,000 with it: offset ln(1/3), slope ln(3) − ln(1/3) = ln 9; the penalty of one
    # row moves both by less than a hundredth
    scores = np.repeat([0.0, 1.0], 4000)
    labels = np.concatenate([np.repeat([1.0, 0.0], [1000, 3000]), np.repeat([1.0, 0.0], [3000, 1000])])
    slope, offset = calibration_line(scores, labels, importance=np.ones(8000))
    assert slope == pytest.approx(math.log(9), abs=1e-2)
    assert offset == pytest.approx(math.log(1 / 3), abs=1e-2)


def test_scores_that_separate_right_from_wrong_do_not_make_the_line_infinitely_steep() -> None:
    slope, _ = calibration_line(np.array([-1.0, 1.0]), np.array([0.0, 1.0]), importance=np.ones(2))
    assert 0 < slope < 5


def test_a_set_counts_by_the_square_root_of_its_rows() -> None:
    # 4 and 16 rows count as 2 and 4, together 6 of 20 rows: a row of the first 20·2/6/4, of the second 20·4/6/16
    importance = balanced([4, 16])
    assert importance[0] == pytest.approx(5 / 3)
    assert importance[-1] == pytest.approx(5 / 6)
    assert importance.mean() == pytest.approx(1)


def test_one_stump_takes_a_shrunken_newton_step_from_the_base_rate() -> None:
    # Half right: the start is 0. Each side of 8 rows has gradient ±4 and curvature 2: a step of ±2, of which a half.
    features = np.repeat([[0.0], [1.0]], 8, axis=0)
    labels = np.repeat([0.0, 1.0], 8)
    recipe = Recipe(trees=1, depth=1, shrinkage=0.5, rows=1.0, features=1.0, leaf=8)
    trees = boost(features, labels, importance=np.ones(16), recipe=recipe)
    assert logits(trees, features) == pytest.approx(np.repeat([-1.0, 1.0], 8), abs=1e-4)


def test_trees_are_written_out_as_they_were_grown() -> None:
    """Also those that end early on one side: three rows of the first value are too few to be split again."""
    from sklearn.ensemble import GradientBoostingClassifier

    rng = np.random.default_rng(3)
    features = np.round(np.concatenate([np.full((3, 2), -9.0), rng.normal(size=(200, 2))]), 3)
    labels = (features[:, 0] * features[:, 1] > 0).astype(float)
    importance = rng.uniform(0.5, 1.5, 203)
    recipe = Recipe(trees=20, depth=3, rows=1.0, features=1.0, leaf=3)
    reference = GradientBoostingClassifier(
        n_estimators=20,
        max_depth=3,
        learning_rate=recipe.shrinkage,
        max_features=1.0,
        min_samples_leaf=3,
        random_state=7,
    ).fit(features, labels, sample_weight=importance)
    trees = boost(features, labels, importance=importance, recipe=recipe)
    assert any(split[1] == 1e30 for tree in trees for split in tree.splits)
    assert logits(trees, features) == pytest.approx(reference.decision_function(features), abs=1e-3)


def test_many_rows_at_once_get_what_each_gets_alone() -> None:
    tree = Tree(((0, 0.5), (1, 0.0), (1, 1.0)), (-2.0, -1.0, 0.0, 2.0))
    rows = np.array([[0.5, 0.0], [0.2, 0.1], [0.6, 1.0], [0.9, 1.5]])
    assert values(tree, rows).tolist() == [tree.value(row) for row in rows.tolist()] == [-2, -1, 0, 2]


def test_a_leaf_that_would_hold_too_few_rows_is_not_split_off() -> None:
    features = np.array([[0.0]] + [[1.0]] * 15)
    labels = np.array([1.0] + [0.0] * 7 + [1.0] * 8)
    (_, grown) = boost(features, labels, importance=np.ones(16), recipe=Recipe(trees=1, depth=1, rows=1.0, leaf=2))
    assert grown.value([0.0]) == grown.value([1.0])


def test_without_scikit_learn_the_way_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ScikitLearnMissing, match="make eval-tools"):
        calibrate([_separable("one", 40)], version="v", accepted_error=0.1)


def test_a_threshold_keeps_to_the_accepted_error_on_unseen_rows() -> None:
    one, other = _separable("one", 400), _separable("other", 600)
    fitted = calibrate([one, other], version="v", accepted_error=0.1, recipe=Recipe(trees=40))
    assert min(each.auroc or 0 for each in (*fitted.unseen, *fitted.left_out)) > 0.99
    assert min(each.answered_right for each in fitted.left_out) > 0.95
    assert fitted.answer_threshold is not None
    assert (
        fitted.model.probability({"covered": 0.9})
        > fitted.answer_threshold
        > fitted.model.probability({"covered": 0.1})
    )


def test_what_was_fitted_is_what_the_service_reads(tmp_path: Path) -> None:
    fitted = calibrate([_separable("one", 200)], version="v", accepted_error=0.1, recipe=Recipe(trees=5))
    (file := tmp_path / "model.json").write_text(fitted.as_json(), encoding="utf-8")
    assert load_confidence(file, 0.1) == fitted.model
    assert json.loads(file.read_text(encoding="utf-8"))["sets"] == [{"name": "one", "sha256": ""}]


def test_the_range_is_that_of_the_kind_of_question_and_a_little_more() -> None:
    rows = _separable("one", 1001)
    of_cosine = LabelledSet("one", "", ("cosine",), rows.features, rows.labels, rows.answerable)
    fitted = calibrate([of_cosine], version="v", accepted_error=0.1, recipe=Recipe(trees=2))
    # 0 to 1 without 0.5 % at either end is 0.005 to 0.995; a tenth of it wider: −0.094 to 1.094
    assert fitted.model.range_of == {"cosine": (-0.094, 1.094)}


def test_too_few_wrong_answers_teach_nothing() -> None:
    rows = _separable("one", 40)
    only_right = LabelledSet("x", "", rows.names, rows.features, np.ones(40), rows.answerable)
    with pytest.raises(TooFewRows, match="40 right and 0 wrong"):
        calibrate([only_right], version="v", accepted_error=0.1)


def _separable(name: str, rows: int) -> LabelledSet:
    """Right exactly when more than half of the question is covered; the others cannot be answered."""
    covered = np.linspace(0, 1, rows)
    right = covered > 0.5
    return LabelledSet(name, "", ("covered",), covered[:, None], right.astype(float), right)


NOTHING = Taught((), frozenset(), ())


def test_what_known_questions_say_is_learned_beside_what_is_true_without_them(tmp_path: Path) -> None:
    """Each answer teaches twice: with the numbers right ones are told apart, without them by what is covered."""
    base = calibrate([_separable("all", 400)], version="v", accepted_error=0.1, recipe=Recipe(trees=40)).model
    covered = np.tile(np.linspace(0, 1, 100), 4)
    is_known_right = np.repeat([0.0, 1.0], 200)
    right = np.where(covered > 0.8, True, np.where(covered < 0.2, False, is_known_right == 1))
    features = np.stack([covered, is_known_right], axis=1)
    own = LabelledSet("own", "", ("covered", "known_right_share"), features, right.astype(float), right)
    taught = Taught((KnownQuestion("签注收费吗", True, ("d",), ("不收费",)),), frozenset({"abc"}), ())
    found = refit(own, base, taught, before=own, in_use=base, version="own", accepted_error=0.1)
    between = {"covered": 0.5}
    assert found.model.probability(between | {"known_right_share": 1.0}) > found.model.probability(between) + 0.2
    assert found.model.probability({"covered": 0.95}) > found.model.probability({"covered": 0.05}) + 0.5
    # What is covered alone tells three in five answers apart from nothing: they need more.
    assert found.model.threshold_unknown(0.1) > found.model.threshold(0.1)
    (file := tmp_path / "model.json").write_text(as_json(found.model, {}), encoding="utf-8")
    assert load_confidence(file, 0.1) == found.model
    assert (found.model.known, found.model.passages_known) == (taught.known, taught.passages)


def test_further_trees_learn_what_the_model_in_use_does_not_know() -> None:
    base = calibrate([_separable("all", 400)], version="v", accepted_error=0.1, recipe=Recipe(trees=40)).model
    covered = np.tile(np.linspace(0, 1, 100), 4)
    is_told = np.repeat([0.0, 1.0], 200)
    right = is_told == 1  # whatever is covered
    own = LabelledSet("own", "", ("covered", "told"), np.stack([covered, is_told], axis=1), right.astype(float), right)
    found = refit(own, base, NOTHING, before=own, in_use=base, version="own", accepted_error=0.1)
    assert found.model.trees[: len(base.trees)] == base.trees
    assert found.model.names == ("covered", "told")
    assert not found.model.has_margin
    assert found.model.risks_unknown == ()  # it knows no question
    assert found.before.auroc == pytest.approx(0.5)
    assert found.after.auroc == pytest.approx(1.0)
    assert found.model.probability({"covered": 0.1, "told": 1.0}) > found.model.probability(
        {"covered": 0.9, "told": 0.0}
    )
