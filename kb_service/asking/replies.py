"""What became of one question, before it is an Answer: the action and the text, apart from each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.asking.conversation.topics import Topic
from kb_service.asking.drafting.drafts import Draft
from kb_service.asking.notices import day_in_words
from kb_service.asking.reading.examples import MessageClass
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.plain_words import is_mostly_english
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate, Narrowing, QuestionTerms
from kb_service.domain.answers import Answer, Citation, Clarification, DepartmentRef, Notice, Outcome, Possible, Reason
from kb_service.domain.days import shanghai_day
from kb_service.domain.routing import RoutingStep


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a question: the conversation before it, and what a rehearsal shows and hides.

    ``is_alone``: it is the only question of its message; ``spoken_of``: what the turns, or the answered part before it,
    were about.
    """

    turns: Sequence[Answer]
    narrowing: Narrowing
    is_alone: bool = True
    spoken_of: Topic | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What retrieval gave, what of it would be quoted, and how sure we are that this answers."""

    candidates: tuple[Candidate, ...] = ()
    terms: QuestionTerms | None = None
    quoted: Draft | None = None
    features: dict[str, float] | None = None
    confidence: float = 0.0
    confidence_applies: bool = False
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A question as it was read, with the matter that what was found for it belongs to."""

    understood: Understanding
    result: SearchResult

    @property
    def is_sure(self) -> bool:
        return self.result.is_sure


@dataclass(frozen=True, slots=True)
class Reply:
    """``text`` is a fixed wording; an answer has a draft instead. ``reasons`` say why a question was not answered.

    ``documents_read``: the ids of those that a fixed wording tells something of. ``routed_by``: how the desk was found
    that would take it; ``department``: whom the person is told to turn to, unset where that would help nobody.
    """

    outcome: Outcome
    text: str = ""
    reasons: tuple[Reason, ...] = ()
    department: DepartmentRef | None = None
    draft: Draft | None = None
    citations: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()
    clarification: Clarification | None = None
    related: tuple[str, ...] = ()
    possible: tuple[Possible, ...] = ()
    documents_read: tuple[str, ...] = ()
    routed_by: tuple[RoutingStep, ...] = ()

    @property
    def desk_id(self) -> str | None:
        """Of the department whose helpers would take it."""
        told = self.department.id if self.department else None
        return self.routed_by[-1].department_id if self.routed_by else told

    @property
    def has_failed(self) -> bool:
        """The person did not get what was asked for."""
        return self.outcome not in {Outcome.ANSWERED, Outcome.CLARIFY, Outcome.COURTESY}


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message. ``name``: of the thing that it was asked about, where a question asked about two."""

    understood: Understanding
    result: SearchResult
    reply: Reply
    name: str = ""

    def marked_text(self, first_mark: int) -> str:
        """Its text; marks count from ``first_mark``."""
        return self.reply.draft.marked_from(first_mark) if self.reply.draft else self.reply.text


def hand_over_text(
    reason: Reason,
    department: DepartmentRef | None,
    lexicon: Lexicon,
    *,
    understood: Understanding | None = None,
) -> str:
    """An honest sentence and whom to ask; never an answer. ``understood``: the message, whose class may have a wording
    of its own."""
    likely = understood.likeness.likely if understood else MessageClass.KNOWLEDGE
    of_class = f"{reason}_{likely}"
    name = of_class if likely.reason is reason and of_class in lexicon.wording else reason.value
    text = lexicon.say(name, contact=_contact(department, lexicon)) + _of_day(reason, understood, lexicon)
    return text if reason is not Reason.DISTRESS else f"{text}{_in_english(understood, lexicon)}"


def _of_day(reason: Reason, understood: Understanding | None, lexicon: Lexicon) -> str:
    """Which day's texts were looked through, where it is not today."""
    if understood is None or reason not in {Reason.NO_SOURCE, Reason.LOW_CONFIDENCE}:
        return ""
    as_of, asked_at = understood.question.as_of, understood.question.asked_at
    return "" if as_of == shanghai_day(asked_at) else lexicon.say("looked_up_on", day=day_in_words(as_of))


def help_lines(understood: Understanding, lexicon: Lexicon) -> str:
    """Whom to call, beside something else that is said."""
    return f"{lexicon.say('distress_beside_answer')}{_in_english(understood, lexicon)}"


def _in_english(understood: Understanding | None, lexicon: Lexicon) -> str:
    """Whom to call once more, for who writes in English and may read no Chinese; empty for others."""
    if understood is None or not is_mostly_english(understood.question.text):
        return ""
    return f"\n{lexicon.say('distress_in_english')}"


def _contact(department: DepartmentRef | None, lexicon: Lexicon) -> str:
    if department is None:
        return lexicon.say("contact_unknown")
    if department.phone is None:
        return lexicon.say("contact_department_without_phone", department=department.name)
    hours = department.hours or ""
    said = lexicon.say("contact_department", department=department.name, phone=department.phone, hours=hours)
    return said.replace("；）", "）")


def summary(understood: Understanding, titles: Sequence[str], lexicon: Lexicon) -> str:
    """What a helper should know without reading everything."""
    return lexicon.say(
        "summary",
        question=understood.question.text,
        matter=understood.matter.name if understood.matter else lexicon.say("summary_no_matter"),
        titles="、".join(dict.fromkeys(f"《{title}》" for title in titles)) or lexicon.say("summary_no_titles"),
    )
