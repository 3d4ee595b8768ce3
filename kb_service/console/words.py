"""The Chinese of the screens: closed lists and errors from `prompts/screens.yaml`, examples, days and sizes."""

import functools
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationInfo, field_validator

from kb_service.api.door_words import door_words
from kb_service.api.messages import Messages, messages
from kb_service.api.sizes import LIMITS
from kb_service.api.upload_shapes import UploadStage
from kb_service.asking.reading.lexicon import load_districts
from kb_service.domain.announcements import Reach
from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.audits import Rating
from kb_service.domain.clocks import ClockKind, OrderKind
from kb_service.domain.days import SHANGHAI, Interval
from kb_service.domain.documents import Audience, Kind, VersionState
from kb_service.domain.escalations import EscalationState, Move, Verdict
from kb_service.domain.feedback import FeedbackReason, FeedbackState
from kb_service.domain.file_reports import NoteKind
from kb_service.domain.gaps import GapState, Why
from kb_service.domain.lead_time import LeadTime, LeadTimeVerdict
from kb_service.domain.life import Phase
from kb_service.domain.matters import Facet
from kb_service.domain.open_points import PointKind
from kb_service.domain.people import Role
from kb_service.domain.problems import ProblemMove, ProblemState
from kb_service.domain.rehearsals import Effect
from kb_service.domain.resolution import By, Side
from kb_service.domain.routing import RoutedBy
from kb_service.domain.suspicions import SuspicionKind, SuspicionState
from kb_service.domain.switches import Covers
from kb_service.domain.uploads import RecordOutcome
from kb_service.helping.summaries import load_summary_words
from kb_service.measuring.keeping import Expect
from kb_service.publishing.difference import ArticleChange
from kb_service.publishing.stated_days import StatedField
from kb_service.text.vocabulary import Words, load

_FOR_RESIDENTS_AND_HELPERS = {
    "kinds",
    "audiences",
    "standings",
    "outcomes",
    "reasons",
    "help_lines",
    "carried",
    "progress",
    "route_reasons",
    "statuses",
    "fields",
    "talk_states",
    "verdicts",
    "order_kinds",
    "clocks",
    "moves",
    "feedback_reasons",
}

# How a cited version stands on a day, as the scripts name it.
Standing = Literal["in_force", "ended", "not_yet", "withdrawn"]
# The pages in the menu of the console.
Place = Literal[
    "/console",
    "/console/upload",
    "/console/versions",
    "/console/review",
    "/console/due",
    "/console/suspicions",
    "/console/gaps",
    "/console/feedback",
    "/console/emergencies",
    "/console/problems",
    "/console/insight",
    "/console/audit",
    "/console/knowledge",
]
# Why a page of the console says that nothing was done, where no error of the domain is the reason.
TroubleName = Literal["unreadable", "not_understood", "wrong_key", "no_such_page", "no_file", "no_text", "failed"]


class WordsOfDays(Words):
    """``first`` and ``last`` have a blank for the day."""

    first: str
    last: str
    no_first: str
    lacks_first: str
    no_last: str
    none: str
    never: str


class HelpLine(Words):
    name: str
    phone: str


