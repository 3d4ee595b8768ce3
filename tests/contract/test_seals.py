"""What decides what residents see, or who may act, is sealed in the trail: changed by other hands than the service's,
it is found. Told column by column from the tables themselves, so that a new one is not forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.types import TypeDecorator

from kb_service.adapters.sql.added_rules import added_rules
from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.row_faults import RowFault, row_faults
from kb_service.adapters.sql.schema import metadata
from kb_service.adapters.sql.seals import NOT_DECIDING, SEALED
from kb_service.adapters.sql.tables import answers, calendar_days, contributors, keys, passages, suspicions, versions
from kb_service.adapters.sql.taking_as_found import accept
from kb_service.adapters.sql.talk_tables import attachments, talk_messages
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.wiring import new_id
from tests.factories import NOON, answer, citation, draft, question
from tests.sealed_rows import fill, publishing_in

_PARTS = {owner[0].table.name for sealed in SEALED.values() for owner in sealed.parts}
_TABLES = [each for each in metadata.sorted_tables if each.name in {s.table.name for s in SEALED.values()} | _PARTS]
_DECIDING = [column for table in _TABLES for column in table.columns if str(column) not in NOT_DECIDING]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """SQLite with a row of everything that decides, all of it done by the service."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'kb.sqlite'}")
    upgrade(database)
    fill(database)
    yield database
    database.close()


def faults(database: Database) -> list[str]:
    return [*(f"{each.subject} {each.sentence}" for each in row_faults(database)), *SqlTrail(database).faults()]


