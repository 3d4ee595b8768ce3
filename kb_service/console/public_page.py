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

_TITLES = {
    "questions": "小申收到的提问",
    "answered": "其中答复的",
    "handed_over": "其中转人工的",
    "confirmed": "本人说已解决的",
    "implied": "推定已解决的",
    "talks": "人工帮办的会话",
    "talks_confirmed": "本人评价为已解决的会话",
    "talks_implied": "推定已解决的会话",
}
_SHARE = {"constraints": {"minimum": 0, "maximum": 1}}
_DATA_PACKAGE = "https://specs.frictionlessdata.io/schemas/tabular-data-package.json"


class TransparencyWords(Words):
    """`prompts/transparency.yaml`; ``with_model`` has a blank for its name."""

    name: str
    what_it_is: tuple[str, ...]
    without_model: str
    with_model: str
    not_for: tuple[str, ...]
    limits: tuple[str, ...]
    reaching_people: str


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
    fields = list(_fields(record.smallest))
    columns = [field["name"] for field in fields]
    table = csv_text([(*columns,), *((*(_cell(row[name]) for name in columns),) for row in rows)])
    return {
        "resolution.csv": table,
        "resolution.json": _json(_head(record) | {"rows": rows}),
        "datapackage.json": _json(_package(record, fields, table.encode())),
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


def _fields(smallest: int) -> Iterator[dict[str, Any]]:
    """As the Table Schema of Frictionless Data has them."""
    yield _field("by", "string", "分组", "total 为合计；matter 事项，department 责任单位，district 区，week 周") | {
        "constraints": {"required": True, "enum": ["total", *(each.value for each in TABLES)]}
    }
    yield _field("value", "string", "编号", "事项或责任单位的编号、区名、周一的日期；合计和未说明的为空")
    yield _field("name", "string", "名称", "未说明的为空")
    for measure in MEASURES:
        told = f"少于 {smallest}，或者能由此算出少于 {smallest} 的数的，不公开，为空"
        yield _field(measure.name, "integer", _TITLES[measure.name], told) | {"constraints": {"minimum": smallest}}
        if measure.name in RATES:
            yield _field(f"{measure.name}_n", "integer", f"{_TITLES[measure.name]}：可算的个数", "比率的分母")
            yield _field(f"{measure.name}_rate", "number", f"{_TITLES[measure.name]}：比率", "0 到 1") | _SHARE
            yield (
                _field(f"{measure.name}_low", "number", f"{_TITLES[measure.name]}：区间下限", "95% Wilson 区间")
                | _SHARE
            )
            yield (
                _field(f"{measure.name}_high", "number", f"{_TITLES[measure.name]}：区间上限", "95% Wilson 区间")
                | _SHARE
            )
    yield _field("withheld", "string", "不公开的列", "列名，以空格分开")


def _field(name: str, kind: str, title: str, description: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "title": title, "description": description}


def _head(record: PublicRecord) -> dict[str, Any]:
    return {
        "first": record.period.first.isoformat(),
        "last": record.period.last.isoformat(),
        "made_at": record.at.isoformat(timespec="seconds"),
        "smallest_count": record.smallest,
    }


def _package(record: PublicRecord, fields: Sequence[Mapping[str, Any]], table: bytes) -> dict[str, Any]:
    """``table``: the CSV; whoever copied it finds by its hash whether it is whole."""
    month = f"{record.period.first:%Y-%m}"
    return {
        "$schema": _DATA_PACKAGE,
        "profile": "tabular-data-package",
        "name": f"resolution-{month}",
        "title": f"智能问答与人工帮办解决率 {month}",
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
        rates=[(name, _TITLES[name], record.total.rate(name)) for name in RATES],
        said=said,
        model=said.with_model.format(model=told.model) if told.model else said.without_model,
        told=told,
        words=screen_words(prompts),
        labels=[each for method, each in labels.items() if told.model or method is not Method.MODEL_CHECKED],
    )
