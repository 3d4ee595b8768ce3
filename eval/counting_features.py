"""What each feature adds to a confidence."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb_service.asking.search.confidence import ConfidenceModel, Tree


@dataclass(frozen=True, slots=True)
class Counted:
    """``logits``: by how much the feature moves the confidence up or down from where no feature is known."""

    name: str
    value: float
    logits: float


def counted(model: ConfidenceModel, feature_of: Mapping[str, float]) -> tuple[Counted, ...]:
    """Of all features that move it, the strongest first: each step down a tree, from the mean of the leaves under a
    node to that of the next one, is put down to the feature that the node asks for (Saabas 2014). With the means of the
    roots and the offset they add up to the logit of the confidence exactly.
    """
    row = [feature_of.get(name, 0.0) for name in model.names]
    sums = [0.0] * len(row)
    for tree in model.trees:
        _add_steps(tree, row, sums)
    found = (Counted(*each) for each in zip(model.names, row, (model.slope * each for each in sums), strict=True))
    return tuple(sorted((each for each in found if each.logits), key=lambda each: -abs(each.logits)))


def root_logit(model: ConfidenceModel) -> float:
    """Where no feature is known."""
    return model.slope * sum(_means(tree)[0] for tree in model.trees) + model.offset


def _add_steps(tree: Tree, row: list[float], sums: list[float]) -> None:
    means, node = _means(tree), 0
    while node < len(tree.splits):
        feature, limit = tree.splits[node]
        following = 2 * node + (1 if row[feature] <= limit else 2)
        sums[feature] += means[following] - means[node]
        node = following


def _means(tree: Tree) -> list[float]:
    """Of the leaves under each node, the root first, the leaves last."""
    inner = len(tree.splits)
    means = [0.0] * inner + list(tree.leaves)
    for node in reversed(range(inner)):
        means[node] = (means[2 * node + 1] + means[2 * node + 2]) / 2
    return means
