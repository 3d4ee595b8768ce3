"""The verb of editors who write what was asked for: a gap becomes the draft of a Q&A, all but the answer filled in."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Kind, Version, VersionDraft
from kb_service.domain.errors import EscalationStateWrong
from kb_service.domain.gaps import AskedQuestion, Gap, GapState
from kb_service.domain.recurring import RecurringCase, ResolvedTalk

# Of a gap the newest so many questions are read, and the most frequent of them stand in the draft.
_READ = 500
_MOST_SIMILAR = 20
# A longer one is a story; nobody asks it again in the same words.
_LONGEST = 100
# What stands in the place of what identifies a person: docs/glossary.md, Masking.
_MASKED = "〔[^〔〕]{1,6}〕"
_AT_THE_ENDS = " \t\n,，。.;；、:：!！~～…"


class Gaps(Protocol):
    def gap(self, gap_id: str) -> Gap: ...

    def questions(self, gap_id: str, *, limit: int) -> Sequence[AskedQuestion]: ...

    def regions(self, gap_id: str) -> Sequence[str | None]: ...

    def write(
        self, gap_id: str, *, actor: str, at: datetime, decide: Callable[[Gap], VersionDraft | None]
    ) -> tuple[Gap, bool]: ...


class Cases(Protocol):
    def talk(self, escalation_id: str) -> ResolvedTalk | None: ...

    def write(
        self, draft: VersionDraft, escalation_ids: Sequence[str], *, actor: str, at: datetime
    ) -> tuple[str, bool]: ...


@dataclass(frozen=True, slots=True)
class Cleaning:
    """``courtesies``: what a question may begin with and says nothing. ``introductions``: what leads to something that
    identifies a person, and is left out with it."""

    courtesies: re.Pattern[str]
    introductions: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Writing:
    """``drafted``: a draft from fields of the bulk format, with or without an answer. ``region_of``: a department's.

    ``untitled``: what a draft is called whose question is not known any more. ``new_id``: for the document.
    """

    gaps: Gaps
    cases: Cases
    version: Callable[[str], Version]
    drafted: Callable[[Mapping[str, Any]], VersionDraft]
    region_of: Callable[[str | None], str | None]
    cleaning: Cleaning
    untitled: str
    new_id: Callable[[], str]
    now: Callable[[], datetime]

    def write(self, gap_id: str, *, actor: str, answer: str | None = None) -> tuple[Gap, bool]:
        """The gap with the draft that is to close it, and whether that is new: who asks twice is given the same one.

        Without an answer the draft has no text yet, and cannot be submitted. Raises GapNotFound, GapStateWrong,
        InvalidRecord.
        """
        gap = self.gaps.gap(gap_id)
        gap.require_to_do()
        has_draft = gap.state is GapState.DRAFTED and gap.version_id is not None
        if has_draft and not self.version(str(gap.version_id)).state.is_given_up:
            return gap, False
        fields = self._fields(self._asked(gap), gap.matter_id, gap.department_id, self.gaps.regions(gap.id))
        draft = self.drafted(fields | ({"answer": answer} if answer and answer.strip() else {}))

        def decide(held: Gap) -> VersionDraft | None:
            held.require_to_do()
            return draft if held.version_id == gap.version_id else None  # else somebody was quicker

        return self.gaps.write(gap_id, actor=actor, at=self.now(), decide=decide)

    def write_case(self, case: RecurringCase, *, actor: str) -> tuple[str, bool]:
        """The id of a draft with the reply as its answer, and whether it is new: talks become one text only."""
        first, asked = case.talks[0], [each.question for each in case.talks]
        fields = self._fields(asked, first.matter_id, first.department_id, [each.region for each in case.talks])
        draft = self.drafted(fields | {"answer": case.reply})
        return self.cases.write(draft, [each.escalation_id for each in case.talks], actor=actor, at=self.now())

    def keep(self, escalation_id: str, *, actor: str) -> tuple[str, bool]:
        """The same of one talk whose helper wants to keep the reply. Raises EscalationStateWrong."""
        talk = self.cases.talk(escalation_id)
        if talk is None:
            raise EscalationStateWrong("only a talk that was resolved with a reply in words becomes a text")
        return self.write_case(RecurringCase(talk.escalation_id, (talk,), talk.reply), actor=actor)

    def _asked(self, gap: Gap) -> list[str]:
        return [each.question for each in self.gaps.questions(gap.id, limit=_READ)][::-1]

    def _fields(
        self, asked: Sequence[str], matter_id: str | None, department_id: str | None, regions: Sequence[str | None]
    ) -> dict[str, Any]:
        """``asked``: the oldest first. It holds from today on, and is issued today: people ask for what is so already.

        In the department's own region, else in the district that all of the questions were asked for.
        """
        today, asked_for = shanghai_day(self.now()), set(regions)
        question, *similar = questions_of_draft(asked, self.cleaning) or [""]
        return {
            "id": f"qa-{self.new_id()}",
            "kind": Kind.INTERPRETATION,
            "question": question,
            "title": question or self.untitled,
            "similar_questions": similar,
            "matter": matter_id,
            "department": department_id,
            "region": self.region_of(department_id) or (asked_for.pop() if len(asked_for) == 1 else None),
            "effective_from": today,
            "issued_on": today,
        }


def questions_of_draft(asked: Sequence[str], cleaning: Cleaning) -> list[str]:
    """The ways a question was put (``asked``: the oldest first), without what says nothing or identifies a person: the
    most frequent first, of equally frequent ones the oldest."""
    count_of = Counter(filter(None, (cleaned(each, cleaning) for each in asked)))
    return [question for question, _ in count_of.most_common(_MOST_SIMILAR + 1)]


def cleaned(question: str, cleaning: Cleaning) -> str:
    """Without greetings, and without what was masked and the words that led to it; empty where nothing is left."""
    introduced = rf"(?:(?:{cleaning.introductions.pattern})[ :：是为]*)?(?:{_MASKED})+的?"
    left = re.sub(introduced, "，", question)
    left = re.sub("[,，、 ]*[，,][,，、 ]*", "，", left).strip(_AT_THE_ENDS)
    while (found := cleaning.courtesies.match(left)) and found.end():
        left = left[found.end() :].lstrip(_AT_THE_ENDS)
    return left[:_LONGEST].rstrip(_AT_THE_ENDS)
