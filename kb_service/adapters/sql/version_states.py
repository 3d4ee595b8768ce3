"""Changes in the life of a version, each in one transaction that holds its row."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from kb_service.adapters.sql import rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.jobs import cancel, enqueue
from kb_service.adapters.sql.kept_reviews import ENDS, end_review, under_review
from kb_service.adapters.sql.library import bump, missing_version, write_endings
from kb_service.adapters.sql.schedules import schedules_within
from kb_service.adapters.sql.seals import Seals, new, seals
from kb_service.adapters.sql.tables import contributors, documents, passages, rehearsals, versions
from kb_service.adapters.sql.trail import record
from kb_service.domain.documents import Version, VersionDraft, VersionState
from kb_service.domain.errors import VersionChanged
from kb_service.domain.jobs import Job, JobKind
from kb_service.domain.life import Held, IntervalChange, Step, Transition


class SqlVersionStates:
    """Implements `publishing.VersionStates`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def contributors(self, version_id: str) -> frozenset[str]:
        with self._database.reading() as connection:
            return _contributors(connection, version_id)

    def interval_changes(self, version_id: str, *, without: str | None = None) -> Sequence[IntervalChange]:
        """What approving the version now, and withdrawing another with it, would do. Raises VersionNotFound."""
        with self._database.reading() as connection:
            return _interval_changes(connection, _version(connection, version_id), without)

    def look(self, version_id: str, *, if_revision: int | None) -> Held:
        """For reading only. Raises VersionNotFound, VersionChanged."""
        with self._database.reading() as connection:
            held = _held(connection, version_id, if_revision)
            changes = {None: _interval_changes(connection, held.version, None)}
        return Held(
            held.version,
            held.contributors,
            lambda without: changes[None] if without is None else self.interval_changes(version_id, without=without),
        )

    def change(
        self,
        version_id: str,
        *,
        actor: str,
        at: datetime,
        if_revision: int | None,
        decide: Callable[[Held], Transition],
    ) -> Version:
        """Let ``decide`` say what becomes of the version, write that and the trail, and give the version as it is then.

        What ``decide`` raises leaves everything as it was. Raises VersionNotFound, VersionChanged.
        """
        with self._database.writing() as connection:
            held = _held(connection, version_id, if_revision)
            transition = decide(held)
            self._write(connection, held.version, transition, actor=actor, at=at)
            if transition.withdrawn is not None:
                other = _version(connection, transition.withdrawn, lock=True)
                self._write(connection, other, transition.of_the_withdrawn, actor=actor, at=at)
            return _version(connection, version_id)

    def copy(self, version_id: str, *, actor: str, at: datetime) -> Version:
        """A new draft with the text, fields and contributors of another version. Raises VersionNotFound."""
        with self._database.writing() as connection:
            held = _held(connection, version_id, None)
            copied = self._new_id()
            row = connection.execute(select(versions).where(versions.c.id == version_id)).one()
            kept = {name: value for name, value in row._mapping.items() if name not in _OF_ONE_LIFE}
            fresh = {"id": copied, "state": VersionState.DRAFT, "created_at": at, "created_by": actor, "revision": 1}
            connection.execute(insert(versions).values(kept | fresh))
            pieces = connection.execute(select(passages).where(passages.c.version_id == version_id))
            copies = [
                dict(piece._mapping) | {"id": rows.passage_id(copied, piece.ordinal), "version_id": copied}
                for piece in pieces
            ]
            if copies:
                connection.execute(insert(passages), copies)
            people = sorted(held.contributors | {actor})
            connection.execute(insert(contributors), [{"version_id": copied, "person_id": each} for each in people])
            write_endings(connection, copied, held.version.document_id, held.version.metadata)
            detail = {"from": version_id, "content_sha256": held.version.content_sha256}
            was = new(("version", copied))
            _record(connection, held.version.document_id, copied, "revise", detail, was, actor=actor, at=at)
            bump(connection, {held.version.document_id})
            return _version(connection, copied)

    def _write(
        self, connection: Connection, version: Version, transition: Transition, *, actor: str, at: datetime
    ) -> None:
        talks = under_review(connection, version.id) if transition.state in ENDS else []
        was = seals(connection, [("version", version.id), *(("escalation", each) for each in talks)])
        values: dict[str, Any] = {"state": transition.state, **transition.values, "revision": version.revision + 1}
        detail = dict(transition.detail)
        if transition.edited is not None:
            values |= self._edit(connection, version, transition.edited, actor)
            detail |= {"before_sha256": version.content_sha256, "content_sha256": values["content_sha256"]}
        connection.execute(update(versions).where(versions.c.id == version.id).values(values))
        if talks:
            end_review(connection, talks, transition.state, at=at)
        _record(connection, version.document_id, version.id, transition.action, detail, was, actor=actor, at=at)
        bump(connection, {version.document_id, *version.metadata.ended_documents(version.document_id)})
        if transition.action == Step.SUBMIT:
            _keep_rehearsals(connection, version, {version.revision})
        if transition.action == Step.RECALL:
            _keep_rehearsals(connection, version, {version.revision, version.revision - 1})
        if transition.state is VersionState.WITHDRAWN:
            enqueue(self._database, connection, Job(JobKind.ASK_AGAIN, version.id), at=at)
        if transition.state is VersionState.IN_REVIEW:
            enqueue(self._database, connection, Job(JobKind.REHEARSE, version.id), at=at)
        elif transition.state is not version.state:
            cancel(connection, JobKind.REHEARSE, version.id)

    def _edit(self, connection: Connection, version: Version, draft: VersionDraft, actor: str) -> dict[str, Any]:
        """A draft's text and passages are replaced: nobody but its editors has seen them."""
        connection.execute(delete(passages).where(passages.c.version_id == version.id))
        if draft.passages:
            connection.execute(insert(passages), rows.passage_rows(draft, version.id))
        write_endings(connection, version.id, version.document_id, draft.metadata)
        connection.execute(
            self._database.insert(contributors).values(version_id=version.id, person_id=actor).on_conflict_do_nothing()
        )
        # Point ids follow from the version and the ordinal: the index must write them anew.
        connection.execute(update(documents).where(documents.c.id == version.document_id).values(synced_revision=-1))
        return rows.metadata_row(draft.metadata) | {
            "text": draft.text,
            "content_sha256": rows.content_sha256(draft.text, draft.metadata),
            "question_key": draft.question_key,
        }


