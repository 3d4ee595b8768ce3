"""Pictures and sound of talks, in rows beside the messages: they come, are backed up and are erased with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.talk_tables import attachments
from kb_service.domain.attachments import AttachedFile, Attachment, AttachmentKind
from kb_service.domain.causes import Cause
from kb_service.domain.errors import AttachmentNotFound, TooManyAttachments

_TOLD = (attachments.c.number, attachments.c.kind, attachments.c.media_type, attachments.c.size)
_OF_MESSAGES = (
    select(attachments.c.message_number, *_TOLD)
    .where(
        attachments.c.escalation_id == bindparam("escalation_id"),
        attachments.c.message_number > bindparam("after"),
        attachments.c.message_number <= bindparam("up_to"),
    )
    .order_by(attachments.c.number)
)


class SqlAttachments:
    """Whole contents; what else is to be told of them comes with the messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def file(self, escalation_id: str, number: int) -> AttachedFile:
        """Raises AttachmentNotFound."""
        is_it = (attachments.c.escalation_id == escalation_id, attachments.c.number == number)
        with self._database.reading() as connection:
            row = connection.execute(select(attachments).where(*is_it)).first()
        if row is None:
            raise AttachmentNotFound(f"this talk has no attachment {number}, or it was erased")
        return AttachedFile(AttachmentKind(row.kind), row.media_type, bytes(row.content))


def add_files(
    connection: Connection, escalation_id: str, message_number: int, files: Sequence[AttachedFile], *, most: int
) -> Sequence[Mapping[str, Any]]:
    """Those of one message; the rows that were added. ``most``: of the whole talk, whose row is held. Raises
    TooManyAttachments."""
    counted = select(func.count()).where(attachments.c.escalation_id == escalation_id)
    before = connection.execute(counted).scalar_one()
    if before + len(files) > most:
        raise TooManyAttachments(
            f"a talk may have {most} pictures and recordings", Cause("too_many_attachments", {"limit": most})
        )
    rows = [
        {
            "escalation_id": escalation_id,
            "number": number,
            "message_number": message_number,
            "kind": each.kind,
            "media_type": each.media_type,
            "size": len(each.content),
            "content": each.content,
        }
        for number, each in enumerate(files, before + 1)
    ]
    connection.execute(insert(attachments), rows)
    return rows


def attachment_in(row: Mapping[Any, Any]) -> Attachment:
    return Attachment(row["number"], AttachmentKind(row["kind"]), row["media_type"], row["size"])


def attachments_of(
    connection: Connection, escalation_id: str, *, after: int, up_to: int
) -> Mapping[int, tuple[Attachment, ...]]:
    """By the number of their message; of messages greater than ``after``."""
    asked = {"escalation_id": escalation_id, "after": after, "up_to": up_to}
    found: dict[int, tuple[Attachment, ...]] = defaultdict(tuple)
    for row in connection.execute(_OF_MESSAGES, asked).mappings():
        found[row["message_number"]] += (attachment_in(row),)
    return found
