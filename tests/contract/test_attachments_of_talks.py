"""Pictures and sound of talks on every database: how many there may be, and that they go where the words go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kb_service.adapters.sql.attachments import SqlAttachments
from kb_service.adapters.sql.copying import copy_into_file, load_from_file
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.talk_tables import attachments, message_keys
from kb_service.domain.attachments import AttachedFile, Attachment, AttachmentKind
from kb_service.domain.errors import AttachmentNotFound, TooManyAttachments
from kb_service.domain.escalations import Escalation, Verdict
from kb_service.wiring import new_id
from tests.contract.desk import MORNING, RESIDENT, Desk

SECRET = b"\xff\xd8what the photograph shows" * 40
PHOTOGRAPH = AttachedFile(AttachmentKind.PICTURE, "image/jpeg", SECRET)
RECORDING = AttachedFile(AttachmentKind.SOUND, "audio/ogg", bytes(range(256)) * 4000)


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    made.hire("zhang", "gongan")
    made.escalations = SqlEscalations(database, new_id=new_id, most_attachments=3)
    made.helping._escalations = made.escalations
    return made


@pytest.fixture
def talk(desk: Desk) -> Escalation:
    opened = desk.helping.claim(desk.open(words="").id, "zhang")
    desk.helping.say(opened.id, RESIDENT, "请看", files=[PHOTOGRAPH], key="k1")
    desk.helping.reply(opened.id, "zhang", "", files=[RECORDING])
    return opened


def nothing(_done: int, _total: int) -> None:
    pass


def count(database: Database) -> int:
    with database.reading() as connection:
        counted = [connection.execute(select(func.count()).select_from(each)) for each in (attachments, message_keys)]
        return sum(each.scalar_one() for each in counted)


def test_each_message_has_its_own_and_each_is_read_whole(desk: Desk, talk: Escalation) -> None:
    told = {each.text or each.author: each.attachments for each in desk.escalations.messages(talk.id)}
    assert told["请看"] == (Attachment(1, AttachmentKind.PICTURE, "image/jpeg", len(SECRET)),)
    assert told["helper"] == (Attachment(2, AttachmentKind.SOUND, "audio/ogg", 256 * 4000),)
    assert told["event"] == ()
    assert [len(each.attachments) for each in desk.escalations.messages(talk.id, after=2, limit=1)] == [1]
    kept = SqlAttachments(desk.database)
    assert (kept.file(talk.id, 1), kept.file(talk.id, 2)) == (PHOTOGRAPH, RECORDING)
    with pytest.raises(AttachmentNotFound):
        kept.file(talk.id, 3)
    assert row_faults(desk.database) == []


def test_a_talk_has_room_for_so_many_and_no_more_whoever_is_quicker(desk: Desk, talk: Escalation) -> None:
    def show(number: int) -> bool:
        try:
            desk.helping.say(talk.id, RESIDENT, str(number), files=[PHOTOGRAPH])
        except TooManyAttachments as error:
            assert error.cause.values == {"limit": 3}
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(show, range(4))) == [False, False, False, True]
    shown = [each.number for one in desk.escalations.messages(talk.id) for each in one.attachments]
    assert shown == [1, 2, 3]
    desk.helping.say(talk.id, RESIDENT, "words always have room")


def test_they_are_erased_with_the_words_and_leave_nothing_in_the_file(desk: Desk, talk: Escalation) -> None:
    erasing, at = SqlErasing(desk.database), MORNING + timedelta(days=200)
    erasing.before(at, actor="retention", at=at)
    assert count(desk.database) == 3  # the talk goes on
    desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    erasing.before(at, actor="retention", at=at)
    assert count(desk.database) == 0
    assert row_faults(desk.database) == []
    path = desk.database.engine.url.database
    if desk.database.engine.dialect.name == "sqlite" and path:
        kept = b"".join(each.read_bytes() for each in Path(path).parent.glob("kb.sqlite*"))
        assert b"what the photograph shows" not in kept


@pytest.mark.parametrize("who", ["conversation", "person"])
def test_they_are_erased_when_somebody_asks_for_it(desk: Desk, talk: Escalation, who: str) -> None:
    erasing = SqlErasing(desk.database)
    erase = {"conversation": lambda: erasing.conversation("c1", actor="operator", at=MORNING),
             "person": lambda: erasing.person("u" * 64, actor="operator", at=MORNING)}  # fmt: skip
    assert count(desk.database) == 3
    assert erase[who]().talks == 1
    assert count(desk.database) == 0


def test_a_backup_holds_them(desk: Desk, talk: Escalation, tmp_path: Path) -> None:
    copy_into_file(desk.database, tmp_path / "copy.sqlite", nothing)
    restored = Database(f"sqlite:///{tmp_path / 'restored.sqlite'}")
    load_from_file(tmp_path / "copy.sqlite", restored, nothing)
    assert SqlAttachments(restored).file(talk.id, 2) == RECORDING
    restored.close()
    load_from_file(tmp_path / "copy.sqlite", desk.database, nothing)
    assert SqlAttachments(desk.database).file(talk.id, 1) == PHOTOGRAPH
    first = desk.helping.say(talk.id, RESIDENT, "请看", files=[PHOTOGRAPH], key="k1")[1]
    assert (first.number, len(desk.escalations.messages(talk.id))) == (2, 3)
