"""A cross-encoder in a folder changes the order of what is found, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb_service.domain.errors import RerankerUnavailable
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import open_service
from tests.api.conftest import FEE_2026, Http, publish
from tests.api.test_operation import value_of
from tests.data_folders import furnish
from tests.tiny_cross_encoder import write_cross_encoder


@pytest.fixture
def reranking(tmp_path: Path, models_dir: Path) -> Iterator[Service]:
    folder = write_cross_encoder(tmp_path / "reranker")
    furnish(tmp_path, models_dir)
    service = open_service(Settings(data_dir=tmp_path, reranker_model=str(folder)))
    publish(service, "balloon", FEE_2026, title="热气球停放证办事指南", effective_from="2026-01-01")
    yield service
    service.close()


def test_what_is_found_is_scored_by_the_reranker_too(http: Http, reranking: Service) -> None:
    asked = {"question": "热气球停放证收取多少", "as_of": "2026-07-01"}
    with_it = Http(reranking).get("/v1/search", **asked).json()["hits"]
    without = [each for each in http.get("/v1/search", **asked).json()["hits"] if each["document_id"] == "balloon"]
    assert [each["text"] for each in with_it] == [each["text"] for each in without]
    assert [each["score"] for each in with_it] != [each["score"] for each in without]
    assert Http(reranking).ask("热气球停放证要多少钱", as_of="2026-07-01")["evidence"][0]["document_id"] == "balloon"


def test_a_reranker_that_fails_is_told_and_counted_as_one(reranking: Service) -> None:
    """A question without a character that it knows gives no number in this model."""
    http = Http(reranking)
    counted = ['kb_model_failures_total{model="reranker"}', 'kb_model_failures_total{model="language"}']
    before = [value_of(http, each) for each in counted]
    reply = http.get("/v1/search", question="龘")
    assert (reply.status_code, reply.json()["error"]) == (503, "RerankerUnavailable")
    assert reply.json()["message"] == "给检索结果排序的模型暂时不可用，请稍后再试。"
    assert [value_of(http, each) - b for each, b in zip(counted, before, strict=True)] == [1, 0]


def test_a_service_does_not_start_with_a_reranker_that_is_not_there(tmp_path: Path, models_dir: Path) -> None:
    furnish(tmp_path, models_dir)
    with pytest.raises(RerankerUnavailable, match=r"lacks model\.onnx"):
        open_service(Settings(data_dir=tmp_path, reranker_model=str(tmp_path / "nowhere")))
