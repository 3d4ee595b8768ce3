"""Recognising a question-and-answer sheet by its header row, and reading its rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType

from ingestion.frontmatter import field_name
from ingestion.parsing.blocks import QuestionAnswer, RefusedRow
from kb_service.domain.causes import Cause

# A sheet may open with a title and remarks before its header.
_HEADER_WITHIN = 12
_LONGEST_COLUMN_NAME = 12
_NAMES_A_QUESTION = re.compile(r"(?:问题|問題|提问|咨询内容|问法|^q|^问|^問|^questions?)$")
_NAMES_AN_ANSWER = re.compile(r"(?:答案|答复|答覆|回答|回复|回覆|解答|口径|答复内容|回答内容|^a|^答|^answers?)$")
_LIKE_A_QUESTION = re.compile(r"问|問|答|咨询|^[QA]$|FAQ|[Qq]uestion|[Aa]nswer")
_ASKS = re.compile(
    r"[?？]$|[吗嗎呢]$|^(?:请问|如何|怎么|怎样|什么|为什么|哪|能否|可否|是否|多久|有没有)|(?:怎么办|怎么做|多少|多久|几天|哪里|哪儿|什么)$"
)
_ROWS_LOOKED_AT, _LEAST_ASKING, _SHARE_ASKING = 200, 2, 0.6
_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|#+)")
_FULL_WIDTH = re.compile("[，；]")
# Column names that mean a question or an answer only in such a sheet.
_ALSO_ANSWER = frozenset({"分段内容", "分段內容", "内容", "內容"})
_LIST_BORDER = re.compile(r"[\n;；|｜]+")

NumberedRow = tuple[int, list[str]]
# Why a cell gave no text, by the number of its row and its place in it.
Unread = Mapping[tuple[int, int], Cause]
_NOTHING_UNREAD: Unread = MappingProxyType({})
_REASON_OF = {
    "error_value": "it holds the error value {value}; correct it in the sheet",
    "formula_without_value": "it holds a formula without a stored value; open the file in its program and save it once",
    "struck_out": "its question or answer is struck out, which is not read",
}


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Every row below the header that holds anything is in one of the two. ``above``: the numbers of those over it."""

    rows: list[QuestionAnswer]
    refused: list[RefusedRow]
    above: tuple[int, ...] = ()


def question_answers(rows: Sequence[NumberedRow], unread: Unread = _NOTHING_UNREAD) -> FoundRows | None:
    """The questions and answers, or None when no header row names both columns."""
    position = header_position([texts for _, texts in rows])
    if position is None:
        return None
    header = rows[position][1]
    pairs = _pairs(header)
    found = FoundRows([], [], tuple(number for number, row in rows[:position] if any(row)))
    for number, row in rows[position + 1 :]:
        if not any(row):
            continue
        # Of several pairs beside each other, those that the row fills.
        filled = [columns for columns in pairs if _holds_any(row, columns)] if len(pairs) > 1 else []
        for columns in filled or pairs[:1]:
            _take(number, row, header, columns, unread, found)
    return found


def _take(
    number: int, row: list[str], header: list[str], columns: Mapping[int, str], unread: Unread, found: FoundRows
) -> None:
    fields = _fields(row, columns)
    fault = _fault(row, header, fields)
    if fault and (why := _unread_of(number, fields, columns, unread)):
        fault = _REASON_OF[why.name].format_map(why.values), why
    if fault is None:
        found.rows.append(_row(number, fields))
    else:
        reason, cause = fault
        found.refused.append(RefusedRow(number, reason, tuple(row), fields, cause, _has_more(row, header)))


def _holds_any(row: Sequence[str], columns: Mapping[int, str]) -> bool:
    """Whether a row has a question or an answer in a pair of columns."""
    return bool({"question", "answer"} & set(_fields(row, columns)))


def _fault(row: Sequence[str], header: Sequence[str], fields: Mapping[str, str]) -> tuple[str, Cause] | None:
    """Why a row is no question with its answer."""
    question, answer = fields.get("question") or fields.get("title"), fields.get("answer")
    if row == header:
        return "it repeats the header", Cause("header_again")
    if _has_more(row, header):
        return (
            f"it has {len(row)} cells and the header {len(header)}; put a text that holds the separator into quotes",
            Cause("cells_beside_header", {"cells": len(row), "columns": len(header)}),
        )
    if wrong := next(
        (text for text in (question, answer) if text and text[0] == "#" and _ERROR_VALUE.fullmatch(text)), None
    ):
        return f"it holds the error value {wrong}; correct it in the sheet", Cause("error_value", {"value": wrong})
    if not question and not answer:
        return "it has neither a question nor an answer", Cause("no_question_no_answer")
    if not question:
        return "it has an answer and no question", Cause("no_question")
    if not answer and sum(map(bool, row)) == 1 and _FULL_WIDTH.search(question):
        return "it has no answer; its cells may be separated by a full-width comma", Cause("no_answer_full_width")
    return None if answer else ("it has a question and no answer", Cause("no_answer"))


def _has_more(row: Sequence[str], header: Sequence[str]) -> bool:
    """Whether cells stand beside the columns that the header names."""
    return any(row[len(header) :])


