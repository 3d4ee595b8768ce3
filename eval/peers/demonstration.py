"""Our own corpus as the peers can take it in: the texts in force today, and the suite's questions about them."""

import json
from collections.abc import Sequence
from pathlib import Path

from eval.errors import SuiteInvalid
from eval.questions import SuitePart, SuiteQuestion, read_questions
from eval.scratch import scratch_service
from kb_service.domain.days import shanghai_day
from kb_service.service import Service

SUITE = Path("corpus/questions")


def write_demonstration(corpus: Path, part: SuitePart, folder: Path, *, most: int | None = None) -> None:
    """A BEIR folder. Files were read by our own parsers, since no peer reads them all.

    Asked are questions that stand alone and name one document that answers them and no day: the peers know of no time,
    and of several documents any one would do, which the measures cannot say. Raises SuiteInvalid when none is left.
    """
    with scratch_service(corpus) as service:
        documents = _in_force(service)
    known = {str(each["_id"]) for each in documents}
    asked = [
        each for each in read_questions(SUITE, part) if _can_be_asked(each) and known >= set(each.expected_documents)
    ]
    if not asked:
        raise SuiteInvalid(f"{SUITE} has no question that peers could be asked")
    (folder / "qrels").mkdir(parents=True)
    _write(folder / "corpus.jsonl", documents)
    _write(folder / "queries.jsonl", [{"_id": each.id, "text": each.text} for each in asked[:most]])
    judged = (f"{each.id}\t{document}\t1" for each in asked[:most] for document in each.expected_documents)
    (folder / "qrels" / "suite.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]), encoding="utf-8")


def _in_force(service: Service) -> list[dict[str, str]]:
    today = shanghai_day(service.now())
    found = []
    for document_id in service.library.document_ids():
        for version in service.library.versions_of(document_id):
            interval = service.library.interval(version.id)
            if interval is not None and interval.contains(today):
                found.append({"_id": document_id, "title": version.metadata.title, "text": version.text})
    return found


def _can_be_asked(question: SuiteQuestion) -> bool:
    is_alone = question.conversation is None
    return is_alone and question.is_answerable and len(question.expected_documents) == 1 and question.as_of is None


def _write(file: Path, rows: Sequence[dict[str, str]]) -> None:
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
