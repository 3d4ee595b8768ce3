"""`python -m eval.contradicting FILE`: how many contradictions of labelled pairs of texts are found.

And how many harmless pairs are suspected; `--fit`: the weights of `kb_service/publishing/alignment.py` by these pairs.
A line is `{"id", "kind": "conflict" or "harmless", "title_a", "text_a", "title_b", "text_b"}`, and has `matter` and
`matter_b` where the two are of different matters. Only counts are printed, so that a set stays blind; `--show` prints
what was judged wrongly. The pairs of `eval/contradicting_pairs.jsonl` were written before the rules that read them:
the half `learnt` was looked at, the half `aside` was only counted.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingestion.sentence_nearness import SentenceNearness
from kb_service.domain.documents import Kind, Metadata, Passage, PassageInVersion, VersionState
from kb_service.ports import EmbeddingModel, Vector
from kb_service.publishing.alignment import features
from kb_service.publishing.contradictions import FigureConflict, comparable, differences
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.statements import Stating
from kb_service.settings import Settings
from kb_service.wiring import open_converter, open_model

_ENDS_A_QUESTION = ("？", "?", "吗")

_RIDGE, _STEPS = 2.0, 20


@dataclass(frozen=True, slots=True)
class Pair:
    name: str
    half: str
    is_conflict: bool
    sides: tuple[PassageInVersion, PassageInVersion]
    of_one_matter: bool


class Comparing:
    """Compares pairs as an examination compares a draft with a text of its matter."""

    def __init__(self, stating: Stating, model: EmbeddingModel) -> None:
        self._stating = stating
        self._model = model
        self._kept: dict[str, Vector] = {}

    def found(self, pair: Pair) -> Sequence[FigureConflict]:
        if not pair.of_one_matter:
            return []
        ours, theirs = (list(self._stating.statements(each)) for each in pair.sides)
        return differences(ours, theirs, self._stating.groups, nearness=SentenceNearness(self._embed))

    def examples(self, pair: Pair) -> list[tuple[float, ...]]:
        """Features of all that could be compared."""
        ours, theirs = (list(self._stating.statements(each)) for each in pair.sides)
        near = SentenceNearness(self._embed)
        return [features(a, b, near(a, b)) for a, b in comparable(ours, theirs, self._stating.groups)]

    def _embed(self, texts: Sequence[str]) -> dict[str, Vector]:
        new = [each for each in texts if each not in self._kept]
        if new:
            self._kept |= dict(zip(new, self._model.embed_questions(new), strict=True))
        return {each: self._kept[each] for each in texts}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.contradicting", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--half")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--fit", action="store_true")
    asked = parser.parse_args()
    pairs = [each for each in read_pairs(asked.file) if asked.half in (None, each.half)]
    settings = Settings()
    comparing = Comparing(Stating(load_contrasts(settings.prompts_dir), open_converter()), open_model(settings))
    if asked.fit:
        print(fitted(comparing, pairs))
        return
    count: Counter[tuple[bool, bool]] = Counter()
    for pair in pairs:
        found = comparing.found(pair)
        count[pair.is_conflict, bool(found)] += 1
        if asked.show and bool(found) is not pair.is_conflict:
            print(
                pair.name, *(f"{each.ours.sentence} / {each.theirs.sentence} ({each.likeness:.2f})" for each in found)
            )
    for is_conflict, name in ((True, "contradictions found"), (False, "harmless pairs suspected")):
        print(f"{name}: {count[is_conflict, True]} of {count[is_conflict, True] + count[is_conflict, False]}")


def read_pairs(path: Path) -> list[Pair]:
    """Raises KeyError where a field is missing."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Pair(
            name=row["id"],
            half=row.get("half", ""),
            is_conflict=row["kind"] == "conflict",
            sides=(_passage("a", row["title_a"], row["text_a"]), _passage("b", row["title_b"], row["text_b"])),
            of_one_matter=not (row.get("matter") and row.get("matter_b")) or row["matter"] == row["matter_b"],
        )
        for row in rows
    ]


def fitted(comparing: Comparing, pairs: Sequence[Pair]) -> str:
    """Logistic regression with a ridge, by Newton's steps; each pair weighs the same, however much can be compared."""
    found = [(comparing.examples(pair), pair.is_conflict) for pair in pairs]
    values = np.array([[*each, 1.0] for rows, _ in found for each in rows])
    labels = np.array([float(label) for rows, label in found for _ in rows])
    weights = np.array([1 / len(rows) for rows, _ in found for _ in rows])
    for label in (0.0, 1.0):
        weights[labels == label] /= 2 * weights[labels == label].mean()
    ridge = np.diag([*[_RIDGE] * (values.shape[1] - 1), 0.0])
    fit = np.zeros(values.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-values @ fit))
        slope = values.T @ (weights * (labels - likely)) - ridge @ fit
        bend = (values * (weights * likely * (1 - likely))[:, None]).T @ values + ridge
        fit = fit + np.linalg.solve(bend, slope)
    return f"weights {np.round(fit[:-1], 2).tolist()} start {fit[-1]:.2f}"


def _passage(name: str, title: str, text: str) -> PassageInVersion:
    asked = title if title.endswith(_ENDS_A_QUESTION) else None
    metadata = Metadata(title=title, kind=Kind.PROCEDURE, question=asked)
    passage = Passage(f"p-{name}", f"v-{name}", 0, text, 0, len(text), (title,))
    return PassageInVersion(passage, name, VersionState.APPROVED, metadata)


if __name__ == "__main__":
    main()
