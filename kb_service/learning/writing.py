"""The verb of editors who write what was asked for: a gap becomes the draft of a Q&A, all but the answer filled in."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.clocks import review_due_at
from kb_service.domain.days import days_later, shanghai_day
from kb_service.domain.documents import Kind, Version, VersionDraft
from kb_service.domain.errors import EscalationStateWrong
from kb_service.domain.gaps import Gap, GapState
from kb_service.domain.recurring import RecurringCase, ResolvedTalk
from kb_service.learning.recurring import letters_of, pairs
from kb_service.learning.stores import Cases, Gaps

# Of a gap the newest so many questions are read, and the most frequent of them stand in the draft.
_READ = 500
_MOST_SIMILAR = 20
# A longer one is a story; nobody asks it again in the same words.
_LONGEST = 100
# What stands in the place of what identifies a person: docs/glossary.md, Masking.
_MASKED = "〔[^〔〕]{1,6}〕"
# What a person writes in a talk is another way to ask its question if it names the matter, or has this share of its own
# pairs of characters in common with the question: 那要收费吗 alone would be like every question about a fee.
_LIKE_THE_QUESTION = 1 / 3
_COMMAS = "[,，、 ]*[，,][,，、 ]*"
_AT_THE_ENDS = " \t\n,，。.;；、:：!！~～…"


@dataclass(frozen=True, slots=True)
class Cleaning:
    """``courtesies``: what a question may begin with and says nothing. ``salutations``: what a reply may begin with
    that is meant for one person. ``introductions``: what leads to something that identifies a person, and is left out
    with it. ``asks``: what stands in a sentence that asks something."""

    courtesies: re.Pattern[str]
    salutations: re.Pattern[str]
    introductions: re.Pattern[str]
    asks: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Writing:
    """``drafted``: a draft from fields of the bulk format, with or without an answer. ``region_of``: a department's.

    ``names_of``: a matter's name and aliases. ``review_days``: after so many days a kept text is to be looked at again;
    0: never. ``untitled``: what a draft is called whose question is not known any more. ``new_id``: for the document.
    """

    gaps: Gaps
    cases: Cases
    version: Callable[[str], Version]
    drafted: Callable[[Mapping[str, Any]], VersionDraft]
    region_of: Callable[[str | None], str | None]
    names_of: Callable[[str | None], Sequence[str]]
    calendar: Callable[[], WorkingCalendar]
    review_days: int
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
        """The id of a draft with the reply as its answer, and whether it is new: talks become one text only. A second
        person is to review it within a working day."""
        at, first = self.now(), case.talks[0]
        also_asked = [each for talk in case.talks for each in self._also_asked(talk)]
        asked = [*(question_of(each, self.cleaning) for each in case.talks), *also_asked]
        fields = self._fields(asked, first.matter_id, first.department_id, [each.region for each in case.talks])
        draft = self.drafted(
            fields | {"answer": to_everybody(case.reply, self.cleaning), "review_by": self._review_by(shanghai_day(at))}
        )
        return self.cases.write(
            draft,
            [each.escalation_id for each in case.talks],
            rests_on=list(dict.fromkeys(cited for talk in case.talks for cited in talk.rests_on)),
            actor=actor,
            at=at,
            review_due_at=review_due_at(at, self.calendar()),
        )

    def keep(self, escalation_id: str, *, actor: str) -> tuple[str, bool]:
        """The same of one talk whose helper wants to keep the reply. Raises EscalationStateWrong."""
        talk = self.cases.talk(escalation_id)
        if talk is None:
            raise EscalationStateWrong("only a talk that was resolved with a reply in words becomes a text")
        return self.write_case(RecurringCase(talk.escalation_id, (talk,), talk.reply), actor=actor)

    def _also_asked(self, talk: ResolvedTalk) -> list[str]:
        """What the person of a talk wrote besides that is another way to ask its question."""
        names, question = self.names_of(talk.matter_id), pairs(question_of(talk, self.cleaning))
        return [
            each
            for each in (cleaned(line, self.cleaning) for line in (talk.asked_before, *talk.said))
            if self.cleaning.asks.search(each) and _is_like(each, question, names)
        ]

    def _review_by(self, today: date) -> date | None:
        return days_later(today, self.review_days) if self.review_days else None

    def _asked(self, gap: Gap) -> list[str]:
        return [each.question for each in self.gaps.questions(gap.id, limit=_READ)][::-1]

    def _fields(
        self, asked: Sequence[str], matter_id: str | None, department_id: str | None, regions: Sequence[str | None]
    ) -> dict[str, Any]:
        """``asked``: the oldest first. It holds from today on, and is issued today: people ask for what is so already.

        In the department's own region, else in the district that all of the questions were asked for, where one of
        them names it: frontends send where a person lives with whatever is asked.
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
            "region": self.region_of(department_id)
            or (named_region(asked_for.pop(), asked) if len(asked_for) == 1 else None),
            "effective_from": today,
            "issued_on": today,
        }


def named_region(region: str | None, asked: Sequence[str]) -> str | None:
    """浦东 and 浦东新区 name 上海市/浦东新区."""
    name = (region or "").rpartition("/")[2].removesuffix("新区").removesuffix("区")
    return region if name and any(name in each for each in asked) else None


def question_of(talk: ResolvedTalk, cleaning: Cleaning) -> str:
    """What was asked in a talk: who calls somebody and asks nothing (请帮我问问) means the question before."""
    asks_itself = cleaning.asks.search(cleaned(talk.question, cleaning)) is not None
    return talk.question if asks_itself or not talk.asked_before else talk.asked_before


def questions_of_draft(asked: Sequence[str], cleaning: Cleaning) -> list[str]:
    """The ways a question was put (``asked``: the oldest first), without what says nothing or identifies a person: the
    most frequent first, of equally frequent ones the oldest. Those that differ in punctuation or width are one."""
    wording_of: dict[str, str] = {}
    count_of: Counter[str] = Counter()
    for question in (cleaned(each, cleaning) for each in asked):
        if key := letters_of(unicodedata.normalize("NFKC", question).casefold()):
            wording_of.setdefault(key, question)
            count_of[key] += 1
    return [wording_of[key] for key, _ in count_of.most_common(_MOST_SIMILAR + 1)]


def _is_like(line: str, question: Set[str], names: Sequence[str]) -> bool:
    own = pairs(line)
    return any(each in line for each in names) or len(own & question) >= _LIKE_THE_QUESTION * max(1, len(own))


def of_nobody(question: str, cleaning: Cleaning) -> str:
    """A masked question without what was masked and the words that led to it; as it is where nothing was."""
    introduced = rf"(?:(?:{cleaning.introductions.pattern})[ :：是为]*)?(?:{_MASKED})+的?"
    left = re.sub(introduced, "，", question)
    return question if left == question else re.sub(_COMMAS, "，", left).strip(_AT_THE_ENDS)


def to_everybody(reply: str, cleaning: Cleaning) -> str:
    """A masked reply without how it greets the person it was written to, and who says that they are there."""
    left = reply
    while (found := cleaning.salutations.match(left)) and found.end():
        left = left[found.end() :].lstrip()
    return left or reply


def cleaned(question: str, cleaning: Cleaning) -> str:
    """Without greetings, and without what was masked and the words that led to it; empty where nothing is left."""
    left = re.sub(_COMMAS, "，", of_nobody(question, cleaning)).strip(_AT_THE_ENDS)
    while (found := cleaning.courtesies.match(left)) and found.end():
        left = left[found.end() :].lstrip(_AT_THE_ENDS)
    return left[:_LONGEST].rstrip(_AT_THE_ENDS)