class ScreenWords(Words):
    """`prompts/screens.yaml`; each mapping from a word of the service to what a page shows."""

    kinds: Mapping[Kind, str]
    audiences: Mapping[Audience, str]
    states: Mapping[VersionState, str]
    phases: Mapping[Phase, str]
    standings: Mapping[Standing, str]
    outcomes: Mapping[Outcome, str]
    reasons: Mapping[Reason, str]
    help_lines: Sequence[HelpLine]
    carried: Mapping[str, str]
    talk_states: Mapping[EscalationState, str]
    verdicts: Mapping[Verdict, str]
    order_kinds: Mapping[OrderKind, str]
    clocks: Mapping[ClockKind, str]
    moves: Mapping[Move, str]
    progress: Mapping[str, str]
    route_reasons: Mapping[RoutedBy, str]
    statuses: Mapping[int, str]
    days: WordsOfDays
    places: Mapping[Place, str]
    lead_times: Mapping[LeadTime, str]
    late_notes: Mapping[Literal["explained", "unexplained"], str]
    whys: Mapping[str, str]
    effects: Mapping[Effect, str]
    sources: Mapping[str, str]
    changes: Mapping[ArticleChange, str]
    suspicions: Mapping[SuspicionKind, str]
    suspicion_states: Mapping[SuspicionState, str]
    facets: Mapping[Facet, str]
    problem_states: Mapping[ProblemState, str]
    problem_moves: Mapping[ProblemMove, str]
    gap_states: Mapping[GapState, str]
    erased_question: str
    gap_whys: Mapping[Why, str]
    feedback_states: Mapping[FeedbackState, str]
    feedback_reasons: Mapping[FeedbackReason, str]
    covers: Mapping[Covers, str]
    grouped_by: Mapping[By, str]
    sides: Mapping[Side, str]
    measured: Mapping[Literal["confirmed", "implied", "audited"], str]
    ratings: Mapping[Rating, str]
    expects: Mapping[Expect, str]
    hand_overs: Mapping[Reason, str]
    reaches: Mapping[Reach, str]
    stages: Mapping[UploadStage, str]
    open_points: Mapping[PointKind, str]
    stated: Mapping[StatedField, str]
    reading_notes: Mapping[NoteKind, str]
    record_outcomes: Mapping[RecordOutcome, str]
    roles: Mapping[Role, str]
    actions: Mapping[str, str]
    fields: Mapping[str, str]
    done: Mapping[str, str]
    troubles: Mapping[TroubleName, str]
    errors: Mapping[str, str]

    @field_validator("*")
    @classmethod
    def _has_every_word_of_a_closed_list(cls, value: object, info: ValidationInfo) -> object:
        of_field = get_args(cls.model_fields[info.field_name or ""].annotation)
        key = of_field[0] if isinstance(value, Mapping) else None
        closed = list(key) if isinstance(key, type) and issubclass(key, StrEnum) else get_args(key)
        missing = [str(each) for each in closed if isinstance(value, Mapping) and each not in value]
        if missing:
            raise ValueError(f"there is no word for {', '.join(missing)}")
        return value

    def reading_note(self, note: Mapping[str, Any]) -> str:
        """Of a file's report, as it leaves over HTTP; with the places, if it has any."""
        sentence = self.reading_notes[note["kind"]].format(count=note["count"])
        return f"{sentence}（{'、'.join(note['places'])}）" if note["places"] else sentence

    def open_point(self, point: Mapping[str, Any]) -> str:
        """Of an open point as the trail keeps it."""
        return self.open_points[PointKind(point["kind"])].format(count=point["count"], about="、".join(point["about"]))

    def interval(self, interval: Interval | None) -> str:
        """With the last valid day, which is the one before the exclusive end."""
        if interval is None:
            return self.days.none
        if interval.is_empty:
            return self.days.never
        start, last = interval.start, interval.last_valid_day
        if start is None and last is None:
            return self.days.no_last
        return self._from_and_to(start, last)

    def declared_days(self, start: date | None, end: date | None) -> str:
        """A start that nobody declared is no "always": it is what the version lacks."""
        declared = Interval(start, end)
        if start:
            return self.interval(declared)
        last = declared.last_valid_day
        return f"{self.days.lacks_first}，{self.days.last.format(day=last)}" if last else self.days.lacks_first

    def in_force_days(self, start: date | None, end: date | None) -> str:
        """Of a version that is knowledge, also where nobody declared its first day."""
        interval = Interval(start, end)
        return self.interval(interval) if start else self._from_and_to(None, interval.last_valid_day)

    def _from_and_to(self, start: date | None, last: date | None) -> str:
        first = self.days.first.format(day=start) if start else self.days.no_first
        return f"{first}，{self.days.last.format(day=last) if last else self.days.no_last}"

    def lead_time(self, verdict: LeadTimeVerdict, late_reason: str | None) -> str:
        status = self.lead_times[verdict.status]
        if verdict.why:
            return f"{status}（{self._why(verdict.why)}）"
        return status + self.late_note(verdict.needs_reason, late_reason)

    def late_note(self, needs_reason: bool, late_reason: str | None) -> str:
        return self.late_notes["explained" if late_reason else "unexplained"] if needs_reason else ""

    def _why(self, why: str) -> str:
        if why.startswith("calendar_"):
            return self.whys["calendar"].format(year=why.split("_")[1])
        return self.whys.get(why, why)


class ShownExample(Words):
    """``as_of``: the day asked about; ``after``: the question before it in the same conversation."""

    question: str
    as_of: date | None = None
    after: str | None = None


class ShownExamples(Words):
    """`prompts/examples_shown.yaml`: what is offered as an example; ``welcome``: on the chat page."""

    welcome: tuple[ShownExample, ...]
    told: tuple[ShownExample, ...]
    searched: tuple[str, ...]
    routed: tuple[str, ...]


def shown_examples(folder: Path) -> ShownExamples:
    """Raises VocabularyFault."""
    return load(folder, "examples_shown.yaml", ShownExamples)


@functools.cache
def screen_words(folder: Path) -> ScreenWords:
    """Read once. Raises VocabularyFault."""
    return load(folder, "screens.yaml", ScreenWords)


@functools.cache
def console_messages(folder: Path) -> Messages:
    """Those of all doors, but for the errors that these pages can say more of. Raises VocabularyFault."""
    found = messages(folder)
    return found.model_copy(update={"errors": {**found.errors, **screen_words(folder).errors}})


def words_for_scripts(folder: Path, *, attachment_mb: int | None = None) -> Mapping[str, object]:
    """What the pages of residents and helpers import as `/assets/words.js`, with ``LIMITS``; ``attachment_mb`` among
    them where it is given.

    Raises VocabularyFault.
    """
    shown = screen_words(folder).model_dump(mode="json", include=_FOR_RESIDENTS_AND_HELPERS)
    districts = load_districts(folder).districts
    return {name.upper(): value for name, value in shown.items()} | {
        "EXAMPLES": [each.question for each in shown_examples(folder).welcome],
        "DISTRICTS": districts,
        "REASONS_IN_SHORT": load_summary_words(folder).reasons,
        "PICTURE_ONLY": door_words(folder).see_picture,
        "LIMITS": LIMITS | ({"attachment_mb": attachment_mb} if attachment_mb else {}),
    }


def moment_in_words(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"


def deadline_in_words(moment: datetime) -> str:
    """Before which something is due: the end of a day is its 24:00, not the next one's 00:00."""
    shown = moment_in_words(moment)
    if not shown.endswith("00:00"):
        return shown
    return moment_in_words(moment - timedelta(days=1)).removesuffix("00:00") + "24:00"


def size_in_words(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} KB"
