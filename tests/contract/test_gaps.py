"""Gaps on every database: what belongs into one, what is grouped, how it closes, and its clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.feedback import SqlFeedback
from kb_service.adapters.sql.gaps import SqlGaps
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.answers import Answer, Carried, HandOver, MatterRef, Outcome, Reason
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.feedback import FeedbackQuery, FeedbackReason, FeedbackState
from kb_service.domain.gaps import Gap, GapQuery, GapState
from kb_service.domain.learning_errors import FeedbackStateWrong, GapStateWrong
from kb_service.domain.matters import Facet
from kb_service.learning.closing import Closing, worth
from kb_service.learning.collecting import Collecting
from kb_service.learning.feedback_review import FeedbackReview
from kb_service.ports import Vectors
from kb_service.wiring import new_id
from tests.factories import answer, citation, draft, question

# The Wednesday before the National Day. 1–7 October are free, the 10th is a make-up Saturday (国办发明电〔2025〕7号):
# the five working days after it are 8, 9, 10, 12 and 13 October.
WEDNESDAY = datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI)
PERMIT, PASSPORT = MatterRef("juzhuzheng", "居住证"), MatterRef("huzhao", "护照")
HANDED = HandOver(True, (Reason.NO_SOURCE,))
# Questions by what they ask: of one line the vectors are the same, of two lines at right angles.
ASKED = (
    ("居住证能邮寄吗", "居住证可以寄过来吗"),
    ("居住证照片要求", "我的手机13800138000，居住证照片怎么拍"),
    ("护照能邮寄吗",),
)


def vectors(texts: Sequence[str]) -> Vectors:
    found = np.zeros((len(texts), 16), dtype=np.float32)
    for row, text in enumerate(texts):
        bare = text.replace("【手机号】", "13800138000")
        meaning = next((n for n, same in enumerate(ASKED) if text in same or bare in same), 3 + len(text) % 12)
        found[row, meaning] = 1
    return found


class Learning:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = WEDNESDAY
        self.gaps = SqlGaps(database, new_id=new_id)
        self.transcript = SqlTranscript(database)
        self.library = SqlLibrary(database, new_id=new_id)
        (self.text,) = (
            each.version_id for each in self.library.store([draft()], actor="zhang", at=self.at, approval=None)
        )
        self.now_answered: dict[str, Answer] = {}
        self.collecting = Collecting(
            gaps=self.gaps,
            vectors=vectors,
            department_of={"juzhuzheng": "gongan", "huzhao": "churujing"}.get,
            of_nobody=lambda text: text,
            calendar=statutory_calendar,
            give_way=lambda: None,
            now=lambda: self.at,
        )
        self.closing = Closing(
            gaps=self.gaps,
            version=self.library.version,
            is_found=lambda _version_id: True,
            ask=self.ask,
            left_open="{answered}/{asked}：{question}",
            now=lambda: self.at,
        )
        self.count = 0

    def ask(self, text: str, region: str | None) -> Answer:
        return self.now_answered.get(f"{region}：{text}" if region else text, unanswered("x", text))

    def review(self, store: SqlFeedback) -> FeedbackReview:
        return FeedbackReview(
            feedback=store,
            version=self.library.version,
            department_of={"juzhuzheng": "gongan"}.get,
            calendar=statutory_calendar,
            now=lambda: self.at,
        )

    def asked(
        self,
        text: str,
        *,
        user: str | None = None,
        of: MatterRef | None = PERMIT,
        channel: str | None = None,
        **fields: object,
    ) -> str:
        """Asked, and not answered unless ``fields`` say so; the answer's id."""
        self.count += 1
        given = unanswered(f"a{self.count}", text, matter=of, asked_at=self.at, conversation_id=f"c{self.count}")
        given = replace(given, **fields)  # type: ignore[arg-type]
        self.transcript.add(given, question(text, user_hash=user, asked_by="web", channel=channel))
        return given.answer_id

    def found(self, **wanted: object) -> Sequence[Gap]:
        self.collecting.collect()
        return self.gaps.list(GapQuery(**wanted), limit=50).gaps  # type: ignore[arg-type]


