"""People and their keys, on every database."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.people import SqlPeople
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.errors import InvalidKey, InvalidPerson, KeyNotFound
from kb_service.domain.people import Actor, Key, Role
from kb_service.wiring import new_id, new_secret
from tests.factories import NOON

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def people(database: Database) -> SqlPeople:
    return SqlPeople(database, new_id=new_id, new_secret=new_secret)


def make(people: SqlPeople, name: str = "张三", *roles: Role) -> tuple[Key, str]:
    return people.create_key(name, roles=roles or (Role.EDITOR,), created_by="operator", at=NOON)


def last_use(people: SqlPeople, key: Key) -> object:
    return next(each.last_used_at for each in people.every_key() if each.id == key.id)


def test_a_key_tells_who_holds_it_and_what_for(people: SqlPeople) -> None:
    key, written = make(people, "Zhang  San", Role.EDITOR, Role.REVIEWER)
    roles = frozenset({Role.EDITOR, Role.REVIEWER})
    assert people.actor_with(written, at=NOON) == Actor("zhang san", "Zhang San", roles, key.id)


def test_two_keys_of_one_person_are_one_person(people: SqlPeople) -> None:
    _, one = make(people, "张三", Role.EDITOR)
    _, other = make(people, " 张\u200b　三", Role.REVIEWER)
    editor, reviewer = people.actor_with(one, at=NOON), people.actor_with(other, at=NOON)
    assert editor and reviewer
    assert editor.person_id == reviewer.person_id
    assert editor.key_id != reviewer.key_id


def test_a_service_has_keys_from_the_first_one_on_for_good(people: SqlPeople) -> None:
    assert not people.has_keys()
    key, _ = make(people)
    assert people.has_keys()
    people.revoke_key(key.id, revoked_by="operator", at=NOON)
    assert people.has_keys()


def test_a_revoked_key_opens_nothing(people: SqlPeople) -> None:
    key, written = make(people)
    _, other = make(people)
    assert people.actor_with(written, at=NOON)
    people.revoke_key(key.id, revoked_by="operator", at=NOON)
    assert people.actor_with(written, at=NOON) is None
    assert people.actor_with(other, at=NOON)


def test_a_key_opens_until_the_moment_it_ends(people: SqlPeople) -> None:
    _, written = people.create_key("张三", roles=[Role.EDITOR], created_by="operator", at=NOON, expires_at=NOON + DAY)
    assert people.actor_with(written, at=NOON + DAY - SECOND)
    assert people.actor_with(written, at=NOON + DAY) is None


def test_a_key_with_another_secret_or_another_id_opens_nothing(people: SqlPeople) -> None:
    key, written = make(people)
    _, other = make(people, "李四", Role.ADMIN)
    assert people.actor_with(written[:-1] + ("A" if written[-1] != "A" else "B"), at=NOON) is None
    assert people.actor_with(f"kb_00000000_{written[12:]}", at=NOON) is None
    assert people.actor_with(f"kb_{key.id}_{other[12:]}", at=NOON) is None
    assert people.actor_with("", at=NOON) is None


def test_a_key_needs_a_person_a_role_and_an_end_to_come(people: SqlPeople) -> None:
    with pytest.raises(InvalidPerson):
        people.create_key("\u200b", roles=[Role.EDITOR], created_by="operator", at=NOON)
    with pytest.raises(InvalidKey):
        people.create_key("张三", roles=[], created_by="operator", at=NOON)
    with pytest.raises(InvalidKey):
        people.create_key("张三", roles=[Role.EDITOR], created_by="operator", at=NOON, expires_at=NOON)
    with pytest.raises(InvalidKey):
        people.create_key("张三", roles=[Role.EDITOR], created_by="operator", at=NOON, label="a\nb")
    assert not people.has_keys()


def test_revoking_an_unknown_key_is_an_error_and_revoking_twice_is_not(people: SqlPeople) -> None:
    with pytest.raises(KeyNotFound):
        people.revoke_key("00000000", revoked_by="operator", at=NOON)
    key, _ = make(people)
    first = people.revoke_key(key.id, revoked_by="operator", at=NOON)
    again = people.revoke_key(key.id, revoked_by="operator", at=NOON + DAY)
    assert again.revoked_at == first.revoked_at == NOON


def test_the_trail_tells_of_keys_made_and_revoked_and_holds_no_secret(people: SqlPeople, database: Database) -> None:
    key, written = people.create_key("张三", roles=[Role.EDITOR], created_by="operator", at=NOON, label="桌面")
    for _ in range(2):
        people.revoke_key(key.id, revoked_by="operator", at=NOON)
    trail = SqlTrail(database)
    events = [entry.event for entry in trail.events()]
    assert [event.action for event in events] == ["key_created", "key_revoked"]
    assert all(event.detail["key_id"] == key.id and event.detail["person_id"] == "张三" for event in events)
    assert events[0].detail["roles"] == ["editor"]
    assert written[12:] not in str(events)
    assert trail.faults() == []


def test_the_last_use_is_written_at_most_once_a_minute(people: SqlPeople) -> None:
    key, written = make(people)
    assert last_use(people, key) is None
    for after, noted in ((0, 0), (1, 0), (59, 0), (60, 60), (61, 60), (119, 60), (120, 120)):
        people.actor_with(written, at=NOON + after * SECOND)
        assert last_use(people, key) == NOON + noted * SECOND


def test_another_process_does_not_write_what_the_first_has_just_written(people: SqlPeople, database: Database) -> None:
    key, written = make(people)
    people.actor_with(written, at=NOON)
    SqlPeople(database, new_id=new_id, new_secret=new_secret).actor_with(written, at=NOON + 30 * SECOND)
    assert last_use(people, key) == NOON


def test_a_key_that_is_refused_is_not_noted_as_used(people: SqlPeople) -> None:
    key, written = make(people)
    people.revoke_key(key.id, revoked_by="operator", at=NOON)
    people.actor_with(written, at=NOON)
    people.actor_with(f"kb_{key.id}_{'A' * 43}", at=NOON)
    assert last_use(people, key) is None


def test_keys_made_at_the_same_time_are_all_there(people: SqlPeople, database: Database) -> None:
    threads = [threading.Thread(target=make, args=(people, "张三")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.id for key in people.every_key()}) == 8
    assert SqlTrail(database).faults() == []


def test_an_id_that_is_taken_is_not_given_again(database: Database) -> None:
    ids = iter(["11111111-a", "11111111-b", "22222222-c"])
    people = SqlPeople(database, new_id=lambda: next(ids), new_secret=new_secret)
    assert [make(people)[0].id, make(people)[0].id] == ["11111111", "22222222"]


def test_a_key_is_held_by_256_random_bits() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert {len(secret) for secret in secrets} == {43}


def test_a_locked_database_keeps_nobody_out(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    upgrade(database)
    people = SqlPeople(database, new_id=new_id, new_secret=new_secret)
    key, written = make(people)
    with database.writing():  # longer than the 5 s that a writer waits
        assert people.actor_with(written, at=NOON)
    assert last_use(people, key) is None
    database.close()


def test_no_secret_is_in_the_files_of_the_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    upgrade(database)
    people = SqlPeople(database, new_id=new_id, new_secret=new_secret)
    key, written = make(people)
    people.actor_with(written, at=NOON)
    people.revoke_key(key.id, revoked_by="operator", at=NOON + MINUTE)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key.id.encode() in stored, "the write-ahead log was not looked into"
    assert written[12:].encode() not in stored
    database.close()