@contextmanager
def other_hands(database: Database) -> Iterator[Connection]:
    """Whoever can write to the database, past the service and past foreign keys."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.rollback()
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        else:
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
        connection.commit()
        connection.invalidate()


def other_value(column: Column[Any], value: Any) -> Any:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    match kind:
        case JSON():
            return [*value, "别的"] if isinstance(value, list) else {**(value or {}), "别的": 1}
        case DateTime():
            return (value or NOON) + timedelta(days=1)
        case Date():
            return (value or date(2026, 1, 1)) + timedelta(days=1)
        case Integer() | Float():
            return (value or 0) + 1000  # of nothing else yet
        case LargeBinary():
            return value + b"."
        case _:
            return f"{(value or '')[:-1]}x"


def test_every_table_and_column_is_sealed_or_its_reason_is_given() -> None:
    known = {str(column) for table in metadata.sorted_tables for column in table.columns} | set(metadata.tables)
    assert set(NOT_DECIDING) <= known
    sealed = {table.name for table in _TABLES}
    assert {name for name in metadata.tables if name not in sealed} == {n for n in NOT_DECIDING if "." not in n}


def test_what_the_service_did_itself_is_as_the_trail_tells(kept: Database) -> None:
    assert faults(kept) == []


@pytest.mark.parametrize("column", _DECIDING, ids=str)
def test_a_deciding_column_changed_by_other_hands_is_found(kept: Database, column: Column[Any]) -> None:
    table = column.table
    assert isinstance(table, Table)
    for row in rows_of(kept, table):
        for value in {repr(v): v for v in (other_value(column, row[column.name]), empty(column, row))}.values():
            with as_it_was(kept, table, row):
                with other_hands(kept) as connection:
                    connection.execute(update(table).where(*is_row(table, row)).values({column.name: value}))
                assert faults(kept), f"{column} of {row} became {value!r}"
    assert faults(kept) == []


@pytest.mark.parametrize("table", _TABLES, ids=str)
def test_a_row_removed_or_added_by_other_hands_is_found(kept: Database, table: Table) -> None:
    rows = rows_of(kept, table)
    for number, row in enumerate(rows):
        if table is answers and number == len(rows) - 1:
            continue  # a cut end is found against a kept head, below
        with as_it_was(kept, table, row):
            with other_hands(kept) as connection:
                connection.execute(delete(table).where(*is_row(table, row)))
            assert faults(kept), f"{row} was removed"
    key = list(table.primary_key)[-1]
    added = dict(rows[0]) | {key.name: other_value(key, other_value(key, rows[-1][key.name]))}
    added |= {column.name: other_value(column, rows[-1][column.name]) for column in unique_columns(table)}
    with other_hands(kept) as connection:
        connection.execute(insert(table).values(added))
    assert faults(kept), f"{added} was added"
    with other_hands(kept) as connection:
        connection.execute(delete(table).where(*is_row(table, added)))
    assert faults(kept) == []


def unique_columns(table: Table) -> list[Column[Any]]:
    unique = [each for each in table.indexes if each.unique]
    unique += [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [list(each.columns)[-1] for each in unique]


def empty(column: Column[Any], row: dict[str, Any]) -> Any:
    """Nothing in it, where that is another value."""
    if column.nullable and row[column.name] is not None:
        return None
    return other_value(column, row[column.name])


def rows_of(database: Database, table: Table) -> list[dict[str, Any]]:
    sealed = next((each for each in SEALED.values() if each.table is table), None)
    query = select(table) if sealed is None or sealed.only is None else select(table).where(sealed.only)
    with database.reading() as connection:
        found = [dict(row._mapping) for row in connection.execute(query.order_by(*table.primary_key))]
    assert found, f"nothing fills {table}"
    return found


def is_row(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


@contextmanager
def as_it_was(database: Database, table: Table, row: dict[str, Any]) -> Iterator[None]:
    with database.reading() as connection:
        before = [dict(each._mapping) for each in connection.execute(select(table))]
    yield
    with other_hands(database) as connection:
        connection.execute(delete(table))
        connection.execute(insert(table), before)


# The attacks by name, on every database.


def test_the_same_attacks_are_found_on_every_database(database: Database) -> None:
    fill(database)
    assert faults(database) == []
    head = SqlTrail(database).head().hash
    with database.reading() as connection:
        version_id = connection.execute(select(versions.c.id).where(versions.c.state == "draft")).scalars().first()
        key_id = connection.execute(select(keys.c.id).where(keys.c.revoked_at.is_not(None))).scalar_one()
    is_helpers = talk_messages.c.author == "helper"
    attacks = {
        "a draft is made knowledge": update(versions).where(versions.c.id == version_id).values(state="approved"),
        "another is said to have approved": update(versions).values(approved_by="wang"),
        "contributors are deleted": delete(contributors).where(contributors.c.version_id == version_id),
        "a passage is cut": update(passages).values(end=passages.c.end - 1),
        "a revoked key opens again": update(keys).where(keys.c.id == key_id).values(revoked_at=None),
        "an editor is made administrator": update(keys).values(roles=["admin"]),
        "an answer says something else": update(answers).where(answers.c.id == "a2").values(body={"text": "免费"}),
        "an answer is given to another person": update(answers).where(answers.c.id == "a2").values(user_hash=None),
        "a confirmed contradiction is opened again": update(suspicions).values(state="open"),
        "a holiday is worked": update(calendar_days).values(is_working=1),
        "a helper says something else": update(talk_messages).where(is_helpers).values(text="不用办了"),
        "a reply is another helper's": update(talk_messages).where(is_helpers).values(by="sun"),
        "a reply is deleted": delete(talk_messages).where(is_helpers),
        "a picture is another one": update(attachments).values(content=b"another"),
    }
    for name, attack in attacks.items():
        before = {table: rows_of_all(database, table) for table in (attack.table,)}
        with other_hands(database) as connection:
            connection.execute(attack)
        assert faults(database), name
        assert SqlTrail(database).faults(kept_head=head) == []
        for table, rows in before.items():
            with other_hands(database) as connection:
                connection.execute(delete(table))
                connection.execute(insert(table), rows)
        assert faults(database) == [], name


def rows_of_all(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [dict(each._mapping) for each in connection.execute(select(table))]


def test_answers_cut_off_at_the_end_are_found_against_a_kept_head(database: Database) -> None:
    fill(database)
    kept_head = SqlTrail(database).head().hash
    with other_hands(database) as connection:
        connection.execute(delete(answers).where(answers.c.id == "a3"))
    assert faults(database) == []
    (fault,) = SqlTrail(database).faults(kept_head=kept_head)
    assert "answers were removed" in fault


def test_a_head_kept_before_answers_were_chained_still_counts(database: Database) -> None:
    fill(database)
    entries_only = SqlTrail(database).head().hash.partition("-")[0]
    assert SqlTrail(database).faults(kept_head=entries_only) == []


def test_a_change_that_a_lawful_step_covers_up_is_found_all_the_same(database: Database) -> None:
    """Contributors deleted, the version then approved by one of them as the service allows it."""
    library, publishing = SqlLibrary(database, new_id=new_id), publishing_in(database)
    (stored,) = library.store([draft()], actor="zhang", at=NOON, approval=None)
    publishing.edit(stored.version_id, draft(text="签注十元。"), actor="wang")
    publishing.submit(stored.version_id, actor="zhang")
    with other_hands(database) as connection:
        connection.execute(delete(contributors).where(contributors.c.person_id == "wang"))
    publishing.approve(stored.version_id, actor="wang")
    (fault,) = row_faults(database)
    assert fault.subject == ("version", stored.version_id)
    assert (
        fault.sentence == "was changed in the database between entry 3 (submit by zhang) and entry 4 (approve by wang)"
    )


def test_what_somebody_made_the_database_do_by_itself_is_found(database: Database) -> None:
    """Whoever submits publishes: a trigger acts within the transaction, and the trail seals what it made of the row."""
    assert list(added_rules(database)) == []
    act = "UPDATE versions SET state = 'approved', approved_by = 'li' WHERE id = NEW.id"
    ours = {
        "sqlite": [f"CREATE TRIGGER helpful AFTER UPDATE ON versions WHEN NEW.state = 'in_review' BEGIN {act}; END"],
        "postgresql": [
            "CREATE FUNCTION approve() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NEW.state = 'in_review' THEN {act}; END IF; RETURN NULL; END $$",
            "CREATE TRIGGER helpful AFTER UPDATE ON versions FOR EACH ROW EXECUTE FUNCTION approve()",
        ],
    }
    with database.writing() as connection:
        for statement in [*ours[connection.dialect.name], "CREATE VIEW seen AS SELECT id FROM versions"]:
            connection.exec_driver_sql(statement)
    (stored,) = SqlLibrary(database, new_id=new_id).store([draft()], actor="zhang", at=NOON, approval=None)
    publishing_in(database).submit(stored.version_id, actor="zhang")
    assert faults(database) == []
    assert [rule for rule, _ in added_rules(database)] == ["trigger helpful", "view seen"]


def test_a_row_that_an_operator_has_looked_at_is_accepted_and_the_trail_tells(database: Database) -> None:
    fill(database)
    with other_hands(database) as connection:
        connection.execute(update(versions).values(department="市公安局"))
    found: list[RowFault] = row_faults(database)
    assert found
    assert accept(database, found, actor="operator", at=NOON, reason="改正部门名称") == len({f.subject for f in found})
    assert faults(database) == []
    last = SqlTrail(database).events(limit=1000)[-1].event
    assert (last.actor, last.action, last.detail["reason"]) == ("operator", "accept", "改正部门名称")


def test_the_check_looks_at_one_moment_while_the_service_goes_on(database: Database) -> None:
    with database.snapshot() as connection:
        before = connection.execute(select(versions.c.id)).all()
        SqlLibrary(database, new_id=new_id).store([draft()], actor="zhang", at=NOON, approval=None)
        assert connection.execute(select(versions.c.id)).all() == before == []


def test_answers_given_at_once_make_one_chain(database: Database) -> None:
    transcript = SqlTranscript(database)

    def give(number: int) -> None:
        for each in range(10):
            transcript.add(answer(f"a{number}-{each}", "签注要钱吗", citation()), question())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(give, range(8)))
    assert SqlTrail(database).head().answers == 80
    assert faults(database) == []