def unanswered(answer_id: str, text: str, **fields: object) -> Answer:
    outcome = {"outcome": Outcome.HANDED_OVER, "escalation": HANDED, "facet": None, "notices": ()}
    return answer(answer_id, text, **(outcome | fields))


@pytest.fixture
def learning(database: Database) -> Learning:
    return Learning(database)


def test_questions_that_ask_the_same_of_one_matter_are_one_gap_with_its_people(learning: Learning) -> None:
    learning.asked("居住证能邮寄吗", user="u1")
    learning.at += timedelta(hours=1)
    learning.asked("居住证可以寄过来吗", user="u2")
    learning.asked("居住证可以寄过来吗", user="u2")
    learning.asked("居住证照片要求")
    learning.asked("护照能邮寄吗", of=PASSPORT)
    assert {each.question for each in learning.found()} == {"居住证能邮寄吗", "居住证照片要求", "护照能邮寄吗"}
    post = next(each for each in learning.found() if each.question == "居住证能邮寄吗")
    assert (post.count, post.people, post.department_id) == (3, 2, "gongan")
    assert (post.first_at, post.last_at) == (WEDNESDAY, WEDNESDAY + timedelta(hours=1))
    assert next(each for each in learning.found() if each.matter_id == "huzhao").department_id == "churujing"
    assert learning.collecting.collect() == 0


def test_who_introduces_themselves_joins_the_gap_of_the_same_question(learning: Learning) -> None:
    learning.collecting.of_nobody = lambda text: text.removesuffix("，我叫〔姓名〕")
    learning.asked("居住证能邮寄吗，我叫张李雨桐")
    learning.asked("居住证可以寄过来吗")
    (gap,) = learning.found()
    assert (gap.question, gap.count) == ("居住证能邮寄吗，我叫〔姓名〕", 2)


@pytest.mark.parametrize(
    "reason",
    [Reason.USER_REQUEST, Reason.DISTRESS, Reason.NEEDS_PERSONAL_DATA, Reason.PLATFORM_FAULT, Reason.ABUSE,
     Reason.SWITCHED_OFF],
)  # fmt: skip
def test_what_no_text_would_help_against_is_no_gap(learning: Learning, reason: Reason) -> None:
    learning.asked("居住证能邮寄吗", escalation=HandOver(True, (reason,)))
    assert learning.found() == []


def test_what_an_evaluation_asks_is_no_gap(learning: Learning) -> None:
    learning.asked("居住证能邮寄吗", channel="evaluation")
    assert learning.found() == []
    learning.asked("居住证能邮寄吗", channel="web")
    assert [each.count for each in learning.found()] == [1]


def test_an_answer_that_did_not_help_is_in_a_gap_and_one_that_did_is_not(learning: Learning) -> None:
    answered = {"outcome": Outcome.ANSWERED, "escalation": HandOver(False), "citations": (citation(),)}
    helped, not_helped = learning.asked("居住证能邮寄吗", **answered), learning.asked("居住证照片要求", **answered)
    assert learning.found() == []
    for answer_id, resolved in ((helped, True), (not_helped, False)):
        learning.transcript.add_feedback(answer_id, asked_by="web", at=learning.at, resolved=resolved, comment=None)
    (gap,) = learning.found()
    (asked,) = learning.gaps.questions(gap.id)
    assert (asked.question, asked.why, asked.closest) == ("居住证照片要求", "not_helped", citation().title)


def test_a_question_asked_in_a_conversation_stands_in_full(learning: Learning) -> None:
    understood = replace(answer().understood_as, text="居住证能邮寄吗", carried_over=(Carried.MATTER,))
    learning.asked("能寄吗", understood_as=understood)
    assert [each.question for each in learning.found()] == ["居住证能邮寄吗"]


