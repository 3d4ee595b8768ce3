"""llama-index: vectors and BM25 over words of jieba, fused by reciprocal rank, without a language model.

Alone: python -m eval.peers.llama_index_peer FOLDER
"""

from pathlib import Path

import jieba
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms.mock import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.retrievers.bm25 import BM25Retriever

from eval.peers.embedding import SameModel
from eval.peers.sitting import PASSAGES, System, TakenIn, peak_megabytes, sit
from eval.peers.texts import Texts

SYSTEM = System(
    name="llama-index",
    packages=("llama-index-core", "llama-index-retrievers-bm25", "bm25s", "jieba"),
    settings=(
        "SentenceSplitter, 512 tokens with 64 over; cut between sentences at 。！？； and line breaks",
        "the title as metadata, which goes into the vector and the words of each passage",
        "VectorStoreIndex in memory",
        "BM25Retriever over words of jieba (cut_for_search), every word of one character or more, no stemming",
        f"QueryFusionRetriever, reciprocal_rerank, num_queries=1 (no language model), {PASSAGES} passages a retriever",
    ),
)


class Embedding(BaseEmbedding):
    _model: SameModel

    def __init__(self, model: SameModel) -> None:
        super().__init__(embed_batch_size=256)
        self._model = model

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._model.of_question(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._model.of_question(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._model.of_passages([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._model.of_passages(texts)


class ChineseBM25(BM25Retriever):  # type: ignore[misc]
    """Its tokenizer looks for words between spaces: the query gets them from jieba, as the passages did."""

    def _retrieve(self, query_bundle: QueryBundle) -> object:
        return super()._retrieve(QueryBundle(spaced(query_bundle.query_str)))


def spaced(text: str) -> str:
    return " ".join(jieba.cut_for_search(text))


def sentences(text: str) -> list[str]:
    """With their marks, as the splitter wants them back."""
    found, begin = [], 0
    for place, character in enumerate(text, start=1):
        if character in "。！？；\n":
            found.append(text[begin:place])
            begin = place
    return [*found, text[begin:]] if begin < len(text) else found


def take_in(texts: Texts, model_folder: Path) -> TakenIn:
    embedding = Embedding(SameModel(model_folder))
    bare_mb = peak_megabytes()
    splitter = SentenceSplitter(chunk_size=512, chunk_overlap=64, chunking_tokenizer_fn=sentences)
    documents = [
        Document(
            text=each.text,
            metadata={"document": each.id, "title": each.title},
            excluded_embed_metadata_keys=["document"],
        )
        for each in texts.documents
    ]
    nodes = splitter.get_nodes_from_documents(documents)
    index = VectorStoreIndex(nodes, embed_model=embedding)
    words = [
        TextNode(
            id_=node.node_id,
            text=spaced(f"{node.metadata['title']}\n{node.get_content()}"),
            metadata=node.metadata,
            excluded_embed_metadata_keys=["document", "title"],
        )
        for node in nodes
    ]
    by_words = ChineseBM25(
        nodes=words, similarity_top_k=PASSAGES, skip_stemming=True, language=[], token_pattern=r"(?u)\b\w+\b"
    )
    fused = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=PASSAGES), by_words],
        llm=MockLLM(),
        mode=FUSION_MODES.RECIPROCAL_RANK,
        similarity_top_k=PASSAGES,
        num_queries=1,
        use_async=False,
    )
    return TakenIn(lambda query: [each.metadata["document"] for each in fused.retrieve(query)], len(nodes), bare_mb)


if __name__ == "__main__":
    sit(SYSTEM, take_in)
