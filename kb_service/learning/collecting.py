"""Finds what nobody could answer, and groups it by what it is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kb_service.domain.answers import Answer
from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.clocks import end_of_working_day
from kb_service.domain.gaps import WORKING_DAYS, why_in_gap
from kb_service.domain.masking import masked
from kb_service.domain.matters import Facet
from kb_service.learning.stores import Found, Gaps, NewGap, Placed
from kb_service.ports import Vector, Vectors

# Older answers were looked at, or came from before there were gaps.
_LOOKS_BACK = timedelta(days=30)
_AT_ONCE = 200
_COMPARED_WITH = 2000
_REMEMBERED = 5000
# Questions in one step of work, between which people are let through.
_EMBEDDED_AT_ONCE = 16
# Inner product of question vectors. Measured on 1,150 questions of the corpus within one matter: of pairs that ask the
# same, two of three lie above; of pairs that ask different things of one document, one of five.
_LIKE = 0.92
# Without a matter nothing else holds them together: of pairs from different documents, 1 in 200 lies above.
_LIKE_WITHOUT_A_MATTER = 0.93


@dataclass(slots=True)
class Collecting:
    """``vectors``: of questions, each of length 1. ``department_of``: from a matter's id to its department's.
    ``of_nobody``: a masked question without who asks it, as questions are compared. ``give_way``: called between small
    steps."""

    gaps: Gaps
    vectors: Callable[[Sequence[str]], Vectors]
    department_of: Callable[[str], str | None]
    of_nobody: Callable[[str], str]
    calendar: Callable[[], WorkingCalendar]
    give_way: Callable[[], None]
    now: Callable[[], datetime]
    _vector_of: dict[str, Vector] = field(default_factory=dict)

    def collect(self) -> int:
        """Look at everything that came since the last time; how many questions were put into a gap."""
        grouped = 0
        while found := self.gaps.not_looked_at(since=self.now() - _LOOKS_BACK, limit=_AT_ONCE):
            grouped += sum(self._place(each) is not None for each in found)
        return grouped

    def _place(self, found: Found) -> str | None:
        answer = found.answer
        why, question = why_in_gap(answer, helped=found.helped), masked(in_full(answer))
        closest = [each.title for each in answer.possible] + [each.title for each in answer.citations]
        gap: str | NewGap | None = None
        if why is not None:
            matter_id = answer.matter.id if answer.matter else None
            gap = self._like(question, matter_id, answer.facet) or self._new(answer, matter_id)
        return self.gaps.place(
            Placed(
                answer_id=answer.answer_id,
                gap=gap,
                question=question if why else "",
                asker=found.asker,
                asked_at=answer.asked_at,
                why=why,
                facet=answer.facet,
                closest=closest[0] if closest else None,
            )
        )

    def _like(self, question: str, matter_id: str | None, facet: Facet | None) -> str | None:
        """The gap with the nearest question, if one asks the same."""
        others = self.gaps.like(matter_id, limit=_COMPARED_WITH)
        others = [each for each in others if None in (facet, each.facet) or each.facet is facet]
        if not others:
            return None
        asked, *asked_before = [
            self.of_nobody(each) or each for each in (question, *(each.question for each in others))
        ]
        self._embed([asked, *asked_before])
        own = self._vector_of[asked]
        nearness, nearest = max(
            ((float(own @ self._vector_of[text]), each) for text, each in zip(asked_before, others, strict=True)),
            key=lambda pair: pair[0],
        )
        enough = _LIKE_WITHOUT_A_MATTER if matter_id is None else _LIKE
        return nearest.gap_id if nearness >= enough else None

    def _embed(self, questions: Sequence[str]) -> None:
        if len(self._vector_of) > _REMEMBERED:
            self._vector_of.clear()
        missing = [each for each in dict.fromkeys(questions) if each not in self._vector_of]
        for start in range(0, len(missing), _EMBEDDED_AT_ONCE):
            self.give_way()
            some = missing[start : start + _EMBEDDED_AT_ONCE]
            self._vector_of |= dict(zip(some, self.vectors(some), strict=True))

    def _new(self, answer: Answer, matter_id: str | None) -> NewGap:
        at = self.now()
        handed_to = answer.escalation.department
        department = (self.department_of(matter_id) if matter_id else None) or (handed_to.id if handed_to else None)
        due = end_of_working_day(at, WORKING_DAYS, self.calendar())
        return NewGap(matter_id, answer.facet, department, at, due)


def in_full(answer: Answer) -> str:
    """What was asked in a conversation, with what it took from the turns before; alone it would ask nothing."""
    understood = answer.understood_as
    return understood.text if understood.carried_over else answer.question
