"""How escalations are routed, on every database: what is kept of it, who takes them, and what they teach."""

from dataclasses import replace

import pytest

from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.lessons import SqlLessons
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.answers import Conversation, DepartmentRef, HandOver
from kb_service.domain.errors import NobodyToHelp
from kb_service.domain.escalations import Escalation, EscalationQuery, Helper, Verdict
from kb_service.domain.lessons import Lesson
from kb_service.domain.matters import Department
from kb_service.domain.routing import HandOn, RoutedBy, RoutingStep
from tests.contract.desk import DEPARTMENTS, MORNING, OFFICE, Desk
from tests.factories import answer

PUDONG = "上海市/浦东新区"


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    made.hire("zhang", "gongan")
    made.hire("wang", "renshe")
    return made


def handed_on(desk: Desk, number: int = 1, **verdict_of: Verdict) -> Escalation:
    """From gongan, by zhang, to renshe, where wang resolves it."""
    talk = desk.open(number, words=f"社保卡丢了怎么补办{number}")
    desk.helping.claim(talk.id, "zhang")
    desk.helping.transfer(talk.id, "zhang", "renshe", "社保归人社")
    desk.helping.claim(talk.id, "wang")
    return desk.helping.resolve(talk.id, "wang", verdict_of.get("verdict", Verdict.RESOLVED), "原因")


def test_how_it_came_to_its_department_is_kept_with_it_and_in_the_trail(desk: Desk) -> None:
    talk = desk.open(department=None, words="社保怎么查")
    kept = desk.escalations.escalation(talk.id)
    assert kept.routed_by == (RoutingStep(RoutedBy.PASSAGES, "renshe"),)
    chosen = desk.open(2, "gongan")
    assert desk.escalations.escalation(chosen.id).routed_by == (RoutingStep(RoutedBy.CHOSEN, "gongan"),)
    opened = [each.event for each in SqlTrail(desk.database).events(limit=9) if each.event.action == "escalate"]
    assert [each.detail["routed_by"] for each in opened] == [
        [{"by": "passages", "department_id": "renshe"}],
        [{"by": "chosen", "department_id": "gongan"}],
    ]
    assert row_faults(desk.database) == []


def test_the_reason_that_the_answer_gave_is_kept_where_its_department_is_opened(desk: Desk) -> None:
    gongan = DepartmentRef("gongan", "市公安局", None, None)
    steps = (RoutingStep(RoutedBy.MATTER, "gongan"),)
    over = HandOver(True, department=gongan, routed_by=steps)
    desk.turns = [replace(answer("a1", "请联系市公安局。"), escalation=over)]
    assert desk.open(1, None, "找人").routed_by == steps
    assert desk.open(2, "gongan", "找人").routed_by == steps  # as the page sends it
    assert desk.open(3, "renshe", "找人").routed_by == (RoutingStep(RoutedBy.CHOSEN, "renshe"),)


def test_each_transfer_is_kept_in_order(desk: Desk) -> None:
    talk = handed_on(desk)
    assert talk.handed_on == (HandOn("gongan", "renshe", "zhang"),)
    assert desk.escalations.escalation(talk.id).handed_on == talk.handed_on
    assert row_faults(desk.database) == [] and SqlTrail(desk.database).faults() == []


def test_a_deputy_takes_it_while_nobody_is_there_and_a_hand_on_goes_where_it_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    deputised = [replace(DEPARTMENTS[0], deputies=("renshe",)), *DEPARTMENTS[1:]]
    monkeypatch.setattr("tests.contract.desk.DEPARTMENTS", deputised)
    desk.helpers.come_and_go("zhang", is_present=False, at=desk.at)
    told = desk.helping.availability("gongan")
    assert told is not None and (told.department_id, told.available_now) == ("renshe", True)
    talk = desk.open(department="gongan")
    assert talk.department_id == "renshe"
    assert talk.routed_by == (RoutingStep(RoutedBy.CHOSEN, "gongan"), RoutingStep(RoutedBy.DEPUTY, "renshe"))
    desk.helping.claim(talk.id, "wang")
    assert desk.helping.transfer(talk.id, "wang", "gongan", "本来是你们的").department_id == "gongan"
    # Who waits there is told of that desk, whoever would take a new one.
    waiting = desk.helping.availability_at("gongan")
    assert waiting is not None and (waiting.department_id, waiting.available_now) == ("gongan", False)
    with pytest.raises(NobodyToHelp):
        desk.helping.transfer(talk.id, "zhang", "yibao", "没有人")


