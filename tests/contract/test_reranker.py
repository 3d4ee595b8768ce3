"""`Reranker` on fastembed, with a cross-encoder whose scores can be worked out by hand, and no network."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb_service.adapters.reranker import FastembedReranker
from kb_service.asking.search.reranking import reranked
from kb_service.domain.errors import RerankerUnavailable
from kb_service.ports import Reranker
from tests.factories import candidate, passage_in_version
from tests.tiny_cross_encoder import write_cross_encoder

QUESTION = "签注要钱吗"  # five characters


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> FastembedReranker:
    return FastembedReranker(write_cross_encoder(tmp_path_factory.mktemp("reranker")))


def test_each_text_gets_the_score_that_the_model_gives_the_pair(reranker: FastembedReranker) -> None:
    adapter: Reranker = reranker
    texts = ["签注免费", "带身份证", "签注要钱", QUESTION]  # two, none, four and five of the five
    assert adapter.scores(QUESTION, texts) == pytest.approx([0.4, 0.0, 0.8, 1.0])


def test_the_passage_that_answers_comes_first_whatever_the_fused_scores_were(reranker: FastembedReranker) -> None:
    aside = candidate(passage_in_version("办理地点在区中心", passage_id="aside"), 1.2)
    answer = candidate(passage_in_version("签注免费", passage_id="answer"), 1.0)
    assert [each.hit.passage_id for each in reranked(QUESTION, [aside, answer], reranker)] == ["answer", "aside"]


def test_a_score_does_not_depend_on_which_texts_are_read_with_it(reranker: FastembedReranker) -> None:
    alone = reranker.scores(QUESTION, ["签注免费"])
    assert reranker.scores(QUESTION, ["工作日" * 9, "签注免费", ""])[1:2] == alone


def test_a_long_text_counts_by_its_beginning(reranker: FastembedReranker) -> None:
    """32 tokens of a pair less three marks and the question's five leave 24 of the text."""
    within, beyond = "办" * 20 + "签注", "办" * 24 + "签注"
    assert reranker.scores(QUESTION, [within, beyond]) == pytest.approx([0.4, 0.0])


def test_texts_that_json_can_carry_and_no_file_are_read_all_the_same(reranker: FastembedReranker) -> None:
    assert reranker.scores(QUESTION, ["签注\ud800", "\x00"]) == pytest.approx([0.4, 0.0])


def test_without_texts_there_are_no_scores(reranker: FastembedReranker) -> None:
    assert reranker.scores(QUESTION, []) == []


def test_many_may_ask_at_once(reranker: FastembedReranker) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: reranker.scores(QUESTION, ["签注免费", "带身份证"]), range(40)))
    assert found == [found[0]] * 40


def test_the_fingerprint_is_the_model_s_and_not_the_folder_s(reranker: FastembedReranker, tmp_path: Path) -> None:
    same = FastembedReranker(write_cross_encoder(tmp_path / "same"))
    assert same.fingerprint == reranker.fingerprint
    folder = write_cross_encoder(tmp_path / "other")
    settings = {"model_max_length": 16, "pad_token": "[PAD]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    assert FastembedReranker(folder).fingerprint != reranker.fingerprint


def test_a_folder_that_lacks_files_is_refused_with_their_names(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path / "reranker")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(RerankerUnavailable, match=r"lacks tokenizer\.json; docs/runbooks/add-a-reranker\.md"):
        FastembedReranker(folder)
    with pytest.raises(RerankerUnavailable, match=r"lacks model\.onnx, tokenizer\.json, tokenizer_config\.json"):
        FastembedReranker(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_a_damaged_file_is_refused_at_the_start(tmp_path: Path, name: str) -> None:
    folder = write_cross_encoder(tmp_path / "reranker")
    (folder / name).write_bytes((folder / name).read_bytes()[:20])
    with pytest.raises(RerankerUnavailable, match="cannot be loaded"):
        FastembedReranker(folder)


def test_a_tokenizer_that_does_not_say_how_much_is_read_is_refused(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path / "reranker")
    (folder / "tokenizer_config.json").write_text('{"pad_token": "[PAD]"}', encoding="utf-8")
    with pytest.raises(RerankerUnavailable, match="model_max_length"):
        FastembedReranker(folder)


def test_a_classifier_of_two_classes_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match="not one score a pair"):
        FastembedReranker(write_cross_encoder(tmp_path / "classifier", outputs=2))


def test_an_embedding_model_is_no_reranker(models_dir: Path) -> None:
    with pytest.raises(RerankerUnavailable, match="not one score a pair"):
        FastembedReranker(models_dir / "multilingual-e5-small")


def test_a_score_that_is_no_number_is_not_passed_on(reranker: FastembedReranker) -> None:
    """A question without a known character divides by nothing in this model."""
    with pytest.raises(RerankerUnavailable, match="gives nan"):
        reranker.scores("", ["签注免费"])
