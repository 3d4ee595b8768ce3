"""Everything that is kept of a conversation, read in one transaction that leaves an entry in the trail."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, select

from kb_service.adapters.sql.conversations import conversations_named, is_of
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalation_rows import escalations_where, messages_of
from kb_service.adapters.sql.learning_tables import cited_versions
from kb_service.adapters.sql.measuring_tables import audit_judgements
from kb_service.adapters.sql.schema import metadata
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.adapters.sql.talk_tables import (
    attachments,
    clocks,
    escalations,
    message_keys,
    proposals,
    talk_messages,
    talk_signs,
)
from kb_service.adapters.sql.told_lines import count_told
from kb_service.adapters.sql.trail import record
from kb_service.domain.answers import Answer
from kb_service.domain.escalations import FOR_HELPERS_ONLY, Author, Escalation
from kb_service.domain.exports import ConversationExport, ExportedLine, ExportedTalk, GivenFeedback, the_one
from kb_service.domain.meetings import as_told_to_person
from kb_service.domain.webhooks import WebhookEvent

_ANSWER = TypeAdapter(Answer)
# Exported under names of their own.
_TOLD = (answers, feedback, escalations, talk_messages, clocks)
# What the person was never sent, and what staff say of answers; and hashes that tell nobody anything.
_FOR_STAFF = (proposals, audit_judgements)
_TELLS_NOTHING = (message_keys, cited_versions)
# Columns with the number of a line of the whole talk.
_NUMBERS_OF_LINES = {attachments: "message_number", talk_signs: "read_up_to"}


class SqlExporting:
    def __init__(self, database: Database) -> None:
        self._database = database

    def conversation(
        self, conversation_id: str, *, of: str | None, with_notes: bool, actor: str, at: datetime
    ) -> ConversationExport:
        """Raises ConversationNotFound, ConversationAmbiguous."""
        with self._database.writing() as connection:
            found = the_one(conversations_named(connection, conversation_id), conversation_id, of)
            asked = select(answers.c.body).where(is_of(answers, found)).order_by(answers.c.asked_at, answers.c.number)
            given = [_ANSWER.validate_python(body) for body in connection.execute(asked).scalars() if body]
            talks = escalations_where(connection, is_of(escalations, found))
            if not with_notes:
                talks = [_as_told(connection, each) for each in talks]
            exported = ConversationExport(
                conversation=found,
                exported_at=at,
                exported_by=actor,
                has_notes=with_notes,
                answers=given,
                feedback=_feedback(connection, [each.answer_id for each in given]),
                talks=[ExportedTalk(each, _lines(connection, each, with_notes)) for each in talks],
                others=_others(connection, [each.answer_id for each in given], [each.id for each in talks], with_notes),
            )
            detail = {
                "answers": [each.answer_id for each in given],
                "escalations": [each.id for each in talks],
                "notes": with_notes,
            }
            record(connection, at=at, actor=actor, action="export", detail=detail)
            return exported


def _feedback(connection: Connection, answer_ids: Sequence[str]) -> list[GivenFeedback]:
    query = select(feedback).where(feedback.c.answer_id.in_(answer_ids)).order_by(feedback.c.id)
    return [
        GivenFeedback(
            row.answer_id, row.given_at, None if row.resolved is None else bool(row.resolved), row.comment, row.reason
        )
        for row in connection.execute(query)
    ]


def _lines(connection: Connection, talk: Escalation, with_notes: bool) -> list[ExportedLine]:
    query = select(talk_messages).where(talk_messages.c.escalation_id == talk.id).order_by(talk_messages.c.number)
    rows = connection.execute(query).all()
    kept = messages_of(connection, talk.id, rows)
    told = kept if with_notes else map(as_told_to_person, kept)
    lines = [
        ExportedLine(each.number, each.at, each.author, each.by, each.text, each.move, row.suggestion, each.attachments)
        for each, row in zip(told, rows, strict=True)
        if with_notes or each.author not in FOR_HELPERS_ONLY
    ]
    return lines if with_notes else [replace(each, number=number) for number, each in enumerate(lines, 1)]


def _as_told(connection: Connection, talk: Escalation) -> Escalation:
    """Without what was proposed to the person only; notes are not counted either."""
    last = count_told(connection, talk.id, up_to=talk.last_number)
    return replace(talk, proposals=(), proposal_changes=0, last_number=last)


def _as_counted(connection: Connection, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """With the numbers of lines as the person counts them."""
    column = _NUMBERS_OF_LINES.get(table)
    if column is None:
        return row
    return row | {column: count_told(connection, row["escalation_id"], up_to=row[column])}


def _others(
    connection: Connection, answer_ids: Sequence[str], escalation_ids: Sequence[str], with_notes: bool
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """From whatever table has a row of theirs, so that a new one is not forgotten."""
    found: dict[str, list[dict[str, Any]]] = {}
    left_out = (*_TOLD, *_TELLS_NOTHING, *(() if with_notes else _FOR_STAFF))
    for table in metadata.sorted_tables:
        if table not in left_out and (rows := _rows_of(connection, table, answer_ids, escalation_ids)):
            seen = [_without_reason(each) for each in rows if each.get("event") != WebhookEvent.PROPOSED]
            found[table.name] = rows if with_notes else [_as_counted(connection, table, each) for each in seen]
    return found


def _without_reason(row: dict[str, Any]) -> dict[str, Any]:
    """What was delivered of a move has its reason, which is written for helpers."""
    body: Any = row.get("body")
    message = body.get("message") if isinstance(body, dict) else None
    if not message or message["author"] != Author.EVENT:
        return row
    return row | {"body": body | {"message": message | {"text": ""}}}


def _rows_of(
    connection: Connection, table: Table, answer_ids: Sequence[str], escalation_ids: Sequence[str]
) -> list[dict[str, Any]]:
    for name, ids in (("escalation_id", escalation_ids), ("answer_id", answer_ids)):
        if name in table.c:
            rows = connection.execute(select(table).where(table.c[name].in_(ids))).mappings()
            return [{column: _in_text(value) for column, value in row.items()} for row in rows]
    return []


def _in_text(value: object) -> object:
    """Pictures and sound in base64, as JSON has them."""
    return b64encode(value).decode() if isinstance(value, bytes) else value
