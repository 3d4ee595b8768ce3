"""The chained trail, on every database: what was tampered with is found, and writers at once do not break it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, update
from typer.testing import CliRunner

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.tables import events
from kb_service.adapters.sql.trail import SqlTrail, record
from kb_service.cli import app
from kb_service.domain.trail import NO_HASH
from kb_service.wiring import new_id
from tests.factories import NOON, draft


@pytest.fixture
def trail(database: Database) -> SqlTrail:
    for number in range(1, 6):
        with database.writing() as connection:
            record(connection, at=NOON, actor="zhang", action="submit", version_id=f"v{number}", detail={"为": number})
    return SqlTrail(database)


def tamper(database: Database, how: Callable[[Connection], object]) -> None:
    with database.writing() as connection:
        how(connection)


def test_an_untouched_trail_has_no_fault_and_a_head(trail: SqlTrail) -> None:
    assert trail.faults() == []
    assert trail.head().events == 5
    assert len(trail.head().hash) == 64
    assert [each.event.number for each in trail.events(after=3)] == [4, 5]


def test_an_empty_trail_has_no_fault(database: Database) -> None:
    assert SqlTrail(database).faults(kept_head=NO_HASH) == []
    assert SqlTrail(database).head().events == 0


@pytest.mark.parametrize("column", ["actor", "action", "version_id", "detail", "at", "hash", "previous_hash"])
def test_a_changed_entry_is_found(database: Database, trail: SqlTrail, column: str) -> None:
    values = {"detail": {"为": "别的"}, "at": NOON.replace(hour=5), "hash": "0" * 64, "previous_hash": "1" * 64}
    value = values.get(column, "wang")
    tamper(database, lambda c: c.execute(update(events).where(events.c.id == 3).values({column: value})))
    assert any("entry 3" in fault for fault in trail.faults())


def test_a_removed_entry_is_found(database: Database, trail: SqlTrail) -> None:
    tamper(database, lambda c: c.execute(delete(events).where(events.c.id == 2)))
    assert "entry 2 is missing: the next one is number 3" in trail.faults()


def test_a_cut_end_is_found_against_a_head_kept_elsewhere_only(database: Database, trail: SqlTrail) -> None:
    kept = trail.head().hash
    tamper(database, lambda c: c.execute(delete(events).where(events.c.id == 5)))
    assert trail.faults() == []
    (fault,) = trail.faults(kept_head=kept)
    assert kept in fault


@pytest.mark.parametrize("kept", ["", "x", "0" * 63, "0" * 64 + "-", "F" * 64, " " + "0" * 64, f"{NO_HASH}-{NO_HASH}"])
def test_what_is_no_head_is_told_as_that(trail: SqlTrail, kept: str) -> None:
    (fault,) = trail.faults(kept_head=kept)
    assert fault.startswith(f"the kept head {kept!r} is none")


def test_the_head_of_an_empty_trail_does_not_occur_in_one_with_entries(trail: SqlTrail) -> None:
    (fault,) = trail.faults(kept_head=NO_HASH)
    assert fault.startswith(f"the kept head {NO_HASH} does not occur")


@pytest.mark.parametrize("head", ["", "00", "clean"])
def test_what_is_no_head_is_refused_at_the_command_line_before_anything_is_done(head: str, tmp_path: Path) -> None:
    for command in (["check"], ["restore", str(tmp_path / "none.zip")]):
        result = CliRunner().invoke(app, [*command, "--head", head])
        assert result.exit_code == 2 and "is no head" in result.output


def test_a_head_that_was_kept_stays_in_a_trail_that_grows(database: Database, trail: SqlTrail) -> None:
    kept = trail.head().hash
    tamper(database, lambda c: record(c, at=NOON, actor="li", action="approve"))
    assert trail.faults(kept_head=kept) == []


def test_a_chain_rewritten_as_a_whole_does_not_contain_the_kept_head(database: Database, trail: SqlTrail) -> None:
    kept = trail.head().hash
    tamper(database, lambda c: c.execute(delete(events)))
    for number in range(1, 6):
        actor = "wang" if number == 2 else "zhang"
        tamper(database, lambda c, a=actor, n=number: record(c, at=NOON, actor=a, action="submit", version_id=f"v{n}"))  # type: ignore[misc]
    assert trail.faults() == []
    assert trail.faults(kept_head=kept) != []


def test_many_writers_at_once_make_one_chain(database: Database) -> None:
    library = SqlLibrary(database, new_id=new_id)

    def work(number: int) -> None:
        for each in range(5):
            library.store([draft(f"document-{number}-{each}")], actor=f"editor-{number}", at=NOON, approval=None)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trail = SqlTrail(database)
    assert trail.head().events == 30
    assert trail.faults() == []


def test_what_was_refused_leaves_no_entry(database: Database, trail: SqlTrail) -> None:
    with pytest.raises(RuntimeError, match="refused"), database.writing() as connection:
        record(connection, at=NOON, actor="zhang", action="approve")
        raise RuntimeError("refused")
    assert trail.head().events == 5
