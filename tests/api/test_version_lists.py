"""What a list of versions costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.api.conftest import Http, publish

# The page, its number of versions in all, their documents, two looks at their schedules, two at the calendar.
_STATEMENTS = 7


@contextmanager
def statements(http: Http) -> Iterator[list[str]]:
    """What the database is asked while it lasts."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = http.service.records.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_database_is_asked_as_often_for_fifty_versions_as_for_one(http: Http) -> None:
    for number in range(50):
        publish(http.service, f"list-{number}", f"第{number}号气球须系绳。", title="系绳办法")
    http.get("/v1/versions", limit=1)  # whether there are keys is asked once a process
    for limit in (1, 50):
        with statements(http) as asked:
            response = http.get("/v1/versions", limit=limit)
        assert len(response.json()["versions"]) == limit
        assert len([each for each in asked if each.startswith("SELECT")]) == _STATEMENTS
