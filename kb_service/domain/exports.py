"""Everything that is kept of one conversation, for the person whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb_service.domain.answers import Answer, Conversation
from kb_service.domain.attachments import Attachment
from kb_service.domain.errors import ConversationAmbiguous, ConversationNotFound
from kb_service.domain.escalations import Author, Escalation, Move

# So many characters of a conversation's key tell it from others of the same id.
_HANDLE = 8


@dataclass(frozen=True, slots=True)
class GivenFeedback:
    answer_id: str
    given_at: datetime
    resolved: bool | None
    comment: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ExportedLine:
    """``suggestion``: what was done to the suggested text that a reply was made from, and which versions it cited."""

    number: int
    at: datetime
    author: Author
    by: str | None
    text: str
    move: Move | None
    suggestion: Any
    attachments: Sequence[Attachment]


@dataclass(frozen=True, slots=True)
class ExportedTalk:
    escalation: Escalation
    lines: Sequence[ExportedLine]


@dataclass(frozen=True, slots=True)
class ConversationExport:
    """``others``: rows of other tables that belong to its answers and talks, by table.

    ``has_notes``: with helpers' notes and the reasons of their moves, which are written for helpers.
    """

    conversation: Conversation
    exported_at: datetime
    exported_by: str
    has_notes: bool
    answers: Sequence[Answer]
    feedback: Sequence[GivenFeedback]
    talks: Sequence[ExportedTalk]
    others: Mapping[str, Sequence[Mapping[str, Any]]]


def handle_of(conversation: Conversation) -> str:
    """Tells it from another one of the same id, which came by another key, channel or user."""
    return conversation.key[:_HANDLE]


def the_one(found: Sequence[Conversation], conversation_id: str, of: str | None) -> Conversation:
    """Two clients may both call a conversation "1": what one person is given, or has erased, is never another's.

    Raises ConversationNotFound, ConversationAmbiguous.
    """
    of_handle = [each for each in found if of is None or handle_of(each) == of]
    if len(of_handle) == 1:
        return of_handle[0]
    if not of_handle:
        among = f" of {of!r}" if of is not None and found else ""
        raise ConversationNotFound(
            f"nothing is kept of a conversation {conversation_id!r}{among}; the id is `conversation_id` in its "
            "answers, and what was erased is gone"
        )
    listed = "; ".join(f"{handle_of(each)} ({_whose(each)})" for each in of_handle)
    raise ConversationAmbiguous(
        f"{len(of_handle)} conversations are called {conversation_id!r}, and belong to different people: {listed}; "
        "say which one with `of` and the characters before its bracket"
    )


def _whose(conversation: Conversation) -> str:
    """Without the hash of the user."""
    person = "a user of" if conversation.user_hash else "no user named by"
    return f"{person} {conversation.asked_by or 'a command'}, channel {conversation.channel or 'none'}"