def test_a_district_of_a_department_is_stored_as_it_was_given(database: Database) -> None:
    catalogue = SqlCatalogue(database)
    pudong = Department(
        "gongan-pudong",
        "浦东公安分局",
        service_hours=OFFICE,
        region=PUDONG,
        stands_for="gongan",
        deputies=("gongan", "zonghe"),
    )
    catalogue.replace(departments_=[*DEPARTMENTS, pudong], matters_=[], actor="a", at=MORNING)
    assert {each.id: each for each in catalogue.departments()} == {each.id: each for each in [*DEPARTMENTS, pudong]}
    assert row_faults(database) == []


# What they teach


def lessons(desk: Desk) -> list[Lesson]:
    return list(SqlLessons(desk.database).newest(10))


def test_a_hand_on_is_a_lesson_once_it_is_resolved(desk: Desk) -> None:
    store = SqlLessons(desk.database)
    before = store.state()
    talk = handed_on(desk)
    assert store.state() != before
    assert lessons(desk) == [
        Lesson(
            id=talk.id,
            text="社保卡丢了怎么补办1",
            matter_id=None,
            department_id="renshe",
            asker="u" * 64,
            resolved_by="wang",
            handed_on_by="zhang",
            gave_away=frozenset(["gongan"]),
        )
    ]


def test_what_did_not_help_or_goes_on_teaches_nothing(desk: Desk) -> None:
    desk.open(1)
    handed_on(desk, 2, verdict=Verdict.NOT)
    denied = handed_on(desk, 3)
    assert [each.id for each in lessons(desk)] == [denied.id]
    desk.helping.judge(denied.id, Conversation("c3", "web", "web", "u" * 64), Verdict.NOT)
    assert lessons(desk) == []


def test_the_newest_teach_and_what_was_erased_teaches_nothing_any_more(desk: Desk) -> None:
    first = handed_on(desk, 1)
    desk.later(seconds=5)
    second = handed_on(desk, 2)
    store = SqlLessons(desk.database)
    assert [each.id for each in store.newest(1)] == [second.id]
    assert [each.id for each in store.newest(9)] == [second.id, first.id]
    before = store.state()
    SqlErasing(desk.database).conversation("c2", actor="admin", at=desk.at)
    assert store.state() != before
    assert [each.id for each in store.newest(9)] == [first.id]


def test_a_district_teaches_for_its_city(desk: Desk) -> None:
    renshe = replace(DEPARTMENTS[1], region=PUDONG, stands_for="yibao")
    SqlCatalogue(desk.database).replace(departments_=[renshe], matters_=[], actor="a", at=MORNING)
    handed_on(desk)
    assert [each.department_id for each in lessons(desk)] == ["yibao"]


# Skills


def test_a_talk_is_given_to_who_has_the_skill_then_to_who_has_room(database: Database) -> None:
    desk = Desk(database, is_pushed=True)
    desk.hire("roomy", "gongan", capacity=9)
    desk.helpers.set_up(Helper("skilled", "skilled", ("gongan",), 1, skills=("粤语", "手语")), actor="a", at=desk.at)
    desk.helpers.come_and_go("skilled", is_present=True, at=desk.at)
    skilled = desk.helpers.helper("skilled")
    assert skilled is not None and skilled.skills == ("粤语", "手语")
    assert desk.open(1, words="护照怎么补办").helper == "roomy"
    assert desk.open(2, words="有会粤语的人吗").helper == "skilled"
    assert desk.open(3, words="有会粤语的人吗").helper == "roomy"  # nobody else has room
    assert row_faults(database) == []


def test_the_queue_can_be_narrowed_to_skills(desk: Desk) -> None:
    wanted = desk.open(1, words="有会粤语的人吗")
    percent = desk.open(2, words="100%怎么算")
    desk.open(3, words="护照怎么补办")

    def narrowed(*skills: str) -> set[str]:
        found = desk.escalations.list(EscalationQuery(skills=skills), limit=9)
        return {each.id for each in found.escalations}

    assert narrowed("粤语", "手语") == {wanted.id}
    assert narrowed("%") == {percent.id}
    assert narrowed() == set()
    assert len(desk.escalations.list(EscalationQuery(), limit=9).escalations) == 3
