"""Switches and announcements on every database: off at once and once only, heeded by others within a second."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.emergencies import SqlEmergencies
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.announcements import Reach
from kb_service.domain.errors import (
    AnnouncementNotFound,
    InvalidAnnouncement,
    ReasonMissing,
    SubjectUnknown,
    SwitchNotFound,
)
from kb_service.domain.matters import Department, Matter
from kb_service.domain.switches import Covers
from kb_service.publishing.emergencies import Emergencies
from kb_service.wiring import new_id
from tests.factories import NOON, draft


class Process:
    """A process of the service on this database, with clocks that a test moves."""

    def __init__(self, database: Database) -> None:
        self.at = NOON
        self.seconds = 0.0
        self.looks = 0
        self._store = SqlEmergencies(database)
        self.emergencies = Emergencies(
            store=self,
            catalogue=SqlCatalogue(database),
            documents_among=SqlLibrary(database, new_id=new_id).documents_among,
            now=lambda: self.at,
            new_id=new_id,
            clock=lambda: self.seconds,
        )
        self.switch_off, self.switch_on = self._store.switch_off, self._store.switch_on
        self.announce, self.end = self._store.announce, self._store.end

    def standing(self, *, at: datetime):  # type: ignore[no-untyped-def]
        self.looks += 1
        return self._store.standing(at=at)

    def texts(self) -> list[str]:
        return [each.text for each in self.emergencies.standing().announcements if each.is_on(self.at)]

    def pass_time(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def ours(database: Database) -> Process:
    SqlCatalogue(database).replace(
        departments_=[Department("gongan", "市公安局", ("公安",)), Department("renshe", "市人社局")],
        matters_=[
            Matter("qianzhu", "居住证签注", "gongan", ("签注",)),
            Matter("shenling", "居住证申领", "gongan", ("办居住证", "居住证")),
            Matter("jifen", "居住证积分", "renshe", ("居住证",)),
        ],
        actor="operator",
        at=NOON,
    )
    SqlLibrary(database, new_id=new_id).store([draft("guide")], actor="zhang", at=NOON, approval=None)
    return Process(database)


def actions(database: Database) -> list[tuple[str, str]]:
    events = [each.event for each in SqlTrail(database).events(limit=1000)]
    return [(each.action, each.actor) for each in events if each.action.startswith(("switch", "announce"))]


def test_another_process_heeds_a_switch_within_a_second_and_its_end_too(database: Database, ours: Process) -> None:
    other = Process(database)
    assert not other.emergencies.standing().off
    switch = ours.emergencies.switch_off(None, "签注", actor="wang", reason="新规今晚生效")
    assert (switch.covers, switch.subject_id) == (Covers.MATTER, "qianzhu")
    assert ours.emergencies.standing().off.matters == {"qianzhu"}
    other.pass_time(0.9)
    assert not other.emergencies.standing().off
    other.pass_time(0.1)
    assert other.emergencies.standing().off.matters == {"qianzhu"}
    ours.emergencies.switch_on(switch.id, actor="li", reason="已更正")
    other.pass_time(1)
    assert not other.emergencies.standing().off


def test_a_hundred_questions_of_one_second_look_once(ours: Process) -> None:
    for _ in range(100):
        ours.emergencies.standing()
        ours.pass_time(0.009)
    assert ours.looks == 1


def test_the_trail_tells_who_switched_off_when_and_why_and_its_rows_are_sealed(
    database: Database, ours: Process
) -> None:
    switch = ours.emergencies.switch_off(Covers.DOCUMENT, "guide", actor="wang", reason="写错了金额")
    ours.pass_time(60)
    ours.emergencies.switch_on(switch.id, actor="li", reason="已更正")
    off, on = [each.event for each in SqlTrail(database).events(document_id="guide", limit=1000)][-2:]
    assert (off.action, off.actor, off.at, off.detail["reason"]) == ("switch_off", "wang", NOON, "写错了金额")
    assert (on.action, on.actor, on.detail["reason"]) == ("switch_on", "li", "已更正")
    assert on.at - off.at == timedelta(minutes=1)
    assert row_faults(database) == []
    assert SqlTrail(database).faults() == []


def test_what_is_off_is_not_switched_off_again_by_two_at_once(database: Database, ours: Process) -> None:
    def off(name: str) -> str:
        process = Process(database)
        return process.emergencies.switch_off(Covers.MATTER, "居住证签注", actor=name, reason="核对").id

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(off, ["zhang", "wang", "li", "zhao"]))
    assert len(ids) == 1
    assert len(actions(database)) == 1
    ours.emergencies.switch_on(ids.pop(), actor="wang", reason="好了")
    again = ours.emergencies.switch_off(Covers.MATTER, "居住证签注", actor="wang", reason="又不对")
    assert again.is_off
    assert [each.subject_id for each in SqlEmergencies(database).past_switches(limit=9)] == ["qianzhu"]


def test_taking_back_twice_is_told_once(database: Database, ours: Process) -> None:
    switch = ours.emergencies.switch_off(Covers.EVERYTHING, "", actor="wang", reason="系统故障")
    assert ours.emergencies.standing().off.everything
    first = ours.emergencies.switch_on(switch.id, actor="li", reason="好了")
    second = ours.emergencies.switch_on(switch.id, actor="zhao", reason="也按了一次")
    assert first == second
    assert actions(database) == [("switch_off", "wang"), ("switch_on", "li")]


def test_a_name_is_of_a_matter_a_department_or_a_document(ours: Process) -> None:
    named = {"居住证申领": "shenling", "市公安局": "gongan", "公安": "gongan", "guide": "guide", "qianzhu": "qianzhu"}
    for name, subject_id in named.items():
        assert ours.emergencies.switch_off(None, name, actor="wang", reason="核对").subject_id == subject_id
    off = ours.emergencies.standing().off
    assert (off.matters, off.departments, off.documents) == ({"shenling", "qianzhu"}, {"gongan"}, {"guide"})
    assert ours.emergencies.off_by_name(None, "公安").subject_id == "gongan"


@pytest.mark.parametrize(("name", "told"), [("居住", "居住证签注"), ("居住证", "jifen, shenling"), ("", "named ''")])
def test_what_nobody_or_several_are_called_is_not_guessed(ours: Process, name: str, told: str) -> None:
    with pytest.raises(SubjectUnknown, match=told):
        ours.emergencies.switch_off(None, name, actor="wang", reason="核对")
    assert not ours.emergencies.standing().off


def test_a_switch_says_why(ours: Process) -> None:
    with pytest.raises(ReasonMissing):
        ours.emergencies.switch_off(Covers.EVERYTHING, "", actor="wang", reason="  ")
    with pytest.raises(SwitchNotFound):
        ours.emergencies.switch_on("none", actor="wang", reason="好了")
    with pytest.raises(SwitchNotFound):
        ours.emergencies.off_by_name(None, "签注")


def test_a_departments_switch_covers_its_matters_and_its_texts(ours: Process) -> None:
    ours.emergencies.switch_off(None, "市公安局", actor="wang", reason="核对")
    off = ours.emergencies.standing().off
    assert off.hands_over(matter_id="qianzhu", departments=["gongan"])
    assert off.hands_over(departments=["gongan"], document_id="law")
    assert not off.hands_over(matter_id="jifen", departments=["renshe"])


def test_an_announcement_is_on_from_its_first_moment_to_its_last(database: Database, ours: Process) -> None:
    ours.emergencies.announce(
        "今晚系统维护。",
        reach=Reach.ALL,
        named="",
        actor="wang",
        starts_at=NOON + timedelta(hours=1),
        ends_at=NOON + timedelta(hours=2),
    )
    assert ours.texts() == []
    ours.pass_time(3600)
    assert ours.texts() == ["今晚系统维护。"]
    ours.pass_time(3600)
    assert ours.texts() == []
    (past,) = SqlEmergencies(database).past_announcements(at=ours.at, limit=9)
    assert past.text == "今晚系统维护。"


def test_an_announcement_without_an_end_is_on_until_somebody_ends_it(database: Database, ours: Process) -> None:
    made = ours.emergencies.announce("台风停办。", reach=Reach.MATTER, named="签注", actor="wang")
    ours.pass_time(86_400)
    assert ours.texts() == ["台风停办。"]
    ours.emergencies.end(made.id, actor="li")
    assert ours.texts() == []
    ours.emergencies.end(made.id, actor="zhao")
    assert actions(database) == [("announce", "wang"), ("announcement_ended", "li")]
    assert row_faults(database) == []


def test_an_announcement_concerns_whom_it_reaches(ours: Process) -> None:
    def reached(reach: Reach, named: str) -> tuple[bool, bool]:
        made = ours.emergencies.announce("请注意。", reach=reach, named=named, actor="wang")
        police = made.concerns(channel="app", matters=["qianzhu"], departments=["gongan"])
        return police, made.concerns(channel=None, matters=["jifen"], departments=["renshe"])

    assert reached(Reach.ALL, "") == (True, True)
    assert reached(Reach.CHANNEL, "app") == (True, False)
    assert reached(Reach.DEPARTMENT, "市公安局") == (True, False)
    assert reached(Reach.MATTER, "居住证积分") == (False, True)


def test_an_announcement_that_nobody_could_see_is_refused(ours: Process) -> None:
    for text, ends_at in (("　", None), ("晚了", NOON - timedelta(minutes=1)), ("长" * 501, None)):
        with pytest.raises(InvalidAnnouncement):
            ours.emergencies.announce(text, reach=Reach.ALL, named="", actor="wang", ends_at=ends_at)
    for reach in (Reach.CHANNEL, Reach.MATTER):
        with pytest.raises(SubjectUnknown):
            ours.emergencies.announce("请注意。", reach=reach, named="", actor="wang")
    with pytest.raises(AnnouncementNotFound):
        ours.emergencies.end("none", actor="wang")
