"""Audited samples on every database: a week is drawn once, judged by two who differ in person, and erased with care."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update

from kb_service.adapters.sql.audits import SqlAudits
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.exporting import SqlExporting
from kb_service.adapters.sql.measuring_tables import audit_items, audit_judgements, audit_strata, audit_weeks
from kb_service.adapters.sql.outcomes import SqlOutcomes
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.domain.answers import MatterRef, Outcome
from kb_service.domain.audits import JudgingStage, Rating, SampledQuestion
from kb_service.domain.days import SHANGHAI
from kb_service.domain.learning_errors import AlreadyJudged, NothingToJudge, SampledQuestionNotFound
from kb_service.domain.resolution import Period
from kb_service.measuring.auditing import Auditing
from tests.factories import answer, question

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=SHANGHAI)
WEEK = MONDAY.date()
RESOLVED, NOT = Rating.RESOLVED, Rating.NOT


class Audited:
    """A week with twelve questions that count, from Monday to Sunday evening, and three that do not."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = MONDAY + timedelta(weeks=1)
        self.audits = SqlAudits(database)
        self.outcomes = SqlOutcomes(database)
        self.transcript = SqlTranscript(database)
        matter = MatterRef("huzhao", "护照")
        for number in range(12):
            outcome = Outcome.HANDED_OVER if number % 3 == 2 else Outcome.ANSWERED
            self.asked(f"a{number}", MONDAY + timedelta(hours=13.9 * number), outcome, matter=matter)
        self.asked("greeting", MONDAY, Outcome.COURTESY)
        self.asked("before", MONDAY - timedelta(days=1), Outcome.ANSWERED)
        self.asked("after", MONDAY + timedelta(days=7, hours=-10), Outcome.ANSWERED)

    def asked(self, answer_id: str, at: datetime, outcome: Outcome, **fields: object) -> None:
        given = answer(answer_id, f"问{answer_id}", asked_at=at, outcome=outcome, **fields)
        given = replace(given, conversation_id=f"c-{answer_id}", confidence=0.9 if outcome is Outcome.ANSWERED else 0.3)
        self.transcript.add(given, question("问", user_hash=f"u-{answer_id}", asked_by="web"))

    def take_in(self) -> None:
        while self.outcomes.take_in():
            pass

    def auditing(self, wanted: int = 6) -> Auditing:
        return Auditing(self.audits, self.take_in, wanted, "seed", lambda: self.at)

    def judge(self, each: SampledQuestion, *who_says: tuple[str, Rating]) -> SampledQuestion:
        for who, rating in who_says:
            each = self.auditing().judge(each.answer_id, rating, note=f" {who} 的看法 ", actor=who)
        return each

    def items(self) -> tuple[SampledQuestion, ...]:
        return self.audits.samples()[0].items

    def judge_all(self, rating_of: Callable[[SampledQuestion], Rating]) -> None:
        for each in self.items():
            self.judge(each, ("zhang", rating_of(each)), ("li", rating_of(each)))


@pytest.fixture
def audited(database: Database) -> Audited:
    return Audited(database)


def as_given(each: SampledQuestion) -> Rating:
    return RESOLVED if each.is_answered else Rating.RIGHTLY_HANDED_OVER


def test_the_week_before_is_drawn_once_from_the_questions_that_count(audited: Audited) -> None:
    assert audited.auditing().draw()
    (sample,) = audited.audits.samples()
    assert (sample.week, sample.questions, sample.drawn, len(sample.items)) == (WEEK, 12, 6, 6)
    # Eight of twelve were answered, at high confidence: two thirds of the sample.
    assert [(each.size, each.drawn) for each in sample.strata] == [(4, 2), (8, 4)]
    assert {each.answer_id for each in sample.items} <= {f"a{number}" for number in range(12)}
    assert sum(each.is_answered for each in sample.items) == 4
    assert not audited.auditing().draw()
    audited.at += timedelta(days=6)
    assert not audited.auditing().draw() and list(audited.audits.samples()) == [sample]


def test_what_was_erased_before_the_draw_is_not_drawn_and_without_questions_nothing_is(audited: Audited) -> None:
    audited.take_in()
    SqlErasing(audited.database).before(audited.at + timedelta(days=1), actor="admin", at=audited.at)
    assert not audited.auditing().draw()
    assert list(audited.audits.samples()) == []
    assert not audited.auditing(wanted=0).draw()


def test_a_person_reads_in_order_what_is_theirs_and_is_told_how_far_they_are(audited: Audited) -> None:
    audited.auditing().draw()
    first, second = audited.items()[:2]
    before = audited.auditing().to_judge("zhang")
    assert before and before.next and (before.next.question.answer_id, before.done, before.all) == (
        first.answer_id, 0, 6,
    )  # fmt: skip
    assert before.next.answer.question == f"问{first.answer_id}"
    audited.judge(first, ("zhang", as_given(first)))
    after = audited.auditing().to_judge("zhang")
    assert after and after.next and (after.next.question.answer_id, after.done, after.all) == (second.answer_id, 1, 6)
    # Settled by two others it is nobody's any more.
    audited.judge(second, ("li", as_given(second)), ("wang", as_given(second)))
    later = audited.auditing().to_judge("zhang")
    assert later and later.next and later.next.question.place == 3 and (later.done, later.all) == (1, 5)


