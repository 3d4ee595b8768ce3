"""Finds what helpers answer again and again, so that it becomes a text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Protocol

from kb_service.domain.learning_errors import RecurringCaseNotFound
from kb_service.domain.recurring import RecurringCase, ResolvedTalk
from kb_service.ports import Vector, Vectors

_NEWEST = 500
_EMBEDDED_AT_ONCE = 16
# Inner product of question vectors, as gaps are grouped by: docs/decisions/0040-gaps.md.
_LIKE = 0.92
# Of two replies the share of all pairs of neighbouring characters that both have.
_LIKE_REPLY = 0.3
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_SILENT = re.compile(r"\W+")


class Talks(Protocol):
    def state(self) -> tuple[int, datetime | None]: ...

    def not_kept(self, *, limit: int) -> Sequence[ResolvedTalk]: ...


@dataclass(slots=True)
class FindingRecurring:
    """``vectors``: of questions, each of length 1. ``give_way``: called between small steps. ``question_of``: what was
    asked in a talk. Holds what it found."""

    talks: Talks
    vectors: Callable[[Sequence[str]], Vectors]
    give_way: Callable[[], None]
    question_of: Callable[[ResolvedTalk], str] = attrgetter("question")
    found: Sequence[RecurringCase] = ()
    _state: tuple[int, datetime | None] | None = None
    _vector_of: dict[str, Vector] = field(default_factory=dict)

    def run_once(self) -> int:
        """Group the newest resolved talks anew, if others were resolved since; how many cases there are."""
        state = self.talks.state()
        if state != self._state:
            talks = self.talks.not_kept(limit=_NEWEST)
            self.found = self._grouped([replace(each, question=self.question_of(each)) for each in talks])
            self._state = state
        return len(self.found)

    def case(self, case_id: str) -> RecurringCase:
        """Raises RecurringCaseNotFound."""
        for each in self.found:
            if each.id == case_id:
                return each
        raise RecurringCaseNotFound(f"there is no recurring case {case_id!r}; GET /v1/recurring-cases lists them")

    def _grouped(self, talks: Sequence[ResolvedTalk]) -> list[RecurringCase]:
        """The most frequent first. Each talk joins the first group whose oldest talk it is like."""
        self._embed([each.question for each in talks])
        groups: list[list[ResolvedTalk]] = []
        for each in sorted(talks, key=lambda talk: (talk.closed_at, talk.escalation_id)):
            self.give_way()
            group = next((group for group in groups if self._is_like(each, group[0])), None)
            if group is None:
                groups.append([each])
            else:
                group.append(each)
        cases = [RecurringCase(group[0].escalation_id, tuple(group), _most_like_all(group)) for group in groups]
        return sorted((each for each in cases if each.is_worth_a_text), key=lambda case: -len(case.talks))

    def _is_like(self, one: ResolvedTalk, other: ResolvedTalk) -> bool:
        if (one.matter_id, one.department_id) != (other.matter_id, other.department_id):
            return False
        if not are_alike(one.reply, other.reply):
            return False
        return float(self._vector_of[one.question] @ self._vector_of[other.question]) >= _LIKE

    def _embed(self, questions: Sequence[str]) -> None:
        wanted = list(dict.fromkeys(questions))
        self._vector_of = {each: self._vector_of[each] for each in wanted if each in self._vector_of}
        missing = [each for each in wanted if each not in self._vector_of]
        for start in range(0, len(missing), _EMBEDDED_AT_ONCE):
            self.give_way()
            some = missing[start : start + _EMBEDDED_AT_ONCE]
            self._vector_of |= dict(zip(some, self.vectors(some), strict=True))


def are_alike(one: str, other: str) -> bool:
    """Whether two replies may say the same: no figure stands in one of them only, and their words are alike."""
    if set(_FIGURES.findall(one)) != set(_FIGURES.findall(other)):
        return False
    return _likeness(one, other) >= _LIKE_REPLY


def _likeness(one: str, other: str) -> float:
    ours, theirs = pairs(one), pairs(other)
    return len(ours & theirs) / max(1, len(ours | theirs))


def letters_of(text: str) -> str:
    """Without punctuation and spaces."""
    return _SILENT.sub("", text)


def pairs(text: str) -> set[str]:
    """Of neighbouring characters, punctuation left out."""
    letters = letters_of(text)
    return {letters[at : at + 2] for at in range(max(1, len(letters) - 1))}


def _most_like_all(group: Sequence[ResolvedTalk]) -> str:
    return max(group, key=lambda each: sum(_likeness(each.reply, other.reply) for other in group)).reply
