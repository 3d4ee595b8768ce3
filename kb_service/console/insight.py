"""What was resolved, in pictures and tables: for whoever answers for the service."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from kb_service.api.access import ServiceOf, Watcher
from kb_service.api.csv_files import csv_file, csv_text
from kb_service.api.periods import AskedPeriod
from kb_service.api.resolution import lead_time_of, names_by, of_assistant, of_human, share_cells
from kb_service.console.admission import Shown
from kb_service.console.charts import HEIGHT, WIDTH, cells, dots, trend, y_of
from kb_service.console.screens import page, see
from kb_service.domain.reports import month_of
from kb_service.domain.resolution import (
    ASSISTANT_TARGETS,
    GAP_AGES,
    HUMAN_TARGETS,
    MATTER_TARGETS,
    By,
    Counts,
    GapAges,
    Side,
)
from kb_service.measuring.measuring import Insight

router = APIRouter(prefix="/console", include_in_schema=False, route_class=Shown)

_MOST_DOTS = 60
_MOST_ROWS = 100


@router.get("/insight")
def insight(
    request: Request,
    service: ServiceOf,
    actor: Watcher,
    period: AskedPeriod,
    by: By = By.MATTER,
) -> Response:
    found = service.measuring.insight(period, by)
    figures, names = found.figures, names_by(service, by)
    shades = cells(found.hours)
    rows = [_row(value, names.get(value or ""), counts) for value, counts in figures.groups.items()]
    return page(
        request,
        "insight.html",
        period=period,
        by=by,
        bys=[each for each in By if each is not By.WEEK],
        query_of={"from": period.first, "to": period.last},
        figures=figures,
        total_assistant=of_assistant(figures.total.assistant),
        total_human=of_human(figures.total.human),
        audited=service.auditing.share(period),
        audited_of_week=service.auditing.shares_by_week(period),
        trends=[
            trend(Side.ASSISTANT, found.weeks, ASSISTANT_TARGETS),
            trend(Side.HUMAN, found.weeks, HUMAN_TARGETS),
        ],
        weeks=[_row(week, week, counts) for week, counts in found.weeks.items()],
        dots=dots(
            [(row["name"] or "", row["assistant"].questions, row["assistant"].implied) for row in rows[:_MOST_DOTS]]
        ),
        rows=rows[:_MOST_ROWS],
        rows_left_out=len(rows) - len(rows[:_MOST_ROWS]) + figures.left_out,
        gap_ages=found.gap_ages,
        most_gaps=max((each.on_time + each.late for each in found.gap_ages), default=0) or 1,
        cells=shades,
        busiest=max(shades, key=lambda each: each.count),
        hours=found.hours,
        coverage=service.measuring_use.coverage(),
        knowledge_used=service.measuring_use.used(period),
        matter_targets=MATTER_TARGETS,
        lead_time=lead_time_of(service, period),
        width=WIDTH,
        height=HEIGHT,
        y_of=y_of,
    )


@router.get("/insight/report")
def chosen_report(service: ServiceOf, actor: Watcher, month: str) -> Response:
    """Where the form for a month leads. Raises InvalidRecord for what is no month."""
    chosen = month_of(month, today=service.measuring.usual_period().last)
    return see(f"/v1/reports/{chosen.first:%Y-%m}")


@router.get("/insight/{picture}.csv")
def picture_as_csv(
    picture: Literal["hours", "gaps", "clocks", "reasons", "knowledge"],
    service: ServiceOf,
    actor: Watcher,
    period: AskedPeriod,
) -> Response:
    """What a picture shows; those of resolution are at `/v1/resolution`."""
    name = f"{picture}-{period.first}-{period.last}.csv"
    if picture == "knowledge":
        used = service.measuring_use.used(period)
        return csv_file(name, csv_text([("cited", "in_force", "rate", "low", "high"), tuple(share_cells(used))]))
    return csv_file(name, csv_text(_rows_of(picture, service.measuring.insight(period, By.WEEK))))


def _rows_of(picture: str, found: Insight) -> list[tuple[object, ...]]:
    match picture:
        case "hours":
            return [("weekday", "hour", "questions"), *((c.day + 1, c.hour, c.count) for c in cells(found.hours))]
        case "gaps":
            return [("days", "on_time", "late"), *((_days(each), each.on_time, each.late) for each in found.gap_ages)]
        case "clocks":
            kept = [(each.kind.value, each.met, each.late, each.running, each.stopped) for each in found.figures.clocks]
            return [("clock", "met", "late", "running", "stopped"), *kept]
        case _:
            return [("reason", "questions"), *((each.value, n) for each, n in found.figures.reasons.items())]


def _days(ages: GapAges) -> str:
    return f"over {GAP_AGES[-2]}" if ages.up_to_days is None else f"up to {ages.up_to_days}"


def _row(value: str | None, name: str | None, counts: Counts) -> dict[str, Any]:
    return {
        "value": value,
        "name": name or value,
        "assistant": of_assistant(counts.assistant),
        "human": of_human(counts.human),
    }
