"""What the pages of deadlines and of the review queue show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from kb_service.api.lead_times import CalendarYear, ShownDay
from kb_service.api.version_shapes import VersionRow, row_of
from kb_service.console.version_view import has_contributed
from kb_service.domain.documents import Version, VersionState
from kb_service.domain.lead_time import Compliance
from kb_service.domain.people import Actor
from kb_service.domain.queries import SuspicionQuery, VersionQuery
from kb_service.domain.suspicions import SuspicionState
from kb_service.publishing.due import DueItem, due_items, kept_lead_times
from kb_service.service import Service


@dataclass(frozen=True, slots=True)
class DueCounts:
    overdue: Sequence[DueItem]
    today: Sequence[DueItem]
    week: Sequence[DueItem]
    all: Sequence[DueItem]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row of one name."""

    first: date
    last: date
    is_working: bool
    name: str | None


def due_now(service: Service, today: date) -> DueCounts:
    """The most urgent first. ``week``: what is due within seven days, what is overdue with it."""
    items = due_items(
        service.records.shelf.with_a_deadline(),
        today=today,
        until=None,
        calendar=service.records.working_days.calendar(),
    )
    dated = [(each, each.publish_by) for each in items]
    return DueCounts(
        overdue=[each for each, day in dated if day is not None and day < today],
        today=[each for each, day in dated if day == today],
        week=[each for each, day in dated if day is None or day <= today + timedelta(days=7)],
        all=items,
    )


def compliance_since(service: Service, today: date) -> Sequence[Compliance]:
    """Rows with something to count, of the last twelve months and of what is to come."""
    since = date(today.year - 1, today.month, 1)
    rows = kept_lead_times(
        service.records.shelf.approved(since=since, until=None),
        today=today,
        calendar=service.records.working_days.calendar(),
        month=None,
        department=None,
    )
    return [row for row in rows if row.counted or row.pending]


def stretches(year: CalendarYear) -> list[Stretch]:
    """Holidays and make-up days, days in a row as one."""
    found: list[Stretch] = []
    for (is_working, name), days in groupby(year.days, key=lambda each: (each.is_working, each.name)):
        for run in _in_a_row(days):
            found.append(Stretch(run[0], run[-1], is_working, name))
    return found


def _in_a_row(days: Iterable[ShownDay]) -> Iterable[list[date]]:
    run: list[date] = []
    for each in days:
        if run and each.day != run[-1] + timedelta(days=1):
            yield run
            run = []
        run.append(each.day)
    if run:
        yield run


PAGE = 30
_AT_ONCE = 200
_UNSETTLED = (SuspicionState.OPEN, SuspicionState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """``effect_counts``: of the last rehearsal by effect, None before the first."""

    row: VersionRow
    effect_counts: Mapping[str, int] | None
    suspected: int
    contributed: bool


def queue(service: Service, actor: Actor, *, start: int) -> tuple[list[Waiting], int]:
    """A page of them, those submitted first at the top, and how many there are in all."""
    waiting = sorted(_in_review(service), key=lambda each: (each.submitted_at or each.created_at, each.id))
    return [_waiting(service, actor, each) for each in waiting[start : start + PAGE]], len(waiting)


def _in_review(service: Service) -> Iterator[Version]:
    wanted, cursor = VersionQuery(states=(VersionState.IN_REVIEW,)), None
    while True:
        found = service.records.shelf.versions(wanted, limit=_AT_ONCE, cursor=cursor)
        yield from found.versions
        cursor = found.next_cursor
        if cursor is None:
            return


def _waiting(service: Service, actor: Actor, version: Version) -> Waiting:
    rehearsal = service.records.rehearsals.latest(version.id)
    wanted = SuspicionQuery(states=_UNSETTLED, version_id=version.id)
    suspected: Sequence[object] = service.records.suspicions.list(wanted, limit=_AT_ONCE).suspicions
    return Waiting(
        row=row_of(service, version),
        effect_counts=rehearsal.counts if rehearsal else None,
        suspected=len(suspected),
        contributed=has_contributed(service, version, actor),
    )
