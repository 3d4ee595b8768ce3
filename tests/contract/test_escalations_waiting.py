"""Escalations that wait, on every database: who could help and when, who is given them, what their clocks tell."""

from datetime import datetime, timedelta

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.clocks import ClockKind
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import (
    NobodyToHelp,
)
from kb_service.domain.escalations import (
    EscalationQuery,
    Verdict,
)
from tests.contract.desk import MORNING, Desk, staffed


@pytest.fixture
def desk(database: Database) -> Desk:
    return staffed(database)


# Who could help, and when


def test_nothing_promises_a_person_who_will_not_come(desk: Desk) -> None:
    there = desk.helping.availability("gongan")
    assert there is not None and there.available_now
    assert there.first_response_due == MORNING + timedelta(seconds=60)
    desk.later(seconds=91)  # their pages have been silent
    silent = desk.helping.availability("gongan")
    assert silent is not None
    assert (silent.available_now, silent.opens_at, silent.first_response_due) == (False, None, None)
    desk.at = datetime(2026, 7, 3, 20, 0, tzinfo=SHANGHAI)  # Friday evening
    closed = desk.helping.availability("gongan")
    monday = datetime(2026, 7, 6, 9, 0, tzinfo=SHANGHAI)
    assert closed is not None and not closed.available_now
    assert (closed.opens_at, closed.first_response_due) == (monday, monday + timedelta(seconds=60))
    assert desk.helping.availability("yibao") is None  # nobody is set up there


def test_what_nobody_has_helpers_for_goes_to_the_general_desk_or_is_refused(database: Database) -> None:
    without = Desk(database)
    without.hire("zhang", "gongan")
    with pytest.raises(NobodyToHelp, match="12345"):
        without.open(department="yibao")
    desk = Desk(database, general_desk="zonghe")
    desk.hire("sun", "zonghe")
    assert desk.open(department="yibao").department_id == "zonghe"
    assert desk.open(2, department=None).department_id == "zonghe"
    assert desk.open(3, department="gongan").department_id == "gongan"


def test_who_asks_at_night_is_written_down_and_waits_for_the_morning(desk: Desk) -> None:
    desk.at = datetime(2026, 7, 1, 22, 0, tzinfo=SHANGHAI)
    talk = desk.open(words="护照怎么补办")
    assert talk.running(ClockKind.FIRST_REPLY) is not None
    assert talk.clocks[0].due_at == datetime(2026, 7, 2, 9, 1, tzinfo=SHANGHAI)
    assert desk.helping.tell_clocks() == []


def test_talks_are_given_to_the_helper_on_duty_with_the_most_room(database: Database) -> None:
    desk = Desk(database, is_pushed=True)
    desk.hire("zhang", "gongan", capacity=1)
    desk.hire("li", "gongan", capacity=2)
    desk.hire("away", "gongan", capacity=9, is_there=False)
    given = [desk.open(number).helper for number in range(1, 5)]
    assert sorted(str(each) for each in given) == ["None", "li", "li", "zhang"]
    waiting = next(each for each in desk.escalations.waiting(["gongan"], limit=9))
    done = next(n for n in desk.escalations.list(EscalationQuery(helper="zhang"), limit=1).escalations)
    desk.helping.resolve(done.id, "zhang", Verdict.RESOLVED, "")
    assert desk.escalations.escalation(waiting.id).helper == "zhang"


def test_a_talk_that_is_given_back_is_not_at_once_given_to_the_same_helper(database: Database) -> None:
    desk = Desk(database, is_pushed=True)
    desk.hire("zhang", "gongan")
    talk = desk.open()
    assert talk.helper == "zhang"
    assert desk.helping.release(talk.id, "zhang", "我要走了").helper is None
    desk.hire("li", "gongan", capacity=9)
    assert desk.helping.assign() == 1
    assert desk.escalations.escalation(talk.id).helper == "li"


