"""Which conversation a request belongs to that brings its history along, but no id."""

import json
from collections.abc import Sequence
from dataclasses import replace

from kb_service.api.asked import Asked
from kb_service.asking.asking import LONGEST_QUESTION, Asking
from kb_service.asking.conversation.topics import TURNS
from kb_service.domain.answers import Answer
from kb_service.domain.privacy import is_storable
from kb_service.ports import Transcript

_LONGEST_KEY = 32


def earlier(messages: Sequence[str]) -> tuple[str, ...]:
    """The user's messages before the question, as far as answering looks back; of each no more than a question has."""
    return tuple(text[:LONGEST_QUESTION] for text in messages[:-1][-TURNS:] if is_storable(text))


def placed(asked: Asked, *, asking: Asking, transcript: Transcript, asker: str, messages: Sequence[str]) -> Asked:
    """In the conversation that the same asker began with the same words, as far as it is theirs alone.

    ``messages``: those of the user, the question last. Two people behind one key may begin alike: a conversation with
    a question in it that this history has not is another one's, and nothing is carried over from it.
    """
    earlier = list(messages[:-1])
    for length in range(1, min(len(earlier), TURNS) + 1):
        begun = _key(asking, asker, messages[:length])
        turns = _turns(transcript, begun, asked)
        if turns and all(turn.question in earlier for turn in turns):
            return _in(asked, begun)
    own = _key(asking, asker, messages)
    return asked if _turns(transcript, own, asked) else _in(asked, own)


def _in(asked: Asked, conversation_id: str) -> Asked:
    return replace(asked, question=replace(asked.question, conversation_id=conversation_id))


def _turns(transcript: Transcript, conversation_id: str, asked: Asked) -> Sequence[Answer]:
    conversation = replace(asked.question, conversation_id=conversation_id).conversation
    return transcript.last_turns(conversation, TURNS) if conversation else ()


def _key(asking: Asking, asker: str, messages: Sequence[str]) -> str:
    """Under the key that user references are hashed with: nobody can make up another's."""
    keyed = asking.question("conversation", user_ref=json.dumps([asker, *messages])).user_hash
    return f"chat-{(keyed or '')[:_LONGEST_KEY]}"
