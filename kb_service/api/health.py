"""`/healthz`, `/readyz`, `/metrics`: for orchestrators and operators."""

from typing import Annotated

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kb_service.api.access import needs
from kb_service.api.state import ServiceOf
from kb_service.domain.people import Actor, Role

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
def metrics(_actor: Annotated[Actor, needs(Role.EVALUATOR)]) -> Response:
    """Counters and timings, in Prometheus' text form. The two above are for probes, which show no key."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