def test_what_was_given_to_a_helper_who_left_before_replying_is_given_to_another(database: Database) -> None:
    desk = Desk(database, is_pushed=True)
    desk.hire("zhang", "gongan")
    unanswered, answered = desk.open(1), desk.open(2)
    desk.helping.reply(answered.id, "zhang", "您好")
    desk.hire("li", "gongan", capacity=9)
    assert desk.helping.reassign() == 0
    desk.helpers.come_and_go("zhang", is_present=False, at=desk.at)
    assert desk.helping.reassign() == 1
    moved = desk.escalations.escalation(unanswered.id)
    assert (moved.helper, desk.escalations.escalation(answered.id).helper) == ("li", "zhang")
    # The person goes on waiting on the clock that runs since they came.
    assert [each.due_at for each in moved.clocks] == [each.due_at for each in unanswered.clocks]


def test_where_helpers_choose_themselves_nothing_is_taken_from_who_left(desk: Desk) -> None:
    desk.hire("zhang", "gongan")
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helpers.come_and_go("zhang", is_present=False, at=desk.at)
    assert desk.helping.reassign() == 0
    assert desk.escalations.escalation(talk.id).helper == "zhang"


# Clocks


def test_a_clock_warns_once_and_breaches_once_with_an_entry_in_the_trail(desk: Desk) -> None:
    talk = desk.open()
    assert desk.helping.tell_clocks() == []
    desk.later(seconds=41)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(talk.id, False)]
    assert desk.helping.tell_clocks() == []
    desk.later(seconds=19)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(talk.id, True)]
    assert desk.helping.tell_clocks() == []
    desk.later(hours=-1)  # the machine's clock is set back
    assert desk.helping.tell_clocks() == []
    desk.at = MORNING + timedelta(minutes=2)
    desk.helping.claim(talk.id, "zhang")
    late = desk.helping.reply(talk.id, "zhang", "让您久等了")
    assert late.clocks[0].breached_at == MORNING + timedelta(seconds=60)
    assert late.clocks[0].met_at == MORNING + timedelta(minutes=2)
    assert [
        each.event.actor for each in SqlTrail(desk.database).events(limit=100) if each.event.action == "breach"
    ] == ["clock"]
    assert row_faults(desk.database) == []


def test_a_clock_set_back_or_forward_by_an_hour_tells_nothing_twice_and_loses_nothing(desk: Desk) -> None:
    """Told: whose clock, and whether it was over. What is told is as the clock of the moment has it."""
    first = desk.open(1)
    desk.later(seconds=45)
    assert [over for _id, _clock, over in desk.helping.tell_clocks()] == [False]  # 10:00:45
    desk.later(hours=-1)
    second = desk.open(2)  # due at 9:01:45
    assert desk.helping.tell_clocks() == []
    desk.later(seconds=50)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(second.id, False)]
    desk.later(seconds=15)
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(second.id, True)]
    desk.later(hours=1)  # 10:01:50: put right again
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(first.id, True)]
    third = desk.open(3)
    desk.later(hours=1)  # set forward past its warning
    assert [(each, over) for each, _clock, over in desk.helping.tell_clocks()] == [(third.id, True)]
    desk.later(hours=-1)
    assert desk.helping.tell_clocks() == []
    breaches = [each.event for each in SqlTrail(desk.database).events(limit=100) if each.event.action == "breach"]
    assert sorted(str(each.detail["escalation"]) for each in breaches) == sorted([first.id, second.id, third.id])


def test_who_was_there_by_a_clock_that_was_set_back_promises_nobody(desk: Desk) -> None:
    desk.later(minutes=-10)
    found = desk.helping.availability("gongan")
    assert found is not None and not found.available_now
    desk.helpers.see("zhang", at=desk.at)  # their page gives its next sign of life
    there = desk.helping.availability("gongan")
    assert there is not None and there.available_now


def test_a_clock_that_was_met_tells_nothing(desk: Desk) -> None:
    talk = desk.open()
    desk.helping.claim(talk.id, "zhang")
    desk.helping.reply(talk.id, "zhang", "您好")
    desk.later(days=30)
    assert desk.helping.tell_clocks() == []
