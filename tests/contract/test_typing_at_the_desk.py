"""What it costs to look for ready texts at each letter that a helper types."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from embeddings_server import DIMENSIONS, EmbeddingsServer

from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.domain.answers import Conversation
from kb_service.domain.documents import VersionDraft
from kb_service.domain.escalations import Helper, Verdict
from kb_service.domain.matters import Department, Matter
from kb_service.domain.service_hours import service_hours
from kb_service.ports import Approval
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_service
from tests.factories import NOON, day, metadata

ALWAYS = service_hours(["00:00-24:00"], ["00:00-24:00"])
LOST = "热气球停放证丢了怎么补"


@pytest.fixture
def embeddings() -> Iterator[EmbeddingsServer]:
    with EmbeddingsServer() as server:
        yield server


@pytest.fixture
def service(tmp_path: Path, embeddings: EmbeddingsServer) -> Iterator[Service]:
    """A text on balloons, and a question about a lost licence that a helper answered."""
    settings = Settings(
        data_dir=tmp_path,
        embedding_model=embeddings.url,
        embedding_endpoint_model="m",
        embedding_dimensions=DIMENSIONS,
    )
    records = open_records(settings)
    records.catalogue.replace(
        departments_=[Department("qiqiu", "市气球管理处", (), "12345", None, ("热气球",), ALWAYS)],
        matters_=[Matter("qiqiu-tingfang", "热气球停放证办理", "qiqiu", ("气球停放证",))],
        actor="operator",
        at=NOON,
    )
    records.close()
    opened = open_service(settings)
    text = "热气球停放证遗失的，持身份证补办，每证收取工本费120元。"
    about = metadata("热气球停放证办事指南", matter_id="qiqiu-tingfang", effective_from=day("2025-01-01"))
    draft = VersionDraft("balloon", about, text, split(structure_text(text)))
    opened.library.store([draft], actor="editor", at=NOON, approval=Approval("chief", NOON, "bulk_import"))
    opened.synchroniser.sync(["balloon"])
    opened.records.helpers.set_up(Helper("张", "张", ("qiqiu",), 3, False), actor="admin", at=now())
    talk = opened.desk.opening.open(
        Conversation("c", None, None, None), words=LOST, department_id="qiqiu", opened_by="person"
    )
    opened.helping.claim(talk.id, "张")
    opened.helping.reply(talk.id, "张", "带身份证来补。")
    opened.helping.resolve(talk.id, "张", Verdict.RESOLVED, "")
    yield opened
    opened.close()


def test_a_letter_more_is_embedded_once_and_compared_with_what_was_resolved_by_its_words(
    service: Service, embeddings: EmbeddingsServer
) -> None:
    before = len(embeddings.requests)
    found = service.desk.suggesting.for_words(LOST, departments=["qiqiu"])
    assert [each.citations[0].title for each in found.texts] == ["热气球停放证办事指南"]
    assert [each.reply for each in found.cases] == ["带身份证来补。"]
    assert [each["input"] for each in embeddings.requests[before:]] == [[LOST]]
