"""How likely the answer drafted is right, and whether that is enough to give it.

Boosted trees over the features of evidence and answer, calibrated on questions that the trees had not seen;
docs/decisions/0023-confidence-of-answers.md and 0052-known-questions.md. `kb eval calibrate` makes the file, and one of
a site's own.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb_service.asking.search.known_questions import KNOWN_FEATURES, KnownQuestion

ACCEPTED_WRONG_RATE = 0.10
# One-sided 95 %: the rate that was seen is not the rate that will be seen.
_Z = 1.645
_NEVER = 1.01
_LARGEST_LOGIT = 30.0


@dataclass(frozen=True, slots=True)
class Tree:
    """A complete binary tree. Node i goes to 2i + 1 when its feature is at most the limit, else to 2i + 2.

    ``splits``: (position of the feature, limit), the root first; ``leaves``: left to right, in logits.
    """

    splits: tuple[tuple[int, float], ...]
    leaves: tuple[float, ...]

    def value(self, row: Sequence[float]) -> float:
        node, inner = 0, len(self.splits)
        while node < inner:
            feature, limit = self.splits[node]
            node = 2 * node + (1 if row[feature] <= limit else 2)
        return self.leaves[node - inner]


@dataclass(frozen=True, slots=True)
class Risk:
    """Of unseen questions, how many had at least this confidence, and how many of those would be answered wrong.

    In questions, weighted: as many as would say as much if all counted alike (Kish, Survey Sampling, 1965).
    """

    threshold: float
    answered: float
    wrong: float

    @property
    def rate(self) -> float:
        return self.wrong / self.answered

    @property
    def upper_bound(self) -> float:
        """The share of wrong ones that is not exceeded with 95 % certainty (Wilson 1927, one-sided)."""
        rate, spread = self.rate, _Z**2 / self.answered
        centre = rate + spread / 2
        width = _Z * math.sqrt(rate * (1 - rate) / self.answered + spread / (4 * self.answered))
        return (centre + width) / (1 + spread)


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """``names``: the features in the order the trees know them. ``slope`` and ``offset`` turn their sum into a logit.

    ``range_of``: where the features lay that say what kind of question it is. ``risks`` are of questions like those
    fitted on, ``risks_elsewhere`` of sets that the fit had not seen, ``risks_unknown`` of answers of which no known
    question says anything (a text that came later); empty for a model that knows none. ``has_margin``: whether the
    threshold leaves a margin for chance: a model for all sites does, one fitted on a site's own questions goes by what
    was seen of them. ``max_wrong_rate``: which share of the answers given may be wrong. ``known``: questions that
    answers are held against; ``passages_known``: fingerprints of the passages that were in force when they were judged.
    ``own_trees``: how many trees, the last ones, were grown on a site's own questions onto those of another model.
    """

    version: str
    names: tuple[str, ...]
    trees: tuple[Tree, ...]
    slope: float
    offset: float
    range_of: Mapping[str, tuple[float, float]]
    risks: tuple[Risk, ...]
    risks_elsewhere: tuple[Risk, ...]
    risks_unknown: tuple[Risk, ...] = ()
    has_margin: bool = True
    max_wrong_rate: float = ACCEPTED_WRONG_RATE
    known: tuple[KnownQuestion, ...] = ()
    passages_known: frozenset[str] = frozenset()
    own_trees: int = 0

    def probability(self, feature_of: Mapping[str, float]) -> float:
        """0–1; 0 without features. A feature that is not given counts as 0."""
        if not feature_of:
            return 0.0
        row = [feature_of.get(name, 0.0) for name in self.names]
        logit = self.slope * sum(tree.value(row) for tree in self.trees) + self.offset
        return 1 / (1 + math.exp(-max(-_LARGEST_LOGIT, min(_LARGEST_LOGIT, logit))))

    def applies(self, feature_of: Mapping[str, float]) -> bool:
        """Whether the question is of a kind that the model was fitted on."""
        return bool(feature_of) and all(
            low <= feature_of.get(name, 0.0) <= high for name, (low, high) in self.range_of.items()
        )

    def threshold(self, max_wrong_rate: float) -> float:
        """The smallest confidence from which on answers keep within the rate. Above 1 when no confidence is enough."""
        return self._threshold(self.risks, max_wrong_rate)

    def threshold_elsewhere(self, max_wrong_rate: float) -> float:
        """The same for questions unlike those fitted on, with a margin for chance; never below `threshold`."""
        sure = (each.threshold for each in self.risks_elsewhere if each.upper_bound <= max_wrong_rate)
        return max(self.threshold(max_wrong_rate), min(sure, default=_NEVER))

    def threshold_unknown(self, max_wrong_rate: float) -> float:
        """The same for answers of which no known question says anything; never below `threshold`."""
        unknown = self._threshold(self.risks_unknown, max_wrong_rate) if self.risks_unknown else 0.0
        return max(self.threshold(max_wrong_rate), unknown)

    @property
    def answer_threshold(self) -> float:
        return self.threshold(self.max_wrong_rate)

    def needed(self, feature_of: Mapping[str, float]) -> float:
        """From which probability on a question of this kind may be answered."""
        is_known_of = any(name in feature_of for name in KNOWN_FEATURES)
        usual = self.threshold if is_known_of else self.threshold_unknown
        elsewhere = 0.0 if self.applies(feature_of) else self.threshold_elsewhere(self.max_wrong_rate)
        return max(usual(self.max_wrong_rate), elsewhere)

    def _threshold(self, risks: Sequence[Risk], max_wrong_rate: float) -> float:
        rate_of = {each.threshold: each.upper_bound if self.has_margin else each.rate for each in risks}
        return min((at for at, rate in rate_of.items() if rate <= max_wrong_rate), default=_NEVER)


def load_confidence(path: Path, max_wrong_rate: float | None = None) -> ConfidenceModel:
    """``max_wrong_rate``: None for the rate that the model was made for.

    Raises FileNotFoundError or KeyError for a file that is missing or lacks a part.
    """
    said = json.loads(path.read_text(encoding="utf-8"))
    return ConfidenceModel(
        version=said["version"],
        names=tuple(said["names"]),
        trees=tuple(
            Tree(tuple((int(at), float(limit)) for at, limit in tree["splits"]), tuple(map(float, tree["leaves"])))
            for tree in said["trees"]
        ),
        slope=float(said["slope"]),
        offset=float(said["offset"]),
        range_of={name: (float(low), float(high)) for name, (low, high) in said["range_of"].items()},
        risks=_risks(said["risks"]),
        risks_elsewhere=_risks(said["risks_elsewhere"]),
        risks_unknown=_risks(said.get("risks_unknown", ())),
        has_margin=bool(said.get("has_margin", True)),
        max_wrong_rate=float(said["accepted_error"]) if max_wrong_rate is None else max_wrong_rate,
        known=tuple(_known(each) for each in said.get("known", ())),
        passages_known=frozenset(said.get("passages_known", ())),
        own_trees=int(said.get("own_trees", 0)),
    )


def _risks(rows: Sequence[Sequence[float]]) -> tuple[Risk, ...]:
    return tuple(Risk(threshold, answered, wrong) for threshold, answered, wrong in rows)


def _known(said: Mapping[str, Any]) -> KnownQuestion:
    lists = {name: tuple(said.get(name, ())) for name in ("documents", "facts", "forbidden")}
    return KnownQuestion(said["text"], bool(said["is_answerable"]), **lists, line=said.get("line", ""))


def as_json(model: ConfidenceModel, head: Mapping[str, object]) -> str:
    """What `load_confidence` reads, ``head`` before it; a line for a tree and a known question, so that files can be
    compared."""
    values = {
        **head,
        "version": model.version,
        "accepted_error": model.max_wrong_rate,
        "has_margin": model.has_margin,
        "slope": model.slope,
        "offset": model.offset,
        "range_of": model.range_of,
        "risks": [_numbers(each) for each in model.risks],
        "risks_elsewhere": [_numbers(each) for each in model.risks_elsewhere],
        "risks_unknown": [_numbers(each) for each in model.risks_unknown],
        "names": model.names,
        "own_trees": model.own_trees,
        "passages_known": sorted(model.passages_known),
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}," for name, value in values.items()]
    trees = ",\n".join(f"    {json.dumps(asdict(tree))}" for tree in model.trees)
    known = ",\n".join(f"    {json.dumps(_stated(each), ensure_ascii=False)}" for each in model.known)
    return "\n".join(["{", *lines, '  "trees": [', trees, "  ],", '  "known": [', known, "  ]", "}", ""])


def _stated(known: KnownQuestion) -> dict[str, object]:
    """Without what is empty."""
    return {name: value for name, value in asdict(known).items() if value or name == "is_answerable"}


def _numbers(risk: Risk) -> tuple[float, float, float]:
    return risk.threshold, risk.answered, risk.wrong
