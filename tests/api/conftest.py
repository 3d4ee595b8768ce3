"""The HTTP application over a real database, index and model, with a small knowledge base of invented rules."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.api.app import create_app
from kb_service.domain.days import SHANGHAI
from kb_service.domain.documents import Kind, VersionDraft, VersionState
from kb_service.domain.matters import Department, Matter
from kb_service.domain.people import Role
from kb_service.ports import Approval
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_service
from tests.data_folders import furnish
from tests.factories import NOON, day, metadata

FEE_2025 = "一、收费标准\n热气球停放证每证收取工本费120元。\n二、办理时限\n自受理之日起5个工作日内办结。"
FEE_2026 = "一、收费标准\n热气球停放证每证收取工本费150元。\n二、办理时限\n自受理之日起3个工作日内办结。"
DRONE = (
    "第一条 为了规范风筝放飞，制定本办法。\n第二条 在公园内放飞风筝的，线长不得超过八十米。\n"
    "第三条 有下列情形之一的，不得放飞风筝：\n（一）雷雨天气；\n（二）距离高压线不足五十米。\n"
)
OWNER_TOKEN = "token-of-the-owner"


class Http:
    """A synchronous face of the application under test."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._app = create_app(service, owner_token=lambda: OWNER_TOKEN)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.request("GET", path, params=params)

    def post(self, path: str, body: object, **options: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **options)

    def ask(self, question: str, **options: Any) -> dict[str, Any]:
        response = self.post("/v1/answers", {"question": question} | options)
        assert response.status_code == 200, response.text
        return dict(response.json())


@pytest.fixture(scope="session")
def http(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Http]:
    yield from small_knowledge_base(tmp_path_factory.mktemp("data"), models_dir)


def small_knowledge_base(
    folder: Path, models_dir: Path, *, clock: Callable[[], datetime] = now, database_url: str | None = None
) -> Iterator[Http]:
    furnish(folder, models_dir)
    questions = folder / "questions"
    questions.mkdir()
    known = {"id": "known-1", "question": "热气球停放证要多少钱", "expect": "answer", "document": "balloon"}
    (questions / "balloon.jsonl").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    settings = Settings(data_dir=folder, questions_dir=questions, database_url=database_url)
    records = open_records(settings)
    records.catalogue.replace(
        departments_=[
            Department("qiqiu", "市气球管理处", ("气球处",), "12345", "周一至周五 9:00–17:00", ("热气球",)),
            Department("dashuju", "市大数据中心", (), "12345", None, ()),
        ],
        matters_=[Matter("qiqiu-tingfang", "热气球停放证办理", "qiqiu", ("气球停放证", "停热气球"))],
        actor="operator",
        at=NOON,
    )
    records.close()
    service = open_service(settings, now=clock)
    publish(
        service,
        "balloon",
        FEE_2025,
        title="热气球停放证办事指南",
        effective_from="2025-01-01",
        matter_id="qiqiu-tingfang",
    )
    publish(
        service,
        "balloon",
        FEE_2026,
        title="热气球停放证办事指南",
        effective_from="2026-01-01",
        matter_id="qiqiu-tingfang",
    )
    publish(
        service,
        "kite",
        DRONE,
        title="风筝放飞管理办法",
        kind=Kind.REGULATION,
        effective_from="2024-05-01",
        effective_to="2026-09-01",
    )
    yield Http(service)
    service.close()


def publish(service: Service, document_id: str, text: str, *, title: str, **fields: Any) -> str:
    """Store, approve and index one version; its id."""
    days = {name: day(value) for name, value in fields.items() if name.startswith("effective_")}
    version = VersionDraft(document_id, metadata(title, **(fields | days)), text, split(structure_text(text)))
    approval = Approval("editor-in-chief", NOON, "bulk_import")
    (stored,) = service.library.store([version], actor="editor", at=NOON, approval=approval)
    service.synchroniser.sync([document_id])
    return stored.version_id


def open_points(service: Service, version_id: str) -> list[str]:
    """What a test confirms that is not about the gate."""
    version = service.library.version(version_id)
    if version.state not in (VersionState.DRAFT, VersionState.IN_REVIEW):
        return []
    rehearsal = service.rehearsing.rehearsed(version_id)
    return [str(each.kind) for each in service.publishing.open_points(version, rehearsal)]


@contextmanager
def service_with_a_key(folder: Path, models_dir: Path) -> Iterator[Service]:
    """Nothing is known in it; one administrator has a key."""
    furnish(folder, models_dir)
    with open_service(Settings(data_dir=folder)) as service:
        service.records.people.create_key("管理员", roles=[Role.ADMIN], created_by="operator", at=now())
        yield service


def key_of(http: Http, name: str, *roles: Role, **options: Any) -> str:
    made = http.service.records.people.create_key(name, roles=roles, created_by="operator", at=now(), **options)
    return made[1]


@pytest.fixture(scope="module")
def keyed_service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Service]:
    """Nothing is known in it; one administrator has a key."""
    with service_with_a_key(tmp_path_factory.mktemp("keyed"), models_dir) as service:
        yield service


@pytest.fixture
def keyed(keyed_service: Service) -> Http:
    return Http(replace(keyed_service))


# The Wednesday before the National Day. 1–7 October are free, the 10th is a make-up Saturday (国办发明电〔2025〕7号).
WEDNESDAY = datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI)


class Clock:
    """Of a service whose days are worked out by hand."""

    def __init__(self) -> None:
        self.at = WEDNESDAY

    def __call__(self) -> datetime:
        return self.at

    def turn_to(self, month: int, day: int, hour: int = 10) -> None:
        self.at = datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def _clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(_clock: Clock) -> Clock:
    """Wednesday at ten, for each test anew."""
    _clock.at = WEDNESDAY
    return _clock


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, models_dir: Path, _clock: Clock) -> Iterator[Http]:
    """A service that goes by the clock, of the module's own: its gaps and feedback are counted."""
    yield from small_knowledge_base(tmp_path_factory.mktemp("told"), models_dir, clock=_clock)


def step(http: Http, name: str, path: str, **body: Any) -> httpx.Response:
    """What this person does."""
    return http.request("POST", path, json=body, headers={"X-KB-Actor": name})


def gap_with(http: Http, words: str) -> dict[str, Any]:
    """The open gap with a question that has these words, as it is listed."""
    http.service.learning.collecting.collect()
    listed = http.get("/v1/gaps", state="open", limit=200).json()["gaps"]
    return next(dict(each) for each in listed if words in each["gap"]["question"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(SHANGHAI)
