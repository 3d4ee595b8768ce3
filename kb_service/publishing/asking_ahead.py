"""The calendar ahead: known questions asked as of the day before each switch day and as of the day, stored nowhere."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.domain.answers import Answer
from kb_service.domain.knowledge_use import SwitchDay
from kb_service.domain.questions_ahead import DayAhead, QuestionAhead, fingerprint, question_ahead
from kb_service.domain.rehearsals import Effect
from kb_service.publishing.rehearsal import AnswersUnstored, RehearsalQuestion

# The nearest switch days, and how many questions are asked for each, twice.
MOST_DAYS = 30
MOST_QUESTIONS = 100
# Other knowledge changes too: what was asked so long ago is asked again.
_ASKED_AGAIN_AFTER = timedelta(days=7)


class DaysAhead(Protocol):
    def kept(self) -> Mapping[date, DayAhead]: ...

    def keep(self, day: DayAhead) -> None: ...

    def keep_only(self, days: Collection[date]) -> None: ...


@dataclass(frozen=True, slots=True)
class AskingAhead:
    """``days``: the switch days ahead, in their order. ``questions``: the site's known ones. ``give_way``: called
    between questions, so that people who ask come first."""

    store: DaysAhead
    days: Callable[[], Sequence[SwitchDay]]
    questions: Callable[[], Sequence[RehearsalQuestion]]
    asking: Callable[[], AnswersUnstored]
    give_way: Callable[[], None]
    now: Callable[[], datetime]

    def run_once(self) -> bool:
        """Ask for the nearest switch day that was not asked for, or not as it is now; False when there is none."""
        days = self.days()[:MOST_DAYS]
        kept, known = self.store.kept(), self.questions()
        if gone := kept.keys() - {each.day for each in days}:
            self.store.keep_only(kept.keys() - gone)
        for day in days:
            asked = nearest_first(known, day)[:MOST_QUESTIONS]
            mark = fingerprint(day, [each.text for each in asked])
            if asked and self._is_due(kept.get(day.day), mark):
                effects = [self._of(each, day.day) for each in asked]
                changed = tuple(each for each in effects if each.effect is not Effect.UNCHANGED)
                self.store.keep(DayAhead(day.day, mark, self.now(), len(asked), changed))
                return True
        return False

    def _is_due(self, last: DayAhead | None, mark: str) -> bool:
        return last is None or last.fingerprint != mark or last.asked_at <= self.now() - _ASKED_AGAIN_AFTER

    def _of(self, known: RehearsalQuestion, day: date) -> QuestionAhead:
        return question_ahead(self._asked(known, day - timedelta(days=1)), self._asked(known, day))

    def _asked(self, known: RehearsalQuestion, as_of: date) -> Answer:
        self.give_way()
        asking = self.asking()
        question = asking.question(known.text, as_of=as_of, region=known.region, audience=known.audience)
        return asking.rehearse(question, narrowing=EVERYTHING)


def nearest_first(known: Sequence[RehearsalQuestion], day: SwitchDay) -> Sequence[RehearsalQuestion]:
    """Those about matters of which a text begins or ends that day first; no text twice."""
    matters = {each.matter_id for each in (*day.begin, *day.end)}
    once = {each.text: each for each in reversed(known)}
    return sorted(reversed(once.values()), key=lambda each: matters.isdisjoint(each.matters))