def test_different_facets_are_different_gaps_however_alike_they_sound(learning: Learning) -> None:
    learning.asked("居住证能邮寄吗", facet=Facet.STEPS)
    learning.asked("居住证可以寄过来吗", facet=Facet.FEE)
    assert len(learning.found()) == 2


def test_no_personal_data_stands_in_a_gap_and_erasing_an_answer_takes_its_words(learning: Learning) -> None:
    learning.asked("我的手机13800138000，居住证照片怎么拍", user="u1")
    (gap,) = learning.found()
    assert "13800138000" not in gap.question and "居住证照片怎么拍" in gap.question
    SqlErasing(learning.database).person("u1", actor="admin", at=learning.at)
    (gap,) = learning.found()
    assert (gap.question, gap.count, gap.people) == ("", 1, 0)


def test_a_gap_is_due_after_five_working_days_with_the_make_up_saturday(learning: Learning) -> None:
    learning.asked("居住证能邮寄吗")
    (gap,) = learning.found()
    assert gap.due_at == datetime(2026, 10, 14, tzinfo=SHANGHAI)

    learning.at = gap.due_at - timedelta(seconds=1)
    learning.closing.run_once()
    assert learning.found(late_at=learning.at) == []
    for _ in range(2):
        learning.at = gap.due_at
        learning.closing.run_once()
    (late,) = learning.found(late_at=learning.at)
    assert late.breached_at == gap.due_at
    actions = [each.event.action for each in SqlTrail(learning.database).events(limit=20)]
    assert actions.count("gap_breached") == 1


def test_a_gap_closes_only_when_all_its_questions_are_answered_by_the_new_text(learning: Learning) -> None:
    for text in ASKED[0]:
        learning.asked(text)
    (gap,) = learning.found()
    learning.closing.draft(gap.id, learning.text, actor="zhang")
    right = answer("n1", ASKED[0][0], citation(document_id="guide"))
    elsewhere = answer("n2", ASKED[0][1], citation(document_id="another"))

    learning.now_answered = {ASKED[0][0]: right, ASKED[0][1]: elsewhere}
    assert learning.closing.run_once() == 0
    (left,) = learning.found()
    assert (left.state, left.left_open) == (GapState.OPEN, f"1/2：{ASKED[0][1]}")

    learning.closing.draft(gap.id, learning.text, actor="zhang")
    learning.now_answered[ASKED[0][1]] = replace(right, answer_id="n3")
    assert learning.closing.run_once() == 1
    (closed,) = learning.found()
    assert (closed.state, closed.closed_at, closed.left_open) == (GapState.CLOSED, learning.at, None)

    learning.asked(ASKED[0][0])
    assert sorted(each.state for each in learning.found()) == [GapState.CLOSED, GapState.OPEN]


def test_a_question_asked_for_a_district_is_asked_again_for_it(learning: Learning) -> None:
    there = replace(unanswered("x", "x").understood_as, region="上海市/浦东新区")
    learning.asked(ASKED[0][0], user="u1", understood_as=there)
    learning.asked(ASKED[0][0], user="u2", understood_as=there)
    (gap,) = learning.found()
    assert [each.region for each in learning.gaps.questions(gap.id)] == ["上海市/浦东新区"] * 2
    learning.closing.draft(gap.id, learning.text, actor="zhang")
    right = answer("n1", ASKED[0][0], citation(document_id="guide"))
    learning.now_answered = {ASKED[0][0]: right}  # to who lives elsewhere
    assert learning.closing.run_once() == 0
    (left,) = learning.found()
    assert left.left_open == f"0/1：{ASKED[0][0]}"
    learning.closing.draft(gap.id, learning.text, actor="zhang")
    learning.now_answered = {f"上海市/浦东新区：{ASKED[0][0]}": right}
    assert learning.closing.run_once() == 1


