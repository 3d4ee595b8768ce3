"""What every system is given: a folder in the form of BEIR, ``corpus.jsonl`` with ``queries.jsonl`` and ``qrels``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.beir import Document, documents_of_beir, lines_of_beir
from eval.errors import SuiteInvalid

_CORPUS = "corpus.jsonl"


@dataclass(frozen=True, slots=True)
class Texts:
    """``relevant``: by the id of a query, the ids of the documents that answer it."""

    name: str
    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]


def read_texts(folder: Path) -> Texts:
    """Raises SuiteInvalid for a folder that is none, a bad line, or a relevant document that the corpus lacks."""
    for name in (_CORPUS, "queries.jsonl", "qrels"):
        if not (folder / name).exists():
            raise SuiteInvalid(f"{folder} has no {name}; a BEIR folder has corpus.jsonl, queries.jsonl and qrels/*.tsv")
    documents = tuple(documents_of_beir(folder))
    asked = list(lines_of_beir(folder))
    relevant = {str(line.fields["id"]): frozenset(str(line.fields["document"]).split("|")) for line in asked}
    if lacking := frozenset().union(*relevant.values()) - {document.id for document in documents}:
        raise SuiteInvalid(f"{folder}: {len(lacking)} relevant documents are not in {_CORPUS}, as {min(lacking)!r}")
    queries = {str(line.fields["id"]): str(line.fields["question"]) for line in asked}
    return Texts(folder.name, documents, queries, relevant)
