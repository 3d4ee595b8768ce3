"""The page of one version, its difference from another, and the forms that move it on."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from kb_service.api.access import Editor, Reviewer, ServiceOf, Staff, actor_of
from kb_service.api.review import compared
from kb_service.api.sizes import LARGEST_NUMBER
from kb_service.console.admission import FormOf, Shown, text_field
from kb_service.console.screens import Trouble, page, see, settled
from kb_service.console.version_view import LONGEST_EDITABLE, fields_shown, version_view
from kb_service.domain.affected import EFFECTS
from kb_service.domain.causes import Cause
from kb_service.domain.days import cause_of_bad_day
from kb_service.domain.documents import Audience, Kind, Version
from kb_service.domain.errors import InvalidRecord, KbError, VersionChanged
from kb_service.service import Service

router = APIRouter(prefix="/console/versions/{version_id}", include_in_schema=False, route_class=Shown)

_ROWS = 50
_SEVERAL = frozenset({"similar_questions", "negative_questions", "repeals"})


Place = Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)]


@router.get("")
def version_page(
    request: Request,
    version_id: str,
    service: ServiceOf,
    actor: Staff,
    start: Annotated[Place, Query(alias="from")] = None,
    end: Annotated[Place, Query(alias="to")] = None,
) -> Response:
    """Its text with the passages, what it would change, what contradicts it, its history, and the next steps.

    ``start`` and ``end``: of the place that was cited, in code points of the text; it is marked.
    """
    cited = (start, end) if start is not None and end is not None and start < end else None
    return shown_version(request, service, version_id, cited=cited)


@router.get("/diff")
def diff(
    request: Request,
    version_id: str,
    service: ServiceOf,
    actor: Staff,
    against: str = "",
    all: bool = False,
) -> Response:
    """Article by article; what did not change only when asked for."""
    found = compared(service, version_id, against or None)
    version = service.library.version(version_id)
    return page(
        request,
        "diff.html",
        version=version,
        before=service.library.version(found.before_version_id) if found.before_version_id else None,
        difference=found.difference,
        rows=found.difference.rows if all else found.difference.changed_rows,
        shows_all=all,
        against=against,
        siblings=[each for each in service.records.shelf.document(version.document_id) if each.id != version_id],
    )


@router.get("/answers")
def answers(
    request: Request,
    version_id: str,
    service: ServiceOf,
    actor: Staff,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Those that cited it, and what they would be now."""
    found = service.records.affected.list(version_id, limit=_ROWS, cursor=cursor or None)
    return page(
        request,
        "answers.html",
        version=service.library.version(version_id),
        affected=service.records.affected.affected(version_id),
        answers=found.answers,
        effects=EFFECTS,
        kept_days=service.settings.keep_transcript_days,
        next_cursor=found.next_cursor,
    )


@router.post("/edit")
def edit(request: Request, version_id: str, service: ServiceOf, actor: Editor, form: FormOf) -> Response:
    if "text" in form and not text_field(form, "text").strip():
        typed = {name: text_field(form, name) for name in form}
        return shown_version(request, service, version_id, trouble=Trouble("no_text"), typed=typed)

    def act(if_revision: int) -> Version:
        version = service.library.version(version_id)
        passages = service.library.passages_of_version(version_id)
        draft = service.reading().edited(version, passages, _edited_fields(version, form))
        return service.publishing.edit(version_id, draft, actor=actor.person_id, if_revision=if_revision)

    return _step(request, service, version_id, form, "edited", act)


@router.post("/submit")
def submit(request: Request, version_id: str, service: ServiceOf, actor: Editor, form: FormOf) -> Response:
    reason = text_field(form, "reason").strip() or None
    act = partial(
        service.publishing.submit, version_id, actor=actor.person_id, reason=reason, confirmed=_confirmed(form)
    )
    return _step(request, service, version_id, form, "submitted", act)


