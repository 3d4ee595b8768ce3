"""The report of a month as one HTML file: it needs no network and no script, and prints on A4."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse

from kb_service.api.access import ServiceOf, Watcher
from kb_service.console.charts import HEIGHT, WIDTH, ChartDot, dots, trend, y_of
from kb_service.console.pages import HEADERS
from kb_service.console.screens import rendered
from kb_service.console.words import screen_words
from kb_service.domain.reports import MonthReport, Rated, weeks_up_to
from kb_service.domain.resolution import (
    ASSISTANT_TARGETS,
    HUMAN_TARGETS,
    MATTER_TARGETS,
    Counts,
    Grouped,
    Side,
    Target,
)
from kb_service.ports import Catalogue

router = APIRouter(prefix="/v1/reports", tags=["resolution"])

_MOST_DOTS = 60
_MOST_ROWS = 20
_NAMED_DOTS = 10
_TAG = 11
_ASSETS = files("kb_service.console") / "assets"
STYLE = "".join((_ASSETS / f"{each}.css").read_text("utf-8") for each in ("insight", "report"))
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Names:
    matters: Mapping[str, str]
    departments: Mapping[str, str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Names":
        return cls(
            {each.id: each.name for each in catalogue.matters()},
            {each.id: each.name for each in catalogue.departments()},
        )


@dataclass(frozen=True, slots=True)
class Row:
    """``number``: of its dot in the picture, where it has one. ``unresolved``: of those settled."""

    number: int | None
    name: str | None
    counts: Counts

    @property
    def unresolved(self) -> int:
        return self.counts.assistant.settled - self.counts.assistant.implied


@dataclass(frozen=True, slots=True)
class Tag:
    """The number of a dot, and where it is written."""

    dot: ChartDot
    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """``name``: confirmed, implied or audited."""

    side: Side
    name: str
    share: Rated
    before: Rated
    targets: Sequence[Target]

    @property
    def change(self) -> float | None:
        """In percentage points."""
        if self.share.rate is None or self.before.rate is None:
            return None
        return 100 * (self.share.rate - self.before.rate)

    @property
    def is_within_chance(self) -> bool:
        """Whether the intervals overlap."""
        return self.share.low <= self.before.high and self.before.low <= self.share.high


@router.get("/{month}", response_class=HTMLResponse)
def month_report(
    service: ServiceOf,
    _actor: Watcher,
    month: Annotated[str, InPath(description="2026-11", max_length=7)],
) -> Response:
    """A month in one HTML file, the same as `kb report --month` writes: figures against targets and the month before,
    twelve weeks, matters, reasons, clocks, gaps, feedback, and how everything is counted."""
    report, names = service.reporting.month(month), Names.of(service.catalogue)
    return HTMLResponse(html_of(report, names, prompts=service.settings.prompts_dir), headers=_HEADERS)


def html_of(report: MonthReport, names: Names, *, prompts: Path) -> str:
    figures = report.figures
    shown = _rows(figures.groups, names.matters)
    drawn = list(_dots(shown))
    return rendered(
        "report.html",
        report=report,
        style=STYLE,
        words=screen_words(prompts),
        period=figures.period,
        weeks_period=weeks_up_to(figures.period),
        figures=figures,
        rows_of_figures=list(_figures(report)),
        trends=[
            trend(Side.ASSISTANT, report.weeks, ASSISTANT_TARGETS),
            trend(Side.HUMAN, report.weeks, HUMAN_TARGETS),
        ],
        dots=drawn,
        tags=_tags(drawn),
        rows=_listed(shown),
        rows_left_out=len(shown) - len(_listed(shown)) + figures.left_out,
        departments=[
            Row(None, names.departments.get(value or "", value), counts) for value, counts in report.departments.items()
        ],
        most_gaps=max((each.on_time + each.late for each in report.gap_ages), default=0) or 1,
        matter_targets=MATTER_TARGETS,
        width=WIDTH,
        height=HEIGHT,
        y_of=y_of,
    )


def _figures(report: MonthReport) -> Iterator[MonthFigure]:
    for side, targets in ((Side.ASSISTANT, ASSISTANT_TARGETS), (Side.HUMAN, HUMAN_TARGETS)):
        new, old = getattr(report.figures.total, side), getattr(report.before, side)
        yield MonthFigure(side, "confirmed", new.confirmed, old.confirmed, targets)
        yield MonthFigure(side, "implied", new.implied_share, old.implied_share, targets)
        if report.audited and side is Side.ASSISTANT:
            yield MonthFigure(side, "audited", *report.audited, targets)


def _rows(groups: Grouped, name_of: Mapping[str, str]) -> list[Row]:
    """In their order. Those with most questions left unresolved have a number."""
    plain = [Row(None, name_of.get(value or "", value), counts) for value, counts in groups.items()]
    worst = sorted(plain, key=lambda row: -row.unresolved)[:_NAMED_DOTS]
    place = {id(row): number for number, row in enumerate(worst, start=1) if row.unresolved}
    return [Row(place.get(id(row)), row.name, row.counts) for row in plain]


def _listed(rows: Sequence[Row]) -> list[Row]:
    """Those with a number first, then by how many questions they have."""
    numbered = sorted((row for row in rows if row.number), key=lambda row: row.number or 0)
    return (numbered + [row for row in rows if not row.number])[:_MOST_ROWS]


def _dots(rows: Sequence[Row]) -> "list[tuple[ChartDot, int | None]]":
    """With their numbers; what has nothing to count yet has no dot."""
    drawn = [row for row in rows if row.number] + [row for row in rows if not row.number][:_MOST_DOTS]
    drawn = [row for row in drawn if row.counts.assistant.settled]
    points = [(row.name or "", row.counts.assistant.questions, row.counts.assistant.implied_share) for row in drawn]
    return [(dot, row.number) for dot, row in zip(dots(points), drawn, strict=True)]


def _tags(drawn: "Sequence[tuple[ChartDot, int | None]]") -> list[Tag]:
    """Above their dots, and above one another where dots are near."""
    placed: list[Tag] = []
    for dot, number in drawn:
        y = dot.y - dot.radius - 3
        while any(abs(dot.x - each.x) < _TAG and abs(y - each.y) < _TAG for each in placed):
            y -= _TAG
        if number:
            placed.append(Tag(dot, number, dot.x, round(y, 1)))
    return placed