def test_a_person_judges_once_and_only_a_third_settles_what_two_dispute(audited: Audited) -> None:
    audited.auditing().draw()
    one, other = [each for each in audited.items() if each.is_answered][:2]
    held = audited.judge(one, ("zhang", RESOLVED))
    assert held.stage is JudgingStage.OPEN
    with pytest.raises(AlreadyJudged):
        audited.judge(one, ("zhang", NOT))
    assert audited.judge(one, ("li", NOT)).stage is JudgingStage.DISPUTED
    with pytest.raises(AlreadyJudged):
        audited.judge(one, ("li", RESOLVED))
    settled = audited.judge(one, ("wang", Rating.PARTLY))
    assert (settled.stage, settled.rating) == (JudgingStage.SETTLED, Rating.PARTLY)
    with pytest.raises(NothingToJudge):
        audited.judge(one, ("zhao", NOT))
    audited.judge(other, ("zhang", RESOLVED), ("li", RESOLVED))
    with pytest.raises(NothingToJudge):
        audited.judge(other, ("wang", NOT))
    with pytest.raises(SampledQuestionNotFound):
        audited.auditing().judge("greeting", RESOLVED, note="", actor="zhang")


def test_of_many_who_judge_at_once_two_count(audited: Audited) -> None:
    audited.auditing().draw()
    each = next(each for each in audited.items() if each.is_answered)

    def judge(who: str) -> bool:
        try:
            audited.judge(each, (who, RESOLVED))
        except NothingToJudge:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(judge, [f"p{number}" for number in range(6)])) == 2
    assert [one.rating for one in audited.audits.question(each.answer_id).judgements] == [RESOLVED, RESOLVED]


def test_the_figure_of_a_week_is_there_when_all_of_it_is_judged(audited: Audited) -> None:
    audited.auditing().draw()
    whole, cut = Period(WEEK, WEEK + timedelta(days=6)), Period(WEEK, WEEK + timedelta(days=5))
    assert audited.auditing().share(whole).rate is None
    audited.judge_all(as_given)
    found = audited.auditing().share(whole)
    # Four of six answered and resolved, in proportion: 8 of 12.
    assert (found.successes, found.n, found.questions) == (4, 6, 12) and found.rate == pytest.approx(2 / 3)
    assert audited.auditing().share(cut).n == 0
    assert list(audited.auditing().shares_by_week(whole)) == [WEEK.isoformat()]


def test_what_is_erased_unsettled_leaves_the_sample_and_what_is_settled_stays_without_words(audited: Audited) -> None:
    audited.auditing().draw()
    settled, open_one, *_ = audited.items()
    audited.judge(settled, ("zhang", as_given(settled)), ("li", as_given(settled)))
    audited.judge(open_one, ("zhang", as_given(open_one)))
    erasing = SqlErasing(audited.database)
    for each in (settled, open_one):
        erasing.person(f"u-{each.answer_id}", actor="admin", at=audited.at)
    left = {each.answer_id: each for each in audited.items()}
    assert len(left) == 5 and open_one.answer_id not in left
    assert [one.note for one in left[settled.answer_id].judgements] == [None, None]
    assert left[settled.answer_id].rating is as_given(settled)
    with pytest.raises(SampledQuestionNotFound):
        audited.audits.reading(settled)
    assert list(audited.auditing().differences()) == [] and SqlTrail(audited.database).faults() == []


def test_what_other_hands_change_is_found_against_the_trail(audited: Audited) -> None:
    audited.auditing().draw()
    audited.judge_all(as_given)
    one, other, *_ = [each.answer_id for each in audited.items() if each.is_answered]
    assert list(audited.auditing().differences()) == []
    items, judgements = audit_items.c.answer_id, audit_judgements.c.answer_id
    for tampering, told in (
        (update(audit_judgements).where(judgements == one).values(rating=NOT), f"the judgements of {one}"),
        (update(audit_items).where(items == one).values(stratum=9), f"{one} is not where it was drawn"),
        (update(audit_strata).values(size=1), "the sizes of its strata"),
        (delete(audit_judgements).where(judgements == other), f"the judgements of {other}"),
        (delete(audit_items).where(items == other), f"{other} was settled and is no longer there"),
    ):
        with audited.database.writing() as connection:
            connection.execute(tampering)
        assert any(told in each for each in audited.auditing().differences()), told
    with audited.database.writing() as connection:
        for table in (audit_judgements, audit_items, audit_strata, audit_weeks):
            connection.execute(delete(table))
    assert list(audited.auditing().differences()) == ["week 2026-11-02: its sample was drawn and is no longer there"]


def test_each_act_stands_in_the_trail_and_the_person_is_not_given_what_staff_said(audited: Audited) -> None:
    audited.auditing().draw()
    one = audited.items()[0]
    audited.judge(one, ("zhang", as_given(one)))
    exporting = SqlExporting(audited.database)

    def others(with_notes: bool) -> set[str]:
        found = exporting.conversation(
            f"c-{one.answer_id}", of=None, with_notes=with_notes, actor="admin", at=audited.at
        )
        return set(found.others)

    assert "audit_judgements" not in others(False) and "audit_items" in others(False)
    assert "audit_judgements" in others(True)

    audited.audits.kept(one.answer_id, "audited-1", actor="li", at=audited.at)
    told = [(each.event.actor, each.event.action) for each in SqlTrail(audited.database).events()]
    assert [each for each in told if each[1] != "export"] == [
        ("audit", "audit_draw"), ("zhang", "audit_judge"), ("li", "audit_keep"),
    ]  # fmt: skip
    assert audited.audits.question(one.answer_id).kept_as == "audited-1"
    assert "看法" not in str(SqlTrail(audited.database).events())
