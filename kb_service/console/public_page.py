"""The public record as files: open data with its description, and a page that says what the service is."""

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_service.api.csv_files import csv_text
from kb_service.api.door_words import door_words
from kb_service.console.monthly_report import STYLE, Names
from kb_service.console.screens import rendered
from kb_service.console.words import screen_words
from kb_service.domain.answers import Method
from kb_service.domain.matters import Department
from kb_service.domain.public_record import MEASURES, RATES, TABLES, PublicRecord, PublicRow
from kb_service.domain.reports import Rated
from kb_service.domain.resolution import By, Share
from kb_service.text.vocabulary import Words, load

_SHARE = {"constraints": {"minimum": 0, "maximum": 1}}
_DATA_PACKAGE = "https://specs.frictionlessdata.io/schemas/tabular-data-package.json"


class ColumnWords(Words):
    """What a column of the table is called, and what stands in it; may have blanks."""

    title: str
    description: str


class OpenDataWords(Words):
    """``counts``: what each count is called, by the name of its measure; ``count``: the column of any of them,
    ``count_of``, ``rate``, ``low``, ``high``: of how many a rate is, itself, and its interval."""

    title: str
    by: ColumnWords
    value: ColumnWords
    name: ColumnWords
    counts: Mapping[str, str]
    count: ColumnWords
    count_of: ColumnWords
    rate: ColumnWords
    low: ColumnWords
    high: ColumnWords
    withheld: ColumnWords


class TransparencyWords(Words):
    """`prompts/transparency.yaml`; ``with_model`` has a blank for its name."""

    name: str
    what_it_is: tuple[str, ...]
    without_model: str
    with_model: str
    not_for: tuple[str, ...]
    limits: tuple[str, ...]
    reaching_people: str
    open_data: OpenDataWords


@dataclass(frozen=True, slots=True)
class Told:
    """Of the service. ``model``: of the language model, empty without one. ``wrong``: the share of answers given that
    were wrong, where it was measured on the site's own questions; ``wrong_of_sample``: the same of a sample of what
    people asked. ``desk``: who takes what is nobody else's."""

    model: str
    wrong: Share | None
    contact: str
    desk: Department | None
    wrong_of_sample: Rated | None = None


@functools.cache
def transparency_words(folder: Path) -> TransparencyWords:
    """Read once. Raises VocabularyFault."""
    return load(folder, "transparency.yaml", TransparencyWords)


def files_of(record: PublicRecord, names: Names, told: Told, *, prompts: Path) -> Mapping[str, str]:
    """Their texts by their names."""
    rows = [_values(each, names) for each in [record.total, *record.rows]]
    said = transparency_words(prompts).open_data
    fields = list(_fields(said, record.smallest))
    columns = [field["name"] for field in fields]
    table = csv_text([(*columns,), *((*(_cell(row[name]) for name in columns),) for row in rows)])
    return {
        "resolution.csv": table,
        "resolution.json": _json(_head(record) | {"rows": rows}),
        "datapackage.json": _json(_package(record, said, fields, table.encode())),
        "index.html": _page(record, told, prompts),
    }


def _values(row: PublicRow, names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {"by": row.by or "total", "value": row.value or None, "name": _name(row, names)}
    for measure in MEASURES:
        found[measure.name] = row.count(measure.name)
        if measure.name in RATES:
            rate = row.rate(measure.name)
            found |= {
                f"{measure.name}_n": rate.n if rate else None,
                f"{measure.name}_rate": round(rate.rate, 4) if rate and rate.rate is not None else None,
                f"{measure.name}_low": round(rate.low, 4) if rate else None,
                f"{measure.name}_high": round(rate.high, 4) if rate else None,
            }
    return found | {"withheld": row.withheld}


def _name(row: PublicRow, names: Names) -> str | None:
    match row.by:
        case By.MATTER:
            return names.matters.get(row.value)
        case By.DEPARTMENT:
            return names.departments.get(row.value)
        case _:
            return row.value or None


def _cell(value: object) -> object:
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else value


def _fields(said: OpenDataWords, smallest: int) -> Iterator[dict[str, Any]]:
    """As the Table Schema of Frictionless Data has them."""
    grouped = {"constraints": {"required": True, "enum": ["total", *(each.value for each in TABLES)]}}
    yield _field("by", "string", said.by) | grouped
    yield _field("value", "string", said.value)
    yield _field("name", "string", said.name)
    for measure in MEASURES:
        blanks = {"count": said.counts[measure.name], "smallest": smallest}
        yield _field(measure.name, "integer", said.count, **blanks) | {"constraints": {"minimum": smallest}}
        if measure.name in RATES:
            yield _field(f"{measure.name}_n", "integer", said.count_of, **blanks)
            yield _field(f"{measure.name}_rate", "number", said.rate, **blanks) | _SHARE
            yield _field(f"{measure.name}_low", "number", said.low, **blanks) | _SHARE
            yield _field(f"{measure.name}_high", "number", said.high, **blanks) | _SHARE
    yield _field("withheld", "string", said.withheld)


def _field(name: str, kind: str, said: ColumnWords, **blanks: object) -> dict[str, Any]:
    title, description = said.title.format(**blanks), said.description.format(**blanks)
    return {"name": name, "type": kind, "title": title, "description": description}


def _head(record: PublicRecord) -> dict[str, Any]:
    return {
        "first": record.period.first.isoformat(),
        "last": record.period.last.isoformat(),
        "made_at": record.at.isoformat(timespec="seconds"),
        "smallest_count": record.smallest,
    }


def _package(
    record: PublicRecord, said: OpenDataWords, fields: Sequence[Mapping[str, Any]], table: bytes
) -> dict[str, Any]:
    """``table``: the CSV; whoever copied it finds by its hash whether it is whole."""
    month = f"{record.period.first:%Y-%m}"
    return {
        "$schema": _DATA_PACKAGE,
        "profile": "tabular-data-package",
        "name": f"resolution-{month}",
        "title": said.title.format(month=month),
        "created": record.at.isoformat(timespec="seconds"),
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "resolution",
                "path": "resolution.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(table),
                "hash": f"sha256:{hashlib.sha256(table).hexdigest()}",
                "schema": {"fields": [*fields], "missingValues": [""]},
            }
        ],
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _page(record: PublicRecord, told: Told, prompts: Path) -> str:
    said, labels = transparency_words(prompts), door_words(prompts).produced_by
    return rendered(
        "public_page.html",
        style=STYLE,
        record=record,
        total=record.total,
        rates=[(name, said.open_data.counts[name], record.total.rate(name)) for name in RATES],
        said=said,
        model=said.with_model.format(model=told.model) if told.model else said.without_model,
        told=told,
        words=screen_words(prompts),
        labels=[each for method, each in labels.items() if told.model or method is not Method.MODEL_CHECKED],
    )
