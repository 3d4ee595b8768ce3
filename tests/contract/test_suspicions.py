"""The list of suspicions, on every database."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.neighbours import SqlNeighbours
from kb_service.adapters.sql.suspicions import SqlSuspicions
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.domain.documents import DraftPassage, VersionDraft, VersionState
from kb_service.domain.errors import InvalidRecord, ReasonMissing, SuspicionDecided, SuspicionNotFound
from kb_service.domain.life import Transition
from kb_service.domain.queries import SuspicionQuery
from kb_service.domain.suspicions import Place, Suspected, SuspicionKind, SuspicionState
from kb_service.ports import Approval
from kb_service.wiring import new_id
from tests.factories import NOON, day, metadata

APPROVED = Approval("editor-in-chief", NOON, "bulk_import")
TEXT = "签注收费20元。"
EVERYTHING = SuspicionQuery()


@pytest.fixture
def suspicions(database: Database) -> SqlSuspicions:
    return SqlSuspicions(database, new_id=new_id)


@pytest.fixture
def neighbours(database: Database) -> SqlNeighbours:
    return SqlNeighbours(database)


def stored(database: Database, document_id: str, *, approval: Approval | None = APPROVED, **fields: Any) -> str:
    key = fields.pop("question_key", None)
    draft = VersionDraft(
        document_id, metadata(**fields), TEXT, (DraftPassage(0, len(TEXT)),), question_key=str(key) if key else None
    )
    (kept,) = SqlLibrary(database, new_id=new_id).store([draft], actor="editor", at=NOON, approval=approval)
    return kept.version_id


def turned(database: Database, version_id: str, state: VersionState) -> None:
    transition = Transition(state, state.value)
    SqlVersionStates(database, new_id=new_id).change(
        version_id, actor="reviewer", at=NOON, if_revision=None, decide=lambda _held: transition
    )


def passage_of(database: Database, version_id: str) -> str:
    return SqlLibrary(database, new_id=new_id).passages_of_version(version_id)[0].passage.id


def contradiction(database: Database, ours: str, theirs: str) -> Suspected:
    our_place, their_place = (Place(each, passage_of(database, each), (0, 7), ((4, 7),)) for each in (ours, theirs))
    return Suspected(SuspicionKind.CONTRADICTION, our_place, their_place, fingerprint("c", ours, theirs), 0.75)


def near(ours: str, theirs: str) -> Suspected:
    return Suspected(SuspicionKind.NEAR_DUPLICATE, Place(ours), Place(theirs), fingerprint("n", ours, theirs), 0.9)


def fingerprint(kind: str, *sides: str) -> str:
    return kind + "".join(side[:30] for side in sorted(sides))


def keep(suspicions: SqlSuspicions, version_id: str, *found: Suspected, minutes: int = 0) -> int:
    return suspicions.keep(version_id, found, revision=1, at=NOON + timedelta(minutes=minutes))


def ids(suspicions: SqlSuspicions, wanted: SuspicionQuery = EVERYTHING) -> Sequence[str]:
    return [each.id for each in suspicions.list(wanted, limit=50).suspicions]


def decide(suspicions: SqlSuspicions, suspicion_id: str, state: SuspicionState, reason: str = "两处都核对过") -> None:
    suspicions.decide(suspicion_id, state, actor="wang", at=NOON, reason=reason)


def test_a_suspicion_shows_both_sides_with_the_figures_that_differ(
    database: Database, suspicions: SqlSuspicions
) -> None:
    ours = stored(database, "answer", approval=None, title="签注问答", question="签注要钱吗", matter_id="qianzhu")
    theirs = stored(database, "guide", title="签注指南", matter_id="qianzhu", effective_from=day("2026-01-01"))
    assert keep(suspicions, ours, contradiction(database, ours, theirs)) == 1
    (item,) = suspicions.list(EVERYTHING, limit=10).suspicions
    assert (item.kind, item.state, item.likeness) == (SuspicionKind.CONTRADICTION, SuspicionState.OPEN, 0.75)
    assert (item.ours.document_id, item.ours.question, item.ours.state) == ("answer", "签注要钱吗", VersionState.DRAFT)
    assert (item.theirs.title, item.theirs.effective_from) == ("签注指南", day("2026-01-01"))
    assert item.theirs.text == TEXT
    assert [TEXT[start:end] for start, end in item.theirs.place.figures] == ["20元"]
    assert suspicions.suspicion(item.id) == item


def test_finding_the_same_again_adds_nothing_and_reopens_nothing(database: Database, suspicions: SqlSuspicions) -> None:
    ours, theirs = stored(database, "answer"), stored(database, "guide")
    found = contradiction(database, ours, theirs)
    assert keep(suspicions, ours, found) == 1
    (only,) = ids(suspicions)
    decide(suspicions, only, SuspicionState.DISMISSED)
    assert keep(suspicions, ours, found) == 0
    assert keep(suspicions, theirs, contradiction(database, theirs, ours)) == 0
    assert suspicions.suspicion(only).state is SuspicionState.DISMISSED


def test_what_is_no_longer_found_is_no_longer_suspected(database: Database, suspicions: SqlSuspicions) -> None:
    ours, theirs = stored(database, "answer"), stored(database, "guide")
    keep(suspicions, ours, contradiction(database, ours, theirs), near(ours, theirs))
    keep(suspicions, ours, near(ours, theirs))
    (left,) = suspicions.list(EVERYTHING, limit=10).suspicions
    assert left.kind is SuspicionKind.NEAR_DUPLICATE
    decide(suspicions, left.id, SuspicionState.CONFIRMED)
    keep(suspicions, ours)
    assert ids(suspicions) == [left.id]  # what somebody decided stays on the list


def test_a_drafts_suspicion_outlives_the_examination_of_the_other_side(
    database: Database, suspicions: SqlSuspicions
) -> None:
    """Drafts are not compared against, so the other's examination could not have found it."""
    draft, guide = stored(database, "answer", approval=None), stored(database, "guide")
    keep(suspicions, draft, contradiction(database, draft, guide))
    keep(suspicions, guide)
    assert len(ids(suspicions)) == 1


