"""Lists of documents and versions, for editors, reviewers and the due list."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select

from kb_service.adapters.sql import rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import due_lists, versions
from kb_service.domain.documents import Version, VersionState
from kb_service.domain.errors import DocumentNotFound
from kb_service.domain.queries import EVERY_VERSION, VersionPage, VersionQuery

# A list shows no texts, and they are most of a row.
_LISTED: list[ColumnElement[Any]] = [column for column in versions.c if column.name != "text"]
_LISTED.append(literal("").label("text"))


class SqlShelf:
    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self, wanted: VersionQuery, *, limit: int, cursor: str | None = None) -> VersionPage:
        """Newest first, without their texts. Raises InvalidRecord for a cursor that is none of ours."""
        query = _narrowed(select(*_LISTED), wanted)
        with self._database.reading() as connection:
            found, following = rows.page_of(connection, query, versions.c.created_at, versions.c.id, limit, cursor)
        return VersionPage([rows.version(row) for row in found], following)

    def count(self, wanted: VersionQuery) -> int:
        query = _narrowed(select(func.count()).select_from(versions), wanted)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def document(self, document_id: str) -> Sequence[Version]:
        """All its versions, in order of their first day. Raises DocumentNotFound."""
        query = select(*_LISTED).where(versions.c.document_id == document_id)
        query = query.order_by(versions.c.effective_from, versions.c.created_at)
        with self._database.reading() as connection:
            found = [rows.version(row) for row in connection.execute(query)]
        if not found:
            raise DocumentNotFound(f"there is no document {document_id!r}")
        return found

    def document_ids(self, wanted: VersionQuery, *, limit: int, after: str = "") -> Sequence[str]:
        query = _narrowed(select(versions.c.document_id).distinct(), wanted).where(versions.c.document_id > after)
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(versions.c.document_id).limit(limit)).scalars())

    def matters_by_document(self) -> Mapping[str, Collection[str]]:
        """Ids; a document without a matter is not among them."""
        query = select(versions.c.document_id, versions.c.matter_id).where(versions.c.matter_id.is_not(None)).distinct()
        found: dict[str, set[str]] = defaultdict(set)
        with self._database.reading() as connection:
            for document_id, matter_id in connection.execute(query):
                found[document_id].add(matter_id)
        return found

    def with_a_deadline(self, wanted: VersionQuery = EVERY_VERSION) -> Sequence[Version]:
        """Versions with a first day that are on their way and not published: drafts, in review, approved."""
        query = _narrowed(select(*_LISTED), wanted).where(
            versions.c.published_at.is_(None),
            versions.c.effective_from.is_not(None),
            versions.c.state.in_([VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED]),
        )
        with self._database.reading() as connection:
            return [rows.version(row) for row in connection.execute(query.order_by(versions.c.effective_from))]

    def approved(self, *, since: date | None, until: date | None) -> Sequence[Version]:
        """Approved versions by their first day, for counting who kept the lead time. Open starts are always there."""
        query = select(*_LISTED).where(versions.c.state == VersionState.APPROVED)
        for day, bound in ((since, versions.c.effective_from.__ge__), (until, versions.c.effective_from.__lt__)):
            if day is not None:
                query = query.where(or_(bound(day), versions.c.effective_from.is_(None)))
        with self._database.reading() as connection:
            return [rows.version(row) for row in connection.execute(query)]

    def due_list(self, day: date) -> Sequence[Mapping[str, Any]] | None:
        """The list made on the morning of that day; None when there is none."""
        with self._database.reading() as connection:
            items = connection.execute(select(due_lists.c["items"]).where(due_lists.c.day == day)).scalar()
        return None if items is None else list(items)

    def keep_due_list(self, day: date, items: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
        """Once a day: a list that is there stays as it was."""
        statement = self._database.insert(due_lists).values(day=day, made_at=at, items=list(items))
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_nothing())


def _narrowed(query: Select[Any], wanted: VersionQuery) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(versions.c.state.in_(wanted.states))
    if wanted.kinds:
        conditions.append(versions.c.kind.in_(wanted.kinds))
    for column, value in (
        (versions.c.matter_id, wanted.matter_id),
        (versions.c.department, wanted.department),
        (versions.c.document_id, wanted.document_id),
        (versions.c.upload_id, wanted.upload_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.effective_from is not None:
        conditions.append(versions.c.effective_from >= wanted.effective_from)
    if wanted.effective_until is not None:
        conditions.append(versions.c.effective_from < wanted.effective_until)
    if wanted.text:
        searched = (versions.c.title, versions.c.question, versions.c.document_id)
        conditions.append(or_(*(column.contains(wanted.text, autoescape=True) for column in searched)))
    return query.where(*conditions)
