"""Refused records written out as they came, each with its reason, also in Chinese: to be mended and imported again."""

import csv
import json
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from ingestion.frontmatter import field_name
from ingestion.importing import Imported
from ingestion.parsing.comma_separated import rows_of_csv
from ingestion.parsing.decode import decode
from ingestion.parsing.question_answers import header_position
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

Row = list[str]
# The sentence in Chinese.
Tell = Callable[[Cause], str]


def sheet_of(content: str | None) -> str | None:
    """The sheet that a refused row stands in, where its workbook has several."""
    found = (_record_of(content) or {}).get("_sheet")
    return found if isinstance(found, str) else None


def refused_line(
    content: str | None, *, file_name: str, line: int | None, reason: str | None, message: str | None
) -> str:
    """A line of `.jsonl`; what is no JSON object stands in `_raw`. Imports pass over names that begin with "_"."""
    record = _record_of(content)
    if record is None:
        record = {"_raw": content or ""}
    remarks = {"_file": file_name, "_line": line, "_reason": reason, "_message": message}
    return json.dumps(record | remarks, ensure_ascii=False) + "\n"


def _record_of(content: str | None) -> dict[str, Any] | None:
    """None for what is no JSON object."""
    try:
        parsed = json.loads(content or "")
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def require_refused_file(path: Path, sources: Sequence[Path]) -> None:
    """Raises FileRefused for a name that `write_refused` cannot write, or must not write over."""
    if path.suffix.lower() not in (".jsonl", ".csv"):
        raise FileRefused(
            f"refused records are written as .jsonl or .csv, not as {path.name}", Cause("refused_file_name")
        )
    if any(path.resolve() == source.resolve() for source in sources):
        raise FileRefused(
            f"{path} is to be read; name another file for the refused records", Cause("refused_file_is_read")
        )


def write_refused(path: Path, refused: Sequence[Imported], *, tell: Tell) -> int:
    """How many of the records could not be written: a `.csv` takes only rows of `.csv` files with one header."""
    records = [each for each in refused if each.line is not None]
    if not records:
        return 0
    if path.suffix.lower() == ".csv":
        return _write_rows(path, records, tell)
    lines = [
        refused_line(
            each.content,
            file_name=Path(each.source).name,
            line=each.line,
            reason=each.reason,
            message=tell(each.cause) if each.cause else None,
        )
        for each in records
    ]
    path.write_text("".join(lines), encoding="utf-8", errors="replace")
    return 0


def _write_rows(path: Path, records: Sequence[Imported], tell: Tell) -> int:
    written: list[Row] = []
    header: Row = []
    columns: Row = []
    left_out = 0
    for source, group in groupby(records, key=lambda each: each.source):
        of_source = list(group)
        own_header, rows = _rows_of(Path(source))
        header = header or own_header
        if not own_header or own_header != header:
            left_out += len(of_source)
            continue
        columns = header if _id_column(header) in header else [*header, "id"]
        written += [_row(rows[int(each.line or 0) - 1], each, columns, tell, named=len(header)) for each in of_source]
    if written:
        with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a mark by which Excel knows UTF-8
            csv.writer(file).writerows([[*columns, "_reason", "_message"], *written])
    return left_out


def _row(cells: Row, refused: Imported, header: Row, tell: Tell, *, named: int) -> Row:
    """As it was, but for its whole id: without one, or with a mere number, it would be named after the new file.

    ``named``: how many cells have a name in the sheet. Those beside stand behind the reason, so that nothing is lost
    and the row is refused until it is mended.
    """
    even = [*cells[:named], *[""] * len(header)][: len(header)]
    even[header.index(_id_column(header))] = json.loads(refused.content or "{}").get("id", "")
    beside = cells[named:]
    return [*even, refused.reason or "", tell(refused.cause) if refused.cause else "", *beside]


def _id_column(header: Row) -> str:
    return next((text for text in header if field_name(text) == "id"), "id")


def _rows_of(source: Path) -> tuple[Row, list[Row]]:
    """The header and all rows; no header for what is no `.csv` of questions and answers."""
    if source.suffix.lower() not in (".csv", ".tsv"):
        return [], []
    text = decode(source.read_bytes(), source.name)
    rows = [row.cells for row in rows_of_csv(text, source.name)]
    position = header_position(rows)
    return ([] if position is None else rows[position]), rows