@router.post("/approve")
def approve(request: Request, version_id: str, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    reason, corrected = text_field(form, "reason").strip() or None, text_field(form, "withdraw") or None
    act = partial(
        service.publishing.approve,
        version_id,
        actor=actor.person_id,
        reason=reason,
        withdraw=corrected,
        confirmed=_confirmed(form),
    )
    return _step(request, service, version_id, form, "approved", act)


@router.post("/recall")
def recall(request: Request, version_id: str, service: ServiceOf, actor: Editor, form: FormOf) -> Response:
    act = partial(service.publishing.recall, version_id, actor=actor.person_id)
    return _step(request, service, version_id, form, "recalled", act)


@router.post("/discard")
def discard(request: Request, version_id: str, service: ServiceOf, actor: Editor, form: FormOf) -> Response:
    reason = text_field(form, "reason").strip() or None
    act = partial(service.publishing.discard, version_id, actor=actor.person_id, reason=reason)
    return _step(request, service, version_id, form, "discarded", act)


@router.post("/reject")
def reject(request: Request, version_id: str, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    act = partial(service.publishing.reject, version_id, actor=actor.person_id, reason=text_field(form, "reason"))
    return _step(request, service, version_id, form, "rejected", act)


@router.post("/withdraw")
def withdraw(request: Request, version_id: str, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    act = partial(service.publishing.withdraw, version_id, actor=actor.person_id, reason=text_field(form, "reason"))
    return _step(request, service, version_id, form, "withdrawn", act)


@router.post("/confirm")
def confirm(request: Request, version_id: str, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    written = text_field(form, "review_by").strip()

    def act(if_revision: int) -> Version:
        try:
            review_by = date.fromisoformat(written) if written else None
        except ValueError as error:
            raise InvalidRecord(f"{written!r} is no day", cause_of_bad_day("review_by", written)) from error
        reason = text_field(form, "reason").strip() or None
        return service.publishing.confirm(
            version_id, review_by, actor=actor.person_id, reason=reason, if_revision=if_revision
        )

    return _step(request, service, version_id, form, "confirmed", act)


@router.post("/revise")
def revise(request: Request, version_id: str, service: ServiceOf, actor: Editor, form: FormOf) -> Response:
    act = partial(service.publishing.revise, version_id, actor=actor.person_id)
    return _settled(request, service, version_id, form, "revised", act)


@router.post("/rehearse")
def rehearse(request: Request, version_id: str, service: ServiceOf, actor: Staff, form: FormOf) -> Response:
    def act() -> Version:
        service.rehearsing.rehearse(version_id)
        return service.library.version(version_id)

    return _settled(request, service, version_id, form, "rehearsed", act)


def shown_version(
    request: Request,
    service: Service,
    version_id: str,
    *,
    trouble: Trouble | None = None,
    typed: Mapping[str, str] | None = None,
    lost: Mapping[str, str] | None = None,
    cited: tuple[int, int] | None = None,
) -> Response:
    """``typed``: the fields of the form that was refused, kept in it. ``lost``: what a newer one must not hold."""
    return page(
        request,
        "version.html",
        trouble=trouble,
        view=version_view(service, version_id, actor_of(request)),
        typed=typed or {},
        lost=lost or {},
        cited=cited,
        kinds=list(Kind),
        audiences=list(Audience),
        matters=service.catalogue.matters(),
        departments=service.catalogue.departments(),
        next_review=service.publishing.next_review(),
    )


class _StepAtRevision(Protocol):
    def __call__(self, *, if_revision: int) -> Version: ...


def _step(
    request: Request, service: Service, version_id: str, form: FormData, done: str, act: _StepAtRevision
) -> Response:
    """A step of the version as the form showed it."""
    return _settled(request, service, version_id, form, done, lambda: act(if_revision=_revision(form)))


def _settled(
    request: Request, service: Service, version_id: str, form: FormData, done: str, act: Callable[[], Version]
) -> Response:
    """``act`` gives the version to show then; the index follows what it changed."""

    def taken() -> Response:
        shown = act()
        service.jobs.follow()
        return see(f"/console/versions/{shown.id}", done=done)

    def again(trouble: Trouble, error: KbError) -> Response:
        typed = {name: text_field(form, name) for name in form} | {"confirm": " ".join(_confirmed(form))}
        if not isinstance(error, VersionChanged):
            return shown_version(request, service, version_id, trouble=trouble, typed=typed)
        version = service.library.version(version_id)
        now = fields_shown(version.metadata, version.text) | {"reason": ""}
        lost = {name: value for name, value in typed.items() if name in now and value.strip() != now[name].strip()}
        return shown_version(request, service, version_id, trouble=trouble, lost=lost)

    return settled(taken, again)


def _edited_fields(version: Version, form: FormData) -> dict[str, object]:
    """Of the form, without a text that stayed: its passages keep their headings and pages then."""
    fields: dict[str, object] = {}
    for name in fields_shown(version.metadata, version.text):
        if name in form:
            value = text_field(form, name)
            fields[name] = [line.strip() for line in value.split("\n") if line.strip()] if name in _SEVERAL else value
    if len(version.text) > LONGEST_EDITABLE or text_field(form, "text").strip() in ("", version.text.strip()):
        fields.pop("text", None)
    return fields


def _confirmed(form: FormData) -> list[str]:
    """The kinds of open points that were ticked."""
    return [each for each in form.getlist("confirm") if isinstance(each, str)]


def _revision(form: FormData) -> int:
    """The revision that the form was made from: without it somebody's changes could be overwritten unseen."""
    written = text_field(form, "if_revision")
    if not written.isdecimal() or len(written) > 9:
        raise InvalidRecord("the form has no revision; open the page anew", Cause("no_revision"))
    return int(written)
