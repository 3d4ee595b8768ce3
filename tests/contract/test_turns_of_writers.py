"""Who writes often leaves the others their turn, on every database."""

import threading
import time

from sqlalchemy import insert, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import people
from tests.factories import NOON


def test_a_short_write_waits_for_no_more_than_what_is_being_written(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(people).values(id="a", name="a", created_at=NOON))
    is_over = threading.Event()

    written: list[None] = []

    def write_without_a_pause() -> None:
        while not is_over.is_set():
            with database.writing() as connection:
                connection.execute(update(people).where(people.c.id == "other").values(name="b"))
                time.sleep(0.02)
            written.append(None)

    busy = threading.Thread(target=write_without_a_pause)
    busy.start()
    passed_by = []
    try:
        for _ in range(10):
            before = len(written)
            with database.writing() as connection:
                connection.execute(update(people).where(people.c.id == "a").values(name="b"))
                passed_by.append(len(written) - before)
            time.sleep(0.005)
    finally:
        is_over.set()
        busy.join()
    assert max(passed_by) < 10  # of its transactions; without turns some write waits for a hundred


def test_a_write_that_fails_leaves_the_turn_to_the_next(database: Database) -> None:
    for _ in range(2):
        try:
            with database.writing():
                raise LookupError
        except LookupError:
            continue
    with database.writing() as connection:
        connection.execute(insert(people).values(id="a", name="a", created_at=NOON))
