"""The editorial console: pages for editors and reviewers, which work without scripts."""

from fastapi import APIRouter, Request, Response

from kb_service.console import (
    admission,
    audit,
    editorial_emergencies,
    editorial_learning,
    editorial_lists,
    editorial_upload,
    editorial_version,
    insight,
    knowledge_use,
    problems,
)
from kb_service.console.screens import Trouble, page, see


def editorial_router() -> APIRouter:
    """Everything under ``/console``; an address that is none of its pages gets a page too."""
    router = APIRouter(include_in_schema=False)
    for module in (
        admission,
        editorial_lists,
        editorial_upload,
        editorial_version,
        editorial_learning,
        editorial_emergencies,
        insight,
        audit,
        knowledge_use,
        problems,
    ):
        router.include_router(module.router)

    @router.get("/console/{place:path}")
    def nowhere(request: Request, place: str) -> Response:
        if not place:
            return see("/console")
        return page(request, "trouble.html", trouble=Trouble("no_such_page", 404))

    return router
