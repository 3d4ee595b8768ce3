"""Whether a conversation goes wrong: what was not answered, and what people say of it."""

from collections.abc import Sequence

from kb_service.asking.conversation.conversation_words import ConversationWords
from kb_service.domain.answers import Answer, Outcome, Reason
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised

# We had no answer. A wish for a person, a complaint or a fault of the platform is no failure of an answer.
_FAILED = frozenset(
    {
        Reason.NO_SOURCE,
        Reason.LOW_CONFIDENCE,
        Reason.NOT_GROUNDED,
        Reason.CONFLICTING_SOURCES,
        Reason.REPEATED_FAILURE,
    }
)


def failures_in_a_row(turns: Sequence[Answer], *, words: ConversationWords, converter: ScriptConverter) -> int:
    """How many of the last turns failed, up to the last that did not; the message after a turn may say that it failed.

    Courtesies and clarifying questions between them count neither way, nor does a message that only complains: it is
    counted as the failure of the turn before it, or as one of its own where there is none.
    """
    failures = 0
    is_complained_of = False
    for turn in reversed(turns):
        said = normalised(turn.question, converter).strip()
        if words.is_nothing_but_dissatisfied(said):
            failures += is_complained_of  # complained of twice: the first complaint got no answer either
            is_complained_of = True
            continue
        if turn.outcome is Outcome.COURTESY or (turn.outcome is Outcome.CLARIFY and not is_complained_of):
            continue
        if not is_complained_of and not _FAILED.intersection(turn.escalation.reasons):
            return failures
        failures += 1
        is_complained_of = words.is_dissatisfied(said)
    return failures + (is_complained_of and failures == 0)
