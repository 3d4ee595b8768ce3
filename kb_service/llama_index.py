"""A door for programs built on llama-index: a retriever and a query engine over a service in this process or served.

No language model and none of llama-index's global Settings are needed or touched. Importing this module takes seconds,
because llama-index does; nothing else of the service imports it.
"""

import asyncio
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from pydantic import TypeAdapter

from kb_service.api.search import hits_of
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.client import ServiceClient
from kb_service.domain.answers import Question
from kb_service.domain.documents import Audience
from kb_service.service import Service

_BESIDE_METADATA = frozenset({"text", "quote", "score"})
_JSON: TypeAdapter[Any] = TypeAdapter(Any)
# What a language model that is given the nodes should read of them besides the text.
_TOLD = frozenset({"title", "department", "heading_path", "effective_from", "effective_to"})


@dataclass(frozen=True, slots=True)
class _Asker:
    """For whom, and of which day; today unless given."""

    as_of: date | None
    region: str | None
    audience: Audience | None
    conversation_id: str | None = None
    channel: str | None = None


class KnowledgeBaseRetriever(BaseRetriever):
    """Passages in force on ``as_of``, best first, as nodes: a node's text is the passage's, its id the passage's id.

    The metadata of a node has passage_id, version_id, document_id, title, kind, department, heading_path, page, second,
    source_url, effective_from and effective_to (ISO days, the end exclusive), and start and end: code points in the
    version's text, which are the node's start_char_idx and end_char_idx too; its ref_doc_id is the version's id.
    """

    def __init__(
        self,
        source: Service | ServiceClient,
        *,
        as_of: date | None = None,
        region: str | None = None,
        audience: Audience | None = None,
        limit: int = 10,
    ) -> None:
        """``limit``: 1 to 100 passages. Retrieving raises the service's own errors (`kb_service.domain.errors`)."""
        super().__init__()
        self._source = source
        self._asker = _Asker(as_of, region, audience)
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = _searched(self._source, query_bundle.query_str, self._asker, limit=self._limit)
        return [_node(hit["passage_id"], hit, text=hit["text"], score=hit["score"]) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def knowledge_base_query_engine(
    source: Service | ServiceClient,
    *,
    as_of: date | None = None,
    region: str | None = None,
    audience: Audience | None = None,
    conversation_id: str | None = None,
    channel: str | None = None,
) -> BaseQueryEngine:
    """Asks as a resident would; the answer is stored as theirs are.

    A response has the grounded text with its marks [1]; the citations as source_nodes, each with the exact quote for a
    text and the metadata of `KnowledgeBaseRetriever` and the mark; and the answer object of the HTTP API as metadata:
    its ``outcome`` says whether the question was answered at all, its ``escalation`` who can help.
    ``conversation_id``: questions that follow on find the turns before them. Asking raises the service's own errors.
    """
    return _QueryEngine(source, _Asker(as_of, region, audience, conversation_id, channel))


class _QueryEngine(BaseQueryEngine):
    def __init__(self, source: Service | ServiceClient, asker: _Asker) -> None:
        super().__init__(callback_manager=None)
        self._source = source
        self._asker = asker

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = _answered(self._source, query_bundle.query_str, self._asker)
        prefix = answer["answer_id"]
        score_of = {each["passage_id"]: each["score"] for each in answer["evidence"]}
        nodes = [
            _node(f"{prefix}:{each['mark']}", each, text=each["quote"], score=score_of.get(each["passage_id"]))
            for each in answer["citations"]
        ]
        return Response(answer["text"], source_nodes=nodes, metadata=answer)

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _node(node_id: str, citation: dict[str, Any], *, text: str, score: float | None) -> NodeWithScore:
    metadata = {name: value for name, value in citation.items() if name not in _BESIDE_METADATA}
    node = TextNode(
        id_=node_id,
        text=text,
        metadata=metadata,
        start_char_idx=citation["start"],
        end_char_idx=citation["end"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=citation["version_id"])},
        excluded_llm_metadata_keys=sorted(metadata.keys() - _TOLD),
    )
    return NodeWithScore(node=node, score=score)


def _searched(source: Service | ServiceClient, text: str, asker: _Asker, *, limit: int) -> list[dict[str, Any]]:
    """As `/v1/search` gives them."""
    if isinstance(source, ServiceClient):
        return list(source.search(_request(text, asker) | {"limit": limit})["hits"])
    hits = hits_of(source, _question(source, text, asker), EVERYTHING, limit)
    return list(_JSON.dump_python(hits, mode="json")["hits"])


def _answered(source: Service | ServiceClient, text: str, asker: _Asker) -> dict[str, Any]:
    """As `/v1/answers` gives it."""
    if isinstance(source, ServiceClient):
        return source.answer(_request(text, asker))
    return dict(_JSON.dump_python(source.asking.answer(_question(source, text, asker)), mode="json"))


def _question(service: Service, text: str, asker: _Asker) -> Question:
    return service.asking.question(text, **asdict(asker))


def _request(text: str, asker: _Asker) -> dict[str, Any]:
    """The same over HTTP, which knows each of it under the same name."""
    given = {"question": text, **_JSON.dump_python(asker, mode="json")}
    return {name: value for name, value in given.items() if value is not None}
