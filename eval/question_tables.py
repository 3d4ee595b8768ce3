"""Questions with known answers as a table: a ``.csv`` or ``.xlsx`` file whose first row names the columns."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from eval.errors import SuiteInvalid
from eval.written_lines import WrittenLine
from ingestion.parsing.decode import decode
from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.sheets import rows_of_xlsx

_FIELD_OF = {
    **dict.fromkeys(("question", "问题", "問題", "提问"), "question"),
    **dict.fromkeys(("expected", "must_include", "必须出现", "必須出現"), "must_include"),
    **dict.fromkeys(("must_not", "不得出现", "不得出現"), "must_not"),
    **dict.fromkeys(("document", "文件"), "document"),
    **dict.fromkeys(("version_from", "版本起始日"), "version_from"),
    **dict.fromkeys(("as_of", "日期"), "as_of"),
    **dict.fromkeys(("region", "区", "区域"), "region"),
    **dict.fromkeys(("audience", "对象"), "audience"),
    **dict.fromkeys(("expect", "应当怎样"), "expect"),
    **dict.fromkeys(("type", "类型"), "type"),
    **dict.fromkeys(("matter", "事项"), "matter"),
    **dict.fromkeys(("department", "责任单位"), "department"),
    **dict.fromkeys(("id", "编号"), "id"),
    **dict.fromkeys(("note", "说明"), "note"),
}
_SAID_IN_CHINESE = {
    "expect": {
        "回答": "answer",
        "一般规定": "rule",
        "不回答": "decline",
        "反问": "clarify",
        "转出": "route",
        "问候": "courtesy",
    },
    "audience": {"个人": "person", "法人": "enterprise"},
}
_FACTS = {"must_include", "must_not"}
_SEVERAL = re.compile(r"[;；\n]")
# As spreadsheets write a day: 2026/7/1, 2026年7月1日.
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DELIMITERS = ",\t;"


def lines_of_table(file: Path) -> Iterator[WrittenLine]:
    """A line a row, with the number of its first line; empty rows are passed over. Each sheet has a first row.

    Raises SuiteInvalid for a first row that does not name a question and what a right reply is, and FileRefused for
    what is no text or no workbook.
    """
    names_of: dict[str, list[str]] = {}
    for sheet, place, cells in _rows_of_sheets(file) if file.suffix == ".xlsx" else _rows_of_csv(file):
        names = names_of.get(sheet)
        if not any(cells):
            continue
        if names is None:
            names_of[sheet] = _columns(cells, place)
        elif len(cells) > len(names):
            yield WrittenLine(place, {}, f"has {len(cells)} cells, and the first row names {len(names)} columns")
        else:
            yield WrittenLine(place, _fields(names, cells))


def _rows_of_sheets(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Sheet, place and cells."""
    for sheet, row, cells in rows_of_xlsx(file.read_bytes(), file.name, ParsingLimits()):
        yield sheet, f"{file.name}:{sheet}:{row}", [cell.strip() for cell in cells]


def _rows_of_csv(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    text = decode(file.read_bytes(), file.name)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    while True:
        place = f"{file.name}:{rows.line_num + 1}"
        try:
            yield "", place, [cell.strip() for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error as error:
            raise SuiteInvalid(f"{place}: {error}; a quote that is opened must be closed") from error


def _columns(cells: Sequence[str], place: str) -> list[str]:
    names = [_FIELD_OF.get(cell.lower(), "") for cell in cells]
    if "" in names:
        raise SuiteInvalid(
            f"{place}: {cells[names.index('')]!r} is none of the columns of a question: {', '.join(_FIELD_OF)}"
        )
    if twice := [name for name in names if names.count(name) > 1]:
        raise SuiteInvalid(f"{place}: {twice[0]!r} is named by two columns")
    if "question" not in names or not {"must_include", "document", "expect"} & set(names):
        raise SuiteInvalid(
            f"{place}: the first row must name question (问题), and expected (必须出现), document (文件) or expect"
        )
    return names


def _fields(names: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    said = {name: cell.replace("｜", "|") for name, cell in zip(names, cells, strict=False) if cell}
    fields: dict[str, object] = {name: _value(name, cell) for name, cell in said.items()}
    if "expect" not in fields and ("must_include" in fields or "document" in fields):
        fields["expect"] = "answer"
    return fields


def _value(name: str, cell: str) -> object:
    if name in _FACTS:
        return [fact.strip() for fact in _SEVERAL.split(cell) if fact.strip()]
    if name in {"as_of", "version_from"} and (day := _DAY.fullmatch(cell)):
        return f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    words = _SAID_IN_CHINESE.get(name, {})
    return "|".join(words.get(each.strip(), each.strip()) for each in cell.split("|")) if words else cell
