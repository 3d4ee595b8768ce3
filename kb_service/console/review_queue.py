"""Versions that wait for a reviewer, with what a reviewer wants to know before opening one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb_service.api.version_shapes import VersionRow, row_of
from kb_service.console.version_view import has_contributed
from kb_service.domain.documents import Version, VersionState
from kb_service.domain.people import Actor
from kb_service.domain.queries import SuspicionQuery, VersionQuery
from kb_service.domain.suspicions import SuspicionState
from kb_service.service import Service

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
