"""`/healthz`, `/readyz`, `/metrics`: for orchestrators and operators."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kb_service.api.state import ServiceOf

router = APIRouter(tags=["operation"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(service: ServiceOf) -> dict[str, object]:
    """The database and the index answer; ``behind`` documents are still on their way into the index."""
    behind = len(service.library.unsynced())
    return {"status": "ready", "points": service.index.count(), "behind": behind}


@router.get("/metrics")
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
