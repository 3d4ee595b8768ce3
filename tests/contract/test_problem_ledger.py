"""The problem ledger on every database: who puts right what by when, and whether somebody looked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.problems import SqlProblems
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.gaps import Gap, GapState
from kb_service.domain.learning_errors import LookedBackByCloser, ProblemNotFound, ProblemStateWrong
from kb_service.domain.problems import Problem, ProblemMove, ProblemQuery, ProblemState
from kb_service.domain.webhooks import WebhookForm
from kb_service.learning.ledger import Ledger, NewProblem
from kb_service.wiring import new_id

# A Friday; the day after Monday to Friday of the next week, five working days, is Saturday 7 November.
FRIDAY = datetime(2026, 10, 30, 16, 0, tzinfo=SHANGHAI)
DUE = datetime(2026, 11, 7, 0, 0, tzinfo=SHANGHAI)


GAP = Gap(
    "g1",
    GapState.OPEN,
    "气球停哪",
    "juzhuzheng",
    None,
    None,
    FRIDAY,
    FRIDAY,
    FRIDAY,
    FRIDAY,
    count=3,
    people=2,
    revision=1,
)


@dataclass
class Keeping:
    database: Database
    at: datetime = FRIDAY
    linked: list[tuple[str | None, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = SqlProblems(self.database, new_id=new_id)
        ids = iter(["p1", "p2", "p3", "p4"])
        self.ledger = Ledger(
            problems=self.store,
            calendar=statutory_calendar,
            require_linked=lambda *each: self.linked.append(each),
            gap=lambda _id: GAP,
            department_of=lambda matter_id: "gongan" if matter_id else None,
            name_of={"gongan": "市公安局"}.get,
            from_gap="答不出：{question}（{count} 次，{people} 人）",
            nobody="待明确",
            untitled="（待补充）",
            new_id=lambda: next(ids),
            now=lambda: self.at,
        )

    def note(self, description: str = "窗口要求重复提交照片", **more: object) -> Problem:
        return self.ledger.note(NewProblem(description, "市公安局", **more), actor="张三")  # type: ignore[arg-type]

    def move(self, move: ProblemMove, said: str = "", actor: str = "李四") -> Problem:
        return self.ledger.move("p1", move, said, actor=actor)

    def ids(self, **wanted: object) -> list[str]:
        return [each.id for each in self.store.list(ProblemQuery(**wanted), limit=9).problems]  # type: ignore[arg-type]


@pytest.fixture
def keeping(database: Database) -> Keeping:
    return Keeping(database)


def test_a_problem_goes_from_open_to_looked_back_and_each_move_is_in_the_trail(keeping: Keeping) -> None:
    noted = keeping.note(step="受理", matter_id="juzhuzheng", gap_id="g1", document_id="guide")
    assert (noted.state, noted.due_at, keeping.linked) == (ProblemState.OPEN, DUE, [("g1", "guide")])
    assert keeping.store.problem("p1") == noted
    assert keeping.move(ProblemMove.RECTIFY, "改用电子证照").measures == "改用电子证照"
    keeping.at += timedelta(days=2)
    assert keeping.move(ProblemMove.CLOSE).closed_at == keeping.at
    with pytest.raises(LookedBackByCloser):
        keeping.move(ProblemMove.LOOK_BACK, "不再要照片", actor=" 李四 ")
    looked = keeping.move(ProblemMove.LOOK_BACK, "不再要照片", actor="王五")
    assert (looked.state, looked.found, looked.revision) == (ProblemState.LOOKED_BACK, "不再要照片", 4)
    entries = [each.event for each in SqlTrail(keeping.database).events()]
    assert [(each.actor, each.action) for each in entries] == [
        ("张三", "problem_noted"),
        ("李四", "problem_rectify"),
        ("李四", "problem_close"),
        ("王五", "problem_look_back"),
    ]
    assert "照片" not in str(entries)


@pytest.mark.parametrize(
    ("before", "wrong"),
    [
        ([], ProblemMove.CLOSE),
        ([], ProblemMove.LOOK_BACK),
        ([], ProblemMove.REOPEN),
        ([ProblemMove.RECTIFY], ProblemMove.LOOK_BACK),
        ([ProblemMove.RECTIFY, ProblemMove.CLOSE], ProblemMove.RECTIFY),
        ([ProblemMove.RECTIFY, ProblemMove.CLOSE, ProblemMove.LOOK_BACK], ProblemMove.CLOSE),
    ],
)
def test_a_move_that_does_not_begin_at_its_state_changes_nothing(
    keeping: Keeping, before: list[ProblemMove], wrong: ProblemMove
) -> None:
    keeping.note()
    for each in before:
        keeping.move(each, "见说明", actor="王五" if each is ProblemMove.LOOK_BACK else "李四")
    held = keeping.store.problem("p1")
    with pytest.raises(ProblemStateWrong):
        keeping.move(wrong, "见说明")
    assert keeping.store.problem("p1") == held


def test_what_was_not_put_right_is_due_anew_from_the_day_on_which_somebody_saw_it(keeping: Keeping) -> None:
    keeping.note()
    keeping.move(ProblemMove.RECTIFY, "改用电子证照")
    keeping.move(ProblemMove.CLOSE)
    keeping.at += timedelta(days=7)
    again = keeping.move(ProblemMove.REOPEN, "窗口仍要照片")
    assert (again.state, again.closed_at, again.due_at) == (ProblemState.RECTIFYING, None, DUE + timedelta(days=7))


def test_what_is_due_first_comes_first_and_what_is_done_is_never_late(keeping: Keeping) -> None:
    keeping.note()
    keeping.note(working_days=1)
    keeping.move(ProblemMove.RECTIFY, "改用电子证照")
    assert keeping.ids() == ["p2", "p1"]
    assert keeping.ids(due_before=DUE) == ["p2", "p1"]
    assert keeping.ids(due_before=DUE - timedelta(microseconds=1)) == ["p2"]
    keeping.move(ProblemMove.CLOSE)
    assert keeping.ids(due_before=DUE) == ["p2"]
    assert keeping.ids(states=(ProblemState.CLOSED,)) == ["p1"]
    assert not keeping.store.problem("p1").is_late(DUE) and keeping.store.problem("p2").is_late(DUE)


def test_words_are_kept_without_personal_data_and_nothing_is_moved_without_a_word(keeping: Keeping) -> None:
    noted = keeping.note("当事人电话13800138000，重复提交")
    assert "13800138000" not in noted.description and "重复提交" in noted.description
    for move in (ProblemMove.RECTIFY,):
        with pytest.raises(ReasonMissing):
            keeping.move(move, " ")
    with pytest.raises(ReasonMissing):
        keeping.note(" ")
    with pytest.raises(ProblemNotFound):
        keeping.ledger.move("p9", ProblemMove.CLOSE, "", actor="李四")


def test_other_systems_are_told_when_a_problem_is_opened_due_late_and_closed(keeping: Keeping) -> None:
    told = SqlWebhooks(keeping.database, new_id=new_id)
    told.create("https://example.org/", form=WebhookForm.JSON, events=[], departments=["gongan"], actor="a", at=FRIDAY)

    def events() -> list[str]:
        return sorted(each.event for each in told.list())

    keeping.note("当事人电话13800138000，重复提交", matter_id="juzhuzheng")
    keeping.note("不归这家管")
    assert events() == ["problem_opened"]
    keeping.at = DUE - timedelta(hours=8, minutes=1)
    assert keeping.ledger.run_once() == 0
    keeping.at = DUE - timedelta(hours=8)
    assert (keeping.ledger.run_once(), keeping.ledger.run_once()) == (2, 0)  # the other one is nobody's
    keeping.at = DUE
    assert (keeping.ledger.run_once(), keeping.ledger.run_once()) == (2, 0)
    keeping.move(ProblemMove.RECTIFY, "改用电子证照")
    keeping.move(ProblemMove.CLOSE)
    assert events() == ["problem_closed", "problem_due", "problem_late", "problem_opened"]
    assert "13800138000" not in str([each.body for each in told.list()])
    late = [each.event for each in SqlTrail(keeping.database).events() if each.event.action == "problem_late"]
    assert [each.detail["problem"] for each in late] == ["p1", "p2"]
    again = keeping.move(ProblemMove.REOPEN, "又要了")
    assert (again.closed_by, again.warned_at, again.breached_at) == (None, None, None)


def test_a_gap_is_one_problem_at_a_time_filled_in_and_linked(keeping: Keeping) -> None:
    noted, is_new = keeping.ledger.note_gap("g1", actor="张三")
    assert is_new and noted.description == "答不出：气球停哪（3 次，2 人）"
    assert (noted.owner, noted.department_id, noted.matter_id, noted.gap_id) == (
        "市公安局",
        "gongan",
        "juzhuzheng",
        "g1",
    )
    assert (noted.due_at, keeping.ids(gap_id="g1"), keeping.ids(gap_id="g2")) == (DUE, ["p1"], [])
    assert keeping.ledger.note_gap("g1", actor="李四") == (noted, False)
    keeping.move(ProblemMove.RECTIFY, "写了问答")
    keeping.move(ProblemMove.CLOSE)
    assert keeping.ledger.note_gap("g1", actor="李四")[1] is True