def test_a_text_closes_its_gap_however_many_others_wait_for_theirs(learning: Learning) -> None:
    (other,) = learning.library.store([draft("other")], actor="zhang", at=learning.at, approval=None)
    learning.closing.is_found = lambda version_id: version_id != other.version_id
    for number in range(60):
        learning.asked("居住证能邮寄吗", of=MatterRef(f"m{number}", f"事项{number}"))
    learning.asked(ASKED[0][0])
    learning.collecting.collect()
    for gap in learning.gaps.list(GapQuery(), limit=200).gaps:
        text = learning.text if gap.matter_id == PERMIT.id else other.version_id
        learning.closing.draft(gap.id, text, actor="zhang")
    learning.now_answered = {ASKED[0][0]: answer("n1", ASKED[0][0], citation(document_id="guide"))}
    assert learning.closing.run_once() == 1


def test_what_is_not_ours_says_why_and_takes_in_who_asks_the_same(learning: Learning) -> None:
    learning.asked(ASKED[0][0])
    (gap,) = learning.found()
    with pytest.raises(ReasonMissing):
        learning.closing.refuse(gap.id, " ", actor="zhang")
    learning.closing.refuse(gap.id, "邮政的事", actor="zhang")
    learning.asked(ASKED[0][1])
    (same,) = learning.found()
    assert (same.state, same.reason, same.count) == (GapState.NOT_OURS, "邮政的事", 2)
    with pytest.raises(GapStateWrong):
        learning.closing.draft(gap.id, learning.text, actor="zhang")
    assert learning.closing.reopen(gap.id, "现在归我们", actor="zhang").state is GapState.OPEN


def test_merged_gaps_are_due_with_the_earlier_and_split_ones_keep_the_day(learning: Learning) -> None:
    first = learning.asked(ASKED[0][0])
    learning.collecting.collect()
    learning.at += timedelta(days=20)
    learning.asked(ASKED[1][0])
    later, earlier = learning.found()
    merged = learning.closing.merge(earlier.id, later.id, actor="zhang")
    assert (merged.id, merged.count, merged.due_at) == (later.id, 2, earlier.due_at)
    assert learning.gaps.gap(earlier.id).merged_into == later.id
    with pytest.raises(GapStateWrong):
        learning.closing.merge(later.id, earlier.id, actor="zhang")

    with pytest.raises(GapStateWrong, match="not all"):
        learning.closing.split(later.id, ["a1", "a2"], actor="zhang")
    with pytest.raises(GapStateWrong):
        learning.closing.split(later.id, [first, "nonsense"], actor="zhang")
    apart = learning.closing.split(later.id, [first], actor="zhang")
    assert (apart.question, apart.count, apart.due_at) == (ASKED[0][0], 1, earlier.due_at)
    assert learning.gaps.gap(later.id).count == 1


def test_worth_is_volume_times_the_chance_that_a_text_helps(learning: Learning) -> None:
    for _ in range(4):
        learning.asked(ASKED[0][0])
    (gap,) = learning.found()
    assert worth(gap, closed=0, decided=0) == 2.0  # 4 × 1/2
    assert worth(gap, closed=8, decided=8) == 3.6  # 4 × 9/10
    assert worth(replace(gap, state=GapState.CLOSED), closed=8, decided=8) == 0


