"""What every parser gives: blocks in reading order, and the rows of a question-and-answer sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kb_service.domain.causes import Cause
from kb_service.domain.file_reports import FileReport


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or table.

    ``level`` is a heading's depth from 1, or None where the file marks a heading without saying how deep.
    ``page`` counts from 1 (slides too); ``second`` is the place in a video. A table's ``text`` has one row a line and
    its cells between " | "; ``html`` is the same table with its spans.
    """

    kind: BlockKind
    text: str
    level: int | None = None
    page: int | None = None
    second: int | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """One row of a question-and-answer sheet; ``row`` is its number in the sheet, from 1.

    ``extra`` holds the other recognised columns under the field names of the bulk format (title, matter, …). ``sheet``:
    the sheet's name, in a workbook of several.
    """

    row: int
    question: str
    answer: str
    similar_questions: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of such a sheet that is no question with its answer, with the reason and its cause; ``cells`` as they are.

    ``fields``: those of its cells whose columns are named, under the names of the bulk format. ``is_cut``: a text may
    stand in several of its cells, so that no one of them is the answer.
    """

    row: int
    reason: str
    cells: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    cause: Cause | None = None
    is_cut: bool = False
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file as read. ``metadata`` is raw: front matter, title, document properties, under English field names.

    A reader puts into ``report`` what it knows; `parse` adds what can be counted in the blocks.
    """

    blocks: tuple[Block, ...]
    metadata: Mapping[str, object]
    question_answers: tuple[QuestionAnswer, ...] = ()
    report: FileReport = field(default_factory=FileReport)
    refused_rows: tuple[RefusedRow, ...] = ()


def heading(text: str, level: int | None = None, *, page: int | None = None, second: int | None = None) -> Block:
    return Block(BlockKind.HEADING, text, level=level, page=page, second=second)


def paragraph(text: str, *, page: int | None = None, second: int | None = None) -> Block:
    return Block(BlockKind.PARAGRAPH, text, page=page, second=second)


def list_item(text: str, *, page: int | None = None) -> Block:
    return Block(BlockKind.LIST_ITEM, text, page=page)
