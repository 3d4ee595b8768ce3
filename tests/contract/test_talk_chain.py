"""What a resident reads in a talk as the word of a helper was written by the service, or `kb check` tells of it."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.purging import SqlPurging
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.taking_as_found import accept, tell_ends_that_are_there
from kb_service.adapters.sql.talk_tables import escalations, talk_messages
from kb_service.adapters.sql.trail import SqlTrail, record
from kb_service.domain.answers import Conversation
from kb_service.domain.attachments import AttachedFile, AttachmentKind
from kb_service.domain.clocks import FIRST_REPLY, Clock, ClockKind
from kb_service.domain.escalations import Author, Helper, Subject, Verdict
from kb_service.domain.proposals import Proposed
from kb_service.helping import approval, moves
from kb_service.helping.moves import Line
from kb_service.ports import Approval
from kb_service.wiring import new_id
from tests.contract.test_upgrading import upgrade_to
from tests.factories import NOON, citation, draft

PICTURE = AttachedFile(AttachmentKind.PICTURE, "image/png", b"a picture")


def talk(database: Database, conversation: str = "c1") -> str:
    """Opened with a word (1), claimed (2), replied to (3), and two lines that are no moves: 4 and, of the helper, 5."""
    store = SqlEscalations(database, new_id=new_id)
    opened = moves.opened(Clock(ClockKind.FIRST_REPLY, 1, NOON, NOON + FIRST_REPLY), "转人工")
    asker = Conversation(conversation, "web", "web", "u" * 64)
    found, _ = store.open(asker, Subject("签注要钱吗", ""), "gongan", opened_by="person", at=NOON, change=opened)
    for step in (
        lambda held: moves.claimed(held, "zhao", at=NOON),
        lambda held: moves.replied(held, "zhao", "签注不要钱", at=NOON),
    ):
        store.change(found.id, actor="zhao", at=NOON, decide=step)
    store.write(found.id, at=NOON, decide=lambda _held: Line(Author.PERSON, "好的", files=[PICTURE]))
    say(database, found.id, "还要带照片")
    return found.id


def say(database: Database, talk_id: str, text: str) -> None:
    store = SqlEscalations(database, new_id=new_id)
    store.change(talk_id, actor="zhao", at=NOON, decide=lambda held: moves.replied(held, "zhao", text, at=NOON))


def resolve(database: Database, talk_id: str) -> None:
    store = SqlEscalations(database, new_id=new_id)
    done = lambda held: moves.resolved(held, "zhao", Verdict.RESOLVED, "", at=NOON)  # noqa: E731
    store.change(talk_id, actor="zhao", at=NOON, decide=done)


def found(database: Database) -> list[tuple[str, str]]:
    return [(each.subject[1], each.sentence) for each in row_faults(database)]


def line_of(number: int) -> Any:
    return talk_messages.c.number == number


def written_by_hand(talk_id: str, number: int) -> Any:
    """A line as a helper's, put into the database."""
    said = {"author": "helper", "by": "zhao", "text": "请把验证码发给我", "at": NOON}
    return insert(talk_messages).values(escalation_id=talk_id, number=number, **said)


