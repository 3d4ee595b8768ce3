"""`/v1/versions`: their lists, and the steps of their life. Reading one is in `knowledge.py`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import Field

from kb_service.api.access import Editor, Reviewer, ServiceOf, Staff, needs
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.api.version_shapes import VersionRow, WantedVersions, row_of, rows_of
from kb_service.domain.causes import Cause
from kb_service.domain.days import cause_of_bad_day, shanghai_day
from kb_service.domain.documents import Version
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.open_points import PointKind
from kb_service.domain.people import Actor, Role
from kb_service.domain.queries import VersionQuery
from kb_service.publishing.due import due_items, due_page
from kb_service.service import Service

router = APIRouter(prefix="/v1/versions", tags=["versions"])

_REVISION = re.compile("[0-9]{1,9}")
IfMatch = Annotated[str | None, Header(description='The ETag that was read, e.g. "3": refuse if it changed since.')]


@dataclass(frozen=True, slots=True)
class VersionList:
    """``next_cursor`` goes on behind the last row; None at the end. ``total`` of all pages."""

    versions: list[VersionRow]
    total: int
    next_cursor: str | None


class StepRequest(RequestBody):
    reason: StorableText | None = Field(default=None, max_length=2000)


class GateRequest(StepRequest):
    confirm: list[PointKind] = Field(
        default=[], max_length=len(PointKind), description="The kinds of all open points; see GET …/gate."
    )


class ApprovalRequest(GateRequest):
    withdraw: StorableText | None = Field(default=None, max_length=36, description="A version that this one corrects.")


class ConfirmRequest(StepRequest):
    review_by: date | None = Field(
        default=None, description="The next one; else as many days ahead as for kept replies."
    )


class RefuseRequest(RequestBody):
    reason: StorableText = Field(max_length=2000)


@router.get("")
def versions(
    service: ServiceOf,
    _actor: Staff,
    wanted: WantedVersions,
    due: Annotated[str | None, Query(description="today, overdue, week, all, or a day (YYYY-MM-DD).")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> VersionList:
    """Newest first; with ``due`` those not yet published whose deadline is by then, the most urgent first."""
    if due is not None:
        return _due(service, due, wanted, limit=limit, cursor=cursor)
    page = service.records.shelf.versions(wanted, limit=limit, cursor=cursor)
    return VersionList(rows_of(service, page.versions), service.records.shelf.count(wanted), page.next_cursor)


@router.patch("/{version_id}")
def edit(
    version_id: str, body: dict[str, Any], service: ServiceOf, actor: Editor, if_match: IfMatch = None
) -> VersionRow:
    """Change fields of a draft, named as in the bulk format; ``text`` or ``answer`` is its whole new text."""
    version = service.library.version(version_id)
    draft = service.reading().edited(version, service.library.passages_of_version(version_id), body)
    expected = _revision(if_match)
    # What was computed from the version as read must not be laid over a newer one.
    return _after(
        service,
        service.publishing.edit(
            version_id, draft, actor=actor.person_id, if_revision=version.revision if expected is None else expected
        ),
    )


@router.post("/{version_id}:submit")
def submit(
    version_id: str, service: ServiceOf, actor: Editor, body: GateRequest | None = None, if_match: IfMatch = None
) -> VersionRow:
    """Ask for review; ``reason`` says why it is late, where it is. What is open has to be confirmed."""
    asked = body or GateRequest()
    submitted = service.publishing.submit(
        version_id,
        actor=actor.person_id,
        reason=asked.reason,
        confirmed=asked.confirm,
        if_revision=_revision(if_match),
    )
    return row_of(service, submitted)


@router.post("/{version_id}:approve")
def approve(
    version_id: str, service: ServiceOf, actor: Reviewer, body: ApprovalRequest | None = None, if_match: IfMatch = None
) -> VersionRow:
    """Make it knowledge. Whoever uploaded or edited it cannot. The rehearsal's verdict is kept with the approval."""
    asked = body or ApprovalRequest()
    return _after(
        service,
        service.publishing.approve(
            version_id,
            actor=actor.person_id,
            reason=asked.reason,
            withdraw=asked.withdraw,
            confirmed=asked.confirm,
            if_revision=_revision(if_match),
        ),
    )


