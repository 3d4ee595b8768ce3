"""LangChain: vectors and BM25 over words of jieba in an EnsembleRetriever.

Alone: python -m eval.peers.langchain_peer FOLDER
"""

from pathlib import Path

import jieba
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from eval.peers.embedding import SameModel
from eval.peers.sitting import PASSAGES, System, TakenIn, peak_megabytes, sit
from eval.peers.texts import Texts

SYSTEM = System(
    name="LangChain",
    packages=("langchain-classic", "langchain-community", "langchain-core", "rank-bm25", "jieba"),
    settings=(
        "RecursiveCharacterTextSplitter, 400 characters with 50 over, at blank lines, line breaks, 。 ； and ，",
        "the title in front of each passage",
        "InMemoryVectorStore; BM25Retriever with jieba (cut_for_search) as its preprocess_func",
        f"EnsembleRetriever, equal weights (reciprocal rank, c = 60), {PASSAGES} passages a retriever",
    ),
)


class Embedding(Embeddings):  # type: ignore[misc]
    def __init__(self, model: SameModel) -> None:
        self._model = model

    def embed_query(self, text: str) -> list[float]:
        return self._model.of_question(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._model.of_passages(texts)


def words(text: str) -> list[str]:
    return [each for each in jieba.cut_for_search(text) if each.strip()]


def take_in(texts: Texts, model_folder: Path) -> TakenIn:
    embedding = Embedding(SameModel(model_folder))
    bare_mb = peak_megabytes()
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=400, chunk_overlap=50, separators=["\n\n", "\n", "。", "；", "，", ""], keep_separator="end"
    )
    passages = [
        Document(page_content=f"{each.title}\n{part}", metadata={"document": each.id})
        for each in texts.documents
        for part in splitter.split_text(each.text)
    ]
    store = InMemoryVectorStore(embedding)
    store.add_documents(passages)
    by_words = BM25Retriever.from_documents(passages, preprocess_func=words, k=PASSAGES)
    ensemble = EnsembleRetriever(
        retrievers=[by_words, store.as_retriever(search_kwargs={"k": PASSAGES})], weights=[0.5, 0.5]
    )
    return TakenIn(lambda query: [each.metadata["document"] for each in ensemble.invoke(query)], len(passages), bare_mb)


if __name__ == "__main__":
    sit(SYSTEM, take_in)
