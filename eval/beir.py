"""A folder in the form of BEIR (Thakur et al., NeurIPS 2021): ``queries.jsonl`` and judgements in ``qrels/*.tsv``.

It says which documents are relevant to a query and nothing of what an answer should say.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.errors import SuiteInvalid
from eval.written_lines import WrittenLine, lines_of_jsonl

_QUERIES, _CORPUS, _JUDGEMENTS = "queries.jsonl", "corpus.jsonl", "qrels"
_HEADER = ("query-id", "corpus-id", "score")


@dataclass(frozen=True, slots=True)
class Document:
    """``title`` may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """``grades``: by document; ``splits``: the names of the files that judge it."""

    grades: dict[str, int]
    splits: list[str]


def is_beir(path: Path) -> bool:
    return (path / _QUERIES).is_file() and (path / _JUDGEMENTS).is_dir()


def beir_files(folder: Path) -> list[Path]:
    return [folder / _QUERIES, *sorted((folder / _JUDGEMENTS).glob("*.tsv"))]


def lines_of_beir(folder: Path) -> Iterator[WrittenLine]:
    """A line a query that is judged and has a relevant document; its types are the names of the files that judge it.

    Raises SuiteInvalid for a judgement that cannot be read or is of no query, and where nothing is judged.
    """
    text_of = dict(_queries(folder / _QUERIES))
    judged: dict[str, _Judged] = {}
    for file in beir_files(folder)[1:]:
        for place, query, document, grade in _relevant(file):
            if query not in text_of:
                raise SuiteInvalid(f"{place}: the query {query!r} does not stand in {_QUERIES}")
            of_query = judged.setdefault(query, _Judged({}, []))
            of_query.grades[document] = max(grade, of_query.grades.get(document, 0))
            of_query.splits.append(file.stem)
    if not judged:
        raise SuiteInvalid(f"{folder / _JUDGEMENTS} names no relevant document")
    for query, (place, text) in text_of.items():
        if query in judged:
            yield WrittenLine(
                place,
                {
                    "id": query,
                    "question": text,
                    "expect": "answer",
                    "document": "|".join(judged[query].grades),
                    "grades": judged[query].grades,
                    "type": "|".join(dict.fromkeys(judged[query].splits)),
                },
            )


def documents_of_beir(folder: Path) -> list[Document]:
    """Raises SuiteInvalid for a folder without a corpus, a bad line, or an id that stands twice."""
    if not (folder / _CORPUS).is_file():
        raise SuiteInvalid(f"{folder / _CORPUS} does not exist; a BEIR folder has {_CORPUS}, {_QUERIES} and qrels/")
    return [
        Document(document, str(line.fields.get("title") or "").strip(), text)
        for line, document, text in _with_ids(folder / _CORPUS)
    ]


def _queries(file: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    for line, query, text in _with_ids(file):
        yield query, (line.place, text)


def _with_ids(file: Path) -> Iterator[tuple[WrittenLine, str, str]]:
    """Each line with its id and its text."""
    seen: set[str] = set()
    for line in lines_of_jsonl(file):
        own_id, text = line.fields.get("_id"), line.fields.get("text")
        if line.fault or not isinstance(own_id, str) or not isinstance(text, str):
            raise SuiteInvalid(f"{line.place}: {line.fault or '_id and text: must be there, as words'}")
        if own_id in seen:
            raise SuiteInvalid(f"{line.place}: the id {own_id!r} is used twice; ids must differ")
        seen.add(own_id)
        yield line, own_id, text


def _relevant(file: Path) -> Iterator[tuple[str, str, str, int]]:
    """Place, query, document and grade of each judgement above 0."""
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        cells = tuple(line.strip().split("\t"))
        if not line.strip() or cells == _HEADER:
            continue
        if len(cells) != len(_HEADER) or not cells[2].lstrip("-").isdigit():
            raise SuiteInvalid(
                f"{_JUDGEMENTS}/{file.name}:{number}: {json.dumps(line, ensure_ascii=False)} is no judgement;"
                " a line has the id of a query, the id of a document and a whole number, with tabs between"
            )
        if int(cells[2]) > 0:
            yield f"{_JUDGEMENTS}/{file.name}:{number}", cells[0], cells[1], int(cells[2])