def _unread_of(number: int, fields: Mapping[str, str], columns: Mapping[int, str], unread: Unread) -> Cause | None:
    """Of the cells that would hold the question or the answer that the row lacks."""
    missing = {"question", "answer"} - set(fields)
    return next(
        (unread[number, place] for place in columns if columns[place] in missing and (number, place) in unread), None
    )


def misses_a_column(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sheet that is read as a table looks like one of questions and answers: by its first rows, else by a
    column that mostly asks.
    """
    if any(_mostly_asks(column) for column in zip_longest(*rows[:_ROWS_LOOKED_AT], fillvalue="")):
        return True
    for row in [row for row in rows if any(row)][:_HEADER_WITHIN]:
        short = [text for text in row if text and len(text) <= _LONGEST_COLUMN_NAME]
        if len(short) > 1 and any(_LIKE_A_QUESTION.search(text) for text in short):
            return True
    return False


def _mostly_asks(column: Sequence[str]) -> bool:
    asking = sum(_ASKS.search(text) is not None for text in column)
    return asking >= max(_LEAST_ASKING, _SHARE_ASKING * sum(map(bool, column)))


def header_position(rows: Sequence[Sequence[str]]) -> int | None:
    """Which row names a question and an answer column; None for a sheet of something else."""
    filled = [position for position, texts in enumerate(rows) if any(texts)]
    for position in filled[:_HEADER_WITHIN]:
        if {"question", "answer"} <= set(_columns(rows[position]).values()):
            return position
    return None


def _columns(header: Sequence[str]) -> dict[int, str]:
    """Field names by column; the first column of a name counts, and one of the very name before one alike."""
    named: dict[int, str] = {}
    header = _without_numbers(header)
    for column, text in enumerate(header):
        field = _column_field(text)
        if field is not None and field not in named.values():
            named[column] = field
    for column, text in enumerate(header):
        field = _like_field(text)
        if column not in named and field is not None and field not in named.values():
            named[column] = field
    if "answer" not in named.values():
        for column, text in enumerate(header):
            if _bare(text) in _ALSO_ANSWER:
                named[column] = "answer"
                break
    return named


def _pairs(header: Sequence[str]) -> list[dict[int, str]]:
    """The columns by field name; several times for a header that has its question and answer again beside the first
    ones (问题1, 答案1, 问题2, 答案2). The other fields are of all of them, but an id is of one question alone.
    """
    left, pairs = list(header), [_columns(header)]
    first = {field: column for column, field in pairs[0].items()}
    names = [_numberless(header[first[field]]) for field in ("question", "answer") if field in first]
    shared = {column: field for column, field in pairs[0].items() if field not in {"question", "answer", "id"}}
    columns = pairs[0]
    while len(names) == 2:
        for column, field in columns.items():
            left[column] = left[column] if field not in {"question", "answer"} else ""
        again = {field: _column_named(left, name) for field, name in zip(("question", "answer"), names, strict=True)}
        if None in again.values():
            break
        columns = {column: field for field, column in again.items() if column is not None}
        pairs.append(shared | columns)
    return pairs


def _column_named(header: Sequence[str], name: str) -> int | None:
    return next((column for column, text in enumerate(header) if text and _numberless(text) == name), None)


def _without_numbers(header: Sequence[str]) -> list[str]:
    """问题1 as 问题, where each numbered question has its answer: several ways to ask for one answer have none."""
    bare = [_numberless(text) for text in header]
    numbered = [_like_field(name) for name, text in zip(bare, header, strict=True) if name != _bare(text)]
    is_of_pairs = 0 < numbered.count("question") == numbered.count("answer")
    return bare if is_of_pairs else list(header)


def _numberless(text: str) -> str:
    return _bare(text).rstrip("0123456789一二三四五六七八九十")


def _like_field(text: str) -> str | None:
    """用户问题 and 参考答案 are names of these columns too."""
    bare = _bare(text).lower()
    if not bare or len(bare) > _LONGEST_COLUMN_NAME or bare.startswith(("是否", "有无", "未", "相似", "反例", "扩展")):
        return None
    if _NAMES_A_QUESTION.search(bare):
        return "question"
    return "answer" if _NAMES_AN_ANSWER.search(bare) else None


def _bare(text: str) -> str:
    return re.sub(r"[（(\[【].*|[\s*＊:：_]", "", text, flags=re.DOTALL)


def _column_field(text: str) -> str | None:
    if not text or len(text) > 60:
        return None
    bare = re.sub(r"[（(\[【].*", "", text, flags=re.DOTALL).strip()
    return field_name(text) or field_name(bare) or field_name(bare.removeprefix("分段"))


def _fields(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    width = len(row)
    return {field: text for column, field in columns.items() if column < width and (text := row[column].strip())}


def _row(number: int, fields: dict[str, str]) -> QuestionAnswer:
    """Several questions in one cell, one a line, are one question and its similar ones."""
    asked = [line.strip() for line in fields.pop("question", "").split("\n") if line.strip()] or [fields["title"]]
    answer = fields.pop("answer")
    similar = [part.strip() for part in _LIST_BORDER.split(fields.pop("similar_questions", "")) if part.strip()]
    return QuestionAnswer(number, asked[0], answer, tuple(dict.fromkeys([*asked[1:], *similar])), fields)
