"""Whose conversations have an id: only the same key, channel and user make it the same conversation."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, and_, select, union

from kb_service.adapters.sql.tables import answers
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.domain.answers import Conversation


def conversations_named(connection: Connection, conversation_id: str) -> Sequence[Conversation]:
    """What was erased has no id any more."""
    each = [
        select(table.c.asked_by, table.c.channel, table.c.user_hash).where(table.c.conversation_id == conversation_id)
        for table in (answers, escalations)
    ]
    found = [Conversation(conversation_id, *row) for row in connection.execute(union(*each))]
    return sorted(found, key=lambda one: one.key) if conversation_id else []


def is_of(table: Table, conversation: Conversation) -> ColumnElement[bool]:
    """``table``: answers or escalations."""
    return and_(
        table.c.conversation_id == conversation.conversation_id,
        table.c.asked_by.is_not_distinct_from(conversation.asked_by),
        table.c.channel.is_not_distinct_from(conversation.channel),
        table.c.user_hash.is_not_distinct_from(conversation.user_hash),
    )