def test_a_decision_needs_a_reason_and_is_told_in_the_trail(database: Database, suspicions: SqlSuspicions) -> None:
    ours, theirs = stored(database, "answer"), stored(database, "guide")
    keep(suspicions, ours, contradiction(database, ours, theirs))
    (only,) = ids(suspicions)
    with pytest.raises(ReasonMissing):
        decide(suspicions, only, SuspicionState.CONFIRMED, reason=" \n")
    assert suspicions.suspicion(only).state is SuspicionState.OPEN
    decided = suspicions.decide(only, SuspicionState.CONFIRMED, actor="wang", at=NOON, reason=" 指南没有改 ")
    assert (decided.state, decided.decided_by, decided.decided_at) == (SuspicionState.CONFIRMED, "wang", NOON)
    assert decided.reason == "指南没有改"
    event = SqlTrail(database).events(version_id=ours)[-1].event
    assert (event.action, event.actor, event.document_id) == ("suspicion_confirmed", "wang", "answer")
    assert (event.detail["reason"], event.detail["other_version"]) == ("指南没有改", theirs)
    assert SqlTrail(database).faults() == []


def test_a_confirmed_suspicion_can_be_settled_and_nothing_decided_twice(
    database: Database, suspicions: SqlSuspicions
) -> None:
    ours, theirs = stored(database, "answer"), stored(database, "guide")
    keep(suspicions, ours, contradiction(database, ours, theirs))
    (only,) = ids(suspicions)
    decide(suspicions, only, SuspicionState.CONFIRMED)
    with pytest.raises(SuspicionDecided):
        decide(suspicions, only, SuspicionState.CONFIRMED)
    decide(suspicions, only, SuspicionState.SETTLED)
    for state in (SuspicionState.CONFIRMED, SuspicionState.DISMISSED, SuspicionState.SETTLED, SuspicionState.OPEN):
        with pytest.raises(SuspicionDecided):
            decide(suspicions, only, state)
    with pytest.raises(SuspicionNotFound):
        decide(suspicions, "unknown", SuspicionState.DISMISSED)


def test_the_list_is_narrowed_and_read_page_by_page(database: Database, suspicions: SqlSuspicions) -> None:
    new = stored(database, "answer", matter_id="qianzhu")
    others = [stored(database, f"guide-{number}", matter_id="shenling") for number in range(3)]
    for number, other in enumerate(others):
        keep(suspicions, other, contradiction(database, other, new), minutes=number)
    keep(suspicions, others[0], contradiction(database, others[0], new), near(others[0], others[1]), minutes=5)
    first = suspicions.list(EVERYTHING, limit=3)
    second = suspicions.list(EVERYTHING, limit=3, cursor=first.next_cursor)
    assert [len(first.suspicions), len(second.suspicions), second.next_cursor] == [3, 1, None]
    everything = [each.id for each in (*first.suspicions, *second.suspicions)]
    assert everything == ids(suspicions)
    assert first.suspicions[0].kind is SuspicionKind.NEAR_DUPLICATE  # the newest
    assert len(ids(suspicions, SuspicionQuery(kinds=(SuspicionKind.CONTRADICTION,)))) == 3
    assert len(ids(suspicions, SuspicionQuery(version_id=others[1]))) == 2
    assert len(ids(suspicions, SuspicionQuery(matter_id="qianzhu"))) == 3
    decide(suspicions, everything[-1], SuspicionState.DISMISSED)
    assert ids(suspicions, SuspicionQuery(states=(SuspicionState.DISMISSED,))) == [everything[-1]]
    with pytest.raises(InvalidRecord):
        suspicions.list(EVERYTHING, limit=3, cursor="yesterday")


