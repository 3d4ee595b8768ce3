"""Which texts a version has to be compared with, and which versions have yet to be compared."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import documents, events, examinations, passages, versions
from kb_service.domain.documents import VersionState
from kb_service.domain.life import BULK_IMPORT

# What may be in force together with a version that is about to be approved. Drafts are not yet said to anybody; when
# they are submitted they are compared with all that was submitted before.
_COMPARED = (VersionState.IN_REVIEW, VersionState.APPROVED)
_ALIVE = (VersionState.DRAFT, *_COMPARED)
_WAITING = (VersionState.DRAFT, VersionState.IN_REVIEW)


class SqlNeighbours:
    def __init__(self, database: Database) -> None:
        self._database = database

    def with_the_same_question(self, version_id: str, *, limit: int) -> Sequence[str]:
        """Versions of other documents for the same people that ask and answer the same to the letter."""
        own = select(versions.c.question_key, versions.c.document_id, versions.c.region, versions.c.audience).where(
            versions.c.id == version_id
        )
        with self._database.reading() as connection:
            row = connection.execute(own).first()
            if row is None or row.question_key is None:
                return []
            query = (
                select(versions.c.id)
                .where(versions.c.question_key == row.question_key, versions.c.document_id != row.document_id)
                .where(versions.c.state.in_(_ALIVE))
                .where(versions.c.region.is_not_distinct_from(row.region))
                .where(versions.c.audience.is_not_distinct_from(row.audience))
            )
            return list(connection.execute(query.order_by(versions.c.created_at).limit(limit)).scalars())

    def passages_on(self, matter_id: str, *, other_than: str, limit: int) -> Sequence[str]:
        """Passages on a matter in documents other than one, the newest texts first."""
        query = (
            select(passages.c.id)
            .join(versions, versions.c.id == passages.c.version_id)
            .where(versions.c.matter_id == matter_id, versions.c.document_id != other_than)
            .where(versions.c.state.in_(_COMPARED))
            .order_by(versions.c.created_at.desc(), passages.c.version_id, passages.c.ordinal)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def is_any_without_matter(self) -> bool:
        query = select(versions.c.id).where(versions.c.matter_id.is_(None), versions.c.state.in_(_COMPARED)).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def texts(self, version_ids: Sequence[str], *, shortest: int, longest: int) -> Mapping[str, str]:
        """Those whose length in code points lies between the two."""
        query = select(versions.c.id, versions.c.text).where(
            versions.c.id.in_(version_ids), func.length(versions.c.text).between(shortest, longest)
        )
        with self._database.reading() as connection:
            return {row.id: row.text for row in connection.execute(query)}

    def unexamined(self, *, limit: int) -> Sequence[str]:
        """Drafts and versions in review that changed since they were compared, the oldest first.

        Only those of documents that the index follows: neighbours are looked up there.
        """
        query = (
            select(versions.c.id)
            .join(documents, documents.c.id == versions.c.document_id)
            .outerjoin(examinations, examinations.c.version_id == versions.c.id)
            .where(versions.c.state.in_(_WAITING), documents.c.synced_revision >= documents.c.revision)
            .where(or_(examinations.c.version_id.is_(None), examinations.c.revision < versions.c.revision))
            .order_by(versions.c.created_at)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def unexamined_imports(self, *, since: datetime, at_most: int, limit: int) -> Sequence[str]:
        """Versions that a bulk import approved since then and nobody reviewed; none when there are more than that.

        The trail's end tells which: the table of versions has no order of time.
        """
        last = select(events.c.version_id, events.c.at).where(events.c.action == "store_and_approve")
        with self._database.reading() as connection:
            found = connection.execute(last.order_by(events.c.id.desc()).limit(at_most + 1))
            recent = [row.version_id for row in found if row.at >= since]
            if not recent or len(recent) > at_most:
                return []
            query = (
                select(versions.c.id)
                .join(documents, documents.c.id == versions.c.document_id)
                .outerjoin(examinations, examinations.c.version_id == versions.c.id)
                .where(versions.c.id.in_(recent), versions.c.approval_rule == BULK_IMPORT)
                .where(versions.c.state == VersionState.APPROVED, examinations.c.version_id.is_(None))
                .where(documents.c.synced_revision >= documents.c.revision)
                .limit(limit)
            )
            return list(connection.execute(query).scalars())
