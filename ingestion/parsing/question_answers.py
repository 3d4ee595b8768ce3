"""Recognising a question-and-answer sheet by its header row, and reading its rows."""

import re
from collections.abc import Mapping, Sequence

from ingestion.frontmatter import field_name
from ingestion.parsing.blocks import QuestionAnswer

# A sheet may open with a title and remarks before its header.
_HEADER_WITHIN = 5
# Column names that mean a question or an answer only in such a sheet.
_ALSO_ANSWER = frozenset({"分段内容", "分段內容", "内容", "內容"})
_LIST_BORDER = re.compile(r"[\n;；|｜]+")

NumberedRow = tuple[int, list[str]]


def question_answers(rows: Sequence[NumberedRow]) -> list[QuestionAnswer] | None:
    """The questions and answers, or None when no header row names both columns. Incomplete rows are left out."""
    position = header_position([texts for _, texts in rows])
    if position is None:
        return None
    columns = _columns(rows[position][1])
    found = [_row(number, _fields(row, columns)) for number, row in rows[position + 1 :]]
    return [row for row in found if row is not None]


def header_position(rows: Sequence[Sequence[str]]) -> int | None:
    """Which row names a question and an answer column; None for a sheet of something else."""
    filled = [position for position, texts in enumerate(rows) if any(texts)]
    for position in filled[:_HEADER_WITHIN]:
        if {"question", "answer"} <= set(_columns(rows[position]).values()):
            return position
    return None


def _columns(header: Sequence[str]) -> dict[int, str]:
    """Field names by column; the first column of a name counts."""
    named: dict[int, str] = {}
    for column, text in enumerate(header):
        field = _column_field(text)
        if field is not None and field not in named.values():
            named[column] = field
    if "answer" not in named.values():
        for column, text in enumerate(header):
            if re.sub(r"[（(].*", "", text).strip() in _ALSO_ANSWER:
                named[column] = "answer"
                break
    return named


def _column_field(text: str) -> str | None:
    if not text or len(text) > 60:
        return None
    bare = re.sub(r"[（(\[【].*", "", text, flags=re.DOTALL).strip()
    return field_name(text) or field_name(bare) or field_name(bare.removeprefix("分段"))


def _fields(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    return {
        field: row[column].strip() for column, field in columns.items() if column < len(row) and row[column].strip()
    }


def _row(number: int, fields: dict[str, str]) -> QuestionAnswer | None:
    """Several questions in one cell, one a line, are one question and its similar ones."""
    asked = [line.strip() for line in fields.pop("question", "").split("\n") if line.strip()]
    answer = fields.pop("answer", "")
    if not asked and "title" in fields:
        asked = [fields["title"]]
    if not asked or not answer:
        return None
    similar = [part.strip() for part in _LIST_BORDER.split(fields.pop("similar_questions", "")) if part.strip()]
    return QuestionAnswer(number, asked[0], answer, tuple(dict.fromkeys([*asked[1:], *similar])), fields)
