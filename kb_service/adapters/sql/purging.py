"""Taking unlawful content away for good: the one exception to "versions are never deleted"."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, cast, select, update

from kb_service.adapters.sql import rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import bump, missing_version
from kb_service.adapters.sql.tables import answers, embeddings, passages, term_counts, versions
from kb_service.adapters.sql.trail import record
from kb_service.domain.documents import Metadata, VersionState

PURGED = "（内容已依法清除）"
_NO_WORDS: Mapping[str, Any] = {"quote": PURGED, "title": PURGED, "heading_path": []}
_MARKED = re.compile(r"(?P<words>.*?)(?P<marks>(?:\[\d+\])+)", re.DOTALL)
_NUMBER = re.compile(r"\d+")


class SqlPurging:
    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, version_id: str, *, text_keys: set[str], actor: str, at: datetime, reason: str) -> str | None:
        """Blank the version's text and passages, and its words in stored answers, which stay readable otherwise.

        ``text_keys``: SHA-256 of what was computed of its texts. Gives the hash of the original file that no other
        version came from, for its removal. Raises VersionNotFound.
        """
        keys = sorted(text_keys)
        with self._database.writing() as connection:
            row = connection.execute(select(versions).where(versions.c.id == version_id).with_for_update()).first()
            if row is None:
                raise missing_version(version_id)
            blank = Metadata(title=PURGED, kind=rows.metadata(row).kind)
            values: dict[str, Any] = {
                "text": PURGED,
                "title": PURGED,
                "question": None,
                "similar_questions": [],
                "negative_questions": [],
                "question_key": None,
                "source_name": None,
                "blob_sha256": None,
                "state": VersionState.WITHDRAWN,
                "content_sha256": rows.content_sha256(PURGED, blank),
                "revision": row.revision + 1,
            }
            connection.execute(update(versions).where(versions.c.id == version_id).values(values))
            connection.execute(
                update(passages)
                .where(passages.c.version_id == version_id)
                .values(text="", start=0, end=0, heading_path=[])
            )
            for table in (embeddings, term_counts):
                for key in keys:
                    connection.execute(table.delete().where(table.c.text_sha256 == key))
            redacted = _redact_answers(connection, version_id)
            record(
                connection,
                at=at,
                actor=actor,
                action="purge",
                document_id=row.document_id,
                version_id=version_id,
                detail={
                    "reason": reason,
                    "before_sha256": row.content_sha256,
                    "content_sha256": values["content_sha256"],
                    "answers": redacted,
                },
            )
            bump(connection, {row.document_id, *rows.metadata(row).ended_documents(row.document_id)})
            shared = connection.execute(select(versions.c.id).where(versions.c.blob_sha256 == row.blob_sha256)).first()
            return row.blob_sha256 if shared is None else None


def _redact_answers(connection: Connection, version_id: str) -> int:
    citing = select(answers.c.id, answers.c.body).where(cast(answers.c.body, String).contains(version_id))
    redacted = 0
    for row in list(connection.execute(citing)):
        body = dict(row.body)
        marks = {each["mark"] for each in body["citations"] if each["version_id"] == version_id}
        body["text"] = _without_words_of(marks, body["text"])
        for name in {"citations", "possible"} & body.keys():
            body[name] = [_blanked(each) if each["version_id"] == version_id else each for each in body[name]]
        connection.execute(update(answers).where(answers.c.id == row.id).values(body=body))
        redacted += bool(marks)
    return redacted


def _blanked(quoted: Mapping[str, Any]) -> dict[str, Any]:
    return {**quoted, **{name: value for name, value in _NO_WORDS.items() if name in quoted}}


def _without_words_of(marks: set[int], text: str) -> str:
    """Words stand before their marks: 免费。[1][2]; what comes after the last mark is of nobody in particular."""
    if not marks:
        return text
    kept = [
        f"{PURGED}{found['marks']}" if marks & {int(each) for each in _NUMBER.findall(found["marks"])} else found[0]
        for found in _MARKED.finditer(text)
    ]
    return "\n".join(each.strip() for each in kept)
