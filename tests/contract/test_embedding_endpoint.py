"""What an embeddings endpoint may do wrong, and what the model makes of it."""

import json

import numpy as np
import pytest
from embeddings_server import DIMENSIONS, EmbeddingsServer, counted

from kb_service.adapters.embedding.endpoint_model import BATCH, Endpoint, EndpointEmbedding
from kb_service.adapters.embedding.loading import ModelChoice, load_model
from kb_service.domain.errors import EmbeddingModelUnavailable


def model_on(server: EmbeddingsServer, pauses: list[float] | None = None, **options: object) -> EndpointEmbedding:
    kept = pauses if pauses is not None else []
    return EndpointEmbedding(Endpoint(server.url, "m", dimensions=DIMENSIONS, **options), pause=kept.append)  # type: ignore[arg-type]


def test_a_busy_server_is_asked_again_after_growing_pauses() -> None:
    pauses: list[float] = []
    with EmbeddingsServer((429, {}, ""), (503, {}, ""), (500, {}, "")) as server:
        vector = model_on(server, pauses).embed_question("费用")
    expected = np.array(counted("费用")) / np.linalg.norm(counted("费用"))
    assert np.allclose(vector, expected)
    assert pauses == [0.5, 1.0, 2.0]


def test_the_pause_the_server_asks_for_is_kept_up_to_twenty_seconds() -> None:
    pauses: list[float] = []
    with EmbeddingsServer((429, {"Retry-After": "7"}, ""), (429, {"Retry-After": "3600"}, "")) as server:
        model_on(server, pauses).embed_question("费用")
    assert pauses == [7.0, 20.0]


def test_a_server_that_stays_down_is_given_up_after_four_attempts() -> None:
    with EmbeddingsServer(*[(503, {}, "")] * 4) as server:
        with pytest.raises(EmbeddingModelUnavailable, match=r"replied 503, the last of 4 attempts"):
            model_on(server).embed_question("费用")
        assert len(server.requests) == 4


def test_a_refusal_is_final_and_names_the_status() -> None:
    with EmbeddingsServer((401, {}, "")) as server:
        with pytest.raises(EmbeddingModelUnavailable, match=r"401; check .* the key"):
            model_on(server).embed_question("费用")
        assert len(server.requests) == 1


def test_a_refusal_is_told_in_the_words_of_the_endpoint_but_without_the_key() -> None:
    told = json.dumps({"error": {"message": "model m is not served to geheim"}})
    for status in (404, 200):
        with (
            EmbeddingsServer((status, {}, told)) as server,
            pytest.raises(EmbeddingModelUnavailable, match="model m is not served to …;"),
        ):
            model_on(server, api_key="geheim").embed_question("费用")


def test_an_endpoint_that_does_not_take_encoding_format_is_asked_without_it_from_then_on() -> None:
    refusal = json.dumps({"detail": [{"loc": ["body", "encoding_format"], "msg": "Extra inputs are not permitted"}]})
    with EmbeddingsServer((422, {}, refusal)) as server:
        model = model_on(server)
        assert len(model.embed_question("费用")) == DIMENSIONS
        model.embed_question("时限")
    assert ["encoding_format" in each for each in server.requests] == [True, False, False]


def test_nobody_at_the_address_is_said_clearly() -> None:
    with EmbeddingsServer() as server:
        gone = model_on(server)
    with pytest.raises(EmbeddingModelUnavailable, match="cannot be reached"):
        gone.embed_question("费用")


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("<html>", "does not reply in the OpenAI format"),
        (json.dumps({"data": []}), "gave 0 vectors instead of 1"),
        (json.dumps({"data": [{"index": 0, "embedding": [1.0, 2.0]}]}), "do not have 16 dimensions"),
        (json.dumps({"data": [{"index": 0, "embedding": [0.0] * 16}]}), "invalid numbers"),
    ],
)
def test_a_reply_without_usable_vectors_is_refused(reply: str, fault: str) -> None:
    with EmbeddingsServer((200, {}, reply)) as server, pytest.raises(EmbeddingModelUnavailable, match=fault):
        model_on(server).embed_question("费用")


def test_many_passages_go_in_batches_with_prefix_key_and_model_name() -> None:
    texts = [f"第{number}条" for number in range(BATCH + 1)]
    with EmbeddingsServer() as server:
        vectors = model_on(server, api_key="geheim", passage_prefix="文:").embed_passages(texts)
    assert [len(request["input"]) for request in server.requests] == [BATCH, 1]  # type: ignore[arg-type]
    assert server.requests[1]["input"] == [f"文:第{BATCH}条"]
    assert {request["model"] for request in server.requests} == {"m"}
    assert set(server.keys) == {"Bearer geheim"}
    assert vectors.shape == (BATCH + 1, DIMENSIONS)


def test_the_dimension_is_asked_of_the_server_when_nobody_states_it() -> None:
    with EmbeddingsServer() as server:
        assert load_model(ModelChoice(server.url, endpoint_model="m")).dimensions == DIMENSIONS


def test_an_endpoint_without_a_model_name_is_refused() -> None:
    with pytest.raises(EmbeddingModelUnavailable, match="name of a model"):
        load_model(ModelChoice("http://127.0.0.1:9/v1"))
