"""Documents, versions and passages in SQL."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from kb_service.adapters.sql import rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.passages_read import PASSAGE_AND_VERSION, PassagesRead, passages_in_versions
from kb_service.adapters.sql.schedules import chunks, replacements_within, schedules_within
from kb_service.adapters.sql.seals import new, seals
from kb_service.adapters.sql.tables import contributors, documents, endings, passages, versions
from kb_service.adapters.sql.trail import record
from kb_service.domain.days import Interval
from kb_service.domain.documents import (
    GIVEN_UP,
    Metadata,
    PassageInVersion,
    Version,
    VersionDraft,
    VersionState,
)
from kb_service.domain.errors import VersionNotFound
from kb_service.domain.open_points import kept, missing_fields
from kb_service.ports import Approval, Scheduled, Stored

# Drafts are in the index, unpublished, so that a rehearsal can see them.
_INDEXED_STATES = (VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED)


class SqlLibrary:
    """Implements `ports.LibraryReader`; intake, index and doors use the class itself."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id
        self._read = PassagesRead()

    # Writing

    def store(
        self, drafts: Sequence[VersionDraft], *, actor: str, at: datetime, approval: Approval | None
    ) -> list[Stored]:
        """All drafts in one transaction, in order. The same content for the same document and day is `unchanged`."""
        with self._database.writing() as connection:
            return [self.store_within(connection, each, actor=actor, at=at, approval=approval) for each in drafts]

    def store_within(
        self,
        connection: Connection,
        draft: VersionDraft,
        *,
        actor: str,
        at: datetime,
        approval: Approval | None,
        upload_id: str | None = None,
    ) -> Stored:
        """The same in a transaction of the caller's, who tells of more in it."""
        content = rows.content_sha256(draft.text, draft.metadata)
        is_new = not _is_known(connection, draft.document_id)
        if is_new:
            connection.execute(insert(documents).values(rows.document_row(draft, at)))
        elif same := _same_version(connection, draft, content):
            version_id, state = same
            if approval is None or state != VersionState.DRAFT:
                return Stored(draft.document_id, version_id, "unchanged")
            _approve(connection, draft, version_id, content, approval)
            return Stored(draft.document_id, version_id, "approved")
        version_id = self._new_id()
        row = rows.version_row(draft, version_id, content, actor, at, approval, upload_id)
        connection.execute(insert(versions).values(row))
        if draft.passages:
            connection.execute(insert(passages), rows.passage_rows(draft, version_id))
        connection.execute(insert(contributors).values(version_id=version_id, person_id=actor))
        write_endings(connection, version_id, draft.document_id, draft.metadata)
        record(
            connection,
            at=at,
            actor=actor,
            action="store_and_approve" if approval else "store",
            document_id=draft.document_id,
            version_id=version_id,
            detail={
                "rule": approval.rule if approval else None,
                "content_sha256": content,
                **(_unconfirmed(draft) if approval else {}),
            },
            was=new(("version", version_id)),
        )
        bump(connection, {draft.document_id, *draft.metadata.ended_documents(draft.document_id)})
        return Stored(draft.document_id, version_id, "added" if is_new else "new_version")

    def mark_synced(self, revision_of: Mapping[str, int], *, at: datetime) -> None:
        """The index now follows these documents up to these revisions; their approved versions are published.

        A document that was changed meanwhile waits for the next time: the index may lack what was approved last.
        """
        present = select(documents.c.id, documents.c.revision)
        with self._database.writing() as connection:
            for ids in chunks(revision_of):
                found = connection.execute(present.where(documents.c.id.in_(ids)))
                unchanged = [row.id for row in found if row.revision == revision_of[row.id]]
                connection.execute(
                    update(versions)
                    .where(versions.c.document_id.in_(unchanged), versions.c.state == VersionState.APPROVED)
                    .where(versions.c.published_at.is_(None))
                    .values(published_at=at)
                )
                for document_id in ids:
                    connection.execute(
                        update(documents)
                        .where(documents.c.id == document_id)
                        .values(synced_revision=revision_of[document_id])
                    )

    def mark_unsynced(self, document_ids: Sequence[str]) -> None:
        """After the index lost them: these documents have to be followed again from nothing."""
        with self._database.writing() as connection:
            for ids in chunks(document_ids):
                connection.execute(update(documents).where(documents.c.id.in_(ids)).values(synced_revision=0))

    # Reading

    def version(self, version_id: str) -> Version:
        """Raises VersionNotFound."""
        with self._database.reading() as connection:
            row = connection.execute(select(versions).where(versions.c.id == version_id)).first()
        if row is None:
            raise missing_version(version_id)
        return rows.version(row)

    def interval(self, version_id: str) -> Interval | None:
        """When the version is in force; None if it is not approved. Raises VersionNotFound."""
        with self._database.reading() as connection:
            document_id = connection.execute(select(versions.c.document_id).where(versions.c.id == version_id)).scalar()
        if document_id is None:
            raise missing_version(version_id)
        scheduled = {each.version_id: each.interval for each in self.schedules([document_id])[document_id]}
        return scheduled.get(version_id)

    def intervals(self, version_ids: Sequence[str]) -> Mapping[str, Interval]:
        """When versions are in force, by version id; those that are not approved are left out. Four statements."""
        with self._database.reading() as connection:
            query = select(versions.c.document_id).distinct()
            document_ids = [
                document_id
                for ids in chunks(version_ids)
                for document_id in connection.execute(query.where(versions.c.id.in_(ids))).scalars()
            ]
            schedule_of = schedules_within(connection, list(dict.fromkeys(document_ids)))
        wanted = frozenset(version_ids)
        scheduled = (each for schedule in schedule_of.values() for each in schedule)
        return {each.version_id: each.interval for each in scheduled if each.version_id in wanted}

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, PassageInVersion]:
        found: dict[str, PassageInVersion] = {}
        with self._database.reading() as connection:
            for ids in chunks(passage_ids):
                found |= self._read.by_id(connection, ids)
        return found

    def passages_of_version(self, version_id: str) -> Sequence[PassageInVersion]:
        with self._database.reading() as connection:
            return list(self._read.of_version(connection, version_id).values())

    def passages_of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[PassageInVersion]]:
        """The passages of every version that has a place in the index (not withdrawn, not rejected), by document."""
        found: dict[str, list[PassageInVersion]] = {document_id: [] for document_id in document_ids}
        query = PASSAGE_AND_VERSION.where(versions.c.state.in_(_INDEXED_STATES))
        with self._database.reading() as connection:
            for ids in chunks(document_ids):
                for each in passages_in_versions(connection.execute(query.where(versions.c.document_id.in_(ids)))):
                    found[each.document_id].append(each)
        return found

    def withdrawn_among(self, version_ids: Sequence[str]) -> frozenset[str]:
        query = select(versions.c.id).where(versions.c.id.in_(version_ids), versions.c.state == VersionState.WITHDRAWN)
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def documents_among(self, document_ids: Collection[str]) -> frozenset[str]:
        query = select(documents.c.id)
        with self._database.reading() as connection:
            return frozenset(
                each
                for ids in chunks(document_ids)
                for each in connection.execute(query.where(documents.c.id.in_(ids))).scalars()
            )

    def schedules(
        self, document_ids: Sequence[str], *, as_if_approved: str | None = None
    ) -> Mapping[str, Sequence[Scheduled]]:
        with self._database.reading() as connection:
            return schedules_within(connection, document_ids, as_if_approved=as_if_approved)

    def replacements(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Scheduled]]:
        with self._database.reading() as connection:
            return replacements_within(connection, document_ids)

    def unsynced(self) -> Mapping[str, int]:
        """The documents that the index has yet to follow, and their present revision."""
        query = select(documents.c.id, documents.c.revision).where(documents.c.synced_revision < documents.c.revision)
        with self._database.reading() as connection:
            return {row.id: row.revision for row in connection.execute(query.order_by(documents.c.created_at))}

    def unsynced_by_size(self) -> Sequence[tuple[str, int]]:
        """The same documents with their numbers of passages, the smallest first: what is short does not wait."""
        passages_of = func.count(passages.c.id)
        query = (
            select(documents.c.id, passages_of)
            .outerjoin(versions, versions.c.document_id == documents.c.id)
            .outerjoin(passages, passages.c.version_id == versions.c.id)
            .where(documents.c.synced_revision < documents.c.revision)
            .group_by(documents.c.id, documents.c.created_at)
            .order_by(passages_of, documents.c.created_at)
        )
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def revisions(self, document_ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """(revision, synced revision) by document id; unknown ids are left out."""
        query = select(documents.c.id, documents.c.revision, documents.c.synced_revision)
        found: dict[str, tuple[int, int]] = {}
        with self._database.reading() as connection:
            for ids in chunks(document_ids):
                for row in connection.execute(query.where(documents.c.id.in_(ids))):
                    found[row.id] = (row.revision, row.synced_revision)
        return found

    def about_to_be_published(self, document_ids: Sequence[str]) -> set[str]:
        """Passages of these documents' approved versions that the index has not followed yet."""
        query = (
            select(passages.c.id)
            .join(versions, versions.c.id == passages.c.version_id)
            .where(versions.c.state == VersionState.APPROVED, versions.c.published_at.is_(None))
        )
        found: set[str] = set()
        with self._database.reading() as connection:
            for ids in chunks(document_ids):
                found |= set(connection.execute(query.where(versions.c.document_id.in_(ids))).scalars())
        return found

    def published_passages(self) -> int:
        """How many passages the public statistics count."""
        query = (
            select(func.count())
            .select_from(passages)
            .join(versions, versions.c.id == passages.c.version_id)
            .where(versions.c.state == VersionState.APPROVED, versions.c.published_at.is_not(None))
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def published_passages_after(self, passage_id: str, *, limit: int) -> Sequence[PassageInVersion]:
        """In order of their ids, for walking through all of them."""
        query = (
            select(passages, *rows.METADATA_COLUMNS, versions.c.document_id, versions.c.state)
            .join(versions, versions.c.id == passages.c.version_id)
            .where(versions.c.state == VersionState.APPROVED, versions.c.published_at.is_not(None))
            .where(passages.c.id > passage_id)
            .order_by(passages.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return list(passages_in_versions(connection.execute(query)))

    def document_ids(self) -> Sequence[str]:
        with self._database.reading() as connection:
            return list(connection.execute(select(documents.c.id).order_by(documents.c.id)).scalars())

    def versions_of(self, document_id: str) -> Sequence[Version]:
        with self._database.reading() as connection:
            query = select(versions).where(versions.c.document_id == document_id).order_by(versions.c.effective_from)
            return [rows.version(row) for row in connection.execute(query)]

    def expected_points(self) -> tuple[int, int]:
        """How many points documents that the index follows should have, and by how many those behind may differ.

        A passage has a point, and its version one more for each similar question.
        """
        per_version = (
            select(passages.c.version_id, func.count().label("passages")).group_by(passages.c.version_id).subquery()
        )
        query = (
            select(
                versions.c.state,
                versions.c.similar_questions,
                per_version.c.passages,
                (documents.c.revision == documents.c.synced_revision).label("is_synced"),
            )
            .join(versions, versions.c.id == per_version.c.version_id)
            .join(documents, documents.c.id == versions.c.document_id)
        )
        expected = in_flight = 0
        with self._database.reading() as connection:
            for row in connection.execute(query):
                points = row.passages + len(row.similar_questions)
                if not row.is_synced:
                    in_flight += points
                elif row.state in _INDEXED_STATES:
                    expected += points
        return expected, in_flight

    def approved_sample(self, *, limit: int) -> Sequence[PassageInVersion]:
        """Some passages of approved versions, published or not."""
        query = PASSAGE_AND_VERSION.where(versions.c.state == VersionState.APPROVED).limit(limit)
        with self._database.reading() as connection:
            return list(passages_in_versions(connection.execute(query)))

    def blobs(self) -> Sequence[str]:
        """SHA-256 of every original file that a version came from."""
        query = select(versions.c.blob_sha256).where(versions.c.blob_sha256.is_not(None)).distinct()
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def counts(self) -> Mapping[str, int]:
        """Rows of documents, versions and passages."""
        with self._database.reading() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (documents, versions, passages)
            }


def _is_known(connection: Connection, document_id: str) -> bool:
    return connection.execute(select(documents.c.id).where(documents.c.id == document_id)).first() is not None


def bump(connection: Connection, document_ids: Iterable[str]) -> None:
    """The index has to follow these documents again; always in one order, so that two writers do not wait in a ring."""
    for document_id in sorted(document_ids):
        connection.execute(
            update(documents).where(documents.c.id == document_id).values(revision=documents.c.revision + 1)
        )


def write_endings(connection: Connection, version_id: str, document_id: str, metadata: Metadata) -> None:
    """Which other documents the version ends, in place of what was said before."""
    connection.execute(delete(endings).where(endings.c.version_id == version_id))
    if ended := metadata.ended_documents(document_id):
        connection.execute(insert(endings), [{"version_id": version_id, "document_id": each} for each in sorted(ended)])


def _approve(connection: Connection, draft: VersionDraft, version_id: str, content: str, approval: Approval) -> None:
    """What was stored as a draft comes again, this time to be published."""
    was = seals(connection, [("version", version_id)])
    connection.execute(
        update(versions)
        .where(versions.c.id == version_id)
        .values(
            state=VersionState.APPROVED,
            approved_at=approval.at,
            approved_by=approval.actor,
            approval_rule=approval.rule,
            revision=versions.c.revision + 1,
        )
    )
    record(
        connection,
        at=approval.at,
        actor=approval.actor,
        action="approve",
        document_id=draft.document_id,
        version_id=version_id,
        detail={"rule": approval.rule, "content_sha256": content, **_unconfirmed(draft)},
        was=was,
    )
    bump(connection, {draft.document_id, *draft.metadata.ended_documents(draft.document_id)})


def _unconfirmed(draft: VersionDraft) -> dict[str, Any]:
    """What a bulk import published without, for the trail: nobody confirmed it."""
    missing = missing_fields(draft.metadata)
    return {"unconfirmed": kept(missing)} if missing else {}


def _same_version(connection: Connection, draft: VersionDraft, content: str) -> tuple[str, str] | None:
    """Id and state of the version that already says this; those given up do not count."""
    query = select(versions.c.id, versions.c.state).where(
        versions.c.document_id == draft.document_id,
        versions.c.content_sha256 == content,
        versions.c.state.not_in(GIVEN_UP),
    )
    row = connection.execute(query).first()
    return (row.id, row.state) if row else None


def missing_version(version_id: str) -> VersionNotFound:
    return VersionNotFound(f"there is no version {version_id!r}; the id comes from a citation or a document's list")
