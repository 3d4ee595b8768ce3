"""The whole application over a small real service, served on loopback; what jobs would do is done by hand."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.api.app import create_app
from kb_service.domain.documents import VersionDraft, VersionState
from kb_service.domain.matters import Department, Matter
from kb_service.domain.queries import VersionQuery
from kb_service.ports import Approval
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_service
from tests.factories import NOON, metadata

LEASE = "test"


@dataclass(slots=True)
class Served:
    service: Service
    address: str
    server: uvicorn.Server
    thread: threading.Thread

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)
        self.service.close()

    def store(self, document_id: str, text: str, *, actor: str, approved_by: str | None = None, **fields: Any) -> str:
        """A version by hand, approved if ``approved_by`` is given; its id."""
        drafted = VersionDraft(document_id, metadata(**fields), text, split(structure_text(text)))
        approval = Approval(approved_by, now(), "bulk_import") if approved_by else None
        (stored,) = self.service.library.store([drafted], actor=actor, at=now(), approval=approval)
        self.service.synchroniser.sync([document_id])
        return stored.version_id

    def catch_up(self) -> None:
        """What the jobs of a running service do: take in, index, examine, rehearse."""
        service = self.service
        for batch in service.records.uploads.batches(limit=10):
            for upload_id in batch.upload_ids:
                service.taking_in.take_in(upload_id, lease=LEASE)
        service.synchroniser.reconcile()
        for version_id in service.examining.due(100):
            service.examining.examine(version_id)
        in_review = VersionQuery(states=(VersionState.IN_REVIEW,))
        for version in service.records.shelf.versions(in_review, limit=100).versions:
            service.rehearsing.rehearsed(version.id)


def serve_real(folder: Path, models_dir: Path) -> Served:
    """A city that licenses balloons; nothing is stored yet."""
    (folder / "models").symlink_to(models_dir)
    settings = Settings(data_dir=folder, questions_dir=folder / "questions")
    records = open_records(settings)
    records.catalogue.replace(
        departments_=[
            Department("qiqiu", "市气球管理处", ("气球处",), "12345", None, ("热气球",)),
            Department("dashuju", "市大数据中心", (), "12345", None, ()),
        ],
        matters_=[Matter("qiqiu-tingfang", "热气球停放证办理", "qiqiu", ("气球停放证", "停热气球"))],
        actor="operator",
        at=NOON,
    )
    records.close()
    service = open_service(settings)
    config = uvicorn.Config(create_app(service), host="127.0.0.1", port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the service did not start within 20 seconds")
        time.sleep(0.02)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    return Served(service, address, server, thread)
