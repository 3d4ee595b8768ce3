"""When the service is sure enough: trees, what they were fitted on, and the point from which on answers are given."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion.catalogue import take_confidence_model
from kb_service.asking.search.confidence import ConfidenceModel, Risk, Tree, as_json, load_confidence
from kb_service.settings import Settings

# Half of the question in the passage is the limit; of what is above it, a clear lead decides.
TREE = Tree(splits=((0, 0.5), (1, 0.0), (1, 1.0)), leaves=(-2.0, -1.0, 0.0, 2.0))
MODEL = ConfidenceModel(
    version="v",
    names=("covered", "margin"),
    trees=(TREE,),
    slope=1.0,
    offset=0.0,
    range_of={"cosine": (0.7, 0.95)},
    risks=(Risk(0.8, 400, 12), Risk(0.6, 600, 48), Risk(0.5, 700, 90)),
    risks_elsewhere=(Risk(0.9, 300, 9), Risk(0.7, 500, 75)),
    max_wrong_rate=0.10,
)
SHIPPED = Path(__file__).resolve().parents[2] / "kb_service" / "asking" / "search" / "confidence_model.json"


def answers(model: ConfidenceModel, feature_of: dict[str, float]) -> bool:
    return model.probability(feature_of) >= model.needed(feature_of)


@pytest.mark.parametrize(
    ("row", "logit"), [((0.5, 0.0), -2), ((0.2, 0.1), -1), ((0.6, 1.0), 0), ((0.9, 1.5), 2), ((0.51, 0.0), 0)]
)
def test_a_tree_is_followed_from_its_root_to_a_leaf(row: tuple[float, float], logit: float) -> None:
    assert TREE.value(row) == logit


def test_confidence_is_the_calibrated_sum_of_the_trees() -> None:
    twice = replace(MODEL, trees=(TREE, TREE), slope=0.5, offset=0.25)
    found = twice.probability({"covered": 0.9, "margin": 1.5})
    assert found == pytest.approx(1 / (1 + math.exp(-(0.5 * (2 + 2) + 0.25))))


def test_without_evidence_there_is_no_confidence_and_no_answer() -> None:
    assert MODEL.probability({}) == 0
    assert not MODEL.applies({})
    assert not answers(MODEL, {})


def test_the_threshold_leaves_a_margin_for_chance() -> None:
    # 48 of 600 is 8 %, at most 10.0 % with 95 % certainty: by hand (0.08 + 0.00225 + 1.645·√(0.0736/600 + 1.88e-6))
    # / 1.00451 = 0.1003, so 0.8 is needed; 12 of 400 is 3 %, at most 4.8 %.
    assert MODEL.threshold(0.10) == 0.8
    assert MODEL.threshold(0.11) == 0.6


def test_a_model_of_a_sites_own_questions_keeps_to_the_rate_that_was_seen_of_them() -> None:
    # 12 of 400 is 3 %, 48 of 600 is 8 %, 90 of 700 is 12.9 %
    own = replace(MODEL, has_margin=False)
    assert own.threshold(0.10) == 0.6
    assert own.threshold(0.05) == 0.8
    assert own.threshold(0.13) == 0.5


def test_a_rate_that_nothing_keeps_to_lets_nothing_be_answered() -> None:
    assert MODEL.threshold(0.01) > 1


def test_a_question_of_another_kind_needs_more_confidence() -> None:
    near = {"covered": 0.9, "margin": 1.5, "cosine": 0.9}  # e² / (1 + e²) = 0.88
    assert MODEL.applies(near)
    assert answers(MODEL, near)
    far = near | {"cosine": 0.5}
    assert not MODEL.applies(far)
    assert not answers(MODEL, far)  # 0.9 is needed


def test_questions_of_another_kind_never_need_less() -> None:
    easy = replace(MODEL, risks_elsewhere=(Risk(0.3, 300, 0),))
    assert easy.threshold_elsewhere(0.10) == 0.8


def test_an_answer_of_which_no_known_question_says_anything_needs_what_such_answers_needed() -> None:
    # 2 of 100 wrong from 0.9 on, 20 of 200 from 0.8 on: at most 8 % may be.
    model = replace(MODEL, has_margin=False, max_wrong_rate=0.08, risks_unknown=(Risk(0.9, 100, 2), Risk(0.8, 200, 20)))
    evidence = {"covered": 0.9, "margin": 1.5, "cosine": 0.9}  # e² / (1 + e²) = 0.88
    assert model.needed(evidence) == 0.9
    assert model.needed(evidence | {"known_nearest": 0.8}) == 0.6
    assert not answers(model, evidence)
    assert answers(model, evidence | {"known_nearest": 0.8})


def test_what_nothing_known_speaks_of_never_needs_less() -> None:
    assert replace(MODEL, risks_unknown=(Risk(0.3, 300, 0),)).threshold_unknown(0.10) == 0.8


def test_a_stricter_rate_answers_less() -> None:
    evidence = {"covered": 0.9, "margin": 1.5, "cosine": 0.9}
    assert answers(replace(MODEL, max_wrong_rate=0.05), evidence)
    assert not answers(replace(MODEL, max_wrong_rate=0.02), evidence)


def test_the_model_that_ships_knows_an_answered_question_from_an_unanswered_one() -> None:
    model = load_confidence(SHIPPED, 0.10)
    assert 0 < model.answer_threshold < 1
    assert model.threshold(0.05) >= model.threshold(0.10) >= model.threshold(0.20)
    assert model.threshold_elsewhere(0.10) >= model.answer_threshold
    assert len(model.trees) > 1
    assert max(at for tree in model.trees for at, _ in tree.splits) < len(model.names)


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(as_json(MODEL, {"questions": "own.jsonl"}), encoding="utf-8")
    assert load_confidence(path) == MODEL


def test_a_site_with_a_model_of_its_own_goes_by_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert settings.confidence_in_use == settings.confidence_model
    settings.own_confidence_model.write_text("{}")
    assert settings.confidence_in_use == tmp_path / "confidence_model.json"


def test_a_corpus_brings_its_confidence_model_to_a_data_folder_that_has_none(tmp_path: Path) -> None:
    corpus, own = tmp_path / "corpus", tmp_path / "confidence_model.json"
    corpus.mkdir()
    assert not take_confidence_model(corpus, own)
    (corpus / "confidence_model.json").write_text("of the corpus")
    assert take_confidence_model(corpus, own)
    own.write_text("of the site")
    assert not take_confidence_model(corpus, own)
    assert own.read_text() == "of the site"
