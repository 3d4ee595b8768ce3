"""Keys of messages: a key is unique for its author in a talk, so a message that is sent again finds the first one."""

from sqlalchemy import Connection, insert, select

from kb_service.adapters.sql.talk_tables import message_keys
from kb_service.domain.sent_once import Once


def number_of_first(connection: Connection, escalation_id: str, sent: Once) -> int | None:
    """Of the message that came with this key; None for a new key. The talk's row is held, so two at a time take turns.

    Raises MessageKeyReused.
    """
    query = select(message_keys).where(
        message_keys.c.escalation_id == escalation_id,
        message_keys.c.author == sent.author,
        message_keys.c.key == sent.key,
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    sent.require_same(row.digest)
    return int(row.message_number)


def keep_key(connection: Connection, escalation_id: str, sent: Once, message_number: int) -> None:
    row = {
        "escalation_id": escalation_id,
        "author": sent.author,
        "key": sent.key,
        "message_number": message_number,
        "digest": sent.digest,
    }
    connection.execute(insert(message_keys).values(row))
