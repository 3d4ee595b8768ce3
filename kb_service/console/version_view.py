"""All that the page of one version shows, read once; and which steps its state and the reader's roles allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kb_service.api.version_shapes import VersionRow, row_of
from kb_service.console.marked_text import TextRun, runs
from kb_service.domain.days import Interval, shanghai_day
from kb_service.domain.documents import Metadata, Version, VersionState
from kb_service.domain.knowledge_use import is_past_review
from kb_service.domain.life import IntervalChange
from kb_service.domain.open_points import kept
from kb_service.domain.people import Actor, Role, person_id
from kb_service.domain.queries import SuspicionQuery
from kb_service.domain.recurring import KeptDraft
from kb_service.domain.rehearsals import Rehearsal
from kb_service.domain.suspicions import Suspicion, SuspicionSide
from kb_service.domain.trail import ChainedEvent
from kb_service.publishing.stated_days import StatedDay
from kb_service.service import Service

# A request may have a megabyte, and a character three bytes; longer texts come as files.
LONGEST_EDITABLE = 250_000
_LONGEST_EXCERPT = 400
_MOST_SUSPICIONS = 100


@dataclass(frozen=True, slots=True)
class Allowed:
    """Steps for which a button is shown; the service checks each again. ``contributed``: others have to review it."""

    edit: bool
    review: bool
    withdraw: bool
    confirm: bool
    revise: bool
    decide: bool
    recall: bool
    discard: bool
    contributed: bool


@dataclass(frozen=True, slots=True)
class VersionView:
    """``corrected``: approved versions that an approval would leave without a day, so that it may withdraw one.

    ``fields``: the form's, as an editor last left them. ``excerpt_of``: the beginning of versions in suspicions that
    are about whole texts. ``gap_ids``: of the gaps that it is to close, or closed.
    ``kept``: the talk that it was made from, and ``rests_on`` what the replies there cited.
    ``cited_by``: how many answers that are kept cite it, and each of ``corrected``, by version id.
    """

    version: Version
    row: VersionRow
    runs: Sequence[TextRun]
    changes: Sequence[IntervalChange]
    corrected: Sequence[IntervalChange]
    suspicions: Sequence[Suspicion]
    is_compared: bool
    excerpt_of: Mapping[str, str]
    rehearsal: Rehearsal | None
    history: Sequence[ChainedEvent]
    siblings: Sequence[Version]
    fields: Mapping[str, str]
    allowed: Allowed
    matter_name: str
    report: Mapping[str, Any] | None
    is_rehearsed: bool
    open_points: Sequence[dict[str, Any]]
    stated_days: Sequence[StatedDay]
    gap_ids: Sequence[str]
    cited_by: Mapping[str, int]
    kept: KeptDraft | None
    rests_on: Sequence[Version]
    is_past_review: bool
    is_review_late: bool

    def is_stated(self, stated: StatedDay) -> bool:
        """Whether the field has the day already."""
        return stated.day is not None and self.fields[stated.field] == stated.day.isoformat()

    @property
    def is_text_editable(self) -> bool:
        return len(self.version.text) <= LONGEST_EDITABLE


def version_view(service: Service, version_id: str, actor: Actor) -> VersionView:
    """Raises VersionNotFound."""
    version = service.library.version(version_id)
    passages = [each.passage for each in service.library.passages_of_version(version_id)]
    is_ahead = version.state in (VersionState.DRAFT, VersionState.IN_REVIEW)
    changes = service.publishing.interval_changes(version_id) if is_ahead else ()
    suspicions = service.records.suspicions.list(
        SuspicionQuery(version_id=version_id), limit=_MOST_SUSPICIONS
    ).suspicions
    as_it_is = service.rehearsing.of_version_as_it_is(version) if is_ahead else None
    service.rehearse_ahead(version)
    contributed = has_contributed(service, version, actor)
    corrected = [each for each in changes if _is_displaced(each, version)]
    kept_draft = service.records.kept_reviews.of_version(version_id)
    return VersionView(
        version=version,
        row=row_of(service, version),
        runs=runs(version.text, passages),
        changes=changes,
        corrected=corrected,
        suspicions=suspicions,
        is_compared=not is_ahead or service.records.suspicions.is_examined(version.id, revision=version.revision),
        excerpt_of=excerpts(service, suspicions),
        rehearsal=service.records.rehearsals.latest(version_id),
        history=service.records.trail.events(version_id=version_id, limit=1000),
        siblings=service.records.shelf.document(version.document_id),
        fields=fields_shown(version.metadata, version.text),
        allowed=_allowed(version, actor, contributed=contributed),
        matter_name=matter_names(service).get(version.metadata.matter_id or "", version.metadata.matter_id or ""),
        report=_report(service, version),
        is_rehearsed=as_it_is is not None,
        open_points=kept(service.publishing.open_points(version, as_it_is)) if is_ahead else (),
        stated_days=service.stated_days(version) if is_ahead else (),
        gap_ids=service.records.gaps.to_be_closed_by(version_id),
        kept=kept_draft,
        rests_on=[service.library.version(each) for each in kept_draft.rests_on] if kept_draft else (),
        is_past_review=is_past_review(version.metadata.review_by, shanghai_day(service.now())),
        is_review_late=kept_draft is not None and kept_draft.is_late(service.now()),
        cited_by=service.records.affected.counts([version_id, *(each.version_id for each in corrected)]),
    )


def _report(service: Service, version: Version) -> Mapping[str, Any] | None:
    """Of the file that the version came in by."""
    report = service.records.uploads.upload(version.upload_id).report if version.upload_id else None
    return None if report is None else report.as_json()


def matter_names(service: Service) -> Mapping[str, str]:
    return {each.id: each.name for each in service.catalogue.matters()}


def has_contributed(service: Service, version: Version, actor: Actor) -> bool:
    """Who worked on a version sees why somebody else has to approve it."""
    people = {*service.records.version_states.contributors(version.id), version.created_by}
    return person_id(actor.person_id) in {person_id(each) for each in people}


def excerpts(service: Service, suspicions: Sequence[Suspicion]) -> Mapping[str, str]:
    """The beginning of each version that is suspected as a whole, by version id."""
    sides: list[SuspicionSide] = [side for each in suspicions for side in (each.ours, each.theirs)]
    whole = {side.place.version_id for side in sides if side.place.passage_id is None}
    text_of = {each: service.library.version(each).text for each in whole}
    return {
        each: text[:_LONGEST_EXCERPT] + ("…" if len(text) > _LONGEST_EXCERPT else "") for each, text in text_of.items()
    }


def fields_shown(metadata: Metadata, text: str) -> dict[str, str]:
    """Named as in the bulk format, as text in a form; the end as the last valid day."""
    last = Interval(metadata.effective_from, metadata.effective_to).last_valid_day
    return {
        "title": metadata.title,
        "kind": metadata.kind,
        "question": metadata.question or "",
        "similar_questions": "\n".join(metadata.similar_questions),
        "negative_questions": "\n".join(metadata.negative_questions),
        "matter": metadata.matter_id or "",
        "department": metadata.department or "",
        "region": metadata.region or "",
        "audience": metadata.audience or "",
        "effective_from": _day(metadata.effective_from),
        "valid_through": _day(last),
        "issued_on": _day(metadata.issued_on),
        "document_number": metadata.document_number or "",
        "source_url": metadata.source_url or "",
        "replaces": metadata.replaces or "",
        "repeals": "\n".join(metadata.repeals),
        "amends": metadata.amends or "",
        "review_by": _day(metadata.review_by),
        "text": text,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _is_displaced(change: IntervalChange, version: Version) -> bool:
    is_other = change.document_id == version.document_id and change.version_id != version.id
    had_days = change.before is not None and not change.before.is_empty
    return is_other and had_days and (change.after is None or change.after.is_empty)


def _allowed(version: Version, actor: Actor, *, contributed: bool) -> Allowed:
    edits, reviews = actor.has_any_of((Role.EDITOR,)), actor.has_any_of((Role.REVIEWER,))
    return Allowed(
        edit=edits and version.state is VersionState.DRAFT,
        review=reviews and version.state is VersionState.IN_REVIEW,
        withdraw=reviews and version.state is VersionState.APPROVED,
        confirm=reviews and version.state is VersionState.APPROVED,
        revise=edits and version.state is not VersionState.DRAFT,
        decide=reviews,
        recall=edits and contributed and version.state is VersionState.IN_REVIEW,
        discard=edits and contributed and version.state is VersionState.DRAFT,
        contributed=contributed,
    )