def test_what_a_person_says_bit_by_bit_is_one_feedback_until_somebody_decides(learning: Learning) -> None:
    given = learning.asked(
        "居住证能邮寄吗", outcome=Outcome.ANSWERED, citations=(citation(),), escalation=HandOver(False)
    )
    say = partial(learning.transcript.add_feedback, given, asked_by="web", at=learning.at)
    say(resolved=False, comment=None)
    say(resolved=False, comment=None, reason=FeedbackReason.OUTDATED)
    say(resolved=False, comment="我的电话13800138000，早就涨价了")
    store = SqlFeedback(learning.database, new_id=new_id)
    (one,) = store.list(FeedbackQuery(), limit=10).feedback
    assert (one.resolved, one.reason, one.cited[0].title) == (False, FeedbackReason.OUTDATED, citation().title)
    assert one.comment is not None and "早就涨价了" in one.comment and "13800138000" not in one.comment

    review = learning.review(store)
    # Outdated misleads people: one working day, the last before the National Day being the 30th, is 8 October.
    assert review.due_at(one) == datetime(2026, 10, 9, tzinfo=SHANGHAI)
    with pytest.raises(ReasonMissing):
        review.dismiss(one.id, "", actor="zhang")
    corrected = review.correct(one.id, learning.text, actor="zhang")
    assert (corrected.state, corrected.version_id) == (FeedbackState.CORRECTED, learning.text)
    with pytest.raises(FeedbackStateWrong):
        review.dismiss(one.id, "看过了", actor="li")

    say(resolved=True, comment=None)
    say(resolved=None, comment="现在对了")
    assert [each.state for each in store.list(FeedbackQuery(), limit=10).feedback].count(FeedbackState.OPEN) == 1


def test_praise_alone_needs_nobody(learning: Learning) -> None:
    given = learning.asked("居住证能邮寄吗")
    learning.transcript.add_feedback(given, asked_by="web", at=learning.at, resolved=True, comment=None)
    assert SqlFeedback(learning.database, new_id=new_id).list(FeedbackQuery(), limit=10).feedback == []


def test_feedback_goes_to_whose_document_was_cited_with_its_clock_and_is_late_once(learning: Learning) -> None:
    (cited,) = learning.library.store(
        [draft("lodging", department="jinbu")], actor="zhang", at=learning.at, approval=None
    )
    quoted = replace(citation(), version_id=cited.version_id)
    answered = {"outcome": Outcome.ANSWERED, "escalation": HandOver(False)}
    of_document = learning.asked("居住证能邮寄吗", citations=(quoted,), **answered)
    of_matter = learning.asked("居住证照片要求")
    say = partial(learning.transcript.add_feedback, asked_by="web", at=learning.at, comment=None)
    say(of_document, resolved=False)
    say(of_matter, resolved=False, reason=FeedbackReason.UNCLEAR)
    say(learning.asked("护照能邮寄吗", of=PASSPORT), resolved=True)  # praise has no clock
    store = SqlFeedback(learning.database, new_id=new_id)
    review = learning.review(store)
    assert (review.run_once(), review.run_once()) == (2, 0)
    second, first = store.list(FeedbackQuery(), limit=10).feedback
    # The 30th, a Wednesday: 8, 9, 10, 12 and 13 October are the five working days, the 8th is the one.
    five, one = datetime(2026, 10, 14, tzinfo=SHANGHAI), datetime(2026, 10, 9, tzinfo=SHANGHAI)
    assert (first.department_id, first.due_at) == ("jinbu", five)
    assert (second.department_id, second.due_at) == ("gongan", five)
    say(of_document, resolved=None, reason=FeedbackReason.OUTDATED)  # said after the first click, it has another clock
    assert review.run_once() == 1
    assert store.one(first.id).due_at == one

    def late() -> list[int]:
        return [each.id for each in store.list(FeedbackQuery(late_at=learning.at), limit=10).feedback]

    learning.at = one - timedelta(seconds=1)
    review.run_once()
    assert (late(), store.one(first.id).breached_at) == ([], None)
    learning.at = one
    review.run_once()
    learning.at = one + timedelta(hours=1)
    review.run_once()
    assert (late(), store.one(first.id).breached_at) == ([first.id], one)
    events = [each.event for each in SqlTrail(learning.database).events(limit=1000)]
    assert [each.action for each in events if each.actor in ("feedback", "clock")] == [
        *["feedback_placed"] * 3,
        "feedback_breached",
    ]
    assert [each.id for each in store.list(FeedbackQuery(departments=["gongan"]), limit=10).feedback] == [second.id]