def _keep_rehearsals(connection: Connection, version: Version, of_revisions: Set[int]) -> None:
    """Submitting and recalling change no word: what was rehearsed of the draft, or in review, holds of it as it is."""
    unchanged = rehearsals.c.revision.in_(of_revisions)
    renewed = update(rehearsals).where(rehearsals.c.version_id == version.id, unchanged)
    connection.execute(renewed.values(revision=version.revision + 1))


_OF_ONE_LIFE = {
    "id", "state", "created_at", "created_by", "approved_at", "approved_by", "approval_rule", "published_at",
    "submitted_at", "submitted_by", "late_reason", "rejection_reason", "revision",
}  # fmt: skip


def _record(
    connection: Connection,
    document_id: str,
    version_id: str,
    action: str,
    detail: Mapping[str, Any],
    was: Seals,
    *,
    actor: str,
    at: datetime,
) -> None:
    about = {"document_id": document_id, "version_id": version_id}
    record(connection, at=at, actor=actor, action=action, detail=detail, was=was, **about)


def _held(connection: Connection, version_id: str, if_revision: int | None) -> Held:
    version = _version(connection, version_id, lock=True)
    if if_revision is not None and version.revision != if_revision:
        raise VersionChanged(
            f"version {version_id} was changed meanwhile (it is at revision {version.revision}, you read "
            f"{if_revision}); read it again and repeat what you meant to do"
        )
    return Held(
        version,
        _contributors(connection, version_id),
        lambda without: _interval_changes(connection, version, without),
    )


def _version(connection: Connection, version_id: str, *, lock: bool = False) -> Version:
    query = select(versions).where(versions.c.id == version_id)
    # SQLite's writers hold the whole database already.
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise missing_version(version_id)
    return rows.version(row)


def _contributors(connection: Connection, version_id: str) -> frozenset[str]:
    query = select(contributors.c.person_id).where(contributors.c.version_id == version_id)
    return frozenset(connection.execute(query).scalars())


def _interval_changes(connection: Connection, version: Version, without: str | None) -> Sequence[IntervalChange]:
    document_ids = sorted({version.document_id, *version.metadata.ended_documents(version.document_id)})
    before = schedules_within(connection, document_ids)
    after = schedules_within(connection, document_ids, as_if_approved=version.id, as_if_withdrawn=without)
    changes = []
    for document_id in document_ids:
        old = {each.version_id: each for each in before[document_id]}
        new = {each.version_id: each for each in after[document_id]}
        for version_id in [*old, *(each for each in new if each not in old)]:
            was, becomes = old.get(version_id), new.get(version_id)
            shown = becomes or was
            if shown and (was is None or becomes is None or was.interval != becomes.interval):
                changes.append(
                    IntervalChange(
                        document_id,
                        version_id,
                        shown.title,
                        was.interval if was else None,
                        becomes.interval if becomes else None,
                    )
                )
    return changes
