"""Somebody at a browser without scripts, a version of theirs, and a console that keys protect."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.domain.documents import Kind, VersionDraft
from kb_service.service import Service
from tests.api.conftest import Http, open_points, service_with_a_key
from tests.factories import NOON, day, metadata

PAGES = [
    "",
    "/upload",
    "/versions",
    "/review",
    "/due",
    "/suspicions",
    "/gaps",
    "/feedback",
    "/emergencies",
    "/insight",
    "/audit",
    "/knowledge",
    "/problems",
]
RULE = "第一条 铁环停放证工本费为30元。\n第二条 自受理之日起5个工作日内办结。"


class Person:
    """Somebody at a browser without scripts, in keyless mode."""

    def __init__(self, http: Http, name: str) -> None:
        self.http = http
        self._headers = {"Cookie": f"kb_actor={quote(name)}"}

    def open(self, path: str, **params: Any) -> httpx.Response:
        # An empty mapping would take away the query that stands in the path.
        return self.http.request("GET", f"/console{path}", params=params or None, headers=self._headers)

    def send(self, path: str, **fields: Any) -> httpx.Response:
        return self.http.request("POST", f"/console{path}", data=fields, headers=self._headers)

    def step(self, version_id: str, step: str, **fields: Any) -> httpx.Response:
        if step in ("submit", "approve"):
            fields = {"confirm": open_points(self.http.service, version_id)} | fields
        revision = self.http.service.library.version(version_id).revision
        return self.send(f"/versions/{version_id}/{step}", **({"if_revision": revision, "form": step} | fields))


@pytest.fixture
def editor(http: Http) -> Person:
    return Person(http, "张三")


@pytest.fixture
def reviewer(http: Http) -> Person:
    return Person(http, "李四")


@pytest.fixture
def document_id() -> str:
    return f"hoop-{uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def keyed_service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Service]:
    with service_with_a_key(tmp_path_factory.mktemp("keyed-console"), models_dir) as service:
        yield service


@pytest.fixture
def keyed(keyed_service: Service) -> Http:
    return Http(replace(keyed_service))


def store(http: Http, document_id: str, text: str = RULE, *, actor: str = "张三", **fields: Any) -> str:
    days = {name: day(value) for name, value in fields.items() if name.startswith("effective_")}
    fields = {"title": "铁环停放办法", "kind": Kind.REGULATION} | fields | days
    drafted = VersionDraft(document_id, metadata(**fields), text, split(structure_text(text)))
    (stored,) = http.service.library.store([drafted], actor=actor, at=NOON, approval=None)
    return stored.version_id


def state_of(http: Http, version_id: str) -> str:
    return http.service.library.version(version_id).state


def assert_page(response: httpx.Response, status: int, sentence: str) -> None:
    assert response.status_code == status, response.text[:500]
    assert response.headers["content-type"].startswith("text/html")
    assert sentence in response.text
