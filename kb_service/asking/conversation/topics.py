"""What a conversation is about, and whether it goes wrong: from stored turns, or an earlier part of the message.

Earlier turns are not trusted: ids and closed choices are taken over, and the matter's name as the catalogue has it.
Only where a message changes nothing but place, audience or day, or no matter is known, are the words of the earlier
question asked again, and they are read anew as if they came now. See docs/decisions/0014-conversation.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import (
    REASONS_OF_KNOWLEDGE,
    REASONS_OF_MESSAGES,
    Answer,
    Clarification,
    Complaint,
    Outcome,
)
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet

TURNS = 6  # how far back a conversation is remembered


@dataclass(frozen=True, slots=True)
class Topic:
    """What was spoken of last. ``day``: the day asked about, where it was not the day of asking.

    ``text``: the words that were searched for. ``is_open``: it was asked
    back what was meant. ``documents``, ``cited_matters``, ``last_answer``: the ids of those that were cited last and of
    their matters, and the text that cited them.
    """

    matter_id: str | None
    facet: Facet | None
    region: str | None
    audience: Audience | None
    day: date | None
    text: str
    is_open: bool = False
    documents: frozenset[str] = frozenset()
    cited_matters: frozenset[str | None] = frozenset()
    last_answer: str = ""


def topic_of_turns(turns: Sequence[Answer], *, names_topic: Callable[[str], bool]) -> Topic | None:
    """Of the newest turn that had one; courtesies, complaints and what is no knowledge question are passed over.

    So is a turn that failed and named no matter, where an earlier one did, unless its words name a topic of their own
    (``names_topic``).
    """
    newest = _newest(turns[-TURNS:], names_topic)
    cited = next((turn for turn in reversed(turns[-TURNS:]) if turn.citations), None)
    if newest is None or cited is None:
        return newest
    return replace(
        newest,
        documents=frozenset(each.document_id for each in cited.citations),
        cited_matters=frozenset(each.matter_id for each in cited.citations),
        last_answer=cited.text,
    )


def _newest(turns: Sequence[Answer], names_topic: Callable[[str], bool]) -> Topic | None:
    newest: Topic | None = None
    for turn in reversed(turns):
        if _is_beside_the_topic(turn):
            continue
        topic = _topic_of(turn)
        if topic.matter_id is not None:
            return topic
        newest = newest or topic
        if not REASONS_OF_KNOWLEDGE.intersection(turn.escalation.reasons) or names_topic(turn.question):
            break
    return newest


def _is_beside_the_topic(turn: Answer) -> bool:
    """Whether its reply leaves the topic as it was."""
    is_no_question = turn.outcome is Outcome.COURTESY or turn.understood_as.complaint is Complaint.ONLY
    is_beside = turn.outcome is not Outcome.ANSWERED and bool(REASONS_OF_MESSAGES.intersection(turn.escalation.reasons))
    return is_no_question or is_beside


def _topic_of(turn: Answer) -> Topic:
    """The matter is the one that was linked, else that of what was cited last, or of most of what is possible."""
    last = turn.understood_as.parts[-1] if turn.understood_as.parts else turn.understood_as
    cited = turn.citations[-1].matter_id if turn.citations else _most_possible(turn)
    return Topic(
        matter_id=last.matter_id or cited,
        facet=last.facet,
        region=last.region,
        audience=last.audience,
        day=None if turn.as_of == shanghai_day(turn.asked_at) else turn.as_of,
        text=last.text,
        is_open=turn.outcome is Outcome.CLARIFY,
    )


def _most_possible(turn: Answer) -> str | None:
    """The matter of the best quote, where more than half are of it."""
    matters = [each.matter_id for each in turn.possible]
    return matters[0] if matters and 2 * matters.count(matters[0]) > len(matters) else None


def topic_of_part(understood: Understanding, *, documents: Iterable[str] = (), answer: str = "") -> Topic | None:
    """Of an earlier part of the same message; None for a part that asks nothing.

    ``documents``: the ids of those that ``answer``, the answer to it, cites, where it has one.
    """
    if understood.is_courtesy or understood.scope is not None:
        return None
    question = understood.question
    return Topic(
        matter_id=understood.matter.id if understood.matter else None,
        facet=understood.facet,
        region=question.region,
        audience=question.audience,
        day=None if question.as_of == shanghai_day(question.asked_at) else question.as_of,
        text=understood.text,
        documents=frozenset(documents),
        last_answer=answer,
    )


def matters_of(asked: Clarification, matter_id: str | None) -> frozenset[str]:
    """What a question back is about: the matters of its options, else the one that was read."""
    offered = frozenset(each.matter_id for each in asked.options if each.matter_id is not None)
    return offered or frozenset(filter(None, (matter_id,)))


def matters_asked_back(turn: Answer) -> frozenset[str]:
    """Empty where a turn asked nothing back, or what it was about was open."""
    matter_id = turn.matter.id if turn.matter else turn.understood_as.matter_id
    return matters_of(turn.clarification, matter_id) if turn.clarification else frozenset()


def of_other_matters(asked: frozenset[str], before: frozenset[str]) -> bool:
    """Whether a question back is about something else than the one before it, both being known."""
    return bool(asked and before) and asked.isdisjoint(before)


def failures_in_a_row(turns: Sequence[Answer]) -> int:
    """How many of the last turns failed, up to the last that did not; the message after a turn may say that it failed.
    A wish for a person, a complaint or a fault of the platform is no failure of an answer.

    Courtesies and clarifying questions between them count neither way, nor does a message that only complains: it is
    counted as the failure of the turn before it, or as one of its own where there is none.
    """
    failures = 0
    is_complained_of = False
    for turn in reversed(turns):
        complaint = turn.understood_as.complaint
        if complaint is Complaint.ONLY:
            failures += is_complained_of  # complained of twice: the first complaint got no answer either
            is_complained_of = True
            continue
        if turn.outcome is Outcome.COURTESY or (turn.outcome is Outcome.CLARIFY and not is_complained_of):
            continue
        if not is_complained_of and not REASONS_OF_KNOWLEDGE.intersection(turn.escalation.reasons):
            return failures
        failures += 1
        is_complained_of = complaint is Complaint.WITH_QUESTION
    return failures + (is_complained_of and failures == 0)
