"""Lists as CSV, as spreadsheets read them: where `format=csv` or `Accept: text/csv` asks for it."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from fastapi import Depends, Header, Query, Response
from pydantic_core import to_jsonable_python

_T = TypeVar("_T")

CSV = "text/csv"
AS_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {}}}}
MOST_ROWS = 100_000
_PAGE = 200
# A spreadsheet takes what begins so for a formula, full-width signs too where Chinese is typed (OWASP, CSV injection);
# and people choose the names of channels.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def _is_csv_asked(
    format: Annotated[Literal["json", "csv"] | None, Query(description="`csv`: the whole list as CSV.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> bool:
    return format == "csv" or (format is None and accept.split(";")[0].strip() == CSV)


CsvAsked = Annotated[bool, Depends(_is_csv_asked)]


def csv_file(name: str, text: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=f"{CSV}; charset=utf-8", headers=headers)


def csv_text(rows: "list[tuple[object, ...]]") -> str:
    """With the mark by which spreadsheets know UTF-8."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(each) for each in row] for row in rows)
    return "\ufeff" + written.getvalue()


def list_as_csv(name: str, kind: type[Any], found: Sequence[object]) -> Response:
    """Columns are called as the fields are in JSON, those within a field with a point (`gap.question`)."""
    columns = tuple(_columns(kind))
    titles = tuple(".".join(each) for each in columns)
    return csv_file(name, csv_text([titles, *(tuple(_cell(one, each) for each in columns) for one in found)]))


def whole(page: Callable[[int, str | None], tuple[Sequence[_T], str | None]]) -> list[_T]:
    """All pages of a list, from ``page(limit, cursor)`` with the cursor of the next; 100,000 at most."""
    found, cursor = page(_PAGE, None)
    rows = list(found)
    while cursor is not None and len(rows) < MOST_ROWS:
        found, cursor = page(_PAGE, cursor)
        rows += found
    return rows


def _columns(kind: type[Any]) -> Iterator[tuple[str, ...]]:
    """By the types, so the same whatever the rows hold."""
    hints = get_type_hints(kind)
    for each in fields(kind):
        hint = hints[each.name]
        within = [one for one in get_args(hint) or (hint,) if isinstance(one, type) and is_dataclass(one)]
        if within and get_origin(hint) in (None, UnionType):
            yield from ((each.name, *path) for path in _columns(within[0]))
        else:
            yield (each.name,)


def _cell(one: object, path: tuple[str, ...]) -> object:
    """Empty where there is none; a day and a moment in ISO form, yes and no as 1 and 0, lists as in JSON."""
    for name in path:
        one = None if one is None else getattr(one, name)
    match one:
        case None:
            return ""
        case bool():
            return int(one)
        case str() | int() | float():
            return str(one)
        case date():
            return one.isoformat()
        case _:
            return json.dumps(to_jsonable_python(one), ensure_ascii=False)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
