"""Meeting links: where the helpers of a department meet people by voice and video. Nothing of it is fetched here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kb_service.domain.addresses import secure_link
from kb_service.domain.errors import InvalidMeetingLink
from kb_service.domain.escalations import Author, Message, Move

LONGEST_LINK = 1000


@dataclass(frozen=True, slots=True)
class MeetingLink:
    """``url``: https, of a host, as `checked_link` lets pass."""

    department_id: str
    url: str
    set_at: datetime
    set_by: str


def checked_link(written: str) -> str:
    """The address without blanks around it. Raises InvalidMeetingLink."""
    url = written.strip()
    if len(url) > LONGEST_LINK or secure_link(url) is None:
        raise InvalidMeetingLink(
            f"a meeting link is an address of at most {LONGEST_LINK} characters that begins with https:// and names a "
            "host, without blanks, user name or password"
        )
    return url


def as_told_to_person(message: Message) -> Message:
    """Of an event only a meeting's link: the reason of any other move is written for helpers."""
    if message.author is not Author.EVENT:
        return message
    link = secure_link(message.text) if message.move is Move.MEET else None
    return replace(message, text=link or "")


def is_joined(messages: Sequence[Message]) -> bool | None:
    """Whether the person opened the newest meeting that was offered; None where none was."""
    moves = [each.move for each in messages if each.move in (Move.MEET, Move.JOIN)]
    if Move.MEET not in moves:
        return None
    return moves[-1] is Move.JOIN