ATTACKS: dict[str, Callable[[str], Any]] = {
    "a line is added at the end": lambda talk_id: written_by_hand(talk_id, 6),
    "a line is added as the next one": lambda talk_id: written_by_hand(talk_id, 7),
    "a line before the first": lambda talk_id: written_by_hand(talk_id, 0),
    "the last line is removed": lambda _: delete(talk_messages).where(line_of(5)),
    "a line in the middle is removed": lambda _: delete(talk_messages).where(line_of(3)),
    "all are removed": lambda _: delete(talk_messages),
    "a reply of no move says something else": lambda _: update(talk_messages).where(line_of(5)).values(text="不用办"),
    "a line is another's": lambda _: update(talk_messages).where(line_of(5)).values(by="sun"),
    "a word of the person becomes the helper's": lambda _: (
        update(talk_messages).where(line_of(4)).values(author="helper", by="zhao")
    ),
    "a line is moved to an earlier time": lambda _: (
        update(talk_messages).where(line_of(5)).values(at=NOON - timedelta(days=1))
    ),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_line_that_other_hands_wrote_changed_or_removed_is_found(
    database: Database, attack: Callable[[str], Any]
) -> None:
    talk_id, other = talk(database), talk(database, "c2")
    assert found(database) == []
    with database.writing() as connection:
        connection.execute(attack(talk_id))
    assert talk_id in [each for each, _ in found(database)]
    assert talk_id != other


def test_the_newest_line_and_the_count_taken_back_are_found_once_a_move_told_of_them(database: Database) -> None:
    """Without the trail a chain cut at its end is whole."""
    talk_id = talk(database)
    resolve(database, talk_id)
    with database.writing() as connection:
        connection.execute(delete(talk_messages).where(line_of(6)))
        connection.execute(update(escalations).values(last_number=5))
    assert found(database) == [(talk_id, "line 6 was removed from the database after entry 4 (resolve by zhao)")]


def keyed(database_url: str, key: bytes = b"the site's") -> Database:
    made = Database(database_url, site_key=lambda: key)
    upgrade(made)
    return made


def test_a_line_linked_to_the_end_as_the_service_does_is_found_for_its_seal_needs_the_key(database_url: str) -> None:
    with closing(keyed(database_url)) as database:
        talk_id = talk(database)
        assert found(database) == []
    with closing(keyed(database_url, b"a guess")) as forger:
        say(forger, talk_id, "请把验证码发给我")
    with closing(keyed(database_url)) as database:
        sentence = "its end, line 6, was not written by this service, or with another key (user.key, KB_USER_KEY)"
        assert found(database) == [(talk_id, sentence)]
        assert accept(database, row_faults(database), actor="operator", at=NOON, reason="已核对") == 1
        assert found(database) == []
        say(database, talk_id, "还要带照片")
        assert found(database) == []


def test_a_tail_cut_off_with_its_count_set_back_is_found_before_the_trail_tells_of_it(database: Database) -> None:
    talk_id = talk(database)
    with database.writing() as connection:
        connection.execute(delete(talk_messages).where(line_of(5)))
        connection.execute(update(escalations).values(last_number=4))
    assert [each for each, _ in found(database)] == [talk_id]
    with database.writing() as connection:  # nor does it help to say that it was never sealed
        connection.execute(update(escalations).values(end_seal=None))
    assert [each for each, _ in found(database)] == [talk_id]


def test_ends_from_before_they_were_sealed_are_taken_as_they_are_until_somebody_writes(database_url: str) -> None:
    with closing(keyed(database_url)) as database:
        talk_id, other = talk(database), talk(database, "c2")
        with database.writing() as connection:
            connection.execute(update(escalations).values(end_seal=None))
            tell_ends_that_are_there(connection, at=NOON)
        assert found(database) == []
        say(database, talk_id, "还要带照片")
        assert found(database) == []
        with database.writing() as connection:
            connection.execute(update(escalations).where(escalations.c.id == talk_id).values(end_seal=None))
            connection.execute(delete(talk_messages).where(line_of(5), talk_messages.c.escalation_id == other))
            connection.execute(update(escalations).where(escalations.c.id == other).values(last_number=4))
        assert {each for each, _ in found(database)} == {talk_id, other}


def test_lines_that_are_no_moves_are_told_in_time_and_nothing_is_told_of_talks_where_nobody_wrote(
    database: Database,
) -> None:
    talk_id = talk(database)
    store = SqlEscalations(database, new_id=new_id)
    assert store.tell_lines(at=NOON) == 1
    assert store.tell_lines(at=NOON + timedelta(hours=1)) == 1  # written within the minute before
    assert store.tell_lines(at=NOON + timedelta(hours=2)) == 0
    with database.writing() as connection:
        connection.execute(delete(talk_messages).where(line_of(5)))
        connection.execute(update(escalations).values(last_number=4))
    assert found(database) == [(talk_id, "line 5 was removed from the database after entry 4 (tell_talks by clock)")]


def test_a_chain_written_anew_is_not_the_one_that_the_trail_tells_of(database: Database) -> None:
    from kb_service.adapters.sql.talk_chain import link_anew

    talk_id = talk(database)
    resolve(database, talk_id)
    with database.writing() as connection:
        connection.execute(update(talk_messages).where(line_of(3)).values(text="签注要一百元"))
        link_anew(connection, [talk_id])
    ((subject, sentence),) = found(database)
    assert subject == talk_id
    assert "are not those that entry" in sentence


def test_an_erased_talk_leaves_a_clean_check_and_no_line_may_come_back(database: Database) -> None:
    talk_id, other = talk(database), talk(database, "c2")
    SqlErasing(database).conversation("c1", actor="operator", at=NOON)
    assert found(database) == []
    with database.writing() as connection:
        connection.execute(written_by_hand(talk_id, 1))
    assert found(database) == [(talk_id, "has lines again although they were erased")]
    assert talk_id != other


def test_what_the_trail_keeps_of_an_erased_line_does_not_confirm_a_guess(database: Database) -> None:
    """Whoever knows talk, time and helper and guesses the words can compute a seal: without the salt it is another."""
    from kb_service.adapters.sql.talk_chain import line_seal
    from kb_service.domain.trail import NO_HASH, hash_of_line

    talk_id = talk(database)
    with database.reading() as connection:
        row = connection.execute(select(talk_messages).where(line_of(1))).mappings().one()
    told = [each.event.detail.get("talks", {}).get(talk_id) for each in SqlTrail(database).events()]
    assert told[0] == [1, row["hash"]]
    assert hash_of_line(line_seal(row, ()), NO_HASH) == row["hash"]
    assert hash_of_line(line_seal({**row, "salt": None}, ()), NO_HASH) != row["hash"]
    SqlErasing(database).conversation("c1", actor="operator", at=NOON)
    with database.reading() as connection:
        assert connection.execute(select(talk_messages)).all() == []


def test_a_reply_that_quoted_a_purged_text_is_blanked_and_the_check_is_clean(database: Database) -> None:
    (stored,) = SqlLibrary(database, new_id=new_id).store(
        [draft()], actor="zhang", at=NOON, approval=Approval("li", NOON, "bulk_import")
    )
    talk_id = talk(database)
    store = SqlEscalations(database, new_id=new_id)
    quoted = citation("签注十元", version_id=stored.version_id)
    may = approval.ReplyApproval.of([Helper(each, each, ("gongan",), 3) for each in ("zhao", "sun")], [])
    for step in (
        lambda held: approval.drafted(held, Proposed(None, "签注十元", citations=(quoted,))),
        lambda held: approval.approved(held, 1, "zhao", may, text=None, at=NOON),
    ):
        store.change(talk_id, actor="zhao", at=NOON, decide=step)
    say(database, talk_id, "还有问题吗")
    SqlPurging(database).purge(stored.version_id, text_keys=set(), actor="admin", at=NOON, reason="违法内容")
    assert found(database) == []
    with database.reading() as connection:
        purged = connection.execute(select(talk_messages).where(line_of(6))).mappings().one()
    assert (purged["text"], purged["salt"]) == ("（内容已依法清除）", None)
    with database.writing() as connection:
        connection.execute(update(talk_messages).where(line_of(6)).values(text="签注十元"))
    assert found(database) == [(talk_id, "line 6 was changed in the database after it was purged")]


def test_an_operator_who_looked_accepts_a_talk_as_it_is(database: Database) -> None:
    talk_id = talk(database)
    with database.writing() as connection:
        connection.execute(written_by_hand(talk_id, 6))
    assert accept(database, row_faults(database), actor="operator", at=NOON, reason="已核对") == 1
    assert found(database) == []
    say(database, talk_id, "刚才那句不是我写的")
    assert found(database) == []
    with database.writing() as connection:
        connection.execute(update(talk_messages).where(line_of(5)).values(text="不用办"))
    assert [each for each, _ in found(database)] == [talk_id]


def test_lines_from_before_chains_are_taken_as_they_are(database_url: str) -> None:
    database = Database(database_url)
    upgrade_to(database, "20261130_0130_changed_feedback")
    row = {
        "conversation_id": "c",
        "state": "answered",
        "department_id": "gongan",
        "question": "",
        "summary": "",
        "reasons": [],
        "evidence": [],
        "opened_at": NOON,
        "opened_by": "person",
        "revision": 1,
        "changed_at": NOON,
    }
    with database.writing() as connection:
        connection.execute(insert(escalations).values(id="e1", last_number=2, **row))
        connection.execute(insert(escalations).values(id="e2", last_number=4, **row))  # erased: without lines
        for number in (1, 2):
            connection.execute(written_by_hand("e1", number))
        record(connection, at=NOON, actor="operator", action="erase_talks", detail={"escalations": ["e2"]})
    upgrade(database)
    of_lines = [each for each in row_faults(database) if each.subject[0] == "talk"]
    assert of_lines == []
    with database.writing() as connection:
        connection.execute(update(talk_messages).where(line_of(1)).values(text="不用办"))
    assert ("talk", "e1") in [each.subject for each in row_faults(database)]
    database.close()
