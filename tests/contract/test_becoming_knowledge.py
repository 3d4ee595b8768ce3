"""What becomes of gaps, of withdrawn versions and of resolved talks, on every database."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from kb_service.adapters.sql.affected import SqlAffected
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.gaps import SqlGaps
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.recurring import SqlRecurring
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.domain.documents import VersionDraft
from kb_service.domain.escalations import Verdict
from kb_service.domain.gaps import Gap, GapState, Why
from kb_service.domain.rehearsals import Effect
from kb_service.learning.asking_again import AskingAgain
from kb_service.learning.recurring import FindingRecurring
from kb_service.learning.stores import NewGap, Placed
from kb_service.ports import Vectors
from kb_service.publishing.publishing import Publishing
from kb_service.wiring import new_id
from tests.contract.desk import MORNING, Desk
from tests.factories import NOON, answer, citation, draft, question


def test_a_gap_that_two_editors_write_for_at_once_has_one_draft(database: Database) -> None:
    gaps, transcript = SqlGaps(database, new_id=new_id), SqlTranscript(database)
    given = answer("a1")
    given = replace(given, understood_as=replace(given.understood_as, region="上海市/浦东新区"))
    transcript.add(given, question(asked_by="web"))
    new = NewGap("juzhuzheng", None, "gongan", NOON, NOON)
    gap_id = str(gaps.place(Placed("a1", new, "居住证能邮寄吗", "u1", NOON, Why.UNANSWERED, None, None)))
    assert gaps.regions(gap_id) == ["上海市/浦东新区"]

    def decide(held: Gap) -> VersionDraft | None:
        return draft("qa-1") if held.version_id is None else None

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda _n: gaps.write(gap_id, actor="zhang", at=NOON, decide=decide), range(4)))
    assert sorted(is_new for _, is_new in written) == [False, False, False, True]
    (version_id,) = {str(gap.version_id) for gap, _ in written}
    assert {gap.state for gap, _ in written} == {GapState.DRAFTED}
    assert gaps.to_be_closed_by(version_id) == [gap_id]
    assert row_faults(database) == []


def test_answers_of_a_withdrawn_version_are_asked_again_once_and_go_with_their_words(database: Database) -> None:
    library, transcript = SqlLibrary(database, new_id=new_id), SqlTranscript(database)
    (stored,) = library.store([draft()], actor="zhang", at=NOON, approval=None)
    quoted = replace(citation(), version_id=stored.version_id)
    for number in range(3):
        transcript.add(answer(f"a{number}", "签注要钱吗", quoted), question(asked_by="web"))
    transcript.add(answer("other", "签注要钱吗", citation()), question(asked_by="web"))
    affected = SqlAffected(database, new_id=new_id)
    assert affected.counts([stored.version_id, "nothing"]) == {stored.version_id: 3}
    now = {
        "a0": answer("x", "签注要钱吗", replace(quoted, version_id="v0")),  # another version with the same words
        "a1": answer("x", "签注要钱吗", replace(quoted, quote="签注收费。")),
        "a2": answer("x", "签注要钱吗"),
    }
    again = AskingAgain(
        answers=affected,
        follow=lambda: None,
        ask=lambda given: now[given.answer_id],
        give_way=lambda: None,
        now=lambda: NOON,
    )
    assert (again.ask_again(stored.version_id), again.ask_again(stored.version_id)) == (3, 0)
    found = affected.affected(stored.version_id)
    assert (found.count, found.effects) == (3, {Effect.UNCHANGED: 1, Effect.CHANGED: 2})
    first = affected.list(stored.version_id, limit=2)
    rest = affected.list(stored.version_id, limit=2, cursor=first.next_cursor)
    assert {each.answer_id for each in (*first.answers, *rest.answers)} == set(now) and rest.next_cursor is None

    SqlErasing(database).person("u" * 64, actor="admin", at=NOON)
    SqlErasing(database).conversation("c1", actor="admin", at=NOON)
    assert (affected.affected(stored.version_id).count, affected.affected(stored.version_id).effects) == (0, {})


def test_resolved_talks_become_one_draft_and_are_proposed_again_when_it_is_given_up(database: Database) -> None:
    desk = Desk(database)
    desk.hire("zhang", "gongan", capacity=9)
    for number, reply in enumerate(("带身份证到窗口补办。", "请带身份证到窗口补办。", "要收费20元。")):
        desk.later(minutes=1)
        talk = desk.open(number, words="居住证遗失了怎么补办")
        desk.helping.claim(talk.id, "zhang")
        desk.helping.reply(talk.id, "zhang", reply)
        desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    recurring = SqlRecurring(database, new_id=new_id)

    def vectors(texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), dtype=np.float32)

    finding = FindingRecurring(recurring, vectors, lambda: None)
    # All three are of one person, who asked again.
    assert finding.run_once() == 0
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE escalations SET user_hash = conversation_id")
    finding = FindingRecurring(recurring, vectors, lambda: None)
    assert finding.run_once() == 1
    (case,) = finding.found
    assert (case.people, case.reply) == (2, "带身份证到窗口补办。")
    ids = [each.escalation_id for each in case.talks]

    def write(name: str, actor: str) -> tuple[str, bool]:
        return recurring.write(draft(name), ids, rests_on=[], actor=actor, at=MORNING, review_due_at=MORNING)

    version_id, is_new = write("qa-1", "li")
    assert is_new and write("qa-2", "wang") == (version_id, False)
    assert finding.run_once() == 0
    publishing = Publishing(
        version_states=SqlVersionStates(database, new_id=new_id),
        calendar=lambda: None,  # type: ignore[arg-type, return-value]
        rehearsed=lambda _version_id: None,  # type: ignore[arg-type, return-value]
        points_of_version=lambda _version: (),
        now=lambda: MORNING,
    )
    publishing.discard(version_id, actor="li")
    assert finding.run_once() == 1
    assert write("qa-3", "li")[1] is True


def test_a_talk_that_was_opened_on_an_answer_tells_the_question_before_without_personal_data(
    database: Database,
) -> None:
    desk = Desk(database)
    desk.hire("zhang", "gongan", capacity=9)
    SqlTranscript(database).add(answer("a1", "居住证补办期间可以开临时凭证吗，电话13812345678"), question("问"))
    talk = desk.open(words="请帮我问问")
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE escalations SET answer_id = 'a1' WHERE id = '{talk.id}'")
    desk.helping.claim(talk.id, "zhang")
    desk.helping.reply(talk.id, "zhang", "可以，有效期15天。")
    desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    found = SqlRecurring(database, new_id=new_id).talk(talk.id)
    assert found is not None
    assert (found.question, found.asked_before) == ("请帮我问问", "居住证补办期间可以开临时凭证吗，电话〔手机号〕")
