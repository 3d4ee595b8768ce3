"""Known questions are asked ahead of switch days: once, the nearest day first, and again when a day is another one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from kb_service.asking.search.retrieving import Narrowing
from kb_service.domain.answers import Answer, Outcome, Question
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience
from kb_service.domain.knowledge_use import KnownVersion, SwitchDay
from kb_service.domain.questions_ahead import DayAhead, effect_ahead
from kb_service.domain.rehearsals import Effect
from kb_service.publishing.asking_ahead import MOST_DAYS, MOST_QUESTIONS, AskingAhead, nearest_first
from kb_service.publishing.rehearsal import RehearsalQuestion
from tests.factories import NOON, answer, citation, day, question

FREE, DEAR = answer("a", "问", citation("免费。")), answer("a", "问", citation("收20元。"))
NOTHING = answer("a", "问", outcome=Outcome.NO_SOURCE)
NEW_YEAR = day("2027-01-01")


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (FREE, FREE, Effect.UNCHANGED),
        (FREE, replace(FREE, text="另说：免费。[1]", as_of=NEW_YEAR), Effect.UNCHANGED),
        (FREE, DEAR, Effect.CHANGED),
        (FREE, NOTHING, Effect.LOST),
        (NOTHING, FREE, Effect.NEWLY_ANSWERED),
        (NOTHING, replace(NOTHING, outcome=Outcome.HANDED_OVER), Effect.UNCHANGED),
    ],
    ids=["the same", "the same words quoted", "another fee", "no text any more", "a text at last", "never answered"],
)
def test_what_becomes_of_an_answer_from_one_day_to_the_next(before: Answer, after: Answer, effect: Effect) -> None:
    assert effect_ahead(before, after) is effect


@dataclass
class Kept:
    days: dict[date, DayAhead] = field(default_factory=dict)

    def kept(self) -> Mapping[date, DayAhead]:
        return self.days

    def keep(self, day: DayAhead) -> None:
        self.days[day.day] = day

    def keep_only(self, days: Collection[date]) -> None:
        self.days = {each: self.days[each] for each in days}


@dataclass
class DearerFromNewYear:
    asked: list[date] = field(default_factory=list)

    def question(
        self, text: str, *, as_of: date | None = None, region: str | None = None, audience: Audience | None = None
    ) -> Question:
        assert as_of
        return question(text, as_of=as_of.isoformat())

    def rehearse(self, question: Question, *, narrowing: Narrowing) -> Answer:
        self.asked.append(question.as_of)
        return DEAR if question.as_of >= NEW_YEAR else FREE


@dataclass
class Looking:
    days: list[SwitchDay]
    known: list[RehearsalQuestion] = field(default_factory=lambda: [RehearsalQuestion("要钱吗", "suite")])
    at = NOON

    def __post_init__(self) -> None:
        self.kept, self.people = Kept(), DearerFromNewYear()
        self.given_way = 0
        self.verb = AskingAhead(
            self.kept, lambda: self.days, lambda: self.known, lambda: self.people, self.give_way, lambda: self.at
        )

    def give_way(self) -> None:
        self.given_way += 1


def switch(on: date, version_id: str = "v2", matter: str = "fees") -> SwitchDay:
    begins = KnownVersion(version_id, "guide", "签注指南", matter, None, day("2026-01-01"), Interval(on))
    return SwitchDay(on, [begins], [], [], [], 0)


def test_only_what_changes_is_kept_and_each_day_is_asked_once_the_nearest_first() -> None:
    looking = Looking([switch(day("2026-12-01")), switch(NEW_YEAR)])
    assert [looking.verb.run_once() for _ in range(3)] == [True, True, False]
    assert looking.people.asked == [day("2026-11-30"), day("2026-12-01"), day("2026-12-31"), NEW_YEAR]
    assert [[each.effect for each in one.effects] for one in looking.kept.days.values()] == [[], [Effect.CHANGED]]
    assert looking.given_way == 4


def test_a_day_is_asked_again_when_another_version_begins_another_question_is_known_or_a_week_is_over() -> None:
    looking = Looking([switch(NEW_YEAR)])
    assert looking.verb.run_once() and not looking.verb.run_once()
    looking.days = [switch(NEW_YEAR, "v3")]
    assert looking.verb.run_once() and not looking.verb.run_once()
    looking.known = [*looking.known, RehearsalQuestion("多少天", "suite")]
    assert looking.verb.run_once() and not looking.verb.run_once()
    looking.at = NOON + timedelta(days=7)
    assert looking.verb.run_once() and not looking.verb.run_once()


def test_a_day_that_is_no_switch_day_any_more_is_forgotten() -> None:
    looking = Looking([switch(day("2026-12-01")), switch(NEW_YEAR)])
    while looking.verb.run_once():
        pass
    looking.days = looking.days[1:]
    looking.verb.run_once()
    assert list(looking.kept.days) == [NEW_YEAR]


def test_questions_about_what_begins_that_day_come_first_and_no_more_than_a_hundred_are_asked_of_thirty_days() -> None:
    known = [RehearsalQuestion(f"问{number}", "suite") for number in range(MOST_QUESTIONS)]
    near = RehearsalQuestion("要钱吗", "suite", matters=("fees",))
    assert [each.text for each in nearest_first([*known, near, near], switch(NEW_YEAR))[:2]] == ["要钱吗", "问0"]
    looking = Looking([switch(NEW_YEAR + timedelta(days=number)) for number in range(MOST_DAYS + 1)], [*known, near])
    while looking.verb.run_once():
        pass
    assert len(looking.people.asked) == 2 * MOST_QUESTIONS * MOST_DAYS
