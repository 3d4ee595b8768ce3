"""Knowledge in use on every database: whom a document's answers left without help, and what was handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.knowledge_use import SqlKnowledgeUse
from kb_service.adapters.sql.learning_tables import cited_versions
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.outcomes import SqlOutcomes
from kb_service.adapters.sql.rehearsals import SqlDaysAhead
from kb_service.adapters.sql.resolution_rows import SqlResolutionRows
from kb_service.adapters.sql.tables import feedback
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.domain.answers import HandOver, MatterRef, Outcome, Reason
from kb_service.domain.days import SHANGHAI
from kb_service.domain.documents import VersionDraft
from kb_service.domain.knowledge_use import CitedCounts, HandedOver
from kb_service.domain.questions_ahead import DayAhead, QuestionAhead
from kb_service.domain.rehearsals import Effect
from kb_service.domain.resolution import Period
from kb_service.measuring.knowledge_use import KnowledgeUse, MeasuringUse, used_differences
from kb_service.ports import Approval
from tests.factories import NOON, answer, citation, day, draft, question

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=SHANGHAI)
NOVEMBER = Period(day("2026-11-01"), day("2026-11-30"))
MATTER = MatterRef("juzhuzheng", "居住证")


@dataclass
class Used:
    database: Database
    at: datetime = MONDAY + timedelta(days=20)
    count: int = 0

    def stored(self, draft: VersionDraft) -> str:
        library = SqlLibrary(self.database, new_id=lambda: f"{draft.document_id}-{self.count}")
        self.count += 1
        (stored,) = library.store([draft], actor="editor", at=NOON, approval=Approval("chief", NOON, "bulk_import"))
        library.mark_synced(library.unsynced(), at=NOON)
        return stored.version_id

    def asked(self, user: str, *cited: str, after: timedelta = timedelta(), outcome: Outcome = Outcome.ANSWERED) -> str:
        self.count += 1
        handed = HandOver(True, (Reason.LOW_CONFIDENCE,)) if outcome is Outcome.HANDED_OVER else HandOver(False)
        given = answer(
            f"a{self.count}", "问", *(citation(version_id=each) for each in cited), asked_at=MONDAY + after,
            outcome=outcome, matter=MATTER, escalation=handed, conversation_id=f"c{self.count}",
        )  # fmt: skip
        SqlTranscript(self.database).add(given, question("问", user_hash=user, asked_by="web", channel="web"))
        return given.answer_id

    def said(self, answer_id: str, *, resolved: bool) -> None:
        SqlTranscript(self.database).add_feedback(
            answer_id, asked_by="web", at=self.at, resolved=resolved, comment=None
        )

    def taken_over(self, answer_id: str) -> None:
        row = {
            "id": f"t-{answer_id}", "conversation_id": "ct", "asked_by": "web", "channel": "web",
            "user_hash": "somebody else", "state": "resolved", "department_id": "gongan", "question": "", "summary": "",
            "reasons": [], "evidence": [], "matter_id": None, "opened_at": MONDAY, "opened_by": "person",
            "closed_at": MONDAY, "changed_at": MONDAY, "verdict": "resolved", "revision": 1, "last_number": 0,
            "answer_id": answer_id,
        }  # fmt: skip
        with self.database.writing() as connection:
            connection.execute(insert(escalations).values(row))

    def use(self) -> KnowledgeUse:
        outcomes = SqlOutcomes(self.database)

        def catch_up() -> None:
            while outcomes.take_in():
                pass

        catch_up()
        self.measuring = MeasuringUse(self.texts, dict, catch_up, lambda: [MATTER], lambda: self.at)
        return self.measuring.knowledge_use(NOVEMBER)

    def __post_init__(self) -> None:
        self.texts = SqlKnowledgeUse(self.database)


@pytest.fixture
def used(database: Database) -> Used:
    return Used(database)


def about(**fields: Any) -> VersionDraft:
    return draft("guide", matter_id=MATTER.id, **fields)


def test_a_document_answers_for_who_said_unresolved_who_came_back_and_who_opened_a_talk(used: Used) -> None:
    version_id = used.stored(about())
    used.asked("content", version_id)
    used.said(used.asked("unhappy", version_id), resolved=False)
    used.asked("back", version_id)
    used.asked("back", after=timedelta(days=7), outcome=Outcome.NO_SOURCE)
    used.taken_over(used.asked("talked", version_id))
    used.asked("too early to say", version_id, after=timedelta(days=14))
    (damage,) = used.use().damages
    assert damage.document_id == "guide"
    assert damage.counts == CitedCounts(cited=5, unresolved=1, returned=2, settled=4, failed=3)


def test_the_last_word_decides_and_who_said_unresolved_and_came_back_failed_once(used: Used) -> None:
    version_id = used.stored(about())
    first = used.asked("u1", version_id)
    used.said(first, resolved=False)
    with used.database.writing() as connection:  # decided on, so that the next word has a row of its own
        connection.execute(update(feedback).values(state="dismissed"))
    used.said(first, resolved=True)
    used.said(used.asked("u2", version_id), resolved=False)
    used.asked("u2", after=timedelta(days=1), outcome=Outcome.NO_SOURCE)
    (damage,) = used.use().damages
    assert damage.counts == CitedCounts(cited=2, unresolved=1, returned=1, settled=2, failed=1)


def test_the_share_of_texts_in_use_counts_versions_in_force_in_the_period_and_is_counted_again(used: Used) -> None:
    before = used.stored(about(effective_from=day("2024-01-01"), effective_to=day("2025-01-01")))
    cited = used.stored(draft("fee", effective_from=day("2026-01-01")))
    used.stored(draft("notice", effective_from=day("2026-01-01")))
    used.stored(draft("ended on the first", effective_from=day("2026-01-01"), effective_to=day("2026-11-01")))
    used.stored(draft("began on the last", effective_from=day("2026-11-20")))
    used.stored(draft("ahead", effective_from=day("2027-01-01")))
    used.at = MONDAY + timedelta(days=18)  # 20 November
    used.asked("u1", cited, before)
    used.asked("u2", cited)
    used.use()
    found = used.measuring.used(NOVEMBER)
    assert (found.successes, found.n) == (1, 3)
    assert used.measuring.used(Period(day("2026-10-01"), day("2026-10-31"))).successes == 0
    rows = SqlResolutionRows(used.database)
    assert used_differences(used.texts, rows.all(), used.at) == (2, [])
    with used.database.writing() as connection:
        connection.execute(delete(cited_versions).where(cited_versions.c.version_id == cited))
    differ = used_differences(SqlKnowledgeUse(used.database), rows.all(), used.at)[1]
    assert [(each.value, each.figure, each.kept, each.counted) for each in differ] == [
        ("2026-11", "knowledge.cited", 1, 2),
        ("2026-11", "knowledge.used", 0, 1),
    ]


def test_citations_of_two_versions_are_one_document_s_and_an_answer_counts_once(used: Used) -> None:
    old = used.stored(about(effective_from=day("2025-01-01")))
    new = used.stored(draft("guide", "签注仍然免费。", effective_from=day("2026-01-01")))
    used.said(used.asked("u1", old), resolved=False)
    used.said(used.asked("u2", new, old), resolved=False)
    (damage,) = used.use().damages
    assert (damage.version_id, damage.counts.cited) == (new, 2)


def test_an_answer_outside_the_period_counts_for_nothing(used: Used) -> None:
    version_id = used.stored(about())
    used.said(used.asked("u1", version_id, after=-timedelta(days=2)), resolved=False)
    found = used.use()
    assert (list(found.damages), [each.version_id for each in found.never_cited]) == ([], [version_id])


def test_hand_overs_are_counted_by_matter_with_their_reasons(used: Used) -> None:
    used.asked("u1", outcome=Outcome.HANDED_OVER)
    used.asked("u2", outcome=Outcome.NO_SOURCE)
    used.taken_over(used.asked("u3"))
    used.asked("u4")
    used.asked("u5", outcome=Outcome.COURTESY)
    assert used.use().handed_over == [HandedOver(MATTER.id, 4, 2, 1, {Reason.LOW_CONFIDENCE: 1})]


def test_a_text_replaced_by_another_document_ends_with_a_successor_and_a_repealed_one_without(used: Used) -> None:
    used.stored(about(effective_from=day("2025-01-01")))
    used.stored(draft("notice", effective_from=day("2025-01-01")))
    used.stored(draft("law", effective_from=day("2027-01-01"), replaces="guide", repeals=("notice",)))
    found = used.use()
    assert [each.document_id for each in found.ending_soon] == ["notice"]
    assert [(each.day, [*each.lost], each.without) for each in found.ahead] == [(day("2027-01-01"), [MATTER.id], 1)]
    assert (found.in_force, list(found.without)) == (2, [])


def test_a_draft_is_no_knowledge(used: Used) -> None:
    library = SqlLibrary(used.database, new_id=lambda: "v1")
    library.store([about()], actor="editor", at=NOON, approval=None)
    assert (used.use().in_force, list(used.use().without)) == (0, [MATTER.id])


def test_what_was_asked_ahead_of_a_day_takes_the_place_of_what_was_kept_and_goes_with_its_day(
    database: Database,
) -> None:
    store = SqlDaysAhead(database)
    asked = QuestionAhead("签注要钱吗", Effect.LOST, Outcome.NO_SOURCE, ("v1",), ())
    first = DayAhead(day("2027-01-01"), "f1", MONDAY, 20, ())
    again = DayAhead(day("2027-01-01"), "f2", MONDAY, 21, (asked,))
    other = DayAhead(day("2027-02-01"), "f3", MONDAY, 21, ())
    for each in (first, again, other):
        store.keep(each)
    assert store.kept() == {again.day: again, other.day: other}
    store.keep_only([again.day])
    assert store.kept() == {again.day: again}
    store.keep_only([])
    assert store.kept() == {}
