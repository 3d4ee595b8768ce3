"""A message that is sent again after a lost reply is written once, on every database and from many threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.talk_tables import message_keys
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.errors import EscalationNotThere, EscalationStateWrong, MessageKeyReused
from kb_service.domain.escalations import Escalation, Verdict
from tests.contract.desk import RESIDENT, SOMEBODY_ELSE, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    made.hire("zhang", "gongan")
    made.hire("wang", "renshe")
    return made


@pytest.fixture
def talk(desk: Desk) -> Escalation:
    return desk.helping.claim(desk.open(words="").id, "zhang")


def test_the_same_message_from_many_threads_is_one(desk: Desk, talk: Escalation) -> None:
    said = lambda _n: desk.helping.say(talk.id, RESIDENT, "在吗", key="k1")[1].number  # noqa: E731
    replied = lambda _n: desk.helping.reply(talk.id, "zhang", "在", key="k1").state  # noqa: E731
    noted = lambda _n: desk.helping.note(talk.id, "zhang", "老客户", key="k2")[1].number  # noqa: E731
    works: list[Callable[[int], object]] = [said, replied, noted] * 8
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda pair: pair[1](pair[0]), enumerate(works)))
    assert sorted(desk.said(talk)) == [("claim", ""), ("helper", "在"), ("note", "老客户"), ("person", "在吗")]
    replies = [each for each in SqlTrail(desk.database).events(limit=100) if each.event.action == "reply"]
    assert len(replies) == 1


def test_the_first_message_is_given_back_whatever_became_of_the_talk(desk: Desk, talk: Escalation) -> None:
    first = desk.helping.say(talk.id, RESIDENT, "签注", key="k1")[1]
    desk.helping.reply(talk.id, "zhang", "好", key="k1")
    desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    assert desk.helping.say(talk.id, RESIDENT, "签注", key="k1")[1] == first
    desk.helping.reply(talk.id, "zhang", "好", key="k1")
    with pytest.raises(EscalationStateWrong):
        desk.helping.say(talk.id, RESIDENT, "签注", key="k2")
    assert [text for _, text in desk.said(talk)] == ["", "签注", "好", ""]


def test_the_key_of_another_message_is_refused(desk: Desk, talk: Escalation) -> None:
    desk.helping.say(talk.id, RESIDENT, "签注", key="k1")
    with pytest.raises(MessageKeyReused, match="another message"):
        desk.helping.say(talk.id, RESIDENT, "护照", key="k1")
    desk.helping.note(talk.id, "zhang", "护照", key="k1")
    with pytest.raises(MessageKeyReused):  # a note is for helpers only: never taken for a reply
        desk.helping.reply(talk.id, "zhang", "护照", key="k1")
    desk.helping.say(talk.id, RESIDENT, "签注", key="k2")
    assert [text for _, text in desk.said(talk)] == ["", "签注", "护照", "签注"]


def test_a_key_tells_a_stranger_nothing(desk: Desk, talk: Escalation) -> None:
    desk.helping.say(talk.id, RESIDENT, "签注", key="k1")
    desk.helping.note(talk.id, "zhang", "老客户", key="k1")
    with pytest.raises(EscalationNotThere):
        desk.helping.say(talk.id, SOMEBODY_ELSE, "签注", key="k1")
    with pytest.raises(EscalationNotThere):
        desk.helping.note(talk.id, "wang", "老客户", key="k1")
    # The same key in another talk is another message.
    other = desk.open(2, words="")
    assert desk.helping.say(other.id, RESIDENT, "签注", key="k1")[1].number == 1


def test_the_database_itself_keeps_a_key_once(desk: Desk, talk: Escalation) -> None:
    desk.helping.say(talk.id, RESIDENT, "签注", key="k1")
    row = {"escalation_id": talk.id, "author": "", "key": "k1", "message_number": 9, "digest": "0" * 64}
    with pytest.raises(IntegrityError), desk.database.writing() as connection:
        connection.execute(insert(message_keys).values(row))
