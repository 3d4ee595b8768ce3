"""`/v1/resolution`: what was resolved, as people say and as their silence implies, with the clocks of human help."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from fastapi import APIRouter, Response

from kb_service.api.access import ServiceOf, Watcher
from kb_service.api.csv_files import AS_CSV, CsvAsked, csv_file, csv_text
from kb_service.api.periods import AskedPeriod
from kb_service.domain.answers import Reason
from kb_service.domain.audits import AuditedShare
from kb_service.domain.clocks import ClockKind
from kb_service.domain.resolution import (
    ASSISTANT_TARGETS,
    HUMAN_TARGETS,
    MATTER_TARGETS,
    AssistantCounts,
    By,
    Counts,
    Coverage,
    Figures,
    FirstReplies,
    HumanCounts,
    Period,
    Share,
    Target,
)
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["resolution"])


@dataclass(frozen=True, slots=True)
class AssistantResolution:
    """``confirmed``: of those of whom the person said whether it was resolved; ``implied``: of those whose seven days
    are over; ``pending``: those whose are not, or cannot be followed. ``asked_back``, ``out_of_scope``: beside it."""

    questions: int
    answered: int
    handed_over: int
    confirmed: Share
    implied: Share
    pending: int
    asked_back: int
    out_of_scope: int


@dataclass(frozen=True, slots=True)
class HumanResolution:
    talks: int
    going_on: int
    confirmed: Share
    implied: Share
    pending: int


@dataclass(frozen=True, slots=True)
class ResolutionOf:
    """``value``: an id, a district, a channel or the Monday of a week; None where nobody knows. ``audited``: what
    people judged of a sample, of all and of weeks; its ``rate`` is weighted, and None until all of a week is judged."""

    value: str | None
    name: str | None
    assistant: AssistantResolution
    human: HumanResolution
    audited: AuditedShare | None = None


@dataclass(frozen=True, slots=True)
class ClockKept:
    """``late``: over before it was met, or over and still running."""

    kind: ClockKind
    met: int
    late: int
    running: int
    stopped: int
    kept: Share


@dataclass(frozen=True, slots=True)
class LeadTimeKept:
    """Of texts whose first day is in the period."""

    on_time: int
    late: int
    not_achievable: int
    kept: Share


@dataclass(frozen=True, slots=True)
class Targets:
    assistant: list[Target]
    human: list[Target]
    matters: list[int]


@dataclass(frozen=True, slots=True)
class ResolutionReport:
    """``first`` to ``last``: days in Shanghai, both in it. ``left_out``: groups that are not listed. ``behind``:
    answers and talks that are not counted yet. ``coverage`` is of today. ``knowledge_used``: of the versions in force
    on a day of the period, those that its answers cite."""

    first: date
    last: date
    by: By
    at: datetime
    total: ResolutionOf
    groups: list[ResolutionOf]
    left_out: int
    reasons: dict[Reason, int]
    first_replies: FirstReplies
    clocks: list[ClockKept]
    coverage: Coverage
    knowledge_used: Share
    lead_time: LeadTimeKept
    targets: Targets
    behind: int


@router.get("/resolution", responses=AS_CSV)
def resolution(
    service: ServiceOf,
    _actor: Watcher,
    period: AskedPeriod,
    is_csv_asked: CsvAsked,
    by: By = By.WEEK,
) -> ResolutionReport:
    """Three figures are never one: what people confirmed, what their silence implies, and what people judged of a
    sample. As CSV with `format=csv` or `Accept: text/csv`: a row for each group and one for all."""
    report = report_of(service, period, by)
    if is_csv_asked:
        return csv_response(report)  # type: ignore[return-value]
    return report


def report_of(service: Service, period: Period, by: By) -> ResolutionReport:
    figures = service.measuring.figures(period, by)
    name_of = names_by(service, by)
    of_week = service.auditing.shares_by_week(period) if by is By.WEEK else {}
    groups = [_of(value, name_of.get(value or ""), counts) for value, counts in figures.groups.items()]
    return ResolutionReport(
        first=period.first,
        last=period.last,
        by=by,
        at=figures.at,
        total=replace(_of(None, None, figures.total), audited=service.auditing.share(period)),
        groups=[replace(each, audited=of_week.get(each.value or "")) for each in groups],
        left_out=figures.left_out,
        reasons=dict(figures.reasons),
        first_replies=figures.first_replies,
        clocks=_clocks(figures),
        coverage=service.measuring_use.coverage(),
        knowledge_used=service.measuring_use.used(period),
        lead_time=lead_time_of(service, period),
        targets=Targets([*ASSISTANT_TARGETS], [*HUMAN_TARGETS], [*MATTER_TARGETS]),
        behind=figures.behind,
    )


def names_by(service: Service, by: By) -> Mapping[str, str]:
    match by:
        case By.MATTER:
            return {each.id: each.name for each in service.catalogue.matter_names()}
        case By.DEPARTMENT:
            return {each.id: each.name for each in service.catalogue.departments()}
        case By.DISTRICT | By.CHANNEL | By.WEEK:
            return {}


def _of(value: str | None, name: str | None, counts: Counts) -> ResolutionOf:
    return ResolutionOf(value, name or value, of_assistant(counts.assistant), of_human(counts.human))


def of_assistant(counts: AssistantCounts) -> AssistantResolution:
    return AssistantResolution(
        questions=counts.questions,
        answered=counts.answered,
        handed_over=counts.handed_over,
        confirmed=counts.confirmed,
        implied=counts.implied_share,
        pending=counts.questions - counts.settled,
        asked_back=counts.asked_back,
        out_of_scope=counts.out_of_scope,
    )


def of_human(counts: HumanCounts) -> HumanResolution:
    pending = counts.talks - counts.going_on - counts.settled
    return HumanResolution(counts.talks, counts.going_on, counts.confirmed, counts.implied_share, pending)


def _clocks(figures: Figures) -> list[ClockKept]:
    return [ClockKept(each.kind, each.met, each.late, each.running, each.stopped, each.kept) for each in figures.clocks]


def lead_time_of(service: Service, period: Period) -> LeadTimeKept:
    found = service.reporting.lead_times(period)
    return LeadTimeKept(found.on_time, found.late, found.not_achievable, found.kept)


_COLUMNS = (
    "value", "name", "questions", "answered", "handed_over", "asked_back", "out_of_scope",
    "confirmed", "confirmed_n", "confirmed_rate", "confirmed_low", "confirmed_high",
    "implied", "implied_n", "implied_rate", "implied_low", "implied_high", "pending",
    "talks", "going_on",
    "talks_confirmed", "talks_confirmed_n", "talks_confirmed_rate", "talks_confirmed_low", "talks_confirmed_high",
    "talks_implied", "talks_implied_n", "talks_implied_rate", "talks_implied_low", "talks_implied_high",
    "talks_pending",
    "audited", "audited_n", "audited_rate", "audited_low", "audited_high",
)  # fmt: skip


def csv_response(report: ResolutionReport) -> Response:
    name = f"resolution-by-{report.by}-{report.first}-{report.last}.csv"
    return csv_file(name, csv_text([_COLUMNS, *map(_cells, report.groups), ("total", *_cells(report.total)[1:])]))


def _cells(group: ResolutionOf) -> tuple[object, ...]:
    assistant, human = group.assistant, group.human
    return (
        group.value or "",
        group.name or "",
        assistant.questions,
        assistant.answered,
        assistant.handed_over,
        assistant.asked_back,
        assistant.out_of_scope,
        *share_cells(assistant.confirmed),
        *share_cells(assistant.implied),
        assistant.pending,
        human.talks,
        human.going_on,
        *share_cells(human.confirmed),
        *share_cells(human.implied),
        human.pending,
        *(share_cells(group.audited) if group.audited else ("",) * 5),
    )


def share_cells(one: Share | AuditedShare) -> Iterator[object]:
    yield from (one.successes, one.n)
    yield from ("" if one.rate is None else f"{one.rate:.4f}", f"{one.low:.4f}", f"{one.high:.4f}")
