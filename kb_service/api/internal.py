"""`/internal`: what other `kb` commands on this machine ask of the process that owns the index."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel

from kb_service.api.state import ServiceOf
from kb_service.domain.errors import NotAllowed
from kb_service.service import Checked


def _only_with_token(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    token = request.app.state.owner_token()
    if token is None or not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise NotAllowed("only commands of this machine's operator may do this")


router = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[Depends(_only_with_token)])


class Documents(BaseModel):
    document_ids: list[str]


@router.post("/sync")
def sync(body: Documents, service: ServiceOf) -> dict[str, int]:
    """Make the index follow these documents now."""
    service.synchroniser.sync(body.document_ids)
    return {"documents": len(body.document_ids)}


class Check(BaseModel):
    kept_head: str | None = None


@router.post("/check")
def check_all(body: Check, service: ServiceOf) -> Checked:
    return service.check(kept_head=body.kept_head)


@router.post("/reindex")
def reindex(service: ServiceOf) -> dict[str, int]:
    """Rebuild the index beside the running one and swap it in."""
    return {"points": service.rebuild()}


@router.post("/catalogue")
def catalogue(service: ServiceOf) -> dict[str, str]:
    """Matters and departments were edited: read questions with the new ones from now on."""
    service.reread_catalogue()
    return {"status": "ok"}
