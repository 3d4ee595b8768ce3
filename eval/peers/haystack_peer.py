"""haystack: vectors and BM25 over words of jieba, joined by reciprocal rank.

Alone: python -m eval.peers.haystack_peer FOLDER
"""

import os
from pathlib import Path

import jieba

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when it is imported

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import RecursiveDocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from eval.peers.embedding import SameModel
from eval.peers.sitting import PASSAGES, System, TakenIn, peak_megabytes, sit
from eval.peers.texts import Texts

SYSTEM = System(
    name="haystack",
    packages=("haystack-ai", "jieba"),
    settings=(
        "RecursiveDocumentSplitter, 400 characters with 50 over, at blank lines, line breaks, 。 ； and ，",
        "the title in front of each passage",
        "InMemoryDocumentStore: dot product; BM25Plus over words of jieba (cut_for_search)",
        f"DocumentJoiner, reciprocal_rank_fusion, {PASSAGES} passages a retriever",
    ),
)


def spaced(text: str) -> str:
    return " ".join(jieba.cut_for_search(text))


def take_in(texts: Texts, model_folder: Path) -> TakenIn:
    model = SameModel(model_folder)
    bare_mb = peak_megabytes()
    splitter = RecursiveDocumentSplitter(
        split_length=400, split_overlap=50, split_unit="char", separators=["\n\n", "\n", "。", "；", "，"]
    )
    documents = [
        Document(content=each.text, meta={"document": each.id, "title": each.title}) for each in texts.documents
    ]
    passages = [
        (f"{each.meta['title']}\n{each.content}", each.meta["document"])
        for each in splitter.run(documents=documents)["documents"]
    ]
    store = InMemoryDocumentStore(
        bm25_tokenization_regex=r"(?u)\b\w+\b", bm25_algorithm="BM25Plus", embedding_similarity_function="dot_product"
    )
    vectors = model.of_passages([text for text, _ in passages])
    store.write_documents(
        [
            Document(id=str(number), content=spaced(text), meta={"document": document}, embedding=vector)
            for number, ((text, document), vector) in enumerate(zip(passages, vectors, strict=True))
        ]
    )
    by_words = InMemoryBM25Retriever(store, top_k=PASSAGES)
    by_vector = InMemoryEmbeddingRetriever(store, top_k=PASSAGES)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=PASSAGES)

    def find(query: str) -> list[str]:
        legs = [
            by_words.run(query=spaced(query))["documents"],
            by_vector.run(query_embedding=model.of_question(query))["documents"],
        ]
        return [each.meta["document"] for each in joiner.run(documents=legs)["documents"]]

    return TakenIn(find, len(passages), bare_mb)


if __name__ == "__main__":
    sit(SYSTEM, take_in)
