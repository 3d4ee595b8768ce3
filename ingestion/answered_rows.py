"""Two rows of one sheet that answer one question, of the same days, differently: only the first can be taken in."""

from datetime import date

from ingestion.parsing.blocks import QuestionAnswer
from kb_service.domain.causes import Cause
from kb_service.domain.documents import VersionDraft
from kb_service.domain.errors import InvalidRecord
from kb_service.ports import ScriptConverter
from kb_service.publishing.duplicates import letters_of

_Of = tuple[str, str, date | None, date | None]


class AnsweredRows:
    """Of one sheet, by the question, the id of its own and the days that each row is of."""

    def __init__(self, converter: ScriptConverter) -> None:
        self._converter = converter
        self._first: dict[_Of, tuple[int, str]] = {}

    def require_the_same(self, row: QuestionAnswer, draft: VersionDraft) -> None:
        """Raises InvalidRecord where an earlier row gives another answer. Rows of other days are versions of it."""
        question, answer = (letters_of(text, self._converter) for text in (row.question, draft.text))
        days = draft.metadata.effective_from, draft.metadata.effective_to
        first, answer_before = self._first.setdefault(
            (question, str(row.extra.get("id", "")), *days), (row.row, answer)
        )
        if answer != answer_before:
            raise InvalidRecord(
                f"row {first} gives another answer to this question; keep one of them, or give each its days or its id",
                Cause("answered_otherwise", {"row": first}),
            )
