"""Taking unlawful content away for good: the one exception to "versions are never deleted"."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from kb_service.adapters.sql import proposals, rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import bump, missing_version
from kb_service.adapters.sql.redacting import PURGED, Purged, redacted_answers, redacted_due_lists, retold_rehearsals
from kb_service.adapters.sql.seals import Subject, seals
from kb_service.adapters.sql.tables import answers, due_lists, embeddings, passages, rehearsals, term_counts, versions
from kb_service.adapters.sql.talk_tables import deliveries
from kb_service.adapters.sql.trail import record
from kb_service.adapters.sql.upload_tables import upload_records, uploads
from kb_service.domain.documents import VersionState


class SqlPurging:
    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, version_id: str, *, text_keys: set[str], actor: str, at: datetime, reason: str) -> str | None:
        """Blank the version's text and passages, and its words in stored answers, which stay readable otherwise.

        ``text_keys``: SHA-256 of what was computed of its texts. Gives the hash of the original file that no other
        version came from, for its removal. Raises VersionNotFound.
        """
        with self._database.writing() as connection:
            row = connection.execute(select(versions).where(versions.c.id == version_id).with_for_update()).first()
            if row is None:
                raise missing_version(version_id)
            purged = _purged(connection, row)
            body_of = redacted_answers(connection, purged)
            own_uploads = _uploads_of(connection, row)
            subjects: list[Subject] = [("version", version_id), *(("answer", each) for each in body_of)]
            proposed = proposals.citing(connection, version_id)
            subjects += [("escalation", each) for each in dict.fromkeys(each for each, *_ in proposed)]
            subjects += [("line", f"{each}/{number}") for each, _, number in proposed if number is not None]
            was = seals(connection, [*subjects, *(("upload", each) for each in own_uploads)])
            content = _blank_version(connection, row)
            for answer_id, body in body_of.items():
                connection.execute(update(answers).where(answers.c.id == answer_id).values(body=body))
            _blank_uploads(connection, own_uploads, purged)
            _blank_reports(connection, purged)
            proposals.purge(connection, proposed)
            for table in (embeddings, term_counts):
                for key in sorted(text_keys):
                    connection.execute(delete(table).where(table.c.text_sha256 == key))
            detail = {"reason": reason, "before_sha256": row.content_sha256, "content_sha256": content}
            record(
                connection,
                at=at,
                actor=actor,
                action="purge",
                document_id=row.document_id,
                version_id=version_id,
                detail=detail | {"answers": len(body_of)},
                was=was,
            )
            bump(connection, {row.document_id, *rows.metadata(row).ended_documents(row.document_id)})
            shared = connection.execute(select(versions.c.id).where(versions.c.blob_sha256 == row.blob_sha256)).first()
        self._database.empty_log()
        return row.blob_sha256 if shared is None else None


def _purged(connection: Connection, row: Row[Any]) -> Purged:
    """Whose words go; the title only when no other version of the document still bears it."""
    others = select(versions.c.id).where(
        versions.c.document_id == row.document_id, versions.c.id != row.id, versions.c.title == row.title
    )
    is_shared = connection.execute(others).first() is not None
    questions = frozenset(each for each in (row.question, *row.similar_questions) if each)
    return Purged(row.id, row.document_id, None if is_shared else row.title, questions)


def _blank_version(connection: Connection, row: Row[Any]) -> str:
    """The hash of what is left of it."""
    values: dict[str, Any] = {
        "text": PURGED,
        "title": PURGED,
        "question": None,
        "similar_questions": [],
        "negative_questions": [],
        "question_key": None,
        "source_name": None,
        "source_url": None,
        "document_number": None,
        "blob_sha256": None,
        "state": VersionState.WITHDRAWN,
        "revision": row.revision + 1,
    }
    version = versions.c.id == row.id
    connection.execute(update(versions).where(version).values(values))
    left = rows.metadata(connection.execute(select(versions).where(version)).one())
    content = rows.content_sha256(PURGED, left)
    connection.execute(update(versions).where(version).values(content_sha256=content))
    nothing: Mapping[str, Any] = {"text": "", "start": 0, "end": 0, "heading_path": []}
    connection.execute(update(passages).where(passages.c.version_id == row.id).values(nothing))
    return content


def _uploads_of(connection: Connection, row: Row[Any]) -> list[str]:
    """Those that brought nothing but this version: by its link, or by the original file that only it came from."""
    of_others = select(versions.c.id).where(versions.c.blob_sha256 == row.blob_sha256, versions.c.id != row.id)
    brought = uploads.c.version_id == row.id
    if row.blob_sha256 is not None and connection.execute(of_others).first() is None:
        brought = or_(brought, uploads.c.blob_sha256 == row.blob_sha256)
    return list(connection.execute(select(uploads.c.id).where(brought)).scalars())


def _blank_uploads(connection: Connection, upload_ids: list[str], purged: Purged) -> None:
    connection.execute(
        update(uploads).where(uploads.c.id.in_(upload_ids)).values(file_name=PURGED, fields={}, reason=None, cause=None)
    )
    of_document = upload_records.c.document_id == purged.document_id
    refused = or_(upload_records.c.upload_id.in_(upload_ids), of_document)
    connection.execute(update(upload_records).where(refused).values(content=None, reason=None, cause=None))


def _blank_reports(connection: Connection, purged: Purged) -> None:
    """What rehearsals and due lists say of it, and what other systems were told, or still would be, of its answers."""
    of_answers = deliveries.c.escalation_id == ""
    connection.execute(delete(deliveries).where(of_answers, purged.mentioned_in(deliveries.c.body)))
    for rehearsal_id, changes in retold_rehearsals(connection, purged).items():
        connection.execute(update(rehearsals).where(rehearsals.c.id == rehearsal_id).values(changes=changes))
    for day, items in redacted_due_lists(connection, purged).items():
        connection.execute(update(due_lists).where(due_lists.c.day == day).values(items=items))
