"""Who may do what with an escalation, on every database: its asker, its department, who is in charge; nothing twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.clocks import OrderKind
from kb_service.domain.errors import (
    EscalationNotThere,
    EscalationStateWrong,
    HelperFull,
    HelperNotInCharge,
    KbError,
)
from kb_service.domain.escalations import (
    Escalation,
    Verdict,
)
from kb_service.domain.trail import READ_TALK
from tests.contract.desk import SOMEBODY_ELSE, Desk, staffed


@pytest.fixture
def desk(database: Database) -> Desk:
    return staffed(database)


def test_only_its_own_asker_writes_leaves_reopens_and_judges(desk: Desk) -> None:
    talk = desk.open()
    steps: list[Callable[[], object]] = [
        lambda: desk.helping.say(talk.id, SOMEBODY_ELSE, "让我看看"),
        lambda: desk.helping.leave(talk.id, SOMEBODY_ELSE),
        lambda: desk.helping.reopen(talk.id, SOMEBODY_ELSE, ""),
        lambda: desk.helping.judge(talk.id, SOMEBODY_ELSE, Verdict.NOT),
    ]
    for step in steps:
        with pytest.raises(EscalationNotThere):
            step()
    assert desk.escalations.escalation(talk.id) == talk


def test_a_helper_of_another_department_gets_nothing_of_it(desk: Desk) -> None:
    talk = desk.open()
    for step in (
        lambda: desk.helping.claim(talk.id, "wang"),
        lambda: desk.helping.note(talk.id, "wang", "看看"),
        lambda: desk.helping.order(talk.id, "wang", OrderKind.SIMPLE, "转工单"),
        lambda: desk.helping.reply(talk.id, "wang", "您好"),
        lambda: desk.helping.transfer(talk.id, "wang", "renshe", "给我"),
        lambda: desk.helping.return_(talk.id, "wang", ""),
        lambda: desk.helping.resolve(talk.id, "wang", Verdict.RESOLVED, ""),
        lambda: desk.helping.release(talk.id, "wang", ""),
    ):
        with pytest.raises(EscalationNotThere):
            step()


def test_only_the_helper_in_charge_replies_and_closes(desk: Desk) -> None:
    talk = desk.open()
    with pytest.raises(HelperNotInCharge, match="nobody has claimed"):
        desk.helping.reply(talk.id, "zhang", "您好")
    desk.helping.claim(talk.id, "zhang")
    with pytest.raises(HelperNotInCharge, match="zhang is in charge"):
        desk.helping.reply(talk.id, "li", "您好")
    with pytest.raises(HelperNotInCharge):
        desk.helping.resolve(talk.id, "li", Verdict.RESOLVED, "")
    with pytest.raises(HelperNotInCharge):
        desk.helping.return_(talk.id, "li", "")


def test_nothing_is_claimed_twice(desk: Desk) -> None:
    for number in range(6):
        desk.hire(f"h{number}", "gongan")
    talks = [desk.open(number) for number in range(10, 14)]

    def claims(number: int) -> list[str]:
        won = []
        for talk in talks:
            try:
                desk.helping.claim(talk.id, f"h{number}")
                won.append(talk.id)
            except KbError as error:
                assert isinstance(error, EscalationStateWrong | HelperFull)
        return won

    with ThreadPoolExecutor(6) as pool:
        won = [each for found in pool.map(claims, range(6)) for each in found]
    assert sorted(won) == sorted(each.id for each in talks)


def test_a_helper_never_holds_more_talks_than_allowed(desk: Desk) -> None:
    desk.hire("zhao", "gongan", capacity=2)
    talks = [desk.open(number) for number in range(20, 26)]

    def claim(talk: Escalation) -> bool:
        try:
            desk.helping.claim(talk.id, "zhao")
        except HelperFull:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, talks)) == 2
    held = next(each for each in talks if desk.escalations.escalation(each.id).helper == "zhao")
    desk.helping.resolve(held.id, "zhao", Verdict.NOT, "没有回应")
    assert claim(next(each for each in talks if desk.escalations.escalation(each.id).helper is None))


def _readers(desk: Desk, escalation_id: str) -> list[str]:
    entries = [each.event for each in SqlTrail(desk.database).events(limit=1000)]
    return [each.actor for each in entries if each.action == READ_TALK and each.detail["escalation"] == escalation_id]


def test_who_reads_anothers_talk_is_told_in_the_trail_once_in_an_hour(desk: Desk) -> None:
    talk, other = desk.open(1), desk.open(2)
    desk.helping.claim(talk.id, "zhang")
    for _refresh in range(3):
        desk.helping.read(talk.id, "li")
        desk.later(minutes=10)
    desk.helping.read(talk.id, "zhang")  # in whose charge it is
    desk.helping.read(other.id, "li")
    desk.helping.read(other.id, "zhang")
    assert (_readers(desk, talk.id), _readers(desk, other.id)) == (["li"], ["li", "zhang"])
    desk.later(minutes=30, seconds=1)  # an hour after the first
    desk.helping.read(talk.id, "li")
    assert _readers(desk, talk.id) == ["li", "li"]
    desk.later(days=-1)  # a clock set back hides nobody
    desk.helping.read(talk.id, "li")
    assert _readers(desk, talk.id) == ["li", "li", "li"]
    assert SqlTrail(desk.database).faults() == []


def test_requests_of_one_page_at_once_leave_one_entry(desk: Desk) -> None:
    talk = desk.open()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _request: desk.helping.read(talk.id, "li"), range(8)))
    assert _readers(desk, talk.id) == ["li"]
