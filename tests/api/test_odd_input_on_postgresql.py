"""PostgreSQL takes less than SQLite: no NUL, no text longer than its column, no number beyond its type."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kb_service.settings import Settings
from kb_service.wiring import open_service
from tests.api.conftest import Http
from tests.api.test_odd_input import ENDS_OF_TIME, JSON, LISTS, NUMBERS, TEXTS, assert_told
from tests.data_folders import furnish

pytestmark = pytest.mark.postgresql


@pytest.fixture
def on_postgresql(fresh_postgresql_url: Callable[[], str], tmp_path: Path, models_dir: Path) -> Iterator[Http]:
    furnish(tmp_path, models_dir)
    with open_service(Settings(data_dir=tmp_path, database_url=fresh_postgresql_url())) as service:
        yield Http(service)


def test_what_sqlite_would_take_is_refused_with_a_sentence(on_postgresql: Http) -> None:
    http = on_postgresql
    stored = http.post(
        "/v1/documents", {"id": "a", "title": "甲", "answer": "甲的答复。", "effective_from": "2026-01-01"}
    )
    version = f"/v1/versions/{stored.json()['version_id']}"
    for text in [*TEXTS, *map(quote, ENDS_OF_TIME)]:
        for path in LISTS:
            for name in ("cursor", "text", "document_id", "matter_id", "department"):
                assert_told(http, "GET", f"{path}?{name}={text}")
        for path in ("/v1/versions/", "/v1/documents/", "/v1/answers/", "/v1/batches/", "/v1/uploads/", "/console/"):
            assert_told(http, "GET", path + text)
        assert_told(http, "GET", f"/v1/events?document_id={text}&actor={text}")
    for number in NUMBERS:
        assert_told(http, "GET", f"/v1/events?after={quote(number)}")
        assert_told(http, "POST", f"{version}:submit", headers={"If-Match": quote(number)})
    for number, day in enumerate(ENDS_OF_TIME):
        assert_told(
            http, "POST", "/v1/documents", json={"id": f"d{number}", "title": "乙", "answer": "乙。", "issued_on": day}
        )
        assert_told(http, "PATCH", version, json={"effective_to": day})
        assert_told(http, "GET", f"/v1/versions?effective_from={quote(day)}&effective_until={quote(day)}")
    for odd in ("\\u0000", "\\ud800", "长" * 2001, "长" * 401, "长" * 201):
        _send_everywhere(http, version, odd)


def _send_everywhere(http: Http, version: str, odd: str) -> None:
    fields = (
        "id", "title", "question", "answer", "matter", "department", "region", "document_number", "source_url",
        "replaces", "repeals", "amends", "similar_questions", "negative_questions", "audience", "kind",
    )  # fmt: skip
    for name in fields:
        record = f'{{"id": "b", "title": "丙", "answer": "丙。", "{name}": "{odd}"}}'
        assert_told(http, "POST", "/v1/documents", content=record.encode(), headers=JSON)
        assert_told(http, "PATCH", version, content=f'{{"{name}": "{odd}"}}'.encode(), headers=JSON)
    bodies: dict[str, Any] = {
        "/v1/answers": '{"question": "甲", "conversation_id": "%s", "channel": "%s", "region": "%s", "user_ref": "%s"}',
        "/v1/answers/x/feedback": '{"comment": "%s"}',
        f"{version}:reject": '{"reason": "%s"}',
        f"{version}:approve": '{"reason": "%s", "withdraw": "%s"}',
        "/v1/suspicions/x:confirm": '{"reason": "%s"}',
    }
    for path, body in bodies.items():
        assert_told(http, "POST", path, content=body.replace("%s", odd).encode(), headers=JSON)
    entered = f'{{"days": [{{"day": "2031-01-01", "is_working": false, "name": "{odd}"}}]}}'
    assert_told(http, "PUT", "/v1/calendar/2031", content=entered.encode(), headers=JSON)
    files = {"files": (f"{odd[:300]}.txt", b"x")}
    assert_told(http, "POST", "/v1/documents", files=files, data={"fields": f'{{"title": "{odd}"}}'})
