"""`/healthz`, `/readyz`, `/metrics` for orchestrators and operators; `/internal` for other commands on this machine."""

import json
import secrets
from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import BaseModel

from kb_service.api.access import ServiceOf, needs
from kb_service.domain.errors import NotAllowed
from kb_service.domain.jobs import JobKind
from kb_service.domain.people import Actor, Role
from kb_service.service import CheckReport

router = APIRouter(tags=["operation"])

_DEAD_LETTERS = Gauge("kb_dead_letters", "Jobs that were given up; `kb check` lists them.", ["kind"])
_JOBS_DUE = Gauge("kb_jobs_due", "Jobs that should be done by now.", ["kind"])
_BEHIND = Gauge("kb_index_documents_behind", "Documents whose last change is not in the index yet.")
_POINTS = Gauge("kb_index_points", "Points in the index.")
_POINTS_EXPECTED = Gauge("kb_index_points_expected", "Points that the database calls for.")
_ASSISTANT_PROPOSALS = Gauge(
    "kb_assistant_proposals", "Replies that the assistant proposed to helpers, by what became of them.", ["outcome"]
)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers. Without a thread: when all are at work a probe is not to wait for them."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Why not"}, 507: {"description": "The disk is full"}})
def ready(service: ServiceOf) -> dict[str, object]:
    """The database and the index answer, and there is room to write; ``behind`` documents are still on their way into
    the index. Otherwise it says why not."""
    service.require_usable()
    behind = len(service.library.unsynced())
    return {"status": "ready", "points": service.index.count(), "behind": behind}


@router.get("/openapi.json", include_in_schema=False)
async def described(request: Request) -> Response:
    """The description of this interface, written down once: it takes as long as many answers."""
    state = request.app.state
    if not hasattr(state, "description"):
        state.description = json.dumps(request.app.openapi(), ensure_ascii=False).encode()
    return Response(state.description, media_type="application/json")


@router.get("/metrics")
def metrics(service: ServiceOf, _actor: Annotated[Actor, needs(Role.EVALUATOR)]) -> Response:
    """Counters and timings, in Prometheus' text form. The two above are for probes, which show no key."""
    dead = Counter(each.kind for each in service.records.jobs.dead_letters())
    due = service.records.jobs.due(at=service.now())
    for kind in JobKind:
        _DEAD_LETTERS.labels(kind).set(dead[kind])
        _JOBS_DUE.labels(kind).set(due.get(kind, 0))
    _BEHIND.set(len(service.library.unsynced()))
    _POINTS.set(service.index.count())
    _POINTS_EXPECTED.set(service.library.expected_points()[0])
    for outcome, count in service.records.proposals.of_assistant().items():
        _ASSISTANT_PROPOSALS.labels(outcome).set(count)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _only_with_token(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    token = request.app.state.owner_token()
    if token is None or not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise NotAllowed("only commands of this machine's operator may do this")


internal = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[Depends(_only_with_token)])


class SyncRequest(BaseModel):
    document_ids: list[str]


@internal.post("/sync")
def sync(body: SyncRequest, service: ServiceOf) -> dict[str, int]:
    """Make the index follow these documents now."""
    service.synchroniser.sync(body.document_ids)
    return {"documents": len(body.document_ids)}


class CheckRequest(BaseModel):
    kept_head: str | None = None


@internal.post("/check")
def check_all(body: CheckRequest, service: ServiceOf) -> CheckReport:
    return service.check(kept_head=body.kept_head)


@internal.post("/compute-anew")
def compute_anew(service: ServiceOf) -> dict[str, bool]:
    service.compute_anew()
    return {"done": True}


@internal.post("/reindex")
def reindex(service: ServiceOf) -> dict[str, int]:
    """Rebuild the index beside the running one and swap it in."""
    return {"points": service.rebuild()}


@internal.post("/catalogue")
def catalogue(service: ServiceOf) -> dict[str, str]:
    """Matters and departments were edited: read questions with the new ones from now on."""
    service.reread_catalogue()
    return {"status": "ok"}
