"""Programs built on llama-index, with the real library: in the service's process and over HTTP."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse
from llama_index.core import Settings as LlamaSettings
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore
from llama_index.core.tools import QueryEngineTool

from kb_service.client import ServiceClient
from kb_service.domain.errors import KbError, QuestionEmpty, Unauthenticated
from kb_service.llama_index import KnowledgeBaseRetriever, knowledge_base_query_engine
from kb_service.service import Service
from tests.api.conftest import FEE_2025, FEE_2026, Http
from tests.api.loopback import app_of, served

FEE = "热气球停放证要多少钱"


@pytest.fixture(scope="module")
def address(http: Http) -> Iterator[str]:
    with served(app_of(http.service)) as url:
        yield url


@pytest.fixture(params=["in this process", "over HTTP"])
def source(request: pytest.FixtureRequest, http: Http, address: str) -> Service | ServiceClient:
    return http.service if request.param == "in this process" else ServiceClient(address)


def metadata_of(found: NodeWithScore) -> dict[str, object]:
    return dict(found.node.metadata)


def test_a_retriever_gives_the_passages_in_force_with_the_place_of_their_words(source: Service | ServiceClient) -> None:
    found = KnowledgeBaseRetriever(source, as_of=date(2026, 7, 1), limit=3).retrieve(FEE)
    assert len(found) == 3
    best = found[0]
    assert best.node.get_content(MetadataMode.NONE) == "热气球停放证每证收取工本费150元。"
    metadata = metadata_of(best)
    assert FEE_2026[best.node.start_char_idx : best.node.end_char_idx] == best.node.text
    assert (metadata["start"], metadata["end"]) == (best.node.start_char_idx, best.node.end_char_idx) == (7, 25)
    assert (metadata["document_id"], metadata["passage_id"]) == ("balloon", best.node.node_id)
    assert best.node.ref_doc_id == metadata["version_id"]
    assert (metadata["effective_from"], metadata["effective_to"]) == ("2026-01-01", None)
    assert metadata["heading_path"] == ["一、收费标准"]
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_a_retriever_sees_the_rules_of_the_day_it_was_made_for(source: Service | ServiceClient) -> None:
    found = KnowledgeBaseRetriever(source, as_of=date(2025, 6, 1)).retrieve(FEE)
    balloon = [each for each in found if metadata_of(each)["document_id"] == "balloon"]
    assert {metadata_of(each)["effective_to"] for each in balloon} == {"2026-01-01"}
    assert all(each.node.text in FEE_2025 for each in balloon)


def test_the_number_of_passages_is_limited(source: Service | ServiceClient) -> None:
    assert len(KnowledgeBaseRetriever(source, limit=1).retrieve(FEE)) == 1


def test_a_language_model_reads_title_and_days_of_a_node_and_no_ids(source: Service | ServiceClient) -> None:
    (best,) = KnowledgeBaseRetriever(source, as_of=date(2026, 7, 1), limit=1).retrieve(FEE)
    shown = best.node.get_content(MetadataMode.LLM)
    assert all(part in shown for part in ("热气球停放证办事指南", "一、收费标准", "2026-01-01", "150元"))
    assert not any(str(best.node.metadata[name]) in shown for name in ("passage_id", "version_id", "document_id"))


def test_a_query_engine_answers_with_the_grounded_text_and_its_citations(source: Service | ServiceClient) -> None:
    response = knowledge_base_query_engine(source).query(FEE)
    assert str(response) == response.metadata["text"]
    assert "150元" in str(response) and "[1]" in str(response)
    (first, *_) = response.source_nodes
    assert first.node.text == "热气球停放证每证收取工本费150元。"
    assert (metadata_of(first)["mark"], metadata_of(first)["version_id"]) == (1, first.node.ref_doc_id)
    assert first.score == response.metadata["evidence"][0]["score"]
    assert len(response.source_nodes) == len(response.metadata["citations"])
    assert response.metadata["outcome"] == "answered"


def test_a_query_engine_answers_of_the_day_it_was_made_for(source: Service | ServiceClient) -> None:
    response = knowledge_base_query_engine(source, as_of=date(2025, 6, 1)).query(FEE)
    assert "120元" in str(response)
    assert response.metadata["as_of"] == "2025-06-01"


def test_what_the_knowledge_base_lacks_is_said_and_not_made_up(source: Service | ServiceClient) -> None:
    response = knowledge_base_query_engine(source).query("月球上的房产怎么过户给外星人")
    assert response.metadata["outcome"] != "answered"
    assert response.source_nodes == []
    assert response.metadata["escalation"]["recommended"]


def test_an_answer_is_stored_for_the_channel_it_was_asked_through(http: Http, source: Service | ServiceClient) -> None:
    response = knowledge_base_query_engine(source, channel="assistant").query(FEE)
    answer_id = response.metadata["answer_id"]
    assert http.get(f"/v1/answers/{answer_id}", channel="assistant").json()["text"] == str(response)
    assert http.get(f"/v1/answers/{answer_id}").status_code == 404


def test_a_conversation_goes_on_where_it_was(source: Service | ServiceClient) -> None:
    first = knowledge_base_query_engine(source).query(FEE)
    conversation_id = first.metadata["conversation_id"]
    later = knowledge_base_query_engine(source, conversation_id=conversation_id).query("多久能办好？")
    assert later.metadata["conversation_id"] == conversation_id


def test_the_service_s_own_errors_are_raised(source: Service | ServiceClient) -> None:
    with pytest.raises(QuestionEmpty):
        knowledge_base_query_engine(source).query("  ")
    with pytest.raises(QuestionEmpty):
        KnowledgeBaseRetriever(source).retrieve("")


def test_asynchronous_programs_get_the_same(source: Service | ServiceClient) -> None:
    async def both() -> tuple[list[NodeWithScore], str]:
        found = await KnowledgeBaseRetriever(source, limit=2).aretrieve(FEE)
        return found, str(await knowledge_base_query_engine(source).aquery(FEE))

    found, text = asyncio.run(both())
    assert found == KnowledgeBaseRetriever(source, limit=2).retrieve(FEE)
    assert text == str(knowledge_base_query_engine(source).query(FEE))


def test_an_agent_may_have_the_query_engine_for_a_tool(source: Service | ServiceClient) -> None:
    tool = QueryEngineTool.from_defaults(knowledge_base_query_engine(source), name="kb", description="政务知识库")
    assert "150元" in tool.call(FEE).content


def test_llama_index_s_own_query_engine_takes_the_retriever(source: Service | ServiceClient) -> None:
    """Its language model, here one that repeats what it is shown, is shown the passages."""
    engine = RetrieverQueryEngine.from_args(KnowledgeBaseRetriever(source, limit=2), llm=MockLLM())
    response = engine.query(FEE)
    assert "热气球停放证每证收取工本费150元。" in str(response)
    assert len(response.source_nodes) == 2


def test_none_of_llama_index_s_settings_is_made_or_changed(http: Http) -> None:
    before = dict(vars(LlamaSettings))
    KnowledgeBaseRetriever(http.service).retrieve(FEE)
    knowledge_base_query_engine(http.service).query(FEE)
    assert vars(LlamaSettings) == before


def test_importing_it_asks_for_nothing_over_the_network(tmp_path: Path) -> None:
    """In a process of its own without a home, so that nothing fetched before helps."""
    program = (
        "import socket, sys\n"
        "def refuse(*_args, **_named): raise SystemExit('asked for the network')\n"
        "socket.getaddrinfo = socket.create_connection = socket.socket.connect = refuse\n"
        "import kb_service.llama_index\n"
        "print('nltk' in sys.modules, 'tiktoken' in sys.modules)\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "False False\n"), done.stderr
    assert list(tmp_path.iterdir()) == []  # nothing was put into a cache at home


def test_a_service_that_does_not_run_is_named() -> None:
    with pytest.raises(KbError, match=r"http://127\.0\.0\.1:9 does not answer"):
        KnowledgeBaseRetriever(ServiceClient("http://127.0.0.1:9")).retrieve(FEE)


def test_a_key_is_shown_and_a_refusal_comes_in_the_service_s_words() -> None:
    guarded = FastAPI()

    @guarded.get("/v1/search")
    def search(question: str, authorization: Annotated[str, Header()] = "") -> JSONResponse:
        if authorization != "Bearer kb_right":
            return JSONResponse({"error": "Unauthenticated", "detail": "show a valid key"}, status_code=401)
        return JSONResponse({"hits": [{"question": question}]})

    with served(guarded) as url:
        assert ServiceClient(url, key="kb_right").search({"question": FEE})["hits"] == [{"question": FEE}]
        for key in ("kb_wrong", None):
            with pytest.raises(Unauthenticated, match="show a valid key"):
                KnowledgeBaseRetriever(ServiceClient(url, key=key)).retrieve(FEE)


def test_an_answer_that_is_not_the_service_s_own_is_an_error(address: str) -> None:
    with pytest.raises(KbError, match="Not Found"):
        ServiceClient(f"{address}/elsewhere").search({"question": FEE})