def test_nothing_is_left_to_decide_about_a_rejected_or_withdrawn_version(
    database: Database, suspicions: SqlSuspicions
) -> None:
    draft, guide, old = stored(database, "answer", approval=None), stored(database, "guide"), stored(database, "old")
    keep(suspicions, draft, contradiction(database, draft, guide), contradiction(database, draft, old))
    turned(database, old, VersionState.WITHDRAWN)
    assert len(ids(suspicions)) == 1
    turned(database, draft, VersionState.REJECTED)
    assert ids(suspicions) == []


def test_confirmed_contradictions_are_found_from_either_side_while_both_may_be_in_force(
    database: Database, suspicions: SqlSuspicions
) -> None:
    new = stored(database, "answer", effective_from=day("2026-07-01"))
    guide = stored(database, "guide", effective_to=day("2027-01-01"))
    keep(suspicions, new, contradiction(database, new, guide), near(new, guide))
    as_of = day("2026-07-01")
    assert suspicions.confirmed_among([new, guide], as_of=as_of) == []
    for only in ids(suspicions):
        decide(suspicions, only, SuspicionState.CONFIRMED)
    assert suspicions.confirmed_among([new], as_of=as_of) == [(new, guide)]
    assert suspicions.confirmed_among([guide], as_of=day("2026-12-31")) == [(new, guide)]
    assert suspicions.confirmed_among([guide], as_of=day("2026-06-30")) == []
    assert suspicions.confirmed_among([guide], as_of=day("2027-01-01")) == []
    assert suspicions.confirmed_among([], as_of=as_of) == []
    turned(database, guide, VersionState.WITHDRAWN)
    assert suspicions.confirmed_among([new], as_of=as_of) == []


def test_the_same_question_counts_under_another_id_for_the_same_people(
    database: Database, neighbours: SqlNeighbours
) -> None:
    def asked(document_id: str, **fields: Any) -> str:
        return stored(database, document_id, **({"approval": None, "question_key": "k", "region": "上海市"} | fields))

    new = asked("answer")
    twin = asked("twin")
    asked("answer", title="上一版")
    asked("elsewhere", region="浦东新区")
    asked("other question", question_key="l")
    turned(database, asked("rejected"), VersionState.REJECTED)
    assert neighbours.with_the_same_question(new, limit=10) == [twin]
    assert neighbours.with_the_same_question(stored(database, "no question"), limit=10) == []


def test_a_version_is_compared_with_what_was_approved_or_submitted_on_its_matter(
    database: Database, neighbours: SqlNeighbours
) -> None:
    fields: dict[str, Any] = {"matter_id": "qianzhu"}
    approved = stored(database, "guide", **fields)
    submitted = stored(database, "submitted", approval=None, **fields)
    turned(database, submitted, VersionState.IN_REVIEW)
    stored(database, "draft", approval=None, **fields)
    stored(database, "own", **fields)
    stored(database, "elsewhere", matter_id="shenling")
    found = neighbours.passages_on("qianzhu", other_than="own", limit=10)
    assert set(found) == {passage_of(database, approved), passage_of(database, submitted)}
    assert not neighbours.is_any_without_matter()
    stored(database, "no matter")
    assert neighbours.is_any_without_matter()


def test_a_changed_draft_is_examined_again_once_the_index_follows(
    database: Database, suspicions: SqlSuspicions, neighbours: SqlNeighbours
) -> None:
    library = SqlLibrary(database, new_id=new_id)
    draft = stored(database, "answer", approval=None)
    assert neighbours.unexamined(limit=10) == []
    library.mark_synced(library.unsynced(), at=NOON)
    assert neighbours.unexamined(limit=10) == [draft]
    suspicions.keep(draft, [], revision=1, at=NOON)
    assert neighbours.unexamined(limit=10) == []
    turned(database, draft, VersionState.IN_REVIEW)
    library.mark_synced(library.unsynced(), at=NOON)
    assert neighbours.unexamined(limit=10) == [draft]
    suspicions.keep(draft, [], revision=2, at=NOON)
    assert neighbours.unexamined(limit=10) == []


def test_a_usual_import_of_the_last_day_is_examined_and_a_whole_knowledge_base_is_not(
    database: Database, suspicions: SqlSuspicions, neighbours: SqlNeighbours
) -> None:
    library = SqlLibrary(database, new_id=new_id)
    imported = {stored(database, f"guide-{number}") for number in range(3)}
    stored(database, "reviewed", approval=Approval("wang", NOON, "review"))
    library.mark_synced(library.unsynced(), at=NOON)

    def due(*, at_most: int = 4, hours_ago: int = 1) -> set[str]:
        since = NOON + timedelta(hours=1 - hours_ago)
        return set(neighbours.unexamined_imports(since=since, at_most=at_most, limit=10))

    assert due() == imported
    assert due(at_most=3) == set()
    assert due(hours_ago=0) == set()
    one = min(imported)
    suspicions.keep(one, [], revision=1, at=NOON)
    assert due() == imported - {one}
