"""The whole application over a small real service, served on loopback; what jobs would do is done by hand."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.api.app import create_app
from kb_service.domain.days import SHANGHAI
from kb_service.domain.documents import VersionDraft, VersionState
from kb_service.domain.escalations import Helper
from kb_service.domain.matters import Department, Matter
from kb_service.domain.queries import VersionQuery
from kb_service.domain.service_hours import ServiceHours, service_hours
from kb_service.ports import Approval
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_service
from tests.data_folders import furnish
from tests.factories import NOON, metadata

LEASE = "test"
ALWAYS = service_hours(["00:00-24:00"], ["00:00-24:00"])


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

    def helper(self, name: str, *departments: str, is_lead: bool = False) -> None:
        """Somebody who answers people; to be there they still have to say so."""
        self.service.records.helpers.set_up(Helper(name, name, departments, 3, is_lead), actor="admin", at=now())

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
    """A city that licenses balloons day and night, and kites at an hour that is not now; nothing is stored yet."""
    furnish(folder, models_dir)
    settings = Settings(data_dir=folder, questions_dir=folder / "questions")
    records = open_records(settings)
    records.catalogue.replace(
        departments_=[
            Department("qiqiu", "市气球管理处", ("气球处",), "12345", None, ("热气球",), ALWAYS),
            Department("fengzheng", "市风筝管理处", (), "12345", None, ("风筝",), _in_two_hours(now())),
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
    deadline = time.monotonic() + 120
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the service did not start within two minutes")
        time.sleep(0.02)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    return Served(service, address, server, thread)


def _in_two_hours(moment: datetime) -> ServiceHours:
    """An hour of every day, closed at ``moment`` and for a test's length after it."""
    hour = (moment + timedelta(hours=2)).astimezone(SHANGHAI).hour
    span = [f"{hour:02d}:00-{hour:02d}:59"]
    return service_hours(span, span)
