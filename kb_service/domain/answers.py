"""Questions, answers and what surrounds them: outcome, citations, evidence, notices, escalation."""

import hashlib
import json
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from enum import StrEnum

from kb_service.domain.documents import Audience, Kind
from kb_service.domain.knobs import Knobs
from kb_service.domain.matters import Facet
from kb_service.domain.model_faults import ModelFault
from kb_service.domain.routing import RoutingStep


class Outcome(StrEnum):
    """IN_TALK: a person is in charge of the conversation and has the message; not stored as an answer."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    NO_SOURCE = "no_source"
    NOT_GROUNDED = "not_grounded"
    OUT_OF_SCOPE = "out_of_scope"
    HANDED_OVER = "handed_over"
    COURTESY = "courtesy"
    IN_TALK = "in_talk"


class Reason(StrEnum):
    """Why a question is handed to a person."""

    NO_SOURCE = "no_source"
    LOW_CONFIDENCE = "low_confidence"
    NOT_GROUNDED = "not_grounded"
    CONFLICTING_SOURCES = "conflicting_sources"
    OUT_OF_SCOPE = "out_of_scope"
    NEEDS_PERSONAL_DATA = "needs_personal_data"
    PLATFORM_FAULT = "platform_fault"
    USER_REQUEST = "user_request"
    REPEATED_FAILURE = "repeated_failure"
    DISTRESS = "distress"
    ABUSE = "abuse"
    SWITCHED_OFF = "switched_off"


# What was asked for is missing in the knowledge, unsure in it, or said in two ways.
REASONS_OF_KNOWLEDGE = frozenset(
    {Reason.NO_SOURCE, Reason.LOW_CONFIDENCE, Reason.NOT_GROUNDED, Reason.CONFLICTING_SOURCES, Reason.REPEATED_FAILURE}
)
# The message is none that documents answer.
REASONS_OF_MESSAGES = frozenset(
    {
        Reason.OUT_OF_SCOPE,
        Reason.NEEDS_PERSONAL_DATA,
        Reason.PLATFORM_FAULT,
        Reason.USER_REQUEST,
        Reason.DISTRESS,
        Reason.ABUSE,
    }
)


class NoticeKind(StrEnum):
    SCHEDULED_SUCCESSOR = "scheduled_successor"
    SCHEDULED_END = "scheduled_end"
    SUCCEEDED = "succeeded"  # since the day asked about other rules have come into force
    ENDED = "ended"
    NO_SUCH_ARTICLE = "no_such_article"  # beside others that were found
    DAY_READ = "day_read"  # the answer is of a day that was named in the question's words
    ANNOUNCEMENT = "announcement"  # what people should know now; it is of no document
    HELP_LINES = "help_lines"  # whom to call, beside an answer to someone who may be in distress; it is of no document


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, and whose key, channel and user it came by: only these go on with it, or read it."""

    conversation_id: str
    asked_by: str | None
    channel: str | None
    user_hash: str | None

    @property
    def key(self) -> str:
        """The same for all of these, and for nobody else: two clients may both call a conversation "1"."""
        return hashlib.sha256(json.dumps([*astuple(self)]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Question:
    """One question as asked; ``as_of`` is the Shanghai day whose rules are wanted.

    ``asked_by``: the person of the key it came with, a frontend's as a rule; None of a command
    on this machine, whose answers anybody of the channel may read.
    ``is_day_chosen``: somebody chose the day, else it is today; a day named in the words counts before both.
    ``said_before``: what the person typed before it in a history that a client brings along, oldest first; it counts
    where no turn of the conversation is known. ``seen``: what was read from a picture that came with it, usually a
    screenshot.
    """

    text: str
    as_of: date
    asked_at: datetime
    conversation_id: str | None = None
    user_hash: str | None = None
    asked_by: str | None = None
    region: str | None = None
    audience: Audience | None = None
    matter_id: str | None = None
    channel: str | None = None
    is_day_chosen: bool = False
    seen: str = ""
    said_before: tuple[str, ...] = ()

    @property
    def conversation(self) -> Conversation | None:
        """None for the first question of a conversation that has no id yet."""
        if self.conversation_id is None:
            return None
        return Conversation(self.conversation_id, self.asked_by, self.channel, self.user_hash)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that stands at ``version.text[start:end]``; ``mark`` is the number shown as [1].

    ``matter_id``: what its document is about; None where nobody said, or for answers stored before this was kept.
    ``withdrawn``: its version has been taken back since the answer was given.
    """

    mark: int
    document_id: str
    version_id: str
    passage_id: str
    title: str
    kind: Kind
    department: str | None
    heading_path: tuple[str, ...]
    page: int | None
    second: int | None
    quote: str
    start: int
    end: int
    effective_from: date | None
    effective_to: date | None
    source_url: str | None
    withdrawn: bool = False
    matter_id: str | None = None


@dataclass(frozen=True, slots=True)
class Possible:
    """Words that may have to do with a question that was not answered: whole sentences at ``version.text[start:end]``.

    No answer, and never counted as one. ``withdrawn``: its version has been taken back since.
    """

    document_id: str
    version_id: str
    passage_id: str
    title: str
    quote: str
    start: int
    end: int
    effective_from: date | None
    effective_to: date | None
    matter_id: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One of the best passages in force, whatever became of the question."""

    passage_id: str
    document_id: str
    version_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Notice:
    """``document_id``: that it tells of; None for an announcement, whose ``effective_from`` is its own first day, and
    for help lines, told as of the day asked."""

    kind: NoticeKind
    text: str
    document_id: str | None
    effective_from: date


@dataclass(frozen=True, slots=True)
class Option:
    """One way to read a question: of a matter, in a region, for an audience; None leaves that open."""

    label: str
    matter_id: str | None
    region: str | None = None
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class Clarification:
    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class MatterRef:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class DepartmentRef:
    id: str
    name: str
    phone: str | None
    hours: str | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """Whether a person should take over, why, and who. Times are None where no helpers are set up.

    ``id``: of the escalation that the conversation is in. ``routed_by``: how the department was found.
    """

    recommended: bool
    reasons: tuple[Reason, ...] = ()
    department: DepartmentRef | None = None
    channel: str | None = None
    available_now: bool | None = None
    opens_at: datetime | None = None
    first_response_due: datetime | None = None
    summary: str | None = None
    id: str | None = None
    routed_by: tuple[RoutingStep, ...] = ()


class Carried(StrEnum):
    """What a question took over from the turns before it."""

    QUESTION = "question"  # the words of the earlier question, whose option was chosen
    MATTER = "matter"
    FACET = "facet"
    REGION = "region"
    AUDIENCE = "audience"
    AS_OF = "as_of"


class Complaint(StrEnum):
    """Whether a message says that the last answer did not help."""

    NONE = "none"
    WITH_QUESTION = "with_question"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class UnderstoodAs:
    """How the question was read: what was linked, and the text that was searched for.

    ``complaint``: whether it says that the answer before did not help.
    ``parts``: how each was read, where one message asked several questions; empty otherwise.
    """

    text: str
    matter_id: str | None
    facet: Facet | None
    region: str | None
    audience: Audience | None
    as_of: date | None = None
    complaint: Complaint = Complaint.NONE
    carried_over: tuple[Carried, ...] = ()
    parts: tuple["UnderstoodAs", ...] = ()


EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Drafting:
    """Whose words: `EXTRACTIVE`, those of the sources, or a model's name; ``rejected``: why its drafts were not sent.

    ``prompts``: SHA-256 of the prompt files, where a model was asked; ``failure``: why it gave nothing to check.
    """

    by: str
    rejected: tuple[str, ...] = ()
    prompts: str | None = None
    failure: ModelFault | None = None


class Method(StrEnum):
    """What made the words. MODEL_CHECKED: a model wrote them, and each sentence was checked against its sources.
    CONFIRMED: the assistant proposed them, and a helper sent them, perhaps after an edit."""

    QUOTATION = "quotation"
    MODEL_CHECKED = "model_checked"
    FIXED_WORDING = "fixed_wording"
    PERSON = "person"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Answer:
    """One exchange, stored whole and never recomputed. The action (``outcome``, ``escalation``) and text are apart.

    ``knobs``: what it was retrieved and put together with; None for answers stored before these were kept.
    """

    answer_id: str
    conversation_id: str
    question: str
    asked_at: datetime
    as_of: date
    outcome: Outcome
    text: str
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    notices: tuple[Notice, ...]
    confidence: float
    confidence_applies: bool
    confidence_version: str
    features: dict[str, float]
    matter: MatterRef | None
    facet: Facet | None
    understood_as: UnderstoodAs
    clarification: Clarification | None
    escalation: HandOver
    related_questions: tuple[str, ...] = field(default=())
    possible: tuple[Possible, ...] = field(default=())
    drafting: Drafting | None = None
    knobs: Knobs | None = None

    @property
    def method(self) -> Method:
        """Answers stored before drafts were kept all quote, where they cite."""
        if self.drafting is None:
            return Method.QUOTATION if self.citations else Method.FIXED_WORDING
        return Method.QUOTATION if self.drafting.by == EXTRACTIVE else Method.MODEL_CHECKED
