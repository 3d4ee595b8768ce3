"""What became of questions by the kind of document that answers them."""

from collections.abc import Mapping, Sequence

from eval.scoring import ScoredRow
from eval.summary import Verdicts, verdicts
from kb_service.domain.documents import Kind

# Of a question to which no document belongs, or one that nothing in the run has cited.
OF_NONE = "none"


def by_kind(rows: Sequence[ScoredRow]) -> dict[str, Verdicts]:
    """By the kind of the first expected document, else of the first one cited, as the citations of the run name it."""
    kind_of = {each.document_id: each.kind for row in rows for each in row.citations}
    rows_of: dict[str, list[ScoredRow]] = {}
    for row in rows:
        rows_of.setdefault(kind_of_row(row, kind_of), []).append(row)
    return {name: verdicts(rows_of[name]) for name in (*Kind, OF_NONE) if name in rows_of}


def kind_of_row(row: ScoredRow, kind_of: Mapping[str, Kind]) -> str:
    documents = (*row.expected_documents, *(each.document_id for each in row.citations))
    return next((kind_of[each].value for each in documents if each in kind_of), OF_NONE)
