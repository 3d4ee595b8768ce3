"""The confidence computed anew from the model's numbers alone: trees, calibration, thresholds, with none of the
service's own arithmetic."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Seen
from kb_service.asking.search.confidence import ConfidenceModel, Risk, Tree

_SAME = 1e-9
_BORDERS = 60
_RATES = (0.02, 0.05, 0.1, 0.2)
# One-sided 95 % of the normal distribution.
_Z = 1.645
_NOBODY = 1.01
# e to the power of more is too large to be written down.
_LARGEST = 700.0


def of_computed(model: ConfidenceModel, seen: Sequence[Seen]) -> Measured:
    """Of each question's features, of features that lie right on a limit, and of the risks that were counted."""
    known = [(each, each.looked_up.features) for each in seen if each.looked_up is not None and each.looked_up.features]
    cases = [_case(each.question.id, each.question.text, model, features) for each, features in known]
    return Measured("confidence.computed", tuple([*cases, *of_limits(model, known[0][1] if known else {})]))


def of_limits(model: ConfidenceModel, features: Mapping[str, float]) -> list[Case]:
    """``features``: of any question; one at a time is set to what lies on a limit."""
    return [*(_on_limits(model, features) if features else ()), *_thresholds(model)]


def _case(name: str, words: str, model: ConfidenceModel, features: Mapping[str, float]) -> Case:
    given, own = model.probability(features), _probability(model, features)
    needed, own_needed = model.needed(features), _needed(model, features)
    is_same = abs(given - own) < _SAME and needed == own_needed
    note = "" if is_same else f"{given:.4f} of {needed:.2f} needed, computed {own:.4f} of {own_needed:.2f}"
    return Case(name, words, float(is_same), note=note)


def _on_limits(model: ConfidenceModel, features: Mapping[str, float]) -> Iterator[Case]:
    """At the limit of a tree's first split, where every walk comes by, and at both ends of each range."""
    limits = {(model.names[at], limit) for at, limit in (each.splits[0] for each in model.trees if each.splits)}
    for name, limit in sorted(limits)[:_BORDERS]:
        yield _case(f"{name}={limit:g}", f"{name} 恰为 {limit:g}", model, {**features, name: limit})
    within = {**features, **{name: low for name, (low, _) in model.range_of.items()}}
    for name, (low, high) in model.range_of.items():
        for value in (low, high, high + 1):
            yield _case(f"{name} in range {value:g}", f"{name} 为 {value:g}", model, {**within, name: value})


def _thresholds(model: ConfidenceModel) -> Iterator[Case]:
    for rate in _RATES:
        for has_margin in (True, False):
            other = replace(model, has_margin=has_margin)
            found = (other.threshold(rate), other.threshold_elsewhere(rate))
            own = (_threshold(other, rate), _threshold_elsewhere(other, rate))
            name = f"threshold:{rate}:{'margin' if has_margin else 'seen'}"
            yield Case(name, name, float(found == own), note=f"{found}, computed {own}")


def _probability(model: ConfidenceModel, features: Mapping[str, float]) -> float:
    total = sum(_leaf(tree, [features.get(name, 0.0) for name in model.names]) for tree in model.trees)
    logit = total * model.slope + model.offset
    return 1 / (1 + math.exp(min(-logit, _LARGEST)))


def _leaf(tree: Tree, row: Sequence[float]) -> float:
    """A complete tree's levels are read as a binary number: right is 1, and right is more than the limit."""
    levels = (len(tree.splits) + 1).bit_length() - 1
    place = 0
    for level in range(levels):
        feature, limit = tree.splits[2**level - 1 + place]
        place = 2 * place + int(row[feature] > limit)
    return tree.leaves[place]


def _needed(model: ConfidenceModel, features: Mapping[str, float]) -> float:
    is_alike = all(low <= features.get(name, 0.0) <= high for name, (low, high) in model.range_of.items())
    bars = [(_threshold if is_alike else _threshold_elsewhere)(model, model.max_wrong_rate)]
    if model.risks_unknown and not any(name.startswith("known_") for name in features):
        bars.append(_lowest(model, model.risks_unknown, model.max_wrong_rate))
    return max(bars)


def _threshold(model: ConfidenceModel, rate: float) -> float:
    return _lowest(model, model.risks, rate)


def _lowest(model: ConfidenceModel, risks: Iterable[Risk], rate: float) -> float:
    of_risk = _upper if model.has_margin else _seen
    return min([each.threshold for each in risks if of_risk(each) <= rate], default=_NOBODY)


def _threshold_elsewhere(model: ConfidenceModel, rate: float) -> float:
    elsewhere = [each.threshold for each in model.risks_elsewhere if _upper(each) <= rate]
    return max(_threshold(model, rate), min(elsewhere, default=_NOBODY))


def _seen(risk: Risk) -> float:
    return risk.wrong / risk.answered


def _upper(risk: Risk) -> float:
    """The larger root p of (p − seen)² = z²·p·(1 − p)/n, which is Wilson's upper end."""
    n, seen = risk.answered, _seen(risk)
    a, b, c = 1 + _Z**2 / n, -(2 * seen + _Z**2 / n), seen**2
    return (-b + math.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a)
