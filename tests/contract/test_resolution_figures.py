"""Resolution counted on every database: what SQL says is what the rows say, row by row."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.outcomes import SqlOutcomes
from kb_service.adapters.sql.remembered_weeks import RememberedWeeks
from kb_service.adapters.sql.resolution import SqlResolution
from kb_service.adapters.sql.resolution_rows import SqlResolutionRows
from kb_service.adapters.sql.tables import feedback
from kb_service.adapters.sql.talk_tables import clocks, escalations
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.domain.answers import HandOver, MatterRef, Outcome, Reason
from kb_service.domain.days import SHANGHAI, shanghai_day
from kb_service.domain.resolution import By, Counts, Period
from kb_service.measuring.measuring import Measuring
from tests.factories import answer, question

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=SHANGHAI)
MATTERS = (MatterRef("juzhuzheng", "居住证"), MatterRef("huzhao", "护照"), None)
ALL = Period(MONDAY.date() - timedelta(days=60), MONDAY.date() + timedelta(days=60))


class Told:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = MONDAY
        self.transcript = SqlTranscript(database)
        self.count = 0
        self.measuring = Measuring(
            outcomes=SqlOutcomes(database),
            resolution=SqlResolution(database),
            rows=SqlResolutionRows(database),
            matters=lambda: [],
            now=lambda: self.at,
        )

    def asked(
        self,
        user: str | None,
        at: datetime = MONDAY,
        *,
        outcome: Outcome = Outcome.ANSWERED,
        matter: MatterRef | None = MATTERS[0],
        region: str | None = None,
        conversation: str | None = None,
        channel: str | None = "web",
    ) -> str:
        self.count += 1
        handed = HandOver(True, (Reason.USER_REQUEST,)) if outcome is Outcome.HANDED_OVER else HandOver(False)
        given = answer(f"a{self.count}", "问", asked_at=at, outcome=outcome, matter=matter, escalation=handed)
        understood = replace(given.understood_as, region=region)
        given = replace(given, understood_as=understood, conversation_id=conversation or f"c{self.count}")
        self.transcript.add(given, question("问", user_hash=user, asked_by="web", channel=channel))
        return given.answer_id

    def said(self, answer_id: str, resolved: bool) -> None:
        self.transcript.add_feedback(answer_id, asked_by="web", at=self.at, resolved=resolved, comment=None)

    def talked(self, user: str, at: datetime, **fields: object) -> None:
        self.count += 1
        row = {
            "id": f"t{self.count}", "conversation_id": f"ct{self.count}", "asked_by": "web", "channel": "web",
            "user_hash": user, "state": "resolved", "department_id": "gongan", "question": "", "summary": "",
            "reasons": [], "evidence": [], "matter_id": "juzhuzheng", "opened_at": at, "opened_by": "person",
            "closed_at": at + timedelta(hours=1), "changed_at": at + timedelta(hours=1), "verdict": "resolved",
            "revision": 1, "last_number": 0,
        }  # fmt: skip
        with self.database.writing() as connection:
            connection.execute(insert(escalations).values(row | fields))

    def total(self) -> Counts:
        return self.measuring.figures(ALL, By.WEEK).total


@pytest.fixture
def told(database: Database) -> Told:
    return Told(database)


@pytest.mark.parametrize(
    ("later", "implied"),
    [(timedelta(days=7), 0), (timedelta(days=7, microseconds=1), 1)],
    ids=["back on the last moment", "back a moment later"],
)
def test_who_is_back_within_seven_days_was_not_helped(told: Told, later: timedelta, implied: int) -> None:
    told.asked("u1")
    told.asked("u1", MONDAY + later)
    told.at = MONDAY + timedelta(days=8)
    found = told.total().assistant
    assert (found.questions, found.settled, found.implied) == (2, 1, implied)


@pytest.mark.parametrize(
    "later",
    [
        lambda told: told.asked("u1", MONDAY + timedelta(days=1), matter=MATTERS[1]),
        lambda told: told.asked("u2", MONDAY + timedelta(days=1)),
        lambda told: told.asked("u1", MONDAY + timedelta(days=1), outcome=Outcome.COURTESY),
    ],
    ids=["another matter", "another person", "thanks"],
)
def test_what_is_no_return_on_the_matter(told: Told, later: Callable[[Told], str]) -> None:
    told.asked("u1")
    later(told)
    told.at = MONDAY + timedelta(days=7)
    assert (told.total().assistant.settled, told.total().assistant.implied) == (1, 1)


def test_who_has_no_reference_is_known_by_the_conversation(told: Told) -> None:
    told.asked(None, conversation="c")
    told.asked(None, MONDAY + timedelta(days=1), conversation="c")
    told.asked(None, MONDAY + timedelta(days=1), conversation="d")
    told.at = MONDAY + timedelta(days=9)
    assert (told.total().assistant.settled, told.total().assistant.implied) == (3, 2)


def test_opening_a_talk_is_coming_back_and_a_talk_on_an_answer_is_a_hand_over(told: Told) -> None:
    first, second = told.asked("u1"), told.asked("u2")
    told.talked("u1", MONDAY + timedelta(days=2))
    told.talked("u9", MONDAY + timedelta(days=2), answer_id=second, matter_id="huzhao")
    told.at = MONDAY + timedelta(days=10)
    assert first != second
    assert (told.total().assistant.handed_over, told.total().assistant.implied) == (1, 0)
    assert (told.total().human.settled, told.total().human.implied) == (2, 2)


def test_what_an_evaluation_asks_is_in_no_figure(told: Told) -> None:
    told.asked("u", channel="evaluation", outcome=Outcome.NO_SOURCE)
    told.asked("u")
    told.asked(None, channel="evaluation")
    assert told.total().assistant.questions == 1
    assert (told.measuring.outcomes.behind(), told.measuring.outcomes.take_in()) == (0, 0)
    checked = told.measuring.check()
    assert (checked.answers, checked.differences) == (1, [])


def test_talks_that_are_not_counted_yet_are_told_as_answers_are(told: Told) -> None:
    told.asked("u1")
    told.talked("u2", MONDAY)
    told.talked("u3", MONDAY + timedelta(days=1))
    assert told.measuring.outcomes.behind() == 3
    told.measuring.take_in()
    assert told.measuring.outcomes.behind() == 0


def test_the_last_word_counts(told: Told) -> None:
    asked = told.asked("u1")
    for resolved in (True, False):
        told.said(asked, resolved)
    assert (told.total().assistant.said, told.total().assistant.said_resolved) == (1, 0)


def test_a_clock_that_is_over_is_late_even_if_nobody_met_it(told: Told) -> None:
    told.talked("u1", MONDAY)
    for number, (met, stopped) in enumerate(((59, None), (60, None), (None, 30), (None, 90), (None, None)), start=1):
        row = {
            "escalation_id": "t1", "kind": "first_reply", "round": number, "started_at": MONDAY, "warns_at": MONDAY,
            "due_at": MONDAY + timedelta(seconds=60),
            "met_at": None if met is None else MONDAY + timedelta(seconds=met),
            "stopped_at": None if stopped is None else MONDAY + timedelta(seconds=stopped),
        }  # fmt: skip
        with told.database.writing() as connection:
            connection.execute(insert(clocks).values(row))
    told.at = MONDAY + timedelta(seconds=59)
    (kept, *_) = told.measuring.figures(ALL, By.WEEK).clocks
    assert (kept.met, kept.late, kept.running, kept.stopped) == (1, 2, 1, 1)
    told.at = MONDAY + timedelta(seconds=60)
    (kept, *_) = told.measuring.figures(ALL, By.WEEK).clocks
    assert (kept.met, kept.late, kept.running, kept.stopped) == (1, 3, 0, 1)


def test_all_figures_are_what_the_rows_say_however_people_come_and_go(told: Told) -> None:
    dealt = random.Random(43)
    for number in range(120):
        told.at = MONDAY + timedelta(hours=3 * number)
        user = dealt.choice([*(f"u{each}" for each in range(30)), None])
        asked = told.asked(
            user,
            told.at,
            outcome=dealt.choice([*Outcome, *[Outcome.ANSWERED] * 8]),
            matter=dealt.choice(MATTERS),
            region=dealt.choice(["上海市", "上海市/浦东新区", None]),
            conversation=f"c{dealt.randrange(60)}",
            channel=dealt.choice(["web", "app", None]),
        )
        if dealt.random() < 0.4:
            told.said(asked, dealt.random() < 0.5)
        if user and dealt.random() < 0.5:
            state = dealt.choice(["resolved", "returned", "open"])
            told.talked(
                user,
                told.at,
                state=state,
                closed_at=None if state == "open" else told.at + timedelta(hours=2),
                answer_id=dealt.choice([asked, None]),
                matter_id=dealt.choice(["juzhuzheng", "huzhao", None]),
                verdict="resolved" if state == "resolved" else None,
                verdict_of_person=dealt.choice(["resolved", "partly", None]),
            )
        if number % 7 == 0:
            told.measuring.take_in()
    checked = told.measuring.check()
    assert checked.differences == []
    assert checked.answers == 120 and told.total().assistant.implied > 0 and told.total().human.implied > 0


def test_of_several_words_on_one_answer_the_last_that_says_whether_it_helped_counts(told: Told) -> None:
    asked = told.asked("u1")
    with told.database.writing() as connection:
        for resolved in (1, 0, None):  # 已解决, then 未解决, then a comment alone
            connection.execute(insert(feedback).values(answer_id=asked, given_at=told.at, resolved=resolved))
    told.at = MONDAY + timedelta(days=8)
    found = told.total().assistant
    assert (found.questions, found.said, found.said_resolved, found.implied) == (1, 1, 0, 0)
    assert told.measuring.check().differences == []


def test_weeks_of_which_nothing_is_remembered_are_counted_in_one_look(told: Told) -> None:
    for weeks_later in (0, 1, 3):
        told.asked("u1", MONDAY + timedelta(weeks=weeks_later))
    told.at = MONDAY + timedelta(weeks=10)
    told.measuring.take_in()
    weeks, looks = RememberedWeeks(), []
    first = shanghai_day(MONDAY)

    def counted(name: str, until: date) -> list[int]:
        def count(days: Period) -> dict[date, int]:
            looks.append(days)
            week = [first + timedelta(weeks=each) for each in (0, 1, 3)]
            return {each: 1 for each in week if days.first <= each <= days.last}

        with told.database.reading() as connection:
            return weeks.counted(connection, name, Period(first, until), told.at, count)

    third, fifth = first + timedelta(days=20), first + timedelta(days=34)
    assert (counted("a", third), looks) == ([1, 1], [Period(first, third)])
    # The third week, in which nothing was asked, is remembered as well: only the fourth and fifth are counted.
    assert (counted("a", fifth), looks[1:]) == ([1, 1, 1], [Period(third + timedelta(days=1), fifth)])
    assert (counted("a", fifth), len(looks)) == ([1, 1, 1], 2)
    assert (counted("b", third), len(looks)) == ([1, 1], 3)


def test_one_figure_that_somebody_asked_for_leaves_the_others_to_be_counted_ahead(told: Told) -> None:
    weeks = RememberedWeeks()
    measuring = replace(told.measuring, resolution=SqlResolution(told.database, weeks))
    told.asked("u1")
    measuring.figures(ALL, By.WEEK)
    assert weeks.is_cold
    weeks.filled()
    assert not weeks.is_cold


@pytest.mark.parametrize("by", [By.WEEK, By.MATTER, By.DEPARTMENT])
def test_weeks_that_are_remembered_follow_what_happens_to_them_later(told: Told, by: By) -> None:
    old = told.asked("u1")
    told.asked("u2", MONDAY + timedelta(days=1), outcome=Outcome.NO_SOURCE)
    told.asked("u3", MONDAY + timedelta(days=7))
    told.at = MONDAY + timedelta(days=60)

    def counts() -> tuple[int, ...]:
        """As remembered, which must be as counted anew."""
        remembered = told.measuring.figures(ALL, by)
        anew = replace(told.measuring, resolution=SqlResolution(told.database)).figures(ALL, by)
        assert (remembered.groups, remembered.reasons) == (anew.groups, anew.reasons)
        found = remembered.total.assistant
        return (
            found.questions,
            found.said_resolved,
            found.said - found.said_resolved,
            found.handed_over,
            found.implied,
        )

    assert (counts(), counts()) == ((3, 0, 0, 0, 2), (3, 0, 0, 0, 2))
    told.said(old, False)
    assert counts() == (3, 0, 1, 0, 1)
    told.at += timedelta(minutes=1)
    told.said(old, True)  # the same row, written over
    assert counts() == (3, 1, 0, 0, 2)
    told.talked("u9", told.at, answer_id=old)
    assert counts() == (3, 1, 0, 1, 1)
    told.asked("u3", MONDAY + timedelta(days=7, hours=1))  # taken in late: back on the matter
    assert counts() == (4, 1, 0, 1, 1)
    SqlErasing(told.database).person("u2", actor="admin", at=told.at)
    assert counts() == (4, 1, 0, 1, 1)
