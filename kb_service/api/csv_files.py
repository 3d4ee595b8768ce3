"""Lists as CSV, as spreadsheets read them."""

import csv
import io

from fastapi import Response

CSV = "text/csv"
# A spreadsheet takes what begins so for a formula, full-width signs too where Chinese is typed (OWASP, CSV injection);
# and people choose the names of channels.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def is_csv_asked(format: str | None, accept: str) -> bool:
    """By ``format=csv``, else by the header `Accept`."""
    return format == "csv" or (format is None and accept.split(";")[0].strip() == CSV)


def csv_file(name: str, text: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=f"{CSV}; charset=utf-8", headers=headers)


def csv_text(rows: "list[tuple[object, ...]]") -> str:
    """With the mark by which spreadsheets know UTF-8."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(each) for each in row] for row in rows)
    return "\ufeff" + written.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