@router.post("/{version_id}:reject")
def reject(
    version_id: str, body: RefuseRequest, service: ServiceOf, actor: Reviewer, if_match: IfMatch = None
) -> VersionRow:
    """Send it back with the reason."""
    rejected = service.publishing.reject(
        version_id, actor=actor.person_id, reason=body.reason, if_revision=_revision(if_match)
    )
    return _after(service, rejected)


@router.post("/{version_id}:recall")
def recall(version_id: str, service: ServiceOf, actor: Editor, if_match: IfMatch = None) -> VersionRow:
    """Back from review to a draft, by who worked on it."""
    return _after(
        service, service.publishing.recall(version_id, actor=actor.person_id, if_revision=_revision(if_match))
    )


@router.post("/{version_id}:discard")
def discard(
    version_id: str, service: ServiceOf, actor: Editor, body: StepRequest | None = None, if_match: IfMatch = None
) -> VersionRow:
    """Put a draft out of the way, by who worked on it. It stays in the trail; `:revise` makes a new draft of it."""
    reason = (body or StepRequest()).reason
    discarded = service.publishing.discard(
        version_id, actor=actor.person_id, reason=reason, if_revision=_revision(if_match)
    )
    return _after(service, discarded)


@router.post("/{version_id}:withdraw")
def withdraw(
    version_id: str, body: RefuseRequest, service: ServiceOf, actor: Reviewer, if_match: IfMatch = None
) -> VersionRow:
    """It was wrong: out of every view, past days too. Its predecessor is in force again."""
    withdrawn = service.publishing.withdraw(
        version_id, actor=actor.person_id, reason=body.reason, if_revision=_revision(if_match)
    )
    return _after(service, withdrawn)


@router.post("/{version_id}:confirm")
def confirm(
    version_id: str,
    service: ServiceOf,
    actor: Reviewer,
    body: ConfirmRequest | None = None,
    if_match: IfMatch = None,
) -> VersionRow:
    """Somebody looked at it, and it is still right: its review date moves."""
    asked = body or ConfirmRequest()
    confirmed = service.publishing.confirm(
        version_id,
        asked.review_by,
        actor=actor.person_id,
        reason=asked.reason,
        if_revision=_revision(if_match),
    )
    return _after(service, confirmed)


@router.post("/{version_id}:revise", status_code=201)
def revise(version_id: str, service: ServiceOf, actor: Editor) -> VersionRow:
    """A new draft with the same text and fields."""
    return _after(service, service.publishing.revise(version_id, actor=actor.person_id))


@router.post("/{version_id}:purge")
def purge(
    version_id: str, body: RefuseRequest, service: ServiceOf, actor: Annotated[Actor, needs(Role.ADMIN)]
) -> VersionRow:
    """For unlawful content: its text and original are gone for good; what cited it stays readable without the words."""
    service.purge(version_id, actor=actor.person_id, reason=body.reason)
    return row_of(service, service.library.version(version_id))


def _after(service: Service, version: Version) -> VersionRow:
    service.jobs.follow()
    return row_of(service, version)


def _due(service: Service, due: str, wanted: VersionQuery, *, limit: int, cursor: str | None) -> VersionList:
    today = shanghai_day(service.now())
    until = _until(due, today)
    version_of = {each.id: each for each in service.records.shelf.with_a_deadline(wanted)}
    calendar = service.records.working_days.calendar()
    items = due_items(version_of.values(), today=today, until=until, calendar=calendar)
    if due == "today":
        items = [each for each in items if each.publish_by == today]
    shown, following = due_page(items, limit=limit, cursor=cursor)
    return VersionList(rows_of(service, [version_of[each.version_id] for each in shown]), len(items), following)


def _until(due: str, today: date) -> date | None:
    match due:
        case "today":
            return today
        case "overdue":
            return today - timedelta(days=1)
        case "week":
            return today + timedelta(days=7)
        case "all":
            return None
    try:
        return date.fromisoformat(due)
    except ValueError as error:
        bad_day = cause_of_bad_day("due", due)
        raise InvalidRecord(
            f"due={due!r} is none of today, overdue, week, all, nor a day like 2026-12-31",
            bad_day if bad_day.name == "no_such_day" else Cause("unknown_due", {"value": due[:40]}),
        ) from error


def _revision(if_match: str | None) -> int | None:
    """From an ETag as we give it; None where any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not _REVISION.fullmatch(digits):
        raise InvalidRecord(
            f'If-Match: {if_match[:40]} is no ETag of a version; it is its revision, such as "3"',
            Cause("wrong_revision", {"value": if_match[:40]}),
        )
    return int(digits)
