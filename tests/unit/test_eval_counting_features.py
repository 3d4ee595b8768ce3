"""What each feature adds to a confidence, worked out by hand for one tree."""

import math

import pytest

from eval.counting_features import counted, root_logit
from kb_service.asking.search.confidence import ConfidenceModel, Tree

# Asks for a, then for b; the leaves from left to right. Means: 1 and 4 under the two lower nodes, 2.5 at the root.
TREE = Tree(splits=((0, 0.5), (1, 2.0), (1, 2.0)), leaves=(0.0, 2.0, 3.0, 5.0))
MODEL = ConfidenceModel(
    version="test", names=("a", "b", "c"), trees=(TREE,), slope=0.5, offset=-1.0, range_of={}, risks=(),
    risks_elsewhere=(),
)  # fmt: skip


def test_each_step_down_a_tree_is_put_down_to_the_feature_asked_for() -> None:
    up, down = counted(MODEL, {"a": 1.0, "b": 1.0, "c": 9.0})
    assert (up.name, up.value, up.logits) == ("a", 1.0, 0.75)  # from 2.5 to 4, by the slope
    assert (down.name, down.value, down.logits) == ("b", 1.0, -0.5)  # from 4 to 3


@pytest.mark.parametrize("a", [0.0, 1.0])
@pytest.mark.parametrize("b", [0.0, 3.0])
def test_with_the_root_they_add_up_to_the_confidence(a: float, b: float) -> None:
    features = {"a": a, "b": b}
    logit = root_logit(MODEL) + sum(each.logits for each in counted(MODEL, features))
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(MODEL.probability(features))
